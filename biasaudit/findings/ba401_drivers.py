"""BA401: which input pulls the decisions on a group away from those on its reference most."""

from __future__ import annotations

from biasaudit.findings.evidence import Check, contribution, is_clear_of_zero, single_attributes
from biasaudit.results import AuditResult, Driver, DriverTotal, Finding, sentence
from biasaudit.results.sentences import name

CHECK = Check(code="BA401", title="What pulls the groups apart")

MOST_OF_DECISIONS = (
    "Inside the model, {feature} pulls the decisions on {group} and {reference} {people} apart most: "
    "it adds {contribution} in 100 ({low} to {high}) to a gap of {total} in the selection rate."
)
NOTHING_OF_DECISIONS = (
    "No single input pulls the decisions on {group} and {reference} {people} apart by more than chance would."
)
MOST = (
    "Inside the model, {feature} pulls the scores of {group} and {reference} {people} apart most: "
    "it adds {contribution} ({low} to {high}) to a gap of {total} in the mean score."
)
NOTHING = "No single input pulls the scores of {group} and {reference} {people} apart by more than chance would."
NOT_A_CAUSE = (
    "This is an association inside the model. It is not a cause, and it says nothing about people outside these data."
)


def check(result: AuditResult) -> list[Finding]:
    """Name the largest contribution to each gap, where its interval is clear of zero."""
    if not result.drivers:
        return CHECK.not_applicable("There is no model whose inputs could be explained.")
    findings = []
    scale = result.driver_scale
    for index, total in enumerate(result.driver_totals):
        if total.scale != scale or total.attribute not in single_attributes(result):
            continue
        key = (total.attribute, total.group, total.reference, total.scale)
        own = [
            (f"/drivers/{place}", driver)
            for place, driver in enumerate(result.drivers)
            if (driver.attribute, driver.group, driver.reference, driver.scale) == key
        ]
        clear = [pair for pair in own if is_clear_of_zero(pair[1].contribution)]
        findings.append(_of(result, f"/driver_totals/{index}", total, clear))
    return findings


def _of(result: AuditResult, pointer: str, total: DriverTotal, clear: list[tuple[str, Driver]]) -> Finding:
    words = {"group": name(total.group), "reference": name(total.reference), "people": name(result.audit.people)}
    is_decided = total.scale == "decision"
    if not clear:
        nothing = sentence(NOTHING_OF_DECISIONS if is_decided else NOTHING, **words)
        return CHECK.finding("cannot_tell", nothing, evidence=[pointer])
    at, most = max(clear, key=lambda pair: abs(pair[1].contribution.value or 0))
    message = sentence(
        MOST_OF_DECISIONS if is_decided else MOST,
        **words,
        feature=name(most.feature),
        contribution=contribution(most.contribution.value, total),
        low=contribution(most.contribution.low, total),
        high=contribution(most.contribution.high, total),
        total=contribution(total.total, total),
    )
    return CHECK.finding("found", message, evidence=[at, pointer], caveats=[sentence(NOT_A_CAUSE)])
