"""Wrong and hostile input that once ended in a traceback, a wrong exit code, moved columns or a written file."""

import gzip
import sqlite3
import tomllib

import duckdb
import numpy as np
import polars as pl
import pytest

import biasaudit
from biasaudit.errors import DataError
from biasaudit.results import load_result

DECIDED = """
schema = 1
[audit]
name = "calls"
title = "Who is called?"
[data]
path = "people.csv"
truth = "gold"
[[protected]]
column = "group"
reference = "a"
[model]
decision = "label"
"""


def declared(folder, text=DECIDED, **replaced):
    """Write a declaration, with some of its texts replaced by others."""
    for old, new in replaced.items():
        text = text.replace(f'"{old}"', new)
    (folder / "audit.toml").write_text(text, encoding="utf-8")


def refused(command, folder, *words, options=()):
    ended = command("run", folder, "--quiet", *options)
    assert ended.code == 2, ended
    assert ended.out == ""
    for word in words:
        assert word in ended.err, ended.err
    return ended


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("share = 0.3", "threshold = nan", ["line", "model.threshold", "a finite number"]),
        ("share = 0.3", "threshold = inf", ["model.threshold", "a finite number"]),
        ('reference = "a"', 'reference = "a"\nedges = [-inf, 3]', ["protected[1].edges", "a finite number"]),
        ('reference = "a"', "reference = [1]", ["protected[1].reference", "a text, a number, true or false"]),
        ('features = ["grade", "form"]', 'features = "grade"', ["data.features", "a list"]),
        ('features = ["grade", "form"]', 'features = ["grade", "grade"]', ["line 11, data.features", "'grade'", "more than once"]),
        ('units = ["panel"]', 'units = ["panel", "panel"]', ["annotations.units", "'panel'", "more than once"]),
        ('title = "Who is called?"', 'title = ""', ["audit.title", "at least one character"]),
        ("share = 0.3", 'threshold = "high"', ["model.threshold", "Allowed: a number."]),
        ('id = "id"\n', 'id = "id"\nquery = ""\n', ["data.query", "at least one character"]),
    ],
)  # fmt: skip
def test_a_value_that_cannot_stand_is_named_with_what_may(command, audit, old, new, words):
    file = audit[0] / "audit.toml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    refused(command, audit[0], *words)


def test_an_endless_bound_of_a_gate_is_refused(command, audit):
    folder, *_ = audit
    declared(folder, DECIDED + '[[gate]]\nattribute = "group"\nat_least = nan\n')
    refused(command, folder, "gate[1].at_least", "a finite number")


@pytest.mark.parametrize(("group", "words"), [("bb", ["has no group", "Did you mean 'b'"]), ("a", ["the reference"])])
def test_a_gate_that_could_never_close_is_refused(command, audit, group, words):
    folder, *_ = audit
    declared(folder, DECIDED + f'[[gate]]\nattribute = "group"\ngroup = "{group}"\nat_least = 0.1\n')
    refused(command, folder, "gate[1]", *words)


def test_a_declaration_may_begin_with_a_byte_order_mark(command, audit):
    folder, *_ = audit
    declared(folder, "\ufeff" + DECIDED)
    assert command("run", folder, "--quiet", "--format", "json").code == 0


def test_a_declaration_too_deep_to_read_is_refused(command, audit):
    folder, *_ = audit
    declared(folder, "x = " + "[" * 20_000)
    refused(command, folder, "audit.toml", "too deep")


def test_a_result_too_deep_to_read_is_refused(command, tmp_path):
    (tmp_path / "result.json").write_text("[" * 200_000)
    ended = command("report", "result.json")
    assert (ended.code, "Traceback" in ended.err) == (2, False)
    assert "result.json: not a result" in ended.err


def test_cells_without_a_heading_do_not_move_the_others(command, audit):
    folder, people, _ = audit
    declared(folder)
    lines = people.to_csv(index=False).splitlines()
    (folder / "people.csv").write_text("\n".join([lines[0], *(line + ",1" for line in lines[1:])]))
    refused(command, folder, "people.csv", "more cells than the 7 columns")


def test_columns_of_the_same_name_are_refused_in_csv_too(command, audit):
    folder, people, _ = audit
    declared(folder)
    people.rename(columns={"form": "group"}).to_csv(folder / "people.csv", index=False)
    refused(command, folder, "columns of the same name", "'group'")


@pytest.mark.parametrize("damage", [lambda _: b"no gzip", lambda whole: whole[:900]], ids=["none", "cut"])
def test_a_damaged_gzip_file_is_named(command, audit, damage):
    folder, people, _ = audit
    declared(folder, **{"people.csv": '"people.csv.gz"'})
    (folder / "people.csv.gz").write_bytes(damage(gzip.compress(people.to_csv(index=False).encode())))
    refused(command, folder, "people.csv.gz: cannot be read")


def test_a_name_longer_than_any_file_has_is_refused(command, audit):
    folder, *_ = audit
    declared(folder, **{"people.csv": f'"{"x" * 5000}"'})
    assert len(refused(command, folder, "so long a name").err) < 300


@pytest.mark.parametrize(
    ("counts", "words"),
    [(np.inf, ["whole numbers from 0"]), (10**12, ["400,000,000,000,000", "data.weight"]), (0, ["0 people"])],
)
def test_counts_that_no_memory_holds_are_refused(command, audit, counts, words):
    folder, people, _ = audit
    declared(folder, gold='"gold"\ncount = "many"')
    people.assign(many=counts).to_csv(folder / "people.csv", index=False)
    refused(command, folder, "'many'", *words)


def test_repeated_people_need_no_id(command, audit):
    folder, people, _ = audit
    declared(folder, gold='"gold"\nid = "id"\ncount = "many"')
    people.assign(many=2).to_csv(folder / "people.csv", index=False)
    refused(command, folder, "needs no data.id")


def test_weights_too_large_to_add_up_are_refused(command, audit):
    folder, people, _ = audit
    declared(folder, gold='"gold"\nweight = "heavy"')
    people.assign(heavy=1e308).to_csv(folder / "people.csv", index=False)
    assert "Warning" not in refused(command, folder, "'heavy'", "too large").err


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [("score", np.nan, "with nothing"), ("score", np.inf, "with 'inf'"), ("decision", 0, "it holds '0'")],
)
def test_cells_are_shown_as_they_stand_and_not_as_python_objects(command, audit, column, cell, words):
    folder, people, _ = audit
    way = f'decision = "{column}"' if column == "decision" else f'score = "{column}"\nthreshold = 1'
    declared(folder, DECIDED.replace('decision = "label"', way))
    people.assign(**{column: cell}).to_csv(folder / "people.csv", index=False)
    assert "np." not in refused(command, folder, words).err


def test_a_column_of_lists_is_refused(command, audit):
    folder, people, _ = audit
    declared(folder, **{"people.csv": '"people.parquet"'})
    lists = duckdb.from_df(people).project('* REPLACE ([1, 2] AS "group")')
    lists.write_parquet(str(folder / "people.parquet"))
    refused(command, folder, "column 'group' holds lists", "row 1")


def test_lists_are_refused_where_they_are_counted_too():
    people = pl.DataFrame({"group": [[1, 2]] * 40, "label": [0, 1] * 20, "gold": [0, 1] * 20})
    with pytest.raises(DataError, match="column 'group' holds lists"):
        biasaudit.run(tomllib.loads(DECIDED), data=people.lazy())


def test_an_audit_named_longer_than_any_file_is_refused(command):
    ended = command("run", "x" * 5000)
    assert ended.code == 2
    assert "so long a name" in ended.err


def test_a_column_without_values_is_said_to_hold_nothing(command, audit):
    folder, people, _ = audit
    declared(folder)
    people.assign(gold=None).to_csv(folder / "people.csv", index=False)
    refused(command, folder, "'gold'", "it holds nothing")


@pytest.mark.parametrize("counted_from", [0, 1 << 40], ids=["in place", "loaded"])
def test_a_query_cannot_make_a_file(command, audit, tmp_path, monkeypatch, counted_from):
    monkeypatch.setattr("biasaudit.running.counted.COUNTED_FROM", counted_from)
    folder, people, _ = audit
    made = tmp_path / "made"
    with sqlite3.connect(folder / "people.db") as connection:
        people.to_sql("people", connection, index=False)
    connection.close()
    with duckdb.connect(str(folder / "people.duckdb")) as database:
        database.execute("CREATE TABLE people AS SELECT * FROM people")
    for address, query in (
        ("sqlite:///people.db", f"ATTACH '{made}' AS other"),
        ("duckdb:///people.duckdb", f"COPY people TO '{made}'"),
        ("duckdb:///people.duckdb", f"SELECT * FROM read_csv('{folder / 'people.csv'}')"),
    ):
        declared(folder, **{"people.csv": f'"{address}"\nquery = "{query}"'})
        refused(command, folder, address)
        assert not made.exists()
    for address in ("sqlite:///people.db", "duckdb:///people.duckdb"):
        declared(folder, **{"people.csv": f'"{address}"\nquery = "SELECT * FROM people WHERE grade > -1"'})
        assert command("run", folder, "--quiet", "--format", "json").code == 0


def test_the_password_of_an_address_is_not_repeated(command, audit):
    folder, *_ = audit
    declared(folder, **{"people.csv": '"mysql://ada:secret@db.example/people"'})
    assert "secret" not in refused(command, folder, "mysql://db.example/people").err


def test_a_model_that_tells_no_one_apart_has_drivers_of_nothing(command, audit, tmp_path):
    folder, people, _ = audit
    people.assign(grade=1, form=2).to_csv(folder / "people.csv", index=False)
    assert command("run", folder, "--quiet", "--format", "json").code == 0
    result = load_result(tmp_path / "reports/calls")
    assert result.status == "complete"
    assert {driver.contribution.value for driver in result.drivers} == {0.0}


def test_a_number_longer_than_28_digits_is_written(command, audit):
    folder, *_ = audit
    declared(folder, DECIDED.replace('decision = "label"', 'score = "grade"\nthreshold = 1e32'))
    assert command("run", folder, "--quiet", "--format", "html,md").code == 0


def test_a_defect_is_not_taken_for_a_gate(command, audit, monkeypatch):
    """Python ends in 1 where it does not know better, and 1 means here that a gate is not met."""

    def broken(*_words, **_more):
        raise ZeroDivisionError("no way")

    monkeypatch.setattr("biasaudit.engine.run_whole", broken)
    ended = command("run", audit[0])
    assert ended.code == 3
    assert "ZeroDivisionError: no way" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    "function", ["os.system", "sklearn.metrics._dist_metrics.np.load", "subprocess.run", "sklearn.os.system"]
)
def test_a_declaration_cannot_call_any_function_there_is(command, audit, tmp_path, function):
    folder, _, _ = audit
    file = folder / "audit.toml"
    file.write_text(file.read_text() + f'\n[[measure]]\nname = "mine"\nfunction = "{function}"\n')
    ended = command("run", folder, "--quiet")
    assert ended.code == 2, ended
    assert "sklearn.metrics and fairlearn.metrics" in ended.err
