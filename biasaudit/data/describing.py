"""What an annotation log holds, in plain words, and a first ``[annotations]`` table for it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from biasaudit.data.importers import ImportedLog, long_table
from biasaudit.data.importers.fields import LONGEST_NAME, differing, is_constant_within, words_of
from biasaudit.data.importers.guessing import guess_role, looks_like_times
from biasaudit.data.importers.imported import PLACE, family_of
from biasaudit.data.logs import left_behind
from biasaudit.data.values import as_text
from biasaudit.errors import DataError

#: Nothing is said about fewer annotators, and no answer shown that fewer items have.
FEWEST = 5
#: A column with more different values is no unit and no group of annotators.
MOST_VALUES = 50
#: Share of annotators about whom a column may say two things and still be about annotators: keys collide, people move.
MOST_CHANGED = 0.02
#: Columns that every import may have.
STANDARD = ("item", "annotator", "label", "started", "submitted", "seconds", "pay", "accepted")
#: Kinds of fields that a declaration names in ``units`` and in ``attributes``.
UNIT, ATTRIBUTE = "unit", "attribute"
#: Words in names of columns that say how labels were made, rather than who made them.
UNIT_WORDS = frozenset(
    {"vendor", "supplier", "channel", "batch", "pool", "panel", "team", "site", "agency", "platform", "subcontractor"}
    | {"guideline", "guidelines", "version", "instrument", "condition", "file", "workforce", "project"}
)


@dataclass(frozen=True, kw_only=True)
class Roles:
    """Which fields of a log play which role.

    Attributes
    ----------
    item, annotator, label : str
        Fields by the names that ``[annotations]`` would use.
    units, attributes : tuple of str
        Fields about how, and by whom, labels were made.
    others : dict of str to str
        Every other field, and what it might be.
    """

    item: str
    annotator: str
    label: str
    units: tuple[str, ...]
    attributes: tuple[str, ...]
    others: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Described:
    """A log that was looked at: no name of an annotator is in it.

    Attributes
    ----------
    format : str
        Its format.
    source : str
        Names of its files.
    frame : pandas.DataFrame
        The long table.
    roles : Roles
        What its fields might be.
    imported : ImportedLog
        Without fields that speak of a person.
    answers : tuple of str
        Values of the answer on at least five items.
    rare_answers : int
        How many other values there are.
    """

    format: str
    source: str
    frame: pd.DataFrame
    roles: Roles
    imported: ImportedLog
    answers: tuple[str, ...]
    rare_answers: int


def describe_log(
    imported: ImportedLog,
    format_: str,
    *,
    item: str | None = None,
    annotator: str | None = None,
    label: str | None = None,
) -> Described:
    """Look at a log as it was imported.

    Parameters
    ----------
    imported : ImportedLog
        The log.
    format_ : str
        Its format.
    item, annotator, label : str, optional
        Fields that are known; others are guessed.

    Returns
    -------
    Described
        What it holds.

    Raises
    ------
    DataError
        Where item, annotator or answer can be neither known nor guessed.

    Examples
    --------
    >>> votes = pd.DataFrame({"item": [1, 1, 2], "worker": ["a", "b", "a"], "vote": ["yes", "no", "yes"]})
    >>> described = describe_log(ImportedLog(frame=votes, source="votes.csv"), "long")
    >>> described.roles.annotator, described.roles.label
    ('worker', 'vote')
    """
    is_long = not imported.items
    if is_long:
        imported, annotator = _with_guessed(imported, item=item, annotator=annotator, label=label)
    else:
        annotator = imported.annotator_field
    clean = left_behind(imported, {name for name in (item, label) if name is not None})
    chosen_item, chosen_label = _chosen(clean, item, label)
    frame = long_table(clean, item=chosen_item, label=chosen_label)
    roles = _roles(clean, frame, item=chosen_item, annotator=annotator, label=chosen_label)
    per_value = pd.DataFrame({"item": as_text(frame["item"]), "label": as_text(frame["label"])}).dropna()
    items = per_value.drop_duplicates().groupby("label").size()
    answers = tuple(sorted((str(value) for value in items.index[items >= FEWEST]), key=_in_order))
    return Described(
        format=format_,
        source=clean.source,
        frame=frame,
        roles=roles,
        imported=clean,
        answers=answers,
        rare_answers=len(items) - len(answers),
    )


def _with_guessed(
    imported: ImportedLog, *, item: str | None, annotator: str | None, label: str | None
) -> tuple[ImportedLog, str]:
    """Give a long log its roles by the names of its columns, and the platforms' names to what it knows."""
    names = [str(name) for name in imported.frame.columns]
    asked = {"annotator": annotator, "label": label, "item": item}
    found: dict[str, str] = {}
    for role, known in asked.items():
        guess = known if known is not None else guess_role(role, names, taken=found.values())
        if guess is None or guess not in names:
            what = f"{guess!r} is no column" if guess else f"no column's name says that it is the {role}"
            raise DataError(
                f"{imported.source}: {what}. Columns: {', '.join(map(repr, names))}. Name it with --{role}."
            )
        found[role] = guess
    frame = imported.frame.rename(columns={found["annotator"]: "annotator"})
    return (
        dataclasses.replace(imported, frame=frame, items=(found["item"],), labels=(found["label"],)),
        found["annotator"],
    )


def _chosen(imported: ImportedLog, item: str | None, label: str | None) -> tuple[str, str]:
    """Choose the likeliest item and answer of an export."""
    if not imported.labels and label is None:
        raise DataError(f"{imported.source}: no field with an answer was found. Name it with --label.")
    chosen = label or imported.labels[0]
    if item is not None:
        return item, chosen
    names = [str(name) for name in imported.frame.columns]
    family = family_of(chosen, imported.labels) if label is None else chosen if PLACE in chosen else ""
    inputs = [name for name in names if name not in imported.labels]
    siblings = [pattern for name in inputs if (pattern := family_of(name, inputs))]
    if family and siblings:
        ids = [pattern for pattern in siblings if "id" in words_of(pattern.replace(PLACE, " "))]
        return (ids or siblings)[0], family
    return imported.items[min(1, len(imported.items) - 1)], chosen


def _roles(imported: ImportedLog, frame: pd.DataFrame, *, item: str, annotator: str, label: str) -> Roles:
    """Say what each field might be, from its name and from within what it stays the same."""
    kinds = dict.fromkeys(differing(frame, imported.units), UNIT)
    kinds |= dict.fromkeys(differing(frame, imported.attributes), ATTRIBUTE)
    for name in map(str, frame.columns):
        if name not in {item, label, annotator, *STANDARD, *kinds}:
            kinds[name] = "another answer" if name in imported.labels else _kind(name, frame, imported)
    for role in ("pay", "seconds", "started", "accepted"):
        guess = None if role in frame.columns else guess_role(role, kinds)
        if guess is not None and _can_be(role, frame[guess]):
            kinds[guess] = f"{role}, by its name"
    return Roles(
        item=item,
        annotator=annotator,
        label=label,
        units=tuple(name for name, kind in kinds.items() if kind == UNIT),
        attributes=tuple(name for name, kind in kinds.items() if kind == ATTRIBUTE),
        others={name: kind for name, kind in kinds.items() if kind not in {UNIT, ATTRIBUTE}},
    )


def _kind(name: str, frame: pd.DataFrame, imported: ImportedLog) -> str:
    """Say what a field might be."""
    values, items, annotators = as_text(frame[name]), as_text(frame["item"]), as_text(frame["annotator"])
    count = values.nunique()
    if count <= 1:
        return "the same in all rows" if count else "empty"
    if values.str.len().max() > LONGEST_NAME:
        return "free text, never read"
    is_of_item = is_constant_within(values, items)
    if set(words_of(name)) & UNIT_WORDS and count <= MOST_VALUES and not is_of_item:
        return UNIT
    if is_of_item:
        return "may name the item" if name in imported.items else "about the item"
    of_annotator = pd.DataFrame({"value": values, "who": annotators}).dropna().drop_duplicates()["who"].duplicated()
    is_of_annotator = count <= MOST_VALUES and of_annotator.mean() <= MOST_CHANGED
    return ATTRIBUTE if is_of_annotator else "not the same within items, nor within annotators"


def _can_be(role: str, column: pd.Series) -> bool:
    """Whether the values of a column of a long table can be read as what its name says."""
    if role in {"pay", "seconds"}:
        return bool(pd.to_numeric(column, errors="coerce").notna().any())
    return role != "started" or looks_like_times(column)


def _in_order(value: str) -> tuple[bool, float, str]:
    """Sort numbers by size before texts by letters."""
    try:
        return (False, float(value), value)
    except ValueError:
        return (True, 0.0, value)


def count_annotators(annotators: pd.Series) -> int | None:
    """Count annotators; None where there are so few that a count speaks of persons.

    Examples
    --------
    >>> count_annotators(pd.Series(["a", "b"])) is None
    True
    """
    number = int(as_text(annotators).nunique())
    return number if number >= FEWEST else None


def share_known(column: pd.Series | None) -> float | None:
    """Give the share of rows in which something stands; None for a column that is not there.

    Examples
    --------
    >>> share_known(pd.Series([1.0, None])), share_known(None)
    (0.5, None)
    """
    return None if column is None else float(column.notna().mean())


def column_of(described: Described, role: str) -> str | None:
    """Name the column that plays a role beside item, annotator and answer; None where there is none.

    Examples
    --------
    >>> votes = pd.DataFrame({"item": [1, 2], "worker": ["a", "b"], "vote": [1, 0], "reward": [0.1, 0.2]})
    >>> column_of(describe_log(ImportedLog(frame=votes, source="votes.csv"), "long"), "pay")
    'reward'
    """
    if role in described.frame.columns:
        return role
    named = [name for name, what in described.roles.others.items() if what == f"{role}, by its name"]
    if role == "started" and not named and "submitted" in described.frame.columns:
        return "submitted"
    return named[0] if named else None


def country_columns(described: Described) -> Sequence[str]:
    """Name the columns that may say where annotators live.

    Examples
    --------
    >>> votes = pd.DataFrame({"item": [1, 2], "worker": ["a", "b"], "vote": [1, 0], "country": ["KE", "FR"]})
    >>> country_columns(describe_log(ImportedLog(frame=votes, source="votes.csv"), "long"))
    ('country',)
    """
    about = (*described.roles.units, *described.roles.attributes)
    return tuple(name for name in about if "country" in words_of(name)) or tuple(
        name for name in described.frame.columns if words_of(str(name)) == ["country"]
    )
