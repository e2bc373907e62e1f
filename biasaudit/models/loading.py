"""Opening a model file without running what a stranger put into it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from biasaudit.data.table import FloatArray
from biasaudit.data.values import equals
from biasaudit.errors import ModelError
from biasaudit.models.deciding import Scale
from biasaudit.models.estimators import recorded_parameters
from biasaudit.models.foreign import Foreign, open_lightgbm, open_onnx, open_xgboost
from biasaudit.models.training import scale_of, scores_of
from biasaudit.results import Fingerprint

_PICKLES = (".pkl", ".pickle", ".joblib")
_OPENERS: dict[str, Callable[[Path, object], Foreign]] = {
    ".onnx": open_onnx,
    ".ubj": open_xgboost,
    ".json": open_xgboost,
    ".txt": open_lightgbm,
}
#: Types listed in a refusal.
_SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A model from a file.

    Attributes
    ----------
    score : callable
        From a frame of features to scores.
    scale : {"probability", "score"}
        Unit of the scores.
    features : tuple of str
        Columns the model asks for; empty where it does not say.
    parameters : dict
        As values that JSON can hold.
    estimator : object or None
        The scikit-learn model, where it is one.
    fingerprint : Fingerprint
        Digest of the file, with role "model".
    """

    score: Callable[[pd.DataFrame], FloatArray]
    scale: Scale
    features: tuple[str, ...] = ()
    parameters: dict[str, Any] = field(default_factory=dict)
    estimator: Any = None
    fingerprint: Fingerprint


def load_model(path: Path, *, positive_value: object = 1, trust_pickle: bool = False) -> Loaded:
    """Open a model file by its ending.

    Parameters
    ----------
    path : Path
        A .skops, .onnx, .ubj or .json (XGBoost) or .txt (LightGBM) file; a pickle only where it is trusted.
    positive_value : object
        The class whose probability is the score.
    trust_pickle : bool
        Whether a .pkl, .pickle or .joblib file may be opened, which runs any code in it.

    Returns
    -------
    Loaded
        The model.

    Raises
    ------
    ModelError
        Where the file is missing, damaged, of an unknown kind or not to be trusted.
    MissingExtraError
        Where the package that reads it is not installed.
    """
    ending = path.suffix.lower()
    known = (".skops", *_OPENERS, *_PICKLES)
    if ending not in known:
        raise ModelError(f"[model] load = {path.name!r}: no model file ends in {ending!r}. Known: {', '.join(known)}.")
    if not path.is_file():
        raise ModelError(f"[model] load = {path.name!r}: there is no such file in {path.parent}.")
    fingerprint = Fingerprint(role="model", source=path.name, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    if ending in _OPENERS:
        foreign = _OPENERS[ending](path, positive_value)
        return Loaded(
            score=foreign.score,
            scale=foreign.scale,
            features=foreign.features,
            parameters=foreign.parameters,
            fingerprint=fingerprint,
        )
    estimator = _open_skops(path) if ending == ".skops" else _open_pickle(path, trust_pickle=trust_pickle)
    if not hasattr(estimator, "predict"):
        raise ModelError(f"{path.name} holds a {type(estimator).__name__}, which cannot predict.")
    return Loaded(
        score=partial(_scores, estimator, _positive_class(estimator, positive_value, path.name)),
        scale=scale_of(estimator),
        features=tuple(map(str, getattr(estimator, "feature_names_in_", ()))),
        parameters=recorded_parameters(estimator) if hasattr(estimator, "get_params") else {},
        estimator=estimator,
        fingerprint=fingerprint,
    )


def _scores(estimator: Any, positive: int, frame: pd.DataFrame) -> FloatArray:
    """Score a frame; a model that was fitted on a bare array gets one."""
    rows: Any = frame if hasattr(estimator, "feature_names_in_") else frame.to_numpy()
    return scores_of(estimator, rows, positive)


def _positive_class(estimator: Any, positive_value: object, name: str) -> int:
    """Find the positive value among the classes of a classifier."""
    classes = getattr(estimator, "classes_", None)
    if classes is None:
        return 1
    found = list(classes)
    if len(found) != 2:  # noqa: PLR2004 - an audit is about being selected or not
        classes = "1 class" if len(found) == 1 else f"{len(found)} classes"
        raise ModelError(f"{name} knows {classes}; an audit needs a model that tells two apart.")
    for value in (positive_value, 1):
        hits = [position for position, known in enumerate(equals(pd.Series(found), value)) if known == 1]
        if hits:
            return hits[0]
    raise ModelError(
        f"{name} predicts the classes {str(found[0])!r} and {str(found[1])!r}, and [data] positive_value is {positive_value!r}. "
        "Declare one of the two."
    )


def _open_skops(path: Path) -> Any:
    import skops.io

    try:
        untrusted = skops.io.get_untrusted_types(file=path)
    except Exception as error:  # noqa: BLE001 - a damaged file may fail in any way
        raise ModelError(f"{path.name} is no skops file that can be read: {error}") from None
    if untrusted:
        listed = ", ".join(sorted(untrusted)[:_SHOWN]) + (", …" if len(untrusted) > _SHOWN else "")
        raise ModelError(
            f"{path.name} was not opened: it holds types that could run code of their own and that skops does not know "
            f"to be harmless: {listed}. Rebuild the model from scikit-learn parts alone, or export it to ONNX; a case.py "
            "may also train it here."
        )
    try:
        return skops.io.load(path, trusted=[])
    except Exception as error:
        raise ModelError(f"{path.name} could not be opened: {error}") from error


def _open_pickle(path: Path, *, trust_pickle: bool) -> Any:
    if not trust_pickle:
        target = path.with_suffix(".skops").name
        raise ModelError(
            f"{path.name} was not opened: a pickle or joblib file can run any code on this machine the moment it is "
            "opened. Where you made it yourself, convert it once:\n"
            f"    python -c \"import joblib, skops.io; skops.io.dump(joblib.load('{path.name}'), '{target}')\"\n"
            f'and declare load = "{target}"; or run again with --trust-pickle.'
        )
    import joblib

    try:
        return joblib.load(path)
    except Exception as error:
        raise ModelError(f"{path.name} could not be opened: {error}") from error
