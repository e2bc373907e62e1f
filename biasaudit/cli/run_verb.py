"""``biasaudit run``: run audits and write their results and reports."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from biasaudit.cli.compare_verb import tell
from biasaudit.cli.main import ExitCode, one_line, say, visible
from biasaudit.cli.writing import Wanted, output_options, require_writable, wanted_outputs, write_outputs
from biasaudit.errors import ResultError

if TYPE_CHECKING:
    from biasaudit.results import AuditResult

#: A progress bar appears only for work that lasts longer than this.
QUIET_SECONDS = 2.0
#: How often its time is written anew.
TICK_SECONDS = 1.0


@click.command("run")
@click.argument("audits", metavar="AUDIT…", nargs=-1, required=True)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("reports"),
    show_default=True,
    help="Folder that gets one folder an audit.",
)
@output_options("html,json")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override one key: model.threshold=0.4.")
@click.option("--jobs", type=click.IntRange(min=1), default=None, help="Processes for refits; all cores by default.")
@click.option(
    "--trust-pickle", is_flag=True, help="Open pickled models. A pickle can run any code: only for files you made."
)
@click.option(
    "--relabelled",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Labels given anew (csv, parquet, or a Label Studio export): they replace the first ones, and what they did "
    "is measured.",
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="RESULT",
    help="The last accepted result (a result.json, its folder, or a folder with one folder an audit): the run fails "
    "where a gap in who is selected, or a gated one, is wider since by more than chance.",
)
@click.option("--quiet", is_flag=True, help="No progress and no summary.")
def command(
    *,
    audits: tuple[str, ...],
    out: Path,
    formats: str,
    forms: str,
    roles: tuple[str, ...],
    language: str | None,
    overrides: tuple[str, ...],
    jobs: int | None,
    trust_pickle: bool,
    relabelled: Path | None,
    baseline: Path | None,
    quiet: bool,
) -> int:
    """Run audits and write their results and reports.

    AUDIT is a bundled name, a folder with an audit.toml, or such a file.
    """
    import os

    from biasaudit.cli.relabel_files import write_relabel_files
    from biasaudit.engine import run_whole
    from biasaudit.running.steps import silent

    wanted = wanted_outputs(formats, forms, roles, language)
    if relabelled is not None and len(audits) > 1:
        raise click.UsageError("--relabelled holds the labels of one audit: run it alone.")
    require_writable(out)
    codes = []
    for audit in audits:
        ran = run_whole(
            audit,
            overrides=overrides,
            jobs=jobs or os.cpu_count() or 1,
            trust_pickle=trust_pickle,
            progress=silent if quiet else _bar,
            relabelled=relabelled,
            baseline=baseline,
        )
        result = ran.result
        folder = out / result.audit.name
        written: list[Path] = []
        is_whole = _written(result, folder, wanted, written)
        written += write_relabel_files(ran.to_relabel, folder)
        if not quiet:
            _summarise(result)
        for path in written:
            click.echo(str(path))
        codes.append(exit_code(result) if is_whole else ExitCode.PARTIAL)
    return max(codes)


def _written(result: AuditResult, folder: Path, wanted: Wanted, written: list[Path]) -> bool:
    """Write the outputs of a result, noting each file; False where a form could not be filled after the run."""
    try:
        written.extend(write_outputs(result, folder, wanted))
    except ResultError as error:
        if folder / "result.json" not in written:
            raise
        say(str(error))
        return False
    return True


def exit_code(result: AuditResult) -> ExitCode:
    """Give the exit code of a result: a partial one wins over a gate, and a gate over a gap that got wider."""
    if result.status != "complete":
        return ExitCode.PARTIAL
    is_worse = result.changes is not None and result.changes.fails
    return ExitCode.GATE if is_worse or any(gate.fails for gate in result.gates) else ExitCode.DONE


@contextmanager
def _bar(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    from tqdm import tqdm

    done = threading.Event()
    with tqdm(
        desc=visible(what),
        total=total,
        delay=QUIET_SECONDS,
        leave=False,
        bar_format=None if total else "{desc} {elapsed}",
    ) as bar:

        def tick() -> None:
            # Work of unknown length never calls back, and would otherwise stay silent however long it takes.
            waited = QUIET_SECONDS
            while not done.wait(waited):
                bar.refresh()
                waited = TICK_SECONDS

        ticking = threading.Thread(target=tick, daemon=True)
        ticking.start()
        try:
            yield bar.update
        finally:
            done.set()
            ticking.join()


def _summarise(result: AuditResult) -> None:
    """Say what was found in a few lines, on stderr."""
    say(f"\n{one_line(result.audit.title)}")
    if result.audit.notice:
        say(one_line(result.audit.notice))
    for finding in result.findings:
        if finding.code == "BA301" or finding.outcome == "failed":
            say(one_line(f"- {finding.claim or finding.reason}", indent=2))
    for gate in result.gates:
        bounds = ", ".join(f"{key} {gate.gate[key]}" for key in ("at_least", "at_most") if gate.gate[key] is not None)
        what = f"{gate.gate['measure']} {gate.gate['statistic']} by {gate.gate['attribute']}, {bounds}"
        reason = f" ({gate.reason})" if gate.reason else ""
        say(one_line(f"gate {gate.outcome.replace('_', ' ')}: {what}{reason}", indent=2))
    if result.changes is not None:
        tell(result.changes)
    for step in result.steps:
        if step.outcome == "failed":
            say(one_line(f"step failed: {step.name}: {step.reason}", indent=2))
