"""BA508: how many labels a gap hangs on."""

from __future__ import annotations

from biasaudit.findings.evidence import Check, is_clear_of_zero, points, single_attributes
from biasaudit.results import AuditResult, Finding, Relabel, Sentence, Value, sentence
from biasaudit.results.sentences import count, name

CHECK = Check(code="BA508", title="How many labels the gap hangs on")

#: Adjusted p-value from which a movement may be chance.
SIGNIFICANT = 0.05

FOUND = (
    "Were the {items} items labelled again whose labels matter most, of {of_items} that train the model, the gap of {group} "
    "{people} would be expected to go from {before} to {after} in 100, a change between {low} and {high}; as many items drawn "
    "at random would leave it at {random}."
)
NOT_FOUND = (
    "Were the {items} items labelled again whose labels matter most, of {of_items} that train the model, the gap of {group} "
    "{people} would be expected to change by between {low} and {high} in 100, within what this audit tolerates."
)
CANNOT_TELL = (
    "Were the {items} items labelled again whose labels matter most, of {of_items} that train the model, the gap of {group} "
    "{people} would be expected to change by between {low} and {high} in 100, which chance, or as many items drawn at random, "
    "might do as well."
)
PEERS = (
    "How many labels the gap of {group} {people} hangs on cannot be told: without reference labels, new labels would be as "
    "likely off as the first."
)
WHICHEVER = (
    "The labels named are those whose correctness matters most, whichever way they move the gap; they are to be given anew "
    "without sight of the first label and kept as they come, not changed until the number looks better."
)
REFERENCE = "New labels are expected to agree with the reference labels; what those get wrong, this gets wrong too."
STANDS_IN = "The items were ranked with a simpler model in place of this one; the change was measured by training this one again."
NOTHING = "There is no list of labels to look at again."


def check(result: AuditResult) -> list[Finding]:
    """Give one finding a group: the smallest number of labels that moves its gap, or that none can be told to."""
    single = single_attributes(result)
    curves: dict[tuple[str, str], list[tuple[int, Relabel]]] = {}
    for index, one in enumerate(result.trace.relabel if result.trace else ()):
        if one.attribute in single and one.change.is_defined:
            curves.setdefault((one.attribute, one.group), []).append((index, one))
    if not curves:
        return CHECK.not_applicable(NOTHING)
    return [_of(result, curve) for curve in curves.values()]


def _of(result: AuditResult, curve: list[tuple[int, Relabel]]) -> Finding:
    words = {"group": name(curve[0][1].group), "people": name(result.audit.people)}
    index, one = curve[-1]
    if one.new_labels == "peers":
        return CHECK.finding("cannot_tell", sentence(PEERS, **words), evidence=[_pointer(index)])
    clear = [(at, step) for at, step in curve if _is_clear(step)]
    if clear:
        at, step = clear[0]
        said = sentence(FOUND, **words, **_figures(step))
        return CHECK.finding("found", said, evidence=[_pointer(at)], caveats=_caveats(step))
    way = -1.0 if (one.gap_before.value or 0.0) < 0 else 1.0
    low, high = sorted((end or 0.0) * way for end in (one.change.low, one.change.high))
    tolerance = result.audit.tolerance_gap
    words |= {"items": count(one.items), "of_items": count(one.of_items), "low": points(low), "high": points(high)}
    if max(abs(low), abs(high)) <= tolerance:
        return CHECK.finding(
            "not_found", sentence(NOT_FOUND, **words), evidence=[_pointer(index)], caveats=_caveats(one)
        )
    return CHECK.finding(
        "cannot_tell", sentence(CANNOT_TELL, **words), evidence=[_pointer(index)], caveats=_caveats(one)
    )


def _pointer(index: int) -> str:
    return f"/trace/relabel/{index}"


def _is_clear(step: Relabel) -> bool:
    """Tell whether a step moves the gap beyond chance, and elsewhere than as many items drawn at random do."""
    after, random = step.gap_after.value, step.random_gap_after
    if after is None or random.low is None or random.high is None or step.p_adjusted is None:
        return False
    is_beyond = not random.low <= after <= random.high
    return is_clear_of_zero(step.change) and step.p_adjusted <= SIGNIFICANT and is_beyond


def _figures(step: Relabel) -> dict[str, Value]:
    """Read a step in the direction of the gap as it is, so that a gap of -17 is one of 17."""
    way = -1.0 if (step.gap_before.value or 0.0) < 0 else 1.0
    gaps = [
        each * way
        for each in (step.gap_before.value, step.gap_after.value, step.random_gap_after.value)
        if each is not None
    ]
    low, high = sorted(abs(end) for end in (step.change.low, step.change.high) if end is not None)
    smallest = min(map(abs, [*gaps, low, high]))
    before, after, random = (points(gap, smallest) for gap in gaps)
    return {
        "items": count(step.items),
        "of_items": count(step.of_items),
        "before": before,
        "after": after,
        "random": random,
        "low": points(low, smallest),
        "high": points(high, smallest),
    }


def _caveats(step: Relabel) -> list[Sentence]:
    return [sentence(WHICHEVER), sentence(REFERENCE)] + ([sentence(STANDS_IN)] if step.stands_in else [])
