"""Models whose coefficients move smoothly with each training label: what one linear solve can say about them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.special import expit
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge, RidgeClassifier
from sklearn.pipeline import Pipeline

from biasaudit.data.table import FloatArray, Table
from biasaudit.errors import NotApplicableError
from biasaudit.models.deciding import Scale
from biasaudit.models.logistic import first_fit
from biasaudit.models.model import Model
from biasaudit.models.pipeline import feature_columns
from biasaudit.models.training import Trainer

#: Directions whose curvature is below this share of the largest are flat: collinear columns without a penalty.
FLAT = 1e-12
#: scikit-learn's C of the logistic regression that stands in for a model that is not smooth.
STAND_IN_C = 1.0


@dataclass(frozen=True, kw_only=True)
class SmoothModel:
    """A linear or logistic model, with all that its derivatives need.

    Attributes
    ----------
    train : array of float, shape (n_train, q)
        Prepared features of the training rows, a last column of ones where there is an intercept.
    judged : array of float, shape (n_judged, q)
        The same of the judged rows.
    coefficients : array of float, shape (q,)
        As fitted.
    penalty : array of float, shape (q,)
        Curvature that the penalty adds to each coefficient.
    weight : array of float, shape (n_train,)
        Sampling weights.
    is_logistic : bool
        Whether scores are ``expit(line)``; otherwise they are the line itself.
    label_scale : float
        How far the target moves as a label goes from 0 to 1.
    label_start : float
        The target of a label of 0.
    stands_in : bool
        Whether this is a logistic regression that stands in for the audited model.
    """

    train: FloatArray
    judged: FloatArray
    coefficients: FloatArray
    penalty: FloatArray
    weight: FloatArray
    is_logistic: bool
    label_scale: float = 1.0
    label_start: float = 0.0
    stands_in: bool = False

    @cached_property
    def train_line(self) -> FloatArray:
        """Linear predictor of the training rows, shape (n_train,)."""
        return np.asarray(self.train @ self.coefficients)

    @cached_property
    def judged_line(self) -> FloatArray:
        """Linear predictor of the judged rows, shape (n_judged,)."""
        return np.asarray(self.judged @ self.coefficients)

    @property
    def scale(self) -> Scale:
        """Whether scores are probabilities."""
        return "probability" if self.is_logistic else "score"

    def residuals(self, labels: FloatArray) -> FloatArray:
        """Give labels minus what the model expects, in units of labels: shape (n_train,)."""
        expected = expit(self.train_line) if self.is_logistic else self.train_line
        return np.asarray(labels - (expected - self.label_start) / self.label_scale)

    def solve(self, gradient: FloatArray) -> FloatArray:
        """Solve H v = gradient, with H the Hessian of the training objective: shapes (q, k)."""
        chance = expit(self.train_line)
        curvature = self.weight * chance * (1 - chance) if self.is_logistic else self.weight
        scaled = self.train * np.sqrt(curvature)[:, None]
        hessian = scaled.T @ scaled
        hessian[np.diag_indices_from(hessian)] += self.penalty
        try:
            factor = cho_factor(hessian)
            diagonal = np.abs(np.diag(factor[0]))
            if diagonal.min() > np.sqrt(FLAT) * diagonal.max():
                return np.asarray(cho_solve(factor, gradient))
        except LinAlgError:
            pass
        return np.asarray(np.linalg.pinv(hessian, rcond=FLAT, hermitian=True) @ gradient)


def smooth_model(model: Model, table: Table) -> SmoothModel:
    """Take a trained model as smooth, or let a logistic regression on the same features stand in for it.

    Smooth are logistic regression with a ridge penalty or none, linear and ridge regression, and
    the ridge classifier, without class weights, also at the end of a Pipeline. Any other trained
    model is stood in for: what its stand-in says is a guess until the model itself is trained again.

    Parameters
    ----------
    model : Model
        One that was trained here.
    table : Table
        All rows.

    Returns
    -------
    SmoothModel
        The model, or its stand-in.

    Raises
    ------
    NotApplicableError
        Where the model was not trained here.
    """
    trainer = model.trainer
    if trainer is None:
        raise NotApplicableError("the model was not trained here, so that it cannot be trained again with other labels")
    return _as_it_is(model, trainer) or _stand_in(trainer, table)


def _as_it_is(model: Model, trainer: Trainer) -> SmoothModel | None:
    """Read a model's own coefficients, where its objective is one of those known here."""
    estimator, steps = model.estimator, None
    if isinstance(estimator, Pipeline):
        estimator, steps = estimator[-1], estimator[:-1]
    known = _objective(estimator)
    if known is None:
        return None
    ready = [trainer.prepare(trainer.frame), trainer.judged]
    if steps is not None and len(steps):
        ready = [steps.transform(rows) for rows in ready]
    try:
        matrices = [np.asarray(rows, dtype=np.float64) for rows in ready]
    except (TypeError, ValueError):
        return None
    coefficients = np.ravel(np.asarray(estimator.coef_, dtype=np.float64))
    if matrices[0].ndim != 2 or matrices[0].shape[1] != len(coefficients):  # noqa: PLR2004 - a matrix
        return None
    penalty, on_intercept, is_logistic, start, scale = known
    penalties = np.full(len(coefficients), penalty)
    if estimator.fit_intercept:
        matrices = [np.column_stack([matrix, np.ones(len(matrix))]) for matrix in matrices]
        coefficients = np.append(coefficients, float(np.ravel(estimator.intercept_)[0]))
        penalties = np.append(penalties, on_intercept)
    return SmoothModel(
        train=matrices[0],
        judged=matrices[1],
        coefficients=coefficients,
        penalty=penalties,
        weight=trainer.weight,
        is_logistic=is_logistic,
        label_scale=scale,
        label_start=start,
    )


def _objective(estimator: Any) -> tuple[float, float, bool, float, float] | None:
    """Give penalty, penalty on the intercept, whether logistic, and target of 0 and step to that of 1."""
    kind = type(estimator)
    if kind is LogisticRegression:
        plain = getattr(estimator, "penalty", "deprecated") in (None, "l2", "deprecated") and not estimator.l1_ratio
        if not plain or estimator.class_weight is not None:
            return None
        penalty = 0.0 if getattr(estimator, "penalty", "deprecated") is None else 1.0 / float(estimator.C)
        by_liblinear = penalty / float(estimator.intercept_scaling) ** 2 if estimator.solver == "liblinear" else 0.0
        return penalty, by_liblinear, True, 0.0, 1.0
    if kind is LinearRegression and not estimator.positive:
        return 0.0, 0.0, False, 0.0, 1.0
    if kind is Ridge and not estimator.positive and np.ndim(estimator.alpha) == 0:
        return float(estimator.alpha), 0.0, False, 0.0, 1.0
    if kind is RidgeClassifier and not estimator.positive and estimator.class_weight is None:
        return float(estimator.alpha), 0.0, False, -1.0, 2.0
    return None


def _stand_in(trainer: Trainer, table: Table) -> SmoothModel:
    """Fit a logistic regression to the same features and labels."""
    columns = feature_columns(trainer.frame, LogisticRegression()).fit(trainer.frame)
    judged_frame = table.frame[list(trainer.frame.columns)].iloc[trainer.judged_rows]
    train, judged = (np.asarray(columns.transform(frame), dtype=float) for frame in (trainer.frame, judged_frame))
    fit = first_fit(train, trainer.labels, trainer.weight, inverse_penalty=STAND_IN_C)
    return SmoothModel(
        train=np.column_stack([train, np.ones(len(train))]),
        judged=np.column_stack([judged, np.ones(len(judged))]),
        coefficients=fit.coefficients,
        penalty=fit.penalty,
        weight=trainer.weight,
        is_logistic=True,
        stands_in=True,
    )
