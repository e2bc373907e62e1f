"""From feature columns to the numbers that an estimator sees: one small scikit-learn pipeline a column."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

#: Level of a categorical column whose value is missing: a level like any other.
MISSING_LEVEL = "(missing)"
#: Levels with fewer training rows are pooled into one, which unknown values join: too few to learn from.
RARE_LEVEL_ROWS = 5
#: Levels that a column may keep; the rarest are pooled beyond it, which bounds the width of free text.
MOST_LEVELS = 100


def feature_columns(frame: pd.DataFrame, estimator: Any) -> ColumnTransformer:
    """Build the unfitted transformer of a frame of features.

    Numbers are filled with their median (beside a 0/1 column that says where) and scaled to mean 0 and standard
    deviation 1; histogram gradient boosting reads missing numbers itself and gets them as they are. Everything else
    is text: one 0/1 column a level, rare and unknown levels pooled, missing values a level of their own. Each source
    column has a transformer of its own, named after its position, so that it can be followed through.

    Parameters
    ----------
    frame : pandas.DataFrame, shape (n, p)
        Features, for their kinds only.
    estimator : scikit-learn estimator
        What will be fitted on the result.

    Returns
    -------
    sklearn.compose.ColumnTransformer
        Gives an array of float, shape (n, q).
    """
    reads_missing = isinstance(estimator, (HistGradientBoostingClassifier, HistGradientBoostingRegressor))
    numbers = _plain_numbers if reads_missing else _filled_numbers
    parts = [
        (str(position), numbers() if is_numeric(frame[name]) else _levels(), [name])
        for position, name in enumerate(frame.columns)
    ]
    return ColumnTransformer(parts, sparse_threshold=0, verbose_feature_names_out=False)


def is_numeric(column: pd.Series) -> bool:
    """Tell whether a feature is read as a number: bools are levels.

    Examples
    --------
    >>> is_numeric(pd.Series([1, 2])), is_numeric(pd.Series([True, False])), is_numeric(pd.Series(["a"]))
    (True, False, False)
    """
    return bool(pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column))


def as_numbers(frame: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Give numeric columns as floats, missing values as NaN."""
    return frame.to_numpy(dtype=np.float64, na_value=np.nan)


def as_levels(frame: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Give other columns as text, missing values as a level of their own."""
    levels = np.empty(frame.shape, dtype=object)
    for position, name in enumerate(frame.columns):
        codes, uniques = pd.factorize(frame[name])
        texts = np.array([str(value) for value in uniques] + [MISSING_LEVEL], dtype=object)
        levels[:, position] = texts[codes]
    return levels


def _plain_numbers() -> Any:
    return FunctionTransformer(as_numbers)


def _filled_numbers() -> Any:
    return make_pipeline(
        FunctionTransformer(as_numbers),
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler(),
    )


def _levels() -> Any:
    encoder = OneHotEncoder(
        handle_unknown="infrequent_if_exist",
        min_frequency=RARE_LEVEL_ROWS,
        max_categories=MOST_LEVELS,
        sparse_output=False,
    )
    return make_pipeline(FunctionTransformer(as_levels), encoder)
