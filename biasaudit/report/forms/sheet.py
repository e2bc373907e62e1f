"""What a form is made of, in no language and no markup yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from biasaudit.report.edition import Edition
from biasaudit.report.messages import Filling, Message
from biasaudit.results import Estimate, Finding, Sentence


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """An estimate in a cell, with its interval.

    Attributes
    ----------
    estimate : Estimate or None
        None where nothing was measured.
    scale : float
        100 for what is written as so many in 100.
    digits : int
        Decimals.
    is_signed : bool
        Whether a plus is written.
    """

    estimate: Estimate | None
    scale: float = 100
    digits: int = 1
    is_signed: bool = False


#: What may stand in a cell: words and numbers, an estimate, or nothing.
Cell = Filling | Measured | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A sentence or a finding, what else belongs to it, and where in the result its figures stand.

    Attributes
    ----------
    text : Message, Sentence or Finding
        The sentence.
    at : str
        A JSON pointer; empty where it has no figures.
    more : tuple of Message
        Sentences that follow it.
    """

    text: Message | Sentence | Finding
    at: str = ""
    more: tuple[Message, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Items:
    """Sentences as a list."""

    items: tuple[Told, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Blanks:
    """What a person must write."""

    asked: tuple[Message, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """A table: its first column names a row, the others hold numbers from the left up to the words at the right.

    Attributes
    ----------
    caption : Message
        What it holds.
    heads : tuple of Message
        One a column.
    rows : tuple of tuple of Cell
        As long as the heads.
    words : int
        How many columns at the right hold words.
    """

    caption: Message
    heads: tuple[Message, ...]
    rows: tuple[tuple[Cell, ...], ...]
    words: int = 0

    def is_number(self, column: int) -> bool:
        """Whether a column holds numbers."""
        return 0 < column < len(self.heads) - self.words


Block = Told | Items | Blanks | Grid


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A part of a form under its heading."""

    title: Message
    blocks: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """A form, filled.

    Attributes
    ----------
    title : Message
        What form it is.
    lead : tuple of Message
        What must be known before reading it.
    parts : tuple of Part
        Its parts in order.
    """

    title: Message
    lead: tuple[Message, ...]
    parts: tuple[Part, ...]


#: Fills a form from a result; the mapping gives attributes to roles (sex, race) where the command line does.
Form = Callable[[Edition, Mapping[str, str]], Sheet]


def items(*told: Told | None) -> tuple[Items, ...]:
    """Make a list of the sentences that there are; no list of none."""
    kept = tuple(each for each in told if each is not None)
    return (Items(items=kept),) if kept else ()
