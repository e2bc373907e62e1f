"""Contributions: they add up, and planted ones are found."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import skops.io
import statsmodels.api as sm
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder
from statsmodels.stats.oaxaca import OaxacaBlinder

from biasaudit.drivers import explain_gaps, explaining
from biasaudit.errors import DataError, NotApplicableError
from biasaudit.models import Model, decide, make_model

HERE = Path()


@pytest.fixture(autouse=True)
def _few_rows(monkeypatch):
    """Do little work: what must hold does not depend on how much."""
    monkeypatch.setattr(explaining, "MOST_SCORES_ADDITIVE", 100_000)
    monkeypatch.setattr(explaining, "MOST_SCORES", 5_000)
    monkeypatch.setattr(explaining, "PILOT_ROWS", 60)


def trained(make_table, make_spec, frame, outcome, features, train, **more):
    table = make_table(frame, outcome, features=features, **more)
    return make_model(table, make_spec(train=train, threshold=0.5), folder=HERE, seed=1), table.judged()


def by_feature(drivers, group, attribute="sex"):
    return {row.feature: row for row in drivers if (row.attribute, row.group) == (attribute, group)}


@pytest.mark.parametrize("n", [120, 5000])
def test_an_additive_model_has_contributions_in_closed_form(make_table, make_spec, facts_of, world, n):
    frame, outcome = world(n)
    features = ("grade", "idle", "school")
    model, table = trained(make_table, make_spec, frame, outcome, features, "sklearn.linear_model.LinearRegression")
    drivers, _ = explain_gaps(model, table, facts_of(table, sex="male"), seed=0)
    found = by_feature(drivers, "female")
    female = (frame.sex == "female").to_numpy()
    for feature in features:
        moved = frame[list(features)].copy()
        moved[feature] = moved[feature].iloc[0]
        effect = model.score(frame) - model.score(moved)
        expected = effect[female].mean() - effect[~female].mean()
        assert found[feature].contribution.value == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("train", ["logistic_regression", "gradient_boosting", "sklearn.tree.DecisionTreeClassifier"])
def test_contributions_add_up_to_the_gap_of_everyone(make_table, make_spec, facts_of, world, train):
    frame, outcome = world(900)
    features = ("grade", "idle", "school", "origin", "sex")
    model, table = trained(make_table, make_spec, frame, outcome, features, train, judged=np.arange(900) >= 400)
    facts = facts_of(table, sex="male", origin="here", sex_x_origin="male x here")
    drivers, totals = explain_gaps(model, table, facts, seed=0)
    scores = model.score(table.frame)
    assert len(totals) == 1 + 2 + 5
    for total in totals:
        groups = np.asarray(table.attribute(total.attribute))
        gap = scores[groups == total.group].mean() - scores[groups == total.reference].mean()
        assert total.total == pytest.approx(gap, abs=1e-12)
        assert total.sum_of_contributions == pytest.approx(gap, abs=1e-6)
        parts = by_feature(drivers, total.group, total.attribute)
        assert set(parts) == set(features)
        assert sum(part.contribution.value for part in parts.values()) == pytest.approx(gap, abs=1e-6)


def test_a_wide_model_is_explained_by_permutations_and_adds_up(make_table, make_spec, facts_of, world):
    frame, outcome = world(800)
    rng = np.random.default_rng(0)
    frame = pd.concat([frame, pd.DataFrame(rng.normal(size=(800, 8)), columns=[f"n{k}" for k in range(8)])], axis=1)
    features = ("grade", "origin", *(f"n{k}" for k in range(8)))
    model, table = trained(make_table, make_spec, frame, outcome, features, "logistic_regression")
    drivers, totals = explain_gaps(model, table, facts_of(table, sex="male"), seed=0)
    assert "permutations" in totals[0].method
    assert totals[0].sum_of_contributions == pytest.approx(totals[0].total, abs=1e-6)
    assert max(by_feature(drivers, "female").values(), key=lambda row: abs(row.contribution.value)).feature == "grade"


def test_a_feature_that_the_model_does_not_use_adds_nothing(make_table, facts_of, world):
    frame, _ = world(600)
    table = make_table(frame, features=("grade", "idle"))
    model = Model(
        kind="loaded",
        source="made",
        scale="score",
        features=("grade", "idle"),
        score=lambda rows: 3 * rows["grade"].to_numpy(),
    )
    drivers, _ = explain_gaps(model, table, facts_of(table, sex="male"), seed=0)
    found = by_feature(drivers, "female")
    assert found["idle"].contribution.value == pytest.approx(0, abs=1e-12)
    assert found["grade"].share == pytest.approx(1)


def test_a_sample_agrees_with_all_rows_within_its_interval(make_table, make_spec, facts_of, world, monkeypatch):
    frame, outcome = world(500)
    features = ("grade", "origin", "sex")
    model, table = trained(make_table, make_spec, frame, outcome, features, "sklearn.tree.DecisionTreeClassifier")
    facts = facts_of(table, sex="male", origin="here")
    some, totals = explain_gaps(model, table, facts, seed=0)
    monkeypatch.setattr(explaining, "LEAST_ROWS", 500)
    monkeypatch.setattr(explaining, "MOST_SCORES", 10**6)
    every, all_totals = explain_gaps(model, table, facts, seed=0)
    assert totals[0].rows_explained < all_totals[0].rows_explained == 500
    assert "calibrated" in totals[0].method
    inside = [
        a.contribution.low <= b.contribution.value <= a.contribution.high for a, b in zip(some, every, strict=True)
    ]
    assert all(inside)
    widths = [(row.contribution.high - row.contribution.low) for row in some]
    assert sum(widths) > sum(row.contribution.high - row.contribution.low for row in every)


def test_swapping_group_and_reference_flips_every_sign(make_table, make_spec, facts_of, world):
    frame, outcome = world(400)
    model, table = trained(make_table, make_spec, frame, outcome, ("grade", "origin"), "logistic_regression")
    one, _ = explain_gaps(model, table, facts_of(table, sex="male"), seed=0)
    other, _ = explain_gaps(model, table, facts_of(table, sex="female"), seed=0)
    for a, b in zip(one, other, strict=True):
        assert a.contribution.value == pytest.approx(-b.contribution.value, abs=1e-12)


def test_the_same_seed_gives_the_same_numbers_whatever_the_order_of_rows(make_table, make_spec, facts_of, world):
    frame, outcome = world(300)
    model, table = trained(
        make_table, make_spec, frame, outcome, ("grade", "origin"), "sklearn.tree.DecisionTreeClassifier"
    )
    first = explain_gaps(model, table, facts_of(table, sex="male"), seed=5)
    np.random.seed(123)  # noqa: NPY002 - whatever the caller did to the global state
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    assert explain_gaps(model, table, facts_of(table, sex="male"), seed=5) == first
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002
    turned = table.take(np.arange(len(table))[::-1])
    again, _ = explain_gaps(model, turned, facts_of(turned, sex="male"), seed=5)
    for a, b in zip(first[0], again, strict=True):
        assert a.contribution.value == pytest.approx(b.contribution.value, abs=1e-9)


def test_weights_count_people(make_table, make_spec, facts_of, world):
    frame, outcome = world(300)
    model, _ = trained(make_table, make_spec, frame, outcome, ("grade", "origin"), "logistic_regression")
    weight = np.where(np.arange(300) % 5 == 0, 3.0, 1.0)
    weighted = make_table(frame, outcome, features=("grade", "origin"), weight=weight)
    _, totals = explain_gaps(model, weighted, facts_of(weighted, sex="male"), seed=0)
    scores, female = model.score(frame), (frame.sex == "female").to_numpy()
    gap = np.average(scores[female], weights=weight[female]) - np.average(scores[~female], weights=weight[~female])
    assert totals[0].total == pytest.approx(gap, abs=1e-12)
    assert totals[0].sum_of_contributions == pytest.approx(gap, abs=1e-6)


def test_no_share_where_the_gap_may_be_nothing_and_no_group_of_one(make_table, make_spec, facts_of, world):
    frame, outcome = world(400)
    frame.loc[0, "origin"] = "alone"
    rng = np.random.default_rng(9)
    frame["sex"] = rng.choice(["female", "male"], 400)
    model, table = trained(make_table, make_spec, frame, outcome, ("idle", "school"), "logistic_regression")
    drivers, totals = explain_gaps(model, table, facts_of(table, sex="male", origin="here"), seed=0)
    assert all(row.share is None for row in drivers if row.attribute == "sex")
    assert "alone" not in {total.group for total in totals}


def test_one_feature_and_constant_features_are_explained(make_table, make_spec, facts_of, world):
    frame, outcome = world(200)
    frame["same"] = 1.0
    for features in (
        ("grade",),
        ("grade", "same"),
        ("grade", "idle", "school", "origin", "sex", "same", "extra"),
    ):
        model, table = trained(
            make_table, make_spec, frame.assign(extra=frame.idle**2), outcome, features, "logistic_regression"
        )
        drivers, totals = explain_gaps(model, table, facts_of(table, sex="male"), seed=0)
        assert len(drivers) == len(features)
        assert totals[0].sum_of_contributions == pytest.approx(totals[0].total, abs=1e-6)


@pytest.mark.parametrize("kind", ["scores", "decisions"])
def test_without_a_model_nothing_can_be_asked(make_table, facts_of, world, kind):
    frame, _ = world(50)
    table = make_table(frame)
    with pytest.raises(NotApplicableError, match=f"given {kind} made elsewhere"):
        explain_gaps(Model(kind=kind, source="x"), table, facts_of(table, sex="male"), seed=0)


@pytest.mark.parametrize("cut", [{"threshold": 0.5}, {"quota": 151}])
def test_on_the_scale_of_decisions_contributions_add_up_to_the_gap_in_selection(
    make_table, make_spec, facts_of, world, cut
):
    frame, outcome = world(400)
    frame["grade"] = frame["grade"].round(0)  # ties at the line
    features = ("grade", "school", "origin")
    table = make_table(frame, outcome, features=features)
    spec = make_spec(train="logistic_regression", **cut)
    model = make_model(table, spec, folder=HERE, seed=1)
    scores = model.score(table.frame)
    decisions = decide(scores, spec.model)
    drivers, totals = explain_gaps(model, table, facts_of(table, sex="male"), seed=0, decisions=decisions)
    (total,) = (one for one in totals if one.scale == "decision")
    female = (frame.sex == "female").to_numpy()
    gap = decisions.selected[female].mean() - decisions.selected[~female].mean()
    parts = [one.contribution.value for one in drivers if one.scale == "decision"]
    assert total.total == pytest.approx(gap, abs=1e-12)
    assert total.sum_of_contributions == pytest.approx(gap, abs=1e-6)
    assert sum(parts) == pytest.approx(gap, abs=1e-6)
    assert len(parts) == len(features) == sum(one.scale == "score" for one in drivers)


def test_inputs_declared_as_one_share_the_gap_as_one_on_both_scales(make_table, make_spec, facts_of, world):
    frame, outcome = world(700)
    frame["mark"] = frame["grade"] + 0.3 * frame["idle"]
    features = ("grade", "school", "mark", "origin")
    table = make_table(frame, outcome, features=features, judged=np.arange(700) >= 300)
    spec = make_spec(train="gradient_boosting", threshold=0.5)
    model, judged = make_model(table, spec, folder=HERE, seed=1), table.judged()
    decisions = decide(model.score(judged.frame), spec.model)
    groups = {"merit": ("grade", "mark")}
    facts = facts_of(judged, sex="male", origin="here", sex_x_origin="male x here")
    drivers, totals = explain_gaps(model, judged, facts, seed=0, decisions=decisions, feature_groups=groups)
    assert [row.feature for row in drivers[:3]] == ["merit", "school", "origin"]
    assert len(totals) == 2 * (1 + 2 + 5)
    for total in totals:
        inside = np.asarray(judged.attribute(total.attribute) == total.group)
        against = np.asarray(judged.attribute(total.attribute) == total.reference)
        held = decisions.selected if total.scale == "decision" else model.score(judged.frame)
        assert total.total == pytest.approx(held[inside].mean() - held[against].mean(), abs=1e-12)
        own = [
            one
            for one in drivers
            if (one.attribute, one.group, one.scale) == (total.attribute, total.group, total.scale)
        ]
        assert sum(one.contribution.value for one in own) == pytest.approx(total.total, abs=1e-6)
        assert all("refitted" in one.contribution.method for one in own)
    with pytest.raises(DataError, match="'marks' is no input of the model"):
        explain_gaps(model, judged, facts, seed=0, feature_groups={"merit": ("grade", "marks")})


def test_a_group_of_inputs_of_a_sum_adds_what_its_columns_add(make_table, make_spec, facts_of, world):
    frame, outcome = world(600)
    train = "sklearn.linear_model.LinearRegression"
    model, table = trained(make_table, make_spec, frame, outcome, ("grade", "idle", "school"), train)
    facts = facts_of(table, sex="male")
    apart = by_feature(explain_gaps(model, table, facts, seed=0)[0], "female")
    drivers, _ = explain_gaps(model, table, facts, seed=0, feature_groups={"both": ("grade", "school")})
    both = by_feature(drivers, "female")["both"].contribution.value
    assert both == pytest.approx(apart["grade"].contribution.value + apart["school"].contribution.value, abs=1e-9)


@pytest.mark.parametrize("way", ["train", "load"])
def test_one_hot_columns_of_a_pipeline_of_the_users_own_are_one_source_column(
    make_table, make_spec, facts_of, world, way, tmp_path
):
    frame, outcome = world(400)
    features = ["grade", "school", "origin"]
    encoder = ColumnTransformer([("levels", OneHotEncoder(), ["school", "origin"])], remainder="passthrough")
    pipeline = Pipeline([("columns", encoder), ("model", LogisticRegression())])
    table = make_table(frame, outcome, features=features)
    if way == "load":
        skops.io.dump(pipeline.fit(frame[features], outcome), tmp_path / "model.skops")
        spec = make_spec(load="model.skops", threshold=0.5)
        model = make_model(table, spec, folder=tmp_path, seed=1)
    else:
        spec = make_spec(train="logistic_regression", threshold=0.5)
        model = make_model(table, spec, folder=HERE, seed=1, case_model=lambda *_: pipeline)
    decisions = decide(model.score(frame), spec.model)
    drivers, totals = explain_gaps(model, table, facts_of(table, sex="male"), seed=0, decisions=decisions)
    assert [one.feature for one in drivers] == features * 2
    for total in totals:
        assert total.sum_of_contributions == pytest.approx(total.total, abs=1e-6)
    assert max(drivers[:3], key=lambda one: abs(one.contribution.value)).feature == "grade"


def test_a_linear_model_shares_out_what_oaxaca_and_blinder_call_explained(make_table, make_spec, facts_of, world):
    frame, _ = world(900)
    frame["hours"] = np.random.default_rng(1).normal(size=900) + 0.4 * (frame.sex == "female")
    pay = 2 * frame.grade + 0.5 * frame.hours + np.random.default_rng(2).normal(size=900)
    inputs = ["grade", "hours", "idle"]
    kind = "sklearn.linear_model.LinearRegression"
    # The model learns from rows that take part in the decomposition too, as pooled coefficients do.
    outcome = (pay > pay.median()).astype(float).to_numpy()
    model, table = trained(make_table, make_spec, frame, outcome, tuple(inputs), kind)
    drivers, totals = explain_gaps(model, table, facts_of(table, sex="male"), seed=0)
    found = by_feature(drivers, "female")
    coefficients = sm.OLS(outcome, sm.add_constant(frame[inputs])).fit().params
    woman = (frame.sex == "female").to_numpy()
    for name in inputs:
        apart = frame.loc[woman, name].mean() - frame.loc[~woman, name].mean()
        assert found[name].contribution.value == pytest.approx(coefficients[name] * apart, abs=1e-6)
        assert found[name].spread == pytest.approx(0, abs=1e-9)
    exog = frame[inputs].assign(woman=woman.astype(float))
    decomposed = OaxacaBlinder(outcome, exog, "woman", hasconst=False, swap=False)
    _, explained, _ = decomposed.two_fold(two_fold_type="nuemark").params  # as statsmodels spells Neumark
    assert abs(totals[0].total) == pytest.approx(abs(explained), abs=1e-6)
    assert totals[0].sampling_error == pytest.approx(0, abs=1e-9)
    assert "sum of effects" in totals[0].method


def test_rows_are_added_until_the_sample_leaves_little_open_and_the_error_is_true(
    make_table, make_spec, facts_of, world, monkeypatch
):
    frame, outcome = world(20000)
    features = ("grade", "origin", "school")
    table = make_table(frame, outcome, features=features)
    spec = make_spec(train="logistic_regression", threshold=0.5)
    model = replace(make_model(table, spec, folder=HERE, seed=1), trainer=None)
    facts = facts_of(table, sex="male")
    found = {}
    for work in (20_000, 4_000_000):
        monkeypatch.setattr(explaining, "MOST_SCORES_ADDITIVE", work)
        found[work] = explain_gaps(model, table, facts, seed=0)
    (few, little), (many, much) = ((drivers, totals[0]) for drivers, totals in found.values())
    assert little.rows_explained < much.rows_explained
    assert little.sampling_error > 2 * much.sampling_error
    assert much.sampling_error <= 1.5 * explaining.WANTED * abs(much.total)
    assert all(one.spread > 0 for one in few)
    # What the small sample says is off from the large one by about what it says it may be.
    off = [abs(a.contribution.value - b.contribution.value) for a, b in zip(few, many, strict=True)]
    assert max(off) <= 4 * little.sampling_error
    assert sum(one.spread for one in many) < sum(one.spread for one in few)


def test_a_gap_inside_the_noise_has_no_shares_on_either_scale(make_table, make_spec, facts_of, world):
    frame, outcome = world(300)
    frame["sex"] = np.random.default_rng(1).choice(["female", "male"], 300)
    table = make_table(frame, outcome, features=("idle", "school"))
    spec = make_spec(train="logistic_regression", threshold=0.5)
    model = make_model(table, spec, folder=HERE, seed=1)
    decisions = decide(model.score(frame), spec.model)
    drivers, _ = explain_gaps(model, table, facts_of(table, sex="male"), seed=0, decisions=decisions)
    assert {one.scale for one in drivers} == {"score", "decision"}
    assert all(one.share is None for one in drivers)


@pytest.mark.slow
def test_a_fitted_input_without_influence_has_an_interval_that_knows_of_the_fit(make_table, make_spec, facts_of):
    covers, narrow = [], []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        n = 400
        woman = rng.integers(0, 2, n)
        frame = pd.DataFrame(
            {
                "sex": np.where(woman, "female", "male"),
                "grade": rng.normal(size=n),
                "idle": rng.normal(size=n) + woman,
            }
        )
        outcome = rng.random(n) < 1 / (1 + np.exp(-frame["grade"]))
        model, table = trained(
            make_table,
            make_spec,
            frame,
            outcome,
            ("grade", "idle"),
            "logistic_regression",
            judged=np.arange(n) >= 200,
        )
        for held, as_it_is in ((covers, model), (narrow, replace(model, trainer=None))):
            drivers, _ = explain_gaps(as_it_is, table, facts_of(table, sex="male"), seed=0)
            found = by_feature(drivers, "female")["idle"].contribution
            held.append(found.low <= 0 <= found.high)
    assert sum(covers) >= 10  # of 12: two standard errors below 95 %
    assert sum(narrow) <= 8  # an interval that takes the model as it is


def test_a_group_too_small_to_be_judged_is_not_explained(make_table, make_spec, facts_of, world):
    frame, outcome = world(120)
    model, table = trained(make_table, make_spec, frame, outcome, ("grade", "school"), "logistic_regression")
    (fact,) = facts_of(table, sex="male")
    women = next(size.n for size in fact.groups if size.group == "female")
    assert explain_gaps(model, table, (fact,), seed=0, minimum_size=women)[1]
    assert explain_gaps(model, table, (fact,), seed=0, minimum_size=women + 1) == ((), ())
