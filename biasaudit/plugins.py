"""Finds audits and extensions: bundled ones, folders, files, and what other packages offer.

An audit is a folder with an ``audit.toml``; a ``case.py`` beside it may add what a declaration
cannot say. Other packages offer audits and checks through entry points, and ours load by the same
road: ``biasaudit.audits`` names a function that gives a folder of audits (or one audit's folder),
``biasaudit.findings`` a sequence of checks, ``biasaudit.importers`` a function that reads an
annotation log.
"""

from __future__ import annotations

import hashlib
import importlib.util
import sys
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from biasaudit.data.bundled import bundled_folder
from biasaudit.data.importers import ImportedLog
from biasaudit.data.logs import Importer
from biasaudit.data.reading import could_exist
from biasaudit.errors import BiasAuditError, DeclarationError, Mistake, PluginError
from biasaudit.spec.nearest import nearest_name

#: The names that a ``case.py`` may define.
CASE_NAMES = ("load", "model", "checks")


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditSource:
    """An audit that was found.

    Attributes
    ----------
    name : str
        Its name: the folder's for a bundled one.
    file : Path
        Its ``audit.toml``.
    origin : str
        Distribution that offers it, with its version; ``"file"`` for one named by its path.
    """

    name: str
    file: Path
    origin: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PluginFailure:
    """A plugin that could not be loaded: listed, never a silent absence."""

    name: str
    origin: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name} ({self.origin}): {self.reason}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """What a ``case.py`` defines; None for what it leaves to biasaudit."""

    load: Callable[..., Any] | None = None
    model: Callable[..., Any] | None = None
    checks: tuple[Callable[..., Any], ...] = field(default=())


def bundled_audits() -> Path:
    """Give the folder of the audits that travel with biasaudit."""
    return bundled_folder("audits")


def list_audits() -> tuple[tuple[AuditSource, ...], tuple[PluginFailure, ...]]:
    """List every audit that can be run by its name.

    Returns
    -------
    audits : tuple of AuditSource
        By name.
    failures : tuple of PluginFailure
        Plugins that could not be loaded, and names that two plugins claim.
    """
    found: dict[str, AuditSource] = {}
    failures: list[PluginFailure] = []
    for point, folder, failure in _offered("biasaudit.audits"):
        if failure is not None:
            failures.append(failure)
            continue
        for file in _audit_files(Path(str(folder))):
            audit = AuditSource(name=file.parent.name, file=file, origin=_origin(point))
            if (rival := found.get(audit.name)) is not None:
                reason = f"{audit.origin} and {rival.origin} both offer an audit of this name"
                failures.append(PluginFailure(name=audit.name, origin=audit.origin, reason=reason))
            else:
                found[audit.name] = audit
    return tuple(found[name] for name in sorted(found)), tuple(failures)


def find_audit(asked: str) -> AuditSource:
    """Find an audit by name, folder or file.

    Parameters
    ----------
    asked : str
        A bundled name, a folder with an ``audit.toml``, or such a file.

    Returns
    -------
    AuditSource
        Where it is.

    Raises
    ------
    DeclarationError
        Where there is none; lists the names there are.
    PluginError
        Where two plugins offer that name.
    """
    place = Path(asked).expanduser()
    if not could_exist(place):
        problem = f"{asked[:60] + '…'!r} is no audit, and no file can have so long a name"
        raise DeclarationError("the command", (Mistake(where="AUDIT", problem=problem),))
    if place.is_file():
        return AuditSource(name=place.resolve().parent.name, file=place, origin="file")
    if (place / "audit.toml").is_file():
        return AuditSource(name=place.resolve().name, file=place / "audit.toml", origin="file")
    audits, failures = list_audits()
    for failure in failures:
        if failure.name == asked:
            raise PluginError(str(failure))
    by_name = {audit.name: audit for audit in audits}
    if asked in by_name:
        return by_name[asked]
    problem = "is a folder without an audit.toml" if place.is_dir() else "is no audit, folder or file"
    raise DeclarationError(
        asked,
        (
            Mistake(
                where="AUDIT",
                problem=f"{asked!r} {problem}",
                allowed=", ".join(by_name) or "a path",
                nearest=nearest_name(asked, by_name),
            ),
        ),
    )


def audit_title(source: AuditSource) -> str:
    """Read the title of an audit without checking the rest of its file."""
    try:
        head = tomllib.loads(source.file.read_text(encoding="utf-8")).get("audit", {})
    except (OSError, ValueError) as error:
        return f"cannot be read: {error}"
    return str(head.get("title", source.name))


def load_case(folder: Path) -> Case:
    """Load the ``case.py`` of an audit's folder, if there is one.

    Raises
    ------
    PluginError
        Where it fails to load, or defines a name of ours that is not a function.
    """
    file = folder / "case.py"
    if not file.is_file():
        return Case()
    module = _load_module(file)
    functions = {name: getattr(module, name, None) for name in CASE_NAMES}
    for name, function in functions.items():
        if function is not None and not callable(function):
            raise PluginError(f"{_shown(file)}: {name!r} must be a function.")
    checks: Sequence[Any] = ()
    if functions["checks"] is not None:
        checks = _guarded(functions["checks"], f"{_shown(file)}: checks()")
        if not isinstance(checks, Sequence) or not all(callable(check) for check in checks):
            raise PluginError(f"{_shown(file)}: checks() must return a list of functions of the result.")
    return Case(load=functions["load"], model=functions["model"], checks=tuple(checks))


def offered_checks() -> tuple[tuple[Callable[..., Any], ...], tuple[PluginFailure, ...]]:
    """Collect the checks that installed packages offer, ours among them.

    Returns
    -------
    checks : tuple of callable
        Each takes an AuditResult and gives findings.
    failures : tuple of PluginFailure
        Packages whose checks could not be loaded.
    """
    checks: list[Callable[..., Any]] = []
    failures: list[PluginFailure] = []
    for point, offered, failure in _offered("biasaudit.findings"):
        if failure is not None:
            failures.append(failure)
        elif not isinstance(offered, Sequence) or not all(callable(check) for check in offered):
            reason = f"{point.value} is not a sequence of functions"
            failures.append(PluginFailure(name=point.name, origin=_origin(point), reason=reason))
        else:
            checks.extend(offered)
    return tuple(checks), tuple(failures)


def offered_measures() -> tuple[dict[str, Callable[..., Any]], tuple[PluginFailure, ...]]:
    """Collect the metrics that installed packages offer, for ``[[measure]]`` to name.

    Returns
    -------
    metrics : dict of str to callable
        By the name of the entry point: ``metric(y_true, y_pred)``.
    failures : tuple of PluginFailure
        Metrics that could not be loaded, or that two packages name alike.
    """
    metrics: dict[str, Callable[..., Any]] = {}
    failures: list[PluginFailure] = []
    for point in sorted(entry_points(group="biasaudit.measures"), key=lambda point: point.name):
        reason = "another package offers a measure of this name" if point.name in metrics else ""
        try:
            metric = point.load()
            reason = reason or ("" if callable(metric) else f"{point.value} is not a function")
        except Exception as error:  # noqa: BLE001 - whatever a stranger's code raises is listed, not passed on
            reason = f"{point.value} failed to load ({type(error).__name__}: {error})"
        if reason:
            failures.append(PluginFailure(name=point.name, origin=_origin(point), reason=reason))
        else:
            metrics[point.name] = metric
    return metrics, tuple(failures)


def offered_importers() -> tuple[dict[str, Importer], dict[str, str], tuple[PluginFailure, ...]]:
    """Collect the importers of annotation logs that installed packages offer, ours among them.

    Returns
    -------
    importers : dict of str to callable
        By the name of the entry point, which is the ``format`` that ``[annotations]`` names: takes the
        paths of files and gives an ImportedLog.
    origins : dict of str to str
        Distribution and version of each.
    failures : tuple of PluginFailure
        Importers that could not be loaded, or whose name was taken already.
    """
    importers: dict[str, Importer] = {}
    origins: dict[str, str] = {}
    failures: list[PluginFailure] = []
    points = entry_points(group="biasaudit.importers")
    # Ours come first, so that no other package takes the name of a format of ours.
    for point in sorted(
        points, key=lambda point: (not _origin(point).startswith("biasaudit "), point.name, point.value)
    ):
        reason = f"{origins[point.name]} offers an importer of this name" if point.name in importers else ""
        try:
            importer = point.load()
            reason = reason or ("" if callable(importer) else f"{point.value} is not a function")
        except Exception as error:  # noqa: BLE001 - whatever a stranger's code raises is listed, not passed on
            reason = f"{point.value} failed to load ({type(error).__name__}: {error})"
        if reason:
            failures.append(PluginFailure(name=point.name, origin=_origin(point), reason=reason))
        else:
            importers[point.name], origins[point.name] = importer, _origin(point)
    return importers, origins, tuple(failures)


def guarded_importer(importer: Importer, name: str, origin: str) -> Importer:
    """Wrap an importer, so that what a stranger's code raises names its distribution.

    Mistakes in a user's file, told as our own exceptions, pass through.

    Raises
    ------
    PluginError
        When the wrapped importer fails otherwise, or gives something else than an ImportedLog.
    """

    def call(paths: Sequence[Path]) -> ImportedLog:
        try:
            imported = importer(paths)
        except BiasAuditError:
            raise
        except Exception as error:
            raise PluginError(f"the importer {name!r} ({origin}) failed ({type(error).__name__}: {error}).") from error
        if not isinstance(imported, ImportedLog):
            raise PluginError(f"the importer {name!r} ({origin}) gave a {type(imported).__name__}, not an ImportedLog.")
        return imported

    return call


def _offered(group: str) -> Iterator[tuple[EntryPoint, Any, PluginFailure | None]]:
    """Load every entry point of a group, ours first; a function is called for what it offers."""
    points = sorted(entry_points(group=group), key=lambda point: (point.name != "biasaudit", point.name))
    for point in points:
        try:
            offered = point.load()
            value = offered() if callable(offered) else offered
        except Exception as error:  # noqa: BLE001 - whatever a stranger's code raises is listed, not passed on
            reason = f"{point.value} failed to load ({type(error).__name__}: {error})"
            yield point, None, PluginFailure(name=point.name, origin=_origin(point), reason=reason)
        else:
            yield point, value, None


def _origin(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist is not None else "unknown distribution"


def _audit_files(folder: Path) -> list[Path]:
    if (folder / "audit.toml").is_file():
        return [folder / "audit.toml"]
    return sorted(folder.glob("*/audit.toml"))


def _load_module(file: Path) -> ModuleType:
    # The name holds a digest of the path, so that two cases never share a module.
    name = f"biasaudit_case_{hashlib.sha256(str(file.resolve()).encode()).hexdigest()[:16]}"
    found = importlib.util.spec_from_file_location(name, file)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    _guarded(lambda: found.loader.exec_module(module), _shown(file))  # type: ignore[union-attr]
    return module


def _guarded(call: Callable[[], Any], what: str) -> Any:
    try:
        return call()
    except Exception as error:
        raise PluginError(f"{what} failed ({type(error).__name__}: {error}).") from error


def _shown(file: Path) -> str:
    return f"{file.parent.name}/{file.name}"
