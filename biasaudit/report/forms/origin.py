"""Sentences that several forms share: where decisions, data and labels come from, and what is withheld."""

from __future__ import annotations

from biasaudit.report.forms.sheet import Cell, Told
from biasaudit.report.messages import Message, message
from biasaudit.report.sections.people import decisions_from, rows_told
from biasaudit.report.words import ROLES, termed
from biasaudit.results import FEWEST_PEOPLE, AuditResult
from biasaudit.results.sentences import count, name, number

#: Why a number of selected people may be no whole number.
FRACTIONS = message(
    "Where a number selected is no whole number, people at the cut-off count with their chance of being selected."
)
#: How far a number may be from a whole one by rounding alone.
_ROUNDING = 1e-6
#: Stands beside the name of a group that is too small to be shown.
WITHHELD = message("withheld: fewer than {n} people", n=count(FEWEST_PEOPLE))


def decisions_told(result: AuditResult) -> tuple[Told, ...]:
    """Say what took the decisions."""
    return tuple(Told(text=each, at="/model") for each in decisions_from(result.model, result))


def rows_of_data(result: AuditResult) -> tuple[Told, ...]:
    """Say how many rows trained and how many were measured."""
    return tuple(Told(text=each, at="/data") for each in rows_told(result))


def source_told(result: AuditResult) -> tuple[Told, ...]:
    """Name the files that were read, with their digests."""
    return tuple(Told(text=_file(result, at), at=f"/manifest/data/{at}") for at in range(len(result.manifest.data)))


def _file(result: AuditResult, at: int) -> Message:
    fingerprint = result.manifest.data[at]
    return message(
        "File read ({role}): {source}, sha256 {digest}",
        role=termed(ROLES, fingerprint.role),
        source=name(fingerprint.source),
        digest=name(fingerprint.sha256[:16] + "…"),
    )


def labelled_told(result: AuditResult) -> tuple[Told, ...]:
    """Say who labelled, where the audit declares it."""
    who = result.audit.labelled_by
    said = message("Labelled by, as declared: {who}.", who=name(who))
    return (Told(text=said, at="/audit/labelled_by"),) if who else ()


def is_fraction(n: float | None) -> bool:
    """Whether a number of selected people is no whole number, because some share the last places."""
    return n is not None and abs(n - round(n)) > _ROUNDING


def selected_cell(n: float | None) -> Cell:
    """Write a number of selected people; one that is withheld stays empty."""
    if n is None:
        return None
    return number(n, 1) if is_fraction(n) else count(n)
