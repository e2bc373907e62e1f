"""Under what conditions each unit labelled, and what the log does not say about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from biasaudit.data.annotations import AnnotationLog
from biasaudit.measures.intervals import wilson
from biasaudit.results import ALL_GROUPS, NOT_RECORDED, Condition, Estimate, estimated, undefined
from biasaudit.spec import FloorSpec
from biasaudit.traces.attribution.players import SMALL_UNITS
from biasaudit.traces.clustered import clustered_median, clustered_share, percentile_of_people
from biasaudit.traces.conditions.working import SECONDS_AN_HOUR, working_frame
from biasaudit.traces.disclosure import FEWEST_ANNOTATORS, cells_of, columns_of

FloatArray = npt.NDArray[np.float64]

#: A tenth of the annotators earn less than the low pay shown beside the median.
LOW = 0.1
#: What a log may say of the work behind its labels.
CONDITIONS = ("pay", "seconds", "started", "accepted")
#: Why a condition is null.
NO_PAY = "the log does not say what labels were paid"
NO_SECONDS = "the log does not say how long labels took"
NO_FLOOR = "no floor is declared to hold pay against"
NO_ACCEPTED = "the log does not say which labels were accepted"
KNOWN_FOR_FEW = f"known for fewer than {FEWEST_ANNOTATORS} annotators"


def measure_conditions(
    log: AnnotationLog, currency: str | None, floor: FloorSpec | None = None, *, level: float = 0.95
) -> tuple[Condition, ...]:
    r"""Measure pay, time and what was not accepted, by unit and by attribute of annotators.

    The effective hourly pay of an annotator is

    .. math:: w_a = 3600 \sum_l \text{pay}_l \Big/ \sum_l s'_l, \qquad
        s'_l = s_l \text{ if } s_l \le 10\,\tilde s_a, \text{ else } \tilde s_a

    over their labels with pay and time known; a label that was not accepted counts with its time and
    without its pay; :math:`\tilde s_a` is the annotator's median time, which a label left open over a
    pause counts for. Unrecorded time (reading instructions, looking for tasks) is not counted, so
    that true pay is lower. Of a unit the median and the lowest tenth over its annotators are given,
    beside all pay over all recorded time, pauses included.

    Parameters
    ----------
    log : AnnotationLog
        The labels.
    currency : str or None
        Currency of the pay.
    floor : FloorSpec, optional
        Hourly pay to hold pay against.
    level : float
        Level of the intervals: Wilson for shares of annotators; clustered by annotator for shares of
        labels and median time; between order statistics for pay.

    Returns
    -------
    tuple of Condition
        One a unit of each kind and a value of each annotator attribute, units first; units of fewer
        than 5 annotators together where they have 5, else left out; a number known for fewer than 5
        annotators is null.
    """
    frame = working_frame(log)
    within = _chains(log)
    found = []
    for kind, column in columns_of(log).items():
        about: Literal["unit", "annotator"] = "unit" if column.startswith("unit:") else "annotator"
        values = log.frame[column].astype(str)
        cells = cells_of(values, frame["annotator"])
        parts = {unit: values == unit for unit in cells.shown}
        if cells.rest_is_shown:
            parts[SMALL_UNITS] = values.isin(cells.small)
        for unit, is_here in parts.items():
            found.append(
                _condition(
                    frame[is_here],
                    _Asked(currency=currency, floor=floor, level=level),
                    unit_kind=kind,
                    unit=unit,
                    about=about,
                    chain=within.get((kind, unit), ()),
                )
            )
    return tuple(found)


def measure_conditions_of_all(
    log: AnnotationLog, currency: str | None, floor: FloorSpec | None = None, *, level: float = 0.95
) -> Condition | None:
    """Measure the same over every label; None for fewer than 5 annotators.

    Parameters
    ----------
    log, currency, floor, level
        As in :func:`measure_conditions`.

    Returns
    -------
    Condition or None
        Its kind and unit are both ``ALL_GROUPS``.
    """
    frame = working_frame(log)
    if frame["annotator"].nunique() < FEWEST_ANNOTATORS:
        return None
    asked = _Asked(currency=currency, floor=floor, level=level)
    return _condition(frame, asked, unit_kind=ALL_GROUPS, unit=ALL_GROUPS, about="everyone", chain=())


def unknown_conditions(log: AnnotationLog) -> tuple[str, ...]:
    """Name what a log says of no label: of pay, seconds, started and accepted, in that order."""
    return tuple(name for name in CONDITIONS if name not in log.frame or log.frame[name].isna().all())


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What conditions are held against, and how sure the intervals are."""

    currency: str | None
    floor: FloorSpec | None
    level: float


def _condition(
    labels: pd.DataFrame,
    asked: _Asked,
    *,
    unit_kind: str,
    unit: str,
    about: Literal["unit", "annotator", "everyone"],
    chain: tuple[str, ...],
) -> Condition:
    paid = labels[labels["promised"].notna() & labels["time"].notna()]
    by_annotator = paid.groupby("annotator")[["earned", "promised", "time", "raw_time"]].sum()
    by_annotator["labels"] = paid.groupby("annotator").size()
    has_pay = len(by_annotator) >= FEWEST_ANNOTATORS
    wage = (by_annotator["earned"] * SECONDS_AN_HOUR / by_annotator["time"]).to_numpy()
    pay = _percentile(wage, 0.5, labels, "median pay an hour over annotators", asked.level)
    promised = (by_annotator["promised"] * SECONDS_AN_HOUR / by_annotator["time"]).to_numpy()
    seconds = _seconds(labels, asked.level)
    accepts = labels["is_rejected"].notna().any()
    below, labels_below = _below(wage, by_annotator["labels"].to_numpy(dtype=float), labels, asked)
    return Condition(
        unit_kind=unit_kind,
        unit=unit,
        about=about,
        chain=chain,
        annotators=int(labels["annotator"].nunique()),
        labels=len(labels),
        hourly_pay=pay.value,
        median_seconds=seconds.value,
        currency=asked.currency if has_pay else None,
        pay=pay,
        low_pay=_percentile(wage, LOW, labels, "pay an hour, lowest tenth of annotators", asked.level),
        pay_if_accepted=float(np.median(promised)) if has_pay and accepts else None,
        pay_with_pauses=float(by_annotator["earned"].sum() * SECONDS_AN_HOUR / by_annotator["raw_time"].sum())
        if has_pay
        else None,
        below_floor=below,
        labels_below_floor=labels_below,
        seconds=seconds,
        rejected=_rejected(labels, asked.level),
        unpaid_time=_unpaid_time(labels, asked.level),
    )


def _percentile(wage: FloatArray, share: float, labels: pd.DataFrame, method: str, level: float) -> Estimate:
    if len(wage) < FEWEST_ANNOTATORS:
        return undefined(_why_no_pay(labels), method=method, level=level)
    return percentile_of_people(wage, share, method=method, level=level)


def _why_no_pay(labels: pd.DataFrame) -> str:
    if labels["promised"].isna().all():
        return NO_PAY
    return NO_SECONDS if labels["time"].isna().all() else KNOWN_FOR_FEW


def _below(wage: FloatArray, sizes: FloatArray, labels: pd.DataFrame, asked: _Asked) -> tuple[Estimate, Estimate]:
    """Share of annotators paid below the floor, and of the labels that they gave."""
    method, level = "share of annotators; wilson", asked.level
    why = NO_FLOOR if asked.floor is None else _why_no_pay(labels) if len(wage) < FEWEST_ANNOTATORS else ""
    if why or asked.floor is None:
        return undefined(why, method=method, level=level), undefined(why, method="share of labels", level=level)
    is_below = (wage < asked.floor.amount).astype(float)
    low, high = wilson([is_below.sum()], [len(is_below)], level)
    people = estimated(float(is_below.mean()), float(low[0]), float(high[0]), method=method, level=level)
    return people, clustered_share(is_below * sizes, sizes, level=level)


def _seconds(labels: pd.DataFrame, level: float) -> Estimate:
    known = labels[labels["raw_time"].notna()]
    if known["annotator"].nunique() < FEWEST_ANNOTATORS:
        why = NO_SECONDS if known.empty else KNOWN_FOR_FEW
        return undefined(why, method="median over labels", level=level)
    values = known["raw_time"].to_numpy(dtype=float)
    return clustered_median(values, known["annotator"].to_numpy(dtype=np.intp), level=level)


def _rejected(labels: pd.DataFrame, level: float) -> Estimate:
    known = labels[labels["is_rejected"].notna()].groupby("annotator")["is_rejected"].agg(["sum", "size"])
    if len(known) < FEWEST_ANNOTATORS:
        why = NO_ACCEPTED if known.empty else KNOWN_FOR_FEW
        return undefined(why, method="share of labels", level=level)
    return clustered_share(known["sum"].to_numpy(dtype=float), known["size"].to_numpy(dtype=float), level=level)


def _unpaid_time(labels: pd.DataFrame, level: float) -> Estimate:
    known = labels[labels["is_rejected"].notna() & labels["time"].notna()]
    if known["annotator"].nunique() < FEWEST_ANNOTATORS:
        no_time = labels["time"].isna().all()
        why = KNOWN_FOR_FEW if len(known) else NO_SECONDS if no_time else NO_ACCEPTED
        return undefined(why, method="share of time", level=level)
    lost = (known["time"] * known["is_rejected"]).groupby(known["annotator"]).sum().to_numpy()
    time = known.groupby("annotator")["time"].sum().to_numpy()
    share = clustered_share(lost, time, level=level)
    return share.model_copy(update={"method": "share of time; Wilson at the effective size, clustered by annotator"})


def _chains(log: AnnotationLog) -> dict[tuple[str, str], tuple[str, ...]]:
    """Find which units hold which: kinds nest where every unit of the one lies in a single unit of the other."""
    frame = log.frame[[f"unit:{kind}" for kind in log.units]].astype(str).drop_duplicates()
    frame.columns = pd.Index(log.units)
    sizes = {kind: int(frame[kind].nunique()) for kind in log.units}
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for kind in log.units:
        # A kind with a single unit holds everything, and one with as many units only renames it.
        holders = [other for other in log.units if other != kind and 1 < sizes[other] < sizes[kind]]
        holders = [other for other in holders if frame.groupby(kind)[other].nunique().max() == 1]
        for unit, rows in frame.groupby(kind):
            above = sorted(holders, key=lambda other: sizes[other])
            named = tuple(str(rows[other].iloc[0]) for other in above)
            found[kind, str(unit)] = tuple(name for name in named if name != NOT_RECORDED)
    return found
