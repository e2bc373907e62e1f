"""Appends words to a result without touching a number of it, and tells whether anybody touched one."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

from biasaudit.errors import ResultError
from biasaudit.results.amendment import Amendment
from biasaudit.results.reading import sealed
from biasaudit.results.records import AuditResult

#: Longest author, reason and text of an amendment, in characters.
LONGEST = {"author": 200, "reason": 500, "text": 20_000}


def amend(result: AuditResult, *, author: str, reason: str, text: str, written: datetime | None = None) -> AuditResult:
    """Append an amendment to a result.

    Nothing else of the result changes, and its :func:`digest` stays what it was. Every amendment holds
    the seal of the result before it, so that a number or an earlier amendment that is changed
    afterwards no longer fits (:func:`broken_at`). The seal of the last state stands in the report.

    Parameters
    ----------
    result : AuditResult
        The result, with the amendments that it has.
    author, reason, text : str
        Who says so, why, and what; none may be empty, longer than :data:`LONGEST`, or hold control
        characters other than line breaks and tabs.
    written : datetime, optional
        When, with a time zone; now by default.

    Returns
    -------
    AuditResult
        The same with one amendment more.

    Raises
    ------
    ResultError
        Where a text is not fit to stand there, or the amendments so far do not fit the result.

    Examples
    --------
    >>> data = {"rows": 0, "rows_judged": 0}
    >>> head = {"name": "x", "title": "X", "tolerance_gap": 0.05, "tolerance_ratio": 0.8, "minimum_size": 30}
    >>> run = {"version": "1", "spec_digest": "", "started": "", "ended": ""}
    >>> parts = {"status": "complete", "audit": head, "manifest": run, "data": data}
    >>> result = amend(AuditResult.model_validate(parts), author="A. Lee", reason="Typo", text="Read 1979.")
    >>> [one.author for one in result.amendments], broken_at(result)
    (['A. Lee'], None)
    """
    if (broken := broken_at(result)) is not None:
        raise ResultError(
            f"The result is not what it was when amendment {broken + 1} was written, so nothing is appended to it. "
            "Find the file as it was."
        )
    words = {"author": author, "reason": reason, "text": text}
    kept = {field: _fit(field, word) for field, word in words.items()}
    moment = datetime.now(UTC) if written is None else written.astimezone(UTC)
    amendment = Amendment(**kept, written=moment.isoformat(timespec="seconds"), previous=sealed(result))
    return result.model_copy(update={"amendments": (*result.amendments, amendment)})


def broken_at(result: AuditResult) -> int | None:
    """Find the first amendment that does not fit the result as it stands before it.

    Parameters
    ----------
    result : AuditResult
        The result.

    Returns
    -------
    int or None
        Its place from 0; None where all fit. A last amendment has no seal after it: that stands on
        the signed page.
    """
    for place, amendment in enumerate(result.amendments):
        before = result.model_copy(update={"amendments": result.amendments[:place]})
        if sealed(before) != amendment.previous:
            return place
    return None


def _fit(field: str, word: str) -> str:
    """Refuse what has no place in a document that is signed."""
    kept = word.replace("\r\n", "\n").strip()
    if not kept:
        raise ResultError(f"An amendment needs its {field}, and it is empty.")
    if len(kept) > LONGEST[field]:
        raise ResultError(
            f"The {field} of an amendment has at most {LONGEST[field]:,} characters; this one has {len(kept):,}."
        )
    for at, character in enumerate(kept):
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t":
            raise ResultError(
                f"The {field} of an amendment holds a control character (U+{ord(character):04X}, place {at + 1}): "
                "remove it."
            )
    return kept
