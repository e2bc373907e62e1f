"""The group of each row, without writing the name of an intersection once a row."""

from __future__ import annotations

import numpy as np
import pandas as pd

from biasaudit.data.table import Table, crossed_columns


def group_of_rows(table: Table, name: str) -> pd.Categorical:
    """Give the groups of a protected attribute or intersection, row by row.

    The same as :meth:`biasaudit.data.table.Table.attribute`, by codes: a million rows of an
    intersection cost milliseconds.

    Parameters
    ----------
    table : Table
        Any rows.
    name : str
        ``"sex"`` or ``"sex x origin"``.

    Returns
    -------
    pandas.Categorical, shape (n,)
        Categories are the groups that occur, sorted.
    """
    if name in table.groups:
        return table.attribute(name)
    columns = [pd.Categorical(table.groups[column]) for column in crossed_columns(name, tuple(table.groups.columns))]
    sizes = [len(column.categories) for column in columns]
    if np.prod(sizes, dtype=float) > np.iinfo(np.int64).max:
        return table.attribute(name)
    joint = np.ravel_multi_index([column.codes.astype(np.int64) for column in columns], sizes)
    present, place = np.unique(joint, return_inverse=True)
    levels = zip(columns, np.unravel_index(present, sizes), strict=True)
    parts = [column.categories.to_numpy()[codes] for column, codes in levels]
    names = [" x ".join(map(str, row)) for row in zip(*parts, strict=True)]
    # Two combinations may read the same; they are then one group.
    unique, again = np.unique(np.array(names), return_inverse=True)
    return pd.Categorical.from_codes(again[place], categories=pd.Index(unique, dtype=object))
