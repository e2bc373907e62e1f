"""Tables of people made for tests of the measuring room."""

import os

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, settings

from biasaudit.data.table import Table
from biasaudit.results import Fingerprint
from biasaudit.spec import declare

settings.register_profile(
    "measures",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    max_examples=40,
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("measures")


def _table(groups, *, actual=None, weight=None, strata=None, periods=None):
    n = len(next(iter(groups.values())))

    def categorical(columns):
        return pd.DataFrame({name: pd.Categorical(values) for name, values in columns.items()}, index=range(n))

    return Table(
        frame=pd.DataFrame(index=range(n)),
        ids=pd.Index([str(i) for i in range(n)]),
        groups=categorical(groups),
        strata=categorical(strata or {}),
        periods=None if periods is None else pd.Series(pd.Categorical(periods), name="year"),
        outcome=None if actual is None else np.asarray(actual, dtype=float),
        truth=None,
        weight=np.ones(n) if weight is None else np.asarray(weight, dtype=float),
        is_judged=np.ones(n, dtype=bool),
        features=(),
        rows_read=n,
        dropped=(),
        fingerprint=Fingerprint(role="items", source="test", sha256="0" * 64),
    )


def _spec(protected, *, intersections=(), minimum_size=30):
    """Declare references by column: ``{"sex": "male"}``."""
    return declare(
        {
            "schema": 1,
            "audit": {"name": "test", "title": "Test"},
            "data": {"path": "people.csv"},
            "protected": [{"column": column, "reference": value} for column, value in protected.items()],
            "groups": {"intersections": [list(columns) for columns in intersections], "minimum_size": minimum_size},
            "model": {"decision": "decided"},
        }
    ).spec


@pytest.fixture(scope="session")
def make_table():
    return _table


@pytest.fixture(scope="session")
def make_spec():
    return _spec


@pytest.fixture(scope="session")
def people():
    """2,000 people of two attributes with planted gaps, and what was decided about them."""
    rng = np.random.default_rng(20)
    n = 2_000
    sex = rng.choice(["female", "male"], n)
    origin = rng.choice(["European", "non-European", "(not recorded)"], n, p=[0.7, 0.25, 0.05])
    actual = (rng.random(n) < 0.4).astype(float)
    chance = 0.2 + 0.4 * actual - 0.15 * (origin == "non-European") - 0.05 * (sex == "female")
    selected = (rng.random(n) < chance).astype(float)
    return {"sex": sex, "origin": origin}, actual, selected
