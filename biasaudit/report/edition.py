"""One result in one language: what every section is written from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from biasaudit.report.language import Language, language_of
from biasaudit.report.messages import Message
from biasaudit.report.verdicts import people_of
from biasaudit.report.writer import Writer, html_writer, plain_writer
from biasaudit.results import AuditResult, Value, digest


@dataclass(frozen=True, kw_only=True)
class Edition:
    """A result, a language, writers of it, and the digest of what was found."""

    result: AuditResult
    language: Language
    html: Writer
    plain: Writer
    digest: str

    def people(self, attribute: str, group: str) -> str:
        """Name the people of a group in plain text, as a sentence would."""
        return self.plain.say(people_of(self.result, attribute, group))

    def says(self, said: Message) -> str:
        """Write a message as plain text that begins with a capital."""
        return self.plain.sentence(said)


def edition_of(result: AuditResult, code: str) -> Edition:
    """Prepare a result for a language."""
    language = language_of(result, code)
    return Edition(
        result=result,
        language=language,
        html=html_writer(language),
        plain=plain_writer(language),
        digest=digest(result),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A picture with all that stands around it.

    Attributes
    ----------
    name : str
        Unlike that of any other figure of the page.
    caption : Message
        The finding, as a sentence.
    alt : str
        The picture in words.
    wide, narrow : str
        Its SVG for two widths; the narrow one alone where wide is empty.
    how : tuple of Message
        How to read it.
    legend : tuple of (str, Message or Value)
        Looks of marks that need a word.
    more : Message or None
        What the picture leaves to the table.
    folds_how : bool
        Whether how to read it is folded away, because it stands beside an earlier figure of the section.
    """

    name: str
    caption: Message
    alt: str
    wide: str
    narrow: str
    how: tuple[Message, ...] = ()
    legend: tuple[tuple[str, Message | Value], ...] = ()
    more: Message | None = None
    folds_how: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A part of the report: its place, its title, its template, and what fills it.

    Attributes
    ----------
    name : str
        Its anchor, and the name of its template and style sheet.
    title : Message
        Its heading.
    view : callable
        Gives what the template shows, or None where there is nothing to show.
    shows_data : bool
        Whether numbers about people stand in it, so that a simulation must be marked.
    needs_script : bool
        Whether nothing of it works without the page's script, which then shows it.
    """

    name: str
    title: Message
    view: Callable[[Edition], dict[str, Any] | None]
    shows_data: bool = True
    needs_script: bool = False
