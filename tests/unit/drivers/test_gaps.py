"""Contributions: they add up, and planted ones are found."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from biasaudit.drivers import explain_gaps
from biasaudit.drivers import gaps as gaps_module
from biasaudit.drivers.refits import coalitions
from biasaudit.drivers.shapley import shapley_values
from biasaudit.errors import NotApplicableError
from biasaudit.models import Model, decide, make_model

HERE = Path()


@pytest.fixture(autouse=True)
def _few_rows(monkeypatch):
    """Explain few rows: what must hold does not depend on how many."""
    monkeypatch.setattr(gaps_module, "MOST_ROWS_ADDITIVE", 150)
    monkeypatch.setattr(gaps_module, "MOST_ROWS", 60)


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


def test_shapley_values_are_those_of_enumeration(make_table, make_spec, world):
    frame, outcome = world(200)
    features = ("grade", "origin", "sex")
    model, table = trained(make_table, make_spec, frame, outcome, features, "gradient_boosting")
    rows, background = table.frame[list(features)].iloc[:5], table.frame[list(features)].iloc[50:90]
    (found,) = shapley_values(model, rows, background, seed=0)

    def value(row, known):
        mixed = background.copy()
        for name in known:
            mixed[name] = row[name]
        return model.score(mixed).mean()

    weights = {0: 1 / 3, 1: 1 / 6, 2: 1 / 3}
    for place, (_, row) in enumerate(rows.iterrows()):
        for column, name in enumerate(features):
            others = [other for other in features if other != name]
            coalitions = [[], [others[0]], [others[1]], others]
            expected = sum(weights[len(s)] * (value(row, [*s, name]) - value(row, s)) for s in coalitions)
            assert found[place, column] == pytest.approx(expected, abs=1e-9)


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
    monkeypatch.setattr(gaps_module, "MOST_ROWS", 500)
    monkeypatch.setattr(gaps_module, "MOST_SCORES", 10**9)
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


def test_on_the_scale_of_decisions_values_are_those_of_enumeration(make_table, make_spec, world):
    frame, outcome = world(200)
    features = ("grade", "origin", "sex")
    model, table = trained(make_table, make_spec, frame, outcome, features, "logistic_regression")
    rows, background = table.frame[list(features)].iloc[:5], table.frame[list(features)].iloc[50:90]

    def line(scores):
        return (scores >= 0.55).astype(float)

    (found,) = shapley_values(model, rows, background, seed=0, lines=[line])
    weights = {0: 1 / 3, 1: 1 / 6, 2: 1 / 3}

    def value(row, known):
        mixed = background.assign(**{name: row[name] for name in known})
        return line(model.score(mixed)).mean()

    for place, (_, row) in enumerate(rows.iterrows()):
        for column, name in enumerate(features):
            one, two = (other for other in features if other != name)
            expected = sum(
                weights[len(s)] * (value(row, [*s, name]) - value(row, s)) for s in ([], [one], [two], [one, two])
            )
            assert found[place, column] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("columns", [1, 2, 4, 6, 9])
def test_coalitions_share_out_a_game_as_its_definition_says(columns):
    rng = np.random.default_rng(columns)
    effects, pairs = rng.normal(size=columns), rng.normal(size=(columns, columns))
    present, weights = coalitions(columns, seed=3)
    values = present @ effects + np.einsum("ci,ij,cj->c", present, np.triu(pairs, 1), present)
    half = np.triu(pairs, 1) + np.triu(pairs, 1).T
    # In a game of single effects and pairs everybody gets the own effect and half of every pair.
    assert weights @ values == pytest.approx(effects + half.sum(axis=1) / 2)
    assert (weights @ values).sum() == pytest.approx(values[present.all(axis=1)][0] - values[~present.any(axis=1)][0])


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
