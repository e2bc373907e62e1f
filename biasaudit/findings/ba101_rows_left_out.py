"""BA101: rows that the audit could not use, and people whose group is not recorded."""

from __future__ import annotations

from biasaudit.findings.evidence import Check
from biasaudit.results import FEWEST_PEOPLE, NOT_RECORDED, AuditResult, Finding, sentence
from biasaudit.results.sentences import count, name

CHECK = Check(code="BA101", title="Rows left out and groups not recorded")


def check(result: AuditResult) -> list[Finding]:
    """Count what was left out; a silent loss of rows is how groups disappear."""
    findings = []
    left_out = sum(dropped.rows for dropped in result.data.dropped)
    if left_out:
        message = sentence(
            "Of {read} rows, {rows} were left out of this audit.", read=count(result.data.rows), rows=count(left_out)
        )
        findings.append(CHECK.finding("found", message, evidence=["/data/dropped"]))
    if result.trace is not None and result.trace.dropped:
        message = sentence(
            "Of the labels, {labels} were used and {rows} left out.",
            labels=count(result.trace.labels),
            rows=count(sum(dropped.rows for dropped in result.trace.dropped)),
        )
        findings.append(CHECK.finding("found", message, evidence=["/trace/dropped"]))
    for index, attribute in enumerate(result.data.attributes):
        for group in attribute.groups:
            if group.group == NOT_RECORDED:
                few = group.n < FEWEST_PEOPLE
                message = sentence(
                    "For fewer than {n} {people}, {attribute} is not recorded. They are shown as a group of their own."
                    if few
                    else "For {n} {people}, {attribute} is not recorded. They are shown as a group of their own.",
                    n=count(FEWEST_PEOPLE if few else group.n),
                    people=name(result.audit.people),
                    attribute=name(attribute.name),
                )
                findings.append(CHECK.finding("found", message, evidence=[f"/data/attributes/{index}"]))
    if not findings:
        message = sentence("All {read} rows were used, and every group is recorded.", read=count(result.data.rows))
        findings.append(CHECK.finding("not_found", message, evidence=["/data/dropped", "/data/attributes"]))
    return findings
