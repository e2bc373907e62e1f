"""Annotators of one kind of pool, and whether shared items let their labels be compared."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from biasaudit.data.annotations import AnnotationLog
from biasaudit.data.table import BoolArray, FloatArray
from biasaudit.errors import NotApplicableError
from biasaudit.results import NOT_RECORDED
from biasaudit.traces.attribution.facets import FEWEST_SHARED
from biasaudit.traces.ballots import Ballots, IntArray, renumbered
from biasaudit.traces.disclosure import FEWEST_ANNOTATORS, columns_of

#: One pool cannot be held against another.
PAIR = 2


@dataclass(frozen=True, kw_only=True)
class Pools:
    """The labels of one kind of pool, sorted by item.

    Attributes
    ----------
    kind : str
        Unit or annotator attribute, as declared.
    names : tuple of str
        Pools of at least 5 annotators, in the order of their names.
    rows : array of int, shape (items,)
        Row of the table of each item.
    item, unit, block : array of int, shape (labels,)
        Item, pool and block of each label, from 0. A block is one annotator's labels in one pool;
        where annotators work in one pool each, a whole annotator. Labels of smaller pools together
        are pool ``len(names)``, where these have 5 annotators at least.
    value : array of float, shape (labels,)
        What each label says.
    source : array of int, shape (labels,)
        Place of each label in the ballots.
    unit_of_block, annotator_of_block : array of int, shape (blocks,)
        Pool and annotator of each block.
    left_out : int or None
        Labels whose pool is not recorded, or has too few annotators even together with the other
        small ones; None where fewer than 5 annotators gave them.
    """

    kind: str
    names: tuple[str, ...]
    rows: IntArray
    item: IntArray
    unit: IntArray
    block: IntArray
    value: FloatArray
    source: IntArray
    unit_of_block: IntArray
    annotator_of_block: IntArray
    left_out: int | None

    @property
    def n_items(self) -> int:
        """Items with a label of any pool."""
        return len(self.rows)

    @property
    def n_blocks(self) -> int:
        """Blocks of labels."""
        return len(self.unit_of_block)

    @cached_property
    def n_units(self) -> int:
        """Pools, the one of all small pools included."""
        return int(self.unit_of_block.max()) + 1

    @cached_property
    def by_item(self) -> FloatArray:
        """Labels by item and pool, shape (items, pools)."""
        place = self.item * np.intp(self.n_units) + self.unit
        return np.bincount(place, minlength=self.n_items * self.n_units).reshape(-1, self.n_units).astype(float)

    def only(self, keep: BoolArray) -> Pools:
        """Give some labels only; items without any fall out, pools and blocks keep their numbers."""
        left, item = renumbered(self.item[keep], self.n_items)
        return Pools(
            kind=self.kind,
            names=self.names,
            rows=self.rows[left],
            item=item,
            unit=self.unit[keep],
            block=self.block[keep],
            value=self.value[keep],
            source=self.source[keep],
            unit_of_block=self.unit_of_block,
            annotator_of_block=self.annotator_of_block,
            left_out=self.left_out,
        )


def pools_of(log: AnnotationLog, ballots: Ballots, kind: str, values: npt.ArrayLike | None = None) -> Pools:
    """Lay out the labels of one kind of pool.

    Parameters
    ----------
    log : AnnotationLog
        The labels.
    ballots : Ballots
        The same as arrays.
    kind : str
        A declared unit or annotator attribute.
    values : array-like of float, shape (labels,), optional
        What each label says, in the order of the ballots; 1 positive and 0 not by default.

    Returns
    -------
    Pools
        With two pools at least.

    Raises
    ------
    NotApplicableError
        Where fewer than two pools have 5 annotators.
    """
    named = pd.Categorical(log.frame[columns_of(log)[kind]])
    code = named.codes.astype(np.intp)[ballots.source]
    # By pool and annotator; labels of no known pool stand in the first row, which is left out.
    met = np.zeros((len(named.categories) + 1, int(ballots.annotator.max(initial=-1)) + 1), dtype=bool)
    met[code + 1, ballots.annotator] = True
    sizes = met[1:].sum(axis=1)
    texts = [str(name) for name in named.categories]
    is_known = np.array([text != NOT_RECORDED for text in texts], dtype=bool)
    is_shown = is_known & (sizes >= FEWEST_ANNOTATORS)
    shown = sorted(np.flatnonzero(is_shown), key=lambda place: texts[place])
    if len(shown) < PAIR:
        raise NotApplicableError(f"{kind!r} has fewer than two pools of at least {FEWEST_ANNOTATORS} annotators")
    small = np.flatnonzero(is_known & ~is_shown)
    together = int(met[1 + small].any(axis=0).sum())
    unit_of_code = np.full(len(texts), -1, dtype=np.intp)
    unit_of_code[shown] = np.arange(len(shown))
    if together >= FEWEST_ANNOTATORS:
        unit_of_code[small] = len(shown)
    return lay_out(kind, tuple(texts[place] for place in shown), ballots, unit_of_code[code], values)


def lay_out(
    kind: str, names: tuple[str, ...], ballots: Ballots, unit: IntArray, values: npt.ArrayLike | None = None
) -> Pools:
    """Lay out labels whose pools are known already.

    Parameters
    ----------
    kind, names : str, tuple of str
        As in :class:`Pools`.
    ballots : Ballots
        The labels.
    unit : array of int, shape (labels,)
        Pool of each label from 0, ``len(names)`` for small pools together, -1 for labels left out.
    values : array-like of float, shape (labels,), optional
        What each label says; 1 positive and 0 not by default.

    Returns
    -------
    Pools
        The labels that take part.
    """
    keep = np.flatnonzero(unit >= 0)
    given = ballots.label if values is None else np.asarray(values, dtype=float)
    left, item = renumbered(ballots.item[keep], ballots.n_items)
    key = ballots.annotator[keep] * np.intp(len(names) + 1) + unit[keep]
    absent = len(np.unique(ballots.annotator[unit < 0]))
    blocks, block = renumbered(key)
    return Pools(
        kind=kind,
        names=names,
        rows=ballots.rows[left],
        item=item,
        unit=unit[keep],
        block=block,
        value=given[keep],
        source=keep,
        unit_of_block=blocks % (len(names) + 1),
        annotator_of_block=blocks // (len(names) + 1),
        left_out=None if 0 < absent < FEWEST_ANNOTATORS else len(unit) - len(keep),
    )


def shared_between(pools: Pools) -> IntArray:
    """Count the items that each pair of pools labelled both, shape (pools, pools); the diagonal counts each pool's own."""
    seen = (pools.by_item > 0).astype(float)
    return np.asarray(np.rint(seen.T @ seen), dtype=np.intp)


def parts_of(shared: IntArray, fewest: int = FEWEST_SHARED) -> IntArray:
    """Find which pools are linked by shared items, directly or through others.

    Parameters
    ----------
    shared : array of int, shape (pools, pools)
        Items that each pair labelled both.
    fewest : int
        A link needs so many.

    Returns
    -------
    array of int, shape (pools,)
        Number of the part that each pool belongs to; equal numbers are linked.

    Examples
    --------
    >>> parts_of(np.array([[50, 40, 0], [40, 60, 2], [0, 2, 70]]))
    array([0, 0, 2])
    """
    part = np.arange(len(shared), dtype=np.intp)
    while True:
        linked = (shared >= fewest) | np.eye(len(shared), dtype=bool)
        lowest = np.where(linked, part[None, :], len(shared)).min(axis=1).astype(np.intp)
        if (lowest == part).all():
            return part
        part = lowest
