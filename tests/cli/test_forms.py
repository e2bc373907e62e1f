"""``--form``: which forms are written, in what, and what is said where one cannot be filled."""

import pytest


@pytest.fixture
def ran(command, audit, tmp_path):
    folder, _, _ = audit
    assert command("run", folder, "--format", "json", "--set", "uncertainty.replicates=10", "--quiet").code == 0
    return tmp_path / "reports" / "calls"


def test_report_writes_forms_in_the_formats_asked_for(command, ran):
    ended = command("report", ran, "--form", "ll144,model-card", "--format", "md,html", "--role", "sex=group")
    assert ended.code == 0, ended.err
    names = [line.rpartition("/")[2] for line in ended.out.split()]
    assert names == ["ll144.html", "ll144.md", "model-card.html", "model-card.md"]
    assert "Declared as sex: group" in (ran / "ll144.md").read_text(encoding="utf-8").replace("Group", "group")
    assert not (ran / "report.html").exists()


def test_another_language_becomes_part_of_the_name(command, ran):
    ended = command("report", ran, "--form", "annex-iv", "--lang", "fr")
    assert ended.out.strip().endswith("annex-iv.fr.html")
    assert '<html lang="fr"' in (ran / "annex-iv.fr.html").read_text(encoding="utf-8")


def test_the_four_fifths_sheet_holds_what_the_run_counted(command, audit, ran):
    assert command("report", ran, "--form", "four-fifths", "--format", "md").code == 0
    text = (ran / "four-fifths.md").read_text(encoding="utf-8")
    assert "Against a" in text
    assert "highest rate |" in text


def test_a_form_that_nobody_told_enough_says_what_to_write(command, ran):
    ended = command("report", ran, "--form", "ll144")
    assert ended.code == 2
    assert "[forms.ll144]" in ended.err
    assert "--role sex=" in ended.err
    assert "'group'" in ended.err


def test_one_form_that_cannot_be_filled_keeps_no_other_from_being_written(command, ran):
    ended = command("report", ran, "--form", "ll144,four-fifths,annex-iv", "--format", "md")
    assert ended.code == 2
    assert "[forms.ll144]" in ended.err
    assert {path.name for path in ran.glob("*.md")} == {"four-fifths.md", "annex-iv.md"}


def test_wrong_names_are_told_with_the_right_ones(command, ran):
    for words, said in (
        (("--form", "ll145"), "'ll145' is not a form. Allowed: report, ll144"),
        (("--role", "age=group"), "'age=group' gives no role"),
        (("--role", "sex"), "'sex' gives no role"),
    ):
        ended = command("report", ran, *words)
        assert ended.code == 2
        assert said in " ".join(ended.err.split())


def test_a_run_whose_form_cannot_be_filled_keeps_its_result_and_ends_in_3(command, audit, tmp_path):
    folder, _, _ = audit
    ended = command("run", folder, "--form", "report,ll144", "--jobs", 1, "--out", "other")
    assert ended.code == 3
    assert "[forms.ll144]" in ended.err
    assert (tmp_path / "other/calls/result.json").exists()
    assert (tmp_path / "other/calls/report.html").exists()
    assert not (tmp_path / "other/calls/ll144.html").exists()


def test_a_declared_form_needs_no_role(command, audit, tmp_path):
    folder, _, _ = audit
    file = folder / "audit.toml"
    file.write_text(file.read_text() + '[forms.ll144]\nsex = "group"\n', encoding="utf-8")
    ended = command("run", folder, "--form", "ll144", "--format", "md", "--jobs", 1, "--quiet")
    assert ended.code == 0, ended.err
    assert (tmp_path / "reports/calls/ll144.md").exists()
