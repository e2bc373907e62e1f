"""Further measures: what was measured beside the rates of every group, one folded table a kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from biasaudit.report.edition import Edition
from biasaudit.report.messages import Message
from biasaudit.report.sections.further_tables import MAKERS, Cell

#: Lines of a table that a page holds, on paper too; a result may hold thousands, and has them all.
MOST_LINES = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table of one kind of measure.

    Attributes
    ----------
    name : str
        Its part of the result, and its anchor.
    title, note : Message
        What it holds, and how to read it.
    heads : tuple of (Message, bool)
        Its columns, and whether they hold numbers.
    rows : tuple of tuple of Cell
        Its lines.
    left : int
        Lines that the page leaves out.
    """

    name: str
    title: Message
    note: Message
    heads: tuple[tuple[Message, bool], ...]
    rows: tuple[tuple[Cell, ...], ...]
    left: int


def view(edition: Edition) -> dict[str, Any] | None:
    """Gather the tables that have lines."""
    tables = []
    for maker in MAKERS:
        records = getattr(edition.result, maker.part, ())
        if records:
            rows = tuple(maker.line(record) for record in records[:MOST_LINES])
            left = len(records) - len(rows)
            tables.append(
                Table(name=maker.part, title=maker.title, note=maker.note, heads=maker.heads, rows=rows, left=left)
            )
    return {"tables": tables} if tables else None
