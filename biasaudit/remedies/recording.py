"""From what was tried to records: every number with its interval, paired with the model as it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from scipy.stats import t as student

from biasaudit.data.table import FloatArray
from biasaudit.remedies.bench import Bench, Figures
from biasaudit.remedies.ways import Tried
from biasaudit.results import (
    AttributeFacts,
    ErrorGap,
    Estimate,
    GroupCost,
    Relabel,
    Remedy,
    estimated,
    undefined,
)

LEARNT_METHOD = "t interval from {n} resamples of training and judged people, the same ones for the model as it is"
ONCE_METHOD = (
    "t interval from {n} resamples of judged people, the same ones for the model as it is; the remedy as learnt once"
)
TOO_FEW = "fewer than five people of a group have such an outcome"
NO_OUTCOME = "of fewer than five judged people an outcome is known"
NOT_TRIED = "measured with the labels to look at again, where this agreement is not"
#: Resamples in which a number must be defined for an interval.
FEWEST_DRAWN = 10

Reading = Callable[[Figures], FloatArray]


def records_of(
    bench: Bench, tried: Sequence[Tried], facts: Sequence[AttributeFacts], *, level: float
) -> tuple[Remedy, ...]:
    """Write one record a remedy and comparison.

    Parameters
    ----------
    bench : Bench
        The judged people.
    tried : sequence of Tried
        What was tried, the model as it is among them.
    facts : sequence of AttributeFacts
        With the sizes of groups.
    level : float
        Level of the intervals.
    """
    sizes = {(fact.name, one.group): one.n for fact in facts for one in fact.groups}
    return tuple(
        _record(bench, one, place, sizes, level) for one in tried for place in range(len(bench.judges.comparisons))
    )


def _record(bench: Bench, one: Tried, place: int, sizes: dict[tuple[str, str], int], level: float) -> Remedy:
    compared, way = bench.judges.comparisons[place], one.way
    told = _Told(one, level)
    changes = way.kind != "today"
    gap, change = told.value(lambda f: f.gaps[place]), told.change(lambda f: f.gaps[place])
    if (compared.attribute, compared.group) in way.known:
        gap, change = way.known[compared.attribute, compared.group]
    has_reference = bool(np.isfinite(one.today.accuracy[1]))
    return Remedy(
        name=way.name,
        kind=way.kind,
        aimed_at=way.aimed_at,
        what=way.what,
        amount=way.amount,
        attribute=compared.attribute,
        group=compared.group,
        reference=compared.reference,
        n_group=sizes[compared.attribute, compared.group],
        n_reference=sizes[compared.attribute, compared.reference],
        selected=round(one.figures.selected, 6),
        by_lot=round(one.by_lot, 6),
        gap=gap,
        change_in_gap=change if changes else None,
        accuracy=told.value(lambda f: f.accuracy[0], NO_OUTCOME, bounds=(0.0, 1.0)),
        change_in_accuracy=told.change(lambda f: f.accuracy[0], NO_OUTCOME) if changes else None,
        reference_accuracy=told.value(lambda f: f.accuracy[1], bounds=(0.0, 1.0)) if has_reference else None,
        change_in_reference_accuracy=told.change(lambda f: f.accuracy[1]) if has_reference and changes else None,
        error_gaps=(
            ErrorGap(
                measure="fpr",
                gap=told.value(lambda f: f.fpr_gaps[place], TOO_FEW),
                change=told.change(lambda f: f.fpr_gaps[place], TOO_FEW),
            ),
            ErrorGap(
                measure="fnr",
                gap=told.value(lambda f: f.fnr_gaps[place], TOO_FEW),
                change=told.change(lambda f: f.fnr_gaps[place], TOO_FEW),
            ),
        ),
        costs=_costs(bench, told, place, sizes),
        caution=way.caution,
    )


class _Told:
    """Estimates of one remedy."""

    def __init__(self, tried: Tried, level: float) -> None:
        self._tried, self._level = tried, level
        self._method = (LEARNT_METHOD if tried.learnt else ONCE_METHOD).format(n=len(tried.drawn))

    def value(
        self, read: Callable[[Figures], float], reason: str = "", bounds: tuple[float, float] | None = None
    ) -> Estimate:
        """Give a number of the remedy itself."""
        drawn = np.array([read(one) for one in self._tried.drawn])
        return self._estimate(read(self._tried.figures), drawn, reason, bounds)

    def change(self, read: Callable[[Figures], float], reason: str = "") -> Estimate:
        """Give the number minus that of the model as it is, in the same resamples."""
        pairs = zip(self._tried.drawn, self._tried.today_drawn, strict=True)
        drawn = np.array([read(one) - read(today) for one, today in pairs])
        return self._estimate(read(self._tried.figures) - read(self._tried.today), drawn, reason, None)

    def today(self, read: Callable[[Figures], float], bounds: tuple[float, float]) -> Estimate:
        """Give the number of the model as it is."""
        drawn = np.array([read(one) for one in self._tried.today_drawn])
        return self._estimate(read(self._tried.today), drawn, "", bounds)

    def _estimate(self, value: float, drawn: FloatArray, reason: str, bounds: tuple[float, float] | None) -> Estimate:
        if not np.isfinite(value):
            return undefined(reason or TOO_FEW, method=self._method, level=self._level)
        known = drawn[np.isfinite(drawn)]
        if len(known) < FEWEST_DRAWN:
            return estimated(value, None, None, method=self._method, level=self._level)
        reach = float(known.std(ddof=1)) * _quantile(self._level, len(known) - 1)
        low, high = value - reach, value + reach
        if bounds is not None:
            low, high = max(low, bounds[0]), min(high, bounds[1])
        return estimated(
            float(value), float(min(low, value)), float(max(high, value)), method=self._method, level=self._level
        )


@cache
def _quantile(level: float, freedom: int) -> float:
    return float(student.ppf((1 + level) / 2, freedom))


def _costs(bench: Bench, told: _Told, place: int, sizes: dict[tuple[str, str], int]) -> tuple[GroupCost, ...]:
    compared = bench.judges.comparisons[place]
    attribute, *groups = compared.place
    found = []
    for group, code in zip((compared.group, compared.reference), groups, strict=True):
        at = int(bench.offsets[attribute]) + code
        found.append(_cost(told, group, sizes[compared.attribute, group], at))
    return tuple(found)


def _cost(told: _Told, group: str, n: int, at: int) -> GroupCost:
    share = (0.0, 1.0)
    return GroupCost(
        group=group,
        n=n,
        estimate=told.change(lambda f: f.rates[at]),
        rate_today=told.today(lambda f: f.rates[at], share),
        rate_after=told.value(lambda f: f.rates[at], bounds=share),
        gaining=told.value(lambda f: f.gaining[at], bounds=share),
        losing=told.value(lambda f: f.losing[at], bounds=share),
    )


def relabel_records(steps: Sequence[Relabel], sizes: dict[tuple[str, str], int], *, level: float) -> tuple[Remedy, ...]:
    """Write what new labels are expected to do, measured already with the labels to look at again."""
    unknown = undefined(NOT_TRIED, method="not measured", level=level)
    return tuple(
        Remedy(
            name=f"{one.items} items labelled again",
            kind="relabel",
            what=(one.new_labels,),
            amount=float(one.items),
            attribute=one.attribute,
            group=one.group,
            reference=one.reference,
            n_group=sizes.get((one.attribute, one.group), 0),
            n_reference=sizes.get((one.attribute, one.reference), 0),
            selected=None,
            gap=one.gap_after,
            change_in_gap=one.change,
            accuracy=unknown,
            change_in_accuracy=unknown,
        )
        for one in steps
    )
