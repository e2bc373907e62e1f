"""What one unit's labels would have been, had another unit (or the average of all) given them.

Units are compared on the items that several of them labelled. In each cell of people, items are taken
for one of two kinds, plainly positive or plainly not, and

    P(label = 1 | item of kind c, unit u) = p_uc,

a many-facet model whose item facet has two levels, fitted by expectation maximisation (Dawid and Skene,
Applied Statistics 28, 1979, with units for observers; Linacre, Many-Facet Rasch Measurement, 1989, for
facets), so that a few labels an item suffice. Fitting cell by cell lets a unit differ more for some
people than for others. The chance that the *other* labels of an item leave for the positive kind is
their evidence. How often each unit says positive given that evidence and the item's features is then
read off the labels themselves (:mod:`biasaudit.traces.attribution.curves`): real items are of more than two kinds,
a majority makes much of labels on items where the others disagree, and moved labels that lost their
relation to the features would teach a model less than real ones. A label is moved from its own unit's
chance p to the reference's chance q with as little change as possible: for q > p a label of 0 becomes 1
with chance (q - p) / (1 - p), for q < p a label of 1 stays with chance q / p; otherwise it stays. A unit
that does not differ from the reference keeps its labels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from biasaudit.data.table import FloatArray
from biasaudit.errors import NotApplicableError
from biasaudit.traces.attribution.curves import fit_curves, gather, moved
from biasaudit.traces.ballots import Ballots, IntArray

#: Labels with the pooled rate that a unit is lent in a cell: keeps one with few labels there near the others.
LENT = 2.0
#: Steps of the fit at most, and the change of a chance at which it is done.
STEPS, DONE = 200, 1e-4
#: An item starts with this chance of the positive kind where all its labels are negative (1 minus it where positive).
START = 0.05
#: Two units are linked where they labelled at least so many items both.
FEWEST_SHARED = 30
#: Cells of people with fewer labelled items are fitted together.
FEWEST_ITEMS = 100
#: Keeps chances away from 0 and 1 where they divide.
FLOOR = 1e-6


@dataclass(frozen=True, kw_only=True)
class Facets:
    """A fitted cell.

    Attributes
    ----------
    positive_kind : float
        Share of items of the positive kind.
    chances : array of float, shape (2, units)
        P(label = 1) by kind (the positive second) and unit.
    """

    positive_kind: float
    chances: FloatArray

    @property
    def steps(self) -> FloatArray:
        """What a label adds to the log-odds of the positive kind, by label (0, 1) and unit."""
        chance = self.chances
        return np.stack([np.log((1 - chance[1]) / (1 - chance[0])), np.log(chance[1] / chance[0])])

    def log_odds(self, positive: FloatArray, total: FloatArray) -> FloatArray:
        """Give the log-odds of the positive kind that the labels of items leave: shape (patterns,)."""
        prior = np.log(self.positive_kind / (1 - self.positive_kind))
        return np.asarray(prior + positive @ self.steps[1] + (total - positive) @ self.steps[0])


def fit_facets(positive: FloatArray, total: FloatArray, weight: FloatArray) -> Facets:
    """Fit one cell.

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
    >>> positive = np.array([[2.0, 1.0], [0.0, 0.0], [2.0, 0.0], [0.0, 1.0]])
    >>> fit = fit_facets(positive, np.array([[2.0, 1.0]] * 4), np.array([40.0, 40.0, 20.0, 5.0]))
    >>> bool(fit.chances[1, 0] > fit.chances[1, 1])
    True
    """
    labels = np.maximum(total.sum(axis=1), 1.0)
    chance = START + (1 - 2 * START) * positive.sum(axis=1) / labels
    items = max(float(weight.sum()), FLOOR)
    for _ in range(STEPS):
        mass = weight * np.stack([1 - chance, chance])
        said, seen = mass @ positive, mass @ total
        pooled = (said.sum(axis=1, keepdims=True) + 0.5) / (seen.sum(axis=1, keepdims=True) + 1)
        fit = Facets(
            positive_kind=float(np.clip(mass[1].sum() / items, FLOOR, 1 - FLOOR)),
            chances=np.clip((said + LENT * pooled) / (seen + LENT), FLOOR, 1 - FLOOR),
        )
        updated = expit(fit.log_odds(positive, total))
        change = float(np.abs(updated - chance).max())
        chance = updated
        if change < DONE:
            break
    return fit


def moved_labels(
    ballots: Ballots,
    unit: IntArray,
    cell: IntArray,
    *,
    target: int | None,
    n_units: int,
    copies: FloatArray | None = None,
    feature: FloatArray | None = None,
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
    feature : array of float, shape (items,), optional
        What the item's features say, in standard deviations (see ``feature_scores``); nothing by default.

    Returns
    -------
    array of float, shape (labels,)
        Chance that the reference's label is positive, given the label that was given.
    """
    answers = ballots.label.copy()
    takes_part = unit >= 0
    place = ballots.item[takes_part] * n_units + unit[takes_part]
    size = ballots.n_items * n_units
    ones = np.ones(len(place))
    total = _counted(place, ones, size).reshape(-1, n_units)
    positive = _counted(place, ballots.label[takes_part], size).reshape(-1, n_units)
    weight = np.ones(ballots.n_items) if copies is None else copies
    drawn = np.zeros(ballots.n_items) if feature is None else feature
    for one in np.unique(cell):
        items = np.flatnonzero(cell == one)
        patterns, which = _patterns(positive[items], total[items])
        patterns_positive, patterns_total = patterns[:, :n_units], patterns[:, n_units:]
        fit = fit_facets(patterns_positive, patterns_total, _counted(which, weight[items], len(patterns)))
        pattern_of_item = np.full(ballots.n_items, -1, dtype=np.intp)
        pattern_of_item[items] = which
        own = np.flatnonzero(takes_part & (pattern_of_item[ballots.item] >= 0))
        item, label = ballots.item[own], ballots.label[own]
        left = fit.log_odds(patterns_positive, patterns_total)[pattern_of_item[item]]
        evidence = expit(left - fit.steps[label.astype(np.intp), unit[own]])
        said = gather(unit[own], label, evidence, drawn[item], weight[item])
        answers[own] = moved(said, fit_curves(said, n_units), target)
    if target is not None:
        answers[unit == target] = ballots.label[unit == target]
    return answers


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
