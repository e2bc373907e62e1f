"""Writes the outputs of a result into a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from biasaudit.errors import ResultError

if TYPE_CHECKING:
    from biasaudit.results import AuditResult

#: Formats that can be asked for.
FORMATS = ("html", "json", "md", "junit")
#: Languages that a report can be written in.
LANGUAGES = ("en", "fr")


def chosen_formats(text: str, formats: tuple[str, ...] = FORMATS) -> tuple[str, ...]:
    """Read a list of formats; a wrong one is a usage error that names the right ones."""
    wanted = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
    for name in wanted:
        if name not in formats:
            raise click.BadParameter(f"{name!r} is not a format. Allowed: {', '.join(formats)}.", param_hint="--format")
    return wanted


def write_outputs(
    result: AuditResult, folder: Path, formats: tuple[str, ...], language: str | None, *, with_result: bool = True
) -> list[Path]:
    """Write a result and what was asked for beside it.

    Parameters
    ----------
    result : AuditResult
        The result, written as ``result.json``.
    folder : Path
        Made where it does not exist.
    formats : tuple of str
        Of :data:`FORMATS`.
    language : str or None
        None for the audit's own; another one becomes part of the file's name.
    with_result : bool
        False where the result stands in a file already, and only its reports are wanted.

    Returns
    -------
    list of Path
        Files written.
    """
    from biasaudit.results import to_json

    written = [write_text(folder / "result.json", to_json(result))] if with_result else []
    own = language in (None, result.audit.language)
    infix = "" if own else f".{language}"
    for name, (stem, ending, render) in _renderers(result, language).items():
        if name in formats:
            written.append(write_text(folder / f"{stem}{infix if name != 'junit' else ''}.{ending}", render()))
    return written


def _renderers(result: AuditResult, language: str | None) -> dict[str, tuple[str, str, Callable[[], str]]]:
    from biasaudit.report import render_html, render_junit, render_markdown

    return {
        "html": ("report", "html", lambda: render_html(result, language=language)),
        "md": ("report", "md", lambda: render_markdown(result, language=language)),
        "junit": ("junit", "xml", lambda: render_junit(result)),
    }


def write_text(path: Path, text: str) -> Path:
    """Write a file, its folder made where there is none; what cannot be written is told in one sentence."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise ResultError(f"{path}: cannot be written ({error.strerror}).") from None
    return path
