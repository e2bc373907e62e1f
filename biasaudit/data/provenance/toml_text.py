"""A provenance as plain values, and as the text of a ``provenance.toml``."""

from __future__ import annotations

import json
from typing import Any

from biasaudit.spec import ProvenanceSpec

#: Ends an escape of JSON that TOML needs as well and JSON leaves out.
_DELETE = "\x7f"


def plain_of(spec: ProvenanceSpec) -> dict[str, Any]:
    """Give what was said in a provenance, and nothing else, as tables of plain values.

    Parameters
    ----------
    spec : ProvenanceSpec
        The record.

    Returns
    -------
    dict
        What ``declare_provenance`` takes; keys in the order of the grammar.

    Examples
    --------
    >>> plain_of(ProvenanceSpec(schema=1, not_known=("pay",)))
    {'schema': 1, 'not_known': ['pay']}
    """
    said = spec.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {key: value for key, value in said.items() if value not in ({}, [])}


def to_toml(spec: ProvenanceSpec) -> str:
    r"""Write a provenance as TOML.

    Parameters
    ----------
    spec : ProvenanceSpec
        The record.

    Returns
    -------
    str
        A ``provenance.toml`` that reads back as the same record; ends in a line feed.

    Examples
    --------
    >>> print(to_toml(ProvenanceSpec(schema=1, feedback={"channel": 'a "list"'})), end="")
    schema = 1
    <BLANKLINE>
    [feedback]
    channel = "a \"list\""
    """
    plain = plain_of(spec)
    blocks = ["\n".join(_lines({key: held for key, held in plain.items() if not _is_table(held)}))]
    for key, held in plain.items():
        if isinstance(held, dict):
            blocks.append("\n".join([f"[{key}]", *_lines(held)]))
        elif _is_table(held):
            blocks += ["\n".join([f"[[{key}]]", *_lines(entry)]) for entry in held]
    return "\n\n".join(blocks) + "\n"


def _is_table(held: Any) -> bool:
    return isinstance(held, dict) or (isinstance(held, list) and bool(held) and isinstance(held[0], dict))


def _lines(table: dict[str, Any]) -> list[str]:
    return [f"{key} = {_value(held)}" for key, held in table.items()]


def _value(held: Any) -> str:
    if isinstance(held, bool):
        return "true" if held else "false"
    if isinstance(held, str):
        # A basic string of TOML knows every escape of a JSON string, and wants one more character escaped.
        return json.dumps(held, ensure_ascii=False).replace(_DELETE, "\\u007f")
    if isinstance(held, list):
        return "[" + ", ".join(map(_value, held)) + "]"
    if isinstance(held, dict):
        return "{ " + ", ".join(f"{_value(key)} = {_value(value)}" for key, value in held.items()) + " }"
    return repr(held)
