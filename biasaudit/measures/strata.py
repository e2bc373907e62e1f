"""Gaps measured again within strata and by period."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from biasaudit.measures.counting import Counts
from biasaudit.measures.intervals import critical, newcombe
from biasaudit.measures.rates import RateCounts, RateRule, rate_counts, rate_estimates, rules
from biasaudit.results import (
    AttributeFacts,
    Conditional,
    Estimate,
    PeriodGap,
    StratumGap,
    estimated,
    undefined,
)

FloatArray = npt.NDArray[np.float64]

MEASURE = "selection_rate"
#: Why a gap within strata is undefined.
NO_SHARED_STRATUM = "no stratum holds people of both groups"
NO_SPREAD = "no interval: within every stratum all rates are zero or one"
NO_ONE_HERE = "no one of the group or of its reference is here"
_POOLED_METHOD = "newcombe"
_STRATIFIED_METHOD = "mantel-haenszel risk difference, sato variance"


class StratifiedGap(NamedTuple):
    """A gap averaged over strata.

    Attributes
    ----------
    value : float
        Weighted mean of the strata's gaps; NaN where no stratum holds both groups.
    variance : float
        Its variance.
    p_value : float
        Cochran-Mantel-Haenszel test of no gap in any stratum; NaN where nothing varies.
    """

    value: float
    variance: float
    p_value: float


def mantel_haenszel(k: FloatArray, n: FloatArray, k_reference: FloatArray, n_reference: FloatArray) -> StratifiedGap:
    r"""Average the gaps of strata with Mantel-Haenszel weights, and test them together.

    .. math::

        \hat\delta = \frac{\sum_s w_s d_s}{\sum_s w_s}, \quad w_s = \frac{n_{1s} n_{0s}}{N_s}, \quad
        \operatorname{var}\hat\delta = \frac{\hat\delta \sum_s P_s + \sum_s Q_s}{(\sum_s w_s)^2}

    with :math:`P_s = (n_{1s}^2 k_{0s} - n_{0s}^2 k_{1s} + n_{1s} n_{0s} (n_{0s} - n_{1s}) / 2) / N_s^2`
    and :math:`Q_s = (k_{1s} (n_{0s} - k_{0s}) + k_{0s} (n_{1s} - k_{1s})) / 2 N_s`. The variance
    holds both for a few large strata and for many small ones. The test is

    .. math:: \chi^2_1 = \frac{(\sum_s k_{1s} - n_{1s} m_s / N_s)^2}
              {\sum_s n_{1s} n_{0s} m_s (N_s - m_s) / N_s^2 (N_s - 1)}

    without continuity correction, where ``m`` counts the selected of a stratum.

    Parameters
    ----------
    k, n, k_reference, n_reference : array of float, shape (s,)
        Counts by stratum; strata in which a side has no one carry no information and drop out.

    Returns
    -------
    StratifiedGap
        Gap, variance and p-value.

    References
    ----------
    N. Mantel and W. Haenszel (1959), Journal of the National Cancer Institute 22, 719-748; S.
    Greenland and J. M. Robins (1985), Biometrics 41, 55-68; T. Sato (1989), Biometrics 45, 1323-1324.

    Examples
    --------
    >>> both = [np.array(part) for part in ([2.0, 30.0], [20.0, 60.0], [16.0, 10.0], [80.0, 20.0])]
    >>> print(round(mantel_haenszel(*both).value, 4), round(mantel_haenszel(*both).p_value, 3))
    -0.0516 0.52
    """
    shared = (n > 0) & (n_reference > 0)
    k, n, k_reference, n_reference = (part[shared] for part in (k, n, k_reference, n_reference))
    if not n.size:
        return StratifiedGap(np.nan, np.nan, np.nan)
    total = n + n_reference
    weight = n * n_reference / total
    value = float((weight * (k / n - k_reference / n_reference)).sum() / weight.sum())
    p = (n**2 * k_reference - n_reference**2 * k + n * n_reference * (n_reference - n) / 2) / total**2
    q = (k * (n_reference - k_reference) + k_reference * (n - k)) / (2 * total)
    variance = float((value * p.sum() + q.sum()) / weight.sum() ** 2)
    chosen = k + k_reference
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.where(total > 1, weight * (chosen / total) * (total - chosen) / (total - 1), 0.0).sum()
        z = (k - n * chosen / total)[total > 1].sum() / np.sqrt(spread)
    return StratifiedGap(value, max(variance, 0.0), float(2 * ndtr(-abs(z))) if spread > 0 else np.nan)


def measure_strata(counts: Counts, facts: Iterable[AttributeFacts], level: float = 0.95) -> tuple[Conditional, ...]:
    """Measure each selection gap again within the declared strata, crossed where there are several.

    ``signs_disagree`` tells that the pooled and the stratified gap, as measured, lie on opposite
    sides of zero; neither needs to be clear of zero for it (whether they are is read off their
    intervals), and a gap of exactly zero disagrees with nothing.

    Sampling weights enter through effective counts: within a stratum the rates are the weighted
    ones, and strata are averaged by their effective sizes.

    Parameters
    ----------
    counts : Counts
        The joint table.
    facts : iterable of AttributeFacts
        Attributes and intersections.
    level : float
        Level of the intervals.

    Returns
    -------
    tuple of Conditional
        One a group other than its reference; empty where no strata are declared.
    """
    strata = counts.names("stratum")
    if not strata:
        return ()
    (rule,) = rules(counts, [MEASURE])
    found = []
    for fact in facts:
        pooled = rate_counts(counts.by(fact.name), rule)
        by = counts.by(fact.name, within="stratum")
        cells = rate_counts(by, rule)
        reference = by.groups.index(fact.reference)
        for place, group in enumerate(by.groups):
            if place == reference:
                continue
            whole = _gap(pooled, place, reference, 0, level)
            gap = mantel_haenszel(cells.k[place], cells.n[place], cells.k[reference], cells.n[reference])
            stratified = _stratified(gap, level)
            parts = _parts(cells, rule, place, reference, level)
            found.append(
                Conditional(
                    attribute=fact.name,
                    group=group,
                    reference=fact.reference,
                    measure=MEASURE,
                    strata=strata,
                    pooled=whole,
                    stratified=stratified,
                    p_value=None if np.isnan(gap.p_value) else gap.p_value,
                    signs_disagree=(whole.value or 0.0) * (stratified.value or 0.0) < 0,
                    by_stratum=tuple(
                        StratumGap(
                            stratum=name,
                            n_group=part.n_group,
                            n_reference=part.n_reference,
                            rate_group=part.rate_group,
                            rate_reference=part.rate_reference,
                            gap=part.gap,
                        )
                        for name, part in zip(by.within, parts, strict=True)
                    ),
                )
            )
    return tuple(found)


def measure_periods(counts: Counts, facts: Iterable[AttributeFacts], level: float = 0.95) -> tuple[PeriodGap, ...]:
    """Measure each selection gap period by period.

    Parameters
    ----------
    counts : Counts
        The joint table.
    facts : iterable of AttributeFacts
        Attributes and intersections.
    level : float
        Level of the intervals.

    Returns
    -------
    tuple of PeriodGap
        By attribute, group and period; empty where no period is declared.
    """
    if not counts.names("period"):
        return ()
    (rule,) = rules(counts, [MEASURE])
    found = []
    for fact in facts:
        by = counts.by(fact.name, within="period")
        cells = rate_counts(by, rule)
        reference = by.groups.index(fact.reference)
        for place, group in enumerate(by.groups):
            if place == reference:
                continue
            parts = _parts(cells, rule, place, reference, level)
            found += [
                PeriodGap(
                    attribute=fact.name,
                    group=group,
                    reference=fact.reference,
                    period=name,
                    n_group=part.n_group,
                    n_reference=part.n_reference,
                    rate_group=part.rate_group,
                    rate_reference=part.rate_reference,
                    gap=part.gap,
                )
                for name, part in zip(by.within, parts, strict=True)
            ]
    return tuple(found)


class _Part(NamedTuple):
    """One group and its reference in one stratum or period."""

    n_group: float
    n_reference: float
    rate_group: Estimate
    rate_reference: Estimate
    gap: Estimate


def _parts(cells: RateCounts, rule: RateRule, place: int, reference: int, level: float) -> list[_Part]:
    rates = [
        rate_estimates(RateCounts(k=cells.k[row], n=cells.n[row], people=cells.people[row]), level, rule.empty)
        for row in (place, reference)
    ]
    return [
        _Part(
            n_group=float(cells.people[place, s]),
            n_reference=float(cells.people[reference, s]),
            rate_group=rates[0][s],
            rate_reference=rates[1][s],
            gap=_gap(cells, place, reference, s, level),
        )
        for s in range(cells.n.shape[1])
    ]


def _gap(cells: RateCounts, place: int, reference: int, s: int, level: float) -> Estimate:
    k, n, held, held_n = cells.k[place, s], cells.n[place, s], cells.k[reference, s], cells.n[reference, s]
    if n <= 0 or held_n <= 0:
        return undefined(NO_ONE_HERE, method=_POOLED_METHOD, level=level)
    low, high = newcombe(k, n, held, held_n, level)
    return estimated(float(k / n - held / held_n), float(low), float(high), method=_POOLED_METHOD, level=level)


def _stratified(gap: StratifiedGap, level: float) -> Estimate:
    if np.isnan(gap.value):
        return undefined(NO_SHARED_STRATUM, method=_STRATIFIED_METHOD, level=level)
    if gap.variance <= 0:
        return Estimate(value=gap.value, method=_STRATIFIED_METHOD, level=level, reason=NO_SPREAD)
    half = critical(level) * gap.variance**0.5
    low, high = max(gap.value - half, -1.0), min(gap.value + half, 1.0)
    return estimated(gap.value, low, high, method=_STRATIFIED_METHOD, level=level)
