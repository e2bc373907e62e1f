"""The smallest gap that a comparison could have seen."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from biasaudit.measures.intervals import critical

FloatArray = npt.NDArray[np.float64]

#: Chance with which a gap should be seen for it to count as one that could have been (Cohen 1988).
POWER = 0.8
#: Halvings of [0, 1]: a gap is found to 1e-9.
_HALVINGS = 30


def detectable_gap(
    rate_reference: npt.ArrayLike, n: npt.ArrayLike, n_reference: npt.ArrayLike, level: float = 0.95
) -> FloatArray:
    r"""Smallest gap, in size, that a test of equal rates would have seen with 80 % power.

    .. math::

        \Phi\!\left(\frac{|d| - z \sqrt{\bar p (1 - \bar p) (1/n_1 + 1/n_0)}}
        {\sqrt{p_1 (1 - p_1) / n_1 + p_0 (1 - p_0) / n_0}}\right) = 0.8, \qquad p_1 = p_0 + d

    at the reference's rate, upwards or downwards, whichever is smaller.

    Parameters
    ----------
    rate_reference : array-like of float
        Rate of the reference, 0 to 1.
    n, n_reference : array-like of float
        People on both sides.
    level : float
        One minus the chance of a false alarm: the deciding level, widened for the family.

    Returns
    -------
    array of float
        In (0, 1]; NaN where no rate of the group would have been seen, or a side has no one.

    References
    ----------
    J. L. Fleiss, B. Levin and M. C. Paik (2003), Statistical Methods for Rates and Proportions,
    section 4.1, without continuity correction; J. Cohen (1988), Statistical Power Analysis, for 80 %.

    Examples
    --------
    >>> print(detectable_gap([0.5, 0.5], [385, 5], [385, 385]).round(4))
    [0.1003 0.4877]
    """
    parts = np.broadcast_arrays(*(np.asarray(part, dtype=float) for part in (rate_reference, n, n_reference)))
    rate, n, n_reference = (np.atleast_1d(part) for part in parts)
    z = critical(level)

    def is_seen(gap: FloatArray) -> npt.NDArray[np.bool_]:
        p = np.clip(rate + gap, 0.0, 1.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            pooled = (n * p + n_reference * rate) / (n + n_reference)
            under_none = np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / n_reference))
            spread = np.sqrt(p * (1 - p) / n + rate * (1 - rate) / n_reference)
            power = ndtr((np.abs(gap) - z * under_none) / spread)
        seen = np.where(spread > 0, power >= POWER, np.abs(gap) > z * under_none)
        return np.asarray(seen & (n > 0) & (n_reference > 0))

    # Upwards and downwards in one go: the cost is that of the steps, hardly that of their length.
    sign = np.array([1.0, -1.0]).reshape(2, *(1 for _ in rate.shape))
    most = np.stack([1.0 - rate, rate])
    possible = (most > 0) & is_seen(sign * most)
    low, high = np.zeros(most.shape), np.where(possible, most, 0.0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        seen = is_seen(sign * middle)
        low, high = np.where(seen, low, middle), np.where(seen, middle, high)
    return np.asarray(np.fmin(*np.where(possible, high, np.nan))).reshape(parts[0].shape)
