"""Shapley values of single rows: what each input adds to a row's score, and to its decision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from biasaudit.data.table import BoolArray, FloatArray
from biasaudit.drivers.linear import linear_values
from biasaudit.drivers.players import Players, players_of
from biasaudit.measures import shapley_matrix
from biasaudit.models import CodedRows, Model, code_rows

#: From scores to decisions.
Line = Callable[[FloatArray], FloatArray]

#: Up to so many inputs every coalition is evaluated: 2^6 cost about what the permutations of more inputs do.
MOST_EXACT = 6
#: Rounding, relative to a score: nothing that needs to be taken back.
_SAME = 1e-12
#: Scores computed at once, which bounds memory.
_BLOCK = 50_000


def method_for(players: int, *, is_sum: bool = False) -> str:
    """Name the way in which Shapley values of so many inputs are found; ``is_sum`` where what is explained is a sum."""
    if is_sum:
        return "Shapley values of a sum of effects"
    if players <= MOST_EXACT:
        return "exact Shapley values"
    return "Shapley values by antithetic permutations"


def evaluations_a_pair(players: int) -> int:
    """Count how often the model scores a mix of a row and one background row to explain the one by the other.

    Examples
    --------
    >>> evaluations_a_pair(3), evaluations_a_pair(10)
    (8, 20)
    """
    return int(2**players) if players <= MOST_EXACT else 2 * players


def shapley_values(
    model: Model,
    rows: pd.DataFrame,
    background: pd.DataFrame,
    *,
    seed: int,
    lines: Sequence[Line | None] = (None,),
    players: Players | None = None,
    pairs: int | None = None,
) -> FloatArray:
    """Explain rows: what each input adds to the score, from the mean score of the background upwards.

    Interventional Shapley values (Lundberg & Lee, A Unified Approach to Interpreting Model Predictions, NIPS 2017): an
    input that is left out takes the values it has in background rows, whatever the other inputs hold. Up to
    :data:`MOST_EXACT` inputs every coalition is evaluated; beyond that inputs enter in one random order a pair of rows,
    then in the reverse order, which makes two-way interactions exact and leaves noise in those of more inputs. A score
    that is itself a sum of effects needs none of this (:mod:`biasaudit.drivers.linear`).

    Parameters
    ----------
    model : Model
        One that can score.
    rows : pandas.DataFrame, shape (r, p)
        Rows to explain.
    background : pandas.DataFrame, shape (b, p)
        Rows to compare with.
    seed : int
        Seed of pairs and orders.
    lines : sequence of callable or None
        The scales to explain, all from the same scores: None for the scores themselves, a function from scores to
        decisions for those.
    players : Players, optional
        Columns that enter together; each on its own by default.
    pairs : int, optional
        Background rows that each row meets, spread evenly; all of them by default.

    Returns
    -------
    array of float, shape (scales, r, k)
        Each row adds up to its score (or decision) minus the mean of the background's. Where a row meets only some of
        the background, what their mean is off by is taken back by regression over all rows (a control variate).
    """
    players = players or players_of(model.features)
    # Codes of these rows alone: what a column holds is looked up, and prepared once a value.
    coded = code_rows(model, pd.concat([background, rows], ignore_index=True))
    rng = np.random.default_rng(seed)
    few = len(background) if pairs is None else min(pairs, len(background))
    met = _met(len(rows), len(background), few, rng)
    own = np.repeat(np.arange(len(background), len(background) + len(rows)), few)
    game = _Game(coded=coded, players=players, lines=tuple(lines))
    found = _of_pairs(game, own, met.ravel(), rng)
    by_row = found.reshape(len(lines), len(rows), few, -1).mean(axis=2)
    behind = coded.score(coded.codes[: len(background)])
    means = [float((behind if line is None else line(behind)).mean()) for line in lines]
    settled = np.stack([_settled(part, mean) for part, mean in zip(by_row, means, strict=True)])
    if coded.effects is not None and model.scale == "score":
        effects = game.effects(np.arange(len(coded.codes)))
        exact = linear_values(effects[len(background) :], effects[: len(background)])
        settled[[line is None for line in lines]] = exact
    return settled


def coalitions(players: int, *, seed: int) -> tuple[BoolArray, FloatArray]:
    """List coalitions of inputs, and the weights that turn their values into Shapley values.

    Parameters
    ----------
    players : int
        How many there are. Up to :data:`MOST_EXACT` every coalition is listed; beyond that they enter in one random
        order and in its reverse, which is exact up to interactions of two.
    seed : int
        Seed of that order.

    Returns
    -------
    present : array of bool, shape (c, players)
        Who keeps the own value.
    weights : array of float, shape (players, c)
        ``weights @ values`` are the contributions; they add up to the value of all minus that of none.

    Examples
    --------
    >>> present, weights = coalitions(2, seed=0)
    >>> (weights @ np.array([0.0, 1.0, 2.0, 5.0])).tolist()
    [2.0, 3.0]
    """
    if players <= MOST_EXACT:
        present = (np.arange(2**players)[:, None] >> np.arange(players) & 1).astype(bool)
        return present, shapley_matrix(players)
    place = np.argsort(np.random.default_rng(seed).permutation(players))
    present = _entering(place[None, :])[0]
    return present, _shared(place[None, None, :], np.eye(2 * players)[:, None, :])[:, 0, :].T


@dataclass(frozen=True, kw_only=True)
class _Game:
    """Rows as codes, who enters together, and on which scales their entering counts."""

    coded: CodedRows
    players: Players
    lines: tuple[Line | None, ...]

    def values(self, own: npt.NDArray[np.intp], behind: npt.NDArray[np.intp], present: BoolArray) -> FloatArray:
        """Score mixes of pairs, shape (scales, c, e): ``present`` of shape (c or 1, e, k) keep the own row's value."""
        coded = self.coded
        if coded.effects is None or coded.from_link is None:
            codes = np.where(
                present[:, :, self.players.owner], coded.codes[own][:, None, :], coded.codes[behind][:, None, :]
            )
            scores = coded.score(codes.reshape(-1, codes.shape[2])).reshape(codes.shape[:2])
        else:
            apart, start = self.effects(own), self.effects(behind)
            link = np.matmul(present.astype(np.float64), (apart - start)[:, :, None])[:, :, 0]
            scores = coded.from_link(link + start.sum(axis=1)[:, None])
        return np.stack([scores if line is None else line(scores) for line in self.lines])

    def effects(self, rows: npt.NDArray[np.intp]) -> FloatArray:
        """Look up what each player adds on the link scale, shape (rows, k)."""
        assert self.coded.effects is not None
        codes = self.coded.codes[rows].astype(np.intp)
        columns = [effect[codes[:, place]] for place, effect in enumerate(self.coded.effects)]
        return np.asarray(np.column_stack(columns) @ self.players.together)


def _met(rows: int, background: int, few: int, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """Choose the background rows that each row meets: all are met equally often, in an order drawn at random."""
    if few == background:
        return np.tile(np.arange(background), (rows, 1))
    rounds = -(-rows * few // background)
    drawn = np.concatenate([rng.permutation(background) for _ in range(rounds)])
    return drawn[: rows * few].reshape(rows, few)


def _of_pairs(
    game: _Game, own: npt.NDArray[np.intp], behind: npt.NDArray[np.intp], rng: np.random.Generator
) -> FloatArray:
    """Explain each own row by its background row, shape (scales, c, k + 2): shares, then the values of all and none."""
    k = len(game.players.names)
    found = np.empty((len(game.lines), len(own), k + 2))
    step = max(1, _BLOCK // evaluations_a_pair(k))
    exact = coalitions(k, seed=0) if k <= MOST_EXACT else None
    for start in range(0, len(own), step):
        block = slice(start, start + step)
        if exact is not None:
            present, weights = exact
            values = game.values(own[block], behind[block], present[None])
            found[:, block, :k] = values @ weights.T
            found[:, block, k:] = values[:, :, [-1, 0]]
        else:
            place = rng.random((len(own[block]), k)).argsort(axis=1)
            values = game.values(own[block], behind[block], _entering(place))
            found[:, block, :k] = _shared(place[None], values)
            found[:, block, k:] = values[:, :, [k, 0]]
    return found


def _entering(place: npt.NDArray[np.intp]) -> BoolArray:
    """Let players enter by their place, then in the reverse order: shape (c, 2 k, k) of who is there.

    First nobody, then one more each time until all are there; then the first 1 to k - 1 of the reverse order.
    """
    k = place.shape[1]
    forward = place[:, None, :] < np.arange(k + 1)[None, :, None]
    backward = place[:, None, :] >= k - np.arange(1, k)[None, :, None]
    return np.concatenate([forward, backward], axis=1)


def _shared(place: npt.NDArray[np.intp], values: FloatArray) -> FloatArray:
    """Give each player the mean of what it added when it entered, in the one order and in the other."""
    k = place.shape[-1]
    forward = values[..., : k + 1]
    backward = np.concatenate([values[..., :1], values[..., k + 1 :], values[..., k : k + 1]], axis=-1)
    first = np.broadcast_to(place, (*forward.shape[:-1], k))
    gained = np.take_along_axis(np.diff(forward), first, axis=-1)
    return np.asarray((gained + np.take_along_axis(np.diff(backward), k - 1 - first, axis=-1)) / 2)


def _settled(found: FloatArray, mean: float) -> FloatArray:
    """Let every row start from the mean of the whole background, not from that of the few rows it met.

    Shares are regressed on where rows start and end. Since they add up to the difference of the two, what they take back
    adds up to what the start is off by, and each row then adds up to its own value minus the mean.
    """
    shares, end, start = found[:, :-2], found[:, -2], found[:, -1]
    if np.abs(start - mean).max(initial=0.0) <= _SAME * max(1.0, abs(mean)):
        return shares
    design = np.column_stack([np.ones(len(end)), end - end.mean(), start - start.mean()])
    slopes = np.linalg.lstsq(design, shares, rcond=None)[0][2]
    # Rows too few or too alike to tell start from end: what is missing is taken back in equal parts.
    slopes = slopes - (slopes.sum() + 1) / len(slopes)
    return np.asarray(shares - np.outer(start - mean, slopes))
