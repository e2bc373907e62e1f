"""Tables coming in: files, folders of Parquet, databases, data frames and named datasets."""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from biasaudit.data.datasets import is_dataset, load_table
from biasaudit.data.grouping_sql import quoted
from biasaudit.errors import DataError
from biasaudit.results import Fingerprint

if TYPE_CHECKING:
    import duckdb

#: File endings read as delimited text, with their separator.
TEXT_ENDINGS = {".csv": ",", ".tsv": "\t", ".csv.gz": ",", ".tsv.gz": "\t", ".csv.bz2": ","}
#: Bytes read at once when a file's digest is taken.
CHUNK = 1 << 20


def read_table(
    path: str, *, folder: Path, role: str = "items", table: str | None = None, query: str | None = None
) -> tuple[pd.DataFrame, Fingerprint]:
    """Read a table by what an audit file calls it.

    Parameters
    ----------
    path : str
        A csv or parquet file, a folder of parquet files, a named dataset (``name`` or
        ``name/table``), or a ``duckdb:///`` or ``sqlite:///`` address.
    folder : Path
        Folder that relative paths start from.
    role : str
        ``items`` or ``annotations``, for the fingerprint.
    table, query : str, optional
        What to read from a database.

    Returns
    -------
    frame : pandas.DataFrame
        All columns and rows.
    fingerprint : Fingerprint
        sha256 of the file, or of the content where there is no single file.

    Raises
    ------
    DataError
        Where nothing is found under that name, or it cannot be read.
    """
    if "://" in path:
        return _read_database(path, folder=folder, role=role, table=table, query=query)
    if table or query:
        raise DataError(f"data.table and data.query go with a database URL; {path!r} is none.")
    place = (folder / path).expanduser()
    if not could_exist(place):
        raise DataError(f"data {path[:60] + '…'!r}: no file can have so long a name.")
    if place.is_dir():
        return _read_parquet_folder(place, path, role)
    if place.is_file():
        return _read_file(place, shown_name(path), role)
    if is_dataset(path):
        frame, fingerprint = load_table(path)
        return frame, fingerprint.model_copy(update={"role": role})
    raise DataError(
        f"data {path!r}: there is no such file or folder (looked in {place.parent}), and no dataset of that name. "
        "'biasaudit data list' shows the named datasets."
    )


def read_any_frame(data: Any, *, role: str = "items") -> tuple[pd.DataFrame, Fingerprint]:
    """Take a pandas, polars or pyarrow frame.

    Parameters
    ----------
    data : DataFrame or Table
        A frame of pandas, polars (a lazy one is collected) or pyarrow.
    role : str
        For the fingerprint.

    Returns
    -------
    frame : pandas.DataFrame
        A copy: the caller's frame is never changed.
    fingerprint : Fingerprint
        sha256 of the content.

    Raises
    ------
    DataError
        Where it is none of these.

    Examples
    --------
    >>> frame, fingerprint = read_any_frame(pd.DataFrame({"sex": ["f", "m"]}))
    >>> fingerprint.rows
    2
    """
    library = type(data).__module__.split(".")[0]
    if library == "pandas" and isinstance(data, pd.DataFrame):
        frame = data.reset_index(drop=True).copy()
    elif library == "polars" and type(data).__name__ in {"DataFrame", "LazyFrame"}:
        eager = data.collect() if hasattr(data, "collect") else data
        # Through plain lists, because polars' own road to pandas needs pyarrow.
        frame = pd.DataFrame({column: eager[column].to_list() for column in eager.columns})
    elif library == "pyarrow" and hasattr(data, "to_pandas"):
        frame = data.to_pandas()
    else:
        raise DataError(
            f"data is a {type(data).__module__}.{type(data).__name__}; a pandas, polars or pyarrow frame is needed."
        )
    frame.columns = [str(column) for column in frame.columns]
    return frame, fingerprint_frame(frame, role=role, source=f"{library} frame")


def fingerprint_frame(frame: pd.DataFrame, *, role: str, source: str) -> Fingerprint:
    """Take the digest of a frame's content: its csv text, whatever library held it."""
    buffer = io.StringIO()
    frame.to_csv(buffer, index=False, lineterminator="\n")
    digest = hashlib.sha256(buffer.getvalue().encode()).hexdigest()
    return Fingerprint(role=role, source=source, sha256=digest, rows=len(frame))


def digest_file(path: Path) -> str:
    """Take the sha256 of a file, as 64 hex digits."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(CHUNK):
            digest.update(block)
    return digest.hexdigest()


def could_exist(place: Path) -> bool:
    """Whether a file of that name could be: not where a name is longer than the file system allows."""
    try:
        place.exists()
    except OSError:
        return False
    return True


def shown_name(path: str) -> str:
    """Give a path as it may be shown: never a folder of somebody's machine.

    Examples
    --------
    >>> shown_name("/home/ada/secret/people.csv"), shown_name("data/people.csv")
    ('people.csv', 'data/people.csv')
    """
    plain = Path(path)
    outside = plain.is_absolute() or plain.parts[:1] in ((".."), ("~",)) or ".." in plain.parts
    return plain.name if outside else plain.as_posix()


def _read_file(place: Path, shown: str, role: str) -> tuple[pd.DataFrame, Fingerprint]:
    ending = "".join(place.suffixes[-2:]).lower() if place.suffix in {".gz", ".bz2"} else place.suffix.lower()
    if place.stat().st_size == 0:
        raise DataError(f"{shown}: the file is empty (0 bytes).")
    if ending in TEXT_ENDINGS:
        try:
            frame = _read_text(place, shown, TEXT_ENDINGS[ending])
        except (OSError, EOFError, zlib.error) as error:
            raise DataError(f"{shown}: cannot be read ({getattr(error, 'strerror', None) or error}).") from None
    elif ending in {".parquet", ".pq"}:
        frame = _query("SELECT * FROM read_parquet(?)", [str(place)], shown)
    else:
        allowed = ", ".join([*TEXT_ENDINGS, ".parquet"])
        raise DataError(f"{shown}: files ending in {ending or 'nothing'!r} are not read. Allowed: {allowed}.")
    return frame, Fingerprint(role=role, source=shown, sha256=digest_file(place), rows=len(frame))


def read_cells(place: Path, shown: str, separator: str, *, texts: Sequence[str] = ()) -> pd.DataFrame:
    """Read delimited text in which only an empty cell is missing: "NA" may be a country, "None" an answer.

    Parameters
    ----------
    place : Path
        The file.
    shown : str
        Its name for messages.
    separator : str
        What stands between cells.
    texts : sequence of str
        Columns that stay text, whatever they look like.

    Returns
    -------
    pandas.DataFrame
        All columns and rows.

    Raises
    ------
    DataError
        Where it is no such text.
    """
    options: dict[str, Any] = {"keep_default_na": False, "na_values": [""], "dtype": dict.fromkeys(texts, str)}
    return _read_text(place, shown, separator, **options)


def _read_text(place: Path, shown: str, separator: str, **options: Any) -> pd.DataFrame:
    try:
        header = pd.read_csv(place, sep=separator, encoding="utf-8-sig", header=None, nrows=1, dtype=str)
        frame: pd.DataFrame = pd.read_csv(place, sep=separator, encoding="utf-8-sig", low_memory=False, **options)
    except UnicodeDecodeError as error:
        raise DataError(
            f"{shown}: not UTF-8 text (byte 0x{error.object[error.start]:02x} at position {error.start}). "
            "Save it as UTF-8 and try again."
        ) from None
    except pd.errors.EmptyDataError:
        raise DataError(f"{shown}: the file has no columns.") from None
    except pd.errors.ParserError as error:
        raise DataError(f"{shown}: not readable as delimited text ({str(error).strip()}).") from None
    if not isinstance(frame.index, pd.RangeIndex):
        # pandas would take the first cells for names of rows, and move every other cell under a wrong heading.
        raise DataError(
            f"{shown}: rows hold more cells than the {frame.shape[1]} columns that the first line names. "
            "Name every column, or remove the separator at the end of each row."
        )
    # pandas renames a second column of the same name; under their own names, one check refuses them for all sources.
    named = header.iloc[0].notna().to_numpy() if header.shape[1] == frame.shape[1] else np.zeros(frame.shape[1], bool)
    frame.columns = [
        str(own) if is_named else str(column)
        for own, column, is_named in zip(header.iloc[0], frame.columns, named, strict=False)
    ]
    return frame


def _read_parquet_folder(place: Path, path: str, role: str) -> tuple[pd.DataFrame, Fingerprint]:
    files = sorted(place.rglob("*.parquet"))
    shown = shown_name(path)
    if not files:
        raise DataError(f"{shown}: the folder holds no .parquet file.")
    frame = _query(
        "SELECT * FROM read_parquet(?, union_by_name = true, hive_partitioning = true)",
        [[str(file) for file in files]],
        shown,
    )
    digests = "".join(f"{file.relative_to(place).as_posix()} {digest_file(file)}\n" for file in files)
    sha256 = hashlib.sha256(digests.encode()).hexdigest()
    return frame, Fingerprint(role=role, source=shown, sha256=sha256, rows=len(frame))


def _read_database(
    url: str, *, folder: Path, role: str, table: str | None, query: str | None
) -> tuple[pd.DataFrame, Fingerprint]:
    from biasaudit.data.databases import without_password

    kind, _, rest = url.partition(":///")
    if kind not in {"duckdb", "sqlite"} or not rest:
        raise DataError(
            f"{without_password(url)!r}: databases are read from duckdb:///file and sqlite:///file addresses."
        )
    if (table is None) == (query is None):
        raise DataError(f"{url!r}: a database needs either data.table or data.query.")
    place = folder / rest
    if not place.is_file():
        raise DataError(f"{url!r}: there is no such file (looked in {place.parent}).")
    statement = query or f"SELECT * FROM {quoted(str(table))}"  # noqa: S608 - the name is quoted
    frame = _query_duckdb(place, statement, url) if kind == "duckdb" else _query_sqlite(place, statement, url)
    # The content is hashed, not the file: a database file changes without its rows changing.
    return frame, fingerprint_frame(frame, role=role, source=f"{kind}:///{shown_name(rest)}")


def _query_duckdb(place: Path, statement: str, shown: str) -> pd.DataFrame:
    import duckdb

    try:
        # A query that came with an audit may read this file, and may neither write nor read any other.
        with duckdb.connect(str(place), read_only=True, config={"enable_external_access": False}) as connection:
            return connection.execute(statement).df()
    except duckdb.Error as error:
        raise DataError(f"{shown}: {str(error).splitlines()[0]}") from None


def _query_sqlite(place: Path, statement: str, shown: str) -> pd.DataFrame:
    import contextlib
    import sqlite3

    try:
        with contextlib.closing(sqlite3.connect(f"{place.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            # A query that came with an audit may read, and may not attach (which would make) another file.
            allowed = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
            connection.set_authorizer(
                lambda action, *_: sqlite3.SQLITE_OK if action in allowed else sqlite3.SQLITE_DENY
            )
            return pd.read_sql_query(statement, connection)
    except (sqlite3.Error, pd.errors.DatabaseError, TypeError) as error:
        raise DataError(f"{shown}: {str(error).splitlines()[0]}") from None


def _query(statement: str, values: list[Any], shown: str) -> pd.DataFrame:
    import duckdb

    try:
        with duckdb.connect() as connection:
            return _executed(connection, statement, values)
    except duckdb.Error as error:
        raise DataError(f"{shown}: {str(error).splitlines()[0]}") from None


def _executed(connection: duckdb.DuckDBPyConnection, statement: str, values: list[Any]) -> pd.DataFrame:
    frame: pd.DataFrame = connection.execute(statement, values).df()
    return frame
