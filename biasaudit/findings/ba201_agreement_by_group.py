"""BA201: whether annotators agree less about one group's items."""

from __future__ import annotations

from biasaudit.findings.evidence import Check, single_attributes
from biasaudit.results import AuditResult, Finding, sentence
from biasaudit.results.agreeing import Together, compared_agreement
from biasaudit.results.sentences import in_100, name, number

CHECK = Check(code="BA201", title="Agreement of annotators by group")


def check(result: AuditResult) -> list[Finding]:
    """Hold agreement about each group against that about its reference.

    Found where alpha and Gwet's coefficient both differ, each with an interval clear of zero and an
    adjusted p-value; where only one of them does, the way of allowing for chance decides, and that
    is said instead.
    """
    if result.trace is None or not result.trace.agreement:
        return CHECK.not_applicable("There is no annotation log, or no item has two labels.")
    findings = []
    for attribute in result.data.attributes:
        if attribute.name not in single_attributes(result):
            continue
        for group in attribute.groups:
            together = compared_agreement(result.trace, attribute.name, group.group, attribute.reference)
            if group.group != attribute.reference and together is not None:
                findings.append(_compared(result, together, group.group, attribute.reference))
    return findings or CHECK.not_applicable("No two groups have enough items with two labels.")


def _compared(result: AuditResult, together: Together, group: str, reference: str) -> Finding:
    values = {"group": name(group), "reference": name(reference), "people": name(result.audit.people)}
    for side, held in (("group", together.own), ("reference", together.other)):
        values[f"pairs_{side}"] = in_100(held["percent_agreement"][1].estimate.value)
        values[f"alpha_{side}"] = number(held["krippendorff_alpha"][1].estimate.value)
        values[f"gwet_{side}"] = number(held[together.gwet][1].estimate.value)
        values[f"share_{side}"] = in_100(held["prevalence"][1].estimate.value)
    evidence = [f"/trace/agreement_gaps/{together.gaps[one][0]}" for one in ("krippendorff_alpha", together.gwet)]
    told = {one: values[one] for one in ("group", "reference", "people", "pairs_group", "pairs_reference")}
    if together.said == "less":
        text = (
            "Annotators agree less about {group} {people} than about {reference} ones: of 100 pairs of labels of one "
            "item, {pairs_group} agree, against {pairs_reference}."
        )
        return CHECK.finding("found", sentence(text, **told), evidence=evidence)
    if together.said == "more":
        text = (
            "Annotators agree more about {group} {people} than about {reference} ones: of 100 pairs of labels of one "
            "item, {pairs_group} agree, against {pairs_reference}."
        )
        return CHECK.finding("found", sentence(text, **told), evidence=evidence)
    if together.said == "divided":
        text = (
            "Whether annotators agree less about {group} {people} than about {reference} ones depends on how chance is "
            "allowed for: alpha is {alpha_group} against {alpha_reference}, Gwet's coefficient {gwet_group} against "
            "{gwet_reference}. Alpha falls where one answer is rare, and {share_group} of 100 labels are positive "
            "against {share_reference}."
        )
        del values["pairs_group"], values["pairs_reference"]
        return CHECK.finding("cannot_tell", sentence(text, **values), evidence=evidence)
    text = (
        "Whether annotators agree less about {group} {people} than about {reference} ones cannot be told: of 100 pairs "
        "of labels of one item, {pairs_group} agree, against {pairs_reference}, and chance could make that difference."
    )
    return CHECK.finding("cannot_tell", sentence(text, **told), evidence=evidence)
