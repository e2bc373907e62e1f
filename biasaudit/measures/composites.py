"""Balanced accuracy and F1: numbers made of several rates, which no binomial interval fits as they stand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from biasaudit.measures.counting import Counts, GroupCounts
from biasaudit.measures.hybrid import hybrid_gap, inverted_p
from biasaudit.measures.intervals import Interval, wilson
from biasaudit.measures.rates import RATES, RateRule, rate_counts
from biasaudit.results import AttributeFacts, Estimate, GroupGap, GroupValue, estimated, undefined

FloatArray = npt.NDArray[np.float64]

_BALANCED = "half the sum of two wilson intervals, combined (mover)"
_F1 = "wilson, through 2 j / (1 + j)"
NO_KINDS = "no one of the group is truly positive, or no one is truly negative"
NO_POSITIVES = "no one of the group is truly positive or was decided positive"
_JACCARD = RateRule(name="jaccard", counted=((1, 1),), among=((0, 1), (1, 0), (1, 1)), empty=NO_POSITIVES)


class Composite(NamedTuple):
    """A number of each group with its interval.

    Attributes
    ----------
    value, low, high : array of float, shape (g,)
        NaN where undefined.
    people : array of float, shape (g,)
        People it rests on.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray
    people: FloatArray


def balanced_accuracy(by: GroupCounts, level: float = 0.95) -> Composite:
    r"""Mean of the true positive and the true negative rate.

    .. math:: b = \tfrac12 (t + s), \qquad b \mp \tfrac12\sqrt{(t - l_t)^2 + (s - l_s)^2}

    with Wilson's ends of both rates, which rest on different people and so are independent; the
    upper end takes the upper ends.

    Parameters
    ----------
    by : GroupCounts
        Counts by group, one stratum.
    level : float
        Level of the interval.

    Returns
    -------
    Composite
        In [0, 1].

    References
    ----------
    G. Y. Zou and A. Donner (2008), Statistics in Medicine 27, 1693-1702.

    Examples
    --------
    >>> cells = np.array([[[[40.0, 10.0], [10.0, 40.0], [0.0, 0.0]]]])
    >>> by = GroupCounts(groups=("a",), within=("",), weight=cells, weight_squared=cells, n=cells)
    >>> print(balanced_accuracy(by).value)
    [0.8]
    """
    parts = [rate_counts(by, _rule(name)) for name in ("tpr", "tnr")]
    with np.errstate(divide="ignore", invalid="ignore"):
        t, s = (part.k[:, 0] / part.n[:, 0] for part in parts)
    first, second = (wilson(part.k[:, 0], part.n[:, 0], level) for part in parts)
    value = (t + s) / 2
    low = value - np.hypot(t - first.low, s - second.low) / 2
    high = value + np.hypot(first.high - t, second.high - s) / 2
    return Composite(value, np.clip(low, 0, 1), np.clip(high, 0, 1), parts[0].people[:, 0] + parts[1].people[:, 0])


def f1(by: GroupCounts, level: float = 0.95) -> Composite:
    r"""Harmonic mean of precision and true positive rate.

    .. math:: F_1 = \frac{2 TP}{2 TP + FP + FN} = \frac{2 j}{1 + j}, \qquad j = \frac{TP}{TP + FP + FN}

    ``j`` is a share of people, so Wilson's interval holds for it, and F1 rises with ``j``: carrying
    both ends over gives an interval with the same coverage.

    Parameters
    ----------
    by : GroupCounts
        Counts by group, one stratum.
    level : float
        Level of the interval.

    Returns
    -------
    Composite
        In [0, 1]; 0 where someone is truly or decided positive and no one both.

    References
    ----------
    C. J. van Rijsbergen (1979), Information Retrieval, chapter 7; for the interval, this project.

    Examples
    --------
    >>> cells = np.array([[[[40.0, 10.0], [10.0, 40.0], [0.0, 0.0]]]])
    >>> by = GroupCounts(groups=("a",), within=("",), weight=cells, weight_squared=cells, n=cells)
    >>> print(f1(by).value)
    [0.8]
    """
    part = rate_counts(by, _JACCARD)
    k, n = part.k[:, 0], part.n[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = [2 * j / (1 + j) for j in (k / n, *wilson(k, n, level))]
    return Composite(ends[0], ends[1], ends[2], part.people[:, 0])


#: Composites by name: how they are made, the words for their method, and why they can be undefined.
COMPOSITES = {"balanced_accuracy": (balanced_accuracy, _BALANCED, NO_KINDS), "f1": (f1, _F1, NO_POSITIVES)}


def measure_composites(
    counts: Counts, facts: Iterable[AttributeFacts], level: float = 0.95
) -> tuple[tuple[GroupValue, ...], tuple[GroupGap, ...]]:
    """Measure balanced accuracy and F1 of every group, and hold each against its reference.

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
    values : tuple of GroupValue
        By attribute, measure and group; empty where there is nothing to measure errors against.
    gaps : tuple of GroupGap
        With the p-value at which the interval of the gap would just reach zero.
    """
    values: list[GroupValue] = []
    gaps: list[GroupGap] = []
    for fact in facts if counts.has_actual else ():
        by = counts.by(fact.name)
        reference = by.groups.index(fact.reference)
        for name, (make, method, empty) in COMPOSITES.items():
            made = make(by, level)
            values += [
                GroupValue(
                    attribute=fact.name,
                    group=group,
                    kind="composite",
                    measure=name,
                    n=float(made.people[place]),
                    estimate=_estimate(made, place, method, empty, level),
                )
                for place, group in enumerate(by.groups)
            ]
            for place, group in enumerate(by.groups):
                if place != reference:
                    estimate, p = _gap(by, name, place, reference, level)
                    gaps.append(
                        GroupGap(
                            attribute=fact.name,
                            group=group,
                            reference=fact.reference,
                            kind="composite",
                            measure=name,
                            estimate=estimate,
                            n_group=float(made.people[place]),
                            n_reference=float(made.people[reference]),
                            p_value=p,
                        )
                    )
    return tuple(values), tuple(gaps)


def _gap(by: GroupCounts, name: str, place: int, reference: int, level: float) -> tuple[Estimate, float | None]:
    make, method, empty = COMPOSITES[name]

    def at(wanted: float) -> Interval:
        made = make(by, wanted)
        sides = [(made.value[i], Interval(made.low[i], made.high[i])) for i in (place, reference)]
        return hybrid_gap(*sides[0], *sides[1])

    made = make(by, level)
    gap = float(made.value[place] - made.value[reference])
    if np.isnan(gap):
        why = empty if np.isnan(made.value[place]) else "in the reference: " + empty
        return undefined(why, method=method, level=level), None
    low, high = at(level)
    return estimated(gap, float(low), float(high), method=f"hybrid; {method}", level=level), inverted_p(at)


def _estimate(made: Composite, place: int, method: str, empty: str, level: float) -> Estimate:
    value, low, high = (float(part[place]) for part in made[:3])
    if np.isnan(value):
        return undefined(empty, method=method, level=level)
    return estimated(value, min(low, value), max(high, value), method=method, level=level)


def _rule(name: str) -> RateRule:
    return next(rule for rule in RATES if rule.name == name)
