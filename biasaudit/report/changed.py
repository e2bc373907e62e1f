"""Sentences about what moved between two results: shared by HTML, Markdown and JUnit."""

from __future__ import annotations

from collections.abc import Iterable

from biasaudit.report.messages import Message, Words, listed, message
from biasaudit.report.verdicts import digits_for, people_of
from biasaudit.results import AuditResult, Change, Changes
from biasaudit.results.sentences import Value, count, in_100, name

#: Movements in the order in which a reader needs them.
ORDER = ("wider", "across", "narrower", "not_told")
#: Sentences of one attribute before the rest is summed up.
MOST_SENTENCES = 2


def selection_gaps(changes: Changes, attribute: str) -> list[tuple[int, Change]]:
    """Give the changes of an attribute's gaps in who is selected, with their places, the most telling first."""
    own = [
        (at, one)
        for at, one in enumerate(changes.gaps)
        if (one.attribute, one.measure, one.statistic, one.stage) == (attribute, "selection_rate", "gap", "decision")
    ]
    return sorted(own, key=lambda held: _telling(held[1]))


def _telling(change: Change) -> tuple[int, float]:
    return ORDER.index(change.movement), -abs(change.change.value or 0.0)


def attributes_of(changes: Changes) -> list[str]:
    """Name the attributes that were compared, plain ones before intersections, the most telling first."""
    names = list(dict.fromkeys(one.attribute for one in changes.gaps))

    def key(attribute: str) -> tuple[bool, int, float]:
        first = next((one for _, one in selection_gaps(changes, attribute)), None)
        return (" x " in attribute, *(_telling(first) if first else (len(ORDER), 0.0)))

    return sorted(names, key=key)


def told(result: AuditResult, changes: Changes, attribute: str) -> list[Message]:
    """Say what the gaps of one attribute did: the most telling ones, then the others in one sentence."""
    gaps = [one for _, one in selection_gaps(changes, attribute)]
    moved = sum(one.movement != "not_told" for one in gaps)
    shown = min(max(moved, 1), MOST_SENTENCES)
    sentences = [change_sentence(result, one) for one in gaps[:shown]]
    rest = len(gaps) - shown
    if rest and _is_as_it_was(changes, gaps[0]):
        sentences.append(_rest_as_it_was(attribute, rest))  # the first is the one that changed most
    elif rest and moved <= shown:
        sentences.append(_rest_unmoved(attribute, rest, is_first_too=not moved))
    elif rest:
        sentences.append(
            message(
                "Of the {n} other groups of {attribute}, {moved} moved by more than chance too.",
                n=count(rest),
                attribute=name(attribute),
                moved=count(moved - shown),
            )
        )
    return sentences


def _rest_as_it_was(attribute: str, rest: int) -> Message:
    """Sum up the groups whose gaps are what they were."""
    if rest == 1:
        return message("So is that of the other group of {attribute}.", attribute=name(attribute))
    return message("So are those of the {n} other groups of {attribute}.", n=count(rest), attribute=name(attribute))


def _rest_unmoved(attribute: str, rest: int, *, is_first_too: bool) -> Message:
    """Sum up the groups whose gaps moved no more than chance would move them."""
    own, n = name(attribute), count(rest)
    if rest == 1:
        if is_first_too:
            return message("Nor did that of the other group of {attribute} move by more.", attribute=own)
        return message(
            "The gap of the other group of {attribute} moved no more than chance would move it.", attribute=own
        )
    if is_first_too:
        return message("Nor did those of the {n} other groups of {attribute} move by more.", n=n, attribute=own)
    return message(
        "The gaps of the {n} other groups of {attribute} moved no more than chance would move them.", n=n, attribute=own
    )


def change_sentence(result: AuditResult, change: Change) -> Message:
    """Say what one gap in who is selected did, and how sure that is."""
    group = people_of(result, change.attribute, change.group)
    if not change.change.is_defined:
        return message(
            "For {group} nothing can be compared: the gap has no value in one of the two results.", group=group
        )
    if _is_as_it_was(result.changes, change):
        return message(
            "For {group} the gap to {reference} is what it was: {before} in 100.",
            group=group,
            reference=people_of(result, change.attribute, change.reference),
            before=_of_100(change.before.value, digits_for(change.before.value)),
        )
    is_sized = change.movement in ("wider", "narrower")
    shown = change.growth if is_sized else change.change if change.movement == "across" else change.deciding
    low, high = shown.low, shown.high
    if change.movement == "narrower":
        low, high = (None if high is None else -high), (None if low is None else -low)
    values = digits_for(change.before.value, change.after.value)
    ends = digits_for(low, high)
    words: Words = {
        "group": group,
        "reference": people_of(result, change.attribute, change.reference),
        "before": _of_100(change.before.value, values),
        "after": _of_100(change.after.value, values),
        "low": _of_100(low, ends),
        "high": _of_100(high, ends),
    }
    return message(_SENTENCES[change.movement].template, **words)


def _is_as_it_was(changes: Changes | None, change: Change) -> bool:
    """Whether the same people were decided just as before, so that no noise needs to be spoken of."""
    return changes is not None and changes.people == "same" and change.before == change.after


def _of_100(share: float | None, digits: int) -> Value:
    return in_100(share, digits)


#: What a gap did, as a sentence with places; the call makes each of them a message of the catalogue.
_SENTENCES = {
    "wider": message(
        "For {group} the gap to {reference} got wider: {before} in 100 before, {after} now. It grew by between {low} and {high} in 100, more than chance would make."
    ),
    "narrower": message(
        "For {group} the gap to {reference} got narrower: {before} in 100 before, {after} now. It shrank by between {low} and {high} in 100, more than chance would make."
    ),
    "across": message(
        "For {group} the gap to {reference} went from one side to the other: {before} in 100 before, {after} now. The change lies between {low} and {high} in 100, more than chance would make."
    ),
    "not_told": message(
        "For {group} the gap to {reference} moved no more than chance would move it: {before} in 100 before, {after} now. A change anywhere between {low} and {high} in 100 fits the data."
    ),
}


def headline(changes: Changes) -> Message:
    """Sum up in one sentence how many gaps in who is selected moved, and which way."""
    gaps = [one for attribute in attributes_of(changes) for _, one in selection_gaps(changes, attribute)]
    held = {movement: sum(one.movement == movement for one in gaps) for movement in ORDER}
    total = count(len(gaps))
    parts = [message(said.template, n=count(held[movement])) for movement, said in _COUNTED.items() if held[movement]]
    if not gaps:
        return message("No gap could be compared.")
    if all(_is_as_it_was(changes, one) for one in gaps):
        return message("Every gap that was compared is what it was.")
    if not parts and len(gaps) == 1:
        return message("The one gap that was compared moved no more than chance would move it.")
    if not parts:
        return message("None of the {total} gaps that were compared moved by more than chance.", total=total)
    return message(
        "Of {total} gaps that were compared, {parts}, by more than chance.", total=total, parts=listed(*parts)
    )


_COUNTED = {
    "wider": message("{n} got wider"),
    "across": message("{n} went to the other side"),
    "narrower": message("{n} got narrower"),
}


def noise(changes: Changes) -> Message:
    """Say what the intervals of the changes rest on."""
    if changes.people == "same":
        return message(
            "Both results are about the same people. Most of them are decided alike in both, so the intervals of the changes, made as if the people were others, are too wide rather than too narrow: a small change may be missed."
        )
    return message(
        "The two results are about different people, or not all the same. The intervals of the changes take them as different; where some are in both, they are too wide rather than too narrow."
    )


def failing(changes: Iterable[Change]) -> list[Change]:
    """Give the watched gaps that are wider beyond noise."""
    return [one for one in changes if one.fails]
