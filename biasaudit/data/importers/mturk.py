"""Amazon Mechanical Turk: the batch results, one row an assignment."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from biasaudit.data.importers.fields import flat_answers, naming_fields, single
from biasaudit.data.importers.files import named, not_of_format, read_delimited
from biasaudit.data.importers.imported import ImportedLog
from biasaudit.data.moments import MOMENTS, read_moments
from biasaudit.data.values import as_text
from biasaudit.errors import DataError

CANNOT = (
    "In which country an annotator lives, and who they are.",
    "Whether somebody else stood between the platform and the annotator.",
    "Under which version of the guideline a label was given, unless an Input field says so.",
    "What was paid beside the reward: bonuses and the platform's fee are not in the file.",
)
#: Column in which newer forms keep all answers of an assignment, as JSON.
ALL_ANSWERS = "Answer.taskAnswers"
#: What a status means; an assignment that nobody has decided on is neither.
ACCEPTED = {"approved": 1.0, "rejected": 0.0}
#: Hours from UTC of the zones that the website writes.
ZONES = {"UTC": 0, "GMT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTHS = {name: number for number, name in enumerate(_MONTHS, 1)}
_MOMENT = re.compile(r"\w{3} (\w{3}) +(\d{1,2}) (\d\d):(\d\d):(\d\d) (\w{3,4}) (\d{4})")


def read_mturk(paths: Sequence[Path]) -> ImportedLog:
    r"""Read batch results of Amazon Mechanical Turk.

    The item is the HIT, or an ``Input.`` field; the answer an ``Answer.`` field, those inside
    ``Answer.taskAnswers`` by their own names. Radio buttons that were written as one column an option
    become one field. Pay is the reward in US dollars, time is ``WorkTimeInSeconds``.

    Parameters
    ----------
    paths : sequence of Path
        CSV files.

    Returns
    -------
    ImportedLog
        One row an assignment. Units ``batch`` and ``hit_type``.

    Raises
    ------
    DataError
        Where a file is no such export, or holds no answers.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "batch.csv"
    >>> _ = file.write_text("HITId,WorkerId,Reward,Answer.hire\nh1,A1,$0.05,yes\n")
    >>> read_mturk([file]).frame[["annotator", "Answer.hire", "pay"]].values.tolist()
    [['A1', 'yes', 0.05]]
    """
    what = "a file of batch results of Mechanical Turk"
    raw = read_delimited(paths, needs=("HITId", "WorkerId"), what=what, texts=("HITId", "WorkerId"))
    if not any(str(name).startswith("Answer.") for name in raw.columns):
        raise not_of_format(paths[0], what, "it has no column 'Answer.…'", map(str, raw.columns))
    inputs = [name for name in raw.columns if str(name).startswith("Input.")]
    answers = _answers(raw, named(paths))
    columns: dict[str, Any] = {"annotator": raw["WorkerId"], "HITId": raw["HITId"]}
    for name, source in (("started", "AcceptTime"), ("submitted", "SubmitTime")):
        if source in raw:
            columns[name] = _moments(raw[source])
    if "WorkTimeInSeconds" in raw:
        columns["seconds"] = pd.to_numeric(raw["WorkTimeInSeconds"], errors="coerce")
    if "Reward" in raw:
        columns["pay"] = pd.to_numeric(as_text(raw["Reward"]).str.replace(r"[$,\s]", "", regex=True), errors="coerce")
    if "AssignmentStatus" in raw:
        columns["accepted"] = as_text(raw["AssignmentStatus"]).str.lower().map(ACCEPTED).astype(float)
    if "RequesterAnnotation" in raw:
        notes = as_text(raw["RequesterAnnotation"])
        columns["batch"] = notes.str.extract(r"BatchId:([^;]*)", expand=False).fillna(notes)
    if "HITTypeId" in raw:
        columns["hit_type"] = raw["HITTypeId"]
    columns |= {name: raw[name] for name in ["file", *inputs] if name in raw}
    frame = pd.DataFrame({**columns, **answers})
    return ImportedLog(
        frame=frame,
        source=named(paths),
        items=naming_fields(frame, "HITId", inputs),
        labels=tuple(answers),
        annotator_field="WorkerId",
        units=tuple(name for name in ("batch", "hit_type", "file") if name in columns),
        personal=("RequesterFeedback",) if "RequesterFeedback" in raw else (),
        cannot=CANNOT,
        currency="USD",
    )


def _answers(raw: pd.DataFrame, source: str) -> dict[str, pd.Series]:
    """Columns of answers by name."""
    own = [str(name) for name in raw.columns if str(name).startswith("Answer.") and name != ALL_ANSWERS]
    found = _joined_ticks(raw[own])
    if ALL_ANSWERS in raw:
        inner = pd.DataFrame([_inner(text, source) for text in as_text(raw[ALL_ANSWERS])], index=raw.index)
        found |= {str(name): inner[name] for name in inner}
    return found


def _inner(text: str | None, source: str) -> dict[str, Any]:
    """Answers of one assignment that stand in one cell."""
    if text is None:
        return {}
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise DataError(f"{source}: a cell of {ALL_ANSWERS!r} is not JSON.") from None
    parts = content if isinstance(content, list) else [content]
    found: dict[str, Any] = {}
    for part in parts:
        if isinstance(part, Mapping):
            found |= flat_answers(part, "Answer.")
    return found


def _joined_ticks(columns: pd.DataFrame) -> dict[str, pd.Series]:
    """Make one field of columns that are one option each: Answer.hire.yes and Answer.hire.no."""
    ticks = {str(name): lowered for name in columns if (lowered := _as_ticks(columns[name])) is not None}
    families: dict[str, list[str]] = {}
    for name in ticks:
        families.setdefault(name.rpartition(".")[0], []).append(name)
    families = {stem: names for stem, names in families.items() if len(names) > 1 and stem != "Answer"}
    found = {str(name): columns[name] for name in columns if not any(name in names for names in families.values())}
    for stem, names in families.items():
        options = [name.rpartition(".")[2] for name in names]
        rows = zip(*(ticks[name] for name in names), strict=True)
        chosen = [single([option for option, tick in zip(options, row, strict=True) if tick == "true"]) for row in rows]
        found[stem] = pd.Series(chosen, index=columns.index, dtype=object)
    return found


def _as_ticks(column: pd.Series) -> pd.Series | None:
    """Texts "true" and "false" of a column that holds nothing else; None for another."""
    texts = as_text(column).str.lower()
    return texts if texts.notna().any() and texts.dropna().isin(["true", "false"]).all() else None


def _moments(column: pd.Series) -> pd.Series:
    """Read times as the website writes them (Thu Oct 09 07:30:20 PDT 2025), or ISO 8601."""
    texts = as_text(column)
    found = {text: _moment(text) for text in texts.dropna().unique()}
    if found and all(moment is None for moment in found.values()):
        try:
            return read_moments(texts)
        except DataError:
            pass
    return pd.Series(pd.to_datetime(texts.map(found), utc=True), dtype=MOMENTS)


def _moment(text: str) -> datetime | None:
    shape = _MOMENT.fullmatch(text)
    if shape is None or shape.group(1) not in MONTHS or shape.group(6) not in ZONES:
        return None
    month, day, hour, minute, second, zone, year = shape.groups()
    try:
        local = datetime(int(year), MONTHS[month], int(day), int(hour), int(minute), int(second), tzinfo=UTC)
        return local - timedelta(hours=ZONES[zone])
    except (ValueError, OverflowError):
        return None
