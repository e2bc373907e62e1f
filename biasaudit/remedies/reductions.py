"""fairlearn's remedies: reductions, which train under a constraint, and its threshold optimiser.

Both may decide by lot; what is measured is the chance that each person has, never a draw.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter

from biasaudit.data.table import BoolArray, FloatArray
from biasaudit.errors import ModelError, NotApplicableError
from biasaudit.models import Model, decide
from biasaudit.models.training import scores_of
from biasaudit.remedies.bench import Bench, Draw, IntArray
from biasaudit.remedies.ways import Deciding, Way
from biasaudit.spec import ModelSpec
from biasaudit.spec.remedies import Constraint

#: Halves that the judged people are dealt into: the thresholds that decide about one are learnt on the other.
HALVES = 2
#: Largest share of the places that may be given or taken by lot to keep the number selected: beyond, the lot would be
#: what is measured.
MOST_BY_LOT = 0.2
#: Costs of the two errors that fairlearn takes by default add up to this.
_COSTS = 2.0
NO_WEIGHTS = "fairlearn's methods take no sampling weights, and this audit declares some"


def reduction_way(bench: Bench, model: Model, codes: IntArray, constraint: Constraint, *, aimed_at: str) -> Way:
    """Train with fairlearn's exponentiated gradient (Agarwal et al., ICML 2018) under a constraint.

    Where the line of the model is another than one half, wrong selections and wrong refusals cost what that line says
    they cost (Elkan, IJCAI 2001). Where a share or quota is declared, one line common to all classifiers of the mixture is
    moved until as many people are selected; classifiers without chances keep the number by lot.

    Parameters
    ----------
    bench : Bench
        The judged people.
    model : Model
        One that was trained here.
    codes : array of int, shape (n_train,)
        Group of each training row; -1 for those left out, whose group is too small to hold a constraint for.
    constraint : {"demographic_parity", "equalized_odds"}
        What is asked for.
    aimed_at : str
        The attribute.

    Raises
    ------
    NotApplicableError
        Where fairlearn cannot train this model, or would select another number of people.
    """
    from fairlearn.reductions import DemographicParity, EqualizedOdds, ErrorRate, ExponentiatedGradient

    trainer = model.trainer
    assert trainer is not None
    _require_trainable(model)
    among = codes >= 0
    line = bench.today.cutoff_score if bench.scale == "probability" else None
    price = _COSTS / 2 if line is None or not 0 < line < 1 else _COSTS * line
    rows = trainer.prepare(trainer.frame)
    reduction = ExponentiatedGradient(
        clone(model.estimator),
        DemographicParity() if constraint == "demographic_parity" else EqualizedOdds(),
        objective=ErrorRate(costs={"fp": price, "fn": _COSTS - price}),
        sample_weight_name=_weight_name(model.estimator),
    )

    def learn() -> FloatArray:
        taken = rows[among] if isinstance(rows, np.ndarray) else rows[among].reset_index(drop=True)
        reduction.fit(taken, trainer.labels[among].astype(int), sensitive_features=codes[among])
        return np.asarray(reduction._pmf_predict(trainer.judged)[:, 1], dtype=np.float64)  # noqa: SLF001 - fairlearn tells chances nowhere else

    chance = _quietly(learn)
    decides: Deciding = partial(_fixed, bench, chance)
    if bench.keeps_number and hasattr(model.estimator, "predict_proba"):
        decides = partial(_mixed, bench, *_mixture(reduction, trainer.judged))
    else:
        _require_near(bench, chance)
    return Way(
        name=f"reduction to {constraint.replace('_', ' ')} by {aimed_at}",
        kind="reduction",
        decide=decides,
        learns=False,
        aimed_at=aimed_at,
        what=(constraint,),
        caution="uses_group_in_training",
    )


def threshold_optimizer_way(bench: Bench, codes: IntArray, constraint: Constraint, *, aimed_at: str, seed: int) -> Way:
    """Choose thresholds a group with fairlearn's ThresholdOptimizer (Hardt, Price and Srebro, NIPS 2016).

    Parameters
    ----------
    bench : Bench
        The judged people, with scores or decisions.
    codes : array of int, shape (n,)
        Group of each; -1 for groups that are too small, about whom decisions stay.
    constraint : {"demographic_parity", "equalized_odds"}
        What is asked for.
    aimed_at : str
        The attribute.
    seed : int
        Deals the judged people into halves.

    Raises
    ------
    NotApplicableError
        Where no outcome is known to learn from, a group has one outcome alone, or another number would be selected.
    """
    from fairlearn.postprocessing import ThresholdOptimizer

    known = np.isfinite(bench.actual) & (codes >= 0)
    if not known.any():
        raise NotApplicableError("thresholds are learnt from outcomes, and none is known of the judged people")
    scores = bench.today.selected if bench.scores is None else bench.scores
    half = _halves(codes, bench.actual, known, seed=seed)
    chance = bench.today.selected.copy()

    def learn() -> FloatArray:
        for number in range(HALVES):
            optimizer = ThresholdOptimizer(
                estimator=GivenScores(),
                constraints=constraint,
                objective="accuracy_score",
                prefit=True,
                predict_method="predict",
            )
            from_rows, to_rows = known & (half != number), (codes >= 0) & (half == number)
            optimizer.fit(
                scores[from_rows, None], bench.actual[from_rows].astype(int), sensitive_features=codes[from_rows]
            )
            found = optimizer._pmf_predict(scores[to_rows, None], sensitive_features=codes[to_rows])  # noqa: SLF001 - as above
            chance[to_rows] = found[:, 1]
        return chance

    chance = _quietly(learn)
    _require_near(bench, chance)
    return Way(
        name=f"threshold optimiser to {constraint.replace('_', ' ')} by {aimed_at}",
        kind="threshold_optimizer",
        decide=partial(_fixed, bench, chance),
        learns=False,
        aimed_at=aimed_at,
        what=(constraint,),
        caution="uses_group",
    )


class GivenScores(BaseEstimator):  # type: ignore[misc]
    """An estimator whose rows are their own scores, for fairlearn to postprocess."""

    def fit(self, rows: Any, labels: Any) -> GivenScores:  # noqa: ARG002 - the shape of an estimator
        """Learn nothing."""
        return self

    def predict(self, rows: Any) -> Any:
        """Give the scores."""
        return np.asarray(rows, dtype=np.float64)[:, 0]

    def __sklearn_is_fitted__(self) -> bool:
        return True


def _fixed(bench: Bench, chance: FloatArray, draw: Draw) -> tuple[FloatArray, float]:
    return bench.keep_number(chance, draw.judged)


def _mixture(reduction: Any, judged: Any) -> tuple[FloatArray, FloatArray]:
    """Give the weight of each classifier that takes part, and its scores: shapes (m,) and (m, n)."""
    weights = np.asarray(reduction.weights_.sort_index(), dtype=np.float64)
    used = np.flatnonzero(weights > 0)
    scores = [_scores(reduction.predictors_[place], judged) for place in used]
    return weights[used], np.array(scores)


def _scores(classifier: Any, judged: Any) -> FloatArray:
    # fairlearn puts a constant in the place of a classifier that would learn one class alone.
    if len(classifier.classes_) < HALVES:
        return np.asarray(classifier.predict(judged), dtype=np.float64)
    return scores_of(classifier, judged)


def _mixed(bench: Bench, weights: FloatArray, scores: FloatArray, draw: Draw) -> tuple[FloatArray, float]:
    """Draw one line through the scores of all classifiers, such that the mixture selects as many as declared."""
    mass, wanted = bench.places(draw.judged)
    share = wanted / float(mass.sum())
    if share >= 1:
        return np.ones(len(mass)), 0.0
    line = ModelSpec(score="scores", share=share)
    selected = decide(scores.ravel(), line, weight=(weights[:, None] * mass).ravel()).selected
    return weights @ selected.reshape(scores.shape) / float(weights.sum()), 0.0


def _halves(codes: IntArray, actual: FloatArray, known: BoolArray, *, seed: int) -> IntArray:
    """Deal people into halves, group by group and outcome by outcome."""
    rng = np.random.default_rng([seed, HALVES])
    half = np.zeros(len(codes), dtype=np.intp)
    order = rng.permutation(len(codes))
    outcome = np.where(known, actual, -1.0)
    for code in np.unique(codes):
        for value in np.unique(outcome):
            members = order[(codes[order] == code) & (outcome[order] == value)]
            half[members] = np.arange(len(members)) % HALVES
    return half


def _quietly(learn: Callable[[], FloatArray]) -> FloatArray:
    """Let fairlearn learn without its warnings; whatever it cannot do becomes a reason."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            chance = learn()
    except (ValueError, TypeError, KeyError, IndexError, FloatingPointError, ModelError) as error:
        said = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(". ")
        raise NotApplicableError(f"fairlearn could not learn here: {said}") from error
    if not np.isfinite(chance).all():
        raise NotApplicableError("fairlearn gave chances that are no numbers")
    return np.clip(chance, 0.0, 1.0)


def _require_near(bench: Bench, chance: FloatArray) -> None:
    """Refuse what would be measured mostly by the lot that keeps the number selected."""
    _, by_lot = bench.keep_number(chance, None)
    places = float(bench.today.selected.sum())
    if by_lot > MOST_BY_LOT * places:
        raise NotApplicableError(
            f"it selects {by_lot / max(places, 1) * 100:.0f} in 100 more or fewer people than the declared share or quota, "
            "so that a lot would decide much of what is measured"
        )


def _require_trainable(model: Model) -> None:
    last = model.estimator.steps[-1][1] if isinstance(model.estimator, Pipeline) else model.estimator
    if not is_classifier(last) or not has_fit_parameter(last, "sample_weight"):
        raise NotApplicableError("fairlearn's reductions need a classifier that takes weights")


def _weight_name(estimator: Any) -> str:
    prefix = ""
    while isinstance(estimator, Pipeline):
        prefix += f"{estimator.steps[-1][0]}__"
        estimator = estimator.steps[-1][1]
    return f"{prefix}sample_weight"
