"""Prodigy: lines of JSON as its command ``db-out`` writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from biasaudit.data.importers.fields import differing, naming_fields, scalars, single
from biasaudit.data.importers.files import labels_of_files, named, not_of_format, read_json_lines
from biasaudit.data.importers.imported import ImportedLog
from biasaudit.data.moments import read_moments
from biasaudit.errors import DataError

CANNOT = (
    "What an annotator was paid.",
    "When work on a label began and how long it took; only the time of the answer is kept.",
    "In which country an annotator lives, and who they are.",
    "Who employs or recruits an annotator.",
    "Under which version of the guideline a label was given.",
    "Whether a label was accepted by a reviewer.",
)
WHAT = "an export of Prodigy"
#: A session that nobody named is named by the time it was opened: that is not a person.
_BY_DATE = re.compile(r"(?:.*-)?[0-9]{4}-[0-9]{2}-[0-9]{2}_[0-9]{2}-[0-9]{2}-[0-9]{2}")
#: An answer that says nothing.
IGNORED = "ignore"


def read_prodigy(paths: Sequence[Path]) -> ImportedLog:
    """Read annotated examples of Prodigy.

    The item is ``_input_hash`` or a ``meta.`` field. The answer is ``accept``, the options chosen;
    for examples with one label each it is ``answer:<label>`` with accept or reject; else ``answer``.
    Ignored examples are rows without a label.

    Parameters
    ----------
    paths : sequence of Path
        JSONL files.

    Returns
    -------
    ImportedLog
        One row an example and annotator.

    Raises
    ------
    DataError
        Where a file is no such export, or sessions are named by date.

    Examples
    --------
    >>> import json, tempfile
    >>> file = Path(tempfile.mkdtemp()) / "out.jsonl"
    >>> example = {"_input_hash": 5, "accept": ["yes"], "answer": "accept", "_annotator_id": "set-anna"}
    >>> _ = file.write_text(json.dumps(example))
    >>> read_prodigy([file]).frame[["_input_hash", "annotator", "accept"]].values.tolist()
    [[5, 'set-anna', 'yes']]
    """
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    labels: dict[str, None] = {}
    for path, name in zip(paths, labels_of_files(paths), strict=True):
        for number, example in enumerate(read_json_lines(path), start=1):
            if "_input_hash" not in example or "answer" not in example:
                raise not_of_format(path, WHAT, f"line {number} has no '_input_hash' or no 'answer'", example)
            field, value = _answer(example)
            labels[field] = None
            row = _row(example) | ({"file": name} if len(paths) > 1 else {})
            key: tuple[Any, ...] = (row["_input_hash"], row["annotator"], name)
            if key in rows and field in rows[key]:
                key = (*key, number)  # answered again later
            rows.setdefault(key, row)[field] = value
    frame = pd.DataFrame(list(rows.values()))
    if frame["annotator"].isna().all():
        raise DataError(
            f"{named(paths)}: no example says who answered: sessions without a name are named by their date. "
            "Prodigy keeps annotators apart where each opens their own session (?session=…)."
        )
    frame["submitted"] = read_moments(frame.pop("moment"))
    return ImportedLog(
        frame=frame,
        source=named(paths),
        items=naming_fields(
            frame, "_input_hash", [name for name in map(str, frame.columns) if name.startswith("meta.")]
        ),
        labels=tuple(labels),
        annotator_field="_annotator_id",
        units=differing(frame, ("view", "file")),
        cannot=CANNOT,
    )


def _row(example: Mapping[str, Any]) -> dict[str, Any]:
    who = example.get("_annotator_id") or example.get("_session_id")
    meta = example.get("meta")
    return {
        "_input_hash": example["_input_hash"],
        "annotator": who if isinstance(who, str) and not _BY_DATE.fullmatch(who) else None,
        "moment": example.get("_timestamp"),
        "view": example.get("_view_id"),
        **(scalars(meta, "meta.") if isinstance(meta, Mapping) else {}),
    }


def _answer(example: Mapping[str, Any]) -> tuple[str, Any]:
    """Which question an example answers, and what was answered; None where it was ignored."""
    answer = example["answer"] if example["answer"] != IGNORED else None
    if "accept" in example or "options" in example:
        return "accept", single(example.get("accept", [])) if answer == "accept" else None
    if isinstance(example.get("label"), str):
        return f"answer:{example['label']}", answer
    return "answer", answer
