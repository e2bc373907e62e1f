"""Keeps numbers about fewer than five annotators out of a trace, also those that a subtraction would give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from biasaudit.data.annotations import AnnotationLog
from biasaudit.results import Estimate, Record, Trace

#: Nothing is shown for fewer annotators than this: a figure of three people is about three people.
FEWEST_ANNOTATORS = 5
#: Fields that count what belongs to a unit.
_COUNTS = ("labels", "n_labels", "annotators", "n_annotators")


@dataclass(frozen=True, kw_only=True)
class Cells:
    """The units of one kind that may be shown.

    Attributes
    ----------
    shown : tuple of str
        Units of at least 5 annotators, in alphabetical order.
    small : tuple of str
        Units of fewer.
    rest_is_shown : bool
        Whether the small units together have at least 5 annotators, and so may be shown as one.
    without_counts : str or None
        The smallest shown unit, whose numbers of labels and annotators are withheld: beside all the
        others and a total they would give those of the small units.
    """

    shown: tuple[str, ...]
    small: tuple[str, ...]
    rest_is_shown: bool
    without_counts: str | None


def cells_of(values: npt.ArrayLike, annotators: npt.ArrayLike) -> Cells:
    """Tell which units may be shown.

    The threshold rule of statistical disclosure control with its secondary suppression: what is
    left when everything shown is taken from a total must itself be about at least 5 annotators. The
    small units are shown together where they have as many; else one more count is withheld.

    Parameters
    ----------
    values : array-like, shape (labels,)
        Unit of each label.
    annotators : array-like of int, shape (labels,)
        Annotator of each label.

    Returns
    -------
    Cells
        What may be shown.

    References
    ----------
    A. Hundepool and others, Statistical Disclosure Control (2012), chapter 4.

    Examples
    --------
    >>> cells_of(["a"] * 6 + ["b"] * 5 + ["c"] * 2, [*range(6), *range(6, 11), 11, 12]).without_counts
    'b'
    """
    frame = pd.DataFrame({"unit": np.asarray(values, dtype=object), "annotator": np.asarray(annotators)})
    sizes = frame.groupby("unit", sort=True)["annotator"].agg(["nunique", "size"])
    is_small = sizes["nunique"] < FEWEST_ANNOTATORS
    small, shown = sizes.index[is_small], sizes[~is_small]
    together = int(frame.loc[frame["unit"].isin(small), "annotator"].nunique())
    hides_one = bool(len(small)) and together < FEWEST_ANNOTATORS and bool(len(shown))
    return Cells(
        shown=tuple(map(str, shown.index)),
        small=tuple(map(str, small)),
        rest_is_shown=together >= FEWEST_ANNOTATORS,
        without_counts=str(shown.sort_values(["nunique", "size"], kind="stable").index[0]) if hides_one else None,
    )


def withhold_counts(trace: Trace, log: AnnotationLog) -> Trace:
    """Withhold the counts from which those of a small unit could be worked out.

    Every record of a trace that counts labels or annotators of a unit is looked at, whichever part
    of the trace it stands in.

    Parameters
    ----------
    trace : Trace
        As measured.
    log : AnnotationLog
        The labels it was measured on.

    Returns
    -------
    Trace
        The same, with the counts of such units null.
    """
    hidden = {}
    for kind, column in columns_of(log).items():
        unit = cells_of(log.frame[column].astype(object), log.frame["annotator"]).without_counts
        if unit is not None:
            hidden[kind] = unit
    found: Trace = _without(trace, hidden, kind="") if hidden else trace
    return found


def columns_of(log: AnnotationLog) -> dict[str, str]:
    """Name the column of every kind of unit and every attribute of annotators."""
    units = {kind: f"unit:{kind}" for kind in log.units}
    return units | {name: f"attribute:{name}" for name in log.attributes if name not in units}


def _without(record: Any, hidden: Mapping[str, str], kind: str) -> Any:
    """Go down through a record and take the counts of hidden units out."""
    kind = getattr(record, "unit_kind", getattr(record, "annotator_attribute", kind))
    unit = getattr(record, "unit", getattr(record, "value", None))
    is_hidden = unit is not None and hidden.get(kind) == unit
    update: dict[str, Any] = {}
    for name, field in type(record).model_fields.items():
        value = getattr(record, name)
        if isinstance(value, tuple) and value and isinstance(value[0], Record):
            update[name] = tuple(_without(one, hidden, kind) for one in value)
        elif isinstance(value, Record) and not isinstance(value, Estimate):
            update[name] = _without(value, hidden, kind)
        elif is_hidden and name in _COUNTS and type(None) in get_args(field.annotation):
            update[name] = None
    return record.model_copy(update=update) if update else record
