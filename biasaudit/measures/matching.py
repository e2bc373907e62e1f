"""How well scores and decisions match what errors are measured against, overall and by group."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from biasaudit.data.table import Table
from biasaudit.measures.counting import Counts, GroupCounts
from biasaudit.measures.histograms import Histograms, binned_auc, summed
from biasaudit.measures.intervals import critical
from biasaudit.measures.rates import rate_counts, rate_estimates, rules
from biasaudit.results import AttributeFacts, Performance, estimated, undefined

FloatArray = npt.NDArray[np.float64]

ONE_KIND = "all people whose outcome is known have the same one"
_AUC_METHOD = "auc, hanley-mcneil variance inverted (newcombe 2006, method 5)"
#: Halvings of [0, 1]: below the spacing of floats.
_HALVINGS = 60


class Auc(NamedTuple):
    """Chance that a positive scores above a negative, ties counting half.

    Attributes
    ----------
    value, low, high : float
        In [0, 1]; NaN where positives or negatives are missing.
    """

    value: float
    low: float
    high: float


def auc(actual: FloatArray, score: FloatArray, weight: FloatArray | None = None, level: float = 0.95) -> Auc:
    r"""Area under the ROC curve, from sums at each distinct score.

    .. math:: A = \sum_v P_v \left(N_{<v} + \tfrac12 N_v\right) \Big/ \sum_v P_v \sum_v N_v

    where ``P`` and ``N`` are weights of positives and negatives with score v. The interval holds
    every area ``a`` with :math:`|A - a| \le z \sqrt{V(a)}`, where

    .. math:: V(a) = \frac{a (1 - a)}{m n} \left[1 + (h - 1) \left(\frac{1 - a}{2 - a} + \frac{a}{1 + a}\right)\right],
              \quad h = (m + n) / 2

    with ``m`` positives and ``n`` negatives (Kish's effective sizes where weighted). It stays in
    [0, 1] and is honest at areas of 0 and 1.

    Parameters
    ----------
    actual : array of float, shape (n,)
        1 or 0; NaN where not known, which is left out.
    score : array of float, shape (n,)
        Finite scores.
    weight : array of float, shape (n,), optional
        Sampling weights.
    level : float
        Level of the interval.

    Returns
    -------
    Auc
        Value and interval.

    References
    ----------
    J. A. Hanley and B. J. McNeil (1982), Radiology 143, 29-36; R. G. Newcombe (2006), Statistics in
    Medicine 25, 559-573.

    Examples
    --------
    >>> auc(np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.1, 0.4, 0.4, 0.8])).value
    0.875
    """
    weight = np.ones(len(score)) if weight is None else weight
    known = ~np.isnan(actual) & (weight > 0)
    positive, score, weight = actual[known] > 0, score[known], weight[known]
    if not positive.any() or positive.all():
        return Auc(np.nan, np.nan, np.nan)
    values, place = np.unique(score, return_inverse=True)
    above, below = (
        np.bincount(place, weights=np.where(kind, weight, 0.0), minlength=values.size) for kind in (positive, ~positive)
    )
    area = float((above * (np.cumsum(below) - below / 2)).sum() / (above.sum() * below.sum()))
    sizes = [float(weight[kind].sum() ** 2 / (weight[kind] ** 2).sum()) for kind in (positive, ~positive)]
    return _with_interval(min(max(area, 0.0), 1.0), sizes[0], sizes[1], level)


def _with_interval(area: float, m: float, n: float, level: float) -> Auc:
    z = critical(level)
    low, high = (_end(area, m, n, z, towards) for towards in (0.0, 1.0))
    return Auc(area, low, high)


def _end(area: float, m: float, n: float, z: float, towards: float) -> float:
    """Halve the way from the estimate towards 0 or 1 until the area is just not rejected."""
    inside, outside = area, towards
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        spread = (1 - middle) / (2 - middle) + middle / (1 + middle)
        variance = middle * (1 - middle) / (m * n) * (1 + ((m + n) / 2 - 1) * spread)
        if abs(area - middle) <= z * variance**0.5:
            inside = middle
        else:
            outside = middle
    return (inside + outside) / 2


def performance(
    counts: Counts,
    facts: Iterable[AttributeFacts],
    *,
    judged: Table | None = None,
    scores: FloatArray | None = None,
    histograms: Histograms | None = None,
    level: float = 0.95,
) -> tuple[Performance, ...]:
    """Measure accuracy, base rate and (with scores) AUC, for everyone and by group.

    Parameters
    ----------
    counts : Counts
        The joint table.
    facts : iterable of AttributeFacts
        Attributes and intersections.
    judged : Table, optional
        The rows judged; needed with scores.
    scores : array of float, shape (n,), optional
        Score of each row of the table.
    histograms : callable, optional
        Gives the scores of an attribute's groups, where they were counted in the place of being loaded.
    level : float
        Level of the intervals.

    Returns
    -------
    tuple of Performance
        Empty where there is nothing to measure errors against. People whose outcome is not known
        are left out.
    """
    facts = tuple(facts)
    if not counts.has_actual or not facts:
        return ()
    by = {fact.name: counts.by(fact.name) for fact in facts}
    found = _from_counts(None, _everyone(by[facts[0].name]), counts, level)
    for fact in facts:
        found += _from_counts(fact.name, by[fact.name], counts, level)
    if histograms is not None:
        return (*found, *_binned(histograms, facts, level))
    if judged is None or scores is None or judged.actual is None:
        return tuple(found)
    actual, weight = judged.actual, judged.weight
    found.append(_auc_of(None, None, auc(actual, scores, weight, level), _known(actual), level))
    for fact in facts:
        column = judged.attribute(fact.name)
        order = np.argsort(column.codes, kind="stable")
        bounds = np.searchsorted(column.codes[order], np.arange(len(column.categories) + 1))
        for place, group in enumerate(column.categories):
            rows = order[bounds[place] : bounds[place + 1]]
            area = auc(actual[rows], scores[rows], weight[rows], level)
            found.append(_auc_of(fact.name, str(group), area, _known(actual[rows]), level))
    return tuple(found)


def _binned(histograms: Histograms, facts: tuple[AttributeFacts, ...], level: float) -> list[Performance]:
    """Measure AUC from histograms; the interval is widened by what binning can be off."""
    found = []
    everyone = summed(histograms(facts[0].name))
    for attribute, histogram in ((None, everyone), *((fact.name, histograms(fact.name)) for fact in facts)):
        areas, bounds = binned_auc(histogram)
        total, squares = histogram.weight.sum(axis=2), histogram.weight_squared.sum(axis=2)
        sizes = np.divide(total**2, squares, out=np.zeros_like(total), where=squares > 0)
        for place, group in enumerate(histogram.groups):
            area, off = float(areas[place]), float(bounds[place])
            one = Auc(np.nan, np.nan, np.nan)
            if not np.isnan(area):
                one = _with_interval(area, float(sizes[place, 1]), float(sizes[place, 0]), level)
                one = Auc(area, max(one.low - off, 0.0), min(one.high + off, 1.0))
            known = round(float(histogram.n[place, :2].sum()))
            found.append(_auc_of(attribute, None if attribute is None else group, one, known, level))
    return found


def _everyone(by: GroupCounts) -> GroupCounts:
    """Sum groups into one."""
    return replace(
        by,
        groups=("",),
        weight=by.weight.sum(axis=0, keepdims=True),
        weight_squared=by.weight_squared.sum(axis=0, keepdims=True),
        n=by.n.sum(axis=0, keepdims=True),
    )


def _from_counts(attribute: str | None, by: GroupCounts, counts: Counts, level: float) -> list[Performance]:
    found = []
    for rule in rules(counts, ["accuracy", "base_rate"]):
        cells = rate_counts(by, rule)
        for place, estimate in enumerate(rate_estimates(cells, level, rule.empty)):
            group = by.groups[place] if attribute is not None else None
            n = round(float(cells.people[place, 0]))
            found.append(Performance(attribute=attribute, group=group, measure=rule.name, n=n, estimate=estimate))
    return found


def _known(actual: FloatArray) -> int:
    return int((~np.isnan(actual)).sum())


def _auc_of(attribute: str | None, group: str | None, found: Auc, n: int, level: float) -> Performance:
    estimate = (
        undefined(ONE_KIND, method=_AUC_METHOD, level=level)
        if np.isnan(found.value)
        else estimated(found.value, found.low, found.high, method=_AUC_METHOD, level=level)
    )
    return Performance(attribute=attribute, group=group, measure="auc", n=n, estimate=estimate)
