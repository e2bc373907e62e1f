"""Balanced accuracy and F1 equal scikit-learn's, and their intervals hold what they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from sklearn.metrics import balanced_accuracy_score, f1_score

from biasaudit.measures import attribute_facts, count
from biasaudit.measures.composites import balanced_accuracy, f1, measure_composites
from biasaudit.measures.counting import GroupCounts
from biasaudit.measures.hybrid import hybrid_gap, inverted_p
from biasaudit.measures.intervals import Interval, newcombe, wilson


def _by(cells):
    table = np.asarray(cells, dtype=float).reshape(1, 1, 2, 2)
    table = np.concatenate([table, np.zeros((1, 1, 1, 2))], axis=2)
    return GroupCounts(groups=("a",), within=("",), weight=table, weight_squared=table, n=table)


@given(cells=st.lists(st.integers(1, 40), min_size=4, max_size=4))
def test_values_equal_scikit_learn(cells):
    tn, fp, fn, tp = cells
    truth = [0] * (tn + fp) + [1] * (fn + tp)
    guess = [0] * tn + [1] * fp + [0] * fn + [1] * tp
    by = _by([[tn, fp], [fn, tp]])
    assert balanced_accuracy(by).value[0] == pytest.approx(balanced_accuracy_score(truth, guess), abs=1e-12)
    assert f1(by).value[0] == pytest.approx(f1_score(truth, guess), abs=1e-12)
    for made in (balanced_accuracy(by), f1(by)):
        assert 0 <= made.low[0] <= made.value[0] <= made.high[0] <= 1


@pytest.mark.parametrize(("rate", "n"), [(0.7, 30), (0.9, 100), (0.5, 60)])
def test_balanced_accuracy_covers_by_enumeration(rate, n):
    """All outcomes of n positives and n negatives, whose true rates are rate and 0.8."""
    k = np.arange(n + 1)
    tp, tn = (part.ravel() for part in np.meshgrid(k, k))
    chance = binom.pmf(tp, n, rate) * binom.pmf(tn, n, 0.8)
    low_t, high_t = wilson(tp, n)
    low_s, high_s = wilson(tn, n)
    t, s = tp / n, tn / n
    low = (t + s) / 2 - np.hypot(t - low_t, s - low_s) / 2
    high = (t + s) / 2 + np.hypot(high_t - t, high_s - s) / 2
    one = balanced_accuracy(_by([[tn[5], n - tn[5]], [n - tp[5], tp[5]]]))
    assert (one.low[0], one.high[0]) == pytest.approx((low[5], high[5]))
    truth = (rate + 0.8) / 2
    assert 0.93 <= chance[(low <= truth) & (truth <= high)].sum() <= 0.97


def test_gaps_carry_a_p_value_that_agrees_with_their_interval(people, make_table, make_spec):
    groups, actual, selected = people
    counts = count(make_table(groups, actual=actual), selected)
    facts = attribute_facts(counts, make_spec({"origin": "European", "sex": "male"}))
    values, gaps = measure_composites(counts, facts)
    assert {value.measure for value in values} == {"balanced_accuracy", "f1"}
    assert len(gaps) == 2 * 3
    for gap in gaps:
        assert (gap.p_value < 0.05) == (gap.estimate.low > 0 or gap.estimate.high < 0)


def test_nothing_without_an_outcome_and_a_reason_where_undefined(people, make_table, make_spec):
    groups, _, selected = people
    counts = count(make_table(groups), selected)
    assert measure_composites(counts, attribute_facts(counts, make_spec({"sex": "male"}))) == ((), ())
    counts = count(make_table({"g": list("aabb")}, actual=[0, 0, 0, 1]), np.array([0.0, 0, 0, 1]))
    values, gaps = measure_composites(counts, attribute_facts(counts, make_spec({"g": "b"})))
    assert all(value.estimate.value is None and value.estimate.reason for value in values if value.group == "a")
    assert all(gap.estimate.value is None and gap.p_value is None for gap in gaps)


@given(k=st.integers(0, 40), q=st.integers(0, 60))
def test_hybrid_of_two_wilson_intervals_is_newcombe(k, q):
    mine = hybrid_gap(k / 40, wilson(k, 40), q / 60, wilson(q, 60))
    theirs = newcombe(k, 40, q, 60)
    assert (float(mine.low), float(mine.high)) == pytest.approx((float(theirs.low), float(theirs.high)))


def test_inverted_p_is_the_level_that_just_reaches_zero():
    p = inverted_p(lambda level: newcombe(30, 100, 45, 100, level))
    assert float(newcombe(30, 100, 45, 100, 1 - p).high) == pytest.approx(0, abs=1e-9)
    assert inverted_p(lambda _: Interval(np.array(0.1), np.array(0.2))) < 1e-14
    assert np.isnan(inverted_p(lambda _: Interval(np.array(np.nan), np.array(0.2))))
