"""Rates equal those of fairlearn and scikit-learn on any table."""

import numpy as np
import pytest
from fairlearn.metrics import (
    MetricFrame,
    false_negative_rate,
    false_positive_rate,
    selection_rate,
    true_negative_rate,
    true_positive_rate,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, precision_score

from biasaudit.measures import attribute_facts, count, measure_rates

PEERS = {
    "selection_rate": selection_rate,
    "tpr": true_positive_rate,
    "fpr": false_positive_rate,
    "tnr": true_negative_rate,
    "fnr": false_negative_rate,
    "accuracy": accuracy_score,
    "ppv": lambda t, p, **kw: precision_score(t, p, zero_division=np.nan, **kw),
    "npv": lambda t, p, **kw: precision_score(t, p, pos_label=0, zero_division=np.nan, **kw),
    "fdr": lambda t, p, **kw: 1 - precision_score(t, p, zero_division=np.nan, **kw),
    "for": lambda t, p, **kw: 1 - precision_score(t, p, pos_label=0, zero_division=np.nan, **kw),
    "false_alarm_share": lambda t, p, sample_weight: np.average((t == 0) & (p == 1), weights=sample_weight),
}


def _rates(table, spec, selected):
    counts = count(table, np.asarray(selected, dtype=float))
    return {(r.attribute, r.group, r.measure): r for r in measure_rates(counts, attribute_facts(counts, spec))}


@settings(max_examples=15)
@given(st.data())
def test_rates_equal_fairlearn(make_table, make_spec, data):
    n = data.draw(st.integers(8, 60))
    # The first eight rows give each group both outcomes; fairlearn calls an empty rate zero.
    group = [*"aaaabbbb", *data.draw(st.lists(st.sampled_from("ab"), min_size=n - 8, max_size=n - 8))]
    actual = [0, 0, 1, 1] * 2 + data.draw(st.lists(st.integers(0, 1), min_size=n - 8, max_size=n - 8))
    chosen = [0, 1] * 4 + data.draw(st.lists(st.integers(0, 1), min_size=n - 8, max_size=n - 8))
    weight = data.draw(st.lists(st.sampled_from([0.5, 1.0, 2.5]), min_size=n, max_size=n))
    frame = MetricFrame(
        metrics=PEERS,
        y_true=actual,
        y_pred=chosen,
        sensitive_features={"g": group},
        sample_params={name: {"sample_weight": weight} for name in PEERS},
    ).by_group
    ours = _rates(make_table({"g": group}, actual=actual, weight=weight), make_spec({"g": "a"}), chosen)
    for name in PEERS:
        for label in "ab":
            assert ours["g", label, name].estimate.value == pytest.approx(frame.loc[label, name], abs=1e-12)


def test_only_selection_rates_without_an_outcome(people, make_table, make_spec):
    groups, _, selected = people
    ours = _rates(make_table(groups), make_spec({"sex": "male"}), selected)
    assert {measure for _, _, measure in ours} == {"selection_rate"}


def test_an_empty_denominator_is_null_with_a_reason(make_table, make_spec):
    ours = _rates(make_table({"g": ["a", "a", "b"]}, actual=[0, 0, np.nan]), make_spec({"g": "a"}), [0, 0, 1])
    for group, measure in (("a", "tpr"), ("a", "ppv"), ("b", "accuracy"), ("b", "fpr"), ("b", "ppv")):
        estimate = ours["g", group, measure].estimate
        assert estimate.value is None
        assert estimate.reason
    assert ours["g", "b", "selection_rate"].estimate.value == 1.0
    assert ours["g", "a", "fpr"].n == 2


@pytest.mark.parametrize("scale", [0.001, 1.0, 70.0])
def test_the_scale_of_weights_means_nothing(people, make_table, make_spec, scale):
    groups, actual, selected = people
    weight = np.random.default_rng(1).uniform(0.5, 3, len(actual))
    spec = make_spec({"origin": "European"})
    plain = _rates(make_table(groups, actual=actual, weight=weight), spec, selected)
    scaled = _rates(make_table(groups, actual=actual, weight=weight * scale), spec, selected)
    for key, rate in plain.items():
        assert scaled[key].estimate.low == pytest.approx(rate.estimate.low, rel=1e-9)
        assert scaled[key].n == rate.n


def test_uneven_weights_widen_the_interval_by_their_effective_size(make_table, make_spec):
    chosen = [1, 0] * 50
    uneven = _rates(make_table({"g": ["a"] * 100}, weight=[1.0, 1.0, 3.0, 3.0] * 25), make_spec({"g": "a"}), chosen)
    # Kish: (25 * 8)^2 / (25 * 20) = 80 people's worth.
    even = _rates(make_table({"g": ["a"] * 80}), make_spec({"g": "a"}), [1, 0] * 40)
    one, other = uneven["g", "a", "selection_rate"], even["g", "a", "selection_rate"]
    assert (one.estimate.low, one.estimate.high) == pytest.approx((other.estimate.low, other.estimate.high))
    assert one.n == 100
