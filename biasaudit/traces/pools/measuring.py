"""Pools: whether annotators of one kind label a group otherwise than others do, on the same items.

`measure_pools` puts together what stands in the files beside it: the layout of labels by pool and
the items they share (``layout``), one comparison by both estimators (``comparing``, ``linear``,
``logit``; ``anchored`` where only reference labels link the pools), and shuffles of pool names over
whole annotators (``shuffles``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from biasaudit.data.annotations import AnnotationLog
from biasaudit.data.table import FloatArray, Table
from biasaudit.errors import NotApplicableError
from biasaudit.results import AttributeFacts, PoolEffect, PoolOverlap, PoolPair, PoolSize
from biasaudit.traces.attribution.facets import FEWEST_SHARED
from biasaudit.traces.attribution.players import SMALL_UNITS
from biasaudit.traces.ballots import Ballots, IntArray, renumbered
from biasaudit.traces.pools.comparing import compare
from biasaudit.traces.pools.layout import Pools, parts_of, pools_of, shared_between
from biasaudit.traces.pools.logit import LogitFit, fit_logit
from biasaudit.traces.pools.measured import Comparison, Fits
from biasaudit.traces.pools.records import PoolScale, Scale, pool_effects


@dataclass(frozen=True, kw_only=True)
class PoolsFound:
    """What was found about pools.

    Attributes
    ----------
    effects : tuple of PoolEffect
        By kind, attribute, group and pool.
    overlap : tuple of PoolOverlap
        One a kind that has two pools.
    refused : tuple of (str, str)
        Kinds that are not compared, each with its reason.
    """

    effects: tuple[PoolEffect, ...]
    overlap: tuple[PoolOverlap, ...]
    refused: tuple[tuple[str, str], ...]


def measure_pools(
    table: Table,
    log: AnnotationLog,
    ballots: Ballots,
    facts: Sequence[AttributeFacts],
    *,
    seed: int,
    level: float,
    values: FloatArray | None = None,
    scale: Scale = "share",
) -> PoolsFound:
    """Measure the effect of every pool on every group's labels.

    Every declared unit and annotator attribute is a kind of pool, and every group of every
    attribute and intersection is held against its reference.

    Parameters
    ----------
    table : Table
        The items.
    log : AnnotationLog
        The labels; its column ``reference``, where there is one, anchors pools that share no items.
    ballots : Ballots
        The same as arrays.
    facts : sequence of AttributeFacts
        The attributes and intersections, with groups and reference.
    seed : int
        Seed of the shuffles.
    level : float
        Level of the intervals.
    values : array of float, shape (labels,), optional
        What each label says, in the order of the ballots; by default 1 for a positive label and 0
        for another.
    scale : str
        ``share`` where effects are differences of shares of positive labels, ``value`` where they
        are differences in steps or units of ``values``.

    Returns
    -------
    PoolsFound
        Effects, the overlap that they rest on, and what was refused.
    """
    measured: list[tuple[Pools, str, Comparison]] = []
    overlaps, refused = [], []
    fitted: dict[bytes, LogitFit] = {}
    for kind in dict.fromkeys((*log.units, *log.attributes)):
        try:
            pools = pools_of(log, ballots, kind, values)
        except NotApplicableError as error:
            refused.append((kind, str(error)))
            continue
        gold = _gold(log, ballots, pools)
        overlap = overlap_of(pools, has_gold=gold is not None)
        overlaps.append(overlap)
        if overlap.anchor == "none":
            refused.append((kind, _apart(pools)))
            continue
        null = _null(pools, fitted)
        for attribute in facts:
            fits = _fits(
                pools,
                _codes(table, attribute, pools.rows),
                len(attribute.groups),
                null=null,
                gold=gold,
                scale=scale_of(pools.value),
            )
            found = _compared(fits, attribute, is_linked=overlap.parts == 1)
            measured += [(pools, attribute.name, comparison) for comparison in found]
    return PoolsFound(
        effects=pool_effects(measured, PoolScale(name=scale, level=level, seed=seed)),
        overlap=tuple(overlaps),
        refused=tuple(refused),
    )


def scale_of(value: FloatArray) -> tuple[float, float]:
    """Give where the scale of some labels begins and how long it is: 0 and 1 for shares, else least and range.

    Examples
    --------
    >>> scale_of(np.array([0.0, 1.0])), scale_of(np.array([1.0, 5.0]))
    ((0.0, 1.0), (1.0, 4.0))
    """
    low, high = float(value.min()), float(value.max())
    return (0.0, 1.0) if low >= 0 and high <= 1 else (low, high - low)


def overlap_of(pools: Pools, *, has_gold: bool) -> PoolOverlap:
    """Count what pools share, which decides whether their labels can be compared.

    Parameters
    ----------
    pools : Pools
        The labels of one kind.
    has_gold : bool
        Whether reference labels could anchor them.

    Returns
    -------
    PoolOverlap
        Pools, shared items of each pair, and the parts that at least 30 shared items link.
    """
    shared = shared_between(pools)
    part = parts_of(shared)
    parts = len(np.unique(part))
    texts = [*pools.names, SMALL_UNITS][: pools.n_units]
    annotators = [len(np.unique(pools.annotator_of_block[pools.unit_of_block == unit])) for unit in range(len(texts))]
    labels = np.bincount(pools.unit, minlength=len(texts))
    return PoolOverlap(
        unit_kind=pools.kind,
        pools=tuple(
            PoolSize(unit=text, annotators=annotators[at], labels=int(labels[at]), items=int(shared[at, at]))
            for at, text in enumerate(texts)
        ),
        pairs=tuple(
            PoolPair(first=texts[at], second=texts[other], shared_items=int(shared[at, other]))
            for at in range(len(texts))
            for other in range(at + 1, len(texts))
        ),
        parts=parts,
        fewest_shared=FEWEST_SHARED,
        anchor="items" if parts == 1 else "reference" if has_gold else "none",
        left_out=pools.left_out,
    )


def _apart(pools: Pools) -> str:
    """Say which pools no shared items link."""
    part = parts_of(shared_between(pools))
    texts = [*pools.names, SMALL_UNITS][: pools.n_units]
    apart = ", ".join(text for text, own in zip(texts, part, strict=True) if own != part[0])
    return (
        f"{apart} and {texts[0]} are not linked by items that both labelled (at least {FEWEST_SHARED} are needed, "
        "directly or through other units), so that their labels cannot be told from their items; reference labels in a "
        "column would anchor them"
    )


def _gold(log: AnnotationLog, ballots: Ballots, pools: Pools) -> FloatArray | None:
    """Give the reference label of each item of the pools, where any are known."""
    if "reference" not in log.frame:
        return None
    by_label = log.frame["reference"].to_numpy(dtype=float)[ballots.source][pools.source]
    gold = np.full(pools.n_items, np.nan)
    gold[pools.item] = by_label
    return gold if np.isfinite(gold).any() else None


def _null(pools: Pools, fitted: dict[bytes, LogitFit]) -> LogitFit:
    """Fit the logit without cells, once for all kinds that divide the same labels by the same annotators."""
    key = pools.source.tobytes() + pools.block.tobytes()
    if key not in fitted:
        value = _between(pools.value)
        fitted.clear()
        fitted[key] = fit_logit(pools, value, np.zeros(len(value), dtype=np.intp), 1)
    return fitted[key]


def _between(value: FloatArray) -> FloatArray:
    """Bring labels to 0 to 1."""
    low, span = scale_of(value)
    return np.asarray((value - low) / (span or 1.0))


def _compared(fits: Fits, attribute: AttributeFacts, *, is_linked: bool) -> Iterator[Comparison]:
    """Compare every group of an attribute with its reference."""
    names = [size.group for size in attribute.groups]
    if attribute.reference not in names:
        return
    reference = names.index(attribute.reference)
    for place, group in enumerate(names):
        if place != reference:
            yield compare(fits, (group, attribute.reference), (place, reference), is_linked=is_linked)


def _codes(table: Table, attribute: AttributeFacts, rows: IntArray) -> IntArray:
    """Give the number of the group of each item; -1 for none."""
    groups = table.attribute(attribute.name)
    place = {size.group: at for at, size in enumerate(attribute.groups)}
    of_category = np.array([place.get(str(name), -1) for name in groups.categories], dtype=np.intp)
    return np.asarray(of_category[groups.codes][rows], dtype=np.intp)


def _fits(
    pools: Pools,
    code: IntArray,
    n_groups: int,
    *,
    null: LogitFit,
    gold: FloatArray | None,
    scale: tuple[float, float],
) -> Fits:
    """Fit the logit with a cell for each pool and group; labels on items of no group keep a cell of their own."""
    low, span = scale
    wide = np.where(code < 0, n_groups, code)
    cell = pools.unit * np.intp(n_groups + 1) + wide[pools.item]
    value = _between(pools.value)
    size = pools.n_units * (n_groups + 1)
    present, dense = renumbered(cell, size)
    fit = fit_logit(pools, value, dense, len(present), start=null)
    effect = np.zeros(size)
    effect[present] = fit.effect
    influence = np.zeros((pools.n_blocks, size))
    influence[:, present] = fit.influence
    total, count = np.bincount(cell, value, size), np.bincount(cell, minlength=size)
    return Fits(
        pools=pools,
        code=code,
        n_groups=n_groups + 1,
        fit=replace(fit, cell=cell, effect=effect, influence=influence),
        cell_is_alike=(total <= 0) | (total >= count),
        null=null,
        gold=gold,
        low=low,
        span=span,
    )
