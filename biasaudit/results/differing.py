"""In what two runs are not alike beside what they found: declaration, data, model, versions, seed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal

from biasaudit.results.changes import Different
from biasaudit.results.records import AuditResult

Part = Literal["declaration", "data", "model", "versions", "run"]

#: Fields of the head of an audit that change what its numbers mean; the others are words for the reader.
_HEAD = (
    "name", "title", "decision", "people", "nature", "positive_is", "tolerance_gap", "tolerance_ratio", "minimum_size",
)  # fmt: skip
_DATA = ("outcome", "truth", "errors_against", "features", "strata", "period", "weighted")
_SIZES = ("rows", "rows_train", "rows_judged")
_MODEL = ("kind", "source", "parameters", "cut", "cut_value")
#: Digits of a digest or a commit that are shown.
_SHORT = 12
#: Longest value that is shown whole; a longer one is told by its end being cut.
_LONGEST = 200


def differences(before: AuditResult, after: AuditResult) -> tuple[Different, ...]:
    """List in what two runs are not alike beside what they found, in the order in which a reader needs it."""
    return tuple(
        Different(part=part, what=what, before=_written(was), after=_written(now))
        for part, what, was, now in _compared(before, after)
        if was != now
    )


def _compared(before: AuditResult, after: AuditResult) -> Iterator[tuple[Part, str, Any, Any]]:
    for field in _HEAD:
        yield "declaration", field, getattr(before.audit, field), getattr(after.audit, field)
    for field in _DATA:
        yield "declaration", field, getattr(before.data, field), getattr(after.data, field)
    references = [{facts.name: facts.reference for facts in result.data.attributes} for result in (before, after)]
    for attribute in sorted(references[0].keys() | references[1].keys()):
        yield "declaration", f"reference of {attribute}", references[0].get(attribute), references[1].get(attribute)
    yield "declaration", "--set", before.manifest.overrides, after.manifest.overrides
    yield "declaration", "sha256", before.manifest.spec_digest[:_SHORT], after.manifest.spec_digest[:_SHORT]
    yield from _data(before, after)
    for field in _MODEL:
        yield "model", field, getattr(before.model, field, None), getattr(after.model, field, None)
    yield "run", "seed", before.manifest.seed, after.manifest.seed
    yield "run", "status", before.status, after.status
    yield "run", "git", _commit(before), _commit(after)
    yield "versions", "biasaudit", before.manifest.version, after.manifest.version
    yield "versions", "python", before.manifest.python, after.manifest.python
    packages = [result.manifest.packages for result in (before, after)]
    for package in sorted(packages[0].keys() | packages[1].keys()):
        yield "versions", package, packages[0].get(package), packages[1].get(package)


def _data(before: AuditResult, after: AuditResult) -> Iterator[tuple[Part, str, Any, Any]]:
    for field in _SIZES:
        yield "data", field, getattr(before.data, field), getattr(after.data, field)
    held = [{one.role: one for one in result.manifest.data} for result in (before, after)]
    for role in sorted(held[0].keys() | held[1].keys()):
        was, now = (
            f"{each[role].source} (sha256 {each[role].sha256[:_SHORT]})" if role in each else None for each in held
        )
        yield "data", role, was, now


def _commit(result: AuditResult) -> str | None:
    git = result.manifest.git
    return None if git is None else git.commit[:_SHORT] + (" (dirty)" if git.dirty else "")


def _written(value: Any) -> str:
    """Write a value as an engineer would in the declaration; nothing for none."""
    if value is None or value in ((), "", {}):
        return ""
    if isinstance(value, str):
        text = value
    elif isinstance(value, tuple):
        text = ", ".join(map(str, value))
    else:
        text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
