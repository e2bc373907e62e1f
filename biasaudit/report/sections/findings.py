"""Findings: every check of the audit, by how it ended, each with its evidence."""

from __future__ import annotations

from typing import Any

from biasaudit.report.edition import Edition
from biasaudit.report.messages import message
from biasaudit.report.words import OUTCOMES
from biasaudit.results import Finding, Sentence

_NOTES = {
    "found": message("What the checks found, with what it rests on."),
    "not_found": message("These were looked for and not found here. That is no promise about other data."),
    "cannot_tell": message("The data do not settle these, one way or the other."),
    "not_applicable": message("These had nothing to work on."),
    "failed": message("These broke off with an error; what they would have said is not known."),
}

#: Findings of one check that stand open; the others are folded.
_MOST_TOLD = 2


def view(edition: Edition) -> dict[str, Any] | None:
    """Gather the findings by outcome, the telling ones first."""
    findings = edition.result.findings
    if not findings:
        return None
    held = []
    for outcome, title in OUTCOMES.items():
        own = [(at, finding) for at, finding in enumerate(findings) if finding.outcome == outcome]
        codes: dict[tuple[str, str], list[tuple[int, Finding]]] = {}
        caveats: dict[str, list[Sentence]] = {}
        for at, finding in own:
            codes.setdefault((finding.code, finding.title), []).append((at, finding))
            # What limits several findings of a check is said once, after the last of them.
            said = caveats.setdefault(finding.code, [])
            said += [caveat for caveat in finding.caveats if caveat not in said]
        if own:
            held.append(
                {"outcome": outcome, "title": title, "note": _NOTES[outcome], "codes": codes, "caveats": caveats}
            )
    return {"outcomes": held, "most": _MOST_TOLD}
