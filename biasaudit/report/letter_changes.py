"""What would have changed a decision: the part of a letter on what is within reach, and that on another group."""

from __future__ import annotations

from biasaudit.report.letter_parts import Block, Part, change_words, digits_apart, from_the_line
from biasaudit.report.messages import Message, counted, listed, message
from biasaudit.results import AuditResult, Value
from biasaudit.results.letters import Alternative, Counterpart, Explanation, Scored
from biasaudit.results.sentences import count, in_100, name, number


def changes_part(result: AuditResult, told: Explanation) -> Part | None:
    """Say which changes would have been enough; None where there is no model to ask."""
    if told.scored is None:
        return None
    heading = message("What would have changed the decision")
    if not told.sought:
        said = message("The decision went your way, so no changes were sought.")
        return Part(heading=heading, blocks=(("text", (said,)),))
    remarks: list[Message | Value] = []
    blocks: list[Block] = []
    if told.alternatives:
        several = len(told.alternatives) > 1
        blocks += [
            (
                "text",
                (
                    message(
                        "Each line below would have been enough, alone and with all else as it was."
                        if several
                        else "This, with all else as it was, would have been enough."
                    ),
                    message("The model itself was asked."),
                ),
            ),
            ("list", tuple(_alternative(told.scored, one) for one in told.alternatives)),
        ]
        remarks.append(
            message(
                "This tells how the procedure stood, and promises nothing for another time, when others apply and the line may run elsewhere."
                if result.model is not None and result.model.cut in ("share", "quota")
                else "This tells how the procedure stood, and promises nothing for another time."
            )
        )
    elif told.changeable:
        one = counted(
            told.at_once,
            "No change of {n} of these data, as far as each can usually go, would have been enough: {columns}.",
            "No change of up to {n} of these data, as far as each can usually go, would have been enough: {columns}.",
            n=count(told.at_once),
            columns=listed(*(name(column) for column in told.changeable)),
        )
        blocks.append(("text", (one,)))
    else:
        blocks.append(("text", (message("Nothing that the model read is within your reach."),)))
    if told.held:
        remarks.append(
            message(
                "Not looked at here, because nobody can be asked to change it: {columns}.",
                columns=listed(*(name(column) for column in told.held)),
            )
        )
    if not told.reach_declared and told.changeable:
        remarks.append(message("Nobody has declared which of these data are within your reach: judge for yourself."))
    if remarks:
        blocks.append(("quiet", tuple(remarks)))
    if told.corrections:
        said = message(
            "What nobody can change may still be recorded wrongly. If it is, have it put right: had one of these records been otherwise, so would the decision."
        )
        blocks += [("text", (said,)), ("list", tuple(_alternative(told.scored, one) for one in told.corrections))]
    return Part(heading=heading, blocks=tuple(blocks))


def _alternative(scored: Scored, one: Alternative) -> Message:
    changes = listed(*(change_words(change) for change in one.changes))
    digits = digits_apart(one.score, scored.line)
    if scored.unit == "points":
        return from_the_line(changes, one.score - scored.line, digits)
    return message("{changes}. That gives a score of {score}.", changes=changes, score=number(one.score, digits))


def counterparts_part(result: AuditResult, told: Explanation) -> Part:
    """Say what would have been decided of the same file in another group."""
    assert told.scored is not None
    said = tuple(_counterpart(result, told, told.scored, one) for one in told.counterparts)
    remark = message(
        "Nobody can be asked to change this. It is told because it shows what the group alone, or what stands in for it, did to the decision; whether that was lawful is not for this letter to say."
    )
    return Part(heading=message("The same file, another group"), blocks=(("list", said), ("quiet", (remark,))))


def _counterpart(result: AuditResult, told: Explanation, scored: Scored, one: Counterpart) -> Message:
    digits = digits_apart(one.score, scored.line, scored.score)
    changes = listed(*(change_words(change) for change in one.changes))
    moved = (
        from_the_line(changes, one.score - scored.line, digits)
        if scored.unit == "points"
        else message("{changes}. That gives a score of {score}.", changes=changes, score=number(one.score, digits))
    )
    return message("{moved} {outcome}", moved=moved, outcome=_outcome(told, one, name(result.audit.decision)))


def _outcome(told: Explanation, one: Counterpart, decision: Value) -> Message:
    if one.selected == told.selected:
        return message("The decision would have been the same.")
    if one.selected >= 1:
        return message("You would have been {decision}.", decision=decision)
    if one.selected <= 0:
        return message("You would not have been {decision}.", decision=decision)
    return message(
        "Your chance of being {decision} would have been {chance} in 100.",
        decision=decision,
        chance=in_100(one.selected),
    )
