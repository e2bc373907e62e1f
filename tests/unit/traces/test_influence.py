"""Influence: equal to finite differences of retraining, close to what flipping a label does, refused where not smooth."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge, RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from biasaudit.data.roles import assign_roles
from biasaudit.errors import NotApplicableError
from biasaudit.measures import attribute_facts, count
from biasaudit.models import first_fit, judge, make_model
from biasaudit.models.smooth import SmoothModel, smooth_model
from biasaudit.spec import ModelSpec
from biasaudit.testing.planted import World, plant_world, planted_declaration
from biasaudit.testing.planted_traces import source_of
from biasaudit.traces import Ballots, Rule, judges_of
from biasaudit.traces.relabelling.influence import (
    SmoothCut,
    answer_sensitivity,
    contrasts,
    label_influence,
    score_gradient,
    selection_gradient,
    smooth_cut,
)

STEP = 1e-4


def modelled(train="logistic_regression", seed=0, items=900, **model):
    """Give the model of a planted world, its smooth form, who is judged, and the declaration."""
    declaration = planted_declaration(World(items=items))
    spec = declaration.spec.model_copy(update={"model": ModelSpec(train=train, **(model or {"share": 0.5}))})
    table = assign_roles(plant_world(seed, World(items=items)).items, declaration, source_of("items"))
    made = make_model(table, spec, folder=Path.cwd(), seed=seed)
    facts = attribute_facts(count(table.judged(), judge(made, table.judged(), spec).decisions.selected), spec)
    return made, smooth_model(made, table), judges_of(table, made.trainer.judged_rows, facts, 30), spec.model


@pytest.fixture(scope="module")
def world():
    return modelled()


def refitted(smooth, labels):
    fit = first_fit(smooth.train[:, :-1], labels, smooth.weight, inverse_penalty=1 / smooth.penalty[0])
    return replace(smooth, coefficients=fit.coefficients)


def score_gaps(smooth, judges):
    scores = 1 / (1 + np.exp(-smooth.judged_line)) if smooth.is_logistic else smooth.judged_line
    return contrasts(judges).T @ scores


def softened_gaps(smooth, judges, cut, spec):
    if cut.share is not None:  # the line follows the scores, its edge stays as wide
        line = smooth_line(smooth, cut)
        cut = SmoothCut(line=line, width=cut.width, share=cut.share, mass=cut.mass)
    return contrasts(judges).T @ cut.selected(smooth.judged_line)


def smooth_line(smooth, cut):
    from scipy.optimize import brentq

    lines = smooth.judged_line

    def over(line):
        moved = SmoothCut(line=line, width=cut.width, share=cut.share, mass=cut.mass)
        return cut.mass @ moved.selected(lines) / cut.mass.sum() - cut.share

    return brentq(over, lines.min() - 9, lines.max() + 9, xtol=1e-14, rtol=1e-14)


def differences(smooth, given_labels, measure, items):
    """Central differences of gaps in single labels, each by two refits."""
    found = []
    for item in items:
        ends = []
        for step in (STEP, -STEP):
            labels = given_labels.copy()
            labels[item] += step
            ends.append(measure(refitted(smooth, labels)))
        found.append((ends[0] - ends[1]) / (2 * STEP))
    return np.array(found)


def test_influence_on_the_score_gap_equals_finite_differences_of_refits(world):
    model, smooth, judges, _ = world
    labels = model.trainer.labels * 0.98 + 0.01  # labels between, so that steps stay inside 0 and 1
    fitted = refitted(smooth, labels)
    influence = label_influence(fitted, score_gradient(fitted, judges))
    items = [0, 5, 17, 120, 333]
    found = differences(fitted, labels, lambda moved: score_gaps(moved, judges), items)
    assert np.abs(found - influence[items]).max() <= 1e-6 * np.abs(influence).max()


@pytest.mark.parametrize("cut", [{"share": 0.3}, {"threshold": 0.6}, {"quota": 100}])
def test_influence_on_the_softened_selection_gap_equals_finite_differences(cut):
    model, smooth, judges, spec = modelled(**cut)
    labels = model.trainer.labels * 0.98 + 0.01
    fitted = refitted(smooth, labels)
    line = smooth_cut(fitted, spec, judges.weight)
    influence = label_influence(fitted, selection_gradient(fitted, judges, line))
    items = [1, 40, 222]
    found = differences(fitted, labels, lambda moved: softened_gaps(moved, judges, line, spec), items)
    assert np.abs(found - influence[items]).max() <= 2e-6 * np.abs(influence).max()
    selected = line.selected(fitted.judged_line)
    if line.share is not None:
        assert selected.mean() == pytest.approx(line.share, abs=1e-9)


def test_flipping_a_label_does_to_the_score_gap_what_its_influence_says(world):
    model, smooth, judges, _ = world
    rng = np.random.default_rng(3)
    items = rng.choice(len(model.trainer.labels), 80, replace=False)
    influence = label_influence(smooth, score_gradient(smooth, judges))
    start = score_gaps(refitted(smooth, model.trainer.labels), judges)
    expected, happened = [], []
    for item in items:
        labels = model.trainer.labels.copy()
        labels[item] = 1 - labels[item]
        expected.append(influence[item] * (labels[item] - model.trainer.labels[item]))
        happened.append(score_gaps(refitted(smooth, labels), judges) - start)
    expected, happened = np.array(expected), np.array(happened)
    for column in range(expected.shape[1]):
        assert np.corrcoef(expected[:, column], happened[:, column])[0, 1] > 0.995
        slope = expected[:, column] @ happened[:, column] / (expected[:, column] @ expected[:, column])
        assert 0.9 < slope < 1.1


@pytest.mark.parametrize(
    ("train", "parameters", "fresh"),
    [
        ("sklearn.linear_model.Ridge", {"alpha": 3.0}, lambda: Ridge(alpha=3.0)),
        ("sklearn.linear_model.LinearRegression", {}, LinearRegression),
        ("sklearn.linear_model.RidgeClassifier", {"alpha": 2.0}, lambda: Ridge(alpha=2.0)),
        (
            "sklearn.linear_model.LogisticRegression",
            {"C": 0.2, "solver": "liblinear"},
            lambda: LogisticRegression(C=0.2, solver="liblinear", tol=1e-10),
        ),
        (
            "sklearn.linear_model.LogisticRegression",
            {"C": 0.5, "fit_intercept": False},
            lambda: LogisticRegression(C=0.5, fit_intercept=False, tol=1e-10),
        ),
    ],
)
def test_linear_models_of_scikit_learn_are_smooth_as_they_are(train, parameters, fresh):
    model, smooth, judges, _ = modelled(train, parameters=parameters, share=0.5)
    assert not smooth.stands_in
    influence = label_influence(smooth, score_gradient(smooth, judges))
    rows = model.trainer.prepare(model.trainer.frame)

    def gaps(labels):
        estimator, weight = fresh(), np.ones(len(labels))
        if isinstance(estimator, LogisticRegression):  # a label between is the row twice
            doubled = np.vstack([rows, rows])
            weight = np.concatenate([labels, 1 - labels])
            estimator.fit(doubled, np.repeat([1, 0], len(labels)), sample_weight=weight)
            return contrasts(judges).T @ estimator.predict_proba(model.trainer.judged)[:, 1]
        target = 2 * labels - 1 if train.endswith("RidgeClassifier") else labels
        return contrasts(judges).T @ estimator.fit(rows, target).predict(model.trainer.judged)

    for item in (0, 77):
        up, down = model.trainer.labels.copy(), model.trainer.labels.copy()
        own = model.trainer.labels[item]
        up[item], down[item] = min(1.0, own + 1e-3), max(0.0, own - 1e-3)
        found = (gaps(up) - gaps(down)) / (up[item] - down[item])
        assert found == pytest.approx(influence[item], abs=2e-3 * np.abs(influence).max())


def test_residuals_of_a_ridge_classifier_are_in_units_of_labels():
    model, smooth, _, _ = modelled("sklearn.linear_model.RidgeClassifier", share=0.5)
    expected = (model.estimator.decision_function(model.trainer.prepare(model.trainer.frame)) + 1) / 2
    assert smooth.residuals(model.trainer.labels) == pytest.approx(model.trainer.labels - expected, abs=1e-9)
    assert isinstance(model.estimator, RidgeClassifier)


def test_another_model_is_stood_in_for_and_says_so():
    model, smooth, judges, spec = modelled("gradient_boosting", parameters={"max_iter": 20}, share=0.5)
    assert smooth.stands_in
    cut = smooth_cut(smooth, spec, judges.weight)
    influence = label_influence(smooth, selection_gradient(smooth, judges, cut))
    assert influence.shape == (len(model.trainer.rows), len(judges.comparisons))
    assert np.isfinite(influence).all()


@pytest.mark.parametrize("parameters", [{"l1_ratio": 1.0, "solver": "saga"}, {"class_weight": "balanced"}])
def test_a_logistic_regression_with_another_objective_is_stood_in_for(parameters):
    assert modelled("logistic_regression", parameters=parameters, share=0.5)[1].stands_in


def test_columns_that_repeat_each_other_without_a_penalty_still_have_an_influence():
    rng = np.random.default_rng(0)
    x = rng.normal(size=60)
    one = {"judged": np.column_stack([x, np.ones(60)]), "train": np.column_stack([x, np.ones(60)])}
    two = {name: np.column_stack([x / 2, x / 2, np.ones(60)]) for name in one}
    shared = {"weight": np.ones(60), "is_logistic": True}
    plain = SmoothModel(coefficients=np.array([1.0, 0.0]), penalty=np.zeros(2), **one, **shared)
    twice = SmoothModel(coefficients=np.array([1.0, 1.0, 0.0]), penalty=np.zeros(3), **two, **shared)
    for_plain = label_influence(plain, plain.judged.T @ np.eye(60)[:, :1])
    for_twice = label_influence(twice, twice.judged.T @ np.eye(60)[:, :1])
    assert for_twice == pytest.approx(for_plain, abs=1e-7)


def test_scores_that_are_all_equal_are_refused():
    flat = SmoothModel(
        train=np.ones((5, 1)),
        judged=np.ones((5, 1)),
        coefficients=np.ones(1),
        penalty=np.zeros(1),
        weight=np.ones(5),
        is_logistic=True,
    )
    with pytest.raises(NotApplicableError, match="same score"):
        smooth_cut(flat, ModelSpec(train="x", share=0.5), np.ones(5))


def ballots_of_sizes(counts):
    """Items with so many answers, of which so many are positive."""
    item = np.repeat(np.arange(len(counts)), [size for size, _ in counts])
    label = np.concatenate([[1.0] * yes + [0.0] * (size - yes) for size, yes in counts])
    return Ballots(
        rows=np.arange(len(counts)), item=item, annotator=np.arange(len(item)), label=label, source=np.arange(len(item))
    )


@settings(max_examples=40, deadline=None)
@given(size=st.integers(2, 11), data=st.data())
def test_an_answer_decides_a_majority_as_often_as_the_others_are_split(size, data):
    yes = data.draw(st.integers(0, size))
    found = answer_sensitivity(Rule(name="majority", tie=0.5), ballots_of_sizes([(size, yes)]))
    own = np.array([1] * yes + [0] * (size - yes))
    for label, chance in zip(own, found, strict=True):
        others = size - 1
        p = (yes - label + 0.5) / (others + 1)
        decided = [
            sum(
                binom.pmf(k, others, p) * (1.0 if 2 * (k + answer) > size else 0.5 * (2 * (k + answer) == size))
                for k in range(others + 1)
            )
            for answer in (1, 0)
        ]
        assert chance == pytest.approx(decided[0] - decided[1], abs=1e-9)


def test_an_answer_weighs_its_share_in_a_mean_and_one_that_stands_alone_decides():
    ballots = ballots_of_sizes([(4, 1), (1, 1)])
    assert answer_sensitivity(Rule(name="mean"), ballots).tolist() == [0.25] * 4 + [1.0]
    assert answer_sensitivity(Rule(name="majority"), ballots)[-1] == 1.0
    some, every = (answer_sensitivity(Rule(name=name), ballots_of_sizes([(3, 2)])) for name in ("any", "all"))
    # Under "any" an answer decides where all others are negative: rarer for one whose others say yes.
    assert some[2] < some[0]
    assert every[2] > every[0]


def test_a_pipeline_of_a_case_is_read_at_its_end(world):
    """Our own preparation of numbers is a scaler too, so that both ways must give the same."""
    declaration = planted_declaration(World(items=900))
    table = assign_roles(plant_world(0, World(items=900)).items, declaration, source_of("items"))

    def of_case(_train, _spec):
        return make_pipeline(StandardScaler(), LogisticRegression(solver="newton-cholesky", tol=1e-8))

    made = make_model(table, declaration.spec, folder=Path.cwd(), seed=0, case_model=of_case)
    through, (_, plain, judges, _) = smooth_model(made, table), world
    assert not through.stands_in
    own, other = (label_influence(each, score_gradient(each, judges)) for each in (through, plain))
    assert own == pytest.approx(other, abs=1e-7)
