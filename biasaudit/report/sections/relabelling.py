"""Which labels to look at again, what new ones are expected to do, and what they did."""

from __future__ import annotations

from typing import Any

from biasaudit.report.comparisons import by_telling, is_crossed, main_group
from biasaudit.report.edition import Edition, Figure
from biasaudit.report.messages import Message, Words, message
from biasaudit.report.pictures.budget import Step, budget_picture
from biasaudit.report.pictures.look import NARROW, WIDE
from biasaudit.report.verdicts import digits_for, people_of
from biasaudit.results import AuditResult, Estimate, Influence, Relabel, Relabelled
from biasaudit.results.sentences import count, in_100, name, number

_IN_100 = 100
#: Curves drawn; the others stand in the table.
_MOST_FIGURES = 2
#: Adjusted p-value from which a movement may be chance.
_SIGNIFICANT = 0.05
#: A unit is named where its share of the movement is at least so many times its share of the answers.
_MORE_THAN_ITS_SHARE = 1.5
#: Amounts from here on are written without decimals.
_WHOLE_MONEY = 100
Curve = tuple[tuple[int, Relabel], ...]


def relabel_part(edition: Edition) -> dict[str, Any] | None:
    """Gather the list's curves, whose answers they come with, and what labels given anew did."""
    trace = edition.result.trace
    if trace is None or not (trace.relabel or trace.relabelled):
        return None
    curves = _curves(edition.result)
    drawn = [curve for curve in curves if not _is_crossed(edition.result, curve)][:_MOST_FIGURES] or list(curves[:1])
    return {
        "curves": [
            {
                "curve": curve,
                "told": _told(edition.result, curve) if curve in drawn else [],
                "figure": _figure(edition, curve, at, folds_how=at > 0) if curve in drawn else None,
            }
            for at, curve in enumerate(sorted(curves, key=lambda curve: curve not in drawn))
        ],
        "common": _common(curves),
        "has_cost": any(one.cost is not None for one in trace.relabel),
        "sources": list(enumerate(trace.influence)),
        "done": list(enumerate(trace.relabelled)),
        "done_told": _done(edition.result, trace.relabelled),
    }


def _curves(result: AuditResult) -> tuple[Curve, ...]:
    """Collect the steps of each comparison, those of the most telling groups first."""
    held: dict[tuple[str, str], list[tuple[int, Relabel]]] = {}
    for at, one in enumerate(result.trace.relabel if result.trace else ()):
        if one.gap_after.is_defined and one.gap_before.is_defined and one.random_gap_after.is_defined:
            held.setdefault((one.attribute, one.group), []).append((at, one))
    order = [facts.name for facts in by_telling(result)]

    def key(curve: Curve) -> tuple[bool, int]:
        first = curve[0][1]
        place = order.index(first.attribute) if first.attribute in order else len(order)
        return main_group(result, first.attribute) != first.group, place

    return tuple(sorted((tuple(curve) for curve in held.values()), key=key))


def _is_crossed(result: AuditResult, curve: Curve) -> bool:
    attribute = curve[0][1].attribute
    return any(is_crossed(facts) for facts in result.data.attributes if facts.name == attribute)


def _is_clear(one: Relabel) -> bool:
    low, high, random = one.change.low, one.change.high, one.random_gap_after
    if low is None or high is None or random.low is None or random.high is None or one.gap_after.value is None:
        return False
    is_beyond = not random.low <= one.gap_after.value <= random.high
    return low * high > 0 and (one.p_adjusted or 0.0) <= _SIGNIFICANT and is_beyond and one.new_labels != "peers"


def _shown(curve: Curve) -> Relabel:
    """Choose the step that is told: that of the file where it moves the gap beyond chance, else the smallest that does."""
    steps = [one for _, one in curve]
    held = next((one for one in steps if one.in_file), steps[-1])
    return held if _is_clear(held) else next((one for one in steps if _is_clear(one)), held)


def _told(result: AuditResult, curve: Curve) -> list[Message]:
    one = _shown(curve)
    way = -1.0 if (one.gap_before.value or 0.0) < 0 else 1.0
    group = people_of(result, one.attribute, one.group)
    words: Words = {"items": count(one.items), "of_items": count(one.of_items), "group": group}
    change = [None if end is None else end * way for end in (one.change.low, one.change.high)]
    if not _is_clear(one):
        low, high = sorted(end for end in change if end is not None)
        told = message(
            "If {items} of the {of_items} items whose labels train the model were labelled again, the gap of {group} would be expected to change by between {low} and {high} in 100, which chance, or as many items drawn at random, might do as well.",
            **words,
            low=in_100(low, 1),
            high=in_100(high, 1),
        )
        return [told]
    gaps = [(value or 0.0) * way for value in (one.gap_before.value, one.gap_after.value, one.random_gap_after.value)]
    ends = sorted((one.gap_after.low or 0.0, one.gap_after.high or 0.0), key=lambda end: end * way)
    told = message(
        "If {items} of the {of_items} items whose labels train the model were labelled again, the gap of {group} would be expected to go from {before} to {after} in 100 ({low} to {high}). As many items drawn at random would leave it at {random}.",
        **words,
        before=in_100(gaps[0], 1),
        after=in_100(gaps[1], 1),
        low=in_100(ends[0] * way, 1),
        high=in_100(ends[1] * way, 1),
        random=in_100(gaps[2], 1),
    )
    return [told, *_cost(one), *_source(result, one)]


def _cost(one: Relabel) -> list[Message]:
    differ = message("About {n} of those labels are expected to come out differently.", n=count(one.changed))
    if one.cost is None:
        return [differ]
    cost = number(one.cost, 0 if one.cost >= _WHOLE_MONEY else 2)
    if one.currency:
        return [differ, message("New labels for them cost {cost} {currency}.", cost=cost, currency=name(one.currency))]
    return [differ, message("New labels for them cost {cost}.", cost=cost)]


def _source(result: AuditResult, one: Relabel) -> list[Message]:
    """Name the unit whose answers weigh far more than their number."""
    own = [
        source
        for source in (result.trace.influence if result.trace else ())
        if (source.attribute, source.group) == (one.attribute, one.group) and source.share is not None
    ]
    main = max(own, key=_weight, default=None)
    if main is None or _weight(main) < _MORE_THAN_ITS_SHARE * main.label_share:
        return []
    return [
        message(
            "Of what new labels of all items would move, {share} in 100 comes with the single labels of {unit}, which are {label_share} in 100 of all single labels.",
            share=in_100(main.share),
            unit=name(main.unit),
            label_share=in_100(main.label_share),
        )
    ]


def _weight(source: Influence) -> float:
    return source.share or 0.0


def _common(curves: tuple[Curve, ...]) -> list[Message]:
    """Say once what holds for all curves."""
    if not curves:
        return []
    steps = [one for curve in curves for _, one in curve]
    told = [
        message(
            "These are the labels whose correctness matters most for the gaps, whichever way they move them. They are not labels to change until a number looks better: let people who see neither the first label nor the group nor this report label all of them, and keep what comes."
        )
    ]
    if steps[0].new_labels == "peers":
        told.append(
            message(
                "No reference labels are declared, so new labels would be as likely off as the first: the picture shows what more labels of the same kind would do, not what is right."
            )
        )
    else:
        told.append(
            message(
                "New labels are expected to agree with the reference labels; which items are named was decided without looking at their own."
            )
        )
    if any(one.stands_in for one in steps):
        told.append(
            message(
                "The items were ranked with a simpler model in place of this one, and the gaps measured by training this one again."
            )
        )
    held = next((one for one in steps if one.in_file), None)
    if held is not None:
        told.append(
            message(
                "The {n} items to begin with are named in relabel.csv, and for Label Studio in relabel.label-studio.json, beside the result; this report names none.",
                n=count(held.items),
            )
        )
    return told


def _figure(edition: Edition, curve: Curve, at: int, *, folds_how: bool) -> Figure:
    first = curve[0][1]
    start = Step(
        items=0,
        gap=_in_100(first.gap_before),
        low=None,
        high=None,
        random=_in_100(first.gap_before),
        random_low=_in_100(first.gap_before),
        random_high=_in_100(first.gap_before),
    )
    steps = [start, *(_step(one) for _, one in curve)]
    own, other = message("in the order of the list"), message("drawn at random")
    up = edition.says(message("gap to {reference}, in 100", reference=name(first.reference)))
    across = edition.says(message("items labelled again"))
    wide, narrow = (
        budget_picture(
            steps,
            canvas,
            edition.language,
            name=f"relabel-{at}-{form}",
            up=up,
            across=across,
            own=edition.says(own),
            other=edition.says(other),
        )
        for canvas, form in ((WIDE, "wide"), (NARROW, "narrow"))
    )
    caption = _caption(edition.result, curve)
    told = "; ".join(
        f"{edition.language.count(step.items)}: {edition.language.number(step.gap, 1)}, {edition.language.number(step.random, 1)}"
        for step in steps
    )
    return Figure(
        name=f"relabel-{at}",
        caption=caption,
        alt=f"{edition.says(caption)} {told}.",
        wide=wide,
        narrow=narrow,
        folds_how=folds_how,
        how=(
            message(
                "From left to right, more and more items are labelled again; each mark is the gap of the model trained again, with its interval."
            ),
            message(
                "The shaded band holds 95 of 100 random orders: the farther the list's line leaves it, the more the gap hangs on few labels."
            ),
        ),
        legend=(("within", own), ("reference", other), ("band", message("95 of 100 random orders"))),
    )


def _caption(result: AuditResult, curve: Curve) -> Message:
    one = _shown(curve)
    group = people_of(result, one.attribute, one.group)
    if not _is_clear(one):
        return message("No small number of labels can be told to move the gap of {group}.", group=group)
    share, change = one.items / one.of_items, abs(one.change.value or 0.0)
    return message(
        "{share} in 100 of the labels that train the model would move the gap of {group} by {change} in 100.",
        share=in_100(share, digits_for(share, 0.0)),
        group=group,
        change=in_100(change, digits_for(change, 0.0)),
    )


def _step(one: Relabel) -> Step:
    after, random = one.gap_after, one.random_gap_after
    return Step(
        items=one.items,
        gap=_in_100(after),
        low=None if after.low is None else after.low * _IN_100,
        high=None if after.high is None else after.high * _IN_100,
        random=_in_100(random),
        random_low=None if random.low is None else random.low * _IN_100,
        random_high=None if random.high is None else random.high * _IN_100,
    )


def _in_100(estimate: Estimate) -> float:
    return (estimate.value or 0.0) * _IN_100


def _done(result: AuditResult, found: tuple[Relabelled, ...]) -> list[Message]:
    """Say what labels given anew did to the gaps of the declared attributes."""
    if not found:
        return []
    crossed = {facts.name for facts in result.data.attributes if is_crossed(facts)}
    told = [
        message(
            "{n} items that train the model were labelled again; {share} in 100 of their labels came out differently.",
            n=count(found[0].n_items),
            share=in_100(found[0].share_changed, digits_for(found[0].share_changed, 0.0)),
        )
    ]
    told += [_done_to(result, one) for one in found if one.attribute not in crossed and one.change.is_defined]
    return told


def _done_to(result: AuditResult, one: Relabelled) -> Message:
    way = -1.0 if (one.before.value or 0.0) < 0 else 1.0
    values = [(value or 0.0) * way for value in (one.before.value, one.after.value)]
    low, high = sorted((one.change.low or 0.0, one.change.high or 0.0))
    if way < 0:
        low, high = -high, -low
    words: Words = {
        "group": people_of(result, one.attribute, one.group),
        "before": in_100(values[0], 1),
        "after": in_100(values[1], 1),
        "low": in_100(low, 1),
        "high": in_100(high, 1),
    }
    if low * high > 0:
        return message(
            "The gap of {group} went from {before} to {after} in 100; the change lies between {low} and {high}.",
            **words,
        )
    return message(
        "The gap of {group} went from {before} to {after} in 100; the change lies between {low} and {high}, and cannot be told from nothing.",
        **words,
    )
