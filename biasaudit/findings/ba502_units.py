"""BA502: whose labels the gap comes with."""

from __future__ import annotations

from biasaudit.findings.evidence import Check, points
from biasaudit.results import Attribution, AuditResult, Estimate, Finding, Value, sentence
from biasaudit.results.sentences import name

CHECK = Check(code="BA502", title="Whose labels the gap comes with")

FLAGGED = (
    "Of the gap of {total} in 100 in the decisions on {group} {people}, {baseline} are there under the reference labels; "
    "{contribution} ({low} to {high}) come with the labels of {unit}, more than shuffled {kind} names would give."
)
NOBODY = (
    "The labels of no single {kind} add more to the gap of {group} {people} than shuffled names would give: "
    "the gap is {total} in 100, of which {baseline} are there under the reference labels."
)
CANNOT_TELL = (
    "Whether the labels add to the gap of {group} {people} cannot be told: it is {total} in 100 with the labels as given "
    "and {baseline} in 100 with the reference labels, no further apart than chance would put them."
)
PEOPLE = "This speaks of labels made under some conditions and rules, not of the character of the people who gave them."
SHARED = "What all annotators share cannot be seen this way: each is held against the others."


def check(result: AuditResult) -> list[Finding]:
    """Give one finding a gap and unit kind: the units beyond the placebo band, or that there are none."""
    if result.trace is None or not result.trace.attribution:
        return CHECK.not_applicable("There is no model that could be trained again with other labels.")
    return [
        found
        for index, attribution in enumerate(result.trace.attribution)
        for found in _of(result, f"/trace/attribution/{index}", attribution)
    ]


def _of(result: AuditResult, pointer: str, attribution: Attribution) -> list[Finding]:
    # Read in the direction of the gap, so that a gap of -17 is a gap of 17, of which 15 come with a unit.
    towards = -1.0 if (attribution.total.value or 0.0) < 0 else 1.0
    words = {
        "group": name(attribution.group),
        "people": name(result.audit.people),
        "kind": name(attribution.unit_kind),
        "total": _turned(attribution.total.value, towards),
        "baseline": _turned(attribution.baseline.value, towards),
    }
    caveats = [sentence(PEOPLE)] + ([sentence(SHARED)] if attribution.reference_labels == "peers" else [])
    flagged = [(index, unit) for index, unit in enumerate(attribution.units) if unit.flagged]
    if flagged:
        return [
            CHECK.finding(
                "found",
                sentence(
                    FLAGGED,
                    **words,
                    unit=name(unit.unit),
                    contribution=_turned(unit.contribution.value, towards),
                    low=_turned(min(_ends(unit.contribution), key=lambda end: end * towards), towards),
                    high=_turned(max(_ends(unit.contribution), key=lambda end: end * towards), towards),
                ),
                evidence=[pointer, f"{pointer}/units/{index}"],
                caveats=caveats,
            )
            for index, unit in flagged
        ]
    if attribution.stands_clear:
        return [CHECK.finding("not_found", sentence(NOBODY, **words), evidence=[pointer], caveats=caveats)]
    undecided = {key: value for key, value in words.items() if key != "kind"}
    return [CHECK.finding("cannot_tell", sentence(CANNOT_TELL, **undecided), evidence=[pointer], caveats=caveats)]


def _turned(value: float | None, towards: float) -> Value:
    return points(None if value is None else value * towards)


def _ends(estimate: Estimate) -> tuple[float, float]:
    """Give the ends of an interval; a flagged unit has both."""
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low, estimate.high
