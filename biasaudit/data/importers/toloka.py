"""Toloka: assignments of a pool, one row a task that an annotator was given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from biasaudit.data.importers.fields import naming_fields
from biasaudit.data.importers.files import named, not_of_format, read_delimited
from biasaudit.data.importers.imported import ImportedLog
from biasaudit.data.moments import read_moments
from biasaudit.data.values import as_text

CANNOT = (
    "In which country an annotator lives, and who they are.",
    "Whether somebody else stood between the platform and the annotator.",
    "Under which version of the guideline a label was given.",
    "To which pool a task belonged; download pools one by one and name their files in path.",
)
#: What a status means; an assignment that nobody has decided on is neither.
ACCEPTED = {"accepted": 1.0, "approved": 1.0, "rejected": 0.0}


def read_toloka(paths: Sequence[Path]) -> ImportedLog:
    r"""Read assignments of Toloka.

    The item is ``ASSIGNMENT:task_id`` or an ``INPUT:`` field, the answer an ``OUTPUT:`` field. The
    reward and the time of an assignment are shared out over its tasks.

    Parameters
    ----------
    paths : sequence of Path
        TSV or CSV files.

    Returns
    -------
    ImportedLog
        One row a task of an assignment; ``test_question`` says "yes" where the right answer was known.

    Raises
    ------
    DataError
        Where a file is no such export.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "pool.tsv"
    >>> _ = file.write_text(
    ...     "INPUT:id\tOUTPUT:hire\tASSIGNMENT:worker_id\tASSIGNMENT:assignment_id\tASSIGNMENT:reward\n"
    ...     "p1\tyes\tw1\ta1\t0.10\np2\tno\tw1\ta1\t0.10\n"
    ... )
    >>> read_toloka([file]).frame["pay"].tolist()
    [0.05, 0.05]
    """
    what = "a file of assignments of Toloka"
    texts = ("ASSIGNMENT:worker_id", "ASSIGNMENT:task_id", "ASSIGNMENT:assignment_id")
    raw = read_delimited(paths, needs=("ASSIGNMENT:worker_id",), what=what, texts=texts)
    names = [str(name) for name in raw.columns]
    given = [name for name in names if name.startswith("OUTPUT:")]
    if not given:
        raise not_of_format(paths[0], what, "it has no column 'OUTPUT:…'", names)
    inputs = [name for name in names if name.startswith("INPUT:")]
    columns: dict[str, Any] = {"annotator": raw["ASSIGNMENT:worker_id"], **_conditions(raw)}
    if golden := [name for name in names if name.startswith("GOLDEN:")]:
        columns["test_question"] = raw[golden].notna().any(axis=1).map({True: "yes", False: "no"})
    own = [name for name in ("ASSIGNMENT:task_id",) if name in raw]
    columns |= {name: raw[name] for name in [*own, *inputs, *given, "file"] if name in raw}
    frame = pd.DataFrame(columns)
    return ImportedLog(
        frame=frame,
        source=named(paths),
        items=naming_fields(frame, own[0], inputs) if own else tuple(inputs),
        labels=tuple(given),
        annotator_field="ASSIGNMENT:worker_id",
        units=("file",) if "file" in frame else (),
        cannot=CANNOT,
    )


def _conditions(raw: pd.DataFrame) -> dict[str, pd.Series]:
    """Give times, pay and acceptance; what belongs to a whole assignment is shared out over its tasks."""
    found = {
        name: read_moments(raw[f"ASSIGNMENT:{name}"])
        for name in ("started", "submitted")
        if f"ASSIGNMENT:{name}" in raw
    }
    tasks = pd.Series(1, index=raw.index)
    if "ASSIGNMENT:assignment_id" in raw:
        tasks = raw.groupby("ASSIGNMENT:assignment_id")["ASSIGNMENT:worker_id"].transform("size").fillna(1)
    if len(found) == 2:  # noqa: PLR2004 - both ends of an interval
        seconds = (found["submitted"] - found["started"]).dt.total_seconds()
        found["seconds"] = seconds.where(seconds >= 0) / tasks
    if "ASSIGNMENT:reward" in raw:
        found["pay"] = pd.to_numeric(raw["ASSIGNMENT:reward"], errors="coerce") / tasks
    if "ASSIGNMENT:status" in raw:
        found["accepted"] = as_text(raw["ASSIGNMENT:status"]).str.lower().map(ACCEPTED).astype(float)
    return found
