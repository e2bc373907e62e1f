"""How far annotators agree about the items of each group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from biasaudit.data.table import FloatArray, Table
from biasaudit.results import ALL_GROUPS, Agreement, AttributeFacts, Estimate, estimated, undefined
from biasaudit.traces.ballots import Ballots

#: Resamples behind each interval: its ends then move by about a twentieth of its width.
RESAMPLES = 2_000
#: An interval is given only where the coefficient exists in this share of resamples.
MOSTLY_DEFINED = 0.95
#: Two labels an item are needed before anybody can agree.
PAIR = 2


@dataclass(frozen=True, kw_only=True)
class _Coefficients:
    """The three coefficients of one set of items, or of many resamples of it."""

    alpha: FloatArray
    percent: FloatArray
    prevalence: FloatArray


def nominal_alpha(counts: npt.ArrayLike, weight: npt.ArrayLike | None = None) -> float:
    r"""Krippendorff's alpha for labels without an order.

    .. math:: \alpha = 1 - (n - 1)\,
        \frac{\sum_i (m_i^2 - \sum_v n_{iv}^2) / (m_i - 1)}{n^2 - \sum_v n_v^2}

    over items with at least two labels: :math:`n_{iv}` labels of value v on item i, :math:`m_i` on
    the item, :math:`n_v` of the value, n in all.

    Parameters
    ----------
    counts : array-like of float, shape (items, values)
        Labels of each value on each item.
    weight : array-like of float, shape (items,), optional
        How often each item stands; once by default.

    Returns
    -------
    float
        At most 1; 1 is full agreement, 0 what chance would give, NaN where all labels are equal or
        no item has two.

    References
    ----------
    K. Krippendorff, Content Analysis (2004), chapter 11.

    Examples
    --------
    >>> round(nominal_alpha([[2, 0], [0, 2], [1, 1]]), 3)
    0.444
    """
    table = np.asarray(counts, dtype=float)
    copies = np.ones(len(table)) if weight is None else np.asarray(weight, dtype=float)
    return float(_alpha(copies[None, :], table)[0])


def _alpha(copies: FloatArray, counts: FloatArray) -> FloatArray:
    """Alpha of several resamples; ``copies`` has shape (resamples, items)."""
    size = counts.sum(axis=1)
    paired = size >= PAIR
    counts, size, copies = counts[paired], size[paired], copies[:, paired]
    disagreement = (size**2 - (counts**2).sum(axis=1)) / (size - 1)
    by_value = copies @ counts
    total = by_value.sum(axis=1)
    expected = total**2 - (by_value**2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        alpha = 1 - (total - 1) * (copies @ disagreement) / expected
    return np.where(expected > 0, alpha, np.nan)


def _coefficients(copies: FloatArray, counts: FloatArray) -> _Coefficients:
    """All coefficients of several resamples; the second value is the positive one."""
    size = counts.sum(axis=1)
    paired = size >= PAIR
    pairs = np.where(paired, size * (size - 1), 1)
    agreeing = np.where(paired, (counts * (counts - 1)).sum(axis=1) / pairs, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        percent = (copies @ agreeing) / (copies @ paired.astype(float))
        prevalence = (copies @ counts[:, 1]) / (copies @ size)
    return _Coefficients(alpha=_alpha(copies, counts), percent=percent, prevalence=prevalence)


def measure_agreement(
    table: Table, ballots: Ballots, facts: Sequence[AttributeFacts], *, seed: int, level: float
) -> tuple[Agreement, ...]:
    """Measure agreement on the items of every group, of every attribute and of everyone.

    Krippendorff's alpha (nominal), percent agreement (share of agreeing pairs of labels, averaged
    over items with two labels at least) and prevalence (share of positive labels). Alpha falls
    with rare labels, so that it must be read beside the prevalence. Intervals are percentiles of
    2,000 resamples of items; items with equal counts are drawn as one pattern.

    Parameters
    ----------
    table : Table
        The items.
    ballots : Ballots
        Their labels, 0 or 1.
    facts : sequence of AttributeFacts
        The attributes and intersections, with their groups.
    seed : int
        Seed of the resamples.
    level : float
        Level of the intervals.

    Returns
    -------
    tuple of Agreement
        Everyone first, then group by group.
    """
    positive = np.bincount(ballots.item, ballots.label, ballots.n_items)
    counts = np.column_stack([ballots.per_item - positive, positive])
    found = list(_of_group(ALL_GROUPS, ALL_GROUPS, counts, seed=seed, level=level))
    for attribute in facts:
        groups = np.asarray(table.attribute(attribute.name), dtype=object)[ballots.rows]
        for group in attribute.groups:
            found += _of_group(attribute.name, group.group, counts[groups == group.group], seed=seed, level=level)
    return tuple(found)


def _of_group(attribute: str, group: str, counts: FloatArray, *, seed: int, level: float) -> tuple[Agreement, ...]:
    n_items, n_labels = len(counts), int(counts.sum())
    alpha, percent, prevalence = _estimates(counts, seed=seed, level=level)
    return (
        Agreement(
            attribute=attribute, group=group, coefficient="krippendorff_alpha",
            estimate=alpha, n_items=n_items, n_labels=n_labels,
        ),
        Agreement(
            attribute=attribute, group=group, coefficient="percent_agreement",
            estimate=percent, n_items=n_items, n_labels=n_labels,
        ),
        Agreement(
            attribute=attribute, group=group, coefficient="prevalence",
            estimate=prevalence, n_items=n_items, n_labels=n_labels,
        ),
    )  # fmt: skip


def _estimates(counts: FloatArray, *, seed: int, level: float) -> tuple[Estimate, Estimate, Estimate]:
    """Estimate alpha, percent agreement and prevalence with their intervals."""
    names = ("Krippendorff's alpha, nominal", "agreeing pairs, mean over items", "share of positive labels")
    methods = [f"{name}; bootstrap over items" for name in names]
    if not len(counts):
        none = [undefined("no item of this group has a label", method=method, level=level) for method in methods]
        return none[0], none[1], none[2]
    patterns, items = np.unique(counts, axis=0, return_counts=True)
    rng = np.random.default_rng(seed)
    copies = rng.multinomial(len(counts), items / items.sum(), size=RESAMPLES).astype(float)
    point, drawn = _coefficients(items[None, :].astype(float), patterns), _coefficients(copies, patterns)
    has_pairs = bool((patterns.sum(axis=1) >= PAIR).any())
    no_alpha = "all labels are equal, so that chance agreement is full" if has_pairs else "no item has two labels"
    return (
        _with_interval(point.alpha[0], drawn.alpha, no_alpha, methods[0], level),
        _with_interval(point.percent[0], drawn.percent, "no item has two labels", methods[1], level),
        _with_interval(point.prevalence[0], drawn.prevalence, "there is no label", methods[2], level),
    )


def _with_interval(value: float, drawn: FloatArray, missing: str, method: str, level: float) -> Estimate:
    if not np.isfinite(value):
        return undefined(missing, method=method, level=level)
    defined = drawn[np.isfinite(drawn)]
    if len(defined) < MOSTLY_DEFINED * len(drawn):
        reason = "too few items for an interval: the coefficient does not exist in many resamples"
        return Estimate(value=float(value), level=level, method=method, reason=reason)
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return estimated(float(value), float(min(low, value)), float(max(high, value)), method=method, level=level)
