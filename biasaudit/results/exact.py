"""An exact test of two rates, for changes that rest on few cases."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, lgamma

from biasaudit.results.estimate import Estimate

#: How many of how many after, and before.
Counts = tuple[float, float, float, float]
#: Tables whose probability is this much above the observed one's, relatively, count as equally likely.
_EQUALLY_LIKELY = 1e-7
#: A change is held to the exact test where fewer people than this count, or fail to count, in both results
#: together: far out in their tails intervals are too narrow for what is rare (see docs/statistics.md).
EXACT_BELOW = 100


def fisher(k: float, n: float, k_before: float, n_before: float) -> float:
    """Fisher's exact two-sided test of the same rate in two results.

    Parameters
    ----------
    k, n : float
        How many of how many in one; fractions of people, from ties, are rounded.
    k_before, n_before : float
        The same in the other.

    Returns
    -------
    float
        p-value: the probability, all margins given, of every table at most as likely as the one
        observed.

    References
    ----------
    R. A. Fisher (1935), Journal of the Royal Statistical Society 98, 39-82.

    Examples
    --------
    >>> round(fisher(3, 4, 1, 4), 4)
    0.4857
    """
    k, n, k_before, n_before = (round(part) for part in (k, n, k_before, n_before))
    total, positive = n + n_before, k + k_before
    tables = range(max(0, positive - n_before), min(n, positive) + 1)
    every = _log_choose(total, positive)
    logs = [_log_choose(n, x) + _log_choose(n_before, positive - x) - every for x in tables]
    limit = logs[k - tables.start] + _EQUALLY_LIKELY
    return min(1.0, sum(exp(one) for one in logs if one <= limit))


def is_rare(k: float, n: float, k_before: float, n_before: float) -> bool:
    """Whether a rate rests on so few cases, or on so few that are none, that intervals alone cannot be relied on."""
    positive = k + k_before
    return min(positive, n + n_before - positive) < EXACT_BELOW


def drawn_out(estimate: Estimate, counts: Sequence[Counts | None], *, none: float) -> Estimate:
    """Draw the interval of a change out to none where it rests on few cases and the exact test keeps that possible.

    A gap moves only where the rate of its group or of its reference does. Where either is rare, one of
    the two must differ between the results by Fisher's test, at what this comparison may spend.

    Parameters
    ----------
    estimate : Estimate
        The change, with the interval that decides.
    counts : sequence of (float, float, float, float) or None
        For group and reference: how many of how many after, and before; None where that is not known.
    none : float
        What no change is: 0 for a difference, 1 for a quotient.

    Returns
    -------
    Estimate
        The same, or the same with an interval that holds ``none``.

    Examples
    --------
    >>> change = Estimate(value=-0.4, low=-0.7, high=-0.1, level=0.999, method="mover")
    >>> drawn_out(change, [(16, 30, 28, 30)], none=0.0).high
    -0.1
    >>> drawn_out(change, [(19, 30, 28, 30)], none=0.0).high
    0.0
    """
    known = [each for each in counts if each is not None]
    if not estimate.is_defined or not any(is_rare(*each) for each in known):
        return estimate
    if min(fisher(*each) for each in known) <= 1 - estimate.level:
        return estimate
    low = None if estimate.low is None else min(estimate.low, none)
    high = None if estimate.high is None else max(estimate.high, none)
    return estimate.model_copy(update={"low": low, "high": high})


def _log_choose(n: float, k: float) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
