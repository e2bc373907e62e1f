"""One group against its reference: the effects of all pools of one kind, each by two estimators."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from biasaudit.data.table import BoolArray
from biasaudit.traces.ballots import IntArray
from biasaudit.traces.disclosure import FEWEST_ANNOTATORS
from biasaudit.traces.pools.anchored import anchored_effect
from biasaudit.traces.pools.layout import PAIR, Pools, parts_of
from biasaudit.traces.pools.linear import Slope, linear_slopes
from biasaudit.traces.pools.logit import logit_slopes, null_scores, within_items
from biasaudit.traces.pools.measured import ALIKE, ALIKE_CELL, APART, NOT_TOLD, TOO_FEW, Comparison, Fits, Measured


def compare(fits: Fits, names: tuple[str, str], groups: tuple[int, int], *, is_linked: bool) -> Comparison:
    """Measure the effects of all pools on one group.

    Parameters
    ----------
    fits : Fits
        Labels and fits.
    names : (str, str)
        Group and reference.
    groups : (int, int)
        Their codes.
    is_linked : bool
        Whether shared items link all pools of the kind.

    Returns
    -------
    Comparison
        Held against other pools where shared items link them, else against reference labels where
        there are any.
    """
    pools = fits.pools
    of_both = np.isin(fits.code, groups)
    keep = of_both[pools.item]
    within = pools.only(keep)
    in_group = fits.code[of_both] == groups[0]
    part = parts_of(_shared_on_both(within, in_group))
    sizes = np.bincount(part[within.unit], minlength=len(part))
    linked = np.flatnonzero(part == int(np.argmax(sizes))) if len(within.unit) else np.zeros(0, dtype=np.intp)
    all_linked = is_linked and len(linked) == pools.n_units
    if fits.gold is not None and not all_linked:
        found = tuple(anchored_effect(fits, groups, unit) for unit in range(len(pools.names)))
        nothing = np.zeros(pools.n_blocks)
        return Comparison(group=names[0], reference=names[1], pools=found, linear_scores=nothing, logit_scores=nothing)
    return _among(fits, names, groups, within=within, in_group=in_group, keep=keep, linked=linked)


def _shared_on_both(within: Pools, in_group: BoolArray) -> IntArray:
    """Count shared items of each pair of pools on the group or the reference, whichever are fewer."""
    seen = (within.by_item > 0).astype(float)
    shared = [seen[side].T @ seen[side] for side in (in_group, ~in_group)]
    return np.asarray(np.rint(np.minimum(*shared)), dtype=np.intp)


def _among(
    fits: Fits,
    names: tuple[str, str],
    groups: tuple[int, int],
    *,
    within: Pools,
    in_group: BoolArray,
    keep: BoolArray,
    linked: IntArray,
) -> Comparison:
    """Hold linked pools against each other on the items they share."""
    pools = fits.pools
    nothing = np.zeros(pools.n_blocks)
    if len(linked) < PAIR:
        found = tuple(Measured(unit=unit, reason=APART, logit_reason=APART) for unit in range(len(pools.names)))
        return Comparison(group=names[0], reference=names[1], pools=found, linear_scores=nothing, logit_scores=nothing)
    if len(linked) < pools.n_units:
        stays = np.isin(within.unit, linked)
        left = np.bincount(within.item[stays], minlength=within.n_items) > 0
        keep = keep.copy()
        keep[np.flatnonzero(keep)[~stays]] = False
        within, in_group = within.only(stays), in_group[left]
    named = [int(unit) for unit in linked if unit < len(pools.names)]
    linear, linear_scores = linear_slopes(within, in_group, named)
    logit = logit_slopes(
        pools,
        fits.fit,
        groups,
        in_groups=fits.code,
        n_groups=fits.n_groups,
        units=[int(unit) for unit in linked],
    )
    logit_scores = null_scores(
        within, within_items(pools, fits.null)[keep], fits.null.curvature[keep], in_group[within.item]
    )
    counted = _Counted.of(within, in_group)
    told = dict(zip(named, linear, strict=True))
    chances = {int(unit): slope.times(fits.span) for unit, slope in zip(linked, logit, strict=True)}
    measured = []
    for unit in range(len(pools.names)):
        if unit not in told:
            measured.append(Measured(unit=unit, reason=APART, logit_reason=APART))
            continue
        cells = [one * fits.n_groups + code for one in map(int, linked) for code in groups]
        measured.append(
            counted.measured(unit, told[unit], chances[unit], is_alike=bool(fits.cell_is_alike[cells].any()))
        )
    return Comparison(
        group=names[0],
        reference=names[1],
        pools=tuple(measured),
        linear_scores=linear_scores,
        logit_scores=logit_scores,
        within=within,
        in_group=in_group,
    )


@dataclass(frozen=True)
class _Counted:
    """Who labelled both groups, and which items are shared."""

    pools: Pools
    in_group: BoolArray
    is_on_both: BoolArray
    is_varied: bool

    @classmethod
    def of(cls, within: Pools, in_group: BoolArray) -> _Counted:
        on_group = in_group[within.item]
        own, other = (np.bincount(within.block[side], minlength=within.n_blocks) > 0 for side in (on_group, ~on_group))
        return cls(within, in_group, own & other, bool(np.ptp(within.value) > 0))

    def annotators(self, blocks: BoolArray) -> int:
        return len(np.unique(self.pools.annotator_of_block[self.is_on_both & blocks]))

    def measured(self, unit: int, linear: Slope, logit: Slope, *, is_alike: bool) -> Measured:
        is_own = self.pools.unit_of_block == unit
        own, others = self.annotators(is_own), self.annotators(~is_own)
        by_item = self.pools.by_item
        is_shared = (by_item[:, unit] > 0) & (by_item.sum(axis=1) > by_item[:, unit])
        reason = ""
        if min(own, others) < FEWEST_ANNOTATORS:
            reason = TOO_FEW
        elif not self.is_varied:
            reason = ALIKE
        elif np.isnan(linear.error):
            reason = NOT_TOLD
        return Measured(
            unit=unit,
            linear=linear,
            logit=logit,
            reason=reason,
            logit_reason=reason or (ALIKE_CELL if is_alike else ""),
            annotators=own,
            annotators_others=others,
            labels=int((self.pools.unit == unit).sum()),
            n_items=int((is_shared & self.in_group).sum()),
            n_items_reference=int((is_shared & ~self.in_group).sum()),
        )
