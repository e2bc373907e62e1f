"""Means and medians of a number by group, and the gap of two means with Welch's interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import bdtr, stdtr

from biasaudit.measures.intervals import t_quantile
from biasaudit.results import AttributeFacts, Estimate, GroupGap, GroupValue, estimated, undefined
from biasaudit.results.measuring import Kind

FloatArray = npt.NDArray[np.float64]

NO_VALUE = "no one of the group has a value"
ONE_VALUE = "no interval: fewer than two people have a value"
NO_INTERVAL = "no interval at this level: too few people for a median"
MEAN, WELCH, MEDIAN = "mean, student interval", "welch", "median, interval by order statistics"


@dataclass(frozen=True, kw_only=True, slots=True)
class Moments:
    """Sums of a number by group, from which means and their gaps follow.

    Attributes
    ----------
    n, effective : array of float, shape (g,)
        People with a value, and Kish's effective size.
    mean, variance : array of float, shape (g,)
        Weighted mean, and unbiased variance of one person; NaN where there is none.
    """

    n: FloatArray
    effective: FloatArray
    mean: FloatArray
    variance: FloatArray


class Welch(NamedTuple):
    """A gap of two means.

    Attributes
    ----------
    value, low, high, p_value : float
        NaN where undefined.
    """

    value: float
    low: float
    high: float
    p_value: float


def moments(codes: npt.NDArray[np.integer], groups: int, values: FloatArray, weight: FloatArray) -> Moments:
    r"""Sum a number by group.

    .. math:: \bar x = \frac{\sum w x}{\sum w}, \quad n_e = \frac{(\sum w)^2}{\sum w^2}, \quad
              s^2 = \frac{\sum w (x - \bar x)^2}{\sum w} \cdot \frac{n_e}{n_e - 1}

    Parameters
    ----------
    codes : array of int, shape (n,)
        Group of each row.
    groups : int
        Number of groups.
    values : array of float, shape (n,)
        The number; NaN is left out.
    weight : array of float, shape (n,)
        Sampling weights.

    Returns
    -------
    Moments
        One number a group.

    Examples
    --------
    >>> found = moments(np.array([0, 0, 0, 1]), 2, np.array([1.0, 2.0, 3.0, 5.0]), np.ones(4))
    >>> print(found.mean, found.variance)
    [2. 5.] [ 1. nan]
    """
    known = np.isfinite(values)
    codes, values, weight = codes[known], values[known], weight[known]

    def summed(part: FloatArray) -> FloatArray:
        return np.bincount(codes, weights=part, minlength=groups).astype(float)

    n, total, squares = summed(np.ones(len(codes))), summed(weight), summed(weight**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, effective = summed(weight * values) / total, np.where(total > 0, total**2 / squares, 0.0)
        spread = summed(weight * (values - mean[codes]) ** 2) / total
        variance = np.where(effective > 1 + 1e-9, spread * effective / (effective - 1), np.nan)
    return Moments(n=n, effective=effective, mean=mean, variance=variance)


def welch(found: Moments, place: int, reference: int, level: float = 0.95) -> Welch:
    r"""Gap of two means with Welch's interval and test.

    .. math:: d \pm t_\nu \sqrt{v_1 + v_0}, \quad v = s^2 / n, \quad
              \nu = \frac{(v_1 + v_0)^2}{v_1^2 / (n_1 - 1) + v_0^2 / (n_0 - 1)}

    Parameters
    ----------
    found : Moments
        Sums by group.
    place, reference : int
        Places of the group and of its reference.
    level : float
        Level of the interval.

    Returns
    -------
    Welch
        Group minus reference; the ends are NaN where a side has fewer than two values.

    References
    ----------
    B. L. Welch (1947), Biometrika 34, 28-35.

    Examples
    --------
    >>> found = moments(np.repeat([0, 1], 3), 2, np.array([1.0, 2.0, 3.0, 4.0, 6.0, 8.0]), np.ones(6))
    >>> print(np.round(welch(found, 0, 1), 3))
    [-4.    -8.155  0.155  0.055]
    """
    value = float(found.mean[place] - found.mean[reference])
    parts = [found.variance[i] / found.effective[i] if found.effective[i] > 0 else np.nan for i in (place, reference)]
    error = float(np.sqrt(sum(parts)))
    if not np.isfinite(error):
        return Welch(value, np.nan, np.nan, np.nan)
    if error == 0:
        return Welch(value, value, value, 1.0 if value == 0 else 0.0)
    freedom = sum(parts) ** 2 / sum(
        part**2 / (found.effective[i] - 1) for part, i in zip(parts, (place, reference), strict=True)
    )
    half = t_quantile(level, freedom) * error
    return Welch(value, value - half, value + half, float(2 * stdtr(freedom, -abs(value) / error)))


def median_interval(values: FloatArray, level: float = 0.95) -> tuple[float, float, float]:
    r"""Median with an interval between two order statistics.

    The interval from the j-th smallest to the j-th largest holds the median with probability
    :math:`1 - 2 P(B \le j - 1)`, B binomial with chance one half; j is the largest that keeps the level,
    whatever the distribution.

    Parameters
    ----------
    values : array of float, shape (n,)
        At least one, all finite.
    level : float
        Level of the interval.

    Returns
    -------
    median, low, high : float
        The ends are NaN where so few values give no interval of the level.

    References
    ----------
    W. J. Conover (1999), Practical Nonparametric Statistics, section 3.2.

    Examples
    --------
    >>> median_interval(np.arange(1.0, 11.0))
    (5.5, 2.0, 9.0)
    """
    ordered = np.sort(values)
    n = len(ordered)
    below = bdtr(np.arange(n), n, 0.5)
    j = int(np.searchsorted(below, (1 - level) / 2, side="right"))
    middle = float(np.median(ordered))
    return (middle, float(ordered[j - 1]), float(ordered[n - j])) if j >= 1 else (middle, np.nan, np.nan)


def mean_values(
    fact: AttributeFacts, groups: Sequence[str], found: Moments, *, kind: Kind, measure: str, subject: str, level: float
) -> tuple[list[GroupValue], list[GroupGap]]:
    """Write means by group, and their gaps to the reference, as records.

    Parameters
    ----------
    fact : AttributeFacts
        The attribute.
    groups : sequence of str, length g
        Its groups, in the order of the sums.
    found : Moments
        Sums by group.
    kind, measure, subject : str
        What was measured.
    level : float
        Level of the intervals.

    Returns
    -------
    values : list of GroupValue
        One a group.
    gaps : list of GroupGap
        One a group other than the reference.
    """
    named: dict[str, Any] = {"attribute": fact.name, "kind": kind, "measure": measure, "subject": subject}
    reference = groups.index(fact.reference)
    values = [
        GroupValue(group=group, n=float(found.n[place]), estimate=_mean(found, place, level), **named)
        for place, group in enumerate(groups)
    ]
    gaps = []
    for place, group in enumerate(groups):
        if place == reference:
            continue
        gap = welch(found, place, reference, level)
        gaps.append(
            GroupGap(
                group=group,
                reference=fact.reference,
                estimate=_estimate(gap.value, gap.low, gap.high, WELCH, level),
                n_group=float(found.n[place]),
                n_reference=float(found.n[reference]),
                p_value=None if np.isnan(gap.p_value) else gap.p_value,
                **named,
            )
        )
    return values, gaps


def _mean(found: Moments, place: int, level: float) -> Estimate:
    value, n = float(found.mean[place]), float(found.effective[place])
    half = float(t_quantile(level, n - 1) * np.sqrt(found.variance[place] / n)) if n > 1 else np.nan
    return _estimate(value, value - half, value + half, MEAN, level)


def _estimate(value: float, low: float, high: float, method: str, level: float) -> Estimate:
    if np.isnan(value):
        return undefined(NO_VALUE, method=method, level=level)
    if np.isnan(low):
        return Estimate(value=value, method=method, level=level, reason=ONE_VALUE)
    return estimated(value, low, high, method=method, level=level)
