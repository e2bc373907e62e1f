"""Decisions of a quota, of an unfavourable threshold and with weights: what is told is decided so by the whole procedure."""

import numpy as np
import pandas as pd
import pytest

from biasaudit.engine import run
from biasaudit.errors import DataError, ResultError
from biasaudit.explaining import explain
from biasaudit.explaining.again import run_again
from biasaudit.explaining.person import decider, find_person
from biasaudit.models import decide
from biasaudit.running.steps import silent


def world(n=160, seed=2):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "id": [f"n{i}" for i in range(n)],
            "sex": rng.choice(["f", "m"], n),
            "marks": rng.integers(0, 20, n).astype(float),
            "essay": rng.integers(0, 5, n).astype(float),
            "weight": rng.integers(1, 4, n),
        }
    )
    line = 0.4 * (frame.marks - 10) + 0.6 * (frame.essay - 2) - 0.8 * (frame.sex == "f")
    return frame.assign(y=(line + rng.logistic(size=n) > 0).astype(int))


def audit_of(model, **data):
    return {
        "schema": 1,
        "audit": {"name": "made", "title": "Made"},
        "data": {"id": "id", "outcome": "y", "features": ["marks", "essay", "sex"], **data},
        "protected": [{"column": "sex"}],
        "model": {"train": "logistic_regression", **model},
        "uncertainty": {"replicates": 10},
    }


@pytest.mark.parametrize(
    ("model", "data"),
    [
        ({"share": 0.3}, {"weight": "weight"}),
        ({"quota": 15}, {"positive_is": "unfavourable"}),
        ({"threshold": 0.6}, {"positive_is": "unfavourable"}),
        ({"quota": 15, "points": {"column": "marks", "worth": 3.0}}, {}),
    ],
)
def test_everything_told_is_decided_so_by_the_whole_procedure(model, data):
    frame, audit = world(), audit_of(model, **data)
    result = run(audit, data=frame)
    again = run_again(result, audit, items=frame, trust_pickle=False, progress=silent)
    wanted = 0.0 if data.get("positive_is") else 1.0
    judged, scores = again.judged, again.judgement.scores
    told = 0
    decisions = again.judgement.decisions.selected
    places = [*np.flatnonzero(decisions != wanted)[::5][:4], int(np.flatnonzero(decisions == wanted)[0])]
    for place in places:
        found = explain(result, judged.ids[place], audit=audit, items=frame)
        assert found.selected == decisions[place]
        assert found.sought == (found.selected != wanted)
        row = judged.frame.iloc[[place]]

        def decided(changes, row=row, place=place):
            values = {one.column: one.other for one in changes}
            others = scores.copy()
            others[place] = again.model.score(row.assign(**values))[0]
            return decide(others, again.spec.model, weight=judged.weight).selected[place]

        for way in found.alternatives:
            assert decided(way.changes) == wanted
            assert "sex" not in {one.column for one in way.changes}
            told += 1
        for other in found.counterparts:
            assert other.selected == pytest.approx(decided(other.changes))
            assert {one.column for one in other.changes} == {"sex"}
    assert told


def test_the_least_change_of_marks_is_found_and_one_less_is_not_enough():
    frame, audit = world(), audit_of({"quota": 15})
    audit["explain"] = {"immutable": ["essay"], "ranges": {"marks": {"min": 0, "max": 40, "step": 1}}}
    result = run(audit, data=frame)
    again = run_again(result, audit, items=frame, trust_pickle=False, progress=silent)
    places = np.flatnonzero(again.judgement.decisions.selected == 0)[::15]
    for place in places:
        item = again.judged.ids[place]
        found = explain(result, item, audit=audit, items=frame)
        assert found.reach_declared
        assert found.held == ("essay", "sex")
        decide_at = decider(again, find_person(again, item, None))
        row = again.judged.frame.iloc[[place]]
        enough = [
            marks for marks in range(41) if decide_at(float(again.model.score(row.assign(marks=float(marks)))[0])) == 1
        ]
        assert [[one.other for one in way.changes] for way in found.alternatives] == [[min(enough)]]


def test_ties_at_a_quota_are_told_as_a_chance_and_a_change_makes_certain():
    frame = world()
    frame["marks"] = (frame.marks > 10) * 10.0
    frame["essay"] = 1.0
    frame["sex"] = np.where(np.arange(len(frame)) % 2, "f", "m")
    audit = audit_of({"quota": 20})
    audit["data"]["features"] = ["marks"]
    result = run(audit, data=frame)
    again = run_again(result, audit, items=frame, trust_pickle=False, progress=silent)
    selected = again.judgement.decisions.selected
    tied = again.judged.ids[np.flatnonzero((selected > 0) & (selected < 1))[0]]
    found = explain(result, tied, audit=audit, items=frame)
    assert 0 < found.selected < 1
    assert found.sought


def test_a_frame_of_other_content_is_refused():
    frame, audit = world(), audit_of({"quota": 15})
    result = run(audit, data=frame)
    with pytest.raises(ResultError, match="data are not those of the result"):
        explain(result, "n1", audit=audit, items=frame.assign(marks=1.0))
    with pytest.raises(DataError, match="names no path"):
        explain(result, "n1", audit=audit)


def test_results_of_labels_given_anew_are_refused(tmp_path):
    frame, audit = world(), audit_of({"quota": 15})
    pd.DataFrame({"item": ["n1"], "label": [1]}).to_csv(tmp_path / "again.csv", index=False)
    result = run(audit, data=frame, relabelled=tmp_path / "again.csv")
    with pytest.raises(ResultError, match="labels given anew"):
        explain(result, "n2", audit=audit, items=frame)


def test_someone_who_lacks_a_datum_and_someone_from_another_frame_are_explained():
    frame, audit = world(), audit_of({"threshold": 0.5})
    frame.loc[5:30, "marks"] = np.nan
    result = run(audit, data=frame)
    again = run_again(result, audit, items=frame, trust_pickle=False, progress=silent)
    lacking = again.judged.ids[np.flatnonzero(again.judged.frame.marks.isna())[0]]
    found = explain(result, lacking, audit=audit, items=frame)
    assert {one.column: one.value for one in found.scored.inputs}["marks"] is None
    outsider = pd.DataFrame([{"id": "new", "sex": "m", "marks": None, "essay": 4}])
    other = explain(result, "new", audit=audit, items=frame, data=outsider)
    row = pd.DataFrame([{"marks": np.nan, "essay": 4.0, "sex": "m"}])
    assert other.scored.score == pytest.approx(100 * again.model.score(row)[0])
    assert not other.own_row
    assert [(one.attribute, one.group) for one in other.groups] == [("sex", "m")]
