"""``biasaudit report``: write a report again from a result."""

from __future__ import annotations

from pathlib import Path

import click

from biasaudit.cli.main import ExitCode
from biasaudit.cli.writing import output_options, wanted_outputs, write_outputs


@click.command("report")
@click.argument("result", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Folder to write to; the result's own by default."
)
@click.option("--pdf", "as_pdf", is_flag=True, help="A PDF too, printed by a Chromium, Chrome or Edge of this machine.")
@output_options("html")
def command(
    *,
    result: Path,
    out: Path | None,
    as_pdf: bool,
    formats: str,
    forms: str,
    roles: tuple[str, ...],
    language: str | None,
) -> int:
    """Write a report again from RESULT, a result.json or the folder that holds it."""
    from biasaudit.results import load_result

    wanted = wanted_outputs(f"{formats},pdf" if as_pdf else formats, forms, roles, language)
    loaded = load_result(result)
    folder = out or (result if result.is_dir() else result.parent)
    for path in write_outputs(loaded, folder, wanted, with_result="json" in wanted.formats):
        click.echo(str(path))
    return ExitCode.DONE
