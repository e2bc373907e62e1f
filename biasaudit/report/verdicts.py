"""Verdict sentences: what, how sure, compared with what."""

from __future__ import annotations

from biasaudit.findings.evidence import people_to_settle
from biasaudit.report.comparisons import Comparison, compared, is_crossed
from biasaudit.report.messages import Filling, Message, Words, counted, crossed, listed, message, people_counted
from biasaudit.report.readable import is_word
from biasaudit.results import FEWEST_PEOPLE, NOT_RECORDED, AttributeFacts, AuditResult, Disparity, Value
from biasaudit.results.sentences import count, in_100, name, number

#: Groups beyond the tolerance that get a sentence of their own before the rest is summed up.
MOST_SENTENCES = 2
#: A gap under it (3 in 100) or a rate under it is written with a decimal.
WHOLE_NUMBERS_FROM = 0.03
_MOST_DIGITS = 2


def people_of(result: AuditResult, attribute: str, group: str) -> Message:
    """Name the people of a group as the subject of a sentence: 'non-European applicants'."""
    people = name(result.audit.people)
    if group == NOT_RECORDED:
        return message("{people} whose {attribute} is not recorded", people=people, attribute=name(attribute))
    parts = _parts(result, attribute, group)
    if all(is_word(part) for part in parts):
        own: Filling = crossed(*(name(part) for part in parts)) if len(parts) > 1 else name(group)
        return message("{group} {people}", group=own, people=people)
    if attribute.casefold() in group.casefold():
        return message("{people} with {group}", people=people, group=name(group))
    return message("{people} with {attribute} {group}", people=people, attribute=name(attribute), group=name(group))


def _parts(result: AuditResult, attribute: str, group: str) -> list[str]:
    """Take the name of an intersection's group apart, where it has as many parts as attributes."""
    facts = next((facts for facts in result.data.attributes if facts.name == attribute), None)
    parts = group.split(" x ") if facts is not None and is_crossed(facts) else [group]
    return parts if facts is not None and len(parts) == len(facts.columns) else [group]


def verdict_sentences(result: AuditResult, facts: AttributeFacts) -> tuple[Message, ...]:
    """Write what an audit says about one attribute: its most telling groups, then the others in one sentence."""
    comparisons = compared(result, facts)
    if not comparisons:
        only = message(
            "There is only one group of {attribute}, so there is nothing to compare.", attribute=name(facts.name)
        )
        return (only,)
    beyond = sum(comparison.verdict == "exceeds" for comparison in comparisons)
    shown = 1 if is_crossed(facts) else min(max(beyond, 1), MOST_SENTENCES)
    sentences = [verdict_sentence(result, comparison) for comparison in comparisons[:shown]]
    rest = comparisons[shown:]
    return (*sentences, _rest(result, facts, rest)) if rest else tuple(sentences)


def _rest(result: AuditResult, facts: AttributeFacts, rest: tuple[Comparison, ...]) -> Message:
    """Sum up the groups that no sentence of their own is about."""
    held = {verdict: sum(each.verdict == verdict for each in rest) for verdict in ("exceeds", "within", "cannot_tell")}
    if len(rest) == 1:
        return _last(result, facts, rest[0])
    n, attribute = count(len(rest)), name(facts.name)
    if held["exceeds"] == len(rest):
        return message(
            "The gaps of the {n} other groups of {attribute} lie beyond the tolerance too.", n=n, attribute=attribute
        )
    if held["within"] == len(rest):
        return message(
            "The gaps of the {n} other groups of {attribute} lie within the tolerance.", n=n, attribute=attribute
        )
    if held["cannot_tell"] == len(rest):
        return message("For the {n} other groups of {attribute} it cannot be told.", n=n, attribute=attribute)
    parts = []
    if held["exceeds"]:
        k = held["exceeds"]
        parts.append(counted(k, "{n} lies beyond the tolerance", "{n} lie beyond the tolerance", n=count(k)))
    if held["within"]:
        k = held["within"]
        parts.append(counted(k, "{n} lies within the tolerance", "{n} lie within the tolerance", n=count(k)))
    if held["cannot_tell"]:
        k = held["cannot_tell"]
        parts.append(counted(k, "{n} cannot be told", "{n} cannot be told", n=count(k)))
    return message("Of the {n} other groups of {attribute}, {parts}.", n=n, attribute=attribute, parts=listed(*parts))


def _last(result: AuditResult, facts: AttributeFacts, comparison: Comparison) -> Message:
    group = people_of(result, facts.name, comparison.group)
    if comparison.verdict == "exceeds":
        return message("For {group} the gap lies beyond the tolerance too.", group=group)
    if comparison.verdict == "within":
        return message("For {group} the gap lies within the tolerance.", group=group)
    return message("For {group} it cannot be told.", group=group)


def verdict_sentence(result: AuditResult, comparison: Comparison) -> Message:
    """Write one verdict: what is the case, how sure, and against what it is held."""
    gap, ratio = comparison.gap, comparison.ratio
    if not comparison.is_defined or gap is None:
        return _unknown(result, comparison)
    if gap.verdict == "exceeds":
        return _beyond_gap(result, comparison, gap)
    if ratio is not None and ratio.verdict == "exceeds" and ratio.estimate.is_defined:
        return _beyond_ratio(result, comparison, ratio)
    if comparison.verdict == "within":
        return _within(result, comparison, gap)
    return _undecided(result, comparison, gap)


def digits_for(*shares: float | None, apart: float | None = None) -> int:
    """Choose as few decimals (in 100) as keep numbers apart that are not the same.

    Parameters
    ----------
    *shares : float or None
        The numbers of one sentence, as shares.
    apart : float, optional
        A bound that none of them may be rounded onto.

    Examples
    --------
    >>> digits_for(0.16, 0.27), digits_for(0.052, 0.09, apart=0.05), digits_for(0.021, 0.024)
    (0, 1, 1)
    """
    known = sorted({share for share in shares if share is not None})
    for digits in range(_MOST_DIGITS):
        written = [round(share * 100, digits) for share in known]
        onto = apart is not None and any(
            each == round(apart * 100, digits) and share != apart for each, share in zip(written, known, strict=True)
        )
        if len(set(written)) == len(known) and not onto:
            return digits
    return _MOST_DIGITS


def rows_to_settle(comparison: Comparison) -> float | None:
    """Give how many people in the group would settle a comparison, where that is advice to anybody."""
    return None if comparison.is_small else people_to_settle(comparison.gap, comparison.ratio)


def _subjects(result: AuditResult, comparison: Comparison) -> Words:
    gap = comparison.gap.estimate.value if comparison.gap else None
    rates = [rate.estimate.value if rate else None for rate in (comparison.rate, comparison.reference_rate)]
    small = any(abs(size) < WHOLE_NUMBERS_FROM for size in (gap, *rates) if size is not None)
    digits = 1 if small else digits_for(*rates)
    return {
        "group": people_of(result, comparison.attribute, comparison.group),
        "reference": people_of(result, comparison.attribute, comparison.reference),
        "decision": name(result.audit.decision),
        "rate": in_100(rates[0], digits),
        "reference_rate": in_100(rates[1], digits),
    }


def _beyond_gap(result: AuditResult, comparison: Comparison, gap: Disparity) -> Message:
    less = (gap.estimate.value or 0) < 0
    low, high = (gap.estimate.low, gap.estimate.high)
    if less:
        low, high = (None if high is None else -high), (None if low is None else -low)
    digits = digits_for(low, high, apart=gap.tolerance)
    return message(
        "{group} are {decision} less often than {reference}: {rate} against {reference_rate} in 100. The gap lies between {low} and {high}, beyond the {tolerance} in 100 that this audit tolerates."
        if less
        else "{group} are {decision} more often than {reference}: {rate} against {reference_rate} in 100. The gap lies between {low} and {high}, beyond the {tolerance} in 100 that this audit tolerates.",
        **_subjects(result, comparison),
        low=in_100(low, digits),
        high=in_100(high, digits),
        tolerance=_tolerance(gap),
    )


def _beyond_ratio(result: AuditResult, comparison: Comparison, ratio: Disparity) -> Message:
    less = (ratio.estimate.value or 0) < 1
    return message(
        "{group} are {decision} less often than {reference}: {rate} against {reference_rate} in 100. The ratio of the two rates lies between {low} and {high}, outside the {least} to {most} that this audit tolerates."
        if less
        else "{group} are {decision} more often than {reference}: {rate} against {reference_rate} in 100. The ratio of the two rates lies between {low} and {high}, outside the {least} to {most} that this audit tolerates.",
        **_subjects(result, comparison),
        low=number(ratio.estimate.low),
        high=number(ratio.estimate.high),
        least=number(ratio.tolerance),
        most=number(1 / ratio.tolerance),
    )


def _within(result: AuditResult, comparison: Comparison, gap: Disparity) -> Message:
    low, high = gap.estimate.low, gap.estimate.high
    digits = digits_for(low, high, apart=gap.tolerance)
    told: Words = {
        **_subjects(result, comparison),
        "low": in_100(low, digits),
        "high": in_100(high, digits),
        "tolerance": _tolerance(gap),
    }
    if low is not None and low > 0:
        return message(
            "{group} are {decision} more often than {reference}: {rate} against {reference_rate} in 100. The gap lies between {low} and {high}, within the tolerance of {tolerance}.",
            **told,
        )
    if high is not None and high < 0 and low is not None:
        told |= {"low": in_100(-high, digits), "high": in_100(-low, digits)}
        return message(
            "{group} are {decision} less often than {reference}: {rate} against {reference_rate} in 100. The gap lies between {low} and {high}, within the tolerance of {tolerance}.",
            **told,
        )
    return message(
        "{group} and {reference} are {decision} about equally often: {rate} and {reference_rate} in 100. The gap lies between {low} and {high}, within the tolerance of {tolerance}.",
        **told,
    )


def _undecided(result: AuditResult, comparison: Comparison, gap: Disparity) -> Message:
    # The interval that decides is the wider one: the one shown could seem to settle what it does not.
    low, high = gap.deciding.low, gap.deciding.high
    if low is None or high is None:
        return _unknown(result, comparison)
    if gap.verdict == "within" and not comparison.is_small:
        return _undecided_ratio(result, comparison)
    digits = digits_for(low, high)
    told: Words = {
        **_subjects(result, comparison),
        "low": in_100(low, digits),
        "high": in_100(high, digits),
        "tolerance": _tolerance(gap),
    }
    if comparison.is_small:
        few = {key: told[key] for key in ("group", "low", "high")}
        return counted(
            comparison.n,
            "For {group} this audit cannot tell: there is only {n}, under its minimum of {minimum}, and a gap anywhere between {low} and {high} in 100 fits the data.",
            "For {group} this audit cannot tell: there are only {n}, under its minimum of {minimum}, and a gap anywhere between {low} and {high} in 100 fits the data.",
            **few,
            n=people_counted(comparison.n),
            minimum=count(result.audit.minimum_size),
        )
    rows = rows_to_settle(comparison)
    if rows is not None:
        return message(
            "For {group} this audit cannot tell: {rate} in 100 are {decision}, against {reference_rate} in 100 {reference}. A gap anywhere between {low} and {high} in 100 fits the data, and up to {tolerance} is tolerated. About {rows} people in that group would settle it.",
            **told,
            rows=count(rows),
        )
    return message(
        "For {group} this audit cannot tell: {rate} in 100 are {decision}, against {reference_rate} in 100 {reference}. A gap anywhere between {low} and {high} in 100 fits the data, and up to {tolerance} is tolerated.",
        **told,
    )


def _undecided_ratio(result: AuditResult, comparison: Comparison) -> Message:
    ratio = comparison.ratio
    if ratio is None or ratio.deciding.low is None or ratio.deciding.high is None:
        return _unknown(result, comparison)
    return message(
        "For {group} this audit cannot tell: {n} {people}. The gap lies within the tolerance, but a ratio of the two rates anywhere between {low} and {high} fits the data, and {least} to {most} is tolerated.",
        group=people_of(result, comparison.attribute, comparison.group),
        n=count(comparison.n),
        people=name(result.audit.people),
        low=number(ratio.deciding.low),
        high=number(ratio.deciding.high),
        least=number(ratio.tolerance),
        most=number(1 / ratio.tolerance),
    )


def _unknown(result: AuditResult, comparison: Comparison) -> Message:
    if comparison.n < FEWEST_PEOPLE:
        return message(
            "For {group} this audit cannot tell: there are fewer than {fewest} of them, and nothing is shown about so few.",
            group=people_of(result, comparison.attribute, comparison.group),
            fewest=count(FEWEST_PEOPLE),
        )
    return message(
        "For {group} this audit cannot tell: their rate or that of {reference} cannot be computed.",
        group=people_of(result, comparison.attribute, comparison.group),
        reference=people_of(result, comparison.attribute, comparison.reference),
    )


def _tolerance(gap: Disparity) -> Value:
    return in_100(gap.tolerance, digits_for(gap.tolerance, round(gap.tolerance, 2)))
