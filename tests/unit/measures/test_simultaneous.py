"""The largest gap of many groups: right at equality, and elsewhere."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, studentized_range

from biasaudit.measures import attribute_facts, count
from biasaudit.measures.simultaneous import _chance_within, largest_gap, measure_largest_gaps, with_range


def test_the_chance_of_a_range_equals_enumeration():
    p, n = np.array([0.2, 0.5, 0.4]), np.array([5.0, 7.0, 4.0])
    total = dict.fromkeys((0.1, 0.3, 0.6), 0.0)
    for ks in itertools.product(*(range(int(size) + 1) for size in n)):
        chance = np.prod(binom.pmf(ks, n, p))
        for w in total:
            total[w] += chance * (np.ptp(np.array(ks) / n) <= w + 1e-9)
    for w, expected in total.items():
        assert _chance_within(p, n, w + 1e-9) == pytest.approx(expected, abs=1e-10)


def test_for_many_people_it_is_the_studentized_range():
    k = 5
    found = largest_gap([4_000, 4_000, 4_000, 4_000, 4_250], [10_000] * k)
    error = np.sqrt(np.mean([0.4] * 4 + [0.425]) * (1 - np.mean([0.4] * 4 + [0.425])) / 10_000)
    assert found.p_value == pytest.approx(studentized_range.sf(found.value / error, k, 1e6), abs=2e-4)


@given(data=st.data())
def test_ends_are_in_order_and_groups_are_named(data):
    groups = data.draw(st.integers(2, 6))
    n = data.draw(st.lists(st.integers(5, 50), min_size=groups, max_size=groups))
    k = [data.draw(st.integers(0, size)) for size in n]
    found = largest_gap(k, n)
    rates = np.array(k) / n
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.value == pytest.approx(rates[found.highest] - rates[found.lowest])
    # The test of equality and the interval tell the same story, up to how finely an end is found.
    assert (found.low <= 1e-4) or found.p_value <= 0.05


@given(r=st.floats(0, 1), data=st.data())
def test_rates_are_brought_to_a_range(r, data):
    k = np.array(data.draw(st.lists(st.integers(0, 20), min_size=3, max_size=5)), dtype=float)
    moved = with_range(k, np.full(k.shape, 20.0), r)
    assert np.ptp(moved) == pytest.approx(r, abs=1e-6)
    assert moved.min() >= 0
    assert moved.max() <= 1


@pytest.mark.parametrize(
    ("rates", "sizes"),
    [
        ((0.3,) * 5, (100,) * 5),
        ((0.5,) * 3, (30, 300, 1000)),
        ((0.2, 0.5), (60, 60)),
        ((0.2, 0.2, 0.4, 0.4), (200,) * 4),
    ],
)
def test_it_holds_the_true_range_as_often_as_it_says(rates, sizes):
    rng = np.random.default_rng(3)
    runs, held = 60, 0
    for _ in range(runs):
        found = largest_gap(rng.binomial(sizes, rates), sizes)
        held += found.low <= np.ptp(rates) + 1e-4 and found.high >= np.ptp(rates) - 1e-4
    # At a true coverage of 95 % fewer than 52 of 60 come up once in three hundred times.
    assert held >= 52


def test_no_gap_is_inside_where_a_bootstrap_never_has_it():
    rng = np.random.default_rng(5)
    holds_zero = sum(largest_gap(rng.binomial(200, 0.4, 6), [200] * 6).low == 0 for _ in range(60))
    assert holds_zero >= 52


def test_small_groups_are_left_out(people, make_table, make_spec):
    groups, actual, selected = people
    counts = count(make_table(groups, actual=actual), selected)
    facts = attribute_facts(counts, make_spec({"origin": "European"}))
    found = {one.measure: one for one in measure_largest_gaps(counts, facts, minimum_size=200)}
    assert found["selection_rate"].groups == 2
    assert (found["selection_rate"].highest, found["selection_rate"].lowest) == ("European", "non-European")
    assert found["selection_rate"].estimate.low < 0.15 < found["selection_rate"].estimate.high
    assert measure_largest_gaps(counts, facts, minimum_size=1_900) == ()
