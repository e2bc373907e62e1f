"""Along which paths a gap comes, if the declared graph is right."""

from __future__ import annotations

from typing import Any

from biasaudit.report.comparisons import main_group
from biasaudit.report.edition import Edition, Figure
from biasaudit.report.messages import Message, Words, listed, message
from biasaudit.report.pictures.look import NARROW, WIDE
from biasaudit.report.pictures.waterfall import Bar, Fall, waterfall_picture
from biasaudit.report.sections.causes_graph import graph_figure
from biasaudit.report.verdicts import people_of
from biasaudit.results import AuditResult, CausalGap, CausalPart, DeclaredCauses
from biasaudit.results.sentences import in_100, name, number

#: What the parts are called, where they stand for themselves.
PARTS: dict[str, Message] = {
    "direct": message("straight from the attribute"),
    "unjustified": message("along other declared ways"),
    "justified": message("along accepted ways"),
    "indirect": message("along declared ways, accepted or not"),
    "spurious": message("what merely goes with the attribute"),
    "total": message("the whole gap"),
}
#: What is taken apart.
STAGES: dict[str, Message] = {"decision": message("Decisions"), "label": message("Recorded labels")}
#: Parts that stand for others where these cannot be told apart, and so are no bars of their own beside them.
_JOINT: CausalPart = "indirect"
#: What is told after the direct part.
_OTHERS: tuple[CausalPart, ...] = ("unjustified", "justified", "indirect", "spurious")
_Found = dict[CausalPart, tuple[int, CausalGap]]


def view(edition: Edition) -> dict[str, Any] | None:
    """Gather the parts of every gap, the main group of each attribute with its picture."""
    result, declared = edition.result, edition.result.declared_causes
    if not result.causes or declared is None:
        return None
    parts = []
    attributes = list(dict.fromkeys(one.attribute for one in result.causes))
    for attribute in attributes:
        own = [(at, one) for at, one in enumerate(result.causes) if one.attribute == attribute]
        group = main_group(result, attribute) or own[0][1].group
        found = {one.part: (at, one) for at, one in own if one.group == group and one.stage == "decision"}
        if not found:
            continue
        labels = {one.part: (at, one) for at, one in own if one.group == group and one.stage == "label"}
        parts.append(
            {
                "attribute": attribute,
                "at": own[0][0],
                "title": message(
                    "{group}, against {reference}", group=name(group), reference=name(found["total"][1].reference)
                ),
                "told": _told(result, found),
                "labels": _labels(labels),
                "figure": _fall(edition, {part: one for part, (_, one) in found.items()}, f"causes-{own[0][0]}"),
                "rows": own,
            }
        )
    return {
        "parts": parts,
        "words": PARTS,
        "stages": STAGES,
        "declared": declared,
        "graph": graph_figure(edition, declared, attributes),
        "lines": _declared(declared),
    }


def _declared(declared: DeclaredCauses) -> list[Message]:
    """Say which ways were accepted, for which reason, and what nobody has measured."""
    told: list[Message] = []
    for reason in dict.fromkeys(one.reason for one in declared.accepted):
        own = [one for one in declared.accepted if one.reason == reason]
        through = [name(one.through) for one in own if one.through is not None]
        if through:
            told.append(
                message(
                    "Accepted, whatever passes through {variables}: {why}", variables=listed(*through), why=name(reason)
                )
            )
        told += [
            message(
                "Accepted, the path {path}: {why}",
                path=listed(*(name(variable) for variable in one.path)),
                why=name(reason),
            )
            for one in own
            if one.path is not None
        ]
    told += [
        message(
            "Not measured: {cause}, which acts on {variables}",
            cause=name(one.name),
            variables=listed(*(name(variable) for variable in one.acts_on)),
        )
        for one in declared.hidden
    ]
    return told


def _told(result: AuditResult, found: _Found) -> list[Message]:
    direct, total = found["direct"][1], found["total"][1]
    words: Words = {
        "group": people_of(result, direct.attribute, direct.group),
        "reference": people_of(result, direct.attribute, direct.reference),
        "attribute": name(direct.attribute),
        "total": in_100(total.estimate.value, 1),
    }
    told = [_direct(direct, words)]
    others = [found[part][1] for part in _OTHERS if part in found]
    told += [_part(one) for one in others if one.estimate.is_defined]
    told += _refused([one for _, one in found.values() if one.part != "direct"])
    return told + _strength(direct)


def _direct(direct: CausalGap, words: Words) -> Message:
    estimate = direct.estimate
    if estimate.value is None:
        return message(
            "How much of the gap of {total} in 100 between {group} and {reference} comes straight from {attribute} cannot be told.",
            **words,
        )
    words = words | {
        "value": in_100(estimate.value, 1),
        "low": in_100(estimate.low, 1),
        "high": in_100(estimate.high, 1),
    }
    if estimate.value == 0 and estimate.low == estimate.high:
        return message(
            "Nothing of the gap of {total} in 100 between {group} and {reference} comes straight from {attribute}: asked about the same file with either value, the model decides the same.",
            **{key: words[key] for key in ("total", "group", "reference", "attribute")},
        )
    if _is_clear(direct):
        return message(
            "If the graph is right, {value} in 100 ({low} to {high}) of the gap of {total} between {group} and {reference} come straight from {attribute}, past everything that is declared.",
            **words,
        )
    return message(
        "If the graph is right, what comes straight from {attribute} cannot be told from nothing: {value} in 100 ({low} to {high}) of the gap of {total} between {group} and {reference}.",
        **words,
    )


def _part(one: CausalGap) -> Message:
    through = dict.fromkeys(path[1] for path in one.paths)
    words: Words = {
        "value": in_100(one.estimate.value, 1),
        "low": in_100(one.estimate.low, 1),
        "high": in_100(one.estimate.high, 1),
    }
    if one.part == "spurious":
        return message(
            "{value} in 100 ({low} to {high}) come from what acts on the decision and merely goes with the attribute.",
            **words,
        )
    words["through"] = _few(list(through))
    if one.part == "justified":
        return message("{value} in 100 ({low} to {high}) come along ways declared accepted ({through}).", **words)
    if one.part == "unjustified":
        return message(
            "{value} in 100 ({low} to {high}) come along ways that nobody declared accepted ({through}).", **words
        )
    return message("{value} in 100 ({low} to {high}) come along declared ways, accepted or not ({through}).", **words)


def _few(variables: list[str]) -> Any:
    """List the first variables of some ways; where they are many, the first three and how many more."""
    most = 4
    if len(variables) <= most:
        return listed(*(name(one) for one in variables))
    more = message("{n} more", n=number(len(variables) - most + 1, 0))
    return listed(*(name(one) for one in variables[: most - 1]), more)


def _refused(found: list[CausalGap]) -> list[Message]:
    """Say what cannot be told."""
    missing = [PARTS[one.part] for one in found if not one.estimate.is_defined]
    return [message("Not told: {what}; the reason stands with the numbers.", what=listed(*missing))] if missing else []


def _strength(direct: CausalGap) -> list[Message]:
    if direct.e_value is None or direct.e_value_limit is None or not _is_clear(direct):
        return []
    return [
        message(
            "Something undeclared would explain this direct part away only if it went both with the attribute's ways and with the decision by a ratio of {strength} each; by {limit}, it would reach the near end of the interval.",
            strength=number(direct.e_value, 1),
            limit=number(direct.e_value_limit, 1),
        )
    ]


def _labels(found: _Found) -> list[Message]:
    """Say the same of the recorded labels, in one sentence."""
    if "direct" not in found or found["direct"][1].estimate.value is None:
        return []
    direct, total = found["direct"][1], found["total"][1]
    return [
        message(
            "In the recorded labels, {value} in 100 ({low} to {high}) of a gap of {total} come straight from {attribute}.",
            value=in_100(direct.estimate.value, 1),
            low=in_100(direct.estimate.low, 1),
            high=in_100(direct.estimate.high, 1),
            total=in_100(total.estimate.value, 1),
            attribute=name(direct.attribute),
        )
    ]


def _is_clear(one: CausalGap) -> bool:
    low, high = one.estimate.low, one.estimate.high
    return low is not None and high is not None and (low > 0 or high < 0)


def _fall(edition: Edition, found: dict[CausalPart, CausalGap], name_: str) -> Figure | None:
    """Draw the parts from the reference to the group; None where they are not all told."""
    shown = [one for part, one in found.items() if part not in ("total", _JOINT)]
    if any(not one.estimate.is_defined for one in shown):
        kept = [one for one in shown if one.part not in ("unjustified", "justified")]
        shown = [*kept[:1], *([found[_JOINT]] if _JOINT in found else []), *kept[1:]]
    total = found["total"].estimate.value
    if total is None or any(not one.estimate.is_defined for one in shown):
        return None
    language = edition.language
    bars, start = [], 0.0
    for one in shown:
        value, low, high = ((end or 0.0) * 100 for end in (one.estimate.value, one.estimate.low, one.estimate.high))
        label, figures = edition.says(PARTS[one.part]), language.signed(value, 1)
        bars.append(
            Bar(label=label, figures=figures, start=start, end=start + value, low=start + low, high=start + high)
        )
        start += value
    of = shown[0]
    ends = [edition.says(message("{group}, selection rate", group=name(group))) for group in (of.reference, of.group)]
    fall = Fall(
        start_label=ends[0],
        end_label=ends[1],
        total=total * 100,
        total_figures=language.signed(total * 100, 1),
        bars=tuple(bars),
    )
    unit = edition.says(message("difference in the selection rate, in 100"))
    caption = message("{group}: the gap, part by part, if the graph is right.", group=name(of.group))
    told = "; ".join(f"{bar.label}: {bar.figures}" for bar in bars)
    return Figure(
        name=name_,
        caption=caption,
        alt=f"{edition.says(caption)} {told}.",
        wide=waterfall_picture(fall, WIDE, language, name=f"{name_}-wide", unit=unit),
        narrow=waterfall_picture(fall, NARROW, language, name=f"{name_}-narrow", unit=unit),
        folds_how=True,
        how=(
            message(
                "Read from the top: every bar begins where the one before it ended, and the last ends at the whole gap."
            ),
            message("The thin line over a bar is the interval of what it adds."),
        ),
        legend=(("widening", message("widens the gap")), ("narrowing", message("narrows the gap"))),
    )
