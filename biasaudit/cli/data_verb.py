"""``biasaudit data``: named datasets."""

from __future__ import annotations

import click

from biasaudit.cli.main import ExitCode, say, visible


@click.group("data")
def command() -> None:
    """Show and fetch named datasets."""


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
