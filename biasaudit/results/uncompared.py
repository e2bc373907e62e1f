"""What stands in one of two results and cannot be compared with the other, and why."""

from __future__ import annotations

from biasaudit.results.changes import NotCompared
from biasaudit.results.records import AuditResult

#: Why a gap is not compared.
NEW_ATTRIBUTE = "the earlier result does not have this attribute"
GONE_ATTRIBUTE = "the later result does not have this attribute"
OTHER_REFERENCE = "the reference is another one: first {before}, then {after}"
OTHER_YARDSTICK = "errors are measured against something else than before"
GONE_MEASURE = "the later result does not have this measure"
NEW_MEASURE = "the earlier result does not have this measure"
#: Measures that say nothing of who is right, and so need no outcome.
_WITHOUT_OUTCOME = ("selection_rate",)


def not_compared(before: AuditResult, after: AuditResult) -> tuple[NotCompared, ...]:
    """List the attributes and measures that stand in a result and cannot be compared, each with its reason."""
    references = [{facts.name: facts.reference for facts in result.data.attributes} for result in (before, after)]
    yardsticks = [(result.data.errors_against, result.data.outcome, result.data.truth) for result in (before, after)]
    measures = [{(one.attribute, one.measure) for one in result.disparities} for result in (before, after)]
    found = []
    for attribute in sorted(references[0].keys() | references[1].keys()):
        was, now = references[0].get(attribute), references[1].get(attribute)
        if was is None or now is None:
            found.append(NotCompared(attribute=attribute, reason=NEW_ATTRIBUTE if was is None else GONE_ATTRIBUTE))
        elif was != now:
            reason = OTHER_REFERENCE.format(before=was, after=now)
            found.append(NotCompared(attribute=attribute, reason=reason))
        else:
            found += _measures_not_compared(attribute, measures, is_other_yardstick=yardsticks[0] != yardsticks[1])
    return tuple(found)


def _measures_not_compared(
    attribute: str, measures: list[set[tuple[str, str]]], *, is_other_yardstick: bool
) -> list[NotCompared]:
    held = [{measure for own, measure in each if own == attribute} for each in measures]
    found = []
    for measure in sorted(held[0] | held[1]):
        reason = ""
        if measure not in held[0] or measure not in held[1]:
            reason = NEW_MEASURE if measure not in held[0] else GONE_MEASURE
        elif is_other_yardstick and measure not in _WITHOUT_OUTCOME:
            reason = OTHER_YARDSTICK
        if reason:
            found.append(NotCompared(attribute=attribute, measure=measure, reason=reason))
    return found
