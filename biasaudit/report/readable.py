"""Words from a user's file, made fit to be shown: nothing unseen, nothing endless."""

from __future__ import annotations

import unicodedata

#: Stands for a character that has no place in a text.
REPLACEMENT = "�"
#: Widths of a character, as shares of the font size, in a plain sans serif: counted over Arial.
NARROW, USUAL, WIDE, FULL = 0.30, 0.54, 0.78, 1.0
_NARROW_CHARACTERS = frozenset("iljtfrI.,;:'’|!()[]{} /-·")
_WIDE_CHARACTERS = frozenset("mwMWQO@%×−")


def readable(text: str) -> str:
    r"""Replace control characters, line breaks and lone surrogates, which no page or XML can hold.

    Examples
    --------
    >>> readable("a\x00b\nc")
    'a�b c'
    """
    cleaned = []
    for character in text:
        if character in "\t\n\r":
            cleaned.append(" ")
        elif unicodedata.category(character) in ("Cc", "Cs") or character in "\ufffe\uffff":
            cleaned.append(REPLACEMENT)
        else:
            cleaned.append(character)
    return "".join(cleaned)


def width(text: str, size: float) -> float:
    """Guess how many pixels a text takes in a plain sans serif of a size in pixels."""
    return sum(_share(character) for character in text) * size


def _share(character: str) -> float:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0.0
    if unicodedata.east_asian_width(character) in ("W", "F"):
        return FULL
    if character in _NARROW_CHARACTERS:
        return NARROW
    if character in _WIDE_CHARACTERS:
        return WIDE
    return 0.67 if character.isupper() else USUAL


def cut(text: str, room: float, size: float) -> str:
    """Shorten a text to the room it has, ending in an ellipsis.

    Examples
    --------
    >>> cut("a very long name indeed", 60, 12)
    'a very lon…'
    """
    if width(text, size) <= room:
        return text
    kept = ""
    for character in text:
        if width(kept + character + "…", size) > room:
            break
        kept += character
    return kept.rstrip() + "…"


def wrapped(text: str, room: float, size: float, lines: int = 2) -> list[str]:
    """Break a text into lines of some room in pixels, cutting what does not fit the last.

    Examples
    --------
    >>> wrapped("non-European women over forty", 110, 12)
    ['non-European', 'women over forty']
    """
    done: list[str] = []
    words = text.split()
    while words and len(done) < lines - 1:
        line = words.pop(0)
        while words and width(f"{line} {words[0]}", size) <= room:
            line += f" {words.pop(0)}"
        if width(line, size) > room:
            words.insert(0, line)
            break
        done.append(line)
    rest = " ".join(words)
    if rest or not done:
        done.append(cut(rest, room, size))
    return done


def is_word(text: str) -> bool:
    """Whether a group's name can stand before a noun: 'female' can, '25-40' and 'yes' cannot.

    Examples
    --------
    >>> is_word("non-European"), is_word("25-40"), is_word("yes")
    (True, False, False)
    """
    if text.casefold() in {"yes", "no", "true", "false", "y", "n", "oui", "non", "none", "other", "unknown"}:
        return False
    return any(character.isalpha() for character in text) and not any(character.isdigit() for character in text)
