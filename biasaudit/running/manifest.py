"""What was declared and what it ran on, for a reader and for a stranger who repeats it."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from biasaudit.results import Assumption, AuditInfo, DeclaredForms, Fingerprint, Git, Manifest, Question
from biasaudit.spec import AuditSpec, Declaration

#: Packages whose version can change a number in a result.
PACKAGES = ("duckdb", "fairlearn", "joblib", "numpy", "pandas", "scikit-learn", "scipy", "shap", "skops")
#: A checkout that does not answer in this many seconds is left out of the manifest.
GIT_SECONDS = 5


def describe_run(declaration: Declaration, data: Sequence[Fingerprint], *, started: str, ended: str) -> Manifest:
    """Describe a run so that it can be repeated.

    Parameters
    ----------
    declaration : Declaration
        What was declared, overrides included.
    data : sequence of Fingerprint
        Digests of everything read.
    started, ended : str
        UTC times, ISO 8601.

    Returns
    -------
    Manifest
        No path of this machine stands in it.
    """
    packages = {name: found for name in PACKAGES if (found := _version(name))}
    return Manifest(
        version=_version("biasaudit") or "not installed",
        spec_digest=declaration.digest,
        overrides=declaration.overrides,
        data=tuple(data),
        seed=declaration.spec.uncertainty.seed,
        packages=packages,
        python=platform.python_version(),
        git=_git_state(declaration.folder),
        started=started,
        ended=ended,
    )


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _git_state(folder: Path) -> Git | None:
    """Give commit and dirty flag of the checkout that holds a folder; None where there is none."""
    commit = _git(folder, "rev-parse", "HEAD")
    if not commit:
        return None
    return Git(commit=commit, dirty=bool(_git(folder, "status", "--porcelain", "--untracked-files=no")))


def _git(folder: Path, *words: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - fixed words; nothing of the user's is run
            ["git", "-C", str(folder), *words],  # noqa: S607 - git is found as the user's shell finds it
            capture_output=True,
            text=True,
            timeout=GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def audit_info(spec: AuditSpec) -> AuditInfo:
    """Write down what is audited, in the declaring person's words."""
    head = spec.audit.model_dump()
    return AuditInfo(
        **head,
        positive_is=spec.data.positive_is,
        tolerance_gap=spec.tolerance.gap,
        tolerance_ratio=spec.tolerance.ratio,
        tolerance_reason=spec.tolerance.reason,
        minimum_size=spec.groups.minimum_size,
        assumptions=tuple(Assumption(**one.model_dump()) for one in spec.assumption),
        workshop=tuple(Question(**one.model_dump()) for one in spec.workshop.questions),
        translations={language: dict(words) for language, words in spec.translations.items()},
        forms=DeclaredForms.model_validate(spec.forms.model_dump()),
    )
