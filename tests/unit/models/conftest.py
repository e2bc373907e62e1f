"""Small tables and declarations for tests of models."""

import numpy as np
import pandas as pd
import pytest

from biasaudit.data.table import Table
from biasaudit.results import Fingerprint
from biasaudit.spec import declare


@pytest.fixture
def make_table():
    def build(frame, outcome=None, *, judged=None, weight=None, features=None, protected=("sex",)):
        n = len(frame)
        groups = {name: pd.Categorical(frame[name].astype(str)) for name in protected if name in frame}
        return Table(
            frame=frame.reset_index(drop=True),
            ids=pd.Index([f"id{row}" for row in range(n)], dtype=object),
            groups=pd.DataFrame(groups, index=range(n)),
            strata=pd.DataFrame(index=range(n)),
            periods=None,
            outcome=None if outcome is None else np.asarray(outcome, dtype=float),
            truth=None,
            weight=np.ones(n) if weight is None else np.asarray(weight, dtype=float),
            is_judged=np.ones(n, dtype=bool) if judged is None else np.asarray(judged, dtype=bool),
            features=tuple(frame.columns) if features is None else tuple(features),
            rows_read=n,
            dropped=(),
            fingerprint=Fingerprint(role="items", source="made", sha256="0" * 64),
        )

    return build


@pytest.fixture
def make_spec():
    def build(**model):
        data = {"path": "x.csv", "outcome": "y"}
        return declare(
            {
                "schema": 1,
                "audit": {"name": "made", "title": "Made"},
                "data": data,
                "protected": [{"column": "sex"}],
                "model": model,
            }
        ).spec

    return build


@pytest.fixture
def people():
    """900 people with numbers, gaps, bools and levels, and an outcome that depends on all of them."""
    rng = np.random.default_rng(4)
    n = 900
    frame = pd.DataFrame(
        {
            "grade": rng.normal(10, 3, n),
            "form": rng.integers(0, 8, n).astype(float),
            "resident": rng.random(n) < 0.7,
            "sex": rng.choice(["female", "male"], n),
            "school": rng.choice(["a", "b", "c", None], n, p=[0.5, 0.3, 0.1, 0.1]),
        }
    )
    frame.loc[rng.random(n) < 0.1, "form"] = np.nan
    line = (
        0.3 * (frame.grade - 10) + 0.4 * (frame.sex == "male") + 0.5 * frame.resident + 0.2 * frame.form.fillna(3) - 1
    )
    outcome = (rng.random(n) < 1 / (1 + np.exp(-line))).astype(float)
    judged = np.arange(n) % 3 == 0
    return frame, outcome.to_numpy(), judged
