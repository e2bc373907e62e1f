"""The rule GLAD: annotators have an ability and items an easiness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from biasaudit.data.table import FloatArray
from biasaudit.traces.rules.votes import Votes, softmax

#: Rounds of expectation and maximisation, and the rise of the mean criterion at which they stop.
GLAD_STEPS, GLAD_RISE = 100, 1e-5
#: Conjugate-gradient steps of each maximisation, and the gradient at which it stops.
GRADIENT_STEPS, GRADIENT_ENOUGH = 25, 1e-2
#: Mean of the normal priors (of variance 1) of ability and of log-easiness.
PRIOR_MEAN = 1.0


@dataclass(frozen=True, kw_only=True)
class Glad:
    """A fitted model.

    Attributes
    ----------
    chance : array of float, shape (items, values)
        Probability that the hidden value of the item is this one.
    log_prior : array of float, shape (values,)
        All values are as common in this model.
    ability : array of float, shape (annotators,)
        0 for who guesses, negative for who answers the wrong way round.
    log_easiness : array of float, shape (items,)
        Logarithm of the easiness of each item.
    steps : int
        Rounds taken.
    """

    chance: FloatArray
    log_prior: FloatArray
    ability: FloatArray
    log_easiness: FloatArray
    steps: int

    def evidence(self, votes: Votes) -> FloatArray:
        """Give the log-likelihood of each vote under each hidden value, shape (votes, values)."""
        strength = self.ability[votes.annotator] * np.exp(self.log_easiness)[votes.item]
        wrong = log_expit(-strength) - np.log(votes.n_values - 1)
        is_hidden = np.arange(votes.n_values) == votes.value[:, None]
        return np.where(is_hidden, log_expit(strength)[:, None], wrong[:, None])


def fit_glad(votes: Votes, *, steps: int = GLAD_STEPS) -> Glad:
    r"""Fit GLAD by expectation maximisation.

    Annotator j answers item i rightly with chance :math:`a_{ij} = 1 / (1 + e^{-\alpha_j e^{\beta_i}})`,
    and gives each other of the K values with chance :math:`(1 - a_{ij}) / (K - 1)`; all values are
    equally common, ability :math:`\alpha` and log-easiness :math:`\beta` have normal priors of mean 1
    and variance 1. The maximisation takes at most 25 steps of conjugate gradients from the last point.

    Parameters
    ----------
    votes : Votes
        The labels.
    steps : int
        Rounds at most.

    Returns
    -------
    Glad
        The fit.

    References
    ----------
    J. Whitehill, P. Ruvolo, T. Wu, J. Bergsma and J. Movellan, Whose vote should count more,
    NIPS 22 (2009).

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
    >>> fit_glad(votes).chance.argmax(axis=1).tolist()
    [1, 0, 1]
    """
    point = np.full(votes.n_annotators + votes.n_items, PRIOR_MEAN)
    last, done = -np.inf, 0
    chance, made_from = np.zeros((0, 0)), point
    for _ in range(steps):
        chance, made_from = _chances(votes, point), point
        own = chance[votes.item, votes.value]
        found = minimize(
            _criterion,
            point,
            args=(votes, own),
            jac=True,
            method="CG",
            tol=GRADIENT_ENOUGH,
            options={"maxiter": GRADIENT_STEPS},
        )
        point, done = found.x, done + 1
        reached = -found.fun / (len(votes.item) * votes.n_values)
        if reached - last < GLAD_RISE:
            break
        last = reached
    prior = np.full(votes.n_values, -np.log(votes.n_values))
    ability, log_easiness = made_from[: votes.n_annotators], made_from[votes.n_annotators :]
    return Glad(chance=chance, log_prior=prior, ability=ability, log_easiness=log_easiness, steps=done)


def _strength(votes: Votes, point: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Ability and easiness of each vote."""
    return point[: votes.n_annotators][votes.annotator], np.exp(point[votes.n_annotators :])[votes.item]


def _chances(votes: Votes, point: FloatArray) -> FloatArray:
    ability, easiness = _strength(votes, point)
    strength = ability * easiness
    weight = 1.0 if votes.weight is None else votes.weight
    # The log-odds of being right against one wrong value count for the value given, and nothing for the others.
    more = weight * (strength + np.log(votes.n_values - 1))
    scores = np.bincount(votes.item * votes.n_values + votes.value, more, votes.n_items * votes.n_values)
    return softmax(np.asarray(scores, dtype=float).reshape(votes.n_items, votes.n_values))


def _criterion(point: FloatArray, votes: Votes, own: FloatArray) -> tuple[float, FloatArray]:
    """Negative expected log-likelihood with its priors, and the gradient; ``own`` is the chance of the value given."""
    ability, easiness = _strength(votes, point)
    strength = ability * easiness
    weight = 1.0 if votes.weight is None else votes.weight
    # log sigma(-x) = log sigma(x) - x
    right = log_expit(strength)
    expected = right - (1 - own) * (strength + np.log(votes.n_values - 1))
    away = point - PRIOR_MEAN
    normal = -0.5 * away @ away - 0.5 * len(point) * np.log(2 * np.pi)
    value = float(np.sum(weight * expected)) + normal
    slope = weight * (own - expit(strength)) * easiness
    gradient = np.concatenate(
        [
            np.bincount(votes.annotator, slope, votes.n_annotators),
            np.bincount(votes.item, slope * ability, votes.n_items),
        ]
    )
    return -value, away - gradient
