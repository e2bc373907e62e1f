"""The tables of further measures: their columns, and how a record becomes a line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from biasaudit.report.messages import Filling, Listed, Message, message, people_counted
from biasaudit.report.words import MEASURES, STATISTICS, VERDICTS, termed
from biasaudit.results import Estimate
from biasaudit.results.sentences import count, in_100, name, number, p_value

_IN_100 = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """What stands in one place of a table: something said, or an estimate and how it is scaled."""

    said: Filling | None = None
    estimate: Estimate | None = None
    scale: float = 1
    digits: int = 2
    is_signed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Maker:
    """How one part of a result becomes a table."""

    part: str
    title: Message
    note: Message
    heads: tuple[tuple[Message, bool], ...]
    line: Callable[[Any], tuple[Cell, ...]]


def _said(*parts: Filling | None) -> tuple[Cell, ...]:
    return tuple(Cell(said=part) for part in parts)


def _rate(estimate: Estimate | None, *, is_signed: bool = False) -> Cell:
    return Cell(estimate=estimate, scale=_IN_100, digits=1, is_signed=is_signed)


def _who(record: Any) -> tuple[Cell, ...]:
    return _said(name(record.group), name(record.attribute))


def _yes(is_so: bool) -> Message:  # noqa: FBT001 - it says one word for one truth
    return message("yes") if is_so else message("no")


def _subject(record: Any) -> Filling:
    measure = termed(MEASURES, record.measure)
    return message("{measure}: {subject}", measure=measure, subject=name(record.subject)) if record.subject else measure


def _changes(record: Any) -> Filling:
    told = [
        message(
            "{statistic} from {threshold} on: {verdict}",
            statistic=termed(STATISTICS, change.statistic),
            threshold=number(change.threshold, 3),
            verdict=termed(VERDICTS, change.after),
        )
        for change in record.changes
    ]
    return Listed(parts=tuple(told)) if told else message("no verdict changes at any threshold")


def _against(record: Any) -> Filling | None:
    if record.against is None:
        return None
    return message("those who train the model") if record.against == "train" else name(record.source or record.against)


_GROUP, _ATTRIBUTE, _MEASURE = (message("Group"), False), (message("Attribute"), False), (message("Measure"), False)
_PEOPLE, _GAP, _P = (message("People"), True), (message("Gap, in 100"), True), (message("p, adjusted"), True)

MAKERS: tuple[Maker, ...] = (
    Maker(
        part="largest_gaps",
        title=message("The widest gap between any two groups"),
        note=message("Every group is held against every other. The interval is right even where all groups are alike."),
        heads=(
            _ATTRIBUTE,
            _MEASURE,
            (message("Highest"), False),
            (message("Lowest"), False),
            _GAP,
            (message("p"), True),
        ),
        line=lambda record: (
            *_said(name(record.attribute), termed(MEASURES, record.measure), name(record.highest), name(record.lowest)),
            _rate(record.estimate),
            *_said(p_value(record.p_value)),
        ),
    ),
    Maker(
        part="label_errors",
        title=message("If some labels were wrong"),
        note=message(
            "Error rates trust the labels they are measured against. This is how far a gap could move if a share of one group's labels were wrong."
        ),
        heads=(
            _GROUP,
            _ATTRIBUTE,
            _MEASURE,
            _GAP,
            (message("Labels wrong, of 100"), True),
            (message("Gap could lie between"), True),
            (message("Wrong labels that would close it, of 100"), True),
        ),
        line=lambda record: (
            *_who(record),
            *_said(
                termed(MEASURES, record.measure),
                in_100(record.gap, 1),
                in_100(record.share, 1),
                message("{low} to {high}", low=in_100(record.low, 1), high=in_100(record.high, 1)),
                message("none would") if record.to_vanish is None else in_100(record.to_vanish, 1),
            ),
        ),
    ),
    Maker(
        part="decompositions",
        title=message("Where a gap comes from: who is where, or what happens there"),
        note=message(
            "The gap is the sum of two parts: that groups are in different strata, and that they are treated differently within the same strata."
        ),
        heads=(
            _GROUP,
            _ATTRIBUTE,
            _GAP,
            (message("From being elsewhere"), True),
            (message("From within strata"), True),
        ),
        line=lambda record: (
            *_who(record),
            _rate(record.gap, is_signed=True),
            _rate(record.composition, is_signed=True),
            _rate(record.rates, is_signed=True),
        ),
    ),
    Maker(
        part="found_groups",
        title=message("Groups that a search found"),
        note=message(
            "A search tried many groups on some of the rows and kept the widest gaps; they were measured again on rows that it had not seen."
        ),
        heads=(
            _GROUP,
            (message("Tried"), True),
            _PEOPLE,
            (message("Gap as searched"), True),
            (message("Gap measured again"), True),
            _P,
            (message("Confirmed"), False),
        ),
        line=lambda record: (
            *_said(
                name(record.group),
                count(record.tried),
                people_counted(record.n_held_out),
                in_100(record.gap_searched, 1),
            ),
            _rate(record.gap, is_signed=True),
            *_said(p_value(record.p_adjusted), _yes(record.confirmed)),
        ),
    ),
    Maker(
        part="representation",
        title=message("How many of each group there are"),
        note=message("A group with few people is measured less surely, and a model learns less from it."),
        heads=(
            _GROUP,
            _ATTRIBUTE,
            (message("Where"), False),
            _PEOPLE,
            (message("Of 100 people"), True),
            (message("Held against"), False),
            (message("Of 100 there"), True),
            (message("Ratio"), True),
        ),
        line=lambda record: (
            *_who(record),
            *_said(message("training") if record.where == "train" else message("measuring"), people_counted(record.n)),
            _rate(record.share),
            *_said(_against(record), None if record.share_against is None else in_100(record.share_against, 1)),
            Cell(estimate=record.ratio),
        ),
    ),
    Maker(
        part="calibrations",
        title=message("Whether scores mean what they say"),
        note=message(
            "Of people with a score of 0.7, about 70 in 100 should be positive. Above zero, the scores of a group promise too much."
        ),
        heads=(
            _GROUP,
            _ATTRIBUTE,
            _PEOPLE,
            (message("Score minus rate, in 100"), True),
            (message("Mean distance, in 100"), True),
        ),
        line=lambda record: (
            *_who(record),
            *_said(people_counted(record.n)),
            _rate(record.mean_gap, is_signed=True),
            _rate(record.error),
        ),
    ),
    Maker(
        part="sweeps",
        title=message("What another threshold would change"),
        note=message(
            "Every threshold was tried. A verdict that turns at the next one hangs on where the line was drawn."
        ),
        heads=(_GROUP, _ATTRIBUTE, (message("Threshold"), True), (message("Verdicts that turn"), False)),
        line=lambda record: (
            *_who(record),
            *_said(message("none") if record.threshold is None else number(record.threshold, 3), _changes(record)),
        ),
    ),
    Maker(
        part="confounding",
        title=message("What could explain a ratio away"),
        note=message(
            "How strongly something that nobody measured would have to go with both the group and the decision to make the ratio (E-value): 1 is not at all."
        ),
        heads=(
            _GROUP,
            _ATTRIBUTE,
            _MEASURE,
            (message("Ratio"), True),
            (message("For the ratio"), True),
            (message("For its interval"), True),
        ),
        line=lambda record: (
            *_who(record),
            *_said(termed(MEASURES, record.measure)),
            Cell(estimate=record.ratio),
            *_said(number(record.e_value), number(record.e_value_limit)),
        ),
    ),
    Maker(
        part="pooled_rates",
        title=message("Rates of small groups, drawn towards the others"),
        note=message(
            "The rate of a small group moves much by chance. Here it is drawn towards the other groups, as far as they are alike."
        ),
        heads=(_GROUP, _ATTRIBUTE, _MEASURE, _PEOPLE, (message("On its own"), True), (message("Drawn"), True)),
        line=lambda record: (
            *_who(record),
            *_said(termed(MEASURES, record.measure), people_counted(record.n)),
            _rate(record.raw),
            _rate(record.pooled),
        ),
    ),
    Maker(
        part="group_gaps",
        title=message("Other gaps"),
        note=message("Described with their intervals, never judged."),
        heads=(_GROUP, _ATTRIBUTE, _MEASURE, (message("Compared by"), False), (message("Estimate"), True), _P),
        line=lambda record: (
            *_who(record),
            *_said(_subject(record), termed(STATISTICS, record.statistic)),
            Cell(estimate=record.estimate, digits=3, is_signed=record.statistic == "gap"),
            *_said(p_value(record.p_adjusted)),
        ),
    ),
    Maker(
        part="group_values",
        title=message("Other numbers of each group"),
        note=message("On the scale on which they were measured."),
        heads=(_GROUP, _ATTRIBUTE, _MEASURE, _PEOPLE, (message("Estimate"), True)),
        line=lambda record: (
            *_who(record),
            *_said(_subject(record), people_counted(record.n)),
            Cell(estimate=record.estimate, digits=3),
        ),
    ),
)
