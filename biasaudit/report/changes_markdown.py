"""What moved since another result, as Markdown for a pull request."""

from __future__ import annotations

from biasaudit.report.changed import attributes_of, failing, headline, noise, selection_gaps, told
from biasaudit.report.edition import Edition
from biasaudit.report.messages import message
from biasaudit.report.words import DIFFERENT, MOVEMENTS, PARTS_OF_A_RUN
from biasaudit.report.writer import Writer, escaped_markdown
from biasaudit.results import Change, Changes
from biasaudit.results.sentences import count

#: Groups of an attribute in the table, and other differences; a pull request is read in a minute.
MOST_GROUPS, MOST_DIFFERENCES = 12, 20


def changes_blocks(edition: Edition, writer: Writer) -> list[str]:
    """Write what moved, gap by gap, then what else is different; nothing where no other result was given."""
    changes = edition.result.changes
    if changes is None:
        return []
    attributes = attributes_of(changes)
    lines = [
        f"- {' '.join(writer.sentence(said) for said in told(edition.result, changes, attribute))}"
        for attribute in attributes
        if selection_gaps(changes, attribute)
    ]
    return [
        f"## {writer.sentence(message('What moved'))}",
        writer.sentence(headline(changes)),
        _failing(writer, changes),
        "\n".join(lines),
        *(_table(edition, writer, changes, attribute) for attribute in attributes),
        _different(edition, writer, changes),
        writer.sentence(noise(changes)),
    ]


def _failing(writer: Writer, changes: Changes) -> str:
    n = len(failing(changes.gaps))
    if not n:
        return ""
    said = message("Gaps that got wider and so fail a run against this result: {n}.", n=count(n))
    return f"**{writer.sentence(said)}**"


def _table(edition: Edition, writer: Writer, changes: Changes, attribute: str) -> str:
    gaps = [one for _, one in selection_gaps(changes, attribute)][:MOST_GROUPS]
    if not gaps:
        return ""
    heads = (
        message("Group"),
        message("Before"),
        message("Now"),
        message("Change"),
        message("p, adjusted"),
        message("The gap is"),
    )
    head = "| " + " | ".join(writer.say(each) for each in heads) + " |\n|---|---:|---:|---:|---:|---|"
    title = f"**{escaped_markdown(edition.language.own(attribute))}**, {writer.say(message('Gap, in 100'))}"
    return f"{title}\n\n{head}\n" + "\n".join(_row(edition, writer, one) for one in gaps)


def _row(edition: Edition, writer: Writer, change: Change) -> str:
    language = edition.language
    moved = language.signed_in_100(change.change.value)
    if span := language.interval(change.change, scale=100, digits=1):
        moved += f" ({span})"
    word = writer.say(MOVEMENTS[change.movement])
    cells = [
        escaped_markdown(language.own(change.group)),
        language.signed_in_100(change.before.value),
        language.signed_in_100(change.after.value),
        moved,
        language.p_value(change.p_adjusted),
        f"**{word}**" if change.movement == "wider" else word,
    ]
    return "| " + " | ".join(cells) + " |"


def _different(edition: Edition, writer: Writer, changes: Changes) -> str:
    lines = []
    for one in changes.different[:MOST_DIFFERENCES]:
        own = DIFFERENT.get(one.what)
        what = writer.say(own) if own else escaped_markdown(edition.language.own(one.what))
        before, after = (escaped_markdown(edition.language.own(value)) or "–" for value in (one.before, one.after))
        lines.append(f"- {writer.sentence(PARTS_OF_A_RUN[one.part])}, {what}: {before} → {after}")
    for said, groups in (
        (message("New group"), changes.groups_new),
        (message("Group no longer there"), changes.groups_gone),
    ):
        lines += [
            f"- {writer.sentence(said)}: {escaped_markdown(edition.language.own(one.attribute))}, {escaped_markdown(edition.language.own(one.group))}"
            for one in groups
        ]
    for left in changes.not_compared:
        lines.append(
            f"- {writer.sentence(message('Not compared'))}: {escaped_markdown(edition.language.own(left.attribute))} {escaped_markdown(left.measure)} ({escaped_markdown(writer.reason(left.reason))})"
        )
    return f"**{writer.sentence(message('What else is different'))}**\n\n" + "\n".join(lines) if lines else ""
