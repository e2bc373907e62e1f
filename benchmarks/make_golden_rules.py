"""Writes what crowd-kit makes of small logs, as golden values for our own rules (development only).

    python benchmarks/make_golden_rules.py

Run it in an environment of its own: crowd-kit 1.4.2 with scikit-learn below 1.6, because its Wawa stops with
an AttributeError from 1.6 on. Annotators and labels appear in their sorted order, because its MACE mixes up the
rows of its parameters otherwise. With the data folder in BIASAUDIT_DATA it also keeps what three of its rules
make of a real log; the labels of that log stay where they are.
"""

from __future__ import annotations

import json
import os
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from crowdkit.aggregation import GLAD, MACE, DawidSkene, Wawa

PLACE = Path(__file__).parents[1] / "tests/unit/traces/golden/rules.json"
#: Steps that both sides take; crowd-kit would stop at a change of the criterion, we at one of a probability.
STEPS = 25
LOG = "recidivism_crowd_balanced/turkprime_survey_data_clean.csv"


def drawn_log(rng: np.random.Generator, values: int, items: int, annotators: int, each: int) -> pd.DataFrame:
    """Draw labels of annotators of unlike skill; every annotator and value appears in sorted order first."""
    truth = rng.integers(0, values, items)
    skill = rng.uniform(0.35, 0.95, annotators)
    rows = []
    for item in range(items):
        for annotator in np.sort(rng.choice(annotators, each, replace=False)):
            is_right = rng.random() < skill[annotator]
            rows.append((item, annotator, truth[item] if is_right else rng.integers(0, values)))
    frame = pd.DataFrame(rows, columns=["task", "worker", "label"])
    for column in ("worker", "label"):
        _, uniques = pd.factorize(frame[column])
        rank = {old: new for new, old in enumerate(uniques)}
        frame[column] = frame[column].map(rank)
    return frame


def probabilities(frame: pd.DataFrame) -> list[list[float]]:
    """In the order of items and values."""
    found = frame.sort_index(axis=0).sort_index(axis=1).to_numpy()
    return [[float(value) for value in row] for row in found]


def case(frame: pd.DataFrame) -> dict[str, Any]:
    """What every rule makes of one log."""
    mace = MACE(n_restarts=1, random_state=7)
    mace._initialize(frame["worker"].nunique(), frame["label"].nunique())  # noqa: SLF001 - the start is not told otherwise
    start = {"knowing": mace.spamming_.tolist(), "habits": mace.thetas_.tolist()}
    skilled = DawidSkene(n_iter=STEPS, tol=-np.inf).fit(frame)
    return {
        **{name: frame[name].tolist() for name in ("task", "worker", "label")},
        "dawid_skene": probabilities(skilled.probas_),
        "mace": probabilities(mace.fit_predict_proba(frame)),
        "mace_start": start,
        "glad": probabilities(GLAD().fit_predict_proba(frame)),
        "wawa": None if is_tied(frame) else probabilities(Wawa().fit_predict_proba(frame)),
    }


def is_tied(frame: pd.DataFrame) -> bool:
    """Whether two values share the lead of an item, which Wawa breaks by the order of values and we do not."""
    counts = np.sort(pd.crosstab(frame["task"], frame["label"]).to_numpy(), axis=1)
    return bool((counts[:, -1] == counts[:, -2]).any())


def error_gap(labels: pd.Series, items: pd.DataFrame) -> float:
    """False positive rate on the items of African-American defendants minus that on Caucasian ones'."""
    negative = items[items["two_year_recid"] == 0]
    rate = labels.reindex(negative.index).groupby(negative["def_race"]).mean()
    return float(rate["African-American"] - rate["Caucasian"])


def real() -> dict[str, Any] | None:
    """What three rules make of the log of the recidivism survey, where it is."""
    file = Path(os.environ.get("BIASAUDIT_DATA", "")) / LOG
    if not file.exists():
        return None
    answers = pd.read_csv(file)
    key = answers[["random", "resp_id", "resp_race"]].astype(str).agg("/".join, axis=1)
    log = pd.DataFrame({"task": answers["def_id"], "worker": key, "label": answers["resp_decision"]})
    log = log.drop_duplicates(["task", "worker"], keep="last")
    log["worker"] = pd.factorize(log["worker"])[0]
    log = log.sort_values(["label", "worker"], kind="stable")  # labels, then annotators, appear in order
    log = log.assign(worker=pd.factorize(log["worker"])[0]).reset_index(drop=True)
    items = answers.drop_duplicates("def_id").set_index("def_id")
    found = {}
    for name, rule in (("dawid-skene", DawidSkene()), ("glad", GLAD()), ("mace", MACE(n_restarts=1))):
        labels = rule.fit_predict(log)
        right = float((labels.reindex(items.index) == items["two_year_recid"]).mean())
        found[name] = {"error_gap": error_gap(labels, items), "accuracy": right, "positive": int(labels.sum())}
    return found


def main() -> None:
    rng = np.random.default_rng(20_261_122)
    shapes = ((2, 60, 8, 5), (2, 120, 25, 3), (3, 60, 10, 5), (5, 100, 15, 7), (3, 6, 7, 7))
    head = {
        "made_with": {name: version(name) for name in ("crowd-kit", "scikit-learn", "pandas", "scipy")},
        "steps": STEPS,
        "cases": [case(drawn_log(rng, *shape)) for shape in shapes],
        "recidivism": real(),
    }
    PLACE.write_text(json.dumps(head) + "\n", encoding="utf-8")
    print(f"{len(head['cases'])} cases, {PLACE.stat().st_size:,} bytes")
    print(json.dumps(head["recidivism"], indent=1))


if __name__ == "__main__":
    main()
