"""The gap between the highest and the lowest of many groups, with an interval that is right at equality."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, ndtr

from biasaudit.measures.counting import Counts
from biasaudit.measures.rates import rate_counts, rules
from biasaudit.results import AttributeFacts, LargestGap, estimated

FloatArray = npt.NDArray[np.float64]

#: Rates whose largest gap is measured.
RANGED = ("selection_rate", "tpr", "fpr", "ppv")
_METHOD = "range of all groups, inverted test"
#: People in all groups together up to which the distribution is summed over all outcomes.
_EXACT_UP_TO = 400
#: Points of the integral over the lowest group's rate.
_GRID = 250
#: Standard errors on each side that the integral covers.
_REACH = 8.0
#: Halvings of [0, 1]: an end is found to 1e-5.
_HALVINGS = 17
#: Variance of a count below which its distribution is taken as binomial, not normal.
_NORMAL_FROM = 9.0
#: Rounding slack in comparing shares of whole people.
_SLACK = 1e-9


class Range(NamedTuple):
    """A largest gap.

    Attributes
    ----------
    value, low, high : float
        In [0, 1].
    p_value : float
        Of all rates being equal.
    highest, lowest : int
        Places of the groups.
    """

    value: float
    low: float
    high: float
    p_value: float
    highest: int
    lowest: int


def largest_gap(k: npt.ArrayLike, n: npt.ArrayLike, level: float = 0.95) -> Range:
    r"""Largest gap between any two of several groups, with its interval.

    The measured range of many equal rates is never zero, so an interval around it (or a bootstrap
    of it) never holds zero either. This one holds every range ``r`` that a test does not reject:
    the rates are brought to the range ``r`` by pulling in, or pushing out, the ends
    (:func:`with_range`), and ``r`` stays inside unless the range measured lies in the upper or
    lower tail of the range's distribution there. At ``r = 0`` there is no lower tail, so the test
    of equal rates spends its whole chance of error above. The distribution is

    .. math:: P(R \le w) = \int \sum_i f_i(x) \prod_{j \ne i} [F_j(x + w) - F_j(x)]\, dx

    summed over all outcomes for few people, and with normal rates for many.

    Parameters
    ----------
    k, n : array-like of float, shape (g,)
        How many of how many in each of two groups or more; all ``n`` above 0.
    level : float
        Level of the interval.

    Returns
    -------
    Range
        The measured range, its interval, and the p-value of no difference among any groups.

    References
    ----------
    J. W. Tukey (1953), The problem of multiple comparisons; for the distribution of a range of
    unequal parts, H. A. David and H. N. Nagaraja (2003), Order Statistics, section 5.2. The
    projection to a range is this project's; its coverage stands in docs/statistics.md.

    Examples
    --------
    >>> found = largest_gap([30, 31, 29, 33], [100, 100, 100, 100])
    >>> round(found.value, 2), found.low
    (0.04, 0.0)
    """
    k, n = np.asarray(k, dtype=float), np.asarray(n, dtype=float)
    rates = k / n
    value = float(np.ptp(rates))
    p_value = min(1.0, max(0.0, 1.0 - _mid_chance(k, n, 0.0, value))) if value > 0 else 1.0
    low = 0.0 if holds_range(k, n, 0.0, level) else _first(lambda r: holds_range(k, n, r, level), 0.0, value)
    high = _first(lambda r: not holds_range(k, n, r, level), value, 1.0)
    order = np.argsort(rates, kind="stable")
    return Range(value, low, high, p_value, int(order[-1]), int(order[0]))


def holds_range(k: npt.ArrayLike, n: npt.ArrayLike, r: float, level: float = 0.95) -> bool:
    """Whether the interval of :func:`largest_gap` holds a range.

    Parameters
    ----------
    k, n : array-like of float, shape (g,)
        Counts.
    r : float
        The range asked about, 0 to 1.
    level : float
        Level of the interval.

    Returns
    -------
    bool
        False where the measured range lies in a tail of its distribution at r.

    Examples
    --------
    >>> holds_range([30, 31, 29, 60], [100, 100, 100, 100], 0.0)
    False
    """
    k, n = np.asarray(k, dtype=float), np.asarray(n, dtype=float)
    value, alpha = float(np.ptp(k / n)), 1.0 - level
    if r >= value:
        return r == value or _mid_chance(k, n, r, value) > alpha / 2
    # The upper end is never below the measured range, so a small r is seldom missed from there;
    # what that leaves unspent is spent here.
    return 1.0 - _mid_chance(k, n, r, value) > alpha - min(_mid_chance(k, n, r, r), alpha / 2)


def _mid_chance(k: FloatArray, n: FloatArray, r: float, w: float) -> float:
    """Chance of a measured range below w, and half that of w itself, were the true one r."""
    moved = with_range(k, n, r)
    return (_chance_within(moved, n, w + _SLACK) + _chance_within(moved, n, w - _SLACK)) / 2


def with_range(k: FloatArray, n: FloatArray, r: float) -> FloatArray:
    """Bring rates to a given range, with as little change as people allow (least squares, by size).

    Parameters
    ----------
    k, n : array of float, shape (g,)
        Counts.
    r : float
        The range wanted, 0 to 1. Where it is smaller than the measured one, rates above and below
        a band of this width are set to its edges; else the highest and the lowest are moved out.

    Returns
    -------
    array of float, shape (g,)
        Rates in [0, 1] whose range is r.

    Examples
    --------
    >>> print(with_range(np.array([20.0, 50.0]), np.array([100.0, 100.0]), 0.0))
    [0.35 0.35]
    """
    rates = k / n
    if r <= np.ptp(rates):
        low, high = float(rates.min()), float(rates.max())
        for _ in range(_HALVINGS * 2):
            c = (low + high) / 2
            pull = (n * np.maximum(rates - c - r, 0)).sum() - (n * np.maximum(c - rates, 0)).sum()
            low, high = (c, high) if pull > 0 else (low, c)
        bottom = (low + high) / 2
        return np.clip(rates, bottom, bottom + r)
    top, least = int(np.argmax(rates)), int(np.argmin(rates))
    if top == least:
        least = int(np.argmax(np.arange(rates.size) != top))
    total = n[top] + n[least]
    bottom = float(np.clip((n[top] * (rates[top] - r) + n[least] * rates[least]) / total, 0.0, 1.0 - r))
    moved = rates.copy()
    moved[least], moved[top] = bottom, bottom + r
    return np.clip(moved, bottom, bottom + r)


def _chance_within(p: FloatArray, n: FloatArray, w: float) -> float:
    """Chance that the measured range of groups of these rates and sizes is at most w."""
    if w < 0:
        return 0.0
    deviation = np.sqrt(p * (1 - p) / n)
    if n.sum() <= _EXACT_UP_TO:
        x = np.unique(np.concatenate([np.arange(np.floor(size) + 1) / size for size in n]).round(12))
        is_normal = np.zeros(p.shape, dtype=bool)
    else:
        x = np.linspace((p - _REACH * deviation).min(), (p + _REACH * deviation).max(), _GRID)
        is_normal = n * p * (1 - p) >= _NORMAL_FROM
    below = np.concatenate([[2 * x[0] - x[1]], x[:-1]]) if x.size > 1 else x - 1.0
    # All outcomes are summed exactly; between the points of a grid the middle stands for the cell.
    lowest = x if n.sum() <= _EXACT_UP_TO else (x + below) / 2
    at = _distribution(np.concatenate([x, below, lowest + w]), p, n, deviation, is_normal)
    here, before, reach = np.split(at, 3)
    chance = np.prod(np.maximum(reach - before, 0), axis=1) - np.prod(np.maximum(reach - here, 0), axis=1)
    return float(np.clip(chance.sum(), 0.0, 1.0))


def _distribution(
    x: FloatArray, p: FloatArray, n: FloatArray, deviation: FloatArray, is_normal: npt.NDArray[np.bool_]
) -> FloatArray:
    """Chance of a measured rate up to x, by point and group."""
    found = np.empty((x.size, p.size))
    found[:, is_normal] = ndtr((x[:, None] - p[is_normal]) / deviation[is_normal])
    size, rate = n[~is_normal], p[~is_normal]
    count = np.floor(x[:, None] * size + _SLACK * np.maximum(size, 1.0))
    inside = betainc(np.maximum(size - count, 1e-12), np.maximum(count, 0.0) + 1, 1 - rate)
    found[:, ~is_normal] = np.where(count < 0, 0.0, np.where(count >= size, 1.0, inside))
    return found


def _first(holds: Callable[[float], bool], low: float, high: float) -> float:
    """Find where a claim that holds from somewhere on begins to hold."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return (low + high) / 2


def measure_largest_gaps(
    counts: Counts, facts: Iterable[AttributeFacts], *, minimum_size: int, level: float = 0.95
) -> tuple[LargestGap, ...]:
    """Measure the largest gap among the groups of each attribute, in every rate.

    Parameters
    ----------
    counts : Counts
        The joint table.
    facts : iterable of AttributeFacts
        Attributes and intersections.
    minimum_size : int
        People that a group's rate must rest on to be among those compared; sizes say nothing about
        gaps, so leaving small groups out keeps the interval honest.
    level : float
        Level of the intervals, each on its own.

    Returns
    -------
    tuple of LargestGap
        By attribute and measure (those of :data:`RANGED`).
    """
    found = []
    for fact in facts:
        by = counts.by(fact.name)
        for rule in rules(counts, RANGED):
            cells = rate_counts(by, rule)
            enough = np.flatnonzero((cells.people[:, 0] >= minimum_size) & (cells.n[:, 0] > 0))
            if enough.size < 2:  # noqa: PLR2004
                continue
            gap = largest_gap(cells.k[enough, 0], cells.n[enough, 0], level)
            found.append(
                LargestGap(
                    attribute=fact.name,
                    measure=rule.name,
                    highest=by.groups[enough[gap.highest]],
                    lowest=by.groups[enough[gap.lowest]],
                    groups=int(enough.size),
                    estimate=estimated(gap.value, gap.low, gap.high, method=_METHOD, level=level),
                    p_value=gap.p_value,
                )
            )
    return tuple(found)
