"""The same gap on the same items at every stage from labels to decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from biasaudit.data.annotations import AnnotationLog
from biasaudit.data.table import BoolArray, FloatArray, Table
from biasaudit.results import AttributeFacts, Estimate, Stage, StageGap, estimated, undefined
from biasaudit.traces.ballots import Ballots, IntArray, ballots_of
from biasaudit.traces.rules.rule import Rule, aggregate

#: Resamples of items behind each interval, and the number of draws above which there are fewer.
RESAMPLES, MOST_DRAWS, FEWEST_RESAMPLES = 2_000, 50_000_000, 200
#: Draws held in memory at once.
DRAWS_AT_ONCE = 2_000_000
#: Reference labels make a stage where at least this share of labelled items has one.
ENOUGH_REFERENCE = 0.5
METHOD = "gap of group means on the same items; bootstrap over items within groups"


@dataclass(frozen=True, kw_only=True)
class StageValues:
    """What every stage says about the same items.

    Attributes
    ----------
    rows : array of int, shape (items,)
        Row of the whole table of each item.
    stages : tuple of str
        Stages that exist, in order.
    values : array of float, shape (items, stages)
        From 0 to 1 at every stage.
    weight : array of float, shape (items,)
        Sampling weights.
    """

    rows: IntArray
    stages: tuple[Stage, ...]
    values: FloatArray
    weight: FloatArray


def stage_values(
    table: Table, log: AnnotationLog, rule: Rule, scores: FloatArray | None, selected: FloatArray
) -> StageValues:
    """Gather the stages on the judged items that have labels.

    Parameters
    ----------
    table : Table
        All items.
    log : AnnotationLog
        The labels, with a ``reference`` column where reference labels are a column of the table.
        Where at least half of the labelled judged items have a reference label, all stages are
        read on those items; otherwise the reference stage is left out.
    rule : Rule
        How labels become one where no outcome is recorded.
    scores : array of float, shape (judged rows,), or None
        Probabilities; None where scores are none, and the stage of the model is left out.
    selected : array of float, shape (judged rows,)
        Decisions, ties as fractions.

    Returns
    -------
    StageValues
        With no item where no judged row has a label.
    """
    ballots, reference = _with_reference(table, log)
    rows = ballots.rows
    judged_position = np.cumsum(table.is_judged) - 1
    columns: dict[Stage, FloatArray] = {}
    if reference is not None:
        columns["reference_label"] = reference
    columns["annotation"] = np.bincount(ballots.item, ballots.label, ballots.n_items) / ballots.per_item
    columns["label"] = aggregate(rule, ballots) if table.outcome is None else table.outcome[rows]
    if scores is not None:
        columns["model"] = scores[judged_position[rows]]
    columns["decision"] = selected[judged_position[rows]]
    return StageValues(
        rows=rows,
        stages=tuple(columns),
        values=np.column_stack(list(columns.values())),
        weight=table.weight[rows],
    )


def _with_reference(table: Table, log: AnnotationLog) -> tuple[Ballots, FloatArray | None]:
    """Labels of the judged items, and the reference label of each item where enough have one."""
    ballots = ballots_of(log, table.is_judged)
    if "reference" not in log.frame or not ballots.n_items:
        return ballots, None
    by_label = log.frame["reference"].to_numpy(dtype=float)[ballots.source]
    is_known = np.isfinite(by_label)
    known: BoolArray = np.zeros(ballots.n_items, dtype=bool)
    known[ballots.item[is_known]] = True
    if known.mean() < ENOUGH_REFERENCE:
        return ballots, None
    kept = ballots.subset(is_known)
    return kept, np.bincount(kept.item, by_label[is_known], kept.n_items) / kept.per_item


def measure_stages(
    table: Table, values: StageValues, facts: Sequence[AttributeFacts], *, minimum_size: int, seed: int, level: float
) -> tuple[StageGap, ...]:
    """Measure the gap of every group to its reference at every stage.

    The change of a stage is its gap minus that of the stage before, on the same items, so that the
    first gap and all changes add up to the gap in decisions.

    Parameters
    ----------
    table : Table
        All items.
    values : StageValues
        What each stage says.
    facts : sequence of AttributeFacts
        The attributes and intersections, with groups and reference.
    minimum_size : int
        Groups with fewer items are listed without a value.
    seed : int
        Seed of the resamples.
    level : float
        Level of the intervals.

    Returns
    -------
    tuple of StageGap
        By attribute, group and stage, in order.
    """
    found: list[StageGap] = []
    for attribute in facts:
        groups = np.asarray(table.attribute(attribute.name), dtype=object)[values.rows]
        drawn: dict[str, tuple[FloatArray, FloatArray]] = {}
        names = [attribute.reference, *(one.group for one in attribute.groups if one.group != attribute.reference)]
        rng = np.random.default_rng(seed)
        for group in names:
            is_member = groups == group
            drawn[group] = _means(values.values[is_member], values.weight[is_member], rng)
            n_items = int(is_member.sum())
            if group == attribute.reference:
                n_reference = n_items
                continue
            small = min(n_items, n_reference) < minimum_size
            reason = f"fewer than {minimum_size} labelled items in a group" if small else ""
            gaps = _gaps(attribute, group, values.stages, drawn, n_items=n_items, reason=reason, level=level)
            found += gaps
    return tuple(found)


def _means(values: FloatArray, weight: FloatArray, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Mean of each stage over a group's items, and the same in resamples of its items."""
    n = len(values)
    if not n:
        nothing = np.full(values.shape[1], np.nan)
        return nothing, nothing[None, :]
    resamples = int(np.clip(MOST_DRAWS // n, FEWEST_RESAMPLES, RESAMPLES))
    weighted = np.column_stack([values * weight[:, None], weight])
    blocks = []
    left = resamples
    while left:
        size = min(left, max(1, DRAWS_AT_ONCE // n))
        drawn = rng.integers(0, n, (size, n)) + n * np.arange(size)[:, None]
        copies = np.bincount(drawn.ravel(), minlength=size * n).reshape(size, n)
        blocks.append(copies @ weighted)
        left -= size
    sums = np.vstack([weighted.sum(axis=0), *blocks])
    means = sums[:, :-1] / sums[:, [-1]]
    return means[0], means[1:]


def _gaps(
    attribute: AttributeFacts,
    group: str,
    stages: tuple[Stage, ...],
    means: dict[str, tuple[FloatArray, FloatArray]],
    *,
    n_items: int,
    reason: str,
    level: float,
) -> list[StageGap]:
    point, resampled = means[group]
    reference_point, reference_resampled = means[attribute.reference]
    common = min(len(resampled), len(reference_resampled))
    gap, drawn = point - reference_point, resampled[:common] - reference_resampled[:common]
    rows = []
    for place, stage in enumerate(stages):
        change = None
        if place:
            change = _estimate(gap[place] - gap[place - 1], drawn[:, place] - drawn[:, place - 1], reason, level)
        rows.append(
            StageGap(
                attribute=attribute.name,
                group=group,
                reference=attribute.reference,
                stage=stage,
                gap=_estimate(gap[place], drawn[:, place], reason, level),
                change=change,
                rate_group=None if reason else float(point[place]),
                rate_reference=None if reason else float(reference_point[place]),
                n_items=n_items,
            )
        )
    return rows


def _estimate(value: float, drawn: FloatArray, reason: str, level: float) -> Estimate:
    if reason:
        return undefined(reason, method=METHOD, level=level)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return estimated(float(value), float(low), float(high), method=METHOD, level=level)
