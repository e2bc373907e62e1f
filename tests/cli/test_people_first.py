"""No output names an annotator, lists people one by one, or tells of fewer than five: every file and stream is searched."""

import contextlib
import hashlib
import html
import io
import json
import re
import urllib.parse
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from biasaudit.results import frame, load_result
from biasaudit.results.frames import TABLES

#: Wrappings of names that escape differently in JSON, HTML, XML, Markdown, CSV and shells.
WRAPPED = (
    "Zqx{:04d} O'Hara",
    "<b>zqx{:04d}</b>",
    "zqx{:04d}@example.org",
    "Ngũgĩ|zqx{:04d}|*x*",
    '=cmd|"zqx{:04d}"!A1',
    "..\\zqx{:04d}",
    "7700331{:04d}",
    "zqx{:04d} & fils \u202eevil",
)
PEOPLE = 43
QUICK = ("--set", "uncertainty.replicates=10", "--set", "uncertainty.placebos=19", "--jobs", 1)

AUDIT = """
schema = 1
[audit]
name = "calls"
title = "Who is called?"
decision = "called"
[data]
path = "people.csv"
id = "id"
outcome = "label"
features = ["grade", "form"]
split = { column = "part", test = "test" }
[[protected]]
column = "group"
reference = "a"
[[gate]]
attribute = "group"
at_least = 0.8
statistic = "ratio"
[model]
train = "logistic_regression"
share = 0.4
[annotations]
path = "votes.csv"
item = "id"
annotator = "who"
label = "vote"
units = ["vendor", "same_as_who", "shift"]
attributes = ["nickname", "country"]
pay = "pay"
seconds = "seconds"
started = "begun"
accepted = "kept"
currency = "EUR"
floor = { amount = 6.0, name = "a floor" }
"""


def name_of(number):
    return WRAPPED[number % len(WRAPPED)].format(number)


def write_audit(folder, *, more="", seed=3):
    """Forty-three people; three of them make up a vendor of their own, and nine two shifts of fewer than five."""
    rng = np.random.default_rng(seed)
    n = 400
    group = rng.choice(["a", "b"], n, p=[0.6, 0.4])
    grade = rng.normal(size=n)
    people = pd.DataFrame(
        {
            "id": [f"item {i}" for i in range(n)],
            "group": group,
            "grade": grade,
            "form": grade + rng.normal(size=n),
            "part": rng.choice(["train", "test"], n),
        }
    )
    item = np.repeat(np.arange(n), 4)
    who = np.argsort(rng.random((n, PEOPLE)), axis=1)[:, :4].ravel()
    vendor = np.where(who < 3, "quartztrio", np.where(who < 20, "beta", "alpha"))
    shift = np.where(who < 5, "duskfive", np.where(who < 9, "dawnfour", np.where(who < 13, "noonfour", "day")))
    vote = (grade[item] + rng.normal(0, 0.6, len(item)) > 0.2).astype(int)
    votes = pd.DataFrame(
        {
            "id": people["id"].to_numpy()[item],
            "who": [name_of(one) for one in who],
            "same_as_who": [f"own zqx{one:04d}" for one in who],
            "nickname": [f"nick zqx{one:04d}" for one in who],
            "country": np.where(who % 2 == 0, "K", "V"),
            "vendor": vendor,
            "shift": shift,
            "vote": vote,
            "pay": 0.03,
            "seconds": np.round(rng.lognormal(2.7, 0.4, len(item)), 1),
            "begun": [
                f"2025-02-03T{hour:02d}:10:00" for hour in np.where(who < 3, 4, 8 + rng.integers(0, 6, len(item)))
            ],
            "kept": (rng.random(len(item)) < 0.9).astype(int),
        }
    )
    people["label"] = (votes.groupby("id", sort=False)["vote"].mean().to_numpy() > 0.5).astype(int)
    folder.mkdir()
    (folder / "audit.toml").write_text(AUDIT + more, encoding="utf-8")
    people.to_csv(folder / "people.csv", index=False)
    votes.to_csv(folder / "votes.csv", index=False)
    return votes


def everything_in(folder, *streams):
    """Every file under a folder and every stream, and each as it reads once its escapes are undone."""
    texts = {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file()
    }
    texts |= {f"stream {at}": stream for at, stream in enumerate(streams)}
    plain = {}
    for place, text in texts.items():
        unescaped = html.unescape(urllib.parse.unquote(text))
        plain[place] = text + unescaped + re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    return plain


def assert_no_name(texts, names, digests):
    squeezed = {place: re.sub(r"[\s,.'’_\u2060\u00ad\\-]", "", text).lower() for place, text in texts.items()}
    tokens = {re.search(r"zqx\d{4}|7700331\d{4}", name.lower())[0] for name in names}
    for place, text in squeezed.items():
        assert not [token for token in tokens if token in text], place
        assert not [digest for digest in digests if digest in text], place


class Done(NamedTuple):
    """A run in two languages and all formats: where it wrote, what it said, and the pseudonyms that it made."""

    folder: object
    streams: str
    digests: frozenset
    votes: pd.DataFrame


def done(folder, audit, votes, formats="html,json,md,junit"):
    from biasaudit.cli import main

    made, real = set(), hashlib.blake2b

    def spy(*words, **more):
        digest = real(*words, **more)
        made.add(digest.hexdigest()[:10])
        return digest

    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        patch.setattr(hashlib, "blake2b", spy)
        for words in (("run", audit, "--out", folder, "--format", formats, *QUICK), ("report", "--lang", "fr")):
            where = [next(folder.glob("*"))] if words[0] == "report" else []
            with pytest.raises(SystemExit) as ended:
                main([str(word) for word in (*words, *where)])
            assert ended.value.code in (0, 1), out.getvalue()
    return Done(folder, out.getvalue(), frozenset(made), votes)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    folder = tmp_path_factory.mktemp("people-first")
    votes = write_audit(folder / "audit")
    return done(folder / "out", folder / "audit", votes)


def test_no_output_names_an_annotator_or_a_unit_of_fewer_than_five(hostile):
    assert {path.suffix for path in hostile.folder.rglob("*.*")} >= {".json", ".html", ".md", ".xml"}
    result = load_result(hostile.folder / "calls")
    frames = "".join(frame(result, table).to_csv() for table in TABLES)
    texts = everything_in(hostile.folder, hostile.streams, frames)
    assert len(hostile.digests) >= PEOPLE
    assert_no_name(texts, hostile.votes["who"].unique(), hostile.digests)
    for place, text in texts.items():
        for small in ("quartztrio", "dawnfour", "noonfour"):
            assert small not in text, place
    # The search sees what is there: units of five and more are named in the report and the result.
    assert all("duskfive" in texts[f"calls/{file}"] for file in ("result.json", "report.html", "report.fr.html"))


@pytest.mark.parametrize("number", range(len(WRAPPED)))
def test_the_search_finds_a_name_in_any_escape(number):
    from biasaudit.report.writer import escaped_markdown

    name = name_of(number)
    for text in (name, html.escape(name), json.dumps(name), urllib.parse.quote(name), escaped_markdown(name)):
        with pytest.raises(AssertionError):
            assert_no_name({"file": text + html.unescape(urllib.parse.unquote(text))}, [name], ())


def lists_in(value, at=""):
    if isinstance(value, list):
        yield at, value
        for place, one in enumerate(value):
            yield from lists_in(one, f"{at}/{place}")
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from lists_in(one, f"{at}/{key}")


def keys_in(value):
    if isinstance(value, dict):
        yield from value
        for one in value.values():
            yield from keys_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from keys_in(one)


def test_no_list_has_an_entry_for_every_person_and_no_count_gives_a_small_unit(hostile):
    raw, votes = json.loads((hostile.folder / "calls/result.json").read_text(encoding="utf-8")), hostile.votes
    assert [at for at, found in lists_in(raw) if len(found) in (PEOPLE, PEOPLE - 3)] == []
    assert {"annotator", "worker", "assessor"}.isdisjoint(keys_in(raw))
    trace = load_result(hostile.folder / "calls").trace
    total, by_vendor = len(votes), votes.groupby("vendor").size()
    shown = {one.unit: one for one in trace.conditions if one.unit_kind == "vendor"}
    # Three people are left out whole, and the smaller vendor's counts with them.
    assert set(shown) == {"alpha", "beta"}
    assert (shown["beta"].labels, shown["beta"].annotators) == (None, None)
    assert shown["alpha"].labels == by_vendor["alpha"]
    assert shown["beta"].hourly_pay is not None
    (attribution,) = [one for one in trace.attribution if one.unit_kind == "vendor"]
    assert {unit.unit: unit.labels is None for unit in attribution.units} == {"alpha": False, "beta": True}
    # Eight people in two small shifts are told together, so that nothing need be withheld beside them.
    shifts = {one.unit: one for one in trace.conditions if one.unit_kind == "shift"}
    assert set(shifts) == {"day", "duskfive", "(fewer than 5 annotators)"}
    assert sum(one.labels for one in shifts.values()) == total
    assert shifts["(fewer than 5 annotators)"].annotators == 8
    # A unit for each person is one row of all.
    alone = [one for one in trace.conditions if one.unit_kind in ("same_as_who", "nickname")]
    assert [(one.unit, one.annotators) for one in alone] == [("(fewer than 5 annotators)", PEOPLE)] * 2
    assert all(band.annotators >= 5 for band in trace.hours)
    assert (4,) not in {band.hours for band in trace.hours}
    few = [one for one in trace.reading_times if one.unit not in ("alpha", "beta", "(everyone)", "day", "duskfive")]
    assert few == []


def test_numbers_of_the_three_stand_nowhere(hostile):
    three = int((hostile.votes["vendor"] == "quartztrio").sum())
    raw = json.loads((hostile.folder / "calls/result.json").read_text(encoding="utf-8"))
    counts = {value for value in numbers_in(raw["trace"]) if float(value).is_integer()}
    assert three not in counts
    reasons = " ".join(str(step["reason"]) for step in raw["steps"])
    assert str(three) not in reasons.split()


def numbers_in(value):
    if isinstance(value, dict):
        # Numbers of items speak of the people judged, and may be equal to a number of labels by chance.
        for one in (held for name, held in value.items() if not name.startswith("n_items")):
            yield from numbers_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from numbers_in(one)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield value


@pytest.mark.parametrize("declared", ["quartztrio", "quartztrix"])
def test_a_reference_unit_of_few_people_is_neither_used_nor_named(tmp_path, declared):
    votes = write_audit(tmp_path / "audit", more=f'reference = {{ unit = "{declared}" }}\n')
    run = done(tmp_path / "out", tmp_path / "audit", votes, formats="json")
    texts = everything_in(tmp_path / "out", run.streams)
    assert_no_name(texts, votes["who"].unique(), run.digests)
    assert all("quartztrio" not in text for text in texts.values())


@pytest.mark.parametrize(
    "change",
    [
        {"who": "whom"},
        {"vote": "note"},
        {"vendor": "seller"},
    ],
)
def test_messages_about_a_log_that_cannot_be_read_name_nobody(command, tmp_path, change):
    votes = write_audit(tmp_path / "audit")
    votes.rename(columns=change).to_csv(tmp_path / "audit/votes.csv", index=False)
    ended = command("run", tmp_path / "audit", "--out", "out", *QUICK)
    assert ended.code == 2
    assert_no_name(everything_in(tmp_path / "audit" / "none", ended.out, ended.err), votes["who"].unique(), set())


@pytest.mark.slow
@pytest.mark.parametrize(("case", "dataset", "table", "column"), [
    ("st-georges", "st_georges", "votes", "assessor"),
    ("two-cents", "two_cents", "answers", "annotator"),
])  # fmt: skip
def test_bundled_audits_name_nobody(tmp_path, case, dataset, table, column):
    from biasaudit.data.datasets import load_table

    votes = load_table(f"{dataset}/{table}")[0]
    names = {str(name).lower() for name in votes[column].unique()}
    run = done(tmp_path / "out", case, votes)
    texts = everything_in(tmp_path / "out", run.streams)
    assert {"report.html", "report.fr.html", "report.md", "junit.xml"} <= {place.rpartition("/")[2] for place in texts}
    assert len(run.digests) >= len(names)
    for place, text in texts.items():
        low = text.lower()
        assert not [name for name in names if name in low], place
        assert not [digest for digest in run.digests if digest in low], place
