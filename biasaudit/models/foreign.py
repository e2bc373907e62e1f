"""Models of other libraries, each opened by the library that wrote it: ONNX, XGBoost, LightGBM."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from biasaudit.data.table import FloatArray
from biasaudit.data.values import equals
from biasaudit.errors import MissingExtraError, ModelError
from biasaudit.models.deciding import Scale
from biasaudit.models.pipeline import as_levels, is_numeric


@dataclass(frozen=True, kw_only=True)
class Foreign:
    """A model of another library.

    Attributes
    ----------
    score : callable
        From a frame of features to scores.
    scale : {"probability", "score"}
        Unit of the scores.
    features : tuple of str
        Columns the model asks for; empty where it does not say.
    parameters : dict
        What the file says of itself, as values that JSON can hold.
    """

    score: Callable[[pd.DataFrame], FloatArray]
    scale: Scale
    features: tuple[str, ...] = ()
    parameters: dict[str, Any] = field(default_factory=dict)


def open_xgboost(path: Path, positive_value: object) -> Foreign:  # noqa: ARG001 - class 1 is the positive one
    """Open an XGBoost model in its own format.

    Raises
    ------
    MissingExtraError
        Where xgboost is not installed.
    ModelError
        Where the file is none of its, or tells more than two classes apart.
    """
    try:
        import xgboost
    except ImportError:
        raise MissingExtraError(package="xgboost", extra="xgboost", purpose="open an XGBoost model") from None
    booster = xgboost.Booster()
    try:
        booster.load_model(path)
        objective = str(json.loads(booster.save_config())["learner"]["objective"]["name"])
    except (xgboost.core.XGBoostError, ValueError, KeyError):
        raise ModelError(f"{path.name} is no XGBoost model that can be read.") from None
    _refuse_many_classes(path.name, objective)
    return Foreign(
        score=partial(_score_xgboost, xgboost, booster),
        scale="probability" if objective in ("binary:logistic", "reg:logistic") else "score",
        features=tuple(booster.feature_names or ()),
        parameters={"objective": objective, "trees": int(booster.num_boosted_rounds())},
    )


def open_lightgbm(path: Path, positive_value: object) -> Foreign:  # noqa: ARG001 - class 1 is the positive one
    """Open a LightGBM model in its own format.

    Raises
    ------
    MissingExtraError
        Where lightgbm is not installed.
    ModelError
        Where the file is none of its, or tells more than two classes apart.
    """
    try:
        import lightgbm
    except ImportError:
        raise MissingExtraError(package="lightgbm", extra="lightgbm", purpose="open a LightGBM model") from None
    text = path.read_text(encoding="utf-8", errors="replace")
    if not text.startswith("tree\n"):
        raise ModelError(f"{path.name} is no LightGBM model that can be read.")
    try:
        booster = lightgbm.Booster(model_str=text)
    except lightgbm.basic.LightGBMError:
        raise ModelError(f"{path.name} is no LightGBM model that can be read.") from None
    lines = (line.removeprefix("objective=") for line in text.splitlines() if line.startswith("objective="))
    objective = next(lines, "regression").split(" ")[0]
    _refuse_many_classes(path.name, objective)
    names = tuple(booster.feature_name())
    return Foreign(
        score=partial(_score_lightgbm, booster),
        scale="probability" if objective in ("binary", "cross_entropy") else "score",
        features=() if all(name == f"Column_{place}" for place, name in enumerate(names)) else names,
        parameters={"objective": objective, "trees": int(booster.num_trees())},
    )


def open_onnx(path: Path, positive_value: object) -> Foreign:
    """Open an ONNX model.

    It may take one matrix of numbers or one input a column, and give a probability a class or a single number.

    Raises
    ------
    MissingExtraError
        Where onnxruntime is not installed.
    ModelError
        Where the file cannot be read.
    """
    try:
        import onnxruntime
    except ImportError:
        raise MissingExtraError(package="onnxruntime", extra="onnx", purpose="open an ONNX model") from None
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # noqa: BLE001 - the runtime has no common error
        raise ModelError(f"{path.name} is no ONNX model that can be read: {error}") from None
    inputs = session.get_inputs()
    named = len(inputs) > 1 or inputs[0].shape[-1] == 1
    output = session.get_outputs()[-1]
    is_classifier = len(session.get_outputs()) > 1
    return Foreign(
        score=partial(_score_onnx, session, output.name, positive_value),
        scale="probability" if is_classifier else "score",
        features=tuple(part.name for part in inputs) if named and len(inputs) > 1 else (),
        parameters={"output": output.name, "producer": str(session.get_modelmeta().producer_name)},
    )


def _refuse_many_classes(name: str, objective: str) -> None:
    if objective.startswith("multi"):
        raise ModelError(f"{name} tells more than two classes apart ({objective}); an audit needs a model with two.")


def _score_xgboost(xgboost: Any, booster: Any, frame: pd.DataFrame) -> FloatArray:
    matrix = xgboost.DMatrix(_with_categories(frame), enable_categorical=True)
    return np.asarray(booster.predict(matrix), dtype=np.float64)


def _score_lightgbm(booster: Any, frame: pd.DataFrame) -> FloatArray:
    return np.asarray(booster.predict(_with_categories(frame)), dtype=np.float64)


def _with_categories(frame: pd.DataFrame) -> pd.DataFrame:
    """Give text columns as categories, which is what these libraries were trained on."""
    texts = [name for name in frame if not (is_numeric(frame[name]) or pd.api.types.is_bool_dtype(frame[name]))]
    return frame.astype(dict.fromkeys(texts, "category")) if texts else frame


def _score_onnx(session: Any, output: str, positive_value: object, frame: pd.DataFrame) -> FloatArray:
    inputs = session.get_inputs()
    if len(inputs) == 1:
        feed = {inputs[0].name: frame.to_numpy(dtype=_number_of(inputs[0].type))}
    else:
        feed = {part.name: _one_column(frame[[part.name]], part.type) for part in inputs}
    found = session.run([output], feed)[0]
    if isinstance(found, list):
        return np.array([row[_positive_key(row, positive_value)] for row in found], dtype=np.float64)
    scores = np.asarray(found, dtype=np.float64)
    return scores[:, -1] if scores.ndim > 1 else scores


def _one_column(frame: pd.DataFrame, kind: str) -> Any:
    return as_levels(frame) if "string" in kind else frame.to_numpy(dtype=_number_of(kind))


def _number_of(kind: str) -> type[np.generic]:
    names: dict[str, type[np.generic]] = {
        "tensor(double)": np.float64,
        "tensor(int64)": np.int64,
        "tensor(int32)": np.int32,
        "tensor(bool)": np.bool_,
    }
    return names.get(kind, np.float32)


def _positive_key(row: dict[Any, float], positive_value: object) -> Any:
    keys = list(row)
    for value in (positive_value, 1):
        hits = [key for key, same in zip(keys, equals(pd.Series(keys), value), strict=True) if same == 1]
        if hits:
            return hits[0]
    return keys[-1]
