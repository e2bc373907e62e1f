"""Moving labels to what a reference unit would have said."""

import numpy as np
import pytest
from scipy.optimize import check_grad
from scipy.special import expit

import biasaudit.traces.facets as room
from biasaudit.errors import NotApplicableError
from biasaudit.traces import Ballots
from biasaudit.traces.facets import fit_facets, merged_cells, moved_labels, require_linked, shared_items


def panel(locations, items=4_000, spread=1.5, seed=0):
    """Each unit labels each item once."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=items)
    chance = expit(np.asarray(locations) + spread * z[:, None])
    votes = (rng.random(chance.shape) < chance).astype(float)
    n_units = len(locations)
    ballots = Ballots(
        rows=np.arange(items),
        item=np.repeat(np.arange(items), n_units),
        annotator=np.tile(np.arange(n_units), items),
        label=votes.ravel(),
        source=np.arange(items * n_units),
    )
    return ballots, votes, np.tile(np.arange(n_units), items)


def test_the_fit_recovers_what_was_planted():
    _, votes, _ = panel([0.5, 0.0, -1.0], items=20_000)
    fit = fit_facets(votes, np.ones_like(votes), np.ones(len(votes)))
    assert fit.location == pytest.approx([0.5, 0.0, -1.0], abs=0.1)
    assert fit.spread == pytest.approx(np.full(3, 1.5), abs=0.15)


def test_the_gradient_of_the_fit_is_right(monkeypatch):
    rng = np.random.default_rng(1)
    total = rng.integers(0, 3, (12, 3)).astype(float)
    positive = np.minimum(total, rng.integers(0, 3, (12, 3)))
    seen = {}
    monkeypatch.setattr(
        room, "minimize", lambda loss, start, **_: seen.update(loss=loss) or type("R", (), {"x": start})
    )
    fit_facets(positive, total, rng.random(12) * 9)
    for _ in range(5):
        point = rng.normal(0, 0.7, 6)
        error = check_grad(lambda x: seen["loss"](x)[0], lambda x: seen["loss"](x)[1], point)
        assert error < 1e-3


def test_moved_labels_have_the_rate_of_the_reference():
    ballots, votes, unit = panel([0.6, 0.0, -1.2])
    cell = np.zeros(ballots.n_items, dtype=np.intp)
    moved = moved_labels(ballots, unit, cell, target=0, n_units=3).reshape(-1, 3)
    assert moved[:, 0] == pytest.approx(votes[:, 0])
    assert moved.mean(axis=0) == pytest.approx(np.full(3, votes[:, 0].mean()), abs=0.01)
    average = moved_labels(ballots, unit, cell, target=None, n_units=3).reshape(-1, 3)
    assert average.mean(axis=0) == pytest.approx(np.full(3, votes.mean()), abs=0.01)


def test_units_alike_keep_their_labels_almost():
    ballots, votes, unit = panel([0.0, 0.0, 0.0])
    moved = moved_labels(ballots, unit, np.zeros(ballots.n_items, dtype=np.intp), target=1, n_units=3)
    assert np.abs(moved - votes.ravel()).mean() < 0.02


def test_labels_that_take_no_part_stay():
    ballots, votes, unit = panel([0.6, 0.0, -1.2], items=200)
    unit[::3] = -1
    moved = moved_labels(ballots, unit, np.zeros(ballots.n_items, dtype=np.intp), target=None, n_units=3)
    assert (moved[::3] == votes.ravel()[::3]).all()


def test_units_are_linked_directly_or_through_others():
    shared = np.array([[90, 40, 0], [40, 90, 40], [0, 40, 90]])
    require_linked(shared, ("a", "b", "c"))
    shared[1, 2] = shared[2, 1] = 29
    with pytest.raises(NotApplicableError, match="c and a are not linked"):
        require_linked(shared, ("a", "b", "c"))


def test_shared_items_are_counted_once_an_item():
    ballots, _, unit = panel([0.0, 0.0], items=50)
    unit = unit.copy()
    unit[1] = 0
    assert shared_items(ballots, unit, 2).tolist() == [[50, 49], [49, 49]]


def test_small_cells_are_fitted_together():
    cell = np.repeat([0, 1, 2], [200, 99, 3])
    assert np.unique(merged_cells(cell), return_counts=True)[1].tolist() == [200, 102]
