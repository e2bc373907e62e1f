"""Label Studio: annotated tasks as JSON, or as JSON-MIN with one object an annotation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from biasaudit.data.importers.fields import differing, naming_fields, scalars, single, varying_fields
from biasaudit.data.importers.files import labels_of_files, named, not_of_format, read_records
from biasaudit.data.importers.imported import ImportedLog
from biasaudit.data.moments import read_moments
from biasaudit.errors import DataError

CANNOT = (
    "What an annotator was paid.",
    "In which country an annotator lives, and who they are.",
    "Who employs or recruits an annotator.",
    "Under which version of the guideline a label was given.",
    "Whether a label was accepted by a reviewer.",
)
#: Kinds of results that say something of a whole task; others mark places within one.
WHOLE = ("choices", "rating", "number", "taxonomy", "datetime", "pairwise")
WHAT = "an export of Label Studio"
#: Keys of JSON-MIN that are no answers.
RESERVED = frozenset({"id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time"})


def read_label_studio(paths: Sequence[Path]) -> ImportedLog:
    """Read annotated tasks of Label Studio.

    The item is the task or one of its ``data.`` fields (in JSON-MIN by its plain name), the answer a
    control tag by its name (``from_name``). Skipped annotations are rows without a label. The time is
    ``lead_time``; the beginning is that long before the annotation was saved.

    Parameters
    ----------
    paths : sequence of Path
        JSON or JSON-MIN files.

    Returns
    -------
    ImportedLog
        One row an annotation. ``prelabelled`` says "yes" where an annotator began with a model's answer.

    Raises
    ------
    DataError
        Where a file is no such export, or only places within tasks were marked.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "tasks.json"
    >>> vote = {"from_name": "hire", "type": "choices", "value": {"choices": ["yes"]}}
    >>> task = {"id": 1, "data": {"applicant": "p7"}, "annotations": [{"completed_by": 10, "result": [vote]}]}
    >>> import json
    >>> _ = file.write_text(json.dumps([task]))
    >>> read_label_studio([file]).frame[["annotator", "data.applicant", "hire"]].values.tolist()
    [[10, 'p7', 'yes']]
    """
    rows: list[dict[str, Any]] = []
    labels: dict[str, None] = {}
    is_small = False
    for path, name in zip(paths, labels_of_files(paths), strict=True):
        records = read_records(path)
        is_small = "annotation_id" in records[0] and "annotator" in records[0]
        if not is_small and not any(isinstance(record.get("annotations"), list) for record in records):
            raise not_of_format(path, WHAT, "its tasks have no 'annotations'", records[0])
        found = list(_small_rows(records) if is_small else _rows(records, labels))
        rows += [{**row, "file": name} if len(paths) > 1 else row for row in found]
    if not rows:
        raise DataError(f"{named(paths)}: no task has an annotation.")
    return _imported(pd.DataFrame(rows), tuple(labels), named(paths), is_small=is_small)


def _imported(frame: pd.DataFrame, labels: tuple[str, ...], source: str, *, is_small: bool) -> ImportedLog:
    if "saved" in frame:
        saved = read_moments(frame.pop("saved"))
        seconds = pd.to_numeric(frame.get("seconds", pd.Series(index=frame.index, dtype=float)), errors="coerce")
        frame["submitted"] = saved
        frame["started"] = saved - pd.to_timedelta(seconds.where(seconds >= 0), unit="s")
    known = {"annotator", "seconds", "started", "submitted", "task", "project", "prelabelled", "file"}
    fields = [str(name) for name in frame.columns if name not in known]
    if is_small:
        labels = varying_fields(frame, "task", fields)
    labels = tuple(name for name in labels if name in frame)
    if not labels:
        raise DataError(f"{source}: annotators marked places within tasks, and gave no answer about a whole task.")
    return ImportedLog(
        frame=frame,
        source=source,
        items=naming_fields(frame, "task", [name for name in fields if name not in labels]),
        labels=labels,
        annotator_field="annotator" if is_small else "completed_by",
        units=differing(frame, ("project", "prelabelled", "file")),
        cannot=CANNOT,
    )


def _rows(tasks: list[dict[str, Any]], labels: dict[str, None]) -> Iterator[dict[str, Any]]:
    """One row an annotation; names of answers are collected in ``labels``."""
    for task in tasks:
        given = task.get("annotations")
        data = task.get("data")
        about = {"task": task.get("id"), "project": task.get("project")}
        about |= scalars(data, "data.") if isinstance(data, Mapping) else {}
        for annotation in given if isinstance(given, list) else []:
            if not isinstance(annotation, Mapping):
                continue
            answers = {} if annotation.get("was_cancelled") else _answers(annotation)
            labels |= dict.fromkeys(answers)
            yield {
                **about,
                "annotator": _who(annotation.get("completed_by")),
                "saved": annotation.get("created_at"),
                "seconds": annotation.get("lead_time"),
                "prelabelled": "yes" if _is_prelabelled(annotation) else "no",
                **answers,
            }


def _small_rows(records: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for record in records:
        fields = {
            name: value.get("choices") if isinstance(value, Mapping) else value
            for name, value in record.items()
            if name not in RESERVED
        }
        yield {
            "task": record.get("id"),
            "annotator": _who(record.get("annotator")),
            "saved": record.get("created_at"),
            "seconds": record.get("lead_time"),
            **{name: single(value) for name, value in fields.items()},
        }


def _answers(annotation: Mapping[str, Any]) -> dict[str, Any]:
    """Answers about the whole task, by the names of their control tags."""
    found: dict[str, list[Any]] = {}
    results = annotation.get("result")
    for result in results if isinstance(results, list) else []:
        if not isinstance(result, Mapping) or not isinstance(result.get("value"), Mapping):
            continue
        kind, name = str(result.get("type")), str(result.get("from_name"))
        value = result["value"].get("selected" if kind == "pairwise" else kind)
        if kind in WHOLE and value is not None:
            found.setdefault(name, []).extend(value if isinstance(value, list) else [value])
    return {
        name: values[0] if len(values) == 1 and not isinstance(values[0], list) else single(values)
        for name, values in found.items()
    }


def _is_prelabelled(annotation: Mapping[str, Any]) -> bool:
    results = annotation.get("result")
    return any(
        isinstance(result, Mapping) and str(result.get("origin", "")).startswith("prediction")
        for result in (results if isinstance(results, list) else [])
    )


def _who(value: Any) -> Any:
    """Give the annotator's number, or their address where the export has no number; it gets a pseudonym later."""
    if isinstance(value, Mapping):
        value = value.get("id") if value.get("id") is not None else value.get("email")
    return value if isinstance(value, (str, int)) else None
