"""Writes the outputs of a result into a folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from biasaudit.cli.pdf import find_browser, print_pdf
from biasaudit.errors import ResultError

if TYPE_CHECKING:
    from biasaudit.results import AuditResult

#: Formats that can be asked for.
FORMATS = ("html", "json", "md", "junit", "pdf")
#: What can be written in them; the report is what it is by default.
FORMS = ("report", "ll144", "four-fifths", "annex-iv", "model-card")
#: Languages that a report can be written in.
LANGUAGES = ("en", "fr")
#: Roles that an attribute can be given for a form.
ROLES = ("sex", "race")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is written of a result.

    Attributes
    ----------
    formats : tuple of str
        Of :data:`FORMATS`.
    forms : tuple of str
        Of :data:`FORMS`.
    language : str or None
        None for the audit's own.
    roles : mapping
        Attributes by the role that a form needs them for.
    """

    formats: tuple[str, ...]
    forms: tuple[str, ...] = ("report",)
    language: str | None = None
    roles: Mapping[str, str] = field(default_factory=dict)


def output_options(default_formats: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a verb the options that say what is written."""
    options = (
        click.option(
            "--format",
            "formats",
            default=default_formats,
            show_default=True,
            metavar="LIST",
            help=f"Of: {', '.join(FORMATS)}.",
        ),
        click.option(
            "--form",
            "forms",
            default="report",
            show_default=True,
            metavar="LIST",
            help=f"What to write as html, md or pdf, of: {', '.join(FORMS)}.",
        ),
        click.option(
            "--role",
            "roles",
            multiple=True,
            metavar="ROLE=ATTRIBUTE",
            help="Which attribute is sex or race in the form ll144, where the audit does not declare it.",
        ),
        click.option(
            "--lang",
            "language",
            type=click.Choice(LANGUAGES),
            help="Language of the report; the audit's own by default.",
        ),
    )

    def given(verb: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            verb = option(verb)
        return verb

    return given


def wanted_outputs(formats: str, forms: str, roles: tuple[str, ...], language: str | None) -> Wanted:
    """Read what the options say; a wrong name is a usage error, and a PDF without a browser is told before any work."""
    chosen = chosen_formats(formats)
    if "pdf" in chosen:
        find_browser()
    return Wanted(
        formats=chosen,
        forms=chosen_formats(forms, FORMS, "form"),
        language=language,
        roles=dict(_role(text) for text in roles),
    )


def chosen_formats(text: str, allowed: tuple[str, ...] = FORMATS, what: str = "format") -> tuple[str, ...]:
    """Read a list of names; a wrong one is a usage error that names the right ones."""
    wanted = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
    for name in wanted:
        if name not in allowed:
            raise click.BadParameter(
                f"{name!r} is not a {what}. Allowed: {', '.join(allowed)}.", param_hint=f"--{what}"
            )
    return wanted


def _role(text: str) -> tuple[str, str]:
    role, sign, attribute = text.partition("=")
    if role not in ROLES or not sign or not attribute:
        raise click.BadParameter(f"{text!r} gives no role. Write sex=ATTRIBUTE or race=ATTRIBUTE.", param_hint="--role")
    return role, attribute


def write_outputs(result: AuditResult, folder: Path, wanted: Wanted, *, with_result: bool = True) -> Iterator[Path]:
    """Write a result and what was asked for beside it, one file after the other.

    Parameters
    ----------
    result : AuditResult
        The result, written as ``result.json``.
    folder : Path
        Made where it does not exist.
    wanted : Wanted
        What is written; another language than the audit's own becomes part of a file's name.
    with_result : bool
        False where the result stands in a file already, and only its reports are wanted.

    Yields
    ------
    Path
        Each file when it is written.

    Raises
    ------
    ResultError
        Where a file cannot be written; or, when all others are written, where a form cannot be filled.
    """
    from biasaudit.results import to_json

    if with_result:
        yield write_text(folder / "result.json", to_json(result))
    infix = language_infix(wanted.language, result)
    unfilled: list[str] = []
    for form in sorted(wanted.forms, key=FORMS.index):
        stem = folder / f"{form}{infix}"
        try:
            texts = _texts(result, wanted, form)
        except ResultError as error:
            unfilled.append(str(error))
            continue
        if "html" in wanted.formats:
            yield write_text(stem.with_name(f"{stem.name}.html"), texts["html"])
        if "pdf" in wanted.formats:
            yield print_pdf(texts["html"], stem.with_name(f"{stem.name}.pdf"))
        if "md" in wanted.formats:
            yield write_text(stem.with_name(f"{stem.name}.md"), texts["md"])
        if form == "report" and "junit" in wanted.formats:
            yield write_text(folder / "junit.xml", _junit(result))
    if unfilled:
        raise ResultError("\n".join(unfilled))


def language_infix(language: str | None, result: AuditResult) -> str:
    """Give the part of a file's name that says its language, where that is not the audit's own."""
    return "" if language in (None, result.audit.language) else f".{language}"


def _texts(result: AuditResult, wanted: Wanted, form: str) -> dict[str, str]:
    """Write the report or a form in every markup that was asked for."""
    texts = {}
    if {"html", "pdf"} & {*wanted.formats}:
        texts["html"] = _text(result, wanted, form, "html")
    if "md" in wanted.formats:
        texts["md"] = _text(result, wanted, form, "md")
    return texts


def _text(result: AuditResult, wanted: Wanted, form: str, markup: Literal["html", "md"]) -> str:
    """Write the report or a form."""
    from biasaudit.report import render_form, render_html, render_markdown

    if form == "report":
        return (render_html if markup == "html" else render_markdown)(result, language=wanted.language)
    return render_form(result, form, language=wanted.language, markup=markup, roles=wanted.roles)


def _junit(result: AuditResult) -> str:
    from biasaudit.report import render_junit

    return render_junit(result)


def require_writable(folder: Path) -> None:
    """Refuse a folder that cannot be made or written, before anything is measured for it.

    Raises
    ------
    ResultError
        Where a file stands in its way, or its nearest folder may not be written.
    """
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not nearest.is_dir():
        raise ResultError(f"{folder}: cannot be written ({nearest} is a file).")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise ResultError(f"{folder}: cannot be written (no permission in {nearest}).")


def write_text(path: Path, text: str, *, make_folder: bool = True) -> Path:
    """Write a file, its folder made where there is none; what cannot be written is told in one sentence."""
    try:
        if make_folder:
            path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise ResultError(f"{path}: cannot be written ({error.strerror}).") from None
    return path
