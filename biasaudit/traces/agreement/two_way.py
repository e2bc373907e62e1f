r"""Two-way bootstrap of coefficients of agreement, over items and annotators, and permutation of groups.

A label is one of its item and one of its annotator, so that two labels of one annotator are no two
independent labels. Both items and annotators are drawn again, and the spread is the sum

.. math:: V = V_{items} + \max(0, V_{annotators} - V_{labels})

(Cameron, Gelbach and Miller 2011, Journal of Business and Economic Statistics 29, 238-249): drawing
items carries the noise of single labels with it, and so does drawing annotators, so that it is taken
off once. Drawing both at a time (the pigeonhole bootstrap: Owen 2007, Annals of Applied Statistics 1,
386-411) is simpler and counts that noise three times for means, and up to seven times for pairs of
labels that weigh :math:`w_i w_a w_b`, which would hide most differences between groups.

- **Items** are drawn with replacement within each group, exactly. An item drawn twice is two items; no
  pair is formed between them.
- **Annotators** weigh independent Poisson(1) counts, the same in every group. A pair of labels
  weighs the product of the weights of its two annotators, so that an annotator drawn twice makes no
  pair with themself. Sums move by their derivative with respect to these weights (first order): a
  million labels need one pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from biasaudit.data.table import FloatArray
from biasaudit.results import Estimate, estimated, undefined
from biasaudit.traces.agreement.coefficients import Coefficient, gradient
from biasaudit.traces.agreement.tallies import Tallies
from biasaudit.traces.ballots import IntArray, renumbered

#: Resamples behind each interval: its ends then move by about a twentieth of its width.
RESAMPLES, FEWEST_RESAMPLES = 2_000, 200
#: Shuffles behind each p-value, and the fewest.
SHUFFLES, FEWEST_SHUFFLES = 1_999, 199
#: Counts drawn for one group above which there are fewer resamples or shuffles.
MOST_DRAWS = 20_000_000
#: Annotators drawn at once.
_AT_ONCE = 1_000
#: Differences no larger than this are none: sums are added up in other orders.
_NOTHING = 1e-9
#: How many of 65,536 equally likely numbers stand for each count from 0: Poisson(1), rounded so that mean and variance
#: are 1 exactly.
_OF_EACH_COUNT = (24_109, 24_109, 12_056, 4_018, 1_005, 200, 33, 5, 1)
_POISSON = np.repeat(np.arange(len(_OF_EACH_COUNT), dtype=float), _OF_EACH_COUNT)
#: An interval is given only where the coefficient exists in this share of resamples.
MOSTLY_DEFINED = 0.95


@dataclass(frozen=True, kw_only=True)
class Resampled:
    """The sums of several groups of items, and how they move.

    Attributes
    ----------
    tallies : Tallies
        Patterns and types behind the sums.
    items : array of float, shape (groups, patterns)
        Items of each pattern.
    sums : array of float, shape (groups, sums)
        As they are.
    drawn : array of float, shape (groups, resamples, sums)
        With items drawn again.
    moved : array of float, shape (groups, resamples, sums)
        How far the sums move where annotators are drawn again.
    by_annotator : array of float, shape (groups, sums, groups, sums)
        Covariance of those moves.
    by_label : array of float, shape (groups, sums, sums)
        What it would be if every label had its own annotator.
    labels, annotators : array of int, shape (groups,)
        Labels of each group, and annotators who gave them.
    """

    tallies: Tallies
    items: FloatArray
    sums: FloatArray
    drawn: FloatArray
    moved: FloatArray
    by_annotator: FloatArray
    by_label: FloatArray
    labels: IntArray
    annotators: IntArray


def resample(
    tallies: Tallies, group: IntArray, n_groups: int, item: IntArray, annotator: IntArray, *, seed: int
) -> Resampled:
    """Draw the items of each group again, and the annotators.

    Parameters
    ----------
    tallies : Tallies
        Patterns of items and types of labels.
    group : array of int, shape (items,)
        Group of each item from 0; -1 for none.
    n_groups : int
        Groups, empty ones among them.
    item, annotator : array of int, shape (labels,)
        Item and annotator of each label.
    seed : int
        Seed of the draws.

    Returns
    -------
    Resampled
        Fewer resamples where items have many different patterns.
    """
    rng = np.random.default_rng(seed)
    n_patterns, width = tallies.adds.shape
    is_in = group >= 0
    cell = group[is_in] * n_patterns + tallies.pattern[is_in]
    items = np.bincount(cell, minlength=n_groups * n_patterns).reshape(n_groups, n_patterns).astype(float)
    present = int((items > 0).sum(axis=1).max(initial=1))
    resamples = int(np.clip(MOST_DRAWS // present, FEWEST_RESAMPLES, RESAMPLES))
    drawn = np.stack([_drawn_items(row, tallies.adds, resamples, rng) for row in items])
    of_label = group[item]
    labels = of_label >= 0
    _, who = renumbered(annotator[labels])
    changes, by_label, annotators = _changes_by_annotator(
        tallies, of_label[labels], tallies.type_of[labels], who, n_groups
    )
    n_annotators = len(changes)
    moved = np.zeros((resamples, n_groups * width))
    for start in range(0, n_annotators, _AT_ONCE):
        some = changes[start : start + _AT_ONCE]
        moved += (_poisson(resamples, len(some), rng) - 1.0) @ some
    # As many degrees of freedom as annotators less one.
    correction = np.where(annotators > 1, annotators / np.maximum(annotators - 1, 1), 0.0)
    moved = moved.reshape(resamples, n_groups, width).transpose(1, 0, 2) * np.sqrt(correction)[:, None, None]
    return Resampled(
        tallies=tallies,
        items=items,
        sums=items @ tallies.adds,
        drawn=drawn,
        moved=moved,
        by_annotator=(changes.T @ changes).reshape(n_groups, width, n_groups, width),
        by_label=by_label,
        labels=np.bincount(of_label[labels], minlength=n_groups).astype(np.intp),
        annotators=annotators,
    )


def _poisson(rows: int, columns: int, rng: np.random.Generator) -> FloatArray:
    """Draw Poisson(1) counts by looking drawn numbers up in a table."""
    return _POISSON[rng.integers(0, len(_POISSON), (rows, columns), dtype=np.uint16)]


def _drawn_items(items: FloatArray, adds: FloatArray, resamples: int, rng: np.random.Generator) -> FloatArray:
    """Add up resamples of the items of one group, shape (resamples, sums)."""
    n = int(items.sum())
    if not n:
        return np.zeros((resamples, adds.shape[1]))
    present = np.flatnonzero(items)
    some = max(1, MOST_DRAWS // (10 * len(present)))
    blocks = []
    for start in range(0, resamples, some):
        copies = rng.multinomial(n, items[present] / n, size=min(some, resamples - start))
        blocks.append(copies @ adds[present])
    return np.vstack(blocks)


def _changes_by_annotator(
    tallies: Tallies, group: IntArray, type_of: IntArray, who: IntArray, n_groups: int
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Change of each group's sums with the weight of each annotator, squares by label, and annotators a group."""
    n_types, width = tallies.changes.shape
    n_annotators = int(who.max(initial=-1)) + 1
    shape = (n_annotators * n_groups, n_types)
    met = sparse.csr_matrix((np.ones(len(who)), (who * n_groups + group, type_of)), shape=shape)
    changes = np.asarray(met @ tallies.changes).reshape(n_annotators, n_groups * width)
    by_label = np.empty((n_groups, width, width))
    for one in range(n_groups):
        times = np.bincount(type_of[group == one], minlength=n_types)
        given = np.flatnonzero(times)
        some = tallies.changes[given]
        by_label[one] = (some * times[given, None]).T @ some
    labels = np.bincount(who * n_groups + group, minlength=n_annotators * n_groups).reshape(n_annotators, n_groups)
    return changes, by_label, (labels > 0).sum(axis=0)


def values_of(
    found: Resampled, coefficient: Coefficient, terms: Sequence[tuple[int, float]]
) -> tuple[float, FloatArray]:
    """Give a coefficient, or a difference of two groups' coefficients, with its resamples.

    Parameters
    ----------
    found : Resampled
        The sums.
    coefficient : callable
        From sums to a value.
    terms : sequence of (group, sign)
        ``[(0, 1)]`` for the value of group 0, ``[(0, 1), (1, -1)]`` for its difference to group 1.

    Returns
    -------
    value : float
        NaN where undefined.
    drawn : array of float, shape (resamples,)
    """
    value = sum(sign * float(coefficient(found.sums[group])) for group, sign in terms)
    if not np.isfinite(value):
        return float("nan"), np.full(found.drawn.shape[1], np.nan)
    slopes = {group: sign * gradient(coefficient, found.sums[group]) for group, sign in terms}
    with np.errstate(divide="ignore", invalid="ignore"):
        items = sum(sign * coefficient(found.drawn[group]) for group, sign in terms)
    moved = sum(found.moved[group] @ slope for group, slope in slopes.items())
    return float(value), np.asarray(items + _beyond_labels(found, slopes) * moved, dtype=float)


def _beyond_labels(found: Resampled, slopes: dict[int, FloatArray]) -> float:
    """Share of the spread over annotators that single labels do not bring, as a factor from 0 to 1."""
    by_annotator = sum(
        one @ found.by_annotator[group, :, other] @ two
        for group, one in slopes.items()
        for other, two in slopes.items()
    )
    by_label = sum(slope @ found.by_label[group] @ slope for group, slope in slopes.items())
    return float(np.sqrt(max(0.0, 1 - by_label / by_annotator))) if by_annotator > 0 else 0.0


def estimate_of(value: float, drawn: FloatArray, *, missing: str, method: str, level: float) -> Estimate:
    """Put a value and its resamples together: percentiles, or the reason why there is none."""
    if not np.isfinite(value):
        return undefined(missing, method=method, level=level)
    defined = drawn[np.isfinite(drawn)]
    if len(defined) < MOSTLY_DEFINED * len(drawn):
        reason = "too few items for an interval: the coefficient does not exist in many resamples"
        return Estimate(value=float(value), level=level, method=method, reason=reason)
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return estimated(float(value), float(min(low, value)), float(max(high, value)), method=method, level=level)


def permutation_p(
    found: Resampled, coefficients: Sequence[Coefficient], pair: tuple[int, int], *, seed: int
) -> FloatArray:
    r"""P-values of the difference of two groups, group names permuted over their items.

    The difference is divided by its standard error over items in every permutation, so that the
    test holds its level where the groups differ in other ways than in the coefficient, such as in
    prevalence.

    .. math:: p = \frac{1 + \#\{|t^*| \ge |t|\}}{1 + \mathrm{shuffles}}

    Parameters
    ----------
    found : Resampled
        The sums.
    coefficients : sequence of callable
        From sums to values.
    pair : (int, int)
        The two groups.
    seed : int
        Seed of the permutations.

    Returns
    -------
    array of float, shape (coefficients,)
        NaN where a difference is undefined.

    References
    ----------
    E. Chung and J. P. Romano (2013), Annals of Statistics 41, 484-507.
    """
    own, other = (found.items[group].astype(np.int64) for group in pair)
    both = own + other
    present = np.flatnonzero(both)
    shuffles = int(np.clip(MOST_DRAWS // max(1, len(present)), FEWEST_SHUFFLES, SHUFFLES))
    adds, both = found.tallies.adds[present], both[present]
    rng = np.random.default_rng(seed)
    exceeded, defined = np.zeros(len(coefficients)), np.zeros(len(coefficients))
    observed = np.abs([_studentised(one, own[None, present], other[None, present], adds)[0] for one in coefficients])
    some = max(1, MOST_DRAWS // (10 * len(present)))
    for start in range(0, shuffles, some):
        size = min(some, shuffles - start)
        shuffled = rng.multivariate_hypergeometric(both, int(own.sum()), size=size, method="marginals")
        for place, one in enumerate(coefficients):
            drawn = np.abs(_studentised(one, shuffled, both - shuffled, adds))
            is_defined = np.isfinite(drawn)
            # Equal statistics differ by rounding, since sums are added up in another order.
            exceeded[place] += (drawn[is_defined] >= observed[place] - _NOTHING * (1 + observed[place])).sum()
            defined[place] += is_defined.sum()
    return np.where(np.isfinite(observed), (1 + exceeded) / (1 + defined), np.nan)


def _studentised(coefficient: Coefficient, own: IntArray, other: IntArray, adds: FloatArray) -> FloatArray:
    """Differences over their standard errors; 0 where two groups without any spread are equal."""
    values, variances = [], []
    for items in (own, other):
        sums = items @ adds
        with np.errstate(divide="ignore", invalid="ignore"):
            values.append(coefficient(sums))
            influence = gradient(coefficient, sums) @ adds.T
        n = items.sum(axis=1)
        mean = (items * influence).sum(axis=1) / n
        variances.append((items * (influence - mean[:, None]) ** 2).sum(axis=1))
    difference, spread = values[0] - values[1], np.sqrt(variances[0] + variances[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.abs(difference) < _NOTHING, 0.0, difference / spread)
