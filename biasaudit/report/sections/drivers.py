"""What pulls the groups apart: the contribution of every input to the gap, in decisions and in scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from biasaudit.report.comparisons import by_telling, is_crossed, main_group
from biasaudit.report.edition import Edition, Figure
from biasaudit.report.messages import Message, Words, counted, message
from biasaudit.report.pictures.look import NARROW, SMALL, WIDE
from biasaudit.report.pictures.waterfall import MOST_NAMED, Bar, Fall, waterfall_picture
from biasaudit.report.verdicts import people_of
from biasaudit.results import AuditResult, Driver, DriverTotal
from biasaudit.results.sentences import Value, count, in_100, name, number

#: Waterfalls of one report; the other comparisons stand in tables alone.
_MOST_FIGURES = 4
_IN_100 = 100
#: Inputs named in the small waterfall of the first screen.
_MOST_SMALL = 5
#: Share of a gap up to which what a sample leaves open is little.
_LITTLE = 0.01


def score_digits(total: float) -> int:
    """Choose decimals for a score scale of a size: probabilities need three, points none."""
    size = abs(total)
    return 3 if size < 1 else 2 if size < 10 else 1  # noqa: PLR2004 - one step a power of ten


def shown(value: float | None, scale: str, total: float) -> Value:
    """Write a contribution: points of 100 people on the scale of decisions, else a score."""
    return in_100(value, 1) if scale == "decision" else number(value, score_digits(total))


def _per(total: DriverTotal) -> float:
    """Give what a contribution is multiplied by to be read: decisions are told of 100 people."""
    return _IN_100 if total.scale == "decision" else 1.0


def _signed(edition: Edition, value: float, total: DriverTotal) -> str:
    digits = 1 if total.scale == "decision" else score_digits(total.total)
    return edition.language.signed(value, digits)


@dataclass(frozen=True, kw_only=True)
class _Placed:
    """Drivers and totals with their places in the result, by what they are about."""

    drivers: dict[tuple[str, str, str, str], list[tuple[int, Driver]]]
    totals: dict[tuple[str, str, str, str], tuple[int, DriverTotal]]

    @classmethod
    def of(cls, result: AuditResult) -> _Placed:
        drivers: dict[tuple[str, str, str, str], list[tuple[int, Driver]]] = {}
        for at, driver in enumerate(result.drivers):
            drivers.setdefault(_about(driver, driver.scale), []).append((at, driver))
        for own in drivers.values():
            own.sort(key=lambda pair: -abs(pair[1].contribution.value or 0.0))
        totals = {_about(total, total.scale): (at, total) for at, total in enumerate(result.driver_totals)}
        return cls(drivers=drivers, totals=totals)

    def own(self, total: DriverTotal) -> list[tuple[int, Driver]]:
        """Contributions that a total sums, the largest first."""
        return self.drivers.get(_about(total, total.scale), [])


def _about(one: Driver | DriverTotal, scale: str) -> tuple[str, str, str, str]:
    return one.attribute, one.group, one.reference, scale


def view(edition: Edition) -> dict[str, Any] | None:
    """Gather the contributions behind every score gap, the most telling group of each attribute first."""
    result = edition.result
    if not result.driver_totals:
        return None
    crossed = {facts.name for facts in result.data.attributes if is_crossed(facts)}
    placed = _Placed.of(result)
    parts: list[dict[str, Any]] = []
    figures = 0
    scale = result.driver_scale
    for at, total in enumerate(result.driver_totals):
        own = placed.own(total)
        if not own or total.scale != scale:
            continue
        is_main = main_group(result, total.attribute) in (total.group, None) or not parts
        has_figure = is_main and total.attribute not in crossed and figures < _MOST_FIGURES
        figures += has_figure
        in_scores = placed.totals.get(_about(total, "score")) if scale == "decision" else None
        twins = {driver.feature: (place, driver) for place, driver in placed.drivers.get(_about(total, "score"), [])}
        parts.append(
            {
                "total": total,
                "title": message(
                    "{group}, against {reference}", group=name(total.group), reference=name(total.reference)
                ),
                "at": at,
                "rows": [(place, driver, *twins.get(driver.feature, (None, None))) for place, driver in own],
                "is_points": scale == "decision",
                "per": _per(total),
                "digits": 1 if scale == "decision" else score_digits(total.total),
                "scores": in_scores,
                "score_digits": score_digits(in_scores[1].total) if in_scores else None,
                "has_spread": any(driver.spread is not None for _, driver in own),
                "open": _left_open(total),
                "figure": _figure(edition, total, [driver for _, driver in own], f"drivers-{at}", folds_how=figures > 1)
                if has_figure
                else None,
            }
        )
    if not parts:
        return None
    return {
        "parts": sorted(parts, key=lambda part: part["figure"] is None),
        "is_points": scale == "decision",
        "feature_groups": result.data.feature_groups,
        "has_spread": any(part["has_spread"] for part in parts),
        "leaves_small": any(
            size.n < result.audit.minimum_size for facts in result.data.attributes for size in facts.groups
        ),
    }


def _left_open(total: DriverTotal) -> Message | None:
    """Say how far explaining some people in the place of all leaves contributions open."""
    if not total.sampling_error:
        return None
    error = shown(total.sampling_error, total.scale, total.total)
    if abs(total.sampling_error) <= _LITTLE * abs(total.total):
        return message(
            "Not everybody was compared with everybody: that leaves every contribution open by {error} at most, no more than one hundredth of the gap.",
            error=error,
        )
    return message(
        "Not everybody was compared with everybody: that leaves contributions open by up to {error}, more than one hundredth of the gap; the intervals carry it.",
        error=error,
    )


def first_fall(edition: Edition, *, name_: str) -> Figure | None:
    """Draw the small waterfall of the most telling group, for the first screen."""
    result = edition.result
    placed = _Placed.of(result)
    for facts in by_telling(result):
        for total in result.driver_totals:
            key = (total.attribute, total.group, total.scale)
            if key == (facts.name, main_group(result, facts.name), result.driver_scale):
                own = [driver for _, driver in placed.own(total)]
                return _figure(edition, total, own, name_, is_small=True) if own else None
    return None


def _caption(result: AuditResult, total: DriverTotal, drivers: list[Driver]) -> Message:
    first = drivers[0]
    words: Words = {
        "feature": name(first.feature),
        "group": people_of(result, total.attribute, total.group),
        "reference": people_of(result, total.attribute, total.reference),
        "contribution": shown(first.contribution.value, total.scale, total.total),
        "total": shown(total.total, total.scale, total.total),
    }
    low, high = first.contribution.low, first.contribution.high
    is_open = low is not None and high is not None and low <= 0 <= high
    if is_open and total.scale == "decision":
        return message(
            "No single input pulls the decisions on {group} and {reference} apart by more than chance would; the whole gap is {total} in 100.",
            **{key: words[key] for key in ("group", "reference", "total")},
        )
    if total.scale == "decision":
        return message(
            "Inside the model, {feature} pulls the decisions on {group} and {reference} apart most: {contribution} in 100, of a gap of {total}.",
            **words,
        )
    if is_open:
        return message(
            "No single input pulls the scores of {group} and {reference} apart by more than chance would; the whole gap is {total}.",
            **{key: words[key] for key in ("group", "reference", "total")},
        )
    return message(
        "Inside the model, {feature} pulls the scores of {group} and {reference} apart most: {contribution}, of a gap of {total}.",
        **words,
    )


def _figure(
    edition: Edition,
    total: DriverTotal,
    drivers: list[Driver],
    name_: str,
    *,
    is_small: bool = False,
    folds_how: bool = False,
) -> Figure:
    language = edition.language
    is_points = total.scale == "decision"
    start, end = (
        message("{group}, selection rate", group=name(group))
        if is_points
        else message("{group}, mean score", group=name(group))
        for group in (total.reference, total.group)
    )
    fall = Fall(
        start_label=edition.says(start),
        end_label=edition.says(end),
        total=total.total * _per(total),
        total_figures=_signed(edition, total.total * _per(total), total),
        bars=tuple(_bars(edition, drivers, total, most=_MOST_SMALL if is_small else MOST_NAMED)),
    )
    unit = edition.says(
        message("difference in the selection rate, in 100") if is_points else message("difference in the mean score")
    )
    drawn = {
        form: waterfall_picture(fall, canvas, language, name=f"{name_}-{form}", unit=unit)
        for form, canvas in ({"narrow": SMALL} if is_small else {"wide": WIDE, "narrow": NARROW}).items()
    }
    caption = _caption(edition.result, total, drivers)
    told = "; ".join(f"{bar.label}: {bar.figures}" for bar in fall.bars)
    return Figure(
        name=name_,
        caption=caption,
        alt=f"{edition.says(caption)} {told}.",
        wide=drawn.get("wide", ""),
        narrow=drawn["narrow"],
        folds_how=folds_how,
        how=(
            message(
                "Read from the top: every bar begins where the one before it ended, and the last ends at the whole gap."
            ),
            message("The thin line over a bar is the interval of what it adds."),
            message(
                "An input is what the model sees of a person. What it adds is an association inside the model, not a cause."
            ),
        ),
        legend=(("widening", message("widens the gap")), ("narrowing", message("narrows the gap"))),
    )


def _bars(edition: Edition, drivers: list[Driver], total: DriverTotal, *, most: int) -> list[Bar]:
    bars: list[Bar] = []
    start, per = 0.0, _per(total)
    for driver in drivers[:most]:
        contribution = driver.contribution
        low, value, high = (
            None if end is None else end * per for end in (contribution.low, contribution.value, contribution.high)
        )
        value = value or 0.0
        bars.append(
            Bar(
                label=edition.plain.own(driver.feature),
                figures=_signed(edition, value, total),
                start=start,
                end=start + value,
                low=None if low is None else start + low,
                high=None if high is None else start + high,
            )
        )
        start += value
    rest = len(drivers) - len(bars)
    if rest:
        # What is left of the total: no interval is known for a sum of the rest, and none is drawn.
        label = edition.says(counted(rest, "{n} other", "{n} others together", n=count(rest)))
        figures = _signed(edition, total.total * per - start, total)
        bars.append(Bar(label=label, figures=figures, start=start, end=total.total * per))
    return bars
