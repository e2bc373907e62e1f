"""Broken input gets one clear message or a *cannot tell*, never a traceback, and loses nothing."""

import numpy as np
import pytest

from biasaudit.results import load_result


def rewrite(folder, name, frame):
    frame.to_csv(folder / name, index=False)


def in_toml(folder, old, new):
    file = folder / "audit.toml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def missing_column(folder, people, votes):
    in_toml(folder, 'column = "group"', 'column = "gruop"')


def wrong_reference(folder, people, votes):
    in_toml(folder, 'reference = "a"', 'reference = "A"')


def empty_file(folder, people, votes):
    (folder / "people.csv").write_bytes(b"")


def only_a_header(folder, people, votes):
    rewrite(folder, "people.csv", people.iloc[:0])


def all_labels_equal(folder, people, votes):
    rewrite(folder, "people.csv", people.assign(label=1))


def not_utf8(folder, people, votes):
    text = people.assign(group=people["group"].replace("b", "bé")).to_csv(index=False)
    (folder / "people.csv").write_bytes(text.encode("latin-1"))


def repeated_ids(folder, people, votes):
    rewrite(folder, "people.csv", people.assign(id=["p0", "p0", *people["id"][2:]]))


def no_id_matches(folder, people, votes):
    rewrite(folder, "votes.csv", votes.assign(id="x" + votes["id"]))


def infinite_scores(folder, people, votes):
    rewrite(folder, "people.csv", people.assign(score=np.inf))
    in_toml(folder, 'train = "logistic_regression"', 'score = "score"')


def infinite_feature(folder, people, votes):
    rewrite(folder, "people.csv", people.assign(grade=[np.inf, *people["grade"][1:]]))


def pickled_model(folder, people, votes):
    (folder / "model.pkl").write_bytes(b"\x80\x04.")
    in_toml(folder, 'train = "logistic_regression"', 'load = "model.pkl"')


def unknown_estimator(folder, people, votes):
    in_toml(folder, 'train = "logistic_regression"', 'train = "sklearn.linear_model.LogisticRegresion"')


def unknown_parameter(folder, people, votes):
    in_toml(folder, "share = 0.3", "share = 0.3\nparameters = { CC = 1 }")


def foreign_estimator(folder, people, votes):
    in_toml(folder, 'train = "logistic_regression"', 'train = "os.system"')


def huge_quota(folder, people, votes):
    in_toml(folder, "share = 0.3", "quota = 100000")


def missing_votes_column(folder, people, votes):
    rewrite(folder, "votes.csv", votes.drop(columns="panel"))


def no_toml(folder, people, votes):
    (folder / "audit.toml").write_text("schema = = 1")


@pytest.mark.parametrize(
    ("breaking", "words"),
    [
        (missing_column, ["gruop", "Did you mean 'group'", "line 14"]),
        (wrong_reference, ["'A'", "'a'"]),
        (empty_file, ["people.csv", "empty"]),
        (only_a_header, ["no rows"]),
        (all_labels_equal, ["outcome is 1 in all"]),
        (not_utf8, ["UTF-8", "people.csv"]),
        (repeated_ids, ["p0", "more than once"]),
        (no_id_matches, ["xp", "p0"]),
        (infinite_scores, ["score"]),
        (infinite_feature, ["grade", "infinite"]),
        (pickled_model, ["pickle", "skops"]),
        (unknown_estimator, ["LogisticRegression"]),
        (unknown_parameter, ["CC", "C"]),
        (foreign_estimator, ["sklearn"]),
        (huge_quota, ["quota", "100000"]),
        (missing_votes_column, ["panel"]),
        (no_toml, ["TOML"]),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_mistake_ends_in_2_with_one_message_and_no_traceback(command, audit, tmp_path, breaking, words):
    breaking(*audit)
    ended = command("run", audit[0], "--quiet")
    assert ended.code == 2, ended
    assert "Traceback" not in ended.err
    for word in words:
        assert word in ended.err, ended.err
    assert not (tmp_path / "reports").exists()


def test_one_group_only_is_measured_and_nothing_is_compared(command, audit, tmp_path):
    folder, people, _ = audit
    rewrite(folder, "people.csv", people.assign(group="a"))
    ended = command("run", folder, "--quiet")
    assert ended.code == 0, ended.err
    result = load_result(tmp_path / "reports/calls")
    assert result.disparities == ()
    assert any(finding.outcome == "not_applicable" and finding.code == "BA301" for finding in result.findings)


def test_some_ids_missing_in_the_log_are_counted(command, audit, tmp_path):
    folder, _, votes = audit
    rewrite(folder, "votes.csv", votes.assign(id=["nobody", *votes["id"][1:]]))
    assert command("run", folder, "--quiet").code == 0
    result = load_result(tmp_path / "reports/calls")
    assert sum(one.rows for one in result.trace.dropped) == 1
    assert result.data.dropped == ()
    assert any("and 1 left out" in finding.claim for finding in result.findings)


def test_a_group_named_like_a_script_shows_as_text(command, audit, tmp_path):
    folder, people, _ = audit
    hostile = "<script>alert(1)</script>"
    rewrite(folder, "people.csv", people.assign(group=people["group"].replace("b", hostile)))
    ended = command("run", folder, "--quiet", "--format", "html,json,md,junit")
    assert ended.code == 0, ended.err
    for name in ("report.html", "report.md", "junit.xml"):
        text = (tmp_path / "reports/calls" / name).read_text(encoding="utf-8")
        assert hostile not in text
    assert "&lt;script&gt;alert(1)" in (tmp_path / "reports/calls/report.html").read_text(encoding="utf-8")


def test_a_group_that_steers_terminals_is_made_visible(command, audit):
    folder, people, _ = audit
    rewrite(folder, "people.csv", people.assign(group=people["group"].replace("b", "\x1b[31mred")))
    ended = command("run", folder, "--format", "json")
    assert ended.code == 0, ended.err
    assert "\x1b" not in ended.err
