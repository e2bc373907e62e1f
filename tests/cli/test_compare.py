"""``biasaudit compare``: what it writes, what it says, and how it ends."""

import json

import pytest


@pytest.fixture
def two(command, audit, tmp_path):
    """Two results of one audit: as declared, and with 4 of 5 of group b turned away."""
    folder, people, _ = audit
    text = (folder / "audit.toml").read_text(encoding="utf-8")
    text = text[: text.index("[annotations]")].replace('split = { column = "part", test = "test" }', "")
    text = text.replace('train = "logistic_regression"\nshare = 0.3', 'decision = "label"').replace(
        'outcome = "label"\n', ""
    )
    (folder / "audit.toml").write_text(text.replace('features = ["grade", "form"]\n', ""), encoding="utf-8")
    assert command("run", folder, "--out", "one", "--format", "json", "--quiet").code == 0
    turned = (people["group"] == "b") & (people.index % 5 > 0)
    people.assign(label=people["label"].where(~turned, 0)).to_csv(folder / "people.csv", index=False)
    assert command("run", folder, "--out", "two", "--format", "json", "--quiet").code == 0
    return tmp_path / "one/calls", tmp_path / "two/calls/result.json"


def test_it_writes_beside_the_later_result_and_says_what_moved(command, two, tmp_path):
    ended = command("compare", *two, "--format", "html,md,json")
    assert ended.code == 0, ended.err
    folder = two[1].parent
    assert ended.out.split() == [str(folder / f"comparison.{form}") for form in ("html", "json", "md")]
    assert "wider: selection_rate gap by group, b: " in ended.err
    assert ended.err.count("fails") == 1
    found = json.loads((folder / "comparison.json").read_text(encoding="utf-8"))
    assert found["gaps"][0]["movement"] == "wider"
    assert found["people"] == "other"
    page = (folder / "comparison.html").read_text(encoding="utf-8")
    assert "What moved: Who is called?" in page
    ended = command("compare", *two, "--lang", "fr", "--out", "elsewhere")
    assert ended.out.strip() == "elsewhere/comparison.fr.html"
    assert "s’est creusé" in (tmp_path / "elsewhere/comparison.fr.html").read_text(encoding="utf-8")


def test_it_fails_only_where_that_is_asked_for_and_something_is_worse(command, two):
    assert command("compare", *two, "--fail-on-worse").code == 1
    back = command("compare", *reversed(two), "--fail-on-worse", "--out", "back")
    assert back.code == 0
    assert "narrower: selection_rate gap by group, b" in back.err
    same = command("compare", two[0], two[0], "--fail-on-worse")
    assert same.code == 0
    assert "none of 2 gaps and ratios moved" in same.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nowhere", "two/calls"], "nowhere: cannot be read"),
        (["one/calls", "broken.json"], "not JSON"),
        (["one/calls", "other.json"], "no protected attribute in common"),
        (["one/calls", "two/calls", "--format", "junit"], "Allowed: html, json, md"),
        (["one/calls"], "Missing argument 'AFTER'"),
        (["one/calls", "two/calls", "--out", "one/calls/result.json"], "is a file"),
    ],
)
def test_what_is_wrong_ends_in_2_with_one_message(command, two, tmp_path, words, told):
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    other = json.loads(two[1].read_text(encoding="utf-8"))
    other["data"]["attributes"][0]["name"] = "another\x1b[31m"
    (tmp_path / "other.json").write_text(json.dumps(other), encoding="utf-8")
    ended = command("compare", *words)
    assert ended.code == 2
    assert told in ended.err
    assert "Traceback" not in ended.err
    assert "\x1b" not in ended.err


@pytest.mark.slow
def test_the_installed_command_compares(installed, two, tmp_path):
    ended = installed("compare", *two)
    assert ended.code == 0, ended.err
    assert (two[1].parent / "comparison.html").is_file()
