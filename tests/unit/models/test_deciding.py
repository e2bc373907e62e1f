"""Decisions: who is above the line, whatever the order of rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biasaudit.errors import DataError, ModelError
from biasaudit.models import decide, line_of
from biasaudit.spec.audit import ModelSpec

SCORES = st.lists(st.integers(0, 6).map(lambda step: step / 6), min_size=3, max_size=40)


def spec(**cut):
    return ModelSpec(score="s", **cut)


def test_a_threshold_selects_scores_at_it_and_above():
    made = decide(np.array([0.2, 0.5, 0.7]), spec(threshold=0.5))
    assert made.selected.tolist() == [0, 1, 1]
    assert (made.cut, made.cut_value, made.cutoff_score, made.tied_at_cutoff) == ("threshold", 0.5, 0.5, 0)


def test_a_classifier_without_a_cut_is_cut_at_one_half_and_a_score_is_not():
    trained = ModelSpec(train="logistic_regression")
    assert decide(np.array([0.49, 0.5]), trained).selected.tolist() == [0, 1]
    with pytest.raises(ModelError, match="threshold, share or quota"):
        decide(np.array([0.49, 0.5]), trained, scale="score")


def test_ties_at_a_quota_share_the_places_that_are_left():
    made = decide(np.array([9.0, 5.0, 5.0, 5.0, 1.0]), spec(quota=2))
    np.testing.assert_allclose(made.selected, [1, 1 / 3, 1 / 3, 1 / 3, 0])
    assert (made.cutoff_score, made.tied_at_cutoff) == (5.0, 3)


def test_scores_that_differ_by_rounding_are_tied():
    made = decide(np.array([0.1 + 0.2, 0.3, 0.0]), spec(quota=1))
    np.testing.assert_allclose(made.selected, [0.5, 0.5, 0])


@given(SCORES, st.integers(1, 3), st.randoms(use_true_random=False))
def test_a_quota_fills_exactly_its_places_and_the_order_of_rows_changes_nothing(scores, quota, random):
    scores = np.array(scores)
    made = decide(scores, spec(quota=quota)).selected
    assert made.sum() == pytest.approx(quota)
    order = np.array(random.sample(range(len(scores)), len(scores)))
    np.testing.assert_allclose(decide(scores[order], spec(quota=quota)).selected, made[order], atol=1e-12)
    higher = scores[:, None] > scores[None, :]
    assert (made[:, None] >= made[None, :])[higher].all()


@given(SCORES, st.floats(0.05, 0.95), st.integers(1, 4))
def test_a_weight_of_k_is_the_row_k_times(scores, share, k):
    scores = np.array(scores)
    weight = np.where(np.arange(len(scores)) % 2, float(k), 1.0)
    weighted = decide(scores, spec(share=share), weight=weight).selected
    repeated = decide(np.repeat(scores, weight.astype(int)), spec(share=share)).selected
    firsts = np.cumsum(weight).astype(int) - 1
    np.testing.assert_allclose(weighted, repeated[firsts], atol=1e-9)
    assert weighted @ weight == pytest.approx(share * weight.sum())


def test_copies_stand_for_repeated_rows_under_a_quota():
    made = decide(np.array([3.0, 2.0, 1.0]), spec(quota=3), copies=np.array([2.0, 0.0, 2.0]))
    assert made.selected.tolist() == [1, 0.5, 0.5] or made.selected.tolist() == [1, 1, 0.5]


def test_scores_that_are_not_finite_are_counted_and_the_first_is_named():
    with pytest.raises(DataError, match=r"2 of 4 .* row 2 of them, with nan"):
        decide(np.array([1, np.nan, 2, np.inf]), spec(quota=1))


def test_a_quota_larger_than_the_table_is_refused():
    with pytest.raises(DataError, match="at most 3"):
        decide(np.zeros(3), spec(quota=4))


@given(
    st.lists(st.integers(0, 6), min_size=1, max_size=40).map(lambda found: np.array(found, dtype=float)),
    st.data(),
)
def test_the_line_as_a_function_decides_as_it_decided(scores, data):
    cut = data.draw(
        st.sampled_from(
            [{"threshold": 3.0}, {"share": 0.37}, {"quota": data.draw(st.integers(1, len(scores)), label="quota")}]
        )
    )
    decisions = decide(scores, ModelSpec(score="points", **cut), scale="score")
    assert line_of(scores, decisions)(scores).tolist() == decisions.selected.tolist()
