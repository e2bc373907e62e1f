"""The skill-weighted rule: who agrees with the majority more often weighs more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from biasaudit.data.table import FloatArray
from biasaudit.traces.rules.votes import ROUNDING, Votes


@dataclass(frozen=True, kw_only=True)
class SkillWeighted:
    """Skills, and what they make of each item.

    Attributes
    ----------
    chance : array of float, shape (items, values)
        Share of the weight of its annotators that stands for each value.
    skill : array of float, shape (annotators,)
        Share of the annotator's labels that agree with the majority of their items, from 0 to 1.
    """

    chance: FloatArray
    skill: FloatArray


def fit_skill_weighted(votes: Votes) -> SkillWeighted:
    r"""Weigh each label by its annotator's agreement with the majority, once.

    .. math:: s_j = \operatorname{mean}_{i \in j} [y_{ij} = \operatorname{majority}_i], \qquad
        q_{ik} = \sum_{j: y_{ij} = k} s_j \Big/ \sum_{j \in i} s_j

    This is the rule that crowd-kit calls Wawa (worker agreement with aggregate): one pass, own
    label included in the majority. (Its ZeroBasedSkill repeats the pass with a learning rate.)
    Where m values share the majority of an item, a label for one of them agrees by 1 / m. Where all
    annotators of an item have skill 0, its labels count the same.

    Parameters
    ----------
    votes : Votes
        The labels.

    Returns
    -------
    SkillWeighted
        Weights and skills; ties are for the caller to break.

    Examples
    --------
    >>> votes = Votes(
    ...     item=np.array([0, 0, 0, 1, 1, 1, 2, 2]),
    ...     annotator=np.array([0, 1, 2, 0, 1, 2, 0, 2]),
    ...     value=np.array([1, 1, 0, 1, 1, 0, 1, 0]),
    ...     weight=None,
    ...     n_items=3,
    ...     n_annotators=3,
    ...     n_values=2,
    ... )
    >>> fit_skill_weighted(votes).skill.round(2).tolist()
    [0.83, 1.0, 0.17]
    """
    shares = votes.shares
    is_first = shares >= shares.max(axis=1, keepdims=True) - ROUNDING
    majority = is_first / is_first.sum(axis=1, keepdims=True)
    weight = np.ones(len(votes.item)) if votes.weight is None else votes.weight
    agreed = np.bincount(votes.annotator, weight * majority[votes.item, votes.value], votes.n_annotators)
    given = np.bincount(votes.annotator, weight, votes.n_annotators)
    skill = agreed / np.where(given > 0, given, 1)
    place = votes.item * votes.n_values + votes.value
    flat = np.bincount(place, weight * skill[votes.annotator], votes.n_items * votes.n_values)
    scores = np.asarray(flat, dtype=float).reshape(votes.n_items, votes.n_values)
    total = scores.sum(axis=1, keepdims=True)
    chance = np.where(total > ROUNDING, scores / np.where(total > ROUNDING, total, 1), shares)
    return SkillWeighted(chance=chance, skill=skill)
