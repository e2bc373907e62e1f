"""Writes a form as a page in the look of the report, or as Markdown."""

from __future__ import annotations

from markupsafe import Markup

from biasaudit.report.edition import Edition
from biasaudit.report.forms.sheet import Blanks, Block, Cell, Grid, Items, Measured, Part, Sheet, Told
from biasaudit.report.language import NOTHING, Language
from biasaudit.report.messages import Message, message
from biasaudit.report.page import (
    environment,
    policy_hash,
    running_heads,
    style_of,
    without_blank_lines,
    words_of,
)
from biasaudit.report.readable import readable
from biasaudit.report.sections.sign import result_foot
from biasaudit.report.writer import Writer, escaped_markdown, markdown_writer
from biasaudit.results import Finding
from biasaudit.results.sentences import name

#: What every form says of itself, whichever it is.
STANDING = message(
    "This sheet says what was measured in one result. It does not say that a law is complied with, and it is no legal advice."
)
PLACES = message("Places such as {place} lead into result.json, the file behind this sheet.", place=name("/data"))
TO_WRITE = message("A person must write")
SIMULATED = message("Simulated data.")


def stamp(edition: Edition) -> Message:
    """Say when the result was made, by which version, and what its digest is."""
    manifest = edition.result.manifest
    return message(
        "Result of {date}, biasaudit {version}, sha256 without its times {digest}",
        date=name(edition.language.date(manifest.ended)),
        version=name(manifest.version),
        digest=name(edition.digest),
    )


def form_html(edition: Edition, sheet: Sheet) -> str:
    """Write a form as one self-contained page without scripts.

    Parameters
    ----------
    edition : Edition
        The result in a language.
    sheet : Sheet
        The form, filled.
    """
    title = edition.language.own(edition.result.audit.title)
    style = style_of(["sign", "form"], running_heads(edition, title, result_foot(edition)))
    page = (
        environment()
        .get_template("form.html")
        .render(
            **words_of(edition),
            title=title,
            sheet=sheet,
            standing=(STANDING, PLACES),
            to_write=TO_WRITE,
            stamp=stamp(edition),
            kind=lambda block: type(block).__name__,
            told=lambda said: _safe(_told(edition.html, said)),
            code=_code,
            cell=lambda held: _safe(cell_text(edition.html, held)),
            style=_safe(style),
            style_hash=policy_hash(style),
        )
    )
    return without_blank_lines(page)


def _safe(text: str) -> Markup:
    return Markup(text)  # noqa: S704 - written by the HTML writer, or our own style sheet


def form_markdown(edition: Edition, sheet: Sheet) -> str:
    """Write a form as Markdown, with every word of a user escaped.

    Parameters
    ----------
    edition : Edition
        The result in a language.
    sheet : Sheet
        The form, filled.
    """
    writer, audit = markdown_writer(edition.language), edition.result.audit
    head = [f"# {writer.sentence(sheet.title)}", f"**{writer.own(audit.title)}**"]
    if audit.nature == "simulated":
        notice = writer.own(audit.notice) if audit.notice else ""
        head.append(f"> **{writer.sentence(SIMULATED)}** {notice}".rstrip())
    head += [
        writer.sentence(stamp(edition)),
        " ".join(writer.sentence(said) for said in (*sheet.lead, STANDING, PLACES)),
    ]
    parts = [text for part in sheet.parts for text in _part(writer, part)]
    return "\n\n".join((*head, *parts)) + "\n"


def _part(writer: Writer, part: Part) -> list[str]:
    return [f"## {writer.sentence(part.title)}", *(_block(writer, block) for block in part.blocks)]


def _block(writer: Writer, block: Block) -> str:
    if isinstance(block, Told):
        return _told(writer, block)
    if isinstance(block, Items):
        return "\n".join(_item(writer, told) for told in block.items)
    if isinstance(block, Blanks):
        asked = "\n".join(f"- [ ] {writer.sentence(asked)}" for asked in block.asked)
        return f"**{writer.sentence(TO_WRITE)}**\n\n{asked}"
    return f"**{writer.sentence(block.caption)}**\n\n{grid_markdown(writer, block)}"


def grid_markdown(writer: Writer, grid: Grid) -> str:
    """Write a table as Markdown, without its caption."""
    rules = ["---:" if grid.is_number(column) else "---" for column in range(len(grid.heads))]
    rows = [
        [writer.sentence(head) for head in grid.heads],
        *([cell_text(writer, cell) for cell in row] for row in grid.rows),
    ]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "|".join(rules) + "|", *lines[1:]])


def cell_text(writer: Writer, cell: Cell) -> str:
    """Write a cell; what is not known or withheld is a dash."""
    if cell is None:
        return NOTHING
    if not isinstance(cell, Measured):
        return writer.say(cell)
    return _measured(writer.language, cell)


def _measured(language: Language, cell: Measured) -> str:
    estimate = cell.estimate
    if estimate is None or estimate.value is None:
        return NOTHING
    write = language.signed if cell.is_signed else language.number
    span = language.interval(estimate, scale=cell.scale, digits=cell.digits)
    return write(estimate.value * cell.scale, cell.digits) + (f" ({span})" if span else "")


def _told(writer: Writer, told: Told) -> str:
    said = told.text
    text = claim_text(writer, said) if isinstance(said, Finding) else writer.sentence(said)
    return " ".join((text, *(writer.sentence(more) for more in told.more)))


def _code(told: Told) -> str:
    """Give the code of a finding, to be shown before its sentence; else nothing."""
    return readable(told.text.code) if isinstance(told.text, Finding) else ""


def _item(writer: Writer, told: Told) -> str:
    code = f"`{_code(told)}` " if _code(told) else ""
    return f"- {code}{_told(writer, told)}" + (f" (`{told.at}`)" if told.at else "")


def claim_text(writer: Writer, finding: Finding) -> str:
    """Write the sentence of a finding; in Markdown with what is no message of ours escaped."""
    is_markup = writer.escape("<") != "<"
    if is_markup or (finding.message is not None and finding.claim):
        return writer.claim(finding)
    return escaped_markdown(writer.language.reason(finding.claim or finding.reason))
