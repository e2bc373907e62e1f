"""Mean contributions of a group, from those of its sampled rows.

Weights of sampled rows are calibrated (Deville & Särndal, Calibration Estimators in Survey Sampling, JASA 87, 1992) so
that the sample reproduces what is known of all rows of the group, the mean that is explained above all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from biasaudit.data.table import BoolArray, FloatArray
from biasaudit.drivers.intervals import weighted_mean
from biasaudit.drivers.sampling import Sample

#: A column of the calibration that the others explain to this share of its variance adds nothing.
_COLLINEAR = 1e-9
#: Sampled rows that each further column of the calibration must find.
_ROWS_A_COLUMN = 5


@dataclass(frozen=True, kw_only=True)
class Whole:
    """What is known of all rows of a group.

    Attributes
    ----------
    members : array of bool, shape (n,)
        Its rows.
    weight : float
        Sum of their weights.
    effective : float
        Sum of squared shares of weight: 1 over the number of rows that equal weights would make of them.
    means, spreads : array of float, shape (c,)
        Weighted mean and standard deviation of every known column; the first column is what is explained.
    variance : float
        Squared standard error of the first mean.
    rows : int
        How many they are.
    """

    members: BoolArray
    weight: float
    effective: float
    means: FloatArray
    spreads: FloatArray
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


def whole_of(members: BoolArray, known: FloatArray, weight: FloatArray) -> Whole:
    """Sum up what is known of all rows of a group.

    Parameters
    ----------
    members : array of bool, shape (n,)
        Rows of the group.
    known : array of float, shape (n, c)
        What is known of every row; the first column is what is explained.
    weight : array of float, shape (n,)
        Sampling weights.

    Returns
    -------
    Whole
        Means and spreads.
    """
    own, mass = known[members], weight[members]
    means = np.average(own, axis=0, weights=mass)
    spreads = np.sqrt(np.average((own - means) ** 2, axis=0, weights=mass))
    mean, variance = weighted_mean(own[:, 0], mass)
    means[0] = mean
    whole = float(mass.sum())
    effective = float(mass @ mass) / whole**2
    return Whole(
        members=members,
        weight=whole,
        effective=effective,
        means=means,
        spreads=spreads,
        variance=variance,
        rows=len(own),
    )


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
    for position in np.flatnonzero(whole.spreads[:allowed] > 0):
        column = (known[:, position] - whole.means[position]) / whole.spreads[position]
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
    whole: Whole, known: FloatArray, weight: FloatArray, sample: Sample, contributions: FloatArray
) -> GroupMeans:
    """Estimate the mean contributions of a group, and how far both people and sample leave them open.

    Parameters
    ----------
    whole : Whole
        All rows of the group.
    known : array of float, shape (n, c)
        Known columns of all rows of the table.
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
    mine = np.flatnonzero(whole.members[sample.rows])
    rows, copies = sample.rows[mine], sample.copies[mine]
    fit = calibrate(whole, known[rows], weight[rows] * copies)
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
