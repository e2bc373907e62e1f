"""JSON Schema of what a user declares, for editors that complete and check while typing."""

from __future__ import annotations

from typing import Any

from biasaudit.spec.audit import AuditSpec
from biasaudit.spec.provenance import ProvenanceSpec
from biasaudit.spec.record import Record


def audit_schema() -> dict[str, Any]:
    """Build the JSON Schema of ``audit.toml``, version 1.

    Returns
    -------
    dict
        A JSON Schema (draft 2020-12).

    Examples
    --------
    >>> audit_schema()["title"]
    'biasaudit audit.toml, version 1'
    """
    return _titled(AuditSpec, "biasaudit audit.toml, version 1")


def provenance_schema() -> dict[str, Any]:
    """Build the JSON Schema of ``provenance.toml``, version 1.

    Returns
    -------
    dict
        A JSON Schema (draft 2020-12).

    Examples
    --------
    >>> provenance_schema()["title"]
    'biasaudit provenance.toml, version 1'
    """
    return _titled(ProvenanceSpec, "biasaudit provenance.toml, version 1")


def _titled(record: type[Record], title: str) -> dict[str, Any]:
    schema = record.model_json_schema(by_alias=True)
    return schema | {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title}
