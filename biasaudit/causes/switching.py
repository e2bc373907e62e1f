r"""Means of an outcome if the attribute were switched along some of its arrows and not along others.

People of the reference (x = 0) are taken as they are; an arrow into a variable v is switched when v is drawn as it is
drawn in the group (x = 1), given what came before. Runs of variables on the same side are drawn together, so that

.. math:: θ = \int E[Y | l_S, c_{S-1}] \prod_{s=1}^{S-1} dP(c_s | c_{<s}, l_s) \, dP(c_0 | x = 0)

with the side :math:`l_s` of run s. It is estimated by regressions of regressions, from the last run to the first, each
corrected by the mean of its own residuals, weighted so that those it was learnt from stand for those it is used on (the
one-step estimator on the efficient influence function: Zhou, Semiparametric estimation for causal mediation analysis
with multiple causally ordered mediators, JRSS B 84, 2022, here for the people of the reference). The mean is right
where either the regressions or the weights are; the influence function gives the interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from biasaudit.causes.columns import Columns
from biasaudit.causes.identify import Way
from biasaudit.data.table import BoolArray, FloatArray
from biasaudit.models import first_fit

#: Parts that regressions on curves are learnt from and used on in turn; cells need none.
FOLDS = 5
#: Share of people on the other side whose odds of being in the group lie where this side has people too.
LEAST_SUPPORTED = 0.9
#: Penalty of the regressions, in people: what keeps a level of few from deciding.
_PENALTY = 1.0
#: Keeps odds finite; whoever has such a chance takes nearly all the weight, and too few people are left to compare.
_LEAST_CHANCE = 1e-9


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """People of a group and of its reference, with their outcome and the declared variables.

    Attributes
    ----------
    in_group : array of bool, shape (n,)
        Of the group (x = 1) or of the reference (x = 0).
    outcome : array of float, shape (n,)
        What is compared, from 0 to 1 for decisions and labels.
    weight : array of float, shape (n,)
        Sampling weights, above 0.
    columns : Columns
        Background, then what lies between.
    background : int
        How many of the columns are background.
    ways : tuple of Way
        Of each column between, then of the outcome.
    known : tuple of two arrays of float, shape (n,), or None
        The outcome that each person has on either side, where the model can be asked; None where it must be learnt.
    fold : array of int, shape (n,)
        Part of the data that each person belongs to; with one part, each is guessed by what was learnt from all.
    """

    in_group: BoolArray
    outcome: FloatArray
    weight: FloatArray
    columns: Columns
    background: int
    ways: tuple[Way, ...]
    known: tuple[FloatArray, FloatArray] | None
    fold: FloatArray


@dataclass(frozen=True, kw_only=True)
class Switched:
    """A mean, and how far each person moves it.

    Attributes
    ----------
    value : float
        The mean.
    influence : array of float, shape (n,)
        Of each person, with mean 0; the squared standard error is the sum of squares over n².
    people : float
        Kish's effective number behind the smallest of the weighted means; 0 where one side has hardly anybody who is
        like those of the other.
    """

    value: float
    influence: FloatArray
    people: float


def switched_mean(comparison: Comparison, switched: frozenset[Way]) -> Switched:
    """Give the mean outcome of the reference if the attribute were switched along some ways.

    Parameters
    ----------
    comparison : Comparison
        The people.
    switched : frozenset of Way
        Ways that are switched to the group.

    Returns
    -------
    Switched
        With nothing switched, the plain mean of the reference.

    Examples
    --------
    Of 100 people of either side 30 and 70 have the job, and only those of the reference who have it are selected:

    >>> import pandas as pd
    >>> from biasaudit.causes.columns import make_columns
    >>> in_group = np.repeat([False, True], 100)
    >>> job = np.repeat([0, 1, 0, 1], [70, 30, 30, 70])
    >>> comparison = Comparison(
    ...     in_group=in_group,
    ...     outcome=(job * ~in_group).astype(float),
    ...     weight=np.ones(200),
    ...     columns=make_columns(pd.DataFrame({"job": job}), ["job"], in_group),
    ...     background=0,
    ...     ways=("justified", "direct"),
    ...     known=None,
    ...     fold=np.zeros(200),
    ... )
    >>> states = (frozenset(), frozenset({"justified"}), frozenset({"direct"}))
    >>> [round(switched_mean(comparison, state).value, 9) for state in states]
    [0.3, 0.7, 0.0]
    """
    sides = [0, *(int(way in switched) for way in comparison.ways)]
    # A run is its side and how many columns are known after it; what comes first is background.
    runs: list[tuple[int, int]] = []
    for at, side in enumerate(sides):
        length = comparison.background + at
        runs = [*runs[:-1], (side, length)] if runs and runs[-1][0] == side else [*runs, (side, length)]
    draws = _draws(comparison, runs)
    mean, influence, people = _weighted(comparison, 0, np.ones(len(comparison.outcome)), draws.guesses[0])
    for at, (side, _) in enumerate(runs[1:], start=1):
        residual = draws.guesses[at] - draws.guesses[at - 1]
        more, moves, behind = _weighted(comparison, side, _density(comparison, runs, draws, at), residual)
        mean, influence = mean + more, influence + moves
        # A model that answers under both values is exact: nobody needs to be like anybody.
        if residual[comparison.in_group == bool(side)].any():
            people = min(people, behind * _is_supported(comparison, draws.odds[at - 1], side))
    return Switched(value=mean, influence=influence, people=people)


def group_mean(comparison: Comparison) -> Switched:
    """Give the plain mean outcome of the group."""
    mean, influence, people = _weighted(comparison, 1, np.ones(len(comparison.outcome)), comparison.outcome)
    return Switched(value=mean, influence=influence, people=people)


@dataclass(frozen=True)
class _Draws:
    """What is guessed of each person: after each run the outcome, and before each the odds of being of the group."""

    guesses: list[FloatArray]
    odds: list[FloatArray]


def _draws(comparison: Comparison, runs: Sequence[tuple[int, int]]) -> _Draws:
    """Guess outcomes from the last run to the first, and odds, each person by what was learnt from others."""
    n, last = len(comparison.outcome), len(runs) - 1
    folds = np.unique(comparison.fold)
    guesses = [np.zeros(n) for _ in range(last)] + [comparison.outcome]
    odds = [np.zeros(n) for _ in range(last)]
    for fold in folds:
        use = comparison.fold == fold
        learn = ~use if len(folds) > 1 else use
        guess = comparison.outcome
        for at in range(last, 0, -1):
            side, length = runs[at][0], runs[at - 1][1]
            # A plain mean learns nothing that could be held against it, and is everybody's.
            taught = learn if length else np.ones(n, dtype=bool)
            is_asked = comparison.known is not None and at == last and runs[last][1] == length + 1
            if is_asked and comparison.known is not None:
                guess = comparison.known[side]
            else:
                rows = taught & (comparison.in_group == bool(side))
                guess = _regressed(comparison, length, rows, guess, is_share=at == last)
            guesses[at - 1][use] = guess[use]
            chance = _regressed(comparison, length, taught, comparison.in_group.astype(np.float64), is_share=True)
            chance = np.clip(chance, _LEAST_CHANCE, 1 - _LEAST_CHANCE)
            odds[at - 1][use] = (chance / (1 - chance))[use]
    return _Draws(guesses, odds)


def _density(comparison: Comparison, runs: Sequence[tuple[int, int]], draws: _Draws, at: int) -> FloatArray:
    """Weigh the people of a run's side so that what they have before it is drawn as the runs before say."""
    whole = comparison.weight
    share = float(whole[comparison.in_group].sum() / whole.sum())
    before = np.full(len(comparison.outcome), share / (1 - share))
    density = np.ones(len(comparison.outcome))
    for earlier in range(at):
        now = draws.odds[earlier]
        if runs[earlier][0] != runs[at][0]:
            density = density * (now / before if runs[earlier][0] else before / now)
        before = now
    return density


def _is_supported(comparison: Comparison, odds: FloatArray, side: int) -> bool:
    """Whether nearly all people of the other side have odds such as those of this side, and are not guessed afar."""
    mine, others = (odds[comparison.in_group == bool(one)] for one in (side, 1 - side))
    inside = (others >= mine.min()) & (others <= mine.max())
    return bool(inside.mean() >= LEAST_SUPPORTED)


def _weighted(
    comparison: Comparison, side: int, density: FloatArray, values: FloatArray
) -> tuple[float, FloatArray, float]:
    """Give a weighted mean over one side, each person's influence on it, and the effective number of people."""
    mass = comparison.weight * density * (comparison.in_group == bool(side))
    whole = float(mass.sum())
    mean = float(mass @ values) / whole
    return mean, len(values) * mass * (values - mean) / whole, whole**2 / float(mass @ mass)


def _regressed(
    comparison: Comparison, length: int, rows: BoolArray, values: FloatArray, *, is_share: bool
) -> FloatArray:
    """Learn values from the first columns of some people, and guess them for everybody."""
    weight = comparison.weight * rows
    if comparison.columns.cells is not None:
        cell = comparison.columns.cells[length]
        return (np.bincount(cell, weights=weight * values) / np.bincount(cell, weights=weight))[cell]
    matrix = comparison.columns.matrix(length)
    learnt, target, mass = matrix[rows], values[rows], comparison.weight[rows]
    mean = float(mass @ target / mass.sum())
    if not matrix.shape[1] or target.min() == target.max():
        return np.full(len(values), mean)
    if is_share and target.min() >= 0 and target.max() <= 1:
        fit = first_fit(learnt, target, mass, inverse_penalty=1 / _PENALTY)
        return np.asarray(expit(matrix @ fit.coefficients[:-1] + fit.coefficients[-1]), dtype=np.float64)
    centre = mass @ learnt / mass.sum()
    scaled = (learnt - centre) * mass[:, None]
    gram = scaled.T @ (learnt - centre) + _PENALTY * np.eye(learnt.shape[1])
    return np.asarray(mean + (matrix - centre) @ np.linalg.solve(gram, scaled.T @ (target - mean)), dtype=np.float64)
