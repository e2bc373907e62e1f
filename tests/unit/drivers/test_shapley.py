"""Shapley values of rows: held against their definition, against shap, and against closed forms."""

from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

from biasaudit.drivers.linear import _shap
from biasaudit.drivers.players import players_of
from biasaudit.drivers.shapley import coalitions, evaluations_a_pair, shapley_values
from biasaudit.errors import DataError
from biasaudit.models import Model


def by_enumeration(value, players):
    """Shapley values by their definition, from a function of the set of those present."""
    found = []
    for player in players:
        others = [other for other in players if other != player]
        share = 0.0
        for size in range(len(players)):
            weight = factorial(size) * factorial(len(players) - size - 1) / factorial(len(players))
            share += weight * sum(value({*some, player}) - value(set(some)) for some in combinations(others, size))
        found.append(share)
    return np.array(found)


def game_of(model, row, background, columns_of, line):
    known = {}

    def value(present):
        key = frozenset(present)
        if key not in known:
            columns = [column for player in present for column in columns_of[player]]
            scores = model.score(background.assign(**{column: row[column] for column in columns}))
            known[key] = float((scores if line is None else line(scores)).mean())
        return known[key]

    return value


def made(features, score, scale="probability"):
    return Model(kind="loaded", source="made", scale=scale, features=tuple(features), score=score)


def above(scores):
    return (scores >= 0.5).astype(float)


def crossed(frame):
    """A score of two columns together, and of one that counts beyond a step: interactions of many."""
    numbers = frame.to_numpy(dtype=float)
    return 1 / (1 + np.exp(-(numbers[:, 0] * numbers[:, 1] + (numbers.sum(axis=1) > 0) + numbers[:, -1])))


def numbers_of(rows, columns, seed):
    values = np.random.default_rng(seed).normal(size=(rows, columns)).round(3)
    return pd.DataFrame(values, columns=[f"x{place}" for place in range(columns)])


@pytest.mark.parametrize("line", [None, above])
@pytest.mark.parametrize("columns", [2, 4, 6])
def test_up_to_six_inputs_values_are_those_of_the_definition(columns, line):
    frame = numbers_of(24, columns, seed=columns)
    model = made(frame.columns, crossed)
    rows, background = frame.iloc[:4], frame.iloc[4:]
    (found,) = shapley_values(model, rows, background, seed=0, lines=[line])
    for place in range(len(rows)):
        columns_of = {name: [name] for name in frame.columns}
        value = game_of(model, rows.iloc[place], background, columns_of, line)
        np.testing.assert_allclose(found[place], by_enumeration(value, list(frame.columns)), atol=1e-9)


@pytest.mark.parametrize("line", [None, above])
@pytest.mark.parametrize("columns", [7, 8])
def test_up_to_eight_inputs_means_come_to_those_of_the_definition_within_their_error(columns, line):
    frame = numbers_of(30, columns, seed=columns)
    model = made(frame.columns, crossed)
    rows, background = frame.iloc[:10], frame.iloc[10:18]
    values = [
        game_of(model, rows.iloc[place], background, {name: [name] for name in frame.columns}, line)
        for place in range(len(rows))
    ]
    exact = np.mean([by_enumeration(value, list(frame.columns)) for value in values], axis=0)
    drawn = np.array(
        [shapley_values(model, rows, background, seed=seed, lines=[line])[0].mean(axis=0) for seed in range(40)]
    )
    error = drawn.std(axis=0, ddof=1) / np.sqrt(len(drawn))
    assert (np.abs(drawn.mean(axis=0) - exact) <= 4 * error + 1e-12).all()
    assert (drawn.std(axis=0) < 0.1).all()


@pytest.mark.parametrize("line", [None, above])
def test_a_group_of_inputs_enters_as_one_on_both_scales(line):
    frame = numbers_of(24, 5, seed=3)
    model = made(frame.columns, crossed)
    players = players_of(model.features, {"first": ("x0", "x3"), "rest": ("x2", "x4")})
    assert players.names == ("first", "x1", "rest")
    rows, background = frame.iloc[:3], frame.iloc[3:]
    (found,) = shapley_values(model, rows, background, seed=0, lines=[line], players=players)
    columns_of = {"first": ["x0", "x3"], "x1": ["x1"], "rest": ["x2", "x4"]}
    for place in range(len(rows)):
        value = game_of(model, rows.iloc[place], background, columns_of, line)
        np.testing.assert_allclose(found[place], by_enumeration(value, list(players.names)), atol=1e-9)


def test_groups_refuse_what_the_model_does_not_read():
    with pytest.raises(DataError, match=r"pay: 'salry' is no input of the model. Did you mean 'salary'\?"):
        players_of(("salary", "age"), {"pay": ("salry", "age")})
    with pytest.raises(DataError, match="'age' is the name of an input too"):
        players_of(("salary", "age"), {"age": ("salary", "age")})


@pytest.mark.parametrize("columns", [5, 9])
@pytest.mark.parametrize("pairs", [1, 3, 40])
@pytest.mark.parametrize("line", [None, above])
def test_every_row_adds_up_to_its_own_value_minus_the_mean_however_few_it_meets(columns, pairs, line):
    frame = numbers_of(100, columns, seed=1)
    model = made(frame.columns, crossed)
    rows, background = frame.iloc[:60], frame.iloc[60:]
    (found,) = shapley_values(model, rows, background, seed=0, lines=[line], pairs=pairs)
    own, behind = (model.score(part) if line is None else line(model.score(part)) for part in (rows, background))
    np.testing.assert_allclose(found.sum(axis=1), own - behind.mean(), atol=1e-9)


@given(st.integers(1, 4), st.integers(1, 9), st.integers(0, 100))
@settings(max_examples=15, deadline=None)
def test_rows_too_few_or_too_alike_add_up_too(rows, columns, seed):
    frame = numbers_of(12, columns, seed=seed)
    frame.iloc[:rows] = frame.iloc[0].to_numpy()
    model = made(frame.columns, lambda part: (part.to_numpy().sum(axis=1) > 0).astype(float))
    (found,) = shapley_values(model, frame.iloc[:rows], frame.iloc[rows:], seed=seed, pairs=1)
    expected = model.score(frame.iloc[:rows]) - model.score(frame.iloc[rows:]).mean()
    np.testing.assert_allclose(found.sum(axis=1), expected, atol=1e-9)


@pytest.mark.parametrize("columns", [3, 8])
def test_a_model_that_tells_no_one_apart_gives_nothing(columns):
    frame = numbers_of(40, columns, seed=1)
    model = made(frame.columns, lambda part: np.full(len(part), 0.1 + 0.2))
    for pairs in (1, 7, None):
        (found,) = shapley_values(model, frame.iloc[:30], frame.iloc[30:], seed=0, pairs=pairs)
        assert np.abs(found).max() <= (1e-15 if columns == 3 else 0)  # weights of coalitions are thirds and sixths


def test_few_meetings_come_to_the_same_mean_as_all_of_them():
    frame = numbers_of(260, 4, seed=5)
    model = made(frame.columns, crossed)
    rows, background = frame.iloc[:200], frame.iloc[200:]
    every = shapley_values(model, rows, background, seed=0)[0].mean(axis=0)
    few = np.array([shapley_values(model, rows, background, seed=s, pairs=1)[0].mean(axis=0) for s in range(30)])
    error = few.std(axis=0, ddof=1) / np.sqrt(len(few))
    assert (np.abs(few.mean(axis=0) - every) <= 4 * error).all()


@pytest.mark.parametrize("columns", [4, 8])
def test_shap_finds_the_same(columns):
    frame = numbers_of(90, columns, seed=2)
    outcome = crossed(frame) > 0.5
    forest = HistGradientBoostingClassifier(max_iter=20, random_state=0).fit(frame.to_numpy(), outcome)
    model = made(frame.columns, lambda part: forest.predict_proba(part.to_numpy())[:, 1])
    rows, background = frame.iloc[:8], frame.iloc[60:]
    ours = [shapley_values(model, rows, background, seed=seed)[0] for seed in range(6)]
    shap = _shap()
    masker = shap.maskers.Independent(background.to_numpy(), max_samples=len(background))
    explainer = shap.ExactExplainer(lambda codes: forest.predict_proba(codes)[:, 1], masker)
    theirs = explainer(rows.to_numpy(), silent=True)[:].values  # noqa: PD011 - not a frame
    error = np.std(ours, axis=0, ddof=1) / np.sqrt(len(ours))
    assert np.abs(np.mean(ours, axis=0) - theirs).max() <= (1e-9 if columns == 4 else 0.03)
    assert columns == 8 or error.max() < 1e-12


def test_the_tree_explainer_agrees_on_a_forest_and_not_on_the_probability_of_boosted_trees():
    shap = _shap()
    frame = pd.DataFrame(np.random.default_rng(4).normal(size=(400, 5)))
    frame.columns = [f"x{place}" for place in range(5)]
    outcome = (crossed(frame) > 0.5).astype(int)
    rows, background = frame.iloc[:20], frame.iloc[360:]
    apart = {}
    for name, kind, output in (
        ("forest", RandomForestClassifier(20, min_samples_leaf=5, random_state=0), "raw"),
        ("boosted", HistGradientBoostingClassifier(max_iter=20, random_state=0), "probability"),
    ):
        fitted = kind.fit(frame.to_numpy(), outcome)
        model = made(frame.columns, lambda part, fitted=fitted: fitted.predict_proba(part.to_numpy())[:, 1])
        (ours,) = shapley_values(model, rows, background, seed=0)
        explainer = shap.TreeExplainer(
            fitted, background.to_numpy(), feature_perturbation="interventional", model_output=output
        )
        theirs = np.asarray(explainer.shap_values(rows.to_numpy()))
        apart[name] = np.abs((theirs[..., 1] if theirs.ndim == 3 else theirs) - ours).max()
    assert apart["forest"] < 1e-6
    assert apart["boosted"] > 0.01  # it spreads the difference of probabilities in proportion to margins


@pytest.mark.parametrize("columns", [1, 2, 4, 6, 9])
def test_coalitions_share_out_a_game_as_its_definition_says(columns):
    rng = np.random.default_rng(columns)
    effects, pairs = rng.normal(size=columns), rng.normal(size=(columns, columns))
    present, weights = coalitions(columns, seed=3)
    assert len(present) == evaluations_a_pair(columns)
    values = present @ effects + np.einsum("ci,ij,cj->c", present, np.triu(pairs, 1), present)
    half = np.triu(pairs, 1) + np.triu(pairs, 1).T
    # In a game of single effects and pairs everybody gets the own effect and half of every pair.
    assert weights @ values == pytest.approx(effects + half.sum(axis=1) / 2)
    assert (weights @ values).sum() == pytest.approx(values[present.all(axis=1)][0] - values[~present.any(axis=1)][0])
