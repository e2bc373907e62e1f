"""Labels of one or several classes as a sparse matrix, on which rules with hidden classes are fitted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from biasaudit.data.table import FloatArray
from biasaudit.traces.ballots import Ballots, IntArray

#: Differences of shares and weights below this are rounding: they are sums of floating point numbers.
ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class Votes:
    """Who gave which item which value.

    Attributes
    ----------
    item : array of int, shape (votes,)
        Item of each vote, from 0, never falling.
    annotator : array of int, shape (votes,)
        Annotator of each vote, from 0.
    value : array of int, shape (votes,)
        Value given, from 0.
    weight : array of float, shape (votes,), or None
        How much of a label each vote is; None where each is a whole one. A label that is positive
        with chance 0.3 is two votes, of 0.3 for value 1 and of 0.7 for value 0.
    n_items, n_annotators, n_values : int
        How many there are; every item has at least one vote.
    """

    item: IntArray
    annotator: IntArray
    value: IntArray
    weight: FloatArray | None
    n_items: int
    n_annotators: int
    n_values: int

    @cached_property
    def matrix(self) -> csr_array:
        """Weights by item and (annotator, value), shape (items, annotators * values)."""
        columns = (self.annotator * self.n_values + self.value).astype(np.int32)
        starts = np.concatenate([[0], np.cumsum(np.bincount(self.item, minlength=self.n_items))]).astype(np.int32)
        weight = np.ones(len(columns)) if self.weight is None else self.weight
        return csr_array((weight, columns, starts), shape=(self.n_items, self.n_annotators * self.n_values))

    @cached_property
    def given(self) -> FloatArray:
        """How often each annotator gave each value, shape (annotators, values)."""
        columns = self.annotator * self.n_values + self.value
        counts = np.bincount(columns, self.weight, self.n_annotators * self.n_values)
        return np.asarray(counts, dtype=float).reshape(self.n_annotators, self.n_values)

    @cached_property
    def shares(self) -> FloatArray:
        """Share of the labels of each item that is each value, shape (items, values)."""
        flat = np.bincount(self.item * self.n_values + self.value, self.weight, self.n_items * self.n_values)
        counts = np.asarray(flat, dtype=float).reshape(self.n_items, self.n_values)
        return np.asarray(counts / counts.sum(axis=1, keepdims=True))


def votes_of(ballots: Ballots, labels: FloatArray | None = None) -> Votes:
    """Lay ballots out as votes for value 1 (positive) and value 0.

    Parameters
    ----------
    ballots : Ballots
        The labels.
    labels : array of float, shape (labels,), optional
        Labels to use instead, from 0 to 1.

    Returns
    -------
    Votes
        One vote a label where all are 0 or 1, else two.

    Examples
    --------
    >>> ballots = Ballots(
    ...     rows=np.array([0]),
    ...     item=np.array([0, 0]),
    ...     annotator=np.array([0, 1]),
    ...     label=np.array([1.0, 0.3]),
    ...     source=np.arange(2),
    ... )
    >>> votes_of(ballots).shares.tolist()
    [[0.35, 0.65]]
    """
    given = ballots.label if labels is None else labels
    sizes = {"n_items": ballots.n_items, "n_annotators": int(ballots.annotator.max()) + 1, "n_values": 2}
    if ((given == 0) | (given == 1)).all():
        value = given.astype(np.intp)
        return Votes(item=ballots.item, annotator=ballots.annotator, value=value, weight=None, **sizes)
    return Votes(
        item=np.repeat(ballots.item, 2),
        annotator=np.repeat(ballots.annotator, 2),
        value=np.tile(np.array([0, 1], dtype=np.intp), len(given)),
        weight=np.column_stack([1 - given, given]).ravel(),
        **sizes,
    )


def softmax(scores: FloatArray) -> FloatArray:
    """Turn log-likelihoods of values, shape (items, values), into chances that add up to 1."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))
