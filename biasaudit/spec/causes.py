"""``[causes]``: a small graph of what acts on what, and which ways through it are accepted, declared by a person."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator

from biasaudit.errors import Mistake
from biasaudit.spec.lines import Location, dotted, line_of
from biasaudit.spec.nearest import nearest_name
from biasaudit.spec.record import Record

#: Name of the decision in a graph, where no column holds it.
DECISION = "decision"
#: Fewest variables that a hidden cause joins.
_LEAST_JOINED = 2
#: Variables of the shortest path that is not the arrow itself.
_SHORTEST_PATH = 3

Text = Annotated[str, StringConstraints(min_length=1)]
Names = Annotated[tuple[Text, ...], Field(min_length=1)]


class JustifiedSpec(Record):
    """``[[causes.justified]]``: a way from an attribute to the decision that is accepted, and why."""

    through: Text | None = Field(None, description="Every path that passes through this variable is accepted.")
    path: tuple[Text, ...] | None = Field(
        None, description="One path, from a protected attribute to the decision, each step an arrow of the graph."
    )
    reason: Text = Field(description="Why it is accepted, and who says so.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.through is None) == (self.path is None):
            raise ValueError("name either a variable that paths go through, or one path")
        return self


class CausesSpec(Record):
    """``[causes]``: who acts on whom, what acts unseen, and which paths are accepted."""

    parents: Annotated[dict[Text, Names], Field(min_length=1)] = Field(
        description="For each variable the variables that act on it directly: columns, and the outcome or 'decision'."
    )
    hidden: dict[Text, Names] = Field(
        default_factory=dict, description="Causes that no column holds, and the variables that each acts on."
    )
    justified: tuple[JustifiedSpec, ...] = ()
    source: str = Field("", description="Where the graph comes from: literature, experts, a simulation.")

    @property
    def variables(self) -> tuple[str, ...]:
        """Every variable of the graph, in the order in which it is first named."""
        named = [name for child, parents in self.parents.items() for name in (*parents, child)]
        return tuple(dict.fromkeys([*named, *(name for joined in self.hidden.values() for name in joined)]))


def misused_in_causes(raw: Mapping[str, Any], lines: dict[Location, int]) -> list[Mistake]:
    """List what a declared graph names and does not hold, forgiving every wrong shape, which the grammar tells.

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
    return [
        Mistake(where=dotted(place), problem=problem, allowed=allowed, nearest=nearest, line=line_of(lines, place))
        for place, problem, allowed, nearest in _misused(raw)
    ]


def _misused(raw: Mapping[str, Any]) -> Iterator[tuple[Location, str, str, str]]:
    """Give place, problem, what is allowed and the nearest name of each mistake."""
    causes = raw.get("causes")
    if not isinstance(causes, Mapping) or not isinstance(causes.get("parents"), Mapping):
        return
    parents = {child: _texts(found) for child, found in causes["parents"].items()}
    variables = list(dict.fromkeys(name for child, found in parents.items() for name in (*found, child)))
    columns = [one.get("column") for one in _entries(raw.get("protected"))]
    attributes = [name for name in columns if isinstance(name, str)]
    ends = _ends(raw)
    yield from _begun_and_ended(ends, attributes, parents, variables)
    hidden = causes.get("hidden")
    for unseen, joined in hidden.items() if isinstance(hidden, Mapping) else ():
        place: Location = ("causes", "hidden", unseen)
        if unseen in variables:
            yield place, f"{unseen!r} is a variable of the graph, and cannot be hidden too", "", ""
        if len(set(_texts(joined))) < _LEAST_JOINED:
            yield place, "a hidden cause matters where it acts on two variables or more", "", ""
        yield from _unknown(place, _texts(joined), variables)
    for index, entry in enumerate(_entries(causes.get("justified"))):
        if isinstance(through := entry.get("through"), str):
            place = ("causes", "justified", index, "through")
            yield from _unknown(place, [through], variables)
            if through in (*ends, *attributes):
                yield place, "paths pass through what lies between a protected column and the decision", "", ""
        path = _texts(entry.get("path"))
        place = ("causes", "justified", index, "path")
        yield from _broken_path(place, path, parents, variables)
        if path and (len(path) < _SHORTEST_PATH or path[0] not in attributes or path[-1] not in ends):
            yield place, "a path leads from a protected column through something else to the decision", "", ""


def _ends(raw: Mapping[str, Any]) -> list[str]:
    """List what a graph may call the decision or the label."""
    data, model = ({} if not isinstance(part := raw.get(key), Mapping) else part for key in ("data", "model"))
    return [DECISION, *(name for name in (data.get("outcome"), model.get("decision")) if isinstance(name, str))]


def _begun_and_ended(
    ends: list[str], attributes: list[str], parents: Mapping[str, list[str]], variables: list[str]
) -> Iterator[tuple[Location, str, str, str]]:
    """Check that the graph has somewhere to begin and somewhere to end."""
    if not any(name in parents for name in ends):
        allowed = ", ".join(map(repr, dict.fromkeys(ends)))
        yield ("causes", "parents"), "says nothing about what acts on the decision", f"an entry for {allowed}", ""
    if not any(name in variables for name in attributes):
        allowed = ", ".join(map(repr, attributes))
        yield ("causes", "parents"), "names no declared protected column", allowed, ""


def _broken_path(
    place: Location, path: list[str], parents: Mapping[str, list[str]], variables: list[str]
) -> Iterator[tuple[Location, str, str, str]]:
    unknown = list(_unknown(place, path, variables))
    yield from unknown
    if not unknown:
        for one, other in itertools.pairwise(path):
            if one not in parents.get(other, []):
                yield place, f"the graph has no arrow from {one!r} to {other!r}", "steps that are arrows", ""


def _unknown(place: Location, names: list[str], variables: list[str]) -> Iterator[tuple[Location, str, str, str]]:
    for name in names:
        if name not in variables:
            yield (
                place,
                f"{name!r} is not a variable of [causes.parents]",
                ", ".join(map(repr, variables)),
                nearest_name(name, variables),
            )


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, (list, tuple)) else []


def _entries(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
