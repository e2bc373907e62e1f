"""Whether annotators agree less about one group, and whether a pool of them agrees mostly with itself."""

from __future__ import annotations

from typing import Any

from biasaudit.report.comparisons import by_telling, is_crossed, main_group
from biasaudit.report.edition import Edition, Figure
from biasaudit.report.messages import Message, Words, message
from biasaudit.report.pictures.look import MOST_ROWS, NARROW, WIDE, State
from biasaudit.report.pictures.rows import Block, Mark, Row, rows_picture
from biasaudit.report.sections.kinds import twin_kinds
from biasaudit.report.verdicts import people_of
from biasaudit.report.words import COEFFICIENTS, termed
from biasaudit.results import ALL_GROUPS, Agreement, AttributeFacts, AuditResult, Trace
from biasaudit.results.agreeing import Together, agreement_of, compared_agreement, is_told
from biasaudit.results.sentences import in_100, name, number

_IN_100 = 100
#: Coefficients drawn, from the plainest.
_DRAWN = ("percent_agreement", "krippendorff_alpha", "gwet_ac1", "gwet_ac2")
#: Attributes drawn; the others are told and stand in tables.
_MOST_FIGURES = 2
#: Coefficients that are no shares, and are read as numbers.
PLAIN = ("krippendorff_alpha", "gwet_ac1", "gwet_ac2")

_LEGEND = (
    ("reference", message("the group compared with")),
    ("exceeds", message("differs from it, more than chance would")),
    ("cannot_tell", message("no difference can be told")),
)


def agreement_parts(edition: Edition) -> list[dict[str, Any]]:
    """Gather agreement over everybody and by attribute: what is said, drawn and listed."""
    result, trace = edition.result, edition.result.trace
    if trace is None or not any(not one.unit_kind for one in trace.agreement):
        return []
    everyone = agreement_of(trace, ALL_GROUPS, ALL_GROUPS)
    parts: list[dict[str, Any]] = []
    if everyone:
        parts.append(_part(ALL_GROUPS, _everyone_told(everyone), {ALL_GROUPS: everyone}))
    for facts in by_telling(result):
        groups = {size.group: agreement_of(trace, facts.name, size.group) for size in facts.groups}
        held = {group: found for group, found in groups.items() if found}
        if not held:
            continue
        drawn = sum(part["figure"] is not None for part in parts)
        figure = None
        if drawn < _MOST_FIGURES and not is_crossed(facts):
            figure = _figure(edition, facts, held, name_=f"agreement-{drawn}", folds_how=drawn > 0)
        parts.append(_part(facts.name, _told(result, facts), held, figure=figure, gaps=_gaps(trace, facts)))
    return parts


def _part(
    attribute: str,
    told: list[Message],
    groups: dict[str, dict[str, tuple[int, Agreement]]],
    *,
    figure: Figure | None = None,
    gaps: Any = (),
) -> dict[str, Any]:
    found = {coefficient for held in groups.values() for coefficient in held}
    columns = {code: word for code, word in COEFFICIENTS.items() if code in found}
    return {
        "attribute": attribute, "told": told, "groups": groups, "columns": columns, "figure": figure,
        "gaps": gaps, "plain": PLAIN,
    }  # fmt: skip


def _everyone_told(held: dict[str, tuple[int, Agreement]]) -> list[Message]:
    pairs, divided = (held.get(one) for one in ("percent_agreement", "below_80_percent"))
    if pairs is None or pairs[1].estimate.value is None:
        return []
    told = [
        message(
            "Take two labels of one and the same item: {pairs} of 100 such pairs agree.",
            pairs=in_100(pairs[1].estimate.value),
        )
    ]
    if divided is not None and divided[1].estimate.value is not None:
        told.append(
            message(
                "On {divided} of 100 items, fewer than 80 in 100 of the labels say the same.",
                divided=in_100(divided[1].estimate.value),
            )
        )
    return told


def _told(result: AuditResult, facts: AttributeFacts) -> list[Message]:
    """Say in plain shares how far annotators agree about the most telling group, and what that tells."""
    assert result.trace is not None
    main = main_group(result, facts.name)
    together = compared_agreement(result.trace, facts.name, main, facts.reference) if main else None
    if main is None or together is None:
        return []
    own, other = (held["percent_agreement"][1].estimate.value for held in (together.own, together.other))
    words: Words = {
        "group": people_of(result, facts.name, main),
        "reference": people_of(result, facts.name, facts.reference),
    }
    pairs = message(
        "Of 100 pairs of labels of one and the same item, {own} agree about {group} and {other} about {reference}.",
        own=in_100(own),
        other=in_100(other),
        **words,
    )
    return [pairs, _concluded(together, words)]


def _concluded(together: Together, words: Words) -> Message:
    if together.said == "less":
        return message(
            "Annotators agree less about {group} than about {reference}, and not only because one answer is rarer.",
            **words,
        )
    if together.said == "more":
        return message(
            "Annotators agree more about {group} than about {reference}, and not only because one answer is rarer.",
            **words,
        )
    if together.said == "cannot_tell":
        return message("Chance could make that difference.")
    alpha, gwet = "krippendorff_alpha", together.gwet
    return message(
        "Whether that is less agreement depends on how chance is allowed for: alpha is {alpha_group} and {alpha_reference}, {gwet} is {gwet_group} and {gwet_reference}. Alpha falls where one answer is rare, and {share_group} and {share_reference} of 100 labels are positive.",
        alpha_group=number(together.own[alpha][1].estimate.value),
        alpha_reference=number(together.other[alpha][1].estimate.value),
        gwet=termed(COEFFICIENTS, gwet),
        gwet_group=number(together.own[gwet][1].estimate.value),
        gwet_reference=number(together.other[gwet][1].estimate.value),
        share_group=in_100(together.own["prevalence"][1].estimate.value),
        share_reference=in_100(together.other["prevalence"][1].estimate.value),
    )


def _gaps(trace: Trace, facts: AttributeFacts) -> list[tuple[int, Any]]:
    return [(at, gap) for at, gap in enumerate(trace.agreement_gaps) if gap.attribute == facts.name]


def _figure(
    edition: Edition,
    facts: AttributeFacts,
    groups: dict[str, dict[str, tuple[int, Agreement]]],
    *,
    name_: str,
    folds_how: bool,
) -> Figure | None:
    """Draw the coefficients of each group with their intervals, the reference first."""
    trace = edition.result.trace
    assert trace is not None
    told = {
        (gap.coefficient, gap.group) for gap in trace.agreement_gaps if gap.attribute == facts.name and is_told(gap)
    }
    order = sorted(groups, key=lambda group: group != facts.reference)[:MOST_ROWS]
    blocks = []
    for coefficient in _DRAWN:
        rows = tuple(
            _row(edition, group, groups[group][coefficient][1], facts, is_apart=(coefficient, group) in told)
            for group in order
            if coefficient in groups[group] and groups[group][coefficient][1].estimate.is_defined
        )
        if rows:
            blocks.append(Block(rows=rows, title=edition.says(_title(coefficient))))
    if not blocks:
        return None
    unit = edition.says(message("100 is full agreement"))
    wide, narrow = (
        rows_picture(blocks, canvas, edition.language, name=f"{name_}-{form}", unit=unit, from_zero=True)
        for canvas, form in ((WIDE, "wide"), (NARROW, "narrow"))
    )
    caption = message("How far annotators agree, by {attribute}.", attribute=name(facts.name))
    alt = "; ".join(
        f"{block.title}: " + ", ".join(f"{row.label} {row.figures}" for row in block.rows) for block in blocks
    )
    states = {mark.state for block in blocks for row in block.rows for mark in row.marks}
    return Figure(
        name=name_,
        caption=caption,
        alt=f"{edition.says(caption)} {alt}.",
        wide=wide,
        narrow=narrow,
        folds_how=folds_how,
        how=(
            message(
                "One dot a group, with its interval. At the top, of 100 pairs of labels of one item, how many agree."
            ),
            message(
                "Below, the same with the agreement that chance alone would bring taken off, in two ways: 100 is full agreement, 0 is what chance would give. Alpha falls where one answer is rare; Gwet's coefficient does not."
            ),
            message("Where the two do not say the same of two groups, read how often each is labelled positive."),
        ),
        legend=tuple((mark, said) for mark, said in _LEGEND if mark in states),
    )


def _title(coefficient: str) -> Message:
    return {
        "percent_agreement": message("pairs that agree, of 100"),
        "krippendorff_alpha": message("alpha, times 100"),
        "gwet_ac1": message("Gwet's AC1, times 100"),
        "gwet_ac2": message("Gwet's AC2, times 100"),
    }[coefficient]


def _row(edition: Edition, group: str, one: Agreement, facts: AttributeFacts, *, is_apart: bool) -> Row:
    estimate = one.estimate
    value, low, high = (None if end is None else end * _IN_100 for end in (estimate.value, estimate.low, estimate.high))
    state: State = "reference" if group == facts.reference else "exceeds" if is_apart else "cannot_tell"
    return Row(
        label=edition.plain.own(group),
        figures=edition.language.number(value, 0) if value is not None else "",
        marks=(Mark(value=value, low=low, high=high, state=state),),
    )


def agreement_of_pools(edition: Edition) -> list[dict[str, Any]]:
    """Gather agreement within and across the pools of each kind: what is said, and the table."""
    trace = edition.result.trace
    held: dict[str, dict[tuple[str, str], dict[str, tuple[int, Agreement]]]] = {}
    for at, one in enumerate(trace.agreement if trace else ()):
        if one.unit_kind:
            pools = held.setdefault(one.unit_kind, {})
            pools.setdefault((one.unit, one.group), {})[one.coefficient] = (at, one)
    twins = twin_kinds(trace) if trace else {}
    return [
        {"kind": kind, "told": _pools_told(kind, pools), "rows": list(pools.items()), "everyone": ALL_GROUPS}
        for kind, pools in held.items()
        if kind not in twins
    ]


def _pools_told(kind: str, pools: dict[tuple[str, str], dict[str, tuple[int, Agreement]]]) -> list[Message]:
    """Name the pools whose agreement with themselves and with the others can be told apart, on everybody's items."""
    told = []
    for (unit, group), found in pools.items():
        if group != ALL_GROUPS or not {"alpha_within", "alpha_across", "group_association"} <= set(found):
            continue
        ratio = found["group_association"][1].estimate
        words: Words = {
            "unit": name(unit),
            "kind": name(kind),
            "within": number(found["alpha_within"][1].estimate.value),
            "across": number(found["alpha_across"][1].estimate.value),
        }
        if ratio.low is not None and ratio.low > 1:
            told.append(
                message(
                    "On the same items, annotators of the pool {unit} ({kind}) agree more with each other than with all others: alpha is {within} among them and {across} with the others.",
                    **words,
                )
            )
        elif ratio.high is not None and ratio.high < 1:
            told.append(
                message(
                    "On the same items, annotators of the pool {unit} ({kind}) agree less with each other than with all others: alpha is {within} among them and {across} with the others.",
                    **words,
                )
            )
    if not told:
        told.append(
            message(
                "By {kind}, no pool of annotators can be told to agree more, or less, with itself than with the others.",
                kind=name(kind),
            )
        )
    return told
