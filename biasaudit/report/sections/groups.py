"""Group by group: rates, gaps and ratios, intersections, and errors."""

from __future__ import annotations

from typing import Any

from biasaudit.report.comparisons import Comparison, by_telling, compared, is_crossed
from biasaudit.report.edition import Edition, Figure
from biasaudit.report.legends import verdict_legend
from biasaudit.report.messages import Message, Words, counted, message
from biasaudit.report.pictures.look import MOST_ROWS, NARROW, SMALL, WIDE
from biasaudit.report.pictures.rows import Block, Mark, Row, rows_picture
from biasaudit.report.sections.people import MOST_LINES
from biasaudit.report.verdicts import digits_for, people_of
from biasaudit.report.words import MEANINGS, MEASURES, VERDICTS
from biasaudit.results import FEWEST_PEOPLE, AttributeFacts, AuditResult, Estimate, Rate
from biasaudit.results.sentences import count, in_100, name

#: Error measures shown, in their order.
ERROR_MEASURES = ("tpr", "fnr", "fpr", "tnr", "ppv", "fdr", "npv", "for", "accuracy", "base_rate", "false_alarm_share")
#: Groups told in whole sentences before the table takes over.
_TOLD = 3
_IN_100 = 100


def view(edition: Edition) -> dict[str, Any] | None:
    """Gather rates and disparities of every attribute."""
    result = edition.result
    parts = [_part(edition, facts, at) for at, facts in enumerate(by_telling(result)) if facts.groups]
    if not parts:
        return None
    return {
        "parts": parts,
        "errors": _errors(result),
        "errors_note": _errors_note(result),
        "most": MOST_LINES,
    }


def _part(edition: Edition, facts: AttributeFacts, at: int) -> dict[str, Any]:
    result = edition.result
    comparisons = compared(result, facts)
    reference = _reference(result, facts)
    crossed = is_crossed(facts)
    return {
        "facts": facts,
        "is_crossed": crossed,
        "told": _frequencies(result, comparisons),
        "figure": people_figure(edition, [facts], name_=f"people-{at}", folds_how=at > 0) if comparisons else None,
        "reference": reference,
        "comparisons": comparisons,
        "verdicts": VERDICTS,
        "heatmap": _heatmap(facts, comparisons) if crossed else None,
    }


def _frequencies(result: AuditResult, comparisons: tuple[Comparison, ...]) -> list[Message]:
    """Tell the most telling comparison in natural frequencies, and others where they lie beyond the tolerance."""
    known = [each for each in comparisons if each.is_defined and not each.is_small]
    return [frequency(result, each) for at, each in enumerate(known[:_TOLD]) if at == 0 or each.verdict == "exceeds"]


def _reference(result: AuditResult, facts: AttributeFacts) -> dict[str, Any]:
    size = next((size for size in facts.groups if size.group == facts.reference), None)
    rate = _rate(result, facts.name, facts.reference)
    return {"size": size, "rate": rate[1] if rate else None, "rate_at": rate[0] if rate else -1}


def _rate(result: AuditResult, attribute: str, group: str, measure: str = "selection_rate") -> tuple[int, Rate] | None:
    for at, rate in enumerate(result.rates):
        if (rate.attribute, rate.group, rate.measure, rate.stage) == (attribute, group, measure, "decision"):
            return at, rate
    return None


def frequency(result: AuditResult, comparison: Comparison) -> Message:
    """Tell a comparison in natural frequencies."""
    rate, other = comparison.rate, comparison.reference_rate
    gap = comparison.gap.estimate if comparison.gap else None
    assert rate is not None
    assert other is not None
    assert gap is not None
    low, high = gap.low, gap.high
    if high is not None and low is not None and high < 0:
        low, high = -high, -low
    digits = digits_for(rate.estimate.value, other.estimate.value)
    is_open = low is not None and high is not None and low < 0 < high
    return message(
        "Of 100 {reference}, {reference_rate} are {decision}; of 100 {group}, {rate}. The gap lies between {low} and {high} in 100 ({level} % interval): it may go either way."
        if is_open
        else "Of 100 {reference}, {reference_rate} are {decision}; of 100 {group}, {rate}. The difference is between {low} and {high} in 100 ({level} % interval).",
        reference=people_of(result, comparison.attribute, comparison.reference),
        group=people_of(result, comparison.attribute, comparison.group),
        decision=name(result.audit.decision),
        rate=in_100(rate.estimate.value, digits),
        reference_rate=in_100(other.estimate.value, digits),
        low=in_100(low, digits_for(low, high)),
        high=in_100(high, digits_for(low, high)),
        level=in_100(gap.level),
    )


def headline(result: AuditResult, facts: AttributeFacts) -> Message:
    """Say in one short sentence what the picture of an attribute shows."""
    comparisons = compared(result, facts)
    first = comparisons[0] if comparisons else None
    value = first.gap.estimate.value if first and first.gap else None
    if first is None or value is None or first.verdict == "cannot_tell":
        return message(
            "For no group of {attribute} do the data settle whether the gap lies within the tolerance.",
            attribute=name(facts.name),
        )
    if first.verdict == "within":
        return message("No group of {attribute} lies beyond the tolerance.", attribute=name(facts.name))
    told: Words = {
        "group": people_of(result, facts.name, first.group),
        "reference": people_of(result, facts.name, first.reference),
        "decision": name(result.audit.decision),
    }
    if value < 0:
        return message("{group} are {decision} less often than {reference}.", **told)
    return message("{group} are {decision} more often than {reference}.", **told)


def people_figure(
    edition: Edition,
    attributes: list[AttributeFacts],
    *,
    name_: str,
    most: int = MOST_ROWS,
    is_small: bool = False,
    folds_how: bool = False,
) -> Figure:
    """Draw the groups of some attributes on one axis."""
    result = edition.result
    blocks = [_block(edition, facts, most, titled=len(attributes) > 1) for facts in attributes]
    unit = edition.says(message("{decision}, of 100", decision=name(result.audit.decision)))
    drawn = {
        form: rows_picture(blocks, canvas, edition.language, name=f"{name_}-{form}", unit=unit, from_zero=True)
        for form, canvas in ({"narrow": SMALL} if is_small else {"wide": WIDE, "narrow": NARROW}).items()
    }
    left = sum(max(0, len(facts.groups) - most) for facts in attributes)
    states = {mark.state for block in blocks for row in block.rows for mark in row.marks}
    return Figure(
        name=name_,
        caption=headline(result, attributes[0]),
        alt=_in_words(edition, attributes, blocks),
        wide=drawn.get("wide", ""),
        narrow=drawn["narrow"],
        folds_how=folds_how,
        how=(
            message(
                "Each mark is the share of a group, the line through it its 95 % interval: the shorter, the surer."
            ),
            message("The upright line is the reference; at the right, how many of how many."),
        ),
        legend=verdict_legend(states),
        more=counted(left, "{n} more group is in the table.", "{n} more groups are in the table.", n=count(left))
        if left
        else None,
    )


def _block(edition: Edition, facts: AttributeFacts, most: int, *, titled: bool) -> Block:
    result = edition.result
    tolerance = result.audit.tolerance_gap * _IN_100
    reference = _rate(result, facts.name, facts.reference)
    value = reference[1].estimate.value if reference else None
    line = None if value is None else value * _IN_100
    rows = [_row(edition, facts, facts.reference, reference[1].estimate if reference else None, "reference")]
    rows += [
        _row(
            edition,
            facts,
            comparison.group,
            comparison.rate.estimate if comparison.rate else None,
            comparison.verdict,
        )
        for comparison in compared(result, facts)[: most - 1]
    ]
    label = ""
    if value is not None:
        label = edition.plain.say(message("{group}: {rate}", group=name(facts.reference), rate=in_100(value, 1)))
    return Block(
        rows=tuple(rows),
        title=edition.plain.own(facts.name) if titled else "",
        line=line,
        line_label=label,
        band=None if line is None else (line - tolerance, line + tolerance),
    )


def _row(edition: Edition, facts: AttributeFacts, group: str, estimate: Estimate | None, state: Any) -> Row:
    size = next((size for size in facts.groups if size.group == group), None)
    figures = ""
    if size is not None and size.n_selected is not None and size.n >= FEWEST_PEOPLE:
        figures = edition.plain.say(message("{k} of {n}", k=count(size.n_selected), n=count(size.n)))
    elif size is not None:
        figures = edition.language.people(size.n)
    mark = Mark(value=None, low=None, high=None, state=state)
    if estimate is not None and estimate.value is not None:
        low, high = (None if end is None else end * _IN_100 for end in (estimate.low, estimate.high))
        mark = Mark(value=estimate.value * _IN_100, low=low, high=high, state=state)
    return Row(label=edition.plain.own(group), figures=figures, marks=(mark,))


def _in_words(edition: Edition, attributes: list[AttributeFacts], blocks: list[Block]) -> str:
    parts = [edition.says(headline(edition.result, facts)) for facts in attributes]
    for block in blocks:
        told = [
            f"{row.label}: {edition.language.number(row.marks[0].value, 1)}"
            for row in block.rows[:8]
            if row.marks[0].value is not None
        ]
        parts.append("; ".join(told) + ".")
    return " ".join(parts)


def _heatmap(facts: AttributeFacts, comparisons: tuple[Comparison, ...]) -> dict[str, Any] | None:
    """Lay the groups of two crossed attributes out as a table, with how far each lies from the reference."""
    cells: dict[tuple[str, str], dict[str, Any]] = {}
    gaps = {comparison.group: comparison for comparison in comparisons}
    for size in facts.groups:
        parts = size.group.split(" x ")
        if len(parts) != len(facts.columns) or len(parts) != 2:  # noqa: PLR2004 - a table has two directions
            return None
        comparison = gaps.get(size.group)
        cells[parts[0], parts[1]] = {"size": size, "comparison": comparison, "shade": _shade(comparison)}
    across = list(dict.fromkeys(second for _, second in cells))
    down = list(dict.fromkeys(first for first, _ in cells))
    return {"across": across, "down": down, "cells": cells}


#: Gaps (in rate points) from which a cell of the table is tinted one step darker.
_SHADES = (0.02, 0.05, 0.1, 0.2)


def _shade(comparison: Comparison | None) -> str:
    value = comparison.gap.estimate.value if comparison and comparison.gap else None
    if comparison is None or value is None or comparison.is_small:
        return "none"
    steps = sum(abs(value) >= bound for bound in _SHADES)
    return f"{'less' if value < 0 else 'more'}-{steps}" if steps else "none"


def _errors(result: AuditResult) -> list[dict[str, Any]]:
    """Gather error rates by attribute, group and measure."""
    held: dict[str, dict[str, dict[str, tuple[int, Rate]]]] = {}
    for at, rate in enumerate(result.rates):
        if rate.measure in ERROR_MEASURES and rate.stage == "decision":
            held.setdefault(rate.attribute, {}).setdefault(rate.group, {})[rate.measure] = (at, rate)
    gaps = {
        (disparity.attribute, disparity.group, disparity.measure, disparity.statistic): (at, disparity)
        for at, disparity in enumerate(result.disparities)
        if disparity.measure in ERROR_MEASURES and disparity.stage == "decision"
    }
    tables = []
    for attribute, groups in held.items():
        measures = [measure for measure in ERROR_MEASURES if any(measure in rates for rates in groups.values())]
        tables.append(
            {
                "attribute": attribute,
                "measures": [(measure, MEASURES[measure], MEANINGS[measure]) for measure in measures],
                "groups": groups,
                "gaps": gaps,
                "verdicts": VERDICTS,
            }
        )
    return tables


def _errors_note(result: AuditResult) -> Message | None:
    data = result.data
    if data.errors_against == "truth":
        return message(
            "Errors are measured against {truth}, declared as a truth that came to light later. This cannot tell how it was recorded for each group.",
            truth=name(data.truth or ""),
        )
    if data.errors_against == "outcome":
        return message(
            "No later truth was declared, so these rates are measured against {outcome}, a label that people gave. Where those people judged a group wrongly, these rates repeat their mistake.",
            outcome=name(data.outcome or ""),
        )
    return None
