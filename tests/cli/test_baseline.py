"""``biasaudit run --baseline``: a build fails on what got worse, and on nothing else."""

import json
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from biasaudit.results import load_result

AUDIT = """
schema = 1
[audit]
name = "loans"
title = "Who gets a loan?"
decision = "granted a loan"
[data]
path = "people.csv"
truth = "repaid"
[[protected]]
column = "group"
reference = "a"
[model]
decision = "granted"
"""
GATE = '\n[[gate]]\nattribute = "group"\nstatistic = "change"\nat_most = {most}\n'


def people(granted_b, seed=0):
    """2,000 people of two groups, half of a granted, and a share of b."""
    rng = np.random.default_rng(seed)
    group = np.repeat(["a", "b"], 1000)
    n = round(granted_b * 1000)
    granted = np.concatenate([np.tile([1, 0], 500), np.repeat([1, 0], [n, 1000 - n])])
    return pd.DataFrame({"group": group, "granted": granted, "repaid": rng.integers(0, 2, 2000)})


@pytest.fixture
def folder(command, tmp_path):
    """An audit with its accepted result beside it: 45 in 100 of b are granted a loan."""
    folder = tmp_path / "audit"
    folder.mkdir()
    (folder / "audit.toml").write_text(AUDIT, encoding="utf-8")
    people(0.45).to_csv(folder / "people.csv", index=False)
    assert command("run", folder, "--format", "json", "--out", "accepted", "--quiet").code == 0
    (folder / "accepted.json").write_bytes((tmp_path / "accepted/loans/result.json").read_bytes())
    return folder


@pytest.fixture
def again(command, folder):
    """Run the audit again with another share of b granted, held against the accepted result."""

    def run(granted_b, *words, gate="", baseline=folder / "accepted.json"):
        (folder / "audit.toml").write_text(AUDIT + gate, encoding="utf-8")
        people(granted_b).to_csv(folder / "people.csv", index=False)
        return command("run", folder, "--baseline", baseline, "--format", "json,junit,md", *words)

    return run


@pytest.mark.parametrize(("granted_b", "code"), [(0.45, 0), (0.44, 0), (0.30, 1), (0.50, 0), (0.70, 1)])
def test_a_gap_that_is_wider_by_more_than_chance_fails(again, tmp_path, granted_b, code):
    ended = again(granted_b)
    assert ended.code == code, ended.err
    suite = ET.parse(tmp_path / "reports/loans/junit.xml").getroot()
    assert [case.get("name") for case in suite.iter("testcase")] == ["group selection_rate gap b"]
    assert len(list(suite.iter("failure"))) == code
    assert ("wider: selection_rate gap by group, b" in ended.err) == bool(code)
    markdown = (tmp_path / "reports/loans/report.md").read_text(encoding="utf-8")
    assert "## What moved" in markdown
    assert ("**wider**" in markdown) == bool(code)
    changes = load_result(tmp_path / "reports/loans").changes
    assert changes.fails == bool(code)
    assert changes.before.name == "loans"


def test_nothing_is_compared_unless_a_baseline_is_given(command, folder, tmp_path):
    assert command("run", folder, "--format", "json", "--quiet").code == 0
    assert load_result(tmp_path / "reports/loans").changes is None


@pytest.mark.parametrize(
    ("granted_b", "most", "outcome", "code"),
    [(0.30, 0.3, "met", 0), (0.30, 0.02, "not_met", 1), (0.40, 0.05, "cannot_tell", 0), (0.60, 0.2, "met", 0)],
)
def test_a_gate_says_by_how_much_a_gap_may_grow(again, tmp_path, granted_b, most, outcome, code):
    ended = again(granted_b, gate=GATE.format(most=most))
    assert ended.code == code, ended.err
    result = load_result(tmp_path / "reports/loans")
    gate = result.gates[0]
    assert (gate.outcome, gate.fails, gate.group) == (outcome, bool(code), "b")
    assert gate.estimate.value == pytest.approx(abs(granted_b - 0.5) - 0.05)
    # The gate says what is allowed, so the gap in who is selected fails nothing by itself.
    assert not result.changes.fails


def test_a_gate_on_a_change_without_a_baseline_cannot_be_told(command, folder, tmp_path):
    (folder / "audit.toml").write_text(AUDIT + GATE.format(most=0.02), encoding="utf-8")
    ended = command("run", folder, "--format", "md")
    assert ended.code == 0
    assert "no accepted result was given" in ended.err
    ended = command("run", folder, "--format", "json", "--set", 'gate=[{attribute="group", statistic="change", at_most=0.02, on_cannot_tell="fail"}]')  # fmt: skip
    assert ended.code == 1, ended.err


def test_a_gated_error_rate_is_watched_too(again, tmp_path):
    gate = '\n[[gate]]\nattribute = "group"\nmeasure = "tpr"\nstatistic = "gap"\nat_most = 0.9\n'
    ended = again(0.30, gate=gate)
    assert ended.code == 1
    watched = {
        (one.measure, one.statistic) for one in load_result(tmp_path / "reports/loans").changes.gaps if one.watched
    }
    assert watched == {("selection_rate", "gap"), ("tpr", "gap")}


def test_a_folder_of_results_serves_several_audits(again, tmp_path):
    assert again(0.30, baseline=tmp_path / "accepted").code == 1
    assert again(0.30, baseline=tmp_path / "accepted/loans").code == 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda plain: plain["audit"].update(name="mortgages"),
            "is a result of the audit 'mortgages', and this is 'loans'",
        ),
        (lambda plain: plain.update(schema="biasaudit.result/2"), "A newer result needs a newer biasaudit"),
        (
            lambda plain: plain["data"]["attributes"][0].update(name="sex"),
            "has gaps by 'sex', which this audit does not",
        ),
        (lambda plain: plain["audit"].update(positive_is="unfavourable"), "data.positive_is is now 'favourable'"),
        (lambda plain: plain.clear(), "schema is None"),
    ],
    ids=["audit", "schema", "attribute", "direction", "nothing"],
)
def test_a_baseline_of_something_else_is_refused_before_anything_is_measured(again, folder, tmp_path, change, told):
    plain = json.loads((folder / "accepted.json").read_text(encoding="utf-8"))
    change(plain)
    (folder / "accepted.json").write_text(json.dumps(plain), encoding="utf-8")
    ended = again(0.45)
    assert ended.code == 2
    assert told in ended.err
    assert "Traceback" not in ended.err
    assert not (tmp_path / "reports/loans").exists()


def test_a_baseline_that_is_not_there_is_told(again):
    ended = again(0.45, baseline="nowhere.json")
    assert ended.code == 2
    assert "nowhere.json: cannot be read" in ended.err


def test_another_reference_is_told_and_not_missed(again, folder, tmp_path):
    (folder / "accepted.json").write_text(
        (folder / "accepted.json").read_text(encoding="utf-8").replace('"reference": "a"', '"reference": "c\\u001b"'),
        encoding="utf-8",
    )
    ended = again(0.45)
    assert "not compared: group (the reference is another one: first c\\x1b, then a)" in ended.err
    suite = ET.parse(tmp_path / "reports/loans/junit.xml").getroot()
    assert len(list(suite.iter("skipped"))) == 1


@pytest.mark.parametrize("wrong", ["at_least = 0.1", "at_least = 0.0\nat_most = 0.1"])
def test_a_gate_on_a_change_takes_at_most_alone(command, folder, wrong):
    text = AUDIT + f'\n[[gate]]\nattribute = "group"\nstatistic = "change"\n{wrong}\n'
    (folder / "audit.toml").write_text(text, encoding="utf-8")
    ended = command("run", folder)
    assert ended.code == 2
    assert "takes at_most alone" in ended.err


@pytest.mark.slow
def test_the_installed_command_holds_a_run_against_a_baseline(installed, folder, tmp_path):
    people(0.30).to_csv(folder / "people.csv", index=False)
    ended = installed("run", folder, "--baseline", folder / "accepted.json", "--lang", "fr")
    assert ended.code == 1, ended.err
    page = (tmp_path / "reports/loans/report.fr.html").read_text(encoding="utf-8")
    assert "s’est creusé" in page
