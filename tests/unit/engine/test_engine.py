"""One audit goes from its declaration to its result; a step that cannot be done says why."""

import numpy as np
import pandas as pd
import pytest

import biasaudit
from biasaudit.errors import DataError, DeclarationError, NotApplicableError
from biasaudit.running import loaded


def people(n=400, seed=3):
    rng = np.random.default_rng(seed)
    group = rng.choice(["a", "b"], n)
    grade = rng.normal(size=n) - 0.8 * (group == "b")
    return pd.DataFrame(
        {
            "group": group,
            "grade": grade,
            "score": 1 / (1 + np.exp(-grade)),
            "called": (grade > 0).astype(int),
            "good": (grade + rng.normal(size=n) > 0).astype(int),
            "school": rng.choice(["x", "y"], n),
        }
    )


def declared(model, **data):
    return {
        "schema": 1,
        "audit": {"name": "calls", "title": "Calls"},
        "data": data,
        "protected": [{"column": "group", "reference": "a"}],
        "model": model,
        "uncertainty": {"replicates": 10},
    }


def outcomes(result):
    return {step.name: step.outcome for step in result.steps}


def test_decisions_alone_give_rates_and_reasons_for_the_rest():
    result = biasaudit.run(declared({"decision": "called"}), data=people())
    assert result.status == "complete"
    assert result.rates
    assert outcomes(result)["drivers"] == outcomes(result)["traces"] == "not_applicable"
    assert all(step.reason for step in result.steps if step.outcome != "done")
    assert result.data.errors_against is None
    assert {rate.measure for rate in result.rates if rate.estimate.is_defined} == {"selection_rate"}


def test_scores_and_a_truth_give_error_rates():
    result = biasaudit.run(declared({"score": "score", "threshold": 0.5}, truth="good"), data=people())
    assert result.data.errors_against == "truth"
    assert {"tpr", "fpr", "ppv"} <= {rate.measure for rate in result.rates if rate.estimate.is_defined}


def test_a_trained_model_is_explained_and_adds_up():
    audit = declared({"train": "logistic_regression"}, outcome="good", features=["grade", "school"])
    result = biasaudit.run(audit, data=people())
    assert {driver.feature for driver in result.drivers} == {"grade", "school"}
    for total in result.driver_totals:
        assert total.total == pytest.approx(total.sum_of_contributions, abs=1e-6)
    assert result.data.rows_train + result.data.rows_judged == 400


def test_a_failing_step_leaves_the_rest_and_says_partial(monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError("the step broke")

    monkeypatch.setattr(loaded, "measure_proxies", broken)
    audit = declared({"train": "logistic_regression"}, outcome="good", features=["grade"])
    result = biasaudit.run(audit, data=people())
    assert result.status == "partial"
    assert outcomes(result)["stand-ins"] == "failed"
    assert result.drivers
    assert result.rates


def test_a_step_that_does_not_apply_is_no_failure(monkeypatch):
    def not_here(*_args, **_kwargs):
        raise NotApplicableError("not here")

    monkeypatch.setattr(loaded, "measure_proxies", not_here)
    audit = declared({"train": "logistic_regression"}, outcome="good", features=["grade"])
    assert biasaudit.run(audit, data=people()).status == "complete"


def test_no_data_at_all_is_told():
    with pytest.raises(DataError, match="data=frame"):
        biasaudit.run(declared({"decision": "called"}))


def test_an_unknown_column_is_told_with_the_nearest():
    with pytest.raises(DeclarationError, match="Did you mean 'called'"):
        biasaudit.run(declared({"decision": "caled"}), data=people())


def test_the_manifest_repeats_a_run_and_names_no_folder(tmp_path):
    people().to_csv(tmp_path / "people.csv", index=False)
    (tmp_path / "audit.toml").write_text(
        'schema = 1\n[audit]\nname = "a"\ntitle = "A"\n[data]\npath = "people.csv"\n'
        '[[protected]]\ncolumn = "group"\n[model]\ndecision = "called"\n'
    )
    result = biasaudit.run(tmp_path, overrides=["groups.minimum_size=5"])
    assert result.manifest.overrides == ("groups.minimum_size=5",)
    assert result.manifest.data[0].source == "people.csv"
    assert {"numpy", "pandas", "scikit-learn", "shap"} <= set(result.manifest.packages)
    assert str(tmp_path) not in biasaudit.to_json(result)
