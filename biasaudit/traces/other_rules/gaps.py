"""Gaps of agreed labels under several rules, on the same items and in the same resamples of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from biasaudit.data.table import FloatArray, Table
from biasaudit.results import AttributeFacts
from biasaudit.traces.ballots import IntArray
from biasaudit.traces.stages import DRAWS_AT_ONCE, FEWEST_RESAMPLES, MOST_DRAWS, RESAMPLES

#: What is measured of the labels of a group: how many are positive, and how many of each truth are labelled wrongly.
RATES = ("positive", "false_positive", "false_negative")


@dataclass(frozen=True, kw_only=True)
class LabelGaps:
    """Gaps of one group against its reference.

    Attributes
    ----------
    attribute, group, reference : str
        Names.
    n_group, n_reference : int
        Items of each.
    counted : dict of str to int
        By name of :data:`RATES`, the fewest items of the two groups that the rate is a share of.
    gap : dict of str to array of float, shape (rules,)
        By name of :data:`RATES`; NaN where a group has no item that counts.
    resampled : dict of str to array of float, shape (resamples, rules)
        The same in resamples of items.
    """

    attribute: str
    group: str
    reference: str
    n_group: int
    n_reference: int
    counted: dict[str, int]
    gap: dict[str, FloatArray]
    resampled: dict[str, FloatArray]


def label_gaps(  # noqa: PLR0917 - takes what every room before it made
    table: Table,
    facts: Sequence[AttributeFacts],
    rows: IntArray,
    labels: FloatArray,
    verdicts: FloatArray,
    truth: FloatArray,
    *,
    seed: int,
) -> tuple[LabelGaps, ...]:
    """Measure the gaps of every group under every rule.

    Items are resampled with replacement within each group, all rules on the same resample, so that
    the change from one rule to another has an interval of its own. Labels stay as the rule made
    them on the whole log.

    Parameters
    ----------
    table : Table
        All items.
    facts : sequence of AttributeFacts
        The attributes and intersections, with groups and reference.
    rows : array of int, shape (items,)
        Row of the table of each labelled item.
    labels, verdicts : array of float, shape (items, rules)
        Label of each item under each rule, from 0 to 1; and what is held against truth, where a mean
        is cut at a half.
    truth : array of float, shape (items,)
        1, 0 or NaN where it is not known.
    seed : int
        Seed of the resamples.

    Returns
    -------
    tuple of LabelGaps
        By attribute and group.
    """
    weight = table.weight[rows]
    columns = _columns(labels, verdicts, truth, weight)
    counts = (np.isfinite(weight), truth == 0, truth == 1)
    found = []
    for attribute in facts:
        groups = np.asarray(table.attribute(attribute.name), dtype=object)[rows]
        rng = np.random.default_rng(seed)
        names = [attribute.reference, *(one.group for one in attribute.groups if one.group != attribute.reference)]
        sums = {group: _sums(columns[groups == group], rng) for group in names}
        sizes = {group: int((groups == group).sum()) for group in names}
        base = _rates(sums[attribute.reference], labels.shape[1])
        counted = {group: [int(rule[groups == group].sum()) for rule in counts] for group in names}
        for group in names[1:]:
            own = _rates(sums[group], labels.shape[1])
            common = min(len(own["positive"]), len(base["positive"]))
            gaps = {name: own[name][:common] - base[name][:common] for name in RATES}
            found.append(
                LabelGaps(
                    attribute=attribute.name,
                    group=group,
                    reference=attribute.reference,
                    n_group=sizes[group],
                    n_reference=sizes[attribute.reference],
                    counted={
                        name: min(counted[group][place], counted[attribute.reference][place])
                        for place, name in enumerate(RATES)
                    },
                    gap={name: gap[0] for name, gap in gaps.items()},
                    resampled={name: gap[1:] for name, gap in gaps.items()},
                )
            )
    return tuple(found)


def _columns(labels: FloatArray, verdicts: FloatArray, truth: FloatArray, weight: FloatArray) -> FloatArray:
    """Lay out what every rate is a quotient of sums of: weights, then weighted labels, three times over."""
    is_negative, is_positive = np.where(truth == 0, weight, 0.0), np.where(truth == 1, weight, 0.0)
    parts = [weight, is_negative, is_positive]
    parts += list((labels * weight[:, None]).T)
    parts += list((verdicts * is_negative[:, None]).T)
    parts += list(((1 - verdicts) * is_positive[:, None]).T)
    return np.column_stack(parts)


def _sums(columns: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Sum over a group's items first, then over each resample of them."""
    n = len(columns)
    if not n:
        return np.zeros((2, columns.shape[1]))
    blocks = [columns.sum(axis=0, keepdims=True)]
    left = int(np.clip(MOST_DRAWS // n, FEWEST_RESAMPLES, RESAMPLES))
    while left:
        size = min(left, max(1, DRAWS_AT_ONCE // n))
        drawn = rng.integers(0, n, (size, n)) + n * np.arange(size)[:, None]
        copies = np.bincount(drawn.ravel(), minlength=size * n).reshape(size, n)
        blocks.append(copies @ columns)
        left -= size
    return np.vstack(blocks)


def _rates(sums: FloatArray, n_rules: int) -> dict[str, FloatArray]:
    rates = {}
    with np.errstate(divide="ignore", invalid="ignore"):
        for place, name in enumerate(RATES):
            start = len(RATES) + place * n_rules
            rates[name] = sums[:, start : start + n_rules] / sums[:, [place]]
    return rates
