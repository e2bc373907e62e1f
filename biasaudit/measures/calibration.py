"""Whether a score means for each group what it says: calibration curves and their errors."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from biasaudit.measures.histograms import Histograms, ScoreHistogram
from biasaudit.measures.intervals import critical, wilson
from biasaudit.results import AttributeFacts, Calibration, CalibrationBin, Estimate, estimated, undefined

FloatArray = npt.NDArray[np.float64]

#: Bins of a calibration curve: tenths of the score's range.
CURVE_BINS = 10
NO_OUTCOME = "the outcome of no one of the group is known"
NOT_A_CHANCE = "scores outside 0 to 1 are not chances, so there is nothing to hold rates against"
NO_INTERVAL = "no interval: this mean distance is above zero by chance alone"
_ERROR = "mean distance over tenths of the score"
_GAP = "mean of score minus outcome, normal interval"


def calibration_curve(histogram: ScoreHistogram, place: int, level: float = 0.95) -> tuple[CalibrationBin, ...]:
    """Mean score and rate of a group, by tenths of the score.

    Parameters
    ----------
    histogram : ScoreHistogram
        Scores in [0, 1].
    place : int
        The group's place.
    level : float
        Level of Wilson's intervals.

    Returns
    -------
    tuple of CalibrationBin
        Tenths in which the group has people whose outcome is known; 1 belongs to the last.
    """
    tenth = np.minimum((histogram.mean * CURVE_BINS + 1e-12).astype(int), CURVE_BINS - 1)

    def summed(part: FloatArray) -> FloatArray:
        return np.bincount(tenth, weights=part, minlength=CURVE_BINS).astype(float)

    positive, known = (summed(histogram.weight[place, kinds].sum(axis=0)) for kinds in ([1], [0, 1]))
    squares = summed(histogram.weight_squared[place, :2].sum(axis=0))
    people = summed(histogram.n[place, :2].sum(axis=0))
    scores = summed(histogram.weight[place, :2].sum(axis=0) * histogram.mean)
    bins = []
    for b in np.flatnonzero(known > 0):
        effective, rate = known[b] ** 2 / squares[b], positive[b] / known[b]
        low, high = (float(end) for end in wilson(rate * effective, effective, level))
        bins.append(
            CalibrationBin(
                low=b / CURVE_BINS,
                high=(b + 1) / CURVE_BINS,
                n=float(people[b]),
                mean_score=float(scores[b] / known[b]),
                rate=estimated(
                    float(rate), min(low, float(rate)), max(high, float(rate)), method="wilson", level=level
                ),
            )
        )
    return tuple(bins)


def measure_calibration(
    histograms: Histograms, facts: Iterable[AttributeFacts], level: float = 0.95
) -> tuple[Calibration, ...]:
    r"""Measure calibration by group.

    .. math::

        ECE = \sum_b \frac{n_b}{n} |\bar s_b - r_b|, \qquad \bar d = \overline{s - y}

    over tenths of the score. The expected calibration error is a mean of sizes: it is above zero for
    a perfectly calibrated score too, more so in small groups, and is given without an interval. The
    mean of score minus outcome has one.

    Parameters
    ----------
    histograms : callable
        Gives the scores of an attribute's groups; outside [0, 1] the errors are undefined, with the reason.
    facts : iterable of AttributeFacts
        Attributes and intersections.
    level : float
        Level of the intervals.

    Returns
    -------
    tuple of Calibration
        By attribute and group.

    References
    ----------
    M. P. Naeini, G. F. Cooper and M. Hauskrecht (2015), AAAI 29, 2901-2907.
    """
    found = []
    for fact in facts:
        histogram = histograms(fact.name)
        is_chance = bool(histogram.lowest[0] >= 0 and histogram.highest <= 1)
        for place, group in enumerate(histogram.groups):
            n = float(histogram.n[place, :2].sum())
            why = "" if is_chance and n > 0 else NO_OUTCOME if is_chance else NOT_A_CHANCE
            bins = () if why else calibration_curve(histogram, place, level)
            found.append(
                Calibration(
                    attribute=fact.name,
                    group=group,
                    n=n,
                    bins=bins,
                    error=undefined(why, method=_ERROR, level=level) if why else _error(bins, histogram, place, level),
                    mean_gap=undefined(why, method=_GAP, level=level) if why else _mean_gap(histogram, place, level),
                )
            )
    return tuple(found)


def _error(bins: tuple[CalibrationBin, ...], histogram: ScoreHistogram, place: int, level: float) -> Estimate:
    tenth = np.minimum((histogram.mean * CURVE_BINS + 1e-12).astype(int), CURVE_BINS - 1)
    weight = np.bincount(tenth, weights=histogram.weight[place, :2].sum(axis=0), minlength=CURVE_BINS)
    weight = weight[weight > 0] / weight.sum()
    distance = np.array([abs(one.mean_score - (one.rate.value or 0.0)) for one in bins])
    return Estimate(value=float((weight * distance).sum()), method=_ERROR, level=level, reason=NO_INTERVAL)


def _mean_gap(histogram: ScoreHistogram, place: int, level: float) -> Estimate:
    weight, score = histogram.weight[place, :2], histogram.mean
    residual = np.stack([score, score - 1])
    total = weight.sum()
    mean = float((weight * residual).sum() / total)
    squares = (histogram.weight_squared[place, :2] * (residual - mean) ** 2).sum()
    half = critical(level) * float(squares) ** 0.5 / float(total)
    return estimated(mean, mean - half, mean + half, method=_GAP, level=level)
