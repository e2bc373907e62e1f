"""Over time: the two rates of a comparison, period by period."""

from __future__ import annotations

from typing import Any

from biasaudit.report.comparisons import is_crossed, main_group
from biasaudit.report.edition import Edition, Figure
from biasaudit.report.messages import Message, Words, counted, message
from biasaudit.report.pictures.look import NARROW, WIDE, State
from biasaudit.report.pictures.over_time import Point, over_time_picture
from biasaudit.report.verdicts import people_of
from biasaudit.results import AuditResult, Estimate, PeriodGap
from biasaudit.results.sentences import count, name

_IN_100 = 100


def view(edition: Edition) -> dict[str, Any] | None:
    """Gather the gaps of every period."""
    result = edition.result
    if not result.periods:
        return None
    held: dict[str, dict[str, list[tuple[int, PeriodGap]]]] = {}
    for at, period in enumerate(result.periods):
        held.setdefault(period.attribute, {}).setdefault(period.group, []).append((at, period))
    crossed = {facts.name for facts in result.data.attributes if is_crossed(facts)}
    parts = []
    for at, (attribute, groups) in enumerate(held.items()):
        main = main_group(result, attribute)
        shown = main if main in groups else next(iter(groups))
        periods = [period for _, period in groups[shown]]
        parts.append(
            {
                "attribute": attribute,
                "figure": _figure(edition, periods, at, folds_how=at > 0)
                if len(periods) > 1 and attribute not in crossed
                else None,
                "groups": groups,
            }
        )
    return {"parts": parts}


def _caption(result: AuditResult, periods: list[PeriodGap]) -> Message:
    first = periods[0]
    known = [period for period in periods if period.gap.value is not None]
    less = sum((period.gap.value or 0.0) < 0 for period in known)
    way = less * 2 >= len(known)
    clear = sum(_is_clear(period.gap, below=way) for period in known)
    words: Words = {
        "group": people_of(result, first.attribute, first.group),
        "reference": people_of(result, first.attribute, first.reference),
        "decision": name(result.audit.decision),
        "n": count(less if way else len(known) - less),
        "all": count(len(known)),
        "clear": count(clear),
    }
    if way:
        return counted(
            clear,
            "{group} are {decision} less often than {reference} in {n} of {all} periods; in {clear} of them chance alone does not explain it.",
            "{group} are {decision} less often than {reference} in {n} of {all} periods; in {clear} of them chance alone does not explain it.",
            **words,
        )
    return counted(
        clear,
        "{group} are {decision} more often than {reference} in {n} of {all} periods; in {clear} of them chance alone does not explain it.",
        "{group} are {decision} more often than {reference} in {n} of {all} periods; in {clear} of them chance alone does not explain it.",
        **words,
    )


def _is_clear(gap: Estimate, *, below: bool) -> bool:
    return (gap.high is not None and gap.high < 0) if below else (gap.low is not None and gap.low > 0)


def _figure(edition: Edition, periods: list[PeriodGap], at: int, *, folds_how: bool) -> Figure:
    result, language = edition.result, edition.language
    points = [_point(edition, period) for period in periods]
    up = edition.says(message("{decision}, of 100", decision=name(result.audit.decision)))
    group, reference = edition.plain.own(periods[0].group), edition.plain.own(periods[0].reference)
    wide, narrow = (
        over_time_picture(
            points, canvas, language, name=f"periods-{at}-{form}", up=up, group=group, reference=reference
        )
        for canvas, form in ((WIDE, "wide"), (NARROW, "narrow"))
    )
    caption = _caption(result, periods)
    told = "; ".join(
        f"{point.label}: {language.number(point.rate, 1)}, {language.number(point.reference, 1)}" for point in points
    )
    return Figure(
        name=f"periods-{at}",
        caption=caption,
        alt=f"{edition.says(caption)} {told}.",
        wide=wide,
        narrow=narrow,
        folds_how=folds_how,
        how=(
            message("Two marks a period, each with its 95 % interval; the farther apart the two, the wider the gap."),
        ),
        legend=(("within", name(periods[0].group)), ("reference", name(periods[0].reference))),
    )


def _point(edition: Edition, period: PeriodGap) -> Point:
    own, reference = period.rate_group, period.rate_reference
    state: State = "within"
    return Point(
        label=edition.plain.own(period.period),
        rate=_in_100(own.value),
        low=_in_100(own.low),
        high=_in_100(own.high),
        reference=_in_100(reference.value),
        reference_low=_in_100(reference.low),
        reference_high=_in_100(reference.high),
        state=state,
    )


def _in_100(value: float | None) -> float | None:
    return None if value is None else value * _IN_100
