"""BA301: whether groups are selected at different rates, beyond what the audit tolerates."""

from __future__ import annotations

from biasaudit.findings.evidence import (
    Check,
    attribute_names,
    disparities_of,
    find_rate,
    people_to_settle,
    points,
    unsigned,
)
from biasaudit.results import FEWEST_PEOPLE, AuditResult, Disparity, Finding, Sentence, Value, sentence
from biasaudit.results.sentences import count, in_100, name, number

CHECK = Check(code="BA301", title="Who is selected")

LESS = (
    "{group} {people} are {decision} less often than {reference} ones: {rate_group} against {rate_reference} in 100. "
    "The gap lies between {low} and {high} in 100, beyond the {tolerance} in 100 that this audit tolerates."
)
MORE = LESS.replace("less often", "more often")
LOW_RATIO = (
    "{group} {people} are {decision} less often than {reference} ones: {rate_group} against {rate_reference} in 100. "
    "The ratio of the two rates lies between {low} and {high}, outside the {least} to {most} that this audit tolerates."
)
HIGH_RATIO = LOW_RATIO.replace("less often", "more often")
WITHIN = (
    "{group} and {reference} {people} are {decision} about equally often: {rate_group} and {rate_reference} in 100. "
    "The gap lies between {low} and {high} in 100, within the tolerance of {tolerance}."
)
FAR_TOO_FEW = "For {group} {people} this audit cannot tell: there are fewer than {fewest} of them, and nothing is shown about so few."
TOO_FEW = "For {group} {people} this audit cannot tell: there are {n} of them, fewer than the {minimum} it asks for before it judges."
CANNOT_TELL = (
    "For {group} {people} this audit cannot tell: {rate_group} against {rate_reference} in 100 are {decision}, "
    "and with all its comparisons allowed for, a gap anywhere between {low} and {high} in 100 fits the data. "
    "Up to {tolerance} is tolerated."
)
SETTLE = " About {rows} people in that group would settle it."
UNDEFINED = "For {group} {people} this audit cannot tell: the rate cannot be computed."


def check(result: AuditResult) -> list[Finding]:
    """Give one finding a group: its gap and ratio in selection, judged on the whole interval."""
    findings = []
    for attribute in attribute_names(result):
        pairs: dict[str, dict[str, tuple[str, Disparity]]] = {}
        for pointer, disparity in disparities_of(result, attribute, ("selection_rate",)):
            pairs.setdefault(disparity.group, {})[disparity.statistic] = (pointer, disparity)
        findings += [_judged(result, pair) for pair in pairs.values() if set(pair) == {"gap", "ratio"}]
    return findings or CHECK.not_applicable("There is only one group, so there is nothing to compare.")


def _judged(result: AuditResult, pair: dict[str, tuple[str, Disparity]]) -> Finding:
    (gap_at, gap), (ratio_at, ratio) = pair["gap"], pair["ratio"]
    evidence = [gap_at, ratio_at]
    words = _words(result, gap, evidence)
    if gap.verdict == "exceeds":
        return CHECK.finding("found", _beyond_gap(gap, words), evidence=evidence)
    if ratio.verdict == "exceeds":
        return CHECK.finding("found", _beyond_ratio(ratio, words), evidence=evidence)
    if gap.verdict == ratio.verdict == "within":
        return CHECK.finding("not_found", _with_interval(WITHIN, gap, words), evidence=evidence)
    return CHECK.finding("cannot_tell", _undecided(result, gap, ratio, words), evidence=evidence)


def _words(result: AuditResult, gap: Disparity, evidence: list[str]) -> dict[str, Value]:
    words = {
        "group": name(gap.group),
        "reference": name(gap.reference),
        "people": name(result.audit.people),
        "decision": name(result.audit.decision),
    }
    for key, group in (("rate_group", gap.group), ("rate_reference", gap.reference)):
        found = find_rate(result, gap.attribute, group, "selection_rate")
        if found is not None:
            evidence.append(found[0])
        words[key] = in_100(found[1].estimate.value if found else None)
    size = gap.estimate.value
    if size is not None and words["rate_group"].value is not None and abs(size) < 0.03:  # noqa: PLR2004 - see points()
        words |= {key: words[key].model_copy(update={"digits": 1}) for key in ("rate_group", "rate_reference")}
    return words


def _with_interval(template: str, gap: Disparity, words: dict[str, Value]) -> Sentence:
    low, high = gap.estimate.low, gap.estimate.high
    return sentence(template, **words, low=points(low), high=points(high), tolerance=points(gap.tolerance))


def _beyond_gap(gap: Disparity, words: dict[str, Value]) -> Sentence:
    low, high = unsigned(gap.estimate)
    template = LESS if (gap.estimate.value or 0) < 0 else MORE
    return sentence(template, **words, low=points(low), high=points(high), tolerance=points(gap.tolerance))


def _beyond_ratio(ratio: Disparity, words: dict[str, Value]) -> Sentence:
    template = LOW_RATIO if (ratio.estimate.value or 0) < 1 else HIGH_RATIO
    return sentence(
        template,
        **words,
        low=number(ratio.estimate.low),
        high=number(ratio.estimate.high),
        least=number(ratio.tolerance),
        most=number(1 / ratio.tolerance),
    )


def _undecided(result: AuditResult, gap: Disparity, ratio: Disparity, words: dict[str, Value]) -> Sentence:
    people = {key: words[key] for key in ("group", "people")}
    if gap.n_group < FEWEST_PEOPLE:
        return sentence(FAR_TOO_FEW, **people, fewest=count(FEWEST_PEOPLE))
    if gap.n_group < result.audit.minimum_size:
        return sentence(TOO_FEW, **people, n=count(gap.n_group), minimum=count(result.audit.minimum_size))
    if gap.deciding.low is None or gap.deciding.high is None:
        return sentence(UNDEFINED, **people)
    template = CANNOT_TELL
    values = {key: words[key] for key in ("group", "people", "decision", "rate_group", "rate_reference")}
    values |= {"low": points(gap.deciding.low), "high": points(gap.deciding.high), "tolerance": points(gap.tolerance)}
    needed = people_to_settle(gap, ratio)
    if needed is not None:
        template += SETTLE
        values["rows"] = count(needed)
    return sentence(template, **values)
