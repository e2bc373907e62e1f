"""Shapley values of a score that is itself a sum: nothing needs to be evaluated, and shap gives them in closed form."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from biasaudit.data.table import FloatArray


def linear_values(effects: FloatArray, background: FloatArray) -> FloatArray:
    """Explain rows whose score is a sum of one effect an input.

    Parameters
    ----------
    effects : array of float, shape (r, k)
        What each input adds to each row's score.
    background : array of float, shape (b, k)
        The same for the rows to compare with.

    Returns
    -------
    array of float, shape (r, k)
        Interventional Shapley values by ``shap.LinearExplainer``: the effect minus its mean in the background.

    Examples
    --------
    >>> linear_values(np.array([[1.0, 5.0]]), np.array([[0.0, 4.0], [2.0, 0.0]])).tolist()
    [[0.0, 3.0]]
    """
    shap = _shap()
    masker = shap.maskers.Independent(background, max_samples=len(background))
    explainer = shap.LinearExplainer((np.ones(effects.shape[1]), 0.0), masker)
    return np.asarray(explainer.shap_values(effects), dtype=np.float64)


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
