"""What labels given anew did: measured on the same people, and in place of the first answers throughout."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import biasaudit
import biasaudit.report
from biasaudit.data.annotations import read_annotations
from biasaudit.data.relabelled import NewLabels
from biasaudit.data.roles import assign_roles
from biasaudit.errors import DataError, NotApplicableError
from biasaudit.measures import attribute_facts, count
from biasaudit.models import judge, make_model
from biasaudit.results import Fingerprint, to_json
from biasaudit.testing.planted import World, plant_world, planted_declaration
from biasaudit.testing.planted_traces import source_of
from biasaudit.traces.relabelling.relabelled import RELABELLED, REPLACED, measure_relabelled, with_new_labels

WORLD = World(items=1_200, penalties={"north": 0.0, "east": 0.9})
SOURCE = Fingerprint(role="relabelled", source="new.csv", sha256="1" * 64)


@pytest.fixture(scope="module")
def world():
    declaration, planted = planted_declaration(WORLD, replicates=30, placebos=19), plant_world(4, WORLD)
    spec = declaration.spec
    table = assign_roles(planted.items, declaration, source_of("items"))
    log = read_annotations(
        planted.labels,
        spec.annotations,
        table,
        fingerprint=source_of("annotations"),
        reference_column=table.frame["gold"],
    )
    model = make_model(table, spec, folder=Path.cwd(), seed=0)
    selected = judge(model, table.judged(), spec).decisions.selected
    return planted, table, log, spec, model, attribute_facts(count(table.judged(), selected), spec)


def gold_for(planted, rows):
    rows = np.sort(np.asarray(rows))
    return NewLabels(rows=rows, outcome=planted.items["gold"].to_numpy(dtype=float)[rows], fingerprint=SOURCE)


def measured(world, new):
    _, table, _, spec, model, facts = world
    table = replace(table, outcome=new.whole(table.outcome))
    return measure_relabelled(table, new, spec, facts, model.trainer, scale="probability", seed=0, level=0.95)


def test_before_and_after_are_the_gaps_of_the_two_models_and_their_difference_is_paired(world):
    planted, table, _, spec, model, _ = world
    new = gold_for(planted, np.arange(len(table)))
    one = next(found for found in measured(world, new) if found.group == "B")
    is_b = (table.judged().frame["group"] == "B").to_numpy()
    gaps = []
    for outcome in (table.outcome, planted.items["gold"].to_numpy(dtype=float)):
        made = make_model(replace(table, outcome=outcome), spec, folder=Path.cwd(), seed=0)
        selected = judge(made, table.judged(), spec).decisions.selected
        gaps.append(selected[is_b].mean() - selected[~is_b].mean())
    assert one.before.value == pytest.approx(gaps[0], abs=1e-9)
    assert one.after.value == pytest.approx(gaps[1], abs=1e-9)
    assert one.change.value == pytest.approx(gaps[1] - gaps[0], abs=1e-9)
    assert one.change.low > 0.05
    # Paired on the same people: far surer of the change than of either gap.
    assert one.change.high - one.change.low < one.before.high - one.before.low
    wrong = planted.items["gold"].to_numpy() != table.outcome
    assert one.share_changed == pytest.approx(wrong[model.trainer.rows].mean())
    assert one.n_items == len(model.trainer.rows)
    assert one.n_judged_items == len(table.judged())


def test_labels_that_agree_with_the_first_change_nothing(world):
    planted, table, *_ = world
    same = planted.items["gold"].to_numpy() == table.outcome
    for one in measured(world, gold_for(planted, np.flatnonzero(same)[:300])):
        assert (one.change.value, one.change.low, one.change.high, one.share_changed) == (0, 0, 0, 0)


def test_fewer_than_five_new_training_labels_are_not_spoken_of(world):
    planted, table, _, _, model, _ = world
    judged = np.flatnonzero(table.is_judged)[:50]
    with pytest.raises(NotApplicableError, match="fewer than 5 items that train the model"):
        measured(world, gold_for(planted, np.concatenate([model.trainer.rows[:4], judged])))


def test_a_new_label_is_the_only_answer_about_its_item(world):
    planted, _, log, *_ = world
    new = gold_for(planted, [3, 8, 20])
    changed = with_new_labels(log, new)
    assert list(changed.frame.columns) == list(log.frame.columns)
    assert [str(kind) for kind in changed.frame.dtypes] == [str(kind) for kind in log.frame.dtypes]
    own = changed.frame[changed.frame["item"].isin(new.rows)].sort_values("item")
    assert own["item"].tolist() == [3, 8, 20]
    assert own["label"].tolist() == new.outcome.tolist()
    assert own["reference"].tolist() == planted.items["gold"].to_numpy()[[3, 8, 20]].tolist()
    assert set(own["unit:vendor"]) == {RELABELLED}
    assert own["pay"].isna().all()
    assert set(own["annotator"]) == {log.frame["annotator"].max() + 1}
    others = log.frame[~log.frame["item"].isin(new.rows)].reset_index(drop=True)
    pd.testing.assert_frame_equal(changed.frame.iloc[:-3].astype(others.dtypes), others, check_categorical=False)
    assert (changed.dropped[-1].reason, changed.dropped[-1].rows) == (REPLACED, 9)


def test_new_labels_of_items_without_answers_leave_the_log_alone(world):
    planted, _, log, *_ = world
    bare = replace(log, frame=log.frame[log.frame["item"] != 5])
    assert with_new_labels(bare, gold_for(planted, [5])) is bare


def test_a_whole_run_speaks_of_the_new_labels_throughout(world, tmp_path):
    planted, table, *_ = world
    file = tmp_path / "new.csv"
    rows = np.flatnonzero(~table.is_judged)
    pd.DataFrame({"item": planted.items["id"][rows], "label": planted.items["gold"][rows]}).to_csv(file, index=False)
    declaration = planted_declaration(WORLD, replicates=10, placebos=19)
    result = biasaudit.run(declaration, data=planted.items, annotations=planted.labels, relabelled=file)
    assert result.status == "complete"
    found = next(one for one in result.trace.relabelled if one.group == "B")
    gap = next(
        one.estimate.value
        for one in result.disparities
        if (one.measure, one.statistic, one.group) == ("selection_rate", "gap", "B")
    )
    assert found.after.value == pytest.approx(gap, abs=1e-7)
    assert abs(gap) < abs(found.before.value) / 2
    assert any(one.role == "relabelled" and one.rows == len(rows) for one in result.manifest.data)
    assert any(one.reason == REPLACED for one in result.trace.dropped)
    # The new labels stand under a unit of one annotator, of which nothing is shown.
    text = to_json(result)
    assert f'"unit": "{RELABELLED}"' not in text


def test_new_labels_need_a_model_that_is_trained_here(tmp_path):
    people = pd.DataFrame({"sex": ["f", "m"] * 100, "called": [0, 1, 1, 1] * 50})
    raw = {
        "schema": 1,
        "audit": {"name": "calls", "title": "Calls"},
        "data": {},
        "protected": [{"column": "sex", "reference": "m"}],
        "model": {"decision": "called"},
    }
    with pytest.raises(DataError, match=r"\[model\] train is needed for --relabelled"):
        biasaudit.run(raw, data=people, relabelled=tmp_path / "none.csv")


def test_new_labels_are_measured_without_any_log_of_answers(world, tmp_path):
    planted, table, *_ = world
    file = tmp_path / "new.csv"
    rows = np.flatnonzero(~table.is_judged)
    pd.DataFrame({"item": planted.items["id"][rows], "label": planted.items["gold"][rows]}).to_csv(file, index=False)
    raw = {
        "schema": 1,
        "audit": {"name": "bare", "title": "Bare"},
        "data": {
            "id": "id",
            "outcome": "outcome",
            "features": ["skill", "manner"],
            "split": {"column": "split", "test": "judged"},
        },
        "protected": [{"column": "group", "reference": "A"}],
        "model": {"train": "logistic_regression", "share": 0.5},
        "uncertainty": {"replicates": 10},
    }
    result = biasaudit.run(raw, data=planted.items, relabelled=file)
    assert result.status == "complete"
    assert result.trace.relabelled[0].change.low > 0
    page = biasaudit.report.render_html(result)
    assert "What the new labels did" in page
