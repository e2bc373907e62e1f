"""Shapley values of single rows, by shap: what each column adds to a row's score."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from biasaudit.data.table import FloatArray
from biasaudit.models import Model, code_rows

#: From scores to decisions.
Line = Callable[[FloatArray], FloatArray]

#: Up to so many columns every coalition is evaluated: 2^6 cost about what the permutations of more columns do.
MOST_EXACT = 6


def method_for(columns: int) -> str:
    """Name the way in which Shapley values of so many columns are found."""
    if columns <= MOST_EXACT:
        return "exact Shapley values"
    return "Shapley values by antithetic permutations"


def evaluations_a_row(columns: int) -> int:
    """Count how often the model scores the background to explain one row.

    Examples
    --------
    >>> evaluations_a_row(3), evaluations_a_row(10)
    (8, 21)
    """
    return int(2**columns) if columns <= MOST_EXACT else 2 * columns + 1


def shapley_values(
    model: Model,
    rows: pd.DataFrame,
    background: pd.DataFrame,
    *,
    seed: int,
    lines: Sequence[Line | None] = (None,),
) -> FloatArray:
    """Explain rows: what each source column adds to the score, from the mean score of the background upwards.

    Interventional Shapley values (Lundberg & Lee, A Unified Approach to Interpreting Model Predictions, NIPS 2017): a
    column that is left out takes the values it has in the background rows, whatever the other columns hold. Up to
    :data:`MOST_EXACT` columns every coalition is evaluated; beyond that columns enter in one random order a row, then in
    the reverse order, which makes two-way interactions exact and leaves noise in those of more columns.

    Parameters
    ----------
    model : Model
        One that can score.
    rows : pandas.DataFrame, shape (r, p)
        Rows to explain.
    background : pandas.DataFrame, shape (b, p)
        Rows to compare with.
    seed : int
        Seed of the permutations.
    lines : sequence of callable or None
        The scales to explain, all from the same scores: None for the scores themselves, a function from scores to
        decisions for those.

    Returns
    -------
    array of float, shape (scales, r, p)
        Each row adds up to its score (or decision) minus the mean of the background's.
    """
    both = pd.concat([background, rows], ignore_index=True)
    # Codes of these rows alone stay small: shap takes numbers within 1 part in 100,000 for equal.
    coded = code_rows(model, both)

    def value(codes: FloatArray) -> FloatArray:
        scores = coded.score(codes)
        return np.column_stack([scores if line is None else line(scores) for line in lines])

    shap = _shap()
    masker = shap.maskers.Independent(coded.codes[: len(background)], max_samples=len(background))
    found = np.zeros((len(lines), len(rows), coded.codes.shape[1]))
    # A row that differs from no row of the background adds nothing anywhere, and shap cannot explain it.
    is_other = (coded.codes[len(background) :, None] != np.unique(coded.codes[: len(background)], axis=0)).any(
        axis=(1, 2)
    )
    wanted = coded.codes[len(background) :][is_other]
    if not len(wanted):
        return found
    before = np.random.get_state()  # noqa: NPY002 - shap draws from, and seeds, the global state
    try:
        # Many small predictions: threads that wait for one another make them slower, by far where cores are shared.
        with threadpool_limits(limits=1):
            if wanted.shape[1] <= MOST_EXACT:
                explained = shap.ExactExplainer(value, masker)(wanted, silent=True)
            else:
                explainer = shap.PermutationExplainer(value, masker, seed=seed % 2**32)
                explained = explainer(wanted, max_evals=evaluations_a_row(wanted.shape[1]), silent=True)
    finally:
        np.random.set_state(before)  # noqa: NPY002
    values = np.asarray(explained.values, dtype=np.float64).reshape(*wanted.shape, len(lines))
    found[:, is_other] = np.moveaxis(values, -1, 0)
    return found


def _shap() -> Any:
    """Import shap without its just-in-time compiler, which takes seconds to start and saves milliseconds here."""
    if "shap" in sys.modules:
        return sys.modules["shap"]
    try:
        import numba
    except ImportError:
        import shap

        return shap
    config: Any = numba.config
    before = config.DISABLE_JIT
    config.DISABLE_JIT = True
    try:
        import shap
    finally:
        config.DISABLE_JIT = before
    return shap
