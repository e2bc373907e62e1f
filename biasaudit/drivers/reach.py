"""What a person could change, as far as an audit declares it, and which values that could take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from biasaudit.data.table import FloatArray
from biasaudit.drivers.changes import as_in_table
from biasaudit.errors import DataError
from biasaudit.models import Model, is_numeric
from biasaudit.results import FEWEST_PEOPLE
from biasaudit.spec import AuditSpec, ExplainSpec, RangeSpec

#: Values between which a number is usual: what fewer than 1 in 100 reach on either side is asked of nobody.
USUAL = (0.01, 0.99)
#: Steps into which a usual range is cut at least, where no step is declared.
STEPS = 100
#: Values of one input that are tried at most.
MOST_VALUES = 5_000
#: A number with at most so many different values takes those values, and no others.
FEW_VALUES = 12
#: Decimals that a number of a letter may have.
MOST_DIGITS = 6


@dataclass(frozen=True, kw_only=True)
class Reach:
    """The values that one input of a person could take instead of its own.

    Attributes
    ----------
    column : str
        The input.
    others : pandas.Series, shape (k,)
        As they stand in the table; the person's own is not among them.
    efforts : array of float, shape (k,)
        How far each is: in interquartile ranges for numbers, 1 for another level.
    """

    column: str
    others: pd.Series
    efforts: FloatArray


def held_inputs(model: Model, spec: AuditSpec) -> tuple[str, ...]:
    """Name the inputs that no letter asks to change: protected attributes, what flips set, what is declared immutable."""
    held = _of_groups(spec) | set(spec.explain.immutable)
    return tuple(name for name in model.features if name in held)


def records_of(model: Model, person: pd.DataFrame, known: pd.DataFrame, spec: AuditSpec) -> tuple[Reach, ...]:
    """Work out which usual values the immutable inputs could hold instead, if they are recorded wrongly.

    Protected attributes and what flips set are not among them; the parameters are those of :func:`reaches_of`.
    """
    names = [name for name in spec.explain.immutable if name in model.features and name not in _of_groups(spec)]
    return tuple(_reach(name, person[name], known[name], ExplainSpec()) for name in names)


def _of_groups(spec: AuditSpec) -> set[str]:
    """Name the columns that say, or are declared to stand for, which group somebody belongs to."""
    flipped = {column for flip in spec.flip for column in flip.set}
    return flipped | {protected.column for protected in spec.protected}


def reaches_of(model: Model, person: pd.DataFrame, known: pd.DataFrame, spec: AuditSpec) -> tuple[Reach, ...]:
    """Work out what is within a person's reach.

    Parameters
    ----------
    model : Model
        Its features may be changed, but those of :func:`held_inputs`.
    person : pandas.DataFrame, shape (1, p)
        The person's inputs.
    known : pandas.DataFrame, shape (n, p)
        Inputs of everybody in the data: what is usual where nothing is declared.
    spec : AuditSpec
        Holds ``[explain]``.

    Returns
    -------
    tuple of Reach
        One an input, also where no other value is within reach.

    Raises
    ------
    DataError
        Where a declared range or direction does not suit its column.
    """
    held = held_inputs(model, spec)
    return tuple(_reach(name, person[name], known[name], spec.explain) for name in model.features if name not in held)


def is_flag(column: pd.Series) -> bool:
    """Tell whether a column of numbers says yes or no: it holds 0 and 1 and nothing else.

    Examples
    --------
    >>> is_flag(pd.Series([0.0, 1.0, None])), is_flag(pd.Series([1.0, 2.0])), is_flag(pd.Series(["0", "1"]))
    (True, False, False)
    """
    return bool(is_numeric(column) and set(column.dropna().unique()) == {0, 1})


def decimals_of(numbers: npt.ArrayLike, most: int = MOST_DIGITS) -> int:
    """Count the decimals that numbers are written with, at most so many.

    Examples
    --------
    >>> decimals_of([1.0, 2.5]), decimals_of([0.1 + 0.2]), decimals_of([3.0])
    (1, 1, 0)
    """
    finite = np.asarray(numbers, dtype=np.float64)
    finite = finite[np.isfinite(finite)]
    for digits in range(most):
        if np.allclose(finite, finite.round(digits), rtol=1e-12, atol=1e-9):
            return digits
    return most


def _reach(name: str, own: pd.Series, known: pd.Series, declared: ExplainSpec) -> Reach:
    told = declared.ranges.get(name)
    if not is_numeric(known):
        if isinstance(told, RangeSpec):
            raise DataError(f"[explain.ranges] {name!r} is not a number: list the values within reach.")
        if name in declared.direction:
            raise DataError(f"[explain.direction] {name!r} is not a number, and can neither rise nor fall.")
        return _levels(name, own, known, told)
    start = float(own.iloc[0])
    if told is None or isinstance(told, RangeSpec):
        values = _steps(start, known.to_numpy(dtype=np.float64), told)
    else:
        found = [as_in_table(known, value, f"[explain.ranges] {name}") for value in told]
        values = np.array(found, dtype=np.float64)
    way = declared.direction.get(name)
    if way is not None and np.isfinite(start):
        values = values[values > start] if way == "up" else values[values < start]
    values = np.unique(values[values != start])
    return Reach(column=name, others=pd.Series(values, name=name), efforts=_efforts(values, start, known))


def _steps(own: float, known: FloatArray, told: RangeSpec | None) -> FloatArray:
    """List numbers at even steps over a range: the declared one, or what is usual in round numbers."""
    seen = known[np.isfinite(known)]
    if not len(seen):
        seen = np.array([own if np.isfinite(own) else 0.0])
    if told is None and (kept := _few_values(seen)) is not None:
        return kept
    usual = np.quantile(seen, USUAL)
    low = float(usual[0]) if told is None or told.min is None else told.min
    high = float(usual[1]) if told is None or told.max is None else told.max
    if high <= low:
        return np.array([low, high])
    declared, start = (None, None) if told is None else (told.step, told.min)
    step = declared or _plain_step((high - low) / STEPS, whole=decimals_of(seen) == 0)
    step *= max(1, int(np.ceil((high - low) / step / MOST_VALUES)))
    if start is None:
        # Without a declared step the values are multiples of ours, so that they can be said in round numbers.
        start = own if declared and np.isfinite(own) else 0.0
    first, last = np.ceil((low - start) / step - 1e-9), np.floor((high - start) / step + 1e-9)
    return np.asarray((start + step * np.arange(first, last + 1)).round(MOST_DIGITS), dtype=np.float64)


def _few_values(seen: FloatArray) -> FloatArray | None:
    """Give the numbers of a column that holds few different ones, such as counts and flags: those of several people."""
    found, counts = np.unique(seen, return_counts=True)
    return found[counts >= FEWEST_PEOPLE] if len(found) <= FEW_VALUES else None


def _plain_step(least: float, *, whole: bool) -> float:
    """Give the largest of 1, 2, 5, 10, 20, … (and their tenths) that is no larger than asked; whole for whole numbers."""
    power = 10.0 ** np.floor(np.log10(least))
    step = float(power * max(each for each in (1, 2, 5) if each * power <= least * (1 + 1e-9)))
    return max(step, 1.0) if whole else step


def _efforts(values: FloatArray, own: float, known: pd.Series) -> FloatArray:
    seen = known.to_numpy(dtype=np.float64)
    seen = seen[np.isfinite(seen)]
    if not np.isfinite(own) or not len(seen) or is_flag(known):
        return np.ones(len(values))
    spread = float(np.subtract(*np.quantile(seen, (0.75, 0.25)))) or float(seen.std()) or 1.0
    return np.asarray(np.abs(values - own) / spread, dtype=np.float64)


def _levels(name: str, own: pd.Series, known: pd.Series, told: Sequence[object] | None) -> Reach:
    """List the other levels: those declared, or those that several people have."""
    if told is None:
        counts = known.value_counts()
        found = sorted(counts.index[counts >= FEWEST_PEOPLE], key=str)
    else:
        found = [as_in_table(known, value, f"[explain.ranges] {name}") for value in told]
    others = [value for value in found if not (own.notna().iloc[0] and value == own.iloc[0])]
    values = pd.Series(others, dtype=known.dtype, name=name)
    return Reach(column=name, others=values, efforts=np.ones(len(others)))
