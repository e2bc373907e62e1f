"""BA507: whom the rule overrules."""

from __future__ import annotations

from biasaudit.findings.ba506_rules import SIGNIFICANT
from biasaudit.findings.evidence import Check, points
from biasaudit.results import AuditResult, Dissent, Finding, Sentence, Value, sentence
from biasaudit.results.sentences import in_100, name, number

CHECK = Check(code="BA507", title="Whom the rule overrules")

FOUND = (
    "The rule overrules {share} in 100 labels of annotators whose {attribute} is {value}: {difference} in 100 more "
    "({low} to {high}) than of all the others."
)
UNPAID = (
    "The rule overrules {share} in 100 labels of annotators whose {attribute} is {value}, {difference} in 100 more "
    "({low} to {high}) than of all the others; as overruled labels are not paid, they lose {pay} {currency}, {lost} in 100 of their pay."
)
NOBODY = (
    "No group of annotators is overruled more often than the others by more than this audit tolerates: the largest share is {share} in 100, "
    "of annotators whose {attribute} is {value}."
)
CANNOT_TELL = (
    "Whether the rule overrules some annotators more often than others cannot be told: the largest share is {share} in 100, "
    "of annotators whose {attribute} is {value}."
)
RIGHT = "Where the truth is known, {right} in 100 of these overruled labels were right ({low} to {high})."
DIFFERENT = "An overruled label differs from the others; it is not therefore an error."


def check(result: AuditResult) -> list[Finding]:
    """Name each group of annotators that is overruled more than the others beyond noise."""
    if result.trace is None or not result.trace.dissent:
        return CHECK.not_applicable(
            "No units and no attributes of annotators are known, or too few annotators have them."
        )
    placed = [
        (f"/trace/dissent/{index}", one)
        for index, one in enumerate(result.trace.dissent)
        if one.against_others is not None and one.overruled.is_defined
    ]
    if not placed:
        return CHECK.not_applicable("No two groups of annotators are large enough to hold against each other.")
    more = [(at, one) for at, one in placed if _is_more(one)]
    if more:
        return [_found(at, one) for at, one in more]
    _, largest = max(placed, key=lambda pair: pair[1].overruled.value or 0.0)
    tolerance = result.audit.tolerance_gap
    ends = [end for _, one in placed if one.against_others for end in (one.against_others.low, one.against_others.high)]
    is_settled = all(end is not None and abs(end) <= tolerance for end in ends)
    said = sentence(NOBODY if is_settled else CANNOT_TELL, **_words(largest))
    return [
        CHECK.finding(
            "not_found" if is_settled else "cannot_tell",
            said,
            evidence=[at for at, _ in placed],
            caveats=[sentence(DIFFERENT)],
        )
    ]


def _is_more(one: Dissent) -> bool:
    against = one.against_others
    return bool(
        against is not None
        and against.low is not None
        and against.low > 0
        and one.p_adjusted is not None
        and one.p_adjusted <= SIGNIFICANT
    )


def _words(one: Dissent) -> dict[str, Value]:
    return {
        "share": in_100(one.overruled.value, 1),
        "attribute": name(one.annotator_attribute),
        "value": name(one.value),
    }


def _found(at: str, one: Dissent) -> Finding:
    against = one.against_others
    assert against is not None
    words = _words(one) | {
        "difference": points(against.value, 0.0),
        "low": points(against.low, 0.0),
        "high": points(against.high, 0.0),
    }
    said = sentence(FOUND, **words)
    if one.pay_lost is not None and one.pay_lost_share is not None:
        pay = {
            "pay": number(one.pay_lost, 0),
            "currency": name(one.currency or ""),
            "lost": in_100(one.pay_lost_share, 1),
        }
        said = sentence(UNPAID, **words, **pay)
    return CHECK.finding("found", said, evidence=[at], caveats=_caveats(one))


def _caveats(one: Dissent) -> list[Sentence]:
    right = one.overruled_right
    known = (
        [sentence(RIGHT, right=in_100(right.value), low=in_100(right.low), high=in_100(right.high))]
        if right.is_defined
        else []
    )
    return [*known, sentence(DIFFERENT)]
