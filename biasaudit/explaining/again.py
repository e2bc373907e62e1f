"""The audit behind a result, once more: its declaration, its data and its model, each held against the result.

A result holds neither rows nor a model, and a letter about a person needs both. They are made again as the run made
them, and refused where they are not the same: no letter may give reasons that another model had.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from biasaudit.data.roles import assign_roles
from biasaudit.data.table import Table
from biasaudit.errors import DeclarationError, Mistake, ResultError
from biasaudit.measures import attribute_facts, count
from biasaudit.models import Judgement, Model, judge
from biasaudit.plugins import find_audit, list_audits, load_case
from biasaudit.results import AttributeFacts, AuditResult
from biasaudit.running.inputs import model_of, read_items
from biasaudit.running.steps import Progress, Run
from biasaudit.spec import AuditSpec, Declaration, declare, read_declaration

#: Largest relative difference of a line or a sum of decisions that rounding on another machine may bring.
SAME = 1e-6


@dataclass(frozen=True, kw_only=True)
class Again:
    """An audit as it was run, with rows and model.

    Attributes
    ----------
    declaration : Declaration
        What was declared.
    frame : pandas.DataFrame
        The table as read, before any role was assigned.
    table, judged : Table
        All rows, and those on which gaps are measured.
    model : Model
        Trained again, loaded, or given as a column.
    judgement : Judgement
        Scores and decisions of the judged rows.
    facts : tuple of AttributeFacts
        Attributes with groups and references.
    """

    declaration: Declaration
    frame: pd.DataFrame
    table: Table
    judged: Table
    model: Model
    judgement: Judgement
    facts: tuple[AttributeFacts, ...]

    @property
    def spec(self) -> AuditSpec:
        """The validated declaration."""
        return self.declaration.spec


def run_again(result: AuditResult, audit: Any, *, items: Any, trust_pickle: bool, progress: Progress) -> Again:
    """Read the data and make the model of a result once more.

    Parameters
    ----------
    result : AuditResult
        What the run found.
    audit : str, Path, mapping, Declaration or None
        The audit; None for the bundled one of the result's name.
    items : DataFrame or None
        The items, where the run was given a frame.
    trust_pickle : bool
        Open a pickled model.
    progress : callable
        Opens a progress display.

    Returns
    -------
    Again
        Rows, model and decisions that agree with the result.

    Raises
    ------
    ResultError
        Where declaration, data, model or decisions are not those of the result.
    """
    if any(one.role == "relabelled" for one in result.manifest.data):
        raise ResultError(
            "This result was made with labels given anew (--relabelled), so that its model is not the one declared. "
            "Put the new labels into the data, run the audit again, and explain that result."
        )
    declaration = _declaration(result, audit)
    going = Run(declaration=declaration, case=load_case(declaration.folder), progress=progress)
    frame, fingerprint = read_items(going, items)
    spec = declaration.spec
    if spec.model.way in ("train", "load"):
        _require_same_digest(result, "items", fingerprint.sha256, "data")
    table = assign_roles(frame, declaration, fingerprint)
    judged = table.judged()
    with progress("train the model" if spec.model.train else "read the model", None):
        model = model_of(going, table, trust_pickle=trust_pickle)
    if model.fingerprint is not None:
        _require_same_digest(result, "model", model.fingerprint.sha256, "model file")
    judgement = judge(model, judged, spec)
    facts = attribute_facts(count(judged, judgement.decisions.selected, spec.groups.intersections), spec)
    _require_same_decisions(result, judgement, facts)
    return Again(
        declaration=declaration,
        frame=frame,
        table=table,
        judged=judged,
        model=model,
        judgement=judgement,
        facts=facts,
    )


def _declaration(result: AuditResult, audit: Any) -> Declaration:
    """Find the declaration that a result was made from, overrides included."""
    overrides = result.manifest.overrides
    if isinstance(audit, Declaration):
        found = audit
    elif isinstance(audit, dict):
        found = declare(audit, overrides=overrides)
    elif audit is not None:
        found = read_declaration(find_audit(str(audit)).file, overrides)
    else:
        # Only a bundled audit is found by the name in a result: a result may come from anybody, and names no path.
        bundled = {source.name: source.file for source in list_audits()[0]}
        if result.audit.name not in bundled:
            problem = f"the result is of an audit {result.audit.name!r} that does not travel with biasaudit"
            mistake = Mistake(where="--audit", problem=problem, allowed="the folder of that audit, or its audit.toml")
            raise DeclarationError("the command", (mistake,))
        found = read_declaration(bundled[result.audit.name], overrides)
    if found.digest != result.manifest.spec_digest:
        raise ResultError(
            f"{Path(found.source).name} is not the declaration that this result was made from (its digest begins with "
            f"{found.digest[:8]}, that of the result with {result.manifest.spec_digest[:8]}). Name the right one with "
            "--audit, or run the audit again: only [explain] may differ."
        )
    return found


def _require_same_digest(result: AuditResult, role: str, sha256: str, what: str) -> None:
    recorded = [one.sha256 for one in result.manifest.data if one.role == role]
    if recorded and sha256 not in recorded:
        raise ResultError(
            f"The {what} are not those of the result: they have changed since it was made. Put back the first ones, or "
            "run the audit again."
            if what == "data"
            else f"The {what} is not that of the result: it has changed since it was made. Put back the first one, or "
            "run the audit again."
        )


def _require_same_decisions(result: AuditResult, judgement: Judgement, facts: tuple[AttributeFacts, ...]) -> None:
    """Hold the line, and how many of each group are selected, against the result."""
    decisions, recorded = judgement.decisions, result.model
    if recorded is None:
        raise ResultError("This result holds no decisions that a letter could explain.")
    pairs = [(decisions.cutoff_score, recorded.cutoff_score), (float(decisions.selected.sum()), recorded.n_selected)]
    sizes = {(fact.name, one.group): one for fact in result.data.attributes for one in fact.groups}
    for fact in facts:
        for one in fact.groups:
            then = sizes.get((fact.name, one.group))
            pairs.append((one.n, None if then is None else then.n))
            if then is not None and then.n_selected is not None:
                pairs.append((one.n_selected, then.n_selected))
    differ = any(
        (now is None) != (then is None)
        or (now is not None and then is not None and not np.isclose(now, then, rtol=SAME, atol=SAME))
        for now, then in pairs
    )
    if differ:
        raise ResultError(
            "The model made again does not decide as the result says it did, so that it cannot give the reasons. It was "
            f"made with {_versions(result)}; use the same versions, or run the audit again."
        )


def _versions(result: AuditResult) -> str:
    packages = result.manifest.packages
    listed = ", ".join(f"{name} {packages[name]}" for name in ("scikit-learn", "numpy", "pandas") if name in packages)
    return listed or f"biasaudit {result.manifest.version}"
