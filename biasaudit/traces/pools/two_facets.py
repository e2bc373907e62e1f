"""Item effects and annotator effects, taken out of many columns at once by sparse least squares.

Both estimators of pool effects rest on one linear system: weights w on labels, an effect for every
item and for every annotator, each with a ridge penalty that may be zero,

    minimise  sum_l w_l (x_l - a_{i(l)} - b_{j(l)})^2 + lambda_i |a|^2 + lambda_j |b|^2 .

Items are eliminated by hand, since their block is diagonal; what is left, a system of the size of
the annotators, is solved by conjugate gradients. Without penalties it is the two-way within
transformation of econometrics (Abowd, Kramarz and Margolis, Econometrica 67, 1999). Labels of
200,000 items by 5,000 annotators take some ten multiplications with a sparse matrix.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from biasaudit.data.table import FloatArray
from biasaudit.traces.ballots import IntArray

#: Conjugate gradients stop where every residual is this small a part of its right-hand side.
TOLERANCE = 1e-10
#: They stop after so many rounds, well beyond what annotators linked by a few hundred items need.
MOST_ROUNDS = 2_000
#: Below this, what is left of a column is rounding.
ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class TwoFacets:
    """Labels in a crossed layout, sorted by item.

    Attributes
    ----------
    item : array of int, shape (labels,)
        Item of each label from 0, never falling.
    annotator : array of int, shape (labels,)
        Annotator of each label, from 0.
    n_items, n_annotators : int
        How many there are of each.
    weight : array of float, shape (labels,)
        Weights, positive.
    item_ridge, annotator_ridge : float
        Penalties; 0 for plain effects.
    """

    item: IntArray
    annotator: IntArray
    n_items: int
    n_annotators: int
    weight: FloatArray
    item_ridge: float = 0.0
    annotator_ridge: float = 0.0

    @cached_property
    def matrix(self) -> csr_array:
        """Weights by item and annotator, shape (items, annotators)."""
        counts = np.bincount(self.item, minlength=self.n_items)
        starts = np.concatenate([[0], np.cumsum(counts)])
        return csr_array((self.weight, self.annotator, starts), shape=(self.n_items, self.n_annotators))

    @cached_property
    def item_weight(self) -> FloatArray:
        """Weight of each item, its penalty included."""
        total = np.bincount(self.item, self.weight, self.n_items) + self.item_ridge
        return np.where(total > 0, total, 1.0)

    @cached_property
    def annotator_weight(self) -> FloatArray:
        """Weight of each annotator, the penalty included."""
        return np.asarray(np.bincount(self.annotator, self.weight, self.n_annotators) + self.annotator_ridge)

    def solve(
        self, by_item: FloatArray, by_annotator: FloatArray, *, start: FloatArray | None = None, tolerance: float
    ) -> tuple[FloatArray, FloatArray]:
        """Solve the normal equations for given right-hand sides.

        Parameters
        ----------
        by_item : array of float, shape (items, columns)
            Weighted sums of the columns over the labels of each item.
        by_annotator : array of float, shape (annotators, columns)
            The same over the labels of each annotator.
        start : array of float, shape (annotators, columns), optional
            Annotator effects to begin with.
        tolerance : float
            Largest residual, as a part of the right-hand side.

        Returns
        -------
        tuple of array
            Effects of items and of annotators, one column a column.
        """
        matrix, flipped = self.matrix, self.matrix.T
        scale = self.item_weight[:, None]
        weight = self.annotator_weight[:, None]

        def apply(effects: FloatArray) -> FloatArray:
            return np.asarray(weight * effects - flipped @ ((matrix @ effects) / scale))

        squares = csr_array((self.weight**2, self.matrix.indices, self.matrix.indptr), shape=self.matrix.shape)
        diagonal = self.annotator_weight - squares.T @ (1 / self.item_weight)
        wanted = by_annotator - flipped @ (by_item / scale)
        annotators = _conjugate_gradients(apply, diagonal, wanted, start, tolerance)
        items = (by_item - matrix @ annotators) / scale
        return np.asarray(items), annotators

    def residual(self, columns: FloatArray, *, tolerance: float = TOLERANCE) -> FloatArray:
        """Take item and annotator effects out of columns.

        Parameters
        ----------
        columns : array of float, shape (labels, columns)
            Values of each label.
        tolerance : float
            As in :meth:`solve`.

        Returns
        -------
        array of float, shape (labels, columns)
            What is left.

        Examples
        --------
        >>> facets = TwoFacets(
        ...     item=np.array([0, 0, 1, 1]),
        ...     annotator=np.array([0, 1, 0, 1]),
        ...     n_items=2,
        ...     n_annotators=2,
        ...     weight=np.ones(4),
        ... )
        >>> facets.residual(np.array([[1.0], [0.0], [0.0], [0.0]])).ravel().round(6)
        array([ 0.25, -0.25, -0.25,  0.25])
        """
        weighted = columns * self.weight[:, None]
        by_item = sums_by(self.item, weighted, self.n_items)
        items, annotators = self.solve(
            by_item, sums_by(self.annotator, weighted, self.n_annotators), tolerance=tolerance
        )
        return columns - items[self.item] - annotators[self.annotator]


def sums_by(place: IntArray, columns: FloatArray, size: int) -> FloatArray:
    """Sum columns over the rows of each place, shape (size, columns)."""
    return np.column_stack([np.bincount(place, column, size) for column in columns.T])


def _conjugate_gradients(
    apply: object, diagonal: FloatArray, wanted: FloatArray, start: FloatArray | None, tolerance: float
) -> FloatArray:
    """Solve for several right-hand sides at once; a singular system that has a solution is no trouble."""
    assert callable(apply)
    inverse = 1 / np.where(diagonal > ROUNDING, diagonal, 1.0)[:, None]
    solution = np.zeros_like(wanted) if start is None else start.copy()
    left = wanted - apply(solution) if start is not None else wanted.copy()
    goal = tolerance * np.maximum(np.sqrt((wanted**2).sum(axis=0)), ROUNDING)
    scaled = inverse * left
    step, size = scaled.copy(), (left * scaled).sum(axis=0)
    for _ in range(MOST_ROUNDS):
        going = np.sqrt((left**2).sum(axis=0)) > goal
        if not going.any():
            break
        moved = apply(step)
        curvature = (step * moved).sum(axis=0)
        length = np.where(going & (curvature > 0), size / np.where(curvature > 0, curvature, 1.0), 0.0)
        solution += length * step
        left -= length * moved
        scaled = inverse * left
        now = (left * scaled).sum(axis=0)
        step = scaled + np.where(size > 0, now / np.where(size > 0, size, 1.0), 0.0) * step
        size = now
    return solution
