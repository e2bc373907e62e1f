"""What a rule makes of the labels of an item with one of them left out."""

from __future__ import annotations

import numpy as np

from biasaudit.data.table import FloatArray
from biasaudit.traces.ballots import Ballots
from biasaudit.traces.rules.dawid_skene import DawidSkene, fit_dawid_skene
from biasaudit.traces.rules.glad import Glad, fit_glad
from biasaudit.traces.rules.jury import Jury, chance_of_majority, seat_chances
from biasaudit.traces.rules.mace import Mace, fit_mace
from biasaudit.traces.rules.rule import HALF, Rule, cut
from biasaudit.traces.rules.skill import fit_skill_weighted
from biasaudit.traces.rules.votes import ROUNDING, Votes, votes_of


def others_say(rule: Rule, ballots: Ballots) -> FloatArray:
    """Apply a rule to the other labels of the item of each label.

    Counting rules count the others; a mean and a jury of the others are cut at a half. Rules that
    learn skills learn them from the whole log, own label included, and then leave the label itself
    out of its item: one label hardly moves a skill.

    Parameters
    ----------
    rule : Rule
        The declared rule; its tie rule plays no part.
    ballots : Ballots
        Labels of 0 and 1.

    Returns
    -------
    array of float, shape (labels,)
        1 or 0; 0.5 where the others are tied; NaN where there are no others.

    Examples
    --------
    >>> ballots = Ballots(
    ...     rows=np.array([0]),
    ...     item=np.array([0, 0, 0]),
    ...     annotator=np.array([0, 1, 2]),
    ...     label=np.array([1.0, 1.0, 0.0]),
    ...     source=np.arange(3),
    ... )
    >>> others_say(Rule(name="majority"), ballots).tolist()
    [0.5, 0.5, 1.0]
    """
    others = ballots.per_item[ballots.item] - 1
    alone = others == 0
    positive = np.bincount(ballots.item, ballots.label, ballots.n_items)[ballots.item] - ballots.label
    if rule.name in ("any", "all", "supermajority"):
        needed = {"any": np.ones(len(others)), "all": others}.get(rule.name, float(rule.share or 1) * others)
        said = (positive >= needed - ROUNDING).astype(float)
    elif rule.name in ("majority", "mean"):
        said = cut(positive / np.where(alone, 1, others), HALF)
    else:
        said = cut(_chance(rule, ballots), HALF)
    return np.where(alone, np.nan, said)


def _chance(rule: Rule, ballots: Ballots) -> FloatArray:
    """Chance, or share of the weight, that the others give to a positive label."""
    if rule.name == "jury":
        assert rule.jury is not None
        return _jury_of_others(rule.jury, ballots)
    votes = votes_of(ballots)
    if rule.name == "skill-weighted":
        return _weight_of_others(votes)
    fit: DawidSkene | Mace | Glad
    if rule.name == "dawid-skene":
        fit = fit_dawid_skene(votes)
    elif rule.name == "mace":
        fit = fit_mace(votes)
    else:
        fit = fit_glad(votes)
    evidence = fit.evidence(votes)
    odds = evidence[:, 1] - evidence[:, 0]
    together = np.bincount(votes.item, odds, votes.n_items) + float(fit.log_prior[1] - fit.log_prior[0])
    return np.asarray(1 / (1 + np.exp(-np.clip(together[votes.item] - odds, -500, 500))))


def _weight_of_others(votes: Votes) -> FloatArray:
    skill = fit_skill_weighted(votes).skill[votes.annotator]
    towards = np.where(votes.value == 1, skill, -skill)
    rest = np.bincount(votes.item, towards, votes.n_items)[votes.item] - towards
    total = np.bincount(votes.item, skill, votes.n_items)[votes.item] - skill
    # From -1 to 1 of the weight of the others, as a share; nobody with any skill left is a tie.
    return np.asarray(HALF + HALF * rest / np.where(total > ROUNDING, total, np.inf))


def _jury_of_others(jury: Jury, ballots: Ballots) -> FloatArray:
    """Chance of a positive verdict of a jury drawn from the others, once for each kind of label of an item."""
    n_groups = len(jury.names)
    group = jury.group[ballots.source]
    column = np.where(group < 0, n_groups, group)
    flat = ballots.item * (n_groups + 1) + column
    counts = np.bincount(flat, minlength=ballots.n_items * (n_groups + 1)).reshape(-1, n_groups + 1).astype(float)
    positive = np.bincount(flat, ballots.label, ballots.n_items * (n_groups + 1)).reshape(-1, n_groups + 1)
    kinds, which = np.unique(
        np.column_stack([ballots.item, column, ballots.label.astype(np.intp)]), axis=0, return_inverse=True
    )
    own = np.arange(len(kinds))
    n, k = counts[kinds[:, 0]], positive[kinds[:, 0]]
    n[own, kinds[:, 1]] -= 1
    k[own, kinds[:, 1]] -= kinds[:, 2]
    seated = n[:, :n_groups].sum(axis=1) > 0
    # As in a whole jury: where no group with seats is left, everybody shares them.
    n = np.column_stack([n[:, :n_groups], np.where(seated, 0, n[:, n_groups])])
    k = np.column_stack([k[:, :n_groups], np.where(seated, 0, k[:, n_groups])])
    somebody = n.sum(axis=1) > 0
    chance = np.full(len(kinds), HALF)
    rates = k[somebody] / np.maximum(n[somebody], 1)
    chance[somebody] = chance_of_majority(seat_chances(rates, n[somebody] > 0, jury), HALF)
    return chance[which.ravel()]
