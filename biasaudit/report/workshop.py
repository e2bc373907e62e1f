"""Questions for people who read a report together: those that an audit declares, else general ones."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from biasaudit.report.messages import Message, message
from biasaudit.results import AuditResult, Value
from biasaudit.results.sentences import name


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A question beside a section, and what could be answered.

    Attributes
    ----------
    question, answer : Message or Value
        Ours, or the audit's own words.
    """

    question: Message | Value
    answer: Message | Value | None


#: Questions beside the sections for which an audit declares none.
_GENERAL: dict[str, Asked] = {
    "people": Asked(
        question=message("Who is not in these numbers at all?"),
        answer=message(
            "People who never applied, who were turned away before a record was kept, or whose row was left out. No gap in this report speaks of them, and none can be worked out for them from it."
        ),
    ),
    "groups": Asked(
        question=message(
            "Gap or ratio: which of the two would you hold this decision to, and who should set the limit?"
        ),
        answer=message(
            "Where few are selected, a small gap can be a large ratio. The limits used here were declared before the run; a report can measure against a limit, and cannot say which limit is right."
        ),
    ),
    "strata": Asked(
        question=message(
            "The gap over everybody and the gap among comparable people can differ. Which one answers your question?"
        ),
        answer=message(
            "The first says what happened to people, the second what was done among people alike in these columns. If unequal treatment decided who is in which stratum, the second one hides it."
        ),
    ),
    "drivers": Asked(
        question=message("If the input that adds most were taken out, would the gap go with it?"),
        answer=message(
            "Not necessarily: other inputs may tell the groups apart nearly as well, and take its place. A driver is an association inside the model, so the answer is a run without it, not this picture."
        ),
    ),
    "proxies": Asked(
        question=message(
            "Which of these inputs would you keep although it tells the group, and what would you say to a person it costs?"
        ),
        answer=message(
            "Strength alone settles nothing. An input can tell the group and be needed for the decision, or tell it and add nothing; hold how strongly it tells the group against how much of the gap it carries."
        ),
    ),
    "labels": Asked(
        question=message("Whose judgement did the model learn, under what conditions, and who could have said no?"),
        answer=message(
            "Read from the annotators up the chain: who wrote the instruction, who set the pay and the time, who chose the rule for disagreement. Each of these moves labels, and none of them is a property of the people who gave them."
        ),
    ),
    "remedies": Asked(
        question=message(
            "Who would lose a place with the change that you would choose, and what would you say to them?"
        ),
        answer=message(
            "Where as many people are selected as before, every place gained is a place that somebody else does not get. The tables say how many of which group; they cannot say who had the better claim, nor that the ones selected today had it."
        ),
    ),
    "findings": Asked(
        question=message("Which finding would you act on first, and what would you need to know before you do?"),
        answer=message(
            "Look at what the finding cannot tell as well as at its size. A wide interval asks for more people, a gap at the first stage for other labels, a gap that only the rule adds for another rule."
        ),
    ),
    "unmeasured": Asked(
        question=message("What would have to be recorded from now on, so that the next audit can measure it?"),
        answer=message(
            "Each line names what was missing. Some of it is a column, some a contract clause, some a question that nobody asked."
        ),
    ),
}


def asked_beside(result: AuditResult, sections: Collection[str]) -> dict[str, list[Asked]]:
    """Give the questions beside each section.

    Parameters
    ----------
    result : AuditResult
        Holds the questions that its audit declares.
    sections : collection of str
        Names of the sections that the report has, in their order. Questions of an audit about any
        other one stand beside the first.

    Returns
    -------
    dict of str to list of Asked
        Sections without a question are left out.
    """
    found: dict[str, list[Asked]] = {}
    for one in result.audit.workshop:
        section = one.section if one.section in sections else next(iter(sections))
        answer = name(one.answer) if one.answer else None
        found.setdefault(section, []).append(Asked(question=name(one.question), answer=answer))
    for section in sections:
        if section in _GENERAL:
            found.setdefault(section, [_GENERAL[section]])
    return found
