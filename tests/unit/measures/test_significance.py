"""Tests and their adjustment equal the reference implementations."""

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.stats import fisher_exact
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportions_ztest

from biasaudit.measures.significance import benjamini_hochberg, fisher, no_gap_p, score_test


@st.composite
def rates(draw, most=400):
    n = draw(st.integers(1, most))
    return draw(st.integers(0, n)), n


@given(rates(), rates())
def test_score_test_equals_statsmodels(group, reference):
    (k, n), (q, m) = group, reference
    ours = float(score_test(k, n, q, m))
    if 0 < k + q < n + m:
        assert np.isclose(ours, proportions_ztest([k, q], [n, m])[1], rtol=1e-9)
    else:
        assert ours == 1.0


@given(rates(), rates())
@example((0, 5), (0, 7))
@example((5, 5), (7, 7))
@example((0, 100), (300, 300))
@example((1, 1), (0, 1))
def test_fisher_equals_scipy(group, reference):
    (k, n), (q, m) = group, reference
    assert np.isclose(fisher(k, n, q, m), fisher_exact([[k, n - k], [q, m - q]])[1], rtol=1e-6, atol=1e-12)


def test_fisher_of_large_tables_equals_scipy():
    tables = np.array([[3, 40, 90_000, 1_000_000], [40, 400, 60_000, 900_000], [12, 30, 100, 100_000]])
    ours = fisher(*tables.T)
    theirs = [fisher_exact([[k, n - k], [q, m - q]])[1] for k, n, q, m in tables]
    assert np.allclose(ours, theirs, rtol=1e-5)


def test_exact_test_where_counts_are_small():
    k, n, q, m = np.array([[1, 12, 8, 20], [30, 100, 45, 100], [0, 0, 3, 10]], dtype=float).T
    p = no_gap_p(k, n, q, m)
    assert p[0] == fisher(1, 12, 8, 20)[()]
    assert p[1] == score_test(30, 100, 45, 100)[()]
    assert np.isnan(p[2])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_adjustment_equals_statsmodels(p_values):
    assert np.allclose(benjamini_hochberg(p_values), multipletests(p_values, method="fdr_bh")[1])


def test_what_has_no_p_value_is_not_counted():
    with_gap = benjamini_hochberg([0.01, np.nan, 0.03])
    assert np.isnan(with_gap[1])
    assert np.allclose(with_gap[[0, 2]], benjamini_hochberg([0.01, 0.03]))
    assert np.isnan(benjamini_hochberg([np.nan])).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=10), st.integers(0, 10))
def test_unseen_members_of_a_family_count_as_showing_nothing(p_values, unseen):
    family = len(p_values) + unseen
    whole = benjamini_hochberg([*p_values, *[1.0] * unseen])[: len(p_values)]
    assert np.allclose(benjamini_hochberg(p_values, family), whole)
