"""What histograms of scores give: areas, calibration, thresholds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve as their_curve
from sklearn.metrics import roc_auc_score

from biasaudit.measures import attribute_facts, count, measure_disparities
from biasaudit.measures.calibration import NOT_A_CHANCE, calibration_curve, measure_calibration
from biasaudit.measures.histograms import binned_auc, histograms_of, score_histogram
from biasaudit.measures.sweeps import measure_sweeps, rates_above, steady_runs

JUDGED = {"tolerance_gap": 0.05, "tolerance_ratio": 0.8, "minimum_size": 30}


@pytest.fixture
def scored(make_table):
    rng = np.random.default_rng(8)
    n = 1_500
    group = rng.choice(["a", "b"], n)
    actual = (rng.random(n) < 0.4).astype(float)
    scores = np.clip(0.2 + 0.35 * actual + 0.3 * rng.random(n) - 0.08 * (group == "b"), 0, 1)
    weight = rng.uniform(0.5, 2, n)
    return make_table({"g": group}, actual=actual, weight=weight), scores


@given(data=st.data())
def test_areas_equal_scikit_learn_and_binning_stays_within_its_bound(make_table, data):
    n = data.draw(st.integers(10, 80))
    scores = np.array(data.draw(st.lists(st.floats(0, 1, width=16), min_size=n, max_size=n)))
    actual = np.array([0.0, 1.0, *data.draw(st.lists(st.sampled_from([0.0, 1.0]), min_size=n - 2, max_size=n - 2))])
    weight = np.array(data.draw(st.lists(st.sampled_from([0.5, 1.0, 3.0]), min_size=n, max_size=n)))
    table = make_table({"g": ["a"] * n}, actual=actual, weight=weight)
    expected = roc_auc_score(actual, scores, sample_weight=weight)
    area, bound = binned_auc(score_histogram(table, "g", scores))
    assert (area[0], bound[0]) == (pytest.approx(expected, abs=1e-9), 0)
    area, bound = binned_auc(score_histogram(table, "g", scores, most_distinct=1, bins=4))
    assert abs(area[0] - expected) <= bound[0] + 1e-9


def test_a_histogram_keeps_people_weights_and_means(scored):
    table, scores = scored
    for most in (10_000, 10):
        histogram = score_histogram(table, "g", scores, most_distinct=most, bins=64)
        assert histogram.is_exact == (most == 10_000)
        assert histogram.n.sum() == len(table)
        assert histogram.weight.sum() == pytest.approx(table.weight.sum())
        for place, group in enumerate(histogram.groups):
            own = np.asarray(table.attribute("g")) == group
            assert histogram.total[place] == pytest.approx((table.weight * scores)[own].sum())
        assert np.all(np.diff(histogram.lowest) > 0)


def test_calibration_equals_scikit_learn(make_table):
    rng = np.random.default_rng(4)
    scores = rng.random(800)
    actual = (rng.random(800) < scores).astype(float)
    table = make_table({"g": ["a"] * 400 + ["b"] * 400}, actual=actual)
    histogram = score_histogram(table, "g", scores)
    for place, rows in enumerate((slice(0, 400), slice(400, 800))):
        rate, mean = their_curve(actual[rows], scores[rows], n_bins=10)
        bins = calibration_curve(histogram, place)
        assert [one.rate.value for one in bins] == pytest.approx(rate.tolist())
        assert [one.mean_score for one in bins] == pytest.approx(mean.tolist())
    counts = count(table, (scores > 0.5).astype(float))
    for found in measure_calibration(histograms_of(table, scores), attribute_facts(counts, _spec_of(table))):
        assert found.error.value < 0.1
        assert found.mean_gap.low < 0 < found.mean_gap.high


def _spec_of(table):
    from biasaudit.spec import declare

    return declare(
        {
            "schema": 1,
            "audit": {"name": "t", "title": "T"},
            "data": {},
            "protected": [{"column": str(table.groups.columns[0])}],
            "model": {"decision": "d"},
        }
    ).spec


def test_a_score_that_promises_too_much_to_one_group_is_seen(make_table):
    rng = np.random.default_rng(6)
    scores, group = rng.uniform(0.2, 0.8, 4_000), np.repeat(["a", "b"], 2_000)
    actual = (rng.random(4_000) < scores - 0.1 * (group == "b")).astype(float)
    table = make_table({"g": group}, actual=actual)
    counts = count(table, (scores > 0.5).astype(float))
    one, other = measure_calibration(histograms_of(table, scores), attribute_facts(counts, _spec_of(table)))
    assert one.mean_gap.low < 0 < one.mean_gap.high
    assert other.mean_gap.low < 0.1 < other.mean_gap.high
    assert other.mean_gap.low > 0
    assert other.error.value > one.error.value


def test_scores_that_are_no_chances_have_no_calibration(make_table):
    table = make_table({"g": list("aabb")}, actual=[0, 1, 0, 1])
    counts = count(table, np.array([0.0, 1, 0, 1]))
    for found in measure_calibration(
        histograms_of(table, np.array([1.0, 5, 2, 7])), attribute_facts(counts, _spec_of(table))
    ):
        assert (found.error.value, found.error.reason, found.bins) == (None, NOT_A_CHANCE, ())


def test_the_sweep_says_at_each_threshold_what_an_audit_there_would(scored, make_spec):
    table, scores = scored
    spec = make_spec({"g": "a"})
    k, n = rates_above(score_histogram(table, "g", scores))
    assert k[:, 0] == pytest.approx(n)
    counts = count(table, (scores >= 0.5).astype(float))
    facts = attribute_facts(counts, spec)
    disparities = measure_disparities(counts, facts, level=0.95, **JUDGED)
    (sweep,) = measure_sweeps(histograms_of(table, scores), facts, disparities, threshold=0.5, **JUDGED)
    for point in sweep.points[:: len(sweep.points) // 8]:
        there = count(table, (scores >= point.threshold).astype(float))
        found = measure_disparities(there, facts, level=0.95, **JUDGED)
        told = {d.statistic: d for d in found if d.measure == "selection_rate"}
        assert point.gap == pytest.approx(told["gap"].estimate.value, abs=1e-9)
        assert point.verdict_gap == told["gap"].verdict
        if point.ratio is not None:
            assert point.ratio == pytest.approx(told["ratio"].estimate.value)
            assert point.verdict_ratio == told["ratio"].verdict
    assert sweep.changes
    assert {change.before for change in sweep.changes} >= {"within"}


def test_small_groups_get_no_verdict_at_any_threshold(make_table, make_spec):
    table = make_table({"g": ["a"] * 20 + ["b"] * 200})
    scores = np.concatenate([np.linspace(0, 0.3, 20), np.linspace(0, 1, 200)])
    counts = count(table, (scores >= 0.5).astype(float))
    facts = attribute_facts(counts, make_spec({"g": "b"}))
    (sweep,) = measure_sweeps(histograms_of(table, scores), facts, (), threshold=None, **JUDGED)
    assert {point.verdict_gap for point in sweep.points} == {"cannot_tell"}
    assert sweep.changes == ()


@given(words=st.lists(st.sampled_from(["within", "exceeds", "cannot_tell"]), min_size=1, max_size=90))
def test_short_lists_have_no_flicker(words):
    runs = steady_runs(words)
    assert [word for _, word in runs] == [w for i, w in enumerate(words) if i == 0 or w != words[i - 1]]
