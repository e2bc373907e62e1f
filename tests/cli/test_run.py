"""``biasaudit run``: what it writes, what it says, and how it ends."""

import json
import xml.etree.ElementTree as ET

import pytest

from biasaudit.results import load_result


def test_a_run_writes_what_was_asked_for_and_says_where(command, audit, tmp_path):
    folder, _, votes = audit
    ended = command("run", folder, "--format", "html,json,md,junit", "--jobs", 1)
    assert ended.code == 0, ended.err
    assert ended.out.split() == [
        "reports/calls/result.json",
        "reports/calls/report.html",
        "reports/calls/report.md",
        "reports/calls/junit.xml",
        "reports/calls/relabel.csv",
        "reports/calls/relabel.label-studio.json",
    ]
    result = load_result(tmp_path / "reports/calls")
    assert result.status == "complete"
    assert {stage.stage for stage in result.trace.stages} == {
        "reference_label",
        "annotation",
        "label",
        "model",
        "decision",
    }
    assert [unit.unit for unit in result.trace.attribution[0].units]
    everything = "".join((tmp_path / path).read_text(encoding="utf-8") for path in ended.out.split())
    for annotator in votes["who"].unique():
        assert annotator not in everything
    assert "Traceback" not in ended.err


def test_the_same_seed_gives_the_same_bytes(command, audit, tmp_path):
    folder, _, _ = audit
    texts = []
    for out, jobs in (("one", 1), ("two", 2)):
        assert command("run", folder, "--out", out, "--jobs", jobs, "--quiet").code == 0
        result = json.loads((tmp_path / out / "calls/result.json").read_text(encoding="utf-8"))
        day = result["manifest"]["ended"][:10]
        result["manifest"].update(started="", ended="")
        page = (tmp_path / out / "calls/report.html").read_text(encoding="utf-8")
        texts.append((json.dumps(result), page, day))
    assert texts[0][0] == texts[1][0]
    if texts[0][2] == texts[1][2]:  # a report says the day of its run, and midnight may pass between two
        assert texts[0][1] == texts[1][1]


def test_a_gate_that_is_not_met_ends_in_1_and_fails_in_junit(command, audit, tmp_path):
    folder, _, _ = audit
    gate = '\n[[gate]]\nattribute = "group"\nstatistic = "gap"\nat_least = 0.9\n'
    file = folder / "audit.toml"
    file.write_text(file.read_text() + gate)
    ended = command("run", folder, "--format", "junit", "--set", "groups.minimum_size=5", "--jobs", 1)
    assert ended.code == 1
    assert "gate not met" in ended.err
    suite = ET.parse(tmp_path / "reports/calls/junit.xml").getroot()
    assert len(list(suite.iter("failure"))) == 1


def test_an_override_reaches_the_result(command, audit, tmp_path):
    folder, _, _ = audit
    assert command("run", folder, "--set", "model.threshold=0.4", "--format", "json", "--quiet").code == 0
    model = load_result(tmp_path / "reports/calls").model
    assert (model.cut, model.cut_value) == ("threshold", 0.4)


def test_a_report_is_written_again_in_another_language(command, audit, tmp_path):
    folder, _, _ = audit
    assert command("run", folder, "--format", "json", "--quiet").code == 0
    ended = command("report", tmp_path / "reports/calls", "--lang", "fr")
    assert ended.code == 0, ended.err
    page = (tmp_path / "reports/calls/report.fr.html").read_text(encoding="utf-8")
    assert '<html lang="fr"' in page


def test_a_failing_check_of_a_case_leaves_a_partial_result_and_ends_in_3(command, audit, tmp_path):
    folder, _, _ = audit
    (folder / "case.py").write_text(
        "def boom(result):\n    raise ValueError('no')\n\ndef checks():\n    return [boom]\n"
    )
    ended = command("run", folder, "--format", "json,html")
    assert ended.code == 3
    result = load_result(tmp_path / "reports/calls")
    assert result.status == "partial"
    assert any(step.outcome == "failed" and "no" in step.reason for step in result.steps)
    assert "Traceback" not in ended.err


def test_a_case_that_does_not_load_ends_in_3(command, audit):
    folder, _, _ = audit
    (folder / "case.py").write_text("import nothing_of_that_name\n")
    ended = command("run", folder)
    assert ended.code == 3
    assert "audit/case.py failed" in ended.err
    assert "Traceback" not in ended.err


def test_a_place_that_cannot_be_written_is_told_before_anything_is_measured(command, audit, tmp_path, monkeypatch):
    folder, *_ = audit
    monkeypatch.setattr("biasaudit.engine.run_whole", lambda *_, **__: pytest.fail("it was measured first"))
    (tmp_path / "taken").write_text("")
    ended = command("run", folder, "--quiet", "--out", tmp_path / "taken" / "reports")
    assert ended.code == 2
    assert "cannot be written" in ended.err
    assert "is a file" in ended.err
