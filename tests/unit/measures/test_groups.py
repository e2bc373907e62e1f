"""Which groups there are and which one is the reference."""

import numpy as np
import pytest

from biasaudit.errors import DataError
from biasaudit.measures import attribute_facts, count, not_compared


@pytest.fixture
def facts_of(make_table, make_spec):
    def facts(groups, selected, protected, **declared):
        return attribute_facts(
            count(make_table(groups), np.asarray(selected, dtype=float)), make_spec(protected, **declared)
        )

    return facts


def test_a_declared_reference(facts_of):
    (fact,) = facts_of({"sex": ["f", "m", "m"]}, [1, 0, 0.5], {"sex": "f"})
    assert (fact.reference, fact.reference_rule) == ("f", "declared")
    assert [(g.group, g.n, g.n_selected) for g in fact.groups] == [("f", 1, 1.0), ("m", 2, 0.5)]


@pytest.mark.parametrize(("declared", "found"), [(1, "1.0"), ("1", "1.0"), (1.0, "1.0"), ("0.0", "0.0")])
def test_numbers_are_the_same_however_they_are_written(facts_of, declared, found):
    (fact,) = facts_of({"code": ["1.0", "0.0"]}, [0, 0], {"code": declared})
    assert fact.reference == found


@pytest.mark.parametrize("written", ["true", "True"])
def test_truth_values_are_found_as_text(facts_of, written):
    (fact,) = facts_of({"member": [written, "no"]}, [0, 0], {"member": True})
    assert fact.reference == written


def test_a_wrong_reference_names_what_there_is(facts_of):
    with pytest.raises(DataError) as caught:
        facts_of({"sex": ["female", "male", "male"]}, [0, 0, 0], {"sex": "Mael"})
    for word in ("'sex'", "'Mael'", "'female' (1)", "'male' (2)", "Did you mean 'male'?"):
        assert word in str(caught.value)


def test_the_largest_and_the_most_selected(facts_of):
    groups = {"origin": ["a"] * 3 + ["b"] * 2 + ["(not recorded)"] * 4}
    selected = [0, 0, 1, 1, 0, 1, 1, 1, 1]
    (largest,) = facts_of(groups, selected, {"origin": "largest"})
    (most,) = facts_of(groups, selected, {"origin": "most_selected"})
    assert (largest.reference, largest.reference_rule) == ("a", "largest")
    assert (most.reference, most.reference_rule) == ("b", "most_selected")


def test_a_tiny_group_is_not_the_most_selected(facts_of):
    groups = {"origin": ["tiny"] * 2 + ["a"] * 40 + ["b"] * 40}
    (fact,) = facts_of(groups, [1] * 2 + [0] * 40 + [1] * 10 + [0] * 30, {"origin": "most_selected"})
    assert fact.reference == "b"


def test_an_intersection_takes_the_cross_of_its_references(facts_of):
    groups = {"sex": ["f", "m", "f", "m"], "origin": ["x", "x", "y", "y"]}
    *_, fact = facts_of(groups, [0] * 4, {"sex": "m", "origin": "x"}, intersections=[("sex", "origin")])
    assert (fact.name, fact.reference, fact.columns) == ("sex x origin", "m x x", ("sex", "origin"))
    assert "crossed" in fact.reference_rule


def test_an_intersection_without_that_cross_takes_the_largest_and_says_so(facts_of):
    groups = {"sex": ["f", "f", "m", "f", "f"], "origin": ["x", "x", "y", "(not recorded)", "y"]}
    *_, fact = facts_of(groups, [0] * 5, {"sex": "m", "origin": "x"}, intersections=[("sex", "origin")])
    assert fact.reference == "f x x"
    assert fact.reference_rule.startswith("largest")


def test_a_group_not_recorded_is_never_chosen_by_rule(facts_of):
    groups = {"sex": ["f", "m", "m"], "origin": ["x"] + ["(not recorded)"] * 2}
    *_, fact = facts_of(groups, [0] * 3, {"sex": "m", "origin": "largest"}, intersections=[("sex", "origin")])
    assert fact.reference == "f x x"


def test_one_group_only_is_kept_with_a_reason(facts_of):
    (fact,) = facts_of({"sex": ["m", "m"]}, [1, 0], {"sex": "largest"})
    assert fact.reference == "m"
    assert "no one to compare" in not_compared(fact)
