"""Small phrases of a letter: a person's data, amounts, and changes, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from biasaudit.report.messages import Filling, Message, Words, counted, message
from biasaudit.results import AuditResult, Value
from biasaudit.results.letters import Changed, Datum, Scored, WeighedInput
from biasaudit.results.sentences import in_100, name, number

#: Decimals of an amount in points or hundredths; of one in another score, and at most.
_DIGITS, _SCORE_DIGITS, _MOST_DIGITS = 1, 3, 6
#: Shares under it, and over one less it, are written with a decimal.
_FEW = 0.01
#: A number beside its mean gets one decimal more, up to so many.
_MEAN_DIGITS = 2


Kind = Literal["text", "list", "quiet", "blanks"]
#: A stretch of a letter: what kind, and its sentences.
Block = tuple[Kind, tuple[Message | Value, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A heading with what stands under it.

    Attributes
    ----------
    heading : Message
        Its title.
    blocks : tuple of Block
        Sentences of a paragraph, points of a list, a quiet remark, or lines to fill in.
    """

    heading: Message
    blocks: tuple[Block, ...]


def amount(scored: Scored, value: float = 0.0) -> Value:
    """Write an amount in the unit of a letter."""
    return number(value, _SCORE_DIGITS if scored.unit == "score" else _DIGITS)


def digits_apart(*values: float) -> int:
    """Choose as few decimals, one at least, as keep different numbers apart.

    Examples
    --------
    >>> digits_apart(73.5, 41.2), digits_apart(73.52, 73.48)
    (1, 2)
    """
    known = set(values)
    for digits in range(1, _MOST_DIGITS):
        if len({round(value, digits) for value in known}) == len(known):
            return digits
    return _MOST_DIGITS


def datum_words(value: Datum, digits: int, *, is_flag: bool) -> Filling:
    """Write one datum of a person."""
    if value is None:
        return message("nothing recorded")
    if isinstance(value, str):
        return name(value)
    if is_flag:
        return message("yes") if value == 1 else message("no")
    return number(value, digits)


def shown(value: Value) -> float:
    """Give a number as it will be read, which decides between one point and several."""
    return round(float(value.value or 0), value.digits)


def from_the_line(changes: Filling, apart: float, digits: int) -> Message:
    """Write how many points above or below the line a score is, after the changes that bring it there."""
    points = number(abs(apart), digits)
    size, values = shown(points), {"changes": changes, "points": points}
    if apart >= 0:
        return counted(
            size,
            "{changes}. That is {points} points above the line.",
            "{changes}. That is {points} points above the line.",
            **values,
        )
    return counted(
        size,
        "{changes}. That is {points} points below the line.",
        "{changes}. That is {points} points below the line.",
        **values,
    )


def change_words(change: Changed) -> Message:
    """Write one change: what it would be instead of what it is."""
    return message(
        "{column}: {other} instead of {own}",
        column=name(change.column),
        own=datum_words(change.own, change.digits, is_flag=change.is_flag),
        other=datum_words(change.other, change.digits, is_flag=change.is_flag),
    )


def input_sentence(result: AuditResult, scored: Scored, one: WeighedInput, *, is_protected: bool) -> Message:
    """Write one datum, what is usual, and what it was worth."""
    words: Words = {
        "column": name(one.column),
        "value": datum_words(one.value, one.digits, is_flag=one.is_flag),
        "people": name(result.audit.people),
        "worth": _worth(scored, one),
    }
    said = _beside_usual(one, words)
    return message("{said} This is a protected attribute.", said=said) if is_protected else said


def _beside_usual(one: WeighedInput, words: Words) -> Message:
    plain = {key: words[key] for key in ("column", "value", "worth")}
    if one.usual is None:
        return message("{column}: {value}. {worth}", **plain)
    if isinstance(one.usual, str):
        if one.usual == one.value:
            return message("{column}: {value}, as is most frequent. {worth}", **plain)
        return message("{column}: {value}; most frequent is {usual}. {worth}", **plain, usual=name(one.usual))
    if one.is_flag:
        return message(
            "{column}: {value}; it is yes for {usual} in 100 {people}. {worth}",
            **words,
            usual=in_100(one.usual, _share_digits(one.usual)),
        )
    usual = number(one.usual, min(one.digits + 1, max(one.digits, _MEAN_DIGITS)))
    return message("{column}: {value}; the mean is {usual}. {worth}", **plain, usual=usual)


def _share_digits(share: float) -> int:
    """Give a share that rounds to none or to all one decimal more."""
    return 0 if _FEW < share < 1 - _FEW else 1


def _worth(scored: Scored, one: WeighedInput) -> Message:
    value = amount(scored, abs(one.contribution))
    size = shown(value)
    if scored.unit == "points" and one.contribution > 0:
        return counted(size, "It added {points} points.", "It added {points} points.", points=value)
    if scored.unit == "points":
        return counted(size, "It took off {points} points.", "It took off {points} points.", points=value)
    return message("It added {amount}." if one.contribution > 0 else "It took off {amount}.", amount=value)
