"""``biasaudit amend``: words appended to a result, shown in every form of the report."""

import io
import json

import pytest

from biasaudit.results import broken_at, digest, load_result

WORDS = ("--author", "A. Lee", "--reason", "Wrong <b>year</b>", "--text", "Read 1982.\nSee minute 14.")


@pytest.fixture
def folder(command, audit, tmp_path):
    source, _, _ = audit
    text = (source / "audit.toml").read_text(encoding="utf-8")
    text = text[: text.index("[annotations]")].replace('split = { column = "part", test = "test" }', "")
    text = text.replace('train = "logistic_regression"\nshare = 0.3', 'decision = "label"').replace(
        'outcome = "label"\n', ""
    )
    (source / "audit.toml").write_text(text.replace('features = ["grade", "form"]\n', ""), encoding="utf-8")
    assert command("run", source, "--format", "json", "--quiet").code == 0
    return tmp_path / "reports/calls"


def test_words_are_appended_and_shown_and_no_number_changes(command, folder):
    before = load_result(folder)
    ended = command("amend", folder, *WORDS)
    assert ended.code == 0, ended.err
    assert ended.out.strip() == str(folder / "result.json")
    assert "Amendment 1 is appended" in ended.err
    after = load_result(folder)
    assert after.model_copy(update={"amendments": ()}) == before
    assert (after.amendments[0].author, after.amendments[0].text) == ("A. Lee", "Read 1982.\nSee minute 14.")
    assert sorted(path.name for path in folder.iterdir()) == ["result.json"]
    assert command("report", folder, "--format", "html,md").code == 0
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "This result has 1 amendment, by" in page
    assert "Wrong &lt;b&gt;year&lt;/b&gt;" in page
    assert "Read 1982.</bdi><br><bdi>See minute 14." in page
    assert "all of them fit" in page
    assert "## Amendments" in (folder / "report.md").read_text(encoding="utf-8")
    assert command("report", folder, "--lang", "fr").code == 0
    french = (folder / "report.fr.html").read_text(encoding="utf-8")
    assert "Ce résultat comporte 1 ajout" in french
    assert digest(after)[:16] in french


def test_a_second_one_follows_and_standard_input_may_hold_the_text(command, folder, monkeypatch):
    assert command("amend", folder / "result.json", *WORDS).code == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("From a file.\n"))
    assert command("amend", folder, "--author", "B", "--reason", "Later", "--text", "-").code == 0
    result = load_result(folder)
    assert [one.text for one in result.amendments] == ["Read 1982.\nSee minute 14.", "From a file."]
    assert broken_at(result) is None


def test_a_result_that_was_changed_afterwards_is_told_in_the_report_and_takes_no_more(command, folder):
    assert command("amend", folder, *WORDS).code == 0
    plain = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    plain["rates"][0]["estimate"]["value"] += 1e-6
    (folder / "result.json").write_text(json.dumps(plain), encoding="utf-8")
    ended = command("amend", folder, *WORDS)
    assert ended.code == 2
    assert "is not what it was when amendment 1 was written" in ended.err
    assert command("report", folder, "--format", "html,md").code == 0
    for form in ("html", "md"):
        shown = (folder / f"report.{form}").read_text(encoding="utf-8")
        assert "Amendment 1 does not fit this result" in shown
        assert "all of them fit" not in shown


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nowhere", *WORDS], "nowhere: cannot be read"),
        (["reports/calls", *WORDS[:4], "--text", "  "], "needs its text, and it is empty"),
        (["reports/calls", *WORDS[:4], "--text", "a\x1b[31m"], "control character (U+001B"),
        (["reports/calls", *WORDS[:4]], "Missing option '--text'"),
    ],
)
def test_what_is_wrong_ends_in_2_and_changes_nothing(command, folder, words, told):
    before = (folder / "result.json").read_bytes()
    ended = command("amend", *words)
    assert ended.code == 2
    assert told in ended.err
    assert (folder / "result.json").read_bytes() == before


@pytest.mark.slow
def test_the_installed_command_amends(installed, folder):
    ended = installed("amend", folder, *WORDS)
    assert ended.code == 0, ended.err
    assert len(load_result(folder).amendments) == 1
