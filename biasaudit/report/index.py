"""Many results as one page: what each says, what moved from run to run, and where its report is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from biasaudit.report.changed import headline
from biasaudit.report.comparisons import Comparison, by_telling, compared, is_crossed
from biasaudit.report.edition import Edition, Figure, Section, edition_of
from biasaudit.report.legends import verdict_legend
from biasaudit.report.messages import Message, counted, message
from biasaudit.report.page import page_with
from biasaudit.report.pictures.look import MOST_ROWS, NARROW, WIDE, State
from biasaudit.report.pictures.rows import Block, Mark, Row, rows_picture
from biasaudit.report.sections.sign import SHORT_DIGEST, broken
from biasaudit.report.verdicts import verdict_sentences
from biasaudit.report.words import GATE_OUTCOMES
from biasaudit.results import AuditResult, compare_results
from biasaudit.results.sentences import count, name

_IN_100 = 100
#: Groups of an attribute whose gaps are followed from run to run, and attributes that are drawn.
MOST_GROUPS, MOST_ATTRIBUTES = 3, 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """A result, and where its report is.

    Attributes
    ----------
    result : AuditResult
        The result.
    link : str
        Relative address of its report; empty where there is none.
    """

    result: AuditResult
    link: str


def index_page(listings: Sequence[Listing], code: str) -> str:
    """Write a page over some results, audits by name and their runs by the time at which they ended.

    Parameters
    ----------
    listings : sequence of Listing
        At least one.
    code : str
        Language of the page.
    """
    audits: dict[str, list[tuple[Edition, str]]] = {}
    for each in sorted(listings, key=lambda one: (one.result.audit.name, one.result.manifest.ended)):
        audits.setdefault(each.result.audit.name, []).append((edition_of(each.result, code), each.link))
    last = next(iter(audits.values()))[-1][0]
    all_simulated = all(each.result.audit.nature == "simulated" for each in listings)
    head = last.result.audit.model_copy(update={"nature": "simulated" if all_simulated else "real"})
    edition = edition_of(last.result.model_copy(update={"audit": head}), code)
    title = _title(audits)
    foot = edition.says(counted(len(listings), "{n} result", "{n} results", n=count(len(listings))))
    sections = (
        Section(name="index", title=message("In short"), view=lambda own: _short(own, audits, title)),
        Section(name="runs", title=message("Run by run"), view=lambda _: {"audits": _runs(audits)}, shows_data=False),
    )
    return page_with(edition, sections, title=edition.says(title), foot=foot)


def _title(audits: dict[str, list[tuple[Edition, str]]]) -> Message:
    if len(audits) == 1:
        only = next(iter(audits.values()))[-1][0]
        return message("{title}, run by run", title=name(only.result.audit.title))
    return message("{n} audits", n=count(len(audits)))


def _short(edition: Edition, audits: dict[str, list[tuple[Edition, str]]], title: Message) -> dict[str, Any]:
    lasts = [runs[-1] for runs in audits.values()]
    n = sum(len(runs) for runs in audits.values())
    days = sorted(each.result.manifest.ended for runs in audits.values() for each, _ in runs)
    return {
        "heading": title,
        "about": _about(edition, n, days),
        "audits": [{**_entry(own), "link": link, "sentences": _verdicts(own)} for own, link in lasts],
        "figure": _overview(edition, [own for own, _ in lasts]) if len(lasts) > 1 else None,
    }


def _about(edition: Edition, n: int, days: list[str]) -> Message:
    first, last = (name(edition.language.date(day)) for day in (days[0], days[-1]))
    if n == 1:
        return message("One result, of {first}.", first=first)
    if first == last:
        return message("{n} results, all of {first}.", n=count(n), first=first)
    return message("{n} results, from {first} to {last}.", n=count(n), first=first, last=last)


def _entry(edition: Edition) -> dict[str, Any]:
    audit = edition.result.audit
    return {
        "title": _markup(edition.html.own(audit.title)),
        "question": _markup(edition.html.own(audit.question)) if audit.question else "",
        "is_simulated": audit.nature == "simulated",
    }


def _markup(text: str) -> Markup:
    return Markup(text)  # noqa: S704 - the HTML writer of the result's own words escapes whatever it writes


def _verdicts(edition: Edition) -> list[dict[str, Any]]:
    """Give the verdicts of the plain attributes of a result, in its own words."""
    result = edition.result
    plain = [facts for facts in by_telling(result) if not is_crossed(facts)]
    return [
        {
            "said": _markup(edition.html.sentence(verdict_sentences(result, facts)[0])),
            "is_beyond": any(one.verdict == "exceeds" for one in compared(result, facts)),
        }
        for facts in plain
    ]


def _overview(edition: Edition, lasts: list[Edition]) -> Figure | None:
    """Draw the most telling gap of every plain attribute of every audit's last result."""
    blocks = []
    for own in lasts:
        firsts = [compared(own.result, facts)[:1] for facts in by_telling(own.result) if not is_crossed(facts)]
        rows = [_row(own, one, own.plain.own(one.group)) for each in firsts for one in each][:MOST_ATTRIBUTES]
        if rows:
            blocks.append(Block(rows=tuple(rows), title=own.plain.own(own.result.audit.title), line=0.0))
    if not blocks:
        return None
    caption = message("The most telling gap of each attribute, audit by audit.")
    return _figure(edition, blocks, caption, name_="index", is_banded=False)


def _runs(audits: dict[str, list[tuple[Edition, str]]]) -> list[dict[str, Any]]:
    parts = []
    for at, runs in enumerate(audits.values()):
        last = runs[-1][0]
        before: list[Edition | None] = [None, *(own for own, _ in runs[:-1])]
        parts.append(
            {
                **_entry(last),
                "figures": _over_runs([own for own, _ in runs], at) if len(runs) > 1 else [],
                "rows": [_run(own, link, earlier) for (own, link), earlier in zip(runs, before, strict=True)],
            }
        )
    return parts


def _run(edition: Edition, link: str, earlier: Edition | None) -> dict[str, Any]:
    """Give one run as a row: when, on whom, which gates, and what moved since the run before."""
    result = edition.result
    gates = [
        edition.plain.say(message("{outcome}: {n}", outcome=said, n=count(held)))
        for outcome, said in GATE_OUTCOMES.items()
        if (held := sum(gate.outcome == outcome for gate in result.gates))
    ]
    return {
        "day": edition.language.moment(result.manifest.ended),
        "link": link,
        "people": edition.language.people(result.data.rows_judged),
        "status": result.status,
        "gates": ", ".join(gates),
        "since": _markup(edition.html.sentence(_since(earlier.result, result))) if earlier else "",
        "digest": edition.digest[:SHORT_DIGEST],
        "is_broken": broken(result) is not None,
        "amendments": len(result.amendments),
    }


def _since(earlier: AuditResult, result: AuditResult) -> Message:
    common = {facts.name for facts in earlier.data.attributes} & {facts.name for facts in result.data.attributes}
    return headline(compare_results(earlier, result)) if common else message("No gap could be compared.")


def _over_runs(runs: list[Edition], at: int) -> list[Figure]:
    """Draw the gaps of the most telling groups of each attribute, run by run."""
    last = runs[-1]
    figures = []
    for number, facts in enumerate(
        [each for each in by_telling(last.result) if not is_crossed(each)][:MOST_ATTRIBUTES]
    ):
        blocks = []
        for group in [one.group for one in compared(last.result, facts)[:MOST_GROUPS]]:
            rows = [row for own in runs if (row := _run_row(own, facts.name, group)) is not None]
            if len(rows) > 1:
                blocks.append(Block(rows=tuple(rows[-MOST_ROWS:]), title=last.plain.own(group), line=0.0))
        if blocks:
            caption = message("The gaps by {attribute}, run by run.", attribute=name(facts.name))
            figures.append(
                _figure(last, blocks, caption, name_=f"runs-{at}-{number}", is_banded=True, folds_how=number > 0)
            )
    return figures


def _run_row(edition: Edition, attribute: str, group: str) -> Row | None:
    facts = next((facts for facts in edition.result.data.attributes if facts.name == attribute), None)
    found = next((one for one in compared(edition.result, facts) if one.group == group), None) if facts else None
    return None if found is None else _row(edition, found, edition.language.date(edition.result.manifest.ended))


def _row(edition: Edition, comparison: Comparison, label: str) -> Row:
    gap = comparison.gap.estimate if comparison.gap else None
    value, low, high = (
        None if gap is None or end is None else end * _IN_100
        for end in ((gap.value, gap.low, gap.high) if gap else (None, None, None))
    )
    state: State = comparison.verdict
    return Row(
        label=label,
        figures=edition.language.signed(value, 1),
        marks=(Mark(value=value, low=low, high=high, state=state),),
    )


def _figure(
    edition: Edition, blocks: list[Block], caption: Message, *, name_: str, is_banded: bool, folds_how: bool = False
) -> Figure:
    tolerance = edition.result.audit.tolerance_gap * _IN_100
    if is_banded:
        blocks = [Block(rows=each.rows, title=each.title, line=0.0, band=(-tolerance, tolerance)) for each in blocks]
    unit = edition.says(message("gap to the reference, in 100"))
    wide, narrow = (
        rows_picture(blocks, canvas, edition.language, name=f"{name_}-{form}", unit=unit, is_signed=True)
        for canvas, form in ((WIDE, "wide"), (NARROW, "narrow"))
    )
    told = [f"{each.title}: " + "; ".join(f"{row.label}, {row.figures}" for row in each.rows[:8]) for each in blocks]
    states = {mark.state for each in blocks for row in each.rows for mark in row.marks}
    return Figure(
        name=name_,
        caption=caption,
        alt=f"{edition.says(caption)} {'. '.join(told)}.",
        wide=wide,
        narrow=narrow,
        folds_how=folds_how,
        how=(
            message("Each mark is a gap with its 95 % interval; the upright line is no gap."),
            message("Whether a gap moved by more than chance from one run to the next stands in the table."),
        )
        if is_banded
        else (message("Each mark is a gap with its 95 % interval; the upright line is no gap."),),
        legend=verdict_legend(states, band=is_banded),
    )
