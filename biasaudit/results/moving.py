"""The difference of two estimates of different runs, with an interval made of theirs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

from biasaudit.results.estimate import Estimate, estimated, undefined

#: Name of the method in an estimate.
METHOD = "mover"
#: Why a change has no value.
UNDEFINED_BEFORE = "the earlier result has no value here"
UNDEFINED_AFTER = "the later result has no value here"
ZERO_RATIO = "a ratio of zero has no quotient"


def difference(after: Estimate, before: Estimate) -> Estimate:
    r"""Take one estimate from another, with an interval made of their two intervals.

    .. math:: d \pm \sqrt{(\hat\theta_1 - l_1)^2 + (u_0 - \hat\theta_0)^2}

    for the lower end, and with the other ends for the upper one (the method of variance estimates
    recovery). It takes the two as independent. Where they come from the same or overlapping
    people, who are mostly decided alike in both, the true interval is narrower than this one.

    Parameters
    ----------
    after, before : Estimate
        On the same scale; an end that is null counts as no bound.

    Returns
    -------
    Estimate
        After minus before, at the lower of the two levels.

    References
    ----------
    G. Y. Zou and A. Donner (2008), Statistics in Medicine 27, 1693-1702.

    Examples
    --------
    >>> then = Estimate(value=-0.09, low=-0.12, high=-0.06, method="newcombe")
    >>> now = Estimate(value=-0.14, low=-0.18, high=-0.10, method="newcombe")
    >>> found = difference(now, then)
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3)
    (-0.05, -0.1, -0.0)
    """
    level = min(after.level, before.level)
    if before.value is None or after.value is None:
        why = UNDEFINED_BEFORE if before.value is None else UNDEFINED_AFTER
        if ZERO_RATIO in (before.reason, after.reason):
            why = ZERO_RATIO
        return undefined(why, method=METHOD, level=level)
    (low, high), (low_before, high_before) = _ends(after), _ends(before)
    value = after.value - before.value
    down = math.hypot(after.value - low, high_before - before.value)
    up = math.hypot(high - after.value, before.value - low_before)
    return estimated(value, value - down, value + up, method=METHOD, level=level)


def quotient(after: Estimate, before: Estimate) -> Estimate:
    """Divide one ratio by another, with an interval made of theirs on the scale of logarithms.

    Parameters
    ----------
    after, before : Estimate
        Ratios, 0 or more.

    Returns
    -------
    Estimate
        After over before; null where either is zero.

    Examples
    --------
    >>> then = Estimate(value=0.8, low=0.7, high=0.9, method="score ratio")
    >>> now = Estimate(value=0.6, low=0.5, high=0.7, method="score ratio")
    >>> found = quotient(now, then)
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3)
    (0.75, 0.604, 0.92)
    """
    return _powered(difference(_logged(after), _logged(before)))


def growth(after: Estimate, before: Estimate, *, is_ratio: bool = False) -> Estimate:
    """Say how much farther from none one estimate is than the other.

    Sizes are taken with the sign that each estimate has, so that two gaps of opposite sides are
    compared in size too. A size is never under zero, so the size of what is near none is taken too
    large rather than too small, on both sides.

    Parameters
    ----------
    after, before : Estimate
        Gaps, for which none is 0; or ratios, for which it is 1.
    is_ratio : bool
        Which of the two they are.

    Returns
    -------
    Estimate
        Size after minus size before; for ratios their quotient, where 0.5 is as far from none as 2.

    Examples
    --------
    >>> then = Estimate(value=0.02, low=-0.01, high=0.05, method="newcombe")
    >>> now = Estimate(value=-0.09, low=-0.12, high=-0.06, method="newcombe")
    >>> round(growth(now, then).value, 3)
    0.07
    """
    if is_ratio:
        return _powered(growth(_logged(after), _logged(before)))
    return difference(_sized(after), _sized(before))


def p_value(change: Estimate) -> float | None:
    """Give the p-value of no change that an interval implies: where its nearer end would just touch zero.

    Parameters
    ----------
    change : Estimate
        On an additive scale.

    Returns
    -------
    float or None
        Two-sided, below ``1 - level`` just where the interval leaves zero out; None without an end
        on the side of zero.

    Examples
    --------
    >>> round(p_value(Estimate(value=1.96, low=0.0, high=4.0, method="mover")), 3)
    0.05
    """
    if change.value is None:
        return None
    if change.value == 0:
        return 1.0
    end = change.low if change.value > 0 else change.high
    if end is None or end == change.value:
        return None
    normal = NormalDist()
    z = abs(change.value) / abs(change.value - end) * normal.inv_cdf((1 + change.level) / 2)
    return 2 * normal.cdf(-z)


def p_of_quotient(change: Estimate) -> float | None:
    """Give the same for a quotient, where no change is 1."""
    return p_value(_logged(change))


def adjusted(p_values: Sequence[float | None]) -> list[float | None]:
    """Adjust p-values for the share of false discoveries (Benjamini and Hochberg 1995); None stays None.

    Examples
    --------
    >>> adjusted([0.01, None, 0.02, 0.5])
    [0.03, None, 0.03, 0.5]
    """
    known = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    found: list[float | None] = [None] * len(p_values)
    least = 1.0
    for rank in range(len(known), 0, -1):
        p, place = known[rank - 1]
        least = min(least, p * len(known) / rank)
        found[place] = least
    return found


def _ends(estimate: Estimate) -> tuple[float, float]:
    low = -math.inf if estimate.low is None else estimate.low
    return low, math.inf if estimate.high is None else estimate.high


def _logged(ratio: Estimate) -> Estimate:
    if ratio.value is None:
        return ratio
    if ratio.value <= 0:
        return undefined(ZERO_RATIO, method=METHOD, level=ratio.level)
    low, high = (math.log(end) if end is not None and end > 0 else None for end in (ratio.low, ratio.high))
    return Estimate(value=math.log(ratio.value), low=low, high=high, level=ratio.level, method=METHOD)


def _powered(logged: Estimate) -> Estimate:
    """Take the exponential of an estimate; an end beyond all numbers is no bound."""
    if logged.value is None:
        return logged
    value, low, high = (_exponential(part) for part in (logged.value, logged.low, logged.high))
    return estimated(math.inf if value is None else value, low, high, method=METHOD, level=logged.level)


def _exponential(logarithm: float | None) -> float | None:
    try:
        return None if logarithm is None else math.exp(logarithm)
    except OverflowError:
        return None


def _sized(estimate: Estimate) -> Estimate:
    """Turn an estimate so that its value is not negative; its interval may reach below zero."""
    if estimate.value is None or estimate.value >= 0:
        return estimate
    low = None if estimate.high is None else -estimate.high
    high = None if estimate.low is None else -estimate.low
    return Estimate(value=-estimate.value, low=low, high=high, level=estimate.level, method=estimate.method)
