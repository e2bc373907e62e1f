"""doccano: lines of JSON, one file a member of the project, who is known by the name of the file alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from biasaudit.data.importers.fields import naming_fields, scalars, single
from biasaudit.data.importers.files import not_of_format, read_json_lines
from biasaudit.data.importers.imported import ImportedLog
from biasaudit.errors import DataError

CANNOT = (
    "What an annotator was paid.",
    "When a label was given and how long it took.",
    "In which country an annotator lives, and who they are.",
    "Who employs or recruits an annotator.",
    "Under which version of the guideline a label was given.",
    "Whether a label was accepted by a reviewer.",
)
WHAT = "an export of doccano"
#: Name of the file of projects that share annotations: who gave which label is gone from it.
EVERYBODY = "all"
#: Name of the file of labels whose annotator doccano does not know.
NOBODY = "unknown"
LABEL_KEYS = ("label", "labels", "annotations")


def read_doccano(paths: Sequence[Path]) -> ImportedLog:
    """Read documents of doccano, whose annotator is the name of the file.

    The item is ``id`` or another field of the document. Exports of old versions, in which each label
    has its user, are read too.

    Parameters
    ----------
    paths : sequence of Path
        JSONL files, one a member.

    Returns
    -------
    ImportedLog
        One row a document and member.

    Raises
    ------
    DataError
        Where a file is no such export, holds labels of everybody together, or marks within texts.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "anna.jsonl"
    >>> _ = file.write_text('{"id": 1, "text": "…", "label": ["yes"], "Comments": []}')
    >>> read_doccano([file]).frame[["id", "annotator", "label"]].values.tolist()
    [[1, 'anna', 'yes']]
    """
    rows: list[dict[str, Any]] = []
    for path in paths:
        for number, record in enumerate(read_json_lines(path), start=1):
            key = next((key for key in LABEL_KEYS if key in record), None)
            if key is None or "id" not in record:
                raise not_of_format(path, WHAT, f"line {number} has no 'id' or no 'label'", record)
            rows += _rows(record, key, path, number)
    frame = pd.DataFrame(rows)
    about = [name for name in map(str, frame.columns) if name not in {"annotator", "label", "id"}]
    return ImportedLog(
        frame=frame,
        source=f"{len(paths)} files of doccano",
        items=naming_fields(frame, "id", about),
        labels=("label",),
        annotator_field="the name of the file",
        personal=("Comments",),
        cannot=CANNOT,
        files_are_annotators=True,
    )


def _rows(record: Mapping[str, Any], key: str, path: Path, number: int) -> list[dict[str, Any]]:
    """Rows of one document: one, or one a user in exports of old versions."""
    about = {name: value for name, value in scalars(record).items() if name not in LABEL_KEYS}
    given = record[key] if isinstance(record[key], list) else [record[key]]
    if key == "annotations" and all(isinstance(one, Mapping) and "user" in one for one in given):
        by_user: dict[Any, list[Any]] = {}
        for one in given:
            by_user.setdefault(one["user"], []).append(one.get("label"))
        return [{**about, "annotator": user, "label": single(labels)} for user, labels in by_user.items()]
    if any(isinstance(one, (list, Mapping)) for one in given):
        raise DataError(f"{path.name}: line {number} marks places within a text, which are no labels of an item.")
    if path.stem == EVERYBODY:
        raise DataError(
            f"{path.name}: this project shares its annotations, so that the export does not say who gave which label. "
            "doccano writes one file a member where 'Share annotations across all users' is off."
        )
    return [{**about, "annotator": None if path.stem == NOBODY else path.stem, "label": single(given)}]
