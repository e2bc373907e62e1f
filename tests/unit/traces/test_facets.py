"""Moving labels to what a reference unit would have said."""

import numpy as np
import pytest
from scipy.special import expit

from biasaudit.errors import NotApplicableError
from biasaudit.testing.planted import World, plant_world
from biasaudit.testing.planted_traces import planted_game
from biasaudit.traces import Ballots, aggregate, dawid_skene
from biasaudit.traces.attribution.facets import fit_facets, merged_cells, moved_labels, require_linked, shared_items


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


def two_kinds(chances, items, seed=3):
    """Items plainly positive or not; each unit labels each item once, by its chance for either kind."""
    rng = np.random.default_rng(seed)
    kind = (rng.random(items) < 0.4).astype(int)
    votes = (rng.random((items, len(chances))) < np.array(chances).T[kind]).astype(float)
    return votes, kind


def test_the_fit_recovers_what_was_planted():
    planted = [(0.1, 0.9), (0.2, 0.7), (0.04, 0.36)]
    votes, _ = two_kinds(planted, items=40_000)
    fit = fit_facets(votes, np.ones_like(votes), np.ones(len(votes)))
    assert pytest.approx(np.array(planted), abs=0.03) == fit.chances.T
    assert fit.positive_kind == pytest.approx(0.4, abs=0.03)


def test_the_fit_is_that_of_dawid_and_skene():
    """With one unit an annotator and nothing lent it is the two-class model that the rules use, too."""
    votes, _ = two_kinds([(0.1, 0.9), (0.2, 0.7), (0.04, 0.36), (0.3, 0.8)], items=3_000)
    fit = fit_facets(votes, np.ones_like(votes), np.ones(len(votes)))
    ballots = Ballots(
        rows=np.arange(3_000),
        item=np.repeat(np.arange(3_000), 4),
        annotator=np.tile(np.arange(4), 3_000),
        label=votes.ravel(),
        source=np.arange(12_000),
    )
    assert expit(fit.log_odds(votes, np.ones_like(votes))) == pytest.approx(dawid_skene(ballots), abs=0.02)


def test_decisive_labels_are_moved_no_further_than_others():
    """A majority makes much of the labels on items where the others disagree."""
    votes, kind = two_kinds([(0.1, 0.9), (0.1, 0.9), (0.04, 0.36)], items=20_000)
    ballots = Ballots(
        rows=np.arange(20_000),
        item=np.repeat(np.arange(20_000), 3),
        annotator=np.tile(np.arange(3), 20_000),
        label=votes.ravel(),
        source=np.arange(60_000),
    )
    unit, cell = np.tile([0, 1, 2], 20_000), np.zeros(20_000, dtype=np.intp)
    moved = moved_labels(ballots, unit, cell, target=0, n_units=3).reshape(-1, 3)
    wanted = np.where(kind == 1, 0.9, 0.1)
    for others in (0, 1, 2):
        of = votes[:, :2].sum(axis=1) == others
        assert moved[of, 2].mean() == pytest.approx(wanted[of].mean(), abs=0.025)


def test_moved_labels_have_the_rate_of_the_reference():
    ballots, votes, unit = panel([0.6, 0.0, -1.2])
    cell = np.zeros(ballots.n_items, dtype=np.intp)
    moved = moved_labels(ballots, unit, cell, target=0, n_units=3).reshape(-1, 3)
    assert moved[:, 0] == pytest.approx(votes[:, 0])
    assert moved.mean(axis=0) == pytest.approx(np.full(3, votes[:, 0].mean()), abs=0.02)
    average = moved_labels(ballots, unit, cell, target=None, n_units=3).reshape(-1, 3)
    assert average.mean(axis=0) == pytest.approx(np.full(3, votes.mean()), abs=0.02)


def test_moved_labels_keep_a_gap_that_the_reference_sees_too():
    """Group B has less merit; a guilty unit's labels are moved to give the gap of the reference, not more, not less."""
    world = World(items=30_000, merit_gap=-0.7, penalties={"north": 0.0, "south": 0.0, "east": 0.7})
    game = planted_game(3, world, reference="north")
    other = game.reference_labels(game.players.unit)
    planted = plant_world(3, world).items.iloc[game.ballots.rows]
    is_b, gold = (planted["group"] == "B").to_numpy(), planted["gold"].to_numpy()
    wanted = np.where(gold == 1, 0.9, 0.1)[game.ballots.item]
    gaps = []
    for labels in (game.ballots.label, other, np.where(game.players.unit == 2, game.ballots.label, wanted)):
        agreed = aggregate(game.rule, game.ballots, labels)
        gaps.append(agreed[is_b].mean() - agreed[~is_b].mean())
    given, found, true = gaps
    assert given < true - 0.05
    assert found == pytest.approx(true, abs=0.02)


def test_features_tell_which_labels_to_move():
    """Where the reference would say yes to items of high features only, labels of such items are moved."""
    rng = np.random.default_rng(5)
    feature = rng.normal(size=4_000)
    votes = (rng.random((4_000, 2)) < np.column_stack([expit(2 * feature), np.full(4_000, 0.1)])).astype(float)
    ballots = Ballots(
        rows=np.arange(4_000),
        item=np.repeat(np.arange(4_000), 2),
        annotator=np.zeros(8_000, dtype=np.intp),
        label=votes.ravel(),
        source=np.arange(8_000),
    )
    unit, cell = np.tile([0, 1], 4_000), np.zeros(4_000, dtype=np.intp)
    moved = moved_labels(ballots, unit, cell, target=0, n_units=2, feature=feature)[1::2]
    blind = moved_labels(ballots, unit, cell, target=0, n_units=2)[1::2]
    wanted = expit(2 * feature)
    assert np.corrcoef(moved, wanted)[0, 1] > 0.8
    assert np.corrcoef(blind, wanted)[0, 1] < 0.6


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
