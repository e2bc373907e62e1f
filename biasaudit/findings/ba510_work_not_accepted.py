"""BA510: work that was done and not accepted."""

from __future__ import annotations

from biasaudit.findings.evidence import Check
from biasaudit.results import AuditResult, Condition, Finding, Sentence, sentence
from biasaudit.results.sentences import in_100, number

CHECK = Check(code="BA510", title="Work that was not accepted")

FOUND = "Of 100 labels, {share} ({low} to {high}) were not accepted."
FOUND_WITH_TIME = "Of 100 labels, {share} ({low} to {high}) were not accepted, and of 100 hours of recorded work {time} went into them."
NOT_FOUND = "Every label of which the log says whether it was accepted was accepted."
UNPAID = "What was not accepted is taken as not paid."
RAISED = "Had every label been paid, the median hour would have brought {promised} in the place of {pay}."
DIFFERENT = "A label that differs from most others is different; that alone does not make it wrong."


def check(result: AuditResult) -> list[Finding]:
    """Say how much work was not accepted."""
    if result.trace is None or result.trace.conditions_of_all is None:
        return CHECK.not_applicable("There is no annotation log of at least five annotators.")
    one = result.trace.conditions_of_all
    share = one.rejected
    if share.value is None:
        return CHECK.not_applicable("The log does not say which labels were accepted.")
    evidence = ["/trace/conditions_of_all"]
    if share.value == 0:
        return [CHECK.finding("not_found", sentence(NOT_FOUND), evidence=evidence)]
    # Where so few are rejected that whole numbers would read as none, one decimal is shown.
    digits = 0 if share.low is not None and share.low >= 0.03 else 1  # noqa: PLR2004 - as for gaps
    words = {
        "share": in_100(share.value, digits),
        "low": in_100(share.low, digits),
        "high": in_100(share.high, digits),
    }
    message = (
        sentence(FOUND, **words)
        if one.unpaid_time.value is None
        else sentence(FOUND_WITH_TIME, **words, time=in_100(one.unpaid_time.value, digits))
    )
    return [CHECK.finding("found", message, evidence=evidence, caveats=_caveats(one))]


def _caveats(one: Condition) -> list[Sentence]:
    told = [sentence(UNPAID)]
    if one.hourly_pay is not None and one.pay_if_accepted is not None:
        told.append(sentence(RAISED, promised=number(one.pay_if_accepted), pay=number(one.hourly_pay)))
    return [*told, sentence(DIFFERENT)]
