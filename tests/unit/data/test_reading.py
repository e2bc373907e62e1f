"""Tables are read from where they lie; the same rows have the same content whatever held them."""

import sqlite3

import duckdb
import pandas as pd
import pytest

from biasaudit.data.reading import read_any_frame, read_table, shown_name
from biasaudit.errors import DataError

FRAME = pd.DataFrame({"sex": ["f", "m", "f"], "age": [20, 30, 40], "called": [1, 0, 1]})


def test_csv_parquet_folder_and_databases_give_the_same_rows(tmp_path):
    FRAME.to_csv(tmp_path / "a.csv", index=False)
    FRAME.to_csv(tmp_path / "a.csv.gz", index=False)
    (tmp_path / "parts").mkdir()
    with duckdb.connect() as connection:
        connection.register("f", FRAME)
        connection.execute(f"COPY f TO '{tmp_path / 'a.parquet'}' (FORMAT parquet)")
        connection.execute(f"COPY (SELECT * FROM f LIMIT 2) TO '{tmp_path / 'parts' / '1.parquet'}' (FORMAT parquet)")
        connection.execute(f"COPY (SELECT * FROM f OFFSET 2) TO '{tmp_path / 'parts' / '2.parquet'}' (FORMAT parquet)")
    with duckdb.connect(str(tmp_path / "a.duckdb")) as connection:
        connection.register("f", FRAME)
        connection.execute("CREATE TABLE people AS SELECT * FROM f")
    connection = sqlite3.connect(tmp_path / "a.sqlite")
    FRAME.to_sql("people", connection, index=False)
    connection.close()
    for path, extra in [
        ("a.csv", {}),
        ("a.csv.gz", {}),
        ("a.parquet", {}),
        ("parts", {}),
        ("duckdb:///a.duckdb", {"table": "people"}),
        ("sqlite:///a.sqlite", {"table": "people"}),
        ("sqlite:///a.sqlite", {"query": "select * from people"}),
    ]:
        frame, fingerprint = read_table(path, folder=tmp_path, **extra)
        assert frame.astype(str).to_numpy().tolist() == FRAME.astype(str).to_numpy().tolist(), path
        assert fingerprint.rows == 3
        assert len(fingerprint.sha256) == 64
        assert str(tmp_path) not in fingerprint.source


def test_frames_of_every_library_have_one_fingerprint():
    import polars
    import pyarrow

    digests = {
        read_any_frame(data)[1].sha256
        for data in (
            FRAME,
            polars.from_dict(FRAME.to_dict("list")),
            polars.from_dict(FRAME.to_dict("list")).lazy(),
            pyarrow.table(FRAME.to_dict("list")),
        )
    }
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.csv", b"", "empty"),
        ("latin.csv", "sex;é\n".encode("latin-1"), "not UTF-8"),
        ("ragged.csv", b"a,b\n1,2\n1,2,3,4\n", "delimited"),
        ("blank.csv", b"\n", "no columns"),
        ("people.xlsx", b"PK", "are not read"),
        ("wrong.parquet", b"not parquet at all", "wrong.parquet"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=words):
        read_table(name, folder=tmp_path)


@pytest.mark.parametrize(
    ("path", "extra", "words"),
    [
        ("nowhere.csv", {}, "no such file"),
        ("postgres:///x", {"table": "t"}, "duckdb"),
        ("sqlite:///nowhere", {"table": "t"}, "no such file"),
        ("a.csv", {"table": "t"}, "database URL"),
    ],
)
def test_a_wrong_address_says_what_is_allowed(tmp_path, path, extra, words):
    with pytest.raises(DataError, match=words):
        read_table(path, folder=tmp_path, **extra)


def test_a_folder_without_parquet_is_refused(tmp_path):
    (tmp_path / "none").mkdir()
    with pytest.raises(DataError, match=r"no \.parquet"):
        read_table("none", folder=tmp_path)


def test_a_table_name_is_never_a_command(tmp_path):
    connection = sqlite3.connect(tmp_path / "a.sqlite")
    FRAME.to_sql("people", connection, index=False)
    connection.close()
    with pytest.raises(DataError):
        read_table("sqlite:///a.sqlite", folder=tmp_path, table='people"; drop table people; --')
    assert len(read_table("sqlite:///a.sqlite", folder=tmp_path, table="people")[0]) == 3


def test_something_else_than_a_frame_is_refused():
    with pytest.raises(DataError, match="pandas, polars or pyarrow"):
        read_any_frame([1, 2])


def test_no_folder_of_the_machine_is_shown():
    assert shown_name("../../secret/a.csv") == "a.csv"
