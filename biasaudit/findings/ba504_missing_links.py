"""BA504: who and what is missing between the client and the label."""

from __future__ import annotations

from typing import Literal

from biasaudit.findings.evidence import Check
from biasaudit.results import AuditResult, Finding, MissingLink, Sentence, Traceability, Value, sentence
from biasaudit.results.sentences import count, in_100, name, number, term

CHECK = Check(code="BA504", title="Links missing on the way to the labels")

#: Missing links told one by one; the others stand in the table.
MOST_TOLD = 3
#: From this share of labels on (10 in 100) shares are read in whole numbers, below it with one decimal.
_WHOLE_FROM = 0.1

UNDECLARED = "Nobody declared through which contracts the labels came: who ordered, passed on and gave them."
UNKNOWN = "Through which contracts the labels came was asked, and nobody knows."
LEVEL = "Between {above} and {below} a link of the contract chain is missing: nobody told who stands there."
TOP = "Above {below} the contract chain is missing: nobody told for whom it works."
NAMELESS = "Level {level} of the contract chain ({role}): nobody said who this is."
NAME_UNKNOWN = "Level {level} of the contract chain ({role}): who this is was asked, and nobody knows."
NO_UNIT = "Labels of some units belong to no link of the contract chain that is declared."
CONCERNS = "This concerns {share} in 100 labels."
BRANCH = "Several branches of the contract chain are declared, and for {share} in 100 labels nothing says through which they came."
WHOLE = "For every label it is told through which contracts it came, from the client down."
PARTLY = (
    "Six things are asked about each label. Known for no label: {none}; known for a part of the labels: {some}; "
    "known for all: {all}."
)
ALL_KNOWN = (
    "For every label it is known who gave it, where, under which guideline, for what pay, how long it took, "
    "and through which contracts it came."
)
WRITTEN = "This speaks of what is written down: somebody may know more, and asking may settle it."
TAKEN = "What the log and the declaration say is taken as given; this audit did not check it."
ASSUMED = "Links of this chain that are assumed, and that no source documents: {n} of {total}."
UNCOUNTED = "How many labels this concerns cannot be told, or fewer than five people gave them."


def check(result: AuditResult) -> list[Finding]:
    """Give a finding for each missing link of the chain, and one for what is known of each label."""
    if result.trace is None or not result.trace.traceability.links:
        return CHECK.not_applicable("There is no annotation log, so that no label can be followed back.")
    traced = result.trace.traceability
    return [*_chain(traced), _things(traced)]


def _chain(traced: Traceability) -> list[Finding]:
    if not traced.missing:
        evidence = [f"/trace/traceability/chain/{at}" for at in range(len(traced.chain))] or ["/trace/traceability"]
        caveats = [sentence(TAKEN)]
        if assumed := sum(link.status == "assumed" for link in traced.chain):
            caveats.insert(0, sentence(ASSUMED, n=count(assumed), total=count(len(traced.chain))))
        return [CHECK.finding("not_found", sentence(WHOLE), evidence=evidence, caveats=caveats)]
    return [_missing(at, one) for at, one in enumerate(traced.missing[:MOST_TOLD])]


def _missing(at: int, one: MissingLink) -> Finding:
    caveats = [sentence(WRITTEN)]
    said = _said(one)
    if one.kind != "branch":
        if one.share is None:
            caveats = [sentence(UNCOUNTED), *caveats]
        elif one.kind != "chain":
            said = sentence(f"{said.template} {CONCERNS}", **said.values, share=_share(one.share))
    outcome: Literal["cannot_tell", "found"] = "cannot_tell" if one.kind == "branch" else "found"
    return CHECK.finding(outcome, said, evidence=[f"/trace/traceability/missing/{at}"], caveats=caveats)


def _said(one: MissingLink) -> Sentence:
    below = _called(one.below)
    if one.kind == "chain":
        return sentence(UNKNOWN if one.asked else UNDECLARED)
    if one.kind == "level":
        return sentence(LEVEL, above=_called(one.above), below=below) if one.has_above else sentence(TOP, below=below)
    if one.kind == "name":
        role = term(one.role or "link")
        return sentence(NAME_UNKNOWN if one.asked else NAMELESS, level=number(one.level, 0), role=role)
    return sentence(NO_UNIT) if one.kind == "unit" else sentence(BRANCH, share=_share(one.share or 0.0))


def _called(link: str | None) -> Value:
    return name(link) if link else term("a link without a name")


def _share(share: float) -> Value:
    return in_100(share, 0 if share >= _WHOLE_FROM or share == 0 else 1)


def _things(traced: Traceability) -> Finding:
    """Count the things that are known for all labels, for some, and for none."""
    asked = [(at, link) for at, link in enumerate(traced.links) if not link.is_unit]
    caveats = [sentence(TAKEN)]
    lacking = [(at, link) for at, link in asked if link.n_known < link.n_labels]
    if not lacking:
        evidence = [f"/trace/traceability/links/{at}" for at, _ in asked]
        return CHECK.finding("not_found", sentence(ALL_KNOWN), evidence=evidence, caveats=caveats)
    none = sum(link.n_known == 0 for _, link in lacking)
    said = sentence(PARTLY, none=count(none), some=count(len(lacking) - none), all=count(len(asked) - len(lacking)))
    evidence = [f"/trace/traceability/links/{at}" for at, _ in lacking]
    return CHECK.finding("found", said, evidence=evidence, caveats=[sentence(WRITTEN), *caveats])
