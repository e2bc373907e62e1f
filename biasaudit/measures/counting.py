"""One pass over the rows makes small tables of counts; every measure of groups is arithmetic on them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from biasaudit.data.cells import occupied
from biasaudit.data.table import FloatArray, Table, crossed_columns
from biasaudit.errors import DataError
from biasaudit.measures.margins import MOST_CELLS, plan_tables, wanted_margins
from biasaudit.results import NOT_RECORDED

IntArray = npt.NDArray[np.int64]
Role = Literal["attribute", "stratum", "period"]

#: Place of a row on the axis of what is known: 0 and 1 as recorded, 2 where it is not known.
UNKNOWN = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Axis:
    """One column of the tables of counts.

    Attributes
    ----------
    role : str
        ``attribute``, ``stratum`` or ``period``.
    name : str
        Name of the column.
    levels : tuple of str
        Its values in order; a cell's code points into them.
    """

    role: Role
    name: str
    levels: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupCounts:
    """Counts by group, laid out densely.

    Attributes
    ----------
    groups : tuple of str, length g
        Groups that occur.
    within : tuple of str, length s
        Strata or periods that occur; one empty name where everything is counted together.
    weight : array of float, shape (g, s, 3, 2)
        Sums of weights by actual value (0, 1, not known) and by decision (no, yes).
    weight_squared : array of float, shape (g, s, 3, 2)
        Sums of squared weights.
    n : array of float, shape (g, s, 3, 2)
        People, each counted once; fractional where ties are split.
    """

    groups: tuple[str, ...]
    within: tuple[str, ...]
    weight: FloatArray
    weight_squared: FloatArray
    n: FloatArray


@dataclass(frozen=True, kw_only=True, slots=True)
class Cells:
    """One joint table of some axes: one row a combination of values that occurs.

    Attributes
    ----------
    places : tuple of int, length a
        Axes of the counts that this table crosses.
    codes : array of int, shape (cells, a)
        Level of each of them.
    actual : array of int, shape (cells,)
        1 or 0 as recorded, 2 where it is not known.
    weight, weight_squared, n : array of float, shape (cells, 2)
        Sums of weights, of squared weights, and of people: not decided positive, decided positive.
        A fractional decision f puts f of a person into the second column and 1 - f into the first.
    """

    places: tuple[int, ...]
    codes: IntArray
    actual: IntArray
    weight: FloatArray
    weight_squared: FloatArray
    n: FloatArray


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """The counts of an audit: everything about groups follows from them.

    Attributes
    ----------
    axes : tuple of Axis
        Protected attributes, then strata, then the period.
    tables : tuple of Cells
        One joint table of all axes where that is small, else several, so that each attribute and
        each intersection that was asked for stands in at least one.
    has_actual : bool
        Whether there is anything to measure errors against.
    is_weighted : bool
        Whether the weights differ from row to row.
    """

    axes: tuple[Axis, ...]
    tables: tuple[Cells, ...]
    has_actual: bool
    is_weighted: bool

    def names(self, role: Role) -> tuple[str, ...]:
        """Give the names of the columns that play a role."""
        return tuple(axis.name for axis in self.axes if axis.role == role)

    def by(self, attribute: str, within: Literal["nothing", "stratum", "period"] = "nothing") -> GroupCounts:
        """Sum the counts by the groups of a protected attribute or an intersection.

        Parameters
        ----------
        attribute : str
            ``"sex"``, or ``"sex x origin"`` for groups such as ``"female x non-European"``.
        within : str
            ``"stratum"`` or ``"period"`` to keep those apart (several strata columns are crossed).

        Returns
        -------
        GroupCounts
            Groups in the order of :meth:`biasaudit.data.table.Table.attribute`.

        Raises
        ------
        KeyError
            Where no such attribute or intersection was counted.

        Examples
        --------
        >>> cells = Cells(
        ...     places=(0,),
        ...     codes=np.array([[0], [1]]),
        ...     actual=np.array([2, 2]),
        ...     weight=np.array([[7.0, 3.0], [5.0, 5.0]]),
        ...     weight_squared=np.array([[7.0, 3.0], [5.0, 5.0]]),
        ...     n=np.array([[7.0, 3.0], [5.0, 5.0]]),
        ... )
        >>> sexes = Axis(role="attribute", name="sex", levels=("female", "male"))
        >>> counts = Counts(axes=(sexes,), tables=(cells,), has_actual=False, is_weighted=False)
        >>> counts.by("sex").groups
        ('female', 'male')
        >>> print(counts.by("sex").n.sum(axis=(1, 2)))
        [[7. 3.]
         [5. 5.]]
        """
        columns = self._places("attribute", crossed_columns(attribute, self.names("attribute")))
        kept = [] if within == "nothing" else self._places(within, self.names(within))
        holding = [table for table in self.tables if {*columns, *kept} <= set(table.places)]
        if not holding:
            raise KeyError(
                f"{attribute}: counted by {', '.join(self.names('attribute'))} and the declared crosses only"
            )
        cells = min(holding, key=lambda table: len(table.codes))
        groups, group = self._crossed(cells, columns)
        inside, stratum = self._crossed(cells, kept)
        shape = (len(groups), len(inside), 3)
        cell = np.ravel_multi_index((group, stratum, cells.actual), shape)

        def summed(table: FloatArray) -> FloatArray:
            size = math.prod(shape)
            columns = [np.bincount(cell, weights=table[:, decided], minlength=size) for decided in (0, 1)]
            return np.asarray(np.stack(columns, axis=-1).reshape(*shape, 2), dtype=np.float64)

        n = summed(cells.n)
        weight, squared = (summed(cells.weight), summed(cells.weight_squared)) if self.is_weighted else (n, n)
        return GroupCounts(groups=groups, within=inside, weight=weight, weight_squared=squared, n=n)

    def _places(self, role: Role, names: Iterable[str]) -> list[int]:
        """Find the axes of some columns."""
        return [next(i for i, axis in enumerate(self.axes) if (axis.role, axis.name) == (role, name)) for name in names]

    def _crossed(self, cells: Cells, places: list[int]) -> tuple[tuple[str, ...], IntArray]:
        """Name the combinations of some axes that occur, and give each cell its combination."""
        if not places:
            return ("",), np.zeros(len(cells.codes), dtype=np.int64)
        levels = [self.axes[place].levels for place in places]
        codes = tuple(cells.codes[:, cells.places.index(place)] for place in places)
        present, inverse = occupied(codes, [len(part) for part in levels])
        names = [" x ".join(part[code] for part, code in zip(levels, row, strict=True)) for row in present.tolist()]
        if len(places) == 1:
            return tuple(names), inverse
        # Two combinations may read the same; they are then one group, as in Table.attribute.
        unique, again = np.unique(np.array(names), return_inverse=True)
        return tuple(unique.tolist()), again.reshape(-1)[inverse].astype(np.int64)


def count(table: Table, selected: FloatArray, intersections: Iterable[Iterable[str]] | None = None) -> Counts:
    """Count a table in one pass.

    Parameters
    ----------
    table : Table
        The rows on which gaps are measured (``table.judged()``).
    selected : array of float, shape (n,)
        Decision of each row: 1 selected, 0 not; a fraction is the chance of a tie at the cut-off,
        and is split over both cells.
    intersections : iterable of iterable of str, optional
        Attributes to cross. Where the joint table of all columns would be large, only these and the
        single attributes are counted; without it everything is crossed with everything.

    Returns
    -------
    Counts
        Tables of attributes, strata, period, actual value and decision.

    Raises
    ------
    DataError
        Where there are no rows, or weights are negative or not finite.
    ValueError
        Where decisions are not one in [0, 1] for each row.
    """
    selected = np.asarray(selected, dtype=float)
    if len(table) == 0:
        raise DataError("No rows are left to measure gaps on: every row was dropped or belongs to training.")
    if selected.shape != (len(table),) or not np.all((selected >= 0) & (selected <= 1)):
        raise ValueError(f"decisions must be {len(table)} numbers from 0 to 1")
    weight = np.asarray(table.weight, dtype=float)
    if not np.all(np.isfinite(weight) & (weight >= 0)):
        raise DataError("Sampling weights must be finite numbers, none below 0.")
    axes, codes = _axes(table)
    actual = np.full(len(table), UNKNOWN, dtype=np.int8)
    if table.actual is not None:
        known = ~np.isnan(table.actual)
        actual[known] = table.actual[known] > 0
    is_weighted = bool(np.ptp(weight) > 0)
    margins = wanted_margins([(axis.role, axis.name) for axis in axes], intersections)
    plan = plan_tables(margins, [len(axis.levels) for axis in axes], MOST_CELLS)
    rows = _Rows(codes=codes, actual=actual, selected=selected, weight=weight if is_weighted else None)
    return Counts(
        axes=axes,
        tables=tuple(_cells(rows, places, [len(axes[place].levels) for place in places]) for places in plan),
        has_actual=table.actual is not None,
        is_weighted=is_weighted,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Rows:
    """The rows as codes, made once for all tables."""

    codes: list[npt.NDArray[np.integer]]
    actual: npt.NDArray[np.int8]
    selected: FloatArray
    weight: FloatArray | None


def _cells(rows: _Rows, places: tuple[int, ...], sizes: list[int]) -> Cells:
    """Count the rows by some axes, by what is known and by what was decided."""
    cells, place = occupied((*(rows.codes[each] for each in places), rows.actual), [*sizes, 3])
    is_yes_or_no = bool(np.all((rows.selected == 0) | (rows.selected == 1)))

    def summed(values: FloatArray | None) -> FloatArray:
        if is_yes_or_no:
            decided = 2 * place + (rows.selected > 0)
            return np.bincount(decided, weights=values, minlength=2 * len(cells)).reshape(-1, 2).astype(np.float64)
        each = np.ones(len(place)) if values is None else values
        parts = (each * (1.0 - rows.selected), each * rows.selected)
        return np.stack([np.bincount(place, weights=part, minlength=len(cells)) for part in parts], axis=-1)

    n = summed(None)
    weight, squared = (n, n) if rows.weight is None else (summed(rows.weight), summed(rows.weight**2))
    return Cells(places=places, codes=cells[:, :-1], actual=cells[:, -1], weight=weight, weight_squared=squared, n=n)


def _axes(table: Table) -> tuple[tuple[Axis, ...], list[npt.NDArray[np.integer]]]:
    """Turn the columns of a table into axes and codes."""
    columns: list[tuple[Role, str, pd.Series]] = [("attribute", str(c), table.groups[c]) for c in table.groups]
    columns += [("stratum", str(c), table.strata[c]) for c in table.strata]
    if table.periods is not None:
        columns.append(("period", str(table.periods.name or "period"), table.periods))
    axes: list[Axis] = []
    codes: list[npt.NDArray[np.integer]] = []
    for role, name, column in columns:
        values = pd.Categorical(column)
        levels, code = [str(level) for level in values.categories], values.codes
        if (code < 0).any():
            levels, code = [*levels, NOT_RECORDED], np.where(code < 0, len(levels), code)
        axes.append(Axis(role=role, name=name, levels=tuple(levels)))
        codes.append(code)
    return tuple(axes), codes
