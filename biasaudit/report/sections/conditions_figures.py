"""Pictures of the conditions of work: pay and the floor, time by group, disagreement by speed."""

from __future__ import annotations

from collections.abc import Sequence

from biasaudit.report.comparisons import by_telling, main_group
from biasaudit.report.edition import Edition, Figure
from biasaudit.report.messages import Message, Words, message
from biasaudit.report.pictures.look import MOST_ROWS, NARROW, WIDE, State
from biasaudit.report.pictures.rows import Block, Mark, Row, rows_picture
from biasaudit.report.verdicts import people_of
from biasaudit.results import ALL_GROUPS, Condition, Estimate, Floor, ReadingTime, SpeedCurve
from biasaudit.results.sentences import Value, count, in_100, name, number

_IN_100 = 100
#: Differences in time are called clear where their p-value, adjusted over the log, is at most this.
_SIGNIFICANT = 0.05
#: Looks of pay held against a floor.
_PAY_LEGEND = (
    ("exceeds", message("below the floor")),
    ("within", message("not below it")),
    ("cannot_tell", message("cannot be told")),
)


def currency_of(of: Condition | Floor) -> Value | Message:
    """Name the currency of pay; pay without one is told in units."""
    return name(of.currency) if of.currency else message("units of pay")


def _figure(
    edition: Edition,
    blocks: Sequence[Block],
    *,
    name_: str,
    caption: Message,
    unit: str,
    how: tuple[Message, ...],
    legend: tuple[tuple[str, Message | Value], ...] = (),
    from_zero: bool = False,
    is_signed: bool = False,
) -> Figure:
    wide, narrow = (
        rows_picture(
            blocks,
            canvas,
            edition.language,
            name=f"{name_}-{form}",
            unit=unit,
            from_zero=from_zero,
            is_signed=is_signed,
        )
        for canvas, form in ((WIDE, "wide"), (NARROW, "narrow"))
    )
    told = "; ".join(f"{row.label}: {row.figures}" for block in blocks for row in block.rows)
    alt = f"{edition.says(caption)} {told}."
    return Figure(name=name_, caption=caption, alt=alt, wide=wide, narrow=narrow, how=how, legend=legend)


def pay_figure(edition: Edition) -> Figure | None:
    """Draw the median hour of each unit, with the floor."""
    trace = edition.result.trace
    if trace is None or trace.conditions_of_all is None or trace.conditions_of_all.hourly_pay is None:
        return None
    of_all, floor = trace.conditions_of_all, trace.floor
    units = [one for one in trace.conditions if one.about == "unit" and one.hourly_pay is not None][:MOST_ROWS]
    line = None if floor is None else floor.amount
    label = "" if floor is None else edition.plain.own(floor.name)
    blocks = [Block(rows=(_pay_row(edition, of_all, line),), line=line, line_label=label)]
    for kind in dict.fromkeys(one.unit_kind for one in units):
        rows = tuple(_pay_row(edition, one, line) for one in units if one.unit_kind == kind)
        blocks.append(Block(rows=rows, title=edition.plain.own(kind), line=line))
    states = {mark.state for block in blocks for row in block.rows for mark in row.marks}
    below = [one for one in units if line is not None and _against(one.pay, line) == "exceeds"]
    return _figure(
        edition,
        blocks,
        name_="pay",
        caption=_pay_caption(floor, below, units, of_all),
        unit=edition.says(message("{currency} an hour, median over annotators", currency=currency_of(of_all))),
        how=(
            message(
                "One row a unit: what half of its annotators get, or less, for an hour of recorded work, with the interval."
            ),
            message("The upright line is the floor that this audit declares.")
            if floor
            else message("No floor is declared, so that there is no line to hold this against."),
        ),
        legend=tuple(pair for pair in _PAY_LEGEND if pair[0] in states) if floor else (),
        from_zero=True,
    )


def _pay_row(edition: Edition, one: Condition, line: float | None) -> Row:
    everyone = edition.says(message("all annotators"))
    return Row(
        label=everyone if one.about == "everyone" else edition.plain.own(one.unit),
        figures=edition.language.number(one.hourly_pay),
        marks=(Mark(value=one.hourly_pay, low=one.pay.low, high=one.pay.high, state=_against(one.pay, line)),),
    )


def _against(pay: Estimate, line: float | None) -> State:
    if line is None or pay.low is None or pay.high is None:
        return "cannot_tell" if line is not None else "within"
    return "exceeds" if pay.high < line else "within" if pay.low >= line else "cannot_tell"


def _pay_caption(
    floor: Floor | None, below: Sequence[Condition], units: Sequence[Condition], of_all: Condition
) -> Message:
    if floor is None or not units:
        return message(
            "The median hour brings {pay} {currency}.", pay=number(of_all.hourly_pay), currency=currency_of(of_all)
        )
    if not below:
        return message("Under no unit is the median hour clearly below the floor.")
    if len(below) == 1:
        return message("Under {unit}, the median hour is clearly below the floor.", unit=name(below[0].unit))
    return message(
        "Under {n} of {all} units, the median hour is clearly below the floor.",
        n=count(len(below)),
        all=count(len(units)),
    )


def time_figure(edition: Edition) -> Figure | None:
    """Draw how much faster or slower labels on the most telling group are given."""
    result = edition.result
    trace = result.trace
    found = [one for one in (trace.reading_times if trace else ()) if one.ratio.value is not None]
    attributes = [facts.name for facts in by_telling(result) if any(one.attribute == facts.name for one in found)]
    if not attributes:
        return None
    group = main_group(result, attributes[0])
    found = [one for one in found if one.attribute == attributes[0] and one.group == group][:MOST_ROWS]
    if not found:
        return None
    people: Words = {
        "group": people_of(result, found[0].attribute, found[0].group),
        "reference": people_of(result, found[0].attribute, found[0].reference),
    }
    kinds = dict.fromkeys(one.unit_kind for one in found)
    blocks = [
        Block(
            rows=tuple(_time_row(edition, one) for one in found if one.unit_kind == kind),
            title="" if kind == ALL_GROUPS else edition.plain.own(kind),
            line=0.0,
            line_label="" if place else edition.plain.say(message("as long")),
        )
        for place, kind in enumerate(kinds)
    ]
    return _figure(
        edition,
        blocks,
        name_="time",
        caption=_time_caption(found, people),
        unit=edition.says(message("difference in time, in 100")),
        how=(
            message(
                "Every annotator is compared with nobody but themselves, so that quick and slow people make no difference."
            ),
            message("Left of the upright line, labels about {group} are given faster.", **people),
        ),
        legend=(("exceeds", message("clearly faster")), ("within", message("not clearly faster"))),
        is_signed=True,
    )


def _is_hasty(one: ReadingTime) -> bool:
    return one.ratio.high is not None and one.ratio.high < 1 and (one.p_adjusted or 0.0) <= _SIGNIFICANT


def _time_row(edition: Edition, one: ReadingTime) -> Row:
    value, low, high = (
        None if end is None else (end - 1) * _IN_100 for end in (one.ratio.value, one.ratio.low, one.ratio.high)
    )
    state: State = "exceeds" if _is_hasty(one) else "within"
    seconds = message("{n} s", n=number(one.seconds.value, 0))
    return Row(
        label=edition.says(message("all annotators")) if one.unit_kind == ALL_GROUPS else edition.plain.own(one.unit),
        figures=f"{edition.language.signed(value, 0)} · {edition.plain.say(seconds)}",
        marks=(Mark(value=value, low=low, high=high, state=state),),
    )


def _time_caption(found: Sequence[ReadingTime], people: Words) -> Message:
    hasty = [one for one in found if _is_hasty(one)]
    named = [one for one in hasty if one.unit_kind != ALL_GROUPS]
    if not hasty:
        return message(
            "No unit can be told to give labels about {group} faster than those about {reference}.", **people
        )
    if not named:
        less = in_100(1 - (hasty[0].ratio.value or 1.0))
        return message(
            "A label about {group} takes {less} in 100 less time than one about {reference}.", **people, less=less
        )
    most = min(named, key=lambda one: one.ratio.value or 1.0)
    less = in_100(1 - (most.ratio.value or 1.0))
    return message(
        "Under {unit}, a label about {group} takes {less} in 100 less time than one about {reference}.",
        **people,
        unit=name(most.unit),
        less=less,
    )


def speed_figure(edition: Edition) -> Figure | None:
    """Draw disagreement by speed over everyone."""
    trace = edition.result.trace
    curve = next((one for one in (trace.speeds if trace else ()) if one.unit_kind == ALL_GROUPS and one.bands), None)
    if curve is None:
        return None
    knee = curve.knee.value
    rows = tuple(
        Row(
            label=edition.says(_tenth(band.tenth)),
            figures=f"{edition.language.in_100(band.differs.value)} · "
            + edition.plain.say(message("{n} s", n=number(band.seconds, 0))),
            marks=(
                Mark(
                    value=_points(band.differs.value),
                    low=_points(band.differs.low),
                    high=_points(band.differs.high),
                    state="exceeds" if knee is not None and band.tenth <= round(knee * len(curve.bands)) else "within",
                ),
            ),
        )
        for band in curve.bands
    )
    return _figure(
        edition,
        [Block(rows=rows)],
        name_="speed",
        caption=_speed_caption(curve),
        unit=edition.says(message("of 100 labels, differ from most others")),
        how=(
            message(
                "One row a tenth of every annotator’s labels, the fastest at the top, so that each is compared with nobody but themselves."
            ),
            message(
                "At the right, how many of 100 differ, and the seconds that half of the labels took. Fast labels may also be those on other items: this is an association."
            ),
        ),
        legend=(("exceeds", message("faster than the knee")), ("within", message("the others")))
        if knee is not None
        else (),
        from_zero=True,
    )


def _points(value: float | None) -> float | None:
    return None if value is None else value * _IN_100


def _tenth(place: int) -> Message:
    if place == 1:
        return message("fastest tenth")
    return message("slowest tenth") if place == 10 else message("tenth {n}", n=count(place))  # noqa: PLR2004 - the last


def _speed_caption(curve: SpeedCurve) -> Message:
    if curve.knee.value is None:
        return message("From no speed on can labels be told to differ more from those of the others.")
    return message(
        "In the fastest {knee} of 100 labels of each annotator, under about {seconds} seconds, labels differ more from those of the others.",
        knee=in_100(curve.knee.value),
        seconds=number(curve.knee_seconds, 0),
    )
