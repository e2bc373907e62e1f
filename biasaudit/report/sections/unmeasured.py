"""What was not measured, and why: steps that failed or had nothing to work on."""

from __future__ import annotations

from typing import Any

from biasaudit.report.edition import Edition
from biasaudit.report.words import STEP_OUTCOMES, STEPS


def view(edition: Edition) -> dict[str, Any] | None:
    """Gather the steps that did not end as done, failures first."""
    steps = [(at, step) for at, step in enumerate(edition.result.steps) if step.outcome != "done"]
    if not steps:
        return None
    steps.sort(key=lambda pair: pair[1].outcome != "failed")
    return {
        "steps": [
            {
                "at": at,
                "name": STEPS.get(step.name),
                "raw": step.name,
                "outcome": step.outcome,
                "word": STEP_OUTCOMES[step.outcome],
                "reason": step.reason,
            }
            for at, step in steps
        ],
        "failed": any(step.outcome == "failed" for _, step in steps),
    }
