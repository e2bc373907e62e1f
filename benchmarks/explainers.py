"""Which explainer for which model: what each costs, and how far it is from the exact Shapley values of the score.

Run ``python benchmarks/explainers.py``: it prints the table of docs/drivers.md, ratios of one run. With ``woodelf-explainer``
installed it is measured too. Exact values are enumerated on eight inputs; times are those of twenty.
"""

import argparse
import sys
import time
import warnings

sys.path.pop(0)  # this folder holds a coverage.py, which numba would take for the package of that name

import lightgbm
import numpy as np
import pandas as pd
import shap
import xgboost
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neural_network import MLPClassifier

from biasaudit.drivers.shapley import shapley_values
from biasaudit.models import Model
from biasaudit.models.pipeline import feature_columns
from biasaudit.models.training import scores_of

try:
    import woodelf
except ImportError:
    woodelf = None

FAMILIES = {
    "linear regression": LinearRegression(),
    "logistic regression": LogisticRegression(),
    "random forest, 100 trees": RandomForestClassifier(100, min_samples_leaf=20, random_state=0),
    "HistGradientBoosting, 100 trees": HistGradientBoostingClassifier(max_iter=100, random_state=0),
    "XGBoost, 100 trees": xgboost.XGBClassifier(n_estimators=100, max_depth=5, n_jobs=1),
    "LightGBM, 100 trees": lightgbm.LGBMClassifier(n_estimators=100, verbose=-1, n_jobs=1),
    "neural network": MLPClassifier((30,), max_iter=200, random_state=0),
}
LINEAR = ("linear regression", "logistic regression")
#: Farther off than all contributions together: log-odds in the place of probabilities, or the other class.
ANOTHER = "another quantity"


def world(columns, n=4000, seed=0):
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 2, n)
    values = rng.normal(size=(n, columns))
    values[:, 0] -= 0.6 * group
    values[:, 3] -= 0.5 * group
    line = 1.5 * values[:, 0] + values[:, 1] * values[:, 2] + 0.8 * values[:, 3] - 0.5
    outcome = (rng.random(n) < 1 / (1 + np.exp(-line))).astype(int)
    return pd.DataFrame(values, columns=[f"x{k}" for k in range(columns)]), group, outcome


def ours(fitted, family, frame):
    """Give the model as biasaudit holds it."""
    if family in LINEAR:
        columns = feature_columns(frame, fitted).fit(frame)
        scale = "score" if family == "linear regression" else "probability"
        return Model(
            kind="trained",
            source="made",
            scale=scale,
            features=tuple(frame),
            columns=columns,
            estimator=fitted,
            score=lambda rows: scores_of(fitted, columns.transform(rows)),
        )
    return Model(
        kind="loaded",
        source="made",
        scale="probability",
        features=tuple(frame),
        score=lambda rows: np.asarray(fitted.predict_proba(rows.to_numpy())[:, 1], dtype=float),
    )


def candidates(family, fitted, score):
    """Give the ways to explain a model: functions of rows and background."""

    def tree(perturbation, output):
        def explain(rows, behind):
            data = behind.to_numpy() if perturbation == "interventional" else None
            explainer = shap.TreeExplainer(fitted, data, feature_perturbation=perturbation, model_output=output)
            values = np.asarray(explainer.shap_values(rows.to_numpy(), check_additivity=False))
            return values[..., 1] if values.ndim == 3 else values

        return explain

    def permutation(rows, behind):
        masker = shap.maskers.Independent(behind.to_numpy(), max_samples=len(behind))
        explainer = shap.PermutationExplainer(lambda v: score(pd.DataFrame(v, columns=rows.columns)), masker, seed=0)
        return explainer(rows.to_numpy(), max_evals=2 * rows.shape[1] + 1, silent=True).values  # noqa: PD011 - not a frame

    def linear(rows, behind):
        ready = fitted.columns_.transform
        masker = shap.maskers.Independent(ready(behind), max_samples=len(behind))
        return shap.LinearExplainer(fitted, masker).shap_values(ready(rows))

    def by_woodelf(rows, behind):
        values = np.asarray(woodelf.WoodelfExplainer(fitted, behind).shap_values(rows))
        return values[..., 1] if values.ndim == 3 else values

    found = {"shap PermutationExplainer": permutation}
    if family in LINEAR:
        found["shap LinearExplainer"] = linear
    elif family != "neural network":
        boosted = not family.startswith("random")
        found["shap TreeExplainer, interventional"] = tree("interventional", "probability" if boosted else "raw")
        found["shap TreeExplainer, path-dependent"] = tree("tree_path_dependent", "raw")
        if woodelf is not None:
            found["woodelf, interventional"] = by_woodelf
    return found


def exact(score, rows, behind):
    """Enumerate all coalitions: shape (rows, columns)."""
    columns = rows.shape[1]
    names = rows.columns
    own, others = rows.to_numpy(), behind.to_numpy()
    masks = (np.arange(2**columns)[:, None] >> np.arange(columns) & 1).astype(bool)
    mixed = [np.where(mask, own[:, None, :], others[None]).reshape(-1, columns) for mask in masks]
    values = np.stack([score(pd.DataFrame(part, columns=names)).reshape(len(rows), -1).mean(axis=1) for part in mixed])
    from biasaudit.measures import shapley_matrix

    return (shapley_matrix(columns) @ values).T


def gap_parts(values, group):
    return values[group == 1].mean(axis=0) - values[group == 0].mean(axis=0)


def fit(kind, family, frame, outcome):
    from sklearn.base import clone

    fitted = clone(kind)
    if family in LINEAR:
        columns = feature_columns(frame, fitted).fit(frame)
        fitted.fit(columns.transform(frame), outcome)
        fitted.columns_ = columns
    else:
        fitted.fit(frame.to_numpy(), outcome)
    return fitted


def measured(family, kind, columns, *, rows_explained, background, rounds):
    """Give seconds and distance from exact values for every candidate, and for ours."""
    frame, group, outcome = world(columns)
    fitted = fit(kind, family, frame, outcome)
    model = ours(fitted, family, frame)
    rows, behind = frame.iloc[:rows_explained], frame.iloc[1000 : 1000 + background]
    ways = {"biasaudit": lambda r, b: shapley_values(model, r, b, seed=0)[0], **candidates(family, fitted, model.score)}
    truth = gap_parts(exact(model.score, rows, behind), group[: len(rows)]) if columns <= 8 else None
    size = np.abs(truth).sum() if truth is not None else np.nan
    times, apart, failed = {}, {}, {}
    for _ in range(rounds):
        for name, explain in ways.items():
            start = time.perf_counter()
            try:
                values = np.asarray(explain(rows, behind), dtype=float)
            except Exception as error:  # noqa: BLE001 - what fails is told
                failed[name] = type(error).__name__
                continue
            times.setdefault(name, []).append(time.perf_counter() - start)
            if truth is not None:
                apart[name] = np.abs(gap_parts(values, group[: len(rows)]) - truth).max() / size
    return {name: np.median(some) for name, some in times.items()}, apart, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--background", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    print("| model | explainer | time, ours = 1 | largest error, in % of all contributions |\n|---|---|---|---|")
    for family, kind in FAMILIES.items():
        _, apart, _ = measured(
            family, kind, 8, rows_explained=arguments.rows, background=arguments.background, rounds=1
        )
        times, _, failed = measured(
            family, kind, 20, rows_explained=arguments.rows, background=arguments.background, rounds=arguments.rounds
        )
        for name, seconds in times.items():
            told = f"{seconds:.2f} s" if name == "biasaudit" else f"{seconds / times['biasaudit']:.2g}"
            off = ANOTHER if apart[name] > 1 else f"{apart[name]:.1%}"
            print(f"| {family} | {name} | {told} | {off} |", flush=True)
        for name, what in failed.items():
            print(f"| {family} | {name} | {what} | |", flush=True)


if __name__ == "__main__":
    main()
