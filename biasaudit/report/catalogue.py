"""The catalogue of a language: gettext messages, read from their ``.po`` file when first needed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from gettext import c2py
from importlib.resources import files

from biasaudit.report.reasons import REASONS

#: Context of messages in which the decision is a verb.
VERB = "verb"
#: Context of sentences of findings in which groups are whole phrases and the decision is a verb.
WHOLE = "whole"
#: Where one sentence ends and the next begins, for templates joined of several.
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+(?=[A-Z{])")


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Messages of one language by their English text.

    Attributes
    ----------
    messages : mapping
        Translation of each English text.
    plurals : mapping
        Forms of each English singular that has a plural.
    verbs : mapping
        Translation of texts whose decision is a verb with its auxiliary: "sont convoqués".
    wholes : mapping
        Translation of sentences of findings whose groups are whole phrases: "les candidates".
    rule : callable
        Gives the form that a number takes.
    """

    messages: Mapping[str, str]
    plurals: Mapping[str, tuple[str, ...]]
    verbs: Mapping[str, str]
    wholes: Mapping[str, str]
    rule: Callable[[int], int]

    def translated(self, text: str) -> str:
        """Give a text in this language, or the English text where there is none.

        A template that a finding joined of several sentences is translated sentence by sentence.
        """
        if text in self.messages:
            return self.messages[text]
        parts = _SENTENCE_END.split(text)
        if len(parts) > 1 and all(part in self.messages for part in parts):
            return " ".join(self.messages[part] for part in parts)
        return text

    def whole(self, text: str) -> str:
        """Give a sentence of a finding, and what a check joined to it, with places for whole phrases; or nothing."""
        for english, own in self.wholes.items():
            if text == english:
                return own
            if text.startswith(f"{english} "):
                return f"{own} {self.translated(text[len(english) + 1 :])}"
        return ""

    def counted(self, one: str, many: str, number: float) -> str:
        """Give the form of a text that a number takes."""
        forms = self.plurals.get(one, (one, many))
        # A fraction of a person counts as the whole number below it, which suits both languages.
        return forms[min(self.rule(int(abs(number))), len(forms) - 1)]

    def reason(self, text: str, own: Callable[[str], str] = str) -> str:
        """Translate a reason written by another room, where its template is known; what fills it is the user's."""
        if text in self.messages:
            return self.messages[text]
        for template in REASONS:
            found = _pattern(template).fullmatch(text)
            if found and template in self.messages:
                filled = {key: self._part(word, own) for key, word in found.groupdict().items()}
                return self.messages[template].format(**filled)
        return text

    def _part(self, text: str, own: Callable[[str], str]) -> str:
        """Translate what fills a reason: a word or another reason of ours, else a word of the user."""
        translated = self.reason(text, own)
        return own(text) if translated == text else translated


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """Turn a template into a pattern that reads its values back."""
    pieces = re.split(r"\{(\w+)\}", template)
    return re.compile("".join(f"(?P<{piece}>.+?)" if at % 2 else re.escape(piece) for at, piece in enumerate(pieces)))


@cache
def catalogue(code: str) -> Catalogue:
    """Read the catalogue of a language; English is its own."""
    if code == "en":
        return Catalogue(messages={}, plurals={}, verbs={}, wholes={}, rule=lambda number: int(number != 1))
    from babel.messages.pofile import read_po

    place = files("biasaudit.report") / "locale" / code / "LC_MESSAGES" / "biasaudit.po"
    with place.open("rb") as lines:
        entries = read_po(lines, locale=code)
    messages: dict[str, str] = {}
    plurals: dict[str, tuple[str, ...]] = {}
    verbs: dict[str, str] = {}
    wholes: dict[str, str] = {}
    for entry in entries:
        if not entry.id or entry.fuzzy:
            continue
        if entry.context == VERB:
            verbs[str(entry.id)] = str(entry.string)
        elif entry.context == WHOLE:
            wholes[str(entry.id)] = str(entry.string)
        elif isinstance(entry.id, list | tuple):
            plurals[entry.id[0]] = tuple(entry.string or ())
        elif entry.string:
            messages[str(entry.id)] = str(entry.string)
    return Catalogue(messages=messages, plurals=plurals, verbs=verbs, wholes=wholes, rule=c2py(entries.plural_expr))
