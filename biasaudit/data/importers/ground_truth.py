"""SageMaker Ground Truth: workers' responses, and the output manifest that says what they are about."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from biasaudit.data.importers.fields import flat_answers, naming_fields, scalars
from biasaudit.data.importers.files import named, not_of_format, read_records
from biasaudit.data.importers.imported import ImportedLog
from biasaudit.data.moments import read_moments
from biasaudit.errors import DataError

CANNOT = (
    "What an annotator was paid.",
    "In which country an annotator lives, and who they are.",
    "Which firm supplied the annotators of a vendor workforce.",
    "Under which version of the guideline a label was given.",
    "Whether a label was accepted by a reviewer.",
)
WHAT = "a file of a Ground Truth labelling job"
METADATA = "-metadata"
#: Where a job that keeps all answers in the manifest puts them.
ALL_WORKERS = "annotationsFromAllWorkers"


def read_ground_truth(paths: Sequence[Path]) -> ImportedLog:
    """Read one labelling job of SageMaker Ground Truth.

    Responses lie in ``worker-response/iteration-1/<number>/<time>.json``, the number being that of the
    item's line in the output manifest, from 0. Give the folder and the manifest: items then go by the
    manifest's own fields. A manifest whose lines keep all workers' answers needs no other file.

    Parameters
    ----------
    paths : sequence of Path
        Response files, and at most one manifest.

    Returns
    -------
    ImportedLog
        One row an answer of a worker. Unit ``workforce``: public, vendor or private.

    Raises
    ------
    DataError
        Where only agreed labels are there, or files are of another kind.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp()) / "iteration-1" / "0"
    >>> folder.mkdir(parents=True)
    >>> answer = {"workerId": "private.eu.x1", "answerContent": {"hire": {"label": "yes"}}, "timeSpentInSeconds": 8.9}
    >>> _ = (folder / "t.json").write_text(json.dumps({"answers": [answer]}))
    >>> read_ground_truth([folder / "t.json"]).frame[["line", "annotator", "hire"]].values.tolist()
    [[0, 'private.eu.x1', 'yes']]
    """
    responses: list[tuple[Path, list[dict[str, Any]]]] = []
    manifests: list[tuple[Path, list[dict[str, Any]]]] = []
    for path in paths:
        records = read_records(path)
        (manifests if not _is_response(records[0]) else responses).append((path, records))
    if len(manifests) > 1:
        raise DataError(
            f"{named([path for path, _ in manifests])}: more than one manifest; read one labelling job at a time."
        )
    lines = manifests[0][1] if manifests else []
    if manifests and not any(name.endswith(METADATA) for line in lines for name in line):
        raise not_of_format(manifests[0][0], WHAT, "it is neither workers' responses nor an output manifest", lines[0])
    rows = [row for path, records in responses for row in _response_rows(path, records)]
    rows += [row for number, line in enumerate(lines) for row in _manifest_rows(number, line)]
    if not rows:
        raise DataError(
            f"{named(paths)}: only agreed labels are there, not who gave which. Name the job's folder "
            "annotations/worker-response as well."
        )
    return _imported(rows, lines, named(paths))


def _imported(rows: list[dict[str, Any]], lines: list[dict[str, Any]], source: str) -> ImportedLog:
    answers = pd.DataFrame([row.pop("answers") for row in rows])
    frame = pd.DataFrame(rows)
    for name in ("started", "submitted"):
        frame[name] = read_moments(frame[name])
    about = pd.DataFrame([_about(line) for line in lines])
    fields = [str(name) for name in about.columns if name not in frame.columns and name not in answers.columns]
    frame = pd.concat([frame, about.reindex(frame["line"])[fields].reset_index(drop=True), answers], axis=1)
    return ImportedLog(
        frame=frame,
        source=source,
        items=naming_fields(frame, "line", fields),
        labels=tuple(map(str, answers.columns)),
        annotator_field="workerId",
        units=("workforce",),
        personal=("workerMetadata",),
        cannot=CANNOT,
    )


def _is_response(record: Mapping[str, Any]) -> bool:
    return isinstance(record.get("answers"), list)


def _response_rows(path: Path, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    number = path.parent.name if path.parent.name.isdecimal() else path.stem
    if not number.isdecimal():
        raise DataError(
            f"{path.name}: responses lie in a folder named after the item's line in the manifest, not in {number!r}."
        )
    rows = []
    for record in records:
        for answer in record.get("answers") or []:
            if not isinstance(answer, Mapping):
                continue
            content = answer.get("answerContent")
            rows.append({
                "line": int(number),
                **_who(answer.get("workerId")),
                "started": answer.get("acceptanceTime"),
                "submitted": answer.get("submissionTime"),
                "seconds": answer.get("timeSpentInSeconds"),
                "answers": flat_answers(content) if isinstance(content, Mapping) else {},
            })  # fmt: skip
    return rows


def _manifest_rows(number: int, line: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Answers of all workers, where a job keeps them in its manifest."""
    given = [one for value in line.values() if isinstance(value, Mapping) for one in value.get(ALL_WORKERS) or []]
    rows = []
    for one in given:
        if not isinstance(one, Mapping):
            continue
        data = one.get("annotationData")
        content = data.get("content") if isinstance(data, Mapping) else None
        try:
            content = json.loads(content) if isinstance(content, str) else content
        except (ValueError, RecursionError):
            content = None
        rows.append({
            "line": number, **_who(one.get("workerId")), "started": None, "submitted": None, "seconds": None,
            "answers": flat_answers(content) if isinstance(content, Mapping) else {},
        })  # fmt: skip
    return rows


def _about(line: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what a manifest says of an item: its own fields, without the agreed labels."""
    labels = {name.removesuffix(METADATA) for name in line if name.endswith(METADATA)}
    return {name: value for name, value in scalars(line).items() if name not in labels}


def _who(worker: Any) -> dict[str, Any]:
    """Give the worker, and the kind of workforce, which the id begins with."""
    name = worker if isinstance(worker, str) and worker else None
    kind = name.partition(".")[0] if name and "." in name else None
    return {"annotator": name, "workforce": kind}
