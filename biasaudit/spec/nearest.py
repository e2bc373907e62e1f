"""The nearest right name for a mistyped one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

#: Share of matching letters from which two names count as near (difflib's own ratio, 0 to 1).
NEAR = 0.6


def nearest_name(name: str, available: Iterable[str]) -> str:
    """Find the available name that looks most like a mistyped one.

    Parameters
    ----------
    name : str
        What stood in the file.
    available : iterable of str
        The names that would have been right.

    Returns
    -------
    str
        The nearest name, or the empty string where none is near.

    Examples
    --------
    >>> nearest_name("orgin", ["origin", "sex"])
    'origin'
    >>> nearest_name("zzz", ["origin", "sex"])
    ''
    """
    by_lower = {candidate.lower(): candidate for candidate in available}
    close = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=NEAR)
    return by_lower[close[0]] if close else ""
