"""Training: what is learnt, what is refused, and that refits are the same model."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from biasaudit.errors import ModelError
from biasaudit.models import code_rows, judge, make_model, model_facts

HERE = Path()
TRAINED = [
    ("logistic_regression", {}),
    ("logistic_regression", {"C": 0.05, "solver": "lbfgs"}),
    ("logistic_regression", {"class_weight": "balanced"}),
    ("gradient_boosting", {"max_iter": 15}),
    ("sklearn.ensemble.RandomForestClassifier", {"n_estimators": 10}),
    ("sklearn.linear_model.Ridge", {}),
]


@pytest.mark.parametrize(("train", "parameters"), TRAINED)
def test_a_refit_gives_the_scores_of_the_model_trained_on_those_labels(
    make_table, make_spec, people, train, parameters
):
    frame, outcome, judged = people
    spec = make_spec(train=train, parameters=parameters, threshold=0.5)
    model = make_model(make_table(frame, outcome, judged=judged), spec, folder=HERE, seed=3)
    other = outcome.copy()
    other[::7] = 1 - other[::7]
    table = make_table(frame, other, judged=judged)
    expected = make_model(table, spec, folder=HERE, seed=3).score(table.judged().frame)
    np.testing.assert_allclose(model.trainer.scores(other[~judged]), expected, atol=1e-6)
    np.testing.assert_allclose(model.trainer.scores(outcome[~judged]), model.score(table.judged().frame), atol=1e-6)


@pytest.mark.parametrize("train", ["logistic_regression", "gradient_boosting"])
def test_a_label_between_is_the_row_twice(make_table, make_spec, people, train):
    frame, outcome, judged = people
    model = make_model(make_table(frame, outcome, judged=judged), make_spec(train=train), folder=HERE, seed=3)
    soft = outcome[~judged].copy()
    soft[:100] = 0.25
    found = model.trainer.scores(soft)

    rows = np.flatnonzero(~judged)
    doubled = pd.concat([frame.iloc[rows], frame.iloc[rows[:100]], frame[judged]], ignore_index=True)
    labels = np.concatenate([np.where(soft == 0.25, 1, soft), np.zeros(100), outcome[judged]])
    weight = np.concatenate([np.where(soft == 0.25, 0.25, 1), np.full(100, 0.75), np.ones(judged.sum())])
    is_judged = np.arange(len(doubled)) >= len(rows) + 100
    table = make_table(doubled, labels, judged=is_judged, weight=weight)
    if train == "logistic_regression":
        # Scaling is learnt from the rows as they are, which the doubled table changes: fit on the scaled rows.
        ready = model.columns.transform(frame.iloc[rows])
        twice = np.vstack([ready, ready[:100]])
        fitted = LogisticRegression(tol=1e-8, max_iter=1000, solver="newton-cholesky")
        fitted.fit(twice, labels[: len(twice)], sample_weight=weight[: len(twice)])
        expected = fitted.predict_proba(model.trainer.judged)[:, 1]
    else:
        expected = make_model(table, make_spec(train=train), folder=HERE, seed=3).score(table.judged().frame)
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("value", [0.0, 1.0])
@pytest.mark.parametrize("train", ["logistic_regression", "gradient_boosting"])
def test_labels_that_are_all_equal_score_everyone_the_same(make_table, make_spec, people, train, value):
    frame, outcome, judged = people
    model = make_model(make_table(frame, outcome, judged=judged), make_spec(train=train), folder=HERE, seed=3)
    found = model.trainer.scores(np.full(int((~judged).sum()), value))
    assert (found == value).all()


def test_a_weight_of_two_is_the_row_twice_in_a_refit(make_table, make_spec, people):
    frame, outcome, judged = people
    model = make_model(
        make_table(frame, outcome, judged=judged), make_spec(train="logistic_regression"), folder=HERE, seed=0
    )
    labels = outcome[~judged]
    weight = np.where(np.arange(len(labels)) % 4 == 0, 2.0, 1.0)
    ready = model.columns.transform(frame[~judged])
    again = np.repeat(np.arange(len(labels)), weight.astype(int))
    fitted = LogisticRegression(tol=1e-10, max_iter=1000, solver="newton-cholesky").fit(ready[again], labels[again])
    expected = fitted.predict_proba(model.trainer.judged)[:, 1]
    np.testing.assert_allclose(model.trainer.scores(labels, weight), expected, atol=1e-7)


def test_separable_labels_without_a_penalty_still_end(make_table, make_spec):
    frame = pd.DataFrame({"x": np.linspace(-1, 1, 60)})
    outcome = (frame.x > 0).to_numpy().astype(float)
    spec = make_spec(train="logistic_regression", parameters={"C": 1e6})
    model = make_model(make_table(frame, outcome), spec, folder=HERE, seed=0)
    scores = model.trainer.scores(outcome)
    assert ((scores > 0.5) == (outcome == 1)).all()


def test_only_rows_that_are_not_judged_train(make_table, make_spec, people):
    frame, outcome, judged = people
    spec = make_spec(train="logistic_regression")
    poisoned = np.where(judged, 1 - outcome, outcome)
    models = [make_model(make_table(frame, y, judged=judged), spec, folder=HERE, seed=0) for y in (outcome, poisoned)]
    np.testing.assert_array_equal(*(model.score(frame) for model in models))
    whole = make_model(make_table(frame, outcome), spec, folder=HERE, seed=0)
    assert whole.trainer.judges_its_training_rows
    assert len(whole.trainer.rows) == len(frame)


def test_the_model_recovers_planted_coefficients(make_table, make_spec):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=20_000), "sex": rng.choice(["female", "male"], 20_000)})
    outcome = rng.random(20_000) < expit(0.8 * frame.x - 0.5 * (frame.sex == "female"))
    spec = make_spec(train="logistic_regression", parameters={"C": 100.0})
    model = make_model(make_table(frame, outcome), spec, folder=HERE, seed=0)
    asked = pd.DataFrame({"x": [0.0, 1.0, 0.0], "sex": ["male", "male", "female"]})
    logits = np.log(1 / (1 / model.score(asked) - 1))
    np.testing.assert_allclose(logits - logits[0], [0, 0.8, -0.5], atol=0.08)


def test_missing_and_unknown_values_are_scored(make_table, make_spec, people):
    frame, outcome, _ = people
    odd = frame.head(3).copy()
    odd["school"] = ["never seen", None, "a"]
    odd["grade"] = [np.nan, 10.0, 11.0]
    for train in ("logistic_regression", "gradient_boosting"):
        model = make_model(make_table(frame, outcome), make_spec(train=train), folder=HERE, seed=0)
        assert np.isfinite(model.score(odd)).all()


def test_the_order_of_columns_in_the_frame_does_not_matter(make_table, make_spec, people):
    frame, outcome, _ = people
    model = make_model(make_table(frame, outcome), make_spec(train="logistic_regression"), folder=HERE, seed=0)
    np.testing.assert_array_equal(model.score(frame[frame.columns[::-1]]), model.score(frame))


@pytest.mark.parametrize(("train", "parameters"), TRAINED)
def test_codes_give_the_scores_of_the_frame(make_table, make_spec, people, train, parameters):
    frame, outcome, _ = people
    model = make_model(make_table(frame, outcome), make_spec(train=train, parameters=parameters), folder=HERE, seed=0)
    coded = code_rows(model, frame)
    np.testing.assert_allclose(coded.score(coded.codes), model.score(frame), atol=1e-9)
    assert (coded.effects is not None) == (train.startswith("logistic") or train.endswith("Ridge"))


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ({"train": "os.system"}, "scikit-learn"),
        ({"train": "logistic_regresion"}, "Did you mean 'logistic_regression'"),
        ({"train": "sklearn.utils.Bunch"}, "no classifier or regressor"),
        ({"train": "sklearn.linear_model.LogisticRegresion"}, "Did you mean 'LogisticRegression'"),
        ({"train": "sklearn.nowhere.Model"}, "no module"),
        ({"train": "sklearn.preprocessing.StandardScaler"}, "no classifier or regressor"),
        ({"train": "logistic_regression", "parameters": {"CC": 1.0, "max_iters": 3}}, "no parameter 'CC'"),
        ({"train": "gradient_boosting", "parameters": {"max_itr": 3}}, "Did you mean 'max_iter'"),
        ({"train": "logistic_regression", "parameters": {"C": "much"}}, "could not be trained"),
    ],
)
def test_what_cannot_be_trained_is_refused_in_words(make_table, make_spec, people, model, message):
    frame, outcome, _ = people
    with pytest.raises(ModelError, match=message):
        make_model(make_table(frame, outcome), make_spec(**model), folder=HERE, seed=0)


def test_one_outcome_teaches_nothing(make_table, make_spec, people):
    frame, outcome, judged = people
    with pytest.raises(ModelError, match="all 600 training rows"):
        make_model(
            make_table(frame, np.where(judged, outcome, 0), judged=judged),
            make_spec(train="logistic_regression"),
            folder=HERE,
            seed=0,
        )


def test_a_model_that_takes_no_weights_says_so(make_table, make_spec, people):
    frame, outcome, _ = people
    spec = make_spec(train="sklearn.neighbors.KNeighborsClassifier")
    make_model(make_table(frame, outcome), spec, folder=HERE, seed=0)
    with pytest.raises(ModelError, match="does not take the weights"):
        make_model(make_table(frame, outcome, weight=np.arange(len(frame)) + 1.0), spec, folder=HERE, seed=0)


def test_a_case_may_bring_its_own_estimator(make_table, make_spec, people):
    frame, outcome, judged = people
    seen = []

    def bare(train, spec):
        seen.append(len(train))
        return RandomForestClassifier(n_estimators=5, random_state=1)

    spec = make_spec(train="logistic_regression")
    table = make_table(frame, outcome, judged=judged)
    model = make_model(table, spec, folder=HERE, seed=0, case_model=bare)
    assert seen == [600]
    assert "RandomForestClassifier" in model.source

    def whole(train, spec):
        take = FunctionTransformer(lambda frame: frame[["grade"]])
        return make_pipeline(take, StandardScaler(), LogisticRegression(tol=1e-10))

    model = make_model(table, spec, folder=HERE, seed=0, case_model=whole)
    np.testing.assert_allclose(model.trainer.scores(outcome[~judged]), model.score(table.judged().frame), atol=1e-9)
    weighted = model.trainer.scores(outcome[~judged], np.full(600, 2.0))
    assert np.isfinite(weighted).all()
    with pytest.raises(ModelError, match=r"model\(\) of case.py"):
        make_model(table, spec, folder=HERE, seed=0, case_model=lambda train, spec: StandardScaler())


def test_facts_hold_what_json_can(make_table, make_spec, people):
    frame, outcome, judged = people
    spec = make_spec(train="logistic_regression", parameters={"C": float("inf")}, quota=40)
    table = make_table(frame, outcome, judged=judged)
    model = make_model(table, spec, folder=HERE, seed=9)
    facts = model_facts(model, judge(model, table.judged(), spec).decisions)
    assert facts.n_selected == pytest.approx(40)
    assert (facts.kind, facts.cut, facts.cut_value) == ("trained", "quota", 40)
    assert facts.parameters["C"] == "inf"
    assert '"random_state":9' in facts.model_dump_json()
