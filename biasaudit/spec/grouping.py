"""``[feature_groups]``: features that are explained as one, and what may be wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from biasaudit.errors import Mistake
from biasaudit.spec.lines import Location, dotted, line_of
from biasaudit.spec.nearest import nearest_name


def misgrouped(raw: Mapping[str, Any], lines: dict[Location, int]) -> list[Mistake]:
    """List what is wrong with groups of features: a column stands in one group, and a group is no column.

    Parameters
    ----------
    raw : mapping
        The declaration as ``tomllib`` returns it; wrong shapes in it are left to the grammar.
    lines : dict
        Line of each key.

    Returns
    -------
    list of Mistake
        In the order of the groups.

    Examples
    --------
    >>> [one.problem for one in misgrouped({"feature_groups": {"pay": ["salary", "pay"]}}, {})]
    ["'pay' is the name of a column too; call the group something else"]
    """
    groups = {str(name): _texts(members) for name, members in _table(raw.get("feature_groups")).items()}
    declared = _table(raw.get("data")).get("features")
    features = _texts(declared) if isinstance(declared, list) else None
    columns = set(features or ()).union(*groups.values())
    mistakes: list[Mistake] = []

    def say(place: Location, problem: str, *, allowed: str = "", nearest: str = "") -> None:
        mistakes.append(
            Mistake(where=dotted(place), problem=problem, allowed=allowed, nearest=nearest, line=line_of(lines, place))
        )

    owner: dict[str, str] = {}
    for group, members in groups.items():
        place: Location = ("feature_groups", group)
        if group in columns:
            say(place, f"{group!r} is the name of a column too; call the group something else")
        for column in members:
            if column in owner:
                again = "more than once" if owner[column] == group else f"and so does the group {owner[column]!r}"
                say(place, f"lists {column!r} {again}", allowed="each column in one group")
            elif features is not None and column not in features:
                listed = ", ".join(map(repr, features))
                say(place, f"{column!r} is no declared feature", allowed=listed, nearest=nearest_name(column, features))
            owner.setdefault(column, group)
    return mistakes


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _texts(value: object) -> list[str]:
    return [name for name in value if isinstance(name, str)] if isinstance(value, list) else []
