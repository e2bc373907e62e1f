"""The first screen: who is treated how, how sure this is, where it comes from, what is not known."""

from __future__ import annotations

from typing import Any

from biasaudit.report.changed import headline as headline_of_changes
from biasaudit.report.comparisons import by_telling, compared, is_crossed
from biasaudit.report.edition import Edition, Figure
from biasaudit.report.messages import Message, Words, counted, message
from biasaudit.report.sections.drivers import first_fall
from biasaudit.report.sections.groups import people_figure
from biasaudit.report.sections.labels import main_way, stages_figure
from biasaudit.report.sections.sign import broken
from biasaudit.report.sections.strata import first_reversal, within_strata
from biasaudit.report.verdicts import verdict_sentences
from biasaudit.report.words import GATE_OUTCOMES, MEASURES, STATISTICS, termed
from biasaudit.results import AuditResult, GateResult
from biasaudit.results.sentences import Value, count, in_100, name, number

#: Groups of an attribute in the small picture, and attributes in it.
_SMALL_ROWS, _SMALL_ATTRIBUTES = 5, 3


def view(edition: Edition) -> dict[str, Any]:
    """Gather what must be said before anything else."""
    result = edition.result
    attributes = by_telling(result)
    return {
        "about": _about(result),
        "verdicts": [
            {
                "facts": facts,
                "sentences": verdict_sentences(result, facts),
                "within": within_strata(result, facts.name),
                "is_beyond": _is_beyond(result, facts),
            }
            for facts in attributes
        ],
        "figures": _figures(edition),
        "gates": [
            {
                "sentence": gate_sentence(gate),
                "outcome": gate.outcome,
                "word": GATE_OUTCOMES[gate.outcome],
                "reason": gate.reason,
            }
            for gate in result.gates
        ],
        "amended": _amended(edition),
        "broken": broken(result),
        "since": result.changes and headline_of_changes(result.changes),
        "limits": limits(result)[:2],
        "digest": edition.digest,
        "ended": result.manifest.ended,
    }


def _amended(edition: Edition) -> Message | None:
    """Say that people added something to the result, and who did so last."""
    amendments = edition.result.amendments
    if not amendments:
        return None
    return counted(
        len(amendments),
        "This result has {n} amendment, by {author} on {date}.",
        "This result has {n} amendments, the last by {author} on {date}.",
        n=count(len(amendments)),
        author=name(amendments[-1].author),
        date=name(edition.language.date(amendments[-1].written)),
    )


def _is_beyond(result: AuditResult, facts: Any) -> bool:
    return any(comparison.verdict == "exceeds" for comparison in compared(result, facts))


def _about(result: AuditResult) -> dict[str, Any]:
    """Say whose decisions these are: how many people, decided and labelled by whom, when."""
    audit = result.audit
    selected = result.model.n_selected if result.model else None
    told: Words = {"n": count(result.data.rows_judged), "people": name(audit.people), "decision": name(audit.decision)}
    said = message("{n} {people}, {decision} or not", **told)
    if selected is not None:
        said = message("{n} {people}, of whom {k} are {decision}", **told, k=count(selected))
    rows = (
        (message("When"), audit.period),
        (message("Decided by"), audit.decided_by),
        (message("Labelled by"), audit.labelled_by),
    )
    return {"people": said, "rows": [(term, own) for term, own in rows if own]}


def _figures(edition: Edition) -> list[Figure]:
    attributes = [
        facts for facts in by_telling(edition.result) if not is_crossed(facts) and compared(edition.result, facts)
    ]
    figures = []
    if attributes:
        figures.append(
            people_figure(
                edition, attributes[:_SMALL_ATTRIBUTES], name_="first-people", most=_SMALL_ROWS, is_small=True
            )
        )
    second = _second_figure(edition)
    return [*figures, second] if second else figures


def _second_figure(edition: Edition) -> Figure | None:
    """Draw what comes next in the story: the way back to the labels, a gap that reverses, or what drives the scores."""
    way = main_way(edition.result)
    if way:
        return stages_figure(edition, way, name_="first-stages", is_small=True)
    return first_reversal(edition, name_="first-strata") or first_fall(edition, name_="first-drivers")


def gate_sentence(gate: GateResult) -> Message:
    """Say what a gate asks for and what was measured."""
    asked = gate.gate
    told: Words = {
        "statistic": termed(STATISTICS, str(asked.get("statistic", ""))),
        "measure": termed(MEASURES, str(asked.get("measure", ""))),
        "attribute": name(str(asked.get("attribute", ""))),
        "value": _measure(gate, gate.estimate.value),
        "low": _measure(gate, gate.estimate.low),
        "high": _measure(gate, gate.estimate.high),
        "group": name(gate.group or ""),
    }
    least, most = asked.get("at_least"), asked.get("at_most")
    if gate.group is None or gate.estimate.value is None:
        told = {key: told[key] for key in ("statistic", "measure", "attribute")}
        return message(
            "{statistic} of the {measure} by {attribute}: nothing was measured that this gate could be held against",
            **told,
        )
    if least is not None and most is not None:
        return message(
            "{statistic} of the {measure} by {attribute} between {least} and {most}: {value} ({low} to {high}) for {group}",
            **told,
            least=_measure(gate, least),
            most=_measure(gate, most),
        )
    if least is not None:
        return message(
            "{statistic} of the {measure} by {attribute} at least {least}: {value} ({low} to {high}) for {group}",
            **told,
            least=_measure(gate, least),
        )
    return message(
        "{statistic} of the {measure} by {attribute} at most {most}: {value} ({low} to {high}) for {group}",
        **told,
        most=_measure(gate, most),
    )


def _measure(gate: GateResult, value: Any) -> Value:
    known = None if value is None else float(value)
    return in_100(known, 1) if gate.gate.get("statistic") in ("gap", "change") else number(known)


def limits(result: AuditResult) -> list[Message]:
    """Say what this audit cannot tell, the weightiest first."""
    said = []
    data = result.data
    if data.errors_against == "outcome" and data.outcome:
        said.append(
            message(
                "This audit cannot tell who would have done well: the only outcome that it knows is {outcome}, a label that people gave.",
                outcome=name(data.outcome),
            )
        )
    elif data.errors_against is None:
        said.append(
            message("This audit cannot tell whether any decision was right: no outcome is recorded to hold it against.")
        )
    if result.trace and any(each.reference_labels == "peers" for each in result.trace.attribution):
        said.append(
            message("It cannot see a bias that all annotators share: their labels are only held against each other's.")
        )
    unsure, total = 0, 0
    for facts in data.attributes:
        comparisons = compared(result, facts)
        total += len(comparisons)
        unsure += sum(comparison.verdict == "cannot_tell" for comparison in comparisons)
    if unsure:
        said.append(
            counted(
                unsure,
                "For {n} of {total} groups the data do not settle whether its gap lies within the tolerance.",
                "For {n} of {total} groups the data do not settle whether their gaps lie within the tolerance.",
                n=count(unsure),
                total=count(total),
            )
        )
    said.append(
        message("It cannot tell why the rates differ: it measures how groups are treated, not what they deserve.")
    )
    return said
