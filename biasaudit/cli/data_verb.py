"""``biasaudit data``: named datasets."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from biasaudit.cli.data_provenance import provenance
from biasaudit.cli.main import ExitCode, say, visible
from biasaudit.cli.writing import write_text
from biasaudit.errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from biasaudit.data.importers import ImportedLog


@click.group("data")
def command() -> None:
    """Show and fetch named datasets."""


command.add_command(provenance)


@command.command("list")
def list_() -> int:
    """Show the named datasets, their tables and licences."""
    from biasaudit.data.datasets import list_datasets

    for card in list_datasets():
        click.echo(visible(f"{card.name}  [{card.nature}]  {card.title}"))
        click.echo(visible(f"  tables: {', '.join(f'{card.name}/{table}' for table in card.tables)}"))
        click.echo(visible(f"  licence: {card.licence}"))
    return ExitCode.DONE


@command.command("fetch")
@click.argument("names", metavar="NAME…", nargs=-1, required=True)
def fetch(*, names: tuple[str, ...]) -> int:
    """Download the raw files of datasets and check their digests."""
    from biasaudit.data.datasets import fetch_dataset

    for name in names:
        paths = fetch_dataset(name)
        for path in paths:
            click.echo(str(path))
        if not paths:
            say(f"{name}: nothing to download; its files travel with biasaudit or with an installed package.")
    return ExitCode.DONE


@command.command("describe")
@click.argument("files", metavar="FILE…", nargs=-1, required=True)
@click.option("--format", "format_", help="Format of the files; guessed by default.")
@click.option("--item", help="Field that names the item; guessed by default.")
@click.option("--annotator", help="Column that names the annotator in a long table; guessed by default.")
@click.option("--label", help="Field of the answer; guessed by default.")
@click.option("--write", "target", type=click.Path(path_type=Path), help="Write the [annotations] table to this file.")
def describe(
    *,
    files: tuple[str, ...],
    format_: str | None,
    item: str | None,
    annotator: str | None,
    label: str | None,
    target: Path | None,
) -> int:
    """Say what an annotation log holds, and write a first [annotations] table.

    FILE is an export of a labelling platform or a long table; several of one format, a folder or a
    pattern are read as one log. No name of an annotator is shown.
    """
    from biasaudit.data.describing import describe_log
    from biasaudit.data.describing_words import first_table, told

    if target is not None and target.exists():
        raise click.ClickException(f"{target} exists already; nothing was written.")
    imported, found, code = _imported(files, format_)
    described = describe_log(imported, found, item=item, annotator=annotator, label=label)
    click.echo(visible(told(described, guessed=format_ is None)))
    table = first_table(described, _paths(files, imported, target))
    if target is None:
        click.echo(visible(table), nl=False)
    else:
        write_text(target, table, make_folder=False)
        say(f"Wrote {target}. Check what is marked as a guess, and put it into an audit.toml.")
    return code


def _imported(files: tuple[str, ...], format_: str | None) -> tuple[ImportedLog, str, ExitCode]:
    """Read a log; give its format, and what a failed plugin means for the exit code."""
    from biasaudit.data.datasets import is_dataset, load_table
    from biasaudit.data.importers import ImportedLog
    from biasaudit.data.importers.guessing import guess_format
    from biasaudit.data.logs import find_files
    from biasaudit.plugins import guarded_importer, offered_importers
    from biasaudit.spec import nearest_name

    if len(files) == 1 and not Path(files[0]).exists() and is_dataset(files[0]):
        frame, fingerprint = load_table(files[0], role="annotations")
        return ImportedLog(frame=frame, source=fingerprint.source), "long", ExitCode.DONE
    importers, origins, failures = offered_importers()
    for failure in failures:
        say(f"failed to load: {failure}")
        if failure.name == format_ and format_ not in importers:
            raise PluginError(str(failure))
    if format_ is not None and format_ not in importers:
        near = nearest_name(format_, importers)
        hint = f" Did you mean {near!r}?" if near else ""
        allowed = ", ".join(sorted(importers))
        raise click.BadParameter(f"{format_!r} is no format.{hint} Allowed: {allowed}.", param_hint="--format")
    paths, _ = find_files(files, Path.cwd())
    name = format_ or guess_format(paths[0])
    imported = guarded_importer(importers[name], name, origins[name])(paths)
    return imported, name, ExitCode.PARTIAL if failures else ExitCode.DONE


def _paths(files: tuple[str, ...], imported: ImportedLog, target: Path | None) -> Sequence[str]:
    """Name files as the written table should: seen from its folder, and by pattern where names are people's."""
    named = [file if target is None or "://" in file else _seen_from(file, target) for file in files]
    if imported.files_are_annotators:
        return tuple(
            dict.fromkeys(
                str(Path(name).parent / "*.jsonl") if Path(name).suffix == ".jsonl" else name for name in named
            )
        )
    return tuple(named)


def _seen_from(file: str, target: Path) -> str:
    if not Path(file).exists() and not any(sign in file for sign in "*?["):
        return file  # a named dataset
    try:
        return Path(os.path.relpath(file, target.resolve().parent)).as_posix()
    except ValueError:  # on another drive
        return Path(file).resolve().as_posix()
