"""Reads what an audit declares, and makes its model: items, labels, how they were made, labels given anew.

A mistake in any of it means that nothing was measured, and is raised.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from biasaudit.data.annotations import AnnotationLog, read_annotations
from biasaudit.data.logs import Importer, frame_log, import_log
from biasaudit.data.reading import read_any_frame, read_table
from biasaudit.data.relabelled import NewLabels, read_new_labels
from biasaudit.data.roles import assign_roles
from biasaudit.data.table import Table
from biasaudit.errors import BiasAuditError, DataError, DeclarationError, PluginError
from biasaudit.models import Judgement, Model, judge, make_model
from biasaudit.plugins import guarded_importer, offered_importers
from biasaudit.results import Fingerprint, Step
from biasaudit.running.steps import Run
from biasaudit.spec import (
    AuditSpec,
    Declaration,
    Provenance,
    ReferenceSpec,
    minority_is_paid,
    nearest_name,
    read_provenance,
)
from biasaudit.traces import provenance_doubts, require_units
from biasaudit.traces.relabelling.relabelled import with_new_labels

#: Why nothing can be said about labels.
NO_ANNOTATIONS = "no [annotations] are declared: who made the labels is not known to this audit"


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What was read and modelled, before anything was measured."""

    table: Table
    judged: Table
    log: AnnotationLog | None
    model: Model
    judgement: Judgement
    provenance: Provenance | None = None
    relabelled: LabelledAgain | None = None


@dataclass(frozen=True, kw_only=True)
class LabelledAgain:
    """Labels given anew, and the model as the first labels had made it."""

    labels: NewLabels
    first_model: Model


def read_inputs(
    going: Run, data: Any, annotations: Any, *, trust_pickle: bool, relabelled: str | Path | None = None
) -> Inputs:
    """Read, train or load: what goes wrong here means that nothing was measured."""
    declaration, spec = going.declaration, going.declaration.spec
    provenance = _read_provenance(declaration)
    table = _read_items(going, data)
    log = _read_log(going, table, annotations)
    if provenance is not None and log is not None and spec.annotations is not None:
        require_units(provenance, log)
        going.steps += provenance_doubts(provenance.spec, spec.annotations, log)
    with going.progress("train the model" if spec.model.train else "read the model", None):
        model, again = model_of(going, table, trust_pickle=trust_pickle), None
        if relabelled is not None and table.outcome is not None:
            again = LabelledAgain(labels=read_new_labels(relabelled, spec, table), first_model=model)
            table = replace(table, outcome=again.labels.whole(table.outcome))
            log = None if log is None else with_new_labels(log, again.labels)
            model = model_of(going, table, trust_pickle=trust_pickle)
    judged = table.judged()
    judgement = judge(model, judged, spec)
    return Inputs(
        table=table,
        judged=judged,
        log=log,
        model=model,
        judgement=judgement,
        provenance=provenance,
        relabelled=again,
    )


def model_of(going: Run, table: Table, *, trust_pickle: bool) -> Model:
    """Train, load or wrap the model as declared, on a table."""
    spec = going.declaration.spec
    return make_model(
        table,
        spec,
        folder=going.declaration.folder,
        seed=spec.uncertainty.seed,
        case_model=going.case.model,
        trust_pickle=trust_pickle,
    )


def _read_items(going: Run, data: Any) -> Table:
    frame, fingerprint = read_items(going, data)
    return assign_roles(frame, going.declaration, fingerprint)


def read_items(going: Run, data: Any) -> tuple[pd.DataFrame, Fingerprint]:
    """Read the table of items as it is: a given frame, what case.py loads, or what [data] names."""
    declaration, spec = going.declaration, going.declaration.spec
    if data is not None:
        return read_any_frame(data)
    if going.case.load is not None:
        try:
            return read_any_frame(going.case.load(spec))
        except BiasAuditError:
            raise
        except Exception as error:
            raise PluginError(f"case.py: load() failed ({type(error).__name__}: {error}).") from error
    if spec.data.path is not None:
        with going.progress("read the items", None):
            return read_table(spec.data.path, folder=declaration.folder, table=spec.data.table, query=spec.data.query)
    raise DataError("[data] names no path, and no data frame was given: run(audit, data=frame) takes one.")


def _read_provenance(declaration: Declaration) -> Provenance | None:
    """Read how the labels were made, where the audit declares a file that says it."""
    declared = declaration.spec.annotations
    if declared is None or declared.provenance is None:
        return None
    return read_provenance(declaration.folder / declared.provenance)


def with_provenance(spec: AuditSpec, provenance: Provenance | None) -> AuditSpec:
    """Let a provenance say what [annotations] leaves open."""
    if spec.annotations is None or provenance is None:
        return spec
    paid = minority_is_paid(spec.annotations, provenance.spec)
    return spec.model_copy(update={"annotations": spec.annotations.model_copy(update={"minority_paid": paid})})


def _read_log(going: Run, table: Table, annotations: Any) -> AnnotationLog | None:
    declaration, spec = going.declaration, going.declaration.spec.annotations
    if spec is None:
        going.steps.append(Step(name="traces", outcome="not_applicable", reason=NO_ANNOTATIONS))
        return None
    if annotations is not None:
        long = frame_log(annotations, spec, folder=declaration.folder)
    elif spec.path is not None:
        importer = _importer(going, spec.format)
        with going.progress("read the labels", None):
            long = import_log(spec, importer, folder=declaration.folder)
    else:
        raise DataError("[annotations] names no path, and no frame of annotations was given.")
    reference = spec.reference.column if isinstance(spec.reference, ReferenceSpec) else None
    column = None if reference is None else table.frame[reference]
    return read_annotations(
        long.frame,
        long.spec,
        table,
        fingerprint=long.fingerprint,
        reference_column=column,
        column_hint=long.column_hint,
        item_hint=long.item_hint,
    )


def _importer(going: Run, name: str) -> Importer:
    """Find the importer of a format; importers of other packages that failed are listed."""
    importers, origins, failures = offered_importers()
    for failure in failures:
        if failure.name == name and name not in importers:
            raise PluginError(str(failure))
        going.steps.append(Step(name="plugins", outcome="failed", reason=str(failure)))
    if name not in importers:
        where, problem = ("annotations", "format"), f"{name!r} is no format of annotations"
        mistake = going.declaration.mistake(
            where, problem, allowed=", ".join(sorted(importers)), nearest=nearest_name(name, importers)
        )
        raise DeclarationError(going.declaration.source, (mistake,))
    return guarded_importer(importers[name], name, origins[name])
