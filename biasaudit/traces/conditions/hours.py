"""Work by hour of day, in the clock of the log, without making anybody's shift readable."""

from __future__ import annotations

import pandas as pd

from biasaudit.data.annotations import AnnotationLog
from biasaudit.results import HourBand, undefined
from biasaudit.traces.clustered import clustered_share
from biasaudit.traces.conditions.working import working_frame
from biasaudit.traces.disclosure import FEWEST_ANNOTATORS

#: Why there is no disagreement by hour.
NO_OTHERS = "no item begun in these hours was labelled by others too, or labels are marks between 0 and 1"


def measure_hours(log: AnnotationLog, *, level: float) -> tuple[HourBand, ...]:
    """Count labels by the hour in which they were begun, and how many differ from the others.

    Hours are those of the log's own clock (UTC where times name a zone); where a person was at that
    hour is not known. Hours of fewer than 5 annotators are told together, with the next smallest
    hours where they are still fewer than 5: no hour can be worked out from the others.

    Parameters
    ----------
    log : AnnotationLog
        The labels.
    level : float
        Level of the intervals.

    Returns
    -------
    tuple of HourBand
        In the order of the day, hours told together last; empty where the start of no label is known,
        or where fewer than 5 annotators have one.
    """
    frame = working_frame(log)
    known = frame[frame["hour"].notna()]
    if known["annotator"].nunique() < FEWEST_ANNOTATORS:
        return ()
    sizes = known.groupby("hour")["annotator"].agg(["nunique", "size"])
    sizes = sizes.sort_values(["nunique", "size"], kind="stable")
    together = list(sizes.index[sizes["nunique"] < FEWEST_ANNOTATORS])
    rest = [hour for hour in sizes.index if hour not in together]
    while together and known.loc[known["hour"].isin(together), "annotator"].nunique() < FEWEST_ANNOTATORS:
        together.append(rest.pop(0))
    bands = [(hour,) for hour in sorted(rest)] + ([tuple(sorted(together))] if together else [])
    return tuple(_band(known, tuple(map(int, hours)), level) for hours in bands)


def _band(known: pd.DataFrame, hours: tuple[int, ...], level: float) -> HourBand:
    labels = known[known["hour"].isin(hours)]
    by_annotator = labels[labels["differs"].notna()].groupby("annotator")["differs"].agg(["sum", "size"])
    few = len(by_annotator) < FEWEST_ANNOTATORS
    return HourBand(
        hours=hours,
        labels=len(labels),
        annotators=int(labels["annotator"].nunique()),
        share=len(labels) / len(known),
        differs=undefined(NO_OTHERS, method="share of labels", level=level)
        if few
        else clustered_share(by_annotator["sum"].to_numpy(), by_annotator["size"].to_numpy(), level=level),
    )
