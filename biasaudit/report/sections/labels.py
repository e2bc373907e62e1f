"""The way back to the labels: stages, agreement, whose labels, and under what conditions."""

from __future__ import annotations

from typing import Any

from biasaudit.report.comparisons import by_telling, main_group
from biasaudit.report.edition import Edition, Figure
from biasaudit.report.messages import Message, Words, message
from biasaudit.report.pictures.look import NARROW, SMALL, WIDE, State
from biasaudit.report.pictures.rows import Block, Mark, Row, rows_picture
from biasaudit.report.sections.agreement import agreement_of_pools, agreement_parts
from biasaudit.report.sections.conditions import working_parts
from biasaudit.report.sections.overruled import overruled_part
from biasaudit.report.sections.pools import pool_parts
from biasaudit.report.sections.provenance import provenance_parts
from biasaudit.report.sections.relabelling import relabel_part
from biasaudit.report.sections.rules import rule_parts
from biasaudit.report.sections.units import unit_parts
from biasaudit.report.verdicts import WHOLE_NUMBERS_FROM, digits_for, people_of
from biasaudit.report.words import COEFFICIENTS, RULES, STAGES, termed
from biasaudit.results import ALL_GROUPS, AuditResult, Estimate, StageGap, Trace
from biasaudit.results.sentences import count, in_100, name

_IN_100 = 100
#: Ways drawn; the others stand in the table.
_MOST_FIGURES = 2
Way = tuple[tuple[int, StageGap], ...]


def view(edition: Edition) -> dict[str, Any] | None:
    """Gather what is known about the labels."""
    trace = edition.result.trace
    if trace is None:
        return None
    ways = ways_of(edition.result)
    return {
        "told": _told(trace),
        "dropped": trace.dropped,
        "ways": [
            {
                "way": way,
                "figure": stages_figure(edition, way, name_=f"stages-{at}", folds_how=at > 0)
                if at < _MOST_FIGURES
                else None,
            }
            for at, way in enumerate(ways)
        ],
        "stage_words": STAGES,
        "agreement": agreement_parts(edition),
        "agreement_pools": agreement_of_pools(edition),
        "coefficients": COEFFICIENTS,
        "everyone": ALL_GROUPS,
        "attributions": unit_parts(edition),
        **provenance_parts(edition),
        "working": working_parts(edition),
        "pools": pool_parts(edition),
        "rule_parts": rule_parts(edition),
        "overruled": overruled_part(edition),
        "relabel": relabel_part(edition),
    }


def _told(trace: Trace) -> list[Message]:
    told = []
    if trace.labels and trace.annotators:
        told.append(
            message(
                "{labels} labels on {items} items, given by {annotators} annotators, are known one by one.",
                labels=count(trace.labels),
                items=count(trace.items),
                annotators=count(trace.annotators),
            )
        )
    elif trace.labels:
        told.append(
            message(
                "{labels} labels on {items} items are known one by one; there are fewer than five annotators, so their number is not shown.",
                labels=count(trace.labels),
                items=count(trace.items),
            )
        )
    if trace.rule:
        told.append(message("The agreed label was made by {rule}.", rule=termed(RULES, trace.rule)))
    if trace.tie_rule:
        told.append(message("On ties: {rule}.", rule=message(trace.tie_rule)))
    if trace.rule_reproduces is not None:
        told.append(
            message(
                "Applied again to the single labels, this rule gives the recorded outcome for {share} in 100 items.",
                share=in_100(trace.rule_reproduces),
            )
        )
    return told


def ways_of(result: AuditResult) -> tuple[Way, ...]:
    """Collect the stages of each comparison, those of the most telling groups first."""
    held: dict[tuple[str, str], list[tuple[int, StageGap]]] = {}
    for at, stage in enumerate(result.trace.stages if result.trace else ()):
        held.setdefault((stage.attribute, stage.group), []).append((at, stage))
    ways = [tuple(way) for way in held.values() if len(way) > 1]
    order = [facts.name for facts in by_telling(result)]

    def key(way: Way) -> tuple[bool, int]:
        first = way[0][1]
        place = order.index(first.attribute) if first.attribute in order else len(order)
        return main_group(result, first.attribute) != first.group, place

    return tuple(sorted(ways, key=key))


def main_way(result: AuditResult) -> Way | None:
    """Give the way of the most telling group of the most telling attribute."""
    return next(iter(ways_of(result)), None)


def stages_figure(edition: Edition, way: Way, *, name_: str, is_small: bool = False, folds_how: bool = False) -> Figure:
    """Draw the gap at each stage, and on each step what it added."""
    result = edition.result
    stages = [stage for _, stage in way]
    tolerance = result.audit.tolerance_gap * _IN_100
    rows = tuple(_row(edition, stage) for stage in stages)
    block = Block(rows=rows, line=0.0, band=(-tolerance, tolerance), line_label=edition.says(message("no gap")))
    unit = edition.says(message("gap to {reference}, in 100", reference=name(stages[0].reference)))
    drawn = {
        form: rows_picture([block], canvas, edition.language, name=f"{name_}-{form}", unit=unit, is_signed=True)
        for form, canvas in ({"narrow": SMALL} if is_small else {"wide": WIDE, "narrow": NARROW}).items()
    }
    caption = _stage_caption(result, stages)
    told = "; ".join(f"{row.label}: {row.figures}" for row in rows)
    return Figure(
        name=name_,
        caption=caption,
        alt=f"{edition.says(caption)} {told}.",
        wide=drawn.get("wide", ""),
        narrow=drawn["narrow"],
        folds_how=folds_how,
        how=(
            message(
                "Read from the top: the same people at every stage, from the labels that are trusted most to the decision. Beside each step stands what it added."
            ),
            message(
                "Left of the upright line, {group} are {decision} less often than {reference}; the shaded band is what this audit tolerates.",
                decision=name(result.audit.decision),
                group=people_of(result, stages[0].attribute, stages[0].group),
                reference=people_of(result, stages[0].attribute, stages[0].reference),
            ),
        ),
    )


def _stage_caption(result: AuditResult, stages: list[StageGap]) -> Message:
    first, last = stages[0], stages[-1]
    way = -1.0 if (last.gap.value or 0.0) < 0 else 1.0
    sizes = [None if stage.gap.value is None else stage.gap.value * way for stage in (first, last)]
    # One number of decimals throughout, so that the numbers of the sentence add up.
    small = any(abs(size) < WHOLE_NUMBERS_FROM for size in sizes if size is not None)
    digits = 1 if small else digits_for(*sizes)
    words: Words = {
        "group": people_of(result, first.attribute, first.group),
        "first": in_100(sizes[0], digits),
        "last": in_100(sizes[1], digits),
        "before": termed(STAGES, first.stage),
        "after": termed(STAGES, last.stage),
    }
    steps = [stage for stage in stages if stage.change is not None and _is_clear(stage.change)]
    if not steps:
        return message(
            "The gap of {group} is {first} in 100 at the {before} and {last} at the {after}; no single step can be told from chance.",
            **words,
        )
    largest = max(steps, key=lambda stage: abs(stage.change.value or 0.0) if stage.change else 0.0)
    change = (largest.change.value or 0.0) * way if largest.change else 0.0
    told: Words = {
        **words,
        "change": in_100(abs(change), max(digits, digits_for(change, 0.0))),
        "stage": termed(STAGES, largest.stage),
    }
    if change > 0:
        return message(
            "The gap of {group} is {first} in 100 at the {before} and {last} at the {after}. The {stage} widens it most, by {change}.",
            **told,
        )
    return message(
        "The gap of {group} is {first} in 100 at the {before} and {last} at the {after}. The {stage} narrows it most, by {change}.",
        **told,
    )


def _is_clear(estimate: Estimate) -> bool:
    return (estimate.low is not None and estimate.low > 0) or (estimate.high is not None and estimate.high < 0)


def _row(edition: Edition, stage: StageGap) -> Row:
    language = edition.language
    value, low, high = (
        None if end is None else end * _IN_100 for end in (stage.gap.value, stage.gap.low, stage.gap.high)
    )
    tolerance = edition.result.audit.tolerance_gap * _IN_100
    state: State = "cannot_tell"
    if low is not None and high is not None:
        state = "exceeds" if high < -tolerance or low > tolerance else "within"
    step = ""
    if stage.change is not None and stage.change.value is not None:
        step = language.signed_in_100(stage.change.value)
    figures = language.signed_in_100(stage.gap.value)
    return Row(
        label=edition.says(termed(STAGES, stage.stage)),
        figures=figures,
        marks=(Mark(value=value, low=low, high=high, state=state),),
        step=step,
    )
