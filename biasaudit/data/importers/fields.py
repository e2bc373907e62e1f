"""Which fields of an export may name its items, and how nested answers become single values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from biasaudit.data.values import as_text

#: A field with longer texts is content, not a name.
LONGEST_NAME = 100
#: A field that names items has at least this share of the platform's own items as different values;
#: the same item may have been put up again in another batch.
ENOUGH_VALUES = 0.5
#: And names differ.
FEWEST_VALUES = 2
#: Words that mark the name of a field as one that names something.
NAMING_WORDS = frozenset({"id", "ids", "uuid", "guid", "key", "item", "nr"})
#: Stands between several answers that were ticked together.
BETWEEN = "; "


def words_of(name: str) -> list[str]:
    """Split the name of a field into lower-case words.

    Examples
    --------
    >>> words_of("Input.applicantId"), words_of("ASSIGNMENT:worker_id")
    (['input', 'applicant', 'id'], ['assignment', 'worker', 'id'])
    """
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return [word for word in re.split(r"[^0-9a-zA-Z]+", spaced.lower()) if word]


def naming_fields(frame: pd.DataFrame, own: str, candidates: Iterable[str]) -> tuple[str, ...]:
    """Find the fields that may name an item.

    Parameters
    ----------
    frame : pandas.DataFrame
        The export.
    own : str
        Column of the platform's own name for an item.
    candidates : iterable of str
        Fields that came with the item.

    Returns
    -------
    tuple of str
        ``own``, then those with one short value an item, different between items, the ones named like
        an id first.

    Examples
    --------
    >>> tasks = pd.DataFrame({"HITId": ["h", "h", "k"], "Input.id": [1, 1, 2], "Input.sex": ["f", "f", "f"]})
    >>> naming_fields(tasks, "HITId", ["Input.id", "Input.sex"])
    ('HITId', 'Input.id')
    """
    owns = as_text(frame[own])
    n_items = max(owns.nunique(), 1)
    found = []
    for name in candidates:
        values = as_text(frame[name])
        if values.isna().all() or values.str.len().max() > LONGEST_NAME or not is_constant_within(values, owns):
            continue
        is_named_so = bool(NAMING_WORDS & set(words_of(name)))
        n_values = values.nunique()
        if is_named_so or n_values >= max(ENOUGH_VALUES * n_items, FEWEST_VALUES):
            found.append((not is_named_so, name))
    return (own, *(name for _, name in sorted(found, key=lambda pair: pair[0])))


def is_constant_within(values: pd.Series, groups: pd.Series) -> bool:
    """Whether a column has at most one value in each group.

    Examples
    --------
    >>> is_constant_within(pd.Series(["a", "a", "b"]), pd.Series([1, 1, 2]))
    True
    """
    pairs = pd.DataFrame({"value": values, "group": groups}).dropna().drop_duplicates()
    return not bool(pairs["group"].duplicated().any())


def varying_fields(frame: pd.DataFrame, own: str, candidates: Sequence[str]) -> tuple[str, ...]:
    """Find the fields that differ between labels of one item, as only answers do; all where none does.

    Examples
    --------
    >>> rows = pd.DataFrame({"id": [1, 1], "text": ["a", "a"], "vote": ["yes", "no"]})
    >>> varying_fields(rows, "id", ["text", "vote"])
    ('vote',)
    """
    owns = as_text(frame[own])
    varying = [name for name in candidates if not is_constant_within(as_text(frame[name]), owns)]
    return tuple(varying or candidates)


def differing(frame: pd.DataFrame, names: Iterable[str]) -> tuple[str, ...]:
    """Keep the columns that hold more than one value: a unit that is the same everywhere tells nothing.

    Examples
    --------
    >>> differing(pd.DataFrame({"batch": [1, 2], "view": ["choice", "choice"]}), ["batch", "view", "file"])
    ('batch',)
    """
    return tuple(name for name in names if name in frame and len(frame[name].dropna().unique()) > 1)


def flat_answers(content: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Take the single answers out of nested ones, as the forms of Amazon's element library write them.

    ``{"label": x}`` is x, a table of ticks is the ticked options, a list is its members.

    Parameters
    ----------
    content : mapping
        Answers by field.
    prefix : str
        Put before each name.

    Returns
    -------
    dict
        Single values by name, parts of a name joined by dots.

    Examples
    --------
    >>> flat_answers({"hire": {"label": "yes"}, "why": {"age": True, "grades": False}, "sure": 4})
    {'hire': 'yes', 'why': 'age', 'sure': 4}
    """
    found: dict[str, Any] = {}
    for key, value in content.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and len(value) == 1 and (inner := next(iter(value))) in {"label", "labels"}:
            found[name] = single(value[inner])
        elif isinstance(value, Mapping) and value and all(isinstance(tick, bool) for tick in value.values()):
            found[name] = single([str(option) for option, tick in value.items() if tick])
        elif isinstance(value, Mapping):
            found |= flat_answers(value, f"{name}.")
        else:
            found[name] = single(value)
    return found


def single(value: Any) -> Any:
    """Give an answer as one value: several ticks in the order of their names, None for what is no answer.

    Examples
    --------
    >>> single(["b", "a"]), single(["a"]), single([]), single({"x": 1})
    ('a; b', 'a', None, None)
    """
    if isinstance(value, (list, tuple)):
        if len(value) == 1 and isinstance(value[0], (str, int, float)):
            return value[0]
        texts = [" > ".join(map(str, part)) if isinstance(part, list) else part for part in value]
        plain = [str(text) for text in texts if isinstance(text, (str, int, float))]
        return BETWEEN.join(sorted(plain)) if plain and len(plain) == len(value) else None
    return value if isinstance(value, (str, int, float)) else None


def scalars(record: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Keep the fields of a record that are single values.

    Examples
    --------
    >>> scalars({"id": 7, "spans": []}, "data.")
    {'data.id': 7}
    """
    return {
        f"{prefix}{name}": value
        for name, value in record.items()
        if value is None or isinstance(value, (str, int, float, bool))
    }
