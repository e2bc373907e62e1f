"""Partial pooling against planted groups, and its limits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biasaudit.measures import attribute_facts, count
from biasaudit.measures.pooling import measure_pooled_rates, pool


@pytest.mark.parametrize(("size", "mean"), [(8, 0.3), (60, 0.1), (1e6, 0.5)])
def test_pooled_rates_are_nearer_the_truth_and_their_intervals_hold_it(size, mean):
    rng = np.random.default_rng(1)
    n = np.tile([5, 10, 30, 60, 300, 1000], 2)
    raw = pooled = held = 0.0
    for _ in range(60):
        truth = rng.beta(mean * size, (1 - mean) * size, n.size)
        k = rng.binomial(n, truth)
        found = pool(k, n)
        raw += ((k / n - truth) ** 2).mean()
        pooled += ((found.value - truth) ** 2).mean()
        held += ((found.low <= truth) & (truth <= found.high)).mean() / 60
    assert pooled < 0.9 * raw
    assert held >= 0.92


@given(data=st.data())
def test_a_pooled_rate_lies_between_the_groups_own_and_the_others(data):
    n = np.array(data.draw(st.lists(st.integers(1, 200), min_size=3, max_size=8)))
    k = np.array([data.draw(st.integers(0, int(size))) for size in n])
    found = pool(k, n)
    assert np.all((found.low <= found.value) & (found.value <= found.high))
    assert np.all((found.own > 0) & (found.own < 1))
    # More people of a group's own weigh more.
    assert np.all(np.diff(found.own[np.argsort(n, kind="stable")]) >= -1e-12)


def test_groups_that_are_far_apart_stay_where_they_are():
    found = pool([100, 1000, 1900], [2000, 2000, 2000])
    assert found.value == pytest.approx([0.05, 0.5, 0.95], abs=0.002)
    assert found.own.min() > 0.99


def test_a_group_without_anyone_takes_the_common_rate():
    found = pool([0, 30, 33, 29], [0, 100, 100, 100])
    assert found.value[0] == pytest.approx(0.31, abs=0.03)
    assert found.own[0] == 0


def test_raw_and_pooled_stand_side_by_side(people, make_table, make_spec):
    groups, actual, selected = people
    counts = count(make_table(groups, actual=actual), selected)
    facts = attribute_facts(counts, make_spec({"sex": "male", "origin": "European"}, intersections=[("sex", "origin")]))
    found = measure_pooled_rates(counts, facts)
    assert {one.attribute for one in found} == {"origin", "sex x origin"}  # two groups teach nothing
    for one in found:
        if one.raw.value is not None and one.n < 100:
            assert one.weight < 1
            assert one.pooled.value != one.raw.value
