"""Among comparable people: the gap over everybody, and within strata."""

from __future__ import annotations

from typing import Any

from biasaudit.report.comparisons import main_group
from biasaudit.report.edition import Edition, Figure
from biasaudit.report.messages import Message, Words, counted, message, people_counted
from biasaudit.report.pictures.look import MOST_ROWS, NARROW, SMALL, WIDE, State
from biasaudit.report.pictures.rows import Block, Mark, Row, rows_picture
from biasaudit.report.verdicts import digits_for, people_of
from biasaudit.results import AuditResult, Conditional, Estimate, Rate, StratumGap
from biasaudit.results.sentences import count, in_100, name

_IN_100 = 100
#: Figures of one report; further comparisons stand in tables alone.
_MOST_FIGURES = 3


def view(edition: Edition) -> dict[str, Any] | None:
    """Gather the gaps that were measured again within strata."""
    if not edition.result.conditional:
        return None
    parts = []
    for at, conditional in enumerate(edition.result.conditional):
        parts.append(
            {
                "record": conditional,
                "at": at,
                "strata": " x ".join(conditional.strata),
                "told": _told(edition.result, conditional),
                "figure": _figure(edition, conditional, name_=f"strata-{at}", folds_how=at > 0)
                if at < _MOST_FIGURES and conditional.by_stratum
                else None,
            }
        )
    return {"parts": parts}


def _words(result: AuditResult, one: Conditional) -> Words:
    return {
        "group": people_of(result, one.attribute, one.group),
        "reference": people_of(result, one.attribute, one.reference),
        "decision": name(result.audit.decision),
        "strata": name(" x ".join(one.strata)),
        "people": name(result.audit.people),
    }


def _told(result: AuditResult, one: Conditional) -> list[Message]:
    pooled, within = one.pooled, one.stratified
    words = _words(result, one)
    told = []
    if pooled.value is not None:
        told.append(_compared(words, pooled, everybody=True))
    if within.value is not None:
        told.append(_compared(words, within, everybody=False))
    if one.signs_disagree:
        told.append(
            message(
                "The two point in opposite directions, and both are true. The first answers: who is {decision}? The second: who is {decision} among {people} with the same {strata}?",
                decision=words["decision"],
                people=words["people"],
                strata=words["strata"],
            )
        )
    told.append(
        message(
            "This cannot tell whether {strata} ought to count: where people were steered into it, holding it constant hides what happened before.",
            strata=words["strata"],
        )
    )
    return told


def _compared(words: Words, gap: Estimate, *, everybody: bool) -> Message:
    value, low, high = gap.value or 0.0, gap.low, gap.high
    less = value < 0
    if less and low is not None and high is not None:
        low, high = -high, -low
    digits = max(1, digits_for(low, high))
    told: Words = {
        **words,
        "size": in_100(abs(value), digits),
        "low": in_100(low, digits),
        "high": in_100(high, digits),
    }
    unclear = low is None or high is None or low <= 0 <= high
    if everybody:
        told = {key: word for key, word in told.items() if key not in ("strata", "people")}
        if less:
            return message(
                "Over everybody, {group} are {decision} less often than {reference}, by {size} in 100 ({low} to {high}).",
                **told,
            )
        return message(
            "Over everybody, {group} are {decision} more often than {reference}, by {size} in 100 ({low} to {high}).",
            **told,
        )
    if unclear:
        return _unclear(told, less=less)
    if less:
        return message(
            "Among {people} with the same {strata}, {group} are {decision} less often than {reference}, by {size} in 100 ({low} to {high}).",
            **told,
        )
    return message(
        "Among {people} with the same {strata}, {group} are {decision} more often than {reference}, by {size} in 100 ({low} to {high}).",
        **told,
    )


def _unclear(told: Words, *, less: bool) -> Message:
    if less:
        return message(
            "Among {people} with the same {strata}, {group} are {decision} less often than {reference} by {size} in 100, which chance alone could make ({low} to {high}).",
            **told,
        )
    return message(
        "Among {people} with the same {strata}, {group} are {decision} more often than {reference} by {size} in 100, which chance alone could make ({low} to {high}).",
        **told,
    )


def within_strata(result: AuditResult, attribute: str) -> Message | None:
    """Say what becomes of an attribute's most telling gap among comparable people, where that was measured."""
    main = main_group(result, attribute)
    for one in result.conditional:
        if (one.attribute, one.group, one.measure) == (
            attribute,
            main,
            "selection_rate",
        ) and one.stratified.value is not None:
            return _compared(_words(result, one), one.stratified, everybody=False)
    return None


def first_reversal(edition: Edition, *, name_: str) -> Figure | None:
    """Draw the first comparison whose gap points the other way within strata, for the first screen."""
    for one in edition.result.conditional:
        if one.signs_disagree and one.by_stratum:
            return _figure(edition, one, name_=name_, is_small=True)
    return None


def _caption(result: AuditResult, one: Conditional) -> Message:
    known = [stratum for stratum in one.by_stratum if stratum.gap.value is not None]
    pooled = one.pooled.value or 0.0
    other = sum((stratum.gap.value or 0.0) * pooled < 0 for stratum in known)
    words: Words = {
        "group": people_of(result, one.attribute, one.group),
        "decision": name(result.audit.decision),
        "n": count(other),
        "all": count(len(known)),
        "strata": name(" x ".join(one.strata)),
    }
    if pooled < 0:
        return counted(
            other,
            "Over everybody {group} are {decision} less often; in {n} of {all} strata of {strata} they are {decision} more often.",
            "Over everybody {group} are {decision} less often; in {n} of {all} strata of {strata} they are {decision} more often.",
            **words,
        )
    return counted(
        other,
        "Over everybody {group} are {decision} more often; in {n} of {all} strata of {strata} they are {decision} less often.",
        "Over everybody {group} are {decision} more often; in {n} of {all} strata of {strata} they are {decision} less often.",
        **words,
    )


def _figure(
    edition: Edition, one: Conditional, *, name_: str, is_small: bool = False, folds_how: bool = False
) -> Figure:
    result = edition.result
    shown = one.by_stratum[: MOST_ROWS - 1]
    everybody = _everybody(result, one)
    blocks = [
        Block(rows=tuple(_row(edition, stratum) for stratum in shown), title=edition.plain.own(" x ".join(one.strata)))
    ]
    if everybody:
        label = edition.says(message("everybody"))
        blocks.insert(0, Block(rows=(_pair(edition, label, *everybody),)))
    unit = edition.says(message("{decision}, of 100", decision=name(result.audit.decision)))
    drawn = {
        form: rows_picture(blocks, canvas, edition.language, name=f"{name_}-{form}", unit=unit, from_zero=True)
        for form, canvas in ({"narrow": SMALL} if is_small else {"wide": WIDE, "narrow": NARROW}).items()
    }
    left = len(one.by_stratum) - len(shown)
    caption = _caption(result, one)
    told = "; ".join(
        f"{edition.plain.own(stratum.stratum)}: {edition.language.in_100(stratum.rate_group.value, 1)}, "
        f"{edition.language.in_100(stratum.rate_reference.value, 1)}"
        for stratum in shown
    )
    return Figure(
        name=name_,
        caption=caption,
        alt=f"{edition.says(caption)} {told}.",
        wide=drawn.get("wide", ""),
        narrow=drawn["narrow"],
        folds_how=folds_how,
        how=(
            message(
                "Each row is one stratum, and in it two groups; the line between the two marks is the gap. At the right, the people of {group} and of {reference}.",
                group=name(one.group),
                reference=name(one.reference),
            ),
        ),
        legend=(("within", name(one.group)), ("reference", name(one.reference))),
        more=counted(left, "{n} more stratum is in the table.", "{n} more strata are in the table.", n=count(left))
        if left
        else None,
    )


def _everybody(result: AuditResult, one: Conditional) -> tuple[Rate, Rate] | None:
    """Find the two rates over everybody, where they were measured."""
    rates = {
        rate.group: rate
        for rate in result.rates
        if (rate.attribute, rate.measure, rate.stage) == (one.attribute, one.measure, "decision")
    }
    return (rates[one.group], rates[one.reference]) if one.group in rates and one.reference in rates else None


def _pair(edition: Edition, label: str, own: Rate, reference: Rate) -> Row:
    figures = edition.plain.say(message("{n} and {m}", n=people_counted(own.n), m=people_counted(reference.n)))
    return Row(
        label=label, figures=figures, marks=(_mark(own.estimate, "within"), _mark(reference.estimate, "reference"))
    )


def _row(edition: Edition, stratum: StratumGap) -> Row:
    figures = edition.plain.say(
        message("{n} and {m}", n=people_counted(stratum.n_group), m=people_counted(stratum.n_reference))
    )
    marks = (_mark(stratum.rate_group, "within"), _mark(stratum.rate_reference, "reference"))
    return Row(label=edition.plain.own(stratum.stratum), figures=figures, marks=marks)


def _mark(estimate: Estimate, state: State) -> Mark:
    value = None if estimate.value is None else estimate.value * _IN_100
    return Mark(value=value, low=None, high=None, state=state)
