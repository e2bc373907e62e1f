"""Fields that speak of a person are left behind on reading: addresses, names, free comments."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection

import pandas as pd

from biasaudit.data.importers.fields import words_of

#: A field with one of these words in its name is left behind.
PERSONAL_WORDS = frozenset(
    {"ip", "email", "emails", "mail", "phone", "telephone", "comment", "comments", "feedback", "remark", "remarks"}
    | {"firstname", "lastname", "fullname", "surname", "username"}
)
#: Or these words one after the other.
PERSONAL_PAIRS = (("e", "mail"), ("first", "name"), ("last", "name"), ("full", "name"), ("user", "name"))
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NUMBERS = re.compile(r"([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})")
_HEXADECIMAL = re.compile(r"(?=(?:.*:){3})[0-9a-fA-F:]*(?:::|(?:[0-9a-fA-F]{1,4}:){7})[0-9a-fA-F:.]*")
#: A part of an IP address from here on is no part of a version number such as 1.2.0.4.
NO_VERSION = 32
#: So many different values of a column are looked at.
VALUES_READ = 5_000


def without_personal(frame: pd.DataFrame, keep: Collection[str] = ()) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Leave behind the fields that speak of a person, by their names or by what stands in them.

    Parameters
    ----------
    frame : pandas.DataFrame
        A log.
    keep : collection of str
        Columns that stay: the item, the label, and the annotator, who gets a pseudonym.

    Returns
    -------
    frame : pandas.DataFrame
        The other columns.
    left : tuple of str
        Names of those left behind.

    Examples
    --------
    >>> log = pd.DataFrame({"vote": [1], "Answer.comment": ["hard"], "seen_from": ["203.0.113.9"]})
    >>> without_personal(log)[1]
    ('Answer.comment', 'seen_from')
    """
    left = [name for name in map(str, frame.columns) if name not in keep and _is_personal(name, frame)]
    return frame[[name for name in frame.columns if str(name) not in left]], tuple(left)


def sounds_personal(name: str) -> bool:
    """Whether the name of a field says that it speaks of a person.

    Examples
    --------
    >>> sounds_personal("Answer.workerEmail"), sounds_personal("description"), sounds_personal("recipe")
    (True, False, False)
    """
    words = words_of(name)
    pairs = set(itertools.pairwise(words))
    return bool(PERSONAL_WORDS & set(words)) or any(pair in pairs for pair in PERSONAL_PAIRS)


def _is_personal(name: str, frame: pd.DataFrame) -> bool:
    if sounds_personal(name):
        return True
    column = frame[name]
    if isinstance(column, pd.DataFrame) or pd.api.types.is_numeric_dtype(column):
        return False  # columns of the same name are refused elsewhere
    values = column.dropna().unique()[:VALUES_READ]
    texts = [value.strip() for value in values if isinstance(value, str) and value.strip()]
    addresses = [found for text in texts if (found := _NUMBERS.fullmatch(text))]
    parts = [int(part) for found in addresses for part in found.groups()]
    is_numbered = bool(parts) and len(addresses) == len(texts) and max(parts) >= NO_VERSION and max(parts) <= 255  # noqa: PLR2004 - a byte
    return is_numbered or any(_MAIL.fullmatch(text) or _HEXADECIMAL.fullmatch(text) for text in texts)
