"""Shares, medians and contrasts of labels, with intervals that know that people give many labels each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr

from biasaudit.measures.intervals import critical, t_quantile, wilson
from biasaudit.results import Estimate, estimated, undefined

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

#: Fewest annotators on each side of a percentile before its interval is given: its ends are what two people have.
FEWEST_BESIDE = 5


def clustered_share(hits: npt.ArrayLike, sizes: npt.ArrayLike, *, level: float) -> Estimate:
    r"""Share of labels, with an interval clustered by annotator.

    Wilson's interval at the effective number of labels :math:`n^* = p(1-p)/v`, with v the linearised
    variance of the ratio of the sums over annotators, and :math:`n^*` drawn in by
    :math:`(z/t_{A-1})^2` for few annotators A (Korn and Graubard 1998). It is never taken for larger than
    the labels or smaller than :math:`(\sum n_a)^2/\sum n_a^2`, which is what it is when all labels of an
    annotator are alike.

    Parameters
    ----------
    hits, sizes : array-like of float, shape (annotators,)
        How many of how many labels of each annotator.
    level : float
        Level of the interval.

    Returns
    -------
    Estimate
        From 0 to 1.

    References
    ----------
    E. L. Korn and B. I. Graubard (1998), Survey Methodology 24, 193-201, with Wilson's interval in
    the place of the exact one (C. Franco and others 2019, Journal of Survey Statistics and Methodology 7).

    Examples
    --------
    >>> clustered_share([2, 0, 5, 1, 3, 1], [10] * 6, level=0.95).value
    0.2
    """
    method = "share of labels; Wilson at the effective size, clustered by annotator"
    hit, size = np.asarray(hits, dtype=float), np.asarray(sizes, dtype=float)
    hit, size = hit[size > 0], size[size > 0]
    n, people = float(size.sum()), len(size)
    if people < 2:  # noqa: PLR2004 - one person has no spread
        return undefined("too few annotators for an interval", method=method, level=level)
    share = float(hit.sum() / n)
    fewest = n**2 / float((size**2).sum())
    spread = people / (people - 1) * float(((hit - share * size) ** 2).sum()) / n**2
    effective = np.clip(share * (1 - share) / spread, fewest, n) if spread > 0 else fewest
    effective *= (critical(level) / t_quantile(level, people - 1)) ** 2
    low, high = wilson([share * effective], [effective], level)
    return estimated(share, float(min(low[0], share)), float(max(high[0], share)), method=method, level=level)


def clustered_median(values: FloatArray, cluster: IntArray, *, level: float) -> Estimate:
    r"""Median over labels, with an interval clustered by annotator.

    Woodruff's interval: the ends are the quantiles at :math:`1/2 \pm t_{A-1} s`, s being the clustered
    standard error of the share of values up to the median.

    Parameters
    ----------
    values : array of float, shape (labels,)
        All finite, at least one.
    cluster : array of int, shape (labels,)
        Annotator of each.
    level : float
        Level of the interval.

    Returns
    -------
    Estimate
        In the unit of the values.

    References
    ----------
    R. S. Woodruff (1952), Journal of the American Statistical Association 47, 635-646.

    Examples
    --------
    >>> clustered_median(np.arange(1.0, 100.0), np.arange(99) % 11, level=0.95).value
    50.0
    """
    method = "median over labels; Woodruff, clustered by annotator"
    middle = float(np.median(values))
    _, which = np.unique(cluster, return_inverse=True)
    people = int(which.max()) + 1
    if people < 2:  # noqa: PLR2004 - as above
        return Estimate(value=middle, method=method, level=level, reason="too few annotators for an interval")
    is_below = (values <= middle).astype(float)
    sums = np.bincount(which, is_below - is_below.mean())
    error = np.sqrt(people / (people - 1) * float((sums**2).sum())) / len(values)
    half = t_quantile(level, people - 1) * error
    low, high = np.quantile(values, np.clip([0.5 - half, 0.5 + half], 0, 1))
    return estimated(middle, float(min(low, middle)), float(max(high, middle)), method=method, level=level)


def percentile_of_people(values: FloatArray, share: float, *, method: str, level: float) -> Estimate:
    r"""Percentile over annotators, with an interval between two order statistics.

    The interval from the j-th to the k-th smallest holds the percentile with probability
    :math:`P(j \le B < k)`, B binomial with chance ``share``; j and k leave at most half of what the level
    leaves on either side. A percentile with fewer than 5 annotators on either side of it is not
    given, nor an interval whose ends have fewer than 2: it would be what one person has.

    Parameters
    ----------
    values : array of float, shape (annotators,)
        All finite.
    share : float
        0.5 for the median.
    method : str
        Name of what is measured.
    level : float
        Level of the interval.

    Returns
    -------
    Estimate
        In the unit of the values.

    References
    ----------
    W. J. Conover (1999), Practical Nonparametric Statistics, section 3.2.

    Examples
    --------
    >>> percentile_of_people(np.arange(1.0, 101.0), 0.5, method="pay", level=0.95).low
    40.0
    """
    from scipy.stats import binom

    ordered, n = np.sort(values), len(values)
    method = f"{method}; interval between order statistics"
    is_median = share == 0.5  # noqa: PLR2004 - the middle, which five annotators may have
    if n < FEWEST_BESIDE or (not is_median and n * min(share, 1 - share) < FEWEST_BESIDE):
        return undefined(f"fewer than {FEWEST_BESIDE} annotators lie beyond it", method=method, level=level)
    value = float(np.quantile(ordered, share))
    tail = (1 - level) / 2
    below = int(binom.ppf(tail, n, share))
    above = int(binom.ppf(1 - tail, n, share)) + 1
    # Counted from 1: the ends are the below-th and the above-th smallest, never the very first or last.
    if below < 2 or above > n - 1:  # noqa: PLR2004
        reason = "too few annotators for an interval whose ends are not those of single people"
        return Estimate(value=value, method=method, level=level, reason=reason)
    return estimated(value, float(ordered[below - 1]), float(ordered[above - 1]), method=method, level=level)


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """A difference between two sorts of labels of the same annotators.

    Attributes
    ----------
    value, low, high : float
        The difference and its interval.
    p_value : float
        That there is none, two-sided.
    """

    value: float
    low: float
    high: float
    p_value: float


def within_contrast(
    values: FloatArray, is_first: npt.NDArray[np.bool_], annotator: IntArray, item: IntArray, *, level: float
) -> Contrast:
    r"""Difference of two sorts of labels, each annotator compared with themselves.

    Least squares with one effect for each annotator,
    :math:`y_{ij} = \alpha_j + \beta x_i + e_{ij}`; the variance of :math:`\hat\beta` is clustered by
    annotators and by items at once, :math:`V_a + V_i - V_{ai}`, each with G/(G-1), and held against t
    with the smaller number of clusters less one.

    Parameters
    ----------
    values : array of float, shape (labels,)
        What is compared.
    is_first : array of bool, shape (labels,)
        The sort of each label.
    annotator, item : array of int, shape (labels,)
        Who gave it, and on what.
    level : float
        Level of the interval.

    Returns
    -------
    Contrast
        First sort minus second; NaN throughout where no annotator gave both.

    References
    ----------
    A. C. Cameron, J. B. Gelbach and D. L. Miller (2011), Journal of Business & Economic Statistics 29, 238-249.

    Examples
    --------
    >>> who = np.repeat(np.arange(6), 4)
    >>> sort = np.tile([True, False], 12)
    >>> round(within_contrast(who + 2.0 * sort, sort, who, np.arange(24), level=0.95).value, 6)
    2.0
    """
    _, who = np.unique(annotator, return_inverse=True)
    x, y = (_centred(each, who) for each in (is_first.astype(float), values))
    norm = float((x**2).sum())
    if norm < 1e-9:  # noqa: PLR2004 - rounding left of zero
        return Contrast(value=np.nan, low=np.nan, high=np.nan, p_value=np.nan)
    beta = float((x * y).sum()) / norm
    score = x * (y - beta * x)
    takes_part = x != 0
    variance, clusters = _two_way(score[takes_part], who[takes_part], item[takes_part])
    error, freedom = np.sqrt(variance) / norm, max(clusters - 1, 1)
    half = t_quantile(level, freedom) * error
    p = float(2 * stdtr(freedom, -abs(beta) / error)) if error > 0 else float(beta == 0)
    return Contrast(value=beta, low=beta - half, high=beta + half, p_value=p)


def _centred(values: FloatArray, who: IntArray) -> FloatArray:
    means = np.bincount(who, values) / np.bincount(who)
    return np.asarray(values - means[who])


def _two_way(score: FloatArray, who: IntArray, item: IntArray) -> tuple[float, int]:
    """Sum of squared scores clustered two ways, and the smaller number of clusters."""
    parts, sizes = [], []
    for by in (who, item):
        _, code = np.unique(by, return_inverse=True)
        groups = int(code.max()) + 1
        parts.append(groups / max(groups - 1, 1) * float((np.bincount(code, score) ** 2).sum()))
        sizes.append(groups)
    n = len(score)
    both = parts[0] + parts[1] - n / max(n - 1, 1) * float((score**2).sum())
    # The sum may fall below either part by chance; the larger of the two is then the honest one.
    return max(both, *parts), min(sizes)
