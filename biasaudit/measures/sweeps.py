"""Selection rates and verdicts at every threshold: how much of a verdict is the choice of the cut-off."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from biasaudit.measures.histograms import Histograms, ScoreHistogram
from biasaudit.measures.intervals import critical, newcombe, score_of_ratio
from biasaudit.measures.significance import no_gap_p
from biasaudit.results import AttributeFacts, Disparity, Sweep, SweepPoint, VerdictChange
from biasaudit.results.measuring import Told

FloatArray = npt.NDArray[np.float64]

#: Thresholds tried at most: every score that occurs up to this many, else evenly placed among people.
MOST_THRESHOLDS = 2_000
#: Points kept for a picture.
POINTS_SHOWN = 61
#: A verdict that holds for a smaller share of the thresholds tried is flicker between two others.
LEAST_RUN = 0.01
#: As in the verdicts of an audit.
_EXACT_VERDICT_BELOW = 1_000.0


def rates_above(histogram: ScoreHistogram) -> tuple[FloatArray, FloatArray]:
    """Effective numbers selected and in all, were the cut-off each bin's lowest score.

    Parameters
    ----------
    histogram : ScoreHistogram
        Scores by group.

    Returns
    -------
    k : array of float, shape (g, b)
        Selected at each threshold: scores at or above it.
    n : array of float, shape (g,)
        Kish's effective size.
    """
    weight = histogram.weight.sum(axis=1)
    total, squares = weight.sum(axis=1), histogram.weight_squared.sum(axis=(1, 2))
    effective = np.divide(total**2, squares, out=np.zeros_like(total), where=squares > 0)
    above = np.cumsum(weight[:, ::-1], axis=1)[:, ::-1]
    share = np.divide(above, total[:, None], out=np.zeros_like(above), where=total[:, None] > 0)
    return np.clip(share, 0, 1) * effective[:, None], effective


def verdicts_at(
    k: FloatArray, n: float, k_reference: FloatArray, n_reference: float, *, level: float, zone: tuple[float, float]
) -> list[Told]:
    """Verdicts of many pairs of counts, as an audit gives them.

    Parameters
    ----------
    k, k_reference : array of float, shape (t,)
        Selected at each threshold.
    n, n_reference : float
        Effective sizes, above 0.
    level : float
        Level of the deciding interval, widened for the family.
    zone : (float, float)
        Tolerated values; below zero it begins for a gap, above for a ratio.

    Returns
    -------
    list of str
        ``exceeds``, ``within`` or ``cannot_tell``.

    Examples
    --------
    >>> verdicts_at(np.array([50.0, 500.0]), 1000, np.array([300.0, 510.0]), 1000, level=0.95, zone=(-0.05, 0.05))
    ['exceeds', 'cannot_tell']
    """
    four = (k, np.full(k.shape, float(n)), k_reference, np.full(k.shape, float(n_reference)))
    bottom, top = zone
    if bottom < 0 or top <= 0:
        low, high = newcombe(*four, level)
        exceeds, within = (low > top) | (high < bottom), (low >= bottom) & (high <= top)
    else:
        z = critical(level)
        at_bottom, at_top = (score_of_ratio(*four, ratio) for ratio in (bottom, top))
        exceeds, within = (at_bottom < -z) | (at_top > z), (at_bottom >= z) & (at_top <= -z)
        told = k_reference > 0  # a ratio to nothing is not told
        exceeds, within = exceeds & told, within & told
    alarms = np.flatnonzero(exceeds)
    p_values = no_gap_p(*(part[alarms] for part in four), exact_below=_EXACT_VERDICT_BELOW)
    exceeds[alarms] = p_values <= 1.0 - level
    words = ("cannot_tell", "within", "exceeds")
    return [words[2 if far else 1 if near else 0] for far, near in zip(exceeds, within, strict=True)]  # type: ignore[misc]


def measure_sweeps(
    histograms: Histograms,
    facts: Iterable[AttributeFacts],
    disparities: Iterable[Disparity],
    *,
    threshold: float | None,
    tolerance_gap: float,
    tolerance_ratio: float,
    minimum_size: int,
) -> tuple[Sweep, ...]:
    """Move the cut-off over all scores and tell where each verdict changes.

    Parameters
    ----------
    histograms : callable
        Gives the scores of an attribute's groups, higher ones selected first.
    facts : iterable of AttributeFacts
        Attributes and intersections.
    disparities : iterable of Disparity
        The audit's own verdicts, whose deciding level each threshold is judged at.
    threshold : float or None
        The audit's cut-off score, to be marked.
    tolerance_gap, tolerance_ratio : float
        The audit's tolerances.
    minimum_size : int
        People below which no verdict is given, at any threshold.

    Returns
    -------
    tuple of Sweep
        One a group other than its reference. Trying many thresholds and keeping the pleasing one
        is what this shows, not what it allows for: levels are those of one threshold.
    """
    level = {(d.attribute, d.group): d.deciding.level for d in disparities if d.measure == "selection_rate"}
    zones = {"gap": (-tolerance_gap, tolerance_gap), "ratio": (tolerance_ratio, 1 / tolerance_ratio)}
    found = []
    for fact in facts:
        if len(fact.groups) < 2:  # noqa: PLR2004
            continue
        histogram = histograms(fact.name)
        k, n = rates_above(histogram)
        tried = _tried(histogram)
        people = histogram.n.sum(axis=(1, 2))
        reference = histogram.groups.index(fact.reference)
        for place, group in enumerate(histogram.groups):
            if place == reference or n[place] <= 0 or n[reference] <= 0:
                continue
            four = (k[place, tried], n[place], k[reference, tried], n[reference])
            enough = min(people[place], people[reference]) >= minimum_size
            told: dict[str, list[Told]] = {
                name: verdicts_at(*four, level=level.get((fact.name, group), 0.95), zone=zone)
                if enough
                else ["cannot_tell"] * len(tried)
                for name, zone in zones.items()
            }
            found.append(
                Sweep(
                    attribute=fact.name,
                    group=group,
                    reference=fact.reference,
                    threshold=threshold,
                    points=_points(histogram.lowest[tried], four, told),
                    changes=_changes(histogram.lowest[tried], told),
                    thresholds_tried=len(tried),
                )
            )
    return tuple(found)


def _tried(histogram: ScoreHistogram) -> npt.NDArray[np.intp]:
    """Places of the thresholds tried: all, or those that split people most evenly."""
    if histogram.lowest.size <= MOST_THRESHOLDS:
        return np.arange(histogram.lowest.size)
    reached = np.cumsum(histogram.n.sum(axis=(0, 1)))
    wanted = np.linspace(reached[0], reached[-1], MOST_THRESHOLDS)
    return np.unique(np.searchsorted(reached, wanted))


def _points(
    lowest: FloatArray, four: tuple[FloatArray, float, FloatArray, float], told: dict[str, list[Told]]
) -> tuple[SweepPoint, ...]:
    rate, rate_reference = four[0] / four[1], four[2] / four[3]
    shown = np.unique(np.linspace(0, len(lowest) - 1, min(POINTS_SHOWN, len(lowest))).round().astype(int))
    return tuple(
        SweepPoint(
            threshold=float(lowest[i]),
            rate_group=float(rate[i]),
            rate_reference=float(rate_reference[i]),
            gap=float(rate[i] - rate_reference[i]),
            ratio=float(rate[i] / rate_reference[i]) if rate_reference[i] > 0 else None,
            verdict_gap=told["gap"][i],
            verdict_ratio=told["ratio"][i],
        )
        for i in shown
    )


def _changes(lowest: FloatArray, told: dict[str, list[Told]]) -> tuple[VerdictChange, ...]:
    return tuple(
        VerdictChange(
            statistic="gap" if name == "gap" else "ratio", threshold=float(lowest[start]), before=before, after=after
        )
        for name, words in told.items()
        for (_, before), (start, after) in itertools.pairwise(steady_runs(words))
    )


def steady_runs(words: Sequence[Told]) -> list[tuple[int, Told]]:
    """Where each verdict begins, without those that hold for hardly any thresholds.

    Parameters
    ----------
    words : sequence of str
        Verdicts at rising thresholds.

    Returns
    -------
    list of (int, str)
        Place and verdict of each run of at least :data:`LEAST_RUN` of all; runs of one verdict that
        only flicker parts are one.

    Examples
    --------
    >>> steady_runs(["within"] * 300 + ["cannot_tell"] * 2 + ["within"] * 100 + ["exceeds"] * 50)
    [(0, 'within'), (402, 'exceeds')]
    """
    starts = [0, *(i for i in range(1, len(words)) if words[i] != words[i - 1])]
    lengths = np.diff([*starts, len(words)]).tolist()
    kept: list[tuple[int, Told]] = []
    for start, length in zip(starts, lengths, strict=True):
        if length >= LEAST_RUN * len(words) and (not kept or kept[-1][1] != words[start]):
            kept.append((start, words[start]))
    return kept
