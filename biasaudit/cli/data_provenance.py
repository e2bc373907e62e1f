"""``biasaudit data provenance``: how labels were made, from one form of file into another."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from biasaudit.cli.main import ExitCode, say
from biasaudit.cli.writing import write_text


@click.command("provenance")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--to", "form", type=click.Choice(["toml", "croissant", "prov"]), default="toml", help="Form to write.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write; standard output by default."
)
def provenance(*, file: Path, form: Literal["toml", "croissant", "prov"], out: Path | None) -> int:
    """Turn a provenance.toml, a Croissant file or PROV-JSON into one of the others.

    What the wanted form has no word for is written in words of our own, and told.
    """
    from biasaudit.data.provenance import read_any_provenance, write_provenance

    read = read_any_provenance(file)
    text, apart = write_provenance(read.spec, form)
    if out is None:
        click.echo(text, nl=False)
    else:
        click.echo(str(write_text(out, text, make_folder=False)))
    if read.apart:
        say(f"{file}: not read, for a provenance has no key for it: {', '.join(read.apart)}.")
    if apart:
        say(f"Croissant RAI 1.0 has no word for {', '.join(apart)}: they stand in biasaudit:provenance.")
    return ExitCode.DONE
