"""Sampled contributions: near the exact ones, adding up, and honest about their error."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biasaudit.measures import shapley_matrix
from biasaudit.testing.planted import World
from biasaudit.testing.planted_traces import planted_game
from biasaudit.traces.attribution.sampling import SAMPLED_FITS, draw_design, estimate

#: A gap of about -0.35, of which two units of nine bring a part.
NINE = World(
    items=2_500,
    merit_gap=-0.7,
    penalties={f"unit {number}": {2: 0.9, 5: 0.6}.get(number, 0.0) for number in range(9)},
)


@settings(max_examples=25, deadline=None)
@given(players=st.integers(9, 60), seed=st.integers(0, 99))
def test_estimates_add_up_and_games_without_interplay_are_found(players, seed):
    rng = np.random.default_rng(seed)
    design = draw_design(players, seed)
    assert len(design.stays) == SAMPLED_FITS == 60
    assert not design.stays[0].any()
    assert design.stays[1].all()
    effect = rng.normal(size=(players, 2))
    values = 3 + design.stays @ effect
    found = estimate(design, values, effect + rng.normal(0, 1e-9, effect.shape))
    assert found.contributions.sum(axis=0) == pytest.approx(effect.sum(axis=0), abs=1e-9)
    assert found.contributions == pytest.approx(effect, abs=1e-5)
    assert (found.error < 1e-4).all()


@settings(max_examples=25, deadline=None)
@given(players=st.integers(9, 20), seed=st.integers(0, 99))
def test_what_pairs_do_together_is_shared_equally(players, seed):
    """A game of single and paired effects has the Shapley value a_k + half of its pairs; the design finds it."""
    rng = np.random.default_rng(seed)
    own, pairs = rng.normal(size=players), np.triu(rng.normal(size=(players, players)), 1)
    design = draw_design(players, seed)
    stays = design.stays.astype(float)
    values = (stays @ own + ((stays @ pairs) * stays).sum(axis=1))[:, None]
    wanted = own + (pairs.sum(axis=0) + pairs.sum(axis=1)) / 2
    found = estimate(design, values, np.zeros((players, 1))).contributions[:, 0]
    assert found == pytest.approx(wanted, abs=1e-3 * np.abs(wanted).max())


def test_order_of_units_and_scale_of_guesses_do_not_matter():
    rng = np.random.default_rng(0)
    design = draw_design(12, 1)
    values, guess = rng.normal(size=(60, 1)), rng.normal(size=(12, 1))
    one, other = estimate(design, values, guess), estimate(design, values, 100 * guess - 7)
    assert other.contributions == pytest.approx(one.contributions, abs=1e-9)
    assert other.error == pytest.approx(one.error, abs=1e-9)


@pytest.fixture(scope="module")
def enumerated():
    """Values of all 512 coalitions of nine units, and what 60 of them give."""
    games = []
    for reference in ("gold", "peers"):
        game = planted_game(0, NINE, reference=reference)
        unit = game.players.unit
        places = [place for place, one in enumerate(game.judges.comparisons) if one.group == "B"]
        exact = replace(game, design=None).coalitions(unit)
        sampled = [replace(game, design=draw_design(9, seed)).coalitions(unit) for seed in range(8)]
        games.append((exact, sampled, places[0]))
    return games


def test_sixty_fits_come_within_two_per_cent_of_the_total(enumerated):
    for exact, sampled, place in enumerated:
        off = np.array([one.contributions[:, place] - exact.contributions[:, place] for one in sampled])
        total = abs(exact.total[place])
        assert total > 0.2
        assert np.sqrt((off**2).mean()) < 0.01 * total
        assert np.abs(off).max() < 0.02 * total


def test_the_stated_error_is_the_error(enumerated):
    """Over designs, units and comparisons the square root of mean squares is what was stated, give or take a half."""
    for exact, sampled, _ in enumerated:
        off = np.array([one.contributions - exact.contributions for one in sampled])
        stated = np.array([one.error for one in sampled])
        ratio = np.sqrt((off**2).mean()) / np.sqrt((stated**2).mean())
        assert 0.6 < ratio < 1.6


def test_the_exact_values_are_those_of_enumeration():
    """The guess helps where it says something, and does no harm where it says nothing."""
    rng = np.random.default_rng(2)
    players = 10
    effect = rng.normal(size=players)
    values = np.array([(effect * (number >> np.arange(players) & 1)).sum() for number in range(2**players)])
    noise = rng.normal(0, 0.3, len(values))
    exact = shapley_matrix(players) @ (values + noise)
    off = {"true": [], "noise": []}
    for seed in range(30):
        design = draw_design(players, seed)
        drawn = (values + noise)[design.stays @ (1 << np.arange(players))][:, None]
        for name, guess in (("true", effect), ("noise", rng.normal(size=players))):
            off[name].append(estimate(design, drawn, guess[:, None]).contributions[:, 0] - exact)
    true, useless = (np.sqrt(np.mean(np.square(off[name]))) for name in ("true", "noise"))
    assert true < useless
    assert useless < 0.3
