"""BA103: what error rates are measured against."""

from __future__ import annotations

from biasaudit.findings.evidence import Check
from biasaudit.results import AuditResult, Finding, sentence
from biasaudit.results.sentences import name

CHECK = Check(code="BA103", title="What errors are measured against")


def check(result: AuditResult) -> list[Finding]:
    """Say whether error rates rest on a later truth or on labels that people made."""
    data = result.data
    if data.errors_against is None:
        return CHECK.not_applicable("No outcome and no truth is declared, so no error rate is measured.")
    if data.errors_against == "truth":
        message = sentence(
            "Errors are measured against {truth}, declared as a later truth.", truth=name(data.truth or "")
        )
        return [CHECK.finding("not_found", message, evidence=["/data/truth"])]
    message = sentence(
        "Errors are measured against {outcome}, which is itself a label that somebody gave. "
        "Where those labels are wrong more often for one group, these error rates are wrong with them.",
        outcome=name(data.outcome or ""),
    )
    return [CHECK.finding("found", message, evidence=["/data/errors_against"])]
