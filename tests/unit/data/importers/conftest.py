"""Writers of each platform's real layout: a known long table goes out, and must come back in."""

import json
import zlib

import pandas as pd
import pytest

HOSTILE = "=cmd|'/c calc'!A1"


def clock(moment):
    """Mechanical Turk's way to write a time."""
    return moment.strftime("%a %b %d %H:%M:%S UTC %Y")


def numbered(names):
    """A number for each name, as platforms number tasks."""
    return pd.factorize(names)[0] + 1


def write_mturk(long, folder):
    end = long["started"] + pd.to_timedelta(long["seconds"], unit="s")
    rows = pd.DataFrame({
        "HITId": [f"3{number:09d}" for number in numbered(long["item"])],
        "HITTypeId": "3TYPE", "Title": "Who should be called?", "Description": "", "Keywords": "",
        "Reward": [f"${pay:.2f}" for pay in long["pay"]],
        "CreationTime": "Thu Oct 09 07:00:00 UTC 2025", "MaxAssignments": 3,
        "RequesterAnnotation": [f"BatchId:{unit};OriginalHitTemplateId:920;" for unit in long["unit"]],
        "AssignmentId": [f"3A{number}" for number in range(len(long))],
        "WorkerId": long["annotator"],
        "AssignmentStatus": long["accepted"].map({1.0: "Approved", 0.0: "Rejected"}).fillna("Submitted"),
        "AcceptTime": [clock(moment) for moment in long["started"]],
        "SubmitTime": [clock(moment) for moment in end],
        "RequesterFeedback": f"Dear worker {HOSTILE}",
        "WorkTimeInSeconds": long["seconds"].astype(int),
        "LifetimeApprovalRate": "100% (35/35)",
        "Input.applicant_id": long["item"], "Input.form": "Lorem ipsum " * 20,
        "Answer.hire": long["label"], "Answer.comment": "<script>alert(1)</script>",
        "Approve": "", "Reject": "",
    })  # fmt: skip
    file = folder / "Batch_920_results.csv"
    rows.to_csv(file, index=False)
    return [file]


def write_appen(long, folder):
    end = long["started"] + pd.to_timedelta(long["seconds"], unit="s")
    style = "%m/%d/%Y %H:%M:%S"
    rows = pd.DataFrame({
        "_unit_id": 920_000 + numbered(long["item"]),
        "_created_at": end.dt.strftime(style), "_golden": "false",
        "_id": range(len(long)), "_missed": "", "_started_at": long["started"].dt.strftime(style),
        "_tainted": (long["accepted"] == 0).astype(str).str.lower(),
        "_channel": long["unit"], "_trust": 0.9, "_worker_id": long["annotator"], "_country": long["country"],
        "_region": "30", "_city": "Nairobi", "_ip": "203.0.113.9",
        "hire": long["label"], "applicant": long["item"], "hire_gold": "", "hire_gold_reason": HOSTILE,
    })  # fmt: skip
    file = folder / "f920.csv"
    rows.to_csv(file, index=False)
    return [file]


def write_toloka(long, folder):
    end = long["started"] + pd.to_timedelta(long["seconds"], unit="s")
    style = "%Y-%m-%dT%H:%M:%S.000"
    rows = pd.DataFrame({
        "INPUT:applicant_id": long["item"], "OUTPUT:hire": long["label"], "GOLDEN:hire": "",
        "HINT:text": "", "ASSIGNMENT:link": "https://platform.example/task/1",
        "ASSIGNMENT:task_id": [f"00{number:x}" for number in numbered(long["item"])],
        "ASSIGNMENT:assignment_id": [f"a{number}" for number in range(len(long))],
        "ASSIGNMENT:worker_id": long["annotator"],
        "ASSIGNMENT:status": long["accepted"].map({1.0: "APPROVED", 0.0: "REJECTED"}).fillna("SUBMITTED"),
        "ASSIGNMENT:started": long["started"].dt.strftime(style), "ASSIGNMENT:submitted": end.dt.strftime(style),
        "ASSIGNMENT:reward": long["pay"], "ACCEPT:verdict": "", "ACCEPT:comment": HOSTILE,
    })  # fmt: skip
    file = folder / "assignments_920.tsv"
    rows.to_csv(file, index=False, sep="\t")
    return [file]


def write_label_studio(long, folder):
    tasks = []
    for number, (item, labels) in enumerate(long.groupby("item", sort=False), start=1):
        given = [
            {
                "id": 1000 + place, "completed_by": {"id": row.annotator, "email": "a@example.org", "first_name": "A"},
                "was_cancelled": False, "ground_truth": False, "lead_time": row.seconds,
                "created_at": (row.started + pd.Timedelta(seconds=row.seconds)).isoformat().replace("+00:00", "Z"),
                "task": number, "result_count": 1,
                "result": [
                    {"id": "x1", "from_name": "hire", "to_name": "form", "type": "choices", "origin": "manual",
                     "value": {"choices": [row.label]}},
                    {"id": "x2", "from_name": "why", "to_name": "form", "type": "textarea", "origin": "manual",
                     "value": {"text": [HOSTILE]}},
                ],
            }
            for place, row in enumerate(labels.itertuples())
        ]  # fmt: skip
        data = {"applicant_id": item, "form": "Lorem ipsum " * 20}
        tasks.append({"id": number, "data": data, "project": 83, "annotations": given, "predictions": []})
    file = folder / "project-83.json"
    file.write_text(json.dumps(tasks), encoding="utf-8")
    return [file]


def write_argilla(long, folder):
    records = [
        {
            "id": f"r{number}", "status": "completed", "inserted_at": "2025-10-09T07:00:00", "_server_id": f"s{number}",
            "form": "Lorem ipsum " * 20, "applicant_id": item,
            "hire.responses": labels["label"].tolist(), "hire.responses.users": labels["annotator"].tolist(),
            "hire.responses.status": ["submitted"] * len(labels), "hire.suggestion": None,
            "hire.suggestion.score": None, "hire.suggestion.agent": None,
        }
        for number, (item, labels) in enumerate(long.groupby("item", sort=False), start=1)
    ]  # fmt: skip
    file = folder / "records.jsonl"
    file.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    return [file]


def write_prodigy(long, folder):
    lines = [
        {
            "text": f"Form of an applicant {HOSTILE}", "meta": {"applicant_id": row.item},
            "_input_hash": zlib.crc32(row.item.encode()) - 2**31, "_task_hash": place,
            "options": [{"id": "yes"}, {"id": "no"}], "accept": [row.label], "answer": "accept", "_view_id": "choice",
            "_timestamp": int(row.started.timestamp()), "_annotator_id": row.annotator, "_session_id": row.annotator,
        }
        for place, row in enumerate(long.itertuples())
    ]  # fmt: skip
    file = folder / "db-out.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return [file]


def write_doccano(long, folder):
    ids = dict(zip(long["item"], numbered(long["item"]).tolist(), strict=True))
    files = []
    for who, labels in long.groupby("annotator", sort=False):
        lines = [
            {"id": ids[row.item], "text": "Lorem ipsum", "applicant_id": row.item, "label": [row.label],
             "Comments": [HOSTILE]}
            for row in labels.itertuples()
        ]  # fmt: skip
        file = folder / f"{who}.jsonl"
        file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
        files.append(file)
    return files


def write_ground_truth(long, folder):
    files = []
    lines = []
    for number, (item, labels) in enumerate(long.groupby("item", sort=False)):
        answers = [
            {
                "acceptanceTime": row.started.isoformat().replace("+00:00", "Z"),
                "submissionTime": (row.started + pd.Timedelta(seconds=row.seconds)).isoformat().replace("+00:00", "Z"),
                "timeSpentInSeconds": row.seconds, "answerContent": {"hire": {"label": row.label}},
                "workerId": row.annotator,
                "workerMetadata": {"identityData": {"identityProviderType": "Cognito", "sub": "6d1-" + HOSTILE}},
            }
            for row in labels.itertuples()
        ]  # fmt: skip
        place = folder / "annotations" / "worker-response" / "iteration-1" / str(number)
        place.mkdir(parents=True, exist_ok=True)
        file = place / "2025-10-09_07-30-20.json"
        file.write_text(json.dumps({"answers": answers}), encoding="utf-8")
        files.append(file)
        about = {
            "class-name": "yes",
            "confidence": 0.9,
            "type": "groundtruth/text-classification",
            "human-annotated": "yes",
        }
        lines.append({"source": "Lorem ipsum", "applicant_id": item, "hire": 0, "hire-metadata": about})
    manifest = folder / "output.manifest"
    manifest.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return [manifest, *files]


WRITERS = {
    "mturk": write_mturk, "appen": write_appen, "toloka": write_toloka, "label-studio": write_label_studio,
    "argilla": write_argilla, "prodigy": write_prodigy, "doccano": write_doccano, "ground-truth": write_ground_truth,
}  # fmt: skip


@pytest.fixture(scope="session")
def writers():
    """A function by format that writes a long table in that platform's layout and gives the files."""
    return WRITERS


@pytest.fixture(scope="session")
def importers():
    """The importers by format, as the entry points name them."""
    from biasaudit.plugins import offered_importers

    found, _, failures = offered_importers()
    assert not [failure for failure in failures if failure.origin.startswith("biasaudit")]
    return found
