"""Worlds with known coefficients for tests of drivers."""

import numpy as np
import pandas as pd
import pytest

from biasaudit.data.table import Table
from biasaudit.results import AttributeFacts, Fingerprint, GroupSize
from biasaudit.spec import declare


@pytest.fixture
def make_table():
    def build(
        frame, outcome=None, *, judged=None, weight=None, features=None, protected=("sex", "origin"), periods=None
    ):
        n = len(frame)
        groups = {name: pd.Categorical(frame[name].astype(str)) for name in protected if name in frame}
        return Table(
            frame=frame.reset_index(drop=True),
            ids=pd.Index([f"id{row}" for row in range(n)], dtype=object),
            groups=pd.DataFrame(groups, index=range(n)),
            strata=pd.DataFrame(index=range(n)),
            periods=None if periods is None else pd.Series(pd.Categorical(periods)),
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
    def build(*, flip=(), replicates=20, **model):
        data = {"path": "x.csv", "outcome": "y"}
        return declare(
            {
                "schema": 1,
                "audit": {"name": "made", "title": "Made"},
                "data": data,
                "protected": [{"column": "sex"}, {"column": "origin"}],
                "flip": list(flip),
                "uncertainty": {"replicates": replicates},
                "model": model,
            }
        ).spec

    return build


@pytest.fixture
def facts_of():
    def build(table, **references):
        facts = []
        for key, reference in references.items():
            name = key.replace("_x_", " x ")
            counts = pd.Series(table.attribute(name)).value_counts()
            groups = tuple(GroupSize(group=group, n=int(counts[group])) for group in sorted(counts.index))
            columns = tuple(name.split(" x "))
            facts.append(AttributeFacts(name=name, columns=columns, reference=reference, groups=groups))
        return tuple(facts)

    return build


@pytest.fixture
def world():
    """People of two attributes; the first number differs by sex, the second does nothing."""

    def build(n, seed=0):
        rng = np.random.default_rng(seed)
        frame = pd.DataFrame(
            {
                "sex": rng.choice(["female", "male"], n),
                "origin": rng.choice(["here", "near", "far"], n, p=[0.6, 0.25, 0.15]),
                "idle": rng.normal(size=n),
                "school": rng.choice(["a", "b", "c"], n),
            }
        )
        frame["grade"] = rng.normal(size=n) - 0.6 * (frame.sex == "female")
        line = 0.8 * frame.grade - 0.9 * (frame.origin == "far") - 0.4 * (frame.sex == "female")
        outcome = (rng.random(n) < 1 / (1 + np.exp(-line))).astype(float)
        return frame, outcome.to_numpy()

    return build
