"""An accepted result that a run is held against: found, and refused where it is of something else."""

from __future__ import annotations

from pathlib import Path

from biasaudit.errors import ResultError
from biasaudit.results import AuditResult, load_result
from biasaudit.spec import AuditSpec


def accepted_result(baseline: AuditResult | str | Path, spec: AuditSpec) -> AuditResult:
    """Give the accepted result of an audit, before anything is measured.

    Parameters
    ----------
    baseline : AuditResult, str or Path
        The result, its file, its folder, or a folder with one folder an audit, as ``--out`` makes it.
    spec : AuditSpec
        The audit that is about to run.

    Returns
    -------
    AuditResult
        An earlier result of the same audit.

    Raises
    ------
    ResultError
        Where it cannot be read, is of another audit, is about another direction of the decision, or
        has an attribute that the audit no longer declares, whose gaps would silently drop out.
    """
    if isinstance(baseline, AuditResult):
        result, where = baseline, "The baseline"
    else:
        path = _found(Path(baseline), spec.audit.name)
        result, where = load_result(path), f"The baseline {path}"
    if result.audit.name != spec.audit.name:
        raise ResultError(
            f"{where} is a result of the audit {result.audit.name!r}, and this is {spec.audit.name!r}: "
            "a baseline is an earlier result of the same audit."
        )
    if result.audit.positive_is != spec.data.positive_is:
        raise ResultError(
            f"{where} is about a decision that is {result.audit.positive_is}, and data.positive_is is now "
            f"{spec.data.positive_is!r}: their gaps do not mean the same. Accept a new baseline."
        )
    declared = {protected.column for protected in spec.protected}
    declared |= {" x ".join(columns) for columns in spec.groups.intersections}
    if lost := sorted({facts.name for facts in result.data.attributes} - declared):
        raise ResultError(
            f"{where} has gaps by {', '.join(map(repr, lost))}, which this audit does not declare: what became of "
            f"them could not be told. Declared: {', '.join(map(repr, sorted(declared)))}. Declare them again, or accept "
            "a new baseline."
        )
    return result


def _found(path: Path, name: str) -> Path:
    """Look into a folder of results by audit, where that is what was named."""
    held = path / name
    return held if path.is_dir() and not (path / "result.json").exists() and held.is_dir() else path
