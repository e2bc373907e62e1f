"""``[translations]``: an audit's own words in another language, and messages that it says differently."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from typing import Any

from biasaudit.spec.lines import Location


def unfit_translations(raw: Mapping[str, Any]) -> Iterator[tuple[Location, str, str]]:
    """Give the translations of messages that cannot be filled as those are.

    Parameters
    ----------
    raw : mapping
        The declaration as ``tomllib`` returns it.

    Yields
    ------
    tuple of (Location, str, str)
        Where it stands, what it says, and which places it may have.

    Examples
    --------
    >>> raw = {"translations": {"fr": {"{n} men": "{n} hommes", "{n} women": "{m} femmes", "men": "{hommes"}}}
    >>> list(unfit_translations(raw))
    [(('translations', 'fr', '{n} women'), '{m} femmes', '{n}')]
    """
    languages = raw.get("translations")
    for language, words in languages.items() if isinstance(languages, Mapping) else ():
        for text, own in words.items() if isinstance(words, Mapping) else ():
            if not isinstance(own, str) or not (known := _places(text)):
                continue
            used = _places(own)
            if used is None or not used <= known:
                allowed = ", ".join(f"{{{place}}}" for place in sorted(known))
                yield ("translations", language, text), own, allowed


def _places(text: str) -> set[str] | None:
    """Give the places of a text; None where it cannot be read as a template, or one is more than a name."""
    try:
        parts = [part for part in string.Formatter().parse(text) if part[1] is not None]
    except ValueError:
        return None
    return None if any(width or conversion for _, _, width, conversion in parts) else {str(part[1]) for part in parts}
