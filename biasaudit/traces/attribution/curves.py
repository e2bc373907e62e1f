"""How often each unit says positive, given what the item's other labels and its features say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from biasaudit.data.table import FloatArray
from biasaudit.traces.ballots import IntArray

#: Penalty (in labels) on the level of a unit: keeps one without labels in a cell near the others.
LEVEL_PENALTY = 0.05
#: Penalty (in labels) on units whose slopes differ from the others': a few labels cannot show it.
SLOPE_PENALTY = 10.0
#: Evidence (from -2 to 2) and features (in standard deviations) are read in such steps, so that equal labels count once.
EVIDENCE_STEP, FEATURE_STEP = 1 / 16, 0.25
#: Farther out (standard deviations) features say no more.
FARTHEST = 4.0
#: Keeps chances away from 0 and 1 where they divide.
FLOOR = 1e-9
#: Newton steps at most, and the size of a step at which a fit is done.
MOST_STEPS, DONE = 50, 1e-7


@dataclass(frozen=True, kw_only=True)
class Said:
    """Labels of one cell, equal ones counted once.

    Attributes
    ----------
    unit, label, count : array, shape (kinds,)
        Unit, label (0 or 1) and number of labels of each kind.
    terms : array of float, shape (kinds, 5)
        1, evidence e of the item's other labels, e², e³ / 4, and the feature score.
    which : array of int, shape (labels,)
        Kind of each label.
    """

    unit: IntArray
    label: FloatArray
    count: FloatArray
    terms: FloatArray
    which: IntArray


def gather(unit: IntArray, label: FloatArray, evidence: FloatArray, feature: FloatArray, weight: FloatArray) -> Said:
    """Count labels that agree in unit, label, evidence (0 to 1) and features; all arrays have shape (labels,)."""
    steps = [
        np.rint(values / step).astype(np.int64)
        for values, step in (
            (4 * evidence - 2, EVIDENCE_STEP),
            (np.clip(feature, -FARTHEST, FARTHEST), FEATURE_STEP),
        )
    ]
    wide, narrow = int(4 / EVIDENCE_STEP) + 1, int(2 * FARTHEST / FEATURE_STEP) + 1
    key = ((unit * 2 + label.astype(np.int64)) * wide + steps[0] + wide // 2) * narrow + steps[1] + narrow // 2
    _, first, which = np.unique(key, return_index=True, return_inverse=True)
    seen, drawn = steps[0][first] * EVIDENCE_STEP, steps[1][first] * FEATURE_STEP
    return Said(
        unit=unit[first],
        label=label[first],
        count=np.asarray(np.bincount(which, weight), dtype=float),
        terms=np.column_stack([np.ones(len(first)), seen, seen**2, seen**3 / 4, drawn]),
        which=which.astype(np.intp),
    )


def fit_curves(said: Said, n_units: int) -> FloatArray:
    """Fit a logistic curve to each unit's labels, curves kept alike where little tells them apart.

    Parameters
    ----------
    said : Said
        The labels.
    n_units : int
        Number of units.

    Returns
    -------
    array of float, shape (units, 5)
        Coefficients of the terms.

    Examples
    --------
    >>> unit = np.repeat([0, 1], 100)
    >>> label = np.concatenate([np.arange(100) < 80, np.arange(100) < 30]).astype(float)
    >>> said = gather(unit, label, np.full(200, 0.5), np.zeros(200), np.ones(200))
    >>> expit(fit_curves(said, 2)[:, 0]).round(2).tolist()
    [0.8, 0.3]
    """
    width = said.terms.shape[1]
    of_unit = [np.flatnonzero(said.unit == unit) for unit in range(n_units)]
    penalty = _penalties(n_units, width)
    flat = np.zeros(n_units * width)

    def loss(at: FloatArray) -> float:
        line = (said.terms * at.reshape(n_units, width)[said.unit]).sum(axis=1)
        return float(said.count @ (np.logaddexp(0, line) - said.label * line) + at @ penalty @ at / 2)

    before = loss(flat)
    for _ in range(MOST_STEPS):
        chance = expit((said.terms * flat.reshape(n_units, width)[said.unit]).sum(axis=1))
        slope, curvature = penalty @ flat, penalty.copy()
        for unit, kinds in enumerate(of_unit):
            place = slice(unit * width, (unit + 1) * width)
            terms, weight = said.terms[kinds], said.count[kinds]
            slope[place] += terms.T @ (weight * (chance[kinds] - said.label[kinds]))
            curvature[place, place] += (terms.T * (weight * chance[kinds] * (1 - chance[kinds]))) @ terms
        step = np.linalg.solve(curvature, slope)
        now = loss(flat - step)
        while now > before + DONE and np.abs(step).max() > DONE:
            step, now = step / 2, loss(flat - step / 2)
        flat, before = flat - step, now
        if np.abs(step).max() < DONE:
            break
    return flat.reshape(n_units, width)


def _penalties(n_units: int, width: int) -> FloatArray:
    """Penalise, as a quadratic form, curves that differ from their mean, and slopes."""
    apart = np.eye(n_units) - 1 / n_units
    differs = np.diag([LEVEL_PENALTY] + [SLOPE_PENALTY] * (width - 1))
    slopes = np.diag([0.0] + [LEVEL_PENALTY] * (width - 1))
    # The floor keeps a cell without a single label solvable.
    return np.asarray(np.kron(apart, differs) + np.kron(np.eye(n_units), slopes + FLOOR * np.eye(width)))


def moved(said: Said, curves: FloatArray, target: int | None) -> FloatArray:
    """Move each label, as little as makes its unit say positive as often as the reference would.

    Parameters
    ----------
    said : Said
        The labels.
    curves : array of float, shape (units, 5)
        Their curves.
    target : int or None
        The reference unit; None for the average of all.

    Returns
    -------
    array of float, shape (labels,)
        Chance that the reference's label is positive, given the label that was given.
    """
    chance = np.clip(expit(said.terms @ curves.T), FLOOR, 1 - FLOOR)
    own = chance[np.arange(len(said.unit)), said.unit]
    wanted = chance.mean(axis=1) if target is None else chance[:, target]
    raised = np.maximum(0.0, (wanted - own) / (1 - own))
    kept = np.minimum(1.0, wanted / own)
    return np.asarray(np.where(said.label == 1, kept, raised)[said.which])
