"""What counted for one person: closed forms for linear models, shap's own values for trees, exactness against sampling."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from biasaudit.drivers import one_person
from biasaudit.drivers.one_person import weigh_inputs, yardstick
from biasaudit.errors import DataError
from biasaudit.models import Model, make_model

HERE = Path()


def planted(scale="score", features=("a", "b", "c")):
    """A model whose coefficients are 2, -3 and 0, whatever it is shown."""
    weights = {"a": 2.0, "b": -3.0, "c": 0.0, "d": 1.0, "e": 0.5, "f": -0.25, "g": 0.1, "h": 4.0}

    def score(frame):
        line = sum(weights[name] * frame[name].to_numpy(dtype=float) for name in features)
        return expit(line) if scale == "probability" else line

    return Model(kind="loaded", source="planted", scale=scale, score=score, features=tuple(features))


@pytest.fixture
def people(make_table):
    def build(n=150, features=("a", "b", "c"), weight=None):
        rng = np.random.default_rng(3)
        frame = pd.DataFrame(rng.normal(size=(n, len(features))), columns=list(features))
        return make_table(frame, weight=weight, protected=())

    return build


def test_contributions_to_a_linear_score_are_the_coefficients_times_the_distance_from_the_mean(people, make_spec):
    table, model = people(), planted()
    stick = yardstick(model, table, make_spec(load="x.skops", threshold=0.0), 0.0)
    person = pd.DataFrame({"a": [1.5], "b": [0.5], "c": [9.0]})
    found = weigh_inputs(model, person, table, stick, seed=0)
    expected = np.array([2.0, -3.0, 0.0]) * (person.iloc[0] - table.frame.mean()).to_numpy()
    assert stick.unit == "score"
    assert found.contributions == pytest.approx(expected, abs=1e-9)
    assert (found.compared, found.error) == (150, 0.0)
    assert found.usual == pytest.approx(model.score(table.frame).mean())


@pytest.mark.parametrize("features", [("a", "b", "c"), tuple("abcdefgh")])
def test_contributions_add_up_to_what_sets_the_person_apart(people, make_spec, features):
    table, model = people(400, features), planted("probability", features)
    stick = yardstick(model, table, make_spec(load="x.skops", threshold=0.5), 0.5)
    person = table.frame.iloc[[7]]
    found = weigh_inputs(model, person, table, stick, seed=1)
    assert stick.unit == "in_100"
    assert found.score == pytest.approx(100 * model.score(person)[0])
    assert found.contributions.sum() == pytest.approx(found.score - found.usual, abs=1e-6)
    # People are taken evenly over the scores, so that their mean is that of all.
    assert found.usual == pytest.approx(100 * model.score(table.frame).mean(), abs=0.5)
    assert (found.error > 0) == (len(features) > 6)


def test_sampled_contributions_are_the_exact_ones_within_their_error(people, make_spec, monkeypatch):
    features = ("a", "b", "c", "d", "e")
    table, model = people(60, features), planted("probability", features)
    stick = yardstick(model, table, make_spec(load="x.skops", threshold=0.5), 0.5)
    person = pd.DataFrame([[1.0, 1.0, 2.0, -1.0, 3.0]], columns=list(features))
    exact = weigh_inputs(model, person, table, stick, seed=1)
    monkeypatch.setattr(one_person, "MOST_EXACT", 0)
    monkeypatch.setattr("biasaudit.drivers.shapley.MOST_EXACT", 0)
    sampled = weigh_inputs(model, person, table, stick, seed=1)
    assert exact.error == 0 < sampled.error < 0.5
    assert sampled.contributions == pytest.approx(exact.contributions, abs=4 * sampled.error)
    assert sampled.contributions != pytest.approx(exact.contributions, abs=1e-9)


def test_points_are_those_of_the_form(make_table, make_spec):
    rng = np.random.default_rng(5)
    n = 3000
    frame = pd.DataFrame({"grade": rng.normal(50, 10, n).round(), "sex": rng.choice(["female", "male"], n)})
    line = 0.2 * (frame.grade - 50) - 1.0 * (frame.sex == "female")
    outcome = (rng.random(n) < expit(line)).astype(float)
    table = make_table(frame, outcome, protected=("sex",))
    spec = make_spec(train="logistic_regression", share=0.3, points={"column": "grade", "worth": 2.0})
    model = make_model(table, spec, folder=HERE, seed=0)
    scores = model.score(frame)
    stick = yardstick(model, table, spec, float(np.quantile(scores, 0.7)))
    person = pd.DataFrame({"grade": [61.0], "sex": ["female"]})
    found = weigh_inputs(model, person, table, stick, seed=0)
    # One more of the grade is worth two points to everybody, so that the closed form needs no model.
    assert found.contributions[0] == pytest.approx(2.0 * (61 - frame.grade.mean()), abs=1e-8)
    other = float(logit(model.score(person.assign(sex="male")))[0] - logit(model.score(person))[0])
    share = (frame.sex == "male").mean()
    per_link = 2.0 / float(logit(model.score(person.assign(grade=62.0)))[0] - logit(model.score(person))[0])
    assert found.contributions[1] == pytest.approx(-other * per_link * share, rel=1e-6)
    assert found.contributions.sum() == pytest.approx(found.score - found.usual, abs=1e-8)
    assert stick.measure(np.array([np.quantile(scores, 0.7)])) == pytest.approx([0.0])
    assert found.compared == n


def test_points_of_a_model_that_does_not_add_up_are_not_counted(make_table, make_spec):
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"grade": rng.normal(size=400), "other": rng.normal(size=400)})
    outcome = (frame.grade * frame.other > 0).to_numpy().astype(float)
    table = make_table(frame, outcome, protected=())
    spec = make_spec(train="gradient_boosting", threshold=0.5, points={"column": "grade"})
    model = make_model(table, spec, folder=HERE, seed=0)
    assert yardstick(model, table, spec, 0.5).unit == "in_100"
    with pytest.raises(DataError, match=r"points\.column = 'nothing' is no input"):
        yardstick(model, table, make_spec(train="gradient_boosting", threshold=0.5, points={"column": "nothing"}), 0.5)


def test_trees_agree_with_shap(make_table, make_spec):
    import shap

    rng = np.random.default_rng(8)
    frame = pd.DataFrame(rng.normal(size=(300, 4)), columns=list("abcd"))
    outcome = (frame.a + frame.b * frame.c + rng.normal(0, 0.3, 300) > 0).to_numpy().astype(float)
    table = make_table(frame, outcome, protected=())
    spec = make_spec(
        train="sklearn.ensemble.RandomForestClassifier", parameters={"n_estimators": 20, "max_depth": 5}, threshold=0.5
    )
    model = make_model(table, spec, folder=HERE, seed=0)
    held = table.take(np.arange(80))
    person = frame.iloc[[200]]
    found = weigh_inputs(model, person, held, yardstick(model, held, spec, 0.5), seed=0)
    prepare = model.columns.transform
    theirs = shap.TreeExplainer(
        model.estimator,
        shap.maskers.Independent(prepare(held.frame), max_samples=80),
        feature_perturbation="interventional",
    )
    expected = 100 * theirs(prepare(person)).values[0, :, 1]  # noqa: PD011 - of shap
    assert found.contributions == pytest.approx(expected, abs=1e-4)


def test_the_order_of_rows_and_the_seed_change_nothing_that_is_exact(people, make_spec):
    table, model = people(500), planted("probability")
    shuffled = table.take(np.random.default_rng(0).permutation(500))
    stick = yardstick(model, table, make_spec(load="x.skops", threshold=0.5), 0.5)
    person = table.frame.iloc[[3]]
    one, other = (weigh_inputs(model, person, each, stick, seed=seed) for each, seed in ((table, 1), (shuffled, 2)))
    assert one.contributions == pytest.approx(other.contributions, abs=1e-12)


def test_weights_count_people_as_often_as_they_stand_for(people, make_spec):
    weight = np.where(np.arange(150) < 50, 10.0, 1e-9)
    table, model = people(weight=weight), planted()
    stick = yardstick(model, table, make_spec(load="x.skops", threshold=0.0), 0.0)
    found = weigh_inputs(model, table.frame.iloc[[0]], table, stick, seed=0)
    assert found.usual == pytest.approx(model.score(table.frame[:50]).mean(), abs=0.05)
