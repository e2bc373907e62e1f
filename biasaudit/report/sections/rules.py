"""What another rule would have done: the gap of the labels and of the model, rule by rule."""

from __future__ import annotations

from typing import Any

from biasaudit.report.comparisons import by_telling, is_crossed, main_group
from biasaudit.report.edition import Edition, Figure
from biasaudit.report.messages import Message, Words, message
from biasaudit.report.pictures.look import NARROW, WIDE, State
from biasaudit.report.pictures.rows import Block, Mark, Row, rows_picture
from biasaudit.report.verdicts import digits_for, people_of
from biasaudit.report.words import RULE_NAMES, termed
from biasaudit.results import AuditResult, Estimate, RuleEffect
from biasaudit.results.sentences import count, in_100, name

_IN_100 = 100
#: Adjusted p-value up to which a change is told from chance.
SIGNIFICANT = 0.05
#: Comparisons drawn, the second one folded away with its table; the others have tables alone.
_MOST_FIGURES = 2
#: The two gaps of a rule: of the labels it makes, and of the model trained on them.
KINDS = ("label", "model")
_LEGEND = (
    ("reference", message("the rule of this audit")),
    ("exceeds", message("told apart from it")),
    ("within", message("not told apart from it")),
)
Placed = list[tuple[int, RuleEffect]]


def rule_parts(edition: Edition, *, drawn: bool = True) -> list[dict[str, Any]]:
    """Gather what every rule does to each gap; the most telling comparison has pictures, where they are wanted."""
    result = edition.result
    held: dict[tuple[str, str], Placed] = {}
    for at, effect in enumerate(result.trace.rules if result.trace else ()):
        held.setdefault((effect.attribute, effect.group), []).append((at, effect))
    order = {facts.name: (is_crossed(facts), at) for at, facts in enumerate(by_telling(result))}

    def key(placed: Placed) -> tuple[bool, tuple[bool, int]]:
        first = placed[0][1]
        return main_group(result, first.attribute) != first.group, order.get(first.attribute, (True, len(order)))

    figures = _MOST_FIGURES if drawn else 0
    return [
        _part(edition, placed, place, has_figures=place < figures)
        for place, placed in enumerate(sorted(held.values(), key=key))
    ]


def _part(edition: Edition, placed: Placed, place: int, *, has_figures: bool) -> dict[str, Any]:
    effects = [effect for _, effect in placed]
    first = effects[0]
    return {
        "title": message("{group}, against {reference}", group=name(first.group), reference=name(first.reference)),
        "group": first.group,
        "rows": [(at, effect, termed(RULE_NAMES, effect.rule)) for at, effect in placed],
        "is_folded": place > 0,
        "figures": [
            _figure(edition, effects, kind, place) for kind in KINDS if has_figures and _is_known(effects, kind)
        ],
        "told": [_caption(edition.result, effects, kind) for kind in KINDS if _is_known(effects, kind)],
        "has_truth": any(effect.accuracy is not None for effect in effects),
    }


def _is_known(effects: list[RuleEffect], kind: str) -> bool:
    return sum(_gap(effect, kind).is_defined for effect in effects) > 1


def _gap(effect: RuleEffect, kind: str) -> Estimate:
    return effect.label_gap if kind == "label" else effect.model_gap


def is_told(effect: RuleEffect, kind: str) -> bool:
    """Whether a gap under a rule is told apart from that under the declared one."""
    p = effect.label_p_adjusted if kind == "label" else effect.model_p_adjusted
    change = effect.label_change if kind == "label" else effect.model_change
    if p is None or p > SIGNIFICANT or change is None or change.low is None or change.high is None:
        return False
    return change.low > 0 or change.high < 0


def _caption(result: AuditResult, effects: list[RuleEffect], kind: str) -> Message:
    """Say between which numbers the rules put a gap, and whether any is told apart from the declared one."""
    known = [effect for effect in effects if _gap(effect, kind).is_defined]
    sizes = [_gap(effect, kind).value or 0.0 for effect in known]
    digits = max(1, digits_for(min(sizes), max(sizes)))
    told = sum(is_told(effect, kind) for effect in known)
    words: Words = {
        "n": count(len(known)),
        "group": people_of(result, effects[0].attribute, effects[0].group),
        "low": in_100(min(sizes), digits),
        "high": in_100(max(sizes), digits),
    }
    if kind == "label" and told:
        return message(
            "{n} rules on the same answers put the gap of {group} in the agreed labels between {low} and {high} in 100. For {told} of them the change is more than chance would make.",
            **words,
            told=count(told),
        )
    if kind == "label":
        return message(
            "{n} rules on the same answers put the gap of {group} in the agreed labels between {low} and {high} in 100. None can be told apart from the rule of this audit.",
            **words,
        )
    if told:
        return message(
            "Trained on the labels of one rule after another, the model has a gap of between {low} and {high} in 100 for {group}. For {told} of {n} rules the change is more than chance would make.",
            **words,
            told=count(told),
        )
    words.pop("n")
    return message(
        "Trained on the labels of one rule after another, the model has a gap of between {low} and {high} in 100 for {group}. No rule can be told apart from that of this audit.",
        **words,
    )


def _figure(edition: Edition, effects: list[RuleEffect], kind: str, place: int) -> Figure:
    known = [effect for effect in effects if _gap(effect, kind).is_defined]
    rows = tuple(_row(edition, effect, kind) for effect in known)
    block = Block(rows=rows, line=0.0, line_label=edition.says(message("no gap")))
    unit = edition.says(message("gap to {reference}, in 100", reference=name(effects[0].reference)))
    wide, narrow = (
        rows_picture([block], canvas, edition.language, name=f"rules-{place}-{kind}-{form}", unit=unit, is_signed=True)
        for canvas, form in ((WIDE, "wide"), (NARROW, "narrow"))
    )
    caption = _caption(edition.result, effects, kind)
    told = "; ".join(f"{row.label}: {row.figures}" for row in rows)
    states = {mark.state for row in rows for mark in row.marks}
    about = (
        message("One row a rule: the gap in the labels that it makes of the same answers, with its interval.")
        if kind == "label"
        else message("One row a rule: the gap in the decisions of the model trained on its labels, with its interval.")
    )
    return Figure(
        name=f"rules-{place}-{kind}",
        caption=caption,
        alt=f"{edition.says(caption)} {told}.",
        wide=wide,
        narrow=narrow,
        folds_how=kind == "model" or place > 0,
        how=(
            about,
            message(
                "The square is the rule of this audit. Intervals overlap because all rules read the same answers; whether a rule is told apart is judged on its change, in the table."
            ),
        ),
        legend=tuple((mark, said) for mark, said in _LEGEND if mark in states),
    )


def _row(edition: Edition, effect: RuleEffect, kind: str) -> Row:
    gap = _gap(effect, kind)
    value, low, high = (None if end is None else end * _IN_100 for end in (gap.value, gap.low, gap.high))
    state: State = "within"
    if effect.is_declared:
        state = "reference"
    elif is_told(effect, kind):
        state = "exceeds"
    return Row(
        label=edition.says(termed(RULE_NAMES, effect.rule)),
        figures=edition.language.signed_in_100(gap.value),
        marks=(Mark(value=value, low=low, high=high, state=state),),
    )
