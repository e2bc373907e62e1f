"""Declared variables as numbers to regress on: single cells where they are few, else additive curves and levels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from biasaudit.data.table import BoolArray, FloatArray
from biasaudit.models import is_numeric

IntArray = npt.NDArray[np.intp]

#: People of each group that every cell needs before cells are compared one by one.
LEAST_IN_CELL = 5
#: A number with so few values is a set of levels.
FEW_VALUES = 5
#: Levels that a column keeps; the rarest are joined beyond it.
MOST_LEVELS = 20
#: People of the smaller group a bend of a curve needs, and the most bends of one curve.
_PEOPLE_A_BEND, _MOST_BENDS = 100, 3


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Declared variables of the people compared.

    Attributes
    ----------
    names : tuple of str
        Background first, then what lies between, causes before what they act on.
    cells : tuple of array of int, or None
        For each length of a prefix of names, from none to all, the cell of each person; None where some cell holds too
        few people of one group.
    matrices : tuple of array of float, shape (n, p)
        Of each variable: a curve of pieces for a number, one 0/1 column a level for the rest.
    """

    names: tuple[str, ...]
    cells: tuple[IntArray, ...] | None
    matrices: tuple[FloatArray, ...]

    def matrix(self, length: int) -> FloatArray:
        """Give the regressors of the first so many variables, shape (n, p)."""
        return np.hstack(self.matrices[:length]) if length else np.zeros((len(self.matrices[0]), 0))


def make_columns(frame: pd.DataFrame, names: Sequence[str], in_group: BoolArray) -> Columns:
    """Prepare the declared variables of a comparison.

    Parameters
    ----------
    frame : pandas.DataFrame, shape (n, …)
        Holds the columns.
    names : sequence of str
        Variables, at least one.
    in_group : array of bool, shape (n,)
        Whether a person is of the group or of its reference.

    Returns
    -------
    Columns
        Ready to regress on.

    Examples
    --------
    >>> frame = pd.DataFrame({"job": ["a", "b"] * 20})
    >>> make_columns(frame, ["job"], np.arange(40) < 20).cells[1][:4].tolist()
    [0, 1, 0, 1]
    """
    smaller = int(min(in_group.sum(), (~in_group).sum()))
    return Columns(
        names=tuple(names),
        cells=_cells(frame, names, in_group),
        matrices=tuple(_matrix(frame[name], smaller) for name in names),
    )


def _cells(frame: pd.DataFrame, names: Sequence[str], in_group: BoolArray) -> tuple[IntArray, ...] | None:
    """Give each combination of values a number, prefix by prefix; None where they are too many for the people."""
    cells = [np.zeros(len(frame), dtype=np.intp)]
    for name in names:
        codes, uniques = pd.factorize(frame[name], use_na_sentinel=False)
        if len(uniques) > MOST_LEVELS:
            return None
        _, joined = np.unique(cells[-1] * len(uniques) + codes, return_inverse=True)
        counts = np.bincount(joined * 2 + in_group, minlength=2 * (int(joined.max()) + 1))
        if counts.min() < LEAST_IN_CELL:
            return None
        cells.append(joined.reshape(-1).astype(np.intp))
    return tuple(cells)


def _matrix(column: pd.Series, smaller: int) -> FloatArray:
    if is_numeric(column) and column.nunique() > FEW_VALUES:
        return _curve(column.to_numpy(dtype=np.float64, na_value=np.nan), smaller)
    codes, uniques = pd.factorize(column, use_na_sentinel=False)
    common = np.argsort(-np.bincount(codes, minlength=len(uniques)), kind="stable")[1:MOST_LEVELS]
    is_level: BoolArray = codes[:, None] == common[None, :]
    return is_level.astype(np.float64)


def _curve(values: FloatArray, smaller: int) -> FloatArray:
    """Give a number as a line that may bend at quantiles, with a column of its own for missing values."""
    known = np.isfinite(values)
    spread = float(values[known].std()) or 1.0
    filled = np.where(known, (values - values[known].mean()) / spread, 0.0)
    bends = min(_MOST_BENDS, smaller // _PEOPLE_A_BEND)
    knots: FloatArray = (
        np.unique(np.quantile(filled[known], np.arange(1, bends + 1) / (bends + 1))) if bends else np.zeros(0)
    )
    pieces = [filled, *(np.maximum(filled - knot, 0.0) for knot in knots)]
    if not known.all():
        pieces.append((~known).astype(np.float64))
    return np.column_stack(pieces)
