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
ChanceArray = npt.NDArray[np.float64]

#: Rows drawn from each of the finest groups at least, or all of it.
_LEAST_OF_A_CELL = 5
#: Rows of a crossing that are put in order: far more than are ever explained.
MANY = 30_000
#: Rows from which backgrounds are drawn: likewise.
MOST_BEHIND = 100_000


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


@dataclass(frozen=True, kw_only=True)
class Cells:
    """Rows by the finest groups, in the order of their scores.

    Attributes
    ----------
    order : array of int
        Positions: cell by cell, with rising scores, then by id.
    sizes : array of int, shape (cells,)
        How many of them belong to each cell.
    copies : array of float, shape (cells,)
        How many rows of the table each of them stands for, at least 1.
    """

    order: IndexArray
    sizes: npt.NDArray[np.int64]
    copies: FloatArray


def cells_of(table: Table, names: tuple[str, ...], scores: FloatArray, chance: ChanceArray) -> Cells:
    """Cross protected attributes, and order the rows of every crossing by score.

    Parameters
    ----------
    table : Table
        n rows.
    names : tuple of str
        Single protected attributes to cross.
    scores : array of float, shape (n,)
        Scores of the rows.
    chance : array of float, shape (n,)
        What :func:`chance_of` gives.

    Returns
    -------
    Cells
        All rows; of crossings of many more than :data:`MANY` about so many, chosen at random by their ids.
    """
    codes = [table.attribute(name).codes.astype(np.int64) for name in names]
    joined = np.ravel_multi_index(codes, [int(each.max()) + 1 for each in codes])
    present = np.flatnonzero(np.bincount(joined))
    cell = np.searchsorted(present, joined)
    whole = np.bincount(cell)
    kept = np.arange(len(table))
    if (whole > MANY).any():
        kept = np.flatnonzero(chance < (MANY / whole)[cell])
    order = kept[np.lexsort((chance[kept], scores[kept], cell[kept]))]
    sizes = np.bincount(cell[kept], minlength=len(whole))
    return Cells(order=order, sizes=sizes, copies=whole / sizes)


def draw(cells: Cells, *, size: int, seed: int) -> Sample:
    """Draw rows from every crossing of protected attributes, spread over the scores.

    Parameters
    ----------
    cells : Cells
        Rows by crossing.
    size : int
        Rows wanted; more are drawn where small groups need them, and all where there are no more.
    seed : int
        Seed of the draw. The order of rows plays no part.

    Returns
    -------
    Sample
        All of a small crossing; of a larger one its lowest and highest score and a systematic sample between.
    """
    rng = np.random.default_rng(seed)
    most = _most_of_a_cell(cells.sizes, size)
    rows, copies = [], []
    for members, each in zip(np.split(cells.order, np.cumsum(cells.sizes)[:-1]), cells.copies, strict=True):
        inner = members[1:-1]
        wanted = most - 2
        if len(members) <= most:
            rows.append(members)
            copies.append(np.full(len(members), each))
            continue
        step = len(inner) / wanted
        places = np.floor((np.arange(wanted) + rng.random()) * step).astype(np.intp)
        rows.append(np.concatenate([members[[0, -1]], inner[places]]))
        copies.append(each * np.concatenate([np.ones(2), np.full(wanted, step)]))
    return Sample(rows=np.concatenate(rows), copies=np.concatenate(copies))


def backgrounds(
    table: Table, *, count: int, size: int, seed: int, chance: ChanceArray | None = None
) -> tuple[IndexArray, ...]:
    """Draw several backgrounds, to see how far the choice of one matters.

    Parameters
    ----------
    table : Table
        n rows.
    count, size : int
        How many backgrounds, and of how many rows.
    seed : int
        Seed of the draws, which are independent of one another and of the order of rows.
    chance : array of float, shape (n,), optional
        What :func:`chance_of` gives, where it is at hand.

    Returns
    -------
    tuple of array of int, shape (size,)
        Positions, with chances proportional to weight; a row may stand more than once. Plain random draws, not draws
        spread over the scores: what differs between them then says what another table would have changed.
    """
    rng = np.random.default_rng(seed)
    chance = chance_of(table) if chance is None else chance
    among = np.arange(len(table)) if len(table) <= MOST_BEHIND else np.flatnonzero(chance < MOST_BEHIND / len(table))
    by_id = among[np.argsort(chance[among], kind="stable")]
    chances = table.weight[by_id] / table.weight[by_id].sum()
    return tuple(rng.choice(by_id, size=size, p=chances) for _ in range(count))


def chance_of(table: Table) -> ChanceArray:
    """Give each row a number between 0 and 1 that follows from its id alone.

    A hash is as good as chance, the same in any order of rows, and sorts far faster than text.
    """
    return pd.util.hash_array(table.ids.to_numpy(dtype=object), categorize=False) / 2.0**64


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
