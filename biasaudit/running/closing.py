"""Closes a result: withholds what would speak of a person, judges what was measured, adds what moved since."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from biasaudit.errors import PluginError
from biasaudit.findings import judge_gates
from biasaudit.plugins import (
    offered_checks,
)
from biasaudit.results import (
    AuditResult,
    Finding,
    Step,
    compare_results,
    withhold_small_cells,
)
from biasaudit.running.steps import Run


def closed(going: Run, result: AuditResult, accepted: AuditResult | None) -> AuditResult:
    """Withhold what would speak of a person, judge what was measured, then close the result."""
    result = withhold_small_cells(result)
    checks, failures = offered_checks()
    going.steps += [Step(name="plugins", outcome="failed", reason=str(failure)) for failure in failures]
    findings: list[Finding] = []
    for check in (*checks, *going.case.checks):
        title = getattr(check, "__module__", "check").rpartition(".")[2]
        found = going.step(title, _judging(check, result), ())
        if going.steps[-1].outcome == "done":
            going.steps.pop()  # a check that ended well speaks through its findings
        findings += found
    gates = [gate.model_dump(mode="json") for gate in going.declaration.spec.gate]
    failed = any(step.outcome == "failed" for step in going.steps)
    result = result.model_copy(
        update={
            "status": "partial" if failed else "complete",
            "findings": tuple(findings),
            "gates": judge_gates(result, gates),
            "steps": tuple(going.steps),
            "manifest": result.manifest.model_copy(update={"ended": now()}),
        }
    )
    return result if accepted is None else _since(accepted, result, gates)


def _since(accepted: AuditResult, result: AuditResult, gates: list[dict[str, Any]]) -> AuditResult:
    """Write into a result what moved since an accepted one, and judge the gates on that."""
    result = result.model_copy(update={"changes": compare_results(accepted, result, gates)})
    return result.model_copy(update={"gates": judge_gates(result, gates)})


def _judging(check: Callable[..., Any], result: AuditResult) -> Callable[[Any], tuple[Finding, ...]]:
    return lambda _advance: _as_findings(check(result))


def _as_findings(found: Any) -> tuple[Finding, ...]:
    findings = (found,) if isinstance(found, Finding) else tuple(found)
    if not all(isinstance(finding, Finding) for finding in findings):
        raise PluginError("a check must give a Finding or a list of them")
    return findings


def now() -> str:
    """Give the time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
