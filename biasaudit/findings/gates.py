"""Judges every declared gate on its whole interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from biasaudit.results import AuditResult, Change, Disparity, GateResult, undefined

Outcome = Literal["met", "not_met", "cannot_tell"]
#: Why a gate on a change cannot be told in a run without --baseline.
NO_BASELINE = "no accepted result was given to hold this one against"
#: Which outcome of several groups is the gate's own: the worst one.
_WORST_FIRST: tuple[Outcome, ...] = ("not_met", "cannot_tell", "met")


def judge_gates(result: AuditResult, gates: Sequence[Mapping[str, Any]]) -> tuple[GateResult, ...]:
    """Judge gates against the disparities of a result.

    A gate holds for every group of its attribute (or the one it names), and its outcome is the
    worst of theirs: *not met* where an interval lies wholly outside the bounds, *met* where all lie
    wholly inside, else *cannot tell*. The interval is the one that decides verdicts, widened for
    the family of comparisons. A gap bounded by ``at_most`` alone is bounded in size, whatever its
    sign. A gate on a change bounds by how much the size of a gap has grown since the accepted
    result of ``result.changes``; without one it cannot be told.

    Parameters
    ----------
    result : AuditResult
        The result so far.
    gates : sequence of mapping
        Gates as declared, defaults filled.

    Returns
    -------
    tuple of GateResult
        One a gate, in order.
    """
    return tuple(_judge(result, dict(gate)) for gate in gates)


def _judge(result: AuditResult, gate: dict[str, Any]) -> GateResult:
    if gate["statistic"] == "change":
        return _judge_change(result, gate)
    held = [
        disparity
        for disparity in result.disparities
        if (disparity.attribute, disparity.measure, disparity.statistic)
        == (gate["attribute"], gate["measure"], gate["statistic"])
        and gate["group"] in (None, disparity.group)
    ]
    if not held:
        return _untold(gate, "nothing was measured that this gate could be held against")
    judged = [(_outcome(disparity, gate, result.audit.minimum_size), disparity) for disparity in held]
    outcome = min((outcome for outcome, _ in judged), key=_WORST_FIRST.index)
    worst = max((one for own, one in judged if own == outcome), key=_distance)
    return GateResult(
        gate=gate,
        group=worst.group,
        estimate=worst.estimate,
        deciding=worst.deciding,
        outcome=outcome,
        fails=_fails(outcome, gate),
        reason=_reason(worst, outcome, result),
    )


def _judge_change(result: AuditResult, gate: dict[str, Any]) -> GateResult:
    """Judge how much farther from none a gap is than it was in the accepted result."""
    if result.changes is None:
        return _untold(gate, NO_BASELINE)
    held = [
        change
        for change in result.changes.gaps
        if (change.attribute, change.measure, change.statistic) == (gate["attribute"], gate["measure"], "gap")
        and gate["group"] in (None, change.group)
    ]
    if not held:
        return _untold(gate, "nothing was measured that this gate could be held against")
    judged = [(_grown(change, gate["at_most"], result), change) for change in held]
    outcome = min((outcome for (outcome, _), _ in judged), key=_WORST_FIRST.index)
    reason, worst = max(
        ((why, one) for (own, why), one in judged if own == outcome),
        key=lambda each: -1.0 if each[1].growth.value is None else each[1].growth.value,
    )
    return GateResult(
        gate=gate,
        group=worst.group,
        estimate=worst.growth,
        deciding=worst.growth_deciding,
        outcome=outcome,
        fails=_fails(outcome, gate),
        reason=reason,
    )


def _grown(change: Change, most: float, result: AuditResult) -> tuple[Outcome, str]:
    """Hold the whole interval of how much a gap grew against what it may grow."""
    sizes = (change.n_group_before, change.n_reference_before, change.n_group, change.n_reference)
    if min(sizes) < result.audit.minimum_size:
        return "cannot_tell", f"a group has fewer than {result.audit.minimum_size} people"
    low, high = change.growth_deciding.low, change.growth_deciding.high
    if not change.growth_deciding.is_defined:
        return "cannot_tell", "the rate is undefined"
    if low is not None and low > most:
        return "not_met", ""
    if high is not None and high <= most:
        return "met", ""
    return "cannot_tell", "the interval lies on both sides of the bound"


def _untold(gate: dict[str, Any], reason: str) -> GateResult:
    estimate = undefined(reason, method="none")
    return GateResult(
        gate=gate, estimate=estimate, outcome="cannot_tell", fails=_fails("cannot_tell", gate), reason=reason
    )


def _outcome(disparity: Disparity, gate: Mapping[str, Any], minimum_size: int) -> Outcome:
    if min(disparity.n_group, disparity.n_reference) < minimum_size or not disparity.deciding.is_defined:
        return "cannot_tell"
    low, high = _bounds(gate)
    at_least = disparity.deciding.low if disparity.deciding.low is not None else float("-inf")
    at_most = disparity.deciding.high if disparity.deciding.high is not None else float("inf")
    if at_most < low or at_least > high:
        return "not_met"
    return "met" if low <= at_least and at_most <= high else "cannot_tell"


def _bounds(gate: Mapping[str, Any]) -> tuple[float, float]:
    low, high = gate["at_least"], gate["at_most"]
    if gate["statistic"] == "gap" and low is None and high is not None and high >= 0:
        return -high, high
    return (float("-inf") if low is None else low), (float("inf") if high is None else high)


def _distance(disparity: Disparity) -> float:
    """How far a disparity is from none at all."""
    value = disparity.estimate.value
    if value is None:
        return -1.0
    if disparity.statistic == "gap":
        return abs(value)
    return max(value, 1 / value) if value > 0 else float("inf")


def _reason(disparity: Disparity, outcome: Outcome, result: AuditResult) -> str:
    if outcome != "cannot_tell":
        return ""
    if min(disparity.n_group, disparity.n_reference) < result.audit.minimum_size:
        return f"a group has fewer than {result.audit.minimum_size} people"
    return "the interval lies on both sides of the bound" if disparity.deciding.is_defined else "the rate is undefined"


def _fails(outcome: Outcome, gate: Mapping[str, Any]) -> bool:
    return outcome == "not_met" or (outcome == "cannot_tell" and gate["on_cannot_tell"] == "fail")
