"""BA504 says what is missing between the client and the label, and stays quiet where nothing is."""

import importlib.util
from pathlib import Path

import pytest

from biasaudit.findings.ba504_missing_links import check
from biasaudit.results import KNOWN, Traceability, english

PLACE = Path(__file__).parents[1] / "report/invented.py"


@pytest.fixture(scope="module")
def rich():
    spec = importlib.util.spec_from_file_location("invented_for_findings", PLACE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.rich()


def findings_of(rich, *, shares=None, missing=(), chain=()):
    shares = dict.fromkeys(KNOWN, 1.0) | (shares or {})
    links = [
        {"link": link, "share": share, "n_labels": 100, "n_known": round(share * 100), "told_by": "log"}
        for link, share in shares.items()
    ]
    traced = Traceability.model_validate({"links": links, "missing": missing, "chain": chain})
    return check(rich.model_copy(update={"trace": rich.trace.model_copy(update={"traceability": traced})}))


def told(findings):
    return [(one.outcome, english(one.message)) for one in findings]


def test_nothing_missing_is_not_found_and_says_what_is_only_assumed(rich):
    chain = [{"level": 1, "name": "a", "known": True}, {"level": 2, "name": "b", "known": True, "status": "assumed"}]
    first, second = findings_of(rich, chain=chain)
    assert (first.outcome, second.outcome) == ("not_found", "not_found")
    assert first.evidence == ("/trace/traceability/chain/0", "/trace/traceability/chain/1")
    assert "1 of 2" in english(first.caveats[0])
    assert second.evidence == tuple(f"/trace/traceability/links/{at}" for at in range(6))


@pytest.mark.parametrize(
    ("one", "outcome", "words"),
    [
        ({"kind": "chain", "share": 1.0}, "found", "Nobody declared through which contracts"),
        ({"kind": "chain", "asked": True, "share": 1.0}, "found", "was asked, and nobody knows"),
        (
            {"kind": "level", "has_above": True, "above": "Bank", "below": "Clicks", "share": 0.25},
            "found",
            "Between Bank and Clicks a link of the contract chain is missing: nobody told who stands there. This concerns 25 in 100 labels.",
        ),
        ({"kind": "level", "has_above": True, "below": "Clicks", "share": 1.0}, "found", "Between a link without a name and Clicks"),
        ({"kind": "level", "below": "Clicks", "share": 1.0}, "found", "Above Clicks the contract chain is missing"),
        ({"kind": "name", "level": 3, "role": "subcontractor", "share": 0.034}, "found", "Level 3 of the contract chain (subcontractor): nobody said who this is. This concerns 3.4 in 100 labels."),
        ({"kind": "name", "level": 3, "asked": True}, "found", "(link): who this is was asked"),
        ({"kind": "unit", "share": 0.5}, "found", "Labels of some units belong to no link"),
        ({"kind": "branch", "share": 0.5}, "cannot_tell", "for 50 in 100 labels nothing says through which"),
    ],
)  # fmt: skip
def test_each_kind_of_missing_link_has_its_sentence(rich, one, outcome, words):
    first = findings_of(rich, missing=[one])[0]
    assert first.outcome == outcome
    assert words in english(first.message)
    assert first.claim == english(first.message)
    assert first.evidence == ("/trace/traceability/missing/0",)
    assert any("written down" in english(caveat) for caveat in first.caveats)


def test_a_missing_link_of_few_people_says_that_it_is_not_counted(rich):
    first = findings_of(rich, missing=[{"kind": "unit"}])[0]
    assert "in 100" not in first.claim
    assert "fewer than five people" in english(first.caveats[0])


def test_things_known_for_none_for_some_and_for_all_are_counted(rich):
    last = findings_of(rich, shares={"pay": 0.0, "where": 0.0, "duration": 0.5})[-1]
    assert last.outcome == "found"
    assert "Known for no label: 2; known for a part of the labels: 1; known for all: 3." in last.claim
    assert last.evidence == tuple(f"/trace/traceability/links/{at}" for at in (1, 3, 4))


def test_only_the_largest_holes_are_told_one_by_one(rich):
    assert len(findings_of(rich, missing=[{"kind": "unit", "share": 0.1}] * 9)) == 3 + 1


def test_without_a_log_it_does_not_apply(rich):
    (only,) = check(rich.model_copy(update={"trace": None}))
    assert only.outcome == "not_applicable"
