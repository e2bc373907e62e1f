"""BA402: inputs that both tell a protected attribute and carry its gap."""

from __future__ import annotations

from biasaudit.findings.evidence import Check, contribution, is_clear_of_zero
from biasaudit.results import AuditResult, Driver, DriverTotal, Finding, Proxy, Sentence, sentence
from biasaudit.results.sentences import name, number

CHECK = Check(code="BA402", title="Inputs that stand in for a protected attribute")
#: Strength (2 AUC - 1) from which an input counts as telling: two people of different groups are
#: then told apart in 65 of 100 tries, against 50 by chance.
TELLING = 0.3
#: Share of the score gap from which an input counts as carrying it.
CARRYING = 0.1

#: Share of shuffled attributes, adjusted for all stand-ins of the audit, that may tell as much.
NOISE = 0.05

FOUND_OF_DECISIONS = (
    "{feature} stands in for {attribute}: it tells the groups apart with a strength of {strength} "
    "(0 is chance, 1 is without error), and adds {contribution} in 100 ({low} to {high}) to the gap in the selection "
    "rate of {group} {people}."
)
FOUND = (
    "{feature} stands in for {attribute}: it tells the groups apart with a strength of {strength} "
    "(0 is chance, 1 is without error), and adds {contribution} ({low} to {high}) to the score gap of {group} {people}."
)
CANNOT_TELL = (
    "Whether {feature} stands in for {attribute} cannot be told: as measured it tells the groups apart and carries part "
    "of the gap, but one or the other is not clear of noise."
)
NOT_FOUND = "No input both tells {attribute} with a strength of {telling} or more and carries a tenth of its gap."


def check(result: AuditResult) -> list[Finding]:
    """Name inputs strong on both counts, each clear of noise; either alone is no stand-in."""
    if not result.proxies or not result.drivers:
        return CHECK.not_applicable("There is no model whose inputs could be explained.")
    findings = []
    for attribute in {proxy.attribute: None for proxy in result.proxies}:
        named = _stand_ins(result, attribute)
        if named:
            findings += named
        else:
            message = sentence(NOT_FOUND, attribute=name(attribute), telling=number(TELLING, 1))
            evidence = [f"/proxies/{at}" for at, proxy in enumerate(result.proxies) if proxy.attribute == attribute]
            findings.append(CHECK.finding("not_found", message, evidence=evidence))
    return findings


def _stand_ins(result: AuditResult, attribute: str) -> list[Finding]:
    """Name what is high on both counts: as found where both are clear of noise, else as what cannot be told."""
    strengths = {
        proxy.feature: (f"/proxies/{index}", proxy)
        for index, proxy in enumerate(result.proxies)
        if proxy.attribute == attribute and (proxy.strength.value or 0) >= TELLING
    }
    scale = result.driver_scale
    totals = {(total.attribute, total.group): total for total in result.driver_totals if total.scale == scale}
    found: list[Finding] = []
    open_: dict[str, Finding] = {}
    clear: set[str] = set()
    for index, driver in enumerate(result.drivers):
        total = totals.get((driver.attribute, driver.group))
        if total is None or driver.scale != scale or driver.attribute != attribute:
            continue
        # A share is only told where the gap itself is clear of zero: nothing carries a gap that is not there.
        carried = driver.share is not None and abs(driver.share) >= CARRYING
        if driver.feature not in strengths or not carried:
            continue
        at, proxy = strengths[driver.feature]
        evidence = [at, f"/drivers/{index}"]
        if _is_clear(proxy) and is_clear_of_zero(driver.contribution):
            message = _found(result, proxy, driver, total)
            found.append(CHECK.finding("found", message, evidence=evidence))
            clear.add(driver.feature)
        else:
            message = sentence(CANNOT_TELL, feature=name(driver.feature), attribute=name(attribute))
            open_.setdefault(driver.feature, CHECK.finding("cannot_tell", message, evidence=evidence))
    return found + [finding for feature, finding in open_.items() if feature not in clear]


def _is_clear(proxy: Proxy) -> bool:
    """Whether a strength lies wholly above what counts as telling, and beyond what shuffling gives."""
    is_beyond_chance = proxy.p_adjusted is None or proxy.p_adjusted <= NOISE
    return is_beyond_chance and (proxy.strength.low or 0) >= TELLING


def _found(result: AuditResult, proxy: Proxy, driver: Driver, total: DriverTotal) -> Sentence:
    return sentence(
        FOUND_OF_DECISIONS if driver.scale == "decision" else FOUND,
        feature=name(driver.feature),
        attribute=name(driver.attribute),
        strength=number(proxy.strength.value),
        contribution=contribution(driver.contribution.value, total),
        low=contribution(driver.contribution.low, total),
        high=contribution(driver.contribution.high, total),
        group=name(driver.group),
        people=name(result.audit.people),
    )
