"""Intervals for a rate, for the gap of two rates and for their ratio, over whole arrays at once.

Counts are floats: ties at a cut-off and sampling weights make fractional ones. Where a denominator
is zero both ends are NaN, which the callers turn into a null with its reason.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri, stdtrit

FloatArray = npt.NDArray[np.float64]

#: Ends of an interval for a ratio are found to this relative error.
_RELATIVE_ERROR = 1e-12
#: First guess of how far the ends of Wald's interval lie from those of the score interval, as a share
#: of their distance from the estimate; a bracket that turns out too narrow grows.
_WALD_IS_OFF_BY = 0.3


class Interval(NamedTuple):
    """Both ends of many intervals.

    Attributes
    ----------
    low, high : array of float
        Of the shape of the counts given; NaN where undefined, ``inf`` where there is no bound.
    """

    low: FloatArray
    high: FloatArray


def critical(level: float) -> float:
    """Give the two-sided normal quantile of a level.

    Parameters
    ----------
    level : float
        Between 0 and 1.

    Returns
    -------
    float
        ``z`` with ``P(|Z| <= z) = level``.

    Examples
    --------
    >>> round(critical(0.95), 4)
    1.96
    """
    return float(_quantiles(level))


def t_quantile(level: float, freedom: float) -> float:
    """Give the half-width of a two-sided Student interval, in standard errors.

    Examples
    --------
    >>> round(t_quantile(0.95, 10), 2)
    2.23
    """
    return float(stdtrit(freedom, (1 + level) / 2))


def _quantiles(level: npt.ArrayLike) -> FloatArray:
    """Give the two-sided normal quantiles of one level or many."""
    return np.asarray(-ndtri((1.0 - np.asarray(level, dtype=float)) / 2.0))


def wilson(k: npt.ArrayLike, n: npt.ArrayLike, level: npt.ArrayLike = 0.95) -> Interval:
    r"""Wilson's score interval for a rate.

    .. math:: \frac{p + z^2/2n \pm z\sqrt{p(1-p)/n + z^2/4n^2}}{1 + z^2/n}

    Parameters
    ----------
    k, n : array-like of float, any common shape
        How many of how many, ``0 <= k <= n``.
    level : array-like of float
        Level of the interval; several broadcast with the counts.

    Returns
    -------
    Interval
        Ends in [0, 1]; NaN where ``n`` is 0.

    References
    ----------
    E. B. Wilson (1927), Journal of the American Statistical Association 22, 209-212.

    Examples
    --------
    >>> low, high = wilson([8], [10])
    >>> print(low.round(3), high.round(3))
    [0.49] [0.943]
    """
    k, n = _floats(k, n)
    z2 = _quantiles(level) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        p = k / n
        centre = (p + z2 / (2 * n)) / (1 + z2 / n)
        half = np.sqrt(z2) * np.sqrt(p * (1 - p) / n + z2 / (4 * n**2)) / (1 + z2 / n)
    low = np.where(k <= 0, 0.0, np.clip(centre - half, 0.0, 1.0))
    high = np.where(k >= n, 1.0, np.clip(centre + half, 0.0, 1.0))
    return Interval(np.where(n > 0, low, np.nan), np.where(n > 0, high, np.nan))


def newcombe(
    k: npt.ArrayLike,
    n: npt.ArrayLike,
    k_reference: npt.ArrayLike,
    n_reference: npt.ArrayLike,
    level: npt.ArrayLike = 0.95,
) -> Interval:
    r"""Newcombe's hybrid score interval for a gap, group minus reference.

    .. math:: d - \sqrt{(p_1-l_1)^2 + (u_0-p_0)^2},\qquad d + \sqrt{(u_1-p_1)^2 + (p_0-l_0)^2}

    where ``l`` and ``u`` are the Wilson ends of each rate.

    Parameters
    ----------
    k, n : array-like of float
        How many of how many in the group.
    k_reference, n_reference : array-like of float
        The same in the reference.
    level : array-like of float
        Level of the interval; several broadcast with the counts.

    Returns
    -------
    Interval
        Ends in [-1, 1]; NaN where a denominator is 0.

    References
    ----------
    R. G. Newcombe (1998), Statistics in Medicine 17, 873-890, method 10.

    Examples
    --------
    >>> low, high = newcombe([56], [70], [48], [80])
    >>> print(low.round(4), high.round(4))
    [0.0524] [0.3339]
    """
    k, n, k_reference, n_reference = _floats(k, n, k_reference, n_reference)
    with np.errstate(divide="ignore", invalid="ignore"):
        p, q = k / n, k_reference / n_reference
    group, reference = wilson(k, n, level), wilson(k_reference, n_reference, level)
    low = p - q - np.hypot(p - group.low, reference.high - q)
    high = p - q + np.hypot(group.high - p, q - reference.low)
    return Interval(np.clip(low, -1.0, 1.0), np.clip(high, -1.0, 1.0))


def score_ratio(
    k: npt.ArrayLike,
    n: npt.ArrayLike,
    k_reference: npt.ArrayLike,
    n_reference: npt.ArrayLike,
    level: npt.ArrayLike = 0.95,
) -> Interval:
    r"""Koopman's score interval for a ratio, group over reference, without continuity correction.

    The interval holds every ratio that the score test does not reject. Its ends solve
    ``score_of_ratio(...) = z`` and ``= -z``, found on the log scale by Chandrupatla's method, from a
    bracket around the ends of Wald's interval.

    Parameters
    ----------
    k, n : array-like of float
        How many of how many in the group.
    k_reference, n_reference : array-like of float
        The same in the reference.
    level : array-like of float
        Level of the interval; several broadcast with the counts.

    Returns
    -------
    Interval
        Ends from 0 on; the upper end is ``inf`` where no one of the reference counts, and both are
        NaN where no one of either does or a denominator is 0.

    References
    ----------
    P. A. R. Koopman (1984), Biometrics 40, 513-517; O. Miettinen and M. Nurminen (1985),
    Statistics in Medicine 4, 213-226 (theirs widens the variance by N / (N - 1), this does not).

    Examples
    --------
    >>> low, high = score_ratio([36], [40], [16], [80])
    >>> print(low.round(3), high.round(3))
    [2.94] [7.152]
    """
    parts = _floats(k, n, k_reference, n_reference, _quantiles(level))
    shape = parts[0].shape
    k, n, k_reference, n_reference, z = (part.ravel() for part in parts)
    known = (n > 0) & (n_reference > 0) & ((k > 0) | (k_reference > 0))
    low, high = np.full(k.shape, np.nan), np.full(k.shape, np.nan)
    low[known], high[known] = 0.0, np.inf
    has_low, has_high = np.flatnonzero(known & (k > 0)), np.flatnonzero(known & (k_reference > 0))
    # Both ends are one solve: its cost is that of its steps, hardly that of their length.
    both, target = np.concatenate([has_low, has_high]), np.concatenate([z[has_low], -z[has_high]])
    ends = _ratio_where_score_is(target, *(counts[both] for counts in (k, n, k_reference, n_reference)))
    low[has_low], high[has_high] = ends[: has_low.size], ends[has_low.size :]
    return Interval(low.reshape(shape), high.reshape(shape))


def score_of_ratio(
    k: FloatArray, n: FloatArray, k_reference: FloatArray, n_reference: FloatArray, ratio: FloatArray | float
) -> FloatArray:
    r"""Score statistic of the hypothesis that the rates stand in a given ratio.

    .. math:: \frac{p_1 - \theta p_0}{\sqrt{\tilde p_1(1-\tilde p_1)/n_1 + \theta^2\tilde p_0(1-\tilde p_0)/n_0}}

    with both rates in the variance at their maximum likelihood under the hypothesis. It falls as
    the ratio rises, so a ratio is inside the interval just when its statistic is within ``z``.

    Parameters
    ----------
    k, n, k_reference, n_reference : array of float, same shape
        Counts, all denominators above 0.
    ratio : array of float or float
        The ratio tested, above 0.

    Returns
    -------
    array of float
        The statistic, asymptotically standard normal; 0 where it is 0 / 0.

    Examples
    --------
    >>> counts = [np.array([float(part)]) for part in (30, 100, 30, 100)]
    >>> print(score_of_ratio(*counts, 1.0))
    [0.]
    """
    # Stable root of a p^2 + b p + c = 0, Koopman's equation for the rate of the reference.
    b = -(ratio * (n + k_reference) + k + n_reference)
    c = k + k_reference
    a = (n + n_reference) * ratio
    root = np.sqrt(np.maximum(b * b - 4 * a * c, 0.0))
    reference = np.clip(2 * c / (root - b), 0.0, np.minimum(1.0, 1.0 / ratio))
    group = np.clip(ratio * reference, 0.0, 1.0)
    variance = group * (1 - group) / n + ratio**2 * reference * (1 - reference) / n_reference
    difference = k / n - ratio * k_reference / n_reference
    with np.errstate(divide="ignore", invalid="ignore"):
        score = difference / np.sqrt(variance)
    return np.where(difference == 0, 0.0, score)


def _ratio_where_score_is(target: FloatArray, *counts: FloatArray) -> FloatArray:
    """Solve for the ratio whose score statistic equals a target, one target a comparison."""
    from scipy.optimize import elementwise

    solve: Any = elementwise  # its stubs do not know functions of several arrays

    def excess(log_ratio: FloatArray, target: FloatArray, *counts: FloatArray) -> FloatArray:
        k, n, k_reference, n_reference = counts
        return score_of_ratio(k, n, k_reference, n_reference, np.exp(log_ratio)) - target

    k, n, k_reference, n_reference = (part + half for part, half in zip(counts, (0.5, 1.0, 0.5, 1.0), strict=True))
    error = np.sqrt(np.maximum(1 / k - 1 / n, 0.0) + np.maximum(1 / k_reference - 1 / n_reference, 0.0))
    wald = np.log(k / n) - np.log(k_reference / n_reference) - target * error
    half = np.maximum(_WALD_IS_OFF_BY * np.abs(target) * error, _RELATIVE_ERROR)
    bracket = solve.bracket_root(excess, wald - half, wald + half, args=(target, *counts)).bracket
    tolerances = {"xatol": _RELATIVE_ERROR, "xrtol": 0.0}
    return np.asarray(np.exp(solve.find_root(excess, bracket, args=(target, *counts), tolerances=tolerances).x))


def _floats(*counts: npt.ArrayLike) -> list[FloatArray]:
    """Make counts float arrays of one shape."""
    return [np.asarray(part) for part in np.broadcast_arrays(*(np.asarray(part, dtype=float) for part in counts))]
