"""A letter as plain text, Markdown or one page of HTML."""

from __future__ import annotations

import textwrap
from importlib.resources import files

from markupsafe import Markup

from biasaudit.report.edition import Edition, edition_of
from biasaudit.report.letter import letter_of
from biasaudit.report.letter_parts import Block, Part
from biasaudit.report.messages import Message, message
from biasaudit.report.page import environment, policy_hash, without_blank_lines
from biasaudit.report.writer import Writer, markdown_writer
from biasaudit.results import AuditResult, Value
from biasaudit.results.letters import Explanation
from biasaudit.results.sentences import name

#: Columns of plain text.
WIDTH = 78
#: A line to write on by hand.
_LINE = "." * 40
#: How much of a digest a letter carries.
_SHORT_DIGEST = 16


def text_of_letter(result: AuditResult, told: Explanation, code: str) -> str:
    """Write a letter as plain text, lines broken."""
    edition = edition_of(result, code)
    title = edition.plain.sentence(_title())
    lines = [title, "=" * len(title), "", *map(_wrapped, _head(edition, edition.plain, told)), ""]
    for part in letter_of(result, told):
        heading = edition.plain.sentence(part.heading)
        lines += [heading, "-" * len(heading)]
        for block in part.blocks:
            lines += [*_text_block(edition.plain, block), ""]
    lines += [_wrapped(edition.plain.sentence(_foot(edition)))]
    return "\n".join(lines) + "\n"


def markdown_of_letter(result: AuditResult, told: Explanation, code: str) -> str:
    """Write a letter as Markdown."""
    edition = edition_of(result, code)
    writer = markdown_writer(edition.language)
    blocks = [f"# {writer.sentence(_title())}", "  \n".join(_head(edition, writer, told))]
    for part in letter_of(result, told):
        blocks.append(f"## {writer.sentence(part.heading)}")
        blocks += [_markdown_block(writer, block) for block in part.blocks]
    blocks.append(writer.sentence(_foot(edition)))
    return "\n\n".join(blocks) + "\n"


def page_of_letter(result: AuditResult, told: Explanation, code: str) -> str:
    """Write a letter as one page of HTML that opens offline and prints on A4."""
    edition = edition_of(result, code)
    place = files("biasaudit.report") / "style"
    sheets = [(place / f"{sheet}.css").read_text(encoding="utf-8") for sheet in ("palette", "letter")]
    style = without_blank_lines("\n".join(sheets))
    page = (
        environment()
        .get_template("letter.html")
        .render(
            language=edition.language,
            version=result.manifest.version,
            style=Markup(style),  # noqa: S704 - our own
            style_hash=policy_hash(style),
            title=_html(edition, _title()),
            head=[Markup(line) for line in _head(edition, edition.html, told)],  # noqa: S704 - escaped by the writer
            parts=[_shown(edition, part) for part in letter_of(result, told)],
            foot=_html(edition, _foot(edition)),
        )
    )
    return without_blank_lines(page)


def _title() -> Message:
    return message("A decision about you, explained")


def _head(edition: Edition, writer: Writer, told: Explanation) -> list[str]:
    date = edition.language.date(edition.result.manifest.ended)
    return [
        writer.sentence(message("File: {item}", item=name(told.item))),
        writer.sentence(message("Audit: {title}, {date}", title=name(edition.result.audit.title), date=name(date))),
    ]


def _foot(edition: Edition) -> Message:
    return message(
        "This letter holds data of one person, and of nobody else: keep it as you keep those data. Figures of groups are those of the result {digest}.",
        digest=name(edition.digest[:_SHORT_DIGEST]),
    )


def _text_block(writer: Writer, block: Block) -> list[str]:
    kind, said = block
    sentences = [writer.sentence(one) for one in said]
    if kind == "list":
        return [_wrapped(one, "- ") for one in sentences]
    if kind == "blanks":
        return _blanks(writer, said)
    return [_wrapped(" ".join(sentences))]


def _blanks(writer: Writer, said: tuple[Message | Value, ...]) -> list[str]:
    return [writer.sentence(message("{what}: {blank}", what=one, blank=name(_LINE))) for one in said]


def _markdown_block(writer: Writer, block: Block) -> str:
    kind, said = block
    sentences = [writer.sentence(one) for one in said]
    if kind == "list":
        return "\n".join(f"- {one}" for one in sentences)
    if kind == "blanks":
        return "  \n".join(_blanks(writer, said))
    return " ".join(sentences)


def _wrapped(text: str, bullet: str = "") -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=bullet,
        subsequent_indent=" " * len(bullet),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _shown(edition: Edition, part: Part) -> dict[str, object]:
    blocks = [(kind, [_html(edition, one) for one in said]) for kind, said in part.blocks]
    return {"heading": _html(edition, part.heading), "blocks": blocks}


def _html(edition: Edition, said: object) -> Markup:
    return Markup(edition.html.sentence(said))  # type: ignore[arg-type]  # noqa: S704 - escaped by the writer
