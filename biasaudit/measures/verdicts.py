"""From an interval and a tolerance to a verdict, and how many people would settle it."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np
import numpy.typing as npt

from biasaudit.results import Verdict

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

#: People in a group beyond which "more data" is no advice.
MOST_ROWS = 10_000_000


def verdicts(low: npt.ArrayLike, high: npt.ArrayLike, zone: tuple[float, float]) -> list[Verdict]:
    """Judge whole intervals against a zone of tolerance.

    Parameters
    ----------
    low, high : array-like of float, shape (c,)
        Ends of the deciding intervals; NaN where there is none.
    zone : (float, float)
        Tolerated values, ends included: ``(-g, g)`` for gaps, ``(r, 1 / r)`` for ratios.

    Returns
    -------
    list of str
        ``exceeds`` where no part of the interval is tolerated, ``within`` where all of it is, else
        ``cannot_tell``.

    Examples
    --------
    >>> verdicts([0.06, -0.01, 0.04], [0.2, 0.04, 0.06], (-0.05, 0.05))
    ['exceeds', 'within', 'cannot_tell']
    """
    low, high = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    exceeds = (low > zone[1]) | (high < zone[0])
    within = (low >= zone[0]) & (high <= zone[1])
    words = np.select([exceeds, within], ["exceeds", "within"], "cannot_tell").tolist()
    return cast("list[Verdict]", words)


def rows_needed(
    settles: Callable[[FloatArray], BoolArray], people: FloatArray, least: FloatArray, most: int = MOST_ROWS
) -> list[int | None]:
    """Find how many people in the group would settle each verdict, at today's rates.

    Parameters
    ----------
    settles : callable
        Tells, for each comparison, whether it is settled when all its counts are multiplied by a
        factor (array of float, shape (c,)).
    people : array of float, shape (c,)
        People in the group today.
    least : array of float, shape (c,)
        Factors under which no verdict is given, for being too few.
    most : int
        Give up beyond this number of people.

    Returns
    -------
    list of int or None
        Size of the group, the reference growing in proportion; None where not even ``most`` people
        would settle it, as where the rates lie on the border of the tolerance.

    Examples
    --------
    >>> rows_needed(lambda factor: factor >= 2.5, np.array([100.0]), np.array([1.0]))
    [250]
    """
    low = np.maximum(np.ceil(people * np.maximum(least, 1.0)), people + 1) - 1
    high = np.full(people.shape, float(most))
    possible = (people > 0) & (low < most) & settles(high / np.maximum(people, 1.0))
    while np.any(possible & (high - low > 1)):
        middle = np.floor((low + high) / 2)
        settled = settles(middle / np.maximum(people, 1.0))
        low, high = np.where(settled, low, middle), np.where(settled, middle, high)
    return [round(rows) if yes else None for rows, yes in zip(high.tolist(), possible.tolist(), strict=True)]
