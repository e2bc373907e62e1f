"""A gate is judged on its whole interval, over every group of its attribute."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biasaudit.findings import judge_gates
from biasaudit.results import (
    AttributeFacts,
    AuditInfo,
    AuditResult,
    DataFacts,
    Disparity,
    GroupSize,
    Manifest,
    estimated,
)

TIME = "2026-01-01T00:00:00+00:00"


def gate(**changes):
    return {
        "attribute": "sex",
        "measure": "selection_rate",
        "statistic": "ratio",
        "group": None,
        "at_least": None,
        "at_most": None,
        "on_cannot_tell": "warn",
        **changes,
    }


def disparity(group, low, value, high, statistic="ratio", n=100):
    estimate = estimated(value, low, high, method="m")
    return Disparity(
        attribute="sex",
        group=group,
        reference="m",
        measure="selection_rate",
        statistic=statistic,
        estimate=estimate,
        deciding=estimate,
        n_group=n,
        n_reference=100,
        p_value=0.5,
        p_adjusted=0.5,
        verdict="cannot_tell",
        tolerance=0.8,
    )


def result_of(*disparities):
    groups = tuple(GroupSize(group=one.group, n=int(one.n_group)) for one in disparities)
    facts = AttributeFacts(name="sex", columns=("sex",), reference="m", groups=groups)
    return AuditResult(
        status="complete",
        audit=AuditInfo(name="a", title="A", tolerance_gap=0.05, tolerance_ratio=0.8, minimum_size=30),
        manifest=Manifest(version="0", spec_digest="0" * 64, started=TIME, ended=TIME),
        data=DataFacts(rows=2, rows_judged=2, attributes=(facts,)),
        disparities=disparities,
    )


@pytest.mark.parametrize(
    ("interval", "outcome"),
    [((0.85, 0.9, 0.95), "met"), ((0.5, 0.6, 0.7), "not_met"), ((0.7, 0.85, 0.9), "cannot_tell")],
)
def test_the_whole_interval_decides(interval, outcome):
    (judged,) = judge_gates(result_of(disparity("f", *interval)), [gate(at_least=0.8)])
    assert judged.outcome == outcome
    assert judged.fails == (outcome == "not_met")


def test_the_worst_group_is_the_gates_own():
    result = result_of(disparity("f", 0.85, 0.9, 0.95), disparity("x", 0.5, 0.6, 0.7), disparity("y", 0.7, 0.8, 0.9))
    (judged,) = judge_gates(result, [gate(at_least=0.8)])
    assert (judged.outcome, judged.group) == ("not_met", "x")
    (judged,) = judge_gates(result, [gate(at_least=0.8, group="f")])
    assert (judged.outcome, judged.group) == ("met", "f")


def test_a_small_group_is_never_met_nor_missed():
    for interval in [(0.9, 0.95, 1.0), (0.1, 0.2, 0.3)]:
        (judged,) = judge_gates(result_of(disparity("f", *interval, n=12)), [gate(at_least=0.8, on_cannot_tell="fail")])
        assert judged.outcome == "cannot_tell"
        assert judged.fails
        assert "fewer than 30" in judged.reason


def test_a_gap_bounded_above_is_bounded_in_size():
    wide = result_of(disparity("f", -0.4, -0.3, -0.2, statistic="gap"))
    (judged,) = judge_gates(wide, [gate(statistic="gap", at_most=0.05)])
    assert judged.outcome == "not_met"
    (judged,) = judge_gates(wide, [gate(statistic="gap", at_least=-0.5, at_most=0.05)])
    assert judged.outcome == "met"


def test_a_gate_on_nothing_cannot_be_told():
    (judged,) = judge_gates(result_of(), [gate(at_least=0.8)])
    assert judged.outcome == "cannot_tell"
    assert judged.estimate.value is None


@given(st.lists(st.floats(0, 2), min_size=3, max_size=3), st.floats(0, 2))
def test_met_and_not_met_never_hold_for_the_same_interval(values, bound):
    low, value, high = sorted(values)
    result = result_of(disparity("f", low, value, high))
    (least,) = judge_gates(result, [gate(at_least=bound)])
    (most,) = judge_gates(result, [gate(at_most=bound)])
    if low < bound < high:
        assert least.outcome == most.outcome == "cannot_tell"
    if bound < low:
        assert (least.outcome, most.outcome) == ("met", "not_met")
