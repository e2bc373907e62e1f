"""Holds two results against each other: a pure function from two results to what moved between them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from biasaudit.errors import ResultError
from biasaudit.results import moving
from biasaudit.results.changes import (
    Change,
    Changes,
    FindingChange,
    GateChange,
    GroupListed,
    Movement,
    NotCompared,
    RunFacts,
)
from biasaudit.results.differing import differences
from biasaudit.results.estimate import Estimate, undefined
from biasaudit.results.exact import Counts, drawn_out
from biasaudit.results.reading import digest
from biasaudit.results.records import AuditResult, Disparity, Finding, GateResult, Rate
from biasaudit.results.uncompared import not_compared
from biasaudit.results.withholding import FEWEST_PEOPLE, TOO_FEW_TO_SHOW

#: Why a movement cannot be told.
TOO_FEW = "too few people: in one of the two results the rate of the group or of its reference rests on fewer than the declared minimum"
CROSSES = "a change as large as this comes about by chance alone"

#: More people than there are: a file that says so is not believed.
MOST_PEOPLE = 1e12

_Key = tuple[str, str, str, str, str, str]


def compare_results(
    before: AuditResult, after: AuditResult, gates: Sequence[Mapping[str, Any]] | None = None
) -> Changes:
    """Say what moved between two results of an audit, and what of it is beyond noise.

    Every gap and ratio that both results have, against the same reference, is one comparison. Its
    change bears an interval made of the two intervals (:func:`~biasaudit.results.moving.difference`).
    A gap is *wider* where the whole interval of how much its size grew lies above none, the
    interval being made of those that decide in the two results: they are widened for the family of
    each, so that two audits of the same situation say *wider*, *narrower* or *across* anywhere with a
    probability of at most one minus the level.

    Parameters
    ----------
    before, after : AuditResult
        The earlier and the later result.
    gates : sequence of mapping, optional
        Gates as declared, which say what is watched; those of the later result by default.

    Returns
    -------
    Changes
        Gaps in the order of the later result.

    Raises
    ------
    ResultError
        Where the two results have no attribute in common.

    Examples
    --------
    >>> groups = ({"group": "a", "n": 50}, {"group": "b", "n": 50})
    >>> facts = {"name": "sex", "columns": ("sex",), "reference": "a", "groups": groups}
    >>> head = {"name": "x", "title": "X", "tolerance_gap": 0.05, "tolerance_ratio": 0.8, "minimum_size": 30}
    >>> run = {"version": "1", "spec_digest": "", "started": "", "ended": ""}
    >>> data = {"rows": 100, "rows_judged": 100, "attributes": (facts,)}
    >>> parts = {"status": "complete", "audit": head, "manifest": run, "data": data}
    >>> result = AuditResult.model_validate(parts)
    >>> compare_results(result, result).fails
    False
    """
    declared = [gate.gate for gate in after.gates] if gates is None else list(gates)
    names = [{facts.name for facts in result.data.attributes} for result in (before, after)]
    if not names[0] & names[1]:
        raise ResultError(
            "These two results have no protected attribute in common, so nothing can be compared: "
            f"{_listed(names[0])} in the earlier one, {_listed(names[1])} in the later one."
        )
    gaps, left_out = _gaps(before, after, declared)
    return Changes(
        before=run_facts(before),
        people=_people(before, after),
        gaps=_with_adjusted_p(gaps),
        different=differences(before, after),
        groups_new=_only_in(after, before),
        groups_gone=_only_in(before, after),
        findings=_findings(before, after),
        gates=_gates(before.gates, after.gates),
        not_compared=left_out,
    )


def run_facts(result: AuditResult) -> RunFacts:
    """Say which run a result is of."""
    return RunFacts(
        name=result.audit.name,
        title=result.audit.title,
        digest=digest(result),
        ended=result.manifest.ended,
        version=result.manifest.version,
        rows_judged=result.data.rows_judged,
    )


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(map(repr, names))) or "none"


def _people(before: AuditResult, after: AuditResult) -> Literal["same", "other"]:
    """Tell by its digest whether both runs read the same table."""
    digests = [
        {one.sha256 for one in result.manifest.data if one.role == "items" and one.sha256} for result in (before, after)
    ]
    return "same" if digests[0] and digests[0] == digests[1] else "other"


def _key(one: Disparity) -> _Key:
    return one.attribute, one.group, one.reference, one.measure, one.stage, one.statistic


def _gaps(
    before: AuditResult, after: AuditResult, gates: Sequence[Mapping[str, Any]]
) -> tuple[list[Change], tuple[NotCompared, ...]]:
    """Pair what can be paired, and say of the rest why it cannot."""
    left_out = not_compared(before, after)
    closed = {(one.attribute, one.measure) for one in left_out} | {
        (one.attribute, "") for one in left_out if not one.measure
    }
    earlier = {_key(one): one for one in before.disparities}
    rates: list[dict[tuple[str, ...], Rate]] = [
        {(one.attribute, one.group, one.measure, one.stage): one for one in each.rates} for each in (before, after)
    ]
    minimum = max(before.audit.minimum_size, after.audit.minimum_size)
    found = []
    for one in after.disparities:
        other = earlier.get(_key(one))
        if other is None or (one.attribute, "") in closed or (one.attribute, one.measure) in closed:
            continue
        counts = [_counts(rates, one.attribute, group, one.measure, one.stage) for group in (one.group, one.reference)]
        found.append(_change(other, one, counts, minimum=minimum, watched=_is_watched(one, gates)))
    return found, left_out


def _is_watched(one: Disparity, gates: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a gap fails a run where it got wider: it is gated, or a gap in who is selected."""
    own = [
        gate.get("statistic")
        for gate in gates
        if (gate.get("attribute"), gate.get("measure")) == (one.attribute, one.measure)
        and gate.get("group") in (None, one.group)
    ]
    if "change" in own:
        return False  # a gate of its own says how much wider it may get
    is_selection = (one.measure, one.statistic, one.stage) == ("selection_rate", "gap", "decision")
    return is_selection or one.statistic in own


def _counts(rates: list[dict[tuple[str, ...], Rate]], *key: str) -> Counts | None:
    """Give how many of how many counted after and before; None where a result does not say, or says what cannot be."""
    found: list[float] = []
    for each in reversed(rates):
        rate = each.get(key)
        share = None if rate is None else rate.estimate.value
        if rate is None or share is None or not 0 <= share <= 1 or not 0 <= rate.n <= MOST_PEOPLE:
            return None
        found += [share * rate.n, rate.n]
    return found[0], found[1], found[2], found[3]


def _change(
    before: Disparity, after: Disparity, counts: Sequence[Counts | None], *, minimum: int, watched: bool
) -> Change:
    sizes = (before.n_group, before.n_reference, after.n_group, after.n_reference)
    is_ratio = after.statistic == "ratio"
    taken = moving.quotient if is_ratio else moving.difference
    if any(0 < size < FEWEST_PEOPLE for size in sizes):
        before, after = _withheld(before), _withheld(after)
    none = 1.0 if is_ratio else 0.0
    deciding = drawn_out(taken(after.deciding, before.deciding), counts, none=none)
    grown = drawn_out(moving.growth(after.deciding, before.deciding, is_ratio=is_ratio), counts, none=none)
    movement, reason = _movement(deciding, grown, none=none)
    if deciding.is_defined and min(sizes) < minimum:
        movement, reason = "not_told", TOO_FEW
    change = taken(after.estimate, before.estimate)
    return Change(
        attribute=after.attribute,
        group=after.group,
        reference=after.reference,
        measure=after.measure,
        stage=after.stage,
        statistic=after.statistic,
        before=before.estimate,
        after=after.estimate,
        change=change,
        deciding=deciding,
        growth=moving.growth(after.estimate, before.estimate, is_ratio=is_ratio),
        growth_deciding=grown,
        n_group_before=before.n_group,
        n_group=after.n_group,
        n_reference_before=before.n_reference,
        n_reference=after.n_reference,
        p_value=moving.p_of_quotient(change) if is_ratio else moving.p_value(change),
        movement=movement,
        verdict_before=before.verdict,
        verdict=after.verdict,
        watched=watched,
        reason=reason,
    )


def _withheld(one: Disparity) -> Disparity:
    """Leave out a number about so few people that it would speak of one."""
    none = undefined(TOO_FEW_TO_SHOW, method=one.estimate.method)
    return one.model_copy(update={"estimate": none, "deciding": none})


def _movement(deciding: Estimate, grown: Estimate, *, none: float) -> tuple[Movement, str]:
    """Read a movement from whole intervals."""
    if not deciding.is_defined:
        return "not_told", deciding.reason
    if grown.low is not None and grown.low > none:
        return "wider", ""
    if grown.high is not None and grown.high < none:
        return "narrower", ""
    if (deciding.low is not None and deciding.low > none) or (deciding.high is not None and deciding.high < none):
        return "across", ""
    return "not_told", CROSSES


def _with_adjusted_p(gaps: list[Change]) -> tuple[Change, ...]:
    found = moving.adjusted([one.p_value for one in gaps])
    return tuple(one.model_copy(update={"p_adjusted": p}) for one, p in zip(gaps, found, strict=True))


def _only_in(result: AuditResult, other: AuditResult) -> tuple[GroupListed, ...]:
    """List the groups of common attributes that only one result has."""
    held = {facts.name: {size.group for size in facts.groups} for facts in other.data.attributes}
    return tuple(
        GroupListed(attribute=facts.name, group=size.group, n=size.n)
        for facts in result.data.attributes
        for size in facts.groups
        if facts.name in held and size.group not in held[facts.name]
    )


def _findings(before: AuditResult, after: AuditResult) -> tuple[FindingChange, ...]:
    """List the findings that only one result made, told apart by their code and the names in them."""
    held = [{_said_of(one): one for one in result.findings if one.outcome == "found"} for result in (before, after)]
    found = [_finding(one, appeared=True) for key, one in held[1].items() if key not in held[0]]
    return (*found, *(_finding(one, appeared=False) for key, one in held[0].items() if key not in held[1]))


def _said_of(finding: Finding) -> tuple[str, ...]:
    names = finding.message.values.items() if finding.message else ()
    return finding.code, *sorted(f"{key}={value.value}" for key, value in names if value.kind in ("name", "term"))


def _finding(finding: Finding, *, appeared: bool) -> FindingChange:
    return FindingChange(
        code=finding.code, title=finding.title, appeared=appeared, claim=finding.claim, message=finding.message
    )


def _gates(before: tuple[GateResult, ...], after: tuple[GateResult, ...]) -> tuple[GateChange, ...]:
    """List the gates whose outcome is another one; those on a change belong to one result alone."""
    held = [
        {json.dumps(gate.gate, sort_keys=True): gate for gate in gates if gate.gate.get("statistic") != "change"}
        for gates in (before, after)
    ]
    found = []
    for key in dict.fromkeys([*held[1], *held[0]]):
        was, now = held[0].get(key), held[1].get(key)
        one = now or was
        if one is not None and (was.outcome if was else None) != (now.outcome if now else None):
            found.append(
                GateChange(gate=one.gate, before=was.outcome if was else None, after=now.outcome if now else None)
            )
    return tuple(found)
