"""Grouped sums inside SQLite and PostgreSQL: the same questions, said in SQL that both understand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from biasaudit.data.grouping import (
    Bin,
    Cell,
    Cut,
    IsFinite,
    IsMissing,
    IsWhole,
    Key,
    Kind,
    Question,
    Raw,
    Sign,
    as_cell,
)

#: Larger than any finite float that SQL compares with.
_LARGEST = "1.7976931348623157e308"
#: Characters that count as blank around text.
_BLANKS = "' \t\n\r'"


def quoted(name: str) -> str:
    """Quote a name for SQL, so that no table name can be a command.

    Examples
    --------
    >>> quoted('a"; drop table b; --')
    '"a""; drop table b; --"'
    """
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True, kw_only=True)
class SqlRows:
    """Rows of a table or query of a database.

    Attributes
    ----------
    run : callable
        Runs a statement and gives its rows.
    relation : str
        What stands after FROM.
    columns : mapping of str to str
        Columns in order, and what they hold.
    floats : frozenset of str
        Columns of floats that may hold NaN.
    guard : str
        Pattern that reads a column as a number, ``{}`` being the quoted column.
    floor : str
        Pattern that rounds a number of at least 0 down.
    """

    run: Callable[[str], list[tuple[Any, ...]]]
    relation: str
    columns: Mapping[str, Kind]
    floats: frozenset[str] = frozenset()
    guard: str
    floor: str

    def ask(self, question: Question) -> list[Cell]:
        """Answer a question."""
        keys = ", ".join(f"{self._key(key)} AS k{place}" for place, key in enumerate(question.keys))
        numbers = [
            (short, name)
            for short, name in zip("wcs", (question.weight, question.count, question.extent), strict=True)
            if name
        ]
        selected = (
            ", ".join(filter(None, [keys, *(f"{self._number(name)} AS {short}" for short, name in numbers)])) or "1"
        )
        places = ", ".join(f"k{place}" for place in range(len(question.keys)))
        answered = ", ".join(filter(None, [places, *_sums(question)]))
        grouped = f" GROUP BY {places}" if places else ""
        statement = f"SELECT {answered} FROM (SELECT {selected} FROM {self.relation}) AS rows_of_audit{grouped}"  # noqa: S608 - names are quoted
        return [as_cell(row, question) for row in self.run(statement)]

    def ask_all(self, questions: Sequence[Question]) -> list[list[Cell]]:
        """Answer several questions."""
        return [self.ask(question) for question in questions]

    def sizes(self, columns: Iterable[str], rows: int) -> dict[str, int]:
        """Count distinct values among the first rows."""
        names = list(columns)
        if not names:
            return {}
        head = f"(SELECT {', '.join(map(quoted, names))} FROM {self.relation} LIMIT {rows}) AS head_of_rows"  # noqa: S608
        counted = ", ".join(f"COUNT(DISTINCT {quoted(name)}) + 1" for name in names)
        return dict(zip(names, map(int, self.run(f"SELECT {counted} FROM {head}")[0]), strict=True))  # noqa: S608

    def distinct(self, column: str, where: Mapping[Key, int]) -> int:
        """Count distinct values of some rows."""
        return int(self.run(f"SELECT COUNT(DISTINCT {self._stripped(column)}) FROM {self._some(where)}")[0][0])  # noqa: S608

    def repeated(self, column: str, where: Mapping[Key, int], limit: int) -> list[Any]:
        """List values that stand in several of some rows."""
        value = self._stripped(column)
        statement = f"SELECT {value} FROM {self._some(where)} GROUP BY {value} HAVING COUNT(*) > 1 ORDER BY {value} LIMIT {limit}"  # noqa: S608
        return [row[0] for row in self.run(statement)]

    def _some(self, where: Mapping[Key, int]) -> str:
        claims = " AND ".join(f"({self._key(key)}) = {value}" for key, value in where.items())
        return f"{self.relation} WHERE {claims}" if claims else self.relation

    def _stripped(self, column: str) -> str:
        return f"TRIM({quoted(column)}, {_BLANKS})" if self.columns[column] == "text" else quoted(column)

    def _number(self, column: str) -> str:
        number = self.guard.format(quoted(column))
        if column in self.floats:
            return f"(CASE WHEN {quoted(column)} <> 'NaN' THEN {number} END)"
        return number

    def _key(self, key: Key) -> str:  # noqa: PLR0911 - one return a kind of key
        """Say a key in SQL."""
        if isinstance(key, Raw):
            return quoted(key.column)
        if isinstance(key, IsMissing):
            return _flag(self._is_missing(key.column))
        value = self._number(key.column)
        finite = f"{value} BETWEEN -{_LARGEST} AND {_LARGEST}"
        if isinstance(key, Sign):
            return f"CASE WHEN {finite} AND {value} > 0 THEN 1 WHEN {value} = 0 THEN 0 ELSE -1 END"
        if isinstance(key, IsWhole):
            return _flag(f"{finite} AND {value} >= 0 AND {value} = ROUND({value})")
        if isinstance(key, IsFinite):
            return _flag(finite)
        if isinstance(key, Cut):
            reached = " + ".join(_flag(f"{value} >= {edge!r}") for edge in key.edges)
            return f"CASE WHEN {value} IS NOT NULL THEN {reached} END"
        if isinstance(key, Bin):
            place = f"({value} - {key.low!r}) * {key.bins / (key.high - key.low)!r}"
            kept = f"CASE WHEN {place} < 0 THEN 0 WHEN {place} > {key.bins - 1} THEN {key.bins - 1} ELSE {place} END"
            return self.floor.format(kept)
        return f"CASE WHEN {value} BETWEEN {key.low!r} AND {key.high!r} THEN {value} END"

    def _is_missing(self, column: str) -> str:
        missing = f"{quoted(column)} IS NULL"
        if self.columns[column] == "text":
            return f"{missing} OR {self._stripped(column)} = ''"
        return f"{missing} OR {quoted(column)} = 'NaN'" if column in self.floats else missing


def _flag(claim: str) -> str:
    return f"(CASE WHEN {claim} THEN 1 ELSE 0 END)"


def _sums(question: Question) -> list[str]:
    """Say what is summed, in the order in which ``as_cell`` reads it."""
    sums = ["COUNT(*)"]
    if question.count:
        sums.append("SUM(c)")
    if question.weight:
        people = " * c" if question.count else ""
        sums += [f"SUM(w{people})", f"SUM(w * w{people})", "MIN(w)", "MAX(w)"]
    return sums + (["MIN(s)", "MAX(s)"] if question.extent else [])
