"""What format a file looks like, and which columns of a long table play which role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from biasaudit.data.importers.fields import words_of
from biasaudit.data.importers.files import read_delimited, read_records
from biasaudit.errors import DataError

#: Columns that no other format has.
MARKS = {"mturk": ("HITId", "WorkerId"), "appen": ("_unit_id", "_worker_id"), "toloka": ("ASSIGNMENT:worker_id",)}
#: Words in the names of columns, by the role they point to, the surest first.
ROLE_WORDS: Mapping[str, tuple[str, ...]] = {
    "annotator": (
        "annotator",
        "worker",
        "rater",
        "assessor",
        "labeller",
        "labeler",
        "coder",
        "judge",
        "reviewer",
        "user",
    ),
    "label": (
        "label",
        "vote",
        "answer",
        "judgment",
        "judgement",
        "rating",
        "annotation",
        "response",
        "decision",
        "score",
    ),
    "item": (
        "item",
        "task",
        "document",
        "record",
        "applicant",
        "candidate",
        "case",
        "subject",
        "defendant",
        "unit",
        "id",
    ),
    "pay": ("pay", "reward", "payment", "paid", "wage", "price"),
    "seconds": ("seconds", "secs", "duration"),
    "started": ("started", "start", "begun", "accepttime"),
    "accepted": ("accepted", "approved", "accept", "approval", "status"),
}
#: Words that a name may have beside the one that decides.
FILLERS = frozenset(
    {"id", "ids", "name", "code", "key", "number", "nr", "work", "time", "at", "in", "the", "value", "per"}
)


def guess_format(path: Path) -> str:
    r"""Guess the format of a file from what stands in it.

    Parameters
    ----------
    path : Path
        The first file of a log.

    Returns
    -------
    str
        One of our formats; ``long`` where no other fits.

    Raises
    ------
    DataError
        Where the file cannot be read at all.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "results.csv"
    >>> _ = file.write_text("HITId,WorkerId,Answer.hire\nh,w,yes\n")
    >>> guess_format(file)
    'mturk'
    """
    ending = path.suffix.lower()
    if ending in {".json", ".jsonl", ".ndjson", ".manifest"}:
        return _guess_records(read_records(path))
    if ending in {".parquet", ".pq"}:
        try:
            found = _guess_records(read_records(path)[:1])
        except (DataError, IndexError):
            return "long"
        return found if found == "argilla" else "long"
    names = set(map(str, read_delimited([path], needs=(), what="a table").columns))
    return next((name for name, marks in MARKS.items() if names.issuperset(marks)), "long")


def _guess_records(records: list[dict[str, Any]]) -> str:
    keys = {key for record in records for key in record}
    if "_input_hash" in keys:
        return "prodigy"
    if any(isinstance(record.get("answers"), list) for record in records) or any(
        key.endswith("-metadata") for key in keys
    ):
        return "ground-truth"
    if any(key.endswith(".responses") for key in keys) or ("responses" in keys and "fields" in keys):
        return "argilla"
    if {"annotator", "annotation_id"} <= keys or ("data" in keys and "annotations" in keys):
        return "label-studio"
    if any(_is_old_response(value) for record in records for value in record.values()):
        return "argilla"
    is_listed = any(
        isinstance(record.get(key), list) for record in records for key in ("label", "labels", "annotations")
    )
    return "doccano" if "id" in keys and is_listed else "long"


def _is_old_response(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping) and "user_id" in value[0]


def guess_role(role: str, names: Iterable[str], taken: Iterable[str] = ()) -> str | None:
    """Guess which column plays a role, by its name.

    Parameters
    ----------
    role : str
        A key of :data:`ROLE_WORDS`.
    names : iterable of str
        Columns.
    taken : iterable of str
        Columns that play another role already.

    Returns
    -------
    str or None
        The column, or None where no name says so.

    Examples
    --------
    >>> guess_role("annotator", ["annotator_race", "annotator_id", "vote"])
    'annotator_id'
    """
    free = [name for name in names if name not in set(taken)]
    for word in ROLE_WORDS[role]:
        for name in free:
            words = words_of(name)
            if word in words and set(words) <= {word, *FILLERS}:
                return name
    return None


def looks_like_times(column: pd.Series) -> bool:
    """Whether a column holds times that can be read.

    Examples
    --------
    >>> looks_like_times(pd.Series(["2025-10-09"])), looks_like_times(pd.Series(["09/10/2025"]))
    (True, False)
    """
    from biasaudit.data.moments import read_moments

    try:
        return bool(read_moments(column).notna().any())
    except DataError:
        return False
