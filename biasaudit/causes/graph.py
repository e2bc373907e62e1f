"""A declared graph: arrows between variables, and hidden causes that two or more of them share."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from biasaudit.errors import NotApplicableError

#: Paths listed between two variables; a graph that has more was not drawn by a person.
MOST_PATHS = 1000

Path = tuple[str, ...]


@dataclass(frozen=True)
class Graph:
    """Who acts on whom.

    Attributes
    ----------
    parents : mapping of str to tuple of str
        For each variable those that act on it directly; every variable has an entry.
    hidden : mapping of str to tuple of str
        Unobserved causes, and the variables that each acts on.
    """

    parents: Mapping[str, tuple[str, ...]]
    hidden: Mapping[str, tuple[str, ...]]

    @property
    def order(self) -> tuple[str, ...]:
        """The variables, causes before what they act on; where both ways would do, in the order declared.

        Raises
        ------
        NotApplicableError
            Where the arrows run in a circle.
        """
        try:
            TopologicalSorter(self.parents).prepare()
        except CycleError as error:
            circle = " → ".join(error.args[1])
            raise NotApplicableError(
                f"The declared causes run in a circle: {circle}. What acts on itself has no parts to tell apart here."
            ) from None
        place = {name: at for at, name in enumerate(self.parents)}
        waiting = {name: set(acting) for name, acting in self.parents.items()}
        ready = [place[name] for name, acting in waiting.items() if not acting]
        heapq.heapify(ready)
        names, found = list(self.parents), []
        while ready:
            found.append(names[heapq.heappop(ready)])
            for name, acting in waiting.items():
                if found[-1] in acting:
                    acting.remove(found[-1])
                    if not acting:
                        heapq.heappush(ready, place[name])
        return tuple(found)

    def ancestors(self, name: str) -> frozenset[str]:
        """Everything that acts on a variable, directly or through others; not itself."""
        return _reached(name, self.parents)

    def descendants(self, name: str) -> frozenset[str]:
        """Everything that a variable acts on, directly or through others; not itself."""
        children = {
            one: tuple(other for other, acting in self.parents.items() if one in acting) for one in self.parents
        }
        return _reached(name, children)

    def among(self, names: Iterable[str]) -> Graph:
        """Give the graph of some of its variables."""
        kept = frozenset(names)
        return Graph(
            {
                name: tuple(one for one in acting if one in kept)
                for name, acting in self.parents.items()
                if name in kept
            },
            {unseen: tuple(one for one in joined if one in kept) for unseen, joined in self.hidden.items()},
        )

    def districts(self) -> tuple[frozenset[str], ...]:
        """Give the largest sets of variables that hidden causes link, directly or in a chain.

        Examples
        --------
        >>> graph = Graph({"x": (), "w": ("x",), "y": ("w",)}, {"u": ("w", "y")})
        >>> [sorted(one) for one in graph.districts()]
        [['x'], ['w', 'y']]
        """
        district = {name: frozenset([name]) for name in self.parents}
        for joined in self.hidden.values():
            linked = frozenset[str]().union(*(district[name] for name in joined))
            district.update(dict.fromkeys(linked, linked))
        return tuple(dict.fromkeys(district.values()))

    def hidden_in(self, names: frozenset[str]) -> tuple[str, ...]:
        """Name the hidden causes that act on two or more of some variables."""
        return tuple(unseen for unseen, joined in self.hidden.items() if len(names.intersection(joined)) > 1)

    def paths(self, start: str, end: str) -> tuple[Path, ...]:
        """List the ways from one variable to another along arrows.

        Raises
        ------
        NotApplicableError
            Where there are more than :data:`MOST_PATHS`.

        Examples
        --------
        >>> Graph({"x": (), "w": ("x",), "y": ("x", "w")}, {}).paths("x", "y")
        (('x', 'y'), ('x', 'w', 'y'))
        """
        found: list[Path] = []
        between = self.among((self.descendants(start) & self.ancestors(end)) | {start, end})
        between._walk(start, (end,), found)  # noqa: SLF001 - its own kind
        return tuple(sorted(found, key=len))

    def _walk(self, start: str, tail: Path, found: list[Path]) -> None:
        if tail[0] == start:
            found.append(tail)
            if len(found) > MOST_PATHS:
                raise NotApplicableError(
                    f"The declared graph has more than {MOST_PATHS} paths from {start} to {tail[-1]}: draw it simpler."
                )
            return
        for one in self.parents[tail[0]]:
            self._walk(start, (one, *tail), found)


def _reached(name: str, step: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    seen: set[str] = set()
    waiting = list(step[name])
    while waiting:
        if (one := waiting.pop()) not in seen:
            seen.add(one)
            waiting += step[one]
    return frozenset(seen)
