"""On which line of a TOML file each key stands.

``tomllib`` forgets where it read a value. A message that names a line saves its reader a search,
so this file reads the keys (not the values) a second time.
"""

from __future__ import annotations

import re

#: Where a value stands in a declaration: keys, and indices from 0 for arrays of tables.
Location = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'|#.*$')


def key_lines(text: str) -> dict[Location, int]:
    r"""Map each key of a TOML text to its line.

    Parameters
    ----------
    text : str
        A valid TOML document.

    Returns
    -------
    dict of tuple to int
        Lines from 1 by path; the index of an array of tables is part of the path.

    Examples
    --------
    >>> key_lines("[data]\npath = 'a.csv'\n[[gate]]\nat_least = 0.8")[("gate", 0, "at_least")]
    4
    """
    lines: dict[Location, int] = {}
    counts: dict[Location, int] = {}
    table: Location = ()
    open_brackets = 0
    open_quotes = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if open_quotes:
            if open_quotes in line:
                open_quotes = ""
            continue
        if not open_brackets:
            if header := _HEADER.match(line):
                table = _parts(header[2])
                if header[1] == "[[":
                    index = counts.get(table, 0)
                    counts[table] = index + 1
                    table = (*table, index)
                lines.setdefault(table, number)
                continue
            if key := _KEY.match(line):
                lines.setdefault((*table, *_parts(key[1])), number)
        for quotes in ('"""', "'''"):
            if line.count(quotes) % 2:
                open_quotes = quotes
        bare = _STRING.sub("", line)
        open_brackets += bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")
    return lines


def line_of(lines: dict[Location, int], path: Location) -> int | None:
    """Find the line of a path, or of the nearest table above it that has one."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


def _parts(dotted: str) -> Location:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def dotted(place: Location) -> str:
    """Write a place as a user would: entries count from 1.

    Examples
    --------
    >>> dotted(("gate", 0, "at_least"))
    'gate[1].at_least'
    """
    text = ""
    for part in place:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text
