"""From measured comparisons to records: p-values of the whole family, and which pools are flagged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from biasaudit.data.table import FloatArray
from biasaudit.measures import benjamini_hochberg
from biasaudit.results import Estimate, PoolEffect, estimated, undefined
from biasaudit.traces.disclosure import FEWEST_ANNOTATORS
from biasaudit.traces.pools.layout import PAIR, Pools
from biasaudit.traces.pools.linear import Slope, clustered, joint_slopes
from biasaudit.traces.pools.measured import Comparison, Measured
from biasaudit.traces.pools.shuffles import flipped_p, shuffled_p, shuffles_for

#: A flagged effect has an adjusted p-value below this.
SIGNIFICANT = 0.05
LINEAR_METHOD = "least squares with item and annotator effects; clustered by annotator"
LOGIT_METHOD = "ridge many-facet logit, mean difference of chances; clustered by annotator"
ANCHORED_METHOD = "least squares with reference labels and annotator effects; clustered by annotator"
ANCHORED_LOGIT_METHOD = (
    "logit with reference labels and ridge annotators, mean difference of chances; clustered by annotator"
)
BECAUSE_OF_ANOTHER = "it differs from the others only because another pool that is flagged is among them"


#: What effects are counted in.
Scale = Literal["share", "value"]


@dataclass(frozen=True, kw_only=True)
class PoolScale:
    """What effects are counted in, and how sure.

    Attributes
    ----------
    name : str
        ``share`` or ``value``.
    level : float
        Level of intervals.
    seed : int
        Seed of shuffles.
    """

    name: Scale
    level: float
    seed: int


@dataclass(frozen=True, kw_only=True)
class _Tests:
    """p-values by estimator, shape (comparisons, pools); NaN where nothing is told."""

    linear: list[FloatArray]
    logit: list[FloatArray]


def pool_effects(measured: Sequence[tuple[Pools, str, Comparison]], scale: PoolScale) -> tuple[PoolEffect, ...]:
    """Write the records of all comparisons of a trace, which are one family.

    Parameters
    ----------
    measured : sequence of (Pools, str, Comparison)
        Labels of a kind, attribute, and what was measured.
    scale : PoolScale
        What effects are counted in.

    Returns
    -------
    tuple of PoolEffect
        One a pool and comparison, in their order.
    """
    family = sum(len(comparison.pools) for _, _, comparison in measured)
    raw = _p_values(measured, scale, shuffles_for(family))
    linear, logit = ([*_adjusted(of_kind)] for of_kind in (raw.linear, raw.logit))
    records: list[PoolEffect] = []
    for at, (pools, attribute, comparison) in enumerate(measured):
        clear = [
            _is_clear(one, p, other, scale.level)
            for one, p, other in zip(comparison.pools, linear[at], logit[at], strict=True)
        ]
        flagged = _kept_flags(comparison, clear, scale.level)
        for place, one in enumerate(comparison.pools):
            tested = (raw.linear[at][place], linear[at][place], raw.logit[at][place], logit[at][place])
            note = BECAUSE_OF_ANOTHER if clear[place] and not flagged[place] else ""
            records.append(
                _record(pools, attribute, comparison, one, tested, flagged=flagged[place], note=note, scale=scale)
            )
    return tuple(records)


def _p_values(measured: Sequence[tuple[Pools, str, Comparison]], scale: PoolScale, shuffles: int) -> _Tests:
    """Shuffle the names of each kind of pool once for all its comparisons and both estimators."""
    found = _Tests(
        linear=[np.full(len(one.pools), np.nan) for _, _, one in measured],
        logit=[np.full(len(one.pools), np.nan) for _, _, one in measured],
    )
    for kind in dict.fromkeys(pools.kind for pools, _, _ in measured):
        places = [at for at, (pools, _, _) in enumerate(measured) if pools.kind == kind]
        both = [(measured[at][2].linear_scores, found.linear[at]) for at in places]
        both += [(measured[at][2].logit_scores, found.logit[at]) for at in places]
        tests = [
            (column, one.unit)
            for column, at in enumerate([*places, *places])
            for one in measured[at][2].pools
            if not one.anchored and not (one.reason if column < len(places) else one.logit_reason)
        ]
        if not tests:
            continue
        scores = np.column_stack([of_block for of_block, _ in both])
        unit_of_block = measured[places[0]][0].unit_of_block
        p_values = shuffled_p(scores, unit_of_block, tests, shuffles=shuffles, seed=scale.seed)
        for (column, unit), p in zip(tests, p_values, strict=True):
            both[column][1][unit] = p
    for at, (_, _, comparison) in enumerate(measured):
        for one in comparison.pools:
            if one.anchored and not one.reason and one.scores is not None:
                found.linear[at][one.unit] = flipped_p(one.scores, shuffles=shuffles, seed=scale.seed)
            if one.anchored and not one.logit_reason:
                found.logit[at][one.unit] = one.logit.p_value
    return found


def _adjusted(p_values: Sequence[FloatArray]) -> list[FloatArray]:
    whole = benjamini_hochberg(np.concatenate([*p_values, np.empty(0)]))
    return list(np.split(whole, np.cumsum([len(part) for part in p_values])[:-1])) if len(p_values) else []


def _is_clear(one: Measured, p: float, logit_p: float, level: float) -> bool:
    """Whether both estimators tell an effect of the same sign."""
    if one.reason or one.logit_reason or not (p < SIGNIFICANT and logit_p < SIGNIFICANT):
        return False
    same = one.linear.value * one.logit.value > 0
    return same and one.linear.is_clear(level) and one.logit.is_clear(level)


def _kept_flags(comparison: Comparison, clear: list[bool], level: float) -> list[bool]:
    """Keep a flag only where a pool still differs once the pools that stand further off are left out.

    Each pool is held against all the others. One that labels a group otherwise therefore pulls all
    the others the opposite way, and they must not be named for it. From one regression with all
    pools, the pool that is furthest from the mean of the others, each counting once, is taken out
    again and again, flagged or not, until none is clear of the rest. After the first, a pool keeps
    its flag only where it stands apart from every pool that is not flagged: of two that label alike and one
    that does not, neither of the two is the one that labels otherwise.
    """
    within = comparison.within
    if within is None or sum(clear) <= 1 or within.n_units == PAIR:
        return list(clear)
    effects, influence = joint_slopes(within, comparison.in_group)

    def held(unit: int, others: list[int]) -> Slope:
        contrast = np.zeros(len(effects))
        contrast[unit], contrast[others] = 1.0, -1.0 / len(others)
        moved: FloatArray = influence @ contrast
        return clustered(float(effects @ contrast), moved, within, within.unit_of_block == unit)

    everyone = [int(unit) for unit in np.unique(within.unit)]
    left, named, is_first = list(everyone), list[int](), True
    # One look at every pool: a Bonferroni share of the error for each.
    strict = 1 - (1 - level) / len(everyone)
    while len(left) >= PAIR:
        against = {unit: [other for other in left if other != unit] for unit in left}
        slopes = {unit: held(unit, against[unit]) for unit in left}
        standing = [unit for unit in left if slopes[unit].is_clear(level)]
        if not standing:
            break
        furthest = max(standing, key=lambda unit: abs(slopes[unit].value))
        if furthest < len(clear) and clear[furthest]:
            sign = np.sign(comparison.pools[furthest].linear.value)
            rest = [] if is_first else [one for one in everyone if one != furthest and one not in named]
            apart = [slopes[furthest], *(held(furthest, [one]) for one in rest)]
            if all(slope.is_clear(strict) and slope.value * sign > 0 for slope in apart):
                named.append(furthest)
        left.remove(furthest)
        is_first = False
    if not named:
        sizes = [
            abs(one.linear.value) if is_clear else 0.0 for one, is_clear in zip(comparison.pools, clear, strict=True)
        ]
        named = [int(np.argmax(sizes))]
    return [unit in named for unit in range(len(clear))]


def _record(
    pools: Pools,
    attribute: str,
    comparison: Comparison,
    one: Measured,
    tested: tuple[float, float, float, float],
    *,
    flagged: bool,
    note: str,
    scale: PoolScale,
) -> PoolEffect:
    p, p_adjusted, logit_p, logit_p_adjusted = (None if np.isnan(value) else float(value) for value in tested)
    against = pools.names[1 - one.unit] if pools.n_units == len(pools.names) == PAIR and not one.anchored else None
    return PoolEffect(
        unit_kind=pools.kind,
        unit=pools.names[one.unit],
        against=against,
        attribute=attribute,
        group=comparison.group,
        reference=comparison.reference,
        scale=scale.name,
        anchor="reference" if one.anchored else "items",
        effect=_estimate(one.linear, one.reason, ANCHORED_METHOD if one.anchored else LINEAR_METHOD, scale.level),
        logit=_estimate(
            one.logit, one.logit_reason, ANCHORED_LOGIT_METHOD if one.anchored else LOGIT_METHOD, scale.level
        ),
        p_value=p,
        p_adjusted=p_adjusted,
        logit_p_value=logit_p,
        logit_p_adjusted=logit_p_adjusted,
        flagged=flagged,
        detectable=None if one.reason or one.linear.error <= 0 else one.linear.detectable,
        note=note,
        annotators=one.annotators if one.annotators >= FEWEST_ANNOTATORS else None,
        annotators_others=one.annotators_others if one.annotators_others >= FEWEST_ANNOTATORS else None,
        labels=one.labels,
        n_items=one.n_items,
        n_items_reference=one.n_items_reference,
    )


def _estimate(slope: Slope, reason: str, method: str, level: float) -> Estimate:
    if reason:
        return undefined(reason, method=method, level=level)
    if np.isnan(slope.error):
        return estimated(slope.value, method=method, level=level)
    return estimated(slope.value, *slope.interval(level), method=method, level=level)
