"""Labels as values: classes without an order, steps of a scale, or numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from biasaudit.data.table import FloatArray
from biasaudit.data.values import as_text
from biasaudit.errors import DataError
from biasaudit.spec import AnnotationsSpec, nearest_name

#: So many wrong values are named in a message, then an ellipsis.
VALUES_SHOWN = 8
#: Ways of writing that :func:`biasaudit.data.values.equals` takes for one value.
_ONE_VALUE = {"True": "1", "true": "1", "False": "0", "false": "0"}


@dataclass(frozen=True, kw_only=True)
class LabelValues:
    """What each label says, as a number.

    Attributes
    ----------
    value : array of float, shape (n,)
        The code of the class, the position on the scale from 0, or the number itself.
    classes : tuple of str
        Names of the classes or steps in the order of their codes; empty where labels are numbers.
    """

    value: FloatArray
    classes: tuple[str, ...]


def label_values(column: pd.Series, spec: AnnotationsSpec) -> LabelValues:
    """Read labels as values.

    Parameters
    ----------
    column : pandas.Series, shape (n,)
        The labels; none is missing.
    spec : AnnotationsSpec
        ``label_kind`` and ``order`` say what they are. Nominal labels are coded in the sorted order
        of their texts, or kept where they are marks between 0 and 1. Ordinal labels are positions
        in ``order``, or numbers where no order is declared. Interval labels are numbers.

    Returns
    -------
    LabelValues
        One value a label.

    Raises
    ------
    DataError
        Where a label is not a step of the declared order, or not a finite number; all such labels
        at once.

    Examples
    --------
    >>> spec = AnnotationsSpec(label_kind="ordinal", order=("poor", "fair", "good"), positive_value="good")
    >>> label_values(pd.Series(["good", "poor", "fair"]), spec).value.tolist()
    [2.0, 0.0, 1.0]
    >>> label_values(pd.Series(["no", "yes", "no"]), AnnotationsSpec(positive_value="yes")).classes
    ('no', 'yes')
    """
    if spec.label_kind == "nominal":
        if is_marks(column):
            return LabelValues(value=_numbers(column), classes=())
        texts = as_text(column).map(lambda text: _ONE_VALUE.get(text, text))
        classes, codes = np.unique(texts.to_numpy(dtype=str), return_inverse=True)
        return LabelValues(value=codes.astype(float), classes=tuple(map(str, classes)))
    if spec.order:
        steps = _steps(spec)
        return LabelValues(value=_positions(column, steps), classes=steps)
    numbers = _numbers(column)
    wrong = ~np.isfinite(numbers)
    if wrong.any():
        found = _shown(column[wrong])
        hint = " Declare annotations.order, its steps from the lowest up." if spec.label_kind == "ordinal" else ""
        raise DataError(
            f"column {str(column.name)!r} holds labels that are not numbers: {found}, while label_kind is "
            f"{spec.label_kind!r}.{hint}"
        )
    return LabelValues(value=numbers, classes=())


def at_or_above(column: pd.Series, spec: AnnotationsSpec) -> FloatArray:
    """Read steps or numbers as positive (1) where they are at or above ``positive_value``, else 0.

    Parameters
    ----------
    column : pandas.Series, shape (n,)
        Labels or reference labels; those missing stay missing.
    spec : AnnotationsSpec
        Of label kind ordinal or interval.

    Returns
    -------
    array of float, shape (n,)
        1, 0, or NaN where missing.

    Raises
    ------
    DataError
        Where a label cannot be read, or ``positive_value`` is neither a step nor a number.

    Examples
    --------
    >>> spec = AnnotationsSpec(label_kind="interval", positive_value=3)
    >>> at_or_above(pd.Series([1, 3, 5, None]), spec).tolist()
    [0.0, 1.0, 1.0, nan]
    """
    is_given = as_text(column).notna().to_numpy()
    found = np.full(len(column), np.nan)
    found[is_given] = label_values(column[is_given], spec).value >= _threshold(spec)
    return found


def is_marks(column: pd.Series) -> bool:
    """Tell whether all labels are numbers from 0 to 1, and some lie between.

    Examples
    --------
    >>> is_marks(pd.Series([0, 0.5, 1])), is_marks(pd.Series([0, 1]))
    (True, False)
    """
    numbers = _numbers(column)
    return bool(((numbers >= 0) & (numbers <= 1)).all() and ((numbers > 0) & (numbers < 1)).any())


def _steps(spec: AnnotationsSpec) -> tuple[str, ...]:
    return tuple(str(text) for text in as_text(pd.Series(list(spec.order), dtype=object)))


def _positions(column: pd.Series, steps: tuple[str, ...]) -> FloatArray:
    places = {step: float(place) for place, step in enumerate(steps)}
    texts = as_text(column)
    found: FloatArray = np.array([places.get(text, np.nan) for text in texts], dtype=np.float64)
    wrong = sorted({str(text) for text in texts[np.isnan(found)]})
    if wrong:
        named = []
        for text in wrong[:VALUES_SHOWN]:
            near = nearest_name(text, steps)
            named.append(f"{text!r}" + (f" (did you mean {near!r}?)" if near else ""))
        said = ", ".join(named) + (", …" if len(wrong) > VALUES_SHOWN else "")
        raise DataError(
            f"column {str(column.name)!r} holds labels that are no step of annotations.order: {said}. "
            f"The order is {', '.join(map(repr, steps))}."
        )
    return found


def _threshold(spec: AnnotationsSpec) -> float:
    """Give the lowest value that counts as positive."""
    wanted = spec.positive_value
    if spec.order:
        return float(_steps(spec).index(str(as_text(pd.Series([wanted], dtype=object)).iloc[0])))
    number = _numbers(pd.Series([wanted], dtype=object))[0]
    if not np.isfinite(number):
        raise DataError(
            f"annotations.positive_value is {wanted!r}, while labels are numbers: set it to the lowest number "
            "that counts as positive."
        )
    return float(number)


def _numbers(column: pd.Series) -> FloatArray:
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _shown(column: pd.Series) -> str:
    found = sorted({str(text) for text in as_text(column)})
    return ", ".join(map(repr, found[:VALUES_SHOWN])) + (", …" if len(found) > VALUES_SHOWN else "")
