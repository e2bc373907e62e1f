"""What stands for fairlearn is fairlearn: the same chances as when it is called directly."""

import warnings

import numpy as np
import pytest
from fairlearn.postprocessing import ThresholdOptimizer
from fairlearn.reductions import DemographicParity, EqualizedOdds, ErrorRate, ExponentiatedGradient
from sklearn.base import clone
from sklearn.linear_model import LinearRegression
from sklearn.metrics import accuracy_score

from biasaudit.errors import NotApplicableError
from biasaudit.remedies import reduction_way, threshold_optimizer_way
from biasaudit.remedies.reductions import GivenScores, _halves

CONSTRAINTS = {"demographic_parity": DemographicParity, "equalized_odds": EqualizedOdds}


def codes_of(world, rows):
    return world.table.attribute("group").codes.astype(np.intp)[rows]


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_a_reduction_gives_the_chances_of_fairlearn(threshold_world, constraint):
    world, trainer = threshold_world, threshold_world.model.trainer
    codes = codes_of(world, trainer.rows)
    way = reduction_way(world.bench, world.model, codes, constraint, aimed_at="group")
    selected, by_lot = way.decide(world.bench.now)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        direct = ExponentiatedGradient(clone(world.model.estimator), CONSTRAINTS[constraint]()).fit(
            trainer.prepare(trainer.frame), trainer.labels.astype(int), sensitive_features=codes
        )
    np.testing.assert_allclose(selected, direct._pmf_predict(trainer.judged)[:, 1], atol=1e-12)
    assert by_lot == 0
    draws = np.mean([direct.predict(trainer.judged, random_state=seed) for seed in range(400)], axis=0)
    assert np.abs(draws - selected).max() < 0.12  # 4.8 standard errors of 400 draws


def test_a_line_other_than_one_half_makes_errors_cost_what_it_says(make_world):
    world = make_world(model={"train": "logistic_regression", "threshold": 0.3})
    trainer = world.model.trainer
    codes = codes_of(world, trainer.rows)
    selected, _ = reduction_way(world.bench, world.model, codes, "demographic_parity", aimed_at="group").decide(
        world.bench.now
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        direct = ExponentiatedGradient(
            clone(world.model.estimator), DemographicParity(), objective=ErrorRate(costs={"fp": 0.6, "fn": 1.4})
        ).fit(trainer.prepare(trainer.frame), trainer.labels.astype(int), sensitive_features=codes)
    np.testing.assert_allclose(selected, direct._pmf_predict(trainer.judged)[:, 1], atol=1e-12)


def test_under_a_share_the_mixture_keeps_one_common_line_and_the_number(world):
    trainer = world.model.trainer
    codes = codes_of(world, trainer.rows)
    way = reduction_way(world.bench, world.model, codes, "demographic_parity", aimed_at="group")
    selected, by_lot = way.decide(world.bench.now)
    assert selected.sum() == pytest.approx(world.bench.today.selected.sum())
    assert by_lot == 0
    today, gap = world.bench.figures(world.bench.now.selected, world.bench.now), None
    gap = world.bench.figures(selected, world.bench.now).gaps[0]
    assert abs(gap) < abs(today.gaps[0]) / 3
    weights, scores = way.decide.args[1:]
    levels = {float(line): weights @ (scores >= line) / weights.sum() for line in np.unique(scores)[::7]}
    nearest = min(levels.values(), key=lambda chance: abs(chance.sum() - selected.sum()))
    assert np.abs(nearest - selected).mean() < 0.01


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_the_threshold_optimiser_is_fairlearns_learnt_on_the_other_half(threshold_world, constraint):
    world, bench = threshold_world, threshold_world.bench
    codes = codes_of(world, bench.rows)
    selected, _ = threshold_optimizer_way(bench, codes, constraint, aimed_at="group", seed=5).decide(bench.now)
    half = _halves(codes, bench.actual, np.isfinite(bench.actual), seed=5)
    assert abs(half.mean() - 0.5) < 0.01
    for number in (0, 1):
        learnt, applied = half != number, half == number
        direct = ThresholdOptimizer(
            estimator=GivenScores(), constraints=constraint, prefit=True, predict_method="predict"
        ).fit(bench.scores[learnt, None], bench.actual[learnt].astype(int), sensitive_features=codes[learnt])
        chance = direct._pmf_predict(bench.scores[applied, None], sensitive_features=codes[applied])[:, 1]
        np.testing.assert_allclose(selected[applied], chance, atol=1e-12)


def test_people_of_groups_too_small_keep_their_decisions(threshold_world):
    bench = threshold_world.bench
    codes = codes_of(threshold_world, bench.rows)
    few = np.where(np.arange(len(codes)) < 9, -1, codes)
    selected, _ = threshold_optimizer_way(bench, few, "demographic_parity", aimed_at="group", seed=0).decide(bench.now)
    np.testing.assert_array_equal(selected[:9], bench.today.selected[:9])


def test_what_fairlearn_cannot_do_has_a_reason(make_people, make_world, threshold_world):
    model = make_world(model={"train": "sklearn.linear_model.LinearRegression", "share": 0.4})
    assert isinstance(model.model.estimator, LinearRegression)
    codes = codes_of(model, model.model.trainer.rows)
    with pytest.raises(NotApplicableError, match="a classifier that takes weights"):
        reduction_way(model.bench, model.model, codes, "demographic_parity", aimed_at="group")
    bench = threshold_world.bench
    one_sided = np.where(bench.actual == 1, 0, 1)
    with pytest.raises(NotApplicableError, match="fairlearn could not learn here"):
        threshold_optimizer_way(bench, one_sided, "demographic_parity", aimed_at="group", seed=0)


def test_accuracy_of_chances_is_the_mean_accuracy_of_draws(threshold_world):
    bench = threshold_world.bench
    codes = codes_of(threshold_world, bench.rows)
    selected, _ = threshold_optimizer_way(bench, codes, "equalized_odds", aimed_at="group", seed=0).decide(bench.now)
    rng = np.random.default_rng(0)
    drawn = [accuracy_score(bench.actual, rng.random(len(selected)) < selected) for _ in range(400)]
    assert bench.figures(selected, bench.now).accuracy[0] == pytest.approx(np.mean(drawn), abs=0.003)
