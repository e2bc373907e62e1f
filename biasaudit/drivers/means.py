"""Mean contributions of a group, from those of its sampled rows.

Weights of sampled rows are calibrated (Deville & Särndal, Calibration Estimators in Survey Sampling, JASA 87, 1992) so
that the sample reproduces what is known of all rows of the group, the mean that is explained above all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from biasaudit.data.table import FloatArray
from biasaudit.drivers.sampling import Sample

#: A column of the calibration that the others explain to this share of its variance adds nothing.
_COLLINEAR = 1e-9
#: A column that differs from its mean by less, relative to that, is constant: rounding is all that is left.
_CONSTANT = 1e-12
#: Sampled rows that each further column of the calibration must find.
_ROWS_A_COLUMN = 5


#: What is known of every row, one array of shape (n,) each; the first is what is explained.
Known = tuple[FloatArray, ...]


@dataclass(frozen=True, kw_only=True)
class Whole:
    """What is known of all rows of a group.

    Attributes
    ----------
    codes : array of int, shape (n,)
        Group of every row of the table.
    code : int
        The group meant.
    effective : float
        Sum of squared shares of weight: 1 over the number of rows that equal weights would make of them.
    means : array of float, shape (c,)
        Weighted mean of everything known.
    variance : float
        Squared standard error of the first mean.
    rows : int
        How many they are.
    """

    codes: npt.NDArray[np.integer[Any]]
    code: int
    effective: float
    means: FloatArray
    variance: float
    rows: int


@dataclass(frozen=True, kw_only=True)
class Calibrated:
    """Sampled rows of one group, weighted to stand for all of it.

    Attributes
    ----------
    weight : array of float, shape (r,)
        Adds up to 1; single weights may be negative.
    columns : array of float, shape (r, k)
        What was calibrated on, the constant first.
    base : array of float, shape (r,)
        Weights before, adding up to 1.
    """

    weight: FloatArray
    columns: FloatArray
    base: FloatArray


@dataclass(frozen=True, kw_only=True)
class GroupMeans:
    """What inputs add to the mean of one group.

    Attributes
    ----------
    whole : Whole
        All of its rows.
    contributions : array of float, shape (backgrounds, k)
        Mean contributions against each background.
    between_people : array of float, shape (k,)
        Their variances as means over people, who might have been others.
    left_open : array of float, shape (k,)
        Their variances as means over the rows of the sample, where all are asked for.
    explained : int
        Rows of the sample.
    """

    whole: Whole
    contributions: FloatArray
    between_people: FloatArray
    left_open: FloatArray
    explained: int


def wholes_of(
    codes: npt.NDArray[np.integer[Any]],
    groups: int,
    known: Known,
    weight: FloatArray,
    *,
    means: dict[int, FloatArray] | None = None,
) -> list[Whole]:
    """Sum up what is known of all rows of each group.

    Parameters
    ----------
    codes : array of int, shape (n,)
        Group of every row.
    groups : int
        How many groups there are, none empty.
    known : tuple of array of float, shape (n,)
        What is known of every row.
    weight : array of float, shape (n,)
        Sampling weights.
    means : dict, optional
        Means by group of arrays that were averaged before, by the identity of the array; new ones are added.

    Returns
    -------
    list of Whole
        One a group.

    Examples
    --------
    >>> [whole] = wholes_of(np.zeros(2, dtype=int), 1, (np.array([1.0, 3.0]),), np.ones(2))
    >>> float(whole.means[0]), whole.variance
    (2.0, 1.0)
    """
    cells = codes.astype(np.intp)
    rows = np.bincount(cells, minlength=groups)
    mass = np.bincount(cells, weights=weight, minlength=groups)
    effective = np.bincount(cells, weights=weight**2, minlength=groups) / mass**2
    is_even = bool((weight == 1).all())
    means = {} if means is None else means
    for one in known:
        if id(one) not in means:
            means[id(one)] = np.bincount(cells, weights=one if is_even else weight * one, minlength=groups) / mass
    centres = np.column_stack([means[id(one)] for one in known])
    apart = weight * (known[0] - centres[:, 0][cells]) ** 2
    spread = np.bincount(cells, weights=apart, minlength=groups) / mass * rows / np.maximum(rows - 1, 1)
    return [
        Whole(
            codes=codes,
            code=code,
            effective=float(effective[code]),
            means=centres[code],
            variance=float(spread[code] * effective[code]),
            rows=int(rows[code]),
        )
        for code in range(groups)
    ]


def calibrate(whole: Whole, known: FloatArray, base: FloatArray) -> Calibrated:
    """Weight sampled rows of a group so that they reproduce the means of all its rows.

    Parameters
    ----------
    whole : Whole
        The means to reproduce: the first where it varies in the sample, further ones as far as the sample is large
        enough for them.
    known : array of float, shape (r, c)
        The known columns of the sampled rows.
    base : array of float, shape (r,)
        Weight of each sampled row times the number of rows that it stands for.

    Returns
    -------
    Calibrated
        Linear calibration: ``w = base (1 + x'λ)``.
    """
    base = base / base.sum()
    allowed = max(1, len(base) // _ROWS_A_COLUMN - 1)
    kept = [np.ones(len(base))]
    basis = [np.sqrt(base)]
    for position in range(min(allowed, known.shape[1])):
        column = known[:, position] - whole.means[position]
        size = np.sqrt(base @ column**2)
        if size <= _CONSTANT * abs(whole.means[position]):
            continue
        column = column / size
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
    return Calibrated(weight=base * (1.0 + columns @ factor), columns=columns, base=base)


def group_means(
    whole: Whole, known: Known, weight: FloatArray, sample: Sample, contributions: FloatArray
) -> GroupMeans:
    """Estimate the mean contributions of a group, and how far both people and sample leave them open.

    Parameters
    ----------
    whole : Whole
        All rows of the group.
    known : tuple of array of float, shape (n,)
        What is known of all rows of the table.
    weight : array of float, shape (n,)
        Sampling weights.
    sample : Sample
        The rows explained.
    contributions : array of float, shape (backgrounds, r, k)
        What each input adds to each of them.

    Returns
    -------
    GroupMeans
        The contributions against each background add up to ``whole.means[0]`` minus the mean of that background.
    """
    mine = np.flatnonzero(whole.codes[sample.rows] == whole.code)
    rows, copies = sample.rows[mine], sample.copies[mine]
    fit = calibrate(whole, np.column_stack([one[rows] for one in known]), weight[rows] * copies)
    values = contributions[:, mine].mean(axis=0)
    r, k = fit.columns.shape
    spread = fit.base @ (values - fit.base @ values) ** 2 * (r / max(r - 1, 1))
    root = np.sqrt(fit.base)[:, None]
    slopes, *_ = np.linalg.lstsq(fit.columns * root, values * root, rcond=None)
    rest = values - fit.columns @ slopes
    left_open = ((1 - 1 / copies) * fit.weight**2) @ rest**2 * (r / max(r - k, 1))
    return GroupMeans(
        whole=whole,
        contributions=fit.weight @ contributions[:, mine],
        between_people=spread * whole.effective,
        left_open=left_open,
        explained=r,
    )
