"""One row a label already: delimited text, Parquet, or flat records of JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from biasaudit.data.importers.fields import scalars
from biasaudit.data.importers.files import labels_of_files, named, read_records
from biasaudit.data.importers.imported import ImportedLog
from biasaudit.data.reading import read_table
from biasaudit.errors import DataError

JSON_ENDINGS = {".json", ".jsonl", ".ndjson"}


def read_long(paths: Sequence[Path]) -> ImportedLog:
    """Read a log with one row a label.

    Parameters
    ----------
    paths : sequence of Path
        CSV, TSV, Parquet, JSON or JSONL files.

    Returns
    -------
    ImportedLog
        The columns as they stand; ``file`` names the file where there are several.

    Raises
    ------
    DataError
        Where a file cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "votes.jsonl"
    >>> _ = file.write_text('{"item": 1, "annotator": "a", "label": "yes"}')
    >>> read_long([file]).frame.values.tolist()
    [[1, 'a', 'yes']]
    """
    frames = [_frame(path) for path in paths]
    if len(frames) > 1:
        names = labels_of_files(paths)
        _check_alike(frames, names)
        frames = [
            frame if "file" in frame else frame.assign(file=name) for frame, name in zip(frames, names, strict=True)
        ]
    whole = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    return ImportedLog(frame=whole, source=named(paths))


def _check_alike(frames: Sequence[pd.DataFrame], names: Sequence[str]) -> None:
    """Refuse files of different columns: rows of one would silently lack what the other has."""
    first = {str(column) for column in frames[0].columns}
    for frame, name in zip(frames[1:], names[1:], strict=True):
        columns = {str(column) for column in frame.columns}
        if differing := sorted(first ^ columns):
            has = name if differing[0] in columns else names[0]
            lacks = names[0] if differing[0] in columns else name
            raise DataError(
                f"{lacks} has no column {differing[0]!r}, which {has} has. Give the files the same columns."
            )


def _frame(path: Path) -> pd.DataFrame:
    if path.suffix.lower() in JSON_ENDINGS:
        return pd.DataFrame([scalars(record) for record in read_records(path)])
    return read_table(path.name, folder=path.parent)[0]
