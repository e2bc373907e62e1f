"""``biasaudit explain``: a letter to the person whom one decision concerns."""

from __future__ import annotations

from pathlib import Path

import click

from biasaudit.cli.main import ExitCode
from biasaudit.cli.writing import LANGUAGES, write_text

#: Forms of a letter, by the ending of the file that asks for one.
FORMS = {"text": ".txt", "html": ".html", "md": ".md"}


@click.command("explain")
@click.argument("result", type=click.Path(path_type=Path))
@click.option(
    "--item", required=True, help="The person: an id of the data, or the number of a row where there are none."
)
@click.option(
    "--audit",
    metavar="AUDIT",
    help="The audit that was run: audit.toml beside the result, or the bundled one, by default.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Another file that holds the person's row; the audit's own data by default.",
)
@click.option(
    "--lang", "language", type=click.Choice(LANGUAGES), help="Language of the letter; the audit's own by default."
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write; without it the letter goes to stdout.",
)
@click.option(
    "--format", "form", type=click.Choice(tuple(FORMS)), help="Form of the letter; by the ending of --out, else text."
)
@click.option(
    "--trust-pickle", is_flag=True, help="Open a pickled model. A pickle can run any code: only for files you made."
)
def command(
    *,
    result: Path,
    item: str,
    audit: str | None,
    data: Path | None,
    language: str | None,
    out: Path | None,
    form: str | None,
    trust_pickle: bool,
) -> int:
    """Explain one decision to the person concerned.

    RESULT is a result.json or the folder that holds it. The audit's model is made again and held against the result;
    the letter says what was decided, what counted and how, and what would have changed it. A human must sign it.
    """
    from biasaudit.explaining import explain
    from biasaudit.report import render_letter
    from biasaudit.results import load_result, result_file

    loaded = load_result(result)
    beside = result_file(result).with_name("audit.toml")
    told = explain(
        loaded,
        item,
        audit=audit or (beside if beside.is_file() else None),
        data=data,
        trust_pickle=trust_pickle,
    )
    endings = {ending: name for name, ending in FORMS.items()}
    chosen = form or (endings.get(out.suffix.lower(), "text") if out is not None else "text")
    letter = render_letter(loaded, told, language=language, form=chosen)
    if out is None:
        click.echo(letter, nl=False)
    else:
        click.echo(str(write_text(out, letter)))
    return ExitCode.DONE
