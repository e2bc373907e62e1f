"""Scores and decisions against what errors are measured against."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, roc_auc_score

from biasaudit.measures import attribute_facts, auc, count, performance


@given(
    st.lists(
        st.tuples(st.integers(0, 1), st.sampled_from([0.0, 0.1, 0.5, 0.9]), st.sampled_from([0.5, 1.0, 3.0])),
        min_size=2,
        max_size=60,
    )
)
def test_auc_equals_scikit_learn(rows):
    actual, score, weight = (np.array(part, dtype=float) for part in zip(*rows, strict=True))
    assume(0 < actual.sum() < len(actual))
    found = auc(actual, score, weight)
    assert found.value == pytest.approx(roc_auc_score(actual, score, sample_weight=weight), abs=1e-12)
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_auc_is_undefined_where_all_outcomes_are_the_same():
    assert np.isnan(auc(np.ones(5), np.arange(5.0))).all()
    assert np.isnan(auc(np.array([1.0, np.nan]), np.arange(2.0))).all()


def test_auc_interval_is_honest_at_a_perfect_score():
    found = auc(np.repeat([0.0, 1.0], 10), np.arange(20.0))
    assert (found.value, found.high) == (1.0, 1.0)
    assert 0.75 < found.low < 0.9


@pytest.mark.parametrize(("m", "n"), [(30, 30), (20, 200)])
@pytest.mark.parametrize("shift", [0.0, 1.0, 2.0])
def test_auc_interval_covers(m, n, shift):
    from scipy.special import ndtr

    rng, runs = np.random.default_rng(6), 500
    truth, held = ndtr(shift / 2**0.5), 0
    actual = np.repeat([1.0, 0.0], [m, n])
    for _ in range(runs):
        found = auc(actual, rng.normal(size=m + n) + shift * actual)
        held += found.low <= truth <= found.high
    assert 0.92 < held / runs < 0.985


def test_performance_overall_and_by_group(people, make_table, make_spec):
    groups, actual, selected = people
    table = make_table(groups, actual=actual)
    counts = count(table, selected)
    facts = attribute_facts(counts, make_spec({"sex": "male", "origin": "European"}))
    scores = np.random.default_rng(2).normal(size=len(actual)) + actual
    found = {(p.attribute, p.group, p.measure): p for p in performance(counts, facts, judged=table, scores=scores)}
    assert found[None, None, "accuracy"].estimate.value == pytest.approx(accuracy_score(actual, selected))
    assert found[None, None, "auc"].estimate.value == pytest.approx(roc_auc_score(actual, scores))
    rows = groups["origin"] == "non-European"
    group = found["origin", "non-European", "auc"]
    assert group.estimate.value == pytest.approx(roc_auc_score(actual[rows], scores[rows]))
    assert group.n == rows.sum()
    assert found["origin", "non-European", "base_rate"].estimate.value == pytest.approx(actual[rows].mean())
    assert not any(
        measure == "auc" for _, _, measure in {(p.attribute, p.group, p.measure) for p in performance(counts, facts)}
    )


def test_nothing_to_measure_against(people, make_table, make_spec):
    groups, _, selected = people
    counts = count(make_table(groups), selected)
    assert performance(counts, attribute_facts(counts, make_spec({"sex": "male"}))) == ()
