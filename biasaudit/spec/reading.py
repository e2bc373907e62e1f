"""From a file (or a mapping) to a validated declaration, with every mistake said at once."""

from __future__ import annotations

import hashlib
import json
import tomllib
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import UnionType
from typing import Any

from pydantic import BaseModel, ValidationError

from biasaudit.errors import DeclarationError, Mistake
from biasaudit.spec.audit import AuditSpec
from biasaudit.spec.lines import Location, dotted, key_lines, line_of
from biasaudit.spec.names import misused_names
from biasaudit.spec.nearest import nearest_name

#: What may stand where pydantic found something else, in words of TOML; a boolean is the first of every value's kinds.
_ALLOWED = {
    "tuple_type": "a list, such as [1, 2]",
    "too_short": "a list of at least 1 value",
    "list_type": "a list, such as [1, 2]",
    "string_type": "a text",
    "string_too_short": "a text of at least one character",
    "bool_type": "a text, a number, true or false",
    "bool_parsing": "true or false",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Declaration:
    """An audit as declared: the validated record, and where each part of it stood.

    Attributes
    ----------
    spec : AuditSpec
        What the file says, with defaults filled.
    source : str
        Name of the file, for messages.
    folder : Path
        Folder that relative paths start from.
    lines : dict
        Line of each key in the file; empty for a declaration made in Python.
    digest : str
        sha256 of what was declared, overrides included, as 64 hex digits; without [explain], which changes no
        number of a result and may be written after it.
    overrides : tuple of str
        ``key=value`` texts given on the command line.
    """

    spec: AuditSpec
    source: str
    folder: Path
    lines: dict[Location, int] = field(default_factory=dict)
    digest: str
    overrides: tuple[str, ...] = ()

    def mistake(self, where: Location, problem: str, *, allowed: str = "", nearest: str = "") -> Mistake:
        """Build a mistake that knows its line."""
        return Mistake(
            where=dotted(where), problem=problem, allowed=allowed, nearest=nearest, line=line_of(self.lines, where)
        )


def read_declaration(path: str | Path, overrides: Sequence[str] = ()) -> Declaration:
    """Read and check an ``audit.toml``.

    Parameters
    ----------
    path : str or Path
        The file.
    overrides : sequence of str
        ``key=value`` texts, such as ``model.threshold=0.4``; the value is read as TOML, and as a
        plain text where it is none.

    Returns
    -------
    Declaration
        The validated declaration.

    Raises
    ------
    DeclarationError
        With every mistake of the file.
    """
    path = Path(path)
    raw, lines = read_toml(path)
    return declare(raw, source=str(path), folder=path.resolve().parent, lines=lines, overrides=overrides)


def read_toml(path: Path) -> tuple[dict[str, Any], dict[Location, int]]:
    """Read a TOML file and the line of each of its keys.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    raw : dict
        What ``tomllib`` returns.
    lines : dict
        Line of each key.

    Raises
    ------
    DeclarationError
        Where the file cannot be read, is not UTF-8 or is no TOML.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        reason = error.strerror or str(error)
        raise DeclarationError(str(path), (Mistake(where="file", problem=f"cannot be read: {reason}"),)) from None
    except UnicodeDecodeError as error:
        problem = f"is not UTF-8: byte {error.start} is 0x{error.object[error.start]:02x}"
        raise DeclarationError(str(path), (Mistake(where="file", problem=problem, allowed="UTF-8 text"),)) from None
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DeclarationError(str(path), (Mistake(where="file", problem=f"is not valid TOML: {error}"),)) from None
    except RecursionError:
        problem = "holds lists within lists that are too deep to read"
        raise DeclarationError(str(path), (Mistake(where="file", problem=problem),)) from None
    return raw, key_lines(text)


def declare(
    raw: Mapping[str, Any],
    *,
    source: str = "the declaration",
    folder: Path | None = None,
    lines: Mapping[Location, int] | None = None,
    overrides: Sequence[str] = (),
) -> Declaration:
    """Check a declaration given as a mapping.

    Parameters
    ----------
    raw : mapping
        What ``tomllib`` returns for an ``audit.toml``.
    source : str
        Name for messages.
    folder : Path, optional
        Folder that relative paths start from; the working directory by default.
    lines : mapping, optional
        Line of each key.
    overrides : sequence of str
        ``key=value`` texts that win over the mapping.

    Returns
    -------
    Declaration
        The validated declaration.

    Raises
    ------
    DeclarationError
        With every mistake.

    Examples
    --------
    >>> declaration = declare(
    ...     {
    ...         "schema": 1,
    ...         "audit": {"name": "loans", "title": "Loans"},
    ...         "data": {"path": "loans.csv"},
    ...         "protected": [{"column": "sex"}],
    ...         "model": {"decision": "granted"},
    ...     }
    ... )
    >>> declaration.spec.tolerance.ratio
    0.8
    """
    lines = dict(lines or {})
    merged = json.loads(json.dumps(raw, default=str))
    mistakes = [mistake for text in overrides if (mistake := _override(merged, text))]
    if mistakes:
        raise DeclarationError(source, tuple(mistakes))
    try:
        spec = AuditSpec.model_validate(merged)
    except ValidationError as error:
        found = mistakes_in(error, lines, AuditSpec)
        raise DeclarationError(source, (*found, *misused_names(merged, lines))) from None
    mistakes = misused_names(merged, lines)
    if mistakes:
        raise DeclarationError(source, tuple(mistakes))
    measured = {key: part for key, part in merged.items() if key != "explain"}
    digest = hashlib.sha256(json.dumps(measured, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    return Declaration(
        spec=spec, source=source, folder=folder or Path.cwd(), lines=lines, digest=digest, overrides=tuple(overrides)
    )


def mistakes_in(error: ValidationError, lines: dict[Location, int], grammar: type[BaseModel]) -> list[Mistake]:
    """Tell every mistake that a grammar found, once each, in words of TOML."""
    return [_as_mistake(problem, lines, grammar) for problem in _told_once(error)]


def _override(raw: dict[str, Any], text: str) -> Mistake | None:
    """Set one dotted key of a raw declaration; return what is wrong, if anything is."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        return Mistake(where="--set", problem=f"{text!r} is not key=value", allowed="for example model.threshold=0.4")
    try:
        parsed = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        parsed = value
    *parents, last = key.strip().split(".")
    place: Any = raw
    for part in parents:
        if isinstance(place, list):
            if not part.isdigit() or not 1 <= int(part) <= len(place):
                return Mistake(
                    where="--set", problem=f"{key!r}: {part!r} is not an entry", allowed=f"1 to {len(place)}"
                )
            place = place[int(part) - 1]
        else:
            place = place.setdefault(part, {})
        if not isinstance(place, (dict, list)):
            return Mistake(where="--set", problem=f"{key!r}: {part!r} holds a value, not a table")
    if not isinstance(place, dict):
        return Mistake(where="--set", problem=f"{key!r} needs the number of an entry before {last!r}")
    if key.strip().startswith("model."):
        for rival in _rivals(last):
            place.pop(rival, None)
    place[last] = parsed
    return None


def _rivals(key: str) -> tuple[str, ...]:
    """Keys of [model] that a new value replaces, since only one of them may stand."""
    for family in (("threshold", "share", "quota"), ("train", "load", "score", "decision")):
        if key in family:
            return tuple(other for other in family if other != key)
    return ()


def _told_once(error: ValidationError) -> list[Any]:
    """Keep one error a place, and none that only repeats what a deeper one says."""
    seen: set[Location] = set()
    kept: list[dict[str, Any]] = []
    for problem in error.errors(include_url=False):
        place = tuple(part for part in problem["loc"] if not _is_branch(part))
        if place not in seen:
            seen.add(place)
            kept.append({**problem, "loc": place})
    return [problem for problem in kept if not any(_is_above(problem["loc"], place) for place in seen)]


def _is_above(place: Location, other: Location) -> bool:
    return len(place) < len(other) and other[: len(place)] == place


def _is_branch(part: str | int) -> bool:
    return isinstance(part, str) and (
        part in {"bool", "int", "float", "str", "ReferenceSpec", "RangeSpec"}
        or part.startswith(("literal[", "list[", "constrained", "function-"))
    )


def _as_mistake(problem: Any, lines: dict[Location, int], grammar: type[BaseModel]) -> Mistake:
    place: Location = problem["loc"]
    kind, context = problem["type"], problem.get("ctx", {})
    got = _short(problem["input"])
    allowed = nearest = ""
    if kind == "extra_forbidden":
        known = known_keys(grammar, place[:-1])
        says = f"unknown key {str(place[-1])!r}"
        allowed, nearest = ", ".join(known), nearest_name(str(place[-1]), known)
    elif kind == "missing":
        says = "is missing"
    elif kind == "literal_error":
        says, allowed = f"is {got}", context["expected"]
        if isinstance(problem["input"], str):
            nearest = nearest_name(
                problem["input"], [part.strip(" '") for part in allowed.replace(" or ", ",").split(",")]
            )
    elif kind == "value_error":
        says = str(context["error"])
    elif kind == "string_pattern_mismatch":
        says, allowed = f"is {got}", "1 to 64 lower-case letters, digits and hyphens, beginning with a letter or digit"
    elif kind in {"model_type", "dict_type"}:
        says, allowed = f"is {got}", "a table"
    else:
        says, allowed = f"is {got}", _ALLOWED.get(kind) or problem["msg"].removeprefix("Input should be ")
    return Mistake(
        where=dotted(place) or "file", problem=says, allowed=allowed, nearest=nearest, line=line_of(lines, place)
    )


def known_keys(grammar: type[BaseModel], place: Location = ()) -> list[str]:
    """Names that a grammar has at one place."""
    record, is_own_key = grammar, False
    for part in place:
        if isinstance(part, int) or is_own_key:
            is_own_key = False
            continue
        names = {(info.alias or name): info.annotation for name, info in record.model_fields.items()}
        inner = _record_in(names.get(part))
        if inner is None:
            return []
        # The keys of such a table are the user's own names.
        record, is_own_key = inner, typing.get_origin(names.get(part)) is dict
    return [info.alias or name for name, info in record.model_fields.items()]


def _record_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if typing.get_origin(annotation) in (tuple, list, dict, typing.Union, UnionType, typing.Annotated):
        for part in typing.get_args(annotation):
            if (inner := _record_in(part)) is not None:
                return inner
    return None


def _short(value: Any, longest: int = 60) -> str:
    text = repr(value)
    return text if len(text) <= longest else text[: longest - 1] + "…"
