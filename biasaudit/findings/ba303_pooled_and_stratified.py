"""BA303: whether the gap over everybody and the gap among comparable people disagree."""

from __future__ import annotations

from biasaudit.findings.evidence import Check, is_clear_of_zero, points
from biasaudit.results import AuditResult, Conditional, Finding, Sentence, Value, sentence
from biasaudit.results.sentences import name

CHECK = Check(code="BA303", title="The gap over everybody and within strata")

LESS_THEN_MORE = (
    "Over everybody, {group} {people} are {decision} less often than {reference} ones, by {pooled} in 100. "
    "Within the same {strata} they are {decision} more often, by {stratified} in 100. "
    "Both are true: the first says who is {decision}; the second, who is {decision} among those in the same {strata}."
)
MORE_THEN_LESS = (
    "Over everybody, {group} {people} are {decision} more often than {reference} ones, by {pooled} in 100. "
    "Within the same {strata} they are {decision} less often, by {stratified} in 100. "
    "Both are true: the first says who is {decision}; the second, who is {decision} among those in the same {strata}."
)
LESS_THEN_UNTOLD = (
    "Over everybody, {group} {people} are {decision} less often than {reference} ones, by {pooled} in 100. "
    "Within the same {strata} the gap turns over, to {stratified} in 100 in their favour ({low} to {high}), which cannot be "
    "told from none. Both are true: the first says who is {decision}; the second, who is {decision} among those in the "
    "same {strata}."
)
MORE_THEN_UNTOLD = (
    "Over everybody, {group} {people} are {decision} more often than {reference} ones, by {pooled} in 100. "
    "Within the same {strata} the gap turns over, to {stratified} in 100 against them ({low} to {high}), which cannot be "
    "told from none. Both are true: the first says who is {decision}; the second, who is {decision} among those in the "
    "same {strata}."
)
SAME_WAY = (
    "For {group} {people} the gap to {reference} ones points the same way over everybody ({pooled} in 100) "
    "and within the same {strata} ({stratified} in 100)."
)
NOT_A_CONTROL = (
    "This cannot tell whether {strata} is a reason that should count: if people were steered into it, "
    "holding it constant hides what happened before."
)


def check(result: AuditResult) -> list[Finding]:
    """Compare the sign of each pooled gap with its stratified one."""
    if not result.conditional:
        return CHECK.not_applicable("No strata are declared within which to compare.")
    sizes = {(facts.name, size.group): size.n for facts in result.data.attributes for size in facts.groups}
    # Of groups too small to be judged nothing is concluded here either.
    judged = [
        (index, one)
        for index, one in enumerate(result.conditional)
        if sizes.get((one.attribute, one.group), 0) >= result.audit.minimum_size
    ]
    findings = [_of(result, f"/conditional/{index}", one) for index, one in judged]
    return findings or CHECK.not_applicable("Every group with strata is too small to be judged.")


def _of(result: AuditResult, pointer: str, one: Conditional) -> Finding:
    pooled, stratified = one.pooled.value, one.stratified.value
    words = {
        "group": name(one.group),
        "reference": name(one.reference),
        "people": name(result.audit.people),
        "strata": name(" x ".join(one.strata)),
    }
    caveat = sentence(NOT_A_CONTROL, strata=words["strata"])
    if one.signs_disagree and pooled is not None and stratified is not None:
        return CHECK.finding("found", _turned(result, one, words), evidence=[pointer], caveats=[caveat])
    if pooled is None or stratified is None:
        message = sentence("For {group} the gap within strata cannot be computed.", group=words["group"])
        return CHECK.finding("cannot_tell", message, evidence=[pointer])
    message = sentence(SAME_WAY, **words, pooled=points(pooled), stratified=points(stratified))
    return CHECK.finding("not_found", message, evidence=[pointer], caveats=[caveat])


def _turned(result: AuditResult, one: Conditional, words: dict[str, Value]) -> Sentence:
    """Tell two gaps of opposite sign, and whether the second can be told from none."""
    pooled, stratified = one.pooled.value or 0.0, one.stratified.value or 0.0
    words = {
        **words,
        "decision": name(result.audit.decision),
        "pooled": points(abs(pooled)),
        "stratified": points(abs(stratified)),
    }
    if is_clear_of_zero(one.stratified):
        return sentence(LESS_THEN_MORE if pooled < 0 else MORE_THEN_LESS, **words)
    # The interval is read in the direction of the stratified gap, as its size is.
    towards = -1.0 if stratified < 0 else 1.0
    ends = sorted(end * towards for end in (one.stratified.low, one.stratified.high) if end is not None)
    return sentence(
        LESS_THEN_UNTOLD if pooled < 0 else MORE_THEN_UNTOLD,
        **words,
        low=points(ends[0] if ends else None),
        high=points(ends[-1] if ends else None),
    )
