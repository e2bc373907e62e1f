"""The exact test of two rates is Fisher's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from biasaudit.results.exact import EXACT_BELOW, fisher, is_rare

counts = st.tuples(st.integers(0, 60), st.integers(1, 60)).map(lambda pair: (min(pair), max(pair)))


@given(counts, counts)
def test_it_is_that_of_scipy_and_symmetric(one, other):
    (k, n), (q, m) = one, other
    expected = fisher_exact([[k, n - k], [q, m - q]]).pvalue
    assert fisher(k, n, q, m) == pytest.approx(expected, abs=1e-9)
    assert fisher(q, m, k, n) == pytest.approx(expected, abs=1e-9)
    assert fisher(n - k, n, m - q, m) == pytest.approx(expected, abs=1e-9)


def test_fractions_of_people_are_rounded_and_nobody_is_no_difference():
    assert fisher(2.6, 4.0, 1.2, 4.0) == fisher(3, 4, 1, 4)
    assert fisher(0, 10, 0, 500) == 1.0


def test_rare_is_what_few_count_or_few_do_not():
    assert is_rare(5, 1000, 5, 1000)
    assert is_rare(995, 1000, 995, 1000)
    assert not is_rare(EXACT_BELOW / 2, 1000, EXACT_BELOW / 2, 1000)
