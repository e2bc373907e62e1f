"""Measures a table where it lives, without loading a row."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from biasaudit.causes import no_causes
from biasaudit.data.places import is_lazy, size_of
from biasaudit.measures import (
    attribute_facts,
    count_in_place,
    needs_rows,
    performance,
)
from biasaudit.measures.further import ROWS_STAY
from biasaudit.models import Decisions, Model, model_facts
from biasaudit.results import (
    AuditResult,
    DataFacts,
    Step,
)
from biasaudit.running.inputs import NO_ANNOTATIONS
from biasaudit.running.manifest import audit_info, describe_run
from biasaudit.running.measuring import measured_from_counts, measured_further
from biasaudit.running.steps import Run

#: Bytes of a file or database from which it is counted where it lives in the place of being loaded.
COUNTED_FROM = 64 << 20


def countable(going: Run, data: Any) -> Any:
    """Give what is counted where it lives, because no row of it is needed in memory; None for the other road.

    Frames that keep their rows elsewhere and PostgreSQL are always counted; files and databases from
    :data:`COUNTED_FROM` bytes on. An audit of those that needs the rows themselves loads them.
    """
    spec, case = going.declaration.spec, going.case
    if case.load is not None or case.model is not None or needs_rows(spec):
        return None
    if data is not None:
        return data if is_lazy(data) else None
    path = spec.data.path or ""
    if path.startswith(("postgresql://", "postgres://")):
        return path
    size = size_of(path, going.declaration.folder) if path else None
    return path if size is not None and size >= COUNTED_FROM else None


def measured_in_place(going: Run, source: Any, started: str) -> AuditResult:
    """Measure all that follows from counts, without loading a row."""
    declaration, spec = going.declaration, going.declaration.spec
    with going.progress("count the items where they are", None):
        found = count_in_place(source, declaration)
        fingerprint = found.fingerprint()
    facts = attribute_facts(found.counts, spec)
    column = str(spec.model.score or spec.model.decision)
    kind: Literal["scores", "decisions"] = "scores" if spec.model.way == "score" else "decisions"
    line = found.line
    decisions = Decisions(
        selected=np.array([found.n_selected]),
        cut="given" if line is None else line.cut,
        cut_value=None if line is None else line.cut_value,
        cutoff_score=None if line is None else line.cutoff_score,
        tied_at_cutoff=0 if line is None else line.tied_at_cutoff,
    )
    histograms = None if line is None else found.histograms.__getitem__
    measured = going.step(
        "performance",
        lambda _: performance(found.counts, facts, histograms=histograms, level=spec.uncertainty.level),
        (),
    )
    going.step("causes", lambda _: no_causes(), None)
    for name in ("drivers", "stand-ins", "flips"):
        reason = f"This audit was given {kind} made elsewhere. Without the model itself, it cannot be asked anything."
        going.steps.append(Step(name=name, outcome="not_applicable", reason=reason))
    going.steps += [Step(name=name, outcome="not_applicable", reason=ROWS_STAY) for name in ("near twins", "remedies")]
    going.steps.append(Step(name="traces", outcome="not_applicable", reason=NO_ANNOTATIONS))
    against = "truth" if spec.data.truth is not None else "outcome" if spec.data.outcome is not None else None
    result = AuditResult(
        status="complete",
        audit=audit_info(spec),
        manifest=describe_run(declaration, [fingerprint], started=started, ended=started),
        data=DataFacts(
            rows=found.rows_read,
            rows_judged=found.rows_judged,
            dropped=found.dropped,
            attributes=facts,
            outcome=spec.data.outcome,
            truth=spec.data.truth,
            errors_against=against,
            features=found.features,
            strata=spec.data.strata,
            period=spec.data.period,
            periods=found.periods,
            weighted=spec.data.weight is not None,
        ),
        model=model_facts(Model(kind=kind, source=column), decisions, measured),
        **measured_from_counts(going, found.counts, facts),
    )
    return measured_further(
        going,
        result,
        counts=found.counts,
        table=None,
        judged=None,
        selected=np.zeros(0),
        scores=None,
        histograms=histograms,
        cutoff=decisions.cutoff_score,
    )
