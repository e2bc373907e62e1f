"""Samples: small groups whole, large ones in part, and weights that restore what is known."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from biasaudit.drivers.means import calibrate, whole_of
from biasaudit.drivers.sampling import copies_of, draw


def test_small_crossings_are_drawn_whole_and_copies_add_up(make_table, world):
    frame, _ = world(3000)
    frame.loc[:3, "origin"] = "alone"
    table = make_table(frame)
    scores = frame.grade.to_numpy()
    sample = draw(table, ("sex", "origin"), scores, size=400, seed=1)
    assert 300 <= len(sample.rows) <= 400
    assert len(np.unique(sample.rows)) == len(sample.rows)
    crossed = (frame.sex + frame.origin).to_numpy()
    for cell, n in pd.Series(crossed).value_counts().items():
        inside = crossed[sample.rows] == cell
        np.testing.assert_allclose(sample.copies[inside].sum(), n)
        assert scores[sample.rows[inside]].max() == scores[crossed == cell].max()
        if n <= 5:
            assert inside.sum() == n


@given(st.integers(12, 60), st.integers(0, 1000))
def test_calibrated_weights_reproduce_the_means_of_the_group(drawn, seed):
    rng = np.random.default_rng(seed)
    known = np.column_stack([rng.normal(size=300), rng.normal(size=300), np.zeros(300)])
    known[:, 2] = known[:, 0] * 2 - 1
    weight = rng.uniform(0.5, 2, 300)
    rows = np.sort(rng.choice(300, drawn, replace=False))
    whole = whole_of(np.ones(300, dtype=bool), known, weight)
    found = calibrate(whole, known[rows], weight[rows] * (300 / drawn))
    np.testing.assert_allclose(found.weight.sum(), 1)
    columns = slice(None, 3 if drawn >= 20 else 1)
    truth = np.average(known[:, columns], axis=0, weights=weight)
    np.testing.assert_allclose(found.weight @ known[rows][:, columns], truth, atol=1e-9)


def test_a_whole_group_keeps_its_own_weights():
    rng = np.random.default_rng(0)
    weight = rng.uniform(0.5, 2, 40)
    known = rng.normal(size=(40, 3))
    found = calibrate(whole_of(np.ones(40, dtype=bool), known, weight), known, weight)
    np.testing.assert_allclose(found.weight, weight / weight.sum(), atol=1e-12)


@given(st.integers(1, 50), st.integers(1, 200), st.integers(0, 1000))
def test_copies_are_as_many_as_were_drawn(rows, drawn, seed):
    found = copies_of(np.random.default_rng(seed), rows, drawn=drawn)
    assert found.shape == (rows,)
    assert found.sum() == drawn
    assert (found >= 0).all()
