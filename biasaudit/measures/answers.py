"""Answers of a counting pass, column by column, and which of their cells are kept and judged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from biasaudit.data.grouping import Cell, Cut, IsMissing, IsWhole, Key, Question, Raw, Sign
from biasaudit.data.roles import cut_names, listed
from biasaudit.data.table import FloatArray
from biasaudit.data.values import is_value, text_of
from biasaudit.errors import DataError
from biasaudit.measures.counting import UNKNOWN
from biasaudit.results import NOT_RECORDED, Dropped
from biasaudit.spec import AuditSpec

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The cells of one question, laid out by column.

    Attributes
    ----------
    values : dict of Key to list
        Distinct values of each key as loading the table would give them; None where missing.
    codes : dict of Key to array of int, shape (c,)
        Which of them each cell has.
    rows, people, weight, squared, least, most : array of float, shape (c,)
        Sums of each cell, see :class:`biasaudit.data.grouping.Cell`.
    low, high : array of float, shape (c,)
        Extent of the column asked for; NaN without one.
    """

    values: dict[Key, list[Any]]
    codes: dict[Key, npt.NDArray[np.int64]]
    rows: FloatArray
    people: FloatArray
    weight: FloatArray
    squared: FloatArray
    least: FloatArray
    most: FloatArray
    low: FloatArray
    high: FloatArray

    @staticmethod
    def of(cells: Sequence[Cell], question: Question, read: Callable[[Sequence[Any]], list[Any]]) -> Answer:
        """Lay out cells; ``read`` turns the raw values of a column into what they stand for."""
        values: dict[Key, list[Any]] = {}
        codes: dict[Key, npt.NDArray[np.int64]] = {}
        for place, key in enumerate(question.keys):
            found: dict[Any, int] = {}
            raw = [cell.key[place] for cell in cells]
            if any(isinstance(value, (list, dict)) for value in raw):
                name = getattr(key, "column", str(key))
                raise DataError(
                    f"column {name!r} holds lists or records, and single values are needed. "
                    "Leave it out, or make columns of its parts."
                )
            numbered = [found.setdefault(None if _is_nan(value) else value, len(found)) for value in raw]
            codes[key] = np.array(numbered, dtype=np.int64)
            values[key] = [
                None if _is_nan(value) else value for value in (read(list(found)) if isinstance(key, Raw) else found)
            ]
        sums = np.array([cell[1:] for cell in cells], dtype=float).reshape(-1, 8).T
        return Answer(
            values=values,
            codes=codes,
            **dict(zip(("rows", "people", "weight", "squared", "least", "most", "low", "high"), sums, strict=True)),
        )

    def of_values(self, key: Key, meaning: Callable[[Any], float]) -> FloatArray:
        """Give each cell the meaning of its value; NaN where that is missing."""
        means = [np.nan if value is None else meaning(value) for value in self.values[key]]
        return np.array(means, dtype=float)[self.codes[key]]

    def equal(self, key: Key, wanted: object) -> FloatArray:
        """Compare each cell's value with a declared one: 1, 0, or NaN where it is missing."""
        return self.of_values(key, lambda value: is_value(value, wanted))

    def all_texts(self, key: Key) -> list[str | None]:
        """Write the distinct values of a key as text; None where missing or blank."""
        return [None if value is None else text_of(value) for value in self.values[key]]

    def named(self, key: Key, cells: BoolArray) -> list[str | None]:
        """Write the distinct values that some cells have, as text."""
        texts = self.all_texts(key)
        return [texts[code] for code in np.unique(self.codes[key][cells]).tolist()]

    def groups(self, key: Key) -> list[str]:
        """Name the group that each distinct value of a column stands for."""
        if isinstance(key, Cut):
            names = [*cut_names(key.edges), NOT_RECORDED]
            return [names[-1 if value is None else int(value)] for value in self.values[key]]
        return [text or NOT_RECORDED for text in self.all_texts(key)]

    def texts(self, key: Key, cells: BoolArray) -> list[str]:
        """List the distinct texts of some cells, sorted, without the missing."""
        return sorted({text for text in self.named(key, cells) if text is not None})


def _is_nan(value: Any) -> bool:
    """Whether a value is one of the many that stand for a missing one."""
    return value is None or bool(value != value)  # noqa: PLR0124 - NaN and NaT are not themselves


def known_keys(spec: AuditSpec) -> tuple[Key, ...]:
    """List the columns that say what a person is known to be: outcome and truth, where declared."""
    return tuple(Raw(name) for name in dict.fromkeys((spec.data.outcome, spec.data.truth)) if name is not None)


def truth_value(spec: AuditSpec) -> Any:
    """Give the positive value of the truth: its own, else that of the outcome."""
    data = spec.data
    return data.positive_value if data.truth_positive_value is None else data.truth_positive_value


def known_positive(answer: Answer, spec: AuditSpec) -> npt.NDArray[np.int64]:
    """Tell of each cell whether its people are truly positive: 1, 0 or :data:`UNKNOWN`, by the truth, else the outcome."""
    data = spec.data
    if data.truth is not None:
        held = answer.equal(Raw(data.truth), truth_value(spec))
    elif data.outcome is not None:
        held = answer.equal(Raw(data.outcome), data.positive_value)
    else:
        return np.full(len(answer.people), UNKNOWN)
    return np.where(np.isnan(held), UNKNOWN, held > 0).astype(np.int64)


@dataclass(frozen=True, kw_only=True)
class States:
    """Which rows are kept and judged, told by keys.

    Attributes
    ----------
    spec : AuditSpec
        The declaration.
    """

    spec: AuditSpec

    def keys(self, but: Sequence[Key] = ()) -> tuple[Key, ...]:
        """Keys to ask for, but for what others tell already."""
        data = self.spec.data
        keys: list[Key] = []
        if data.id is not None:
            keys.append(IsMissing(data.id))
        if data.outcome is not None and Raw(data.outcome) not in but:
            keys.append(IsMissing(data.outcome))
        if data.split is not None and data.split.column is not None:
            keys.append(Raw(data.split.column))
        if data.weight is not None:
            keys.append(Sign(data.weight))
        if data.count is not None:
            keys.append(IsWhole(data.count))
        return tuple(key for key in keys if key not in but)

    def where(self) -> dict[Key, int]:
        """Give the values of keys that a kept row has."""
        data = self.spec.data
        columns = (data.id, data.outcome, data.split.column if data.split else None)
        where: dict[Key, int] = {IsMissing(column): 0 for column in columns if column is not None}
        return where | ({} if data.weight is None else {Sign(data.weight): 1})

    def accounts(self, answer: Answer, source: str) -> tuple[int, tuple[Dropped, ...]]:
        """Count the people read, and those who fall out for each reason; refuse what is no number."""
        data = self.spec.data
        if not answer.rows.sum():
            raise DataError(f"{source}: the table has columns and no rows.")
        self._refuse(answer, IsWhole(str(data.count)), "counts people and must hold whole numbers from 0", wrong=0)
        self._refuse(answer, Sign(str(data.weight)), "holds weights and must hold numbers from 0", wrong=-1)
        kept, dropped = np.ones(len(answer.rows), dtype=bool), []
        for wrong, reason in self._reasons(answer):
            if people := round(float(answer.people[wrong & kept].sum())):
                dropped.append(Dropped(reason=reason, rows=people))
            kept &= ~wrong
        if not answer.people[kept].sum():
            found = "; ".join(f"{one.rows} {one.reason}" for one in dropped)
            raise DataError(f"{source}: no row is left: {found}")
        return round(float(answer.people.sum())), tuple(dropped)

    def kept(self, answer: Answer) -> BoolArray:
        """Cells of rows that can be used."""
        kept = answer.people > 0
        for wrong, _ in self._reasons(answer):
            kept &= ~wrong
        return kept

    def judged(self, answer: Answer) -> BoolArray:
        """Cells of rows on which gaps are measured."""
        kept, split = self.kept(answer), self.spec.data.split
        if split is None or split.column is None:
            return kept
        key = Raw(split.column)
        wanted = split.test if isinstance(split.test, list) else [split.test]
        chosen = np.zeros(len(kept), dtype=bool)
        for value in wanted:
            chosen |= answer.equal(key, value) == 1
        if not (chosen & kept).any():
            found = listed(answer.texts(key, kept))
            raise DataError(f"split: no row of column {split.column!r} holds {split.test!r}; it holds {found}.")
        return kept & chosen

    def _reasons(self, answer: Answer) -> list[tuple[BoolArray, str]]:
        """Say which cells fall out and why, in the order in which a row's reason is found."""
        data = self.spec.data
        reasons = []
        if data.id is not None:
            reasons.append((_flagged(answer, IsMissing(data.id), 1), f"no id in {data.id!r}"))
        if data.outcome is not None:
            reasons.append((_missing(answer, data.outcome), f"no outcome in {data.outcome!r}"))
        if data.split is not None and data.split.column is not None:
            reasons.append((_missing(answer, data.split.column), f"no split in {data.split.column!r}"))
        if data.weight is not None:
            reasons.append((_flagged(answer, Sign(data.weight), 0), f"weight 0 in {data.weight!r}"))
        return reasons

    def _refuse(self, answer: Answer, key: Key, demand: str, *, wrong: int) -> None:
        if key not in answer.values:
            return
        rows = answer.rows[_flagged(answer, key, wrong)].sum()
        if rows:
            raise DataError(f"column {key.column!r} {demand}: {rows:.0f} rows do not.")


def _flagged(answer: Answer, key: Key, flag: int) -> BoolArray:
    return np.asarray(answer.of_values(key, float) == flag)


def _missing(answer: Answer, column: str) -> BoolArray:
    if Raw(column) in answer.values:
        texts = np.array([text is None for text in answer.all_texts(Raw(column))])
        return np.asarray(texts[answer.codes[Raw(column)]])
    return _flagged(answer, IsMissing(column), 1)
