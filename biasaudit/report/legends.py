"""What the looks of marks mean, in words beside each picture."""

from __future__ import annotations

from collections.abc import Iterable

from biasaudit.report.messages import Message, message

_VERDICTS = {
    "reference": message("the group held as reference"),
    "exceeds": message("beyond the tolerance"),
    "within": message("within the tolerance"),
    "cannot_tell": message("cannot tell"),
}


def verdict_legend(states: Iterable[str], *, band: bool = True) -> tuple[tuple[str, Message], ...]:
    """Explain the looks that a picture uses, in a fixed order."""
    used = set(states)
    legend = [(state, said) for state, said in _VERDICTS.items() if state in used]
    if band:
        legend.append(("band", message("what this audit tolerates around the reference")))
    return tuple(legend)
