"""From the name in ``[model] train`` to an unfitted scikit-learn estimator."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping
from typing import Any

from sklearn.base import BaseEstimator, is_classifier, is_regressor

from biasaudit.errors import ModelError
from biasaudit.spec import nearest_name

#: Names that stand for the estimators most audits need.
SHORT_NAMES = {
    "logistic_regression": "sklearn.linear_model.LogisticRegression",
    "gradient_boosting": "sklearn.ensemble.HistGradientBoostingClassifier",
}
#: Logistic regression is converged far beyond scikit-learn's default, since refits are compared to 1e-6.
_TIGHT = {"solver": "newton-cholesky", "tol": 1e-8, "max_iter": 1000}
#: scikit-learn takes seeds of 32 bits.
_SEEDS = 2**32


def make_estimator(train: str, parameters: Mapping[str, object], *, seed: int) -> Any:
    """Build the estimator that a declaration names.

    Parameters
    ----------
    train : str
        "logistic_regression", "gradient_boosting" or the dotted path of a scikit-learn estimator.
    parameters : mapping
        Parameters of its constructor.
    seed : int
        Becomes ``random_state`` where the estimator takes one and none is declared.

    Returns
    -------
    scikit-learn estimator
        Unfitted classifier or regressor.

    Raises
    ------
    ModelError
        For a name outside scikit-learn, a name that is no model, or a parameter that it does not take.

    Examples
    --------
    >>> make_estimator("gradient_boosting", {"max_iter": 20}, seed=7).random_state
    7
    """
    estimator_class = _find(SHORT_NAMES.get(train, train))
    allowed = sorted(_parameters_of(estimator_class))
    for name in parameters:
        if name not in allowed:
            nearest = nearest_name(name, allowed)
            hint = f" Did you mean {nearest!r}?" if nearest else ""
            raise ModelError(
                f"[model] parameters: {estimator_class.__name__} has no parameter {name!r}.{hint} "
                f"Allowed: {', '.join(allowed)}."
            )
    chosen = dict(parameters)
    if estimator_class.__name__ == "LogisticRegression":
        chosen = {**_TIGHT, **chosen}
    if "random_state" in allowed:
        chosen.setdefault("random_state", seed % _SEEDS)
    try:
        return estimator_class(**chosen)
    except (TypeError, ValueError) as error:
        raise ModelError(f"[model] train: {estimator_class.__name__} cannot be made: {error}") from None


def recorded_parameters(estimator: Any) -> dict[str, Any]:
    """Give an estimator's parameters as values that JSON can hold.

    Examples
    --------
    >>> recorded_parameters(make_estimator("logistic_regression", {"C": 0.5}, seed=0))["C"]
    0.5
    """
    return {name: _json_safe(value) for name, value in sorted(estimator.get_params(deep=False).items())}


def _json_safe(value: Any) -> Any:
    """Keep plain finite values; write anything else as text."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if abs(value) < float("inf") else str(value)
    if isinstance(value, (list, tuple)):
        return [_json_safe(part) for part in value]
    if isinstance(value, Mapping):
        return {str(name): _json_safe(part) for name, part in value.items()}
    return type(value).__name__


def _find(path: str) -> type[BaseEstimator]:
    """Import a class of scikit-learn, and of nothing else: a declaration must not run code of its choice."""
    if not path.startswith("sklearn."):
        names = ", ".join(SHORT_NAMES)
        nearest = nearest_name(path, SHORT_NAMES)
        hint = f" Did you mean {nearest!r}?" if nearest else ""
        raise ModelError(
            f"[model] train = {path!r} is not a model that can be trained here.{hint} Allowed: {names}, or the dotted "
            "path of a scikit-learn model such as sklearn.ensemble.RandomForestClassifier. "
            "Any other estimator can come from a case.py."
        )
    module_name, _, class_name = path.rpartition(".")
    try:
        module = importlib.import_module(module_name)
    except ImportError:
        raise ModelError(f"[model] train = {path!r}: scikit-learn has no module {module_name!r}.") from None
    found = getattr(module, class_name, None)
    models = sorted(name for name in getattr(module, "__all__", ()) if _is_model(getattr(module, name, None)))
    if not _is_model(found):
        nearest = nearest_name(class_name, models)
        hint = f" Did you mean {nearest!r}?" if nearest else ""
        listed = f" Models there: {', '.join(models)}." if models else ""
        raise ModelError(f"[model] train = {path!r} is no classifier or regressor of scikit-learn.{hint}{listed}")
    assert isinstance(found, type)
    return found


def _is_model(found: object) -> bool:
    if not (inspect.isclass(found) and issubclass(found, BaseEstimator) and not inspect.isabstract(found)):
        return False
    return hasattr(found, "fit") and any(kind in _bases(found) for kind in ("ClassifierMixin", "RegressorMixin"))


def _bases(found: type) -> set[str]:
    return {base.__name__ for base in found.__mro__}


def _parameters_of(estimator_class: type) -> set[str]:
    parameters = inspect.signature(estimator_class).parameters.values()
    return {parameter.name for parameter in parameters if parameter.kind is not parameter.VAR_KEYWORD}


def require_model(estimator: object, source: str) -> None:
    """Refuse what is neither a classifier nor a regressor.

    Raises
    ------
    ModelError
        Naming what was given instead.
    """
    if not (hasattr(estimator, "fit") and hasattr(estimator, "predict")) or not (
        is_classifier(estimator) or is_regressor(estimator)
    ):
        raise ModelError(
            f"{source} gave a {type(estimator).__name__}, which is no scikit-learn classifier or regressor. "
            "Return an unfitted one."
        )
