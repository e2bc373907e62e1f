"""A change bears the interval that its two intervals give, and its p-value says the same as that interval."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biasaudit.measures import benjamini_hochberg
from biasaudit.measures.intervals import newcombe
from biasaudit.results import Estimate, undefined
from biasaudit.results.moving import ZERO_RATIO, adjusted, difference, growth, p_of_quotient, p_value, quotient

Z = NormalDist().inv_cdf(0.975)
values = st.floats(-0.5, 0.5)
errors = st.floats(1e-4, 0.2)


def normal(value, error):
    return Estimate(value=value, low=value - Z * error, high=value + Z * error, method="normal")


@given(values, errors, values, errors)
def test_symmetric_intervals_give_the_closed_form(before, error_before, after, error_after):
    found = difference(normal(after, error_after), normal(before, error_before))
    half = Z * math.hypot(error_before, error_after)
    assert (found.low, found.high) == pytest.approx((after - before - half, after - before + half))
    p = 2 * NormalDist().cdf(-abs(after - before) / math.hypot(error_before, error_after))
    assert p_value(found) == pytest.approx(p, abs=1e-9)


@given(st.integers(0, 50), st.integers(50, 90), st.integers(0, 40), st.integers(40, 70))
def test_of_two_rates_it_is_newcombes_interval(k, n, q, m):
    found = _rates(k, n, q, m)
    low, high = newcombe([k], [n], [q], [m])
    assert found.low == pytest.approx(max(low[0], -1.0), abs=1e-12)
    assert found.high == pytest.approx(min(high[0], 1.0), abs=1e-12)


def _rates(k, n, q, m):
    from biasaudit.measures.intervals import wilson

    def rate(part, whole):
        low, high = (float(end[0]) for end in wilson([part], [whole]))
        return Estimate(value=part / whole, low=min(low, part / whole), high=max(high, part / whole), method="wilson")

    return difference(rate(k, n), rate(q, m))


@given(values, errors, values, errors)
def test_turning_time_round_turns_the_sign(before, error_before, after, error_after):
    one, two = normal(before, error_before), normal(after, error_after)
    there, back = difference(two, one), difference(one, two)
    assert (there.value, there.low, there.high) == pytest.approx((-back.value, -back.high, -back.low))
    assert growth(two, one).value == pytest.approx(-growth(one, two).value)


@given(values, errors, values, errors)
def test_size_grows_the_same_whichever_side_a_gap_is_on(before, error_before, after, error_after):
    plain = growth(normal(after, error_after), normal(before, error_before))
    turned = growth(normal(-after, error_after), normal(-before, error_before))
    assert plain.value == pytest.approx(abs(after) - abs(before))
    assert (plain.low, plain.high) == pytest.approx((turned.low, turned.high))


@given(values, errors, values, errors)
def test_p_is_small_just_where_the_interval_leaves_none_out(before, error_before, after, error_after):
    found = difference(normal(after, error_after), normal(before, error_before))
    if min(abs(found.low), abs(found.high)) > 1e-9:
        assert (p_value(found) < 0.05) == (found.low > 0 or found.high < 0)


def test_a_quotient_of_ratios_works_on_logarithms_and_keeps_open_ends():
    before = Estimate(value=0.8, low=0.7, high=0.9, method="r")
    after = Estimate(value=0.5, low=0.0, high=0.9, method="r")
    found = quotient(after, before)
    assert found.value == pytest.approx(0.625)
    assert found.low is None
    assert found.high == pytest.approx(math.exp(math.log(0.625) + math.hypot(math.log(1.8), math.log(0.8 / 0.7))))
    assert p_of_quotient(quotient(before, before)) == 1.0
    assert growth(Estimate(value=2.0, low=1.8, high=2.2, method="r"), Estimate(value=0.5, low=0.4, high=0.6, method="r"),
                  is_ratio=True).value == pytest.approx(1.0)  # fmt: skip


def test_what_is_undefined_stays_so_with_its_reason():
    one = normal(0.1, 0.01)
    none = undefined("nobody", method="m")
    assert "earlier" in difference(one, none).reason
    assert "later" in difference(none, one).reason
    zero = Estimate(value=0.0, low=0.0, high=0.3, method="r")
    assert quotient(zero, one).reason == ZERO_RATIO
    assert p_value(difference(one, none)) is None
    assert p_value(Estimate(value=0.2, low=None, high=0.4, method="m", reason="open")) is None


numbers = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def anything(draw):
    """An estimate as a file may hold one: ends that need not hold the value, or none."""
    value = draw(st.none() | numbers)
    if value is None:
        return undefined("nobody", method="m")
    low, high = sorted([draw(numbers), draw(numbers)])
    keeps = draw(st.tuples(st.booleans(), st.booleans()))
    ends = {"low": low if keeps[0] else None, "high": high if keeps[1] else None}
    return Estimate(value=value, **ends, method="m", level=draw(st.floats(0.01, 0.999)))


@given(anything(), anything())
def test_whatever_a_file_holds_gives_an_estimate_or_its_reason(after, before):
    for found in (difference(after, before), quotient(after, before), growth(after, before), growth(after, before, is_ratio=True)):  # fmt: skip
        assert found.value is not None or found.reason
        assert p_value(found) is None or 0 <= p_value(found) <= 1
    assert p_of_quotient(quotient(after, before)) is None or 0 <= p_of_quotient(quotient(after, before)) <= 1


@given(st.lists(st.none() | st.floats(0, 1), max_size=20))
def test_adjusting_is_that_of_the_measures(p_values):
    expected = benjamini_hochberg(np.array([math.nan if p is None else p for p in p_values]))
    found = [math.nan if p is None else p for p in adjusted(p_values)]
    assert found == pytest.approx(expected.tolist(), nan_ok=True)
