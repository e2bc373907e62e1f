"""Whether labels on one group's items are given faster than on another's, by the same annotators."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from biasaudit.data.annotations import AnnotationLog
from biasaudit.data.table import Table
from biasaudit.measures.significance import adjusted_records
from biasaudit.results import ALL_GROUPS, FEWEST_PEOPLE, AttributeFacts, Estimate, ReadingTime, estimated, undefined
from biasaudit.traces.clustered import clustered_median, within_contrast
from biasaudit.traces.conditions.working import working_frame
from biasaudit.traces.disclosure import FEWEST_ANNOTATORS, cells_of

#: Why two groups' times are not compared.
FEW_TIMED = (
    f"fewer than {FEWEST_ANNOTATORS} annotators, or {FEWEST_PEOPLE} items of a group, have times for both groups"
)
METHOD = "ratio of geometric means within annotators; clustered by annotator and item"


def measure_reading_times(
    table: Table, log: AnnotationLog, facts: Sequence[AttributeFacts], *, level: float
) -> tuple[ReadingTime, ...]:
    r"""Measure time a label by group of items, over everyone and in each unit.

    The ratio compares each annotator with themselves: :math:`\exp\hat\beta` of
    :math:`\log s_{ij} = \alpha_j + \beta\,[g_i = g] + e_{ij}` on the labels of a group and its reference, so
    that a unit of quick annotators who see much of one group makes no difference between groups. A
    label that took more than 10 times its annotator's median counts for the median.

    Parameters
    ----------
    table : Table
        The items.
    log : AnnotationLog
        Their labels.
    facts : sequence of AttributeFacts
        The attributes and intersections, with groups and reference.
    level : float
        Level of the intervals.

    Returns
    -------
    tuple of ReadingTime
        Everyone first, then every unit of at least 5 annotators; empty where no label has a time.
        p-values are adjusted over all of them.
    """
    frame = working_frame(log)
    is_timed = frame["time"].notna().to_numpy()
    if frame.loc[is_timed, "annotator"].nunique() < FEWEST_ANNOTATORS:
        return ()
    timed = frame[is_timed]
    parts: list[tuple[str, str, pd.DataFrame]] = [(ALL_GROUPS, ALL_GROUPS, timed)]
    for kind in log.units:
        values = timed[f"unit:{kind}"].astype(str)
        shown = cells_of(values, timed["annotator"]).shown
        parts += [(kind, unit, timed[values == unit]) for unit in (shown if len(shown) > 1 else ())]
    found = [
        one
        for kind, unit, labels in parts
        for fact in facts
        for one in _of_attribute(
            (kind, unit), labels, np.asarray(table.attribute(fact.name), dtype=object), fact, level=level
        )
    ]
    return adjusted_records(found)


def _of_attribute(
    place: tuple[str, str],
    labels: pd.DataFrame,
    groups: npt.NDArray[np.object_],
    fact: AttributeFacts,
    *,
    level: float,
) -> Iterator[ReadingTime]:
    group = groups[labels["item"].to_numpy(dtype=np.intp)]
    reference = labels[group == fact.reference]
    for one in fact.groups:
        if one.group == fact.reference:
            continue
        own = labels[group == one.group]
        both = set(own["annotator"]) & set(reference["annotator"])
        n_items, n_reference = int(own["item"].nunique()), int(reference["item"].nunique())
        is_shown = len(both) >= FEWEST_ANNOTATORS and min(n_items, n_reference) >= FEWEST_PEOPLE
        ratio, p = (
            _ratio(own, reference, level) if is_shown else (undefined(FEW_TIMED, method=METHOD, level=level), None)
        )
        yield ReadingTime(
            unit_kind=place[0],
            unit=place[1],
            attribute=fact.name,
            group=one.group,
            reference=fact.reference,
            n_items=n_items,
            n_reference=n_reference,
            seconds=_median(own, level, is_shown=is_shown),
            seconds_reference=_median(reference, level, is_shown=is_shown),
            ratio=ratio,
            p_value=p,
        )


def _ratio(own: pd.DataFrame, reference: pd.DataFrame, level: float) -> tuple[Estimate, float | None]:
    both = pd.concat([own, reference])
    found = within_contrast(
        np.log(both["time"].to_numpy(dtype=float)),
        np.arange(len(both)) < len(own),
        both["annotator"].to_numpy(dtype=np.intp),
        both["item"].to_numpy(dtype=np.intp),
        level=level,
    )
    value, low, high = (float(np.exp(end)) for end in (found.value, found.low, found.high))
    return estimated(value, low, high, method=METHOD, level=level), found.p_value


def _median(labels: pd.DataFrame, level: float, *, is_shown: bool) -> Estimate:
    if not is_shown:
        return undefined(FEW_TIMED, method="median over labels", level=level)
    values = labels["raw_time"].to_numpy(dtype=float)
    return clustered_median(values, labels["annotator"].to_numpy(dtype=np.intp), level=level)
