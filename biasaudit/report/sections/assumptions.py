"""What this audit takes as given, each point documented or assumed."""

from __future__ import annotations

from typing import Any

from biasaudit.report.edition import Edition
from biasaudit.report.words import STATUSES


def view(edition: Edition) -> dict[str, Any] | None:
    """Gather the declared assumptions, those without a source first."""
    assumptions = edition.result.audit.assumptions
    if not assumptions:
        return None
    rows = sorted(enumerate(assumptions), key=lambda pair: pair[1].status != "assumed")
    return {"assumptions": [(at, assumption, STATUSES[assumption.status]) for at, assumption in rows]}
