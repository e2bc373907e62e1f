"""BA102: groups too small to be judged."""

from __future__ import annotations

from biasaudit.findings.evidence import Check
from biasaudit.results import AuditResult, Finding, sentence
from biasaudit.results.sentences import count, name

CHECK = Check(code="BA102", title="Groups too small to judge")


def check(result: AuditResult) -> list[Finding]:
    """List attributes with groups under the declared minimum; small is never the same as clear."""
    smallest = result.audit.minimum_size
    findings = []
    for index, attribute in enumerate(result.data.attributes):
        small = [group for group in attribute.groups if group.n < smallest]
        if small:
            message = sentence(
                "Groups of {attribute} with fewer than {minimum} {people}: {small} of {all}. "
                "They are listed, and nothing is concluded about them.",
                small=count(len(small)),
                all=count(len(attribute.groups)),
                attribute=name(attribute.name),
                minimum=count(smallest),
                people=name(result.audit.people),
            )
            findings.append(CHECK.finding("found", message, evidence=[f"/data/attributes/{index}"]))
    if not findings:
        message = sentence(
            "Every group has at least {minimum} {people}.", minimum=count(smallest), people=name(result.audit.people)
        )
        findings.append(CHECK.finding("not_found", message, evidence=["/data/attributes"]))
    return findings
