"""``biasaudit new``: begin an audit in a folder of its own."""

from __future__ import annotations

import re
from pathlib import Path

import click

from biasaudit.cli.main import ExitCode, say

TEMPLATE = """\
# An audit, declared. Complete it, then: biasaudit run {name}
# `biasaudit schema audit` prints the grammar for your editor.
schema = 1

[audit]
name = "{name}"
title = "{title}"
question = "Who is selected?"
decision = "selected"                # the positive decision, in words: "called to interview"
people = "applicants"                # who is judged, as a plural

[data]
path = "people.csv"                  # csv or parquet, beside this file
id = "id"                            # a column that names each person once
outcome = "selected"                 # the label a model learns from
positive_value = 1
# features = ["…"]                   # every column without another role, by default

[[protected]]
column = "sex"
reference = "largest"                # or a value of the column, or "most_selected"
reason = "say why this group is the reference"

[groups]
minimum_size = 30                    # smaller groups are listed and never judged

[tolerance]                          # what you accept, and who agreed on it
gap = 0.05
ratio = 0.8
reason = "say who agreed on it, and when"

[model]                              # exactly one of train, load, score or decision
train = "logistic_regression"
threshold = 0.5                      # or share = 0.25, or quota = 150

# [annotations]                      # who labelled what: `biasaudit data describe FILE` writes this table
# path = "labels.csv"
# provenance = "provenance.toml"     # how they were made: `biasaudit schema provenance`
# item = "id"
# annotator = "annotator"
# label = "label"
# units = ["vendor"]
# reference = {{ column = "gold" }}    # or {{ unit = "expert-panel" }} or "peers"

# [[gate]]                           # a bound that decides the exit code
# attribute = "sex"
# measure = "selection_rate"
# statistic = "ratio"
# at_least = 0.8
"""


@click.command("new")
@click.argument("name")
@click.option(
    "--in", "parent", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="Folder to make it in."
)
def command(*, name: str, parent: Path) -> int:
    """Begin an audit called NAME: a folder with an audit.toml to complete."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", name):
        raise click.BadParameter("lower-case letters, digits and hyphens, at most 64", param_hint="NAME")
    folder = parent / name
    if folder.exists():
        raise click.ClickException(f"{folder} exists already; nothing was written.")
    folder.mkdir(parents=True)
    file = folder / "audit.toml"
    file.write_text(TEMPLATE.format(name=name, title=name.replace("-", " ").capitalize()), encoding="utf-8")
    say(f"Made {file}. Complete it, put people.csv beside it, then: biasaudit run {folder}")
    click.echo(str(file))
    return ExitCode.DONE
