"""Things to try: a line that moves over the scores, and other rules or units that the result knows."""

from __future__ import annotations

import json
from statistics import NormalDist
from typing import Any

from biasaudit.report.comparisons import by_telling
from biasaudit.report.edition import Edition
from biasaudit.report.messages import Listed, Message, Words, message
from biasaudit.report.sections.rules import is_told, rule_parts
from biasaudit.report.sections.units import unit_parts
from biasaudit.report.verdicts import people_of
from biasaudit.report.words import RULE_NAMES, VERDICTS, termed
from biasaudit.results import Attribution, AuditResult, Estimate, RuleEffect, ScoreCounts, UnitShare
from biasaudit.results.sentences import in_100, name, number

#: Level of intervals where the result holds none.
_LEVEL = 0.95
#: Expected people below which an alarm must stand Fisher's exact test, as in the verdicts of an audit.
_EXACT_BELOW = 1_000


def view(edition: Edition) -> dict[str, Any] | None:
    """Gather what can be tried: the page shows it where scripts run."""
    line = _line(edition)
    what_if = _what_if(edition)
    return {"line": line, "what_if": what_if} if line or what_if else None


def _line(edition: Edition) -> dict[str, Any] | None:
    result = edition.result
    if not result.score_counts:
        return None
    counts = result.score_counts[0]
    place = {(group.attribute, group.group): at for at, group in enumerate(counts.groups)}
    parts = [
        {
            "attribute": facts.name,
            "rows": [
                {
                    "group": group,
                    "at": place[facts.name, group],
                    "n": counts.groups[place[facts.name, group]].n,
                    "is_reference": group == facts.reference,
                }
                for group in [facts.reference, *(size.group for size in facts.groups if size.group != facts.reference)]
                if (facts.name, group) in place
            ],
        }
        for facts in by_telling(result)
        if facts.name in counts.references
    ]
    level = next((each.estimate.level for each in result.disparities), _LEVEL)
    return {
        "parts": parts,
        "left": _not_counted(counts),
        "level": level,
        "numbers": json.dumps(_numbers(edition, counts, level), sort_keys=True, separators=(",", ":")),
        "is_exact": counts.at is not None,
    }


def _numbers(edition: Edition, counts: ScoreCounts, level: float) -> dict[str, Any]:
    """Give the script its numbers and texts."""
    result, language = edition.result, edition.language
    place = {(group.attribute, group.group): at for at, group in enumerate(counts.groups)}
    deciding = {
        (each.attribute, each.group): each.deciding.level
        for each in result.disparities
        if each.measure == "selection_rate" and each.stage == "decision"
    }
    texts = {
        "threshold": message("Threshold {threshold}: {rate} of 100 are selected."),
        "places": message("{rate} of 100 are selected."),
        "people": message("{rate} of 100 are selected, {n} of {total} people."),
        "own": message("This is the audit’s own line."),
        "widest": message("Widest gap: {group}, {gap} in 100 ({low} to {high})."),
        "to": message("{low} to {high}"),
        "at_least": message("at least {low}"),
        "undefined": message("not defined"),
        "few": message("too few to judge"),
    }
    return {
        "cut": counts.cut,
        "value": counts.cut_value,
        "at": counts.at,
        "thresholds": counts.thresholds,
        "tied": [int(each) for each in counts.tied],
        "places": [_plain(each) for each in counts.places],
        "weighted": result.data.weighted,
        "z": NormalDist().inv_cdf((1 + level) / 2),
        "gap": result.audit.tolerance_gap,
        "ratio": result.audit.tolerance_ratio,
        "minimum": result.audit.minimum_size,
        "groups": [
            {
                "people": group.n,
                "z": NormalDist().inv_cdf((1 + deciding.get((group.attribute, group.group), level)) / 2),
                "alpha": 1 - deciding.get((group.attribute, group.group), level),
                "n": group.effective_n,
                "counts": [_plain(each) for each in group.counts],
                "reference": place.get((group.attribute, counts.references[group.attribute])),
            }
            for group in counts.groups
        ],
        "texts": {key: language.translated(text.template) for key, text in (texts | VERDICTS).items()},
        "exact_below": _EXACT_BELOW,
    }


def _plain(number_: float) -> float:
    return int(number_) if number_ == int(number_) else number_


def _not_counted(counts: ScoreCounts) -> Message | None:
    """Name the groups whose scores are not counted, and attributes of which none are."""
    if not counts.not_counted:
        return None
    words: list[Message] = []
    for one in counts.not_counted:
        if one.attribute in counts.references:
            words.append(message("{group} ({attribute})", group=name(one.group), attribute=name(one.attribute)))
        elif (whole := message("all groups of {attribute}", attribute=name(one.attribute))) not in words:
            words.append(whole)
    return message(
        "Left out here, because their scores would speak of too few people, or would tell those of others by subtraction: {groups}.",
        groups=Listed(parts=tuple(words)),
    )


def _what_if(edition: Edition) -> list[dict[str, Any]]:
    """Gather what another rule, or leaving out a unit's labels, does to the gap of each group."""
    result = edition.result
    found: dict[tuple[str, str], dict[str, Any]] = {}

    def case(attribute: str, group: str, reference: str) -> dict[str, Any]:
        title = message("{group}, against {reference}", group=name(group), reference=name(reference))
        return found.setdefault((attribute, group), {"title": title, "rules": [], "kinds": {}})

    for part in rule_parts(edition, drawn=False):
        first = part["rows"][0][1]
        own = next((effect for _, effect, _ in part["rows"] if effect.is_declared), None)
        for _, effect, called in sorted(part["rows"], key=lambda row: -_moved(row[1])):
            if not effect.is_declared:
                told = _rule(result, effect, own)
                if told:
                    case(first.attribute, first.group, first.reference)["rules"].append((called, told))
    for part in unit_parts(edition, drawn=False):
        record = part["record"]
        units = [(unit.unit, _unit(result, record, unit)) for _, unit in part["units"] if unit.drop_one is not None]
        if units:
            case(record.attribute, record.group, record.reference)["kinds"].setdefault(record.unit_kind, units)
    return list(found.values())


def _moved(effect: RuleEffect) -> float:
    """How far a rule moves the model's gap, or that of the labels where no model was trained."""
    changes = [change.value for change in (effect.model_change, effect.label_change) if change is not None]
    return next((abs(value) for value in changes if value is not None), 0.0)


def _rule(result: AuditResult, effect: RuleEffect, own: RuleEffect | None) -> list[Message]:
    """Tell both gaps under another rule, and how far they moved."""
    told: list[Message] = []
    if effect.label_gap.is_defined:
        told.append(
            message(
                "Under the rule “{rule}”, the gap of {group} in the agreed labels is {gap}.",
                rule=termed(RULE_NAMES, effect.rule),
                group=people_of(result, effect.attribute, effect.group),
                gap=_interval(effect.label_gap),
            )
        )
        told += _against(own.label_gap if own else None, effect.label_change, is_told=is_told(effect, "label"))
    if effect.model_gap.is_defined:
        gap = _interval(effect.model_gap)
        told.append(message("The model trained on the labels of this rule has a gap of {gap}.", gap=gap))
        told += _against(own.model_gap if own else None, effect.model_change, is_told=is_told(effect, "model"))
    return told


def _against(own: Estimate | None, change: Estimate | None, *, is_told: bool) -> list[Message]:
    """Hold a gap against that under the audit's own rule."""
    if own is None or not own.is_defined or change is None or not change.is_defined:
        return []
    words: Words = {"own": _interval(own), "change": _interval(change)}
    if is_told:
        return [
            message(
                "Under the audit’s own rule it is {own}. It moves by {change}, more than chance would make.", **words
            )
        ]
    return [
        message(
            "Under the audit’s own rule it is {own}. It moves by {change}, which cannot be told from chance.", **words
        )
    ]


def _interval(estimate: Estimate) -> Message:
    """Write a gap in 100 with its interval."""
    value = in_100(estimate.value, 1)
    if estimate.low is None or estimate.high is None:
        return message("{value} in 100", value=value)
    return message(
        "{value} in 100 ({low} to {high})", value=value, low=in_100(estimate.low, 1), high=in_100(estimate.high, 1)
    )


def _unit(result: AuditResult, record: Attribution, unit: UnitShare) -> list[Message]:
    """Tell the gap without a unit's labels, beside what its labels add."""
    words: Words = {"unit": name(unit.unit), "group": people_of(result, record.attribute, record.group)}
    told = [
        message(
            "Trained without the labels of {unit}, the model’s gap for {group} moves by {moves} in 100. With them it is {total}. This was measured once, without an interval.",
            **words,
            moves=number(-100 * (unit.drop_one or 0.0), 1),
            total=_interval(record.total),
        )
    ]
    if unit.contribution.is_defined:
        told.append(
            message(
                "With every way of replacing labels by reference labels taken together, those of this unit add {contribution} to the gap.",
                contribution=_interval(unit.contribution),
            )
        )
    return told
