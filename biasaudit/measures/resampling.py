"""The bootstrap on counts: rows drawn again without touching a row, for statistics without a formula."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from biasaudit.measures.counting import GroupCounts
from biasaudit.measures.intervals import Interval

FloatArray = npt.NDArray[np.float64]
Statistic = Callable[[GroupCounts], FloatArray]

#: Numbers drawn at a time: 8 MiB of counts, however many replicates are asked for.
_BLOCK = 1 << 20
REPLICATES = 10_000


def resample(by: GroupCounts, statistic: Statistic, replicates: int = REPLICATES, *, seed: int) -> FloatArray:
    r"""Draw the people of a table of counts again, with replacement, and recompute a statistic.

    Drawing N rows with replacement and counting them is one draw of a multinomial distribution over
    the cells, with their shares as probabilities, so that the cost depends on cells and replicates
    and not on rows. With sampling weights the people of each cell are drawn that way, and their
    weights around the cell's mean with the cell's variance:
    :math:`W_c = m_c \bar w_c + \sqrt{m_c}\, s_c z`, which is what a sum of drawn weights tends to.

    It holds for rows that are independent of each other. Where people stand for several rows, or
    were drawn in clusters, those must be drawn as wholes.

    Parameters
    ----------
    by : GroupCounts
        Counts by group, without strata or periods (``counts.by("sex")``).
    statistic : callable
        Makes of counts by group an array whose last axis is that of ``within``. Replicates stand
        there, side by side, so that :func:`biasaudit.measures.rates.rate_counts` serves as it is.
    replicates : int
        How often to draw.
    seed : int
        Of the draws; the same seed gives the same replicates.

    Returns
    -------
    array of float, shape (..., replicates)
        The statistic of each replicate; NaN where it was undefined.

    Raises
    ------
    ValueError
        Where the counts are split by strata or periods, or hold no one.

    References
    ----------
    B. Efron (1979), Annals of Statistics 7, 1-26.

    Examples
    --------
    >>> people = np.zeros((2, 1, 3, 2))
    >>> people[:, 0, 2] = [[60, 40], [20, 80]]
    >>> by = GroupCounts(groups=("f", "m"), within=("",), n=people, weight=people, weight_squared=people)
    >>> rates = lambda by: by.n[..., 1].sum(axis=-1) / by.n.sum(axis=(-1, -2))
    >>> low, high = percentile_interval(resample(by, lambda by: rates(by)[0] - rates(by)[1], seed=1))
    >>> bool(-0.6 < low < -0.4 < high < -0.2)
    True
    """
    if len(by.within) != 1:
        raise ValueError("counts split by strata or periods are not resampled: give counts.by(attribute)")
    total = round(float(by.n.sum()))
    if total <= 0:
        raise ValueError("no one was counted, so no one can be drawn again")
    rng = np.random.default_rng(seed)
    cells = np.flatnonzero(by.n.ravel() > 0)
    block = max(1, _BLOCK // (by.n.size * (3 if _is_weighted(by) else 1)))
    parts: list[FloatArray] = []
    with np.errstate(divide="ignore", invalid="ignore"):
        for start in range(0, replicates, block):
            drawn = _drawn(by, cells, total, min(block, replicates - start), rng)
            parts.append(np.asarray(statistic(drawn)))
    return np.concatenate(parts, axis=-1)


def percentile_interval(values: FloatArray, level: float = 0.95) -> Interval:
    """Give the middle share of the replicates of a statistic.

    Parameters
    ----------
    values : array of float, shape (..., replicates)
        From :func:`resample`; undefined replicates (NaN) are left out.
    level : float
        Share of replicates inside.

    Returns
    -------
    Interval
        Ends of shape (...); NaN where every replicate is undefined.

    Examples
    --------
    >>> low, high = percentile_interval(np.arange(101.0), 0.9)
    >>> round(float(low), 6), round(float(high), 6)
    (5.0, 95.0)
    """
    ordered = np.sort(values, axis=-1)  # NaN last; one sort costs half of what two quantiles do
    known = (~np.isnan(ordered)).sum(axis=-1)

    def at(share: float) -> FloatArray:
        place = share * np.maximum(known - 1, 0)
        below = np.floor(place).astype(np.intp)[..., None]
        above = np.minimum(below + 1, np.maximum(known - 1, 0)[..., None])
        low, high = (np.take_along_axis(ordered, each, axis=-1)[..., 0] for each in (below, above))
        return np.asarray(low + (high - low) * (place - np.floor(place)))

    tail = (1.0 - level) / 2.0
    return Interval(at(tail), at(1.0 - tail))


def _is_weighted(by: GroupCounts) -> bool:
    return by.weight is not by.n


def _drawn(
    by: GroupCounts, cells: npt.NDArray[np.intp], total: int, replicates: int, rng: np.random.Generator
) -> GroupCounts:
    """Draw a block of replicates and lay them along the axis of strata."""
    groups, _, actual, decided = by.n.shape
    shares = by.n.ravel()[cells]
    drawn = rng.multinomial(total, shares / shares.sum(), size=replicates).T.astype(np.float64)

    def laid(values: FloatArray) -> FloatArray:
        table = np.zeros((by.n.size, replicates))
        table[cells] = values
        return np.moveaxis(table.reshape(groups, actual, decided, replicates), -1, 1)

    n = laid(drawn)
    if not _is_weighted(by):
        return replace(by, within=("",) * replicates, n=n, weight=n, weight_squared=n)
    mean, square = by.weight.ravel()[cells] / shares, by.weight_squared.ravel()[cells] / shares
    spread = np.sqrt(np.maximum(square - mean**2, 0.0))
    noise = rng.standard_normal(drawn.shape) * np.sqrt(drawn)
    weight = np.maximum(drawn * mean[:, None] + noise * spread[:, None], 0.0)
    # Kish's size needs the squares; their mean in a cell moves too little to matter.
    return replace(
        by, within=("",) * replicates, n=n, weight=laid(weight), weight_squared=laid(drawn * square[:, None])
    )
