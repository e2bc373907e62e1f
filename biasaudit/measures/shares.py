"""Shares of people by group, with their gaps and ratios, as records."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from biasaudit.data.table import Table
from biasaudit.measures.intervals import newcombe, score_ratio, wilson
from biasaudit.measures.means import NO_VALUE, moments
from biasaudit.measures.people import group_of_rows
from biasaudit.measures.significance import no_gap_p
from biasaudit.results import AttributeFacts, Estimate, GroupGap, GroupValue, estimated, undefined
from biasaudit.results.measuring import Kind

FloatArray = npt.NDArray[np.float64]
#: What each measuring function of this room gives: values by group, and gaps to the reference.
Measured = tuple[tuple[GroupValue, ...], tuple[GroupGap, ...]]

STATISTICS: tuple[Literal["gap", "ratio"], ...] = ("gap", "ratio")
NO_PEOPLE = "all people of the group have a weight of zero"
NO_REFERENCE_RATE = "the rate of the reference is zero, so nothing can be divided by it"


def share_values(
    judged: Table,
    fact: AttributeFacts,
    is_counted: FloatArray,
    *,
    kind: Kind,
    measure: str,
    subject: str,
    level: float,
    among: npt.NDArray[np.bool_] | None = None,
) -> tuple[list[GroupValue], list[GroupGap]]:
    """Measure a share of people by group, with gaps and ratios, as records.

    Parameters
    ----------
    judged : Table
        The rows judged.
    fact : AttributeFacts
        The attribute.
    is_counted : array of float, shape (n,)
        1 for who counts, 0 for who does not, a fraction for a chance.
    kind, measure, subject : str
        What was measured.
    level : float
        Level of the intervals: Wilson for shares, Newcombe for gaps, score for ratios.
    among : array of bool, shape (n,), optional
        Who is in the denominator; everyone by default.

    Returns
    -------
    values : list of GroupValue
        One a group.
    gaps : list of GroupGap
        A gap and a ratio for each group other than the reference.
    """
    column = group_of_rows(judged, fact.name)
    groups = [str(group) for group in column.categories]
    among = np.ones(len(judged), dtype=bool) if among is None else among
    made = moments(column.codes, len(groups), np.where(among, is_counted, np.nan), judged.weight)
    n, k = made.effective, np.nan_to_num(made.mean) * made.effective
    named: dict[str, Any] = {"attribute": fact.name, "kind": kind, "measure": measure, "subject": subject}
    low, high = wilson(k, n, level)
    values = [
        GroupValue(
            group=group,
            n=float(made.n[i]),
            estimate=_bounded(k[i] / n[i], low[i], high[i], "wilson", level)
            if n[i] > 0
            else undefined(NO_PEOPLE if among.all() else NO_VALUE, method="wilson", level=level),
            **named,
        )
        for i, group in enumerate(groups)
    ]
    reference = groups.index(fact.reference)
    gaps = [
        GroupGap(
            group=group,
            reference=fact.reference,
            statistic=statistic,
            estimate=_held(k, n, i, reference, statistic=statistic, level=level),
            n_group=float(made.n[i]),
            n_reference=float(made.n[reference]),
            p_value=_p(k, n, i, reference),
            **named,
        )
        for i, group in enumerate(groups)
        if i != reference
        for statistic in STATISTICS
    ]
    return values, gaps


def _held(k: FloatArray, n: FloatArray, i: int, reference: int, *, statistic: str, level: float) -> Estimate:
    method = "newcombe" if statistic == "gap" else "score ratio"
    if n[i] <= 0 or n[reference] <= 0:
        return undefined(NO_VALUE, method=method, level=level)
    four = k[i], n[i], k[reference], n[reference]
    if statistic == "ratio":
        if k[reference] <= 0:
            return undefined(NO_REFERENCE_RATE, method=method, level=level)
        low, high = score_ratio(*four, level)
        return _bounded(k[i] / n[i] / (k[reference] / n[reference]), float(low), float(high), method, level)
    low, high = newcombe(*four, level)
    return _bounded(k[i] / n[i] - k[reference] / n[reference], float(low), float(high), method, level)


def _p(k: FloatArray, n: FloatArray, i: int, reference: int) -> float | None:
    p = float(no_gap_p(k[i], n[i], k[reference], n[reference]))
    return None if np.isnan(p) else p


def _bounded(value: float, low: float, high: float, method: str, level: float) -> Estimate:
    value, low, high = float(value), float(low), float(high)
    return estimated(value, min(low, value), max(high, value), method=method, level=level)
