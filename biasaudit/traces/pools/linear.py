"""The effect of each pool on a group's labels by least squares with item and annotator effects.

    y_l = item_{i(l)} + annotator_{j(l)} + delta_u [label l is by pool u, on an item of group g] + rest

over the labels on items of the group and of its reference. Item effects hold merit and difficulty
fixed, annotator effects how strict somebody is with everybody; what is left in delta is how far
pool u, against all the others, labels group g otherwise than the reference group. By the theorem
of Frisch, Waugh and Lovell delta is the slope of y on the indicator after both effects are taken
out of either. An annotator who works in several pools has an effect in each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from biasaudit.data.table import BoolArray, FloatArray
from biasaudit.measures.intervals import t_quantile
from biasaudit.traces.pools.layout import PAIR, Pools
from biasaudit.traces.pools.two_facets import ROUNDING, TOLERANCE, TwoFacets, sums_by

#: Columns that are held in memory at once, each as long as the log.
COLUMNS_AT_ONCE = 8
#: Chance with which the smallest effect that could have been seen is seen (Cohen 1988).
POWER = 0.8
#: Two-sided error of the comparison behind it.
ERROR = 0.05


@dataclass(frozen=True, kw_only=True)
class Slope:
    """An effect with its standard error, clustered by annotator.

    Attributes
    ----------
    value : float
        The effect; NaN where labels do not tell it.
    error : float
        Standard error; NaN where there is none.
    freedom : float
        Degrees of freedom: annotators on both sides count, not labels.
    """

    value: float
    error: float
    freedom: float

    def interval(self, level: float) -> tuple[float, float]:
        """Give the interval from Student's t."""
        reach = t_quantile(level, self.freedom) * self.error
        return self.value - reach, self.value + reach

    def times(self, factor: float) -> Slope:
        """Give the same in other units."""
        return Slope(value=self.value * factor, error=self.error * abs(factor), freedom=self.freedom)

    def is_clear(self, level: float) -> bool:
        """Whether the interval is clear of zero."""
        low, high = self.interval(level)
        return low > 0 or high < 0

    @property
    def p_value(self) -> float:
        """Two-sided p-value from Student's t."""
        return float(2 * stdtr(self.freedom, -abs(self.value) / self.error)) if self.error > 0 else float("nan")

    @property
    def detectable(self) -> float:
        """Smallest effect, in size, that would have been told from none with 80 % power."""
        return float((stdtrit(self.freedom, 1 - ERROR / 2) + stdtrit(self.freedom, POWER)) * self.error)


#: What is not told.
NO_SLOPE = Slope(value=float("nan"), error=float("nan"), freedom=float("nan"))


def linear_slopes(pools: Pools, in_group: BoolArray, units: Sequence[int]) -> tuple[list[Slope], FloatArray]:
    r"""Estimate the effect of pools on one group.

    .. math:: \hat\delta_u = \frac{\sum_l \tilde d_{ul} \tilde y_l}{\sum_l \tilde d_{ul}^2}, \qquad
        \widehat{V} = \frac{\sum_j c_j^2}{(\sum_l \tilde d_{ul}^2)^2}, \quad
        c_j = \sum_{l \in j} \tilde d_{ul} (\tilde y_l - \hat\delta_u \tilde d_{ul}) \sqrt{\tfrac{n_i}{n_i - 1}}

    with tildes for what item and annotator effects leave, and the squares of the k annotators on
    either side multiplied by k / (k - 1). The root gives back what the effect of an item takes from
    the residuals of its n labels: without it, intervals on three labels an item are a fifth too short.

    Parameters
    ----------
    pools : Pools
        Labels on items of the group and its reference only.
    in_group : array of bool, shape (items,)
        Whether an item is of the group.
    units : sequence of int
        Pools wanted, each against all the others.

    Returns
    -------
    slopes : list of Slope
        One a pool.
    scores : array of float, shape (blocks,)
        Sum of what is left of the labels of each block on the group's items; a pool's sum over its
        blocks is the numerator of its slope, whichever annotators the pool is made of.

    References
    ----------
    A. C. Cameron and D. L. Miller (2015), A Practitioner's Guide to Cluster-Robust Inference,
    Journal of Human Resources 50; R. M. Bell and D. F. McCaffrey (2002), Survey Methodology 28, for
    residuals made as large as errors; degrees of freedom after F. E. Satterthwaite (1946), Biometrics
    Bulletin 2.
    """
    facets = TwoFacets(
        item=pools.item,
        annotator=pools.block,
        n_items=pools.n_items,
        n_annotators=pools.n_blocks,
        weight=np.ones(len(pools.item)),
    )
    on_group = in_group[pools.item]
    counts = np.bincount(pools.item, minlength=pools.n_items)
    swell = np.sqrt(counts / np.maximum(counts - 1, 1))[pools.item]
    slopes: list[Slope] = []
    left = np.empty(0)
    for start in range(0, len(units), COLUMNS_AT_ONCE):
        wanted = list(units[start : start + COLUMNS_AT_ONCE])
        # Two pools mirror each other, so that one column tells both.
        solved = wanted[:1] if len(wanted) == PAIR == pools.n_units else wanted
        columns = [(pools.unit == unit) & on_group for unit in solved]
        parts = facets.residual(
            np.column_stack([pools.value, *columns] if not len(left) else columns).astype(float), tolerance=TOLERANCE
        )
        if not len(left):
            left, parts = parts[:, 0], parts[:, 1:]
        found = [_slope(pools, unit, parts[:, place], left, swell) for place, unit in enumerate(solved)]
        if len(solved) < len(wanted):
            found.append(found[0].times(-1))
        slopes += found
    return slopes, np.asarray(np.bincount(pools.block, np.where(on_group, left, 0.0), pools.n_blocks), dtype=float)


def joint_slopes(pools: Pools, in_group: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Estimate the effects of all pools on one group in one regression.

    Parameters
    ----------
    pools : Pools
        Labels on items of the group and its reference only, by pools that shared items link.
    in_group : array of bool, shape (items,)
        Whether an item is of the group.

    Returns
    -------
    effects : array of float, shape (pools,)
        Effect of each pool against the first that has labels; only differences of them mean anything.
    influence : array of float, shape (blocks, pools)
        By how much each block moves them.
    """
    facets = TwoFacets(
        item=pools.item,
        annotator=pools.block,
        n_items=pools.n_items,
        n_annotators=pools.n_blocks,
        weight=np.ones(len(pools.item)),
    )
    on_group = in_group[pools.item]
    _, *others = np.unique(pools.unit)
    columns = [(pools.unit == unit) & on_group for unit in others]
    parts = facets.residual(np.column_stack([pools.value, *columns]).astype(float))
    value, design = parts[:, 0], parts[:, 1:]
    inverse = np.linalg.pinv(design.T @ design)
    slopes = inverse @ (design.T @ value)
    counts = np.bincount(pools.item, minlength=pools.n_items)
    swell = np.sqrt(counts / np.maximum(counts - 1, 1))[pools.item]
    scores = sums_by(pools.block, design * ((value - design @ slopes) * swell)[:, None], pools.n_blocks)
    effects, influence = np.zeros(pools.n_units), np.zeros((pools.n_blocks, pools.n_units))
    effects[others], influence[:, others] = slopes, scores @ inverse
    return effects, influence


def _slope(pools: Pools, unit: int, column: FloatArray, left: FloatArray, swell: FloatArray) -> Slope:
    """Give one slope with its clustered standard error."""
    information = float(column @ column)
    if information < ROUNDING * len(column):
        return NO_SLOPE
    value = float(column @ left) / information
    by_block = np.bincount(pools.block, column * (left - value * column) * swell, pools.n_blocks)
    return clustered(value, by_block / information, pools, pools.unit_of_block == unit)


def clustered(value: float, influence: FloatArray, pools: Pools, is_own: BoolArray) -> Slope:
    """Build a slope from what each block adds to it.

    Parameters
    ----------
    value : float
        The effect.
    influence : array of float, shape (blocks,)
        By how much each block moves it.
    pools : Pools
        Tells the annotator of each block.
    is_own : array of bool, shape (blocks,)
        Whether the block is of the pool, not of the others; an annotator of both counts for the
        side where the larger part of the influence is.
    """
    acts = influence != 0
    size = int(pools.annotator_of_block.max()) + 1
    by_annotator = np.bincount(pools.annotator_of_block, influence, size)
    acting = np.bincount(pools.annotator_of_block[acts], minlength=size) > 0
    lean = np.bincount(pools.annotator_of_block, np.where(is_own, 1, -1) * np.abs(influence), size)
    sides = [by_annotator[acting & (lean > 0)], by_annotator[acting & (lean <= 0)]]
    sides = [side for side in sides if len(side)]
    if not sides or any(len(side) < PAIR for side in sides):
        return Slope(value=value, error=float("nan"), freedom=float("nan"))
    variances = np.array([float(side @ side) * len(side) / (len(side) - 1) for side in sides])
    total = float(variances.sum())
    if total <= 0:
        return Slope(value=value, error=0.0, freedom=float(sum(map(len, sides)) - len(sides)))
    freedom = total**2 / float(sum(part**2 / (len(side) - 1) for part, side in zip(variances, sides, strict=True)))
    return Slope(value=value, error=float(np.sqrt(total)), freedom=freedom)
