"""A letter to one person, in parts that any form of text can write: what was decided, what counted, what can be done."""

from __future__ import annotations

from biasaudit.report.letter_changes import changes_part, counterparts_part
from biasaudit.report.letter_groups import groups_part
from biasaudit.report.letter_parts import Block, Part, amount, digits_apart, input_sentence, shown
from biasaudit.report.messages import Message, Words, counted, listed, message
from biasaudit.results import AuditResult, Value
from biasaudit.results.letters import Explanation, Scored
from biasaudit.results.sentences import count, in_100, name, number


def letter_of(result: AuditResult, told: Explanation) -> tuple[Part, ...]:
    """Write a letter as messages.

    Parameters
    ----------
    result : AuditResult
        What the audit found: words and figures of the groups.
    told : Explanation
        What was measured for the person.

    Returns
    -------
    tuple of Part
        In the order of reading.
    """
    parts = [_decision(result, told), _counted(result, told), changes_part(result, told)]
    if told.counterparts:
        parts.append(counterparts_part(result, told))
    parts += [groups_part(result, told), _contest(told), _signed()]
    return tuple(part for part in parts if part is not None)


def _decision(result: AuditResult, told: Explanation) -> Part:
    audit = result.audit
    said: list[Message | Value] = [_decided(result, told.selected)]
    if audit.decided_by:
        said.append(message("Decided by: {who}.", who=name(audit.decided_by)))
    if audit.period:
        said.append(message("When: {when}.", when=name(audit.period)))
    said += _line(result, told)
    if not told.own_row:
        said.append(
            message(
                "Your file is not among those that the audit judged; it is held against the line as it ran among them."
            )
        )
    blocks: list[Block] = [("text", tuple(said))]
    if audit.nature == "simulated":
        blocks.append(("quiet", (message("Simulated data: no such person exists."),)))
    if audit.notice:
        blocks.append(("quiet", (name(audit.notice),)))
    return Part(heading=message("What was decided"), blocks=tuple(blocks))


def _decided(result: AuditResult, selected: float) -> Message:
    decision = name(result.audit.decision)
    if selected >= 1:
        return message("You were {decision}.", decision=decision)
    if selected <= 0:
        return message("You were not {decision}.", decision=decision)
    return message(
        "Your score stood exactly at the line, as did others, and there was not room for all of you: your chance of being {decision} was {chance} in 100.",
        decision=decision,
        chance=in_100(selected),
    )


def _line(result: AuditResult, told: Explanation) -> list[Message | Value]:
    """Say where the line ran, and how far the person stood from it."""
    model, scored = result.model, told.scored
    if model is None or (scored is None and told.given_score is None):
        return []
    drawn = _drawn(result)
    if scored is None:
        line = model.cutoff_score or 0.0
        digits = digits_apart(told.given_score or 0.0, line)
        return [
            *drawn,
            message(
                "Your score, which was made elsewhere, was {score}. The line ran at {line}.",
                score=number(told.given_score, digits),
                line=number(line, digits),
            ),
        ]
    digits = digits_apart(scored.score, scored.line)
    if scored.unit == "points":
        apart = scored.score - scored.line
        return [*drawn, _ended(apart, number(abs(apart), digits))]
    return [
        *drawn,
        message(
            "The model gave your file a score of {score} out of 100. The line ran at {line}."
            if scored.unit == "in_100"
            else "The model gave your file a score of {score}. The line ran at {line}.",
            score=number(scored.score, digits),
            line=number(scored.line, digits),
        ),
    ]


def _ended(apart: float, points: Value) -> Message:
    if apart < 0:
        return counted(
            shown(points),
            "Counted in points of the form, your file ended {points} points short of the line.",
            "Counted in points of the form, your file ended {points} points short of the line.",
            points=points,
        )
    return counted(
        shown(points),
        "Counted in points of the form, your file ended {points} points above the line.",
        "Counted in points of the form, your file ended {points} points above the line.",
        points=points,
    )


def _drawn(result: AuditResult) -> list[Message | Value]:
    model = result.model
    if model is None or model.cut not in ("share", "quota"):
        return []
    return [
        message(
            "Of {n} {people}, the {places} with the highest scores were {decision}.",
            places=count(model.n_selected),
            n=count(result.data.rows_judged),
            people=name(result.audit.people),
            decision=name(result.audit.decision),
        )
    ]


def _counted(result: AuditResult, told: Explanation) -> Part:
    heading, scored = message("What counted, and how"), told.scored
    if scored is None:
        said = message(
            "The audit was given scores that were made elsewhere, and did not see how. It can tell the line and the figures below; the reasons must come from whoever made the score."
            if told.given == "scores"
            else "The audit was given decisions that were made elsewhere, and did not see how. It can tell the figures below; the reasons must come from whoever decided."
        )
        return Part(heading=heading, blocks=(("text", (said,)),))
    least = 0.5 * 10.0 ** -amount(scored).digits
    shown = [one for one in scored.inputs if abs(one.contribution) >= least]
    rest = [one for one in scored.inputs if abs(one.contribution) < least]
    favours = 1 if result.audit.positive_is == "favourable" else -1
    protected = {column for facts in result.data.attributes for column in facts.columns}
    blocks: list[Block] = [("text", _held_against(result, scored))]
    for sign, title in (
        (favours, message("Counted for you, most telling first:")),
        (-favours, message("Counted against you, most telling first:")),
    ):
        side = [one for one in shown if one.contribution * sign > 0]
        if side:
            blocks += [
                ("text", (title,)),
                (
                    "list",
                    tuple(input_sentence(result, scored, one, is_protected=one.column in protected) for one in side),
                ),
            ]
    remarks: list[Message | Value] = []
    if rest:
        remarks.append(
            message("Counted for next to nothing: {columns}.", columns=listed(*(name(one.column) for one in rest)))
        )
    if scored.error > least:
        remarks.append(
            message("Each amount may be off by about {error}.", error=number(2 * scored.error, amount(scored).digits))
        )
    remarks.append(
        message("These are parts of how the model reckons. They are not causes, and say nothing of what is just.")
    )
    return Part(heading=heading, blocks=(*blocks, ("quiet", tuple(remarks))))


def _held_against(result: AuditResult, scored: Scored) -> tuple[Message, ...]:
    apart = scored.score - scored.usual
    words: Words = {
        "n": count(scored.compared),
        "people": name(result.audit.people),
        "apart": amount(scored, abs(apart)),
    }
    everyone = scored.compared >= result.data.rows_judged
    if scored.unit == "points":
        first = _beside_mean(apart, words, shown(amount(scored, abs(apart))))
    elif everyone:
        first = message(
            "Your score is {apart} higher than that of the {n} {people} judged is on average."
            if apart >= 0
            else "Your score is {apart} lower than that of the {n} {people} judged is on average.",
            **words,
        )
    else:
        first = message(
            "Your score is {apart} higher than the average of {n} {people} taken evenly over all scores."
            if apart >= 0
            else "Your score is {apart} lower than the average of {n} {people} taken evenly over all scores.",
            **words,
        )
    second = message(
        "Here is every datum that the model read, and how much of that difference it makes; together they make all of it."
    )
    if scored.points_column is None:
        return (first, second)
    return (first, _point(scored.points_worth, scored.points_column), second)


def _beside_mean(apart: float, words: Words, size: float) -> Message:
    if apart >= 0:
        return counted(
            size,
            "Your file ended {apart} points higher than those of the {n} {people} judged did on average.",
            "Your file ended {apart} points higher than those of the {n} {people} judged did on average.",
            **words,
        )
    return counted(
        size,
        "Your file ended {apart} points lower than those of the {n} {people} judged did on average.",
        "Your file ended {apart} points lower than those of the {n} {people} judged did on average.",
        **words,
    )


def _point(worth: float, column: str) -> Message:
    digits = 0 if worth == round(worth) else 2
    return counted(
        worth,
        "One more of {column} counts {worth} point.",
        "One more of {column} counts {worth} points.",
        worth=number(worth, digits),
        column=name(column),
    )


def _contest(told: Explanation) -> Part:
    ask: Block = ("blanks", (message("To contest the decision, or to ask more"),))
    if told.contact:
        ask = ("text", (message("To contest the decision, or to ask more: {contact}", contact=name(told.contact)),))
    complain: Block = ("blanks", (message("To complain to an authority"),))
    if told.authority:
        complain = ("text", (message("To complain to an authority: {authority}", authority=name(told.authority)),))
    law = (
        message(
            "In the European Union, whoever decided must on request give you the data they hold about you; and where a machine alone decided, meaningful information about the logic involved (GDPR, Article 15)."
        ),
        message(
            "The Court of Justice has held (C\u2011203/22, 27 February 2025) that this means the procedure and the principles actually applied to your data, told in a way that you can understand; how other data would have led to another result may be part of that."
        ),
        message(
            "Where such a decision has legal or similarly serious effects on you, you may ask that a human being look at it again, say how you see it, and contest it (GDPR, Article 22)."
        ),
        message(
            "Where a decision rests on the output of a high-risk system of Annex III of the AI Act, you may ask whoever used it what part it had and what the main elements of the decision were (Article 86, once it applies)."
        ),
        message(
            "Each of these has conditions and exceptions. Whether they apply to you, this letter cannot tell; it is no legal advice."
        ),
    )
    return Part(heading=message("What you can do"), blocks=(ask, complain, ("quiet", law)))


def _signed() -> Part:
    return Part(
        heading=message("To be signed before it is sent"),
        blocks=(
            (
                "text",
                (
                    message(
                        "A program wrote this letter from what it measured. Whoever signs has checked that the data are this person’s, that the decision is the one that was taken, and that the model asked is the one that took it."
                    ),
                ),
            ),
            ("blanks", (message("Name and office"), message("Place and date"), message("Signature"))),
        ),
    )
