"""Combinations of codes that occur: the kernel of every count in memory."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]

#: Joint cells up to which one dense array is counted into, however few rows there are.
_ALWAYS_DENSE = 1 << 20


def occupied(codes: tuple[npt.NDArray[np.integer], ...], sizes: list[int]) -> tuple[IntArray, IntArray]:
    """Find the combinations of codes that occur, in order, and the place of each row's among them.

    Parameters
    ----------
    codes : tuple of array of int, shape (n,)
        One array a column, from 0.
    sizes : list of int
        Values each column may take.

    Returns
    -------
    present : array of int, shape (c, columns)
        Combinations that occur.
    place : array of int, shape (n,)
        Which of them each row has.

    Examples
    --------
    >>> present, place = occupied((np.array([1, 0, 1]), np.array([0, 2, 0])), [2, 3])
    >>> present.tolist(), place.tolist()
    ([[0, 2], [1, 0]], [1, 0, 1])
    """
    total = math.prod(sizes)
    if total > np.iinfo(np.int64).max:
        rows, inverse = np.unique(np.stack(codes, axis=-1), axis=0, return_inverse=True)
        return rows.astype(np.int64), inverse.reshape(-1).astype(np.int64)
    joint = _joint(codes, sizes, total)
    if total <= max(_ALWAYS_DENSE, len(joint)):
        present = np.flatnonzero(np.bincount(joint, minlength=total))
        place = np.zeros(total, dtype=np.int64)
        place[present] = np.arange(present.size)
        inverse = place[joint]
    else:
        present, inverse = np.unique(joint, return_inverse=True)
    return np.stack(np.unravel_index(present, sizes), axis=-1).astype(np.int64), inverse.reshape(-1)


def _joint(codes: tuple[npt.NDArray[np.integer], ...], sizes: list[int], total: int) -> npt.NDArray[np.integer]:
    """Give each combination its number, in the narrowest integers that hold it."""
    narrow = np.int32 if total <= np.iinfo(np.int32).max else np.int64
    joint: npt.NDArray[np.int32 | np.int64] = codes[0].astype(narrow)
    for code, size in zip(codes[1:], sizes[1:], strict=True):
        joint *= size
        joint += code.astype(joint.dtype, copy=False)
    return joint
