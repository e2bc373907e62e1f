"""Metrics of one's own, the search, and all of it together in a run."""

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame
from sklearn.metrics import cohen_kappa_score

from biasaudit.engine import run
from biasaudit.errors import DataError, PluginError
from biasaudit.measures import adjusted_gaps, attribute_facts, benjamini_hochberg, count
from biasaudit.measures.custom import find_metric, measure_custom
from biasaudit.measures.search import search_groups
from biasaudit.results import from_json, to_json
from biasaudit.spec import MeasureSpec, SearchSpec


def test_a_metric_of_ones_own_equals_fairlearn(people, make_table, make_spec):
    groups, actual, selected = people
    table = make_table(groups, actual=actual)
    facts = attribute_facts(count(table, selected), make_spec({"origin": "European"}))
    measure = MeasureSpec(name="kappa", function="sklearn.metrics.cohen_kappa_score", replicates=60)
    options = {"selected": selected, "scores": None, "seed": 1}
    values, gaps = measure_custom(table, facts, measure, find_metric(measure, {}), **options)
    theirs = MetricFrame(
        metrics=cohen_kappa_score, y_true=actual, y_pred=selected, sensitive_features=groups["origin"]
    ).by_group
    for value in values:
        assert value.estimate.value == pytest.approx(theirs[value.group])
        assert value.estimate.low < value.estimate.value < value.estimate.high
    assert gaps[0].estimate.value == pytest.approx(values[0].estimate.value - values[1].estimate.value)
    again = measure_custom(table, facts, measure, find_metric(measure, {}), **options)
    assert again == (values, gaps)


def test_metrics_that_fail_are_told(make_table, make_spec):
    table = make_table({"g": ["a"] * 4 + ["b"] * 4}, actual=[1, 1, 1, 1, 0, 1, 0, 1])
    facts = attribute_facts(count(table, np.ones(8)), make_spec({"g": "b"}))
    options = {"selected": np.tile([0.0, 1.0], 4), "scores": None, "seed": 1}

    def only_two_kinds(y_true, y_pred):
        if len(set(y_true)) < 2:
            raise ValueError("one kind")
        return 0.5

    values, gaps = measure_custom(table, facts, MeasureSpec(name="m", replicates=20), only_two_kinds, **options)
    assert [value.estimate.value for value in values] == [None, 0.5]
    assert gaps[0].estimate.reason
    with pytest.raises(PluginError, match="failed"):
        measure_custom(table, facts, MeasureSpec(name="m", replicates=20), lambda *_: 1 / 0, **options)
    for broken in ({"function": "sklearn.metrics.no_such"}, {}):
        with pytest.raises(PluginError):
            find_metric(MeasureSpec(name="m", **broken), {})
    with pytest.raises(DataError, match="is not called"):
        find_metric(MeasureSpec(name="m", function="os.system"), {})
    assert find_metric(MeasureSpec(name="mine"), {"mine": max}) is max


def _searchable(make_table, planted, n=4_000, seed=0):
    rng = np.random.default_rng(seed)
    groups = {"sex": rng.choice(["f", "m"], n), "origin": rng.choice(["A", "B", "C"], n)}
    town = rng.choice(["x", "y"], n)
    hit = (groups["sex"] == "f") & (groups["origin"] == "B") & (town == "y")
    selected = (rng.random(n) < np.where(hit, 0.5 - planted, 0.5)).astype(float)
    from dataclasses import replace

    return replace(make_table(groups), frame=pd.DataFrame({"town": town})), selected


def test_the_search_finds_a_planted_group_and_confirms_it(make_table):
    table, selected = _searchable(make_table, 0.3)
    search = SearchSpec(columns=("sex", "origin", "town"))
    found = search_groups(table, selected, search, seed=3, minimum_size=30)
    assert found[0].group == "f x B x town y"
    assert found[0].confirmed
    assert found[0].gap.low < -0.3 + 0.01 < found[0].gap.high + 0.05
    assert found == search_groups(table, selected, search, seed=3, minimum_size=30)


def test_a_search_among_equal_groups_rarely_confirms_anything(make_table):
    alarms = 0
    for seed in range(40):
        table, selected = _searchable(make_table, 0.0, n=800, seed=seed)
        found = search_groups(
            table, selected, SearchSpec(columns=("sex", "origin", "town"), side="both"), seed=seed, minimum_size=30
        )
        alarms += any(one.confirmed for one in found)
    # At a true chance of 5 % more than 6 of 40 come up once in three hundred times.
    assert alarms <= 6


@pytest.fixture(scope="module")
def result():
    rng = np.random.default_rng(0)
    n = 900
    frame = pd.DataFrame(
        {"sex": rng.choice(["f", "m"], n), "origin": rng.choice(["A", "B", "C"], n), "dept": rng.choice(["x", "y"], n)}
    )
    frame["y"] = (rng.random(n) < 0.4).astype(int)
    frame["s"] = np.clip(0.3 * frame["y"] + 0.5 * rng.random(n) - 0.1 * (frame["origin"] == "B"), 0, 1)
    frame["wage"] = rng.normal(100, 10, n)
    frame["screen"] = (rng.random(n) < 0.6).astype(int)
    frame["kind"] = rng.choice(["p", "q", "r"], n)
    declared = {
        "schema": 1,
        "audit": {"name": "all", "title": "All"},
        "data": {"outcome": "y", "strata": ["dept"]},
        "protected": [{"column": "sex", "reference": "m"}, {"column": "origin", "reference": "A"}],
        "model": {"score": "s", "threshold": 0.4},
        "quantity": [{"column": "wage"}],
        "stage": [{"column": "screen"}],
        "classes": {"decision": "kind"},
        "ranking": {"top": [10]},
        "measure": [{"name": "kappa", "function": "sklearn.metrics.cohen_kappa_score", "replicates": 20}],
        "search": {"columns": ["sex", "origin"]},
        "population": [{"attribute": "sex", "group": "f", "share": 0.5}],
        "sensitivity": {"label_errors": [0.05]},
    }
    return run(declared, data=frame)


def test_a_run_measures_all_of_it(result):
    assert {step.outcome for step in result.steps if step.name in {"composites", "search", "measure kappa"}} == {"done"}
    kinds = {value.kind for value in result.group_values}
    assert kinds == {"composite", "score", "scoring_rate", "quantity", "stage", "class", "ranking", "custom"}
    for part in [
        "largest_gaps",
        "pooled_rates",
        "decompositions",
        "calibrations",
        "sweeps",
        "score_counts",
        "representation",
        "label_errors",
        "confounding",
        "found_groups",
    ]:
        assert getattr(result, part), part
    assert result.status == "complete"
    assert all(d.detectable for d in result.disparities if d.statistic == "gap" and d.estimate.value is not None)
    assert all(d.detectable is None for d in result.disparities if d.statistic == "ratio")


def test_it_travels_as_strict_json(result):
    assert from_json(to_json(result)) == result


def test_p_values_of_described_gaps_are_one_family(result):
    keys = {(g.attribute, g.group, g.kind, g.measure, g.subject): g.p_value for g in result.group_gaps if g.p_value}
    expected = dict(zip(keys, benjamini_hochberg(list(keys.values())), strict=True))
    for gap in result.group_gaps:
        if gap.p_value:
            key = (gap.attribute, gap.group, gap.kind, gap.measure, gap.subject)
            assert gap.p_adjusted == pytest.approx(expected[key])
    assert adjusted_gaps(result.group_gaps) == result.group_gaps


def test_a_missing_metric_leaves_the_rest_standing():
    frame = pd.DataFrame({"g": ["a", "b"] * 100, "y": [0, 1, 1, 1] * 50, "d": [0, 1] * 100})
    declared = {
        "schema": 1,
        "audit": {"name": "t", "title": "T"},
        "data": {"outcome": "y"},
        "protected": [{"column": "g", "reference": "b"}],
        "model": {"decision": "d"},
        "measure": [{"name": "nothing"}],
    }
    result = run(declared, data=frame)
    steps = {step.name: step for step in result.steps}
    assert (steps["measure nothing"].outcome, result.status) == ("failed", "partial")
    assert steps["calibration"].outcome == "not_applicable"
    assert result.confounding
