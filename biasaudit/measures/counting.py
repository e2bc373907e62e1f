"""One pass over the rows makes one table of counts; every measure of groups is arithmetic on it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from biasaudit.data.table import NOT_RECORDED, FloatArray, Table, crossed_columns
from biasaudit.errors import DataError

IntArray = npt.NDArray[np.int64]
Role = Literal["attribute", "stratum", "period"]

#: Place of a row on the axis of what is known: 0 and 1 as recorded, 2 where it is not known.
UNKNOWN = 2
#: Joint cells up to which one dense array is counted into, however few rows there are.
_ALWAYS_DENSE = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Axis:
    """One column of the joint table.

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
class Counts:
    """The joint table of an audit: one row a combination of values that occurs.

    Attributes
    ----------
    axes : tuple of Axis, length a
        Protected attributes, then strata, then the period.
    codes : array of int, shape (cells, a)
        Level of each axis.
    actual : array of int, shape (cells,)
        1 or 0 as recorded, 2 where it is not known.
    weight, weight_squared, n : array of float, shape (cells, 2)
        Sums of weights, of squared weights, and of people: not decided positive, decided positive.
        A fractional decision f puts f of a person into the second column and 1 - f into the first.
    has_actual : bool
        Whether there is anything to measure errors against.
    is_weighted : bool
        Whether the weights differ from row to row.
    """

    axes: tuple[Axis, ...]
    codes: IntArray
    actual: IntArray
    weight: FloatArray
    weight_squared: FloatArray
    n: FloatArray
    has_actual: bool
    is_weighted: bool

    def names(self, role: Role) -> tuple[str, ...]:
        """Give the names of the columns that play a role."""
        return tuple(axis.name for axis in self.axes if axis.role == role)

    def by(self, attribute: str, within: Literal["nothing", "stratum", "period"] = "nothing") -> GroupCounts:
        """Sum the table by the groups of a protected attribute or an intersection.

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
            Where no such attribute was counted.

        Examples
        --------
        >>> counts = Counts(
        ...     axes=(Axis(role="attribute", name="sex", levels=("female", "male")),),
        ...     codes=np.array([[0], [1]]),
        ...     actual=np.array([2, 2]),
        ...     weight=np.array([[7.0, 3.0], [5.0, 5.0]]),
        ...     weight_squared=np.array([[7.0, 3.0], [5.0, 5.0]]),
        ...     n=np.array([[7.0, 3.0], [5.0, 5.0]]),
        ...     has_actual=False,
        ...     is_weighted=False,
        ... )
        >>> counts.by("sex").groups
        ('female', 'male')
        >>> print(counts.by("sex").n.sum(axis=(1, 2)))
        [[7. 3.]
         [5. 5.]]
        """
        columns = crossed_columns(attribute, self.names("attribute"))
        groups, group = self._crossed("attribute", tuple(columns))
        kept = () if within == "nothing" else self.names(within)
        inside, stratum = self._crossed("stratum" if within == "nothing" else within, kept)
        shape = (len(groups), len(inside), 3)
        cell = np.ravel_multi_index((group, stratum, self.actual), shape)

        def summed(table: FloatArray) -> FloatArray:
            size = int(np.prod(shape))
            columns = [np.bincount(cell, weights=table[:, decided], minlength=size) for decided in (0, 1)]
            return np.asarray(np.stack(columns, axis=-1).reshape(*shape, 2), dtype=np.float64)

        n = summed(self.n)
        weight, squared = (summed(self.weight), summed(self.weight_squared)) if self.is_weighted else (n, n)
        return GroupCounts(groups=groups, within=inside, weight=weight, weight_squared=squared, n=n)

    def _crossed(self, role: Role, columns: tuple[str, ...]) -> tuple[tuple[str, ...], IntArray]:
        """Name the combinations of some columns that occur, and give each cell its combination."""
        if not columns:
            return ("",), np.zeros(len(self.codes), dtype=np.int64)
        places = [next(i for i, axis in enumerate(self.axes) if (axis.role, axis.name) == (role, c)) for c in columns]
        levels = [self.axes[place].levels for place in places]
        codes = tuple(self.codes[:, place] for place in places)
        present, inverse = _distinct(codes, [len(part) for part in levels])
        names = [" x ".join(part[code] for part, code in zip(levels, row, strict=True)) for row in present.tolist()]
        if len(columns) == 1:
            return tuple(names), inverse
        # Two combinations may read the same; they are then one group, as in Table.attribute.
        unique, again = np.unique(np.array(names), return_inverse=True)
        return tuple(unique.tolist()), again.reshape(-1)[inverse].astype(np.int64)


def count(table: Table, selected: FloatArray) -> Counts:
    """Count a table in one pass.

    Parameters
    ----------
    table : Table
        The rows on which gaps are measured (``table.judged()``).
    selected : array of float, shape (n,)
        Decision of each row: 1 selected, 0 not; a fraction is the chance of a tie at the cut-off,
        and is split over both cells.

    Returns
    -------
    Counts
        The joint table of attributes, strata, period, actual value and decision.

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
    actual = np.full(len(table), UNKNOWN, dtype=np.int64)
    if table.actual is not None:
        known = ~np.isnan(table.actual)
        actual[known] = (table.actual[known] > 0).astype(np.int64)
    sizes = [len(axis.levels) for axis in axes] + [3]
    cells, place = _occupied((*codes, actual), sizes)

    def summed(values: FloatArray) -> FloatArray:
        parts = (values * (1.0 - selected), values * selected)
        return np.stack([np.bincount(place, weights=part, minlength=len(cells)) for part in parts], axis=-1)

    n = summed(np.ones(len(table)))
    is_weighted = bool(np.ptp(weight) > 0)
    weights, squares = (summed(weight), summed(weight**2)) if is_weighted else (n, n)
    return Counts(
        axes=axes,
        codes=cells[:, :-1],
        actual=cells[:, -1],
        weight=weights,
        weight_squared=squares,
        n=n,
        has_actual=table.actual is not None,
        is_weighted=is_weighted,
    )


def _axes(table: Table) -> tuple[tuple[Axis, ...], list[IntArray]]:
    """Turn the columns of a table into axes and codes."""
    columns: list[tuple[Role, str, pd.Series]] = [("attribute", str(c), table.groups[c]) for c in table.groups]
    columns += [("stratum", str(c), table.strata[c]) for c in table.strata]
    if table.periods is not None:
        columns.append(("period", str(table.periods.name or "period"), table.periods))
    axes, codes = [], []
    for role, name, column in columns:
        values = pd.Categorical(column)
        levels, code = [str(level) for level in values.categories], values.codes.astype(np.int64)
        if (code < 0).any():
            levels, code = [*levels, NOT_RECORDED], np.where(code < 0, len(levels), code)
        axes.append(Axis(role=role, name=name, levels=tuple(levels)))
        codes.append(code)
    return tuple(axes), codes


def _occupied(codes: tuple[IntArray, ...], sizes: list[int]) -> tuple[IntArray, IntArray]:
    """Find the joint cells that occur, and the cell of each row."""
    total = math.prod(sizes)
    if total <= max(_ALWAYS_DENSE, len(codes[0])):
        joint = np.ravel_multi_index(codes, sizes)
        present = np.flatnonzero(np.bincount(joint, minlength=total))
        place = np.zeros(total, dtype=np.int64)
        place[present] = np.arange(present.size)
        return np.stack(np.unravel_index(present, sizes), axis=-1).astype(np.int64), place[joint]
    return _distinct(codes, sizes)


def _distinct(codes: tuple[IntArray, ...], sizes: list[int]) -> tuple[IntArray, IntArray]:
    """Find the distinct combinations, in order, and the place of each row's among them."""
    if math.prod(sizes) <= np.iinfo(np.int64).max:
        joint, inverse = np.unique(np.ravel_multi_index(codes, sizes), return_inverse=True)
        present = np.stack(np.unravel_index(joint, sizes), axis=-1)
    else:
        present, inverse = np.unique(np.stack(codes, axis=-1), axis=0, return_inverse=True)
    return present.astype(np.int64), inverse.reshape(-1).astype(np.int64)
