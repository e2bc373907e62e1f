"""How far contributions move when the model learns again from people drawn anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from biasaudit.data.table import FloatArray, Table
from biasaudit.drivers.players import Players
from biasaudit.drivers.sampling import Sample, backgrounds, copies_of
from biasaudit.drivers.shapley import Line, coalitions, evaluations_a_pair
from biasaudit.models import Decisions, Model, Trainer, code_rows, decide_again, line_of
from biasaudit.results import AttributeFacts

#: Refits behind the variance that the choice of training rows leaves: Student's quantile with 19 degrees of freedom is
#: a twentieth wider than the normal one.
REFITS = 20
#: Rows explained with each, and background rows: the same for every refit, so that only the fit differs.
ROWS, BACKGROUND = 200, 10
#: Scores computed at most over all refits.
MOST_SCORES = 4_000_000
#: Training rows drawn for each refit at most, and judged rows that tell where a share or quota draws its line: a variance
#: that falls with the number of rows is known from fewer of them (Bickel, Götze & van Zwet, Statistica Sinica 7, 1997).
MOST_TAUGHT = 10_000
MOST_JUDGED = 20_000

Scale = Literal["score", "decision"]
Scorer = Callable[[Any], FloatArray]
#: Variance of each column's contribution, and of their sum, by attribute, group and scale.
FitVariances = dict[tuple[str, str, Scale], tuple[FloatArray, float]]


def fit_variances(
    model: Model,
    table: Table,
    facts: tuple[AttributeFacts, ...],
    sample: Sample,
    decisions: Decisions | None,
    *,
    players: Players,
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
    players : Players
        What contributions are told of.
    seed : int
        Seed of the bootstrap and of the background.

    Returns
    -------
    dict
        Empty for a model that was not trained here: it is then taken as it is. Bootstrap variances (Efron, Annals of
        Statistics 7, 1979) over :data:`REFITS` refits to resampled training rows; where these are many, to
        :data:`MOST_TAUGHT` of them, and the variance is brought down to that of all.
    """
    trainer = model.trainer
    if trainer is None:
        return {}
    rng = np.random.default_rng(seed)
    (background,) = backgrounds(table, count=1, size=BACKGROUND, seed=seed + 1)
    affordable = MOST_SCORES // (REFITS * BACKGROUND * evaluations_a_pair(len(players.names)))
    step = max(1, -(-len(sample.rows) // max(min(ROWS, affordable), 1)))
    rows, copies = sample.rows[::step], sample.copies[::step]
    features = table.frame[list(model.features)]
    mixed = _mixed(model, features.iloc[rows], features.iloc[background], players, seed=seed)
    weight = table.weight[rows] * copies
    inside = {
        (fact.name, group): np.asarray(table.attribute(fact.name) == group)[rows]
        for fact in facts
        for group in (size.group for size in fact.groups)
    }
    moved: dict[tuple[str, str, Scale], list[FloatArray]] = {}
    n = len(trainer.rows)
    drawn = min(n, MOST_TAUGHT)
    line_after = _line_after(trainer, table, decisions)
    for _ in range(REFITS):
        scorer = trainer.refit(trainer.labels, trainer.weight * copies_of(rng, n, drawn=drawn))
        lines: dict[Scale, Line | None] = {"score": None}
        if line_after is not None:
            lines["decision"] = line_after(scorer)
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
        key: (
            np.var(found, axis=0, ddof=1) * drawn / n,
            float(np.var(np.sum(found, axis=1), ddof=1)) * drawn / n,
        )
        for key, found in moved.items()
    }


def _line_after(trainer: Trainer, table: Table, decisions: Decisions | None) -> Callable[[Scorer], Line] | None:
    """Tell how a refit decides: a threshold stays, and a share or quota draws its line among the refit's own scores."""
    if decisions is None or decisions.cutoff_score is None:
        return None
    n = len(table)
    step = -(-n // MOST_JUDGED)
    some, weight = trainer.judged[::step], table.weight[::step]
    if decisions.cut == "quota" and step > 1:
        decisions = replace(decisions, cut="share", cut_value=(decisions.cut_value or 0) / n)

    def line(scorer: Scorer) -> Line:
        judged = scorer(some)
        return line_of(judged, decide_again(judged, decisions, weight=weight))

    return line


@dataclass(frozen=True, kw_only=True)
class _Mixed:
    """Rows with some columns of theirs and the rest of the background's, ready for any refit to score.

    ``ready`` has one part a coalition of players, ``weights`` the Shapley weight of its value for each of them.
    """

    ready: list[Any]
    weights: FloatArray
    rows: int

    def contributions(self, scored: list[FloatArray]) -> FloatArray:
        """Shapley values of each row, shape (rows, players), from the scores of every part."""
        values = np.stack([part.reshape(self.rows, -1).mean(axis=1) for part in scored])
        return np.asarray((self.weights @ values).T)


def _mixed(model: Model, rows: pd.DataFrame, background: pd.DataFrame, players: Players, *, seed: int) -> _Mixed:
    coded = code_rows(model, pd.concat([background, rows], ignore_index=True))
    behind, own = coded.codes[: len(background)], coded.codes[len(background) :]
    present, weights = coalitions(len(players.names), seed=seed)
    ready = [
        coded.ready(np.where(mask, own[:, None, :], behind[None, :, :]).reshape(-1, own.shape[1]))
        for mask in present[:, players.owner]
    ]
    return _Mixed(ready=ready, weights=weights, rows=len(rows))
