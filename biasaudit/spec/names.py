"""Names that one part of a declaration uses and another part must have declared.

Works on the raw mapping and forgives every wrong shape in it, so that these mistakes are told
together with those that the grammar finds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from biasaudit.errors import Mistake
from biasaudit.spec.causes import misused_in_causes
from biasaudit.spec.forms import missing_cross
from biasaudit.spec.grouping import misgrouped
from biasaudit.spec.lines import Location, dotted, line_of
from biasaudit.spec.nearest import nearest_name
from biasaudit.spec.translating import unfit_translations

#: Where a name is used, the name, the names that are right there, and what those are.
_Used = tuple[Location, object, list[str], str]


def misused_names(raw: Mapping[str, Any], lines: dict[Location, int]) -> list[Mistake]:  # noqa: C901, PLR0912 - one rule a branch
    """List the names that are used and not declared, or declared twice.

    Parameters
    ----------
    raw : mapping
        The declaration as ``tomllib`` returns it.
    lines : dict
        Line of each key.

    Returns
    -------
    list of Mistake
        In the order of the grammar.
    """
    columns = [text for _, table in _tables(raw, "protected") if isinstance(text := table.get("column"), str)]
    groups = raw.get("groups")
    crossings = _lists(groups.get("intersections") if isinstance(groups, Mapping) else None)
    attributes = columns + [" x ".join(parts) for parts in crossings]
    mistakes: list[Mistake] = []

    def say(where: Location, problem: str, *, allowed: str = "", nearest: str = "") -> None:
        mistakes.append(
            Mistake(where=dotted(where), problem=problem, allowed=allowed, nearest=nearest, line=line_of(lines, where))
        )

    def check(where: Location, name: object, available: list[str], what: str) -> None:
        if isinstance(name, str) and name not in available:
            listed = ", ".join(map(repr, available)) or "none"
            say(where, f"{name!r} is not {what}", allowed=listed, nearest=nearest_name(name, available))

    for index, column in enumerate(columns):
        if column in columns[:index]:
            say(("protected", index, "column"), f"{column!r} is declared twice")
    for index, parts in enumerate(crossings):
        place: Location = ("groups", "intersections", index)
        if len(set(parts)) < max(len(parts), 2):
            say(place, "crosses fewer than two different attributes")
        for name in parts:
            check(place, name, columns, "a declared protected column")
    for key in ("gate", "flip", "population"):
        for index, table in _tables(raw, key):
            check((key, index, "attribute"), table.get("attribute"), attributes, "a declared attribute or intersection")
    if problem := missing_cross(raw, crossings):
        say(("forms", "ll144"), problem)
    for place, used, available, what in (*_roles_of_forms(raw, columns), *_dropped(raw)):
        check(place, used, available, what)
    for place, names in _column_lists(raw):
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            say(place, f"lists {', '.join(map(repr, repeated))} more than once")
    mistakes += [
        Mistake(where=dotted(place), problem=problem, line=line_of(lines, place))
        for place, problem in _out_of_reach(raw, columns)
    ]
    for place, own, known in unfit_translations(raw):
        say(place, f"{own!r} has other places in braces than the text it translates", allowed=known)
    data = raw.get("data")
    if "annotations" in raw and isinstance(data, Mapping) and "id" not in data:
        say(
            ("data", "id"),
            "is missing, and [annotations] needs it to join labels to items",
            allowed="a column that names each item once",
        )
    return mistakes + misgrouped(raw, lines) + misused_in_causes(raw, lines)


def _roles_of_forms(raw: Mapping[str, Any], columns: list[str]) -> Iterator[_Used]:
    """Give the attributes that a form is told to use."""
    forms = raw.get("forms")
    law = forms.get("ll144") if isinstance(forms, Mapping) else None
    for role in ("sex", "race"):
        used = law.get(role) if isinstance(law, Mapping) else None
        yield ("forms", "ll144", role), used, columns, "a declared protected column"


def _dropped(raw: Mapping[str, Any]) -> Iterator[_Used]:
    """Give the columns that remedies leave out, beside the features that are declared, if they are."""
    data, remedies = raw.get("data"), raw.get("remedies")
    features = data.get("features") if isinstance(data, Mapping) else None
    dropped = remedies.get("drop") if isinstance(remedies, Mapping) else None
    for index, parts in enumerate(_lists(dropped) if isinstance(features, list) else []):
        for name in parts:
            yield ("remedies", "drop", index), name, [str(each) for each in features or []], "a declared feature"


def _out_of_reach(raw: Mapping[str, Any], protected: list[str]) -> Iterator[tuple[Location, str]]:
    """Find inputs that a letter may change, by what [explain] says of them, and that nobody is asked to change."""
    held = raw.get("explain")
    letter = held if isinstance(held, Mapping) else {}
    immutable = letter.get("immutable")
    declared = immutable if isinstance(immutable, list) else []
    settings = [table.get("set") for _, table in _tables(raw, "flip")]
    flipped = {column for setting in settings if isinstance(setting, Mapping) for column in setting}
    for key in ("ranges", "direction"):
        told = letter.get(key)
        for column in told if isinstance(told, Mapping) else ():
            if column in protected:
                yield ("explain", key, column), f"{column!r} is a protected attribute, which no letter asks to change"
            elif column in flipped:
                yield ("explain", key, column), f"{column!r} is set by a [[flip]], and no letter asks to change it"
            elif column in declared:
                yield ("explain", key, column), f"{column!r} is listed in explain.immutable as well"


def _column_lists(raw: Mapping[str, Any]) -> Iterator[tuple[Location, list[str]]]:
    """Give the lists of columns that name each of them once."""
    for table, key in (
        ("data", "features"),
        ("data", "strata"),
        ("annotations", "units"),
        ("annotations", "attributes"),
        ("search", "columns"),
        ("explain", "immutable"),
    ):
        held = raw.get(table)
        names = held.get(key) if isinstance(held, Mapping) else None
        if isinstance(names, list):
            yield (table, key), [name for name in names if isinstance(name, str)]


def _tables(raw: Mapping[str, Any], key: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    entries = raw.get(key)
    for index, table in enumerate(entries if isinstance(entries, list) else []):
        if isinstance(table, Mapping):
            yield index, table


def _lists(value: object) -> list[list[str]]:
    entries = value if isinstance(value, list) else []
    return [[str(name) for name in parts] for parts in entries if isinstance(parts, list)]
