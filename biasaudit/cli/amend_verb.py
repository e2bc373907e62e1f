"""``biasaudit amend``: append words to a result, never touching what it found."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from biasaudit.cli.main import ExitCode, say
from biasaudit.cli.writing import write_text


@click.command("amend")
@click.argument("result", type=click.Path(path_type=Path))
@click.option("--author", required=True, help="Who answers for the amendment.")
@click.option("--reason", required=True, help="Why it is needed.")
@click.option("--text", required=True, help="What is to be read beside the result; - reads it from standard input.")
def command(*, result: Path, author: str, reason: str, text: str) -> int:
    """Append an amendment to RESULT, a result.json or the folder that holds it.

    No number changes. Every amendment keeps the digest of the result before it, and the report shows
    all of them: write it again with `biasaudit report RESULT`.
    """
    from biasaudit.results import amend, load_result, result_file, to_json

    loaded = load_result(result)
    words = sys.stdin.read() if text == "-" else text
    amended = amend(loaded, author=author, reason=reason, text=words)
    path = result_file(result)
    # A full disk or a stopped process must not leave half a result behind.
    write_text(path.with_name(f".{path.name}.amended"), to_json(amended)).replace(path)
    say(f"Amendment {len(amended.amendments)} is appended; `biasaudit report` writes the report again.")
    click.echo(str(path))
    return ExitCode.DONE
