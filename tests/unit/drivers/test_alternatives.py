"""Changes that would have been enough: found, verified, as small and as few as can be, and never of what is held."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biasaudit.drivers.alternatives import MOST_TOLD, find_ways
from biasaudit.drivers.reach import Reach, held_inputs, is_flag, reaches_of
from biasaudit.errors import DataError
from biasaudit.models import Model
from biasaudit.spec import declare


def linear(features, weights):
    def score(frame):
        return sum(w * frame[name].to_numpy(dtype=float) for name, w in zip(features, weights, strict=True))

    return Model(kind="loaded", source="planted", scale="score", score=score, features=tuple(features))


def above(line):
    return lambda scores: scores > line


def reach(column, values, own=0.0):
    values = np.array([v for v in values if v != own], dtype=float)
    return Reach(column=column, others=pd.Series(values, name=column), efforts=np.abs(values - own))


def spec_of(features=("a", "b"), **explain):
    return declare(
        {
            "schema": 1,
            "audit": {"name": "made", "title": "Made"},
            "data": {"path": "x.csv", "outcome": "y", "features": list(features)},
            "protected": [{"column": "sex"}],
            "model": {"train": "logistic_regression"},
            "explain": explain,
        }
    ).spec


PERSON = pd.DataFrame({"a": [0.0], "b": [0.0], "c": [0.0]})


def test_the_smallest_change_of_each_single_input_is_told_least_effort_first():
    model = linear("abc", (2.0, 3.0, 0.0))
    ways = find_ways(model, PERSON, [reach(c, range(-9, 10)) for c in "abc"], above(7.5), at_once=3)
    assert [way.changes for way in ways] == [{"b": 3.0}, {"a": 4.0}]
    assert [way.score for way in ways] == [9.0, 8.0]


def test_two_are_changed_only_where_no_one_is_enough_and_no_step_is_spare():
    model = linear("abc", (2.0, 3.0, 0.1))
    reaches = [reach("a", range(4)), reach("b", range(3)), reach("c", range(2))]
    ways = find_ways(model, PERSON, reaches, above(7.5), at_once=3)
    assert [way.changes for way in ways] == [{"a": 1.0, "b": 2.0}]
    assert find_ways(model, PERSON, reaches, above(7.5), at_once=1) == ()
    assert find_ways(model, PERSON, reaches, above(12.05), at_once=2) == ()
    three = find_ways(model, PERSON, reaches, above(12.05), at_once=3)
    assert [way.changes for way in three] == [{"a": 3.0, "b": 2.0, "c": 1.0}]
    assert find_ways(model, PERSON, reaches, above(99), at_once=3) == ()


def test_a_score_that_is_too_high_is_brought_down():
    model = linear("abc", (2.0, 3.0, 0.0))
    ways = find_ways(model, PERSON, [reach(c, range(-9, 10)) for c in "abc"], lambda s: s < -7.5, at_once=1)
    assert [way.changes for way in ways] == [{"b": -3.0}, {"a": -4.0}]


def test_a_change_that_helps_only_beside_another_is_found_where_each_brings_the_line_nearer():
    def score(frame):
        return frame["a"].to_numpy() + frame["b"].to_numpy() + 5 * frame["a"].to_numpy() * frame["b"].to_numpy()

    model = Model(kind="loaded", source="planted", scale="score", score=score, features=("a", "b"))
    ways = find_ways(model, PERSON, [reach("a", range(4)), reach("b", range(4))], above(10), at_once=2)
    assert ways
    assert ways[0].score > 10
    assert sum(ways[0].changes.values()) == 3


@settings(max_examples=60, deadline=None)
@given(
    weights=st.lists(st.integers(-4, 4), min_size=3, max_size=3),
    line=st.integers(1, 25),
    sizes=st.lists(st.integers(0, 5), min_size=3, max_size=3),
)
def test_what_is_told_wins_is_minimal_and_agrees_with_trying_everything(weights, line, sizes):
    model = linear("abc", [float(w) for w in weights])
    values = [list(range(-size, size + 1)) for size in sizes]
    reaches = [reach(c, v) for c, v in zip("abc", values, strict=True)]
    wins = above(line - 0.5)
    ways = find_ways(model, PERSON, reaches, wins, at_once=3)
    every = [
        (sum(map(bool, each)), sum(map(abs, each)))
        for each in itertools.product(*values)
        if np.dot(each, weights) > line - 0.5
    ]
    assert bool(ways) == bool(every)
    assert len(ways) <= MOST_TOLD
    for way in ways:
        own = PERSON.assign(**way.changes)
        assert model.score(own)[0] == way.score > line - 0.5
        assert len(way.changes) == min(fewest for fewest, _ in every)
        for column, value in way.changes.items():
            less = PERSON.assign(**{**way.changes, column: value - np.sign(value)})
            assert not wins(model.score(less))[0]
    if ways:
        # The least effort of all ways with so few changes is among those told.
        assert ways[0].effort == min(effort for fewest, effort in every if fewest == len(ways[0].changes))


def test_protected_attributes_what_flips_set_and_what_is_declared_are_held():
    model = linear(("grade", "sex", "name", "town"), (1.0,) * 4)
    spec = declare(
        {
            "schema": 1,
            "audit": {"name": "made", "title": "Made"},
            "data": {"path": "x.csv", "outcome": "y"},
            "protected": [{"column": "sex"}],
            "model": {"train": "logistic_regression"},
            "flip": [{"attribute": "sex", "to": "male", "set": {"name": 1}}],
            "explain": {"immutable": ["town"]},
        }
    ).spec
    assert held_inputs(model, spec) == ("sex", "name", "town")
    known = pd.DataFrame({name: np.arange(100.0) for name in model.features})
    assert [one.column for one in reaches_of(model, known.iloc[[3]], known, spec)] == ["grade"]


def reached(own, known, **explain):
    known = pd.Series(known, name="a")
    frame = pd.DataFrame({"a": known, "b": np.zeros(len(known))})
    person = pd.DataFrame({"a": pd.Series([own], dtype=known.dtype), "b": [0.0]})
    found = reaches_of(linear("ab", (1.0, 1.0)), person, frame, spec_of(**explain))
    return found[0].others.tolist(), found[0].efforts


def test_declared_ranges_steps_lists_and_directions_are_kept():
    known = np.arange(200.0)
    assert reached(10.0, known, ranges={"a": {"min": 4, "max": 13, "step": 3}})[0] == [4, 7, 13]
    assert reached(10.5, known, ranges={"a": {"min": 4, "max": 13, "step": 3}})[0] == [4, 7, 10, 13]
    assert reached(10.0, known, ranges={"a": {"step": 100}})[0] == [110]
    assert reached(10.0, known, ranges={"a": [3, 10, 12]})[0] == [3, 12]
    assert reached(10.0, known, ranges={"a": {"min": 8, "max": 12, "step": 1}}, direction={"a": "up"})[0] == [11, 12]
    assert reached(10.0, known, ranges={"a": {"min": 8, "max": 12, "step": 1}}, direction={"a": "down"})[0] == [8, 9]
    assert reached(10.0, known, ranges={"a": {"min": 0, "max": 1e9, "step": 1}})[0][-1] <= 1e9


def test_without_a_declaration_usual_values_in_round_numbers_are_tried():
    rng = np.random.default_rng(1)
    known = rng.normal(0, 1, 5000)
    values, efforts = reached(0.1234, known)
    assert -2.5 < min(values) < -2.2
    assert 2.2 < max(values) < 2.5
    assert all(round(v, 2) == v for v in values)
    assert efforts == pytest.approx(
        np.abs(np.array(values) - 0.1234) / (np.quantile(known, 0.75) - np.quantile(known, 0.25))
    )
    whole, _ = reached(3.0, np.arange(1000) % 90 + 0.0)
    assert all(v == int(v) for v in whole)
    # A number with few different values takes those that several people have.
    assert reached(1.0, [0.0] * 50 + [1.0] * 50 + [7.0] * 3)[0] == [0.0]


def test_levels_of_fewer_than_five_people_are_offered_to_nobody():
    known = ["rent"] * 9 + ["own"] * 7 + ["castle"] * 4
    values, efforts = reached("rent", known)
    assert (values, efforts.tolist()) == (["own"], [1.0])
    assert reached("rent", known, ranges={"a": ["own", "rent", "castle"]})[0] == ["own", "castle"]


@pytest.mark.parametrize(
    ("known", "explain", "told"),
    [
        (["rent"] * 9, {"ranges": {"a": {"max": 3}}}, "'a' is not a number: list the values"),
        (["rent"] * 9, {"direction": {"a": "up"}}, "can neither rise nor fall"),
        (["rent"] * 9, {"ranges": {"a": ["remt"]}}, "Did you mean 'rent'"),
        ([1.0] * 9, {"ranges": {"a": ["x"]}}, "that input is a number"),
    ],
)
def test_what_does_not_suit_its_column_is_told(known, explain, told):
    with pytest.raises(DataError, match=told):
        reached(known[0], known, **explain)


def test_nothing_recorded_can_become_something():
    values, efforts = reached(np.nan, [1.0, 2.0, 3.0, 4.0] * 10)
    assert values == [1.0, 2.0, 3.0, 4.0]
    assert efforts.tolist() == [1.0] * 4
    assert not is_flag(pd.Series([0.0, 0.0]))
