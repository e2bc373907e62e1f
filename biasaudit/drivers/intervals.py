"""Intervals of means and of differences of means."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtri

from biasaudit.measures.intervals import t_quantile


def normal_quantile(level: float) -> float:
    """Give the half-width of a two-sided normal interval, in standard errors.

    Examples
    --------
    >>> round(normal_quantile(0.95), 2)
    1.96
    """
    return float(ndtri((1 + level) / 2))


def welch_half_width(variances: Sequence[float], freedoms: Sequence[float], level: float) -> float:
    """Give the half-width of an interval whose variance is a sum of independently estimated parts.

    Parameters
    ----------
    variances : sequence of float
        Squared standard errors that add up, at least 0.
    freedoms : sequence of float
        Degrees of freedom of each, at least 1.
    level : float
        Level of the interval, between 0 and 1.

    Returns
    -------
    float
        Half-width with the degrees of freedom of Welch (Biometrika 34, 1947) and Satterthwaite (Biometrics 2, 1946).

    Examples
    --------
    >>> round(welch_half_width([0.01, 0.01], [50, 50], 0.95), 3)
    0.281
    """
    whole = sum(variances)
    if whole <= 0:
        return 0.0
    freedom = whole**2 / sum(part**2 / free for part, free in zip(variances, freedoms, strict=True))
    return t_quantile(level, freedom) * float(np.sqrt(whole))


def wilson_upper(share: float, n: float, level: float) -> float:
    """Give the upper end of Wilson's interval of a share (JASA 22, 1927).

    Examples
    --------
    >>> round(wilson_upper(0.0, 100, 0.95), 3)
    0.037
    """
    z = normal_quantile(level)
    middle = share + z**2 / (2 * n)
    spread = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return float((middle + spread) / (1 + z**2 / n))
