"""``biasaudit compare``: what moved between two results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from biasaudit.cli.main import ExitCode, say
from biasaudit.cli.writing import LANGUAGES, chosen_formats, language_infix, write_text

if TYPE_CHECKING:
    from biasaudit.results import Changes

#: Formats that can be asked for.
FORMATS = ("html", "json", "md")


@click.command("compare")
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to write to; that of AFTER by default.",
)
@click.option(
    "--format", "formats", default="html", show_default=True, metavar="LIST", help=f"Of: {', '.join(FORMATS)}."
)
@click.option("--lang", "language", type=click.Choice(LANGUAGES), help="Language; that of AFTER's audit by default.")
@click.option(
    "--fail-on-worse",
    is_flag=True,
    help="End in 1 where a gap in who is selected, or a gated one, is wider by more than chance.",
)
def command(
    *, before: Path, after: Path, out: Path | None, formats: str, language: str | None, fail_on_worse: bool
) -> int:
    """Write what moved between two results, and whether chance alone explains it.

    BEFORE and AFTER are result.json files or the folders that hold them.
    """
    from biasaudit.report import render_comparison_html, render_comparison_markdown
    from biasaudit.results import compare_results, load_result, result_file, to_json

    wanted = chosen_formats(formats, FORMATS)
    earlier, later = load_result(before), load_result(after)
    changes = compare_results(earlier, later)
    folder = out or result_file(after).parent
    infix = language_infix(language, later)
    if "html" in wanted:
        page = render_comparison_html(earlier, later, language=language)
        click.echo(str(write_text(folder / f"comparison{infix}.html", page)))
    if "json" in wanted:
        click.echo(str(write_text(folder / "comparison.json", to_json(changes))))
    if "md" in wanted:
        text = render_comparison_markdown(earlier, later, language=language)
        click.echo(str(write_text(folder / f"comparison{infix}.md", text)))
    tell(changes)
    return ExitCode.GATE if fail_on_worse and changes.fails else ExitCode.DONE


def tell(changes: Changes) -> None:
    """Say in a few lines what moved, on stderr."""
    moved = [one for one in changes.gaps if one.movement != "not_told"]
    if not moved:
        say(
            f"  none of {len(changes.gaps)} gaps and ratios moved by more than chance since {changes.before.ended[:10]}"
        )
    first = [one for one in moved if one.watched or (one.measure, one.statistic) == ("selection_rate", "gap")]
    for one in first:
        word = "on the other side" if one.movement == "across" else one.movement
        ends = " → ".join("none" if each.value is None else f"{each.value:.3f}" for each in (one.before, one.after))
        fails = ": fails" if one.fails else ""
        say(f"  {word}: {one.measure} {one.statistic} by {one.attribute}, {one.group}: {ends}{fails}")
    if others := len(moved) - len(first):
        say(f"  and {others} other gaps and ratios moved by more than chance; the report lists them")
    for left in changes.not_compared:
        what = f"{left.attribute} {left.measure}".strip()
        say(f"  not compared: {what} ({left.reason})")
