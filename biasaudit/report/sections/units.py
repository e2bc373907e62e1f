"""Whose labels: what the labels of each unit add to the model's gap."""

from __future__ import annotations

from typing import Any

from biasaudit.report.comparisons import by_telling, is_crossed, main_group
from biasaudit.report.edition import Edition, Figure
from biasaudit.report.messages import Message, Words, message
from biasaudit.report.pictures.look import MOST_ROWS, NARROW, WIDE, State
from biasaudit.report.pictures.rows import Block, Mark, Row, rows_picture
from biasaudit.report.sections.kinds import twin_kinds
from biasaudit.report.verdicts import digits_for, people_of
from biasaudit.results import Attribution, AuditResult, Condition, UnitShare
from biasaudit.results.sentences import Value, count, in_100, name

_IN_100 = 100
#: Attributions drawn; the others are told and stand in tables.
_MOST_FIGURES = 2
#: Errors from here on are told in tenths of a point, smaller ones in hundredths.
_SHOWN_IN_TENTHS = 0.0005


_LEGEND = (
    ("exceeds", message("beyond the band")),
    ("within", message("not told from chance")),
    ("band", message("shuffled names")),
)


def unit_parts(edition: Edition, *, drawn: bool = True) -> list[dict[str, Any]]:
    """Gather every attribution with its sentence, table and, where it is wanted, its picture."""
    result = edition.result
    trace = result.trace
    if trace is None:
        return []
    order = {facts.name: (is_crossed(facts), at) for at, facts in enumerate(by_telling(result))}
    twins = twin_kinds(trace)
    found = [(at, one) for at, one in enumerate(trace.attribution) if one.units and one.unit_kind not in twins]

    def key(pair: tuple[int, Attribution]) -> tuple[bool, tuple[bool, int]]:
        return main_group(result, pair[1].attribute) != pair[1].group, order.get(pair[1].attribute, (True, len(order)))

    return [
        {
            "record": attribution,
            "at": at,
            "title": message(
                "{group}, against {reference}, by {kind}",
                group=name(attribution.group),
                reference=name(attribution.reference),
                kind=name(attribution.unit_kind),
            ),
            "told": _told(result, attribution) + _sampled(attribution),
            "units": sorted(enumerate(attribution.units), key=lambda pair: -abs(pair[1].contribution.value or 0.0)),
            "figure": _figure(edition, attribution, at, folds_how=place > 0)
            if drawn and place < _MOST_FIGURES
            else None,
            "reference": _reference(attribution),
        }
        for place, (at, attribution) in enumerate(sorted(found, key=key))
    ]


def _reference(attribution: Attribution) -> Message:
    if attribution.reference_labels == "peers":
        return message(
            "Labels are held against those of the other annotators. A bias that all of them share cannot be seen here."
        )
    if attribution.reference_labels == "gold":
        return message("Labels are held against reference labels that were made another way.")
    return message(
        "Labels are held against those of {unit}. A bias that {unit} holds too cannot be seen here.",
        unit=name(attribution.reference_labels),
    )


def _told(result: AuditResult, one: Attribution) -> list[Message]:
    """Say what of the gap is there without the units, what comes with whose labels, and what cannot be told."""
    total, baseline = one.total.value, one.baseline.value
    if total is None or baseline is None:
        return [message("What the labels add to the gap cannot be computed.")]
    # Sizes are told in the direction of the gap: what widens it is above zero.
    way = -1.0 if total < 0 else 1.0
    words: Words = {"total": _way(total, way), "baseline": _way(baseline, way)}
    group = people_of(result, one.attribute, one.group)
    flagged = [unit for unit in one.units if unit.flagged and unit.contribution.value is not None]
    if not one.stands_clear and not flagged:
        return [
            message(
                "For {group} the gap in the decisions is {total} in 100; {baseline} would be there under the reference labels alone. The difference is no larger than chance would make it.",
                **words,
                group=group,
            )
        ]
    told = [
        message(
            "Of the gap of {total} in 100 in the decisions on {group}, {baseline} are there under the reference labels alone.",
            **words,
            group=group,
        )
    ]
    for unit in flagged:
        low, high = unit.contribution.low, unit.contribution.high
        if way < 0:
            low, high = high, low
        told.append(
            message(
                "{contribution} ({low} to {high}) come with the labels of {unit}, more than shuffled names would give.",
                contribution=_way(unit.contribution.value, way),
                low=_way(low, way),
                high=_way(high, way),
                unit=name(unit.unit),
            )
        )
    if not flagged:
        told.append(message("No single unit adds more than shuffled names would give."))
    else:
        told.append(message("The rest cannot be told from chance."))
    return told


def _sampled(one: Attribution) -> list[Message]:
    """Say how far figures are off because not every combination of units was tried."""
    if one.exact or one.error is None:
        return []
    return [
        message(
            "With {n} units not every combination of them was tried; for that alone a figure below is off by some {error} in 100.",
            n=count(len(one.units)),
            error=in_100(one.error, 1 if one.error >= _SHOWN_IN_TENTHS else 2),
        )
    ]


def _way(value: float | None, way: float) -> Value:
    oriented = None if value is None else value * way
    return in_100(oriented, max(0, digits_for(oriented, 0.0)))


def _caption(one: Attribution) -> Message:
    flagged = [unit for unit in one.units if unit.flagged]
    if len(flagged) == 1:
        return message("The labels of {unit} add more to the gap than chance would.", unit=name(flagged[0].unit))
    if flagged:
        return message("The labels of {n} units add more to the gap than chance would.", n=count(len(flagged)))
    return message("The labels of no single unit add more to the gap than chance would.")


def _figure(edition: Edition, one: Attribution, at: int, *, folds_how: bool) -> Figure:
    units = sorted(one.units, key=lambda unit: -abs(unit.contribution.value or 0.0))
    conditions = _conditions(edition.result, one)
    rows = tuple(_row(edition, unit, conditions.get(unit.unit)) for unit in units[:MOST_ROWS])
    block = Block(rows=rows, line=0.0, line_label=edition.says(message("adds nothing")))
    unit_text = edition.says(message("added to the gap, in 100"))
    wide, narrow = (
        rows_picture([block], canvas, edition.language, name=f"units-{at}-{form}", unit=unit_text, is_signed=True)
        for canvas, form in ((WIDE, "wide"), (NARROW, "narrow"))
    )
    caption = _caption(one)
    told = "; ".join(f"{row.label}: {edition.language.number(row.marks[0].value, 1)}" for row in rows)
    states = {mark.state for row in rows for mark in row.marks}
    has_pay = any(condition.hourly_pay is not None for condition in conditions.values())
    return Figure(
        name=f"units-{at}",
        caption=caption,
        alt=f"{edition.says(caption)} {told}.",
        wide=wide,
        narrow=narrow,
        folds_how=folds_how,
        how=(
            message(
                "One row a unit: what its labels add to the gap of the model trained on them, with the interval. Below zero widens a gap that is below zero."
            ),
            message(
                "The shaded band is what the same count gives when the names of units are shuffled: inside it, nothing can be told from chance."
            ),
            message("At the right, labels and hourly pay.") if has_pay else message("At the right, labels."),
        ),
        legend=tuple((mark, said) for mark, said in _LEGEND if mark == "band" or mark in states),
    )


def _conditions(result: AuditResult, one: Attribution) -> dict[str, Condition]:
    conditions = result.trace.conditions if result.trace else ()
    return {condition.unit: condition for condition in conditions if condition.unit_kind == one.unit_kind}


def _row(edition: Edition, unit: UnitShare, condition: Condition | None) -> Row:
    contribution = unit.contribution
    value, low, high = (
        None if end is None else end * _IN_100 for end in (contribution.value, contribution.low, contribution.high)
    )
    state: State = "exceeds" if unit.flagged else "within"
    figures = edition.language.count(unit.labels)
    if condition is not None and condition.hourly_pay is not None:
        pay = edition.language.number(condition.hourly_pay)
        figures += f" · {pay} {edition.plain.own(condition.currency or '')}".rstrip() + edition.plain.say(message("/h"))
    return Row(
        label=edition.plain.own(unit.unit),
        figures=figures,
        marks=(Mark(value=value, low=low, high=high, state=state),),
        band=(unit.band_low * _IN_100, unit.band_high * _IN_100),
    )
