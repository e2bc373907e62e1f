"""What one unit's labels would have been, had another unit (or the average of all) given them.

Units are compared on the items that several of them labelled. In each cell of people the model is

    P(label = 1 | item i, unit u) = logistic(eta_u + s_u z_i),    z_i ~ Normal(0, 1),

a many-facet logit whose item facet is integrated out by quadrature (Linacre, Many-Facet Rasch
Measurement, 1989; Bock and Aitkin, Psychometrika 46, 1981), so that a few labels an item suffice.
Fitting cell by cell lets a unit differ more for some people than for others. A label is then moved
from its own unit's chance p to the reference's chance q with as little change as possible: for
q > p a label of 0 becomes 1 with chance (q - p) / (1 - p), for q < p a label of 1 stays with chance
q / p; otherwise it stays. Both chances are averaged over what the item's labels leave possible for
z. A unit that does not differ from the reference keeps its labels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from biasaudit.data.table import FloatArray
from biasaudit.errors import NotApplicableError
from biasaudit.traces.ballots import Ballots, IntArray

#: Nodes of the quadrature over items.
NODES = 15
#: Weak penalty (in labels) that keeps a unit without labels in a cell near the others.
PENALTY = 0.05
#: Penalty (in labels) on units telling items apart more or less sharply than the others: a few labels cannot show it.
SPREAD_PENALTY = 4.0
#: Two units are linked where they labelled at least so many items both.
FEWEST_SHARED = 30
#: Cells of people with fewer labelled items are fitted together.
FEWEST_ITEMS = 100
#: Keeps chances away from 0 and 1 where they divide.
FLOOR = 1e-9

_POINTS, _RAW_WEIGHTS = np.polynomial.hermite_e.hermegauss(NODES)
_WEIGHTS = _RAW_WEIGHTS / _RAW_WEIGHTS.sum()


@dataclass(frozen=True, kw_only=True)
class Facets:
    """A fitted cell.

    Attributes
    ----------
    location : array of float, shape (units,)
        eta: log-odds of a positive label on a middling item, by unit.
    spread : array of float, shape (units,)
        s: standard deviation of items in log-odds, by unit: how sharply a unit tells items apart.
    """

    location: FloatArray
    spread: FloatArray

    @property
    def chances(self) -> FloatArray:
        """P(label = 1) by unit and node, shape (units, nodes)."""
        return np.asarray(np.clip(expit(self.location[:, None] + self.spread[:, None] * _POINTS), FLOOR, 1 - FLOOR))

    def posterior(self, positive: FloatArray, total: FloatArray) -> FloatArray:
        """Give what the labels of items leave possible for z: shape (patterns, nodes), rows add up to 1."""
        log_chance = positive @ np.log(self.chances) + (total - positive) @ np.log1p(-self.chances)
        likelihood = np.exp(log_chance - log_chance.max(axis=1, keepdims=True)) * _WEIGHTS
        return np.asarray(likelihood / likelihood.sum(axis=1, keepdims=True))


def fit_facets(positive: FloatArray, total: FloatArray, weight: FloatArray) -> Facets:
    """Fit one cell by penalised marginal likelihood.

    Parameters
    ----------
    positive, total : array of float, shape (patterns, units)
        Positive labels, and all labels, of each unit on items of each pattern.
    weight : array of float, shape (patterns,)
        Items of each pattern.

    Returns
    -------
    Facets
        The fit.

    Examples
    --------
    >>> positive = np.array([[1.0, 1.0], [0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    >>> fit = fit_facets(positive, np.ones((4, 2)), np.array([40.0, 40.0, 20.0, 5.0]))
    >>> bool(fit.location[0] > fit.location[1])
    True
    """
    n_units = positive.shape[1]
    rate = (weight @ positive).sum() / max(float((weight @ total).sum()), 1.0)
    start = np.concatenate([np.full(n_units, np.log((rate + 0.01) / (1.01 - rate))), np.zeros(n_units)])

    def loss(parameters: FloatArray) -> tuple[float, FloatArray]:
        location, log_spread = parameters[:n_units], parameters[n_units:]
        spread = np.exp(log_spread)
        logits = location[:, None] + spread[:, None] * _POINTS
        log_chance = positive @ -np.logaddexp(0, -logits) + (total - positive) @ -np.logaddexp(0, logits)
        highest = log_chance.max(axis=1, keepdims=True)
        likelihood = np.exp(log_chance - highest) * _WEIGHTS
        sums = likelihood.sum(axis=1, keepdims=True)
        mass = weight[:, None] * likelihood / sums
        slope = mass.T @ positive - (mass.T @ total) * expit(logits).T
        apart, wide = location - location.mean(), log_spread - log_spread.mean()
        penalty = PENALTY * float(apart @ apart + log_spread.mean() ** 2) + SPREAD_PENALTY * float(wide @ wide)
        value = -float(weight @ (np.log(sums) + highest)[:, 0]) + penalty / 2
        by_location = -slope.sum(axis=0) + PENALTY * apart
        by_spread = -spread * (_POINTS @ slope) + PENALTY * log_spread.mean() / n_units + SPREAD_PENALTY * wide
        return value, np.concatenate([by_location, by_spread])

    bounds = [(-15.0, 15.0)] * n_units + [(-4.0, 3.0)] * n_units
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    return Facets(location=found.x[:n_units], spread=np.exp(found.x[n_units:]))


def moved_labels(
    ballots: Ballots,
    unit: IntArray,
    cell: IntArray,
    *,
    target: int | None,
    n_units: int,
    copies: FloatArray | None = None,
) -> FloatArray:
    """Move every label to what the reference would have said.

    Parameters
    ----------
    ballots : Ballots
        Labels of 0 and 1.
    unit : array of int, shape (labels,)
        Unit of each label from 0; labels of -1 take no part and stay.
    cell : array of int, shape (items,)
        Cell of people of each item, from 0.
    target : int or None
        The unit that serves as reference; None for the average of all units, each counting once.
    n_units : int
        Number of units.
    copies : array of float, shape (items,), optional
        How often each item stands in a resample.

    Returns
    -------
    array of float, shape (labels,)
        Chance that the reference's label is positive, given the label that was given.
    """
    moved = ballots.label.copy()
    takes_part = unit >= 0
    place = ballots.item[takes_part] * n_units + unit[takes_part]
    size = ballots.n_items * n_units
    ones = np.ones(len(place))
    total = _counted(place, ones, size).reshape(-1, n_units)
    positive = _counted(place, ballots.label[takes_part], size).reshape(-1, n_units)
    weight = np.ones(ballots.n_items) if copies is None else copies
    for one in np.unique(cell):
        items = np.flatnonzero(cell == one)
        patterns, which = _patterns(positive[items], total[items])
        mass = _counted(which, weight[items], len(patterns))
        patterns_positive, patterns_total = patterns[:, :n_units], patterns[:, n_units:]
        fit = fit_facets(patterns_positive, patterns_total, mass)
        shifts = _shifts(fit, patterns_positive, patterns_total, target)
        pattern_of_item = np.full(ballots.n_items, -1, dtype=np.intp)
        pattern_of_item[items] = which
        own = takes_part & (pattern_of_item[ballots.item] >= 0)
        label = ballots.label[own].astype(np.intp)
        moved[own] = shifts[label, pattern_of_item[ballots.item[own]], unit[own]]
    if target is not None:
        moved[unit == target] = ballots.label[unit == target]
    return moved


def _counted(place: IntArray, weight: FloatArray, size: int) -> FloatArray:
    return np.asarray(np.bincount(place, weight, size), dtype=float)


def _patterns(positive: FloatArray, total: FloatArray) -> tuple[FloatArray, IntArray]:
    """Group items with the same counts: they carry the same information."""
    rows = np.hstack([positive, total])
    radix = rows.max(axis=0).astype(np.int64) + 1
    if np.log2(radix.astype(float)).sum() < 60:  # noqa: PLR2004 - a key of 63 bits holds it
        steps = np.concatenate([[1], np.cumprod(radix[:-1])])
        _, first, which = np.unique(rows.astype(np.int64) @ steps, return_index=True, return_inverse=True)
        return rows[first], which.astype(np.intp)
    patterns, which = np.unique(rows, axis=0, return_inverse=True)
    return patterns, which.reshape(-1).astype(np.intp)


def _shifts(fit: Facets, positive: FloatArray, total: FloatArray, target: int | None) -> FloatArray:
    """Chance of a positive reference label by given label, pattern and unit: shape (2, patterns, units)."""
    chance = fit.chances
    wanted = chance.mean(axis=0) if target is None else chance[target]
    posterior = fit.posterior(positive, total)
    raised = posterior @ np.maximum(0.0, (wanted - chance) / (1 - chance)).T
    kept = posterior @ np.minimum(1.0, wanted / chance).T
    return np.stack([raised, kept])


def shared_items(ballots: Ballots, unit: IntArray, n_units: int) -> IntArray:
    """Count the items that each pair of units labelled both.

    Returns
    -------
    array of int, shape (units, units)
        The diagonal counts the items of each unit.
    """
    seen = np.zeros((ballots.n_items, n_units))
    takes_part = unit >= 0
    seen[ballots.item[takes_part], unit[takes_part]] = 1
    return np.asarray(np.rint(seen.T @ seen), dtype=np.intp)


def require_linked(shared: IntArray, names: tuple[str, ...]) -> None:
    """Refuse to compare units that no shared items link.

    Raises
    ------
    NotApplicableError
        Naming the units that stand apart.
    """
    reached = {0}
    while True:
        more = {int(other) for one in reached for other in np.flatnonzero(shared[one] >= FEWEST_SHARED)} - reached
        if not more:
            break
        reached |= more
    apart = [name for place, name in enumerate(names) if place not in reached]
    if apart:
        raise NotApplicableError(
            f"{', '.join(apart)} and {names[0]} are not linked by items that both labelled (at least {FEWEST_SHARED} "
            "are needed, directly or through other units), so that their labels cannot be told from their items; "
            "reference labels in a column would anchor them"
        )


def merged_cells(cell: IntArray) -> IntArray:
    """Put cells with few items into one.

    Parameters
    ----------
    cell : array of int, shape (items,)
        Cell of each item.

    Returns
    -------
    array of int, shape (items,)
        The same, with one common cell for all that have fewer than 100 items.
    """
    sizes = np.bincount(cell)
    small = sizes < FEWEST_ITEMS
    return np.where(small[cell], len(sizes), cell).astype(np.intp)
