"""Intervals and p-values of gaps between two numbers, from the intervals of each (hybrid, MOVER)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from biasaudit.measures.intervals import Interval

FloatArray = npt.NDArray[np.float64]

#: Halvings of the span of normal quantiles searched: far below what a p-value is read to.
_HALVINGS = 60
#: Normal quantile whose level is the last that a float tells from 1: no p-value is given below 1e-15.
_FARTHEST = 8.0


def hybrid_gap(
    value: npt.ArrayLike, interval: Interval, value_reference: npt.ArrayLike, interval_reference: Interval
) -> Interval:
    r"""Interval of a difference of two independent numbers, from the interval of each.

    .. math:: d - \sqrt{(x-l)^2 + (u_0-x_0)^2},\qquad d + \sqrt{(u-x)^2 + (x_0-l_0)^2}

    Parameters
    ----------
    value, value_reference : array-like of float
        The numbers.
    interval, interval_reference : Interval
        Their intervals, of one level.

    Returns
    -------
    Interval
        Of ``value - value_reference``, at the same level; NaN where any part is.

    References
    ----------
    G. Y. Zou and A. Donner (2008), Statistics in Medicine 27, 1693-1702.

    Examples
    --------
    >>> low, high = hybrid_gap([0.8], Interval([0.7], [0.9]), [0.5], Interval([0.4], [0.6]))
    >>> print(low.round(4), high.round(4))
    [0.1586] [0.4414]
    """
    x, x0 = np.asarray(value, dtype=float), np.asarray(value_reference, dtype=float)
    (low, high), (low0, high0) = (tuple(np.asarray(end) for end in one) for one in (interval, interval_reference))
    return Interval(x - x0 - np.hypot(x - low, high0 - x0), x - x0 + np.hypot(high - x, x0 - low0))


def inverted_p(interval_at: Callable[[float], Interval]) -> float:
    """p-value of zero that agrees with a family of intervals: the level at which one just reaches zero.

    Parameters
    ----------
    interval_at : callable
        Gives the interval at a level; a higher level must give a wider one.

    Returns
    -------
    float
        In [0, 1]; NaN where the interval is not defined.

    Examples
    --------
    >>> from biasaudit.measures.intervals import newcombe
    >>> round(inverted_p(lambda level: newcombe(56, 70, 48, 80, level)), 4)
    0.0081
    """
    if not np.all(np.isfinite(np.asarray(interval_at(0.5), dtype=float))):
        return float("nan")
    outside, inside = 0.0, _FARTHEST
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        low, high = interval_at(float(1 - 2 * ndtr(-middle)))
        if float(low) <= 0 <= float(high):
            inside = middle
        else:
            outside = middle
    return float(2 * ndtr(-outside))
