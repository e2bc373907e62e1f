"""The effect of one pool on a group's labels, held against reference labels instead of other pools.

Where pools share too few items, nothing tells a pool from its items, unless reference labels do.
Then each pool is taken alone, and reference labels stand in the place of item effects:

    y_l = c_k + annotator_{j(l)} + delta_k [item of group g] + rest,    k = reference label of the item,

and the effect is the mean of delta_k over the group's labels: (the pool's rate minus what the
reference labels let expect) on the group's items minus the same on the reference group's. What a
reference label lets expect, c_k, is fitted in the pool itself: taking the reference label for the
rate would count a pool's ordinary errors as an effect wherever groups have different base rates,
because errors pull every rate towards the middle.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.special import expit

from biasaudit.data.table import BoolArray, FloatArray
from biasaudit.traces.attribution.facets import FEWEST_SHARED
from biasaudit.traces.disclosure import FEWEST_ANNOTATORS
from biasaudit.traces.pools.layout import Pools
from biasaudit.traces.pools.linear import Slope, clustered
from biasaudit.traces.pools.logit import fit_logit
from biasaudit.traces.pools.measured import (
    ALIKE,
    ALIKE_CELL,
    NOT_TOLD,
    TOO_FEW_ANCHORED,
    TOO_FEW_REFERENCES,
    Fits,
    Measured,
)
from biasaudit.traces.pools.two_facets import ROUNDING, TwoFacets

#: The group and its reference.
_SIDES = 2


def anchored_effect(fits: Fits, groups: tuple[int, int], unit: int) -> Measured:
    """Measure the effect of one pool against reference labels.

    Parameters
    ----------
    fits : Fits
        Labels, groups and reference labels.
    groups : (int, int)
        The group and its reference.
    unit : int
        The pool.

    Returns
    -------
    Measured
        With its reason where the pool labelled fewer than 30 items of either group that have a
        reference label, or had fewer than 5 annotators for both.
    """
    pools, gold = fits.pools, fits.gold
    assert gold is not None
    item_counts = np.isin(fits.code, groups) & np.isfinite(gold)
    own = np.flatnonzero((pools.unit == unit) & item_counts[pools.item])
    expected = np.unique(gold[pools.item[own]], return_inverse=True)[1]
    own = own[np.argsort(expected, kind="stable")]
    expected = np.sort(expected)
    on_group = fits.code[pools.item[own]] == groups[0]
    sides = [np.bincount(pools.block[own[side]], minlength=pools.n_blocks) > 0 for side in (on_group, ~on_group)]
    items = [len(np.unique(pools.item[own[side]])) for side in (on_group, ~on_group)]
    annotators = len(np.unique(pools.annotator_of_block[sides[0] & sides[1]]))
    counted = Measured(
        unit=unit,
        annotators=annotators,
        labels=len(own),
        n_items=items[0],
        n_items_reference=items[1],
        anchored=True,
    )
    reason = ""
    crossed = np.bincount(expected * _SIDES + ~on_group, minlength=_SIDES * (int(expected.max(initial=0)) + 1))
    if min(items) < FEWEST_SHARED or not crossed.all():
        reason = TOO_FEW_REFERENCES
    elif annotators < FEWEST_ANNOTATORS:
        reason = TOO_FEW_ANCHORED
    elif np.ptp(pools.value[own]) == 0:
        reason = ALIKE
    if reason:
        return replace(counted, reason=reason, logit_reason=reason)
    held = Pools(
        kind=pools.kind,
        names=pools.names,
        rows=np.arange(int(expected[-1]) + 1, dtype=np.intp),
        item=expected.astype(np.intp),
        unit=pools.unit[own],
        block=pools.block[own],
        value=pools.value[own],
        source=pools.source[own],
        unit_of_block=pools.unit_of_block,
        annotator_of_block=pools.annotator_of_block,
        left_out=0,
    )
    linear, scores = _linear(held, on_group)
    cell = held.item * np.intp(_SIDES) + ~on_group
    alike = any(np.ptp(held.value[cell == one]) == 0 for one in np.unique(cell))
    not_told = "" if scores is not None and linear.error >= 0 else NOT_TOLD
    return replace(
        counted,
        linear=linear,
        logit=linear if alike else _logit(held, on_group, fits.low, fits.span),
        reason=not_told,
        logit_reason=ALIKE_CELL if alike else not_told,
        scores=scores,
    )


def _linear(held: Pools, on_group: BoolArray) -> tuple[Slope, FloatArray | None]:
    """Estimate by least squares, and give what each annotator adds.

    A slope for every reference label, averaged as the labels are spread in the group, so that the
    effect is that on the group's items even where a pool treats one kind of them otherwise.
    """
    facets = TwoFacets(
        item=held.item,
        annotator=held.block,
        n_items=held.n_items,
        n_annotators=held.n_blocks,
        weight=np.ones(len(held.item)),
    )
    classes = [on_group & (held.item == one) for one in range(held.n_items)]
    parts = facets.residual(np.column_stack([held.value, *classes]).astype(float))
    value, columns = parts[:, 0], parts[:, 1:]
    share = np.bincount(held.item[on_group], minlength=held.n_items) / on_group.sum()
    information = columns.T @ columns
    everyone = np.ones(held.n_blocks, dtype=bool)
    if np.linalg.eigvalsh(information)[0] < ROUNDING * len(value):
        return clustered(float("nan"), np.zeros(held.n_blocks), held, everyone), None
    weight = columns @ np.linalg.solve(information, share)
    slopes = np.linalg.solve(information, columns.T @ value)
    left: FloatArray = weight * (value - columns @ slopes)
    by_block = np.asarray(np.bincount(held.block, left, held.n_blocks), dtype=float)
    scores = np.bincount(held.annotator_of_block, np.bincount(held.block, weight * value, held.n_blocks))
    return clustered(float(share @ slopes), by_block, held, everyone), np.asarray(scores[scores != 0], dtype=float)


def _logit(held: Pools, on_group: BoolArray, low: float, span: float) -> Slope:
    """Estimate by the logit: mean difference of chances on the group's labels with and without the effect."""
    cell = held.item * np.intp(_SIDES) + ~on_group
    everything = replace(held, item=np.zeros_like(held.item), rows=held.rows[:1])
    fit = fit_logit(everything, (held.value - low) / span, cell, held.n_items * _SIDES)
    gamma = fit.effect[0::_SIDES] - fit.effect[1::_SIDES]
    of_group = held.item[on_group]
    with_it = expit(fit.log_odds[on_group])
    without = expit(fit.log_odds[on_group] - gamma[of_group])
    gradient = np.zeros(len(fit.effect))
    gradient[0::_SIDES] = np.bincount(of_group, with_it * (1 - with_it), held.n_items) / len(of_group)
    gradient[1::_SIDES] = -np.bincount(of_group, without * (1 - without), held.n_items) / len(of_group)
    value = float((with_it - without).mean()) * span
    influence = np.asarray(fit.influence @ gradient * span, dtype=float)
    return clustered(value, influence, held, np.ones(held.n_blocks, dtype=bool))
