"""Krippendorff's alpha against golden values, against its definition, and against published figures."""

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from biasaudit.results import ALL_GROUPS
from biasaudit.testing.planted import World
from biasaudit.testing.planted_traces import trace_world
from biasaudit.traces import nominal_alpha
from biasaudit.traces.agreement import _estimates

GOLDEN = json.loads((Path(__file__).parent / "golden/alpha.json").read_text())
DATA = os.environ.get("BIASAUDIT_DATA", "")
REAL = Path(DATA) / "recidivism_crowd_balanced/turkprime_survey_data_clean.csv"
COUNTS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=12)


@pytest.mark.parametrize("case", GOLDEN["cases"])
def test_alpha_equals_the_golden_values(case):
    assert nominal_alpha(case["counts"]) == pytest.approx(case["alpha"], abs=1e-9)


def by_pairs(counts):
    """Alpha from its definition: observed over expected disagreement, pair by pair."""
    units = [[value for value, times in enumerate(row) for _ in range(times)] for row in counts]
    units = [unit for unit in units if len(unit) > 1]
    pooled = [value for unit in units for value in unit]
    n = len(pooled)
    observed = sum((a != b) / (len(unit) - 1) for unit in units for a in unit for b in unit) / n
    expected = sum(a != b for a in pooled for b in pooled) / (n * (n - 1))
    return 1 - observed / expected if expected else float("nan")


@settings(max_examples=60, deadline=None)
@given(counts=COUNTS)
def test_alpha_equals_its_definition(counts):
    assume(any(sum(row) > 1 for row in counts))
    assert nominal_alpha(counts) == pytest.approx(by_pairs(counts), nan_ok=True)


@settings(max_examples=30, deadline=None)
@given(counts=COUNTS, copies=st.integers(2, 3))
def test_a_weight_of_two_is_the_item_twice(counts, copies):
    weighted = nominal_alpha(counts, np.full(len(counts), copies))
    assert weighted == pytest.approx(nominal_alpha(counts * copies), nan_ok=True)


@settings(max_examples=30, deadline=None)
@given(counts=COUNTS)
def test_renaming_values_and_reordering_items_change_nothing(counts):
    turned = [row[::-1] for row in counts[::-1]]
    assert nominal_alpha(turned) == pytest.approx(nominal_alpha(counts), nan_ok=True)


def test_full_agreement_is_one_and_equal_labels_have_none():
    assert nominal_alpha([[3, 0], [0, 3]]) == 1
    assert np.isnan(nominal_alpha([[3, 0], [3, 0]]))
    alpha, percent, prevalence = _estimates(np.array([[3.0, 0.0], [2.0, 0.0]]), seed=0, level=0.95)
    assert alpha.value is None
    assert "equal" in alpha.reason
    assert (percent.value, prevalence.value) == (1.0, 0.0)


def test_items_with_one_label_tell_prevalence_only():
    alpha, percent, prevalence = _estimates(np.array([[1.0, 0.0], [0.0, 1.0]]), seed=0, level=0.95)
    assert alpha.value is None
    assert percent.reason == "no item has two labels"
    assert prevalence.value == 0.5


def test_intervals_cover_the_alpha_of_the_population():
    """200 samples of items from one population: 95 % intervals hold its alpha in most of them."""
    rng = np.random.default_rng(0)
    merit = rng.beta(0.6, 0.6, 200_000)
    positive = rng.binomial(5, merit)
    population = nominal_alpha(np.column_stack([5 - positive, positive]))
    held = 0
    for seed in range(200):
        some = rng.choice(positive, 150)
        alpha = _estimates(np.column_stack([5.0 - some, some]), seed=seed, level=0.95)[0]
        held += alpha.low <= population <= alpha.high
    assert 183 <= held <= 198


def test_every_group_of_every_attribute_and_everyone_are_listed():
    trace, _ = trace_world(0, World(items=400), units=())
    found = {(one.attribute, one.group) for one in trace.agreement}
    assert (ALL_GROUPS, ALL_GROUPS) in found
    assert {("group", "A"), ("sex", "female"), ("sex x group", "female x B")} <= found
    assert len(trace.agreement) == 3 * len(found)
    everyone = {one.group: one.n_labels for one in trace.agreement if one.attribute in ("group", ALL_GROUPS)}
    assert everyone["A"] + everyone["B"] == everyone[ALL_GROUPS] == 1_200


@pytest.mark.skipif(not REAL.is_file(), reason="BIASAUDIT_DATA does not name a folder with recidivism_crowd_balanced")
@pytest.mark.parametrize(("race", "alpha"), [(None, 0.350), ("African-American", 0.360), ("Caucasian", 0.340)])
def test_alpha_of_real_annotators_is_as_published(race, alpha):
    log = pd.read_csv(REAL)
    log = log if race is None else log[log["def_race"] == race]
    counts = pd.crosstab(log["def_id"], log["resp_decision"]).to_numpy()
    assert nominal_alpha(counts) == pytest.approx(alpha, abs=0.001)
