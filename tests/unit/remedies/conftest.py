"""Worlds whose remedies are known, and what measures them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from biasaudit.data.roles import assign_roles
from biasaudit.measures import attribute_facts, count
from biasaudit.models import judge, make_model
from biasaudit.remedies import make_bench
from biasaudit.results import Fingerprint
from biasaudit.spec import declare

SOURCE = Fingerprint(role="items", source="world", sha256="0" * 64)


@dataclass(frozen=True, kw_only=True)
class World:
    """A bench, and all that it was made of."""

    table: Any
    spec: Any
    facts: Any
    model: Any
    judgement: Any
    bench: Any


def people(n=3_000, seed=0, merit_gap=0.0, penalty=1.0, test=0.5):
    """Two groups; `name` tells them apart and lowers the outcome, `merit` raises it."""
    rng = np.random.default_rng(seed)
    is_b = rng.random(n) < 0.4
    merit = rng.normal(size=n) + merit_gap * is_b
    name = rng.normal(size=n) + 2.0 * is_b
    chance = 1 / (1 + np.exp(-3 * (merit - penalty * name)))
    return pd.DataFrame(
        {
            "group": np.where(is_b, "b", "a"),
            "sex": np.where(rng.random(n) < 0.5, "f", "m"),
            "merit": merit,
            "name": name,
            "kind": rng.choice(["x", "y", "z"], n),
            "called": (rng.random(n) < chance).astype(int),
            "split": np.where(rng.random(n) < test, "test", "train"),
        }
    )


def declared(model=None, features=("merit", "name", "kind"), **tables):
    """The declaration of such a world."""
    data = {"outcome": "called", "features": list(features), "split": {"column": "split", "test": "test"}}
    return {
        "schema": 1,
        "audit": {"name": "world", "title": "World"},
        "data": data | tables.pop("data", {}),
        "protected": [{"column": "group", "reference": "a"}, {"column": "sex", "reference": "m"}],
        "groups": {"intersections": [["sex", "group"]]},
        "model": model or {"train": "logistic_regression", "share": 0.4},
        "uncertainty": {"replicates": 20},
    } | tables


def world_of(frame, declaration):
    """Read, train and lay out a world."""
    made = declare(declaration)
    table = assign_roles(frame, made, SOURCE)
    model = make_model(table, made.spec, folder=Path.cwd(), seed=0)
    judgement = judge(model, table.judged(), made.spec)
    facts = attribute_facts(count(table.judged(), judgement.decisions.selected, (("sex", "group"),)), made.spec)
    bench = make_bench(table, made.spec, facts, model, judgement)
    return World(table=table, spec=made.spec, facts=facts, model=model, judgement=judgement, bench=bench)


@pytest.fixture(scope="session")
def make_people():
    return people


@pytest.fixture(scope="session")
def declare_world():
    return declared


@pytest.fixture(scope="session")
def make_world():
    return lambda frame=None, **changes: world_of(people() if frame is None else frame, declared(**changes))


@pytest.fixture(scope="session")
def world():
    return world_of(people(), declared())


@pytest.fixture(scope="session")
def threshold_world():
    return world_of(people(), declared(model={"train": "logistic_regression"}))
