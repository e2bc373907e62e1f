"""Rates of each group, from its counts."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from biasaudit.measures.counting import Counts, GroupCounts
from biasaudit.measures.intervals import Interval, wilson
from biasaudit.results import AttributeFacts, Estimate, Rate, collection_paused, estimated, undefined

FloatArray = npt.NDArray[np.float64]
Cells = tuple[tuple[int, int], ...]

_ALL: Cells = tuple((actual, decided) for actual in (0, 1, 2) for decided in (0, 1))
_KNOWN: Cells = tuple((actual, decided) for actual in (0, 1) for decided in (0, 1))
_POSITIVE: Cells = ((1, 0), (1, 1))
_NEGATIVE: Cells = ((0, 0), (0, 1))
_NO_POSITIVE_DECISION = "no one of the group whose outcome is known was decided positive"
_NO_NEGATIVE_DECISION = "no one of the group whose outcome is known was decided negative"


@dataclass(frozen=True, kw_only=True, slots=True)
class RateRule:
    """Which cells make a rate.

    Attributes
    ----------
    name : str
        Name of the measure.
    counted, among : tuple of (actual, decided)
        Cells of the numerator and of the denominator; actual is 0, 1 or 2 (not known).
    needs_actual : bool
        Whether it can be measured only where there is something to measure errors against.
    twin : str
        The measure it is one minus of, where that is listed too: the same information twice.
    empty : str
        Why it is undefined for a group with an empty denominator.
    """

    name: str
    counted: Cells
    among: Cells
    needs_actual: bool = True
    twin: str = ""
    empty: str


#: Every rate of the confusion table that an audit reports, in the order of the report.
RATES: tuple[RateRule, ...] = (
    RateRule(
        name="selection_rate",
        counted=((0, 1), (1, 1), (2, 1)),
        among=_ALL,
        needs_actual=False,
        empty="all people of the group have a weight of zero",
    ),
    RateRule(name="tpr", counted=((1, 1),), among=_POSITIVE, empty="no one of the group is truly positive"),
    RateRule(name="fpr", counted=((0, 1),), among=_NEGATIVE, empty="no one of the group is truly negative"),
    RateRule(name="tnr", counted=((0, 0),), among=_NEGATIVE, twin="fpr", empty="no one of the group is truly negative"),
    RateRule(name="fnr", counted=((1, 0),), among=_POSITIVE, twin="tpr", empty="no one of the group is truly positive"),
    RateRule(
        name="ppv",
        counted=((1, 1),),
        among=((0, 1), (1, 1)),
        empty=_NO_POSITIVE_DECISION,
    ),
    RateRule(name="npv", counted=((0, 0),), among=((0, 0), (1, 0)), empty=_NO_NEGATIVE_DECISION),
    RateRule(name="fdr", counted=((0, 1),), among=((0, 1), (1, 1)), twin="ppv", empty=_NO_POSITIVE_DECISION),
    RateRule(name="for", counted=((1, 0),), among=((0, 0), (1, 0)), twin="npv", empty=_NO_NEGATIVE_DECISION),
    RateRule(
        name="accuracy", counted=((0, 0), (1, 1)), among=_KNOWN, empty="the outcome of no one of the group is known"
    ),
    RateRule(name="base_rate", counted=_POSITIVE, among=_KNOWN, empty="the outcome of no one of the group is known"),
    RateRule(
        name="false_alarm_share",
        counted=((0, 1),),
        among=_KNOWN,
        empty="the outcome of no one of the group is known",
    ),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class RateCounts:
    """Numerators and denominators of one rate, as intervals and tests read them.

    Attributes
    ----------
    k, n : array of float, shape (g, s)
        Effective counts: ``n`` is Kish's effective size of the denominator, ``(sum w)^2 / sum w^2``,
        and ``k`` the weighted rate times it. Without weights they are the counts themselves.
    people : array of float, shape (g, s)
        Denominator in people, each counted once.
    """

    k: FloatArray
    n: FloatArray
    people: FloatArray


def rules(counts: Counts, names: Iterable[str] | None = None) -> tuple[RateRule, ...]:
    """List the rates that these counts allow.

    Parameters
    ----------
    counts : Counts
        The joint table.
    names : iterable of str, optional
        Only these.

    Returns
    -------
    tuple of RateRule
        In the order of the report.
    """
    wanted = None if names is None else set(names)
    return tuple(
        rule
        for rule in RATES
        if (counts.has_actual or not rule.needs_actual) and (wanted is None or rule.name in wanted)
    )


def rate_counts(by: GroupCounts, rule: RateRule) -> RateCounts:
    r"""Sum the cells of one rate for each group.

    .. math:: n_e = \frac{(\sum w)^2}{\sum w^2}, \qquad k_e = n_e \frac{\sum_{counted} w}{\sum_{among} w}

    Parameters
    ----------
    by : GroupCounts
        Counts by group.
    rule : RateRule
        The rate.

    Returns
    -------
    RateCounts
        One number a group and stratum.

    References
    ----------
    L. Kish (1965), Survey Sampling, section 8.2; for score intervals with effective sizes, E. L.
    Korn and B. I. Graubard (1998), Survey Methodology 24, 193-201.
    """
    people = _summed(by.n, rule.among)
    if by.weight is by.n and by.weight_squared is by.n:
        return RateCounts(k=_summed(by.n, rule.counted), n=people, people=people)
    total, squares = _summed(by.weight, rule.among), _summed(by.weight_squared, rule.among)
    with np.errstate(divide="ignore", invalid="ignore"):
        effective = np.where(total > 0, total * (total / squares), 0.0)
        k = np.where(total > 0, _summed(by.weight, rule.counted) * (effective / total), 0.0)
    return RateCounts(k=np.minimum(k, effective), n=effective, people=people)


def _summed(table: FloatArray, cells: Cells) -> FloatArray:
    """Sum some cells of each group and stratum."""
    # Plain additions: for two to six cells numpy's fancy indexing costs more than the sums.
    return functools.reduce(np.add, (table[:, :, actual, decided] for actual, decided in cells))


def rate_estimates(cells: RateCounts, level: float, empty: str) -> list[Estimate]:
    """Give each group's rate with its Wilson interval, or why it is undefined.

    Parameters
    ----------
    cells : RateCounts
        Counts; groups and strata are read in row order.
    level : float
        Level of the intervals.
    empty : str
        Reason given where the denominator is 0.

    Returns
    -------
    list of Estimate
        One a group (and stratum).
    """
    return _estimates(cells, wilson(cells.k, cells.n, level), level, empty)


def _estimates(cells: RateCounts, interval: Interval, level: float, empty: str) -> list[Estimate]:
    with np.errstate(divide="ignore", invalid="ignore"):
        value = cells.k / cells.n
    columns = (value, np.fmin(interval.low, value), np.fmax(interval.high, value), cells.n)
    return [
        estimated(rate, low, high, method="wilson", level=level)
        if n > 0
        else undefined(empty, method="wilson", level=level)
        for rate, low, high, n in zip(*(part.ravel().tolist() for part in columns), strict=True)
    ]


@collection_paused()
def measure_rates(counts: Counts, facts: Iterable[AttributeFacts], level: float = 0.95) -> tuple[Rate, ...]:
    """Measure every rate of every group.

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
    tuple of Rate
        By attribute, measure and group. Where nothing is known to measure errors against there are
        selection rates only.
    """
    return tuple(rate for fact in facts for rate in _rates_of(counts, fact, level))


def _rates_of(counts: Counts, fact: AttributeFacts, level: float) -> list[Rate]:
    """Measure every rate of the groups of one attribute."""
    by = counts.by(fact.name)
    allowed = rules(counts)
    cells = [rate_counts(by, rule) for rule in allowed]
    # One solve for all rates: its cost is that of its steps, hardly that of their length.
    low, high = wilson(np.stack([one.k for one in cells]), np.stack([one.n for one in cells]), level)
    return [
        Rate(attribute=fact.name, group=group, measure=rule.name, n=n, estimate=estimate)
        for place, (rule, one) in enumerate(zip(allowed, cells, strict=True))
        for group, n, estimate in zip(
            by.groups,
            one.people[:, 0].tolist(),
            _estimates(one, Interval(low[place], high[place]), level, rule.empty),
            strict=True,
        )
    ]
