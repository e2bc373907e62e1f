"""BA505: whether annotators of one pool label a group differently on the same items."""

from __future__ import annotations

from collections.abc import Iterable

from biasaudit.findings.evidence import Check, points, single_attributes, unsigned
from biasaudit.results import AuditResult, Estimate, Finding, PoolEffect, PoolOverlap, Sentence, Value, sentence
from biasaudit.results.sentences import name, number, term

CHECK = Check(code="BA505", title="How pools of annotators label a group")

MORE_OF_TWO = (
    "On the same items, the {unit} pool ({kind}) gives {group} {people} a positive label more often than the {against} "
    "pool: by {effect} in 100 ({low} to {high}), beyond how they differ on {reference} ones."
)
MORE = (
    "On the same items, the {unit} pool ({kind}) gives {group} {people} a positive label more often than {against}: "
    "by {effect} in 100 ({low} to {high}), beyond how they differ on {reference} ones."
)
LESS = (
    "On the same items, the {unit} pool ({kind}) gives {group} {people} a positive label less often than {against}: "
    "by {effect} in 100 ({low} to {high}), beyond how they differ on {reference} ones."
)
HIGHER_OF_TWO = (
    "On the same items, the {unit} pool ({kind}) gives {group} {people} higher labels than the {against} pool: "
    "by {effect} on their scale ({low} to {high}), beyond how they differ on {reference} ones."
)
HIGHER = (
    "On the same items, the {unit} pool ({kind}) gives {group} {people} higher labels than {against}: "
    "by {effect} on their scale ({low} to {high}), beyond how they differ on {reference} ones."
)
LOWER = (
    "On the same items, the {unit} pool ({kind}) gives {group} {people} lower labels than {against}: "
    "by {effect} on their scale ({low} to {high}), beyond how they differ on {reference} ones."
)
NOT_FOUND = (
    "On the same items, no pool of {kind} labels a group otherwise than the others by more than the {tolerance} in 100 "
    "that this audit tolerates."
)
CANNOT_TELL = (
    "Whether pools of {kind} label a group differently on the same items cannot be told: no difference is clear of "
    "chance, and one of less than {detectable} in 100 could have stayed unseen."
)
CANNOT_TELL_ON_SCALE = (
    "Whether pools of {kind} label a group differently on the same items cannot be told: no difference is clear of "
    "chance, and one of less than {detectable} on the scale of the labels could have stayed unseen."
)
NOT_COMPARED = (
    "Whether pools of {kind} label a group differently cannot be told: too few annotators or too few shared items."
)
CONDITIONS = (
    "This speaks of labels made under some conditions and rules, not of the character of the people who gave them."
)
ASSOCIATION = (
    "It is an association: guideline, pay, time or anything else that differs between the pools may be behind it."
)
DIFFERENT = "Different is not wrong: it is not said here which labels are nearer to the truth."
ANCHORED = "Pools share too few items here, so each is held against the reference labels."


def check(result: AuditResult) -> list[Finding]:
    """Give one finding a flagged pool and group, and for kinds without any whether none is there or none can be seen."""
    trace = result.trace
    if trace is None or not trace.pool_overlap:
        return CHECK.not_applicable("There is no annotation log with two pools of at least five annotators.")
    findings: list[Finding] = []
    for place, overlap in enumerate(trace.pool_overlap):
        effects = [(at, one) for at, one in enumerate(trace.pools) if one.unit_kind == overlap.unit_kind]
        told = _told_once(effects, result)
        if told:
            findings += [_found(result, at, one) for at, one in told]
        else:
            findings.append(_quiet(result, f"/trace/pool_overlap/{place}", overlap, effects))
    return findings


def _told_once(effects: list[tuple[int, PoolEffect]], result: AuditResult) -> list[tuple[int, PoolEffect]]:
    """Choose the flagged effects that are worth a sentence of their own.

    Of two pools that mirror each other the one that labels more often positive is told. An
    intersection is told where no attribute of it is, or where it goes beyond what its attributes show.
    """
    singles = single_attributes(result)
    flagged = [pair for pair in effects if pair[1].flagged]
    flagged = [(at, one) for at, one in flagged if one.against is None or (one.effect.value or 0.0) > 0]
    wholes = [one for _, one in flagged if one.attribute in singles]
    return [(at, one) for at, one in flagged if one.attribute in singles or _goes_beyond(one, wholes)]


def _goes_beyond(crossed: PoolEffect, wholes: Iterable[PoolEffect]) -> bool:
    """Whether an intersection shows more than any flagged effect of the same pool and sign."""
    size = abs(crossed.effect.value or 0.0)
    furthest = [unsigned(whole.effect)[1] or 0.0 for whole in wholes if whole.unit == crossed.unit]
    return size > max(furthest, default=0.0)


def _found(result: AuditResult, at: int, one: PoolEffect) -> Finding:
    is_more = (one.effect.value or 0.0) > 0
    if one.scale == "share":
        template = LESS if not is_more else MORE if one.against is None else MORE_OF_TWO
    else:
        template = LOWER if not is_more else HIGHER if one.against is None else HIGHER_OF_TWO
    low, high = unsigned(one.effect)
    against: Value = term("the other pools") if one.against is None else name(one.against)
    if one.anchor == "reference":
        against = term("the reference labels let expect")
    claim = sentence(
        template,
        unit=name(one.unit),
        kind=name(one.unit_kind),
        group=name(one.group),
        people=name(result.audit.people),
        against=against,
        effect=_sized(abs(one.effect.value or 0.0), one),
        low=_sized(low, one),
        high=_sized(high, one),
        reference=name(one.reference),
    )
    return CHECK.finding("found", claim, evidence=[f"/trace/pools/{at}"], caveats=_caveats(one))


def _caveats(one: PoolEffect) -> list[Sentence]:
    said = [CONDITIONS, ASSOCIATION, DIFFERENT] + ([ANCHORED] if one.anchor == "reference" else [])
    return [sentence(text) for text in said]


def _sized(size: float | None, one: PoolEffect) -> Value:
    return points(size, one.effect.value) if one.scale == "share" else number(size)


def _quiet(result: AuditResult, pointer: str, overlap: PoolOverlap, effects: list[tuple[int, PoolEffect]]) -> Finding:
    """Say of a kind without any flagged pool whether the labels could have shown one."""
    kind = name(overlap.unit_kind)
    singles = single_attributes(result)
    measured = [(at, one) for at, one in effects if one.detectable is not None and one.attribute in singles]
    if not measured:
        return CHECK.finding("cannot_tell", sentence(NOT_COMPARED, kind=kind), evidence=[pointer])
    evidence = [f"/trace/pools/{at}" for at, _ in measured]
    is_share = measured[0][1].scale == "share"
    tolerance = result.audit.tolerance_gap
    if is_share and all(_is_within(one.effect, tolerance) and _is_within(one.logit, tolerance) for _, one in measured):
        claim = sentence(NOT_FOUND, kind=kind, tolerance=points(tolerance))
        return CHECK.finding("not_found", claim, evidence=evidence)
    worst = max((one for _, one in measured), key=lambda one: one.detectable or 0.0)
    if is_share:
        claim = sentence(CANNOT_TELL, kind=kind, detectable=points(worst.detectable))
    else:
        claim = sentence(CANNOT_TELL_ON_SCALE, kind=kind, detectable=number(worst.detectable))
    return CHECK.finding("cannot_tell", claim, evidence=evidence)


def _is_within(estimate: Estimate, tolerance: float) -> bool:
    return (
        estimate.low is not None
        and estimate.high is not None
        and -tolerance <= estimate.low
        and estimate.high <= tolerance
    )
