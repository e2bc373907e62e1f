"""Appen (once CrowdFlower and Figure Eight): the full report, one row a judgment."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from biasaudit.data.importers.fields import naming_fields, varying_fields
from biasaudit.data.importers.files import named, not_of_format, read_delimited
from biasaudit.data.importers.imported import ImportedLog
from biasaudit.data.moments import MOMENTS, read_moments
from biasaudit.data.values import as_text, equals
from biasaudit.errors import DataError

CANNOT = (
    "What an annotator was paid: the partner site that supplied them decides that.",
    "Who employs or recruits an annotator behind the partner site.",
    "Under which version of the guideline a label was given.",
    "Labels that the platform threw away before the report was made.",
)
#: A file with this column has one row an item, and the annotators are gone from it.
AGGREGATED = "_trusted_judgments"
#: Fields about a person, or a mark that the platform gave one, which stay behind.
LEFT = ("_ip", "_city", "_region", "_trust", "_missed")
#: How the report writes times: the month first, no zone; read as UTC.
TIMES = "%m/%d/%Y %H:%M:%S"


def read_appen(paths: Sequence[Path]) -> ImportedLog:
    r"""Read full reports of Appen.

    The item is ``_unit_id`` or a field that came with it. Answers are the fields that have a
    ``…_gold`` beside them, else those that differ between judgments of one unit. A judgment by an
    annotator who failed the test questions (``_tainted``) counts as not accepted. Time is that between
    ``_started_at`` and ``_created_at``, shared out over the judgments of one page.

    Parameters
    ----------
    paths : sequence of Path
        CSV files.

    Returns
    -------
    ImportedLog
        One row a judgment. Unit ``channel``, annotator attribute ``country``; ``test_question`` says
        "yes" for gold units.

    Raises
    ------
    DataError
        Where a file is no full report.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "full.csv"
    >>> _ = file.write_text("_unit_id,_worker_id,_channel,_country,hire\n7,31,neodev,KEN,yes\n7,32,neodev,KEN,no\n")
    >>> read_appen([file]).labels
    ('hire',)
    """
    what = "a full report of Appen"
    texts = ("_unit_id", "_worker_id", "_channel", "_country")
    try:
        raw = read_delimited(paths, needs=("_unit_id", "_worker_id"), what=what, texts=texts)
    except DataError as error:
        if AGGREGATED in str(error):
            raise not_of_format(
                paths[0], what, "it is the aggregated report, from which annotators are gone; download the full one", ()
            ) from None
        raise
    columns: dict[str, Any] = {"annotator": raw["_worker_id"], "_unit_id": raw["_unit_id"]}
    columns |= _times(raw)
    if "_tainted" in raw:
        columns["accepted"] = 1 - pd.Series(equals(raw["_tainted"], True), index=raw.index)
    columns |= {name: raw[f"_{name}"] for name in ("channel", "country") if f"_{name}" in raw}
    if "_golden" in raw:
        columns["test_question"] = pd.Series(equals(raw["_golden"], True)).map({1.0: "yes", 0.0: "no"})
    fields = [str(name) for name in raw.columns if not str(name).startswith("_")]
    columns |= {name: raw[name] for name in fields if name not in columns}
    frame = pd.DataFrame(columns)
    asked = [name for name in fields if not name.endswith(("_gold", "_gold_reason")) and name != "file"]
    labels = tuple(name for name in asked if f"{name}_gold" in raw) or varying_fields(frame, "_unit_id", asked)
    return ImportedLog(
        frame=frame,
        source=named(paths),
        items=naming_fields(frame, "_unit_id", [name for name in asked if name not in labels]),
        labels=labels,
        annotator_field="_worker_id",
        units=tuple(name for name in ("channel", "file") if name in columns),
        attributes=("country",) if "country" in columns else (),
        personal=tuple(name for name in LEFT if name in raw),
        cannot=CANNOT,
    )


def _times(raw: pd.DataFrame) -> dict[str, pd.Series]:
    """When a judgment was begun and given, and how long it took; a page of judgments shares its time."""
    found = {
        name: _moments(raw[source])
        for name, source in (("started", "_started_at"), ("submitted", "_created_at"))
        if source in raw
    }
    if len(found) == 2:  # noqa: PLR2004 - both ends of an interval
        seconds = (found["submitted"] - found["started"]).dt.total_seconds()
        page = pd.DataFrame({"who": raw["_worker_id"], **found}).groupby(["who", "started", "submitted"], dropna=False)
        found["seconds"] = seconds.where(seconds >= 0) / page["who"].transform("size")
    return found


def _moments(column: pd.Series) -> pd.Series:
    texts = as_text(column)
    found = pd.Series(pd.to_datetime(texts, format=TIMES, errors="coerce", utc=True), dtype=MOMENTS)
    if texts.notna().any() and found.isna().all():
        return read_moments(column)
    return found
