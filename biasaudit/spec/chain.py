"""Where each link of a contract chain stands: its level, the link above it, and the levels that nobody told of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from biasaudit.spec.provenance import LinkSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a link stands.

    Attributes
    ----------
    level : int
        1 for the client, one more for each contract between.
    above : int or None
        Position of the nearest link above that is told of; None where there is none.
    untold : int
        Levels between the two (or above the link, where there is none) that nobody told of.
    """

    level: int
    above: int | None
    untold: int

    @property
    def works_for(self) -> int | None:
        """The link it works for; None at the top, and where the link between is missing."""
        return None if self.untold else self.above


def places_of(links: Sequence[LinkSpec]) -> tuple[Place, ...]:
    """Find the place of each link.

    A link without ``under`` stands below the nearest link before it that has a smaller level; one
    without ``level`` stands one level below that of ``under``, or else of the link before it.

    Parameters
    ----------
    links : sequence of LinkSpec
        Links whose ``under`` names exist and go round in no circle, as a validated file has them.

    Returns
    -------
    tuple of Place
        One a link.

    Examples
    --------
    >>> [place.level for place in places_of([LinkSpec(name="A"), LinkSpec(name="B"), LinkSpec(name="C", level=4)])]
    [1, 2, 4]
    >>> places_of([LinkSpec(name="A"), LinkSpec(name="C", level=4)])[1].untold
    2
    """
    levels = _levels(links)
    places = []
    for at, link in enumerate(links):
        above = position_of(links, link.under) if link.under is not None else None
        if link.under is None:
            above = next((before for before in range(at - 1, -1, -1) if levels[before] < levels[at]), None)
        over = 0 if above is None else levels[above]
        places.append(Place(level=levels[at], above=above, untold=levels[at] - over - 1))
    return tuple(places)


def position_of(links: Sequence[LinkSpec], under: str) -> int | None:
    """Find the link that ``under`` means: by its id, else by its name where only one has it."""
    for called in ([link.id for link in links], [link.name for link in links]):
        if called.count(under) == 1:
            return called.index(under)
    return None


def _levels(links: Sequence[LinkSpec]) -> list[int]:
    levels: list[int | None] = [link.level for link in links]
    going: set[int] = set()

    def of(at: int) -> int:
        known = levels[at]
        if known is None:
            going.add(at)
            under = links[at].under
            above = position_of(links, under) if under is not None else (at - 1 if at else None)
            # The link before may itself stand below this one: then nothing says where this one stands but at the top.
            known = levels[at] = 1 if above is None or above in going else of(above) + 1
            going.discard(at)
        return known

    return [of(at) for at in range(len(links))]
