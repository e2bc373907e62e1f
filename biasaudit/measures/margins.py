"""Which tables to count: few and small ones that together hold every margin an audit asks for."""

from __future__ import annotations

import math
from collections.abc import Iterable

from biasaudit.data.table import crossed_columns

#: Cells (before what is known and decided) up to which columns are counted in one joint table: it
#: fits the cache of a core, and summing it for a measure costs next to nothing.
MOST_CELLS = 1 << 14

Margin = frozenset[int]


def wanted_margins(
    axes: list[tuple[str, str]], intersections: Iterable[Iterable[str]] | None = None
) -> tuple[Margin, ...]:
    """List the sets of columns by which an audit sums its counts.

    Parameters
    ----------
    axes : list of (role, name)
        Columns, roles as in :class:`biasaudit.measures.counting.Axis`.
    intersections : iterable of iterable of str, optional
        Attributes to cross; without it all of them with each other.

    Returns
    -------
    tuple of frozenset of int
        Places of columns: each attribute and intersection, with the strata and with the period where
        such are declared. A set that another one holds is left out.

    Examples
    --------
    >>> axes = [("attribute", "sex"), ("attribute", "origin"), ("stratum", "office")]
    >>> [sorted(margin) for margin in wanted_margins(axes, [])]
    [[0, 2], [1, 2]]
    """
    names = tuple(name for role, name in axes if role == "attribute")
    crosses: list[Margin] = [frozenset([place]) for place in range(len(names))]
    if intersections is None:
        crosses = [frozenset(range(len(names)))]
    else:
        crosses += [
            frozenset(names.index(column) for column in crossed_columns(" x ".join(columns), names))
            for columns in intersections
        ]
    strata = frozenset(place for place, (role, _) in enumerate(axes) if role == "stratum")
    period = frozenset(place for place, (role, _) in enumerate(axes) if role == "period")
    margins = {cross | within for cross in crosses for within in (strata, period)}
    return tuple(sorted((one for one in margins if not any(one < other for other in margins)), key=sorted))


def plan_tables(margins: Iterable[Margin], sizes: list[int], most_cells: int = MOST_CELLS) -> list[tuple[int, ...]]:
    """Gather margins into joint tables, as few as stay under a number of cells.

    Every table costs one pass over codes that are at hand, so ten attributes with all their pairs
    take some ten passes in the place of fifty-five, and never a joint table of all ten.

    Parameters
    ----------
    margins : iterable of frozenset of int
        Sets of columns that must stand together in a table.
    sizes : list of int
        Values of each column.
    most_cells : int
        Cells that a joint table of several margins may have; a margin that is larger on its own has
        a table to itself.

    Returns
    -------
    list of tuple of int
        Columns of each table, rising.

    Examples
    --------
    >>> plan_tables([frozenset({0, 1}), frozenset({1, 2}), frozenset({3})], [2, 2, 2, 90], most_cells=100)
    [(3,), (0, 1, 2)]
    """

    def cells(columns: Margin) -> int:
        return math.prod(max(sizes[place], 1) for place in columns)

    tables: list[Margin] = []
    for margin in sorted(margins, key=lambda one: (-cells(one), sorted(one))):
        if any(margin <= table for table in tables):
            continue
        joined = [(cells(table | margin) / cells(table), place) for place, table in enumerate(tables)]
        room = [(growth, place) for growth, place in joined if growth * cells(tables[place]) <= most_cells]
        if room:
            place = min(room)[1]
            tables[place] |= margin
        else:
            tables.append(margin)
    return [tuple(sorted(table)) for table in tables]
