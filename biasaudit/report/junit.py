"""The gates of a result, and its watched changes, as JUnit XML, for machines that count test cases."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from biasaudit.report.edition import Edition, edition_of
from biasaudit.report.readable import readable
from biasaudit.report.sections.first import gate_sentence
from biasaudit.results import AuditResult, Change, GateResult, NotCompared, Step


def junit_of(result: AuditResult) -> str:
    """Write the gates of a result, and its failed steps, as test cases.

    Parameters
    ----------
    result : AuditResult
        The result.
    """
    edition = edition_of(result, "en")
    failed = [step for step in result.steps if step.outcome == "failed"]
    watched = [change for change in result.changes.gaps if change.watched] if result.changes else []
    cases = [
        *(_gate_case(edition, gate) for gate in result.gates),
        *(_change_case(edition, change) for change in watched),
        *(_uncompared_case(result, left) for left in (result.changes.not_compared if result.changes else ())),
        *(_step_case(result, step) for step in failed),
    ]
    counts = {kind: str(sum(case.find(tag) is not None for case in cases)) for kind, tag in _TAGS.items()}
    suite = ET.Element(
        "testsuite",
        {
            "name": readable(result.audit.name),
            "tests": str(len(cases)),
            **counts,
            "timestamp": readable(result.manifest.ended),
            "time": "0",
        },
    )
    suite.extend(cases)
    root = ET.Element("testsuites", {"name": "biasaudit", "tests": str(len(cases)), **counts})
    root.append(suite)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


#: Counts of a suite, and the element that makes a case count.
_TAGS = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def _gate_case(edition: Edition, gate: GateResult) -> ET.Element:
    asked = gate.gate
    parts = [str(asked.get(key, "")) for key in ("attribute", "measure", "statistic")]
    bounds = [f"{key} {asked[key]}" for key in ("at_least", "at_most") if asked.get(key) is not None]
    only = [str(asked["group"])] if asked.get("group") else []
    case = _case(edition.result, readable(" ".join([*parts, *only, *bounds])), "gate")
    told = edition.says(gate_sentence(gate))
    text = readable(f"{told}. {gate.reason}".strip(". ") + ".")
    if gate.fails or gate.outcome == "not_met":
        kind = "not met" if gate.outcome == "not_met" else "cannot tell"
        ET.SubElement(case, "failure", {"type": kind, "message": text}).text = text
    elif gate.outcome == "cannot_tell":
        ET.SubElement(case, "skipped", {"message": text})
    return case


def _change_case(edition: Edition, change: Change) -> ET.Element:
    """Write a watched gap as a test that fails where it is wider beyond noise than in the accepted result."""
    parts = (change.attribute, change.measure, change.statistic, change.group)
    case = _case(edition.result, readable(" ".join(parts)), "change")
    if change.fails:
        in_100 = change.statistic == "gap"
        before, after = (
            edition.language.signed_in_100(each.value) if in_100 else edition.language.number(each.value)
            for each in (change.before, change.after)
        )
        text = readable(f"wider beyond noise than in the accepted result: {before} before, {after} now")
        ET.SubElement(case, "failure", {"type": "wider", "message": text}).text = text
    return case


def _uncompared_case(result: AuditResult, left: NotCompared) -> ET.Element:
    """Write what could not be compared as a test that was skipped, so that it is not missed."""
    case = _case(result, readable(f"{left.attribute} {left.measure}".strip()), "change")
    ET.SubElement(case, "skipped", {"message": readable(left.reason)})
    return case


def _step_case(result: AuditResult, step: Step) -> ET.Element:
    case = _case(result, readable(step.name), "step")
    text = readable(step.reason)
    ET.SubElement(case, "error", {"type": "step failed", "message": text}).text = text
    return case


def _case(result: AuditResult, name: str, kind: str) -> ET.Element:
    return ET.Element("testcase", {"classname": f"{readable(result.audit.name)}.{kind}", "name": name, "time": "0"})
