"""Numbers measured on people: quantities as declared, scores, and places in a ranking."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from biasaudit.data.table import Table
from biasaudit.errors import DataError
from biasaudit.measures.means import MEDIAN, NO_INTERVAL, NO_VALUE, mean_values, median_interval, moments
from biasaudit.measures.people import group_of_rows
from biasaudit.measures.shares import Measured, share_values
from biasaudit.results import AttributeFacts, Estimate, GroupGap, GroupValue, estimated, undefined
from biasaudit.spec import QuantitySpec

FloatArray = npt.NDArray[np.float64]


def measure_quantities(
    judged: Table, facts: Iterable[AttributeFacts], quantities: Iterable[QuantitySpec], level: float = 0.95
) -> Measured:
    """Measure declared quantities by group: mean and median, and with `against` the mean error and its size.

    Parameters
    ----------
    judged : Table
        The rows judged.
    facts : iterable of AttributeFacts
        Attributes and intersections.
    quantities : iterable of QuantitySpec
        As declared. Empty cells are left out and seen in ``n``.
    level : float
        Level of the intervals.

    Returns
    -------
    values : tuple of GroupValue
        ``mean``, ``median`` and where declared ``mean_error`` and ``mean_absolute_error``. Medians
        count people, not weights.
    gaps : tuple of GroupGap
        Gaps of means, with Welch's interval.

    Raises
    ------
    DataError
        Where a column holds no number, or texts that are none.
    """
    values: list[GroupValue] = []
    gaps: list[GroupGap] = []
    for one in quantities:
        subject, numbers = one.name or one.column, _numbers(judged.frame[one.column])
        parts = {"mean": numbers}
        if one.against is not None:
            error = numbers - _numbers(judged.frame[one.against])
            parts |= {"mean_error": error, "mean_absolute_error": np.abs(error)}
        for fact in facts:
            column = group_of_rows(judged, fact.name)
            groups = [str(group) for group in column.categories]
            for measure, part in parts.items():
                made = moments(column.codes, len(groups), part, judged.weight)
                found = mean_values(fact, groups, made, kind="quantity", measure=measure, subject=subject, level=level)
                values += found[0]
                gaps += found[1]
            values += _medians(fact, column, numbers, subject, level)
    return tuple(values), tuple(gaps)


def measure_scores(judged: Table, facts: Iterable[AttributeFacts], scores: FloatArray, level: float = 0.95) -> Measured:
    """Measure mean score by group, and the scoring rate: the share above the median of everyone.

    The scoring rate is the form in which New York City's rules on automated employment decisions
    ask for impact ratios of scores: the share of a group that scores above the sample's median.

    Parameters
    ----------
    judged : Table
        The rows judged.
    facts : iterable of AttributeFacts
        Attributes and intersections.
    scores : array of float, shape (n,)
        Finite scores.
    level : float
        Level of the intervals.

    Returns
    -------
    values : tuple of GroupValue
        ``mean_score`` and ``scoring_rate``.
    gaps : tuple of GroupGap
        The gap of mean scores; gap and ratio of scoring rates. The median is taken as given.

    References
    ----------
    Rules of the City of New York, title 6, section 5-300 (definitions of scoring rate and impact
    ratio) and 5-301.
    """
    values: list[GroupValue] = []
    gaps: list[GroupGap] = []
    above = (scores > _weighted_median(scores, judged.weight)).astype(float)
    for fact in facts:
        column = group_of_rows(judged, fact.name)
        groups = [str(group) for group in column.categories]
        made = moments(column.codes, len(groups), scores, judged.weight)
        for found in (
            mean_values(fact, groups, made, kind="score", measure="mean_score", subject="", level=level),
            share_values(judged, fact, above, kind="scoring_rate", measure="scoring_rate", subject="", level=level),
        ):
            values += found[0]
            gaps += found[1]
    return tuple(values), tuple(gaps)


def measure_ranking(
    judged: Table, facts: Iterable[AttributeFacts], scores: FloatArray, top: Sequence[int], level: float = 0.95
) -> Measured:
    r"""Measure how groups fare in a ranking by score: places at the top, and exposure.

    People of one score share the places they fill together, so a tie at the end of a top counts
    fractionally. Exposure at place j is worth :math:`1 / \log_2(1 + j)`.

    Parameters
    ----------
    judged : Table
        The rows judged.
    facts : iterable of AttributeFacts
        Attributes and intersections.
    scores : array of float, shape (n,)
        Finite scores, the highest first.
    top : sequence of int
        Lengths of the top of the list; those beyond the list are left out.
    level : float
        Level of the intervals.

    Returns
    -------
    values : tuple of GroupValue
        ``share_in_top`` (chance of a member of the group to be there) by length, and ``exposure``
        (mean over the group).
    gaps : tuple of GroupGap
        Gap and ratio of chances, gap of exposures.

    References
    ----------
    A. Singh and T. Joachims (2018), KDD 24, 2219-2228.
    """
    values: list[GroupValue] = []
    gaps: list[GroupGap] = []
    seen = exposure(scores)
    for fact in facts:
        column = group_of_rows(judged, fact.name)
        groups = [str(group) for group in column.categories]
        made = moments(column.codes, len(groups), seen, judged.weight)
        parts = [mean_values(fact, groups, made, kind="ranking", measure="exposure", subject="", level=level)]
        parts += [
            share_values(
                judged, fact, in_top(scores, k), kind="ranking", measure="share_in_top", subject=str(k), level=level
            )
            for k in top
            if k < len(scores)
        ]
        for found in parts:
            values += found[0]
            gaps += found[1]
    return tuple(values), tuple(gaps)


def in_top(scores: FloatArray, k: int) -> FloatArray:
    """Chance of each person to be among the k highest, ties sharing the places that are left.

    Parameters
    ----------
    scores : array of float, shape (n,)
        Finite scores.
    k : int
        Length of the top, 1 to n.

    Returns
    -------
    array of float, shape (n,)
        In [0, 1]; they add up to k.

    Examples
    --------
    >>> print(in_top(np.array([3.0, 2.0, 2.0, 1.0]), 2))
    [1.  0.5 0.5 0. ]
    """
    edge = np.partition(scores, -k)[-k]
    above, tied = scores > edge, scores == edge
    return np.where(above, 1.0, np.where(tied, (k - above.sum()) / tied.sum(), 0.0))


def exposure(scores: FloatArray) -> FloatArray:
    """Exposure of each person in a ranking by score, averaged over the places that ties share.

    Examples
    --------
    >>> print(exposure(np.array([3.0, 2.0, 2.0])).round(3))
    [1.    0.565 0.565]
    """
    worth = 1 / np.log2(np.arange(len(scores)) + 2.0)
    _, place, size = np.unique(-scores, return_inverse=True, return_counts=True)
    ends = np.concatenate([[0.0], np.cumsum(worth)])
    last = np.cumsum(size)
    return np.asarray(((ends[last] - ends[last - size]) / size)[place])


def _medians(
    fact: AttributeFacts, column: pd.Categorical, numbers: FloatArray, subject: str, level: float
) -> list[GroupValue]:
    found = []
    for place, group in enumerate(map(str, column.categories)):
        own = numbers[(column.codes == place) & np.isfinite(numbers)]
        if own.size:
            middle, low, high = median_interval(own, level)
            estimate = (
                Estimate(value=middle, method=MEDIAN, level=level, reason=NO_INTERVAL)
                if np.isnan(low)
                else estimated(middle, low, high, method=MEDIAN, level=level)
            )
        else:
            estimate = undefined(NO_VALUE, method=MEDIAN, level=level)
        found.append(
            GroupValue(
                attribute=fact.name,
                group=group,
                kind="quantity",
                measure="median",
                subject=subject,
                n=float(own.size),
                estimate=estimate,
            )
        )
    return found


def _numbers(column: pd.Series) -> FloatArray:
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    texts = column.notna().to_numpy() & ~np.isfinite(numbers)
    if texts.any() or not np.isfinite(numbers).any():
        first = f" (first: row {int(np.flatnonzero(texts)[0]) + 1} of those judged)" if texts.any() else ""
        raise DataError(
            f"column {column.name!r} is declared as a quantity and must hold numbers: {int(texts.sum())} cells hold "
            f"something else{first}, {int(np.isfinite(numbers).sum())} hold a number."
        )
    return np.asarray(numbers, dtype=np.float64)


def _weighted_median(values: FloatArray, weight: FloatArray) -> float:
    """Median in which each row counts with its weight; half way between two where it falls between."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order])
    half = reached[-1] / 2
    low, high = (int(np.searchsorted(reached, half * side, side="left")) for side in (1 - 1e-12, 1 + 1e-12))
    high = min(high, len(values) - 1)
    return float((values[order[low]] + values[order[high]]) / 2)
