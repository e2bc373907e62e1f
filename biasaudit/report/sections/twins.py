"""Near twins: people held against the nearest people of the reference group, beside what a flip says."""

from __future__ import annotations

from typing import Any

from biasaudit.report.comparisons import main_group
from biasaudit.report.messages import Listed, Message, Words, counted, listed, message, people_counted
from biasaudit.report.verdicts import people_of
from biasaudit.results import AuditResult, MatchedGap
from biasaudit.results.sentences import count, in_100, name

#: Inputs named in a sentence; the others are counted.
_NAMED = 4


def twins_view(result: AuditResult) -> dict[str, Any] | None:
    """Gather, by attribute, what the twins of its main group show, and all gaps to twins for a table."""
    if not result.matched:
        return None
    told = []
    for attribute in dict.fromkeys(one.attribute for one in result.matched):
        mine = [one for one in result.matched if one.attribute == attribute]
        main = main_group(result, attribute)
        one = next((one for one in mine if one.group == main), mine[0])
        told.append({"at": result.matched.index(one), "lines": _told(result, one)})
    rows = [
        {"at": at, "record": one, "raw": _raw(result, one), "apart": _farthest(one)}
        for at, one in enumerate(result.matched)
    ]
    return {"told": told, "rows": rows}


def _told(result: AuditResult, one: MatchedGap) -> list[Message]:
    words: Words = {
        "n": people_counted(one.n),
        "group": people_of(result, one.attribute, one.group),
        "reference": people_of(result, one.attribute, one.reference),
    }
    if one.gap.value is None:
        return [
            counted(
                one.n,
                "Of {n} of the {group}, too few have a near twin among the {reference} to compare them.",
                "Of {n} {group}, too few have a near twin among the {reference} to compare them.",
                **words,
            )
        ]
    words |= {"k": people_counted(one.n_group), "inputs": _inputs(one)}
    lines = [
        message(
            "Of {n} {group}, {k} have a near twin among the {reference}: somebody nearly like them in {inputs}.",
            **words,
        )
        if not one.within
        else message(
            "Of {n} {group}, {k} have a near twin among the {reference}: somebody with the same {strata} and nearly like them in {inputs}.",
            **words,
            strata=listed(*(name(stratum) for stratum in one.within)),
        ),
        message(
            "{decision}: {rate} of 100 of them, and {twins} of 100 of their twins, a difference of {gap} in 100 ({low} to {high}).",
            decision=name(result.audit.decision),
            rate=in_100(one.rate_group.value, 1),
            twins=in_100(one.rate_reference.value, 1),
            gap=in_100(one.gap.value, 1),
            low=in_100(one.gap.low, 1),
            high=in_100(one.gap.high, 1),
        ),
    ]
    if (raw := _raw(result, one)) is not None:
        lines.append(message("Over everybody the gap is {gap} in 100.", gap=in_100(raw, 1)))
    if _reads_nothing_else(result, one):
        lines.append(
            message(
                "The model reads nothing else, so that it decides alike on exact twins: what is left comes from twins who are near and not the same."
            )
        )
    return lines


def _inputs(one: MatchedGap) -> Listed:
    named = [name(feature) for feature in one.compared_on]
    if len(named) <= _NAMED + 1:
        return listed(*named)
    more = len(named) - _NAMED
    return listed(*named[:_NAMED], counted(more, "{n} more input", "{n} more inputs", n=count(more)))


def _raw(result: AuditResult, one: MatchedGap) -> float | None:
    """Find the gap in the selection rate over everybody."""
    key = (one.attribute, one.group, "selection_rate", "gap", "decision")
    for gap in result.disparities:
        if (gap.attribute, gap.group, gap.measure, gap.statistic, gap.stage) == key:
            return gap.estimate.value
    return None


def _reads_nothing_else(result: AuditResult, one: MatchedGap) -> bool:
    is_model = result.model is not None and result.model.kind in ("trained", "loaded")
    return is_model and set(result.data.features) <= set(one.compared_on)


def _farthest(one: MatchedGap) -> tuple[float, float] | None:
    """Give how far the input that lies farthest apart does so, before and after."""
    before = [abs(each.before) for each in one.balance if each.before is not None]
    after = [abs(each.after) for each in one.balance if each.after is not None]
    return (max(before), max(after)) if before and after else None
