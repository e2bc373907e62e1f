"""The rule MACE: an annotator either knows the value or answers by habit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma

from biasaudit.data.table import FloatArray
from biasaudit.traces.rules.votes import Votes, softmax

#: Steps of the fit, as in the authors' program.
MACE_STEPS = 50
#: Beta prior of knowing and of answering by habit, and Dirichlet prior of the habits, in labels.
KNOWING_PRIOR, HABIT_PRIOR = 0.5, 10.0


@dataclass(frozen=True, kw_only=True)
class Mace:
    """A fitted model.

    Attributes
    ----------
    chance : array of float, shape (items, values)
        Probability that the hidden value of the item is this one.
    log_prior : array of float, shape (values,)
        All values are as common in this model.
    habit : array of float, shape (annotators, values)
        Weight of answering this value by habit.
    knows : array of float, shape (annotators,)
        Weight of knowing the value.
    log_likelihood : float
        Of all labels.
    """

    chance: FloatArray
    log_prior: FloatArray
    habit: FloatArray
    knows: FloatArray
    log_likelihood: float

    def evidence(self, votes: Votes) -> FloatArray:
        """Give the log-likelihood of each vote under each hidden value, shape (votes, values)."""
        by_habit = self.habit[votes.annotator, votes.value]
        is_hidden = np.arange(votes.n_values) == votes.value[:, None]
        return np.asarray(np.log(by_habit[:, None] + is_hidden * self.knows[votes.annotator][:, None]))


def fit_mace(votes: Votes, *, steps: int = MACE_STEPS, start: tuple[FloatArray, FloatArray] | None = None) -> Mace:
    r"""Fit MACE by variational expectation maximisation.

    Annotator j knows the hidden value with chance :math:`\theta_j` and then gives it, or else
    answers l by habit with chance :math:`\xi_{jl}`:

    .. math:: P(y_{ij} = l \mid z_i = k) = (1 - \theta_j)\,\xi_{jl} + \theta_j\,[l = k]

    with all values equally common, Beta(0.5, 0.5) priors on knowing and Dirichlet(10) priors on
    habits, and parameters replaced by the exponential of their expected logarithm.

    Parameters
    ----------
    votes : Votes
        The labels.
    steps : int
        Steps of the fit.
    start : pair of arrays of float, optional
        Weights of (habit, knowing), shape (annotators, 2), and habits, shape (annotators, values).
        By default all are even, so that neither the order of annotators nor chance plays a part;
        the authors draw starts at random, which ended no higher where it was tried.

    Returns
    -------
    Mace
        The fit.

    References
    ----------
    D. Hovy, T. Berg-Kirkpatrick, A. Vaswani and E. Hovy, Learning whom to trust with MACE,
    NAACL-HLT (2013), 1120-1130.

    Examples
    --------
    >>> votes = Votes(
    ...     item=np.repeat([0, 1, 2], 3),
    ...     annotator=np.tile([0, 1, 2], 3),
    ...     value=np.array([1, 1, 1, 0, 0, 1, 1, 1, 0]),
    ...     weight=None,
    ...     n_items=3,
    ...     n_annotators=3,
    ...     n_values=2,
    ... )
    >>> fit_mace(votes).chance.argmax(axis=1).tolist()
    [1, 0, 1]
    """
    knowing, habits = start or (
        np.full((votes.n_annotators, 2), 0.5),
        np.full((votes.n_annotators, votes.n_values), 1 / votes.n_values),
    )
    fit = _expected(votes, knowing[:, [0]] * habits, knowing[:, 1])
    for _ in range(steps):
        # What an annotator is expected to have known, by value given; the rest was habit.
        own = _chance_of_answers(votes, fit.chance)
        known = own * fit.knows[:, None] / (fit.habit + fit.knows[:, None])
        by_habit = votes.given - known
        knowing = _exp_expected_log(np.column_stack([by_habit.sum(axis=1), known.sum(axis=1)]) + KNOWING_PRIOR)
        habits = _exp_expected_log(by_habit + HABIT_PRIOR)
        fit = _expected(votes, knowing[:, [0]] * habits, knowing[:, 1])
    return fit


def _expected(votes: Votes, habit: FloatArray, knows: FloatArray) -> Mace:
    """Chances of the hidden values under given parameters."""
    n_values = votes.n_values
    by_habit = np.log(habit)
    more = np.log(habit + knows[:, None]) - by_habit
    answers = by_habit[:, :, None] + more[:, :, None] * np.eye(n_values)
    scores = votes.matrix @ answers.reshape(-1, n_values)
    best = scores.max(axis=1, keepdims=True)
    likelihood = (best[:, 0] + np.log(np.exp(scores - best).sum(axis=1))).sum() - votes.n_items * np.log(n_values)
    prior = np.full(n_values, -np.log(n_values))
    return Mace(chance=softmax(scores), log_prior=prior, habit=habit, knows=knows, log_likelihood=float(likelihood))


def _chance_of_answers(votes: Votes, chance: FloatArray) -> FloatArray:
    """Count how often each answer of each annotator is expected to be the hidden value, shape (annotators, values)."""
    by_value = (votes.matrix.T @ chance).reshape(votes.n_annotators, votes.n_values, votes.n_values)
    return np.asarray(np.einsum("jll->jl", by_value))


def _exp_expected_log(counts: FloatArray) -> FloatArray:
    """Exponential of the expected logarithm of Dirichlet shares."""
    return np.asarray(np.exp(digamma(counts) - digamma(counts.sum(axis=1, keepdims=True))))
