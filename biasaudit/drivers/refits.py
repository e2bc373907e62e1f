"""How far contributions move when the model learns again from people drawn anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from biasaudit.data.table import FloatArray, Table
from biasaudit.drivers.sampling import Sample, backgrounds
from biasaudit.drivers.shapley import MOST_EXACT, evaluations_a_row
from biasaudit.measures import shapley_matrix
from biasaudit.models import Decisions, Model, code_rows, decide_again, line_of
from biasaudit.results import AttributeFacts

#: Refits behind the variance that the choice of training rows leaves: Student's quantile with 19 degrees of freedom is
#: a twentieth wider than the normal one.
REFITS = 20
#: Rows explained with each, and background rows: the same for every refit, so that only the fit differs.
ROWS, BACKGROUND = 200, 10
#: Scores computed at most over all refits.
MOST_SCORES = 4_000_000

Scale = Literal["score", "decision"]
#: Variance of each column's contribution, and of their sum, by attribute, group and scale.
FitVariances = dict[tuple[str, str, Scale], tuple[FloatArray, float]]


def fit_variances(
    model: Model,
    table: Table,
    facts: tuple[AttributeFacts, ...],
    sample: Sample,
    decisions: Decisions | None,
    *,
    seed: int,
) -> FitVariances:
    """Measure how far each contribution to each gap moves from refit to refit.

    Parameters
    ----------
    model : Model
        With its trainer.
    table : Table
        The rows judged.
    facts : tuple of AttributeFacts
        Attributes and intersections.
    sample : Sample
        Rows drawn for explaining; an even part of them is used.
    decisions : Decisions or None
        Where the line ran; shares and quotas draw it again with each refit.
    seed : int
        Seed of the bootstrap and of the background.

    Returns
    -------
    dict
        Empty for a model that was not trained here: it is then taken as it is. Bootstrap variances (Efron, Annals of
        Statistics 7, 1979) over :data:`REFITS` refits to resampled training rows.
    """
    trainer = model.trainer
    if trainer is None:
        return {}
    rng = np.random.default_rng(seed)
    (background,) = backgrounds(table, count=1, size=BACKGROUND, seed=seed + 1)
    affordable = MOST_SCORES // (REFITS * BACKGROUND * evaluations_a_row(len(model.features)))
    step = max(1, -(-len(sample.rows) // max(min(ROWS, affordable), 1)))
    rows, copies = sample.rows[::step], sample.copies[::step]
    features = table.frame[list(model.features)]
    mixed = _mixed(model, features.iloc[rows], features.iloc[background], seed=seed)
    weight = table.weight[rows] * copies
    inside = {
        (fact.name, group): np.asarray(table.attribute(fact.name) == group)[rows]
        for fact in facts
        for group in (size.group for size in fact.groups)
    }
    moved: dict[tuple[str, str, Scale], list[FloatArray]] = {}
    for _ in range(REFITS):
        taught = rng.multinomial(len(trainer.rows), np.full(len(trainer.rows), 1 / len(trainer.rows)))
        scorer = trainer.refit(trainer.labels, trainer.weight * taught)
        lines: dict[Scale, Callable[[FloatArray], FloatArray] | None] = {"score": None}
        if decisions is not None and decisions.cutoff_score is not None:
            judged = scorer(trainer.judged)
            lines["decision"] = line_of(judged, decide_again(judged, decisions, weight=table.weight))
        scored = [scorer(part) for part in mixed.ready]
        for scale, line in lines.items():
            values = mixed.contributions(scored if line is None else [line(scores) for scores in scored])
            for fact in facts:
                means = {
                    group: np.average(values[among], axis=0, weights=weight[among])
                    for (name, group), among in inside.items()
                    if name == fact.name and weight[among].sum() > 0
                }
                for group in means.keys() - {fact.reference}:
                    if fact.reference in means:
                        found = moved.setdefault((fact.name, group, scale), [])
                        found.append(means[group] - means[fact.reference])
    return {
        key: (np.var(found, axis=0, ddof=1), float(np.var(np.sum(found, axis=1), ddof=1)))
        for key, found in moved.items()
    }


@dataclass(frozen=True, kw_only=True)
class _Mixed:
    """Rows with some columns of theirs and the rest of the background's, ready for any refit to score.

    ``ready`` has one part a coalition of columns, ``weights`` the Shapley weight of its value for each column.
    """

    ready: list[Any]
    weights: FloatArray
    rows: int

    def contributions(self, scored: list[FloatArray]) -> FloatArray:
        """Shapley values of each row, shape (rows, columns), from the scores of every part."""
        values = np.stack([part.reshape(self.rows, -1).mean(axis=1) for part in scored])
        return np.asarray((self.weights @ values).T)


def _mixed(model: Model, rows: pd.DataFrame, background: pd.DataFrame, *, seed: int) -> _Mixed:
    coded = code_rows(model, pd.concat([background, rows], ignore_index=True))
    behind, own = coded.codes[: len(background)], coded.codes[len(background) :]
    present, weights = coalitions(own.shape[1], seed=seed)
    ready = [
        coded.ready(np.where(mask, own[:, None, :], behind[None, :, :]).reshape(-1, own.shape[1])) for mask in present
    ]
    return _Mixed(ready=ready, weights=weights, rows=len(rows))


def coalitions(columns: int, *, seed: int) -> tuple[npt.NDArray[np.bool_], FloatArray]:
    """List coalitions of columns, and the weights that turn their values into Shapley values.

    Parameters
    ----------
    columns : int
        How many there are. Up to :data:`biasaudit.drivers.shapley.MOST_EXACT` every coalition is listed; beyond that the
        columns enter in one random order and in its reverse, which is exact up to interactions of two.
    seed : int
        Seed of that order.

    Returns
    -------
    present : array of bool, shape (c, columns)
        Which columns keep their own value.
    weights : array of float, shape (columns, c)
        ``weights @ values`` are the contributions; they add up to the value of all columns minus that of none.

    Examples
    --------
    >>> present, weights = coalitions(2, seed=0)
    >>> (weights @ np.array([0.0, 1.0, 2.0, 5.0])).tolist()
    [2.0, 3.0]
    """
    if columns <= MOST_EXACT:
        present = (np.arange(2**columns)[:, None] >> np.arange(columns) & 1).astype(bool)
        return present, shapley_matrix(columns)
    order = np.random.default_rng(seed).permutation(columns)
    place = np.argsort(order)
    forward = place[None, :] < np.arange(columns + 1)[:, None]
    backward = place[None, :] >= columns - np.arange(columns + 1)[:, None]
    weights = np.zeros((columns, 2 * (columns + 1)))
    for column in range(columns):
        first, last = int(place[column]), columns - 1 - int(place[column])
        weights[column, [first + 1, columns + 1 + last + 1]] += 0.5
        weights[column, [first, columns + 1 + last]] -= 0.5
    return np.concatenate([forward, backward]), weights
