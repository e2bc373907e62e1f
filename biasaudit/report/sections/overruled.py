"""Whom the rule overrules, how rightly, and what it costs them."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from biasaudit.report.edition import Edition, Figure
from biasaudit.report.messages import Message, counted, message
from biasaudit.report.pictures.look import MOST_ROWS, NARROW, WIDE, State
from biasaudit.report.pictures.rows import Block, Mark, Row, rows_picture
from biasaudit.results import ALL_GROUPS, Dissent
from biasaudit.results.sentences import count, in_100, name, number

_IN_100 = 100
#: Adjusted p-value up to which a difference is told from chance.
SIGNIFICANT = 0.05
#: Groups told of in sentences; the others stand in the table.
_MOST_TOLD = 2
#: From this share on, a rule leaves all of what a group says together, as far as anybody need say.
NEARLY_ALL = 0.99
_LEGEND = (
    ("exceeds", message("overruled more often than the others")),
    ("within", message("not told to be overruled more often")),
)
Placed = tuple[tuple[int, Dissent], ...]


def overruled_part(edition: Edition) -> dict[str, Any] | None:
    """Gather whom the declared rule overrules."""
    trace = edition.result.trace
    placed = tuple(enumerate(trace.dissent)) if trace else ()
    if not placed:
        return None
    return {
        "rows": placed,
        "told": [*_overall(placed), *_more(placed)],
        "figure": _figure(edition, placed),
        "has_pay": any(one.pay_lost is not None for _, one in placed),
        "paid": _paid(placed),
        "survives": _survival(placed),
        "has_right": any(one.overruled_right.is_defined for _, one in placed),
    }


def is_more(one: Dissent) -> bool:
    """Whether these annotators are overruled more often than the others, beyond chance."""
    against = one.against_others
    low = None if against is None else against.low
    return low is not None and low > 0 and one.p_adjusted is not None and one.p_adjusted <= SIGNIFICANT


def _overall(placed: Placed) -> list[Message]:
    """Say how often anybody is overruled, how rightly, and whether no group is more often."""
    told = []
    everyone = next((one for _, one in placed if one.value == ALL_GROUPS), None)
    if everyone is not None and everyone.overruled.is_defined:
        told.append(message("Of 100 labels, {share} are overruled.", share=in_100(everyone.overruled.value, 1)))
        if everyone.overruled_right.is_defined:
            told.append(
                message(
                    "Held against the outcomes that this audit trusts, {right} of 100 overruled labels are right.",
                    right=in_100(everyone.overruled_right.value),
                )
            )
    if len(placed) > 1 and not any(is_more(one) for _, one in placed):
        told.append(message("No group of annotators can be told to be overruled more often than the others."))
    return told


def _more(placed: Placed) -> list[Message]:
    """Tell of the groups that are overruled more often, the furthest from the others first; a table holds the rest."""
    more = [one for _, one in placed if is_more(one)]
    more.sort(key=lambda one: -((one.against_others.value if one.against_others else None) or 0.0))
    told = [_told(one) for one in more[:_MOST_TOLD]]
    left = len(more) - len(told)
    if left:
        told.append(counted(left, "The table has {n} more.", "The table has {n} more.", n=count(left)))
    return told


def _told(one: Dissent) -> Message:
    assert one.against_others is not None
    return message(
        "Of 100 labels by annotators whose {attribute} is {value}, {share} are overruled: {difference} more than of all the others ({low} to {high}).",
        attribute=name(one.annotator_attribute),
        value=name(one.value),
        share=in_100(one.overruled.value, 1),
        difference=in_100(one.against_others.value, 1),
        low=in_100(one.against_others.low, 1),
        high=in_100(one.against_others.high, 1),
    )


def _paid(placed: Placed) -> list[Message]:
    """Tell what everybody loses together, and who loses the largest share."""
    paid = [one for _, one in placed if one.pay_lost is not None and one.pay_lost_share is not None]
    everyone = [one for one in paid if one.value == ALL_GROUPS]
    groups = sorted((one for one in paid if one.value != ALL_GROUPS), key=lambda one: -(one.pay_lost_share or 0.0))
    return [_pay(one) for one in (*everyone, *groups[:1])]


def _pay(one: Dissent) -> Message:
    if one.value == ALL_GROUPS:
        return message(
            "As overruled labels are not paid, the annotators together lose {pay} {currency}, {lost} of 100 that they would have earned.",
            pay=number(one.pay_lost, 0),
            currency=name(one.currency or ""),
            lost=in_100(one.pay_lost_share, 1),
        )
    return message(
        "The largest share is lost by annotators whose {attribute} is {value}: {pay} {currency}, {lost} of 100 that they would have earned.",
        attribute=name(one.annotator_attribute),
        value=name(one.value),
        pay=number(one.pay_lost, 0),
        currency=name(one.currency or ""),
        lost=in_100(one.pay_lost_share, 1),
    )


def _survival(placed: Placed) -> list[Message]:
    """Say whose own majority the rule leaves least of."""
    known = [one for _, one in placed if one.survives.value is not None and one.value != ALL_GROUPS]
    if not known:
        return []
    least = min(known, key=lambda one: one.survives.value or 0.0)
    if (least.survives.value or 0.0) >= NEARLY_ALL:
        return []
    return [
        message(
            "Of {n} items that most annotators whose {attribute} is {value} call positive, {share} in 100 stay positive under the rule: of all groups, the rule leaves least of what these say together.",
            n=count(least.own_positive),
            attribute=name(least.annotator_attribute),
            value=name(least.value),
            share=in_100(least.survives.value, 1),
        ),
        message(
            "Where only a few of a group have labelled an item, their majority is a small one, and less of it stays under any rule."
        ),
    ]


def _figure(edition: Edition, placed: Placed) -> Figure:
    shown = [one for _, one in placed if one.overruled.is_defined][:MOST_ROWS]
    blocks = [
        Block(
            title="" if kind == ALL_GROUPS else edition.plain.own(kind), rows=tuple(_row(edition, one) for one in held)
        )
        for kind, held in ((kind, list(each)) for kind, each in groupby(shown, lambda one: one.annotator_attribute))
    ]
    unit = edition.says(message("overruled, of 100 labels"))
    wide, narrow = (
        rows_picture(blocks, canvas, edition.language, name=f"overruled-{form}", unit=unit, from_zero=True)
        for canvas, form in ((WIDE, "wide"), (NARROW, "narrow"))
    )
    rows = [row for block in blocks for row in block.rows]
    states = {mark.state for row in rows for mark in row.marks}
    caption = message("How often the rule overrules the labels of each group of annotators.")
    told = "; ".join(f"{row.label}: {row.figures}" for row in rows)
    return Figure(
        name="overruled",
        caption=caption,
        alt=f"{edition.says(caption)} {told}.",
        wide=wide,
        narrow=narrow,
        how=(
            message(
                "One row a group of annotators: of 100 of its labels, how many differ from what the rule makes of the others' labels on the same items. The line is the interval."
            ),
            message("At the right, the number of annotators."),
        ),
        legend=tuple((mark, said) for mark, said in _LEGEND if mark in states),
    )


def _row(edition: Edition, one: Dissent) -> Row:
    estimate = one.overruled
    value, low, high = (None if end is None else end * _IN_100 for end in (estimate.value, estimate.low, estimate.high))
    state: State = "exceeds" if is_more(one) else "within"
    share = edition.language.in_100(estimate.value, 1)
    return Row(
        label=edition.says(message("all annotators")) if one.value == ALL_GROUPS else edition.plain.own(one.value),
        figures=f"{share} · {edition.language.count(one.annotators)}",
        marks=(Mark(value=value, low=low, high=high, state=state),),
    )
