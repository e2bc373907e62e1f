"""The part of a letter on groups: figures of the result, and none that it withholds."""

from __future__ import annotations

from biasaudit.report.letter_parts import Part
from biasaudit.report.messages import Message, Words, message, people_counted
from biasaudit.report.verdicts import digits_for, people_of
from biasaudit.results import FEWEST_PEOPLE, AttributeFacts, AuditResult, Disparity, Rate
from biasaudit.results.letters import Explanation, GroupOf
from biasaudit.results.sentences import count, in_100, name


def groups_part(result: AuditResult, told: Explanation) -> Part:
    """Give the rates of every group that the person is counted in, as the result has them."""
    facts = {fact.name: fact for fact in result.data.attributes}
    said = tuple(_group(result, facts[one.attribute], one) for one in told.groups if one.attribute in facts)
    tolerance = message(
        "In brackets: intervals at {level} in 100. This audit tolerates differences of up to {tolerance} in 100.",
        level=in_100(result.rates[0].estimate.level if result.rates else None),
        tolerance=in_100(result.audit.tolerance_gap, digits_for(result.audit.tolerance_gap)),
    )
    return Part(
        heading=message("How the groups fared that you are counted in"),
        blocks=(("list", said), ("quiet", (tolerance,))),
    )


def _group(result: AuditResult, facts: AttributeFacts, one: GroupOf) -> Message:
    group = people_of(result, facts.name, one.group)
    n = next((size.n for size in facts.groups if size.group == one.group), 0)
    rate, reference = (_rate(result, facts.name, each) for each in (one.group, facts.reference))
    if n < FEWEST_PEOPLE:
        return message(
            "{group}: there are fewer than {fewest} of them, and nothing is shown about so few.",
            group=group,
            fewest=count(FEWEST_PEOPLE),
        )
    if rate is None or rate.estimate.value is None:
        return message("{group}: their rate cannot be computed.", group=group)
    words: Words = {"group": group, "decision": name(result.audit.decision), **_interval("", rate)}
    if one.group == facts.reference:
        return message(
            "Of 100 {group}, {rate} were {decision} ({low} to {high}). Other groups are held against this one.", **words
        )
    gap = _gap(result, facts, one.group)
    if reference is None or reference.estimate.value is None or gap is None or gap.estimate.value is None:
        return message("Of 100 {group}, {rate} were {decision} ({low} to {high}).", **words)
    words |= {"reference": people_of(result, facts.name, facts.reference), **_interval("reference_", reference)}
    digits = digits_for(gap.estimate.low, gap.estimate.high)
    words |= {"gap_low": in_100(gap.estimate.low, digits), "gap_high": in_100(gap.estimate.high, digits)}
    told = message(
        "Of 100 {group}, {rate} were {decision} ({low} to {high}); of 100 {reference}, {reference_rate} ({reference_low} to {reference_high}). The difference lies between {gap_low} and {gap_high} in 100.",
        **words,
    )
    if n >= result.audit.minimum_size:
        return told
    return message(
        "{told} There are only {n} of the first: too few for this audit to judge.", told=told, n=people_counted(n)
    )


def _rate(result: AuditResult, attribute: str, group: str) -> Rate | None:
    wanted = (attribute, group, "selection_rate", "decision")
    return next((one for one in result.rates if (one.attribute, one.group, one.measure, one.stage) == wanted), None)


def _gap(result: AuditResult, facts: AttributeFacts, group: str) -> Disparity | None:
    wanted = (facts.name, group, "selection_rate", "decision", "gap")
    return next(
        (
            one
            for one in result.disparities
            if (one.attribute, one.group, one.measure, one.stage, one.statistic) == wanted
        ),
        None,
    )


def _interval(prefix: str, rate: Rate) -> Words:
    estimate = rate.estimate
    digits = digits_for(estimate.low, estimate.value, estimate.high)
    return {
        f"{prefix}rate": in_100(estimate.value, digits),
        f"{prefix}low": in_100(estimate.low, digits),
        f"{prefix}high": in_100(estimate.high, digits),
    }
