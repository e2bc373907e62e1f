"""From several labels an item to one: the rules of aggregation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from biasaudit.data.table import FloatArray
from biasaudit.traces.ballots import Ballots

RuleName = Literal[
    "majority", "supermajority", "dawid-skene", "mean", "any", "all", "mace", "glad", "skill-weighted", "jury"
]

#: Value of a tied item unless the recorded outcomes show that ties went one way.
HALF = 0.5
#: Share of tied items with one recorded outcome from which ties are taken to go that way.
TIES_GO_ONE_WAY = 0.9
#: Shares that differ by less are equal: labels are counted in floating point.
ROUNDING = 1e-9
#: Steps of the Dawid-Skene fit, and the change of a probability at which it stops.
DAWID_SKENE_STEPS, DAWID_SKENE_CHANGE = 100, 1e-6
#: Probabilities are kept this far from 0 and 1 inside logarithms.
FLOOR = 1e-10


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How the labels of an item become one.

    Attributes
    ----------
    name : str
        majority, supermajority, dawid-skene, mean, any or all.
    share : float or None
        Share of positive labels that a supermajority needs.
    tie : float
        Value of an item with as many positive labels as others: 0, 1 or 0.5.
    """

    name: RuleName
    share: float | None = None
    tie: float = HALF

    @property
    def tie_rule(self) -> str:
        """What happens to a tied item, as a sentence without its full stop."""
        if self.name in ("any", "all", "supermajority"):
            return "this rule knows no ties"
        if self.name == "mean":
            return "labels are averaged, so there are no ties"
        told = {0.0: "not positive, as in the recorded outcomes", 1.0: "positive, as in the recorded outcomes"}
        return f"an item whose labels are tied counts as {told.get(self.tie, 'half positive')}"


def aggregate(rule: Rule, ballots: Ballots, labels: FloatArray | None = None) -> FloatArray:
    """Aggregate the labels of each item.

    Labels between 0 and 1 are chances of a positive label, independent given the item; the result
    is then the expected value of the rule: the chance that it ends positive (a tied item adding
    its tie value), the product rule for ``any`` and ``all``, the expected log-likelihood for
    Dawid-Skene. With labels of 0 and 1 this is the plain rule.

    Parameters
    ----------
    rule : Rule
        The rule.
    ballots : Ballots
        Which label belongs to which item and annotator.
    labels : array of float, shape (labels,), optional
        Labels to use instead of those of ``ballots``, from 0 to 1.

    Returns
    -------
    array of float, shape (items,)
        From 0 to 1; exactly 0, 1 or the tie value where all labels are 0 or 1 (mean excepted).

    Examples
    --------
    >>> ballots = Ballots(
    ...     rows=np.array([0, 1]),
    ...     item=np.array([0, 0, 0, 1, 1]),
    ...     annotator=np.array([0, 1, 2, 0, 1]),
    ...     label=np.array([1.0, 1.0, 0.0, 1.0, 0.0]),
    ...     source=np.arange(5),
    ... )
    >>> aggregate(Rule(name="majority"), ballots).tolist()
    [1.0, 0.5]
    >>> aggregate(Rule(name="all"), ballots).tolist()
    [0.0, 0.0]
    """
    labels = ballots.label if labels is None else labels
    n_items, per_item = ballots.n_items, ballots.per_item
    if rule.name == "dawid-skene":
        return _cut(dawid_skene(ballots, labels), HALF, rule.tie)
    if rule.name == "mean":
        return np.bincount(ballots.item, labels, n_items) / per_item
    is_certain = bool(((labels == 0) | (labels == 1)).all())
    if is_certain:
        return _decided(rule, np.asarray(np.bincount(ballots.item, labels, n_items), dtype=float), per_item)
    if rule.name in ("any", "all"):
        chances = labels if rule.name == "all" else 1 - labels
        with np.errstate(divide="ignore"):
            product = np.exp(np.bincount(ballots.item, np.log(chances), n_items))
        return product if rule.name == "all" else 1 - product
    return _expected(rule, ballots, labels)


def _decided(rule: Rule, positive: FloatArray, per_item: FloatArray) -> FloatArray:
    """Apply a rule to counts of positive labels."""
    if rule.name == "any":
        return (positive > 0).astype(float)
    if rule.name == "all":
        return (positive >= per_item).astype(float)
    if rule.name == "supermajority":
        return (positive >= float(rule.share or 1) * per_item - ROUNDING).astype(float)
    return _cut(positive / per_item, HALF, rule.tie)


def _cut(share: FloatArray, cut: float, tie: float) -> FloatArray:
    return np.where(np.abs(share - cut) <= ROUNDING, tie, (share > cut).astype(float))


def _expected(rule: Rule, ballots: Ballots, labels: FloatArray) -> FloatArray:
    """Give the expected value of a counting rule: positives of an item are Poisson-binomial."""
    longest = int(ballots.per_item.max())
    chances = np.zeros((ballots.n_items, longest))
    chances[ballots.item, ballots.slot] = labels
    # distribution[:, k]: chance of k positive labels so far; a missing label is one that is surely not positive.
    distribution = np.zeros((ballots.n_items, longest + 1))
    distribution[:, 0] = 1
    for place in range(longest):
        chance = chances[:, [place]]
        distribution[:, 1 : place + 2] = (
            distribution[:, 1 : place + 2] * (1 - chance) + distribution[:, : place + 1] * chance
        )
        distribution[:, 0] *= 1 - chance[:, 0]
    counts = np.broadcast_to(np.arange(longest + 1, dtype=float), distribution.shape)
    outcome = _decided(rule, counts, ballots.per_item[:, None])
    return np.asarray((distribution * outcome).sum(axis=1))


def dawid_skene(ballots: Ballots, labels: FloatArray | None = None) -> FloatArray:
    """Fit the two-class model of Dawid and Skene by expectation maximisation.

    Each item has a hidden class; each annotator says positive with one probability where it is
    positive and with another where it is not. Dawid and Skene, Applied Statistics 28 (1979), 20-28.

    Parameters
    ----------
    ballots : Ballots
        Which label belongs to which item and annotator.
    labels : array of float, shape (labels,), optional
        Labels to use instead of those of ``ballots``.

    Returns
    -------
    array of float, shape (items,)
        Probability that the hidden class is positive; it starts from the share of positive labels.

    Examples
    --------
    >>> ballots = Ballots(
    ...     rows=np.arange(2),
    ...     item=np.array([0, 0, 0, 1, 1, 1]),
    ...     annotator=np.array([0, 1, 2, 0, 1, 2]),
    ...     label=np.array([1.0, 1.0, 0.0, 0.0, 0.0, 0.0]),
    ...     source=np.arange(6),
    ... )
    >>> dawid_skene(ballots).round(3).tolist()
    [1.0, 0.0]
    """
    labels = ballots.label if labels is None else labels
    item, annotator, n_items = ballots.item, ballots.annotator, ballots.n_items
    n_annotators = int(annotator.max()) + 1
    chance: FloatArray = np.bincount(item, labels, n_items) / ballots.per_item
    for _ in range(DAWID_SKENE_STEPS):
        truth = chance[item]
        by_class = []
        for weight in (truth, 1 - truth):
            total = np.bincount(annotator, weight, n_annotators)
            said = np.bincount(annotator, weight * labels, n_annotators)
            by_class.append(np.clip(said / np.maximum(total, FLOOR), FLOOR, 1 - FLOOR)[annotator])
        evidence = labels * np.log(by_class[0] / by_class[1])
        evidence += (1 - labels) * np.log((1 - by_class[0]) / (1 - by_class[1]))
        prior = np.clip(chance.mean(), FLOOR, 1 - FLOOR)
        logit = np.log(prior / (1 - prior)) + np.bincount(item, evidence, n_items)
        updated = np.asarray(1 / (1 + np.exp(-np.clip(logit, -500, 500))))
        if np.abs(updated - chance).max() < DAWID_SKENE_CHANGE:
            return updated
        chance = updated
    return chance


def declared_rule(name: RuleName, share: float | None, ballots: Ballots, outcome: FloatArray | None) -> Rule:
    """Give the declared rule with the tie rule that the recorded outcomes show.

    Where 9 in 10 tied items or more have one recorded outcome, ties go that way;
    otherwise, and where no outcome is recorded, a tied item counts as half positive.

    Parameters
    ----------
    name, share
        As declared.
    ballots : Ballots
        The labels.
    outcome : array of float, shape (rows of the table,), or None
        The recorded outcome, 1 or 0.

    Returns
    -------
    Rule
        The rule.
    """
    if outcome is None or name not in ("majority", "dawid-skene"):
        return Rule(name=name, share=share)
    made = aggregate(Rule(name=name, share=share, tie=HALF), ballots)
    tied = outcome[ballots.rows][made == HALF]
    if len(tied) and tied.mean() >= TIES_GO_ONE_WAY:
        return Rule(name=name, share=share, tie=1.0)
    if len(tied) and tied.mean() <= 1 - TIES_GO_ONE_WAY:
        return Rule(name=name, share=share, tie=0.0)
    return Rule(name=name, share=share, tie=HALF)


def rule_reproduces(rule: Rule, ballots: Ballots, outcome: FloatArray) -> float:
    """Measure how far the rule, applied to the log, gives the recorded outcomes.

    Parameters
    ----------
    rule : Rule
        The declared rule.
    ballots : Ballots
        The labels.
    outcome : array of float, shape (rows of the table,)
        The recorded outcome, 1 or 0.

    Returns
    -------
    float
        Share of labelled items, from 0 to 1; a tied item counts half, a mean is rounded first.
    """
    made = aggregate(rule, ballots)
    if rule.name == "mean":
        made = _cut(made, HALF, HALF)
    return float(1 - np.abs(made - outcome[ballots.rows]).mean())
