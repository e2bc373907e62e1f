"""What each platform's layout has of its own, and what is said where a file is another thing."""

import json

import numpy as np
import pandas as pd
import pytest

from biasaudit.data.importers import ImportedLog, long_table
from biasaudit.data.importers.personal import without_personal
from biasaudit.errors import DataError

MTURK = "HITId,WorkerId,Reward,WorkTimeInSeconds,AssignmentStatus,AcceptTime,Input.id,"


def written(folder, name, content):
    file = folder / name
    if not isinstance(content, str):
        content = "\n".join(map(json.dumps, content)) if name.endswith("l") else json.dumps(content)
    file.write_text(content, encoding="utf-8")
    return [file]


def column(imported, name):
    return [None if pd.isna(value) else value for value in imported.frame[name]]


# Mechanical Turk


def test_mturk_answers_in_one_cell_are_taken_apart(importers, tmp_path):
    cell = json.dumps([{"hire": {"label": "yes"}, "why": {"age": True, "marks": True, "none": False}, "sure": "4"}])
    frame = pd.DataFrame({"HITId": ["h"], "WorkerId": ["w"], "Answer.taskAnswers": [cell]})
    imported = importers["mturk"](written(tmp_path, "b.csv", frame.to_csv(index=False)))
    assert imported.labels == ("Answer.hire", "Answer.why", "Answer.sure")
    assert imported.frame.loc[0, ["Answer.hire", "Answer.why", "Answer.sure"]].tolist() == ["yes", "age; marks", "4"]


def test_mturk_radio_buttons_in_one_column_each_become_one_field(importers, tmp_path):
    text = (
        "HITId,WorkerId,Answer.hire.no,Answer.hire.yes,Answer.seen\nh,a,false,true,true\nh,b,true,false,true\nk,a,,,\n"
    )
    imported = importers["mturk"](written(tmp_path, "b.csv", text))
    assert column(imported, "Answer.hire") == ["yes", "no", None]
    assert set(imported.labels) == {"Answer.hire", "Answer.seen"}


def test_mturk_several_items_in_a_row_become_rows_and_share_pay_and_time(importers, tmp_path):
    text = (
        "HITId,WorkerId,Reward,WorkTimeInSeconds,Input.id1,Input.id2,Answer.hire1,Answer.hire2\n"
        "h,a,$0.10,60,p1,p2,yes,no\nk,b,$0.10,30,p3,,no,\n"
    )
    imported = importers["mturk"](written(tmp_path, "b.csv", text))
    long = long_table(imported, item="Input.id{n}", label="Answer.hire{n}")
    assert long[["item", "annotator", "label"]].to_numpy().tolist() == [
        ["p1", "a", "yes"],
        ["p2", "a", "no"],
        ["p3", "b", "no"],
    ]
    assert long["pay"].tolist() == [0.05, 0.05, 0.10]
    assert long["seconds"].tolist() == [30.0, 30.0, 30.0]
    with pytest.raises(DataError, match=r"Answer\.hire\{n\}"):
        long_table(imported, item="Input.id1")


@pytest.mark.parametrize(
    ("written_as", "read"),
    [
        ("Thu Oct 09 00:30:20 PDT 2025", "2025-10-09T07:30:20+00:00"),
        ("Thu Jan  9 00:30:20 PST 2025", "2025-01-09T08:30:20+00:00"),
        ("Thu Oct 09 07:30:20 XYZ 2025", None),
        ("Thu Feb 31 07:30:20 UTC 2025", None),
        ("2025-10-09T07:30:20Z", "2025-10-09T07:30:20+00:00"),
    ],
)
def test_mturk_times(importers, tmp_path, written_as, read):
    text = f"HITId,WorkerId,AcceptTime,Answer.hire\nh,a,{written_as},yes\n"
    (found,) = importers["mturk"](written(tmp_path, "b.csv", text)).frame["started"]
    assert (None if pd.isna(found) else found.isoformat()) == read


def test_mturk_says_who_was_rejected_and_leaves_the_undecided_open(importers, tmp_path):
    text = "HITId,WorkerId,AssignmentStatus,Answer.hire\nh,a,Approved,1\nh,b,Rejected,1\nh,c,Submitted,0\n"
    accepted = importers["mturk"](written(tmp_path, "b.csv", text)).frame["accepted"].to_numpy()
    np.testing.assert_array_equal(accepted, [1.0, 0.0, np.nan])


def test_words_that_pandas_takes_for_missing_are_answers(importers, tmp_path):
    text = "HITId,WorkerId,Answer.hire\nh,a,None\nh,b,NA\nh,c,\n"
    assert column(importers["mturk"](written(tmp_path, "b.csv", text)), "Answer.hire") == ["None", "NA", None]


# Appen and Toloka


def test_appen_finds_answers_without_gold_by_what_differs_within_units(importers, tmp_path):
    text = "_unit_id,_worker_id,hire,applicant\n1,a,yes,p1\n1,b,no,p1\n2,a,no,p2\n"
    imported = importers["appen"](written(tmp_path, "f.csv", text))
    assert imported.labels == ("hire",)
    assert imported.items == ("_unit_id", "applicant")


def test_appen_shares_the_time_of_a_page_and_marks_test_questions(importers, tmp_path):
    text = (
        "_unit_id,_worker_id,_started_at,_created_at,_golden,_tainted,hire\n"
        "1,a,10/09/2025 07:30:00,10/09/2025 07:31:00,false,false,yes\n"
        "2,a,10/09/2025 07:30:00,10/09/2025 07:31:00,true,false,no\n"
        "1,b,10/09/2025 07:30:00,10/09/2025 07:31:00,false,true,no\n"
    )
    frame = importers["appen"](written(tmp_path, "f.csv", text)).frame
    assert frame["seconds"].tolist() == [30.0, 30.0, 60.0]
    assert frame["test_question"].tolist() == ["no", "yes", "no"]
    assert frame["accepted"].tolist() == [1.0, 1.0, 0.0]
    assert frame["started"].dt.month.tolist() == [10, 10, 10]


def test_appen_aggregated_report_is_refused_by_name(importers, tmp_path):
    text = "_unit_id,_golden,_unit_state,_trusted_judgments,hire,hire:confidence\n1,false,finalized,3,yes,0.6\n"
    with pytest.raises(DataError, match=r"aggregated report.*download the full one"):
        importers["appen"](written(tmp_path, "a.csv", text))


def test_toloka_shares_a_suite_and_leaves_out_no_row(importers, tmp_path):
    head = "INPUT:id\tOUTPUT:hire\tGOLDEN:hire\tASSIGNMENT:worker_id\tASSIGNMENT:assignment_id\tASSIGNMENT:status\tASSIGNMENT:started\tASSIGNMENT:submitted\tASSIGNMENT:reward\n"
    rows = (
        "p1\tyes\t\tw\ta1\tACCEPTED\t2025-10-09T07:30:00\t2025-10-09T07:31:00\t0.10\n"
        "p2\tno\tno\tw\ta1\tACCEPTED\t2025-10-09T07:30:00\t2025-10-09T07:31:00\t0.10\n"
        "\n"
        "p1\t\t\tv\ta2\tEXPIRED\t2025-10-09T07:30:00\t\t0.10\n"
    )
    imported = importers["toloka"](written(tmp_path, "t.tsv", head + rows))
    frame = imported.frame
    assert frame["pay"].tolist() == [0.05, 0.05, 0.10]
    assert frame["seconds"].tolist()[:2] == [30.0, 30.0]
    assert frame["test_question"].tolist() == ["no", "yes", "no"]
    np.testing.assert_array_equal(frame["accepted"], [1.0, 1.0, np.nan])
    assert imported.items == ("INPUT:id",)


# Label Studio


def task(*annotations, **more):
    return {"id": 1, "data": {"applicant": "p1"}, "annotations": list(annotations), **more}


def vote(who, *values, kind="choices", name="hire", **more):
    value = {kind: list(values)} if kind == "choices" else {kind: values[0]}
    return {"completed_by": who, "result": [{"from_name": name, "type": kind, "value": value, **more}]}


def test_label_studio_kinds_of_answers(importers, tmp_path):
    tasks = [task(vote(1, 4, kind="rating")), task(vote(1, "b", "a")), task(vote(1, [["x", "y"]], kind="taxonomy"))]
    imported = importers["label-studio"](written(tmp_path, "t.json", tasks))
    assert column(imported, "hire") == [4, "a; b", "x > y"]


def test_label_studio_skipped_and_prelabelled(importers, tmp_path):
    skipped = {**vote({"email": "a@example.org"}, "yes"), "was_cancelled": True}
    tasks = [
        task(skipped, vote({"id": 3, "email": "b@example.org"}, "no", origin="prediction-changed"), vote(None, "no"))
    ]
    imported = importers["label-studio"](written(tmp_path, "t.json", tasks))
    assert column(imported, "hire") == [None, "no", "no"]
    assert column(imported, "annotator") == ["a@example.org", 3, None]
    assert column(imported, "prelabelled") == ["no", "yes", "no"]
    assert imported.units == ("prelabelled",)


def test_label_studio_small_json(importers, tmp_path):
    rows = [
        {"id": 1, "applicant": "p1", "hire": "yes", "annotator": 7, "annotation_id": 1, "lead_time": 4.5,
         "created_at": "2025-10-09T07:30:20Z"},
        {"id": 1, "applicant": "p1", "hire": {"choices": ["no", "other"]}, "annotator": 8, "annotation_id": 2,
         "lead_time": None, "created_at": "2025-10-09T07:30:20Z"},
        {"id": 2, "applicant": "p2", "hire": "no", "annotator": 8, "annotation_id": 3, "lead_time": 1},
    ]  # fmt: skip
    imported = importers["label-studio"](written(tmp_path, "t.json", rows))
    assert imported.labels == ("hire",)
    assert column(imported, "hire") == ["yes", "no; other", "no"]
    assert imported.frame["started"].iloc[0] == pd.Timestamp("2025-10-09T07:30:15.5Z")
    assert imported.frame["started"].iloc[1:].isna().all()
    assert "applicant" in imported.items


def test_label_studio_marks_within_tasks_are_no_labels_of_items(importers, tmp_path):
    box = {"from_name": "box", "type": "rectanglelabels", "value": {"x": 1, "rectanglelabels": ["face"]}}
    with pytest.raises(DataError, match="places within tasks"):
        importers["label-studio"](written(tmp_path, "t.json", [task({"completed_by": 1, "result": [box]})]))


def test_label_studio_two_questions_need_a_choice(importers, tmp_path):
    both = {"completed_by": 1, "result": vote(1, "yes")["result"] + vote(1, "3", name="sure")["result"]}
    imported = importers["label-studio"](written(tmp_path, "t.json", [task(both)]))
    with pytest.raises(DataError, match=r"several fields: 'hire', 'sure'\. Name one in annotations\.label"):
        long_table(imported, item="data.applicant")
    assert long_table(imported, item="data.applicant", label="sure")["label"].tolist() == ["3"]
    with pytest.raises(DataError, match="Did you mean 'hire'"):
        long_table(imported, item="data.applicant", label="hier")


# Argilla


OLD = {"id": "r", "hire": [{"user_id": "u", "value": "yes", "status": "submitted"}], "hire-suggestion": "yes"}
COLUMNS = {"id": "r", "hire": {"user_id": ["u"], "value": ["yes"], "status": ["submitted"]}}
NESTED = {
    "id": "r",
    "fields": {"form": "…"},
    "metadata": {"applicant": "p1"},
    "responses": {"hire": [{"value": "yes", "user_id": "u"}]},
}
BY_USER = {
    "external_id": "r",
    "fields": {},
    "responses": [{"user_id": "u", "status": "submitted", "values": {"hire": {"value": "yes"}}}],
}


@pytest.mark.parametrize("record", [OLD, COLUMNS, NESTED, BY_USER])
def test_argilla_in_each_way_it_was_written(importers, tmp_path, record):
    for name, content in (("r.json", [record]), ("r.jsonl", [record])):
        imported = importers["argilla"](written(tmp_path, name, content))
        assert imported.frame[["id", "annotator", "hire"]].to_numpy().tolist() == [["r", "u", "yes"]]
        assert imported.labels == ("hire",)


def test_argilla_parquet(importers, tmp_path):
    record = {"id": "r", "hire.responses": ["yes", "no"], "hire.responses.users": ["u", "v"], "applicant": "p1"}
    pd.DataFrame([record]).to_parquet(tmp_path / "r.parquet")
    imported = importers["argilla"]([tmp_path / "r.parquet"])
    assert imported.frame[["annotator", "hire"]].to_numpy().tolist() == [["u", "yes"], ["v", "no"]]


def test_argilla_drafts_and_discarded_responses_are_no_labels(importers, tmp_path):
    record = {
        "id": "r", "hire.responses": ["yes", "no", "no"], "hire.responses.users": ["u", "v", "w"],
        "hire.responses.status": ["submitted", "draft", "discarded"],
    }  # fmt: skip
    assert column(importers["argilla"](written(tmp_path, "r.jsonl", [record])), "hire") == ["yes", None, None]


def test_argilla_responses_of_nobody_are_refused(importers, tmp_path):
    record = {"id": "r", "hire.responses": ["yes"], "hire.responses.users": []}
    with pytest.raises(DataError, match="record 1: a response to 'hire' does not say which user"):
        importers["argilla"](written(tmp_path, "r.jsonl", [record]))


# Prodigy


def example(number, who, **more):
    return {"_input_hash": number, "answer": "accept", "_annotator_id": who, **more}


def test_prodigy_one_label_a_question(importers, tmp_path):
    lines = [
        example(1, "set-a", label="HIRE"),
        example(1, "set-a", label="AGAIN", answer="reject"),
        example(1, "set-b", label="HIRE", answer="ignore"),
    ]
    imported = importers["prodigy"](written(tmp_path, "out.jsonl", lines))
    assert imported.labels == ("answer:HIRE", "answer:AGAIN")
    assert imported.frame[["annotator", "answer:HIRE", "answer:AGAIN"]].to_numpy()[0].tolist() == [
        "set-a",
        "accept",
        "reject",
    ]
    assert column(imported, "answer:HIRE")[1] is None


def test_prodigy_sessions_named_by_date_are_nobody(importers, tmp_path):
    lines = [{"_input_hash": 1, "answer": "accept", "accept": ["yes"], "_session_id": "hire-2025-10-09_07-30-20"}]
    with pytest.raises(DataError, match="named by their date"):
        importers["prodigy"](written(tmp_path, "out.jsonl", lines))


def test_prodigy_answers_given_again_stay_two_rows(importers, tmp_path):
    lines = [example(1, "a", accept=["yes"]), example(1, "a", accept=["no"])]
    assert column(importers["prodigy"](written(tmp_path, "out.jsonl", lines)), "accept") == ["yes", "no"]


# doccano


def test_doccano_of_old_versions_has_users(importers, tmp_path):
    lines = [{"id": 1, "text": "…", "annotations": [{"label": 3, "user": 1}, {"label": 4, "user": 2}]}]
    imported = importers["doccano"](written(tmp_path, "old.jsonl", lines))
    assert imported.frame[["annotator", "label"]].to_numpy().tolist() == [[1, 3], [2, 4]]


@pytest.mark.parametrize(
    ("name", "line", "said"),
    [
        ("all.jsonl", {"id": 1, "label": ["yes"]}, "shares its annotations"),
        ("anna.jsonl", {"id": 1, "label": [[0, 2, "ORG"]]}, "places within a text"),
        ("anna.jsonl", {"id": 1, "text": "…"}, "no 'label'"),
    ],
)
def test_doccano_without_labels_of_one_member_is_refused(importers, tmp_path, name, line, said):
    with pytest.raises(DataError, match=said):
        importers["doccano"](written(tmp_path, name, [line]))


def test_doccano_labels_of_unknown_members_have_no_annotator(importers, tmp_path):
    assert column(
        importers["doccano"](written(tmp_path, "unknown.jsonl", [{"id": 1, "label": ["yes"]}])), "annotator"
    ) == [None]


# Ground Truth


def test_ground_truth_manifest_with_all_workers_needs_no_other_file(importers, tmp_path):
    answers = [
        {"workerId": f"vendor.us.{who}", "annotationData": {"content": json.dumps({"hire": {"label": said}})}}
        for who, said in (("a", "yes"), ("b", "no"))
    ]
    line = {"source": "p1", "job": {"annotationsFromAllWorkers": answers}, "job-metadata": {"human-annotated": "yes"}}
    imported = importers["ground-truth"](written(tmp_path, "output.manifest", json.dumps(line)))
    assert imported.frame[["source", "workforce", "hire"]].to_numpy().tolist() == [
        ["p1", "vendor", "yes"],
        ["p1", "vendor", "no"],
    ]


def test_ground_truth_manifest_alone_has_no_annotators(importers, tmp_path):
    line = {"source-ref": "s3://x/1.png", "hire": 0, "hire-metadata": {"human-annotated": "yes"}}
    with pytest.raises(DataError, match=r"only agreed labels.*worker-response"):
        importers["ground-truth"](written(tmp_path, "output.manifest", json.dumps(line)))


# All of them


@pytest.mark.parametrize(
    "content", [b"", b"  \n", b"\xff\xfe\x00bad", b"[" * 100_000, b"{", b"[]", b"[1]", b'"x"', b"a,b\n1,2\n", b"{}\n"]
)
@pytest.mark.parametrize("ending", ["csv", "json", "jsonl"])
def test_broken_files_get_one_message(importers, tmp_path, content, ending):
    file = tmp_path / f"broken.{ending}"
    file.write_bytes(content)
    for name, importer in importers.items():
        if name == "long":
            continue
        with pytest.raises(DataError) as told:
            importer([file])
        assert "\n" not in str(told.value)
        assert str(tmp_path) not in str(told.value)


def test_fields_that_speak_of_a_person_are_left_behind():
    frame = pd.DataFrame({
        "annotator": ["a@example.org", "b"], "Answer.comment": ["x", "y"], "workerEmail": ["1", "2"],
        "contact": ["write to", "c@example.org"], "seen": ["203.0.113.9", "198.51.100.7"], "v6": ["2001:db8::1", "::1"],
        "guideline": ["1.2.0.4", "1.2.0.5"], "vendor": ["v1", "v2"], "time": ["07:30:20", "07:30:21"], "Input.recipe": [1, 2],
    })  # fmt: skip
    kept, left = without_personal(frame, {"annotator"})
    assert left == ("Answer.comment", "workerEmail", "contact", "seen", "v6")
    assert list(kept.columns) == ["annotator", "guideline", "vendor", "time", "Input.recipe"]


def test_an_export_without_any_answer_says_so():
    imported = ImportedLog(frame=pd.DataFrame({"annotator": ["a"], "task": [1]}), source="x.json", items=("task",))
    with pytest.raises(DataError, match=r"no field with an answer.*'annotator', 'task'"):
        long_table(imported)


def test_a_pattern_has_to_stand_in_both_names():
    frame = pd.DataFrame({"annotator": ["a"], "id1": ["p"], "vote1": [1]})
    imported = ImportedLog(frame=frame, source="x.csv", items=("id1",), labels=("vote1",))
    with pytest.raises(DataError, match=r"stand once in both"):
        long_table(imported, item="id1", label="vote{n}")
    with pytest.raises(DataError, match="no pair of fields"):
        long_table(imported, item="nr{n}", label="vote{n}")


def test_long_files_of_different_columns_are_refused(importers, tmp_path):
    files = written(tmp_path, "a.csv", "item,annotator,label\n1,a,1\n") + written(
        tmp_path, "b.csv", "item,annotator,vote\n1,b,1\n"
    )
    with pytest.raises(DataError, match=r"b\.csv has no column 'label', which a\.csv has"):
        importers["long"](files)
