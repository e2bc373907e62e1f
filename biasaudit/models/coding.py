"""A model as a function of integer codes: one a source column, whatever the model does with the column inside.

Explainers change cells of a matrix. Given the codes of source columns they never see the parts of a one-hot column,
so that no impossible person is scored, and a contribution belongs to a column that a reader knows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from biasaudit.data.table import FloatArray
from biasaudit.models.deciding import Scale
from biasaudit.models.model import Model
from biasaudit.models.training import scores_of

#: Largest difference at which a sum of column effects counts as the model itself.
_SAME = 1e-9
#: Rows scored at once, which bounds memory.
_BLOCK = 50_000


@dataclass(frozen=True, kw_only=True)
class CodedRows:
    """Rows as codes, and the model that reads them.

    Attributes
    ----------
    codes : array of float, shape (n, p)
        Whole numbers from 0: which of a column's values a row holds.
    score : callable
        From codes, shape (m, p), to scores, shape (m,).
    effects : tuple of array, or None
        For a model that adds up columns: what each value of each column adds on the link scale.
    from_link : callable, or None
        For such a model: from the sum of these effects, of any shape, to scores.
    ready : callable
        From codes to what a refit of the model scores (see :class:`biasaudit.models.training.Trainer`).
    """

    codes: FloatArray
    score: Callable[[FloatArray], FloatArray]
    effects: tuple[FloatArray, ...] | None
    from_link: Callable[[FloatArray], FloatArray] | None
    ready: Callable[[FloatArray], Any]


def code_rows(model: Model, frame: pd.DataFrame) -> CodedRows:
    """Write rows as codes of their source columns.

    Parameters
    ----------
    model : Model
        One that can score.
    frame : pandas.DataFrame
        Rows to code, with at least the columns of ``model.features``.

    Returns
    -------
    CodedRows
        A linear pipeline of ours becomes a sum of looked-up effects, another one a matrix of looked-up columns; any
        other model gets its columns back.
    """
    assert model.score is not None
    features = frame[list(model.features)]
    codes = np.empty(features.shape)
    values: list[pd.Series] = []
    for position, name in enumerate(model.features):
        column = features[name].reset_index(drop=True)
        found, _ = pd.factorize(column, use_na_sentinel=False)
        codes[:, position] = found
        _, first = np.unique(found, return_index=True)
        values.append(column.iloc[first].reset_index(drop=True))
    if model.columns is None:
        score = partial(_score_decoded, model.score, values)
        return CodedRows(
            codes=codes, score=score, effects=None, from_link=None, ready=partial(_prepared, model, values)
        )
    blocks = _blocks(model, values)
    ready = partial(_matrix, blocks)
    additive = _additive(model, blocks, codes, features)
    if additive is not None:
        effects, from_link = additive
        score = partial(_score_sum, effects, from_link)
        return CodedRows(codes=codes, score=score, effects=effects, from_link=from_link, ready=ready)
    score = partial(_score_blocks, model.estimator, blocks)
    return CodedRows(codes=codes, score=score, effects=None, from_link=None, ready=ready)


def _blocks(model: Model, values: list[pd.Series]) -> list[FloatArray]:
    """Prepare each value of each column once: shape (values of the column, columns made of it)."""
    assert model.columns is not None
    parts = model.columns.named_transformers_
    return [
        np.asarray(parts[str(position)].transform(column.to_frame()), dtype=np.float64)
        for position, column in enumerate(values)
    ]


def _additive(
    model: Model, blocks: list[FloatArray], codes: FloatArray, features: pd.DataFrame
) -> tuple[tuple[FloatArray, ...], Callable[[FloatArray], FloatArray]] | None:
    """Turn a linear model into a sum of effects, if that is what it is: it is tried on the rows themselves."""
    assert model.score is not None
    coefficients = np.asarray(getattr(model.estimator, "coef_", np.empty(0)), dtype=np.float64).ravel()
    if coefficients.size != sum(block.shape[1] for block in blocks) or model.columns is None:
        return None
    ends = np.cumsum([block.shape[1] for block in blocks])[:-1]
    effects = tuple(block @ part for block, part in zip(blocks, np.split(coefficients, ends), strict=True))
    intercept = float(np.ravel(model.estimator.intercept_)[0])
    from_link = partial(_from_link, intercept, model.scale)
    tried = slice(None, 200)
    expected = model.score(features.iloc[tried])
    found = _score_sum(effects, from_link, codes[tried])
    if np.abs(found - expected).max() > _SAME * max(1.0, float(np.abs(expected).max())):
        return None
    return effects, from_link


def _score_sum(
    effects: tuple[FloatArray, ...], from_link: Callable[[FloatArray], FloatArray], codes: FloatArray
) -> FloatArray:
    whole = codes.astype(np.intp)
    total = np.zeros(len(codes))
    for position, effect in enumerate(effects):
        total += effect[whole[:, position]]
    return from_link(total)


def _from_link(intercept: float, scale: Scale, total: FloatArray) -> FloatArray:
    link = total + intercept
    return np.asarray(expit(link), dtype=np.float64) if scale == "probability" else link


def _score_blocks(estimator: Any, blocks: list[FloatArray], codes: FloatArray) -> FloatArray:
    parts = [
        scores_of(estimator, _matrix(blocks, codes[start : start + _BLOCK])) for start in range(0, len(codes), _BLOCK)
    ]
    return np.concatenate(parts)


def _matrix(blocks: list[FloatArray], codes: FloatArray) -> FloatArray:
    whole: npt.NDArray[np.intp] = codes.astype(np.intp)
    return np.hstack([block[whole[:, position]] for position, block in enumerate(blocks)])


def _prepared(model: Model, values: list[pd.Series], codes: FloatArray) -> Any:
    assert model.trainer is not None
    return model.trainer.prepare(_decoded(values, codes))


def _score_decoded(
    score: Callable[[pd.DataFrame], FloatArray], values: list[pd.Series], codes: FloatArray
) -> FloatArray:
    return score(_decoded(values, codes))


def _decoded(values: list[pd.Series], codes: FloatArray) -> pd.DataFrame:
    whole = codes.astype(np.intp)
    if all(column.dtype == np.float64 for column in values):
        numbers = np.empty(codes.shape, order="F")
        for place, column in enumerate(values):
            numbers[:, place] = column.to_numpy()[whole[:, place]]
        return pd.DataFrame(numbers, columns=[str(column.name) for column in values])
    return pd.DataFrame({str(column.name): column.take(whole[:, place]).array for place, column in enumerate(values)})
