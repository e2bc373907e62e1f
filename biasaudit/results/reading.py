"""Results to strict JSON and back."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from biasaudit.errors import ResultError
from biasaudit.results.changes import Changes
from biasaudit.results.records import AuditResult

#: Newest result format that this version reads and writes.
SCHEMA = "biasaudit.result/1"


def to_json(result: AuditResult | Changes) -> str:
    """Write a result, or what moved between two, as strict JSON: sorted keys, UTF-8, no NaN, a line feed at the end.

    Parameters
    ----------
    result : AuditResult or Changes
        The result.

    Returns
    -------
    str
        The text; the same result always gives the same bytes.
    """
    plain = result.model_dump(mode="json", by_alias=True)
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def digest(result: AuditResult) -> str:
    """Take the digest of what a run found, its times and what people added later aside.

    The same audit of the same data with the same seed has the same digest whenever it is run, so
    that whoever repeats a run can hold the two against each other. An amendment does not change it,
    and neither does reading the result with a later version that knows more fields.

    Parameters
    ----------
    result : AuditResult
        The result.

    Returns
    -------
    str
        sha256 of the result as JSON with sorted keys, without start, end, amendments and all that
        is empty or what it is by default; 64 hex digits.
    """
    manifest = result.manifest.model_copy(update={"started": "", "ended": ""})
    return sealed(result.model_copy(update={"manifest": manifest, "amendments": ()}))


def sealed(result: AuditResult) -> str:
    """Take the digest of a whole result, times and amendments included.

    Parameters
    ----------
    result : AuditResult
        The result.

    Returns
    -------
    str
        As :func:`digest`, of everything.
    """
    plain = _lean(result.model_dump(mode="json", by_alias=True, exclude_defaults=True))
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _lean(plain: Any) -> Any:
    """Leave out what is empty: a field that a later version adds must not change the digest of an older result."""
    if isinstance(plain, dict):
        kept = {key: _lean(value) for key, value in plain.items()}
        return {key: value for key, value in kept.items() if value not in (None, "", [], {})}
    return [_lean(value) for value in plain] if isinstance(plain, list) else plain


def from_json(text: str, source: str = "the result") -> AuditResult:
    """Read a result back.

    Parameters
    ----------
    text : str
        What :func:`to_json` wrote.
    source : str
        Name for messages.

    Returns
    -------
    AuditResult
        The result.

    Raises
    ------
    ResultError
        Where the text is no result, or one of a newer version.
    """
    try:
        plain = json.loads(text)
    except json.JSONDecodeError as error:
        raise ResultError(f"{source}: not JSON (line {error.lineno}: {error.msg}).") from None
    except (RecursionError, ValueError) as error:
        raise ResultError(f"{source}: not a result ({error}).") from None
    found = plain.get("schema") if isinstance(plain, dict) else None
    if found != SCHEMA:
        raise ResultError(
            f"{source}: schema is {found!r}; this version of biasaudit reads {SCHEMA!r}. "
            "A newer result needs a newer biasaudit."
        )
    try:
        return AuditResult.model_validate(plain)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise ResultError(f"{source}: not a valid result ({place}: {first['msg']}).") from None


def load_result(path: str | Path) -> AuditResult:
    """Read a ``result.json``.

    Parameters
    ----------
    path : str or Path
        The file, or the folder that holds it.

    Returns
    -------
    AuditResult
        The result.

    Raises
    ------
    ResultError
        Where the file is missing, is no result, or is newer than this version.
    """
    path = result_file(Path(path))
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ResultError(f"{path}: cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise ResultError(f"{path}: is not UTF-8 text.") from None
    return from_json(text, str(path))


def result_file(path: Path) -> Path:
    """Give the file of a result that is named by its file, or by the folder that holds it."""
    return path / "result.json" if path.is_dir() else path


def result_schema() -> dict[str, Any]:
    """Build the JSON Schema of ``result.json``.

    Examples
    --------
    >>> result_schema()["title"]
    'biasaudit result.json, version 1'
    """
    schema = AuditResult.model_json_schema(by_alias=True, mode="serialization")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "biasaudit result.json, version 1"
    return schema
