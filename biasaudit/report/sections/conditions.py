"""Under what conditions the labels were made: pay, time, speed, hours and what was not accepted."""

from __future__ import annotations

from typing import Any

from biasaudit.report.edition import Edition
from biasaudit.report.messages import Message, listed, message
from biasaudit.report.sections.conditions_figures import currency_of, pay_figure, speed_figure, time_figure
from biasaudit.report.words import CONDITIONS, termed
from biasaudit.results import ALL_GROUPS, Condition, Trace
from biasaudit.results.sentences import in_100, name, number

#: Columns of the table that are left out where no unit has a number in them.
_COLUMNS = ("pay", "low_pay", "below_floor", "seconds", "rejected", "unpaid_time")


def working_parts(edition: Edition) -> dict[str, Any] | None:
    """Gather what is known of the work behind the labels."""
    trace = edition.result.trace
    if trace is None or not (trace.conditions or trace.conditions_of_all):
        return None
    of_all = trace.conditions_of_all
    rows = list(enumerate(trace.conditions))
    shown = [one for _, one in rows] + ([of_all] if of_all else [])
    return {
        "told": _told(trace),
        "of_all": of_all,
        "rows": rows,
        "columns": [name_ for name_ in _COLUMNS if any(getattr(one, name_).value is not None for one in shown)],
        "has_chain": any(one.chain for _, one in rows),
        "flagged": _flagged(trace),
        "differing": _differing(trace),
        "figures": [figure for figure in (pay_figure(edition), time_figure(edition), speed_figure(edition)) if figure],
        "times": list(enumerate(trace.reading_times)),
        "speeds": list(enumerate(trace.speeds)),
        "hours": trace.hours,
        "everyone": ALL_GROUPS,
        "unknown": listed(*(termed(CONDITIONS, code) for code in trace.unknown_conditions))
        if trace.unknown_conditions
        else None,
    }


def _told(trace: Trace) -> list[Message]:
    """Say what an hour brought, how many stay under the floor, and what was not accepted."""
    one, told = trace.conditions_of_all, []
    if one is None:
        return []
    if one.hourly_pay is not None:
        told.append(
            message(
                "For an hour of recorded work half of the annotators get {pay} {currency} or less. All pay over all recorded time, with the pauses in it, is {all} an hour.",
                pay=number(one.hourly_pay),
                currency=currency_of(one),
                all=number(one.pay_with_pauses),
            )
        )
    if trace.floor is not None and one.below_floor.value is not None:
        told.append(
            message(
                "Of 100 annotators, {share} ({low} to {high}) come to less than {floor}, {amount} {currency} an hour; they gave {labels} of 100 labels.",
                share=in_100(one.below_floor.value),
                low=in_100(one.below_floor.low),
                high=in_100(one.below_floor.high),
                floor=name(trace.floor.name),
                amount=number(trace.floor.amount),
                currency=currency_of(trace.floor),
                labels=in_100(one.labels_below_floor.value),
            )
        )
    elif one.hourly_pay is not None:
        told.append(message("No floor is declared, so that nothing is held against this."))
    return told + _told_rejected(one)


def _told_rejected(one: Condition) -> list[Message]:
    if not one.rejected.value:
        return []
    told = [
        message(
            "Of 100 labels, {share} were not accepted; they are taken as not paid.", share=in_100(one.rejected.value, 1)
        )
    ]
    if one.unpaid_time.value is not None:
        told.append(
            message("Of 100 hours of recorded work, {time} went into them.", time=in_100(one.unpaid_time.value, 1))
        )
    if one.pay_if_accepted is not None:
        told.append(
            message(
                "Had every label been paid, the median hour would have brought {promised} {currency}.",
                promised=number(one.pay_if_accepted),
                currency=currency_of(one),
            )
        )
    return told


def _differing(trace: Trace) -> set[tuple[str, str]]:
    """Name the units that label a group differently from the others on the same items."""
    return {(pool.unit_kind, pool.unit) for pool in trace.pools if pool.flagged}


def _flagged(trace: Trace) -> set[tuple[str, str]]:
    """Name the units whose labels add to a gap beyond the placebo band."""
    return {(one.unit_kind, unit.unit) for one in trace.attribution for unit in one.units if unit.flagged}
