"""How honest the intervals of drivers are, on worlds where the truth is known.

Run ``python benchmarks/drivers.py --worlds 200``: it prints the table of docs/drivers.md. In every world the outcome
depends on one input alone; another input has no influence whatever, but goes with the group, so that a model fitted to
few people gives it some weight by chance.
"""

import argparse
import sys

sys.path.pop(0)  # this folder holds a coverage.py, which numba would take for the package of that name

import numpy as np
import pandas as pd

import biasaudit


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


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--people", type=int, default=600)
    arguments = parser.parse_args()
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
