"""BA403: whether decisions change when only a protected input changes."""

from __future__ import annotations

from biasaudit.findings.evidence import Check
from biasaudit.results import ANY_GROUP, AuditResult, Finding, Flip, Sentence, sentence
from biasaudit.results.sentences import count, in_100, name, number

CHECK = Check(code="BA403", title="What changes when only the group changes")

POINTS = (
    "If the file said {to} and nothing else changed, {people} now read as {group} would gain {points} points "
    "({low} to {high}), and {changed} in 100 of them would get another decision."
)
DECISIONS = (
    "If the file said {to} and nothing else changed, {changed} in 100 {people} now read as {group} "
    "({low} to {high}) would get another decision."
)
EVERYBODY = (
    "If every file said {to} and nothing else changed, {gaining} {people} ({low} to {high}) "
    "would be {decision} who are not."
)
EVERYBODY_PER_PERIOD = (
    "If every file said {to} and nothing else changed, {gaining} {people} per {period} ({low} to {high}) "
    "would be {decision} who are not."
)
NOTHING = "Whether any decision would change if the file said {to} and nothing else changed cannot be told from chance."
NONE = "No decision would change if the file said {to} and nothing else changed."


def check(result: AuditResult) -> list[Finding]:
    """Give one finding a flip: changed decisions, in points where the model counts in points."""
    if not result.flips:
        return CHECK.not_applicable("No protected attribute is among the inputs of a model, and no flip is declared.")
    return [_of(result, f"/flips/{index}", flip) for index, flip in enumerate(result.flips)]


def _of(result: AuditResult, pointer: str, flip: Flip) -> Finding:
    changed = flip.changed_decisions
    if changed.value == 0 and not changed.high:
        return CHECK.finding("not_found", sentence(NONE, to=name(flip.to)), evidence=[pointer])
    if changed.value is None or not changed.low or changed.low <= 0:
        return CHECK.finding("cannot_tell", sentence(NOTHING, to=name(flip.to)), evidence=[pointer])
    return CHECK.finding("found", _told(result, flip), evidence=[pointer])


def _told(result: AuditResult, flip: Flip) -> Sentence:
    changed, points = flip.changed_decisions, flip.mean_points_change
    words = {"to": name(flip.to), "people": name(result.audit.people)}
    per_period = flip.people_gaining_per_period
    gaining = per_period or flip.people_gaining
    if flip.from_ == ANY_GROUP and gaining is not None:
        template = EVERYBODY
        if per_period is not None:
            template, words["period"] = EVERYBODY_PER_PERIOD, name(result.data.period or "")
        return sentence(
            template,
            **words,
            decision=name(result.audit.decision),
            gaining=count(gaining.value or 0),
            low=count(gaining.low or 0),
            high=count(gaining.high or 0),
        )
    words["group"] = name(flip.from_)
    share = in_100(changed.value, digits=1)
    if points is not None and points.low is not None:
        return sentence(
            POINTS,
            **words,
            changed=share,
            points=number(points.value, 1),
            low=number(points.low, 1),
            high=number(points.high, 1),
        )
    return sentence(
        DECISIONS, **words, changed=share, low=in_100(changed.low, digits=1), high=in_100(changed.high, digits=1)
    )
