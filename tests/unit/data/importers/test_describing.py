"""A log is described in plain words without a name, and the table that comes with it works."""

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from biasaudit.data.describing import describe_log
from biasaudit.data.describing_words import first_table, told, toml_text
from biasaudit.data.importers import ImportedLog
from biasaudit.data.logs import import_log
from biasaudit.errors import DataError
from biasaudit.spec import AnnotationsSpec

FORMATS = ["mturk", "appen", "toloka", "label-studio", "argilla", "prodigy", "doccano", "ground-truth"]
NAMES = [f"Annotator{letter * 3}" for letter in "ABCDEFGH"]
START = pd.Timestamp("2025-10-09T07:30:20Z")


def table(n_annotators=8, n_items=24):
    rng = np.random.default_rng(3)
    rows = [
        (f"p{item}", NAMES[who], rng.choice(["yes", "no"]))
        for item in range(n_items)
        for who in rng.choice(n_annotators, 3, replace=False)
    ]
    long = pd.DataFrame(rows, columns=["item", "annotator", "label"])
    place = long["annotator"].map({name: number for number, name in enumerate(NAMES)})
    seconds = pd.Series(rng.integers(5, 90, len(long)).astype(float))
    started = pd.Series([START + pd.Timedelta(minutes=number) for number in range(len(long))])
    accepted = pd.Series(rng.choice([1.0, 0.0], len(long)))
    return long.assign(
        unit=place.map(lambda number: f"v{number % 2}"), country=place.map(lambda number: ["KEN", "NAM"][number % 2]),
        started=started, seconds=seconds, pay=0.05, accepted=accepted,
    )  # fmt: skip


def described(name, writers, importers, folder, **options):
    long = table(**options)
    files = writers[name](long, folder)
    return long, files, describe_log(importers[name](files), name)


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_said_is_true_and_names_nobody(name, writers, importers, tmp_path):
    _, _, found = described(name, writers, importers, tmp_path)
    text = told(found)
    assert f"format: {name}" in text
    assert "72 labels of 24 items by 8 annotators" in text
    assert "labels per item: 3 on average, 3 to 3" in text
    assert "answers: 'no', 'yes'" in text
    assert not any(who in text + first_table(found, ["log"]) for who in NAMES)
    assert all(sentence in text for sentence in found.imported.cannot)
    knows_pay = name in {"mturk", "toloka"}
    assert ("pay: 100%" in text) == knows_pay
    assert ("pay: not in this log" in text) == (not knows_pay)
    assert ("country: 100%" in text) == (name == "appen")


@pytest.mark.parametrize("name", FORMATS)
def test_the_table_reads_the_same_log(name, writers, importers, tmp_path):
    long, files, found = described(name, writers, importers, tmp_path)
    paths = [str(Path(file).relative_to(tmp_path)) for file in files]
    spec = AnnotationsSpec(**tomllib.loads(first_table(found, paths))["annotations"])
    log = import_log(spec, importers[name], folder=tmp_path)
    assert spec.positive_value == "yes"
    assert sorted(log.frame["item"]) == sorted(long["item"])
    assert sorted(log.frame["label"]) == sorted(long["label"])
    for column in (spec.started, spec.seconds, spec.pay, spec.accepted, *spec.units, *spec.attributes):
        assert column is None or log.frame[column].notna().all()
    assert (name in {"mturk", "appen"}) == bool(spec.units)


def test_nothing_is_counted_of_fewer_than_five_annotators(writers, importers, tmp_path):
    _, _, found = described("appen", writers, importers, tmp_path, n_annotators=4)
    text = told(found)
    assert "by fewer than 5 annotators" in text
    assert "4 annotators" not in text
    assert "%" not in text


def test_answers_on_few_items_are_counted_and_not_shown(importers):
    votes = pd.DataFrame({
        "item": range(12), "annotator": [f"a{n % 6}" for n in range(12)],
        "label": ["yes"] * 5 + ["no"] * 5 + ["I, Ann, refuse", "call me"],
    })  # fmt: skip
    text = told(describe_log(ImportedLog(frame=votes, source="v.csv"), "long"))
    assert "answers: 'no', 'yes'" in text
    assert "2 different answers" in text
    assert "Ann" not in text.replace("Annotator", "")


def test_columns_of_a_long_table_are_known_by_their_names_and_values():
    n = 60
    votes = pd.DataFrame({
        "applicant": [f"p{i // 3}" for i in range(n)], "applicant_sex": ["f" if (i // 3) % 2 else "m" for i in range(n)],
        "worker_id": [f"w{i % 10}" for i in range(n)], "worker_country": [["KE", "FR"][i % 2] for i in range(n)],
        "vendor": [["a", "b"][i % 10 > 4] for i in range(n)], "vote": [i % 2 for i in range(n)],
        "reward": [0.05] * n, "work_seconds": range(n), "started_at": ["2025-10-09T07:30:20Z"] * n,
        "status": ["Approved", "Rejected"] * (n // 2), "remarks": ["x"] * n, "essay": ["long " * 40] * (n - 1) + ["y"],
    })  # fmt: skip
    found = describe_log(ImportedLog(frame=votes, source="v.csv"), "long")
    written = tomllib.loads(first_table(found, ["v.csv"]))["annotations"]
    assert (written["item"], written["annotator"], written["label"]) == ("applicant", "worker_id", "vote")
    assert (written["units"], written["attributes"]) == (["vendor"], ["worker_country"])
    assert [written[key] for key in ("pay", "seconds", "started", "accepted", "accepted_value")] == [
        "reward", "work_seconds", "started_at", "status", "Approved",
    ]  # fmt: skip
    text = told(found)
    assert "'applicant_sex': about the item" in text
    assert "'essay': free text, never read" in text
    assert "Left behind, because they speak of a person: 'remarks'." in text


def test_several_items_in_a_row_are_seen(importers, tmp_path):
    rows = "HITId,WorkerId,Input.id1,Input.sex1,Input.id2,Input.sex2,Answer.hire1,Answer.hire2\n" + "".join(
        f"h{n},w{n % 6},p{n},f,q{n},m,yes,no\n" for n in range(8)
    )
    (tmp_path / "b.csv").write_text(rows)
    found = describe_log(importers["mturk"]([tmp_path / "b.csv"]), "mturk")
    assert (found.roles.item, found.roles.label) == ("Input.id{n}", "Answer.hire{n}")
    assert "16 labels of 16 items" in told(found)


def test_a_role_that_cannot_be_guessed_has_to_be_named():
    votes = pd.DataFrame({"x": [1], "y": [2], "z": [3]})
    imported = ImportedLog(frame=votes, source="v.csv")
    with pytest.raises(DataError, match=r"annotator.*Columns: 'x', 'y', 'z'\. Name it with --annotator"):
        describe_log(imported, "long")
    assert describe_log(imported, "long", item="x", annotator="y", label="z").roles.label == "z"
    with pytest.raises(DataError, match="'w' is no column"):
        describe_log(imported, "long", item="x", annotator="w", label="z")


@pytest.mark.parametrize("name", ['a"]\nx = 1 #', "\x1b[31m\u202e", "\\", "\ud800", "𝕏\x7f", "'"])
def test_any_name_is_one_text_in_toml(name):
    line = toml_text(name)
    assert line.isprintable()
    assert tomllib.loads(f"x = {line}")["x"] == name.replace("\ud800", "\ufffd")


def test_hostile_columns_neither_end_a_text_nor_steer_a_terminal():
    hostile = 'vendor"]\nrule = "any" #\x1b[31m'
    votes = pd.DataFrame({
        "item": [n // 2 for n in range(24)], "annotator": [f"a{n % 6}" for n in range(24)], "label": ["yes", "no"] * 12,
        hostile: ["a\x1b", "b"] * 12,
    })  # fmt: skip
    found = describe_log(ImportedLog(frame=votes, source="v.csv"), "long")
    text = told(found) + first_table(found, ["v\x1b.csv"])
    assert "\x1b" not in text
    assert tomllib.loads(first_table(found, ["v.csv"]))["annotations"]["units"] == [hostile]
