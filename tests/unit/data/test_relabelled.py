"""Labels coming back from a labelling tool: every layout read, every mistake named."""

import json

import numpy as np
import pandas as pd
import pytest

from biasaudit.cli.relabel_files import relabel_csv, relabel_tasks
from biasaudit.data.relabelled import read_new_labels
from biasaudit.data.roles import assign_roles
from biasaudit.errors import DataError
from biasaudit.results import Fingerprint
from biasaudit.spec import declare

IDS = ["p1", "p2", "=1+1", "-5", "42"]


@pytest.fixture
def known():
    people = pd.DataFrame(
        {
            "applicant": IDS,
            "sex": ["f", "m", "f", "m", "f"],
            "grade": [1.0, 2.0, 3.0, 4.0, 5.0],
            "hired": ["yes", "no", "no", "yes", "maybe"],
        }
    )
    raw = {
        "schema": 1,
        "audit": {"name": "hiring", "title": "Hiring"},
        "data": {"id": "applicant", "outcome": "hired", "positive_value": "yes", "features": ["grade"]},
        "protected": [{"column": "sex", "reference": "m"}],
        "model": {"train": "logistic_regression"},
        "annotations": {"item": "form", "annotator": "who", "label": "vote"},
    }
    declaration = declare(raw)
    return assign_roles(people, declaration, Fingerprint(role="items", source="x", sha256="0" * 64)), declaration.spec


def read(known, path):
    table, spec = known
    return read_new_labels(path, spec, table)


def written(tmp_path, text, name="new.csv"):
    file = tmp_path / name
    file.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
    return file


def labelled(new):
    return dict(zip([IDS[row] for row in new.rows], new.outcome.tolist(), strict=True))


def task(item, *choices, cancelled=()):
    annotations = [
        {"result": [{"type": "choices", "value": {"choices": [choice]}}], "was_cancelled": choice in cancelled}
        for choice in choices
    ]
    return {"id": 1, "data": {"item": item}, "annotations": annotations}


@pytest.mark.parametrize("head", ["item,label", "applicant,hired", "form,vote"])
def test_a_table_is_read_by_our_names_or_by_those_of_the_audit(known, tmp_path, head):
    new = read(known, written(tmp_path, f"{head}\np2,yes\np1,no\n42,maybe\n"))
    assert labelled(new) == {"p1": 0.0, "p2": 1.0, "42": 0.0}
    assert new.rows.tolist() == sorted(new.rows.tolist())
    assert new.fingerprint.role == "relabelled"


def test_what_we_write_is_read_back_once_filled_in_whatever_the_ids(known, tmp_path):
    lines = relabel_csv(tuple(IDS)).splitlines()
    assert '"\'=1+1",""' in lines
    assert '"\'-5",""' in lines
    filled = "\n".join([lines[0], *(line + "1" for line in lines[1:])])
    assert labelled(read(known, written(tmp_path, filled))) == dict.fromkeys(IDS, 1.0)


def test_what_label_studio_exports_of_our_tasks_is_read_back(known, tmp_path):
    tasks = json.loads(relabel_tasks(tuple(IDS)))
    for number, one in enumerate(tasks):
        one["annotations"] = task("", "yes" if number % 2 else "no")["annotations"]
    assert labelled(read(known, written(tmp_path, tasks, "export.json"))) == {
        "p1": 0.0, "p2": 1.0, "=1+1": 0.0, "-5": 1.0, "42": 0.0,
    }  # fmt: skip


def test_the_short_export_of_label_studio_is_read(known, tmp_path):
    tasks = [{"id": 3, "item": "p1", "choice": "no"}, {"id": 4, "item": 42, "label": {"choices": ["yes"]}}]
    assert labelled(read(known, written(tmp_path, tasks, "min.json"))) == {"p1": 0.0, "42": 1.0}


def test_several_answers_to_a_task_are_settled_by_their_majority(known, tmp_path):
    tasks = [task("p1", "no", "yes", "no"), task("p2", "yes", "maybe", cancelled=("maybe",)), task("42")]
    assert labelled(read(known, written(tmp_path, tasks, "export.json"))) == {"p1": 0.0, "p2": 1.0}


def test_items_without_a_new_label_are_passed_over(known, tmp_path):
    assert labelled(read(known, written(tmp_path, "item,label\np1,\np2,0\n"))) == {"p2": 0.0}


def test_new_labels_take_their_place_in_the_outcome(known, tmp_path):
    new = read(known, written(tmp_path, "item,label\np2,yes\np1,no\n"))
    first = np.array([1.0, 0.0, 0.0, 1.0, 0.0])
    assert new.whole(first).tolist() == [0.0, 1.0, 0.0, 1.0, 0.0]
    assert first[0] == 1.0
    assert new.among(np.array([4, 1]), 5).tolist() == [False, True]


@pytest.mark.parametrize(
    ("text", "name", "told"),
    [
        ("item,label\np11,yes\n", "new.csv", r"'p11' is no item of the table\. Did you mean 'p1'\?"),
        ("item,label\nzebra,yes\nyak,no\n", "new.csv", r"'zebra', 'yak' are no items.*named like 'p1'"),
        ("item,label\np1,yes\np1,no\n", "new.csv", r"'p1' stands more than once"),
        ("item,label\np1,yess\np2,nope\n", "new.csv", r"2 new labels.*'hired' holds.*Did you mean 'yes'\?"),
        ("item,label\np1,\n", "new.csv", "no item has a new label"),
        ("item,label\n,yes\np1,no\n", "new.csv", "1 new labels stand beside no item"),
        ("thing,label\np1,yes\n", "new.csv", r"no column of items\. Name it 'item' or 'applicant' or 'form'"),
        ("item,labell\np1,yes\n", "new.csv", r"no column of new labels.*Did you mean 'labell'"),
        ("{", "new.json", "not readable as JSON"),
        ({"data": 1}, "new.json", "list of tasks"),
        ([{"data": {"text": "a"}}], "new.json", "task 1 has no 'item'"),
        ([task("p1", "yes", "no")], "new.json", r"answers about item 'p1' are tied"),
        ("a", "new.xlsx", "are not read"),
    ],
)
def test_each_mistake_gets_one_message(known, tmp_path, text, name, told):
    with pytest.raises(DataError, match=told):
        read(known, written(tmp_path, text, name))


def test_a_file_that_is_not_there_is_named_without_its_folder(known, tmp_path):
    with pytest.raises(DataError, match="no such file") as error:
        read(known, tmp_path / "gone.csv")
    assert str(tmp_path) not in str(error.value)
