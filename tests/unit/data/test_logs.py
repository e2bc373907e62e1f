"""From files to one long table: found, read together, under pseudonyms, or told what is wrong."""

import pandas as pd
import pytest

from biasaudit.data.importers import ImportedLog
from biasaudit.data.importers.doccano import read_doccano
from biasaudit.data.importers.long import read_long
from biasaudit.data.importers.mturk import read_mturk
from biasaudit.data.logs import frame_log, import_log
from biasaudit.data.reading import digest_file
from biasaudit.errors import DataError
from biasaudit.spec import AnnotationsSpec

VOTES = "item,annotator,label\n1,ann,yes\n2,bo,no\n"
BATCH = (
    "HITId,WorkerId,Reward,Input.id,Answer.hire,Answer.email\nh1,ann,$0.05,p1,yes,ann@example.org\nh2,bo,$0.05,p2,no,\n"
)


@pytest.fixture
def folder(tmp_path):
    for name, text in (("a.csv", VOTES), ("b.csv", VOTES.replace("1,ann", "3,cy")), ("batch.csv", BATCH)):
        (tmp_path / name).write_text(text)
    (tmp_path / "members").mkdir()
    for who in ("ann", "bo"):
        (tmp_path / "members" / f"{who}.jsonl").write_text(
            '{"id": 1, "label": ["yes"], "Comments": ["by ' + who + '"]}'
        )
    (tmp_path / "members" / ".hidden").write_text("x")
    return tmp_path


def read(folder, importer=read_long, **said):
    return import_log(AnnotationsSpec(**said), importer, folder=folder)


@pytest.mark.parametrize("path", [["a.csv", "b.csv"], "[ab].csv", "?.csv"])
def test_several_long_files_are_one_log(folder, path):
    log = read(folder, path=path)
    assert log.frame["item"].tolist() == [1, 2, 3, 2]
    assert log.frame["annotator"].nunique() == 3
    assert log.frame["file"].tolist() == ["a.csv", "a.csv", "b.csv", "b.csv"]
    assert log.fingerprint.rows == 4


def test_one_long_file_keeps_its_digest(folder):
    assert read(folder, path="a.csv").fingerprint.sha256 == digest_file(folder / "a.csv")


def test_no_name_passes_whatever_the_road(folder, monkeypatch):
    logs = [
        read(folder, path="a.csv"),
        read(folder, path=["a.csv", "b.csv"]),
        read(folder, importer=read_mturk, path="batch.csv", format="mturk", item="Input.id", label="Answer.hire"),
        read(folder, importer=read_doccano, path="members", format="doccano"),
        frame_log(pd.DataFrame({"item": [1], "annotator": ["ann"], "label": [1]}), AnnotationsSpec(), folder=folder),
    ]
    for log in logs:
        text = log.frame.to_csv() + log.fingerprint.model_dump_json()
        assert "ann" not in text.replace("annotator", "").replace("annotations", "")
        assert "bo" not in text
        assert log.frame["annotator"].str.fullmatch("[0-9a-f]{32}").all()


def test_a_key_links_runs_and_files(folder, monkeypatch):
    monkeypatch.setenv("BIASAUDIT_KEY", "a secret that is long enough")
    batch = read(folder, importer=read_mturk, path="batch.csv", format="mturk", item="Input.id", label="Answer.hire")
    assert batch.frame["annotator"].tolist() == read(folder, path="a.csv").frame["annotator"].tolist()


def test_a_platform_s_fields_are_chosen_and_personal_ones_left_behind(folder):
    log = read(folder, importer=read_mturk, path="batch.csv", format="mturk", item="Input.id")
    assert log.frame[["item", "label"]].to_numpy().tolist() == [["p1", "yes"], ["p2", "no"]]
    assert (log.spec.item, log.spec.annotator, log.spec.label) == ("item", "annotator", "label")
    assert "Answer.email" not in log.frame
    assert "'Answer.email'" in log.column_hint
    assert "cannot tell" in log.column_hint


def test_a_declared_answer_stays_whatever_its_name(folder):
    log = read(folder, importer=read_mturk, path="batch.csv", format="mturk", item="Input.id", label="Answer.email")
    assert log.frame["label"].tolist()[0] == "ann@example.org"


def test_two_names_for_items_need_a_choice(folder):
    with pytest.raises(DataError, match=r"Items may be named by several fields: 'HITId', 'Input\.id'"):
        read(folder, importer=read_mturk, path="batch.csv", format="mturk")


def test_the_platform_s_own_word_for_annotator_may_stand(folder):
    said = {"path": "batch.csv", "format": "mturk", "item": "Input.id"}
    assert len(read(folder, importer=read_mturk, annotator="WorkerId", **said).frame) == 2
    with pytest.raises(DataError, match=r"'Input\.id'.*'WorkerId'"):
        read(folder, importer=read_mturk, annotator="Input.id", **said)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("nowhere.csv", "no such file"),
        (["a.csv", "nowhere.csv"], "no such file"),
        ("x*.csv", "no file there"),
        (["a.csv", "a.csv"], "named twice"),
        (["a.csv", "n" * 5000], "so long a name"),
        (["a.csv", "st_georges/votes"], "named dataset"),
    ],
)
def test_files_that_are_not_there_are_told(folder, path, said):
    with pytest.raises(DataError, match=said):
        read(folder, path=path)


def test_an_importer_of_others_may_give_the_declared_columns(folder):
    def importer(paths):
        frame = pd.DataFrame({"task": [1], "who": ["ann"], "said": ["yes"]})
        return ImportedLog(frame=frame, source=paths[0].name)

    log = read(folder, importer=importer, path="a.csv", format="mine", item="task", annotator="who", label="said")
    assert (log.spec.item, log.spec.annotator, log.spec.label) == ("task", "who", "said")
    assert log.frame["who"].tolist() != ["ann"]
