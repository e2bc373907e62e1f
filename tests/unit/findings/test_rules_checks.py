"""BA506 and BA507: when another rule is said to change a gap, and whom the rule is said to overrule."""

import importlib.util
from pathlib import Path

import pytest

from biasaudit.findings import ba506_rules, ba507_overruled
from biasaudit.results import english, estimated


def invented():
    place = Path(__file__).parents[1] / "report/invented.py"
    spec = importlib.util.spec_from_file_location("invented_for_rules", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def rich():
    return invented().rich()


def with_trace(result, **update):
    return result.model_copy(update={"trace": result.trace.model_copy(update=update)})


def test_the_largest_change_beyond_noise_is_told_with_its_numbers(rich):
    found = ba506_rules.check(rich)
    assert [one.outcome for one in found] == ["found"]
    claim = found[0].claim
    assert "a larger majority of labels in place of the majority of labels" in claim
    assert "would be −6 in 100 and not −12" in claim or "would be −6 in 100 and not −11" in claim
    assert found[0].evidence == ("/trace/rules/0", "/trace/rules/1")
    assert "does not make a rule the right one" in english(found[0].caveats[0])


def test_the_model_has_a_finding_of_its_own(rich):
    told = tuple(
        one if one.is_declared else one.model_copy(update={"model_p_adjusted": 0.01, "model_change": one.label_change})
        for one in rich.trace.rules
    )
    found = ba506_rules.check(with_trace(rich, rules=told))
    assert [one.outcome for one in found] == ["found", "found"]
    assert found[1].claim.startswith("Trained on what")


@pytest.mark.parametrize(("reach", "outcome"), [(0.02, "not_found"), (0.2, "cannot_tell")])
def test_without_a_change_beyond_noise_the_width_of_the_intervals_decides(rich, reach, outcome):
    quiet = tuple(
        one
        if one.is_declared
        else one.model_copy(
            update={"label_p_adjusted": 0.6, "label_change": estimated(0.0, -reach, reach, method="bootstrap")}
        )
        for one in rich.trace.rules
    )
    found = ba506_rules.check(with_trace(rich, rules=quiet))
    assert [one.outcome for one in found] == [outcome]
    assert "between" in found[0].claim


def test_a_change_that_is_significant_before_adjustment_only_is_not_found(rich):
    nearly = tuple(
        one if one.is_declared else one.model_copy(update={"label_p_adjusted": 0.051}) for one in rich.trace.rules
    )
    assert "found" not in {one.outcome for one in ba506_rules.check(with_trace(rich, rules=nearly))}


def test_the_overruled_are_told_with_what_they_lose_and_how_often_they_were_right(rich):
    found = ba507_overruled.check(rich)
    assert [one.outcome for one in found] == ["found"]
    assert "24.1 in 100" in found[0].claim
    assert "4.6 in 100 more" in found[0].claim
    assert "lose 1,240 GBP, 24.1 in 100 of their pay" in found[0].claim
    assert found[0].evidence == ("/trace/dissent/2",)
    assert "44 in 100 of these overruled labels were right" in english(found[0].caveats[0])
    assert "not therefore an error" in english(found[0].caveats[-1])


def test_being_overruled_less_often_is_no_finding(rich):
    less = tuple(one for one in rich.trace.dissent if one.value != "panel 2")
    assert {one.outcome for one in ba507_overruled.check(with_trace(rich, dissent=less))} == {"cannot_tell"}


def test_pools_overruled_alike_are_looked_for_and_not_found(rich):
    alike = tuple(
        one.model_copy(update={"against_others": estimated(0.0, -0.01, 0.01, method="clustered"), "p_adjusted": 0.9})
        for one in rich.trace.dissent
        if one.against_others
    )
    assert {one.outcome for one in ba507_overruled.check(with_trace(rich, dissent=alike))} == {"not_found"}


def test_without_labels_or_pools_the_checks_do_not_apply(rich):
    bare = with_trace(rich, rules=(), dissent=())
    for check in (ba506_rules.check, ba507_overruled.check):
        assert [one.outcome for one in check(bare)] == ["not_applicable"]
        assert [one.outcome for one in check(rich.model_copy(update={"trace": None}))] == ["not_applicable"]
    everyone = with_trace(rich, dissent=rich.trace.dissent[:1])
    assert [one.outcome for one in ba507_overruled.check(everyone)] == ["not_applicable"]
