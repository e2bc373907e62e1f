"""Grouped sums of a pandas frame: codes made once a column, then counted.

Its own ``groupby`` drops or copies missing keys, and makes codes of every column again for every
question; turning text into codes is what costs, counting codes is nearly free.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from biasaudit.data.cells import occupied
from biasaudit.data.grouping import Cell, Key, Question, as_cell


def ask_pandas(frame: pd.DataFrame, keys: Sequence[Key], questions: Sequence[Question]) -> list[list[Cell]]:
    """Answer questions that ask for the same sums.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns ``k0``, ``k1``, … for the keys; ``w``, ``wc``, ``wwc`` for weights, their products with
        people and with themselves; ``c`` for people, ``s`` for the column whose extent is wanted.
    keys : sequence of Key
        All keys, in the order of their columns.
    questions : sequence of Question
        What is asked, over some of these keys.

    Returns
    -------
    list of list of Cell
        One a question.
    """
    coded = {key: _codes(frame[f"k{place}"]) for place, key in enumerate(keys)}
    return [_asked(frame, [coded[key] for key in question.keys], question) for question in questions]


def _codes(column: pd.Series) -> tuple[npt.NDArray[np.integer[Any]], list[Any]]:
    """Make codes of the distinct values; a missing one comes last, as None."""
    codes, uniques = pd.factorize(column)
    values = [*uniques, None]
    narrow = np.int8 if len(values) <= np.iinfo(np.int8).max else np.int64
    return np.where(codes < 0, len(uniques), codes).astype(narrow), values


def _asked(
    frame: pd.DataFrame, coded: list[tuple[npt.NDArray[np.integer[Any]], list[Any]]], question: Question
) -> list[Cell]:
    present, cell = occupied(tuple(codes for codes, _ in coded), [len(values) for _, values in coded])
    size = len(present)
    columns: list[npt.NDArray[Any]] = [np.bincount(cell, minlength=size)]
    names = (["c"] if question.count else []) + (["wc", "wwc"] if question.weight else [])
    columns += [np.bincount(cell, weights=_floats(frame[name]), minlength=size) for name in names]
    if question.weight:
        columns += _extent(cell, _floats(frame["w"]), size)
    if question.extent:
        columns += _extent(cell, _floats(frame["s"]), size)
    keys = zip(
        *([values[code] for code in present[:, place].tolist()] for place, (_, values) in enumerate(coded)), strict=True
    )
    sums = zip(*(part.tolist() for part in columns), strict=True)
    return [as_cell((*key, *rest), question) for key, rest in zip(keys, sums, strict=True)]


def _floats(column: pd.Series) -> npt.NDArray[np.float64]:
    return column.to_numpy(dtype=float, na_value=np.nan)


def _extent(cell: npt.NDArray[np.int64], values: npt.NDArray[np.float64], size: int) -> list[npt.NDArray[np.float64]]:
    """Smallest and largest value of each cell, missing ones left out."""
    low, high = np.full(size, np.inf), np.full(size, -np.inf)
    np.fmin.at(low, cell, values)
    np.fmax.at(high, cell, values)
    return [np.where(np.isfinite(end), end, np.nan) for end in (low, high)]
