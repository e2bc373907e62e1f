"""Every mistake that biasaudit can name, drawn as one tree.

    BiasAuditError
    ├── DeclarationError     audit.toml (or --set) is wrong; holds every mistake at once
    ├── DataError            the table or the annotation log is wrong
    ├── ModelError           a model cannot be trained, loaded or trusted
    ├── MissingExtraError    an optional package is needed and not installed
    ├── ResultError          a result file cannot be read, or is newer than this version
    ├── PluginError          an audit or extension from outside failed to load
    └── NotApplicableError   a step has nothing to work on here; its reason goes into the result

All but the last two mean that nothing was measured (exit code 2). A PluginError is listed and ends
in exit code 3. A NotApplicableError never reaches a user as an error: the engine writes it down.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "BiasAuditError",
    "DataError",
    "DeclarationError",
    "MissingExtraError",
    "Mistake",
    "ModelError",
    "NotApplicableError",
    "PluginError",
    "ResultError",
]


class BiasAuditError(Exception):
    """Something a user can mend; its message is complete without a traceback."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mistake:
    """One thing wrong in a declaration.

    Attributes
    ----------
    where : str
        The key, as a user would write it: ``model.threshold``, ``protected[2].column``.
    problem : str
        What is wrong and what stood there, as one sentence without its full stop.
    allowed : str
        What may stand there; empty where the problem says it already.
    nearest : str
        The nearest right name; empty where none is near.
    line : int or None
        Line in the file, from 1; None where the value did not come from a line.
    """

    where: str
    problem: str
    allowed: str = ""
    nearest: str = ""
    line: int | None = None

    def __str__(self) -> str:
        place = f"line {self.line}, {self.where}" if self.line else self.where
        text = f"{place}: {self.problem}."
        if self.nearest:
            text += f" Did you mean {self.nearest!r}?"
        if self.allowed:
            text += f" Allowed: {self.allowed}."
        return text


class DeclarationError(BiasAuditError):
    """The declaration of an audit is wrong.

    Parameters
    ----------
    source : str
        The file (or other place) that holds the mistakes.
    mistakes : tuple of Mistake
        All of them, in the order of the file.
    """

    def __init__(self, source: str, mistakes: tuple[Mistake, ...]) -> None:
        self.source = source
        self.mistakes = tuple(sorted(mistakes, key=lambda mistake: mistake.line or 0))
        count = len(self.mistakes)
        head = f"{source}: {count} mistake{'s' if count != 1 else ''}; nothing was measured."
        super().__init__("\n".join([head, *(f"  - {mistake}" for mistake in self.mistakes)]))


class DataError(BiasAuditError):
    """The table or the annotation log cannot be used as declared."""


class ModelError(BiasAuditError):
    """A model cannot be trained, loaded or trusted."""


class MissingExtraError(BiasAuditError):
    """An optional package is needed.

    Parameters
    ----------
    package : str
        Name of the distribution that is missing.
    extra : str
        The extra of biasaudit that brings it.
    purpose : str
        What it is needed for, as the end of "… is needed to".
    """

    def __init__(self, *, package: str, extra: str, purpose: str) -> None:
        self.package, self.extra = package, extra
        super().__init__(
            f"The package {package} is needed to {purpose}, and is not installed. "
            f"Install it with: pip install 'biasaudit[{extra}]'"
        )


class ResultError(BiasAuditError):
    """A result file cannot be read."""


class PluginError(BiasAuditError):
    """An audit or extension from another distribution failed to load."""


class NotApplicableError(BiasAuditError):
    """A step has nothing to work on; the message is the reason shown to the reader."""
