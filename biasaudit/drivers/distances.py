"""Distances between people: features as numbers, and places between which Euclid's distance is Mahalanobis'."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from biasaudit.data.table import FloatArray
from biasaudit.models import is_numeric

#: Levels of a feature that have a column of their own; the others share one.
MOST_LEVELS = 50
#: Directions with less than this share of the largest variance are no directions.
_FLAT = 1e-9


@dataclass(frozen=True, kw_only=True)
class Coded:
    """Features of people as numbers.

    Attributes
    ----------
    names : tuple of str
        The features.
    columns : array of float, shape (n, q)
        A number as it is (missing ones at their mean, and a 0/1 column that says where); a level as 0/1.
    source : array of int, shape (q,)
        Which feature each column comes from.
    places : array of float, shape (n, r)
        Places whose distances are Mahalanobis', scaled so that two people at random are 1 apart in the root of the
        mean square.
    """

    names: tuple[str, ...]
    columns: FloatArray
    source: npt.NDArray[np.intp]
    places: FloatArray


def code_people(frame: pd.DataFrame) -> Coded:
    """Turn features into numbers and places.

    Parameters
    ----------
    frame : pandas.DataFrame, shape (n, p)
        Features, n at least 2.

    Returns
    -------
    Coded
        Columns and places.

    Examples
    --------
    >>> coded = code_people(pd.DataFrame({"age": [20.0, 30.0, 40.0], "town": ["a", "b", "a"]}))
    >>> coded.columns.shape, coded.places.shape, coded.source.tolist()
    ((3, 3), (3, 2), [0, 1, 1])
    """
    blocks = [_coded(frame[name]) for name in frame.columns]
    columns = np.hstack(blocks)
    source = np.repeat(np.arange(len(blocks)), [block.shape[1] for block in blocks])
    centred = columns - columns.mean(axis=0)
    spread = centred.std(axis=0)
    standard = centred / np.where(spread > 0, spread, 1.0)
    variances, directions = np.linalg.eigh(standard.T @ standard / len(standard))
    kept = variances > _FLAT * max(float(variances.max(initial=0.0)), _FLAT)
    whitened = standard @ (directions[:, kept] / np.sqrt(variances[kept]))
    # Each of r whitened columns has variance 1, so that the mean squared distance of two people is 2 r.
    places = whitened / np.sqrt(2 * max(int(kept.sum()), 1))
    if not places.shape[1]:
        places = np.zeros((len(frame), 1))
    return Coded(names=tuple(map(str, frame.columns)), columns=columns, source=source, places=places)


def _coded(column: pd.Series) -> FloatArray:
    if is_numeric(column):
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
        known = np.isfinite(numbers)
        filled = np.where(known, numbers, numbers[known].mean() if known.any() else 0.0)
        return filled[:, None] if known.all() else np.column_stack([filled, ~known]).astype(np.float64)
    codes, _ = pd.factorize(column, sort=True, use_na_sentinel=False)
    often = np.argsort(-np.bincount(codes), kind="stable")[:MOST_LEVELS]
    levels: FloatArray = (codes[:, None] == often).astype(np.float64)
    return levels
