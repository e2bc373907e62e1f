"""Each check fires where it must and stays quiet where it must not, and always cites its evidence."""

import numpy as np
import pandas as pd
import pytest

import biasaudit
from biasaudit.findings import CHECKS, ba402_stand_ins
from biasaudit.results import english

CODES = {
    "BA101",
    "BA102",
    "BA103",
    "BA201",
    "BA301",
    "BA302",
    "BA303",
    "BA401",
    "BA402",
    "BA403",
    "BA501",
    "BA502",
    "BA503",
    "BA504",
    "BA505",
    "BA506",
    "BA507",
    "BA508",
    "BA509",
    "BA510",
}


def world(*, biased, n=3000, seed=11):
    """People with a grade, and annotators of two panels; one panel marks group b down where the world is biased."""
    rng = np.random.default_rng(seed)
    group = rng.choice(["a", "b"], n)
    grade = rng.normal(size=n)
    town = np.where(rng.random(n) < 0.9, group, rng.choice(["a", "b"], n))
    gold = (grade + rng.normal(0, 0.7, n) > 0).astype(int)
    item = np.repeat(np.arange(n), 3)
    who = rng.integers(0, 24, 3 * n)
    panel = np.array(["north", "south"])[who % 2]
    vote = np.where(rng.random(3 * n) < 0.08, 1 - gold[item], gold[item])
    if biased:
        down = (panel == "south") & (group[item] == "b") & (rng.random(3 * n) < 0.6)
        vote = np.where(down, 0, vote)
    votes = pd.DataFrame({"id": item, "who": who, "panel": panel, "vote": vote})
    people = pd.DataFrame({"id": np.arange(n), "group": group, "grade": grade, "town": town, "gold": gold})
    people["label"] = (votes.groupby("id")["vote"].mean() > 0.5).astype(int)
    return people, votes


def audited(*, biased, features=("grade", "town"), **changes):
    people, votes = world(biased=biased)
    raw = {
        "schema": 1,
        "audit": {"name": "calls", "title": "Calls", "people": "people", "decision": "called"},
        "data": {"id": "id", "outcome": "label", "features": list(features), "split": {"test_share": 0.5, "seed": 1}},
        "protected": [{"column": "group", "reference": "a"}],
        "model": {"train": "logistic_regression", "threshold": 0.5},
        "annotations": {
            "item": "id",
            "annotator": "who",
            "label": "vote",
            "units": ["panel"],
            "reference": {"column": "gold"},
        },
        "uncertainty": {"replicates": 20, "placebos": 39},
        **changes,
    }
    return biasaudit.run(raw, data=people, annotations=votes)


@pytest.fixture(scope="module")
def biased():
    return audited(biased=True)


@pytest.fixture(scope="module")
def clean():
    return audited(biased=False)


def outcomes(result, code):
    return {finding.outcome for finding in result.findings if finding.code == code}


@pytest.mark.parametrize("code", ["BA103", "BA201", "BA301", "BA401", "BA402", "BA501", "BA502", "BA505", "BA508"])
def test_a_biased_world_is_found(biased, code):
    assert "found" in outcomes(biased, code)


@pytest.mark.parametrize("code", ["BA201", "BA301", "BA302", "BA402", "BA502", "BA505", "BA508"])
def test_its_clean_twin_is_quiet(clean, code):
    assert "found" not in outcomes(clean, code)


def test_the_guilty_panel_is_named_and_the_other_is_not(biased):
    claims = [finding.claim for finding in biased.findings if finding.code == "BA502" and finding.outcome == "found"]
    assert len(claims) == 1
    assert "south" in claims[0]
    assert "north" not in claims[0]


def test_every_code_ends_exactly_once_or_more_and_cites_what_exists(biased, clean):
    for result in (biased, clean):
        assert {finding.code for finding in result.findings} == CODES
        for finding in result.findings:
            assert finding.claim or finding.reason
            if finding.message is not None and finding.claim:
                assert finding.claim == english(finding.message)


def test_a_flip_is_found_where_the_model_reads_the_group():
    result = audited(biased=True, features=("grade", "group"))
    assert "found" in outcomes(result, "BA403")
    assert outcomes(audited(biased=True, features=("grade",)), "BA403") == {"not_applicable"}


def test_a_stand_in_must_be_clear_of_noise_on_both_counts(biased):
    (named,) = [one for one in biased.findings if one.code == "BA402" and one.outcome == "found"]
    assert named.claim.startswith("Town stands in for group")
    strength, driver = (int(pointer.rpartition("/")[2]) for pointer in named.evidence)
    assert biased.proxies[strength].p_adjusted <= 0.05
    contribution = biased.drivers[driver].contribution
    assert f"({contribution.low * 100:.1f} to {contribution.high * 100:.1f})" in named.claim.replace("−", "-")

    unsure = biased.proxies[strength].model_copy(update={"p_adjusted": 0.2})
    proxies = tuple(unsure if place == strength else one for place, one in enumerate(biased.proxies))
    (open_,) = ba402_stand_ins.check(biased.model_copy(update={"proxies": proxies}))
    assert open_.outcome == "cannot_tell"
    assert open_.claim.startswith("Whether town stands in for group cannot be told")
    assert open_.evidence == named.evidence

    wide = contribution.model_copy(update={"low": -0.3, "high": 0.1})
    drivers = tuple(
        one.model_copy(update={"contribution": wide}) if place == driver else one
        for place, one in enumerate(biased.drivers)
    )
    (open_,) = ba402_stand_ins.check(biased.model_copy(update={"drivers": drivers}))
    assert open_.outcome == "cannot_tell"


def test_a_gap_that_turns_over_within_strata_is_found():
    rows = [("x", "a", 1, 80), ("x", "a", 0, 20), ("x", "b", 1, 9), ("x", "b", 0, 1),
            ("y", "a", 1, 2), ("y", "a", 0, 8), ("y", "b", 1, 30), ("y", "b", 0, 70)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["school", "group", "called", "people"])
    raw = {
        "schema": 1,
        "audit": {"name": "calls", "title": "Calls"},
        "data": {"count": "people", "strata": ["school"]},
        "protected": [{"column": "group", "reference": "a"}],
        "model": {"decision": "called"},
    }
    assert outcomes(biasaudit.run(raw, data=frame), "BA303") == {"found"}
    same = frame.assign(school="x")
    assert outcomes(biasaudit.run(raw, data=same), "BA303") == {"not_found"}


def test_small_and_unrecorded_groups_are_told():
    people, _ = world(biased=False, n=200)
    people["group"] = people["group"].where(people.index > 4)
    raw = {
        "schema": 1,
        "audit": {"name": "calls", "title": "Calls"},
        "data": {},
        "protected": [{"column": "group"}],
        "model": {"decision": "label"},
    }
    result = biasaudit.run(raw, data=people)
    assert outcomes(result, "BA101") == outcomes(result, "BA102") == {"found"}


def test_checks_stand_in_the_order_of_their_codes():
    names = [check.__module__.rpartition(".")[2][:5] for check in CHECKS]
    assert names == sorted(names)
    assert {name.upper() for name in names} == CODES
