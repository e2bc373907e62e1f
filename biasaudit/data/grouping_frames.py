"""Grouped sums of data frames, lazy frames and relations of any library, through narwhals."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import narwhals as nw
import numpy as np

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
from biasaudit.data.grouping_pandas import ask_pandas
from biasaudit.errors import DataError

#: Name given to text read as numbers; no column of a user is called so.
_READ = "\x00number of {}"


@dataclass(frozen=True, kw_only=True)
class FrameRows:
    """Rows of a frame that narwhals knows: pandas, polars, pyarrow, DuckDB, Spark, Ibis and others."""

    frame: nw.LazyFrame[Any] | nw.DataFrame[Any]

    @functools.cached_property
    def schema(self) -> dict[str, nw.dtypes.DType]:
        """Columns and their types."""
        return dict(self.frame.collect_schema())

    @functools.cached_property
    def columns(self) -> Mapping[str, Kind]:
        """Columns in order, and what they hold."""
        return {name: _kind(dtype) for name, dtype in self.schema.items()}

    def ask(self, question: Question) -> list[Cell]:
        """Answer a question."""
        return self.ask_all([question])[0]

    def ask_all(self, questions: Sequence[Question]) -> list[list[Cell]]:
        """Answer several questions, which ask for the same sums."""
        if isinstance(self.frame, nw.DataFrame) and self.frame.implementation.is_pandas():
            first = questions[0]
            keys = list(dict.fromkeys(key for question in questions for key in question.keys))
            frame, _ = self._prepared(keys, first.weight, first.count, first.extent)
            return ask_pandas(nw.to_native(frame), keys, questions)
        answers = []
        for question in questions:
            frame, names = self._prepared(question.keys, question.weight, question.count, question.extent)
            found = _fetched(frame.lazy().group_by(*names).agg(**_sums(question)))
            answers.append([as_cell(row, question) for row in found])
        return answers

    def sizes(self, columns: Iterable[str], rows: int) -> dict[str, int]:
        """Count distinct values among the first rows."""
        names = list(columns)
        if not names:
            return {}
        head = self.frame.select(*map(nw.col, names)).head(rows).lazy()
        return dict(zip(names, map(int, _fetched(head.select(nw.col(*names).n_unique()))[0]), strict=True))

    def distinct(self, column: str, where: Mapping[Key, int]) -> int:
        """Count distinct values of some rows."""
        values = self._values(column, where).select(nw.col("v").n_unique())
        return int(_fetched(values.lazy())[0][0])

    def repeated(self, column: str, where: Mapping[Key, int], limit: int) -> list[Any]:
        """List values that stand in several of some rows."""
        groups = self._values(column, where).lazy().group_by("v").agg(n=nw.len())
        often = groups.filter(nw.col("n") > 1).sort("v").head(limit)
        return [row[0] for row in _fetched(often)]

    def _values(self, column: str, where: Mapping[Key, int]) -> Any:
        frame, keys = self._prepared((*where, Raw(column)))
        kept = [nw.col(key) == value for key, value in zip(keys, where.values(), strict=False)]
        frame = frame.filter(*kept) if kept else frame
        value = nw.col(keys[-1])
        return frame.select(v=value.str.strip_chars() if self.columns[column] == "text" else value)

    def _prepared(self, keys: Sequence[Key], *numbers: str | None) -> tuple[Any, list[str]]:
        """Select the keys, named by their places, and the numbers to sum."""
        names = [f"k{place}" for place in range(len(keys))]
        wanted = dict(zip("wcs", numbers, strict=False))
        frame = self._with_numbers(
            {name for name in wanted.values() if name}
            | {key.column for key in keys if not isinstance(key, Raw | IsMissing)}
        )
        parts = {name: self._key(key) for name, key in zip(names, keys, strict=True)}
        parts |= {short: self._number(name) for short, name in wanted.items() if name}
        if "w" in parts:
            # Products stand beside the rest before grouping: not every backend multiplies within a group.
            each = parts["w"] * parts["c"] if "c" in parts else parts["w"]
            parts |= {"wc": each, "wwc": each * parts["w"]}
        return frame.select(**parts), names

    def _with_numbers(self, columns: set[str]) -> nw.LazyFrame[Any] | nw.DataFrame[Any]:
        """Read text columns as numbers, as far as the backend can do so without failing."""
        texts = sorted(name for name in columns if self.columns[name] != "number")
        if not texts:
            return self.frame
        if not self.frame.implementation.is_duckdb():
            raise DataError(
                f"column {texts[0]!r} must hold numbers and is of type {self.schema[texts[0]]}. Convert it, or give the "
                "table as a file."
            )
        from biasaudit.data.grouping_sql import quoted

        read = ", ".join(f"TRY_CAST({quoted(name)} AS DOUBLE) AS {quoted(_READ.format(name))}" for name in texts)
        return cast("nw.LazyFrame[Any]", nw.from_native(nw.to_native(self.frame).project(f"*, {read}")))

    def _number(self, column: str) -> nw.Expr:
        """Read a column as floats, missing where it is not a number."""
        if self.columns[column] != "number":
            value = nw.col(_READ.format(column))
        else:
            value = nw.col(column)
            if not self.schema[column].is_float():
                return value.cast(nw.Float64)
            value = value.cast(nw.Float64)
        return nw.when(~value.is_nan()).then(value)

    def _key(self, key: Key) -> nw.Expr:  # noqa: PLR0911 - one return a kind of key
        """Say a key in narwhals."""
        if isinstance(key, Raw):
            return nw.col(key.column)
        if isinstance(key, IsMissing):
            return _flag(self._is_missing(key.column))
        value = self._number(key.column)
        finite = value.abs() < np.inf
        if isinstance(key, Sign):
            is_zero = nw.when(value == 0).then(nw.lit(0)).otherwise(nw.lit(-1))
            return nw.when(finite & (value > 0)).then(nw.lit(1)).otherwise(is_zero)
        if isinstance(key, IsWhole):
            return _flag(finite & (value >= 0) & (value == value.round(0)))
        if isinstance(key, IsFinite):
            return _flag(finite)
        if isinstance(key, Cut):
            reached = functools.reduce(operator.add, (_flag(value >= edge) for edge in key.edges))
            return nw.when(~value.is_null()).then(reached)
        if isinstance(key, Bin):
            place = ((value.clip(key.low, key.high) - key.low) * (key.bins / (key.high - key.low))).floor()
            return place.clip(0, key.bins - 1).cast(nw.Int64)
        return nw.when((value >= key.low) & (value <= key.high)).then(value)

    def _is_missing(self, column: str) -> nw.Expr:
        value = nw.col(column)
        if self.columns[column] == "text":
            return value.is_null() | (value.str.strip_chars() == "")
        return value.is_null() | value.is_nan() if self.schema[column].is_float() else value.is_null()


def _flag(claim: nw.Expr) -> nw.Expr:
    """1 where a claim is known to hold, else 0."""
    return nw.when(claim).then(nw.lit(1)).otherwise(nw.lit(0))


def _kind(dtype: nw.dtypes.DType) -> Kind:
    # A column of nothing but missing values has no type, and holds no text.
    if dtype.is_numeric() or dtype in (nw.Boolean, nw.Unknown):
        return "number"
    return "text" if dtype == nw.String else "other"


def _sums(question: Question) -> dict[str, nw.Expr]:
    """Say what is summed, in the order in which ``as_cell`` reads it."""
    sums: dict[str, nw.Expr] = {"rows": nw.len()}
    if question.count:
        sums["people"] = nw.col("c").sum()
    if question.weight:
        weight = nw.col("w")
        sums |= {
            "weight": nw.col("wc").sum(),
            "squared": nw.col("wwc").sum(),
            "least": weight.min(),
            "most": weight.max(),
        }
    if question.extent:
        sums |= {"low": nw.col("s").min(), "high": nw.col("s").max()}
    return sums


def _fetched(frame: nw.LazyFrame[Any]) -> list[tuple[Any, ...]]:
    """Collect a small answer as plain values, by the road of each library that needs no other one."""
    native = nw.to_native(frame)
    if frame.implementation.is_duckdb():
        return cast("list[tuple[Any, ...]]", native.fetchall())
    if frame.implementation.is_spark_like():
        return [tuple(row) for row in native.collect()]
    return frame.collect().rows()
