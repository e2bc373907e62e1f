"""How far contributions move from refit to refit: the same from fewer rows, and for any way of deciding."""

from pathlib import Path

import numpy as np
import pytest

from biasaudit.drivers import refits
from biasaudit.drivers.players import players_of
from biasaudit.drivers.sampling import Sample
from biasaudit.models import decide, make_model

HERE = Path()


@pytest.fixture
def measured(make_table, make_spec, facts_of, world):
    def measure(train="logistic_regression", rows=1600, **cut):
        frame, outcome = world(rows)
        features = ("grade", "idle", "school")
        table = make_table(frame, outcome, features=features, judged=np.arange(rows) % 2 == 0)
        spec = make_spec(train=train, **cut)
        model, judged = make_model(table, spec, folder=HERE, seed=1), table.judged()
        decisions = decide(model.score(judged.frame), spec.model)
        sample = Sample(rows=np.arange(len(judged)), copies=np.ones(len(judged)))
        facts = facts_of(judged, sex="male")
        return refits.fit_variances(model, judged, facts, sample, decisions, players=players_of(features), seed=3)

    return measure


def test_a_variance_from_fewer_training_rows_is_that_of_all(measured, monkeypatch):
    monkeypatch.setattr(refits, "REFITS", 120)
    whole, of_sum = measured(threshold=0.5)["sex", "female", "score"]
    monkeypatch.setattr(refits, "MOST_TAUGHT", 200)
    part, of_part = measured(threshold=0.5)["sex", "female", "score"]
    # Of 800 rows a quarter: without bringing it down the variance would be four times as large.
    assert (part[:2] < 2 * whole[:2]).all()
    assert (part[:2] > whole[:2] / 2).all()
    assert whole.sum() > 0
    assert of_sum / 2 < of_part < 2 * of_sum


@pytest.mark.parametrize("cut", [{"quota": 200}, {"share": 0.25}])
def test_the_line_of_a_refit_is_drawn_from_fewer_judged_rows_at_the_same_share(measured, monkeypatch, cut):
    monkeypatch.setattr(refits, "REFITS", 60)
    whole, _ = measured(**cut)["sex", "female", "decision"]
    monkeypatch.setattr(refits, "MOST_JUDGED", 300)
    part, _ = measured(**cut)["sex", "female", "decision"]
    assert (part < 3 * whole).all()
    assert (part > whole / 3).all()


def test_a_model_that_takes_no_weights_is_refitted_to_the_rows_drawn(measured, monkeypatch):
    monkeypatch.setattr(refits, "REFITS", 4)
    variances, _ = measured("sklearn.neighbors.KNeighborsClassifier", rows=200, threshold=0.5)["sex", "female", "score"]
    assert variances.shape == (3,)
    assert (variances > 0).all()
