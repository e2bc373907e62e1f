"""The suite that every audit passes, ours or a stranger's."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from biasaudit.engine import run
from biasaudit.errors import BiasAuditError
from biasaudit.plugins import find_audit
from biasaudit.report import LANGUAGES, render_html
from biasaudit.results import AuditResult, digest, from_json, to_json

#: Few refits: conformance asks whether an audit works, not what it finds.
QUICK = ("uncertainty.replicates=10", "uncertainty.placebos=19")
#: Largest distance between a score gap and the sum of its contributions.
ADDS_UP = 1e-6


class ConformanceError(BiasAuditError, AssertionError):
    """An audit that breaks what every audit must keep; the message lists all it breaks."""


def check_audit(path: str | Path) -> tuple[str, ...]:
    """Check that an audit keeps what every audit must keep.

    Parameters
    ----------
    path : str or Path
        A bundled name, a folder with an ``audit.toml``, or such a file.

    Returns
    -------
    tuple of str
        Names of the checks it passed.

    Raises
    ------
    ConformanceError
        Listing every check it fails.
    DeclarationError, DataError, ModelError, MissingExtraError, PluginError
        Where it does not run at all.

    Examples
    --------
    A test of an audit takes three lines::

        from biasaudit.testing import check_audit


        def test_audit():
            check_audit("audits/my-audit")
    """
    source = find_audit(str(path))
    result = run(str(source.file), overrides=QUICK)
    again = run(str(source.file), overrides=QUICK)
    checks: dict[str, Callable[[], str]] = {
        "runs to the end": lambda: _ends_complete(result),
        "is the same when run again": lambda: _repeats(result, again),
        "survives its own JSON": lambda: "" if from_json(to_json(result)) == result else "reading it back changes it",
        "cites evidence that exists": lambda: _evidence_exists(result),
        "adds up its contributions": lambda: _adds_up(result),
        "names no folder of this machine": lambda: _names_no_folder(result, source.file),
        "renders in every language": lambda: _renders(result),
        "says where it is simulated": lambda: _says_simulated(result),
        "uses only public names in case.py": lambda: _public_names_only(source.file.parent / "case.py"),
    }
    failures = [f"{name}: {problem}" for name, check in checks.items() if (problem := check())]
    if failures:
        raise ConformanceError("\n".join([f"{source.name} does not conform:", *(f"  - {each}" for each in failures)]))
    return tuple(checks)


def _ends_complete(result: AuditResult) -> str:
    failed = [f"{step.name} ({step.reason})" for step in result.steps if step.outcome == "failed"]
    return f"steps failed: {'; '.join(failed)}" if failed else ""


def _repeats(first: AuditResult, second: AuditResult) -> str:
    return "" if digest(first) == digest(second) else "two runs with the same seed differ"


def _evidence_exists(result: AuditResult) -> str:
    document = json.loads(to_json(result))
    missing = [
        f"{finding.code} cites {pointer}"
        for finding in result.findings
        for pointer in finding.evidence
        if not _resolves(document, pointer)
    ]
    return "; ".join(missing)


def _resolves(document: Any, pointer: str) -> bool:
    """Follow a JSON pointer (RFC 6901)."""
    place = document
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        try:
            place = place[int(key)] if isinstance(place, list) else place[key]
        except (KeyError, IndexError, ValueError, TypeError):
            return False
    return True


def _adds_up(result: AuditResult) -> str:
    off = [
        f"{total.group} by {abs(total.total - total.sum_of_contributions):.2g}"
        for total in result.driver_totals
        if abs(total.total - total.sum_of_contributions) > ADDS_UP
    ]
    return "; ".join(off)


def _names_no_folder(result: AuditResult, file: Path) -> str:
    text = to_json(result)
    told = {str(folder) for folder in (file.resolve().parent, Path.home(), Path.cwd()) if folder != Path("/")}
    return "; ".join(sorted(folder for folder in told if folder in text))


def _renders(result: AuditResult) -> str:
    for language in LANGUAGES:
        page = render_html(result, language=language)
        if f'lang="{language}"' not in page:
            return f"the report in {language!r} does not say its language"
        if page != render_html(result, language=language):
            return f"the report in {language!r} differs when rendered again"
    return ""


def _says_simulated(result: AuditResult) -> str:
    if result.audit.nature == "simulated" and not result.audit.notice:
        return "audit.nature is 'simulated' and audit.notice is empty"
    return ""


def _public_names_only(case: Path) -> str:
    if not case.is_file():
        return ""
    import biasaudit

    wrong = []
    for node in ast.walk(ast.parse(case.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            wrong += [alias.name for alias in node.names if alias.name.startswith("biasaudit.")]
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module.startswith("biasaudit."):
                wrong.append(node.module)
            elif node.module == "biasaudit":
                wrong += [alias.name for alias in node.names if alias.name not in biasaudit.__all__]
    return f"imports {', '.join(sorted(set(wrong)))}" if wrong else ""
