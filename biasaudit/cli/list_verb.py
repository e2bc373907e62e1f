"""``biasaudit list``: the audits that can be run by name."""

from __future__ import annotations

import json

import click

from biasaudit.cli.main import ExitCode, one_line, say, visible
from biasaudit.plugins import audit_title, list_audits


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
def command(*, as_json: bool) -> int:
    """Show the audits that can be run by name."""
    audits, failures = list_audits()
    if as_json:
        listed = [{"name": audit.name, "title": audit_title(audit), "origin": audit.origin} for audit in audits]
        click.echo(json.dumps(listed, ensure_ascii=False, indent=1))
    else:
        width = max((len(audit.name) for audit in audits), default=0)
        for audit in audits:
            click.echo(f"{visible(audit.name):<{width}}  {one_line(audit_title(audit))}")
    for failure in failures:
        say(f"failed to load: {failure}")
    return ExitCode.PARTIAL if failures else ExitCode.DONE
