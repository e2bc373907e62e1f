"""Puts the sections of a report together into one self-contained page."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from biasaudit.report.edition import Edition, Section, edition_of
from biasaudit.report.evidence import evidence_links
from biasaudit.report.messages import Message, counted, message
from biasaudit.report.pictures.look import COLOURS
from biasaudit.report.readable import readable
from biasaudit.report.sections import SECTIONS
from biasaudit.report.sections.sign import result_foot
from biasaudit.report.verdicts import rows_to_settle
from biasaudit.report.words import termed
from biasaudit.report.workshop import asked_beside
from biasaudit.report.writer import capital, isolated
from biasaudit.results import FEWEST_PEOPLE, TOO_FEW_TO_SHOW

if TYPE_CHECKING:
    from jinja2 import Environment

    from biasaudit.results import AuditResult

#: Style sheets that are no section's own, before and after those of the sections.
_BEFORE, _AFTER = ("palette", "page", "text", "tables", "figures", "chain", "first"), ("print",)
#: Scripts, each whole without the others, in the order in which they run.
_SCRIPTS = ("page", "chosen", "line", "tables")
_ID = re.compile(r' id="([^"]+)"')


def page_of(result: AuditResult, code: str) -> str:
    """Write the page of a result in a language.

    Parameters
    ----------
    result : AuditResult
        The result.
    code : str
        Language of the page.
    """
    edition = edition_of(result, code)
    title = edition.language.own(result.audit.title)
    return page_with(edition, SECTIONS, title=title, foot=result_foot(edition), is_asking=True)


def page_with(
    edition: Edition, sections: tuple[Section, ...], *, title: str, foot: str, is_asking: bool = False
) -> str:
    """Put some sections together into one page.

    Parameters
    ----------
    edition : Edition
        What they are written from.
    sections : tuple of Section
        In the order in which they are read; the first one is the first screen.
    title, foot : str
        Of the page, and of every printed page; plain text.
    is_asking : bool
        Whether questions for a workshop stand beside the sections.
    """
    templates = environment()
    words = {**words_of(edition), "title": title}
    shown: list[tuple[Any, Markup]] = []
    anchors: set[str] = set()
    # Findings link to what stands in the other sections, so they are written when all of those are.
    views = [(section, view) for section in sections if (view := section.view(edition)) is not None]
    words["contents"] = [section for section, _ in views]
    written: dict[str, Markup] = {}
    for section, view in sorted(views, key=lambda each: each[0].name == "findings"):
        if section.name == "findings":
            words["evidence"] = lambda finding: evidence_links(edition, finding, frozenset(anchors))
        text = templates.get_template(f"{section.name}.html").render(**words, **view, section=section)
        anchors.update(_ID.findall(text))
        written[section.name] = Markup(text)  # noqa: S704 - written by our own templates, with autoescape on
    shown = [(section, written[section.name]) for section in sections if section.name in written]
    heads = running_heads(edition, title, foot)
    style, script = style_of([section.name for section, _ in shown], heads), _script()
    page = templates.get_template("page.html").render(
        **words,
        sections=shown,
        script_words=_script_words(edition),
        asked=asked_beside(edition.result, [section.name for section, _ in shown]) if is_asking else {},
        style=Markup(style),  # noqa: S704 - our own, with the one user's text in it escaped for CSS
        script=Markup(script),  # noqa: S704 - our own
        style_hash=policy_hash(style),
        script_hash=policy_hash(script),
    )
    return without_blank_lines(page)


def without_blank_lines(text: str) -> str:
    """Take out the blank lines that templates leave."""
    return re.sub(r"\n\s*\n+", "\n", text).strip() + "\n"


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Prepare the templates, with autoescape on and undefined names as errors."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("biasaudit.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        # Whatever of a user's reaches a page without a writer is at least fit to be shown.
        finalize=lambda value: readable(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def words_of(edition: Edition) -> dict[str, Any]:
    """Give templates the words and numbers of a language, all of it escaped already or safe."""
    language, html = edition.language, edition.html

    def marked(write: Callable[..., str]) -> Callable[..., Markup]:
        return lambda *args: Markup(write(*args))  # noqa: S704 - the HTML writer escapes whatever it writes

    def translated(template: str, /, **values: Any) -> Markup:
        return _filled(html.say(message(template)), values)

    def plural(number: float, one: str, many: str, /, **values: Any) -> Markup:
        return _filled(html.say(counted(number, one, many)), values)

    def term(table: dict[str, Message], code: str) -> Markup:
        return Markup(html.say(termed(table, code)))  # noqa: S704 - as above

    return {
        "_": translated,
        "_n": plural,
        "say": marked(html.say),
        "sentence": marked(html.sentence),
        "own": marked(html.own),
        "titled": marked(lambda word: capital(html.own(word))),
        "reason": marked(html.reason),
        "claim": marked(html.claim),
        "term": term,
        "language": language,
        "result": edition.result,
        "audit": edition.result.audit,
        "rows_to_settle": rows_to_settle,
        "fewest": FEWEST_PEOPLE,
        "too_few": TOO_FEW_TO_SHOW,
    }


def _filled(text: str, values: dict[str, Any]) -> Markup:
    template = Markup(text)  # noqa: S704 - a message of ours, escaped by the writer; Markup escapes its values
    shown = {key: readable(value) if type(value) is str else value for key, value in values.items()}
    return template.format(**shown) if shown else template


def style_of(sections: list[str], heads: str) -> str:
    """Join the style sheets of a page, its colours, and what stands on every printed sheet of it."""
    place = files("biasaudit.report") / "style"
    sheets = [place / f"{name}.css" for name in dict.fromkeys((*_BEFORE, *sections, *_AFTER))]
    parts = [sheet.read_text(encoding="utf-8") for sheet in sheets if sheet.is_file()]
    colours = "".join(
        f'.picture [fill="{colour}"]{{fill:var(--{name})}}.picture [stroke="{colour}"]{{stroke:var(--{name})}}\n'
        for name, colour in COLOURS.items()
    )
    # The policy of the page knows the sheet by its digest, so it must stand in the page as it is hashed.
    return without_blank_lines("\n".join([*parts, colours, heads]))


def running_heads(edition: Edition, title: str, foot: str) -> str:
    """Write what stands at the head and foot of every printed page."""
    mark = edition.says(message("Simulated data")) if edition.result.audit.nature == "simulated" else ""
    return (
        "@page{"
        f"@top-left{{content:{_css_text(isolated(title))}}}@top-right{{content:{_css_text(mark)}}}"
        f"@bottom-left{{content:{_css_text(foot)}}}"
        "@bottom-right{content:counter(page) ' / ' counter(pages)}}\n"
    )


def _css_text(text: str) -> str:
    """Write any text as a CSS string: every character that is no plain letter or digit by its number."""
    escaped = "".join(
        character if character.isascii() and character.isalnum() else f"\\{ord(character):06x}"
        for character in text[:120]
    )
    return f'"{escaped}"'


@lru_cache(maxsize=1)
def _script() -> str:
    place = files("biasaudit.report") / "script"
    return without_blank_lines("\n".join((place / f"{name}.js").read_text(encoding="utf-8") for name in _SCRIPTS))


def _script_words(edition: Edition) -> str:
    """Give the script the words that it writes, and the marks with which the language writes numbers."""
    language = edition.language
    sample = language.number(1234.5, 1)
    texts = {"filter": message("Show only rows with"), "rows": message("{n} of {total} rows")}
    words = {key: language.translated(text.template) for key, text in texts.items()}
    return json.dumps({**words, "thousands": sample[1], "point": sample[-2]}, sort_keys=True)


def policy_hash(text: str) -> str:
    """Give the digest by which a content security policy knows a style sheet or script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
