"""Signing off: what people added, and room for whoever answers for the audit."""

from __future__ import annotations

from typing import Any

from biasaudit.report.edition import Edition
from biasaudit.report.messages import Message, counted, message
from biasaudit.report.words import ROLES, termed
from biasaudit.results import AuditResult, broken_at, sealed
from biasaudit.results.sentences import count, name

#: How much of a digest stands on every printed page.
SHORT_DIGEST = 16


def view(edition: Edition) -> dict[str, Any]:
    """Give what is signed, and the amendments that belong to it."""
    result = edition.result
    return {
        "digest": edition.digest,
        "ended": result.manifest.ended,
        "data": [(termed(ROLES, one.role), one) for one in result.manifest.data],
        "amendments": [(one, one.text.split("\n")) for one in result.amendments],
        "seal": sealed(result) if result.amendments else "",
        "broken": broken(result),
    }


def broken(result: AuditResult) -> Message | None:
    """Say that an amendment does not fit the result as it stands; None where all fit."""
    place = broken_at(result)
    if place is None:
        return None
    return message(
        "Amendment {n} does not fit this result: after it was written, a number or an earlier amendment was changed. Nothing here should be relied on before the file as it was is found.",
        n=count(place + 1),
    )


def result_foot(edition: Edition) -> str:
    """Write what stands at the foot of every printed page: digests of result and data, and of what was added."""
    result = edition.result
    items = next((one.sha256 for one in result.manifest.data if one.role == "items"), "")
    own = name(edition.digest[:SHORT_DIGEST])
    text = edition.says(message("Result {digest}", digest=own))
    if items:
        text = edition.says(message("Result {digest}, data {data}", digest=own, data=name(items[:SHORT_DIGEST])))
    if not result.amendments:
        return text
    n, seal = len(result.amendments), name(sealed(result)[:SHORT_DIGEST])
    told = counted(n, "with {n} amendment: {seal}", "with {n} amendments: {seal}", n=count(n), seal=seal)
    return f"{text}; {edition.plain.say(told)}"
