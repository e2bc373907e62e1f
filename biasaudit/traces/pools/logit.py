"""The effect of each pool on a group's labels by a sparse many-facet logit.

    logit P(y_l = 1) = item_{i(l)} + severity_{j(l)} + cell_{u(l), g(i(l))}

with a normal prior of variance 1 (a ridge) on items and annotators and none on the cells of pool
and group (Linacre, Many-Facet Rasch Measurement, 1989). Items are one facet, annotators the other
(in each pool, where they work in several), and Newton's method needs the same sparse solves as the
linear estimator, with the weights p (1 - p). Labels on a longer scale are brought to 0 to 1: the
same equations then are a quasi-likelihood (Papke and Wooldridge, Journal of Applied Econometrics
11, 1996), whose standard errors by annotator do not need labels to be yes or no.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from biasaudit.data.table import BoolArray, FloatArray
from biasaudit.traces.ballots import IntArray
from biasaudit.traces.pools.layout import Pools
from biasaudit.traces.pools.linear import NO_SLOPE, Slope, clustered
from biasaudit.traces.pools.two_facets import TwoFacets

#: Penalty on items and annotators: a standard normal prior in log-odds.
RIDGE = 1.0
#: Newton's method ends after a step no longer than this, in log-odds: what is left is of the size of its square.
STILL = 2e-3
#: It ends after so many steps at most.
MOST_STEPS = 40
#: Precision of the linear solves on the way, and of the last one.
ROUGH, FINE = 1e-3, 1e-7
#: Steps longer than this, in log-odds, are cut: far from the solution the curvature misleads.
LONGEST_STEP = 2.0
#: Log-odds beyond this say always or never.
FARTHEST = 12.0
#: Keeps the curvature of a label above zero.
FLATTEST = 1e-6


@dataclass(frozen=True, kw_only=True)
class LogitFit:
    """A fitted logit.

    Attributes
    ----------
    log_odds : array of float, shape (labels,)
        Of each label as given.
    rest : array of float, shape (labels,)
        Label minus its chance.
    curvature : array of float, shape (labels,)
        Chance times its complement.
    cell : array of int, shape (labels,)
        Cell of each label.
    items, blocks : array of float, shape (items,) and (blocks,)
        How much more, in log-odds, an item or a block gets or gives positive labels.
    effect : array of float, shape (cells,)
        Log-odds of each cell on a middling item by a middling annotator.
    influence : array of float, shape (blocks, cells)
        By how much each block moves each effect.
    """

    log_odds: FloatArray
    rest: FloatArray
    curvature: FloatArray
    cell: IntArray
    items: FloatArray
    blocks: FloatArray
    effect: FloatArray
    influence: FloatArray


def fit_logit(
    pools: Pools,
    value: FloatArray,
    cell: IntArray,
    n_cells: int,
    *,
    item_ridge: float = RIDGE,
    annotator_ridge: float = RIDGE,
    start: LogitFit | None = None,
) -> LogitFit:
    """Fit the logit by Newton's method.

    Parameters
    ----------
    pools : Pools
        The labels' items and blocks.
    value : array of float, shape (labels,)
        Labels from 0 to 1.
    cell : array of int, shape (labels,)
        Cell of each label, from 0; every cell has labels.
    n_cells : int
        How many cells there are.
    item_ridge, annotator_ridge : float
        Penalties in labels.
    start : LogitFit, optional
        A fit of the same labels with other cells, to begin with.

    Returns
    -------
    LogitFit
        The fit, with influences clustered by block.
    """
    spread = _Spread(pools, cell, n_cells, item_ridge, annotator_ridge)
    rate = np.bincount(cell, value, n_cells) / np.bincount(cell, minlength=n_cells)
    edge = expit(-FARTHEST)
    effect = np.log(np.clip(rate, edge, 1 - edge) / (1 - np.clip(rate, edge, 1 - edge)))
    items, blocks = np.zeros(pools.n_items), np.zeros(pools.n_blocks)
    if start is not None:
        items, blocks = start.items, start.blocks
        effect = np.bincount(cell, start.effect[start.cell], n_cells) / np.bincount(cell, minlength=n_cells)
    along: FloatArray | None = None
    for _ in range(MOST_STEPS):
        log_odds = items[pools.item] + blocks[pools.block] + effect[cell]
        chance = expit(log_odds)
        rest = value - chance
        curvature = np.maximum(chance * (1 - chance), FLATTEST)
        along, step_items, step_blocks, step = spread.newton(rest, curvature, items, blocks, along)
        length = min(1.0, LONGEST_STEP / max(float(np.abs(step).max()), LONGEST_STEP))
        items, blocks = items + length * step_items, blocks + length * step_blocks
        effect = np.clip(effect + length * step, -FARTHEST, FARTHEST)
        if max(np.abs(step).max(), np.abs(step_blocks).max()) < STILL:
            break
    log_odds = items[pools.item] + blocks[pools.block] + effect[cell]
    chance = expit(log_odds)
    rest, curvature = value - chance, np.maximum(chance * (1 - chance), FLATTEST)
    return LogitFit(
        log_odds=log_odds,
        rest=rest,
        curvature=curvature,
        cell=cell,
        items=items,
        blocks=blocks,
        effect=effect,
        influence=spread.influence(rest, curvature, items, along),
    )


@dataclass(frozen=True)
class _Spread:
    """What stays the same from one Newton step to the next."""

    pools: Pools
    cell: IntArray
    n_cells: int
    item_ridge: float
    annotator_ridge: float

    def facets(self, curvature: FloatArray) -> TwoFacets:
        return TwoFacets(
            item=self.pools.item,
            annotator=self.pools.block,
            n_items=self.pools.n_items,
            n_annotators=self.pools.n_blocks,
            weight=curvature,
            item_ridge=self.item_ridge,
            annotator_ridge=self.annotator_ridge,
        )

    def crossed(self, amount: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Sum amounts by item and cell, and by block and cell."""
        pools, n = self.pools, self.n_cells
        by_item = np.bincount(pools.item * np.intp(n) + self.cell, amount, pools.n_items * n).reshape(-1, n)
        by_block = np.bincount(pools.block * np.intp(n) + self.cell, amount, pools.n_blocks * n).reshape(-1, n)
        return np.asarray(by_item, dtype=float), np.asarray(by_block, dtype=float)

    def newton(
        self, rest: FloatArray, curvature: FloatArray, items: FloatArray, blocks: FloatArray, along: FloatArray | None
    ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Give how blocks go along with cells, and one step of items, blocks and cells."""
        facets, n = self.facets(curvature), self.n_cells
        by_item, by_block = self.crossed(curvature)
        slope_items = np.bincount(self.pools.item, rest, self.pools.n_items) - self.item_ridge * items
        slope_blocks = np.bincount(self.pools.block, rest, self.pools.n_blocks) - self.annotator_ridge * blocks
        start = None if along is None else np.column_stack([along, np.zeros(len(blocks))])
        all_items, all_blocks = facets.solve(
            np.column_stack([by_item, slope_items]),
            np.column_stack([by_block, slope_blocks]),
            start=start,
            tolerance=ROUGH,
        )
        along_items, along = all_items[:, :n], all_blocks[:, :n]
        slope = np.bincount(self.cell, rest, n) - along_items.T @ slope_items - along.T @ slope_blocks
        information = self._information(by_item, by_block, along_items, along)
        step: FloatArray = np.asarray(np.linalg.lstsq(information, slope, rcond=None)[0], dtype=float)
        return along, all_items[:, n] - along_items @ step, all_blocks[:, n] - along @ step, step

    def _information(
        self, by_item: FloatArray, by_block: FloatArray, along_items: FloatArray, along_blocks: FloatArray
    ) -> FloatArray:
        taken = by_item.T @ along_items + by_block.T @ along_blocks
        return np.asarray(np.diag(by_item.sum(axis=0)) - (taken + taken.T) / 2)

    def influence(
        self, rest: FloatArray, curvature: FloatArray, items: FloatArray, start: FloatArray | None
    ) -> FloatArray:
        """By how much each block moves each cell, shape (blocks, cells).

        The penalty of an item is shared out evenly over its labels, that of a block is its own: at
        the solution both then leave nothing.
        """
        pools = self.pools
        facets = self.facets(curvature)
        by_item, by_block = self.crossed(curvature)
        along_items, along_blocks = facets.solve(by_item, by_block, start=start, tolerance=FINE)
        penalty = self.item_ridge * items / np.maximum(np.bincount(pools.item, minlength=pools.n_items), 1)
        # As in the linear estimator: what the effect of an item takes from its residuals is given back.
        swell = 1 / np.sqrt(np.maximum(1 - curvature / facets.item_weight[pools.item], FLATTEST))
        matrix = facets.matrix.copy()
        matrix.data = (rest - penalty[pools.item]) * swell
        scores = self.crossed(rest * swell)[1] - matrix.T @ along_items
        information = self._information(by_item, by_block, along_items, along_blocks)
        return np.asarray(scores @ np.linalg.pinv(information))


def logit_slopes(
    pools: Pools, fit: LogitFit, groups: tuple[int, int], *, in_groups: IntArray, n_groups: int, units: Sequence[int]
) -> list[Slope]:
    r"""Read the effects of pools on one group from a fit, as differences of chances.

    With :math:`\gamma_u` = cell of pool u and the group minus cell of u and the reference, the
    effect is the mean over all labels on the group's items of

    .. math:: \sigma(\eta_l + \gamma_u) - \sigma(\eta_l + \bar\gamma_{-u})

    where :math:`\eta` is the label's log-odds without its own :math:`\gamma`, and the mean over the
    other pools counts each as often as it labels the group.

    Parameters
    ----------
    pools : Pools
        Labels on all groups' items.
    fit : LogitFit
        Its fit; cells are pool times ``n_groups`` plus group.
    groups : (int, int)
        The group and its reference.
    in_groups : array of int, shape (items,)
        Group of each item.
    n_groups : int
        Number of groups.
    units : sequence of int
        Pools that are compared; the first of them are told by name.

    Returns
    -------
    list of Slope
        One a pool of ``units``, in points of the scale from 0 to 1.
    """
    group, reference = groups
    on_group = np.flatnonzero(in_groups[pools.item] == group)
    takes_part = np.isin(pools.unit[on_group], units)
    on_group = on_group[takes_part]
    unit = pools.unit[on_group]
    gamma = {one: fit.effect[one * n_groups + group] - fit.effect[one * n_groups + reference] for one in units}
    counts = np.bincount(unit, minlength=pools.n_units).astype(float)
    own = np.array([gamma.get(one, 0.0) for one in range(pools.n_units)])
    base = fit.log_odds[on_group] - own[unit]
    slopes = []
    for one in units:
        others = [other for other in units if other != one]
        share = np.array([counts[other] for other in others])
        if share.sum() == 0 or not len(on_group):
            slopes.append(NO_SLOPE)
            continue
        share /= share.sum()
        other_gamma = float(share @ np.array([gamma[other] for other in others]))
        high, low = expit(base + gamma[one]), expit(base + other_gamma)
        by_high, by_low = high * (1 - high), low * (1 - low)
        gradient = np.zeros(len(fit.effect))
        for other, part in [(one, float(by_high.mean())), *zip(others, -share * float(by_low.mean()), strict=True)]:
            gradient[other * n_groups + group] += part
            gradient[other * n_groups + reference] -= part
        moved = np.bincount(unit, by_high - by_low, pools.n_units) / len(unit)
        for other in units:
            gradient[other * n_groups + reference] += moved[other]
        slopes.append(
            clustered(float((high - low).mean()), fit.influence @ gradient, pools, pools.unit_of_block == one)
        )
    return slopes


def within_items(pools: Pools, fit: LogitFit) -> FloatArray:
    """Give what a fit without cells leaves of each label, beside the other labels of its item.

    This is the same for every group, so that one fit serves all tests.
    """
    weight = np.bincount(pools.item, fit.curvature, pools.n_items)
    mean = np.bincount(pools.item, fit.rest, pools.n_items) / weight
    return np.asarray(fit.rest - fit.curvature * mean[pools.item])


def null_scores(pools: Pools, rest: FloatArray, curvature: FloatArray, on_group: BoolArray) -> FloatArray:
    """Give what each block's labels on the group differ by from what its labels on both groups let expect.

    Parameters
    ----------
    pools : Pools
        Labels on items of the group and its reference.
    rest, curvature : array of float, shape (labels,)
        Of these labels: from :func:`within_items` and its fit.
    on_group : array of bool, shape (labels,)
        Whether a label is on an item of the group.
    """
    size = pools.n_blocks
    whole, weight = np.bincount(pools.block, rest, size), np.bincount(pools.block, curvature, size)
    part = np.bincount(pools.block, np.where(on_group, rest, 0.0), size)
    share = np.bincount(pools.block, np.where(on_group, curvature, 0.0), size) / np.where(weight > 0, weight, 1.0)
    return np.asarray(part - share * whole)
