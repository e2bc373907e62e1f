"""How many rows to explain, and against which: as many as leave little open, within a bound on the work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from biasaudit.data.table import FloatArray, Table
from biasaudit.drivers.means import GroupMeans, Known, Whole, group_means, wholes_of
from biasaudit.drivers.players import Players
from biasaudit.drivers.refits import Scale
from biasaudit.drivers.sampling import Sample, backgrounds, cells_of, chance_of, draw
from biasaudit.drivers.shapley import Line, evaluations_a_pair, method_for, shapley_values
from biasaudit.models import Model, code_rows, is_numeric
from biasaudit.results import AttributeFacts

#: Backgrounds that every row is explained against: their differences show how far the choice of one matters.
BACKGROUNDS = 5
#: Rows of each.
BACKGROUND_ROWS = 1000
#: Rows explained at first, to see how many are needed.
PILOT_ROWS = 200
#: Rows explained at least, where there are so many.
LEAST_ROWS = 1000
#: Share of a gap that the sample may leave open in any contribution to it, as a standard error.
WANTED = 0.01
#: Rows beyond those that the first ones say are needed, as those know it roughly.
_MARGIN = 1.3
#: Scores computed at most, for a sum of looked-up effects and for any other model: a few seconds of work.
MOST_SCORES_ADDITIVE = 10_000_000
MOST_SCORES = 1_500_000
#: A gap of fewer standard errors may be nothing, and no share of it is told.
_CLEAR = 2.0
#: A mean of one row has no interval.
_LEAST_OF_A_GROUP = 2

#: What is known of the groups of every attribute, by attribute and group.
Wholes = dict[tuple[str, str], Whole]


@dataclass(frozen=True, kw_only=True)
class Explained:
    """Rows and what inputs add to them.

    Attributes
    ----------
    sample : Sample
        The rows.
    values : dict
        For each scale an array of float, shape (backgrounds, r, k).
    known : dict
        For each scale what is known of all rows: first what is explained.
    wholes : dict
        For each scale what is known of all rows of every group.
    methods : dict
        For each scale how its rows were explained.
    """

    sample: Sample
    values: dict[Scale, FloatArray]
    known: dict[Scale, Known]
    wholes: dict[Scale, Wholes]
    methods: dict[Scale, str]

    def means(self, table: Table, scale: Scale, attribute: str, group: str) -> GroupMeans:
        """Give the mean contributions of a group."""
        return group_means(
            self.wholes[scale][attribute, group], self.known[scale], table.weight, self.sample, self.values[scale]
        )


def sampling_error(one: GroupMeans, reference: GroupMeans) -> float:
    """Give the standard error that the sample leaves in the least certain contribution to a gap.

    It is made of the rows that were not explained and of the background rows that were not met; how people might have
    been others is no part of it.
    """
    by_background = one.contributions - reference.contributions
    met = by_background.var(axis=0, ddof=1) / len(by_background)
    return float(np.sqrt((one.left_open + reference.left_open + met).max()))


def explain_rows(
    model: Model,
    table: Table,
    facts: tuple[AttributeFacts, ...],
    lines: Mapping[Scale, Line | None],
    scores: FloatArray,
    *,
    players: Players,
    seed: int,
) -> Explained:
    """Draw rows once for all attributes and scales, as many as are needed, and explain each of them.

    A first sample tells how far rows differ in what is not known of them beforehand. From that follows how many leave no
    contribution to a clear gap open by more than :data:`WANTED` of it. Where every row is explained and that does not
    do, each meets more background rows.

    Parameters
    ----------
    model : Model
        One that can score.
    table : Table
        The judged rows.
    facts : tuple of AttributeFacts
        Attributes and intersections.
    lines : mapping of str to callable or None
        The scales, as :func:`biasaudit.drivers.shapley.shapley_values` takes them.
    scores : array of float, shape (n,)
        Scores of the rows.
    players : Players
        What contributions are told of.
    seed : int
        Seed of sample, backgrounds, pairs and orders.

    Returns
    -------
    Explained
        The same for any order of the rows.
    """
    names = tuple(dict.fromkeys(column for fact in facts for column in fact.columns))
    features = table.frame[list(model.features)]
    is_additive = code_rows(model, features.iloc[:1]).effects is not None
    methods = {
        scale: method_for(len(players.names), is_sum=is_additive and model.scale == "score" and line is None)
        for scale, line in lines.items()
    }
    surrogates = _surrogates(model, features, scores)
    known = {
        scale: (scores, *surrogates) if line is None else (line(scores), scores, *surrogates)
        for scale, line in lines.items()
    }
    wholes = _wholes(table, facts, known)
    chance = chance_of(table)
    cells = cells_of(table, names, scores, chance)
    behind = backgrounds(table, count=BACKGROUNDS, size=BACKGROUND_ROWS, seed=seed + 1, chance=chance)

    def explained(rows: int, pairs: int) -> Explained:
        sample = draw(cells, size=rows, seed=seed)
        found = [
            shapley_values(
                model,
                features.iloc[sample.rows],
                features.iloc[one],
                seed=seed + place,
                lines=list(lines.values()),
                players=players,
                pairs=pairs,
            )
            for place, one in enumerate(behind)
        ]
        values = dict(zip(lines, np.stack(found, axis=1), strict=True))
        return Explained(sample=sample, values=values, known=known, wholes=wholes, methods=methods)

    most = MOST_SCORES_ADDITIVE if is_additive else MOST_SCORES
    affordable = max(1, most // (BACKGROUNDS * evaluations_a_pair(len(players.names))))
    first = explained(min(PILOT_ROWS, affordable), 1)
    needed = int(min(_MARGIN * _times_needed(table, facts, first) * len(first.sample.rows), affordable))
    rows = min(len(table), max(needed, min(LEAST_ROWS, affordable)))
    pairs = 1 if rows < len(table) else min(max(needed // rows, 1), BACKGROUND_ROWS)
    if (rows, pairs) == (len(first.sample.rows), 1):
        return first
    return explained(rows, pairs)


def _times_needed(table: Table, facts: tuple[AttributeFacts, ...], first: Explained) -> float:
    """Say how many times as much work would bring the error of every clear gap down to what is wanted."""
    times = 0.0
    for scale, wholes in first.wholes.items():
        for fact in facts:
            if (fact.name, fact.reference) not in wholes:
                continue
            reference = first.means(table, scale, fact.name, fact.reference)
            for group in _groups(wholes, fact):
                gap = wholes[fact.name, group].means[0] - reference.whole.means[0]
                noise = np.sqrt(wholes[fact.name, group].variance + reference.whole.variance)
                if abs(gap) > _CLEAR * noise:
                    error = sampling_error(first.means(table, scale, fact.name, group), reference)
                    times = max(times, (error / (WANTED * abs(gap))) ** 2)
    return times


def _groups(wholes: Wholes, fact: AttributeFacts) -> Iterator[str]:
    """Give the groups of an attribute that are compared with its reference."""
    for size in fact.groups:
        if size.group != fact.reference and (fact.name, size.group) in wholes:
            yield size.group


def _wholes(table: Table, facts: tuple[AttributeFacts, ...], known: dict[Scale, Known]) -> dict[Scale, Wholes]:
    """Sum up every group on every scale; what scales know in common is averaged once."""
    wholes: dict[Scale, Wholes] = {scale: {} for scale in known}
    for fact in facts:
        groups = table.attribute(fact.name)
        means: dict[int, FloatArray] = {}
        for scale, columns in known.items():
            found = wholes_of(groups.codes, len(groups.categories), columns, table.weight, means=means)
            for group, whole in zip(groups.categories, found, strict=True):
                if whole.rows >= _LEAST_OF_A_GROUP:
                    wholes[scale][fact.name, str(group)] = whole
    return wholes


def _surrogates(model: Model, frame: pd.DataFrame, scores: FloatArray) -> list[FloatArray]:
    """Give one known number a row and column that goes with the column's contribution, each of shape (n,).

    What a linear model adds up; else the number itself, or the mean score of the level.
    """
    coded = code_rows(model, frame) if model.columns is not None else None
    if coded is not None and coded.effects is not None:
        return [effect[coded.codes[:, place].astype(np.intp)] for place, effect in enumerate(coded.effects)]
    columns = []
    for name in model.features:
        if is_numeric(frame[name]):
            numbers = frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
            is_known = np.isfinite(numbers)
            if not is_known.all():
                numbers = np.where(is_known, numbers, numbers[is_known].mean() if is_known.any() else 0.0)
            columns.append(numbers)
        else:
            codes, _ = pd.factorize(frame[name], use_na_sentinel=False)
            columns.append((np.bincount(codes, weights=scores) / np.maximum(np.bincount(codes), 1))[codes])
    return columns
