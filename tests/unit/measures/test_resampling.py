"""Resampled counts behave as resampled rows do, at a cost that does not know how many rows there are."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biasaudit.measures import RATES, GroupCounts, count, newcombe, percentile_interval, rate_counts, resample
from biasaudit.measures import resampling as room

SELECTION = RATES[0]


def _counts(n, weight=None, squared=None):
    n = np.asarray(n, dtype=float)
    return GroupCounts(
        groups=tuple(f"g{place}" for place in range(len(n))),
        within=("",),
        n=n,
        weight=n if weight is None else weight,
        weight_squared=n if squared is None else squared,
    )


def _rates(by):
    cells = rate_counts(by, SELECTION)
    return cells.k / cells.n


def _gap(by):
    return _rates(by)[0] - _rates(by)[1]


def _two(selected, people):
    n = np.zeros((2, 1, 3, 2))
    n[:, 0, 2, 1] = selected
    n[:, 0, 2, 0] = np.subtract(people, selected)
    return _counts(n)


def test_the_spread_is_that_of_resampled_rows(people, make_table):
    groups, actual, selected = people
    by = count(make_table({"sex": groups["sex"]}, actual=actual), selected).by("sex")
    rng = np.random.default_rng(1)
    female = groups["sex"] == "female"
    rows = []
    for _ in range(2_000):
        drawn = rng.integers(0, len(selected), len(selected))
        rows.append(selected[drawn][female[drawn]].mean() - selected[drawn][~female[drawn]].mean())
    found = resample(by, _gap, 4_000, seed=2)
    assert found.mean() == pytest.approx(np.mean(rows), abs=0.002)
    assert found.std() == pytest.approx(np.std(rows), rel=0.06)


def test_weights_spread_as_those_of_resampled_rows(make_table):
    rng = np.random.default_rng(4)
    n = 800
    sex, chosen, weight = rng.choice(["f", "m"], n), rng.integers(0, 2, n).astype(float), rng.gamma(1.0, 2.0, n)
    by = count(make_table({"sex": sex}, weight=weight), chosen).by("sex")
    female, rows = sex == "f", []
    for _ in range(2_000):
        drawn = rng.integers(0, n, n)
        parts = [drawn[female[drawn] == side] for side in (True, False)]
        rows.append(np.subtract(*(np.average(chosen[part], weights=weight[part]) for part in parts)))
    found = resample(by, _gap, 4_000, seed=2)
    assert found.mean() == pytest.approx(np.mean(rows), abs=0.005)
    assert found.std() == pytest.approx(np.std(rows), rel=0.06)


def test_the_interval_is_near_the_formula_where_there_is_one():
    by = _two([300, 420], [1_000, 1_100])
    low, high = percentile_interval(resample(by, _gap, seed=3))
    formula = newcombe(300, 1_000, 420, 1_100)
    assert (low, high) == pytest.approx((formula.low, formula.high), abs=0.004)


@given(
    cells=st.lists(st.integers(0, 50), min_size=12, max_size=12).filter(any),
    replicates=st.integers(1, 40),
    block=st.sampled_from([1, 100, 1 << 20]),
)
def test_every_replicate_is_a_whole_table(monkeypatch, cells, replicates, block):
    by = _counts(np.reshape(cells, (2, 1, 3, 2)))
    monkeypatch.setattr(room, "_BLOCK", block)
    tables = resample(by, lambda drawn: np.moveaxis(drawn.n, 1, -1), replicates, seed=0)
    assert tables.shape == (2, 3, 2, replicates)
    assert np.array_equal(tables.sum(axis=(0, 1, 2)), np.full(replicates, by.n.sum()))
    assert np.all(tables == np.rint(tables))
    assert np.all(tables[by.n[:, 0] == 0] == 0)


def test_the_same_seed_gives_the_same_replicates():
    by = _two([30, 42], [100, 110])
    one, two, other = (resample(by, _gap, 50, seed=seed) for seed in (7, 7, 8))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)


def test_ten_thousand_replicates_take_well_under_a_second():
    n = np.zeros((6, 1, 3, 2))
    n[:, 0, :2] = 1e6  # twenty-four million people cost what twenty-four do
    by = _counts(n)

    def all_rates(by):
        return np.stack([rate_counts(by, rule).k / rate_counts(by, rule).n for rule in RATES])

    start = time.process_time()
    percentile_interval(resample(by, all_rates, seed=0))
    assert time.process_time() - start < 1


def test_undefined_replicates_are_left_out():
    low, high = percentile_interval(np.array([[1.0, np.nan, 3.0, 2.0], [np.nan] * 4]), 0.5)
    assert low.tolist()[0] == 1.5
    assert high.tolist()[0] == 2.5
    assert np.isnan([low[1], high[1]]).all()


@given(values=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60), level=st.floats(0.5, 0.99))
def test_the_interval_is_numpys_quantiles(values, level):
    low, high = percentile_interval(np.array(values), level)
    tail = (1 - level) / 2
    assert (low, high) == pytest.approx(tuple(np.quantile(values, [tail, 1 - tail])), rel=1e-9, abs=1e-6)


def test_what_cannot_be_resampled_is_refused(people, make_table):
    groups, _, selected = people
    counts = count(make_table({"sex": groups["sex"]}, periods=groups["origin"]), selected)
    with pytest.raises(ValueError, match="strata or periods"):
        resample(counts.by("sex", within="period"), _gap, seed=0)
    with pytest.raises(ValueError, match="no one was counted"):
        resample(_counts(np.zeros((2, 1, 3, 2))), _gap, seed=0)
