"""How honest the intervals of drivers are, on worlds where the truth is known, and what attribution costs.

Run ``python benchmarks/drivers.py --worlds 200``: it prints the table of docs/drivers.md. In every world the outcome
depends on one input alone; another input has no influence whatever, but goes with the group, so that a model fitted to
few people gives it some weight by chance.

Run ``python benchmarks/drivers.py --speed 1000000``: attribution over so many rows (20 inputs, 100 boosted trees, 6
groups), beside the explainer's own call on the same sample; ratios of one run.
"""

import argparse
import sys
import time

sys.path.pop(0)  # this folder holds a coverage.py, which numba would take for the package of that name

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier

import biasaudit
from biasaudit.data.table import Table
from biasaudit.drivers import explain_gaps, explaining
from biasaudit.models import Model, decide
from biasaudit.results import AttributeFacts, Fingerprint, GroupSize
from biasaudit.spec import ModelSpec

GROUPS = "abcdef"


def world(seed, n):
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 2, n)
    merit = rng.normal(size=n) - 0.3 * group
    idle = rng.normal(size=n) + 1.0 * group
    return pd.DataFrame(
        {
            "group": np.where(group == 1, "g", "r"),
            "merit": merit,
            "idle": idle,
            "outcome": (rng.random(n) < 1 / (1 + np.exp(-1.2 * merit))).astype(int),
        }
    )


def audit(train, cut):
    return {
        "schema": 1,
        "audit": {"name": "w", "title": "w"},
        "data": {"outcome": "outcome", "features": ["merit", "idle"], "split": {"test_share": 0.5, "seed": 1}},
        "protected": [{"column": "group", "reference": "r"}],
        "model": {"train": train, **cut},
    }


def large(n):
    """Give a table of 20 inputs and 6 groups, with what is known of its attribute."""
    rng = np.random.default_rng(0)
    group = rng.integers(0, len(GROUPS), n)
    values = rng.normal(size=(n, 20))
    values[:, 0] -= 0.3 * group
    values[:, 3] += 0.2 * group
    line = 1.2 * values[:, 0] + values[:, 1] * values[:, 2] + 0.6 * values[:, 3] - 0.3
    outcome = (rng.random(n) < 1 / (1 + np.exp(-line))).astype(float)
    frame = pd.DataFrame(values, columns=[f"x{place}" for place in range(20)])
    groups = pd.Categorical.from_codes(group, list(GROUPS))
    sizes = tuple(GroupSize(group=each, n=int((groups == each).sum())) for each in GROUPS)
    return Table(
        frame=frame,
        ids=pd.Index([f"id{row}" for row in range(n)], dtype=object),
        groups=pd.DataFrame({"group": groups}),
        strata=pd.DataFrame(index=range(n)),
        periods=None,
        outcome=outcome,
        truth=None,
        weight=np.ones(n),
        is_judged=np.arange(n) % 10 > 0,
        features=tuple(frame),
        rows_read=n,
        dropped=(),
        fingerprint=Fingerprint(role="items", source="made", sha256="0" * 64),
    ), (AttributeFacts(name="group", columns=("group",), reference="a", groups=sizes),)


def speed(n, rounds):
    table, facts = large(n)
    train = np.flatnonzero(~table.is_judged)[:50_000]
    fitted = HistGradientBoostingClassifier(max_iter=100, random_state=0)
    fitted.fit(table.frame.to_numpy()[train], table.outcome[train])
    model = Model(
        kind="loaded",
        source="made",
        scale="probability",
        features=table.features,
        score=lambda rows: fitted.predict_proba(rows.to_numpy())[:, 1],
    )
    scores = model.score(table.frame)
    decisions = decide(scores, ModelSpec(score="scores", threshold=0.5))
    plain, calls = explaining.shapley_values, []

    def watched(*given, **named):
        start = time.perf_counter()
        found = plain(*given, **named)
        calls.append((len(given[1]), time.perf_counter() - start))
        return found

    explaining.shapley_values = watched
    print(
        f"| {n:,} rows | explainer's call | attribution | ratio | largest error, share of its gap |\n|---|---|---|---|---|"
    )
    for _ in range(rounds):
        for scale, decided in (("scores", None), ("scores and decisions", decisions)):
            calls.clear()
            start = time.perf_counter()
            _, totals = explain_gaps(model, table, facts, seed=0, scores=scores, decisions=decided)
            whole = time.perf_counter() - start
            rows = max(size for size, _ in calls)
            call = sum(seconds for size, seconds in calls if size == rows)
            errors = ", ".join(
                f"{part} {max(one.sampling_error / abs(one.total) for one in totals if one.scale == part):.1%}"
                for part in dict.fromkeys(one.scale for one in totals)
            )
            told = (
                f"| {scale}, {rows:,} rows explained | {call:.1f} s | {whole:.1f} s | {whole / call:.2f} | {errors} |"
            )
            print(told, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--people", type=int, default=600)
    parser.add_argument("--speed", type=int, metavar="ROWS")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    if arguments.speed:
        speed(arguments.speed, arguments.rounds)
        return
    print(
        "| model | line | scale | idle input: interval covers 0 | merit: interval clear of 0 |\n|---|---|---|---|---|"
    )
    for train in ("logistic_regression", "gradient_boosting"):
        for cut in ({"threshold": 0.5}, {"share": 0.3}):
            worlds = arguments.worlds if train == "logistic_regression" else max(arguments.worlds // 10, 10)
            held = {scale: [] for scale in ("score", "decision")}
            clear = {scale: [] for scale in ("score", "decision")}
            for seed in range(worlds):
                result = biasaudit.run(audit(train, cut), data=world(seed, arguments.people))
                for one in result.drivers:
                    e = one.contribution
                    into = held if one.feature == "idle" else clear
                    covers = e.low <= 0 <= e.high
                    into[one.scale].append(covers if one.feature == "idle" else not covers)
            for scale, covered in held.items():
                line = ", ".join(f"{key} {value}" for key, value in cut.items())
                print(
                    f"| {train}, {worlds} worlds | {line} | {scale} | {np.mean(covered):.1%} | {np.mean(clear[scale]):.1%} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
