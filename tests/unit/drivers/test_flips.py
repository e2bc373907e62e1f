"""Flips: planted points are found, and decisions are counted again."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from biasaudit.drivers import measure_flips
from biasaudit.errors import DataError, NotApplicableError
from biasaudit.models import Model, make_model
from biasaudit.spec import FlipSpec

HERE = Path()
FEATURES = ("grade", "sex", "origin")


def flips_of(
    make_table, make_spec, facts_of, frame, outcome, *, features=FEATURES, judged=None, periods=None, **declared
):
    spec = make_spec(**{"train": "logistic_regression", "threshold": 0.5, **declared})
    table = make_table(frame, outcome, features=features, judged=judged, periods=periods)
    model = make_model(table, spec, folder=HERE, seed=0)
    table = table.judged()
    facts = facts_of(table, sex="male", origin="here")
    return {(flip.from_, flip.to): flip for flip in measure_flips(model, table, spec, facts, seed=2)}, model, table


def test_planted_points_are_recovered(make_table, make_spec, facts_of):
    rng = np.random.default_rng(1)
    n = 12_000
    frame = pd.DataFrame(
        {
            "grade": rng.normal(size=n),
            "sex": rng.choice(["female", "male"], n),
            "origin": rng.choice(["here", "far"], n),
        }
    )
    # A far origin costs what 1.5 units of grade are worth, and being female 0.3: 15 and 3 points of 10 a unit.
    line = frame.grade - 1.5 * (frame.origin == "far") - 0.3 * (frame.sex == "female")
    outcome = (rng.random(n) < 1 / (1 + np.exp(-line))).to_numpy().astype(float)
    judged = np.arange(n) % 4 == 0
    found, _, _ = flips_of(
        make_table, make_spec, facts_of, frame, outcome, judged=judged, replicates=40,
        points={"column": "grade", "worth": 10.0},
    )  # fmt: skip
    origin, sex = found["far", "here"].mean_points_change, found["female", "male"].mean_points_change
    assert origin.low <= 15 <= origin.high
    assert sex.low <= 3 <= sex.high
    assert origin.high - origin.low < 4
    assert found["far", "here"].points_unit == "grade"


def test_a_threshold_decides_each_person_alone(make_table, make_spec, facts_of, world):
    frame, outcome = world(1500)
    found, model, table = flips_of(make_table, make_spec, facts_of, frame, outcome)
    flip = found["female", "male"]
    moved = (table.frame.sex == "female").to_numpy()
    before, after = model.score(table.frame), model.score(table.frame.assign(sex="male"))
    assert flip.n == moved.sum()
    assert flip.mean_score_change.value == pytest.approx((after - before)[moved].mean())
    change = (after >= 0.5).astype(int) - (before >= 0.5)
    assert flip.changed_decisions.value == pytest.approx(np.abs(change)[moved].mean())
    assert flip.people_gaining.value == pytest.approx((change[moved] == 1).sum())
    assert flip.people_losing.value == pytest.approx((change[moved] == -1).sum())
    assert flip.changed == {"sex": "male"}
    assert flip.changed_decisions.low <= flip.changed_decisions.value <= flip.changed_decisions.high


def test_a_quota_ranks_everyone_again(make_table, make_spec, facts_of, world):
    frame, outcome = world(1200)
    found, _, _ = flips_of(make_table, make_spec, facts_of, frame, outcome, threshold=None, quota=300)
    flip = found["far", "here"]
    assert flip.people_gaining.value == pytest.approx(flip.people_losing.value)
    assert flip.people_gaining.value > 5


def test_people_are_counted_a_period(make_table, make_spec, facts_of, world):
    frame, outcome = world(900)
    years = np.where(np.arange(900) % 10 == 0, "(not recorded)", (1982 + np.arange(900) % 3).astype(str))
    found, _, _ = flips_of(make_table, make_spec, facts_of, frame, outcome, periods=years)
    flip = found["far", "here"]
    assert flip.people_gaining_per_period.value == pytest.approx(flip.people_gaining.value / 3)
    assert flip.people_gaining_per_period.high == pytest.approx(flip.people_gaining.high / 3)


def test_declared_flips_set_several_columns_for_everyone(make_table, make_spec, facts_of, world):
    frame, outcome = world(800)
    declared = [
        {"attribute": "origin", "to": "here", "set": {"origin": "here", "grade": 2}},
        {"attribute": "sex", "from": "male", "to": "female"},
    ]
    found, model, table = flips_of(make_table, make_spec, facts_of, frame, outcome, flip=declared)
    flip = found["everyone", "here"]
    assert flip.n == len(table)
    after = model.score(table.frame.assign(origin="here", grade=2.0))
    assert flip.mean_score_change.value == pytest.approx((after - model.score(table.frame)).mean())
    assert flip.changed == {"origin": "here", "grade": 2.0}
    # All decided alike: not one resample differs, and the interval must still not claim certainty.
    back = found["male", "female"]
    assert back.n == (frame.sex == "male").sum()
    assert ("far", "here") in found
    assert found["near", "here"].people_losing.high > 0


def test_a_flip_of_everybody_is_told_by_group(make_table, make_spec, facts_of, world):
    frame, outcome = world(800)
    declared = [{"attribute": "origin", "to": "here", "set": {"origin": "here", "sex": "male"}}]
    found, model, table = flips_of(make_table, make_spec, facts_of, frame, outcome, flip=declared)
    whole = found["everyone", "here"]
    parts = {part.group: part for part in whole.by_group}
    before, after = model.score(table.frame), model.score(table.frame.assign(origin="here", sex="male"))
    changed = (before >= 0.5) != (after >= 0.5)
    for group, part in parts.items():
        moved = ((frame.origin == group) & ((group != "here") | (frame.sex == "female"))).to_numpy()
        assert part.n == moved.sum()
        assert part.changed_decisions.value == pytest.approx(changed[moved].mean())
        assert part.mean_score_change.value == pytest.approx((after - before)[moved].mean())
        assert part.changed_decisions.low <= part.changed_decisions.value <= part.changed_decisions.high
    assert set(parts) == {"here", "near", "far"}
    assert sum(part.n for part in parts.values()) == whole.n
    assert found["female", "male"].by_group == ()


def test_words_of_a_text_are_replaced_whole_and_all_at_once(make_table, make_spec, facts_of):
    texts = ["She wrote to her chair", "HER work; sherry", "he knew she left", "nothing", None, "The chairman"]
    frame = pd.DataFrame({"letter": texts, "sex": ["female"] * 4 + ["male"] * 2, "origin": "here"})
    words = {"she": "he", "her": "his", "he": "she"}
    flip = {"attribute": "sex", "to": "male", "replace": {"letter": words}}
    spec = make_spec(load="m.onnx", threshold=0.5, flip=[flip])
    seen = []

    def score(rows):
        seen.append(rows["letter"].tolist())
        return rows["letter"].fillna("").str.casefold().str.split().map(lambda all_: float("she" in all_)).to_numpy()

    model = Model(kind="loaded", source="m.onnx", scale="score", features=("letter",), score=score)
    table = make_table(frame, features=("letter",))
    (found,) = measure_flips(model, table, spec, facts_of(table, sex="male"), seed=0)
    assert seen[1][:4] == ["He wrote to his chair", "HIS work; sherry", "she knew he left", "nothing"]
    assert seen[1][5] == "The chairman"
    assert found.n == 3
    assert found.changed == {"letter": "she → he, her → his, he → she"}
    # The first reads "she" no more; the third still does, in another place.
    assert found.changed_decisions.value == pytest.approx(1 / 3)
    assert {part.group: part.n for part in found.by_group} == {"female": 3}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"replace": {"leter": {"she": "he"}}}, "Did you mean 'letter'"),
        ({"replace": {"grade": {"she": "he"}}}, "holds no words"),
    ],
)
def test_words_are_replaced_only_in_texts_that_the_model_reads(make_table, make_spec, facts_of, changes, message):
    frame = pd.DataFrame({"letter": ["she", "he"] * 20, "grade": 1.0, "sex": "female", "origin": "here"})
    spec = make_spec(load="m.onnx", threshold=0.5, flip=[{"attribute": "sex", "to": "male", **changes}])
    features = ("letter", "grade")
    model = Model(kind="loaded", source="m", scale="score", features=features, score=lambda rows: np.zeros(len(rows)))
    table = make_table(frame, features=features)
    with pytest.raises(DataError, match=message):
        measure_flips(model, table, spec, facts_of(table, sex="female"), seed=0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"set": {"letter": "x"}, "replace": {"letter": {"she": "he"}}}, "one of the two"),
        ({"replace": {"letter": {}}}, "names no word"),
    ],
)
def test_a_column_is_set_or_has_words_replaced(changes, message):
    with pytest.raises(ValueError, match=message):
        FlipSpec(attribute="sex", to="male", **changes)


def test_a_flip_may_speak_of_an_intersection(make_table, make_spec, facts_of, world):
    frame, outcome = world(500)
    both = {"attribute": "sex x origin", "from": "female x far", "to": "male x here"}
    spec = make_spec(train="logistic_regression", flip=[])
    flip = FlipSpec(**both, set={"sex": "male", "origin": "here"})
    spec = spec.model_copy(update={"flip": (flip,)})
    table = make_table(frame, outcome, features=FEATURES)
    model = make_model(table, spec, folder=HERE, seed=0)
    found = measure_flips(model, table, spec, facts_of(table, sex="male"), seed=0)[0]
    assert found.n == ((frame.sex == "female") & (frame.origin == "far")).sum()


def test_those_who_are_so_already_are_not_counted(make_table, make_spec, facts_of, world):
    frame, outcome = world(500)
    declared = [{"attribute": "origin", "to": "here"}]
    found, _, table = flips_of(make_table, make_spec, facts_of, frame, outcome, flip=declared)
    assert found["everyone", "here"].n == (table.frame.origin != "here").sum()


@pytest.mark.parametrize(
    ("flip", "message"),
    [
        ({"attribute": "sex", "to": "mael"}, "Did you mean 'male'"),
        ({"attribute": "sex", "from": "femal", "to": "male"}, "Did you mean 'female'"),
        ({"attribute": "sex", "to": "male", "set": {"orgin": "here"}}, "Did you mean 'origin'"),
        ({"attribute": "sex", "to": "male", "set": {"origin": "hre"}}, "Did you mean 'here'"),
        ({"attribute": "sex", "to": "male", "set": {"grade": "high"}}, "is a number"),
    ],
)
def test_what_is_not_there_is_named_with_the_nearest(make_table, make_spec, facts_of, world, flip, message):
    frame, outcome = world(200)
    with pytest.raises(DataError, match=message):
        flips_of(make_table, make_spec, facts_of, frame, outcome, flip=[flip])


@pytest.mark.parametrize(("column", "message"), [("gade", "no input"), ("sex", "not a number")])
def test_a_point_is_worth_units_of_a_number(make_table, make_spec, facts_of, world, column, message):
    frame, outcome = world(200)
    with pytest.raises(DataError, match=message):
        flips_of(make_table, make_spec, facts_of, frame, outcome, points={"column": column})


def test_points_are_undefined_where_the_column_moves_nothing(make_table, make_spec, facts_of, world):
    frame, outcome = world(300)
    found, _, _ = flips_of(
        make_table, make_spec, facts_of, frame.assign(same=1.0), outcome,
        features=(*FEATURES, "same"), points={"column": "same"},
    )  # fmt: skip
    assert found["far", "here"].mean_points_change.value is None
    assert found["far", "here"].mean_points_change.reason


def test_a_loaded_model_is_taken_as_it_is(make_table, make_spec, facts_of, world):
    frame, _ = world(600)
    spec = make_spec(load="m.onnx", threshold=0.0, points={"column": "grade", "worth": 1.0})
    table = make_table(frame, features=FEATURES)
    model = Model(
        kind="loaded",
        source="m.onnx",
        scale="score",
        features=FEATURES,
        score=lambda rows: 2 * rows["grade"].to_numpy() - 6.0 * (rows["origin"] == "far").to_numpy(),
    )
    found = {flip.from_: flip for flip in measure_flips(model, table, spec, facts_of(table, origin="here"), seed=0)}
    points = found["far"].mean_points_change
    assert (points.value, points.low, points.high) == pytest.approx((3, 3, 3))
    assert "model as it is" in points.method
    assert found["near"].changed_decisions.value == 0
    assert found["near"].changed_decisions.high > 0


def test_refits_widen_the_interval(make_table, make_spec, facts_of, world):
    frame, outcome = world(400)
    found, model, table = flips_of(make_table, make_spec, facts_of, frame, outcome, judged=np.arange(400) >= 200)
    spec = make_spec(load="m.onnx", threshold=0.5)
    fixed = Model(kind="loaded", source="m.onnx", scale="probability", features=FEATURES, score=model.score)
    facts = facts_of(table, sex="male", origin="here")
    alone = {flip.from_: flip for flip in measure_flips(fixed, table, spec, facts, seed=2)}

    def width(estimate):
        return estimate.high - estimate.low

    refitted = found["female", "male"].mean_score_change
    assert refitted.value == pytest.approx(alone["female"].mean_score_change.value)
    assert width(refitted) > 3 * width(alone["female"].mean_score_change)


def test_the_same_seed_gives_the_same_flips(make_table, make_spec, facts_of, world):
    frame, outcome = world(300)
    once, _, _ = flips_of(make_table, make_spec, facts_of, frame, outcome)
    twice, _, _ = flips_of(make_table, make_spec, facts_of, frame, outcome)
    assert once == twice


def test_nothing_to_flip_and_no_model_to_ask(make_table, make_spec, facts_of, world):
    frame, outcome = world(200)
    with pytest.raises(NotApplicableError, match=r"no \[\[flip\]\] is declared"):
        flips_of(make_table, make_spec, facts_of, frame, outcome, features=("grade",))
    table = make_table(frame)
    with pytest.raises(NotApplicableError, match="given decisions"):
        measure_flips(
            Model(kind="decisions", source="d"), table, make_spec(decision="d"), facts_of(table, sex="male"), seed=0
        )
