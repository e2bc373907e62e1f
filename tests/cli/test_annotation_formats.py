"""Audits of platform exports trace as the same labels in long layout do, and name nobody."""

import json
import tomllib
import zlib

import pandas as pd
import pytest

from biasaudit import run

START = pd.Timestamp("2025-10-09T07:30:20Z")


def as_mturk(votes, folder):
    rows = pd.DataFrame({
        "HITId": "h-" + votes["id"], "WorkerId": votes["who"], "Reward": "$0.05", "WorkTimeInSeconds": 30,
        "AssignmentStatus": "Approved", "AcceptTime": "Thu Oct 09 07:30:20 UTC 2025",
        "RequesterAnnotation": "BatchId:" + votes["panel"] + ";", "Input.id": votes["id"], "Answer.vote": votes["vote"],
        "Answer.comment": "from " + votes["who"],
    })  # fmt: skip
    rows.to_csv(folder / "batch.csv", index=False)
    return "batch.csv", 'format = "mturk"\nitem = "Input.id"\nlabel = "Answer.vote"\nunits = ["batch"]'


def as_label_studio(votes, folder):
    for panel, labels in votes.groupby("panel"):
        tasks = [
            {"id": number, "data": {"id": item, "text": "…"}, "annotations": [
                {"completed_by": {"id": row.who, "email": f"{row.who}@example.org"}, "was_cancelled": False,
                 "lead_time": 12.5, "created_at": "2025-10-09T07:30:20Z",
                 "result": [{"from_name": "call", "type": "choices", "value": {"choices": [str(row.vote)]}}]}
                for row in group.itertuples()]}
            for number, (item, group) in enumerate(labels.groupby("id", sort=False))
        ]  # fmt: skip
        (folder / f"{panel}.json").write_text(json.dumps(tasks))
    return '["one.json", "two.json"]', 'format = "label-studio"\nitem = "data.id"\nlabel = "call"\nunits = ["file"]'


def declared(folder, path, lines):
    text = (folder / "audit.toml").read_text()
    head, _, rest = text.partition("[annotations]")
    tail = rest[rest.index("reference =") :]
    path = path if path.startswith("[") else f'"{path}"'
    file = folder / "exported.toml"
    file.write_text(f"{head}[annotations]\npath = {path}\n{lines}\n{tail}")
    return file


@pytest.mark.parametrize(
    ("write", "kind", "names"),
    [(as_mturk, "batch", ("one", "two")), (as_label_studio, "file", ("one.json", "two.json"))],
)
def test_an_export_traces_as_its_long_table_does(audit, write, kind, names):
    folder, _, votes = audit
    exported = run(declared(folder, *write(votes, folder)))
    long = votes.rename(columns={"panel": kind}).replace({kind: dict(zip(("one", "two"), names, strict=True))})
    long.to_csv(folder / "long.csv", index=False)
    lines = f'item = "id"\nannotator = "who"\nlabel = "vote"\nunits = ["{kind}"]'
    plain = run(declared(folder, "long.csv", lines))
    assert exported.trace.attribution
    assert exported.trace == plain.trace
    assert "person-" not in exported.model_dump_json()


def test_a_key_changes_no_number(audit, monkeypatch):
    folder, _, votes = audit
    file = declared(folder, *as_mturk(votes, folder))
    traces = [run(file).trace]  # under a key that is drawn
    monkeypatch.setenv("BIASAUDIT_KEY", "a secret of the environment")
    traces.append(run(file).trace)
    (folder / "key").write_text("a secret that stands in a file")
    keyed = file.read_text().replace('format = "mturk"', 'format = "mturk"\nkey = "key"')
    file.write_text(keyed)
    traces.append(run(file).trace)
    assert all(trace == traces[0] for trace in traces)


def test_names_of_annotators_change_no_number(audit):
    folder, _, votes = audit
    before = run(folder / "audit.toml").trace
    renamed = votes["who"].map({who: f"{zlib.crc32(who.encode())}-{who[::-1]}" for who in votes["who"].unique()})
    votes.assign(who=renamed).to_csv(folder / "votes.csv", index=False)
    assert run(folder / "audit.toml").trace == before


def test_an_unknown_format_is_told_with_its_line_and_the_nearest_one(audit, command):
    folder, _, votes = audit
    file = declared(folder, *as_mturk(votes, folder))
    file.write_text(file.read_text().replace('"mturk"', '"mtruk"'))
    ended = command("run", file, "--quiet")
    line = next(number for number, text in enumerate(file.read_text().splitlines(), 1) if "mtruk" in text)
    assert ended.code == 2
    assert f"line {line}, annotations.format: 'mtruk' is no format of annotations" in ended.err
    assert "Did you mean 'mturk'?" in ended.err
    assert "label-studio" in ended.err


def test_a_field_that_the_format_does_not_have_is_told_with_what_it_cannot_tell(audit, command):
    folder, _, votes = audit
    path, lines = as_label_studio(votes, folder)
    file = declared(folder, path, f'{lines}\npay = "pay"\nattributes = ["country"]')
    ended = command("run", file, "--quiet")
    assert ended.code == 2
    assert "no column 'country', 'pay'" in ended.err
    assert "What an annotator was paid." in ended.err


def test_items_by_another_name_are_told_with_the_names_there_are(audit, command):
    folder, _, votes = audit
    path, lines = as_mturk(votes, folder)
    ended = command("run", declared(folder, path, lines.replace("Input.id", "HITId")), "--quiet")
    assert ended.code == 2
    assert "Items may be named by 'HITId', 'Input.id'" in ended.err


# The command


def test_describe_writes_a_table_that_works_in_an_audit(audit, command, monkeypatch):
    folder, _, votes = audit
    as_mturk(votes, folder)
    monkeypatch.chdir(folder.parent)
    (folder / "first").mkdir()
    target = folder / "first" / "annotations.toml"
    ended = command("data", "describe", folder / "batch.csv", "--write", target)
    assert ended.code == 0
    assert "1,200 labels of 400 items by 20 annotators" in ended.out
    assert "person-" not in ended.out + ended.err + target.read_text()
    written = tomllib.loads(target.read_text())["annotations"]
    assert (written["path"], written["pay"], written["currency"]) == ("../batch.csv", "pay", "USD")
    head = (folder / "audit.toml").read_text().partition("[annotations]")[0].replace("people.csv", "../people.csv")
    whole = folder / "first" / "audit.toml"
    whole.write_text(f"{head}{target.read_text()}[uncertainty]\nreplicates = 10\nplacebos = 19\n")
    assert run(whole).trace.labels > 1_000


def test_describe_prints_what_it_would_write(audit, command):
    folder, _, _ = audit
    ended = command("data", "describe", folder / "votes.csv", "--annotator", "who")
    assert ended.code == 0
    said, _, table = ended.out.partition("\n[annotations]")
    assert tomllib.loads("[annotations]" + table)["annotations"]["units"] == ["panel"]
    assert "format: long (guessed" in said


def test_describe_never_writes_over_a_file(audit, command):
    folder, _, _ = audit
    ended = command("data", "describe", folder / "votes.csv", "--write", folder / "audit.toml")
    assert ended.code == 2
    assert "exists already" in ended.err


def test_describe_hides_members_who_are_names_of_files(command, tmp_path):
    members = tmp_path / "members"
    members.mkdir()
    for who in "abcdef":
        lines = [json.dumps({"id": n, "label": ["yes" if n % 2 else "no"]}) for n in range(12)]
        (members / f"Annotator{who * 3}.jsonl").write_text("\n".join(lines))
    ended = command("data", "describe", *sorted(members.iterdir()))
    assert ended.code == 0
    assert "6 annotators" in ended.out
    assert not any(f"Annotator{who * 3}" in ended.out + ended.err for who in "abcdef")
    assert "*.jsonl" in ended.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere.csv",), "no such file"),
        (("x.csv", "--format", "appn"), "Did you mean 'appen'"),
        (("x.csv",), "is empty"),
    ],
)
def test_describe_tells_mistakes(command, tmp_path, words, said):
    (tmp_path / "x.csv").write_bytes(b"")
    ended = command("data", "describe", *words)
    assert ended.code == 2
    assert said in ended.err


# Importers of others


MODULE = """
import pandas as pd
from biasaudit.data.importers import ImportedLog

def read_mine(paths):
    frame = pd.read_csv(paths[0], sep=";")
    if len(frame) > 5_000:
        raise RuntimeError("too much")
    return ImportedLog(frame=frame, source=paths[0].name, cannot=("Anything else.",))

def read_wrong(paths):
    return 3
"""


@pytest.fixture
def another_package(tmp_path, monkeypatch):
    """A package that offers importers, installed as far as the metadata goes."""
    place = tmp_path / "site"
    metadata = place / "mine-1.2.dist-info"
    metadata.mkdir(parents=True)
    (place / "mine_importers.py").write_text(MODULE)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1.2\n")
    points = "mine = mine_importers:read_mine\nwrong = mine_importers:read_wrong\nmturk = mine_importers:read_mine\n"
    (metadata / "entry_points.txt").write_text(f"[biasaudit.importers]\n{points}gone = mine_importers:read_gone\n")
    monkeypatch.syspath_prepend(place)


def test_an_importer_of_another_package_is_used_and_a_failing_one_listed(audit, command, another_package, tmp_path):
    folder, _, votes = audit
    votes.to_csv(folder / "votes.ssv", index=False, sep=";")
    lines = 'format = "mine"\nitem = "id"\nannotator = "who"\nlabel = "vote"\nunits = ["panel"]'
    file = declared(folder, "votes.ssv", lines)
    ended = command("run", file, "--out", tmp_path / "out", "--format", "json", "--quiet")
    assert ended.code == 3
    result = json.loads((tmp_path / "out" / "calls" / "result.json").read_text())
    reasons = [step["reason"] for step in result["steps"] if step["name"] == "plugins"]
    assert [reason for reason in reasons if reason.startswith("gone (mine 1.2): ") and "read_gone" in reason]
    assert [reason for reason in reasons if reason.startswith("mturk (mine 1.2): biasaudit ")]
    assert len(reasons) == 2
    assert result["trace"] == json.loads(run(folder / "audit.toml").trace.model_dump_json())


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("gone", "gone (mine 1.2)"),
        ("wrong", "'wrong' (mine 1.2) gave a int"),
        ("mine", "'mine' (mine 1.2) failed (ParserError"),
    ],
)
def test_an_importer_that_fails_names_its_distribution(audit, command, another_package, name, said):
    folder, _, _ = audit
    (folder / "bad.ssv").write_text('id;who\n"1;2\n3;4;5\n')
    ended = command("run", declared(folder, "bad.ssv", f'format = "{name}"'), "--quiet")
    assert ended.code == 3
    assert said in ended.err
    assert "Traceback" not in ended.err
