"""BA201: whether annotators agree less about one group's items."""

from __future__ import annotations

from biasaudit.findings.evidence import Check, single_attributes
from biasaudit.results import Agreement, AuditResult, Finding, sentence
from biasaudit.results.sentences import name, number

CHECK = Check(code="BA201", title="Agreement of annotators by group")


def check(result: AuditResult) -> list[Finding]:
    """Hold each group's alpha against its reference's; overlapping intervals settle nothing."""
    if result.trace is None or not result.trace.agreement:
        return CHECK.not_applicable("There is no annotation log, or no item has two labels.")
    alphas = {
        (agreement.attribute, agreement.group): (f"/trace/agreement/{index}", agreement)
        for index, agreement in enumerate(result.trace.agreement)
        if agreement.coefficient == "krippendorff_alpha" and agreement.estimate.low is not None
    }
    findings = []
    for attribute in result.data.attributes:
        if attribute.name not in single_attributes(result):
            continue
        reference = alphas.get((attribute.name, attribute.reference))
        for group in attribute.groups:
            own = alphas.get((attribute.name, group.group))
            if own and reference and group.group != attribute.reference:
                findings.append(_compared(result, own, reference))
    return findings or CHECK.not_applicable("No two groups have enough items with two labels.")


def _compared(result: AuditResult, own: tuple[str, Agreement], reference: tuple[str, Agreement]) -> Finding:
    values = {
        "group": name(own[1].group),
        "reference": name(reference[1].group),
        "people": name(result.audit.people),
        "alpha_group": number(own[1].estimate.value),
        "alpha_reference": number(reference[1].estimate.value),
    }
    evidence = [own[0], reference[0]]
    group, other = own[1].estimate, reference[1].estimate
    assert group.low is not None
    assert group.high is not None
    assert other.low is not None
    assert other.high is not None
    if group.high < other.low:
        text = "Annotators agree less about {group} {people} (alpha {alpha_group}) than about {reference} ones ({alpha_reference})."
        return CHECK.finding("found", sentence(text, **values), evidence=evidence)
    if group.low > other.high:
        text = "Annotators agree more about {group} {people} (alpha {alpha_group}) than about {reference} ones ({alpha_reference})."
        return CHECK.finding("found", sentence(text, **values), evidence=evidence)
    text = (
        "Whether annotators agree less about {group} {people} (alpha {alpha_group}) than about {reference} ones "
        "({alpha_reference}) cannot be told: the two intervals overlap."
    )
    return CHECK.finding("cannot_tell", sentence(text, **values), evidence=evidence)
