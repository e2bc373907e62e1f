"""Under what conditions each unit labelled, and what the log does not say about it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from biasaudit.data.annotations import AnnotationLog
from biasaudit.results import NOT_RECORDED, Condition

#: Nothing is shown for fewer annotators than this: a figure of three people is about three people.
FEWEST_ANNOTATORS = 5
SECONDS_AN_HOUR = 3_600


def measure_conditions(log: AnnotationLog, currency: str | None) -> tuple[Condition, ...]:
    """Measure pay and time by unit.

    Hourly pay is the sum of pay over the sum of recorded working time, of the labels where both
    are known: what an hour of recorded work brought, unrecorded time (reading instructions,
    looking for tasks) not counted. Time is the median of seconds a label.

    Parameters
    ----------
    log : AnnotationLog
        The labels.
    currency : str or None
        Currency of the pay.

    Returns
    -------
    tuple of Condition
        One a unit of each kind; none for units with fewer than 5 annotators, and pay or time null
        where fewer than 5 annotators have them recorded.
    """
    found = []
    for kind in log.units:
        for unit, labels in log.frame.groupby(f"unit:{kind}", observed=True, sort=True):
            annotators = int(labels["annotator"].nunique())
            if annotators < FEWEST_ANNOTATORS:
                continue
            hourly = _hourly_pay(labels)
            found.append(
                Condition(
                    unit_kind=kind,
                    unit=str(unit),
                    annotators=annotators,
                    labels=len(labels),
                    hourly_pay=hourly,
                    median_seconds=_median_seconds(labels),
                    currency=None if hourly is None else currency,
                )
            )
    return tuple(found)


def _hourly_pay(labels: pd.DataFrame) -> float | None:
    known = labels[labels["pay"].notna() & (labels["seconds"] > 0)]
    if known["annotator"].nunique() < FEWEST_ANNOTATORS:
        return None
    return float(known["pay"].sum() * SECONDS_AN_HOUR / known["seconds"].sum())


def _median_seconds(labels: pd.DataFrame) -> float | None:
    known = labels[labels["seconds"].notna()]
    if known["annotator"].nunique() < FEWEST_ANNOTATORS:
        return None
    return float(np.median(known["seconds"]))


def measure_traceability(log: AnnotationLog) -> dict[str, Any]:
    """Measure for what share of labels the log says each thing about how they were made.

    Parameters
    ----------
    log : AnnotationLog
        The labels.

    Returns
    -------
    dict
        ``known``: share of labels, 0 to 1, by link (each unit kind, pay, seconds); ``chain``:
        the contract chain, empty as a log does not tell it; ``missing``: links known for no label.
    """
    frame = log.frame
    known = {kind: float((frame[f"unit:{kind}"].astype(str) != NOT_RECORDED).mean()) for kind in log.units}
    known |= {name: float(frame[name].notna().mean()) for name in ("pay", "seconds")}
    missing = [name for name, share in known.items() if share == 0]
    return {"known": known, "chain": [], "missing": missing}
