"""Training once, and training again with other labels: features, split, seed and parameters stay fixed."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.linalg import LinAlgWarning
from scipy.special import expit
from sklearn.base import clone, is_classifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter

from biasaudit.data.table import FloatArray
from biasaudit.errors import ModelError
from biasaudit.models.deciding import Scale
from biasaudit.models.logistic import LogisticFit, first_fit

#: Scores rows that :attr:`Trainer.prepare` has prepared.
Scorer = Callable[[Any], FloatArray]
#: Solvers of scikit-learn that minimise the same objective as models.logistic.
_SAME_OBJECTIVE = ("lbfgs", "newton-cg", "newton-cholesky", "sag", "saga")


@dataclass(frozen=True, kw_only=True)
class Trainer:
    """Trains the same model again on other labels, as often as a trace needs.

    Attributes
    ----------
    rows : array of int, shape (n_train,)
        Positions of the training rows in the whole table.
    judged_rows : array of int, shape (n_judged,)
        Positions of the judged rows in the whole table.
    frame : pandas.DataFrame, shape (n_train, p)
        Features of the training rows, as in the table.
    labels, weight : array of float, shape (n_train,)
        Outcome (0 or 1) and sampling weight of the training rows.
    prepare : callable
        Makes a frame of features ready for a scorer: what costs time and does not depend on labels.
    judged : object
        The judged rows, prepared.
    refit : callable
        Gives the scorer for other labels and weights, both of shape (n_train,).
    """

    rows: npt.NDArray[np.intp]
    judged_rows: npt.NDArray[np.intp]
    frame: pd.DataFrame
    labels: FloatArray
    weight: FloatArray
    prepare: Callable[[pd.DataFrame], Any]
    judged: Any
    refit: Callable[[FloatArray, FloatArray], Scorer]

    @property
    def judges_its_training_rows(self) -> bool:
        """Whether the model is measured on the rows that it learnt from."""
        return bool(np.array_equal(self.rows, self.judged_rows))

    @property
    def refits_quickly(self) -> bool:
        """Whether a refit takes some steps from the first fit, not a fit of its own."""
        return isinstance(self.refit, _LogisticRefit)

    def scores(self, labels: FloatArray, weight: FloatArray | None = None) -> FloatArray:
        """Train on other labels and score the judged rows.

        Parameters
        ----------
        labels : array of float, shape (n_train,)
            Between 0 and 1. A label of 0.3 stands for the row twice: positive with weight 0.3, negative with 0.7.
        weight : array of float, shape (n_train,), optional
            Takes the place of the sampling weights.

        Returns
        -------
        array of float, shape (n_judged,)
            Scores on the model's own scale; the constant itself where all labels are 0 or all are 1.
        """
        return self.refit(labels, self.weight if weight is None else weight)(self.judged)


def scale_of(estimator: Any) -> Scale:
    """Tell whether an estimator's scores are probabilities."""
    return "probability" if hasattr(estimator, "predict_proba") else "score"


def scores_of(estimator: Any, rows: Any, positive: int = 1) -> FloatArray:
    """Score rows with a fitted estimator: a probability, else a margin, else a prediction.

    Parameters
    ----------
    estimator : fitted scikit-learn estimator
        Classifier or regressor.
    rows : array or frame
        What it was fitted on.
    positive : int
        Position of the positive value among its classes.
    """
    if hasattr(estimator, "predict_proba"):
        return np.asarray(estimator.predict_proba(rows), dtype=np.float64)[:, positive]
    if hasattr(estimator, "decision_function"):
        margin = np.asarray(estimator.decision_function(rows), dtype=np.float64)
        return margin if positive == 1 else -margin
    return np.asarray(estimator.predict(rows), dtype=np.float64).reshape(len(rows))


def fit_once(estimator: Any, rows: Any, labels: FloatArray, weight: FloatArray) -> Any:
    """Fit a copy of an estimator, quietly.

    Parameters
    ----------
    estimator : scikit-learn estimator
        Unfitted; not changed.
    rows : array or frame, shape (n, q)
        Prepared features.
    labels, weight : array of float, shape (n,)
        A classifier sees a label between 0 and 1 as the row twice, a regressor as the number itself.

    Raises
    ------
    ModelError
        Where weights are needed that the estimator does not take, or where it cannot be fitted.
    """
    kept = np.flatnonzero(weight > 0)
    if len(kept) < len(weight):
        rows, labels, weight = _taken(rows, kept), labels[kept], weight[kept]
    if is_classifier(estimator):
        rows, labels, weight = _as_duplicates(rows, labels, weight)
    extra = {} if (weight == 1).all() else _weight_argument(estimator, weight)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", LinAlgWarning)  # collinear levels without a penalty: another solver takes over
        warnings.simplefilter("ignore", FutureWarning)  # a declared parameter that scikit-learn is about to rename
        try:
            return clone(estimator).fit(rows, labels, **extra)
        except (TypeError, ValueError, FloatingPointError) as error:
            raise ModelError(f"{type(estimator).__name__} could not be trained: {error}") from error


def make_refit(
    estimator: Any, rows: Any, labels: FloatArray, weight: FloatArray
) -> Callable[[FloatArray, FloatArray], Scorer]:
    """Choose the fastest way to train again on the same rows.

    Parameters
    ----------
    estimator : scikit-learn estimator
        Unfitted.
    rows : array or frame, shape (n, q)
        Prepared features.
    labels, weight : array of float, shape (n,)
        As given; refits start from the fit to them.
    """
    if _is_plain_logistic(estimator) and isinstance(rows, np.ndarray):
        return _LogisticRefit(estimator, rows, labels, weight)
    return partial(_refit_any, estimator, rows)


def _refit_any(estimator: Any, rows: Any, labels: FloatArray, weight: FloatArray) -> Scorer:
    constant = _constant(labels, weight)
    if constant is not None:
        return partial(_score_constant, constant)
    if (weight == 0).any() and (weight == np.round(weight)).all() and weight.sum() <= len(weight):
        # Rows drawn anew: as rows they teach every estimator, and some far faster than with weights.
        drawn = np.repeat(np.arange(len(weight)), weight.astype(np.intp))
        rows, labels, weight = _taken(rows, drawn), labels[drawn], np.ones(len(drawn))
    return partial(scores_of, fit_once(estimator, rows, labels, weight))


class _LogisticRefit:
    """Refits by the chord method; the first fit waits until a refit is asked for."""

    def __init__(self, estimator: LogisticRegression, rows: FloatArray, labels: FloatArray, weight: FloatArray) -> None:
        self._inverse_penalty = np.inf if _penalty(estimator) is None else float(estimator.C)
        self._given = (rows, labels, weight)
        self._fit: LogisticFit | None = None

    def __call__(self, labels: FloatArray, weight: FloatArray) -> Scorer:
        constant = _constant(labels, weight)
        if constant is not None:
            return partial(_score_constant, constant)
        if self._fit is None:
            self._fit = first_fit(*self._given, inverse_penalty=self._inverse_penalty)
        return partial(_score_logistic, self._fit.refit(labels, weight))


def _score_logistic(coefficients: FloatArray, rows: FloatArray) -> FloatArray:
    return np.asarray(expit(rows @ coefficients[:-1] + coefficients[-1]), dtype=np.float64)


def _score_constant(constant: float, rows: Any) -> FloatArray:
    return np.full(len(rows), constant)


def _constant(labels: FloatArray, weight: FloatArray) -> float | None:
    """Give the label that all rows with a weight share, if it is 0 or 1: no model learns from one outcome."""
    seen = labels[weight > 0]
    if len(seen) and seen.min() == seen.max() and seen[0] in (0.0, 1.0):
        return float(seen[0])
    return None


def _is_plain_logistic(estimator: Any) -> bool:
    """Tell whether models.logistic minimises exactly what this estimator does."""
    if type(estimator) is not LogisticRegression:
        return False
    ridge = not estimator.l1_ratio and _penalty(estimator) in (None, "l2", "deprecated")
    return bool(
        ridge and estimator.fit_intercept and estimator.class_weight is None and estimator.solver in _SAME_OBJECTIVE
    )


def _penalty(estimator: LogisticRegression) -> str | None:
    """Read a parameter that scikit-learn 1.10 takes away."""
    found: str | None = getattr(estimator, "penalty", "deprecated")
    return found


def _as_duplicates(rows: Any, labels: FloatArray, weight: FloatArray) -> tuple[Any, Any, FloatArray]:
    """Let each row with a label between 0 and 1 stand twice, once a class, weighted by its label."""
    hard = (labels == 0) | (labels == 1)
    if hard.all():
        return rows, labels.astype(np.int64), weight
    soft = np.flatnonzero(~hard)
    every = np.concatenate([np.arange(len(labels)), soft])
    classes = np.concatenate([np.where(hard, labels, 1), np.zeros(len(soft))]).astype(np.int64)
    shared = np.concatenate([weight * np.where(hard, 1, labels), weight[soft] * (1 - labels[soft])])
    return _taken(rows, every), classes, shared


def _taken(rows: Any, kept: npt.NDArray[np.intp]) -> Any:
    return rows.iloc[kept] if isinstance(rows, pd.DataFrame) else rows[kept]


def _weight_argument(estimator: Any, weight: FloatArray) -> dict[str, FloatArray]:
    """Name the argument that takes weights."""
    last, prefix = estimator, ""
    while isinstance(last, Pipeline):
        prefix += f"{last.steps[-1][0]}__"
        last = last.steps[-1][1]
    if not has_fit_parameter(last, "sample_weight"):
        raise ModelError(
            f"{type(last).__name__} does not take the weights that this step needs (declared weights, shared labels or "
            "resampling). Choose a model that does, such as logistic_regression or gradient_boosting."
        )
    return {f"{prefix}sample_weight": weight}
