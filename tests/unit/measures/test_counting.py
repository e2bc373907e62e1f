"""One table of counts: nobody is lost, and the order of rows changes nothing."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biasaudit.data import cells
from biasaudit.errors import DataError
from biasaudit.measures import count
from biasaudit.measures import counting as counting_room


def test_counts_equal_a_data_frame(people, make_table):
    groups, actual, selected = people
    actual = np.where(np.arange(len(actual)) % 10 == 0, np.nan, actual)
    counts = count(make_table(groups, actual=actual), selected)
    frame = pd.DataFrame(
        {**groups, "actual": np.where(np.isnan(actual), 2, actual).astype(int), "s": selected.astype(int)}
    )
    for name, columns in (("sex", ["sex"]), ("sex x origin", ["sex", "origin"])):
        by = counts.by(name)
        group = frame[columns].agg(" x ".join, axis=1)
        for place, label in enumerate(by.groups):
            for known in (0, 1, 2):
                for decided in (0, 1):
                    rows = (group == label) & (frame["actual"] == known) & (frame["s"] == decided)
                    assert by.n[place, 0, known, decided] == rows.sum()


def test_groups_stand_as_in_the_table(people, make_table):
    groups, _, selected = people
    table = make_table(groups)
    counts = count(table, selected)
    for name in ("sex", "origin", "origin x sex"):
        assert counts.by(name).groups == tuple(table.attribute(name).categories)


@given(seed=st.integers(0, 10_000))
def test_row_order_changes_nothing(people, make_table, seed):
    groups, actual, _ = people
    rng = np.random.default_rng(seed)
    chosen, weight = rng.choice([0, 0.25, 1], len(actual)), rng.uniform(0.5, 2, len(actual))
    order = rng.permutation(len(actual))
    table = make_table(groups, actual=actual, weight=weight)
    one, other = count(table, chosen), count(table.take(order), chosen[order])
    for name in ("origin", "sex x origin"):
        a, b = one.by(name), other.by(name)
        assert a.groups == b.groups
        for part in ("n", "weight", "weight_squared"):
            assert np.allclose(getattr(a, part), getattr(b, part), rtol=1e-12)


def test_a_tie_is_split_over_both_cells(make_table):
    counts = count(make_table({"sex": ["f", "f", "m"]}), np.array([1.0, 0.25, 0.0]))
    by = counts.by("sex")
    assert np.allclose(by.n[0, 0].sum(axis=0), [0.75, 1.25])
    assert np.allclose(by.n.sum(), 3)


def test_strata_and_periods_stand_apart(make_table):
    table = make_table(
        {"sex": ["f", "f", "m", "m"]},
        strata={"sex": ["f", "f", "m", "m"], "office": ["a", "b", "a", "a"]},
        periods=["82", "83", "82", "83"],
    )
    counts = count(table, np.array([1.0, 0, 1, 0]))
    assert counts.names("stratum") == ("sex", "office")
    assert counts.by("sex", within="stratum").within == ("f x a", "f x b", "m x a")
    assert counts.by("sex", within="period").within == ("82", "83")
    assert counts.by("sex", within="period").n.sum(axis=(2, 3)).tolist() == [[1, 1], [1, 1]]


def test_every_way_of_finding_cells_agrees(monkeypatch):
    rng = np.random.default_rng(3)
    codes = tuple(rng.integers(0, 4, 500).astype(np.int8) for _ in range(3))
    dense = cells.occupied(codes, [4, 4, 4])
    monkeypatch.setattr(cells, "_ALWAYS_DENSE", 0)
    sparse = cells.occupied(codes, [4, 4, 10_000])
    beyond_integers = cells.occupied(codes, [4, 2**40, 2**40])
    for other in (sparse, beyond_integers):
        assert all(np.array_equal(one, two) for one, two in zip(dense, other, strict=True))


@given(seed=st.integers(0, 10_000), most_cells=st.sampled_from([1, 40, 10_000]))
def test_several_small_tables_hold_what_one_joint_table_holds(make_table, monkeypatch, seed, most_cells):
    rng = np.random.default_rng(seed)
    groups = {name: rng.choice(list("uvw"), 200) for name in "abcd"}
    table = make_table(
        groups,
        actual=rng.choice([0, 1, np.nan], 200),
        weight=rng.choice([1.0, 0.5, 3.0], 200),
        strata={"office": rng.choice(["x", "y"], 200)},
        periods=rng.choice(["82", "83"], 200),
    )
    selected = rng.choice([0, 0.25, 1], 200)
    crosses = [("a", "b"), ("b", "c"), ("d", "a"), ("a", "c", "d")]
    joint = count(table, selected)
    monkeypatch.setattr(counting_room, "MOST_CELLS", most_cells)
    parts = count(table, selected, crosses)
    assert len(joint.tables) <= 2
    assert len(parts.tables) > 2 or most_cells == 10_000
    for name in ("a", "b", "c", "d", *(" x ".join(columns) for columns in crosses)):
        for within in ("nothing", "stratum", "period"):
            one, two = joint.by(name, within), parts.by(name, within)
            assert (one.groups, one.within) == (two.groups, two.within)
            for part in ("n", "weight", "weight_squared"):
                assert np.allclose(getattr(one, part), getattr(two, part), rtol=1e-12, atol=0)
    if most_cells == 1:
        with pytest.raises(KeyError, match="declared crosses"):
            parts.by("b x d")


def test_many_attributes_make_few_small_tables(make_table):
    names = [f"a{place}" for place in range(10)]
    pairs = list(itertools.combinations(names, 2))
    rng = np.random.default_rng(1)
    counts = count(make_table({name: rng.choice(list("uvwxyz"), 3_000) for name in names}), np.zeros(3_000), pairs)
    assert len(counts.tables) < 15
    assert max(len(table.codes) for table in counts.tables) <= 3_000
    assert all(len(counts.by(" x ".join(pair)).groups) == 36 for pair in pairs)


def test_a_missing_group_is_a_group(make_table):
    counts = count(make_table({"sex": ["f", None, "m"]}), np.zeros(3))
    assert counts.by("sex").groups == ("f", "m", "(not recorded)")


def test_what_cannot_be_counted_is_refused(make_table):
    with pytest.raises(DataError, match="No rows"):
        count(make_table({"sex": []}), np.zeros(0))
    with pytest.raises(DataError, match="weights"):
        count(make_table({"sex": ["f"]}, weight=[-1.0]), np.zeros(1))
    for wrong in (np.zeros(2), np.array([1.5]), np.array([np.nan])):
        with pytest.raises(ValueError, match="decisions"):
            count(make_table({"sex": ["f"]}), wrong)
    with pytest.raises(KeyError):
        count(make_table({"sex": ["f"]}), np.zeros(1)).by("age")
