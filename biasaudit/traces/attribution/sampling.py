r"""Shapley values of many units from few coalitions.

Coalitions are drawn in pairs, one and everybody else, with the sizes that make a least-squares fit an
estimate of the Shapley value (Lundberg and Lee, NeurIPS 2017; pairs: Covert and Lee, AISTATS 2021). The
half difference of a pair is

.. math:: \tfrac12 (v(S) - v(N \setminus S)) = \sum_k \phi_k (1_{k \in S} - \tfrac12) + \epsilon_S

without what any two units do together, which cancels; :math:`\sum_k \phi_k = v(N) - v(\emptyset)` is held
exactly. With more units than pairs the fit needs a guide: :math:`\phi_k` is a multiple of a cheap guess
(what the unit's labels move the label gap by) plus a deviation whose variance, against that of
:math:`\epsilon`, is chosen by restricted likelihood (Patterson and Thompson, Biometrika 58, 1971). What
is left unexplained gives the stated error.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from biasaudit.data.table import BoolArray, FloatArray

#: Fits of one sampled game: both ends and 29 pairs.
SAMPLED_FITS = 60
#: Ratios of the variance of deviations to that of the noise, among which likelihood chooses.
RATIOS = np.logspace(-3, 9, 49)
#: Lengths that differ by less are equal.
ROUNDING = 1e-12


@dataclass(frozen=True, kw_only=True)
class Design:
    """Which coalitions are fitted, laid out for the estimate.

    Attributes
    ----------
    stays : array of bool, shape (60, players)
        Nobody, everybody, then each coalition followed by its complement.
    basis : array of float, shape (players, players - 1)
        Orthonormal directions that add up to 0.
    half : array of float, shape (pairs, players)
        Plus a half for a unit in the coalition of a pair, minus a half for one outside.
    root, turned : array of float
        Singular values of ``half @ basis``, shape (r,), with its left vectors, shape (pairs, r), ...
    right : array of float, shape (r, players - 1)
        ... and right vectors.
    """

    stays: BoolArray
    basis: FloatArray
    half: FloatArray
    root: FloatArray
    turned: FloatArray
    right: FloatArray


def draw_design(n_players: int, seed: int) -> Design:
    """Draw the coalitions.

    Parameters
    ----------
    n_players : int
        At least 3.
    seed : int
        Seed.

    Returns
    -------
    Design
        The same for the same seed.

    Examples
    --------
    >>> design = draw_design(12, 0)
    >>> design.stays.shape, bool((design.stays[2::2] == ~design.stays[3::2]).all())
    ((60, 12), True)
    """
    rng = np.random.default_rng(seed)
    pairs = SAMPLED_FITS // 2 - 1
    sizes = np.arange(1, n_players)
    weight = 1 / (sizes * (n_players - sizes))
    reached = np.cumsum(weight / weight.sum())
    drawn = np.searchsorted(reached, (np.arange(pairs) + rng.random(pairs)) / pairs)
    stays = np.zeros((SAMPLED_FITS, n_players), dtype=bool)
    stays[1] = True
    for place, size in enumerate(sizes[np.minimum(drawn, n_players - 2)]):
        stays[2 + 2 * place, rng.choice(n_players, size, replace=False)] = True
        stays[3 + 2 * place] = ~stays[2 + 2 * place]
    basis = np.linalg.qr(np.column_stack([np.ones(n_players), np.eye(n_players)[:, 1:]]))[0][:, 1:]
    half = stays[2::2] - 0.5
    turned, root, right = np.linalg.svd(half @ basis, full_matrices=False)
    kept = root > ROUNDING * root.max()
    return Design(stays=stays, basis=basis, half=half, root=root[kept], turned=turned[:, kept], right=right[kept])


@dataclass(frozen=True, kw_only=True)
class Sampled:
    """Contributions estimated from some coalitions.

    Attributes
    ----------
    contributions, error : array of float, shape (players, comparisons)
        Estimates, which add up to ``v(all) - v(none)``, and the standard deviation of their sampling error.
    """

    contributions: FloatArray
    error: FloatArray


def estimate(design: Design, values: FloatArray, guess: FloatArray) -> Sampled:
    """Estimate Shapley values.

    Parameters
    ----------
    design : Design
        Which coalitions.
    values : array of float, shape (60, comparisons)
        Their values.
    guess : array of float, shape (players, comparisons)
        Cheap guesses; only their differences between units count, and in any unit.

    Returns
    -------
    Sampled
        The estimates.

    Examples
    --------
    >>> design = draw_design(12, 0)
    >>> effect = np.arange(12.0)[:, None]
    >>> found = estimate(design, design.stays @ effect, np.zeros((12, 1)))
    >>> bool(np.abs(found.contributions - effect).max() < 1e-6)
    True
    """
    ends = values[1] - values[0]
    equal = ends / design.stays.shape[1]
    observed = (values[2::2] - values[3::2]) / 2 - design.half.sum(axis=1, keepdims=True) * equal
    found, errors = [], []
    for place in range(values.shape[1]):
        deviation, covariance = _fit(design, observed[:, place], design.basis.T @ guess[:, place])
        found.append(equal[place] + design.basis @ deviation)
        errors.append(np.sqrt(np.maximum((design.basis @ covariance * design.basis).sum(axis=1), 0.0)))
    return Sampled(contributions=np.array(found).T, error=np.array(errors).T)


def _fit(design: Design, observed: FloatArray, guess: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Give the best linear prediction of deviations from equal parts, and the covariance of its error."""
    size = float(np.linalg.norm(guess))
    line = guess / size if size > ROUNDING else np.zeros_like(guess)
    design_line = design.half @ (design.basis @ line)
    has_line = bool(np.linalg.norm(design_line) > ROUNDING)
    seen = design.turned.T @ observed
    rest = float(observed @ observed - seen @ seen)
    seen_line = design.turned.T @ design_line
    freedom = len(observed) - has_line
    best = None
    for ratio in RATIOS:
        weight = 1 / (1 + ratio * design.root**2)
        information = float(seen_line @ (weight * seen_line))
        slope = float(seen_line @ (weight * seen)) / information if has_line else 0.0
        off = seen - slope * seen_line
        noise = (max(rest, 0.0) + float(off @ (weight * off))) / freedom
        loss = freedom * np.log(max(noise, ROUNDING**2)) - np.log(weight).sum()
        loss += np.log(information) if has_line else 0.0
        if best is None or loss < best[0]:
            best = (loss, ratio, weight, information, slope, noise)
    assert best is not None
    _, ratio, weight, information, slope, noise = best
    gain = ratio * design.root * weight
    deviation = slope * line + design.right.T @ (gain * (seen - slope * seen_line))
    shrunk = design.right.T @ ((gain * design.root)[:, None] * design.right)
    covariance = ratio * (np.eye(len(line)) - shrunk)
    if has_line:
        moved = line - design.right.T @ (gain * seen_line)
        covariance = covariance + np.outer(moved, moved) / information
    return deviation, noise * covariance
