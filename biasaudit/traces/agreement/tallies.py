"""What each item adds to the sums behind a coefficient of agreement, and each label to its item.

Every coefficient is a smooth function of a few sums over items. Items with the same counts of labels
add the same, so that they are kept as one *pattern*; what a label changes depends on its pattern and
its value alone, so that labels are kept as a few *types*. A million labels of two values on five
places are a few dozen patterns and types.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from biasaudit.data.table import FloatArray
from biasaudit.errors import NotApplicableError
from biasaudit.traces.ballots import Ballots, IntArray, renumbered
from biasaudit.traces.rules.votes import ROUNDING

Kind = Literal["nominal", "ordinal", "interval"]

#: Two labels an item are needed before anybody can agree.
PAIR = 2
#: Share of equal labels under which the annotators of an item count as divided: the consensus that
#: platforms commonly ask for before a label is paid.
CONSENSUS = 0.8
#: Most classes, and most steps of a scale, that are counted one by one: beyond, what looks like a
#: class is free text, and what looks like a scale is a number.
MOST_CLASSES, MOST_STEPS = 30, 20
#: Counts of an item are joined to one whole number while they fit one.
_WHOLE = 2**62


@dataclass(frozen=True, kw_only=True)
class Scale:
    """The values that labels take.

    Attributes
    ----------
    kind : str
        nominal, ordinal or interval.
    values : array of float, shape (q,)
        The values, rising: codes of classes, positions of steps, or numbers.
    is_positive : array of float, shape (q,)
        Whether each value is the positive one, or at or above it.
    """

    kind: Kind
    values: FloatArray
    is_positive: FloatArray

    @property
    def is_counted(self) -> bool:
        """Whether there are few enough values to count one by one."""
        return len(self.values) <= (MOST_CLASSES if self.kind == "nominal" else MOST_STEPS)

    @cached_property
    def standard(self) -> FloatArray:
        """The values with mean 0 and standard deviation 1, shape (q,): sums of squares stay exact."""
        spread = float(self.values.std())
        standard: FloatArray = (self.values - self.values.mean()) / (spread if spread > 0 else 1.0)
        return standard

    @cached_property
    def distance(self) -> FloatArray:
        """Disagreement of two values for Gwet's coefficient, 0 to 1, shape (q, q).

        1 for two classes; for steps the squared difference of their positions, and for numbers of
        the numbers, over the largest (quadratic weights).
        """
        if self.kind == "nominal":
            return 1 - np.eye(len(self.values))
        place = np.arange(len(self.values), dtype=float) if self.kind == "ordinal" else self.values
        squared: FloatArray = (place[:, None] - place[None, :]) ** 2
        return squared / max(float(squared.max(initial=0.0)), float(np.finfo(float).tiny))


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where each sum stands in a row of sums.

    Attributes
    ----------
    scale : Scale
        The values that labels take.
    """

    scale: Scale

    PAIRED, DIFFER, DIVIDED, RATED, LABELS, POSITIVE, SIZE, SPREAD, SQUARED = range(9)

    @property
    def q(self) -> int:
        """Values that are counted one by one; 0 where there are too many."""
        return len(self.scale.values) if self.scale.is_counted else 0

    @property
    def margin(self) -> slice:
        """Labels of each value on items with two at least; for numbers their sum and sum of squares."""
        return slice(9, 9 + (2 if self.scale.kind == "interval" else self.q))

    @property
    def share(self) -> slice:
        """Share of each value among an item's labels."""
        return slice(self.margin.stop, self.margin.stop + self.q)

    @property
    def coincidence(self) -> slice:
        """Pairs of each two different steps on an item, over its labels less one; ordinal only."""
        return slice(self.share.stop, self.share.stop + (len(self.steps[0]) if self.scale.kind == "ordinal" else 0))

    @cached_property
    def steps(self) -> tuple[IntArray, IntArray]:
        """The lower and the higher of each two different values, shape (q (q - 1) / 2,)."""
        lower, higher = np.triu_indices(self.q, 1)
        return lower.astype(np.intp), higher.astype(np.intp)

    @property
    def width(self) -> int:
        """Sums in a row."""
        return int(self.coincidence.stop)


@dataclass(frozen=True, kw_only=True)
class Tallies:
    """Patterns of items and types of labels.

    Attributes
    ----------
    pattern : array of int, shape (items,)
        Pattern of each item.
    adds : array of float, shape (patterns, sums)
        What an item of each pattern adds to each sum.
    type_of : array of int, shape (labels,)
        Type of each label.
    changes : array of float, shape (types, sums)
        Derivative of what its item adds with respect to the weight of one label of each type, where
        a pair of labels weighs the product of its two, and the labels of an item weigh 1.
    """

    pattern: IntArray
    adds: FloatArray
    type_of: IntArray
    changes: FloatArray


def scale_of(ballots: Ballots, kind: Kind, steps: int = 0) -> Scale:
    """Find the values that labels take.

    Parameters
    ----------
    ballots : Ballots
        The labels.
    kind : str
        nominal, ordinal or interval.
    steps : int
        Steps of a declared order: those that nobody gave count among the values, too.

    Returns
    -------
    Scale
        The values of all labels.

    Raises
    ------
    NotApplicableError
        Where there are more classes or steps than are counted one by one.
    """
    values = np.union1d(ballots.value, np.arange(steps, dtype=float))
    if kind == "nominal" and len(values) > MOST_CLASSES:
        raise NotApplicableError(f"labels hold more than {MOST_CLASSES} classes, too many to count agreement on")
    if kind == "ordinal" and len(values) > MOST_STEPS:
        raise NotApplicableError(
            f"the scale has more than {MOST_STEPS} steps: declare its labels as numbers, label_kind = 'interval'"
        )
    is_positive = np.zeros(len(values))
    np.maximum.at(is_positive, np.searchsorted(values, ballots.value), ballots.label)
    return Scale(kind=kind, values=values, is_positive=is_positive)


def tallies_of(ballots: Ballots, scale: Scale) -> Tallies:
    """Tally the labels of some items.

    Parameters
    ----------
    ballots : Ballots
        The labels.
    scale : Scale
        The values that they take.

    Returns
    -------
    Tallies
        One pattern an item and one type a label where values are too many to count one by one.
    """
    code = np.searchsorted(scale.values, ballots.value).astype(np.intp)
    if not scale.is_counted:
        return _of_numbers(ballots, Layout(scale=scale), code)
    q = len(scale.values)
    counts = np.bincount(ballots.item * q + code, minlength=ballots.n_items * q).reshape(-1, q)
    pattern, patterns = patterns_of(counts)
    layout = Layout(scale=scale)
    # Only what occurs: many classes would make many types that no label is of.
    kinds, type_of = renumbered(pattern[ballots.item] * q + code)
    return Tallies(
        pattern=pattern,
        adds=item_adds(patterns, layout),
        type_of=type_of,
        changes=label_changes(patterns[kinds // q], kinds % q, layout),
    )


def patterns_of(counts: IntArray) -> tuple[IntArray, FloatArray]:
    """Give the number of each row among the different rows of whole counts, and those rows."""
    radix = int(counts.max(initial=0)) + 1
    if counts.shape[1] and radix ** counts.shape[1] < _WHOLE:
        keys = counts @ radix ** np.arange(counts.shape[1], dtype=np.int64)
        present, number = renumbered(keys)
        return number, (present[:, None] // radix ** np.arange(counts.shape[1]) % radix).astype(float)
    rows, number = np.unique(counts, axis=0, return_inverse=True)
    return number.astype(np.intp).ravel(), rows.astype(float)


def item_adds(counts: FloatArray, layout: Layout) -> FloatArray:
    """Give what items with these counts of labels add to each sum.

    Parameters
    ----------
    counts : array of float, shape (items, q)
        Labels of each value on each item.
    layout : Layout
        Where the sums stand.

    Returns
    -------
    array of float, shape (items, sums)
    """
    scale = layout.scale
    size = counts.sum(axis=1)
    is_paired, others, pairs = _paired(size)
    adds = np.zeros((len(counts), layout.width))
    adds[:, Layout.PAIRED] = is_paired
    adds[:, Layout.DIFFER] = is_paired * (size**2 - (counts**2).sum(axis=1)) / pairs
    modal = counts.max(axis=1, initial=0) / np.maximum(size, 1)
    adds[:, Layout.DIVIDED] = is_paired * (modal < CONSENSUS - ROUNDING)
    adds[:, Layout.RATED] = size > 0
    adds[:, Layout.LABELS] = size
    adds[:, Layout.POSITIVE] = counts @ scale.is_positive
    adds[:, Layout.SIZE] = is_paired * size
    share = counts / np.maximum(size, 1)[:, None]
    adds[:, layout.share] = share
    if scale.kind == "interval":
        first, second = counts @ scale.standard, counts @ scale.standard**2
        adds[:, Layout.SPREAD] = is_paired * 2 * (size * second - first**2) / others
        adds[:, layout.margin] = is_paired[:, None] * np.column_stack([first, second])
    else:
        adds[:, layout.margin] = is_paired[:, None] * counts
        adds[:, Layout.SPREAD] = size * adds[:, Layout.DIFFER]
    if scale.kind == "ordinal":
        lower, higher = layout.steps
        adds[:, layout.coincidence] = (is_paired / others)[:, None] * 2 * counts[:, lower] * counts[:, higher]
    if scale.kind != "nominal":
        adds[:, Layout.SQUARED] = is_paired * ((counts @ scale.distance) * counts).sum(axis=1) / pairs
    return adds


def label_changes(counts: FloatArray, code: IntArray, layout: Layout) -> FloatArray:
    """Give how each sum changes with the weight of one label of an item.

    Parameters
    ----------
    counts : array of float, shape (labels, q)
        Labels of each value on the label's item, itself included.
    code : array of int, shape (labels,)
        Value of each label.
    layout : Layout
        Where the sums stand.

    Returns
    -------
    array of float, shape (labels, sums)
        For items that weigh 1 and pairs of labels that weigh the product of their two.
    """
    scale = layout.scale
    adds = item_adds(counts, layout)
    size = counts.sum(axis=1)
    is_paired, others, pairs = _paired(size)
    one = np.eye(counts.shape[1])[code]
    changes = np.zeros_like(adds)
    changes[:, Layout.LABELS] = 1
    changes[:, Layout.POSITIVE] = scale.is_positive[code]
    changes[:, Layout.SIZE] = is_paired
    changes[:, layout.share] = (one - counts / size[:, None]) / size[:, None]
    # d, the mean over pairs, changes by 2 (r / pairs - d / size), r being the label's own disagreements.
    own = size - (counts * one).sum(axis=1)
    changes[:, Layout.DIFFER] = is_paired * 2 * (own / pairs - adds[:, Layout.DIFFER] / size)
    if scale.kind != "interval":
        changes[:, layout.margin] = is_paired[:, None] * one
    else:
        x = scale.standard[code]
        own = size * x**2 - 2 * x * (counts @ scale.standard) + counts @ scale.standard**2
        changes[:, layout.margin] = is_paired[:, None] * np.column_stack([x, x**2])
    # size * d changes by 2 r / (size - 1) - d.
    changes[:, Layout.SPREAD] = is_paired * (2 * own / others - adds[:, Layout.SPREAD] / size)
    if scale.kind == "ordinal":
        lower, higher = layout.steps
        met = counts[:, higher] * one[:, lower] + counts[:, lower] * one[:, higher]
        of_item = adds[:, layout.coincidence] / size[:, None]
        changes[:, layout.coincidence] = is_paired[:, None] * (2 * met / others[:, None] - of_item)
    if scale.kind != "nominal":
        own = ((counts @ scale.distance) * one).sum(axis=1)
        changes[:, Layout.SQUARED] = is_paired * 2 * (own / pairs - adds[:, Layout.SQUARED] / size)
    return changes


def _paired(size: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Tell which items have two labels, their labels less one, and their ordered pairs; 1 where there are none."""
    is_paired = (size >= PAIR).astype(float)
    return is_paired, np.where(size >= PAIR, size - 1, 1.0), np.where(size >= PAIR, size * (size - 1), 1.0)


def _of_numbers(ballots: Ballots, layout: Layout, code: IntArray) -> Tallies:
    """Tally numbers of many values: every item is its own pattern, every label its own type."""
    n, item, scale = ballots.n_items, ballots.item, layout.scale
    size = ballots.per_item
    is_paired, others, pairs = _paired(size)
    _, cell, times = np.unique(item * len(scale.values) + code, return_inverse=True, return_counts=True)
    same = times[cell.ravel()].astype(float)
    modal = np.zeros(n)
    np.maximum.at(modal, item, same)
    x = scale.standard[code]
    first, second = np.bincount(item, x, n), np.bincount(item, x**2, n)
    differ = is_paired * (size**2 - np.bincount(item, same, n)) / pairs
    spread = is_paired * 2 * (size * second - first**2) / others
    adds, changes = np.zeros((n, layout.width)), np.zeros((len(item), layout.width))
    for place, of_item in (
        (Layout.PAIRED, is_paired), (Layout.DIFFER, differ), (Layout.RATED, size > 0), (Layout.LABELS, size),
        (Layout.DIVIDED, is_paired * (modal / np.maximum(size, 1) < CONSENSUS - ROUNDING)), (Layout.SPREAD, spread),
        (Layout.POSITIVE, np.bincount(item, ballots.label, n)), (Layout.SIZE, is_paired * size),
    ):  # fmt: skip
        adds[:, place] = of_item
    adds[:, layout.margin] = is_paired[:, None] * np.column_stack([first, second])
    paired, m = is_paired[item], np.maximum(size, 1)[item]
    changes[:, Layout.LABELS] = 1
    changes[:, Layout.POSITIVE] = ballots.label
    changes[:, Layout.SIZE] = paired
    changes[:, Layout.DIFFER] = paired * 2 * ((m - same) / pairs[item] - differ[item] / m)
    own = m * x**2 - 2 * x * first[item] + second[item]
    changes[:, Layout.SPREAD] = paired * (2 * own / others[item] - spread[item] / m)
    changes[:, layout.margin] = paired[:, None] * np.column_stack([x, x**2])
    return Tallies(
        pattern=np.arange(n, dtype=np.intp), adds=adds, type_of=np.arange(len(item), dtype=np.intp), changes=changes
    )
