"""Sentences as values: a template and what fills it, so that a language can be chosen later.

A finding is written once, measured once and read in several languages. It therefore keeps its
template (the message that a catalogue translates) apart from the names and numbers in it.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Literal

from pydantic import Field

from biasaudit.results.estimate import Record

Kind = Literal["name", "term", "count", "in_100", "number", "p_value"]


class Value(Record):
    """What fills one place of a sentence."""

    kind: Kind = Field(description="name: a user's own word; term: a word of ours that is translated; else a number.")
    value: str | float | int | None = Field(description="The word or number.")
    digits: int = Field(0, ge=0, le=6, description="Decimals shown, for kinds in_100 and number.")


class Sentence(Record):
    """A message of the catalogue with its values."""

    template: str = Field(description="English text with places in braces: the key in the catalogue.")
    values: dict[str, Value] = Field(default_factory=dict, description="What fills each place.")


def name(word: str) -> Value:
    """Wrap a word of the user: a group, a column, a vendor."""
    return Value(kind="name", value=word)


def term(word: str) -> Value:
    """Wrap a word of ours, which is translated: a measure, a stage."""
    return Value(kind="term", value=word)


def count(number: float) -> Value:
    """Wrap a number of people or things."""
    return Value(kind="count", value=round(number))


def in_100(share: float | None, digits: int = 0) -> Value:
    """Wrap a share (0 to 1, or a gap of -1 to 1), to be read as so many in 100."""
    return Value(kind="in_100", value=share, digits=digits)


def number(value: float | None, digits: int = 2) -> Value:
    """Wrap a plain number."""
    return Value(kind="number", value=value, digits=digits)


def p_value(value: float | None) -> Value:
    """Wrap a p-value."""
    return Value(kind="p_value", value=value)


def sentence(template: str, /, **values: Value) -> Sentence:
    """Build a sentence, refusing a template whose places are not exactly those given.

    Examples
    --------
    >>> english(sentence("{n} of {group}", n=count(97), group=name("women")))
    '97 of women'
    """
    places = {field for _, field, _, _ in string.Formatter().parse(template) if field is not None}
    if places != set(values):
        raise ValueError(f"{template!r} has places {sorted(places)}, given {sorted(values)}")
    return Sentence(template=template, values=values)


def english(message: Sentence) -> str:
    """Write a sentence in English."""
    return written(message, translate=str, name=str, show=english_number)


def written(
    message: Sentence,
    *,
    translate: Callable[[str], str],
    name: Callable[[str], str],
    show: Callable[[Value], str],
) -> str:
    """Write a sentence in any language.

    Parameters
    ----------
    message : Sentence
        The sentence.
    translate : callable
        Gives our own messages and terms in that language.
    name : callable
        Gives a user's own word in that language.
    show : callable
        Writes the number of a Value.

    Returns
    -------
    str
        The sentence, unescaped.
    """
    words = {}
    for key, value in message.values.items():
        if value.kind == "name":
            words[key] = name(str(value.value))
        elif value.kind == "term":
            words[key] = translate(str(value.value))
        else:
            words[key] = show(value)
    text = translate(message.template).format(**words)
    # A sentence may begin with a user's own word, such as the group "female".
    return text[:1].upper() + text[1:]


#: A p-value below this is printed as "under" it.
SMALLEST_P = 0.001


def english_number(value: Value) -> str:
    """Write the number of a value in English."""
    if value.value is None:
        return "not known"
    number = float(value.value)
    if value.kind == "count":
        return f"{round(number):,}"
    if value.kind == "p_value":
        return "under 0.001" if number < SMALLEST_P else f"{number:.3f}"
    if value.kind == "in_100":
        number *= 100
    text = f"{number:,.{value.digits}f}"
    return "0" + text[2:] if text.startswith("-0") and not text.strip("-0.,") else text.replace("-", "−")
