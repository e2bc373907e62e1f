"""A result as a notebook shows it: verdicts, gates, findings, and the first rows of its tidy frames.

It is written here and not by the report, which stands above this room: a notebook shows whatever
``biasaudit.run`` gives, without asking for a page. Every word of a user is escaped.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable

from biasaudit.results.estimate import Estimate
from biasaudit.results.frames import TABLES, framed, records_of
from biasaudit.results.records import AuditResult, Disparity

#: Rows of a frame, and groups of the first table; the frames themselves hold the rest.
MOST_ROWS, MOST_GROUPS = 8, 30
#: Characters of a cell or a name, and of the sentence of a finding.
MOST_CHARACTERS, LONGEST_CLAIM = 160, 1_000
_VERDICTS = {"exceeds": "beyond the tolerance", "within": "within the tolerance", "cannot_tell": "cannot tell"}
_OUTCOMES = {"found": "found", "cannot_tell": "cannot tell", "failed": "failed"}


def shown(result: AuditResult) -> str:
    """Write a result as a fragment of HTML, without a script or a style sheet.

    Parameters
    ----------
    result : AuditResult
        The result.

    Returns
    -------
    str
        HTML that takes colours and letters from the notebook around it.
    """
    parts = [
        f"<h3>{_text(result.audit.title)}</h3>",
        _paragraph(result.audit.question),
        _paragraph(
            "Simulated data. " + result.audit.notice if result.audit.nature == "simulated" else result.audit.notice
        ),
        f"<p>{result.data.rows_judged:,} {_text(result.audit.people)} judged; this result is {_text(result.status)}.</p>",
        _verdicts(result),
        _gates(result),
        _findings(result),
        *(_frame(result, table) for table in TABLES),
    ]
    return f'<div class="biasaudit-result">{"".join(parts)}</div>'


def _text(word: object, most: int = MOST_CHARACTERS) -> str:
    """Make any text safe and short: nothing active, nothing unseen, no direction but its own."""
    kept = "".join(
        "\ufffd" if unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t" else character
        for character in str(word)
    )
    if len(kept) > most:
        kept = kept[: most - 1] + "…"
    return f"<bdi>{html.escape(kept)}</bdi>"


def _paragraph(text: str) -> str:
    return f"<p>{_text(text)}</p>" if text.strip() else ""


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Lay out cells that are safe already."""
    head = "".join(f'<th scope="col">{each}</th>' for each in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _verdicts(result: AuditResult) -> str:
    """Show every group's gap in who is selected, with its interval and its verdict."""
    rates = {(one.attribute, one.group): one.estimate for one in result.rates if one.measure == "selection_rate"}
    gaps = [
        one
        for one in result.disparities
        if (one.measure, one.statistic, one.stage) == ("selection_rate", "gap", "decision")
    ]
    if not gaps:
        return "<p>No gap in who is selected was measured.</p>"
    rows = [_verdict(one, rates.get((one.attribute, one.group))) for one in gaps[:MOST_GROUPS]]
    heads = ("attribute", "group", "against", "selected, of 100", "gap, in 100", "verdict")
    left = len(gaps) - len(rows)
    return _table(heads, rows) + (f"<p>… and {left:,} more groups.</p>" if left else "")


def _verdict(one: Disparity, rate: Estimate | None) -> tuple[str, ...]:
    return (
        _text(one.attribute),
        _text(one.group),
        _text(one.reference),
        _in_100(rate),
        _in_100(one.estimate, sign="+"),
        _VERDICTS[one.verdict],
    )


def _in_100(estimate: Estimate | None, sign: str = "") -> str:
    if estimate is None or estimate.value is None:
        return _text(estimate.reason) if estimate is not None else "–"
    low, high = ("…" if end is None else f"{end * 100:.1f}" for end in (estimate.low, estimate.high))
    return f"{estimate.value * 100:{sign}.1f} ({low} to {high})"


def _gates(result: AuditResult) -> str:
    rows = []
    for gate in result.gates:
        asked = ", ".join(f"{key} {value}" for key, value in gate.gate.items() if value is not None)
        rows.append(f"<li>{gate.outcome.replace('_', ' ')}: {_text(asked)}</li>")
    if result.changes is not None:
        wider = sum(one.fails for one in result.changes.gaps)
        rows.append(f"<li>since the accepted result: {wider} watched gaps are wider by more than chance</li>")
    return f"<p><b>Gates</b></p><ul>{''.join(rows)}</ul>" if rows else ""


def _findings(result: AuditResult) -> str:
    told = [one for one in result.findings if one.outcome in _OUTCOMES]
    rows = [
        (_text(one.code), _OUTCOMES[one.outcome], _text(one.claim or one.reason, most=LONGEST_CLAIM)) for one in told
    ]
    others = len(result.findings) - len(told)
    more = f"<p>{others:,} checks found nothing or did not apply.</p>" if others else ""
    return f"<p><b>Findings</b></p>{_table(('code', 'outcome', 'claim'), rows)}{more}" if rows else more


def _frame(result: AuditResult, table: str) -> str:
    """Show the first rows of a tidy frame behind a toggle; nothing where it is empty."""
    records = records_of(result, table)
    n = len(records)
    if not n:
        return ""
    rows = framed(records[:MOST_ROWS]).dropna(axis=1, how="all")
    cells = [[_cell(value) for value in row] for row in rows.itertuples(index=False, name=None)]
    title = f"<code>biasaudit.frame(result, &quot;{table}&quot;)</code>: {n:,} rows"
    more = f"<p>… and {n - MOST_ROWS:,} more rows.</p>" if n > MOST_ROWS else ""
    return f"<details><summary>{title}</summary>{_table(map(_text, rows.columns), cells)}{more}</details>"


def _cell(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else _text(value)
