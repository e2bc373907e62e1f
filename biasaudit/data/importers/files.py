"""Reading the files of an export: delimited text, JSON and lines of JSON, with one clear message for each mistake."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from biasaudit.data.importers.imported import listed
from biasaudit.data.reading import read_cells
from biasaudit.errors import DataError

#: So many names of files stand in a message.
FILES_SHOWN = 3


def named(paths: Sequence[Path]) -> str:
    """Name the files of a log, without their folders.

    Examples
    --------
    >>> named([Path("/home/ada/a.csv"), Path("b.csv")])
    'a.csv, b.csv'
    """
    names = [path.name for path in paths]
    return ", ".join(names[:FILES_SHOWN]) + (
        f" and {len(names) - FILES_SHOWN} more" if len(names) > FILES_SHOWN else ""
    )


def labels_of_files(paths: Sequence[Path]) -> list[str]:
    """Give each file a name that no other has: its own, or with as many folders as needed.

    Examples
    --------
    >>> labels_of_files([Path("x/one/r.csv"), Path("x/two/r.csv")])
    ['one/r.csv', 'two/r.csv']
    """
    for depth in range(1, max(len(path.parts) for path in paths) + 1):
        names = ["/".join(path.parts[-depth:]) for path in paths]
        if len(set(names)) == len(names):
            break
    return names


def read_delimited(
    paths: Sequence[Path], *, needs: Sequence[str], what: str, texts: Sequence[str] = ()
) -> pd.DataFrame:
    """Read files of delimited text one below the other.

    Parameters
    ----------
    paths : sequence of Path
        The files, separated by commas or tabs.
    needs : sequence of str
        Columns without which a file is not of this format.
    what : str
        Name of the format in words, for messages.
    texts : sequence of str
        Columns that stay text.

    Returns
    -------
    pandas.DataFrame
        All rows; a column ``file`` names the file where there are several.

    Raises
    ------
    DataError
        Where a file cannot be read, or is not of this format.
    """
    frames = []
    for path, name in zip(paths, labels_of_files(paths), strict=True):
        frame = read_cells(path, path.name, _separator(path), texts=texts)
        columns = [str(column) for column in frame.columns]
        missing = [column for column in needs if column not in columns]
        if missing:
            raise not_of_format(path, what, f"it has no column {listed(missing)}", columns)
        repeated = sorted({column for column in columns if columns.count(column) > 1})
        if repeated:
            raise DataError(f"{path.name}: several columns have the name {listed(repeated)}.")
        frames.append(frame.assign(file=name) if len(paths) > 1 else frame)
    whole = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    if whole.empty:
        raise DataError(f"{named(paths)}: there are columns and no rows.")
    return whole


def not_of_format(path: Path, what: str, why: str, found: Iterable[str]) -> DataError:
    """Say that a file is not of a format, and what it holds instead."""
    return DataError(
        f"{path.name} is not {what}: {why}. It has: {listed(found)}. `biasaudit data describe` says what a file looks like."
    )


def _separator(path: Path) -> str:
    """Tab or comma, whichever the first line has more of."""
    try:
        with path.open("rb") as stream:
            head = stream.readline(1 << 16)
    except OSError as error:
        raise DataError(f"{path.name}: cannot be read ({error.strerror}).") from None
    if not head:
        raise DataError(f"{path.name}: the file is empty (0 bytes).")
    return "\t" if head.count(b"\t") > head.count(b",") else ","


def read_json(path: Path) -> Any:
    """Read one JSON document.

    Raises
    ------
    DataError
        Where it is none.
    """
    text = _text(path)
    try:
        return json.loads(text)
    except ValueError as error:
        where = f"line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else str(error)
        raise DataError(f"{path.name}: not JSON ({where}).") from None
    except RecursionError:
        raise DataError(f"{path.name}: holds lists within lists that are too deep to read.") from None


def read_json_lines(path: Path) -> list[dict[str, Any]]:
    """Read a file with one JSON object a line; blank lines are skipped.

    Raises
    ------
    DataError
        Where a line is none, with its number.
    """
    records = []
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict):
            raise DataError(f"{path.name}: line {number} is not a JSON object.")
        records.append(record)
    if not records:
        raise DataError(f"{path.name}: the file holds no record.")
    return records


def read_records(path: Path) -> list[dict[str, Any]]:
    """Read records of a JSON list, one JSON object, lines of JSON, or a Parquet file.

    Raises
    ------
    DataError
        Where it holds no records.
    """
    if path.suffix.lower() in {".parquet", ".pq"}:
        return _parquet_records(path)
    text = _text(path)
    if text.lstrip()[:1] != "[":
        return _one_object(text) or read_json_lines(path)
    document = read_json(path)
    if not document or not all(isinstance(record, dict) for record in document):
        raise DataError(
            f"{path.name}: the list holds {'no record' if not document else 'something else than objects'}."
        )
    records: list[dict[str, Any]] = document
    return records


def _one_object(text: str) -> list[dict[str, Any]]:
    """Give a document that is one object as the only record of a list; an empty list for lines of them."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return [document] if isinstance(document, dict) else []


def _parquet_records(path: Path) -> list[dict[str, Any]]:
    import duckdb

    try:
        with duckdb.connect() as connection:
            answer = connection.execute("SELECT * FROM read_parquet(?)", [str(path)])
            names = [column[0] for column in answer.description or ()]
            return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    except duckdb.Error as error:
        raise DataError(f"{path.name}: {str(error).splitlines()[0]}") from None


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path.name}: cannot be read ({error.strerror}).") from None
    if not content.strip():
        raise DataError(f"{path.name}: the file is empty ({len(content)} bytes).")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path.name}: not UTF-8 text (byte 0x{content[error.start]:02x} at position {error.start}). "
            "Save it as UTF-8 and try again."
        ) from None
