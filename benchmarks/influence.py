"""How long the influence of every label takes: 1 million labels on 200,000 items with 20 features.

    python benchmarks/influence.py [items]

Prints seconds, and as ratios to one training of the same model in the same run: the influence of
every item on five gaps, then of every single label, then the ranking of items and their expected
new labels. Nothing here is a promise about another machine; ratios travel better than seconds.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from biasaudit.models import first_fit
from biasaudit.models.smooth import SmoothModel
from biasaudit.spec import ModelSpec
from biasaudit.traces import Ballots, Judges, Rule, aggregate
from biasaudit.traces.attribution.games import Comparison
from biasaudit.traces.relabelling.expecting import _Answers, _foretold
from biasaudit.traces.relabelling.influence import answer_sensitivity, label_influence, selection_gradient, smooth_cut

ITEMS, VOTES, FEATURES, ANNOTATORS, UNITS = 200_000, 5, 20, 5_000, 5


def main(n: int) -> None:
    """Make a log, and time each step on it."""
    rng = np.random.default_rng(0)
    features = rng.normal(size=(n, FEATURES))
    group = rng.integers(0, 6, n)
    gold = (features[:, 0] + rng.normal(size=n) > 0).astype(float)
    item = np.repeat(np.arange(n), VOTES)
    annotator = rng.integers(0, ANNOTATORS, n * VOTES)
    vote = np.where(rng.random(n * VOTES) < 0.15, 1 - gold[item], gold[item])
    ballots = Ballots(rows=np.arange(n), item=item, annotator=annotator, label=vote, source=np.arange(n * VOTES))
    labels = aggregate(Rule(name="majority"), ballots)
    comparisons = tuple(
        Comparison(attribute="group", group=str(code), reference="0", place=(0, code, 0)) for code in range(1, 6)
    )
    judges = Judges(codes=(group,), comparisons=comparisons, cell=group, weight=np.ones(n))
    fit, seconds = timed(lambda: first_fit(features, labels, np.ones(n), inverse_penalty=1.0))
    told("train the model once", seconds, seconds)
    matrix = np.column_stack([features, np.ones(n)])
    smooth = SmoothModel(
        train=matrix,
        judged=matrix,
        coefficients=fit.coefficients,
        penalty=fit.penalty,
        weight=np.ones(n),
        is_logistic=True,
    )

    def by_item() -> Any:
        cut = smooth_cut(smooth, ModelSpec(train="logistic_regression", share=0.3), judges.weight)
        return label_influence(smooth, selection_gradient(smooth, judges, cut))

    influence, first = timed(by_item)
    told(f"influence of {n:,} items on 5 gaps", first, seconds)
    _, second = timed(lambda: influence[item] * answer_sensitivity(Rule(name="majority"), ballots)[:, None])
    told(f"of {n * VOTES:,} single labels on 5 gaps", second, seconds)
    told("both together", first + second, seconds)
    answers = _Answers(ballots=ballots, unit=(annotator % UNITS).astype(np.intp), cell=group.astype(np.intp))
    every = np.ones(len(vote), dtype=bool)
    _, third = timed(lambda: _foretold(answers.columns(every, labels), gold, np.random.default_rng(0)))
    told("expected new labels of all items", third, seconds)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """Do some work and give what came of it, and how many seconds it took."""
    started = time.perf_counter()
    found = work()
    return found, time.perf_counter() - started


def told(what: str, seconds: float, unit: float) -> None:
    """Print one line."""
    print(f"{what:45} {seconds:8.2f} s {seconds / unit:8.1f} trainings")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ITEMS)
