"""The rule of Dawid and Skene: each annotator errs in an own way, which is learnt with the hidden classes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from biasaudit.data.table import FloatArray
from biasaudit.traces.ballots import Ballots
from biasaudit.traces.rules.votes import Votes, softmax, votes_of

#: Steps of the fit, and the change of a probability at which it stops.
DAWID_SKENE_STEPS, DAWID_SKENE_CHANGE = 100, 1e-6
#: Expected counts and class shares are at least this, so that their logarithm exists.
FLOOR = 1e-10


@dataclass(frozen=True, kw_only=True)
class DawidSkene:
    """A fitted model.

    Attributes
    ----------
    chance : array of float, shape (items, values)
        Probability that the hidden value of the item is this one.
    log_prior : array of float, shape (values,)
        Logarithm of how common each hidden value is.
    log_answer : array of float, shape (annotators, values, values)
        Logarithm of the chance that the annotator gives the second value where the third index is
        the hidden one.
    steps : int
        Steps taken.
    """

    chance: FloatArray
    log_prior: FloatArray
    log_answer: FloatArray
    steps: int

    def evidence(self, votes: Votes) -> FloatArray:
        """Give the log-likelihood of each vote under each hidden value, shape (votes, values)."""
        return self.log_answer[votes.annotator, votes.value]


def fit_dawid_skene(votes: Votes, *, steps: int = DAWID_SKENE_STEPS, change: float = DAWID_SKENE_CHANGE) -> DawidSkene:
    r"""Fit the model of Dawid and Skene by expectation maximisation.

    Each item has a hidden value k with chance :math:`p_k`; annotator j then answers l with chance
    :math:`\pi_j(l \mid k)`. Starting from the shares of labels, the two steps repeat:

    .. math:: \pi_j(l \mid k) = \frac{\sum_{i: y_{ij} = l} q_{ik}}{\sum_{i} q_{ik}}, \quad
        p_k = \operatorname{mean}_i q_{ik}, \qquad
        q_{ik} \propto p_k \prod_j \pi_j(y_{ij} \mid k)

    Parameters
    ----------
    votes : Votes
        The labels.
    steps : int
        Steps at most.
    change : float
        Stop where no probability changes by as much; 0 takes all steps.

    Returns
    -------
    DawidSkene
        The fit; ties are for the caller to break.

    References
    ----------
    A. P. Dawid and A. M. Skene, Applied Statistics 28 (1979), 20-28.

    Examples
    --------
    >>> votes = Votes(
    ...     item=np.repeat([0, 1, 2], 3),
    ...     annotator=np.tile([0, 1, 2], 3),
    ...     value=np.array([2, 2, 2, 0, 0, 1, 1, 1, 1]),
    ...     weight=None,
    ...     n_items=3,
    ...     n_annotators=3,
    ...     n_values=3,
    ... )
    >>> fit_dawid_skene(votes).chance.argmax(axis=1).tolist()
    [2, 0, 1]
    """
    return _fit_two(votes, steps, change) if votes.n_values == 2 else _fit_many(votes, steps, change)  # noqa: PLR2004


def dawid_skene(ballots: Ballots, labels: FloatArray | None = None) -> FloatArray:
    """Give the probability that each item is positive, by the model of Dawid and Skene for two classes.

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
    return fit_dawid_skene(votes_of(ballots, labels)).chance[:, 1]


def _fit_two(votes: Votes, steps: int, change: float) -> DawidSkene:
    """Two classes in closed form: one log-odds an item, one log-ratio an annotator and answer."""
    matrix, by_answer = votes.matrix, votes.matrix.T
    given = votes.given.ravel()
    chance = votes.shares[:, 1]
    done, odds, answers = 0, 0.0, (np.zeros(0), np.zeros(0))
    for _ in range(steps):
        positive = by_answer @ chance
        answers = (_log_shares(given - positive), _log_shares(positive))
        prior = float(np.clip(chance.mean(), FLOOR, 1 - FLOOR))
        odds = float(np.log(prior / (1 - prior)))
        updated = expit(odds + matrix @ (answers[1] - answers[0]))
        moved = np.abs(updated - chance).max()
        chance, done = updated, done + 1
        if moved < change:
            break
    log_answer = np.stack([answers[0].reshape(-1, 2), answers[1].reshape(-1, 2)], axis=2)
    log_prior = np.array([-np.logaddexp(0, odds), -np.logaddexp(0, -odds)])
    return DawidSkene(
        chance=np.column_stack([1 - chance, chance]), log_prior=log_prior, log_answer=log_answer, steps=done
    )


def _log_shares(expected: FloatArray) -> FloatArray:
    """Logarithm of the share of each of two answers of each annotator, flat."""
    floored = np.maximum(expected.reshape(-1, 2), FLOOR)
    return np.asarray(np.log(floored / floored.sum(axis=1, keepdims=True)).ravel())


def _fit_many(votes: Votes, steps: int, change: float) -> DawidSkene:
    """Any number of classes: two products of the sparse matrix with a narrow one a step."""
    matrix, by_answer = votes.matrix, votes.matrix.T.tocsr()
    n_values = votes.n_values
    shape = (votes.n_annotators, n_values, n_values)
    chance = votes.shares
    done, log_prior, log_answer = 0, np.zeros(n_values), np.zeros(shape)
    for _ in range(steps):
        expected = np.maximum((by_answer @ chance).reshape(shape), FLOOR)
        log_answer = np.log(expected / expected.sum(axis=1, keepdims=True))
        log_prior = np.log(np.maximum(chance.mean(axis=0), FLOOR))
        updated = softmax(log_prior + matrix @ log_answer.reshape(-1, n_values))
        moved = np.abs(updated - chance).max()
        chance, done = updated, done + 1
        if moved < change:
            break
    return DawidSkene(chance=chance, log_prior=log_prior, log_answer=log_answer, steps=done)
