"""The labels of some items as plain arrays, laid out so that they can be counted thousands of times."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from biasaudit.data.annotations import AnnotationLog
from biasaudit.data.table import BoolArray, FloatArray

IntArray = npt.NDArray[np.intp]

#: Codes that may occur, a code that does, beyond which sorting those is cheaper than a place for each.
_SPARSE = 32


@dataclass(frozen=True, kw_only=True)
class Ballots:
    """Labels of some items, sorted by item.

    Attributes
    ----------
    rows : array of int, shape (items,)
        Row of the table of each item, rising.
    item : array of int, shape (labels,)
        Position in ``rows`` of the item of each label, never falling.
    annotator : array of int, shape (labels,)
        Code of the annotator of each label, from 0.
    label : array of float, shape (labels,)
        1 positive, 0 not, or a mark between.
    source : array of int, shape (labels,)
        Row of the log that each label came from.
    value : array of float, shape (labels,), optional
        Class, step or number of each label (:class:`AnnotationLog`); the label itself by default.
    """

    rows: IntArray
    item: IntArray
    annotator: IntArray
    label: FloatArray
    source: IntArray
    value: FloatArray = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        """Take labels themselves for values where none are given."""
        if self.value is None:
            object.__setattr__(self, "value", self.label)

    @property
    def n_items(self) -> int:
        """Items with at least one label."""
        return len(self.rows)

    @cached_property
    def per_item(self) -> FloatArray:
        """Labels of each item, shape (items,)."""
        return np.bincount(self.item, minlength=self.n_items).astype(float)

    @cached_property
    def slot(self) -> IntArray:
        """Place of each label among those of its item, from 0."""
        starts = np.concatenate([[0], np.cumsum(self.per_item)[:-1]]).astype(np.intp)
        return np.arange(len(self.item), dtype=np.intp) - starts[self.item]

    @cached_property
    def is_binary(self) -> bool:
        """Whether every label is 0 or 1."""
        return bool(np.isin(self.label, (0.0, 1.0)).all())

    def subset(self, keep: BoolArray) -> Ballots:
        """Give the ballots of some labels only; items that lose all of theirs fall out."""
        left, item = renumbered(self.item[keep], self.n_items)
        return Ballots(
            rows=self.rows[left],
            item=item,
            annotator=self.annotator[keep],
            label=self.label[keep],
            source=self.source[keep],
            value=self.value[keep],
        )


def renumbered(codes: IntArray, size: int | None = None) -> tuple[IntArray, IntArray]:
    """Give codes that occur numbers from 0, in their order.

    Where codes are dense, two passes do what sorting would take many for.

    Parameters
    ----------
    codes : array of int, shape (n,)
        Not negative.
    size : int, optional
        One more than the largest code that may occur.

    Returns
    -------
    present : array of int, shape (k,)
        Codes that occur, rising.
    number : array of int, shape (n,)
        Place of each code among them.

    Examples
    --------
    >>> present, number = renumbered(np.array([7, 2, 7, 4]))
    >>> present.tolist(), number.tolist()
    ([2, 4, 7], [2, 0, 2, 1])
    """
    size = int(codes.max(initial=-1)) + 1 if size is None else size
    if size > _SPARSE * (len(codes) + 1):
        present, number = np.unique(codes, return_inverse=True)
        return present.astype(np.intp), number.astype(np.intp)
    occurs = np.zeros(size, dtype=bool)
    occurs[codes] = True
    place = np.cumsum(occurs) - 1
    return np.flatnonzero(occurs), place[codes]


def ballots_of(log: AnnotationLog, is_wanted: BoolArray | None = None) -> Ballots:
    """Lay out the labels of a log.

    Parameters
    ----------
    log : AnnotationLog
        The labels.
    is_wanted : array of bool, shape (rows of the table,), optional
        Rows whose labels are wanted; all by default.

    Returns
    -------
    Ballots
        The labels of those rows, sorted by item and annotator.
    """
    row = log.frame["item"].to_numpy(dtype=np.intp)
    source = np.arange(len(row), dtype=np.intp) if is_wanted is None else np.flatnonzero(is_wanted[row])
    annotator = log.frame["annotator"].to_numpy(dtype=np.intp)
    # By item and annotator, so that the order of the log's rows changes nothing, not even in the last digit.
    source = source[np.lexsort((annotator[source], row[source]))]
    rows, item = renumbered(row[source])
    return Ballots(
        rows=rows,
        item=item,
        annotator=annotator[source],
        label=log.frame["label"].to_numpy(dtype=float)[source],
        source=source.astype(np.intp),
        value=log.frame["value" if "value" in log.frame else "label"].to_numpy(dtype=float)[source],
    )
