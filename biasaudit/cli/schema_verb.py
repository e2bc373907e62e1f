"""``biasaudit schema``: the JSON Schemas, for editors and for checks from outside."""

from __future__ import annotations

import json

import click

from biasaudit.cli.main import ExitCode


@click.command("schema")
@click.argument("which", type=click.Choice(["audit", "provenance", "result"]))
def command(*, which: str) -> int:
    """Print the JSON Schema of audit.toml, provenance.toml or result.json."""
    if which == "audit":
        from biasaudit.spec import audit_schema as schema
    elif which == "provenance":
        from biasaudit.spec import provenance_schema as schema
    else:
        from biasaudit.results import result_schema as schema
    click.echo(json.dumps(schema(), indent=2, sort_keys=True, ensure_ascii=False))
    return ExitCode.DONE
