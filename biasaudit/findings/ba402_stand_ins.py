"""BA402: inputs that both tell a protected attribute and carry its gap."""

from __future__ import annotations

from biasaudit.findings.evidence import Check, contribution, is_clear_of_zero
from biasaudit.results import AuditResult, Finding, sentence
from biasaudit.results.sentences import name, number

CHECK = Check(code="BA402", title="Inputs that stand in for a protected attribute")
#: Strength (2 AUC - 1) from which an input counts as telling: two people of different groups are
#: then told apart in 65 of 100 tries, against 50 by chance.
TELLING = 0.3
#: Share of the score gap from which an input counts as carrying it.
CARRYING = 0.1

FOUND_OF_DECISIONS = (
    "{feature} stands in for {attribute}: it tells the groups apart with a strength of {strength} "
    "(0 is chance, 1 is without error), and adds {contribution} points to the gap in the selection rate of {group} {people}."
)
FOUND = (
    "{feature} stands in for {attribute}: it tells the groups apart with a strength of {strength} "
    "(0 is chance, 1 is without error), and adds {contribution} to the score gap of {group} {people}."
)
NOT_FOUND = "No input both tells {attribute} with a strength of {telling} or more and carries a tenth of its gap."


def check(result: AuditResult) -> list[Finding]:
    """Name inputs strong on both counts; either alone is no stand-in."""
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
    strengths = {
        proxy.feature: (f"/proxies/{index}", proxy.strength)
        for index, proxy in enumerate(result.proxies)
        if proxy.attribute == attribute and (proxy.strength.low or 0) >= TELLING
    }
    scale = result.driver_scale
    totals = {(total.attribute, total.group): total for total in result.driver_totals if total.scale == scale}
    findings = []
    for index, driver in enumerate(result.drivers):
        total = totals.get((driver.attribute, driver.group))
        if total is None or driver.scale != scale:
            continue
        # A share is only told where the gap itself is clear of zero: nothing carries a gap that is not there.
        carried = driver.share is not None and abs(driver.share) >= CARRYING
        if driver.attribute != attribute or driver.feature not in strengths or not carried:
            continue
        if not is_clear_of_zero(driver.contribution):
            continue
        at, strength = strengths[driver.feature]
        message = sentence(
            FOUND_OF_DECISIONS if scale == "decision" else FOUND,
            feature=name(driver.feature),
            attribute=name(attribute),
            strength=number(strength.value),
            contribution=contribution(driver.contribution.value, total),
            group=name(driver.group),
            people=name(result.audit.people),
        )
        findings.append(CHECK.finding("found", message, evidence=[at, f"/drivers/{index}"]))
    return findings
