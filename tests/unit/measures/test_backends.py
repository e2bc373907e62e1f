"""One table, every backend: the counts are those of the road through memory, whoever holds the rows."""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biasaudit.data import places
from biasaudit.data.roles import assign_roles
from biasaudit.errors import BiasAuditError, DataError, DeclarationError, NotApplicableError
from biasaudit.measures import count, count_in_place, in_place
from biasaudit.models import judge, make_model
from biasaudit.results import Fingerprint
from biasaudit.spec import declare

NONE = Fingerprint(role="items", source="test", sha256="0" * 64)
MODELS = {
    "decision": {"decision": "called", "selected_value": "yes"},
    "threshold": {"score": "points", "threshold": 0.5},
    "share": {"score": "points", "share": 0.3},
    "quota": {"score": "points", "quota": 3},
}


def _declared(model="decision", *, path=None, protected=None, **data):
    location = {} if path is None else {"path": path}
    return declare(
        {
            "schema": 1,
            "audit": {"name": "test", "title": "Test"},
            "data": {"outcome": "hired", "positive_value": 1, **location, **data},
            "protected": protected or [{"column": "sex"}, {"column": "grade"}, {"column": "age", "edges": [30, 45.5]}],
            "groups": {"intersections": [["sex", "grade"]]},
            "model": MODELS[model],
        }
    )


ROLES = {
    "id": "name",
    "truth": "good",
    "truth_positive_value": "oui",
    "weight": "weight",
    "strata": ["office"],
    "period": "year",
    "split": {"column": "part", "test": ["test", "hold-out"]},
}


def _people(rows=40, seed=0):
    """Everything that goes wrong in a table: missing values, blanks, floats for whole numbers, ties, unicode."""
    rng = np.random.default_rng(seed)
    columns = {
        "name": rng.permutation(rows).astype(float),
        "sex": rng.choice(["féminin", "male", " male ", None, "", "男"], rows),
        "grade": rng.choice([1.0, 2.0, 2.5, np.nan], rows),
        "age": rng.choice([20.0, 30.0, 45.5, 60.25, np.nan], rows),
        "hired": rng.choice([1.0, 0.0, np.nan], rows, p=[0.5, 0.4, 0.1]),
        "good": rng.choice(["oui", "non", None], rows),
        "weight": rng.choice([0.0, 0.5, 2.25], rows, p=[0.1, 0.5, 0.4]),
        "people": rng.choice([0, 1, 3], rows),
        "office": rng.choice(["a", "b", None], rows),
        "year": rng.choice([1982, 1983], rows),
        "part": rng.choice(["test", "hold-out", "train"], rows),
        "points": rng.choice([0.25, 0.5, 0.5, 0.75, 1.5], rows),
        "called": rng.choice(["yes", "no"], rows),
    }
    frame = pd.DataFrame(columns)
    # Every column a declaration names a value of must hold it among rows that are kept.
    sure = dict(hired=1.0, good="oui", weight=2.25, part="test", called="yes", people=1, age=20.0)  # noqa: C408
    for column, value in sure.items():
        frame[column] = frame[column].where(frame.index > 1, value)
    return frame


def _plain(frame):
    """The same values without NaN: missing is null, as other libraries hold it."""
    return {name: [None if value != value else value for value in frame[name].tolist()] for name in frame}  # noqa: PLR0124


# -- backends: each gives what count_in_place takes, and what is needed to declare it --


@contextmanager
def _pandas(frame, folder):
    yield frame, {}


@contextmanager
def _pandas_objects(frame, folder):
    yield frame.astype({"sex": "category", "office": object, "good": object}), {}


@contextmanager
def _polars(frame, folder):
    yield pl.DataFrame(_plain(frame)), {}


@contextmanager
def _polars_with_nan(frame, folder):
    yield (
        pl.DataFrame(
            {name: frame[name].to_numpy() if frame[name].dtype == float else _plain(frame)[name] for name in frame}
        ),
        {},
    )


@contextmanager
def _polars_lazy(frame, folder):
    yield pl.DataFrame(_plain(frame)).lazy(), {}


@contextmanager
def _pyarrow(frame, folder):
    yield pl.DataFrame(_plain(frame)).to_arrow(), {}


@contextmanager
def _relation(frame, folder):
    arrow = pl.DataFrame(_plain(frame)).to_arrow()
    with duckdb.connect() as connection:
        yield connection.from_arrow(arrow), {}


@contextmanager
def _parquet(frame, folder):
    pl.DataFrame(_plain(frame)).write_parquet(folder / "people.parquet")
    yield "people.parquet", {}


@contextmanager
def _parquet_folder(frame, folder):
    (folder / "parts" / "more").mkdir(parents=True, exist_ok=True)
    half = len(frame) // 2
    whole = pl.DataFrame(_plain(frame))
    whole[:half].write_parquet(folder / "parts" / "one.parquet")
    whole[half:].select(sorted(whole.columns)).write_parquet(folder / "parts" / "more" / "two.parquet")
    yield "parts", {}


def _text(ending):
    @contextmanager
    def backend(frame, folder):
        frame.to_csv(folder / f"people{ending}", index=False, sep="\t" if "tsv" in ending else ",")
        yield f"people{ending}", {}

    return backend


@contextmanager
def _duckdb_file(frame, folder):
    file = folder / "people.duckdb"
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as connection:
        arrow = pl.DataFrame(_plain(frame)).to_arrow()
        connection.from_arrow(arrow).create("people")
    yield "duckdb:///people.duckdb", {"query": "SELECT * FROM people WHERE true"}


@contextmanager
def _sqlite(frame, folder):
    (folder / "people.sqlite").unlink(missing_ok=True)
    with closing(sqlite3.connect(folder / "people.sqlite")) as connection:
        frame.to_sql('the "people"', connection, index=False)
    yield "sqlite:///people.sqlite", {"table": 'the "people"'}


BACKENDS = {
    "pandas": _pandas,
    "pandas, categories and objects": _pandas_objects,
    "polars": _polars,
    "polars, NaN": _polars_with_nan,
    "polars, lazy": _polars_lazy,
    "pyarrow": _pyarrow,
    "duckdb relation": _relation,
    "duckdb file": _duckdb_file,
    "parquet": _parquet,
    "parquet folder": _parquet_folder,
    "csv": _text(".csv"),
    "tsv.gz": _text(".tsv.gz"),
    "sqlite": _sqlite,
}


def _in_memory(frame, declaration):
    table = assign_roles(frame, declaration, NONE)
    model = make_model(table, declaration.spec, folder=Path(), seed=0)
    judged = table.judged()
    return table, judged, judge(model, judged, declaration.spec).decisions


def _same(frame, declaration, data, folder):
    """Both roads give the same counts, drop the same rows and draw the same line."""
    table, judged, decisions = _in_memory(frame, declaration)
    counts = count(judged, decisions.selected, declaration.spec.groups.intersections)
    found = count_in_place(data, declaration, folder=folder)
    assert (found.rows_read, found.rows_judged, found.dropped) == (table.rows_read, len(judged), table.dropped)
    assert sorted(found.features) == sorted(table.features)
    assert found.n_selected == pytest.approx(decisions.selected.sum(), rel=1e-12)
    if found.line is not None:
        line = (found.line.cut, found.line.cut_value, found.line.cutoff_score, found.line.tied_at_cutoff)
        assert line == (decisions.cut, decisions.cut_value, decisions.cutoff_score, decisions.tied_at_cutoff)
    assert (found.counts.has_actual, found.counts.is_weighted) == (counts.has_actual, counts.is_weighted)
    assert [axis.name for axis in found.counts.axes] == [axis.name for axis in counts.axes]
    crosses = [" x ".join(columns) for columns in declaration.spec.groups.intersections]
    for name in (*counts.names("attribute"), *crosses):
        for within in ("nothing", "stratum", "period"):
            one, two = counts.by(name, within), found.counts.by(name, within)
            assert (one.groups, one.within) == (two.groups, two.within)
            assert np.allclose(one.n, two.n, rtol=1e-12, atol=1e-12)
            if MODELS["decision"].items() <= declaration.spec.model.model_dump().items():
                assert np.array_equal(one.n, two.n)
            assert np.allclose(one.weight, two.weight, rtol=1e-12, atol=1e-12)
            assert np.allclose(one.weight_squared, two.weight_squared, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("model", ["decision", "share"])
@pytest.mark.parametrize("backend", BACKENDS)
def test_every_backend_gives_the_counts_of_memory(tmp_path, backend, model):
    frame = _people()
    with BACKENDS[backend](frame, tmp_path) as (data, more):
        _same(frame, _declared(model, **ROLES, **({"path": data} | more if more else {})), data, tmp_path)


@settings(max_examples=8)
@given(
    seed=st.integers(0, 100_000), rows=st.integers(8, 30), model=st.sampled_from(sorted(MODELS)), counted=st.booleans()
)
@pytest.mark.parametrize("backend", ["pandas", "polars, lazy", "pyarrow", "duckdb relation", "csv", "sqlite"])
def test_backends_agree_on_any_table(tmp_path, backend, seed, rows, model, counted):
    frame = _people(rows, seed)
    roles = {**ROLES, "count": "people"} if counted else ROLES
    if counted:
        roles = {key: value for key, value in roles.items() if key != "id"}
    with BACKENDS[backend](frame, tmp_path) as (data, more):
        declaration = _declared(model, **roles, **({"path": data} | more if more else {}))
        try:
            expected = _in_memory(frame, declaration)
        except DataError:
            with pytest.raises(DataError):
                count_in_place(data, declaration, folder=tmp_path)
        else:
            assert expected
            _same(frame, declaration, data, tmp_path)


@pytest.mark.parametrize("backend", ["pandas", "polars", "duckdb relation", "sqlite"])
def test_many_small_tables_are_as_good_as_one(tmp_path, backend, monkeypatch):
    monkeypatch.setattr(in_place, "MOST_CELLS", 1)
    frame = _people(200, seed=3)
    with BACKENDS[backend](frame, tmp_path) as (data, more):
        _same(frame, _declared(**ROLES, **({"path": data} | more if more else {})), data, tmp_path)


@pytest.mark.parametrize("backend", ["pandas", "parquet", "sqlite"])
@pytest.mark.parametrize("cut", [{"share": 0.1}, {"quota": 1}, {"quota": 29_900}])
@pytest.mark.parametrize("kind", ["spread", "tied", "huge", "nearly tied"])
def test_the_line_is_exact_however_scores_lie(tmp_path, backend, cut, kind):
    rng = np.random.default_rng(5)
    n = 30_000
    scores = {
        "spread": rng.normal(size=n) ** 5,
        "tied": rng.choice([0.0, 0.1, 0.1 + 1e-9, 7.0], n, p=[0.1, 0.6, 0.2, 0.1]),
        "huge": rng.lognormal(20, 10, n),
        "nearly tied": 0.5 + rng.integers(-3, 4, n) * 1e-16,
    }[kind]
    frame = pd.DataFrame({"sex": rng.choice(["f", "m"], n), "points": scores, "hired": rng.integers(0, 2, n)})
    declaration = (
        declare(
            {
                "schema": 1,
                "audit": {"name": "test", "title": "Test"},
                "data": {"outcome": "hired", "table": "people", "path": "sqlite:///people.sqlite"},
                "protected": [{"column": "sex"}],
                "model": {"score": "points", **cut},
            }
        )
        if backend == "sqlite"
        else _declared_scores(cut)
    )
    with _LINES[backend](frame, tmp_path) as data:
        _same(frame, declaration, data, tmp_path)


def _declared_scores(cut):
    return declare(
        {
            "schema": 1,
            "audit": {"name": "test", "title": "Test"},
            "data": {"outcome": "hired"},
            "protected": [{"column": "sex"}],
            "model": {"score": "points", **cut},
        }
    )


@contextmanager
def _sqlite_people(frame, folder):
    with closing(sqlite3.connect(folder / "people.sqlite")) as connection:
        frame.to_sql("people", connection, index=False)
    yield "sqlite:///people.sqlite"


@contextmanager
def _parquet_people(frame, folder):
    pl.DataFrame({name: frame[name].tolist() for name in frame}).write_parquet(folder / "people.parquet")
    yield "people.parquet"


@contextmanager
def _same_frame(frame, folder):
    yield frame


_LINES = {"pandas": _same_frame, "parquet": _parquet_people, "sqlite": _sqlite_people}


# -- mistakes are told on either road, in the same words --


MISTAKES = {
    "a column that is not there": (lambda frame: frame.drop(columns="age"), {}, DeclarationError, "no column 'age'"),
    "an id that stands twice": (lambda frame: frame.assign(name=1.0), {}, DataError, "must name each item once"),
    "a weight below 0": (
        lambda frame: frame.assign(weight=-1.0),
        {},
        DataError,
        "holds weights and must hold numbers from 0",
    ),
    "no weight": (
        lambda frame: frame.assign(weight=np.nan),
        {},
        DataError,
        "holds weights and must hold numbers from 0",
    ),
    "half a person": (
        lambda frame: frame.assign(people=0.5),
        {"count": "people"},
        DataError,
        "must hold whole numbers",
    ),
    "another positive value": (
        lambda frame: frame,
        {"positive_value": "hired"},
        DataError,
        "never holds the declared positive",
    ),
    "no row of the split": (lambda frame: frame.assign(part="train"), {}, DataError, "split: no row of column 'part'"),
    "no outcome at all": (lambda frame: frame.assign(hired=np.nan), {}, DataError, "no row is left"),
    "no decision": (
        lambda frame: frame.assign(called=frame["called"].where(frame.index > 1)),
        {},
        DataError,
        "no decision",
    ),
    "nobody selected": (lambda frame: frame.assign(called="no"), {}, DataError, "never holds selected_value"),
    "a number without edges": (
        lambda frame: frame.assign(grade=np.arange(len(frame)) / 2),
        {},
        DataError,
        "'grade' is a number with .* values. Declare where groups begin",
    ),
    "edges of no number": (lambda frame: frame.assign(age=np.nan), {}, DataError, "has edges and holds no number"),
}


@pytest.mark.parametrize("backend", ["pandas", "polars, lazy", "csv", "sqlite"])
@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_refused_on_both_roads(tmp_path, backend, mistake):
    spoil, more_data, error, message = MISTAKES[mistake]
    frame = spoil(_people())
    with BACKENDS[backend](frame, tmp_path) as (data, more):
        declaration = _declared(**{**ROLES, **more_data, **({"path": data} | more if more else {})})
        with pytest.raises(error, match=message):
            count_in_place(data, declaration, folder=tmp_path)
        with pytest.raises(error, match=message):
            _in_memory(frame, declaration)


@pytest.mark.parametrize("backend", ["pandas", "polars, lazy", "parquet", "csv", "sqlite"])
@pytest.mark.parametrize(("score", "message"), [(np.nan, "no finite score"), (np.inf, "no finite score")])
def test_scores_that_cannot_be_decided_are_refused(tmp_path, backend, score, message):
    frame = _people()
    frame.loc[0, "points"] = score
    with BACKENDS[backend](frame, tmp_path) as (data, more):
        declaration = _declared("share", **ROLES, **({"path": data} | more if more else {}))
        for road in (
            lambda: count_in_place(data, declaration, folder=tmp_path),
            lambda: _in_memory(frame, declaration),
        ):
            with pytest.raises(DataError, match=message):
                road()


def test_a_quota_above_everyone_is_refused():
    frame = _people()
    declaration = declare({**_raw_scores(), "model": {"score": "points", "quota": 1_000}})
    for road in (lambda: count_in_place(frame, declaration), lambda: _in_memory(frame, declaration)):
        with pytest.raises(DataError, match="quota = 1000 selects more than"):
            road()


def _raw_scores():
    return {
        "schema": 1,
        "audit": {"name": "test", "title": "Test"},
        "data": {"outcome": "hired"},
        "protected": [{"column": "sex"}],
    }


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ({"model": {"train": "logistic_regression"}}, "trained"),
        ({"model": MODELS["decision"], "data": {"outcome": "hired", "split": {"test_share": 0.5}}}, "drawn"),
        (
            {
                "model": MODELS["decision"],
                "data": {"id": "name"},
                "annotations": {"item": "name", "annotator": "by", "label": "vote"},
            },
            "item by item",
        ),
    ],
)
def test_an_audit_that_needs_rows_says_why(part, reason):
    with pytest.raises(NotApplicableError, match=reason):
        count_in_place(_people(), declare({**_raw_scores(), **part}))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("nowhere.csv", "no such file"),
        ("sqlite:///nowhere.db", "table or data.query"),
        ("mysql://ada:secret@host/people", "table or data.query"),
        (3, "a frame of pandas"),
    ],
)
def test_what_cannot_be_opened_is_told(tmp_path, data, message):
    with pytest.raises(BiasAuditError, match=message) as caught:
        count_in_place(data, _declared(), folder=tmp_path)
    assert "secret" not in str(caught.value)


def test_text_where_numbers_belong_is_told():
    frame = pl.DataFrame(_plain(_people())).with_columns(pl.col("weight").cast(pl.String))
    with pytest.raises(DataError, match="'weight' must hold numbers and is of type String"):
        count_in_place(frame, _declared(**ROLES))


def test_the_fingerprint_is_of_the_file_or_of_the_counts(tmp_path):
    frame = _people()
    with _parquet(frame, tmp_path) as (data, _):
        mark = count_in_place(data, _declared(**ROLES), folder=tmp_path).fingerprint()
    assert mark.sha256 == places.digest_file(tmp_path / "people.parquet")
    marks = [count_in_place(each, _declared(**ROLES)).fingerprint() for each in (frame, frame[::-1], frame[:-3])]
    assert marks[0].sha256 == marks[1].sha256 != marks[2].sha256
    assert all("by its counts" in mark.source for mark in marks)


def test_the_callers_frame_is_never_changed():
    frame = _people()
    before = frame.copy(deep=True)
    count_in_place(frame, _declared("share", **ROLES))
    pd.testing.assert_frame_equal(frame, before)


# -- databases and clusters that run beside us --


@pytest.fixture(scope="module")
def postgresql():
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'biasaudit[postgresql]'")
    initdb = shutil.which("initdb") or next(map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")), None)
    if initdb is None:
        pytest.skip("no PostgreSQL server is installed on this machine")
    # PostgreSQL refuses to run as root; its own account is used there, which must reach the folder.
    as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="biasaudit-postgresql-"))
    if as_user:
        shutil.chown(folder, "postgres")
    made = subprocess.run(
        [*as_user, initdb, "-D", folder / "data", "-A", "trust", "-U", "ada", "-E", "UTF8", "--locale=C"],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    if made.returncode:
        pytest.skip(f"PostgreSQL cannot be set up here: {made.stderr.strip().splitlines()[-1]}")
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = [
        Path(initdb).with_name("postgres"),
        "-D",
        folder / "data",
        "-p",
        str(port),
        "-k",
        folder,
        "-c",
        "fsync=off",
    ]
    with subprocess.Popen([*as_user, *server], stderr=subprocess.DEVNULL, cwd=folder) as process:
        try:
            yield f"postgresql://ada:secret@127.0.0.1:{port}/postgres"
        finally:
            process.terminate()
            process.wait()
            shutil.rmtree(folder)


@pytest.mark.parametrize("model", MODELS)
def test_postgresql_gives_the_counts_of_memory(postgresql, model):
    import psycopg

    frame = _people()
    for _ in range(100):
        try:
            connection = psycopg.connect(postgresql)
            break
        except psycopg.OperationalError:
            time.sleep(0.1)
    kinds = {
        "name": "double precision",
        "grade": "numeric(4, 2)",
        "age": "real",
        "hired": "boolean",
        "people": "integer",
    }
    kinds |= {"weight": "double precision", "points": "double precision", "year": "bigint"}
    values = _plain(frame)
    values["hired"] = [None if value is None else bool(value) for value in values["hired"]]
    with connection:
        connection.execute("DROP TABLE IF EXISTS people")
        listed = ", ".join(f"{name} {kinds.get(name, 'text')}" for name in frame)
        connection.execute(f"CREATE TABLE people ({listed})")
        with connection.cursor() as cursor:
            marks = ", ".join(["%s"] * len(frame.columns))
            cursor.executemany(f"INSERT INTO people VALUES ({marks})", list(zip(*values.values(), strict=True)))
            cursor.execute("UPDATE people SET grade = 'NaN' WHERE grade IS NULL AND name < 10")
    declaration = _declared(model, **ROLES, path=postgresql, table="public.people")
    _same(frame, declaration, postgresql, None)
    found = count_in_place(postgresql, declaration)
    assert "secret" not in found.fingerprint().source


@pytest.fixture(scope="module")
def spark():
    pyspark = pytest.importorskip("pyspark.sql", reason="pyspark is not installed: pip install 'biasaudit[spark]'")
    if shutil.which("java") is None:
        pytest.skip("no Java is on the machine, and Spark runs on it")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.driver.host": "127.0.0.1",
        "spark.log.level": "ERROR",
    }
    builder = pyspark.SparkSession.builder.master("local[1]")
    for key, value in settings.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("model", ["decision", "share"])
def test_spark_gives_the_counts_of_memory(spark, tmp_path, model):
    frame = _people()
    pl.DataFrame(_plain(frame)).write_parquet(tmp_path / "people.parquet")
    _same(frame, _declared(model, **ROLES), spark.read.parquet(str(tmp_path / "people.parquet")), tmp_path)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_spark_collects_counts_and_never_rows(spark, tmp_path, monkeypatch):
    pl.DataFrame(_plain(_people(3_000))).write_parquet(tmp_path / "people.parquet")
    data = spark.read.parquet(str(tmp_path / "people.parquet"))
    collected = []
    kind = type(data)
    collect = kind.collect
    monkeypatch.setattr(kind, "collect", lambda self: collected.append(collect(self)) or collected[-1])
    count_in_place(data, _declared(protected=[{"column": "sex"}, {"column": "grade"}]))
    glance, cells = collected
    assert len(glance) == 1
    assert len(cells) < 200


# -- memory is bounded by the counts --

_UNDER_A_LIMIT = """
import json, resource, sys
from biasaudit.measures import count_in_place
from biasaudit.spec import declare
path, rows = sys.argv[1], int(sys.argv[2])
declaration = declare({
    "schema": 1, "audit": {"name": "test", "title": "Test"}, "data": {"outcome": "hired"},
    "protected": [{"column": "sex"}, {"column": "origin"}], "groups": {"intersections": [["sex", "origin"]]},
    "model": {"score": "points", "share": 0.25},
})
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
import duckdb, narwhals, pandas
duckdb.sql("SELECT 1").fetchall()
before = peak()
found = count_in_place(path, declaration)
print(json.dumps({"rows": found.rows_read, "grown": peak() - before, "selected": found.n_selected}))
"""


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_memory_is_bounded_by_counts_and_not_by_rows(tmp_path, ending, monkeypatch):
    rows, file = 800_000, tmp_path / f"people.{ending}"
    # A filler of hashes: what is not asked for is not loaded, what is asked for is not kept.
    query = (
        "SELECT 'sex ' || (hash(i) % 2) AS sex, 'origin ' || (hash(i, 1) % 6) AS origin, (hash(i, 2) % 2)::INT AS hired, "
        "(hash(i, 3) % 1000003) / 1000003.0 AS points, "
        "concat(sha256(i::VARCHAR), sha256('b' || i), sha256('c' || i)) AS filler "
        f"FROM range({rows}) numbers(i)"
    )
    with duckdb.connect(config={"memory_limit": "1GB", "temp_directory": str(tmp_path)}) as connection:
        connection.execute(f"COPY ({query}) TO '{file}' (FORMAT {ending})")
    size = file.stat().st_size / 2**20
    limit = 100.0
    assert size > 1.4 * limit
    done = subprocess.run(
        [sys.executable, "-c", _UNDER_A_LIMIT, str(file), str(rows)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.strip().splitlines()[-1])
    assert found["rows"] == rows
    assert found["selected"] == pytest.approx(rows / 4)
    assert found["grown"] < limit
