"""Since an earlier result: what the gaps did, beyond noise or not, and what else is different."""

from __future__ import annotations

from typing import Any

from biasaudit.report.changed import ORDER, attributes_of, headline, noise, selection_gaps, told
from biasaudit.report.edition import Edition, Figure
from biasaudit.report.messages import Message, Words, counted, message
from biasaudit.report.pictures.look import MOST_ROWS, NARROW, WIDE, State
from biasaudit.report.pictures.rows import Block, Mark, Row, rows_picture
from biasaudit.report.verdicts import people_of
from biasaudit.report.words import (
    DIFFERENT,
    GATE_OUTCOMES,
    MEASURES,
    MOVEMENTS,
    PARTS_OF_A_RUN,
    STATISTICS,
    VERDICTS,
    termed,
)
from biasaudit.results import Change, Changes, Estimate, FindingChange, GateChange
from biasaudit.results.comparing import CROSSES
from biasaudit.results.sentences import count, name

_IN_100 = 100
#: Pixels by which the gap before and the gap now stand apart in a row.
_APART = 5.0
#: Looks of the gap now, by what it did; what did nothing beyond noise is hollow.
_STATES: dict[str, State] = {"wider": "exceeds", "narrower": "within", "across": "within", "not_told": "cannot_tell"}
_LEGEND = (
    ("reference", message("before")),
    ("exceeds", message("now: wider, by more than chance")),
    ("within", message("now: moved otherwise, by more than chance")),
    ("cannot_tell", message("now: moved no more than chance would")),
)


def view(edition: Edition) -> dict[str, Any] | None:
    """Gather what moved since the result that this one is held against."""
    changes = edition.result.changes
    if changes is None:
        return None
    return {
        "changes": changes,
        "since": changes.before,
        "headline": headline(changes),
        "told": [
            sentence for attribute in attributes_of(changes) for sentence in told(edition.result, changes, attribute)
        ],
        "noise": noise(changes),
        "parts": [_part(edition, changes, attribute, at) for at, attribute in enumerate(attributes_of(changes))],
        "others": _others(changes),
        "failing": any(one.fails for one in changes.gaps),
        "different": [(termed(PARTS_OF_A_RUN, one.part), DIFFERENT.get(one.what), one) for one in changes.different],
        "appeared": [one for one in changes.findings if one.appeared],
        "gone": [one for one in changes.findings if not one.appeared],
        "finding": lambda one: _finding(edition, one),
        "gates": [_gate(one) for one in changes.gates],
        "measures": MEASURES,
        "movements": MOVEMENTS,
        "verdicts": VERDICTS,
        "by_chance": CROSSES,
    }


def _part(edition: Edition, changes: Changes, attribute: str, at: int) -> dict[str, Any]:
    gaps = selection_gaps(changes, attribute)
    ratios = {
        one.group: (place, one)
        for place, one in enumerate(changes.gaps)
        if (one.attribute, one.measure, one.statistic) == (attribute, "selection_rate", "ratio")
    }
    drawable = [one for _, one in gaps if one.before.is_defined or one.after.is_defined]
    return {
        "attribute": attribute,
        "gaps": gaps,
        "ratios": ratios,
        "figure": _figure(edition, attribute, drawable, at) if drawable else None,
    }


def _others(changes: Changes) -> list[tuple[int, Change]]:
    """Give the gaps in other measures, those that moved first."""
    held = [
        (at, one)
        for at, one in enumerate(changes.gaps)
        if one.measure != "selection_rate" and one.statistic == "gap" and one.change.is_defined
    ]
    return sorted(held, key=lambda each: (ORDER.index(each[1].movement), each[0]))


def _caption(edition: Edition, attribute: str, gaps: list[Change]) -> Message:
    first = gaps[0]
    words: Words = {"group": people_of(edition.result, attribute, first.group)}
    if first.movement == "wider":
        return message("The gap of {group} got wider.", **words)
    if first.movement == "narrower":
        return message("The gap of {group} got narrower.", **words)
    if first.movement == "across":
        return message("The gap of {group} went to the other side.", **words)
    return message("No gap of {attribute} moved by more than chance.", attribute=name(attribute))


def _figure(edition: Edition, attribute: str, gaps: list[Change], at: int) -> Figure:
    result, language = edition.result, edition.language
    tolerance = result.audit.tolerance_gap * _IN_100
    rows = tuple(_row(edition, one) for one in gaps[:MOST_ROWS])
    reference = name(gaps[0].reference)
    block = Block(rows=rows, line=0.0, line_label=edition.plain.say(message("no gap")), band=(-tolerance, tolerance))
    unit = edition.says(message("gap to {reference}, in 100", reference=reference))
    wide, narrow = (
        rows_picture([block], canvas, language, name=f"changes-{at}-{form}", unit=unit, is_signed=True)
        for canvas, form in ((WIDE, "wide"), (NARROW, "narrow"))
    )
    caption = _caption(edition, attribute, gaps)
    used = {mark.state for row in rows for mark in row.marks}
    left = len(gaps) - len(rows)
    return Figure(
        name=f"changes-{at}",
        caption=caption,
        alt=f"{edition.says(caption)} {'; '.join(f'{row.label}: {row.figures}' for row in rows[:8])}.",
        wide=wide,
        narrow=narrow,
        folds_how=at > 0,
        how=(
            message("The square is the gap before, the mark under it the gap now, each with its 95 % interval."),
            message("Two intervals may overlap although the gap moved: whether it did stands in the table."),
        ),
        legend=(
            *(each for each in _LEGEND if each[0] in used),
            ("band", message("what this audit tolerates")),
        ),
        more=counted(left, "{n} more group is in the table.", "{n} more groups are in the table.", n=count(left))
        if left
        else None,
    )


def _row(edition: Edition, change: Change) -> Row:
    language = edition.language
    before, after = (language.signed_in_100(each.value) for each in (change.before, change.after))
    return Row(
        label=edition.plain.own(change.group),
        figures=f"{before} → {after}",
        marks=(
            _mark(change.before, "reference", -_APART),
            _mark(change.after, _STATES[change.movement], _APART),
        ),
    )


def _mark(estimate: Estimate, state: State, drop: float) -> Mark:
    value, low, high = (None if end is None else end * _IN_100 for end in (estimate.value, estimate.low, estimate.high))
    return Mark(value=value, low=low, high=high, state=state, drop=drop)


def _finding(edition: Edition, one: FindingChange) -> str:
    """Write a finding of either result in the language of the page."""
    if one.message is None or (not one.message.values and "{" in one.message.template):
        return edition.html.reason(one.claim)
    try:
        return edition.html.sentence(one.message)
    except (KeyError, IndexError, ValueError, AttributeError, TypeError):
        # A result is a file that anybody may have written: its templates may not fit their values.
        return edition.html.escape(one.claim)


def _gate(one: GateChange) -> dict[str, Any]:
    bounds = [f"{key} {one.gate[key]}" for key in ("at_least", "at_most") if one.gate.get(key) is not None]
    return {
        "what": message(
            "{statistic} of the {measure} by {attribute}",
            statistic=termed(STATISTICS, str(one.gate.get("statistic", ""))),
            measure=termed(MEASURES, str(one.gate.get("measure", ""))),
            attribute=name(str(one.gate.get("attribute", ""))),
        ),
        "bounds": ", ".join(bounds),
        "before": GATE_OUTCOMES[one.before] if one.before else message("not declared"),
        "after": GATE_OUTCOMES[one.after] if one.after else message("not declared"),
    }
