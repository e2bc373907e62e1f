"""The log as working conditions are measured on it: time without pauses, pay received, and who differed from the others."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from biasaudit.data.annotations import AnnotationLog
from biasaudit.traces.ballots import ballots_of
from biasaudit.traces.rules.others import others_say
from biasaudit.traces.rules.rule import Rule

FloatArray = npt.NDArray[np.float64]

#: A label that took more than so many times the median of the annotator who gave it is taken for one left open over a
#: pause, and counts for the median. Ten is our choice; it lowers recorded time, and so never pay.
PAUSE_FROM = 10.0
SECONDS_AN_HOUR = 3_600


def working_frame(log: AnnotationLog) -> pd.DataFrame:
    """Lay out what a log says of the work behind each label.

    Parameters
    ----------
    log : AnnotationLog
        The labels.

    Returns
    -------
    pandas.DataFrame
        The frame of the log and, NaN where not known: ``time`` (seconds above 0; where above 10
        times the median of its annotator, that median), ``earned`` (pay, 0 where the label was not
        accepted), ``is_rejected`` (1 not accepted, 0 accepted), ``hour`` (0 to 23), and ``differs``
        (1 where the label is not what most others said of the item, a half where they are tied, 0
        else; only where labels are 0 or 1 and the item has others).

    Examples
    --------
    >>> from biasaudit.results import Fingerprint
    >>> frame = pd.DataFrame({"item": [0, 0, 0], "annotator": [0, 1, 2], "label": [1.0, 1.0, 0.0]})
    >>> source = Fingerprint(role="annotations", source="x", sha256="0" * 64)
    >>> log = AnnotationLog(frame=frame, units=(), attributes=(), dropped=(), fingerprint=source)
    >>> working_frame(log)["differs"].tolist()
    [0.5, 0.5, 1.0]
    """
    frame = log.frame
    seconds = _column(frame, "seconds").where(lambda column: column > 0)
    usual = seconds.groupby(frame["annotator"]).transform("median")
    accepted, pay = _column(frame, "accepted"), _column(frame, "pay")
    hour = frame["started"].dt.hour if "started" in frame else pd.Series(np.nan, frame.index)
    return frame.assign(
        time=seconds.where(seconds <= PAUSE_FROM * usual, usual).where(seconds.notna()),
        raw_time=seconds,
        promised=pay,
        earned=pay.where(~(accepted == 0), 0.0).where(pay.notna()),
        is_rejected=1.0 - accepted,
        hour=hour.astype(float),
        differs=differing(log),
    )


def differing(log: AnnotationLog) -> FloatArray:
    """Tell which labels differ from what most others said of the item; NaN where that cannot be said."""
    ballots = ballots_of(log)
    differs = np.full(len(log.frame), np.nan)
    if ballots.is_binary:
        differs[ballots.source] = np.abs(ballots.label - others_say(Rule(name="majority"), ballots))
    return differs


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    return frame[name].astype(float) if name in frame else pd.Series(np.nan, frame.index)
