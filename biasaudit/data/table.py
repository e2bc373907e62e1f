"""The table of items with its roles assigned: what every later room works on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from biasaudit.results import Dropped, Fingerprint

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Table:
    """One row an item, with roles assigned and foreign names left behind at the border.

    Attributes
    ----------
    frame : pandas.DataFrame
        The rows kept, index 0 to n-1; the user's columns that have a role.
    ids : pandas.Index
        Name of each item as text; the row number where none is declared.
    groups : pandas.DataFrame
        One ordered-by-appearance-in-the-alphabet categorical column a protected attribute, with
        :data:`NOT_RECORDED` for missing values; no missing value is left.
    strata : pandas.DataFrame
        The same for the declared strata; no column where none are declared.
    periods : pandas.Series or None
        The same for the declared period.
    outcome : array of float, shape (n,), or None
        The label a model learns from: 1 positive, 0 not. None where none is declared.
    truth : array of float, shape (n,), or None
        The trusted later outcome: 1, 0, or NaN where it is not known.
    weight : array of float, shape (n,)
        Sampling weights; ones where none are declared.
    is_judged : array of bool, shape (n,)
        Rows on which gaps are measured; all others train.
    features : tuple of str
        Columns of ``frame`` that the model sees.
    rows_read : int
        People in the source, before any row was dropped.
    dropped : tuple of Dropped
        Rows left out, with their reasons.
    fingerprint : Fingerprint
        Digest of the source.
    """

    frame: pd.DataFrame
    ids: pd.Index
    groups: pd.DataFrame
    strata: pd.DataFrame
    periods: pd.Series | None
    outcome: FloatArray | None
    truth: FloatArray | None
    weight: FloatArray
    is_judged: BoolArray
    features: tuple[str, ...]
    rows_read: int
    dropped: tuple[Dropped, ...]
    fingerprint: Fingerprint

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def actual(self) -> FloatArray | None:
        """What errors are measured against: truth where declared, else outcome, else None."""
        return self.truth if self.truth is not None else self.outcome

    def judged(self) -> Table:
        """Give the table of the rows on which gaps are measured."""
        return self.take(np.flatnonzero(self.is_judged))

    def take(self, rows: npt.NDArray[np.intp]) -> Table:
        """Give the table of some rows, in the order asked for.

        Parameters
        ----------
        rows : array of int
            Positions, from 0; a position may stand more than once.
        """

        def part(array: FloatArray | None) -> FloatArray | None:
            return None if array is None else array[rows]

        return Table(
            frame=self.frame.iloc[rows].reset_index(drop=True),
            ids=self.ids[rows],
            groups=self.groups.iloc[rows].reset_index(drop=True),
            strata=self.strata.iloc[rows].reset_index(drop=True),
            periods=None if self.periods is None else self.periods.iloc[rows].reset_index(drop=True),
            outcome=part(self.outcome),
            truth=part(self.truth),
            weight=self.weight[rows],
            is_judged=self.is_judged[rows],
            features=self.features,
            rows_read=self.rows_read,
            dropped=self.dropped,
            fingerprint=self.fingerprint,
        )

    def attribute(self, name: str) -> pd.Categorical:
        """Give the groups of a protected attribute or of an intersection.

        Parameters
        ----------
        name : str
            ``"sex"``, or ``"sex x origin"`` for groups such as ``"female x non-European"``.

        Returns
        -------
        pandas.Categorical
            One group a row; categories are the groups that occur, sorted.
        """
        if name in self.groups:
            return pd.Categorical(self.groups[name]).remove_unused_categories()
        joined = self.groups[crossed_columns(name, tuple(self.groups.columns))].agg(" x ".join, axis=1)
        return pd.Categorical(joined)


def crossed_columns(name: str, columns: tuple[str, ...]) -> list[str]:
    """Find the columns that an intersection's name joins.

    A column's own name may hold " x ", so the longest declared names are tried first.

    Examples
    --------
    >>> crossed_columns("sex x origin", ("origin", "sex"))
    ['sex', 'origin']
    """
    rest, found = name, []
    while rest:
        fits = [column for column in columns if rest == column or rest.startswith(f"{column} x ")]
        if not fits:
            raise KeyError(name)
        found.append(max(fits, key=len))
        rest = rest[len(found[-1]) + 3 :]
    return found
