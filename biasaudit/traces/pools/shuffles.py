"""How often shuffled names of pools do as much as the true ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from biasaudit.data.table import FloatArray
from biasaudit.traces.ballots import IntArray

#: Shuffles behind a p-value at least and at most.
FEWEST_SHUFFLES, MOST_SHUFFLES = 999, 9_999
#: Shuffles for every test of the family, so that one clear effect among many can still be told.
SHUFFLES_A_TEST = 50
#: Shuffles held in memory at once.
_AT_ONCE = 256


def shuffles_for(tests: int) -> int:
    """Give how many shuffles a family of tests needs.

    A p-value is never below 1 / (shuffles + 1), and Benjamini-Hochberg multiplies the smallest by the
    size of the family.

    Examples
    --------
    >>> shuffles_for(4), shuffles_for(60), shuffles_for(10_000)
    (999, 2999, 9999)
    """
    return min(MOST_SHUFFLES, max(FEWEST_SHUFFLES, SHUFFLES_A_TEST * tests - 1))


def shuffled_p(
    scores: FloatArray, unit_of_block: IntArray, tests: Sequence[tuple[int, int]], *, shuffles: int, seed: int
) -> FloatArray:
    r"""Test whether the scores of a pool's annotators differ from those of the others.

    The statistic is the difference of the two means over its standard error (Welch's t), which stays
    valid where pools differ in spread. Names are shuffled over whole annotators, labels never.

    .. math:: p = \frac{1 + \#\{|t^*| \ge |t|\}}{1 + \text{shuffles}}

    Parameters
    ----------
    scores : array of float, shape (blocks, comparisons)
        What each block adds to each comparison.
    unit_of_block : array of int, shape (blocks,)
        Pool of each block, from 0.
    tests : sequence of (int, int)
        Comparison and pool of each test.
    shuffles : int
        How many.
    seed : int
        Seed of the shuffles.

    Returns
    -------
    array of float, shape (tests,)
        p-values, from 1 / (shuffles + 1) to 1; NaN where all scores are equal.

    References
    ----------
    A. Janssen (1997), Studentized permutation tests for non-i.i.d. hypotheses and the generalized
    Behrens-Fisher problem, Statistics and Probability Letters 36.

    Examples
    --------
    >>> scores = np.array([[1.0], [1.1], [0.9], [1.0], [0.0], [0.1], [-0.1], [0.0]])
    >>> float(shuffled_p(scores, np.array([0, 0, 0, 0, 1, 1, 1, 1]), [(0, 0)], shuffles=999, seed=1)[0]) < 0.05
    True
    """
    rng = np.random.default_rng(seed)
    units = sorted({unit for _, unit in tests})
    columns = {unit: [at for at, test in enumerate(tests) if test[1] == unit] for unit in units}
    picked = {unit: [tests[at][0] for at in columns[unit]] for unit in units}
    # Scores of one comparison are brought to one size, so that a rounding error means the same in all.
    spread = scores.std(axis=0)
    even = (scores - scores.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    both = np.hstack([even, even**2])
    observed = np.full(len(tests), np.nan)
    for unit in units:
        observed[columns[unit]] = _welch(both, (unit_of_block == unit)[None, :], picked[unit])[0]
    beaten = np.zeros(len(tests))
    for start in range(0, shuffles, _AT_ONCE):
        rows = min(_AT_ONCE, shuffles - start)
        names = rng.permuted(np.broadcast_to(unit_of_block.astype(np.int32), (rows, len(unit_of_block))), axis=1)
        for unit in units:
            drawn = _welch(both, names == unit, picked[unit])
            beaten[columns[unit]] += (drawn >= observed[columns[unit]] * (1 - 1e-9)).sum(axis=0)
    return np.where(np.isfinite(observed), (1 + beaten) / (1 + shuffles), np.nan)


def flipped_p(scores: FloatArray, *, shuffles: int, seed: int) -> float:
    """Test whether scores of annotators lie around zero, by turning the signs of whole annotators at random.

    Parameters
    ----------
    scores : array of float, shape (annotators,)
        What each annotator adds.
    shuffles : int
        How many times.
    seed : int
        Seed.

    Returns
    -------
    float
        From 1 / (shuffles + 1) to 1; NaN where all scores are zero.

    References
    ----------
    A. C. Cameron, J. B. Gelbach and D. L. Miller (2008), Bootstrap-Based Improvements for Inference
    with Clustered Errors, Review of Economics and Statistics 90 (wild cluster bootstrap, Rademacher).

    Examples
    --------
    >>> flipped_p(np.array([1.0, 1.2, 0.8, 1.1, 0.9, 1.0]), shuffles=999, seed=1) < 0.05
    True
    """
    if not (scores != 0).any():
        return float("nan")
    signs = np.random.default_rng(seed).choice(np.array([-1.0, 1.0]), (shuffles, len(scores)))
    drawn = np.abs(signs @ scores)
    return float((1 + (drawn >= abs(scores.sum()) * (1 - 1e-9)).sum()) / (1 + shuffles))


def _welch(both: FloatArray, is_own: np.ndarray, picked: list[int]) -> FloatArray:
    """Give |t| of each deal of names (rows) and comparison (columns); NaN where nothing varies."""
    size = both.shape[1] // 2
    wanted = both[:, [*picked, *(size + at for at in picked)]]
    n = is_own.sum(axis=1)[:, None].astype(float)
    own = is_own.astype(float) @ wanted
    others, rest = wanted.sum(axis=0) - own, len(both) - n
    half = len(picked)
    means = own[:, :half] / n, others[:, :half] / rest
    spread = (own[:, half:] / n - means[0] ** 2) / np.maximum(n - 1, 1)
    spread = spread + (others[:, half:] / rest - means[1] ** 2) / np.maximum(rest - 1, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(spread > 1e-12, np.abs(means[0] - means[1]) / np.sqrt(spread), np.nan))  # noqa: PLR2004 - rounding
