"""Opening a table where it lives, without loading it: frames, files, folders, databases, Spark."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from biasaudit.data.databases import open_postgresql, open_sqlite, statement_of, without_password
from biasaudit.data.grouping import Rows
from biasaudit.data.grouping_sql import quoted
from biasaudit.data.reading import TEXT_ENDINGS, could_exist, digest_file, shown_name
from biasaudit.errors import DataError

if TYPE_CHECKING:
    import duckdb

#: Memory that DuckDB may take before it spills to disk; a count by group needs far less.
MEMORY_LIMIT = "512MB"
#: Texts that pandas reads as missing by default; a file must read the same on either road.
MISSING_TEXTS = (
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
    "NULL", "NaN", "None", "n/a", "nan", "null",
)  # fmt: skip
#: Frames that hold no rows in memory: class names by library.
_LAZY = {
    "polars": {"LazyFrame"},
    "duckdb": {"DuckDBPyRelation"},
    "_duckdb": {"DuckDBPyRelation"},
    "pyspark": {"DataFrame"},
    "sqlframe": {"DataFrame"},
    "ibis": {"Table"},
}


def _as_they_are(values: Sequence[Any]) -> list[Any]:
    return list(values)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A table where it lives.

    Attributes
    ----------
    rows : Rows
        Answers questions about the rows.
    source : str
        What it is called in a result, without any folder of this machine.
    digest : callable
        Gives the sha256 of its files; None where there are none, so that its counts identify it.
    read : callable
        Turns the distinct values of a column into what loading the table would have made of them.
    """

    rows: Rows
    source: str
    digest: Callable[[], str] | None = None
    read: Callable[[Sequence[Any]], list[Any]] = _as_they_are


def is_lazy(data: Any) -> bool:
    """Whether a frame keeps its rows elsewhere: a polars LazyFrame, a DuckDB relation, Spark, Ibis.

    Examples
    --------
    >>> is_lazy(pd.DataFrame({"sex": ["f"]}))
    False
    """
    library = type(data).__module__.split(".")[0]
    return type(data).__name__ in _LAZY.get(library, set())


def size_of(path: str, folder: Path) -> int | None:
    """Bytes of a file or folder that :func:`open_place` can count in place; None for anything else."""
    if "://" in path:
        kind, _, rest = path.partition(":///")
        place = folder / rest
        return place.stat().st_size if kind in {"duckdb", "sqlite"} and place.is_file() else None
    place = (folder / path).expanduser()
    if not could_exist(place):
        return None
    if place.is_dir():
        return sum(file.stat().st_size for file in place.rglob("*.parquet")) or None
    return place.stat().st_size if place.is_file() and _ending(place) in {*_COUNTED_TEXTS, ".parquet", ".pq"} else None


@contextmanager
def open_place(
    data: Any, *, folder: Path | None = None, table: str | None = None, query: str | None = None
) -> Iterator[Place]:
    """Open a table where it lives.

    Parameters
    ----------
    data : frame, str or Path
        A frame of pandas, polars, pyarrow, DuckDB (a relation), Spark or Ibis; a csv or Parquet file; a
        folder of Parquet files; a ``duckdb:///``, ``sqlite:///`` or ``postgresql://`` address.
    folder : Path, optional
        Folder that relative paths start from; the current one by default.
    table, query : str, optional
        What to read from a database.

    Yields
    ------
    Place
        Closed afterwards, as far as it was opened here.

    Raises
    ------
    DataError
        Where it cannot be opened.
    MissingExtraError
        Where a database's driver is not installed.
    """
    if not isinstance(data, str | Path):
        yield _frame(data)
        return
    path, folder = str(data), folder or Path()
    if "://" not in path:
        if table or query:
            raise DataError(f"data.table and data.query go with a database URL; {path!r} is none.")
        with _duckdb(None, shown_name(path)) as connection:
            yield _files(connection, (folder / path).expanduser(), path)
        return
    if (table is None) == (query is None):
        raise DataError(f"{without_password(path)!r}: a database needs either data.table or data.query.")
    kind = path.partition("://")[0]
    if kind in {"postgresql", "postgres"}:
        with open_postgresql(path, table, query) as rows:
            yield Place(rows=rows, source=without_password(path))
    elif kind in {"duckdb", "sqlite"} and path.startswith(f"{kind}:///"):
        file = folder / path.partition(":///")[2]
        if not file.is_file():
            raise DataError(f"{path!r}: there is no such file (looked in {file.parent}).")
        shown = f"{kind}:///{shown_name(path.partition(':///')[2])}"
        if kind == "duckdb":
            with _duckdb(file, shown) as connection:
                relation = quoted(str(table)) if query is None else statement_of(None, query)
                yield _relation(connection.sql(f"SELECT * FROM {relation}"), shown)  # noqa: S608
        else:
            with open_sqlite(file, shown, table, query) as rows:
                yield Place(rows=rows, source=shown)
    else:
        raise DataError(
            f"{without_password(path)!r}: databases are read from duckdb:///file, sqlite:///file and "
            "postgresql://host/name addresses."
        )


def _frame(data: Any) -> Place:
    import narwhals as nw

    from biasaudit.data.grouping_frames import FrameRows

    library = type(data).__module__.split(".")[0].lstrip("_")
    if isinstance(data, pd.DataFrame) and not all(isinstance(column, str) for column in data.columns):
        data = data.set_axis([str(column) for column in data.columns], axis=1)
    try:
        frame = nw.from_native(data)
    except TypeError:
        raise DataError(
            f"data is a {type(data).__module__}.{type(data).__name__}; a frame of pandas, polars, pyarrow, DuckDB, Spark "
            "or Ibis is needed."
        ) from None
    return Place(rows=FrameRows(frame=frame), source=f"{library} frame")


@contextmanager
def _duckdb(file: Path | None, shown: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a connection whose memory is bounded, and turn its errors into messages."""
    import duckdb

    # DuckDB makes this folder where it has to spill, which a count by group hardly ever does.
    spill = Path(tempfile.gettempdir()) / f"biasaudit-{uuid.uuid4().hex}"
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY_LIMIT,
        "temp_directory": str(spill),
        "preserve_insertion_order": False,
    }
    try:
        with duckdb.connect(str(file or ":memory:"), read_only=file is not None, config=settings) as connection:
            if file is not None:
                # A query that came with an audit may read this file, and may neither write nor read any other.
                connection.execute("SET enable_external_access = false")
            yield connection
    except duckdb.Error as error:
        raise DataError(f"{shown}: {str(error).splitlines()[0]}") from None
    finally:
        if spill.exists():
            shutil.rmtree(spill, ignore_errors=True)


def _relation(relation: Any, source: str, **more: Any) -> Place:
    import narwhals as nw

    from biasaudit.data.grouping_frames import FrameRows

    return Place(rows=FrameRows(frame=nw.from_native(relation)), source=source, **more)


def _files(connection: duckdb.DuckDBPyConnection, place: Path, path: str) -> Place:
    shown = shown_name(path)
    if place.is_dir():
        files = sorted(place.rglob("*.parquet"))
        if not files:
            raise DataError(f"{shown}: the folder holds no .parquet file.")
        relation = connection.read_parquet([str(file) for file in files], union_by_name=True, hive_partitioning=True)
        return _relation(relation, shown, digest=lambda: digest_folder(place, files))
    if not place.is_file():
        raise DataError(f"data {path!r}: there is no such file or folder (looked in {place.parent}).")
    if place.stat().st_size == 0:
        raise DataError(f"{shown}: the file is empty (0 bytes).")
    if _ending(place) in _COUNTED_TEXTS:
        relation = connection.read_csv(
            str(place), sep=TEXT_ENDINGS[_ending(place)], header=True, all_varchar=True, na_values=list(MISSING_TEXTS),
            quotechar='"', escapechar='"',
        )  # fmt: skip
        return _relation(relation, shown, digest=lambda: digest_file(place), read=as_pandas_reads)
    if _ending(place) in {".parquet", ".pq"}:
        return _relation(connection.read_parquet(str(place)), shown, digest=lambda: digest_file(place))
    raise DataError(f"{shown}: files ending in {_ending(place) or 'nothing'!r} are not counted in place.")


#: Compressions that DuckDB streams.
_COUNTED_TEXTS = frozenset(ending for ending in TEXT_ENDINGS if not ending.endswith(".bz2"))


def _ending(place: Path) -> str:
    return "".join(place.suffixes[-2:]).lower() if place.suffix in {".gz", ".bz2"} else place.suffix.lower()


def digest_folder(place: Path, files: Sequence[Path]) -> str:
    """Take one sha256 of many files: of the list of their names and digests."""
    import hashlib

    digests = "".join(f"{file.relative_to(place).as_posix()} {digest_file(file)}\n" for file in files)
    return hashlib.sha256(digests.encode()).hexdigest()


def as_pandas_reads(values: Sequence[Any]) -> list[Any]:
    """Read the distinct texts of a column of a csv file as pandas reads the whole column.

    Examples
    --------
    >>> as_pandas_reads(["1", "2.0", None]), as_pandas_reads(["01", "x"]), as_pandas_reads(["True", "False"])
    ([1.0, 2.0, nan], ['01', 'x'], [True, False])
    """
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerows([["" if value is None else value] for value in values])
    buffer.seek(0)
    column = pd.read_csv(buffer, header=None, names=["v"], skip_blank_lines=False, low_memory=False)["v"]
    read: list[Any] = column.tolist()
    return read
