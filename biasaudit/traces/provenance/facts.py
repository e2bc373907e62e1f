"""Every question that a provenance may answer, with its answer: known, declared not known, or said by nobody."""

from __future__ import annotations

from typing import Any

from biasaudit.results import Fact
from biasaudit.results.provenance import State
from biasaudit.spec import ProvenanceSpec
from biasaudit.spec.provenance import (
    ConsentSpec,
    FeedbackSpec,
    GuidelineSpec,
    LabelsSpec,
    Part,
    PaySpec,
    QualitySpec,
    RecruitmentSpec,
    RuleSpec,
    ToolSpec,
)

#: The questions, by table, in the order in which a report asks them. The chain is shown apart.
QUESTIONS: dict[str, tuple[type[Part], tuple[str, ...]]] = {
    "labels": (LabelsSpec, ("purpose_told", "protocol", "votes_per_item", "analysis", "began", "ended")),
    "recruitment": (
        RecruitmentSpec,
        ("how", "qualification", "training_hours", "training_paid", "countries", "languages", "demographics"),
    ),
    "guideline": (GuidelineSpec, ("id", "version", "language", "sha256")),
    "pay": (PaySpec, ("amount", "delay_days")),
    "rule": (RuleSpec, ("name", "in_words", "share", "ties", "arbiter", "minority", "minority_paid")),
    "quality": (QualitySpec, ("gold_share", "rejection_rate", "rejected_paid", "checks")),
    "feedback": (FeedbackSpec, ("channel", "appeal", "told_purpose")),
    "consent": (ConsentSpec, ("annotators", "subjects", "basis", "personal_data", "ethics_review")),
    "tool": (ToolSpec, ("name", "version", "use")),
}


def facts_of(spec: ProvenanceSpec) -> tuple[Fact, ...]:
    """List the questions about how labels were made, each with its answer.

    Parameters
    ----------
    spec : ProvenanceSpec
        What was declared.

    Returns
    -------
    tuple of Fact
        One a question of :data:`QUESTIONS` and entry of its table.

    Examples
    --------
    >>> held = facts_of(ProvenanceSpec(schema=1, not_known=("consent",), rule={"minority_paid": False}))
    >>> {fact.key: fact.state for fact in held if fact.table == "rule" or fact.key == "subjects"}["subjects"]
    'not_known'
    >>> [fact.is_so for fact in held if fact.key == "minority_paid"]
    [False]
    """
    found = []
    for table, (grammar, keys) in QUESTIONS.items():
        held = getattr(spec, table)
        entries = held if isinstance(held, tuple) else (held,)
        for at, entry in enumerate(entries or (grammar(),)):
            found += [_fact(spec, table, at, entry, key) for key in keys]
    return tuple(found)


def _fact(spec: ProvenanceSpec, table: str, at: int, entry: Part, key: str) -> Fact:
    value = getattr(entry, key)
    told: dict[str, Any] = {}
    is_unpaid = isinstance(entry, PaySpec) and key == "amount" and entry.basis == "unpaid"
    state: State = "known"
    if value is None or value == ():
        state = "not_known" if key in entry.not_known or table in spec.not_known else "not_said"
    if is_unpaid:
        state, value = "known", 0.0 if value is None else value
    if state == "known":
        told = _told(value)
        told["status"], told["source"] = entry.status, entry.source
    if isinstance(entry, PaySpec) and key == "amount":
        told |= {"currency": entry.currency, "basis": entry.basis}
    unit: dict[str, tuple[str, ...]] = getattr(entry, "unit", {})
    units = tuple(value for values in unit.values() for value in values)
    return Fact(table=table, key=key, entry=at, units=units, state=state, **told)


def _told(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"is_so": value}
    if isinstance(value, (int, float)):
        return {"number": float(value)}
    return {"text": value if isinstance(value, tuple) else (str(value),)}
