"""Writes messages into a form of text: plain, HTML or Markdown, every user's word escaped for it."""

from __future__ import annotations

import html
import re
import string
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from biasaudit.report.language import CROSSED, Language
from biasaudit.report.messages import Listed, Message, crossed, message, of_sentence
from biasaudit.results import Finding, Sentence, Value
from biasaudit.results.sentences import name

#: Template of the people of a group, which an audit may translate as a whole: 'female applicants'.
PEOPLE_OF_GROUP = "{group} {people}"
#: The same for groups whose names are no words of a sentence.
PEOPLE_OF_GROUPS = frozenset({PEOPLE_OF_GROUP, "{people} with {group}", "{people} with {attribute} {group}"})
#: First isolate, pop isolate: keeps the direction of a user's word to itself in plain text.
_ISOLATE, _POP = "\u2068", "\u2069"
#: Bidirectional classes that turn the direction of what follows.
_TURNING = frozenset({"R", "AL", "AN", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "FSI", "PDF", "PDI"})
#: Those of marks that open or close a stretch of text.
_MARKS = _TURNING - {"R", "AL", "AN"}
#: Letters after any tags and isolates, at the head of a text.
_HEAD = re.compile(r"^((?:<[^>]*>|\u2068)*)(\w)")
_FIRST_WORD = re.compile(r"(?:<[^>]*>|[^\s<])*")
#: What Markdown could read as markup in the middle of a line, and what its hosts turn into links.
_MARKDOWN = re.compile(r"([\\`*_\[\]|~$])")
_LINKED = re.compile(r"(://|www\.|[@#](?=\w))", re.IGNORECASE)
#: What begins a heading or a list where it stands first on a line or in an item of a list.
_BEGINS = re.compile(r"^(#{0,5}|\d*)([#+\-.)])(?=\s|$)")
#: What our terms are made of.
_TERM = re.compile(r"[\w '’(),.:%/-]*")
#: Word joiner: unseen, and enough to keep a host from linking a name or a number.
_JOINER = "\u2060"


#: What filling a template can raise that its values do not fit.
_UNFIT = (KeyError, IndexError, ValueError, AttributeError, TypeError)


@dataclass(frozen=True, kw_only=True)
class Writer:
    """A language and a form of text.

    Attributes
    ----------
    language : Language
        What it is written in.
    escape : callable
        Makes any text safe in this form.
    isolate : callable
        Marks an escaped user's word as foreign to the sentence around it.
    """

    language: Language
    escape: Callable[[str], str]
    isolate: Callable[[str], str]

    def say(self, said: Message | Sentence | Value | Listed) -> str:
        """Write a message with all it holds."""
        if isinstance(said, Value):
            return self._value(said)
        if isinstance(said, Listed):
            parts = [self.say(part) for part in said.parts]
            return CROSSED[self.language.code].join(parts) if said.is_crossed else self.language.listed(parts)
        if isinstance(said, Sentence):
            return self._of_result(said)
        if phrase := self._phrase(said):
            return self.own(phrase)
        if told := self._told_whole(said):
            return told
        words = {key: self.say(value) for key, value in said.values.items()}
        template = self.language.translated(said.template)
        if said.plural:
            template = self.language.catalogue.counted(said.template, said.plural, said.number)
        if verb := self._verb(said):
            template, words["decision"] = verb
        return filled(self.escape(template), words) if words else self.escape(template)

    def _of_result(self, said: Sentence) -> str:
        """Write a sentence of a result, a file that anybody may have written: its values may not fit its template."""
        try:
            return self.say(of_sentence(said))
        except _UNFIT:
            return self.own(said.template)

    def _phrase(self, said: Message) -> str:
        """Give the English name of the people of a group where an audit translates it as a whole."""
        if said.template not in PEOPLE_OF_GROUPS:
            return ""
        group, people = said.values["group"], said.values["people"]
        names = group.parts if isinstance(group, Listed) else (group,)
        english = " ".join(str(part.value) for part in (*names, people) if isinstance(part, Value)).replace(" x ", " ")
        return english if self.language.has_own(english) else ""

    def _told_whole(self, said: Message) -> str:
        """Write a sentence of a finding with whole phrases for its groups, where the audit has them all."""
        people, keys = said.values.get("people"), [key for key in ("group", "reference") if key in said.values]
        if self.language.code == "en":
            return self._crossed_whole(said, keys)
        template = self.language.catalogue.whole(said.template)
        if not template or not isinstance(people, Value):
            return ""
        phrases = {}
        for key in keys:
            group = said.values[key]
            if not isinstance(group, Value):
                return ""
            phrases[key] = self._phrase(message(PEOPLE_OF_GROUP, group=group, people=people))
        if not all(phrases.values()):
            return ""
        words = {key: self.say(value) for key, value in said.values.items()}
        words |= {key: self.own(phrase) for key, phrase in phrases.items()}
        if isinstance(decision := said.values.get("decision"), Value):
            verb = f"are {decision.value}"
            if not self.language.has_own(verb):
                return ""
            words["decision"] = self.own(verb)
        return filled(self.escape(template), words)

    def _crossed_whole(self, said: Message, keys: list[str]) -> str:
        """Write an English sentence about an intersection with its groups side by side: 'female Black applicants'."""
        people, groups = said.values.get("people"), {key: said.values[key] for key in keys}
        template = said.template.replace("{group} and {reference} {people}", "{group} and {reference}")
        template = template.replace("{group} {people}", "{group}").replace("{reference} ones", "{reference}")
        template = template.replace("{reference} {people}", "{reference}")
        whole = {
            key: message(PEOPLE_OF_GROUP, group=crossed(*map(name, str(group.value).split(" x "))), people=people)
            for key, group in groups.items()
            if isinstance(group, Value) and isinstance(people, Value) and " x " in str(group.value)
        }
        if template == said.template or not whole or len(whole) < len(keys):
            return ""
        words = {key: self.say(value) for key, value in {**said.values, **whole}.items()}
        return filled(self.escape(template), words)

    def _verb(self, said: Message) -> tuple[str, str] | None:
        """Give a template and the decision as a verb ('are called'), where the audit and the catalogue have both."""
        decision = said.values.get("decision")
        if not isinstance(decision, Value) or self.language.code == "en":
            return None
        english = f"are {decision.value}"
        template = self.language.catalogue.verbs.get(said.template)
        return (template, self.own(english)) if template and self.language.has_own(english) else None

    def sentence(self, said: Message | Sentence | Value | Listed) -> str:
        """Write a message that begins with a capital letter."""
        return capital(self.say(said))

    def own(self, word: str) -> str:
        """Write a user's own word."""
        return self.isolate(self.escape(self.language.own(word)))

    def reason(self, text: str) -> str:
        """Write a reason that another room gave."""
        return self.escape(self.language.reason(text))

    def claim(self, finding: Finding) -> str:
        """Write the sentence of a finding; its English claim where its message cannot be filled."""
        if finding.message is None:
            return self.escape(self.language.reason(finding.claim or finding.reason))
        if not finding.message.values and "{" in finding.message.template:
            return self.escape(finding.claim)
        try:
            return capital(self.say(of_sentence(finding.message)))
        except _UNFIT:
            return self.escape(finding.claim)

    def _value(self, value: Value) -> str:
        if value.kind == "name":
            return self.own(str(value.value))
        if value.kind == "term":
            text = str(value.value)
            # A term is ours, but it stands in a file that anybody may have written.
            return self.say(message(text)) if _TERM.fullmatch(text) else self.own(text)
        return self.escape(self.language.shown(value))


def plain_writer(language: Language) -> Writer:
    """Write plain text, as in pictures and their text alternatives."""
    return Writer(language=language, escape=str, isolate=isolated)


def html_writer(language: Language) -> Writer:
    """Write HTML."""
    return Writer(language=language, escape=html.escape, isolate=lambda word: f"<bdi>{word}</bdi>")


def markdown_writer(language: Language) -> Writer:
    """Write Markdown."""
    return Writer(language=language, escape=str, isolate=lambda word: isolated(escaped_markdown(word)))


def isolated(text: str) -> str:
    """Keep the direction of a word to itself, where it holds a character that could turn the text around it."""
    turns = any(unicodedata.bidirectional(character) in _TURNING for character in text)
    # Marks of its own could close the isolate early, and then turn what follows: letters keep their direction without.
    kept = "".join(character for character in text if unicodedata.bidirectional(character) not in _MARKS)
    return f"{_ISOLATE}{kept}{_POP}" if turns else text


def escaped_markdown(text: str) -> str:
    r"""Take from a text all that Markdown, or a host that shows it, could read as markup.

    Examples
    --------
    >>> escaped_markdown("*a* <b>|")
    '\\*a\\* &lt;b&gt;\\|'
    >>> escaped_markdown(" # a"), escaped_markdown("1. a"), escaped_markdown("0.1.0")
    ('\\# a', '1\\. a', '0.1.0')
    """
    plain = (text.strip() or text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    escaped = _BEGINS.sub(r"\1\\\2", _MARKDOWN.sub(r"\\\1", plain))
    return _LINKED.sub(lambda found: found[1][0] + _JOINER + found[1][1:], escaped)


def filled(template: str, words: Mapping[str, str]) -> str:
    """Fill the places of a template, refusing any that is more than a name: a width could ask for a gigabyte.

    Raises
    ------
    ValueError
        Where a place is not a plain name, or nothing fills it.

    Examples
    --------
    >>> filled("{n} of {group}", {"n": "3", "group": "women"})
    '3 of women'
    """
    parts = []
    for text, place, width, conversion in string.Formatter().parse(template):
        parts.append(text)
        if place is None:
            continue
        if width or conversion or place not in words:
            raise ValueError(f"{template[:80]!r} has a place that nothing fills: {place!r}")
        parts.append(words[place])
    return "".join(parts)


def capital(text: str) -> str:
    """Give a text a capital letter, past any tags at its head; the name of a column stays as it is."""
    first = _FIRST_WORD.match(text)
    if first and "_" in first[0]:
        return text
    return _HEAD.sub(lambda found: found[1] + found[2].upper(), text, count=1)
