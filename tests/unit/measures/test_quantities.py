"""Means, medians, places and stages against SciPy and by definition."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.stats import ttest_ind

from biasaudit.errors import DataError
from biasaudit.measures import attribute_facts, count
from biasaudit.measures.funnels import measure_classes, measure_stages
from biasaudit.measures.means import median_interval, moments, welch
from biasaudit.measures.quantities import exposure, in_top, measure_quantities, measure_ranking, measure_scores
from biasaudit.spec import ClassesSpec, QuantitySpec, StageSpec


def _with(table, **columns):
    from dataclasses import replace

    return replace(table, frame=pd.DataFrame(columns, index=range(len(table))))


@pytest.fixture
def facts_of(make_spec):
    def make(table, reference="b"):
        counts = count(table, np.ones(len(table)))
        return attribute_facts(counts, make_spec({"g": reference}))

    return make


@given(data=st.data())
def test_welch_equals_scipy(data):
    sizes = data.draw(st.tuples(st.integers(2, 30), st.integers(2, 30)))
    values = np.array(data.draw(st.lists(st.floats(-50, 50), min_size=sum(sizes), max_size=sum(sizes))))
    codes = np.repeat([0, 1], sizes)
    a, b = values[codes == 0], values[codes == 1]
    if a.var() + b.var() < 1e-6:
        return
    theirs = ttest_ind(a, b, equal_var=False)
    mine = welch(moments(codes, 2, values, np.ones(values.size)), 0, 1)
    interval = theirs.confidence_interval(0.95)
    assert mine.value == pytest.approx(a.mean() - b.mean(), abs=1e-9)
    assert (mine.low, mine.high) == pytest.approx((interval.low, interval.high), rel=1e-6, abs=1e-6)
    assert mine.p_value == pytest.approx(theirs.pvalue, rel=1e-6, abs=1e-9)


def test_equal_weights_change_nothing_and_uneven_ones_count_effectively():
    values, codes = np.array([1.0, 2, 4, 8, 3, 5]), np.repeat([0, 1], 3)
    one, ten = moments(codes, 2, values, np.ones(6)), moments(codes, 2, values, np.full(6, 10.0))
    assert ten.variance == pytest.approx(one.variance)
    assert moments(codes, 2, values, np.array([1.0, 1, 2, 1, 1, 1])).effective == pytest.approx([16 / 6, 3])


@pytest.mark.parametrize("n", [9, 20, 61])
def test_the_median_interval_keeps_its_level(n):
    middle, low, high = median_interval(np.arange(n, dtype=float))
    assert middle == (n - 1) / 2
    theirs = stats.quantile_test(np.arange(n, dtype=float), q=middle, p=0.5).confidence_interval(0.95)
    assert (low, high) == (theirs.low, theirs.high)
    assert np.isnan(median_interval(np.arange(4.0))[1])


def test_quantities_and_their_errors(make_table, facts_of):
    rng = np.random.default_rng(0)
    wage = rng.normal(20, 3, 400)
    wage[:200] -= 2
    table = _with(make_table({"g": ["a"] * 200 + ["b"] * 200}), wage=wage, owed=wage + 1, blank=[None] * 400)
    values, gaps = measure_quantities(
        table, facts_of(table), [QuantitySpec(column="wage", against="owed", name="hourly wage")]
    )
    found = {(value.group, value.measure): value.estimate for value in values}
    assert found["a", "mean_error"].value == pytest.approx(-1)
    assert found["a", "mean_absolute_error"].value == pytest.approx(1)
    assert found["a", "median"].low < 18 < found["a", "median"].high
    gap = next(gap for gap in gaps if gap.measure == "mean")
    assert gap.subject == "hourly wage"
    assert gap.estimate.low < -2 < gap.estimate.high < 0
    with pytest.raises(DataError, match="must hold numbers"):
        measure_quantities(table, facts_of(table), [QuantitySpec(column="blank")])


def test_one_value_has_no_interval_and_none_has_a_reason(make_table, facts_of):
    table = _with(make_table({"g": list("aabbb")}), x=[1.0, np.nan, 2, 3, 4])
    values, gaps = measure_quantities(table, facts_of(table), [QuantitySpec(column="x")])
    assert (values[0].n, values[0].estimate.value, values[0].estimate.low) == (1, 1.0, None)
    assert values[0].estimate.reason
    assert gaps[0].p_value is None
    table = _with(make_table({"g": list("aabbb")}), x=[np.nan, np.nan, 2, 3, 4])
    values, gaps = measure_quantities(table, facts_of(table), [QuantitySpec(column="x")])
    assert values[0].estimate.value is None
    assert gaps[0].estimate.value is None


@given(scores=st.lists(st.integers(0, 5), min_size=2, max_size=40), data=st.data())
def test_places_at_the_top_do_not_depend_on_the_order_of_rows(scores, data):
    scores = np.array(scores, dtype=float)
    k = data.draw(st.integers(1, len(scores)))
    order = np.array(data.draw(st.permutations(range(len(scores)))))
    assert in_top(scores, k).sum() == pytest.approx(k)
    assert in_top(scores[order], k) == pytest.approx(in_top(scores, k)[order])
    assert exposure(scores[order]) == pytest.approx(exposure(scores)[order])
    assert exposure(scores).sum() == pytest.approx((1 / np.log2(np.arange(len(scores)) + 2)).sum())


def test_ranking_and_scoring_rate(make_table, facts_of):
    table = make_table({"g": ["a"] * 50 + ["b"] * 50})
    scores = np.arange(100.0)
    values, gaps = measure_ranking(table, facts_of(table), scores, [10, 100])
    top = {value.group: value.estimate.value for value in values if value.measure == "share_in_top"}
    assert top == {"a": 0.0, "b": 0.2}
    assert next(gap for gap in gaps if gap.measure == "exposure").estimate.value < 0
    values, gaps = measure_scores(table, facts_of(table), scores)
    found = {(value.group, value.measure): value.estimate.value for value in values}
    assert (found["a", "scoring_rate"], found["b", "scoring_rate"]) == (0.0, 1.0)
    assert found["a", "mean_score"] == 24.5
    ratio = next(gap for gap in gaps if gap.statistic == "ratio")
    assert (ratio.measure, ratio.estimate.value) == ("scoring_rate", 0.0)


def test_people_at_the_median_do_not_score_above_it(make_table, facts_of):
    table = make_table({"g": list("aabb")})
    values, _ = measure_scores(table, facts_of(table), np.array([1.0, 2, 2, 2]))
    assert {value.estimate.value for value in values if value.measure == "scoring_rate"} == {0.0}


def test_stages_multiply_to_what_is_left(make_table, facts_of):
    rng = np.random.default_rng(1)
    screen, offer = rng.random(600) < 0.5, rng.random(600) < 0.4
    table = _with(
        make_table({"g": ["a"] * 300 + ["b"] * 300}),
        screen=np.where(screen, "yes", "no"),
        offer=np.where(screen, np.where(offer, "yes", "no"), None),
    )
    stages = [StageSpec(column="screen", passed_value="yes"), StageSpec(column="offer", passed_value="yes")]
    values, gaps = measure_stages(table, facts_of(table), stages)
    for group in "ab":
        found = {(v.subject, v.measure): v.estimate.value for v in values if v.group == group}
        assert found["screen", "passed"] == found["screen", "passed_so_far"]
        assert found["offer", "passed_so_far"] == pytest.approx(found["screen", "passed"] * found["offer", "passed"])
    ratios = {(g.subject, g.measure): g.estimate.value for g in gaps if g.statistic == "ratio"}
    assert ratios["offer", "passed_so_far"] == pytest.approx(ratios["screen", "passed"] * ratios["offer", "passed"])
    assert next(v for v in values if (v.subject, v.measure) == ("offer", "passed")).n == screen[:300].sum()
    with pytest.raises(DataError, match="never holds passed_value"):
        measure_stages(table, facts_of(table), [StageSpec(column="screen", passed_value="Ja")])


def test_classes_one_against_the_rest_equal_scikit_learn(make_table, facts_of):
    from sklearn.metrics import accuracy_score, precision_score, recall_score

    rng = np.random.default_rng(2)
    truth = rng.choice(list("xyz"), 500)
    decided = np.where(rng.random(500) < 0.6, truth, rng.choice(list("xyz"), 500))
    group = rng.choice(["a", "b"], 500)
    table = _with(make_table({"g": group}), decided=decided, truth=truth)
    values, _ = measure_classes(table, facts_of(table), ClassesSpec(decision="decided", truth="truth"))
    for g in "ab":
        here = group == g
        found = {(v.subject, v.measure): v.estimate.value for v in values if v.group == g}
        recalls = recall_score(truth[here], decided[here], labels=list("xyz"), average=None)
        precisions = precision_score(truth[here], decided[here], labels=list("xyz"), average=None)
        for place, name in enumerate("xyz"):
            assert found[name, "tpr"] == pytest.approx(recalls[place])
            assert found[name, "ppv"] == pytest.approx(precisions[place])
            assert found[name, "decided"] == pytest.approx((decided[here] == name).mean())
        assert found["", "accuracy"] == pytest.approx(accuracy_score(truth[here], decided[here]))
    with pytest.raises(DataError, match="does not occur"):
        measure_classes(table, facts_of(table), ClassesSpec(decision="decided", values=("w",)))
