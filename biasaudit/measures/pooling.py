"""Partial pooling: rates of small groups drawn towards those of the others, as far as groups are alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, betaln, logsumexp

from biasaudit.measures.counting import Counts
from biasaudit.measures.rates import rate_counts, rate_estimates, rules
from biasaudit.results import AttributeFacts, PooledRate, estimated

FloatArray = npt.NDArray[np.float64]

#: Fewer groups than this say nothing about how alike groups are.
FEWEST_GROUPS = 3
_METHOD = "empirical bayes (beta-binomial), averaged over its two parameters"
#: Points of each parameter's grid.
_MEANS, _SPREADS = 40, 24
#: People that the common distribution may count for, from the loosest to the tightest.
_FEWEST_PRIOR, _MOST_PRIOR = 0.5, 1e5
#: Grid points of a smaller share of the likelihood are left out.
_NEGLIGIBLE = 1e-4
#: Rates that are pooled.
POOLED = ("selection_rate", "tpr", "fpr", "ppv")


class Pooled(NamedTuple):
    """Pooled rates.

    Attributes
    ----------
    value, low, high : array of float, shape (g,)
        Posterior mean and equal-tailed interval of each group's rate, in [0, 1].
    own : array of float, shape (g,)
        Share of the pooled rate that comes from the group's own people, 0 to 1.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray
    own: FloatArray


def pool(k: npt.ArrayLike, n: npt.ArrayLike, level: float = 0.95) -> Pooled:
    r"""Pool the rates of several groups as far as the counts say that groups are alike.

    .. math::

        p_g \sim \mathrm{Beta}(m s, (1 - m) s), \qquad
        E[p_g \mid k_g, m, s] = \frac{k_g + m s}{n_g + s}

    The mean ``m`` and the size ``s`` of the common distribution are fitted to the groups (marginal
    likelihood). Fitting one value each would leave out how unsure they are and make intervals too
    narrow, so both are averaged over a grid, weighted by their likelihood: flat in ``m``, and in the
    share :math:`1 / (1 + \sqrt s)`, which is flat in the standard deviation of rates among groups where
    that is small. Intervals are those of the Beta distribution with the posterior's mean and variance.

    Parameters
    ----------
    k, n : array-like of float, shape (g,)
        How many of how many in each group; a group without people has the common distribution.
    level : float
        Level of the intervals: on average over groups, not for each.

    Returns
    -------
    Pooled
        Pooled rates, intervals, and how much of each is the group's own.

    References
    ----------
    B. Efron and C. Morris (1975), Journal of the American Statistical Association 70, 311-319; for
    the averaging, A. Gelman et al. (2013), Bayesian Data Analysis, section 5.3.

    Examples
    --------
    >>> pooled = pool([0, 52, 61, 40], [4, 200, 200, 150])
    >>> bool(0.15 < pooled.value[0] < 0.28)
    True
    """
    k, n = np.asarray(k, dtype=float), np.asarray(n, dtype=float)
    means, sizes, share = _grid(k, n)
    a, b = k[:, None] + means * sizes, n[:, None] - k[:, None] + (1 - means) * sizes
    value = ((a / (a + b)) * share).sum(axis=1)
    own = ((n[:, None] / (n[:, None] + sizes)) * share).sum(axis=1)
    square = ((a * (a + 1) / ((a + b) * (a + b + 1))) * share).sum(axis=1)
    size = value * (1 - value) / np.maximum(square - value**2, np.finfo(float).tiny) - 1
    tail = (1.0 - level) / 2
    low, high = (betaincinv(value * size, (1 - value) * size, q) for q in (tail, 1.0 - tail))
    return Pooled(value, low, high, own)


def _grid(k: FloatArray, n: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Means and sizes of the common distribution that have a share of the likelihood, and that share."""
    loosest, tightest = (1 / (1 + np.sqrt(size)) for size in (_FEWEST_PRIOR, _MOST_PRIOR))
    spreads = tightest + (loosest - tightest) * (np.arange(_SPREADS) + 0.5) / _SPREADS
    rates = (k.sum() + 0.5) / (n.sum() + 1)
    # A finer grid where the overall rate lies: in steps of its own logit.
    steps = np.linspace(-5, 5, _MEANS) * max(0.15, min(1.0, 4 / np.sqrt(n.sum() * rates * (1 - rates) + 1)))
    means = 1 / (1 + np.exp(-(np.log(rates / (1 - rates)) + steps)))
    m, t = (part.ravel() for part in np.meshgrid(means, spreads))
    s = (1 / t - 1) ** 2
    a, b = m * s, (1 - m) * s
    log_share = (betaln(k[:, None] + a, n[:, None] - k[:, None] + b) - betaln(a, b)).sum(axis=0)
    log_share += np.log(m * (1 - m))  # steps are even in the logit; the weight makes them flat in the mean
    share = np.exp(log_share - logsumexp(log_share))
    kept = share > _NEGLIGIBLE
    return m[kept], s[kept], share[kept] / share[kept].sum()


def measure_pooled_rates(
    counts: Counts, facts: Iterable[AttributeFacts], level: float = 0.95
) -> tuple[PooledRate, ...]:
    """Pool the rates of attributes and intersections with enough groups to learn from.

    Parameters
    ----------
    counts : Counts
        The joint table.
    facts : iterable of AttributeFacts
        Attributes and intersections; those of fewer than :data:`FEWEST_GROUPS` groups are left out.
    level : float
        Level of the intervals.

    Returns
    -------
    tuple of PooledRate
        By attribute, measure (those of :data:`POOLED`) and group, the raw rate beside the pooled one.
    """
    found: list[PooledRate] = []
    for fact in facts:
        by = counts.by(fact.name)
        if len(by.groups) < FEWEST_GROUPS:
            continue
        for rule in rules(counts, POOLED):
            cells = rate_counts(by, rule)
            if cells.n.sum() <= 0:
                continue
            raw = rate_estimates(cells, level, rule.empty)
            pooled = pool(cells.k[:, 0], cells.n[:, 0], level)
            found += [
                PooledRate(
                    attribute=fact.name,
                    group=group,
                    measure=rule.name,
                    n=float(cells.people[place, 0]),
                    raw=raw[place],
                    pooled=estimated(
                        float(pooled.value[place]),
                        float(pooled.low[place]),
                        float(pooled.high[place]),
                        method=_METHOD,
                        level=level,
                    ),
                    weight=float(pooled.own[place]),
                )
                for place, group in enumerate(by.groups)
            ]
    return tuple(found)
