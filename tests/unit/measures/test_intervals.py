"""Intervals equal the reference implementation, keep their bounds, and cover as they promise."""

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy.special import gammaln, xlog1py, xlogy
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from biasaudit.measures.intervals import critical, newcombe, score_of_ratio, score_ratio, wilson

levels = st.sampled_from([0.8, 0.95, 0.999])


@st.composite
def rates(draw, most=400):
    n = draw(st.integers(1, most))
    return draw(st.integers(0, n)), n


@given(rates(), levels)
def test_wilson_equals_statsmodels(rate, level):
    k, n = rate
    ours = wilson(k, n, level)
    assert np.allclose(ours, proportion_confint(k, n, alpha=1 - level, method="wilson"), rtol=0, atol=1e-12)


@given(rates(), rates(), levels)
def test_newcombe_equals_statsmodels(group, reference, level):
    ours = newcombe(*group, *reference, level)
    theirs = confint_proportions_2indep(*group, *reference, method="newcomb", compare="diff", alpha=1 - level)
    assert np.allclose(ours, theirs, rtol=0, atol=1e-10)


@given(rates(), rates())
def test_ratio_equals_statsmodels(group, reference):
    # statsmodels searches its ends numerically and only where no count is at its bound.
    assume(0 < group[0] < group[1])
    assume(0 < reference[0] < reference[1])
    ours = score_ratio(*group, *reference)
    theirs = confint_proportions_2indep(*group, *reference, method="score", compare="ratio", correction=False)
    assert np.allclose(ours, theirs, rtol=1e-5)


def test_published_examples():
    # Newcombe 1998, table II, method 10.
    assert np.allclose(newcombe(56, 70, 48, 80), (0.0524, 0.3339), atol=5e-5)
    assert np.allclose(newcombe(10, 10, 0, 10), (0.6075, 1.0), atol=5e-5)
    # Koopman 1984: 36 of 40 against 16 of 80.
    assert np.allclose(score_ratio(36, 40, 16, 80), (2.94, 7.15), atol=6e-3)


@given(rates(most=5_000), rates(most=5_000), levels)
@example((0, 30), (5, 30), 0.95)
@example((30, 30), (30, 30), 0.95)
@example((1, 1), (1, 100_000), 0.999)
def test_ends_of_a_ratio_are_where_the_test_stops_rejecting(group, reference, level):
    assume(group[0] + reference[0] > 0)
    low, high = (float(end) for end in score_ratio(*group, *reference, level))
    counts = [np.array([float(part)]) for part in (*group, *reference)]
    for end, z in ((low, critical(level)), (high, -critical(level))):
        if 0 < end < np.inf:
            around = [score_of_ratio(*counts, end * (1 + change))[0] for change in (-1e-7, 1e-7)]
            assert around[0] >= z - 1e-9 >= around[1] - 2e-9


@given(rates(), rates(), levels)
def test_intervals_keep_bounds_and_hold_the_estimate(group, reference, level):
    (k, n), (q, m) = group, reference
    low, high = wilson(k, n, level)
    assert 0 <= low <= k / n <= high <= 1
    low, high = newcombe(k, n, q, m, level)
    assert -1 <= low <= k / n - q / m + 1e-15
    assert k / n - q / m - 1e-15 <= high <= 1
    low, high = score_ratio(k, n, q, m, level)
    if q > 0:
        assert 0 <= low <= k / n / (q / m) * (1 + 1e-9)
        assert high >= k / n / (q / m) * (1 - 1e-9)


@given(rates(), rates(), st.integers(2, 50))
def test_more_data_makes_intervals_narrower(group, reference, times):
    (k, n), (q, m) = group, reference
    for once, often in (
        (wilson(k, n), wilson(k * times, n * times)),
        (newcombe(k, n, q, m), newcombe(k * times, n * times, q * times, m * times)),
    ):
        assert often.high - often.low < once.high - once.low
    if k and q:
        once, often = score_ratio(k, n, q, m), score_ratio(k * times, n * times, q * times, m * times)
        assert often.high / often.low < once.high / once.low


@given(rates(), rates(), levels)
def test_swapping_sides_flips_the_gap_and_inverts_the_ratio(group, reference, level):
    low, high = newcombe(*group, *reference, level)
    back_low, back_high = newcombe(*reference, *group, level)
    assert np.allclose((low, high), (-back_high, -back_low), atol=1e-14)
    assume(group[0] > 0)
    assume(reference[0] > 0)
    low, high = score_ratio(*group, *reference, level)
    back_low, back_high = score_ratio(*reference, *group, level)
    assert np.allclose((low, high), (1 / back_high, 1 / back_low), rtol=1e-10)


def test_empty_denominators_and_zero_rates():
    assert np.isnan(wilson(0, 0)).all()
    assert np.isnan(newcombe(1, 2, 0, 0)).all()
    assert np.isnan(score_ratio(0, 10, 0, 10)).all()
    assert np.isnan(score_ratio(1, 2, 0, 0)).all()
    assert score_ratio(3, 10, 0, 10).high == np.inf
    assert score_ratio(3, 10, 0, 10).low > 0
    assert score_ratio(0, 10, 3, 10).low == 0


def test_many_at_once_equal_one_by_one():
    rng = np.random.default_rng(3)
    n, m = rng.integers(1, 200, (2, 30))
    k, q = rng.integers(0, n + 1), rng.integers(0, m + 1)
    for interval in (newcombe, score_ratio):
        together = np.array(interval(k, n, q, m))
        alone = np.array([interval(*row) for row in zip(k, n, q, m, strict=True)]).T
        assert np.array_equal(together, alone, equal_nan=True)


SIZES = (30, 100, 300)
RATES = (0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95)


def _chances(n, p):
    """Probability of each count, by enumeration rather than simulation."""
    k = np.arange(n + 1)
    return np.exp(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1) + xlogy(k, p) + xlog1py(n - k, -p))


def _coverage_of_two(interval, truth):
    found = []
    for n, m in ((30, 30), (30, 300), (100, 100), (300, 100)):
        k, q = (part.ravel() for part in np.meshgrid(np.arange(n + 1), np.arange(m + 1), indexing="ij"))
        low, high = interval(k, n, q, m)
        for p in RATES:
            for r in RATES:
                chance = np.outer(_chances(n, p), _chances(m, r)).ravel()
                # A ratio of two zeros has no interval; saying nothing is no false statement.
                held = ~((low > truth(p, r) + 1e-12) | (high < truth(p, r) - 1e-12))
                found.append(chance[held].sum())
    return np.array(found)


def test_wilson_covers():
    found = []
    for n in SIZES:
        low, high = wilson(np.arange(n + 1), n)
        found += [_chances(n, p)[(low <= p) & (p <= high)].sum() for p in RATES]
    assert 0.93 < np.mean(found) < 0.97
    assert min(found) > 0.9


@pytest.mark.parametrize(
    ("interval", "truth"), [(newcombe, lambda p, r: p - r), (score_ratio, lambda p, r: p / r)], ids=["gap", "ratio"]
)
def test_intervals_of_two_rates_cover(interval, truth):
    found = _coverage_of_two(interval, truth)
    assert 0.93 < found.mean() < 0.97
    assert np.mean((found > 0.93) & (found < 0.97)) > 0.8
    assert found.min() > 0.89
