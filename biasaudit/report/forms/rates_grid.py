"""Rates, gaps and verdicts of one attribute as a table, for every text that is no page of its own."""

from __future__ import annotations

from biasaudit.report.comparisons import Comparison, compared
from biasaudit.report.forms.sheet import Cell, Grid, Measured
from biasaudit.report.messages import message, people_counted
from biasaudit.report.words import VERDICTS
from biasaudit.results import AttributeFacts, AuditResult
from biasaudit.results.sentences import in_100, name

_HEADS = (
    message("Group"),
    message("People"),
    message("Rate, of 100"),
    message("Gap, in 100"),
    message("Ratio"),
    message("Verdict"),
)


def rates_grid(result: AuditResult, facts: AttributeFacts, most: int) -> Grid | None:
    """Lay out the comparisons of an attribute, the most telling first; None where there is nothing to compare.

    Parameters
    ----------
    result : AuditResult
        The result.
    facts : AttributeFacts
        The attribute.
    most : int
        Groups shown.
    """
    comparisons = compared(result, facts)
    if not comparisons:
        return None
    return Grid(
        caption=message("{attribute}, reference: {group}", attribute=name(facts.name), group=name(facts.reference)),
        heads=_HEADS,
        rows=tuple(_row(comparison) for comparison in comparisons[:most]),
        words=1,
    )


def _row(comparison: Comparison) -> tuple[Cell, ...]:
    gap, ratio, rate = (part.estimate if part else None for part in (comparison.gap, comparison.ratio, comparison.rate))
    return (
        name(comparison.group),
        people_counted(comparison.n),
        in_100(rate.value, 1) if rate is not None and rate.is_defined else None,
        Measured(estimate=gap, is_signed=True),
        Measured(estimate=ratio, scale=1, digits=2),
        VERDICTS[comparison.verdict],
    )
