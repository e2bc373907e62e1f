"""The decision and the people: what was decided, about whom, by what, and who is compared."""

from __future__ import annotations

from typing import Any

from biasaudit.report.comparisons import is_crossed
from biasaudit.report.edition import Edition
from biasaudit.report.messages import Message, counted, message
from biasaudit.report.words import DEFAULTS, MEASURES, MODEL_KINDS, REFERENCE_RULES, termed
from biasaudit.results import AuditResult, ModelFacts, Performance
from biasaudit.results.sentences import count, in_100, name, number

#: Lines of a table before it is folded away.
MOST_LINES = 20


def view(edition: Edition) -> dict[str, Any]:
    """Gather what was decided about whom."""
    result = edition.result
    return {
        "told": [*rows_told(result), *_decision(result), *_outcome(result)],
        "dropped": result.data.dropped,
        "many": sum(len(facts.groups) for facts in result.data.attributes if not is_crossed(facts)) > MOST_LINES,
        "attributes": [
            {
                "facts": facts,
                "at": at,
                "rule": None
                if facts.reference_rule in ("", "declared")
                else termed(REFERENCE_RULES, facts.reference_rule),
            }
            for at, facts in enumerate(result.data.attributes)
            if not is_crossed(facts)
        ],
        "crossed": [(at, facts) for at, facts in enumerate(result.data.attributes) if is_crossed(facts)],
        "model": decisions_from(result.model, result),
        "performance": _performance(result.model),
        "settings": _settings(result.model),
        "features": result.data.features,
    }


def rows_told(result: AuditResult) -> list[Message]:
    """Say how many rows there are, trained with and measured on."""
    data = result.data
    told = [
        message(
            "The data hold {rows} rows. Gaps are measured on {judged} {people}.",
            rows=count(data.rows),
            judged=count(data.rows_judged),
            people=name(result.audit.people),
        )
    ]
    if data.rows_train:
        told.append(
            message("The model learnt from {rows} others, who are not measured here.", rows=count(data.rows_train))
        )
    if data.weighted:
        told.append(message("Rates are weighted; numbers of people are not."))
    return told


def _decision(result: AuditResult) -> list[Message]:
    people, decision = name(result.audit.people), name(result.audit.decision)
    if result.audit.positive_is == "unfavourable":
        return [
            message(
                "To be {decision} counts against a person: a group decided so more often is worse off.",
                decision=decision,
            )
        ]
    return [
        message(
            "To be {decision} counts in favour of {people}: a group decided so less often is worse off.",
            decision=decision,
            people=people,
        )
    ]


def _outcome(result: AuditResult) -> list[Message]:
    data = result.data
    told = []
    if data.outcome:
        told.append(
            message("The recorded outcome is {outcome}, a label that somebody gave.", outcome=name(data.outcome))
        )
    if data.truth:
        told.append(message("Errors are measured against {truth}, declared as a later truth.", truth=name(data.truth)))
    return told


def decisions_from(model: ModelFacts | None, result: AuditResult) -> list[Message]:
    """Say what took the decisions, and where the line was drawn."""
    if model is None:
        return []
    told = [
        message(
            "Where the decisions come from: {kind} ({source}).",
            kind=termed(MODEL_KINDS, model.kind),
            source=name(model.source),
        )
    ]
    chosen = {"n": count(model.n_selected), "decision": name(result.audit.decision)}
    if model.cut == "threshold":
        told.append(
            message("Scores from {cut} on are {decision}: {n} people.", cut=number(model.cut_value, 3), **chosen)
        )
    elif model.cut == "share":
        told.append(
            message(
                "The highest {share} in 100 scores are {decision}: {n} people.",
                share=in_100(model.cut_value, 1),
                **chosen,
            )
        )
    elif model.cut == "quota":
        told.append(message("The {n} highest scores are {decision}.", **chosen))
    if model.tied_at_cutoff:
        told.append(
            counted(
                model.tied_at_cutoff,
                "{n} person stands exactly at the cut-off and counts as a fraction, so that the order of rows changes nothing.",
                "{n} people stand exactly at the cut-off and count as fractions, so that the order of rows changes nothing.",
                n=count(model.tied_at_cutoff),
            )
        )
    return told


def _settings(model: ModelFacts | None) -> dict[str, str]:
    """Give the settings of a model that are not its defaults; all of them where we do not know these."""
    if model is None:
        return {}
    usual = DEFAULTS.get(model.source, {})
    written = {key: str(value) for key, value in model.parameters.items()}
    return {key: value for key, value in written.items() if usual.get(key) != value}


def _performance(model: ModelFacts | None) -> dict[str, Any] | None:
    """Lay performance out with one row a group, everybody first, and one column a measure."""
    if model is None or not model.performance:
        return None
    measures = list(dict.fromkeys(record.measure for record in model.performance))
    rows: dict[tuple[str, str], dict[str, Performance]] = {}
    for record in sorted(model.performance, key=lambda record: record.attribute is not None):
        rows.setdefault((record.attribute or "", record.group or ""), {})[record.measure] = record
    return {"measures": [(measure, termed(MEASURES, measure)) for measure in measures], "rows": rows}
