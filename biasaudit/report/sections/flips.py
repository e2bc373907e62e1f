"""What if: decisions when some inputs are other than they are, and all else the same."""

from __future__ import annotations

from typing import Any

from biasaudit.report.edition import Edition
from biasaudit.report.messages import Listed, Message, Words, counted, listed, message, people_counted
from biasaudit.report.sections.twins import twins_view
from biasaudit.report.verdicts import people_of
from biasaudit.results import AuditResult, Estimate, Flip, Value
from biasaudit.results.sentences import count, in_100, name, number

#: What a flip says where it changes everybody's inputs.
EVERYBODY = ("", "any", "everyone")


def view(edition: Edition) -> dict[str, Any] | None:
    """Gather the flips, and what people alike in the data show beside them."""
    flips, twins = edition.result.flips, twins_view(edition.result)
    if not flips and twins is None:
        return None
    return {
        "twins": twins,
        "everybody": EVERYBODY,
        "flips": [{"record": flip, "at": at, "told": _told(edition.result, flip)} for at, flip in enumerate(flips)],
    }


def _told(result: AuditResult, flip: Flip) -> list[Message]:
    told = [_what(result, flip)]
    changed = flip.changed_decisions
    if changed.value is None:
        return told
    told.append(
        message(
            "{share} in 100 of them ({low} to {high}) would get another decision.",
            share=in_100(changed.value, 1),
            low=in_100(changed.low, 1),
            high=in_100(changed.high, 1),
        )
    )
    points = flip.mean_points_change
    if points is not None and points.value is not None:
        told.append(
            message(
                "On average they would gain {points} points ({low} to {high}), a point being one of {unit}."
                if points.value >= 0
                else "On average they would lose {points} points ({low} to {high}), a point being one of {unit}.",
                points=number(abs(points.value), 1),
                low=number(points.low if points.value >= 0 else _minus(points.high), 1),
                high=number(points.high if points.value >= 0 else _minus(points.low), 1),
                unit=name(flip.points_unit or "points"),
            )
        )
    return [*told, *_people(result, flip)]


def _what(result: AuditResult, flip: Flip) -> Message:
    changes = _changes(flip)
    if flip.from_ in EVERYBODY:
        return counted(
            flip.n,
            "Suppose that for {n} of {people} the file said {changes}, and all else stayed as it is.",
            "Suppose that for {n} {people} the file said {changes}, and all else stayed as it is.",
            n=people_counted(flip.n),
            people=name(result.audit.people),
            changes=changes,
        )
    return counted(
        flip.n,
        "Suppose that for {n} of the {group} the file said {changes}, and all else stayed as it is.",
        "Suppose that for {n} {group} the file said {changes}, and all else stayed as it is.",
        n=people_counted(flip.n),
        group=people_of(result, flip.attribute, flip.from_),
        changes=changes,
    )


def _changes(flip: Flip) -> Listed | Value:
    parts = [
        message("{column} = {value}", column=name(column), value=name(str(value)))
        for column, value in flip.changed.items()
    ]
    return listed(*parts) if parts else name(flip.to)


def _minus(value: float | None) -> float | None:
    return None if value is None else -value


def _people(result: AuditResult, flip: Flip) -> list[Message]:
    told = []
    decision = name(result.audit.decision)
    gaining, yearly, losing = flip.people_gaining, flip.people_gaining_per_period, flip.people_losing
    if gaining is not None and gaining.value is not None:
        told.append(_gaining(gaining, yearly, decision))
    if losing is not None and losing.value:
        told.append(
            message(
                "{n} people ({low} to {high}) would no longer be {decision}.",
                n=count(losing.value),
                low=count(losing.low or 0),
                high=count(losing.high or 0),
                decision=decision,
            )
        )
    return told


def _gaining(gaining: Estimate, yearly: Estimate | None, decision: Value) -> Message:
    words: Words = {
        "n": count(gaining.value or 0),
        "low": count(gaining.low or 0),
        "high": count(gaining.high or 0),
        "decision": decision,
    }
    if yearly is None or yearly.value is None:
        return message("{n} people ({low} to {high}) would be {decision} who are not.", **words)
    return message(
        "{n} people ({low} to {high}) would be {decision} who are not: {m} ({least} to {most}) in each period.",
        **words,
        m=count(yearly.value),
        least=count(yearly.low or 0),
        most=count(yearly.high or 0),
    )
