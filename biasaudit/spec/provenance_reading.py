"""From a ``provenance.toml`` (or a mapping) to a validated record, with every mistake said at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from biasaudit.errors import DeclarationError, Mistake
from biasaudit.spec.chain import places_of, position_of
from biasaudit.spec.lines import Location, dotted, line_of
from biasaudit.spec.nearest import nearest_name
from biasaudit.spec.provenance import DEEPEST, ProvenanceSpec
from biasaudit.spec.reading import known_keys, mistakes_in, read_toml

#: Keys of a table about the table itself, which nobody can declare not known.
_ABOUT = frozenset({"not_known", "status", "source", "unit", "schema", "columns"})
Say = Callable[..., None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Provenance:
    """How labels were made, as declared, and what identifies the file.

    Attributes
    ----------
    spec : ProvenanceSpec
        What the file says.
    source : str
        Name of the file, for messages.
    sha256 : str
        Digest of the file (of its content, where it was given as a mapping), as 64 hex digits.
    lines : dict
        Line of each key.
    """

    spec: ProvenanceSpec
    source: str
    sha256: str
    lines: dict[Location, int] = field(default_factory=dict)


def read_provenance(path: str | Path) -> Provenance:
    """Read and check a ``provenance.toml``.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    Provenance
        The validated record.

    Raises
    ------
    DeclarationError
        With every mistake of the file.
    """
    path = Path(path)
    raw, lines = read_toml(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Provenance(spec=declare_provenance(raw, str(path), lines).spec, source=str(path), sha256=digest, lines=lines)


def declare_provenance(
    raw: Mapping[str, Any], source: str = "the provenance", lines: Mapping[Location, int] | None = None
) -> Provenance:
    """Check a provenance given as a mapping.

    Parameters
    ----------
    raw : mapping
        What ``tomllib`` returns for a ``provenance.toml``.
    source : str
        Name for messages.
    lines : mapping, optional
        Line of each key.

    Returns
    -------
    Provenance
        The validated record.

    Raises
    ------
    DeclarationError
        With every mistake.

    Examples
    --------
    >>> held = declare_provenance({"schema": 1, "link": [{"name": "A", "role": "client"}], "pay": [{"basis": "hour"}]})
    >>> held.spec.link[0].role, held.spec.pay[0].amount
    ('client', None)
    """
    known_lines = dict(lines or {})
    plain = json.loads(json.dumps(raw, default=str))
    mistakes = list(_misdeclared(plain, known_lines))
    try:
        spec = ProvenanceSpec.model_validate(plain)
    except ValidationError as error:
        raise DeclarationError(source, (*mistakes_in(error, known_lines, ProvenanceSpec), *mistakes)) from None
    if not mistakes:
        mistakes = list(_misplaced(spec, known_lines))
    if mistakes:
        raise DeclarationError(source, tuple(mistakes))
    digest = hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=True).encode()).hexdigest()
    return Provenance(spec=spec, source=source, sha256=digest, lines=known_lines)


def askable_keys(table: str) -> list[str]:
    """Name the keys of a table that somebody can ask for: all but those about the table itself.

    Examples
    --------
    >>> askable_keys("feedback")
    ['channel', 'appeal', 'told_purpose']
    """
    return [key for key in known_keys(ProvenanceSpec, (table,)) if key not in _ABOUT]


def askable_tables() -> list[str]:
    """Name the tables that somebody can ask for."""
    return [key for key in known_keys(ProvenanceSpec) if key not in _ABOUT]


def _misdeclared(raw: Mapping[str, Any], lines: dict[Location, int]) -> Iterator[Mistake]:
    """Find what ``not_known`` names and does not exist, or what stands there all the same."""
    yield from _wrongly_unknown(raw, (), askable_tables(), "a table of this file", lines)
    for table in askable_tables():
        held = raw.get(table)
        entries = enumerate(held) if isinstance(held, list) else [(None, held)]
        for index, entry in entries:
            if isinstance(entry, Mapping):
                place: Location = (table,) if index is None else (table, index)
                yield from _wrongly_unknown(entry, place, askable_keys(table), "a key of this table", lines)
    links = raw.get("link")
    if isinstance(links, list):
        yield from _misnamed_links([link for link in links if isinstance(link, Mapping)], lines)


def _wrongly_unknown(
    held: Mapping[str, Any], place: Location, allowed: list[str], what: str, lines: dict[Location, int]
) -> Iterator[Mistake]:
    unknown = held.get("not_known")
    where: Location = (*place, "not_known")
    for name in unknown if isinstance(unknown, list) else []:
        if not isinstance(name, str):
            continue
        if name not in allowed:
            yield Mistake(
                where=dotted(where),
                problem=f"{name!r} is not {what}",
                allowed=", ".join(allowed),
                nearest=nearest_name(name, allowed),
                line=line_of(lines, where),
            )
        elif name in held:
            problem = (
                f"{name!r} is declared not known, and stands in line {line_of(lines, (*place, name))} all the same"
            )
            if not lines:
                problem = f"{name!r} is declared not known, and given all the same"
            yield Mistake(where=dotted(where), problem=problem, line=line_of(lines, where))


def _misnamed_links(links: list[Mapping[str, Any]], lines: dict[Location, int]) -> Iterator[Mistake]:
    """Find links of the same id, and ``under`` that names no link or several."""
    ids = [link.get("id") for link in links]
    names = [link.get("name") for link in links]
    called = [str(name) for name in dict.fromkeys([*ids, *names]) if isinstance(name, str)]
    for index, link in enumerate(links):
        where: Location = ("link", index, "id")
        if isinstance(link.get("id"), str) and ids.index(link["id"]) < index:
            problem = f"{link['id']!r} is the id of another link already"
            yield Mistake(where=dotted(where), problem=problem, line=line_of(lines, where))
        under = link.get("under")
        where = ("link", index, "under")
        if not isinstance(under, str) or ids.count(under) == 1:
            continue
        if under not in called:
            yield Mistake(
                where=dotted(where),
                problem=f"{under!r} is no link of this file",
                allowed=", ".join(map(repr, called)) or "the id or name of a link",
                nearest=nearest_name(under, called),
                line=line_of(lines, where),
            )
        elif names.count(under) > 1:
            problem = f"{under!r} is the name of several links: give them an id, and name that"
            yield Mistake(where=dotted(where), problem=problem, line=line_of(lines, where))


def _misplaced(spec: ProvenanceSpec, lines: dict[Location, int]) -> Iterator[Mistake]:
    """Find links that stand under themselves, or not below the link that they work for."""
    links = spec.link
    for index, link in enumerate(links):
        where: Location = ("link", index, "under")
        seen, at = {index}, link.under
        while at is not None:
            above = position_of(links, at)
            if above is None:
                break
            if above in seen:
                problem = f"{link.under!r} leads back to this link: a chain goes round in no circle"
                yield Mistake(where=dotted(where), problem=problem, line=line_of(lines, where))
                return
            seen.add(above)
            at = links[above].under
    for index, (link, place) in enumerate(zip(links, places_of(links), strict=True)):
        if link.under is not None and place.untold < 0:
            where = ("link", index, "level")
            problem = f"is {place.level}, which is not below {link.under!r}"
            yield Mistake(where=dotted(where), problem=problem, allowed="a larger number", line=line_of(lines, where))
        elif place.level > DEEPEST:
            where = ("link", index)
            problem = f"stands on level {place.level} of the chain"
            yield Mistake(
                where=dotted(where), problem=problem, allowed=f"at most {DEEPEST} levels", line=line_of(lines, where)
            )
