"""Tests of no gap between two rates, and their adjustment for a whole family of comparisons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, ndtr

from biasaudit.results import AgreementGap, MatchedGap, Proxy, ReadingTime

FloatArray = npt.NDArray[np.float64]
#: Records with a p-value each, and room for the adjusted one.
Tested = TypeVar("Tested", AgreementGap, MatchedGap, Proxy, ReadingTime)

#: Smallest expected count of a two-by-two table for which the score test is read (Cochran 1954).
EXACT_BELOW = 5.0
#: Tables whose probability is this much above the observed one's, relatively, count as equally likely.
_EQUALLY_LIKELY = 1e-7
#: Standard deviations of the hypergeometric distribution kept beyond the observed table.
_TAIL = 12.0


def score_test(
    k: npt.ArrayLike, n: npt.ArrayLike, k_reference: npt.ArrayLike, n_reference: npt.ArrayLike
) -> FloatArray:
    r"""Two-sided score test of equal rates (the pooled z test, without continuity correction).

    .. math:: z = (p_1 - p_0) \big/ \sqrt{\bar p (1 - \bar p) (1/n_1 + 1/n_0)}

    Parameters
    ----------
    k, n : array-like of float
        How many of how many in the group.
    k_reference, n_reference : array-like of float
        The same in the reference.

    Returns
    -------
    array of float
        p-values in [0, 1]; 1 where both rates are 0 or both are 1; NaN where a denominator is 0.

    References
    ----------
    K. Pearson (1900), Philosophical Magazine 50, 157-175 (its square is Pearson's chi-squared).

    Examples
    --------
    >>> print(score_test([30], [100], [45], [100]).round(4))
    [0.0285]
    """
    k, n, k_reference, n_reference = _floats(k, n, k_reference, n_reference)
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = (k + k_reference) / (n + n_reference)
        difference = k / n - k_reference / n_reference
        z = difference / np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / n_reference))
    return np.where((difference == 0) & (n > 0) & (n_reference > 0), 1.0, 2 * ndtr(-np.abs(z)))


def fisher(k: npt.ArrayLike, n: npt.ArrayLike, k_reference: npt.ArrayLike, n_reference: npt.ArrayLike) -> FloatArray:
    """Fisher's exact two-sided test of equal rates.

    The p-value is the probability, all margins given, of every table at most as likely as the one
    observed. Fractional counts (ties, weights) are rounded to whole people first.

    Parameters
    ----------
    k, n : array-like of float
        How many of how many in the group.
    k_reference, n_reference : array-like of float
        The same in the reference.

    Returns
    -------
    array of float
        p-values in [0, 1]; NaN where a denominator is 0.

    References
    ----------
    R. A. Fisher (1935), Journal of the Royal Statistical Society 98, 39-82.

    Examples
    --------
    >>> print(fisher([3], [4], [1], [4]).round(4))
    [0.4857]
    """
    rounded = [np.rint(part) for part in _floats(k, n, k_reference, n_reference)]
    shape = rounded[0].shape
    k, n, k_reference, n_reference = (part.ravel() for part in rounded)
    p_values = np.full(k.shape, np.nan)
    known = np.flatnonzero((n > 0) & (n_reference > 0))
    if known.size:
        p_values[known] = _hypergeometric_p(k[known], n[known], k_reference[known], n_reference[known])
    return p_values.reshape(shape)


def _hypergeometric_p(k: FloatArray, n: FloatArray, k_reference: FloatArray, n_reference: FloatArray) -> FloatArray:
    """Sum the tables at most as likely as the observed, over one flat array of all tables' supports."""
    total, positive = n + n_reference, k + k_reference
    mean = n * positive / total
    deviation = np.sqrt(mean * (1 - positive / total) * n_reference / np.maximum(total - 1, 1))
    reach = np.ceil(np.abs(k - mean) + _TAIL * (deviation + 1))
    first = np.maximum(np.maximum(0.0, positive - n_reference), np.floor(mean - reach))
    last = np.minimum(np.minimum(n, positive), np.ceil(mean + reach))
    width = (last - first + 1).astype(np.intp)
    starts = np.concatenate([[0], np.cumsum(width)[:-1]])
    table = np.repeat(np.arange(k.size), width)
    value = np.arange(table.size) - starts[table] + first[table]

    def log_probability(x: FloatArray, which: npt.NDArray[np.intp]) -> FloatArray:
        inside = _log_choose(n[which], x) + _log_choose(n_reference[which], positive[which] - x)
        return np.asarray(inside - _log_choose(total[which], positive[which]))

    limit = log_probability(k, np.arange(k.size)) + _EQUALLY_LIKELY
    log_p = log_probability(value, table)
    terms = np.where(log_p <= limit[table], np.exp(log_p), 0.0)
    return np.minimum(np.add.reduceat(terms, starts), 1.0)


def _log_choose(n: FloatArray, k: FloatArray) -> FloatArray:
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


def no_gap_p(
    k: npt.ArrayLike,
    n: npt.ArrayLike,
    k_reference: npt.ArrayLike,
    n_reference: npt.ArrayLike,
    *,
    exact_below: float = EXACT_BELOW,
) -> FloatArray:
    """p-value of equal rates: Fisher's exact test for small counts, the score test else.

    Parameters
    ----------
    k, n : array-like of float
        How many of how many in the group.
    k_reference, n_reference : array-like of float
        The same in the reference.
    exact_below : float
        Fisher's test is used where any of the four expected counts is below it.

    Returns
    -------
    array of float
        p-values in [0, 1]; NaN where a denominator is 0.

    Examples
    --------
    >>> print(no_gap_p([3, 30], [4, 100], [1, 45], [4, 100]).round(4))
    [0.4857 0.0285]
    """
    k, n, k_reference, n_reference = _floats(k, n, k_reference, n_reference)
    p_values = np.atleast_1d(score_test(k, n, k_reference, n_reference)).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        positive = k + k_reference
        rarer = np.minimum(positive, n + n_reference - positive)
        expected = np.minimum(n, n_reference) * rarer / (n + n_reference)
    small = np.atleast_1d(expected < exact_below)
    if small.any():
        parts = [np.atleast_1d(part)[small] for part in (k, n, k_reference, n_reference)]
        p_values[small] = fisher(*parts)
    return p_values.reshape(np.shape(k))


def benjamini_hochberg(p_values: npt.ArrayLike, family: float | None = None) -> FloatArray:
    r"""Adjust p-values for the share of false discoveries in a family.

    .. math:: \tilde p_{(i)} = \min_{j \ge i} \min(1, p_{(j)} m / j)

    Parameters
    ----------
    p_values : array-like of float, shape (c,)
        NaN where there is none; it stays NaN and is not counted.
    family : float, optional
        Size m of the family where it is larger than the p-values at hand, because a comparison was
        picked among others that are not shown. Those others count as if their p-value were 1.

    Returns
    -------
    array of float, shape (c,)
        Adjusted p-values.

    References
    ----------
    Y. Benjamini and Y. Hochberg (1995), Journal of the Royal Statistical Society B 57, 289-300.

    Examples
    --------
    >>> print(benjamini_hochberg([0.01, 0.02, 0.5]).round(3))
    [0.03 0.03 0.5 ]
    """
    p = np.asarray(p_values, dtype=float)
    known = np.flatnonzero(~np.isnan(p))
    adjusted = np.full(p.shape, np.nan)
    if known.size:
        size = max(float(known.size), family or 0.0)
        order = known[np.argsort(p[known], kind="stable")]
        raised = p[order] * size / np.arange(1, known.size + 1)
        adjusted[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return adjusted


def adjusted_records(records: Sequence[Tested]) -> tuple[Tested, ...]:
    """Give the same records with their p-values adjusted, all of them one family.

    Parameters
    ----------
    records : sequence of records
        With ``p_value`` and ``p_adjusted``.

    Returns
    -------
    tuple of records
        In the same order; one without a p-value stays as it is.

    Examples
    --------
    >>> from biasaudit.results import estimated
    >>> strength = estimated(0.5, 0.4, 0.6, method="2 AUC - 1")
    >>> found = [Proxy(attribute="sex", feature=name, strength=strength, p_value=0.01) for name in ("age", "job")]
    >>> [one.p_adjusted for one in adjusted_records([*found, found[0].model_copy(update={"p_value": 0.5})])]
    [0.015, 0.015, 0.5]
    """
    adjusted = benjamini_hochberg([np.nan if one.p_value is None else one.p_value for one in records])
    return tuple(
        one if one.p_value is None else one.model_copy(update={"p_adjusted": float(p)})
        for one, p in zip(records, adjusted, strict=True)
    )


def _floats(*counts: npt.ArrayLike) -> list[FloatArray]:
    """Make counts float arrays of one shape."""
    return [np.asarray(part) for part in np.broadcast_arrays(*(np.asarray(part, dtype=float) for part in counts))]
