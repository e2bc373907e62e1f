"""BA501: at which stage, from labels to decisions, a gap grows."""

from __future__ import annotations

import itertools

from biasaudit.findings.evidence import Check, is_clear_of_zero, points, single_attributes
from biasaudit.results import AuditResult, Finding, StageGap, sentence
from biasaudit.results.sentences import name, term

CHECK = Check(code="BA501", title="Where on the way the gap grows")
#: Stages in words, translated with the catalogue.
IN_WORDS = {
    "reference_label": "the reference labels",
    "annotation": "the single labels of annotators",
    "label": "the agreed label",
    "model": "the model's scores",
    "decision": "the decisions",
}
STEP = (
    "For {group} {people}, measured on the same {people} throughout, the gap to {reference} ones is {first} in 100 in "
    "{first_stage} and {last} in 100 in the decisions. The largest step, {change} in 100 ({low} to {high}), "
    "comes between {before} and {after}."
)
NO_STEP = (
    "For {group} {people} the gap to {reference} ones is {first} in 100 in {first_stage} and {last} in 100 in the "
    "decisions; no single step can be told from chance."
)


def check(result: AuditResult) -> list[Finding]:
    """Name the largest step whose interval is clear of zero."""
    if result.trace is None or not result.trace.stages:
        return CHECK.not_applicable("There is no annotation log for the items that were judged.")
    ways: dict[tuple[str, str], list[tuple[str, StageGap]]] = {}
    for index, stage in enumerate(result.trace.stages):
        if stage.attribute not in single_attributes(result):
            continue
        ways.setdefault((stage.attribute, stage.group), []).append((f"/trace/stages/{index}", stage))
    return [_of(result, way) for way in ways.values() if len(way) > 1]


def _of(result: AuditResult, way: list[tuple[str, StageGap]]) -> Finding:
    (_, first), (_, last) = way[0], way[-1]
    evidence = [at for at, _ in way]
    words = {
        "group": name(first.group),
        "reference": name(first.reference),
        "people": name(result.audit.people),
        "first": points(first.gap.value),
        "first_stage": term(IN_WORDS[first.stage]),
        "last": points(last.gap.value),
    }
    steps = [
        (before, after)
        for (_, before), (_, after) in itertools.pairwise(way)
        if after.change is not None and is_clear_of_zero(after.change)
    ]
    if not steps:
        return CHECK.finding("cannot_tell", sentence(NO_STEP, **words), evidence=evidence)
    before, after = max(steps, key=lambda step: abs(step[1].change.value or 0) if step[1].change else 0.0)
    assert after.change is not None
    message = sentence(
        STEP,
        **words,
        change=points(after.change.value),
        low=points(after.change.low),
        high=points(after.change.high),
        before=term(IN_WORDS[before.stage]),
        after=term(IN_WORDS[after.stage]),
    )
    return CHECK.finding("found", message, evidence=evidence)
