"""A described log as text: what it holds for a reader, and a first ``[annotations]`` table for an audit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pandas as pd

from biasaudit.data.describing import (
    FEWEST,
    Described,
    column_of,
    count_annotators,
    country_columns,
    share_known,
)
from biasaudit.data.values import as_text

#: So many characters of a name or an answer are shown.
LONGEST_SHOWN = 60
#: So many answers are listed.
ANSWERS_SHOWN = 12
#: Answers that mean positive in most forms, and those that mean the other one.
POSITIVE = (
    "yes",
    "y",
    "true",
    "1",
    "accept",
    "accepted",
    "approve",
    "hire",
    "invite",
    "positive",
    "oui",
    "ja",
    "sí",
    "si",
)
NEGATIVE = ("no", "n", "false", "0", "reject", "rejected", "negative", "non", "nein")
#: Values that mean accepted, in the order they are looked for.
ACCEPTED = ("approved", "accepted", "yes", "true", "1")


def told(described: Described, *, guessed: bool = False) -> str:
    """Tell what a log holds, in plain words.

    Parameters
    ----------
    described : Described
        The log.
    guessed : bool
        Whether its format was guessed.

    Returns
    -------
    str
        Lines of text. No name of an annotator, and no count of fewer than five of them.

    Examples
    --------
    >>> from biasaudit.data.describing import describe_log
    >>> from biasaudit.data.importers import ImportedLog
    >>> votes = pd.DataFrame({"item": [1, 1, 2], "worker": ["a", "b", "a"], "vote": ["yes", "no", "yes"]})
    >>> print(told(describe_log(ImportedLog(frame=votes, source="votes.csv"), "long")).splitlines()[2])
      3 labels of 2 items by fewer than 5 annotators
    """
    return "\n".join(_lines(described, guessed=guessed)) + "\n"


def _lines(described: Described, *, guessed: bool) -> Iterator[str]:
    frame, roles, imported = described.frame, described.roles, described.imported
    annotators = count_annotators(frame["annotator"])
    yield described.source
    yield f"  format: {described.format}{' (guessed; --format names another)' if guessed else ''}"
    whole = frame[["item", "annotator", "label"]].apply(as_text).notna().all(axis=1)
    per_item = as_text(frame["item"])[whole].value_counts()
    who = f"{annotators:,}" if annotators else f"fewer than {FEWEST}"
    yield f"  {int(whole.sum()):,} labels of {len(per_item):,} items by {who} annotators"
    if len(per_item):
        yield f"  labels per item: {per_item.mean():.3g} on average, {per_item.min()} to {per_item.max()}"
    if missing := int((~whole).sum()):
        yield f"  {missing:,} rows lack an item, an annotator or an answer, and would not count"
    yield ""
    yield f"Item: {_shown(roles.item)}. Annotator: {_shown(roles.annotator)}. Answer: {_shown(roles.label)}."
    yield from _answers(described)
    yield ""
    yield "Other fields, and what they might be"
    yield from _fields(described)
    yield ""
    yield from _known(described, annotators)
    if imported.personal:
        yield f"Left behind, because they speak of a person: {_listed(imported.personal)}."
    if imported.cannot:
        yield ""
        yield "What this format cannot tell"
        yield from (f"  - {sentence}" for sentence in imported.cannot)


def _answers(described: Described) -> Iterator[str]:
    if described.answers:
        more = len(described.answers) - ANSWERS_SHOWN
        yield f"  answers: {_listed(described.answers[:ANSWERS_SHOWN])}" + (f" and {more} more" if more > 0 else "")
    if described.rare_answers:
        yield f"  {described.rare_answers} different answers stand on fewer than {FEWEST} items each and are not shown"


def _fields(described: Described) -> Iterator[str]:
    roles, frame = described.roles, described.frame
    found = {name: f"a unit that a gap may be attributed to ({_values(frame[name])})" for name in roles.units}
    found |= {name: f"about the annotator ({_values(frame[name])})" for name in roles.attributes}
    found |= {
        name: what
        for name, what in {
            "started": "when work on a label began",
            "submitted": "when it was given",
            "seconds": "working time, in seconds",
            "pay": "pay per label",
            "accepted": "whether it was accepted: 1, 0 or not known",
        }.items()
        if name in frame.columns
    }
    found |= roles.others
    yield from (f"  {_shown(name)}: {what}" for name, what in found.items()) if found else ("  none",)


def _values(column: pd.Series) -> str:
    count = as_text(column).nunique()
    return f"{count} values"


def _known(described: Described, annotators: int | None) -> Iterator[str]:
    if annotators is None:
        yield f"How much is known about pay, time and country is not shown for fewer than {FEWEST} annotators."
        return
    yield "Known for this share of all rows"
    countries = country_columns(described)
    columns = {
        "pay": column_of(described, "pay"),
        "working time": column_of(described, "seconds"),
        "time of day": column_of(described, "started"),
        "whether it was accepted": column_of(described, "accepted"),
        "the annotator's country": countries[0] if countries else None,
    }
    for what, name in columns.items():
        share = share_known(None if name is None else described.frame[name])
        yield f"  {what}: {'not in this log' if share is None else f'{share:.0%}'}"


def first_table(described: Described, paths: Sequence[str]) -> str:
    """Write a first ``[annotations]`` table, with what was guessed marked as such.

    Parameters
    ----------
    described : Described
        The log.
    paths : sequence of str
        Its files, as they should stand in ``path``.

    Returns
    -------
    str
        TOML.

    Examples
    --------
    >>> from biasaudit.data.describing import describe_log
    >>> from biasaudit.data.importers import ImportedLog
    >>> votes = pd.DataFrame({"item": [1, 1, 2], "worker": ["a", "b", "a"], "vote": ["yes", "no", "yes"]})
    >>> print(
    ...     first_table(describe_log(ImportedLog(frame=votes, source="votes.csv"), "long"), ["votes.csv"]).splitlines()[
    ...         1
    ...     ]
    ... )
    path = "votes.csv"
    """
    return "\n".join(_table(described, paths)) + "\n"


def _table(described: Described, paths: Sequence[str]) -> Iterator[str]:
    roles, imported = described.roles, described.imported
    yield "[annotations]"
    yield f"path = {toml_text(paths[0]) if len(paths) == 1 else _toml_list(paths)}"
    yield f"format = {toml_text(described.format)}"
    others = [name for name in imported.items if name != roles.item]
    yield f"item = {toml_text(roles.item)}" + (_comment("or", others) if others else "")
    if described.format == "long":
        yield f"annotator = {toml_text(roles.annotator)}"
    rivals = [name for name in imported.labels if name != roles.label]
    yield f"label = {toml_text(roles.label)}" + (_comment("or", rivals) if rivals else "")
    yield from _positive(described)
    if roles.units:
        yield f"units = {_toml_list(roles.units)}"
    if roles.attributes:
        yield f"attributes = {_toml_list(roles.attributes)}"
    for role in ("started", "seconds", "pay", "accepted"):
        name = column_of(described, role)
        if name is None or described.frame[name].isna().all():
            continue
        note = (
            "  # when it was given: this format does not say when work began"
            if (role, name) == ("started", "submitted")
            else ""
        )
        yield f"{role} = {toml_text(name)}{note}"
        if role == "pay" and imported.currency:
            yield f"currency = {toml_text(imported.currency)}"
        if role == "accepted" and name != "accepted":
            values = as_text(described.frame[name]).dropna().unique()
            yield from (f"accepted_value = {toml_text(value)}" for value in _like(values, ACCEPTED)[:1])
    yield 'rule = "majority"  # how the outcome was made of the labels of an item'
    yield 'reference = "peers"  # better: { column = "…" } with reference labels, or { unit = "…" }'


def _positive(described: Described) -> Iterator[str]:
    """Name the answer that means positive: by what it says, else the last of them."""
    answers = described.answers
    if not answers:
        yield "# positive_value = …  # the answer that means positive"
        return
    likely = (
        _like(answers, POSITIVE) or [value for value in answers if value.lower() not in NEGATIVE][-1:] or answers[-1:]
    )
    others = [value for value in answers if value != likely[0]][:ANSWERS_SHOWN]
    yield f"positive_value = {toml_text(likely[0])}" + (_comment("a guess; or", others) if others else "")


def _like(values: Iterable[str], wanted: Sequence[str]) -> list[str]:
    """Give the values that are one of some words, in the order of these."""
    by_lower = {str(value).lower(): str(value) for value in values}
    return [by_lower[word] for word in wanted if word in by_lower]


def _comment(what: str, names: Sequence[str]) -> str:
    return f"  # {what} {', '.join(toml_text(name) for name in names)}"


def _toml_list(names: Iterable[str]) -> str:
    return f"[{', '.join(toml_text(name) for name in names)}]"


def toml_text(text: str) -> str:
    r"""Write a text for TOML, so that nothing in it can end the text or steer a terminal.

    Examples
    --------
    >>> print(toml_text('a "b"\n\x1b'))
    "a \"b\"\n\u001B"
    """
    short = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    parts = []
    for sign in str(text):
        if sign in short:
            parts.append(short[sign])
        elif "\ud800" <= sign <= "\udfff":
            parts.append("\ufffd")  # half a character, which TOML cannot hold
        elif sign.isprintable():
            parts.append(sign)
        else:
            parts.append(f"\\u{ord(sign):04X}" if ord(sign) <= 0xFFFF else f"\\U{ord(sign):08X}")  # noqa: PLR2004 - four digits
    return f'"{"".join(parts)}"'


def _shown(name: str) -> str:
    return repr(name if len(name) <= LONGEST_SHOWN else name[: LONGEST_SHOWN - 1] + "…")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(_shown(str(name)) for name in names)
