"""Which rows to explain, and which to compare them with.

A gap needs means over groups, not every row. One sample serves all attributes: rows are drawn within the finest groups,
spread over their scores.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from biasaudit.data.table import FloatArray, Table

IndexArray = npt.NDArray[np.intp]

#: Rows drawn from each of the finest groups at least, or all of it.
_LEAST_OF_A_CELL = 5


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Rows drawn from a table.

    Attributes
    ----------
    rows : array of int, shape (r,)
        Positions, crossing by crossing, with rising scores.
    copies : array of float, shape (r,)
        How many rows each stands for, at least 1.
    """

    rows: IndexArray
    copies: FloatArray


def draw(table: Table, names: tuple[str, ...], scores: FloatArray, *, size: int, seed: int) -> Sample:
    """Draw rows from every crossing of protected attributes, spread over the scores.

    Parameters
    ----------
    table : Table
        n rows.
    names : tuple of str
        Single protected attributes to cross.
    scores : array of float, shape (n,)
        Scores of the rows.
    size : int
        Rows wanted; more are drawn where small groups need them, and all where the table has no more.
    seed : int
        Seed of the draw. The order of rows plays no part: rows are taken in the order of score and id.

    Returns
    -------
    Sample
        All of a small crossing; of a larger one its lowest and highest score and a systematic sample between.
    """
    rng = np.random.default_rng(seed)
    codes = [table.attribute(name).codes.astype(np.int64) for name in names]
    joined = np.ravel_multi_index(codes, [int(each.max()) + 1 for each in codes])
    _, cell = np.unique(joined, return_inverse=True)
    order = np.lexsort((_by_name(table), scores, cell))
    sizes = np.bincount(cell)
    most = _most_of_a_cell(sizes, size)
    rows, copies = [], []
    for members in np.split(order, np.cumsum(sizes)[:-1]):
        inner = members[1:-1]
        wanted = most - 2
        if len(members) <= most:
            rows.append(members)
            copies.append(np.ones(len(members)))
            continue
        step = len(inner) / wanted
        places = np.floor((np.arange(wanted) + rng.random()) * step).astype(np.intp)
        rows.append(np.concatenate([members[[0, -1]], inner[places]]))
        copies.append(np.concatenate([np.ones(2), np.full(wanted, step)]))
    return Sample(rows=np.concatenate(rows), copies=np.concatenate(copies))


def backgrounds(table: Table, *, count: int, size: int, seed: int) -> tuple[IndexArray, ...]:
    """Draw several backgrounds, to see how far the choice of one matters.

    Parameters
    ----------
    table : Table
        n rows.
    count, size : int
        How many backgrounds, and of how many rows.
    seed : int
        Seed of the draws, which are independent of one another and of the order of rows.

    Returns
    -------
    tuple of array of int, shape (size,)
        Positions, with chances proportional to weight; a row may stand more than once. Plain random draws, not draws
        spread over the scores: what differs between them then says what another table would have changed.
    """
    rng = np.random.default_rng(seed)
    by_id = np.argsort(_by_name(table), kind="stable")
    chances = table.weight[by_id] / table.weight.sum()
    return tuple(rng.choice(by_id, size=size, p=chances) for _ in range(count))


def copies_of(rng: np.random.Generator, rows: int, *, drawn: int | None = None) -> FloatArray:
    """Draw rows with replacement, and give how often each was drawn.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where chance comes from.
    rows : int
        Rows to draw from.
    drawn : int, optional
        Rows to draw; as many as there are by default.

    Examples
    --------
    >>> copies_of(np.random.default_rng(0), 4).sum()
    np.float64(4.0)
    """
    return rng.multinomial(rows if drawn is None else drawn, np.full(rows, 1 / rows)).astype(np.float64)


def _by_name(table: Table) -> npt.NDArray[np.uint64]:
    """Give each row a number that follows from its id alone: numbers sort far faster than texts."""
    return pd.util.hash_array(table.ids.to_numpy(dtype=object), categorize=False)


def _most_of_a_cell(sizes: npt.NDArray[np.int64], size: int) -> int:
    """Find the largest equal limit for every cell that keeps the sample within its size."""
    low, high = _LEAST_OF_A_CELL, max(int(sizes.max()), _LEAST_OF_A_CELL)
    while low < high:
        middle = (low + high + 1) // 2
        if int(np.minimum(sizes, middle).sum()) <= size:
            low = middle
        else:
            high = middle - 1
    return low
