"""Samples: small groups whole, large ones in part, and weights that restore what is known."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from biasaudit.drivers import sampling
from biasaudit.drivers.means import calibrate, wholes_of
from biasaudit.drivers.sampling import cells_of, chance_of, copies_of, draw


def test_small_crossings_are_drawn_whole_and_copies_add_up(make_table, world):
    frame, _ = world(3000)
    frame.loc[:3, "origin"] = "alone"
    table = make_table(frame)
    scores = frame.grade.to_numpy()
    sample = draw(cells_of(table, ("sex", "origin"), scores, chance_of(table)), size=400, seed=1)
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
    (whole,) = wholes_of(np.zeros(300, dtype=int), 1, tuple(known.T), weight)
    found = calibrate(whole, known[rows], weight[rows] * (300 / drawn))
    np.testing.assert_allclose(found.weight.sum(), 1)
    columns = slice(None, 3 if drawn >= 20 else 1)
    truth = np.average(known[:, columns], axis=0, weights=weight)
    np.testing.assert_allclose(found.weight @ known[rows][:, columns], truth, atol=1e-9)


def test_a_whole_group_keeps_its_own_weights():
    rng = np.random.default_rng(0)
    weight = rng.uniform(0.5, 2, 40)
    known = rng.normal(size=(40, 3))
    (whole,) = wholes_of(np.zeros(40, dtype=int), 1, tuple(known.T), weight)
    found = calibrate(whole, known, weight)
    np.testing.assert_allclose(found.weight, weight / weight.sum(), atol=1e-12)


def test_large_crossings_are_thinned_at_random_and_still_stand_for_all(make_table, world, monkeypatch):
    frame, _ = world(6000)
    table, scores = make_table(frame), frame.grade.to_numpy()
    monkeypatch.setattr(sampling, "MANY", 500)
    cells = cells_of(table, ("sex", "origin"), scores, chance_of(table))
    crossed = (frame.sex + frame.origin).to_numpy()
    assert cells.sizes.sum() < 6 * 600
    for seed in (1, 2):
        sample = draw(cells, size=900, seed=seed)
        for cell, n in pd.Series(crossed).value_counts().items():
            np.testing.assert_allclose(sample.copies[crossed[sample.rows] == cell].sum(), n)
    mean = np.average(scores[sample.rows], weights=sample.copies)
    assert abs(mean - scores.mean()) < 5 * scores.std() / np.sqrt(cells.sizes.sum())
    turned = table.take(np.arange(6000)[::-1])
    again = draw(cells_of(turned, ("sex", "origin"), scores[::-1], chance_of(turned)), size=900, seed=2)
    np.testing.assert_array_equal(5999 - again.rows, sample.rows)


@given(st.integers(1, 50), st.integers(1, 200), st.integers(0, 1000))
def test_copies_are_as_many_as_were_drawn(rows, drawn, seed):
    found = copies_of(np.random.default_rng(seed), rows, drawn=drawn)
    assert found.shape == (rows,)
    assert found.sum() == drawn
    assert (found >= 0).all()
