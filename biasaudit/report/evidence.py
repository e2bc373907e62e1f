"""Where on the page the evidence of a finding stands: JSON pointers to anchors and words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from biasaudit.report.edition import Edition
from biasaudit.report.messages import Message, Words, message
from biasaudit.report.provenance_words import THINGS
from biasaudit.report.words import COEFFICIENTS, MEASURES, RULE_NAMES, STAGES, STATISTICS, termed
from biasaudit.results import (
    Agreement,
    AgreementGap,
    AttributeFacts,
    Attribution,
    ChainLink,
    Condition,
    Conditional,
    Disparity,
    Dissent,
    Driver,
    DriverTotal,
    Finding,
    Flip,
    Floor,
    LinkShare,
    MissingLink,
    PeriodGap,
    PoolEffect,
    PoolOverlap,
    Proxy,
    Rate,
    Relabel,
    RuleEffect,
    StageGap,
    UnitShare,
)
from biasaudit.results.sentences import Value, name

#: Sections in which parts of a result stand, where the part itself has no anchor.
_SECTIONS = {
    "data": "people",
    "model": "people",
    "rates": "groups",
    "disparities": "groups",
    "conditional": "strata",
    "periods": "periods",
    **dict.fromkeys(
        (
            "group_values",
            "group_gaps",
            "largest_gaps",
            "pooled_rates",
            "decompositions",
            "calibrations",
            "sweeps",
            "representation",
            "label_errors",
            "confounding",
            "found_groups",
        ),
        "further",
    ),
    "drivers": "drivers",
    "driver_totals": "drivers",
    "proxies": "proxies",
    "remedies": "remedies",
    "flips": "flips",
    "causes": "causes",
    "trace": "labels",
    "gates": "first",
    "audit": "assumptions",
    "manifest": "manifest",
    "steps": "unmeasured",
}
#: Links a finding shows before the rest is left to the table they stand in.
MOST_LINKS = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A place in the page, and what is found there."""

    anchor: str
    text: Markup


def evidence_links(edition: Edition, finding: Finding, anchors: frozenset[str]) -> list[Link]:
    """Give the places of a finding's evidence; a pointer to what the page does not show is left out."""
    links: dict[str, Link] = {}
    for pointer in finding.evidence:
        anchor = anchor_of(pointer, anchors)
        if anchor and anchor not in links:
            said = _named(edition, pointer) or message("the table")
            links[anchor] = Link(anchor=anchor, text=Markup(edition.html.say(said)))  # noqa: S704 - escaped by the writer
    # Two places that are called the same would read as one said twice.
    return list({link.text: link for link in reversed(links.values())}.values())[::-1]


def anchor_of(pointer: str, anchors: frozenset[str]) -> str:
    """Find the nearest anchor to a JSON pointer: its own, that of what holds it, or its section.

    Examples
    --------
    >>> anchor_of("/rates/3/estimate", frozenset({"rates-3", "groups"}))
    'rates-3'
    >>> anchor_of("/rates/9", frozenset({"rates-3", "groups"}))
    'groups'
    """
    parts = pointer.strip("/").split("/")
    for end in range(len(parts), 0, -1):
        anchor = "-".join(parts[:end])
        if anchor in anchors:
            return anchor
    section = _SECTIONS.get(parts[0], "")
    return section if section in anchors else ""


def _found(edition: Edition, pointer: str) -> Any:
    """Follow a pointer into the result; None where it leads nowhere."""
    at: Any = edition.result
    for part in pointer.strip("/").split("/"):
        try:
            at = at[int(part)] if isinstance(at, tuple | list) else getattr(at, part)
        except (AttributeError, IndexError, ValueError, TypeError):
            return None
    return at


def _named(edition: Edition, pointer: str) -> Message | Value | None:  # noqa: C901, PLR0912, PLR0915 - one case a kind of record
    """Say what a pointer points to."""
    record = _found(edition, pointer)
    said: Message | Value | None = None
    match record:
        case Disparity(statistic=statistic, measure="selection_rate", group=group):
            said = message("{statistic}, {group}", statistic=termed(STATISTICS, statistic), group=name(group))
        case Disparity(statistic=statistic, measure=measure, group=group):
            words: Words = {"statistic": termed(STATISTICS, statistic), "measure": termed(MEASURES, measure)}
            said = message("{statistic} of the {measure}, {group}", **words, group=name(group))
        case Rate(measure=measure, group=group):
            said = message("{measure}, {group}", measure=termed(MEASURES, measure), group=name(group))
        case StageGap(stage=stage, group=group):
            said = message("{stage}, {group}", stage=termed(STAGES, stage), group=name(group))
        case Agreement(coefficient=coefficient, group=group):
            said = message("{coefficient}, {group}", coefficient=termed(COEFFICIENTS, coefficient), group=name(group))
        case AgreementGap(coefficient=coefficient, group=group):
            said = message(
                "difference in {coefficient}, {group}", coefficient=termed(COEFFICIENTS, coefficient), group=name(group)
            )
        case Driver(feature=word) | Proxy(feature=word) | UnitShare(unit=word) | Floor(name=word):
            said = name(word)
        case DriverTotal(group=group):
            said = message("what pulls {group} apart", group=name(group))
        case RuleEffect(rule=rule, group=group):
            said = message("{rule}, {group}", rule=termed(RULE_NAMES, rule), group=name(group))
        case Dissent(value=word):
            said = name(word)
        case Attribution(group=group):
            said = message("whose labels, {group}", group=name(group))
        case Condition(about="everyone"):
            said = message("conditions of all annotators")
        case Condition(unit=unit):
            said = message("conditions, {unit}", unit=name(unit))
        case Relabel(group=group):
            said = message("labels to look at again, {group}", group=name(group))
        case PoolEffect(unit=unit, group=group):
            said = message("{unit} on {group}", unit=name(unit), group=name(group))
        case PoolOverlap(unit_kind=kind):
            said = message("items shared by pools of {kind}", kind=name(kind))
        case Conditional(group=group):
            said = message("within strata, {group}", group=name(group))
        case PeriodGap(period=period, group=group):
            said = message("{period}, {group}", period=name(period), group=name(group))
        case Flip(to=group):
            said = message("what if: {group}", group=name(group))
        case LinkShare(link=thing):
            said = termed(THINGS, thing)
        case ChainLink(name=str(word)):
            said = name(word)
        case MissingLink():
            said = message("where it is missing")
        case AttributeFacts(name=attribute):
            said = message("people by {attribute}", attribute=name(attribute))
    return said
