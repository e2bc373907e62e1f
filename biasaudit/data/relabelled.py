"""New labels coming back from a labelling tool: a table of items and labels, or a Label Studio export."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from biasaudit.data.reading import digest_file, read_table, shown_name
from biasaudit.data.table import BoolArray, FloatArray, Table
from biasaudit.data.values import as_text, is_value, text_of
from biasaudit.errors import DataError
from biasaudit.results import Fingerprint
from biasaudit.spec import AuditSpec, nearest_name

#: Column names that :mod:`biasaudit.cli.relabel_files` writes.
ITEM, LABEL = "item", "label"
#: So many of the things a message names are listed, then an ellipsis.
SHOWN = 5
#: What a spreadsheet reads as the start of a formula; the CSV that we write puts an apostrophe before it.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True, kw_only=True)
class NewLabels:
    """Labels given anew, joined to the items of a table.

    Attributes
    ----------
    rows : array of int, shape (k,)
        Row of the table of each re-labelled item, rising.
    outcome : array of float, shape (k,)
        The new label: 1 positive, 0 not.
    fingerprint : Fingerprint
        Digest of the file.
    """

    rows: np.ndarray
    outcome: FloatArray
    fingerprint: Fingerprint

    def whole(self, first: FloatArray) -> FloatArray:
        """Give the outcome of every row of the table, old or new."""
        outcome = first.copy()
        outcome[self.rows] = self.outcome
        return outcome

    def among(self, rows: np.ndarray, n_rows: int) -> BoolArray:
        """Tell which of some rows of the table were labelled again."""
        is_new: BoolArray = np.zeros(n_rows, dtype=bool)
        is_new[self.rows] = True
        return np.asarray(is_new[rows])


def read_new_labels(path: str | Path, spec: AuditSpec, table: Table) -> NewLabels:
    """Read labels that were given anew.

    A table (csv, tsv or parquet) has a column of items, named ``item`` or as the audit names it, and
    a column of labels, named ``label`` or as the audit names its outcome or its answers. A ``.json``
    file is an export of Label Studio (JSON or JSON-MIN) whose tasks carry ``item``: answers of several
    people to one task are settled by their majority. Labels are written as in the outcome's column;
    1 and 0, true and false are understood too. Items without a new label are passed over.

    Parameters
    ----------
    path : str or Path
        The file.
    spec : AuditSpec
        Holds the names of columns and the positive value.
    table : Table
        All items.

    Returns
    -------
    NewLabels
        By item of the table.

    Raises
    ------
    DataError
        Where the file cannot be read, names items that are none or stand twice, or holds labels
        that the outcome does not know, with where and what is allowed.
    """
    place = Path(path).expanduser()
    shown = shown_name(str(place))
    if not place.is_file():
        raise DataError(f"--relabelled {shown}: there is no such file.")
    if place.suffix.lower() == ".json":
        items, labels = _from_label_studio(place, shown)
        fingerprint = Fingerprint(role="relabelled", source=shown, sha256=digest_file(place), rows=len(items))
    else:
        frame, fingerprint = read_table(str(place.resolve()), folder=Path(), role="relabelled")
        items, labels = _from_frame(frame, spec, shown)
    given = labels.notna() & items.notna()
    if not given.any():
        raise DataError(f"{shown}: no item has a new label: fill in the labels, and run again.")
    if unnamed := int((labels.notna() & items.isna()).sum()):
        raise DataError(f"{shown}: {unnamed} new labels stand beside no item.")
    rows = _rows(items[given], table, shown)
    outcome = _outcomes(labels[given], spec, table, shown)
    order = np.argsort(rows, kind="stable")
    return NewLabels(rows=rows[order], outcome=outcome[order], fingerprint=fingerprint)


def _from_frame(frame: pd.DataFrame, spec: AuditSpec, shown: str) -> tuple[pd.Series, pd.Series]:
    answers = spec.annotations
    of_item = [ITEM, spec.data.id, answers.item if answers else None]
    of_label = [LABEL, spec.data.outcome, answers.label if answers else None]
    columns = [str(column) for column in frame.columns]
    chosen = []
    for what, names in (("items", of_item), ("new labels", of_label)):
        known = list(dict.fromkeys(name for name in names if name))
        found = [name for name in known if name in columns]
        if not found:
            near = nearest_name(known[0], columns)
            hint = f" Did you mean {near!r}?" if near else ""
            raise DataError(
                f"{shown}: there is no column of {what}. Name it {' or '.join(map(repr, known))}; "
                f"the file has {', '.join(map(repr, columns))}.{hint}"
            )
        chosen.append(as_text(frame[found[0]]))
    return chosen[0], chosen[1]


def _from_label_studio(place: Path, shown: str) -> tuple[pd.Series, pd.Series]:
    try:
        tasks = json.loads(place.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise DataError(f"{shown}: not readable as JSON ({str(error).splitlines()[0]}).") from None
    if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
        raise DataError(f"{shown}: a Label Studio export is a list of tasks; this is none.")
    held: dict[str, list[str]] = {}
    for number, task in enumerate(tasks, start=1):
        data = task.get("data", task)
        item = text_of(data[ITEM]) if isinstance(data, dict) and data.get(ITEM) is not None else None
        if item is None:
            raise DataError(
                f"{shown}: task {number} has no {ITEM!r} in its data, so that its answers belong to nobody."
            )
        held.setdefault(item, []).extend(_answers(task))
    labels = [_settled(item, answers, shown) for item, answers in held.items()]
    return pd.Series(list(held), dtype=object), pd.Series(labels, dtype=object)


def _answers(task: dict[str, Any]) -> list[str]:
    """Collect the choices given to one task: one an annotation that was not cancelled."""
    if "annotations" not in task and "completions" not in task:
        choice = task.get(LABEL, task.get("choice"))
        choice = choice.get("choices", [None])[0] if isinstance(choice, dict) else choice
        text = None if choice is None else text_of(choice)
        return [] if text is None else [text]
    found = []
    for annotation in task.get("annotations") or task.get("completions") or []:
        if not isinstance(annotation, dict) or annotation.get("was_cancelled"):
            continue
        chosen = [
            text_of(choice)
            for result in annotation.get("result") or []
            if isinstance(result, dict) and isinstance(result.get("value"), dict)
            for choice in (result["value"].get("choices") or [])[:1]
        ]
        found += [text for text in chosen[:1] if text is not None]
    return found


def _settled(item: str, answers: list[str], shown: str) -> str | None:
    """Give the answer of the majority; None where nobody answered."""
    counted = Counter(answers).most_common(2)
    if len(counted) > 1 and counted[0][1] == counted[1][1]:
        raise DataError(
            f"{shown}: the answers about item {item!r} are tied ({counted[0][0]!r} and {counted[1][0]!r}, "
            f"{counted[0][1]} each). Settle it in the labelling tool, or take the item out."
        )
    return counted[0][0] if counted else None


def _rows(items: pd.Series, table: Table, shown: str) -> np.ndarray:
    """Find each item in the table; an apostrophe put before what looks like a formula is taken off again."""
    names = [
        text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA_STARTS) and text not in table.ids else text
        for text in map(str, items)
    ]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DataError(f"{shown}: {_listed(twice)} {'stand' if len(twice) > 1 else 'stands'} more than once.")
    rows = table.ids.get_indexer(pd.Index(names, dtype=object))
    unknown = [name for name, row in zip(names, rows, strict=True) if row < 0]
    if unknown:
        near = nearest_name(unknown[0], [str(name) for name in table.ids])
        hint = f" Did you mean {near!r}?" if near else f" Items are named like {str(table.ids[0])!r}."
        verb = "are no items" if len(unknown) > 1 else "is no item"
        raise DataError(f"{shown}: {_listed(unknown)} {verb} of the table.{hint}")
    return np.asarray(rows, dtype=np.intp)


def _outcomes(labels: pd.Series, spec: AuditSpec, table: Table, shown: str) -> FloatArray:
    """Read each label in the words of the outcome's column, else as 1 and 0."""
    wanted, column = spec.data.positive_value, str(spec.data.outcome)
    known = sorted({str(text) for text in as_text(table.frame[column]).dropna()}) if column in table.frame else []
    plain = {"1": 1.0, "0": 0.0, "true": 1.0, "false": 0.0, "True": 1.0, "False": 0.0}
    outcome = np.empty(len(labels))
    wrong: list[str] = []
    for place, text in enumerate(map(str, labels)):
        if is_value(text, wanted) == 1:
            outcome[place] = 1.0
        elif text in known:
            outcome[place] = 0.0
        elif text in plain:
            outcome[place] = plain[text]
        else:
            wrong.append(text)
    if wrong:
        near = nearest_name(wrong[0], known)
        hint = f" Did you mean {near!r}?" if near else ""
        raise DataError(
            f"{shown}: {len(wrong)} new labels are none that {column!r} holds: {_listed(list(dict.fromkeys(wrong)))}. "
            f"Allowed: {', '.join(map(repr, known[:SHOWN]))}, 1, 0.{hint}"
        )
    return outcome


def _listed(names: list[str]) -> str:
    return ", ".join(map(repr, names[:SHOWN])) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
