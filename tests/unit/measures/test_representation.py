"""Shares against SciPy and statsmodels, and the smallest gap that could have been seen."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, norm

from biasaudit.errors import DataError
from biasaudit.measures import attribute_facts, count, score_ratio
from biasaudit.measures.detectable import detectable_gap
from biasaudit.measures.representation import measure_representation
from biasaudit.spec import PopulationSpec


@pytest.fixture
def split(make_table, make_spec):
    table = make_table({"g": ["a"] * 120 + ["b"] * 480})
    judged = np.zeros(600, dtype=bool)
    judged[:90] = judged[120:330] = True
    table = replace(table, is_judged=judged)
    counts = count(table.judged(), np.ones(300))
    return table, attribute_facts(counts, make_spec({"g": "b"}))


def test_shares_and_ratios_to_a_population(split):
    table, facts = split
    known = [PopulationSpec(attribute="g", group="a", share=0.4, source="census")]
    one = next(r for r in measure_representation(table, facts, known) if r.group == "a")
    interval = binomtest(90, 300).proportion_ci(0.95, method="wilson")
    assert (one.n, one.share.value) == (90, 0.3)
    assert (one.share.low, one.share.high) == pytest.approx((interval.low, interval.high))
    assert (one.ratio.value, one.ratio.high) == pytest.approx((0.75, interval.high / 0.4))
    assert (one.against, one.source) == ("population", "census")


def test_judged_against_trained(split):
    table, facts = split
    found = {(r.where, r.group): r for r in measure_representation(table, facts, trained=True)}
    assert found["train", "a"].n == 30
    one = found["judged", "a"]
    assert (one.against, one.share_against, one.ratio.value) == ("train", 0.1, pytest.approx(3.0))
    assert one.ratio.low == pytest.approx(float(score_ratio(90, 300, 30, 300).low))


def test_what_a_population_may_not_say(split):
    table, facts = split
    with pytest.raises(DataError, match="has no group 'A'"):
        measure_representation(table, facts, [PopulationSpec(attribute="g", group="A", share=0.4)])
    both = [PopulationSpec(attribute="g", group=group, share=0.6) for group in "ab"]
    with pytest.raises(DataError, match="add up to"):
        measure_representation(table, facts, both)


@given(rate=st.floats(0.05, 0.95), n=st.integers(30, 3_000), m=st.integers(30, 3_000))
def test_a_detectable_gap_has_the_power_it_says(rate, n, m):
    gap = float(detectable_gap(rate, n, m))
    powers = []
    for p in (rate + gap, rate - gap):
        if 0 <= p <= 1:
            pooled = (n * p + m * rate) / (n + m)
            none, some = (
                (pooled * (1 - pooled) * (1 / n + 1 / m)) ** 0.5,
                (p * (1 - p) / n + rate * (1 - rate) / m) ** 0.5,
            )
            powers.append(norm.cdf((gap - norm.ppf(0.975) * none) / some))
    assert max(powers) == pytest.approx(0.8, abs=1e-4)


def test_too_few_people_could_have_seen_nothing():
    assert np.isnan(detectable_gap(0.5, 1, 1))
    assert np.isnan(detectable_gap(0.5, 0, 100))


def test_simulated_power():
    rng = np.random.default_rng(0)
    gap = float(detectable_gap(0.3, 200, 400))
    from biasaudit.measures import score_test

    k, q = rng.binomial(200, 0.3 + gap, 4_000), rng.binomial(400, 0.3, 4_000)
    lower = rng.binomial(200, 0.3 - gap, 4_000)
    power = max((score_test(part, 200, q, 400) < 0.05).mean() for part in (k, lower))
    assert power == pytest.approx(0.8, abs=0.03)
