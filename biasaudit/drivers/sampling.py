"""Which rows to explain, and what each of them stands for.

A gap needs means over groups, not every row. One sample serves all attributes: rows are drawn within the finest groups,
spread over their scores. Weights are then calibrated (Deville & Särndal, Calibration Estimators in Survey Sampling,
JASA 87, 1992) so that the sample reproduces what is known of all rows, the mean score above all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from biasaudit.data.table import FloatArray, Table

IndexArray = npt.NDArray[np.intp]

#: Rows drawn from each of the finest groups at least, or all of it.
_LEAST_OF_A_CELL = 5
#: A column of the calibration that the others explain to this share of its variance adds nothing.
_COLLINEAR = 1e-9
#: Sampled rows that each further column of the calibration must find.
_ROWS_A_COLUMN = 5


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Rows drawn from a table.

    Attributes
    ----------
    rows : array of int, shape (r,)
        Positions, rising.
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
    codes = np.column_stack([table.attribute(name).codes for name in names])
    _, cell = np.unique(codes, axis=0, return_inverse=True)
    cell = cell.reshape(len(table))
    order = np.lexsort((table.ids.to_numpy(dtype=str), scores, cell))
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
    every, counts = np.concatenate(rows), np.concatenate(copies)
    rising = np.argsort(every)
    return Sample(rows=every[rising], copies=counts[rising])


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
    by_id = np.argsort(table.ids.to_numpy(dtype=str), kind="stable")
    chances = table.weight[by_id] / table.weight.sum()
    return tuple(rng.choice(by_id, size=size, p=chances) for _ in range(count))


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


@dataclass(frozen=True, kw_only=True)
class Calibrated:
    """Sampled rows of one group, weighted to stand for all of it.

    Attributes
    ----------
    weight : array of float, shape (r,)
        Adds up to 1; single weights may be negative.
    columns : array of float, shape (r, k)
        What was calibrated on, the constant first.
    copies : array of float, shape (r,)
        How many rows each stood for before.
    base : array of float, shape (r,)
        Weights before, adding up to 1.
    """

    weight: FloatArray
    columns: FloatArray
    copies: FloatArray
    base: FloatArray


def calibrate(known: FloatArray, weight: FloatArray, *, drawn: IndexArray, copies: FloatArray) -> Calibrated:
    """Weight sampled rows of a group so that they reproduce the means of all its rows.

    Parameters
    ----------
    known : array of float, shape (n, k)
        What is known of every row of the group; the mean of the first column is always reproduced where it varies in
        the sample, that of further ones as far as the sample is large enough for them.
    weight : array of float, shape (n,)
        Sampling weights of the rows.
    drawn : array of int, shape (r,)
        Positions of the sampled rows within the group.
    copies : array of float, shape (r,)
        How many rows each sampled one stands for.

    Returns
    -------
    Calibrated
        Linear calibration: ``w = base (1 + x'λ)``.
    """
    base = weight[drawn] * copies
    base = base / base.sum()
    allowed = max(1, len(drawn) // _ROWS_A_COLUMN - 1)
    distance = known[:, :allowed] - np.average(known[:, :allowed], axis=0, weights=weight)
    spread = np.sqrt(np.average(distance**2, axis=0, weights=weight))
    kept = [np.ones(len(drawn))]
    basis = [np.sqrt(base)]
    for position in np.flatnonzero(spread > 0):
        column = distance[drawn, position] / spread[position]
        rest = column * np.sqrt(base)
        for direction in basis:
            rest = rest - (direction @ rest) * direction
        if rest @ rest > _COLLINEAR:
            kept.append(column)
            basis.append(rest / np.sqrt(rest @ rest))
    columns = np.column_stack(kept)
    # Columns are measured from the group's own means: those of the weighted sample must become 1, 0, 0, …
    missing = -columns.T @ base
    missing[0] += 1.0
    factor = np.linalg.solve((columns * base[:, None]).T @ columns, missing)
    return Calibrated(weight=base * (1.0 + columns @ factor), columns=columns, copies=copies, base=base)
