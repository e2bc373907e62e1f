"""From several labels an item to one: the rules of aggregation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from biasaudit.data.table import FloatArray
from biasaudit.traces.ballots import Ballots
from biasaudit.traces.rules.dawid_skene import DawidSkene, fit_dawid_skene
from biasaudit.traces.rules.glad import Glad, fit_glad
from biasaudit.traces.rules.jury import Jury, jury_verdicts, positive_counts
from biasaudit.traces.rules.mace import Mace, fit_mace
from biasaudit.traces.rules.skill import SkillWeighted, fit_skill_weighted
from biasaudit.traces.rules.votes import ROUNDING, votes_of

RuleName = Literal[
    "majority", "supermajority", "dawid-skene", "mean", "any", "all", "mace", "glad", "skill-weighted", "jury"
]

#: Value of a tied item unless the recorded outcomes show that ties went one way.
HALF = 0.5
#: Share of tied items with one recorded outcome from which ties are taken to go that way.
TIES_GO_ONE_WAY = 0.9
#: Rules that fit a model of hidden values.
FITTED: tuple[RuleName, ...] = ("dawid-skene", "mace", "glad")
#: Rules of which an item may lie exactly in the middle.
MAY_TIE: tuple[RuleName, ...] = ("majority", *FITTED, "skill-weighted", "jury")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How the labels of an item become one.

    Attributes
    ----------
    name : str
        majority, supermajority, dawid-skene, mean, any, all, mace, glad, skill-weighted or jury.
    share : float or None
        Share of positive labels that a supermajority needs.
    tie : float
        Value of an item with as many positive labels as others: 0, 1 or 0.5.
    jury : Jury or None
        Who sits on the jury of that rule.
    """

    name: RuleName
    share: float | None = None
    tie: float = HALF
    jury: Jury | None = field(default=None, compare=False, repr=False)

    @property
    def tie_rule(self) -> str:
        """What happens to a tied item, as a sentence without its full stop."""
        if self.name in ("any", "all", "supermajority"):
            return "this rule knows no ties"
        if self.name == "mean":
            return "labels are averaged, so there are no ties"
        told = {0.0: "not positive, as in the recorded outcomes", 1.0: "positive, as in the recorded outcomes"}
        value = told.get(self.tie, "half positive")
        if self.name in FITTED:
            return f"an item whose two values are equally likely counts as {value}"
        if self.name == "skill-weighted":
            return f"an item whose labels weigh the same on both sides counts as {value}"
        if self.name == "jury":
            return f"a jury whose votes are tied counts as {value}"
        return f"an item whose labels are tied counts as {value}"


def aggregate(rule: Rule, ballots: Ballots, labels: FloatArray | None = None) -> FloatArray:
    """Aggregate the labels of each item.

    Labels between 0 and 1 are chances of a positive label, independent given the item; the result
    is then the expected value of the rule: the chance that it ends positive (a tied item adding
    its tie value), the product rule for ``any`` and ``all``, the expected log-likelihood for
    Dawid-Skene, MACE and GLAD, expected weights for skills. With labels of 0 and 1 this is the plain
    rule; for a jury it is the chance that the jurors drawn say positive.

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
        From 0 to 1; exactly 0, 1 or the tie value where all labels are 0 or 1 (mean and jury excepted).

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
    if rule.name in (*FITTED, "skill-weighted"):
        return cut(_fitted(rule, ballots, labels), rule.tie)
    if rule.name == "jury":
        assert rule.jury is not None
        return jury_verdicts(rule.jury, ballots, labels, rule.tie).chance
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


def _fitted(rule: Rule, ballots: Ballots, labels: FloatArray) -> FloatArray:
    """Chance of a positive value under a rule that learns something about annotators."""
    votes = votes_of(ballots, labels)
    fit: DawidSkene | Mace | Glad | SkillWeighted
    if rule.name == "dawid-skene":
        fit = fit_dawid_skene(votes)
    elif rule.name == "mace":
        fit = fit_mace(votes)
    elif rule.name == "glad":
        fit = fit_glad(votes)
    else:
        fit = fit_skill_weighted(votes)
    return fit.chance[:, 1]


def _decided(rule: Rule, positive: FloatArray, per_item: FloatArray) -> FloatArray:
    """Apply a rule to counts of positive labels."""
    if rule.name == "any":
        return (positive > 0).astype(float)
    if rule.name == "all":
        return (positive >= per_item).astype(float)
    if rule.name == "supermajority":
        return (positive >= float(rule.share or 1) * per_item - ROUNDING).astype(float)
    return cut(positive / per_item, rule.tie)


def cut(share: FloatArray, tie: float) -> FloatArray:
    """Cut shares or chances at a half: 1 above, 0 below, the tie value at it.

    Examples
    --------
    >>> cut(np.array([0.2, 0.5, 0.7]), 0.5).tolist()
    [0.0, 0.5, 1.0]
    """
    return np.where(np.abs(share - HALF) <= ROUNDING, tie, (share > HALF).astype(float))


def _expected(rule: Rule, ballots: Ballots, labels: FloatArray) -> FloatArray:
    """Give the expected value of a counting rule: positives of an item are Poisson-binomial."""
    longest = int(ballots.per_item.max())
    chances = np.zeros((ballots.n_items, longest))
    chances[ballots.item, ballots.slot] = labels
    # A label that is not there is one that is surely not positive.
    distribution = positive_counts(chances)
    counts = np.broadcast_to(np.arange(longest + 1, dtype=float), distribution.shape)
    outcome = _decided(rule, counts, ballots.per_item[:, None])
    return np.asarray((distribution * outcome).sum(axis=1))


def declared_rule(
    name: RuleName, share: float | None, ballots: Ballots, outcome: FloatArray | None, jury: Jury | None = None
) -> Rule:
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
    jury : Jury, optional
        Who sits on the jury of that rule.

    Returns
    -------
    Rule
        The rule.
    """
    if outcome is None or name not in MAY_TIE or name == "jury":
        return Rule(name=name, share=share, jury=jury)
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
        made = cut(made, HALF)
    return float(1 - np.abs(made - outcome[ballots.rows]).mean())
