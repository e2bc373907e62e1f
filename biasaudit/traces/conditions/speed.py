"""How disagreement goes with speed, and whether there is a speed from which on it is higher."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from biasaudit.data.annotations import AnnotationLog
from biasaudit.measures.intervals import t_quantile
from biasaudit.measures.significance import benjamini_hochberg
from biasaudit.results import ALL_GROUPS, Estimate, SpeedBand, SpeedCurve, estimated, undefined
from biasaudit.traces.clustered import FloatArray, clustered_share
from biasaudit.traces.conditions.working import working_frame
from biasaudit.traces.disclosure import FEWEST_ANNOTATORS, cells_of

#: Speed is told in tenths of each annotator's own labels, so that slow people are not held against quick ones.
TENTHS = 10
#: The fastest tenths whose disagreement is held against the rest: a fifth, chosen before looking.
FASTEST = 2
#: Resamples of annotators behind the interval of a knee, and shuffles behind its p-value.
RESAMPLES = 499
#: A knee is told where its p-value, adjusted over the units of the log, is at most this.
SIGNIFICANT = 0.05
#: Why there is no knee, or no curve.
NO_KNEE = "no speed can be told from chance from which on disagreement rises"
FEW_LABELS = (
    f"fewer than {FEWEST_ANNOTATORS} annotators have {TENTHS} labels with a time on items that others labelled too"
)
KNEE_METHOD = "two levels of disagreement, cut where they differ most; percentiles of resampled annotators"
RISE_METHOD = "fastest fifth minus the rest, within annotators; linearised, clustered by annotator"


@dataclass(frozen=True, kw_only=True)
class _Counts:
    """Labels by annotator and tenth: how many, how many differ, and the seconds of each tenth."""

    hits: FloatArray
    sizes: FloatArray
    seconds: tuple[float, ...]
    between: tuple[float, ...]


def measure_speed(log: AnnotationLog, *, seed: int, level: float) -> tuple[SpeedCurve, ...]:
    r"""Measure disagreement by speed, over everyone and in each unit.

    The labels of each annotator (with at least 10 that have a time, on items that others labelled
    too) are put in order of time and cut into tenths. In each tenth the share is counted that differs from what
    most others said of the item, ties counting a half. The *rise* is the share in the fastest fifth
    minus that in the rest. The *knee* is the cut into fastest and other tenths that leaves the least
    scatter around two levels, :math:`\arg\max_c N_f N_r/(N_f+N_r)\,(d_f - d_r)^2` over cuts with
    :math:`d_f > d_r`. It is told only where that maximum is larger than shuffles of the tenths within
    annotators make it (p at most 0.05, adjusted over the units); its interval resamples annotators.

    Parameters
    ----------
    log : AnnotationLog
        The labels.
    seed : int
        Seed of resamples and shuffles.
    level : float
        Level of the intervals.

    Returns
    -------
    tuple of SpeedCurve
        Everyone first, then every unit of at least 5 annotators; empty where no label has a time or
        labels are not 0 or 1. Quick labels may also be those on easy or on hard items: an association.
    """
    frame = working_frame(log)
    usable = frame[frame["time"].notna() & frame["differs"].notna()]
    if usable["annotator"].nunique() < FEWEST_ANNOTATORS:
        return ()
    parts: list[tuple[str, str, pd.DataFrame]] = [(ALL_GROUPS, ALL_GROUPS, usable)]
    for kind in log.units:
        values = usable[f"unit:{kind}"].astype(str)
        shown = cells_of(values, usable["annotator"]).shown
        parts += [(kind, unit, usable[values == unit]) for unit in (shown if len(shown) > 1 else ())]
    counted = [(kind, unit, _counts(labels)) for kind, unit, labels in parts]
    p_values = [
        np.nan if counts is None else _knee_p(counts, np.random.default_rng([seed, at]))
        for at, (_, _, counts) in enumerate(counted)
    ]
    adjusted = benjamini_hochberg(p_values)
    return tuple(
        _curve((kind, unit), counts, (p, q), np.random.default_rng([seed, at, 1]), level=level)
        for at, ((kind, unit, counts), p, q) in enumerate(zip(counted, p_values, adjusted, strict=True))
    )


def _counts(labels: pd.DataFrame) -> _Counts | None:
    """Cut each annotator's labels into tenths; labels of equal time share the tenth of their mean rank."""
    per_annotator = labels.groupby("annotator")["time"].transform("size")
    kept = labels[per_annotator >= TENTHS]
    annotators, who = np.unique(kept["annotator"].to_numpy(), return_inverse=True)
    if len(annotators) < FEWEST_ANNOTATORS:
        return None
    by_annotator = kept.groupby("annotator")["time"]
    place = ((by_annotator.rank() - 0.5) / by_annotator.transform("size")).to_numpy()
    tenth = np.minimum((place * TENTHS).astype(np.intp), TENTHS - 1)
    cell, shape = who * TENTHS + tenth, (len(annotators), TENTHS)
    sizes = np.bincount(cell, minlength=shape[0] * TENTHS).reshape(shape).astype(float)
    # A tenth may be empty where many labels of a person took equally long.
    if ((sizes > 0).sum(axis=0) < FEWEST_ANNOTATORS).any():
        return None
    hits = np.bincount(cell, kept["differs"].to_numpy(dtype=float), shape[0] * TENTHS).reshape(shape).astype(float)
    time = kept["raw_time"].to_numpy(dtype=float)
    medians = [float(np.median(time[tenth == one])) for one in range(TENTHS)]
    between = [float(np.sqrt(medians[one] * medians[one + 1])) for one in range(TENTHS - 1)]
    return _Counts(hits=hits, sizes=sizes, seconds=tuple(medians), between=tuple(between))


def _curve(
    place: tuple[str, str],
    counts: _Counts | None,
    p_values: tuple[float, float],
    rng: np.random.Generator,
    *,
    level: float,
) -> SpeedCurve:
    kind, unit = place
    if counts is None:
        none = undefined(FEW_LABELS, method=RISE_METHOD, level=level)
        return SpeedCurve(unit_kind=kind, unit=unit, rise=none, knee=none)
    bands = tuple(
        SpeedBand(
            tenth=one + 1,
            seconds=counts.seconds[one],
            differs=clustered_share(counts.hits[:, one], counts.sizes[:, one], level=level),
        )
        for one in range(TENTHS)
    )
    p, adjusted = p_values
    knee, at = undefined(NO_KNEE, method=KNEE_METHOD, level=level), None
    if adjusted <= SIGNIFICANT:
        knee, at = _knee(counts, rng, level)
    return SpeedCurve(
        unit_kind=kind,
        unit=unit,
        bands=bands,
        rise=_rise(counts, level),
        p_value=float(p),
        p_adjusted=float(adjusted),
        knee=knee,
        knee_seconds=None if at is None else counts.between[at],
    )


def _rise(counts: _Counts, level: float) -> Estimate:
    fast, rest = slice(0, FASTEST), slice(FASTEST, TENTHS)
    parts = []
    for tenths in (fast, rest):
        hits, sizes = counts.hits[:, tenths].sum(axis=1), counts.sizes[:, tenths].sum(axis=1)
        share = hits.sum() / sizes.sum()
        parts.append((share, (hits - share * sizes) / sizes.sum()))
    value, own = float(parts[0][0] - parts[1][0]), parts[0][1] - parts[1][1]
    people = len(own)
    half = t_quantile(level, people - 1) * float(np.sqrt(people / (people - 1) * (own**2).sum()))
    return estimated(value, value - half, value + half, method=RISE_METHOD, level=level)


def _scatter(hits: FloatArray, sizes: FloatArray) -> FloatArray:
    """Scatter that each cut takes away, 0 where the fastest differ less; hits have shape (…, tenths)."""
    fast, n_fast = np.cumsum(hits, axis=-1)[..., :-1], np.cumsum(sizes, axis=-1)[..., :-1]
    rest, n_rest = hits.sum(axis=-1, keepdims=True) - fast, sizes.sum(axis=-1, keepdims=True) - n_fast
    rise = fast / n_fast - rest / n_rest
    return np.where(rise > 0, n_fast * n_rest / (n_fast + n_rest) * rise**2, 0.0)


def _knee_p(counts: _Counts, rng: np.random.Generator) -> float:
    observed = float(_scatter(counts.hits.sum(axis=0), counts.sizes.sum(axis=0)).max())
    largest = np.empty(RESAMPLES)
    for draw in range(RESAMPLES):
        order = np.argsort(rng.random(counts.hits.shape), axis=1)
        hits = np.take_along_axis(counts.hits, order, axis=1).sum(axis=0)
        sizes = np.take_along_axis(counts.sizes, order, axis=1).sum(axis=0)
        largest[draw] = _scatter(hits, sizes).max()
    return float((1 + (largest >= observed).sum()) / (RESAMPLES + 1))


def _knee(counts: _Counts, rng: np.random.Generator, level: float) -> tuple[Estimate, int]:
    """Place the knee: the cut, and where resampled annotators put it."""
    people = len(counts.hits)
    copies = rng.multinomial(people, np.full(people, 1 / people), size=RESAMPLES).astype(float)
    drawn = np.argmax(_scatter(copies @ counts.hits, copies @ counts.sizes), axis=1)
    cut = int(np.argmax(_scatter(counts.hits.sum(axis=0), counts.sizes.sum(axis=0))))
    value = (cut + 1) / TENTHS
    low, high = np.quantile((drawn + 1) / TENTHS, [(1 - level) / 2, (1 + level) / 2], method="nearest")
    return estimated(value, min(float(low), value), max(float(high), value), method=KNEE_METHOD, level=level), cut
