"""Signing off: room for whoever answers for the audit."""

from __future__ import annotations

from typing import Any

from biasaudit.report.edition import Edition


def view(edition: Edition) -> dict[str, Any]:
    """Give what is signed."""
    return {"digest": edition.digest, "ended": edition.result.manifest.ended}
