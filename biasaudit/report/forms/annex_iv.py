"""A skeleton for the documentation of the EU AI Act: Annex IV 2(d) and 2(g), Article 10(2)(f) and (g)."""

from __future__ import annotations

from collections.abc import Mapping

from biasaudit.report.comparisons import by_telling, compared
from biasaudit.report.edition import Edition
from biasaudit.report.forms.origin import decisions_told, labelled_told, rows_of_data, source_told
from biasaudit.report.forms.sheet import Blanks, Block, Part, Sheet, Told, items
from biasaudit.report.messages import Message, counted, listed, message
from biasaudit.report.sections.first import gate_sentence
from biasaudit.report.verdicts import verdict_sentences
from biasaudit.report.words import GATE_OUTCOMES, MEASURES, OUTCOMES, termed
from biasaudit.results import AuditResult, Finding
from biasaudit.results.sentences import count, in_100, name, number

#: Inputs of a model that are named before the rest is counted.
_MOST_NAMED = 12


def annex_iv_of(edition: Edition, _roles: Mapping[str, str]) -> Sheet:
    """Fill the skeleton: what the result measured, with its place there, and what a person must write.

    Parameters
    ----------
    edition : Edition
        The result in a language.
    """
    result = edition.result
    return Sheet(
        title=message("Skeleton for the technical documentation of Regulation (EU) 2024/1689"),
        lead=(
            message(
                "For four points of the Artificial Intelligence Act this skeleton says what one result holds, and where, and what only a person can write. It is no complete documentation, and filling it in is not the same as meeting the requirement."
            ),
        ),
        parts=(_data_sheet(result), _validation(result), _examination(result), _measures(result)),
    )


def _part(title: Message, asks: Message, told: tuple[Told, ...], *blanks: Message) -> Part:
    blocks: tuple[Block, ...] = (Told(text=asks), *items(*told), Blanks(asked=blanks))
    return Part(title=title, blocks=blocks)


def _data_sheet(result: AuditResult) -> Part:
    return _part(
        message("Annex IV, point 2(d): the data"),
        message(
            "Asks for data sheets: how models are trained, which data sets, their provenance, scope and main characteristics, how they were obtained and selected, how they were labelled and cleaned."
        ),
        (
            *rows_of_data(result),
            *source_told(result),
            *_inputs(result),
            *_people(result),
            *_dropped(result),
            *_labels(result),
        ),
        message("Where the data come from, for what purpose they were collected, and by what right they are used"),
        message("How they were selected, whom they leave out, and where the system will be used"),
        message(
            "How labels were made: instructions, training, pay and review of the annotators, as far as nothing above says so"
        ),
        message("How the data were cleaned before this audit read them, and how the model was trained"),
    )


def _inputs(result: AuditResult) -> tuple[Told, ...]:
    features = result.data.features
    if not features:
        return ()
    named = listed(*(name(feature) for feature in features[:_MOST_NAMED]))
    if len(features) <= _MOST_NAMED:
        said = counted(
            len(features),
            "The model sees {n} input: {inputs}.",
            "The model sees {n} inputs: {inputs}.",
            n=count(len(features)),
            inputs=named,
        )
    else:
        said = message("The model sees {n} inputs, the first of them {inputs}.", n=count(len(features)), inputs=named)
    return (Told(text=said, at="/data/features"),)


def _people(result: AuditResult) -> tuple[Told, ...]:
    return tuple(
        Told(
            text=counted(
                len(facts.groups),
                "By {attribute} the people measured are in {n} group; their numbers stand at the place named.",
                "By {attribute} the people measured are in {n} groups; their numbers stand at the place named.",
                attribute=name(facts.name),
                n=count(len(facts.groups)),
            ),
            at=f"/data/attributes/{at}",
        )
        for at, facts in enumerate(result.data.attributes)
    )


def _dropped(result: AuditResult) -> tuple[Told, ...]:
    left_out = sum(each.rows for each in result.data.dropped)
    said = counted(
        left_out,
        "{n} row was left out, for a stated reason.",
        "{n} rows were left out, for stated reasons.",
        n=count(left_out),
    )
    return (Told(text=said, at="/data/dropped"),) if left_out else ()


def _labels(result: AuditResult) -> tuple[Told, ...]:
    told = [*labelled_told(result)]
    trace = result.trace
    if trace is not None and trace.labels:
        said = message(
            "{labels} labels on {items} items were read.", labels=count(trace.labels), items=count(trace.items)
        )
        told.append(Told(text=said, at="/trace/labels"))
    if trace is not None and trace.agreement:
        said = message("How far annotators agree about each group is measured.")
        told.append(Told(text=said, at="/trace/agreement"))
    complete = trace.traceability.complete if trace is not None else None
    if complete is not None:
        said = message(
            "For {share} in 100 labels it is known who gave them, where, under which guideline, for what pay, in what time and through which contracts.",
            share=in_100(complete, 1),
        )
        if complete == 0:
            said = message(
                "Of no label is it known at once who gave it, where, under which guideline, for what pay, in what time and through which contracts."
            )
        told.append(Told(text=said, at="/trace/traceability"))
    return tuple(told)


def _validation(result: AuditResult) -> Part:
    return _part(
        message("Annex IV, point 2(g): validation and testing"),
        message(
            "Asks for the procedures and data of validation and testing, for the metrics of accuracy, robustness and potentially discriminatory impacts, and for test logs and reports dated and signed by the persons responsible."
        ),
        (*decisions_told(result), *_accuracy(result), *_impacts(result), *_log(result)),
        message("Why these metrics are appropriate for this system"),
        message("Robustness: what was tested beyond this result"),
        message("Changes determined in advance (point 2(f)), and how they were tested"),
        message("Name and office"),
        message("Place and date"),
        message("Signature"),
    )


def _accuracy(result: AuditResult) -> tuple[Told, ...]:
    performance = result.model.performance if result.model else ()
    return tuple(
        Told(
            text=message(
                "For everybody: {measure} {value} ({low} to {high}).",
                measure=termed(MEASURES, each.measure),
                value=number(each.estimate.value, 3),
                low=number(each.estimate.low, 3),
                high=number(each.estimate.high, 3),
            ),
            at=f"/model/performance/{at}",
        )
        for at, each in enumerate(performance)
        if each.attribute is None and each.estimate.low is not None and each.estimate.high is not None
    )


def _impacts(result: AuditResult) -> tuple[Told, ...]:
    """Repeat the verdicts of the report, each with the place of its first comparison."""
    told = []
    for facts in by_telling(result):
        comparisons = compared(result, facts)
        at = f"/disparities/{comparisons[0].gap_at}" if comparisons and comparisons[0].gap_at >= 0 else "/disparities"
        first, *more = verdict_sentences(result, facts)
        told.append(Told(text=first, at=at, more=tuple(more)))
    return tuple(told)


def _log(result: AuditResult) -> tuple[Told, ...]:
    manifest = result.manifest
    said = message(
        "The run is written down with its version ({version}), seed ({seed}), packages and the digest of its declaration, and can be repeated.",
        version=name(manifest.version),
        seed=name(str(manifest.seed)),
    )
    return (Told(text=said, at="/manifest"),)


def _examination(result: AuditResult) -> Part:
    found = [(at, each) for at, each in enumerate(result.findings) if each.outcome == "found"]
    told = [Told(text=each, at=f"/findings/{at}") for at, each in found]
    told += [
        _counted(result.findings, outcome)
        for outcome in ("not_found", "cannot_tell", "failed")
        if _any(result, outcome)
    ]
    if result.proxies:
        said = message("For each input it is measured how well it tells a protected attribute.")
        told.append(Told(text=said, at="/proxies"))
    skipped = sum(step.outcome != "done" for step in result.steps)
    if skipped:
        said = counted(
            skipped,
            "{n} step of the audit did not apply or failed, with its reason.",
            "{n} steps of the audit did not apply or failed, each with its reason.",
            n=count(skipped),
        )
        told.append(Told(text=said, at="/steps"))
    return _part(
        message("Article 10(2)(f): examination for possible biases"),
        message(
            "Asks for an examination for possible biases that are likely to affect health and safety, to harm fundamental rights or to lead to discrimination that Union law prohibits, above all where outputs influence later inputs."
        ),
        tuple(told),
        message("Which of these biases are likely to affect health, safety or fundamental rights, and whose"),
        message("Whether any of them leads to discrimination that Union law prohibits: an assessment in law"),
        message("Whether decisions of the system come back as data that it learns from"),
        message("Groups and harms that these data cannot show"),
    )


def _any(result: AuditResult, outcome: str) -> bool:
    return any(finding.outcome == outcome for finding in result.findings)


def _counted(findings: tuple[Finding, ...], outcome: str) -> Told:
    said = message(
        "{outcome}: {codes}",
        outcome=OUTCOMES[outcome],
        codes=listed(
            *(name(code) for code in dict.fromkeys(each.code for each in findings if each.outcome == outcome))
        ),
    )
    return Told(text=said, at="/findings")


def _measures(result: AuditResult) -> Part:
    told = [
        Told(
            text=message("Gate, {outcome}: {gate}", outcome=GATE_OUTCOMES[gate.outcome], gate=gate_sentence(gate)),
            at=f"/gates/{at}",
        )
        for at, gate in enumerate(result.gates)
    ]
    if result.remedies:
        said = message("What remedies would change is measured.")
        told.append(Told(text=said, at="/remedies"))
    trace = result.trace
    if trace is not None and trace.relabel:
        said = message("What labelling the most telling items again would change is estimated.")
        told.append(Told(text=said, at="/trace/relabel"))
    if trace is not None and trace.relabelled:
        said = message("What labels that were given anew have changed is measured.")
        told.append(Told(text=said, at="/trace/relabelled"))
    return _part(
        message("Article 10(2)(g): measures against biases"),
        message("Asks for appropriate measures to detect, prevent and mitigate the biases found under point (f)."),
        tuple(told),
        message("Which measures were taken, by whom, since when, and why these"),
        message("Which gap is accepted, who decided so, and for what reason"),
        message("How the system is watched from now on, and what leads to a new audit"),
    )
