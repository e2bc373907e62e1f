"""Argilla: records with the responses of their users, as JSON, lines of JSON or Parquet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from biasaudit.data.importers.fields import differing, naming_fields, scalars, single
from biasaudit.data.importers.files import labels_of_files, named, not_of_format, read_records
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
WHAT = "a file of Argilla records"
#: Only these responses were meant; drafts and discarded ones are rows without a label.
MEANT = "submitted"
RESPONSES = ".responses"

#: A response: who gave it, what it is, and whether it was submitted.
Response = tuple[Any, Any, Any]


def read_argilla(paths: Sequence[Path]) -> ImportedLog:
    """Read records of Argilla, of version 1 or 2, flat or nested.

    The item is ``id`` or another field of the record, the answer a question by its name. Only
    submitted responses are labels.

    Parameters
    ----------
    paths : sequence of Path
        JSON, JSONL or Parquet files.

    Returns
    -------
    ImportedLog
        One row a record and user. ``prelabelled`` says "yes" for records with a suggested answer.

    Raises
    ------
    DataError
        Where a file holds no such records, or no response.

    Examples
    --------
    >>> import json, tempfile
    >>> file = Path(tempfile.mkdtemp()) / "records.jsonl"
    >>> record = {"id": "r1", "hire.responses": ["yes", "no"], "hire.responses.users": ["u1", "u2"]}
    >>> _ = file.write_text(json.dumps(record))
    >>> read_argilla([file]).frame[["id", "annotator", "hire"]].values.tolist()
    [['r1', 'u1', 'yes'], ['r1', 'u2', 'no']]
    """
    rows: list[dict[str, Any]] = []
    labels: dict[str, None] = {}
    for path, name in zip(paths, labels_of_files(paths), strict=True):
        records = read_records(path)
        found = []
        for number, record in enumerate(records, start=1):
            questions = dict(_questions(record))
            labels |= dict.fromkeys(questions)
            found += _rows(record, questions, f"{path.name}: record {number}")
        if not labels:
            raise not_of_format(path, WHAT, "no record has responses of users", records[0])
        rows += [{**row, "file": name} if len(paths) > 1 else row for row in found]
    if not rows:
        raise DataError(f"{named(paths)}: no record has a response.")
    frame = pd.DataFrame(rows)
    used = tuple(name for name in labels if name in frame and frame[name].notna().any())
    about = [
        name for name in map(str, frame.columns) if name not in {"annotator", "id", "file", "prelabelled", *labels}
    ]
    return ImportedLog(
        frame=frame,
        source=named(paths),
        items=naming_fields(frame, "id", about),
        labels=used,
        annotator_field="user_id",
        units=differing(frame, ("prelabelled", "file")),
        cannot=CANNOT,
    )


def _rows(record: Mapping[str, Any], questions: Mapping[str, list[Response]], where: str) -> list[dict[str, Any]]:
    """One row a user who responded to a record."""
    about = {name: value for name, value in scalars(record).items() if not _is_about_answers(name)}
    about.pop("status", None)
    for part in ("fields", "metadata"):
        inner = record.get(part)
        if isinstance(inner, Mapping):
            about |= scalars(inner, f"{part}.")
    about["id"] = record.get("id") or record.get("external_id") or record.get("_server_id")
    about["prelabelled"] = "yes" if _is_prelabelled(record) else "no"
    by_user: dict[Any, dict[str, Any]] = {}
    for question, responses in questions.items():
        for user, value, status in responses:
            if not isinstance(user, (str, int)):
                raise DataError(f"{where}: a response to {question!r} does not say which user gave it.")
            row = by_user.setdefault(user, {**about, "annotator": user})
            row[question] = single(value) if status in (None, MEANT) else None
    return list(by_user.values())


def _questions(record: Mapping[str, Any]) -> Iterator[tuple[str, list[Response]]]:
    """Questions of a record with their responses, in each way that Argilla has written them."""
    for name, value in record.items():
        if name.endswith(RESPONSES):
            yield (
                name.removesuffix(RESPONSES),
                _parallel(value, record.get(f"{name}.users"), record.get(f"{name}.status")),
            )
        elif name == "responses" and isinstance(value, Mapping):
            for question, given in value.items():
                yield str(question), _listed(given)
        elif name == "responses" and isinstance(value, list):
            yield from _by_user(value)
        elif isinstance(value, list) and value and all(isinstance(one, Mapping) and "user_id" in one for one in value):
            yield name, _listed(value)
        elif isinstance(value, Mapping) and {"user_id", "value"} <= set(value):
            yield name, _parallel(value["value"], value["user_id"], value.get("status"))


def _parallel(values: Any, users: Any, states: Any) -> list[Response]:
    values, users = values or [], users or []
    states = states or [None] * len(values)
    users = [*users, *[None] * (len(values) - len(users))]
    return [(user, value, state) for user, value, state in zip(users, values, states, strict=False)]


def _listed(given: Any) -> list[Response]:
    responses = given if isinstance(given, list) else []
    return [(one.get("user_id"), one.get("value"), one.get("status")) for one in responses if isinstance(one, Mapping)]


def _by_user(given: list[Any]) -> Iterator[tuple[str, list[Response]]]:
    """Responses that are listed by user, each with its answers to all questions."""
    found: dict[str, list[Response]] = {}
    for one in given:
        values = one.get("values") if isinstance(one, Mapping) else None
        for question, value in (values or {}).items():
            inner = value.get("value") if isinstance(value, Mapping) else value
            found.setdefault(str(question), []).append((one.get("user_id"), inner, one.get("status")))
    yield from found.items()


def _is_about_answers(name: str) -> bool:
    return (
        RESPONSES in name or ".suggestion" in name or name.endswith("-suggestion") or name in {"_server_id", "metadata"}
    )


def _is_prelabelled(record: Mapping[str, Any]) -> bool:
    return bool(record.get("suggestions")) or any(
        value not in (None, "") for name, value in record.items() if name.endswith((".suggestion", "-suggestion"))
    )
