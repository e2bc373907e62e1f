"""Two results as one page, or as Markdown: what moved from the earlier to the later."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from biasaudit.report.changed import attributes_of, headline, selection_gaps, told
from biasaudit.report.changes_markdown import changes_blocks
from biasaudit.report.edition import Edition, Section, edition_of
from biasaudit.report.messages import Message, message
from biasaudit.report.page import page_with
from biasaudit.report.sections import changes as changes_section
from biasaudit.report.sections.sign import SHORT_DIGEST
from biasaudit.report.writer import escaped_markdown, markdown_writer
from biasaudit.results import AuditResult, RunFacts, compare_results, digest, run_facts
from biasaudit.results.sentences import name


def comparison_page(before: AuditResult, after: AuditResult, code: str) -> str:
    """Write what moved between two results as one self-contained page.

    Parameters
    ----------
    before, after : AuditResult
        The earlier and the later result.
    code : str
        Language of the page.
    """
    edition = _edition(before, after, code)
    runs = (run_facts(before), run_facts(after))
    sections = (
        Section(name="compared", title=message("In short"), view=lambda own: _short(own, runs)),
        Section(name="changes", title=message("Gap by gap"), view=_gap_by_gap),
    )
    marks = [name(run.digest[:SHORT_DIGEST]) for run in runs]
    foot = edition.says(message("Results {before} and {after}", before=marks[0], after=marks[1]))
    return page_with(edition, sections, title=edition.says(_title(runs)), foot=foot)


def comparison_markdown(before: AuditResult, after: AuditResult, code: str) -> str:
    """Write what moved between two results as Markdown."""
    edition = _edition(before, after, code)
    writer = markdown_writer(edition.language)
    runs = (run_facts(before), run_facts(after))
    lines = [
        f"- {writer.sentence(word)}: {_run(edition, run)}"
        for word, run in zip((message("before"), message("now")), runs, strict=True)
    ]
    blocks = [f"# {writer.sentence(_title(runs))}", "\n".join(lines), *changes_blocks(edition, writer)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _run(edition: Edition, run: RunFacts) -> str:
    language = edition.language
    people = language.catalogue.counted("{n} person", "{n} people", run.rows_judged)
    shown = people.format(n=language.people(run.rows_judged))
    return f"{escaped_markdown(language.date(run.ended))}, {shown}, `{run.digest[:SHORT_DIGEST]}`"


def _edition(before: AuditResult, after: AuditResult, code: str) -> Edition:
    """Prepare the later result, with what moved in it, and the words of both audits."""
    words = {
        language: {**before.audit.translations.get(language, {}), **after.audit.translations.get(language, {})}
        for language in {*before.audit.translations, *after.audit.translations}
    }
    audit = after.audit.model_copy(update={"translations": words})
    result = after.model_copy(update={"audit": audit, "changes": compare_results(before, after)})
    return replace(edition_of(result, code), digest=digest(after))


def _title(runs: tuple[RunFacts, RunFacts]) -> Message:
    before, after = runs
    if before.name == after.name:
        return message("What moved: {title}", title=name(after.title))
    return message("What moved from {before} to {after}", before=name(before.title), after=name(after.title))


def _short(edition: Edition, runs: tuple[RunFacts, RunFacts]) -> dict[str, Any]:
    changes = edition.result.changes
    assert changes is not None
    return {
        "heading": _title(runs),
        "runs": list(zip((message("before"), message("now")), runs, strict=True)),
        "headline": headline(changes),
        "verdicts": [
            (
                any(one.movement == "wider" for _, one in selection_gaps(changes, attribute)),
                told(edition.result, changes, attribute),
            )
            for attribute in attributes_of(changes)
        ],
    }


def _gap_by_gap(edition: Edition) -> dict[str, Any] | None:
    """Give the section of the report, without the sentences that stand on the first screen already."""
    view = changes_section.view(edition)
    return None if view is None else {**view, "told": []}
