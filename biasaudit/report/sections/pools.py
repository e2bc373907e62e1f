"""Pools of annotators on the same items: whether some label a group otherwise than others do."""

from __future__ import annotations

from dataclasses import dataclass

from biasaudit.report.comparisons import by_telling, is_crossed
from biasaudit.report.edition import Edition, Figure
from biasaudit.report.messages import Message, Words, counted, listed, message
from biasaudit.report.pictures.look import MOST_ROWS, NARROW, WIDE, State
from biasaudit.report.pictures.rows import Block, Mark, Row, rows_picture
from biasaudit.report.sections.kinds import kinds_told, twin_kinds
from biasaudit.report.verdicts import digits_for, people_of
from biasaudit.results import AuditResult, PoolEffect, PoolErrors, PoolOverlap, Trace
from biasaudit.results.sentences import Value, count, in_100, name, number

_IN_100 = 100
#: Rows that one comparison of a pool takes in the picture: one for each way of counting.
_WAYS = 2
#: Pools named one by one before the rest stands in the table.
_MOST_NAMED = 6
_LEGEND = (
    ("exceeds", message("told from chance by both ways of counting")),
    ("within", message("not told from chance")),
    ("cannot_tell", message("apart only because of a pool that is marked")),
    ("reference", message("the second way of counting")),
)
Placed = tuple[int, PoolEffect]


@dataclass(frozen=True, kw_only=True, slots=True)
class PoolPart:
    """One kind of pool, as the template shows it.

    Attributes
    ----------
    at : int
        Place of its overlap in the result.
    overlap : PoolOverlap
        What the pools share.
    told : tuple of Message
        What was found, and on what it rests.
    figure : Figure or None
        The picture; None where nothing was measured.
    effects : tuple of (int, PoolEffect)
        Each with its place in the result.
    errors : tuple of PoolErrors
        Where truth or reference labels are known.
    scale, digits : float, int
        How effects are written.
    same_as : str
        Kind told before that divides the annotators in the same way; empty where there is none.
    """

    at: int
    overlap: PoolOverlap
    told: tuple[Message, ...]
    figure: Figure | None
    effects: tuple[Placed, ...]
    errors: tuple[PoolErrors, ...]
    scale: float
    digits: int
    same_as: str = ""


def pool_parts(edition: Edition) -> list[PoolPart]:
    """Gather every kind of pool with its sentences, picture and tables, kinds with a flagged pool first."""
    trace = edition.result.trace
    if trace is None:
        return []

    twins = twin_kinds(trace)
    parts: list[PoolPart] = []
    for at, overlap in kinds_told(trace):
        if overlap.unit_kind in twins:
            parts.append(_same(at, overlap, twins[overlap.unit_kind]))
        else:
            parts.append(_part(edition, trace, at, overlap, folds_how=bool(parts)))
    return parts


def _same(at: int, overlap: PoolOverlap, kind: str) -> PoolPart:
    said = message(
        "These pools are those by {kind} under other names: the same numbers of annotators, items and labels. What was found there holds here.",
        kind=name(kind),
    )
    return PoolPart(
        at=at, overlap=overlap, told=(said,), figure=None, effects=(), errors=(), scale=1, digits=1, same_as=kind
    )


def _part(edition: Edition, trace: Trace, at: int, overlap: PoolOverlap, *, folds_how: bool) -> PoolPart:
    kind = overlap.unit_kind
    effects = [(place, one) for place, one in enumerate(trace.pools) if one.unit_kind == kind]
    shown = _told_pools(edition.result, effects)
    is_share = not effects or effects[0][1].scale == "share"
    return PoolPart(
        at=at,
        overlap=overlap,
        told=(*_found(edition.result, overlap, shown), *_resting_on(overlap)),
        figure=_figure(edition, overlap, shown, name_=f"pools-{at}", folds_how=folds_how) if shown else None,
        effects=tuple(effects),
        errors=tuple(one for one in trace.pool_errors if one.unit_kind == kind),
        scale=_IN_100 if is_share else 1,
        digits=1 if is_share else 2,
    )


def _told_pools(result: AuditResult, effects: list[Placed]) -> list[PoolEffect]:
    """Put measured effects in order: flagged first, then single attributes, then the clearest; mirror images once."""
    order = {facts.name: (is_crossed(facts), at) for at, facts in enumerate(by_telling(result))}
    measured = [one for _, one in effects if one.effect.value is not None]

    def key(one: PoolEffect) -> tuple[bool, tuple[bool, int], float]:
        return not one.flagged, order.get(one.attribute, (True, len(order))), -_clearness(one)

    measured.sort(key=key)
    if measured and measured[0].against is not None:
        first = max(measured[0], _mirror(measured[0], measured), key=lambda one: one.effect.value or 0.0)
        return [one for one in measured if one.unit == first.unit]
    return measured


def _mirror(one: PoolEffect, among: list[PoolEffect]) -> PoolEffect:
    same = (one.attribute, one.group)
    return next((other for other in among if (other.attribute, other.group) == same and other is not one), one)


def _clearness(one: PoolEffect) -> float:
    if one.effect.value is None or one.effect.low is None or one.effect.high is None:
        return 0.0
    return abs(one.effect.value) / max(one.effect.high - one.effect.low, 1e-12)


def _found(result: AuditResult, overlap: PoolOverlap, shown: list[PoolEffect]) -> list[Message]:
    """Say which pool labels whom otherwise, or that none can be told."""
    kind = name(overlap.unit_kind)
    flagged = [one for one in shown if one.flagged]
    if flagged:
        return [_sentence(result, flagged[0])] + ([_more(len(flagged) - 1)] if len(flagged) > 1 else [])
    seen = [one.detectable for one in shown if one.detectable is not None]
    if not seen:
        return [message("Pools of {kind} could not be compared.", kind=kind)]
    return [
        message(
            "No pool of {kind} labels a group otherwise than the others as far as can be told; the smallest difference that would have been seen is {low} to {high} {unit}, depending on the pool and group.",
            kind=kind,
            low=_size(min(seen), shown[0]),
            high=_size(max(seen), shown[0]),
            unit=_unit(shown[0]),
        )
    ]


def _more(n: int) -> Message:
    return counted(
        n,
        "{n} further difference can be told from chance; it stands in the numbers below.",
        "{n} further differences can be told from chance; they stand in the numbers below.",
        n=count(n),
    )


def _unit(one: PoolEffect) -> Message:
    return message("in 100") if one.scale == "share" else message("on the scale of labels")


def _size(value: float | None, one: PoolEffect) -> Value:
    if one.scale == "share":
        return in_100(value, max(1, digits_for(value, 0.0)))
    return number(value)


def _against(one: PoolEffect) -> Message:
    if one.anchor == "reference":
        return message("the reference labels let expect")
    if one.against is None:
        return message("the other pools")
    return message("the {unit} pool", unit=name(one.against))


def _sentence(result: AuditResult, one: PoolEffect) -> Message:
    value, low, high = one.effect.value or 0.0, one.effect.low, one.effect.high
    if value < 0:
        low, high = (None if end is None else -end for end in (high, low))
    words: Words = {
        "unit": name(one.unit),
        "group": people_of(result, one.attribute, one.group),
        "reference": people_of(result, one.attribute, one.reference),
        "against": _against(one),
        "effect": _size(abs(value), one),
        "low": _size(low, one),
        "high": _size(high, one),
    }
    if one.scale == "share" and value > 0:
        return message(
            "On the same items, the {unit} pool gives {group} a positive label more often than {against}: by {effect} in 100 ({low} to {high}), beyond how they differ on {reference}.",
            **words,
        )
    if one.scale == "share":
        return message(
            "On the same items, the {unit} pool gives {group} a positive label less often than {against}: by {effect} in 100 ({low} to {high}), beyond how they differ on {reference}.",
            **words,
        )
    if value > 0:
        return message(
            "On the same items, the {unit} pool gives {group} higher labels than {against}: by {effect} on their scale ({low} to {high}), beyond how they differ on {reference}.",
            **words,
        )
    return message(
        "On the same items, the {unit} pool gives {group} lower labels than {against}: by {effect} on their scale ({low} to {high}), beyond how they differ on {reference}.",
        **words,
    )


def _resting_on(overlap: PoolOverlap) -> list[Message]:
    """Say how many annotators there are, and which items the pools share."""
    pools = [
        message("{unit} ({annotators} annotators, {labels} labels)", unit=name(pool.unit),
                annotators=count(pool.annotators), labels=count(pool.labels))
        for pool in overlap.pools
    ]  # fmt: skip
    told = (
        [message("The pools: {pools}.", pools=listed(*pools))]
        if len(pools) <= _MOST_NAMED
        else [message("There are {n} pools.", n=count(len(pools)))]
    )
    shared = [pair.shared_items for pair in overlap.pairs]
    if overlap.parts > 1:
        told.append(
            message(
                "Items that two pools both labelled do not link all of them (at least {fewest} are needed): they fall into {parts} parts.",
                fewest=count(overlap.fewest_shared),
                parts=count(overlap.parts),
            )
        )
        told.append(
            message("Each pool is therefore held against the reference labels.")
            if overlap.anchor == "reference"
            else message("Their labels cannot be told from their items, so they are not compared.")
        )
    elif len(shared) == 1:
        told.append(
            message(
                "{n} items were labelled by both, so what an item deserves is the same for either.", n=count(shared[0])
            )
        )
    else:
        told.append(
            message(
                "Two pools share between {least} and {most} items, so what an item deserves is the same for those who are compared.",
                least=count(min(shared)),
                most=count(max(shared)),
            )
        )
    if overlap.left_out is None:
        told.append(
            message("Labels of fewer than five annotators, whose pool is not recorded or is too small, are left out.")
        )
    elif overlap.left_out:
        told.append(
            counted(
                overlap.left_out,
                "{n} label is left out: its pool is not recorded or has fewer than five annotators.",
                "{n} labels are left out: their pool is not recorded or has fewer than five annotators.",
                n=count(overlap.left_out),
            )
        )
    return told


def _figure(edition: Edition, overlap: PoolOverlap, shown: list[PoolEffect], *, name_: str, folds_how: bool) -> Figure:
    drawn_ = _most_telling(shown)
    is_share = shown[0].scale == "share"
    blocks = _blocks(edition, drawn_)
    unit = message("difference, in 100 labels") if is_share else message("difference, on the scale of labels")
    wide, narrow = (
        rows_picture(blocks, canvas, edition.language, name=f"{name_}-{form}", unit=edition.says(unit), is_signed=True)
        for canvas, form in ((WIDE, "wide"), (NARROW, "narrow"))
    )
    caption = _caption(edition.result, overlap, shown)
    told = "; ".join(
        f"{block.title}, {row.label}: {row.figures}" for block in blocks for row in block.rows if row.figures
    )
    states = {mark.state for block in blocks for row in block.rows for mark in row.marks}
    left = len(shown) - len(drawn_)
    return Figure(
        name=name_,
        folds_how=folds_how,
        caption=caption,
        alt=f"{edition.says(caption)} {told}.",
        wide=wide,
        narrow=narrow,
        how=_how(drawn_[0], has_pulled=any(one.note for one in drawn_)),
        legend=tuple((mark, said) for mark, said in _LEGEND if mark in states),
        more=counted(
            left, "{n} more comparison stands in the table.", "{n} more comparisons stand in the table.", n=count(left)
        )
        if left
        else None,
    )


def _how(first: PoolEffect, *, has_pulled: bool) -> tuple[Message, ...]:
    pulled = message(
        "A pool that labels otherwise moves all the others to the opposite side, since each is held against all the others; they are drawn hollow and not marked for it."
    )
    return (
        message(
            "Right of the line, a pool gives the group more positive or higher labels than {against}, beyond how they differ on the reference group; left of it, fewer or lower.",
            against=_against(first),
        ),
        message(
            "Each difference is counted in two ways on the same labels: item by item and annotator by annotator in plain differences, and by the odds of a positive label. It counts as told only where both agree."
        ),
        *([pulled] if has_pulled else []),
    )


def _caption(result: AuditResult, overlap: PoolOverlap, shown: list[PoolEffect]) -> Message:
    flagged = next((one for one in shown if one.flagged), None)
    if flagged is None:
        return message(
            "On the same items, no pool of {kind} can be told to label a group otherwise.", kind=name(overlap.unit_kind)
        )
    return message(
        "On the same items, the {unit} pool labels {group} otherwise than {against}.",
        unit=name(flagged.unit),
        group=people_of(result, flagged.attribute, flagged.group),
        against=_against(flagged),
    )


def _most_telling(shown: list[PoolEffect]) -> list[PoolEffect]:
    """Choose what the picture has room for: whole comparisons, those of the first effects."""
    chosen: list[PoolEffect] = []
    for first in shown:
        if first in chosen:
            continue
        whole = [one for one in shown if (one.attribute, one.group) == (first.attribute, first.group)]
        if chosen and (len(chosen) + len(whole)) * _WAYS > MOST_ROWS:
            break
        chosen += whole[: MOST_ROWS // _WAYS]
    return chosen


def _blocks(edition: Edition, drawn_: list[PoolEffect]) -> list[Block]:
    """Give one block a group, two rows a pool."""
    held: dict[tuple[str, str], list[PoolEffect]] = {}
    for one in drawn_:
        held.setdefault((one.attribute, one.group), []).append(one)
    blocks = []
    for (_, group), effects in held.items():
        title = message("{group}, against {reference}", group=name(group), reference=name(effects[0].reference))
        rows = [row for one in effects for row in _rows(edition, one)]
        blocks.append(Block(rows=tuple(rows), title=edition.says(title), line=0.0))
    return blocks


def _rows(edition: Edition, one: PoolEffect) -> list[Row]:
    state: State = "exceeds" if one.flagged else "cannot_tell" if one.note else "within"
    scale, digits = (_IN_100, 1) if one.scale == "share" else (1, 2)
    rows = []
    for label, estimate, look in (
        (edition.plain.own(one.unit), one.effect, state),
        (edition.says(message("second way")), one.logit, "reference"),
    ):
        value, low, high = (
            None if end is None else end * scale for end in (estimate.value, estimate.low, estimate.high)
        )
        figures = "" if value is None else edition.language.signed(value, digits)
        mark = Mark(value=value, low=low, high=high, state="reference" if look == "reference" else state)
        rows.append(Row(label=label, figures=figures, marks=(mark,)))
    return rows
