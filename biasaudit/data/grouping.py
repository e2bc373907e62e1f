"""Grouped sums where the rows live: one question, asked of any frame, file or database.

A question is a list of keys and the sums wanted for each combination of them; what comes back is as
long as there are combinations, however many rows there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

#: What a column holds, as far as a question needs to know.
Kind = Literal["number", "text", "other"]


@dataclass(frozen=True, slots=True)
class Raw:
    """The value itself."""

    column: str


@dataclass(frozen=True, slots=True)
class IsMissing:
    """1 where the value is missing, not a number or blank, else 0."""

    column: str


@dataclass(frozen=True, slots=True)
class Sign:
    """1 where a number is finite and above 0, 0 where it is 0, -1 else (missing, below 0, infinite)."""

    column: str


@dataclass(frozen=True, slots=True)
class IsWhole:
    """1 where a number is whole and at least 0, else 0."""

    column: str


@dataclass(frozen=True, slots=True)
class IsFinite:
    """1 where a number is finite, else 0."""

    column: str


@dataclass(frozen=True, slots=True)
class Cut:
    """How many of some rising edges a number reaches; missing where the number is."""

    column: str
    edges: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Bin:
    """Place of a number among equal bins of a range, kept to the first and last bin outside of it."""

    column: str
    low: float
    high: float
    bins: int


@dataclass(frozen=True, slots=True)
class Window:
    """The number itself inside a closed range, missing outside."""

    column: str
    low: float
    high: float


Key = Raw | IsMissing | Sign | IsWhole | IsFinite | Cut | Bin | Window


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What is summed for each combination of keys.

    Attributes
    ----------
    keys : tuple of Key
        What rows are grouped by.
    weight : str, optional
        Column of weights to sum.
    count : str, optional
        Column that says for how many people a row stands.
    extent : str, optional
        Column whose smallest and largest value are wanted.
    """

    keys: tuple[Key, ...]
    weight: str | None = None
    count: str | None = None
    extent: str | None = None


class Cell(NamedTuple):
    """One combination of keys.

    Attributes
    ----------
    key : tuple
        Values in the order of the question's keys; None or NaN where missing.
    rows, people : float
        Rows, and people they stand for.
    weight, weight_squared, least_weight, most_weight : float
        Sums over people of weights and squared weights, and their extent; those of ones without a
        column of weights.
    low, high : float or None
        Extent of the column asked for; None without one, or where no value is.
    """

    key: tuple[Any, ...]
    rows: float
    people: float
    weight: float
    weight_squared: float
    least_weight: float
    most_weight: float
    low: float | None
    high: float | None


class Rows(Protocol):
    """Rows that can be asked for grouped sums."""

    @property
    def columns(self) -> Mapping[str, Kind]:
        """Columns in order, and what they hold."""

    def ask(self, question: Question) -> list[Cell]:
        """Answer a question: one cell a combination that occurs, in no order."""

    def ask_all(self, questions: Sequence[Question]) -> list[list[Cell]]:
        """Answer several questions, together where that is cheaper."""

    def sizes(self, columns: Iterable[str], rows: int) -> dict[str, int]:
        """Count the distinct values of columns among some rows that are quick to reach."""

    def distinct(self, column: str, where: Mapping[Key, int]) -> int:
        """Count the distinct values (blanks around text taken off) of the rows whose keys are as given."""

    def repeated(self, column: str, where: Mapping[Key, int], limit: int) -> list[Any]:
        """List values that stand in several of those rows, the smallest first."""


def as_cell(row: Sequence[Any], question: Question) -> Cell:
    """Read one row of an answer: keys, rows, then what was asked for, in the order of :class:`Cell`."""
    keys = len(question.keys)
    rest = iter(row[keys:])
    rows = float(next(rest))
    people = float(next(rest)) if question.count else rows
    sums = [float(next(rest) or 0.0) for _ in range(4)] if question.weight else [people, people, 1.0, 1.0]
    low, high = (_number(next(rest)), _number(next(rest))) if question.extent else (None, None)
    return Cell(tuple(row[:keys]), rows, people, sums[0], sums[1], sums[2], sums[3], low, high)


def _number(value: Any) -> float | None:
    return None if value is None or value != value else float(value)  # noqa: PLR0124 - NaN is not itself
