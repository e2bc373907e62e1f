"""Lays a declared graph out for its picture: variables that stand alike share a box."""

from __future__ import annotations

from collections.abc import Sequence

from biasaudit.report.edition import Edition, Figure
from biasaudit.report.messages import Message, listed, message
from biasaudit.report.pictures.causes import Box, Kind, Link, causes_picture
from biasaudit.report.pictures.look import NARROW, WIDE
from biasaudit.results import DeclaredCauses
from biasaudit.results.sentences import count, name

#: Variables named in one box; the others are counted.
_MOST_IN_BOX = 4
#: Columns of a graph; what lies deeper shares the last but one.
_MOST_COLUMNS = 4


def graph_figure(edition: Edition, declared: DeclaredCauses, attributes: Sequence[str]) -> Figure:
    """Draw a graph as declared.

    Parameters
    ----------
    edition : Edition
        For its words.
    declared : DeclaredCauses
        The graph.
    attributes : sequence of str
        Its protected variables.
    """
    accepted = accepted_variables(declared)
    groups = _alike(declared, attributes, accepted)
    boxes, links = _laid_out(edition, declared, attributes, groups, accepted)
    caption = message("What acts on what, as declared: nothing in the data proves it.")
    arrows = "; ".join(f"{edition.plain.own(one.cause)} → {edition.plain.own(one.effect)}" for one in declared.arrows)
    return Figure(
        name="causes-graph",
        caption=caption,
        alt=f"{edition.says(caption)} {arrows}.",
        wide=causes_picture(boxes, links, WIDE, name="causes-graph-wide"),
        narrow=causes_picture(boxes, links, NARROW, name="causes-graph-narrow"),
        how=(
            message(
                "An arrow says that one thing acts on another. Thick: straight from a protected attribute. Broken, through a shaded box: ways declared accepted. Plain: ways that nobody declared accepted."
            ),
            *_how_hidden(declared),
        ),
        folds_how=True,
    )


def accepted_variables(declared: DeclaredCauses) -> frozenset[str]:
    """Name the variables through which every path is accepted."""
    return frozenset(one.through for one in declared.accepted if one.through is not None)


def _how_hidden(declared: DeclaredCauses) -> tuple[Message, ...]:
    return (message("A broken outline is a cause that nobody has measured."),) if declared.hidden else ()


def _alike(declared: DeclaredCauses, attributes: Sequence[str], accepted: frozenset[str]) -> list[tuple[str, ...]]:
    """Put variables together that the same things act on, that act on the same and are accepted alike."""
    names = dict.fromkeys(part for one in declared.arrows for part in (one.cause, one.effect))
    alike: dict[object, list[str]] = {}
    for variable in names:
        causes = frozenset(one.cause for one in declared.arrows if one.effect == variable)
        effects = frozenset(one.effect for one in declared.arrows if one.cause == variable)
        hidden = frozenset(one.name for one in declared.hidden if variable in one.acts_on)
        is_own = variable in attributes or variable == declared.end
        key = variable if is_own else (causes, effects, hidden, variable in accepted)
        alike.setdefault(key, []).append(variable)
    return [tuple(found) for found in alike.values()]


def _laid_out(
    edition: Edition,
    declared: DeclaredCauses,
    attributes: Sequence[str],
    groups: list[tuple[str, ...]],
    accepted: frozenset[str],
) -> tuple[list[Box], list[Link]]:
    """Give each group its column by how far it is from the start, and its row: attributes and the decision on top."""
    of = {variable: at for at, group in enumerate(groups) for variable in group}
    arrows = list(dict.fromkeys((of[one.cause], of[one.effect]) for one in declared.arrows))
    depth = dict.fromkeys(range(len(groups)), 0)
    for _ in groups:
        for cause, effect in arrows:
            depth[effect] = max(depth[effect], depth[cause] + 1)
    end = of.get(declared.end, 0)
    first = [at for at, group in enumerate(groups) if group[0] in attributes]
    middle = [at for at in range(len(groups)) if at != end and at not in first]
    shift = min((depth[at] for at in first), default=0)
    columns = {at: max(0, min(depth[at] - shift, _MOST_COLUMNS - 2)) for at in middle}
    last = max([1, *(column + 1 for column in columns.values())])
    rows = _rows(columns, under=len(first))
    boxes = []
    for at, group in enumerate(groups):
        column, row = (last, 0) if at == end else (0, first.index(at)) if at in first else (columns[at], rows[at])
        boxes.append(Box(label=_label(edition, group), column=column, row=row, is_accepted=group[0] in accepted))
    links = [Link(start=one, end=other, kind=_kind(groups, one, other, first, accepted, end)) for one, other in arrows]
    bottom = max(box.row for box in boxes) + 1
    for step, hidden in enumerate(declared.hidden):
        boxes.append(Box(label=edition.plain.own(hidden.name), column=last // 2, row=bottom + step, is_hidden=True))
        links += [
            Link(start=len(boxes) - 1, end=at, kind="beside")
            for at in dict.fromkeys(of[one] for one in hidden.acts_on if one in of)
        ]
    return boxes, links


def _rows(columns: dict[int, int], *, under: int) -> dict[int, int]:
    """Stack the boxes of each column below the attributes."""
    used: dict[int, int] = {}
    rows = {}
    for at, column in columns.items():
        rows[at] = under + used.get(column, 0)
        used[column] = used.get(column, 0) + 1
    return rows


def _kind(  # noqa: PLR0917 - a graph and two of its boxes
    groups: list[tuple[str, ...]], one: int, other: int, first: list[int], accepted: frozenset[str], end: int
) -> Kind:
    if one in first and other == end:
        return "direct"
    if groups[one][0] in accepted or groups[other][0] in accepted:
        return "accepted"
    return "open"


def _label(edition: Edition, group: tuple[str, ...]) -> str:
    shown = [name(variable) for variable in group]
    if len(shown) <= _MOST_IN_BOX:
        return edition.plain.say(listed(*shown))
    rest = len(shown) - _MOST_IN_BOX + 1
    return edition.plain.say(listed(*shown[: _MOST_IN_BOX - 1], message("{n} more", n=count(rest))))
