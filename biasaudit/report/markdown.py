"""A result as Markdown, for a pull request: verdicts, gates, rates, findings."""

from __future__ import annotations

from biasaudit.report.changes_markdown import changes_blocks
from biasaudit.report.comparisons import by_telling
from biasaudit.report.edition import Edition, edition_of
from biasaudit.report.forms.rates_grid import rates_grid
from biasaudit.report.forms.writing import claim_text, grid_markdown
from biasaudit.report.language import COLON
from biasaudit.report.messages import Listed, Message, message
from biasaudit.report.sections.first import gate_sentence, limits
from biasaudit.report.sections.sign import broken
from biasaudit.report.verdicts import verdict_sentences
from biasaudit.report.words import GATE_OUTCOMES, OUTCOMES, STEP_OUTCOMES, STEPS
from biasaudit.report.writer import Writer, escaped_markdown, markdown_writer
from biasaudit.results import AuditResult, Sentence, Value

#: Groups of an attribute in the table; a pull request is read in a minute.
MOST_GROUPS = 12
#: Outcomes of findings that are told whole; the others are counted.
_TOLD = ("found", "cannot_tell", "failed")
#: The finding that says of each group what the verdicts say already.
_SAID_ABOVE = "BA301"


def markdown_of(result: AuditResult, code: str) -> str:
    """Write a result as Markdown.

    Parameters
    ----------
    result : AuditResult
        The result.
    code : str
        Language of the text.
    """
    edition = edition_of(result, code)
    writer = markdown_writer(edition.language)
    blocks = [
        *_head(edition, writer),
        *_verdicts(edition, writer),
        *_gates(edition, writer),
        *changes_blocks(edition, writer),
        *_tables(edition, writer),
        *_findings(edition, writer),
        *_failures(edition, writer),
        *_amendments(edition, writer),
        " ".join(writer.sentence(limit) for limit in limits(result)[:2]),
        f"{edition.language.date(result.manifest.ended)} · `{edition.digest[:16]}`",
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _say(writer: Writer, said: Message | Sentence | Value | Listed) -> str:
    return writer.sentence(said)


def _head(edition: Edition, writer: Writer) -> list[str]:
    audit = edition.result.audit
    lines = [f"# {_own(edition, audit.title)}"]
    if audit.question:
        lines.append(f"*{_own(edition, audit.question)}*")
    if audit.nature == "simulated":
        notice = _own(edition, audit.notice) if audit.notice else ""
        lines.append(f"> **{_say(writer, message('Simulated data.'))}** {notice}".rstrip())
    return lines


def _own(edition: Edition, word: str) -> str:
    return escaped_markdown(edition.language.own(word))


def _verdicts(edition: Edition, writer: Writer) -> list[str]:
    lines = []
    for facts in by_telling(edition.result):
        text = " ".join(_say(writer, said) for said in verdict_sentences(edition.result, facts))
        lines.append(f"- **{_own(edition, facts.name)}**{COLON[edition.language.code]} {text}")
    return ["\n".join(lines)]


def _gates(edition: Edition, writer: Writer) -> list[str]:
    gates = edition.result.gates
    if not gates:
        return []
    lines = []
    for gate in gates:
        reason = f" ({escaped_markdown(writer.reason(gate.reason))})" if gate.reason else ""
        lines.append(
            f"- **{_say(writer, GATE_OUTCOMES[gate.outcome])}**{COLON[edition.language.code]} {_say(writer, gate_sentence(gate))}{reason}"
        )
    return [f"## {_say(writer, message('Gates'))}", "\n".join(lines)]


def _tables(edition: Edition, writer: Writer) -> list[str]:
    blocks = [f"## {_say(writer, message('Group by group'))}"]
    for facts in by_telling(edition.result):
        grid = rates_grid(edition.result, facts, MOST_GROUPS)
        if grid is not None:
            blocks.append(f"**{_say(writer, grid.caption)}**\n\n{grid_markdown(writer, grid)}")
    return blocks if len(blocks) > 1 else []


def _findings(edition: Edition, writer: Writer) -> list[str]:
    findings = edition.result.findings
    if not findings:
        return []
    blocks = [f"## {_say(writer, message('Findings'))}"]
    for outcome in _TOLD:
        own = [finding for finding in findings if finding.outcome == outcome and finding.code != _SAID_ABOVE]
        if own:
            lines = [f"- `{finding.code}` {claim_text(writer, finding)}" for finding in own]
            blocks.append(f"**{_say(writer, OUTCOMES[outcome])}**\n\n" + "\n".join(lines))
    others = [
        f"{writer.say(OUTCOMES[outcome])}{COLON[edition.language.code]} {edition.language.count(sum(finding.outcome == outcome for finding in findings))}"
        for outcome in OUTCOMES
        if outcome not in _TOLD
    ]
    return [*blocks, " · ".join(others)]


def _amendments(edition: Edition, writer: Writer) -> list[str]:
    """List what people added to the result, with a warning where it is not what it was when they did."""
    result, lines = edition.result, []
    for one in result.amendments:
        words = [escaped_markdown(edition.language.own(word)) for word in (one.author, one.reason, one.text)]
        lines.append(f"- {edition.language.moment(one.written)}, {words[0]} ({words[1]}): {words[2]}")
    if not lines:
        return []
    told = broken(result)
    warning = [f"**{_say(writer, told)}**"] if told else []
    return [f"## {_say(writer, message('Amendments'))}", *warning, "\n".join(lines)]


def _failures(edition: Edition, writer: Writer) -> list[str]:
    failed = [step for step in edition.result.steps if step.outcome == "failed"]
    return [
        f"**{_say(writer, STEPS[step.name]) if step.name in STEPS else escaped_markdown(writer.reason(step.name))}** ({writer.say(STEP_OUTCOMES[step.outcome])}){COLON[writer.language.code]} {escaped_markdown(writer.reason(step.reason))}"
        for step in failed
    ]
