"""``biasaudit report``: write a report again from a result, or an index over several."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import click

from biasaudit.cli.main import ExitCode
from biasaudit.cli.writing import language_infix, output_options, wanted_outputs, write_outputs, write_text
from biasaudit.errors import ResultError

if TYPE_CHECKING:
    from biasaudit.results import AuditResult


@click.command("report")
@click.argument("results", metavar="RESULT…", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to write to; the result's own by default. Of several results: the folder of their index.",
)
@click.option("--pdf", "as_pdf", is_flag=True, help="A PDF too, printed by a Chromium, Chrome or Edge of this machine.")
@output_options("html")
def command(
    *,
    results: tuple[Path, ...],
    out: Path | None,
    as_pdf: bool,
    formats: str,
    forms: str,
    roles: tuple[str, ...],
    language: str | None,
) -> int:
    """Write a report again from RESULT, a result.json or the folder that holds it.

    Of several, each report is written beside its result, and index.html over all of them: what each
    says, what moved from run to run, and links.
    """
    from biasaudit.results import load_result, result_file

    wanted = wanted_outputs(f"{formats},pdf" if as_pdf else formats, forms, roles, language)
    folders = [result_file(path).parent for path in results]
    _each_its_own(results, folders)
    loaded = [load_result(path) for path in results]
    for result, folder in zip(loaded, folders, strict=True):
        place = out if out is not None and len(results) == 1 else folder
        for path in write_outputs(result, place, wanted, with_result="json" in wanted.formats):
            click.echo(str(path))
    if len(results) > 1 and "html" in wanted.formats:
        click.echo(str(_write_index(loaded, folders, out, language)))
    return ExitCode.DONE


def _each_its_own(results: tuple[Path, ...], folders: list[Path]) -> None:
    """Refuse two results in one folder: one report would be written over the other."""
    seen: dict[Path, Path] = {}
    for path, folder in zip(results, folders, strict=True):
        whole = folder.resolve()
        if whole in seen:
            raise ResultError(
                f"{seen[whole]} and {path} stand in one folder, so that one report would be written over the other. "
                "Give each result a folder of its own."
            )
        seen[whole] = path


def _write_index(loaded: list[AuditResult], folders: list[Path], out: Path | None, language: str | None) -> Path:
    """Write the index into the folder that holds all results, or into the one that was asked for."""
    from biasaudit.report import render_index

    place = out or Path(os.path.commonpath([folder.resolve() for folder in folders]))
    listed = []
    for result, folder in zip(loaded, folders, strict=True):
        report = (folder / f"report{language_infix(language, result)}.html").resolve()
        link = Path(os.path.relpath(report, place.resolve())).as_posix()
        listed.append((result, quote(link) if report.is_file() else ""))
    return write_text(
        place / f"index{language_infix(language, loaded[0])}.html", render_index(listed, language=language)
    )
