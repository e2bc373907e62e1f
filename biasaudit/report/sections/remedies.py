"""What changes would have done to gaps, to agreement, and to whom: in sentences, one picture, and tables."""

from __future__ import annotations

from typing import Any

from biasaudit.report.comparisons import by_telling, is_crossed, main_group
from biasaudit.report.edition import Edition, Figure
from biasaudit.report.messages import Message, Words, counted, message
from biasaudit.report.pictures.look import NARROW, WIDE, State
from biasaudit.report.pictures.tradeoff import MOST_NAMED, Change, tradeoff_picture
from biasaudit.report.sections.remedies_named import named, shortly_named
from biasaudit.report.verdicts import people_of
from biasaudit.report.words import MEASURES
from biasaudit.results import AttributeFacts, AuditResult, Estimate, Remedy
from biasaudit.results.sentences import count, in_100, name

_IN_100 = 100
#: Changes drawn; the others stand in the table.
_MOST_DRAWN = 14
#: Groups of an attribute whose numbers stand in tables; the others stand in the result.
_MOST_GROUPS = 3
#: What may be told first: changes of inputs, then of labels, then whatever else moved the gap.
_TOLD = (("drop",), ("reference_labels", "leave_out", "rule"))

#: Changes of a gap that differ by less than one half in 100 are told as the same: the one of fewer columns is named.
_SAME_DIGITS = 2
#: A change keeps about as many people selected up to this share of them.
_ALIKE = 0.1
#: Shares of people between these two are written with a decimal.
_WRITTEN, _WHOLE_FROM = 0.0005, 0.03

Row = tuple[int, Remedy]


def view(edition: Edition) -> dict[str, Any] | None:
    """Gather, by attribute, what every change would have done."""
    result = edition.result
    if not any(one.kind != "today" for one in result.remedies):
        return None
    parts: list[dict[str, Any]] = []
    for facts in by_telling(result):
        rows = [(at, one) for at, one in enumerate(result.remedies) if one.attribute == facts.name]
        if rows:
            parts.append(_part(edition, facts, rows, at=len(parts)))
    reference = any(one.reference_accuracy is not None for one in result.remedies)
    return {
        "parts": parts,
        "has_reference": reference,
        "against": message("the truth") if result.data.errors_against == "truth" else message("the recorded outcome"),
        "is_labelled": result.data.errors_against == "outcome",
        "cautions": {one.caution for one in result.remedies},
        "people": count(result.data.rows_judged),
        "learnt_once": any(one.kind in ("reduction", "threshold_optimizer") for one in result.remedies),
        "measures": ("fpr", "fnr"),
        "measure_names": MEASURES,
    }


def _part(edition: Edition, facts: AttributeFacts, rows: list[Row], *, at: int) -> dict[str, Any]:
    groups = list(dict.fromkeys(one.group for _, one in rows))
    main = main_group(edition.result, facts.name)
    shown = main if main in groups else groups[0]
    mine = [one for _, one in rows if one.group == shown]
    concerned = [one for one in mine if one.aimed_at in ("", facts.name)]
    most = 1 if is_crossed(facts) else _MOST_GROUPS
    figure = _figure(edition, concerned) if at == 0 else None
    listed = [shown, *(group for group in groups if group != shown)][:most]
    return {
        "attribute": facts.name,
        "told": [] if is_crossed(facts) else _told(edition.result, concerned, is_counted=figure is None),
        "figure": figure,
        "tables": [_table(rows, group, facts) for group in listed],
        "left": len(groups) - len(listed),
    }


def _table(rows: list[Row], group: str, facts: AttributeFacts) -> dict[str, Any]:
    """Gather the rows about one group: of an attribute what every change does, of an intersection what works on it."""
    every = [(place, one, named(one)) for place, one in rows if one.group == group]
    own = [row for row in every if row[1].aimed_at in ("", facts.name)]
    return {
        "group": group,
        "reference": every[0][1].reference,
        "rows": own if is_crossed(facts) else every,
        "costs": [] if is_crossed(facts) else [row for row in own if row[1].costs and row[1].kind != "today"],
        "errors": [] if is_crossed(facts) else [row for row in own if row[1].error_gaps],
    }


def _is_clear(estimate: Estimate | None) -> bool:
    return bool(
        estimate is not None
        and estimate.low is not None
        and estimate.high is not None
        and estimate.low * estimate.high > 0
    )


def _narrows(one: Remedy, today: Remedy) -> bool:
    """Whether a change would have brought the gap nearer to zero beyond doubt."""
    if not _is_clear(one.change_in_gap) or one.change_in_gap is None:
        return False
    return abs(one.gap.value or 0.0) < abs(today.gap.value or 0.0)


def _moved(one: Remedy) -> float:
    return abs(one.change_in_gap.value or 0.0) if one.change_in_gap is not None else 0.0


def _told(result: AuditResult, rows: list[Remedy], *, is_counted: bool) -> list[Message]:
    """Tell the change of inputs and the change of labels that would have moved the gap most, and how many did."""
    today = next((one for one in rows if one.kind == "today"), None)
    others = [one for one in rows if one.kind != "today"]
    if today is None or today.gap.value is None:
        return []
    told: list[Message] = []
    for kinds in _TOLD:
        moving = [one for one in others if one.kind in kinds and _is_clear(one.change_in_gap)]
        if moving:
            first = max(
                moving,
                key=lambda one: (_is_alike(one, today), round(_moved(one), _SAME_DIGITS), -len(one.what)),
            )
            rest = [] if told else _rest_told(result, first, today)
            told += [_gap_told(result, first, today), *_number_told(result, first, today), *rest]
    return [*told, _counted(result, others, today, against=None)] if is_counted else told


def _counted(result: AuditResult, others: list[Remedy], today: Remedy, *, against: Message | None) -> Message:
    """Say how many changes would have narrowed a gap, and with how many of them decisions would have agreed more."""
    narrowing = [one for one in others if _narrows(one, today)]
    words: Words = {
        "n": count(len(others)),
        "k": count(len(narrowing)),
        "group": people_of(result, today.attribute, today.group),
    }
    if not narrowing:
        return message(
            "None of {n} changes tried would have narrowed the gap of {group} beyond what chance explains.", **words
        )
    if against is None:
        return message(
            "Of {n} changes tried, {k} would have narrowed the gap of {group} beyond what chance explains.", **words
        )
    is_reference = today.reference_accuracy is not None
    changes = [one.change_in_reference_accuracy if is_reference else one.change_in_accuracy for one in narrowing]
    more = sum((one.low or 0.0) > 0 for one in changes if one is not None)
    words |= {"m": count(more), "against": against}
    if not more:
        return message(
            "Of {n} changes tried, {k} would have narrowed the gap of {group} beyond what chance explains; with none of these can it be told that more decisions would have agreed with {against}.",
            **words,
        )
    return message(
        "Of {n} changes tried, {k} would have narrowed the gap of {group} beyond what chance explains; with {m} of these, more decisions would have agreed with {against}.",
        **words,
    )


def _is_alike(one: Remedy, today: Remedy) -> bool:
    """Whether about as many people would have been selected: selecting everybody, or nobody, leaves no gap either."""
    if one.selected is None or not today.selected:
        return True
    return abs(one.selected / today.selected - 1) <= _ALIKE


def _number_told(result: AuditResult, one: Remedy, today: Remedy) -> list[Message]:
    """Say how many people would have been selected, where that is not about as many as today."""
    if _is_alike(one, today):
        return []
    words: Words = {
        "after": count(one.selected or 0.0),
        "before": count(today.selected or 0.0),
        "people": name(result.audit.people),
        "decision": name(result.audit.decision),
    }
    return [
        message(
            "The decision “{decision}” would then have gone to {after} {people} in place of {before}, which alone moves gaps.",
            **words,
        )
    ]


def _gap_told(result: AuditResult, one: Remedy, today: Remedy) -> Message:
    """Say what the gap would have been, with its sign as in the tables: a change may turn it round."""
    assert one.change_in_gap is not None
    low, high = sorted((one.change_in_gap.low or 0.0, one.change_in_gap.high or 0.0))
    return message(
        "{change}: the gap of {group} would have been {after} in 100 in place of {before}; the difference lies between {low} and {high}.",
        change=named(one),
        group=people_of(result, one.attribute, one.group),
        after=in_100(one.gap.value or 0.0, 1),
        before=in_100(today.gap.value or 0.0, 1),
        low=in_100(min(abs(low), abs(high)), 1),
        high=in_100(max(abs(low), abs(high)), 1),
    )


def _rest_told(result: AuditResult, one: Remedy, today: Remedy) -> list[Message]:
    """Say who would have gained and lost, and with what decisions would have agreed."""
    told = []
    if len(one.costs) > 1 and all(cost.gaining.is_defined and cost.losing.is_defined for cost in one.costs):
        group, reference = one.costs
        shares = [abs(each.value or 0.0) for cost in one.costs for each in (cost.gaining, cost.losing)]
        digits = 1 if any(_WRITTEN < share < _WHOLE_FROM for share in shares) else 0
        told.append(
            message(
                "Of 100 {group}, the decision would have become “{decision}” for {gaining}, and no longer been so for {losing}; of 100 {reference}, for {gaining_reference} and {losing_reference}.",
                decision=name(result.audit.decision),
                group=people_of(result, one.attribute, one.group),
                reference=people_of(result, one.attribute, one.reference),
                gaining=in_100(group.gaining.value, digits),
                losing=in_100(group.losing.value, digits),
                gaining_reference=in_100(reference.gaining.value, digits),
                losing_reference=in_100(reference.losing.value, digits),
            )
        )
    if not one.accuracy.is_defined or not today.accuracy.is_defined:
        return told
    words: Words = {
        "after": in_100(one.accuracy.value, 1),
        "before": in_100(today.accuracy.value, 1),
        "against": message("the truth") if result.data.errors_against == "truth" else message("the recorded outcome"),
    }
    if one.reference_accuracy is None or today.reference_accuracy is None:
        told.append(
            message("Of 100 decisions, {after} in place of {before} would have agreed with {against}.", **words)
        )
        return told
    words["reference_after"] = in_100(one.reference_accuracy.value, 1)
    words["reference_before"] = in_100(today.reference_accuracy.value, 1)
    told.append(
        message(
            "Of 100 decisions, {after} in place of {before} would have agreed with {against}, and {reference_after} in place of {reference_before} with the reference labels.",
            **words,
        )
    )
    return told


def _figure(edition: Edition, rows: list[Remedy]) -> Figure | None:
    """Draw the changes that are aimed at an attribute, or at none, by gap and agreement."""
    is_reference = all(one.reference_accuracy is not None for one in rows if one.accuracy.is_defined)
    drawn = [one for one in rows if one.gap.is_defined and _agreement(one, is_reference=is_reference).is_defined]
    drawn.sort(key=lambda one: (one.kind != "today", -_moved(one)))
    if len(drawn) <= 1 or drawn[0].kind != "today":
        return None
    changes = [_change(edition, one, is_reference=is_reference) for one in drawn[:_MOST_DRAWN]]
    today = drawn[0]
    against = message("the truth") if edition.result.data.errors_against == "truth" else message("the recorded outcome")
    up = message(
        "decisions that agree with {against}, of 100",
        against=message("the reference labels") if is_reference else against,
    )
    across = message("gap to {reference}, in 100", reference=name(today.reference))
    wide, narrow = (
        tradeoff_picture(
            changes,
            canvas,
            edition.language,
            name=f"remedies-{form}",
            across=edition.says(across),
            up=edition.says(up),
        )
        for canvas, form in ((WIDE, "wide"), (NARROW, "narrow"))
    )
    held_against = message("the reference labels") if is_reference else against
    caption = _counted(edition.result, [one for one in rows if one.kind != "today"], today, against=held_against)
    told = "; ".join(
        f"{one.label}: {edition.language.signed(one.gap, 1)}, {edition.language.number(one.agreement, 1)}"
        for one in changes
    )
    left = len(drawn) - len(changes)
    return Figure(
        name="remedies",
        caption=caption,
        alt=f"{edition.says(caption)} {told}.",
        wide=wide,
        narrow=narrow,
        how=(
            message(
                "Each mark is one change, tried alone. The nearer to the dashed line, the smaller the gap; the higher, the more decisions agree with {against}.",
                against=message("the reference labels") if is_reference else against,
            ),
            message(
                "Crosses are intervals. How a change compares with today is surer than two crosses look, since the same people are compared: the tables hold that."
            ),
        ),
        legend=_legend(drawn[:_MOST_DRAWN]),
        more=_more(left, len(changes)),
    )


def _more(left: int, drawn: int) -> Message | None:
    if left > 0:
        return counted(
            left, "{n} more change stands in the table.", "{n} more changes stand in the table.", n=count(left)
        )
    unnamed = drawn - MOST_NAMED[False]
    return message("Marks without a name stand in the table.") if unnamed > 0 else None


def _legend(rows: list[Remedy]) -> tuple[tuple[str, Message], ...]:
    known: dict[State, Message] = {
        "reference": message("the model as it is"),
        "within": message("a change"),
        "cannot_tell": message("a change that decides by the group of a person"),
    }
    states = [_state(one) for one in rows]
    return tuple((state, said) for state, said in known.items() if state in states)


def _state(one: Remedy) -> State:
    if one.kind == "today":
        return "reference"
    return "cannot_tell" if one.caution == "uses_group" else "within"


def _agreement(one: Remedy, *, is_reference: bool) -> Estimate:
    return one.reference_accuracy if is_reference and one.reference_accuracy is not None else one.accuracy


def _change(edition: Edition, one: Remedy, *, is_reference: bool) -> Change:
    agreement = _agreement(one, is_reference=is_reference)

    def shown(value: float | None) -> float | None:
        return None if value is None else value * _IN_100

    return Change(
        label=edition.says(shortly_named(one)),
        gap=shown(one.gap.value) or 0.0,
        gap_low=shown(one.gap.low),
        gap_high=shown(one.gap.high),
        agreement=shown(agreement.value) or 0.0,
        agreement_low=shown(agreement.low),
        agreement_high=shown(agreement.high),
        state=_state(one),
    )
