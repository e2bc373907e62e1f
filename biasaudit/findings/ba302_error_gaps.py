"""BA302: whether the model errs more often about one group."""

from __future__ import annotations

from biasaudit.findings.evidence import Check, attribute_names, disparities_of, find_rate, points, unsigned
from biasaudit.results import AuditResult, Disparity, Finding, sentence
from biasaudit.results.sentences import count, in_100, name, term

CHECK = Check(code="BA302", title="Who is judged wrongly")
#: FNR and TNR mirror TPR and FPR, so that they would only repeat what these say.
MEASURES = ("tpr", "fpr", "ppv", "accuracy")
#: What a measure counts, as the subject of a sentence; translated with the catalogue.
IN_WORDS = {
    "tpr": "Of those who are positive, selected",
    "fpr": "Of those who are not positive, selected all the same",
    "ppv": "Of those selected, positive",
    "accuracy": "Decided rightly",
}
BEYOND = (
    "{measure}: {rate_group} in 100 {group} {people}, against {rate_reference} in 100 {reference} ones. "
    "The gap lies between {low} and {high} in 100, beyond the {tolerance} that this audit tolerates."
)
OTHERS = "{n} other comparisons of error rates by {attribute} exceed the tolerance too; they are in the table."
ONE_OTHER = "One other comparison of error rates by {attribute} exceeds the tolerance too; it is in the table."
WITHIN = "All {n} comparisons of error rates by {attribute} lie within the tolerance of {tolerance} in 100."
CANNOT_TELL = (
    "Of {n} comparisons of error rates by {attribute}, none clearly exceeds the tolerance and {open} cannot be told."
)


def check(result: AuditResult) -> list[Finding]:
    """Give one finding an attribute: its widest error gap beyond the tolerance, if there is one."""
    if result.data.errors_against is None:
        return CHECK.not_applicable("No outcome and no truth is declared, so no error rate is measured.")
    findings = [found for attribute in attribute_names(result) if (found := _of(result, attribute))]
    return findings or CHECK.not_applicable("There is only one group, so there is nothing to compare.")


def _of(result: AuditResult, attribute: str) -> Finding | None:
    gaps = [(at, gap) for at, gap in disparities_of(result, attribute, MEASURES) if gap.statistic == "gap"]
    if not gaps:
        return None
    evidence = [at for at, _ in gaps]
    beyond = [(at, gap) for at, gap in gaps if gap.verdict == "exceeds"]
    if beyond:
        at, widest = max(beyond, key=lambda pair: abs(pair[1].estimate.value or 0))
        return _beyond(result, at, widest, others=len(beyond) - 1)
    undecided = sum(gap.verdict == "cannot_tell" for _, gap in gaps)
    if undecided:
        message = sentence(CANNOT_TELL, n=count(len(gaps)), attribute=name(attribute), open=count(undecided))
        return CHECK.finding("cannot_tell", message, evidence=evidence)
    message = sentence(WITHIN, n=count(len(gaps)), attribute=name(attribute), tolerance=points(gaps[0][1].tolerance))
    return CHECK.finding("not_found", message, evidence=evidence)


def _beyond(result: AuditResult, at: str, gap: Disparity, *, others: int) -> Finding:
    rates = [find_rate(result, gap.attribute, group, gap.measure) for group in (gap.group, gap.reference)]
    shown = [in_100(rate[1].estimate.value if rate else None) for rate in rates]
    low, high = unsigned(gap.estimate)
    message = sentence(
        BEYOND,
        measure=term(IN_WORDS[gap.measure]),
        group=name(gap.group),
        reference=name(gap.reference),
        people=name(result.audit.people),
        rate_group=shown[0],
        rate_reference=shown[1],
        low=points(low),
        high=points(high),
        tolerance=points(gap.tolerance),
    )
    attribute = name(gap.attribute)
    caveats = []
    if others == 1:
        caveats = [sentence(ONE_OTHER, attribute=attribute)]
    elif others:
        caveats = [sentence(OTHERS, n=count(others), attribute=attribute)]
    return CHECK.finding("found", message, evidence=[at, *(rate[0] for rate in rates if rate)], caveats=caveats)
