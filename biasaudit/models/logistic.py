"""Thousands of logistic regressions that differ in their labels only, each in milliseconds.

The objective is scikit-learn's: ``sum_i w_i loss_i + |b|² / (2 C)``, intercept unpenalised. Newton's method spends its
time on building and factoring the Hessian. Labels that change a little change it a little, so that the factor of the
first fit serves the refits too (the chord method: Ortega & Rheinboldt, Iterative Solution of Nonlinear Equations in
Several Variables, 1970, chapter 7); it is renewed only where progress is slow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve
from scipy.special import expit

from biasaudit.data.table import FloatArray

#: Largest change of a (standardised) coefficient at which a fit is done: scores then agree to about 1e-8.
_DONE = 1e-9
#: A step larger than this share of the one before is slow, and worth a new Hessian.
_SLOW = 0.25
#: Steps after which separable data without a penalty are left where they are.
_MOST_STEPS = 100
#: Keeps the Hessian invertible where a label is certain; far below any declared penalty.
_FLOOR = 1e-10


@dataclass(frozen=True, kw_only=True)
class LogisticFit:
    """A matrix ready for refits, with the fit that the others start from.

    Attributes
    ----------
    matrix : array of float, shape (m, q + 1)
        The distinct rows of the features, with a last column of ones.
    row : array of int, shape (n,), or None
        Which row of matrix each training row is; None where all are distinct.
    penalty : array of float, shape (q + 1,)
        1 / C for each coefficient, 0 for the intercept.
    coefficients : array of float, shape (q + 1,)
        The fit to the labels as given.
    factor : tuple
        Cholesky factor of the Hessian there.
    """

    matrix: FloatArray
    row: npt.NDArray[np.intp] | None
    penalty: FloatArray
    coefficients: FloatArray
    factor: Any

    def refit(self, labels: FloatArray, weight: FloatArray) -> FloatArray:
        """Fit other labels.

        Parameters
        ----------
        labels : array of float, shape (n,)
            Between 0 and 1.
        weight : array of float, shape (n,)
            At least 0.

        Returns
        -------
        array of float, shape (q + 1,)
            Coefficients, the intercept last.
        """
        mass, positive = weight, weight * labels
        if self.row is not None:
            mass, positive = (_summed(self.row, part, len(self.matrix)) for part in (mass, positive))
        return _descend(self, mass, positive)


def first_fit(features: FloatArray, labels: FloatArray, weight: FloatArray, *, inverse_penalty: float) -> LogisticFit:
    """Fit the labels as given and keep what refits need.

    Parameters
    ----------
    features : array of float, shape (n, q)
        Without a column of ones.
    labels, weight : array of float, shape (n,)
        Labels between 0 and 1, not all equal; weights at least 0.
    inverse_penalty : float
        scikit-learn's C; may be infinite.

    Returns
    -------
    LogisticFit
        The fit.

    Examples
    --------
    >>> x = np.array([[0.0], [1.0], [2.0], [3.0]])
    >>> fit = first_fit(x, np.array([0.0, 1.0, 0.0, 1.0]), np.ones(4), inverse_penalty=1.0)
    >>> fit.coefficients.round(4).tolist()
    [0.4529, -0.6793]
    """
    rows: npt.NDArray[np.intp] | None
    matrix, rows = np.unique(features, axis=0, return_inverse=True)
    if len(matrix) > len(features) // 2:
        matrix, rows = features, None
    matrix = np.column_stack([matrix, np.ones(len(matrix))])
    penalty = np.full(matrix.shape[1], 1.0 / inverse_penalty)
    penalty[-1] = 0.0
    start = np.zeros(matrix.shape[1])
    mass = weight if rows is None else _summed(rows, weight, len(matrix))
    empty = LogisticFit(
        matrix=matrix, row=rows, penalty=penalty, coefficients=start, factor=_factor(matrix, mass, penalty, start)
    )
    fitted = empty.refit(labels, weight)
    return LogisticFit(
        matrix=matrix, row=rows, penalty=penalty, coefficients=fitted, factor=_factor(matrix, mass, penalty, fitted)
    )


def _summed(row: npt.NDArray[np.intp], part: FloatArray, size: int) -> FloatArray:
    return np.bincount(row, weights=part, minlength=size).astype(np.float64)


def _factor(matrix: FloatArray, mass: FloatArray, penalty: FloatArray, coefficients: FloatArray) -> Any:
    chance = expit(matrix @ coefficients)
    root = np.sqrt(mass * chance * (1 - chance))
    scaled = matrix * root[:, None]
    hessian = scaled.T @ scaled
    hessian[np.diag_indices_from(hessian)] += penalty + _FLOOR * max(1.0, float(mass.sum()))
    return cho_factor(hessian)


def _descend(fit: LogisticFit, mass: FloatArray, positive: FloatArray) -> FloatArray:
    coefficients, factor, before = fit.coefficients, fit.factor, np.inf
    for _ in range(_MOST_STEPS):
        gradient = fit.matrix.T @ (mass * expit(fit.matrix @ coefficients) - positive) + fit.penalty * coefficients
        step = cho_solve(factor, gradient)
        size = float(np.abs(step).max())
        if size <= _DONE:
            return coefficients - step
        if size > _SLOW * before:
            factor = _factor(fit.matrix, mass, fit.penalty, coefficients)
            step = _shortened(fit, mass, positive, coefficients, cho_solve(factor, gradient))
            size = float(np.abs(step).max())
        coefficients, before = coefficients - step, size
    return coefficients


def _shortened(
    fit: LogisticFit, mass: FloatArray, positive: FloatArray, coefficients: FloatArray, step: FloatArray
) -> FloatArray:
    """Halve a Newton step until it lowers the objective, which a full step from afar may not."""
    now = _objective(fit, mass, positive, coefficients)
    slack = 1e-12 * abs(now)
    for _ in range(30):
        if _objective(fit, mass, positive, coefficients - step) <= now + slack:
            break
        step = step / 2
    return step


def _objective(fit: LogisticFit, mass: FloatArray, positive: FloatArray, coefficients: FloatArray) -> float:
    line = fit.matrix @ coefficients
    loss = mass @ np.logaddexp(0.0, line) - positive @ line
    return float(loss + 0.5 * np.sum(fit.penalty * coefficients**2))
