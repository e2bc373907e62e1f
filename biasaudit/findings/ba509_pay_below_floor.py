"""BA509: pay below the declared floor."""

from __future__ import annotations

from collections.abc import Sequence

from biasaudit.findings.evidence import Check
from biasaudit.results import AuditResult, Condition, Finding, Floor, Value, sentence
from biasaudit.results.records import Outcome
from biasaudit.results.sentences import count, in_100, name, number, term

CHECK = Check(code="BA509", title="Pay held against the declared floor")

#: Pay is below the floor where clearly more annotators than this do not reach it. Fairwork's principles for
#: cloudwork (1.2) ask that the vast majority of people paid by the piece reach a minimum wage; that nine in
#: ten are a vast majority is our reading.
MOST_BELOW = 0.1

FOUND = (
    "Of 100 annotators, {share} ({low} to {high}) come to less than {floor}, {amount} {currency} an hour. "
    "For an hour of recorded work half of them get {pay} {currency} or less."
)
NOT_FOUND = (
    "Of 100 annotators, {share} (at most {high}) come to less than {floor}, {amount} {currency} an hour. "
    "For an hour of recorded work half of them get {pay} {currency} or less."
)
CANNOT_TELL = (
    "Whether more than {most} of 100 annotators come to less than {floor}, {amount} {currency} an hour, cannot be told: "
    "{share} of 100 do here, and anything from {low} to {high} fits the log."
)
UNIT = (
    "Under {found} of {all} units ({kind}) clearly more than {most} of 100 annotators come to less than {floor}. "
    "The share is largest under {unit}: {share} of 100 ({low} to {high}), at a median of {pay} {currency} an hour."
)
TIME = "Time that is not recorded, such as reading instructions or looking for tasks, is not counted: a true hour brings less."
ASSOCIATION = "Pay is told as a condition under which the labels were made. What it does to them is not shown by standing beside them."


def check(result: AuditResult) -> list[Finding]:
    """Give one finding over everyone, and one for each kind of unit in which pay is clearly below the floor."""
    trace = result.trace
    if trace is None or trace.conditions_of_all is None:
        return CHECK.not_applicable("There is no annotation log of at least five annotators.")
    of_all, floor = trace.conditions_of_all, trace.floor
    if floor is None:
        return CHECK.not_applicable(
            "No floor is declared that pay could be held against: [annotations] floor declares one."
        )
    if "pay" in trace.unknown_conditions:
        return CHECK.not_applicable("The log does not say what labels were paid.")
    if "seconds" in trace.unknown_conditions:
        return CHECK.not_applicable("The log does not say how long labels took, so that pay by the hour is not known.")
    if of_all.below_floor.value is None:
        return CHECK.not_applicable("Pay and time are known together for fewer than five annotators.")
    units = [(at, one) for at, one in enumerate(trace.conditions) if one.about == "unit"]
    kinds = dict.fromkeys(one.unit_kind for _, one in units)
    of_kinds = [_of_kind([pair for pair in units if pair[1].unit_kind == kind], floor) for kind in kinds]
    return [_of_all(of_all, floor), *(found for found in of_kinds if found is not None)]


def _outcome(one: Condition) -> Outcome:
    low, high = one.below_floor.low, one.below_floor.high
    if low is not None and low > MOST_BELOW:
        return "found"
    return "not_found" if high is not None and high <= MOST_BELOW else "cannot_tell"


def _words(one: Condition, floor: Floor) -> dict[str, Value]:
    share = one.below_floor
    return {
        "share": in_100(share.value),
        "low": in_100(share.low),
        "high": in_100(share.high),
        "floor": name(floor.name),
        "amount": number(floor.amount),
        "currency": name(floor.currency) if floor.currency else term("units of pay"),
        "pay": number(one.hourly_pay),
        "most": in_100(MOST_BELOW),
    }


def _of_all(one: Condition, floor: Floor) -> Finding:
    outcome, words = _outcome(one), _words(one, floor)
    text = {"found": FOUND, "not_found": NOT_FOUND, "cannot_tell": CANNOT_TELL}[outcome]
    used = {key: value for key, value in words.items() if "{" + key + "}" in text}
    evidence = ["/trace/conditions_of_all", "/trace/floor"]
    return CHECK.finding(
        outcome, sentence(text, **used), evidence=evidence, caveats=[sentence(TIME), sentence(ASSOCIATION)]
    )


def _of_kind(units: Sequence[tuple[int, Condition]], floor: Floor) -> Finding | None:
    found = [pair for pair in units if _outcome(pair[1]) == "found"]
    if not found:
        return None
    _, most = max(found, key=lambda pair: pair[1].below_floor.value or 0.0)
    words = {key: value for key, value in _words(most, floor).items() if key != "amount"}
    message = sentence(
        UNIT, **words, kind=name(most.unit_kind), unit=name(most.unit), found=count(len(found)), all=count(len(units))
    )
    evidence = [f"/trace/conditions/{at}" for at, _ in found]
    return CHECK.finding("found", message, evidence=evidence, caveats=[sentence(ASSOCIATION)])
