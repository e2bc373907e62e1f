"""Through which links of the contract chain each label came, and which of them nobody told of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from biasaudit.data.annotations import AnnotationLog
from biasaudit.data.table import BoolArray
from biasaudit.errors import DeclarationError, Mistake
from biasaudit.results import ChainLink, MissingLink
from biasaudit.spec import Provenance, ProvenanceSpec, nearest_name
from biasaudit.spec.chain import Place, places_of
from biasaudit.spec.lines import Location, dotted, line_of
from biasaudit.traces.disclosure import FEWEST_ANNOTATORS, columns_of

#: In the place of a link: no link is declared for the label, or several are and nobody says which.
NO_LINK, ONE_OF_SEVERAL = -1, -2


@dataclass(frozen=True, kw_only=True)
class FollowedChain:
    """Labels followed through their chain.

    Attributes
    ----------
    spec : ProvenanceSpec
        The declaration.
    places : tuple of Place
        Where each link stands.
    lowest : array of int, shape (labels,)
        The last link that each label came through, or :data:`NO_LINK` or :data:`ONE_OF_SEVERAL`.
    """

    spec: ProvenanceSpec
    places: tuple[Place, ...]
    lowest: npt.NDArray[np.intp]

    def path(self, at: int) -> list[int]:
        """Give a link and all that are told of above it."""
        path = [at]
        while (above := self.places[path[-1]].above) is not None:
            path.append(above)
        return path

    def is_whole(self, at: int) -> bool:
        """Whether every link from this one up to the client is told of and named."""
        return all(self.places[one].untold == 0 and self.spec.link[one].name for one in self.path(at))

    def through(self, at: int) -> BoolArray | None:
        """Tell which labels came through a link, shape (labels,); None where that cannot be told."""
        reached: BoolArray = np.zeros(len(self.lowest), dtype=bool)
        for link in range(len(self.places)):
            if at in self.path(link):
                reached |= self.lowest == link
        unsure: BoolArray = self.lowest == ONE_OF_SEVERAL
        if unsure.any() and not all(at in self.path(leaf) for leaf in leaves(self.places)):
            return None
        return np.logical_or(reached, unsure)


def require_units(provenance: Provenance, log: AnnotationLog) -> None:
    """Refuse a provenance that speaks of units or columns that the log does not have.

    Parameters
    ----------
    provenance : Provenance
        The declaration.
    log : AnnotationLog
        The labels.

    Raises
    ------
    DeclarationError
        With every such name, its line, and the nearest right one.
    """
    available = [*log.units, *log.attributes]
    mistakes = []
    for table in ("link", "guideline", "pay"):
        for index, entry in enumerate(getattr(provenance.spec, table)):
            wanted: list[tuple[Location, str]] = [((table, index, "unit"), kind) for kind in entry.unit]
            mistakes += [
                _no_unit(provenance, where, kind, available) for where, kind in wanted if kind not in available
            ]
    columns = provenance.spec.columns
    for key, kind in (("country", columns.country), ("guideline", columns.guideline)):
        if kind is not None and kind not in available:
            mistakes.append(_no_unit(provenance, ("columns", key), kind, available))
    if mistakes:
        raise DeclarationError(provenance.source, tuple(mistakes))


def _no_unit(provenance: Provenance, where: Location, kind: str, available: list[str]) -> Mistake:
    return Mistake(
        where=dotted(where),
        problem=f"{kind!r} is no unit and no annotator attribute of [annotations]",
        allowed=", ".join(map(repr, available)) or "none are declared",
        nearest=nearest_name(kind, available),
        line=line_of(provenance.lines, where),
    )


def labels_of_unit(log: AnnotationLog, unit: dict[str, tuple[str, ...]]) -> BoolArray:
    """Tell which labels belong to a unit such as ``{"vendor": ("Alpha",)}``; all where it is empty."""
    columns = columns_of(log)
    kept = np.ones(len(log.frame), dtype=bool)
    for kind, values in unit.items():
        kept &= log.frame[columns[kind]].astype(str).isin(values).to_numpy() if kind in columns else False
    return kept


def leaves(places: Sequence[Place]) -> list[int]:
    """Give the links that no other stands below."""
    above = {place.above for place in places}
    return [at for at in range(len(places)) if at not in above]


def follow_chain(log: AnnotationLog, spec: ProvenanceSpec) -> FollowedChain:
    """Follow each label to the last link of the chain that it came through.

    A label goes to the deepest link whose ``unit`` it belongs to, and on to the one below where
    there is only one. Where no link names units, all labels came through the one link at the end of
    the chain, or through one of several.

    Parameters
    ----------
    log : AnnotationLog
        The labels.
    spec : ProvenanceSpec
        The declared links.

    Returns
    -------
    FollowedChain
        The last link of each label.
    """
    places = places_of(spec.link)
    lowest = np.full(len(log.frame), NO_LINK, dtype=np.intp)
    named = [at for at, link in enumerate(spec.link) if link.unit]
    if not named:
        ends = leaves(places)
        lowest[:] = ends[0] if len(ends) == 1 else ONE_OF_SEVERAL if ends else NO_LINK
        return FollowedChain(spec=spec, places=places, lowest=lowest)
    depth = np.zeros(len(lowest), dtype=int)
    for at in sorted(named, key=lambda link: places[link].level):
        mine = labels_of_unit(log, spec.link[at].unit)
        level = places[at].level
        end = _end_below(spec, places, at)
        lowest = np.where(mine & (depth < level), end, np.where(mine & (depth == level), ONE_OF_SEVERAL, lowest))
        depth = np.where(mine, level, depth)
    return FollowedChain(spec=spec, places=places, lowest=lowest)


def _end_below(spec: ProvenanceSpec, places: Sequence[Place], at: int) -> int:
    """Go down from a link while only one stands below that names no units of its own."""
    below = [one for one, place in enumerate(places) if place.above == at and not spec.link[one].unit]
    if not below:
        return at
    return _end_below(spec, places, below[0]) if len(below) == 1 else ONE_OF_SEVERAL


def chain_links(log: AnnotationLog, followed: FollowedChain) -> tuple[ChainLink, ...]:
    """Write the links down with the labels that came through each."""
    found = []
    for at, (link, place) in enumerate(zip(followed.spec.link, followed.places, strict=True)):
        through = followed.through(at)
        found.append(
            ChainLink(
                level=place.level,
                name=link.name,
                role=link.role,
                country=link.country,
                contract=link.contract,
                known=link.name is not None,
                known_to_client=link.known_to_client,
                above=place.above,
                untold=place.untold,
                not_known=link.not_known,
                status=link.status,
                source=link.source,
                labels=None if through is None else _shown(log, through),
            )
        )
    return tuple(found)


def missing_links(log: AnnotationLog, followed: FollowedChain) -> tuple[MissingLink, ...]:
    """Name what is missing in the chain, and for how many labels; what concerns most labels first."""
    spec, places = followed.spec, followed.places
    everyone = np.ones(len(log.frame), dtype=bool)
    if not spec.link:
        return (_missing(log, "chain", everyone, asked="link" in spec.not_known),)
    found = []
    for at, (link, place) in enumerate(zip(spec.link, places, strict=True)):
        above = None if place.above is None else spec.link[place.above].name
        through = followed.through(at)
        if place.untold:
            level = place.level - place.untold
            has_above = place.above is not None
            told = {"link": at, "level": level, "has_above": has_above, "above": above, "below": link.name}
            found.append(_missing(log, "level", through, **told))
        if link.name is None:
            asked = "name" in link.not_known
            found.append(
                _missing(log, "name", through, link=at, level=place.level, role=link.role, above=above, asked=asked)
            )
    for kind, code in (("unit", NO_LINK), ("branch", ONE_OF_SEVERAL)):
        labels = followed.lowest == code
        if labels.any():
            found.append(_missing(log, kind, labels))
    return tuple(sorted(found, key=lambda one: -(1.0 if one.share is None else one.share)))


def _missing(log: AnnotationLog, kind: str, labels: BoolArray | None, **told: object) -> MissingLink:
    n_labels = None if labels is None else _shown(log, labels)
    share = None if n_labels is None else n_labels / max(len(log.frame), 1)
    return MissingLink.model_validate({"kind": kind, "n_labels": n_labels, "share": share, **told})


def _shown(log: AnnotationLog, labels: BoolArray) -> int | None:
    """Count labels; None where fewer than five annotators gave them, for that would speak of a person."""
    annotators = int(log.frame["annotator"].to_numpy()[labels].size and log.frame["annotator"][labels].nunique())
    return int(labels.sum()) if annotators >= FEWEST_ANNOTATORS or not labels.any() else None
