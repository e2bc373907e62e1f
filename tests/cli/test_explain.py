"""A letter to one person: what it says, what it never says, and what is refused."""

import re
import shutil

import numpy as np
import pandas as pd
import pytest

from biasaudit.engine import run
from biasaudit.results import to_json

AUDIT = """
schema = 1
[audit]
name = "loans"
title = "Who gets a loan?"
decision = "granted a loan"
people = "applicants"
[data]
path = "people.csv"
id = "person"
outcome = "label"
features = ["income", "debts", "guarantor", "town"]
split = { column = "part", test = "test" }
[[protected]]
column = "group"
reference = "a"
[model]
train = "logistic_regression"
threshold = 0.5
[[flip]]
attribute = "group"
from = "b"
to = "a"
set = { town = "north" }
[uncertainty]
replicates = 10
"""
LETTER = """
[explain]
immutable = ["guarantor"]
contact = "Ms Okafor, loans@bank.example"
authority = "The Data Protection Authority"
[explain.ranges]
income = { min = 0, max = 100, step = 1 }
debts = { min = 0, max = 60, step = 1 }
[explain.direction]
debts = "down"
"""


def people():
    rng = np.random.default_rng(4)
    n = 600
    group = rng.choice(["a", "b"], n)
    frame = pd.DataFrame(
        {
            "person": [f"client-{i:04}" for i in range(n)],
            "group": group,
            "income": rng.normal(40, 10, n).round(),
            "debts": rng.normal(20, 6, n).round(),
            "guarantor": rng.choice(["yes", "no"], n, p=[0.3, 0.7]),
            "town": np.where(rng.random(n) < np.where(group == "a", 0.8, 0.2), "north", "south"),
            "part": rng.choice(["train", "test"], n),
        }
    )
    line = 0.15 * (frame.income - 40) - 0.2 * (frame.debts - 20) + (frame.guarantor == "yes") + (frame.town == "north")
    return frame.assign(label=(line - 0.8 + rng.logistic(size=n) > 0).astype(int))


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A folder with audit, data and result; gives it with who was refused and who was granted a loan."""
    folder = tmp_path_factory.mktemp("loans")
    (folder / "audit.toml").write_text(AUDIT + LETTER, encoding="utf-8")
    frame = people()
    frame.to_csv(folder / "people.csv", index=False)
    (folder / "result.json").write_text(to_json(run(folder)), encoding="utf-8")
    return folder, frame


def pick(command, folder, frame, wanted, *words):
    """The first judged people whose letter holds some words, and the letter."""
    for item in frame.person[frame.part == "test"]:
        ended = command("explain", folder, "--item", item, *words)
        if wanted in ended.out:
            return item, ended
    raise AssertionError(f"no letter says {wanted!r}")


def test_a_refused_person_reads_what_counted_and_what_would_have_changed_it(command, ran):
    folder, frame = ran
    item, ended = pick(command, folder, frame, "You were not granted a loan.")
    assert ended.code == 0
    letter = " ".join(ended.out.split())
    for part in (
        f"File: {item}",
        "Counted against you, most telling first:",
        "The line ran at 50.0.",
        "instead of",
        "guarantor and town",
        "Ms Okafor, loans@bank.example",
        "The Data Protection Authority",
        "C\u2011203/22",
        "Signature: ....",
        "Of 100",
    ):
        assert part in letter, part
    row = frame[frame.person == item].iloc[0]
    assert f"Income: {row.income:.0f}; the mean is" in letter
    told = letter.split("What would have changed the decision")[1].split("How the groups")[0]
    changes = told.split("What nobody can change may still be recorded wrongly.")[0]
    for other, own in re.findall(r"[Dd]ebts: (\d+) instead of (\d+)", changes):
        assert int(other) < int(own)
    assert "guarantor:" not in changes.lower()


def test_no_letter_names_anybody_else(command, ran):
    folder, frame = ran
    item, ended = pick(command, folder, frame, "You were not granted a loan.")
    assert set(re.findall(r"client-\d+", ended.out)) == {item}


def test_every_change_that_is_told_is_enough_for_the_model(ran):
    from biasaudit.explaining import explain
    from biasaudit.explaining.again import run_again
    from biasaudit.results import load_result
    from biasaudit.running.steps import silent

    folder, frame = ran
    result = load_result(folder)
    again = run_again(result, folder, items=None, trust_pickle=False, progress=silent)
    told = 0
    for item in frame.person[frame.part == "test"][:14]:
        found = explain(result, item, audit=folder)
        row = again.judged.frame[again.judged.ids == item]
        score = float(again.model.score(row)[0])
        assert found.selected == (score >= 0.5)
        assert found.scored.score == pytest.approx(100 * score)
        added = sum(one.contribution for one in found.scored.inputs)
        assert added == pytest.approx(found.scored.score - found.scored.usual, abs=1e-6)
        assert found.sought == (score < 0.5)
        for way in found.alternatives:
            changed = row.assign(**{one.column: one.other for one in way.changes})
            assert again.model.score(changed)[0] >= 0.5
            assert {one.column for one in way.changes} <= {"income", "debts"}
            told += 1
            if len(way.changes) == 1:
                one = way.changes[0]
                nearer = one.other + np.sign(one.own - one.other)
                assert again.model.score(row.assign(**{one.column: nearer}))[0] < 0.5
        for one in found.counterparts:
            flipped = again.model.score(row.assign(town="north"))[0]
            assert one.score == pytest.approx(100 * flipped)
            assert one.selected == (flipped >= 0.5)
    assert told > 4


def test_the_same_file_in_another_group_is_told_to_those_whom_it_concerns(command, ran):
    folder, frame = ran
    south = frame[(frame.part == "test") & (frame.group == "b") & (frame.town == "south")]
    _, ended = pick(command, folder, south, "Town: north instead of south")
    assert "The same file, another group" in ended.out
    north = frame[(frame.part == "test") & (frame.town == "north")]
    assert "The same file, another group" not in command("explain", folder, "--item", north.person.iloc[0]).out


def test_a_granted_person_is_not_told_what_to_change(command, ran):
    folder, frame = ran
    _, ended = pick(command, folder, frame, "You were granted a loan.")
    assert "The decision went your way" in ended.out
    assert "instead of" not in ended.out.split("What would have")[1].split("The same file")[0]


def test_the_letter_is_the_same_each_time_and_in_each_form(command, installed, ran, tmp_path):
    folder, frame = ran
    item = frame.person[frame.part == "test"].iloc[0]
    one, two = (call("explain", folder, "--item", item, "--lang", "fr") for call in (installed, command))
    assert (one.code, one.out) == (0, two.out)
    assert "Une décision vous concernant, expliquée" in one.out
    assert "À signer avant l’envoi" in one.out
    for name, start in (
        ("letter.html", "<!DOCTYPE html>"),
        ("letter.md", "# A decision about you"),
        ("l.txt", "A dec"),
    ):
        ended = command("explain", folder / "result.json", "--item", item, "--out", tmp_path / "new" / name)
        assert (ended.code, ended.out.strip()) == (0, str(tmp_path / "new" / name))
        assert (tmp_path / "new" / name).read_text(encoding="utf-8").startswith(start)
    page = (tmp_path / "new" / "letter.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert "<script" not in page


def test_an_unknown_item_is_refused_without_naming_others(command, ran):
    folder, frame = ran
    for item, told in (("client-9999", "no such item among 600"), ("", "no such item"), ("client-000", "no such item")):
        ended = command("explain", folder, "--item", item)
        assert ended.code == 2
        assert told in ended.err
        assert not set(re.findall(r"client-\d{4}", ended.err)) - {item}
    trained = frame.person[frame.part == "train"].iloc[0]
    ended = command("explain", folder, "--item", trained)
    assert ended.code == 2
    assert "rows that the model learnt from" in ended.err


@pytest.fixture
def copy(ran, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(ran[0], folder)
    return folder, ran[1], ran[1].person[ran[1].part == "test"].iloc[0]


def test_only_what_changes_no_number_may_differ_from_the_declaration_that_was_run(command, copy):
    folder, _, item = copy
    file = folder / "audit.toml"
    file.write_text(AUDIT, encoding="utf-8")
    ended = command("explain", folder, "--item", item)
    assert ended.code == 0
    assert "Okafor" not in ended.out
    file.write_text(AUDIT.replace("threshold = 0.5", "threshold = 0.6"), encoding="utf-8")
    ended = command("explain", folder, "--item", item)
    assert ended.code == 2
    assert "is not the declaration that this result was made from" in ended.err
    file.unlink()
    ended = command("explain", folder, "--item", item)
    assert ended.code == 2
    assert "an audit 'loans' that does not travel with biasaudit" in ended.err


def test_data_or_decisions_that_changed_since_are_refused(command, copy):
    folder, frame, item = copy
    frame.assign(income=frame.income + 1).to_csv(folder / "people.csv", index=False)
    ended = command("explain", folder, "--item", item)
    assert ended.code == 2
    assert "data are not those of the result" in ended.err
    frame.to_csv(folder / "people.csv", index=False)
    text = (folder / "result.json").read_text(encoding="utf-8")
    selected = re.search(r'"n_selected": ([\d.]+)', text)[1]
    (folder / "result.json").write_text(text.replace(f'"n_selected": {selected}', '"n_selected": 3.0', 1), "utf-8")
    ended = command("explain", folder, "--item", item)
    assert ended.code == 2
    assert "does not decide as the result says" in ended.err
    assert "scikit-learn" in ended.err


def test_mistakes_in_what_is_within_reach_are_told_with_their_lines(command, copy):
    folder, _, item = copy
    wrong = LETTER.replace("income = {", "incom = {").replace('debts = "down"', 'debts = "sideways"')
    (folder / "audit.toml").write_text(AUDIT + wrong, encoding="utf-8")
    ended = command("explain", folder, "--item", item)
    assert ended.code == 2
    assert re.search(r"line \d+, explain.direction.debts: is 'sideways'. Allowed: 'up' or 'down'", ended.err)
    (folder / "audit.toml").write_text(AUDIT + LETTER.replace("income = {", "incom = {"), encoding="utf-8")
    ended = command("explain", folder, "--item", item)
    assert re.search(r"line \d+, explain.ranges.incom: there is no column 'incom'. Did you mean 'income'", ended.err)


def test_somebody_from_another_file_is_held_against_the_line(command, ran, tmp_path):
    folder, frame = ran
    row = {"person": "new-1", "group": "b", "income": 20, "debts": 30, "guarantor": "no", "town": "south"}
    pd.DataFrame([row, {**row, "person": "twice"}, {**row, "person": "twice"}]).to_csv(
        tmp_path / "new.csv", index=False
    )
    ended = command("explain", folder, "--item", "new-1", "--data", tmp_path / "new.csv")
    assert ended.code == 0
    letter = " ".join(ended.out.split())
    assert "You were not granted a loan." in letter
    assert "not among those that the audit judged" in letter
    assert "Income: 20;" in letter
    for item, told in (("new-2", "holds no such items"), ("twice", "holds 2 such items")):
        ended = command("explain", folder, "--item", item, "--data", tmp_path / "new.csv")
        assert ended.code == 2
        assert told in ended.err
    pd.DataFrame([{**row, "income": "much"}]).to_csv(tmp_path / "text.csv", index=False)
    ended = command("explain", folder, "--item", "new-1", "--data", tmp_path / "text.csv")
    assert ended.code == 2
    assert "column 'income' holds a text" in ended.err
    pd.DataFrame([row]).drop(columns=["town", "group"]).to_csv(tmp_path / "less.csv", index=False)
    ended = command("explain", folder, "--item", "new-1", "--data", tmp_path / "less.csv")
    assert "2 columns are missing that a letter needs: town, group" in ended.err
    trained = frame.person[frame.part == "train"].iloc[0]
    pd.DataFrame([{**row, "person": trained}]).to_csv(tmp_path / "trained.csv", index=False)
    assert "learnt from" in command("explain", folder, "--item", trained, "--data", tmp_path / "trained.csv").err


def test_the_same_row_from_another_file_has_the_same_score(command, ran, tmp_path):
    folder, frame = ran
    item = frame.person[frame.part == "test"].iloc[5]
    frame[frame.person == item].drop(columns=["label", "part"]).to_csv(tmp_path / "one.csv", index=False)
    said = []
    for words in ((), ("--data", tmp_path / "one.csv")):
        letter = " ".join(command("explain", folder, "--item", item, *words).out.split())
        said.append(re.search(r"score of ([\d.]+) out of 100. The line ran at 50.0", letter)[1])
    assert said[0] == said[1]


@pytest.mark.parametrize("way", ["score", "decision"])
def test_without_a_model_the_letter_says_who_must_give_the_reasons(command, tmp_path, way):
    frame = people()
    frame["points"] = frame.income - frame.debts
    frame["called"] = (frame.points > 20).astype(int)
    frame.to_csv(tmp_path / "people.csv", index=False)
    head = AUDIT.split("[model]", maxsplit=1)[0].replace('features = ["income", "debts", "guarantor", "town"]\n', "")
    head = re.sub(r"split = .*\n", "", head)
    model = {"score": '[model]\nscore = "points"\nquota = 200', "decision": '[model]\ndecision = "called"'}[way]
    (tmp_path / "audit.toml").write_text(head + model, encoding="utf-8")
    assert command("run", "audit.toml", "--out", ".", "--format", "json", "--quiet").code == 0
    ended = command("explain", "loans", "--item", "client-0007", "--audit", "audit.toml")
    assert ended.code == 0
    letter = " ".join(ended.out.split())
    assert "the reasons must come from whoever" in letter
    assert "instead of" not in letter
    assert "Of 100" in letter
    assert ("The line ran at" in letter) == (way == "score")
    assert set(re.findall(r"client-\d+", letter)) == {"client-0007"}


def test_what_a_file_says_cannot_steer_a_terminal_or_a_page(command, copy):
    folder, frame, _ = copy
    evil = "<script>alert(1)</script>\u202e\x1b[31m"
    frame = frame.assign(town=frame.town.replace("south", evil))
    item = frame.person[(frame.part == "test") & (frame.town == evil)].iloc[0]
    frame.to_csv(folder / "people.csv", index=False)
    declared = AUDIT + LETTER.replace("Ms Okafor", "<img src=x onerror=1> \\u001b[2J")
    (folder / "audit.toml").write_text(declared, encoding="utf-8")
    (folder / "result.json").write_text(to_json(run(folder)), encoding="utf-8")
    text = command("explain", folder, "--item", item).out
    assert "\x1b" not in text
    assert "\u202e" not in text
    page = command("explain", folder, "--item", item, "--format", "html").out
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    assert "<script" not in command("explain", folder, "--item", item, "--format", "md").out


def test_rows_without_ids_are_counted_from_one(command, tmp_path):
    frame = people().drop(columns="person")
    frame.to_csv(tmp_path / "people.csv", index=False)
    (tmp_path / "audit.toml").write_text(AUDIT.replace('id = "person"\n', ""), encoding="utf-8")
    (tmp_path / "result.json").write_text(to_json(run(tmp_path)), encoding="utf-8")
    row = int(np.flatnonzero(frame.part == "test")[3])
    out = " ".join(command("explain", ".", "--item", row + 1).out.split())
    assert f"Income: {frame.income[row]:.0f}; the mean" in out
    assert f"Debts: {frame.debts[row]:.0f}; the mean" in out
    assert "an item is the number of a row" in command("explain", ".", "--item", "client-1").err
    assert "no such item among 600" in command("explain", ".", "--item", "0").err
    assert "no such item among 600" in command("explain", ".", "--item", "601").err
