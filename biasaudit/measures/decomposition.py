"""A gap split into who is where and what happens there, and demographic disparity within strata."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from biasaudit.measures.counting import Counts
from biasaudit.measures.intervals import critical, newcombe
from biasaudit.measures.rates import rate_counts, rules
from biasaudit.results import AttributeFacts, Decomposition, Estimate, estimated, undefined

FloatArray = npt.NDArray[np.float64]

MEASURE = "selection_rate"
NO_ONE = "no one of the group or of its reference is here"
ONE_DECISION = "everyone, or no one, is selected"
NO_STRATUM = "in no stratum are some selected and others not"
_KITAGAWA = "kitagawa decomposition, delta method"
_CONDITIONAL = "mean over strata by people, normal interval"


class Parts(NamedTuple):
    """A gap in two parts, with their variances.

    Attributes
    ----------
    composition, rates : float
        They add up to the gap.
    composition_variance, rates_variance : float
        Of each.
    """

    composition: float
    rates: float
    composition_variance: float
    rates_variance: float


def kitagawa(k: FloatArray, n: FloatArray, k_reference: FloatArray, n_reference: FloatArray) -> Parts:
    r"""Split a gap of two rates into composition and rates within strata.

    .. math::

        p_1 - p_0 = \underbrace{\sum_s (w_{1s} - w_{0s}) \frac{p_{1s} + p_{0s}}{2}}_{composition}
        + \underbrace{\sum_s \frac{w_{1s} + w_{0s}}{2} (p_{1s} - p_{0s})}_{rates}

    with ``w`` the share of each side's people that is in stratum s. Where one side has no one in a
    stratum it is given the other's rate there, so that all of it is composition. Variances are those
    of the linear terms, people being drawn with their strata; rates in them are
    :math:`(k + 1/2) / (n + 1)`, so that a stratum without variation does not look certain.

    Parameters
    ----------
    k, n, k_reference, n_reference : array of float, shape (s,)
        How many of how many, by stratum; both sides have someone somewhere.

    Returns
    -------
    Parts
        Both parts in rate points, and their variances.

    References
    ----------
    E. M. Kitagawa (1955), Journal of the American Statistical Association 50, 1168-1194.

    Examples
    --------
    >>> parts = kitagawa(*(np.array(part) for part in ([2.0, 30.0], [20.0, 60.0], [16.0, 10.0], [80.0, 20.0])))
    >>> round(parts.composition, 4), round(parts.rates, 4)
    (0.1925, -0.0525)
    """
    w, w0 = n / n.sum(), n_reference / n_reference.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        p, p0 = k / n, k_reference / n_reference
    p, p0 = np.where(n > 0, p, p0), np.where(n_reference > 0, p0, p)
    p, p0 = np.nan_to_num(p), np.nan_to_num(p0)  # a stratum without anyone weighs nothing
    shift, mean = w - w0, (p + p0) / 2
    gap, weight = p - p0, (w + w0) / 2
    variances = np.zeros(2)
    for share, count, size, sign in ((w, k, n, 1.0), (w0, k_reference, n_reference, -1.0)):
        smooth = (count + 0.5) / (size + 1)
        spread = np.divide(smooth * (1 - smooth), share, out=np.zeros_like(share), where=share > 0)
        for place, (level, slope) in enumerate(((sign * mean, shift / 2), (gap / 2, sign * weight))):
            between = (share * level**2).sum() - (share * level).sum() ** 2
            variances[place] += (between + (slope**2 * spread).sum()) / size.sum()
    return Parts(float((shift * mean).sum()), float((weight * gap).sum()), float(variances[0]), float(variances[1]))


class Conditional(NamedTuple):
    """Demographic disparity within strata.

    Attributes
    ----------
    value, variance : float
        NaN where no stratum has both decisions.
    """

    value: float
    variance: float


def conditional_disparity(k: FloatArray, n: FloatArray, k_all: FloatArray, n_all: FloatArray) -> Conditional:
    r"""Conditional demographic disparity of a group.

    .. math:: DD_s = \frac{n_s - k_s}{N_s - K_s} - \frac{k_s}{K_s}, \qquad CDD = \frac{\sum_s N_s DD_s}{\sum_s N_s}

    the group's share among those not selected less its share among those selected: above zero where
    the group is refused more than its part. Strata in which all or none are selected have no share
    to compare and drop out. The variance takes both shares as independent and strata as given.

    Parameters
    ----------
    k, n : array of float, shape (s,)
        Selected and all of the group, by stratum.
    k_all, n_all : array of float, shape (s,)
        The same of everyone, the group among them.

    Returns
    -------
    Conditional
        Mean over strata, by people.

    References
    ----------
    S. Wachter, B. Mittelstadt and C. Russell (2021), Computer Law and Security Review 41, 105567.

    Examples
    --------
    >>> both = [np.array(part) for part in ([10.0, 5.0], [40.0, 50.0], [50.0, 20.0], [100.0, 100.0])]
    >>> round(conditional_disparity(*both).value, 3)
    0.356
    """
    refused, refused_all = n - k, n_all - k_all
    both = (k_all > 0) & (refused_all > 0)
    if not both.any():
        return Conditional(np.nan, np.nan)
    k, k_all, refused, refused_all, n_all = (part[both] for part in (k, k_all, refused, refused_all, n_all))
    weight = n_all / n_all.sum()
    no, yes = refused / refused_all, k / k_all
    smooth = [((part + 0.5) / (whole + 1), whole) for part, whole in ((refused, refused_all), (k, k_all))]
    variance = sum(weight**2 * share * (1 - share) / whole for share, whole in smooth)
    return Conditional(float((weight * (no - yes)).sum()), float(np.sum(variance)))


def measure_decompositions(
    counts: Counts, facts: Iterable[AttributeFacts], level: float = 0.95
) -> tuple[Decomposition, ...]:
    """Decompose each selection gap over the declared strata, crossed where there are several.

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
    tuple of Decomposition
        One a group other than its reference; empty where no strata are declared. Disparities are
        those of the group against everyone, its reference or not.
    """
    strata = counts.names("stratum")
    (rule,) = rules(counts, [MEASURE])
    found = []
    for fact in facts if strata else ():
        by = counts.by(fact.name, within="stratum")
        cells = rate_counts(by, rule)
        reference = by.groups.index(fact.reference)
        for place, group in enumerate(by.groups):
            if place == reference:
                continue
            four = cells.k[place], cells.n[place], cells.k[reference], cells.n[reference]
            gap, composition, rates = _parts(four, level)
            whole = (cells.k[place], cells.n[place], cells.k.sum(axis=0), cells.n.sum(axis=0))
            single = (four[1] > 0) != (four[3] > 0)
            found.append(
                Decomposition(
                    attribute=fact.name,
                    group=group,
                    reference=fact.reference,
                    measure=MEASURE,
                    strata=strata,
                    gap=gap,
                    composition=composition,
                    rates=rates,
                    disparity=_disparity(whole, level),
                    conditional_disparity=_conditional(conditional_disparity(*whole), level),
                    only_one_side=tuple(name for name, alone in zip(by.within, single, strict=True) if alone),
                )
            )
    return tuple(found)


def _parts(four: tuple[FloatArray, ...], level: float) -> list[Estimate]:
    if four[1].sum() <= 0 or four[3].sum() <= 0:
        return [undefined(NO_ONE, method=_KITAGAWA, level=level)] * 3
    k, n, held, held_n = (float(part.sum()) for part in four)
    low, high = newcombe(k, n, held, held_n, level)
    parts = kitagawa(*four)
    pairs = ((parts.composition, parts.composition_variance), (parts.rates, parts.rates_variance))
    gap = estimated(k / n - held / held_n, float(low), float(high), method="newcombe", level=level)
    return [gap, *(_normal(value, variance, _KITAGAWA, level) for value, variance in pairs)]


def _normal(value: float, variance: float, method: str, level: float) -> Estimate:
    half = critical(level) * variance**0.5
    return estimated(value, max(value - half, -1.0), min(value + half, 1.0), method=method, level=level)


def _disparity(whole: tuple[FloatArray, ...], level: float) -> Estimate:
    k, n, k_all, n_all = (float(part.sum()) for part in whole)
    refused, refused_all = n - k, n_all - k_all
    if k_all <= 0 or refused_all <= 0:
        return undefined(ONE_DECISION, method="newcombe", level=level)
    low, high = newcombe(refused, refused_all, k, k_all, level)
    return estimated(refused / refused_all - k / k_all, float(low), float(high), method="newcombe", level=level)


def _conditional(found: Conditional, level: float) -> Estimate:
    if np.isnan(found.value):
        return undefined(NO_STRATUM, method=_CONDITIONAL, level=level)
    return _normal(found.value, found.variance, _CONDITIONAL, level)
