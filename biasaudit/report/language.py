"""How a language writes: its words, numbers, dates, lists, and the user's own words in it."""

from __future__ import annotations

import decimal
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from biasaudit.report.catalogue import Catalogue, catalogue
from biasaudit.report.readable import readable
from biasaudit.results import ALL_GROUPS, ANY_GROUP, FEWEST_PEOPLE, NOT_RECORDED, AuditResult, Estimate, Value
from biasaudit.results.sentences import SMALLEST_P

if TYPE_CHECKING:
    from babel import Locale

#: Words that stand in a result where a user gave none.
_DEFAULT_WORDS = (NOT_RECORDED, ALL_GROUPS, ANY_GROUP, "people", "selected", "all features together")
#: What stands between the groups of an intersection in a sentence.
CROSSED = {"en": " ", "fr": ", "}
#: A colon, with the space that a language puts before it.
COLON = {"en": ":", "fr": "\u00a0:"}
#: Stands where a number is undefined; the reason stands beside it.
NOTHING = "–"
#: Locales of the languages: the English of these reports is British.
_LOCALES = {"en": "en_GB", "fr": "fr_FR"}
_MINUS = "−"
#: Digits of the longest number: a float may have 309 before its point.
_LONGEST_NUMBER = 400
_PERCENT = 100


@dataclass(frozen=True, kw_only=True)
class Language:
    """A language, with the words that an audit translated into it.

    Attributes
    ----------
    code : str
        ``en`` or ``fr``.
    catalogue : Catalogue
        Our messages in it.
    locale : babel.Locale
        How it writes numbers and dates.
    own_words : mapping
        The user's words in it, by the word that stands in the result.
    """

    code: str
    catalogue: Catalogue
    locale: Locale
    own_words: Mapping[str, str]

    def own(self, word: str) -> str:
        """Write a user's own word: translated where the audit does, and fit to be shown."""
        if word in self.own_words:
            return readable(self.own_words[word])
        # Units too small to be shown are named by us, in brackets and with their number.
        return readable(self.catalogue.reason(word) if word.startswith("(") else word)

    def has_own(self, word: str) -> bool:
        """Whether a user's own word is written in this language, as far as the audit says."""
        return word in self.own_words

    def translated(self, text: str) -> str:
        """Give a message in this language: the audit's own translation first, then that of the catalogue."""
        # The title of a finding is a message too, and comes from a file that anybody may have written.
        return readable(self.own_words.get(text) or self.catalogue.translated(text)).replace(" %", "\u00a0%")

    def reason(self, text: str) -> str:
        """Write a reason that another room gave, which may hold a user's words."""
        return readable(self.own_words.get(text) or self.catalogue.reason(text, self.own))

    def number(self, value: float | None, digits: int = 2) -> str:
        """Write a number with a fixed number of decimals.

        Examples
        --------
        >>> language_named("fr").number(-1234.5, 1)
        '−1\u202f234,5'
        """
        from babel.numbers import format_decimal

        if value is None:
            return NOTHING
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        with decimal.localcontext(prec=_LONGEST_NUMBER):
            text = str(format_decimal(round(value, digits) + 0.0, format=pattern, locale=self.locale))
        return text.replace("-", _MINUS)

    def signed(self, value: float | None, digits: int = 2) -> str:
        """Write a number with its sign, plus included."""
        text = self.number(value, digits)
        return f"+{text}" if value is not None and round(value, digits) > 0 else text

    def in_100(self, share: float | None, digits: int = 0) -> str:
        """Write a share as so many in 100, without the words."""
        return self.number(None if share is None else share * _PERCENT, digits)

    def signed_in_100(self, share: float | None, digits: int = 1) -> str:
        """Write a difference of shares as so many in 100, with its sign."""
        return self.signed(None if share is None else share * _PERCENT, digits)

    def percent(self, share: float | None, digits: int = 0) -> str:
        """Write a share in per cent, sign included."""
        if share is None:
            return NOTHING
        space = "\u202f" if self.code == "fr" else "\u00a0"
        return f"{self.in_100(share, digits)}{space}%"

    def count(self, number: float | None) -> str:
        """Write a number of people or things; fractions of a person, from ties, are rounded."""
        return self.number(number, 0)

    def people(self, number: float | None) -> str:
        """Write a number of people; fewer than five are never numbered, because that would speak of a person."""
        if number is not None and number < FEWEST_PEOPLE:
            return self.translated("fewer than {n}").format(n=self.count(FEWEST_PEOPLE))
        return self.count(number)

    def p_value(self, value: float | None) -> str:
        """Write a p-value, never smaller than it can be told."""
        if value is None:
            return NOTHING
        if value < SMALLEST_P:
            return self.translated("under {p}").format(p=self.number(SMALLEST_P, 3))
        return self.number(value, 3)

    def interval(self, estimate: Estimate, *, scale: float = 1, digits: int = 2) -> str:
        """Write the interval of an estimate: 3 to 9, at least 3, or nothing."""
        low = None if estimate.low is None else self.number(estimate.low * scale, digits)
        high = None if estimate.high is None else self.number(estimate.high * scale, digits)
        if low is None and high is None:
            return ""
        if high is None:
            return self.translated("at least {low}").format(low=low)
        if low is None:
            return self.translated("at most {high}").format(high=high)
        return self.translated("{low} to {high}").format(low=low, high=high)

    def date(self, moment: str) -> str:
        """Write the day of a moment in ISO 8601; what is none is shown as it stands."""
        from babel.dates import format_date

        try:
            day = datetime.fromisoformat(moment)
        except ValueError:
            return readable(moment)
        return str(format_date(day, format="long", locale=self.locale))

    def moment(self, moment: str) -> str:
        """Write the day and the minute of a moment in ISO 8601, in UTC; what is none is shown as it stands."""
        try:
            minute = datetime.fromisoformat(moment).astimezone(UTC)
        except (ValueError, OverflowError):
            return readable(moment)
        return f"{self.date(minute.isoformat())}, {minute:%H:%M} UTC"

    def listed(self, parts: list[str]) -> str:
        """Join parts as running text does: a, b and c."""
        from babel.lists import format_list

        return str(format_list(parts, style="standard", locale=self.locale)) if parts else ""

    def shown(self, value: Value) -> str:
        """Write the number of a value of a sentence."""
        if value.value is None:
            return self.translated("not known")
        number = float(value.value)
        if value.kind == "count":
            return self.count(number)
        if value.kind == "p_value":
            return self.p_value(number)
        return self.in_100(number, value.digits) if value.kind == "in_100" else self.number(number, value.digits)


def language_named(code: str, own_words: Mapping[str, str] | None = None) -> Language:
    """Give a language by its code."""
    from babel import Locale

    locale = Locale.parse(_LOCALES[code])
    return Language(code=code, catalogue=catalogue(code), locale=locale, own_words=own_words or {})


def fits(template: str, own: str) -> bool:
    """Whether the translation of a template has no other places than the template, and plain ones.

    Examples
    --------
    >>> (
    ...     fits("{n} people", "{n} personnes"),
    ...     fits("{n} people", "{m} personnes"),
    ...     fits("men", "{hommes"),
    ...     fits("{n}", "{"),
    ... )
    (True, False, True, False)
    """
    if "{" not in template:
        return True
    try:
        places = [list(string.Formatter().parse(text)) for text in (template, own)]
    except ValueError:
        return False
    known = {place for _, place, _, _ in places[0]}
    return all(
        place in known and not width and not conversion
        for _, place, width, conversion in places[1]
        if place is not None
    )


def _typographic(text: str, code: str) -> str:
    """Write the apostrophes of an audit's own French as those of ours."""
    return text.replace("'", "’") if code == "fr" else text


def language_of(result: AuditResult, code: str) -> Language:
    """Give a language with the own words of an audit, intersections and missing groups included."""
    words = {
        word: _typographic(own.replace(" x ", " × "), code)
        for word, own in result.audit.translations.get(code, {}).items()
        if fits(word, own)
    }
    for word in _DEFAULT_WORDS:
        words.setdefault(word, catalogue(code).translated(word))
    for attribute in result.data.attributes:
        if len(attribute.columns) > 1:
            names = [attribute.name, *(group.group for group in attribute.groups)]
            words |= {
                name: " × ".join(words.get(part, part) for part in parts)
                for name in names
                if name not in words and len(parts := name.split(" x ")) == len(attribute.columns)
            }
    return language_named(code, words)
