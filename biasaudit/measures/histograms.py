"""Scores by group as histograms: what everything about scores is computed from, however many rows there are."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from biasaudit.data.table import Table
from biasaudit.measures.counting import UNKNOWN
from biasaudit.measures.people import group_of_rows

FloatArray = npt.NDArray[np.float64]

#: Distinct scores up to which each has its own bin, so that nothing is lost.
MOST_DISTINCT = 50_000
#: Bins otherwise, with about the same number of people in each.
BINS = 4_096


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoreHistogram:
    """Scores of each group, counted in common bins.

    Attributes
    ----------
    groups : tuple of str, length g
        Groups that occur.
    lowest : array of float, shape (b,)
        Lowest score in each bin, rising: a threshold there splits no bin.
    mean : array of float, shape (b,)
        Mean score of each bin, over everyone.
    weight, weight_squared, n : array of float, shape (g, 3, b)
        Sums of weights, of squared weights and of people by group, actual value (0, 1, not known) and bin.
    total, squares : array of float, shape (g,)
        Sums of weight times score, and times its square: means lose nothing to binning.
    highest : float
        Highest score of all.
    is_exact : bool
        Whether each bin holds one score.
    """

    groups: tuple[str, ...]
    lowest: FloatArray
    mean: FloatArray
    weight: FloatArray
    weight_squared: FloatArray
    n: FloatArray
    total: FloatArray
    squares: FloatArray
    highest: float
    is_exact: bool


#: Gives the scores of the groups of an attribute or intersection, from wherever they were counted.
Histograms = Callable[[str], ScoreHistogram]


def score_histogram(
    table: Table, attribute: str, scores: FloatArray, *, most_distinct: int = MOST_DISTINCT, bins: int = BINS
) -> ScoreHistogram:
    """Count the scores of each group.

    Parameters
    ----------
    table : Table
        The rows judged.
    attribute : str
        Protected attribute or intersection.
    scores : array of float, shape (n,)
        Finite scores.
    most_distinct : int
        With more distinct scores than this they are binned.
    bins : int
        Bins in that case.

    Returns
    -------
    ScoreHistogram
        In bins common to all groups.
    """
    groups = group_of_rows(table, attribute)
    lowest, place = np.unique(scores, return_inverse=True)
    is_exact = lowest.size <= most_distinct
    if not is_exact:
        filled = np.cumsum(np.bincount(place)) - 1
        own = np.minimum(filled * bins // len(scores), bins - 1)
        firsts = np.flatnonzero(np.diff(own, prepend=-1))
        place, lowest = np.searchsorted(firsts, place, side="right") - 1, lowest[firsts]
    actual = np.full(len(scores), UNKNOWN)
    if table.actual is not None:
        known = ~np.isnan(table.actual)
        actual[known] = table.actual[known] > 0
    shape = (len(groups.categories), 3, lowest.size)
    cell = np.ravel_multi_index((groups.codes.astype(np.intp), actual, place), shape)
    people = np.bincount(place, minlength=lowest.size)

    def summed(values: FloatArray) -> FloatArray:
        return np.asarray(np.bincount(cell, weights=values, minlength=int(np.prod(shape))).reshape(shape), dtype=float)

    weight = table.weight
    return ScoreHistogram(
        groups=tuple(map(str, groups.categories)),
        lowest=lowest,
        mean=np.bincount(place, weights=scores, minlength=lowest.size) / people,
        weight=summed(weight),
        weight_squared=summed(weight**2),
        n=summed(np.ones(len(scores))),
        total=np.bincount(groups.codes, weights=weight * scores, minlength=shape[0]).astype(float),
        squares=np.bincount(groups.codes, weights=weight * scores**2, minlength=shape[0]).astype(float),
        highest=float(scores.max()),
        is_exact=is_exact,
    )


def histograms_of(table: Table, scores: FloatArray) -> Histograms:
    """Count the scores of the groups of an attribute when they are asked for, once."""
    return functools.cache(lambda attribute: score_histogram(table, attribute, scores))


def summed(histogram: ScoreHistogram) -> ScoreHistogram:
    """Sum the groups of a histogram into one, which is everyone."""
    weight, squared, n = (
        part.sum(axis=0, keepdims=True) for part in (histogram.weight, histogram.weight_squared, histogram.n)
    )
    total, squares = (part.sum(keepdims=True) for part in (histogram.total, histogram.squares))
    return replace(histogram, groups=("",), weight=weight, weight_squared=squared, n=n, total=total, squares=squares)


def binned_auc(histogram: ScoreHistogram) -> tuple[FloatArray, FloatArray]:
    r"""Area under the ROC curve of each group from its histogram, and how far binning can be off.

    .. math:: A = \frac{\sum_b P_b (N_{<b} + N_b / 2)}{P N}, \qquad |A - A_{exact}| \le \frac{\sum_b P_b N_b}{2 P N}

    Pairs in one bin count half whichever way they really lie. Where each bin holds one score nothing
    is lost, and the bound is zero.

    Parameters
    ----------
    histogram : ScoreHistogram
        Scores by group.

    Returns
    -------
    area, bound : array of float, shape (g,)
        NaN where a group has no positives or no negatives.

    Examples
    --------
    >>> cells = np.array([[[2.0, 1.0], [1.0, 2.0], [0.0, 0.0]]])
    >>> histogram = ScoreHistogram(
    ...     groups=("a",),
    ...     lowest=np.array([0.0, 0.5]),
    ...     mean=np.array([0.2, 0.7]),
    ...     weight=cells,
    ...     weight_squared=cells,
    ...     n=cells,
    ...     total=np.array([2.7]),
    ...     squares=np.array([2.0]),
    ...     highest=0.9,
    ...     is_exact=False,
    ... )
    >>> area, bound = binned_auc(histogram)
    >>> print(area.round(4), bound.round(4))
    [0.6667] [0.2222]
    """
    negative, positive = histogram.weight[:, 0], histogram.weight[:, 1]
    pairs = positive.sum(axis=1) * negative.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        area = (positive * (np.cumsum(negative, axis=1) - negative / 2)).sum(axis=1) / pairs
        bound = (positive * negative).sum(axis=1) / 2 / pairs
    return area, np.zeros_like(bound) + np.where(np.isnan(bound), np.nan, 0.0) if histogram.is_exact else bound
