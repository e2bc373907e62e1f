"""Comparing a declared value with what stands in a column, and writing values as group names."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd

#: Scores nearer than this (relative to the largest) are ties: it is above the rounding error of a
#: prediction, so that the order of rows cannot make a difference, and below any meant difference.
TIE = 1e-12


def as_text(values: pd.Series) -> pd.Series:
    """Write each value of a column as text, the way a declaration would name it.

    Whole floats lose their ``.0`` (a column of integers with a gap is read as floats), blank texts
    become missing, and missing stays missing.

    Parameters
    ----------
    values : pandas.Series
        Any column.

    Returns
    -------
    pandas.Series
        Objects: text, or None where missing.

    Examples
    --------
    >>> as_text(pd.Series([1.0, None, 2.5])).tolist()
    ['1', None, '2.5']
    """
    codes, uniques = pd.factorize(values)
    names = np.array([text_of(value) for value in uniques] + [None], dtype=object)
    return pd.Series(names[codes], index=values.index, dtype=object)


def text_of(value: object) -> str | None:
    """Write one value as text; None for a blank one.

    Examples
    --------
    >>> text_of(3.0), text_of(True), text_of(" "), text_of(dt.date(1982, 10, 1))
    ('3', 'True', None, '1982-10-01')
    """
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, dt.datetime) and not (value.hour or value.minute or value.second or value.microsecond):
        value = value.date()  # libraries differ in whether a day is a date or the first moment of it
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    text = str(value).strip()
    return text or None


def equals(values: pd.Series, wanted: object) -> npt.NDArray[np.float64]:
    """Compare a column with a declared value.

    ``1``, ``1.0``, ``"1"`` and ``True`` are one value, as are ``0``, ``"0"`` and ``False``.

    Parameters
    ----------
    values : pandas.Series, shape (n,)
        Any column.
    wanted : bool, int, float or str
        The declared value.

    Returns
    -------
    array of float, shape (n,)
        1 where equal, 0 where not, NaN where missing.

    Examples
    --------
    >>> equals(pd.Series(["yes", "no", None]), "yes").tolist()
    [1.0, 0.0, nan]
    """
    codes, uniques = pd.factorize(values)
    return np.array([*(is_value(unique, wanted) for unique in uniques), np.nan])[codes]


def is_value(value: object, wanted: object) -> float:
    """Compare one value that is not missing with a declared one: 1, 0, or NaN for a blank text.

    Examples
    --------
    >>> is_value(1.0, "1"), is_value("no", "yes"), is_value(" ", 1)
    (1.0, 0.0, nan)
    """
    text = text_of(value)
    return np.nan if text is None else float(_plain(text) == _plain(text_of(wanted)))


def _plain(text: str | None) -> str | None:
    return {"True": "1", "False": "0", "true": "1", "false": "0"}.get(text, text) if text is not None else None
