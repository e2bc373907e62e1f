"""What an importer gives, and how one item and one answer are chosen from it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pandas as pd

from biasaudit.errors import DataError
from biasaudit.spec import nearest_name

#: Stands for a number in the names of fields where one row holds several items: Answer.hire1, Answer.hire2.
PLACE = "{n}"
#: Amounts of a row that are shared out over its items.
SHARED_OUT = ("pay", "seconds")
#: So many names are listed in a message, then an ellipsis.
NAMES_SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class ImportedLog:
    """An export as an importer read it.

    Attributes
    ----------
    frame : pandas.DataFrame
        One row a label (or one row for several answers of one annotator). Column ``annotator`` holds
        names as they stood; ``started``, ``submitted`` (times in UTC), ``seconds``, ``pay`` (float) and
        ``accepted`` (float 1, 0 or NaN) are there where the format tells them. All other columns are
        fields of the export, by names that a user knows from it.
    source : str
        Names of the files, for messages.
    items : tuple of str
        Columns that may name the item, the platform's own id first. Empty where the columns bear
        the names that ``[annotations]`` declares already.
    labels : tuple of str
        Columns that may hold the answer.
    annotator_field : str
        What the export calls the annotator.
    units, attributes : tuple of str
        Columns that this format is known to have about how, and by whom, labels were made.
    personal : tuple of str
        Fields of the export that were left behind because they speak of a person.
    cannot : tuple of str
        What this format cannot tell, one short sentence each.
    files_are_annotators : bool
        Whether files are named after annotators, so that their names are shown nowhere.
    currency : str or None
        Currency of the pay, where the format has only one.
    """

    frame: pd.DataFrame
    source: str
    items: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    annotator_field: str = "annotator"
    units: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    cannot: tuple[str, ...] = field(default=())
    files_are_annotators: bool = False
    currency: str | None = None


def long_table(imported: ImportedLog, *, item: str | None = None, label: str | None = None) -> pd.DataFrame:
    """Lay an export out as one long table.

    Parameters
    ----------
    imported : ImportedLog
        The export.
    item : str, optional
        Field that names the item; the platform's own id where there is no other.
    label : str, optional
        Field of the answer; the only one where there is one. ``{n}`` in both names stands for a number,
        where each row holds several items.

    Returns
    -------
    pandas.DataFrame
        Columns ``item``, ``annotator``, ``label``, then all others of the export, fields of items and
        answers by their own names.

    Raises
    ------
    DataError
        Where a field does not exist, or several could be meant.

    Examples
    --------
    >>> votes = pd.DataFrame({"annotator": ["a"], "HITId": ["h"], "Answer.hire": ["yes"]})
    >>> long_table(ImportedLog(frame=votes, source="b.csv", items=("HITId",), labels=("Answer.hire",)))
      item annotator label HITId Answer.hire
    0    h         a   yes     h         yes
    """
    frame = imported.frame
    if not imported.items:
        return frame
    chosen_label = label or _only(imported.labels, imported, "label", "The answers stand in")
    chosen_item = item or _only(imported.items, imported, "item", "Items may be named by")
    if PLACE in chosen_label or PLACE in chosen_item:
        frame = _one_row_an_item(imported, chosen_item, chosen_label)
    else:
        for key, name in (("item", chosen_item), ("label", chosen_label)):
            _require(name, list(map(str, frame.columns)), imported.source, key)
        frame = frame.assign(item=frame[chosen_item], label=frame[chosen_label])
    first = ["item", "annotator", "label"]
    return frame[[*first, *(name for name in frame.columns if name not in first)]]


def _only(names: Sequence[str], imported: ImportedLog, key: str, what: str) -> str:
    """Give the only name of a list, or say that one has to be chosen."""
    if len(names) == 1:
        return names[0]
    if not names:
        raise DataError(
            f"{imported.source}: no field with an answer was found. "
            f"Fields: {listed(str(name) for name in imported.frame.columns)}. Name one in annotations.{key}."
        )
    families = sorted({family for name in names if (family := family_of(name, names))})
    hint = f" Where a row holds several items, write {families[0]!r}." if families else ""
    raise DataError(f"{imported.source}: {what} several fields: {listed(names)}. Name one in annotations.{key}.{hint}")


def _require(name: str, available: list[str], source: str, key: str) -> None:
    if name not in available:
        near = nearest_name(name, available)
        hint = f" Did you mean {near!r}?" if near else ""
        raise DataError(
            f"{source}: annotations.{key} names {name!r}, which is no field.{hint} Fields: {listed(available)}."
        )


def _one_row_an_item(imported: ImportedLog, item: str, label: str) -> pd.DataFrame:
    """Turn rows with several items into one row an item; pay and time are shared out over them."""
    if not (item.count(PLACE) == label.count(PLACE) == 1):
        raise DataError(
            f"{imported.source}: {PLACE} stands for the number of an item within a row, and has to stand once in both "
            f"annotations.item ({item!r}) and annotations.label ({label!r})."
        )
    frame = imported.frame
    available = [str(name) for name in frame.columns]
    numbers = [number for number in _numbers(label, available) if item.replace(PLACE, number) in available]
    if not numbers:
        raise DataError(
            f"{imported.source}: no pair of fields fits {item!r} and {label!r}. Fields: {listed(available)}."
        )
    parts = [
        frame.assign(item=frame[item.replace(PLACE, number)], label=frame[label.replace(PLACE, number)])
        for number in numbers
    ]
    held = pd.concat([part["item"].notna() for part in parts], axis=1).sum(axis=1)
    whole = pd.concat(parts).sort_index(kind="stable")
    whole = whole[whole["item"].notna()]
    for name in SHARED_OUT:
        if name in whole.columns:
            whole[name] = whole[name] / held.reindex(whole.index)
    return whole.reset_index(drop=True)


def _numbers(pattern: str, available: Sequence[str]) -> list[str]:
    """Numbers for which a field of that pattern exists, rising."""
    before, _, after = pattern.partition(PLACE)
    shape = re.compile(re.escape(before) + r"([0-9]{1,4})" + re.escape(after))
    return sorted((found.group(1) for name in available if (found := shape.fullmatch(name))), key=lambda n: (int(n), n))


def family_of(name: str, names: Sequence[str]) -> str:
    """Give the pattern of a numbered field that has a sibling; empty for others.

    Examples
    --------
    >>> family_of("Answer.hire1", ["Answer.hire1", "Answer.hire2"]), family_of("Answer.hire1", ["Answer.hire1"])
    ('Answer.hire{n}', '')
    """
    for found in reversed(list(re.finditer(r"[0-9]{1,4}", name))):
        pattern = name[: found.start()] + PLACE + name[found.end() :]
        if len(_numbers(pattern, names)) > 1:
            return pattern
    return ""


def listed(names: Iterable[object], shown: int = NAMES_SHOWN) -> str:
    """List names for a message.

    Examples
    --------
    >>> listed(["a", "b", "c"], shown=2)
    "'a', 'b', …"
    """
    texts = [repr(str(name)) for name in names]
    return ", ".join(texts[:shown]) + (", …" if len(texts) > shown else "") if texts else "none"
