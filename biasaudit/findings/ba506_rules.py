"""BA506: what another rule, on the same labels, would do to a gap."""

from __future__ import annotations

from biasaudit.findings.evidence import Check, is_clear_of_zero, points, single_attributes
from biasaudit.results import AuditResult, Estimate, Finding, RuleEffect, Value, sentence
from biasaudit.results.sentences import count, name, term

CHECK = Check(code="BA506", title="What another rule would do to the gap")
#: Rules in words, translated with the catalogue.
IN_WORDS = {
    "majority": "the majority of labels",
    "supermajority": "a larger majority of labels",
    "any": "the rule that one positive label is enough",
    "all": "the rule that all labels must be positive",
    "mean": "the mean of labels",
    "skill-weighted": "a vote weighted by agreement",
    "dawid-skene": "the Dawid-Skene model",
    "mace": "the MACE model",
    "glad": "the GLAD model",
    "jury": "a jury in stated proportions",
}
#: Adjusted p-value up to which a change is told from chance.
SIGNIFICANT = 0.05

LABELS = (
    "With the same answers and {other} in place of {rule}, the gap of {group} {people} in the agreed labels would be "
    "{after} in 100 and not {before}: it changes by {change} ({low} to {high}), more than chance would change it."
)
MODEL = (
    "Trained on what {other} makes of the same answers, and not on what {rule} makes of them, the model would have a gap of "
    "{after} in 100 for {group} {people} and not {before}: it changes by {change} ({low} to {high}), more than chance would change it."
)
WITHIN = (
    "No other rule moves the gap of {group} {people} in the agreed labels by more than this audit tolerates: it is {before} in 100 "
    "under {rule}, and between {lowest} and {highest} under {n} other rules on the same answers."
)
CANNOT_TELL = (
    "Whether another rule would move the gap of {group} {people} in the agreed labels cannot be told: it is {before} in 100 under "
    "{rule}, and between {lowest} and {highest} under {n} other rules on the same answers, no further apart than chance could put them."
)
NO_PROOF = "A smaller gap does not make a rule the right one: which labels are right, only a trusted outcome can tell."
#: Where the records stand.
Placed = list[tuple[str, RuleEffect]]


def check(result: AuditResult) -> list[Finding]:
    """Give one finding a gap and kind of gap that some rule changes beyond noise, or that none is told to."""
    if result.trace is None or not result.trace.rules:
        return CHECK.not_applicable("There is no annotation log to which another rule could be applied.")
    held: dict[tuple[str, str], Placed] = {}
    for index, effect in enumerate(result.trace.rules):
        if effect.attribute in single_attributes(result):
            held.setdefault((effect.attribute, effect.group), []).append((f"/trace/rules/{index}", effect))
    found = [finding for placed in held.values() for finding in _of(result, placed)]
    return found or CHECK.not_applicable("No two groups have enough labelled items.")


def _of(result: AuditResult, placed: Placed) -> list[Finding]:
    declared = next(((at, one) for at, one in placed if one.is_declared), None)
    others = [
        (at, one) for at, one in placed if not one.is_declared and one.label_change and one.label_change.is_defined
    ]
    if declared is None or not declared[1].label_gap.is_defined or not others:
        return []
    found = []
    for template, kind in ((LABELS, "label"), (MODEL, "model")):
        told = [(at, one) for at, one in others if _is_told(one, kind)]
        if told:
            largest = max(told, key=lambda pair: abs(_part(pair[1], kind, "change").value or 0.0))
            found.append(_changed(result, template, kind, declared, largest))
    return found or [_undecided(result, declared, others)]


def _part(effect: RuleEffect, kind: str, part: str) -> Estimate:
    found: Estimate = getattr(effect, f"{kind}_{part}")
    return found


def _is_told(effect: RuleEffect, kind: str) -> bool:
    p = getattr(effect, f"{kind}_p_adjusted")
    change = getattr(effect, f"{kind}_change")
    return p is not None and p <= SIGNIFICANT and change is not None and is_clear_of_zero(change)


def _words(result: AuditResult, effect: RuleEffect) -> dict[str, Value]:
    return {
        "rule": term(IN_WORDS[effect.rule]),
        "group": name(effect.group),
        "people": name(result.audit.people),
        "before": points(effect.label_gap.value),
    }


def _changed(
    result: AuditResult, template: str, kind: str, declared: tuple[str, RuleEffect], other: tuple[str, RuleEffect]
) -> Finding:
    before, after = _part(declared[1], kind, "gap").value, _part(other[1], kind, "gap").value
    change = _part(other[1], kind, "change")
    size = min(abs(each) for each in (before or 0.0, after or 0.0, change.value or 0.0))
    said = sentence(
        template,
        **_words(result, declared[1]) | {"before": points(before, size)},
        other=term(IN_WORDS[other[1].rule]),
        after=points(after, size),
        change=points(change.value, size),
        low=points(change.low, size),
        high=points(change.high, size),
    )
    return CHECK.finding("found", said, evidence=[declared[0], other[0]], caveats=[sentence(NO_PROOF)])


def _undecided(result: AuditResult, declared: tuple[str, RuleEffect], others: Placed) -> Finding:
    gaps = [one.label_gap.value for _, one in others if one.label_gap.value is not None]
    tolerance = result.audit.tolerance_gap
    reaches = max(
        abs(end)
        for _, one in others
        if one.label_change
        for end in (one.label_change.low, one.label_change.high)
        if end
    )
    size = min(abs(each) for each in (*gaps, declared[1].label_gap.value or 0.0))
    said = sentence(
        CANNOT_TELL if reaches > tolerance else WITHIN,
        **_words(result, declared[1]) | {"before": points(declared[1].label_gap.value, size)},
        lowest=points(min(gaps), size),
        highest=points(max(gaps), size),
        n=count(len(gaps)),
    )
    return CHECK.finding(
        "cannot_tell" if reaches > tolerance else "not_found",
        said,
        evidence=[declared[0], *(at for at, _ in others)],
        caveats=[sentence(NO_PROOF)],
    )
