"""BA503: whether the reference labels let a bias shared by all annotators be seen."""

from __future__ import annotations

from biasaudit.findings.evidence import Check
from biasaudit.results import AuditResult, Finding, sentence
from biasaudit.results.sentences import name

CHECK = Check(code="BA503", title="What the reference labels let be seen")

PEERS = (
    "Labels are held against those of the other annotators. A bias that all of them share cannot be seen here; "
    "reference labels made another way would be needed."
)
UNIT = "Labels are held against those of {unit}. A bias that {unit} holds too cannot be seen here."
GOLD = (
    "Labels are held against reference labels made another way, so that a bias shared by all annotators would be seen, "
    "as far as the reference labels are free of it."
)


def check(result: AuditResult) -> list[Finding]:
    """Say what the chosen reference hides."""
    if result.trace is None or not result.trace.attribution:
        return CHECK.not_applicable("No gap was followed back to its labels.")
    reference = result.trace.attribution[0].reference_labels
    evidence = ["/trace/attribution/0/reference_labels"]
    if reference == "peers":
        return [CHECK.finding("found", sentence(PEERS), evidence=evidence)]
    if reference == "gold":
        return [CHECK.finding("not_found", sentence(GOLD), evidence=evidence)]
    return [CHECK.finding("found", sentence(UNIT, unit=name(reference)), evidence=evidence)]
