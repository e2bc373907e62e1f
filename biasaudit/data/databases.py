"""Opening a table or query of SQLite and PostgreSQL, so that it is counted inside the database."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from biasaudit.data.grouping import Kind
from biasaudit.data.grouping_sql import SqlRows, quoted
from biasaudit.errors import DataError, MissingExtraError


@contextmanager
def open_sqlite(file: Path, shown: str, table: str | None, query: str | None) -> Iterator[SqlRows]:
    """Open a table or query of an SQLite file, for reading only."""
    import sqlite3

    relation = statement_of(table, query)
    try:
        with contextlib.closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            described = connection.execute(f"SELECT * FROM {relation} LIMIT 0").description  # noqa: S608 - quoted
            yield SqlRows(
                run=lambda statement: connection.execute(statement).fetchall(),
                relation=relation,
                # Any column may hold text in any row; numbers pass through TRIM as what they read.
                columns={column[0]: "text" for column in described},
                guard="(CASE WHEN typeof({0}) IN ('integer', 'real') THEN CAST({0} AS REAL) END)",
                floor="CAST({} AS INTEGER)",
            )
    except sqlite3.Error as error:
        raise DataError(f"{shown}: {str(error).splitlines()[0]}") from None


#: PostgreSQL's own numbers of its types: integers; those that may be NaN (floats, numeric); texts.
_PG_INTEGERS, _PG_FLOATS, _PG_TEXTS = {20, 21, 23}, {700, 701, 1700}, {18, 19, 25, 1042, 1043}


@contextmanager
def open_postgresql(url: str, table: str | None, query: str | None) -> Iterator[SqlRows]:
    """Open a table or query of a PostgreSQL server, for reading only."""
    try:
        import psycopg
    except ImportError:
        raise MissingExtraError(package="psycopg", extra="postgresql", purpose="count a table in PostgreSQL") from None
    relation, shown = statement_of(table, query), without_password(url)
    try:
        with psycopg.connect(url) as connection:
            connection.read_only = True
            # The address and the statement are the user's own; names within the statement are quoted.
            described = connection.execute(f"SELECT * FROM {relation} LIMIT 0".encode()).description or []  # noqa: S608
            types = {column.name: column.type_code for column in described}
            yield SqlRows(
                run=lambda statement: connection.execute(statement.encode()).fetchall(),
                relation=relation,
                columns={name: _pg_kind(code) for name, code in types.items()},
                floats=frozenset(name for name, code in types.items() if code in _PG_FLOATS),
                guard="CAST({} AS DOUBLE PRECISION)",
                floor="FLOOR({})",
            )
    except psycopg.Error as error:
        raise DataError(f"{shown}: {(str(error).splitlines() or ['no connection'])[0]}") from None


def _pg_kind(code: int) -> Kind:
    if code in _PG_INTEGERS | _PG_FLOATS:
        return "number"
    return "text" if code in _PG_TEXTS else "other"


def statement_of(table: str | None, query: str | None) -> str:
    """Give what stands after FROM; a table may be named with its schema.

    Examples
    --------
    >>> statement_of("public.people", None), statement_of(None, "SELECT 1;")
    ('"public"."people"', '(SELECT 1) AS queried')
    """
    return f"({str(query).strip().rstrip(';')}) AS queried" if query else ".".join(map(quoted, str(table).split(".")))


def without_password(url: str) -> str:
    """Give an address without who asks and with what password.

    Examples
    --------
    >>> without_password("postgresql://ada:secret@db.example/people?sslmode=require")
    'postgresql://db.example/people'
    """
    kind, _, rest = url.partition("://")
    return f"{kind}://{rest.partition('?')[0].rpartition('@')[2]}"
