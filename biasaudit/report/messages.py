"""Messages of the report: like the sentences of a result, but they may hold each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from biasaudit.results import FEWEST_PEOPLE, Sentence, Value
from biasaudit.results.sentences import count


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A text of the catalogue and what fills its places.

    Attributes
    ----------
    template : str
        English text with places in braces; the singular where there is a plural.
    values : mapping
        What fills each place; without any, the template is a plain text, braces and all.
    plural : str
        The same for several; empty where the number does not matter.
    number : float
        The number that chooses between the two.
    """

    template: str
    values: Mapping[str, Value | Message | Listed] = field(default_factory=dict)
    plural: str = ""
    number: float = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """Several messages or words, joined as a language joins them (a, b and c), or as crossed groups stand together."""

    parts: tuple[Value | Message, ...]
    is_crossed: bool = False


#: What may fill a place of a message.
Filling = Value | Message | Listed
#: What fills the places of a message, by their names.
Words = dict[str, Filling]


def message(template: str, /, **values: Filling) -> Message:
    """Build a message from its English text."""
    return Message(template=template, values=values)


def counted(number: float, one: str, many: str, /, **values: Filling) -> Message:
    """Build a message that depends on a number; every language has its own rule for which."""
    return Message(template=one, plural=many, number=number, values=values)


def listed(*parts: Value | Message) -> Listed:
    """Build a list in running text."""
    return Listed(parts=parts)


def crossed(*parts: Value | Message) -> Listed:
    """Build the groups of an intersection, side by side."""
    return Listed(parts=parts, is_crossed=True)


def people_counted(n: float) -> Filling:
    """Give a number of people; fewer than five are never numbered, because that would speak of a person."""
    return message("fewer than {n}", n=count(FEWEST_PEOPLE)) if n < FEWEST_PEOPLE else count(n)


def of_sentence(sentence: Sentence) -> Message:
    """Take over a sentence of a result."""
    return Message(template=sentence.template, values=dict(sentence.values))
