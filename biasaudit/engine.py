"""Runs one audit from its declaration to its result, step by step.

Reading and modelling come first: a mistake there means that nothing was measured, and is raised.
Every later step ends as done, not applicable or failed, with its reason, and the rest of the
result is still written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np

from biasaudit.baseline import accepted_result
from biasaudit.causes import measure_causes, no_causes
from biasaudit.data.annotations import AnnotationLog
from biasaudit.data.places import is_lazy, size_of
from biasaudit.data.reading import shown_name
from biasaudit.data.table import Table
from biasaudit.drivers import explain_gaps, match_pairs, measure_flips, measure_proxies
from biasaudit.errors import DataError, NotApplicableError, PluginError
from biasaudit.findings import judge_gates
from biasaudit.inputs import NO_ANNOTATIONS, Inputs, read_inputs, with_provenance
from biasaudit.manifest import audit_info, describe_run
from biasaudit.measures import (
    attribute_facts,
    count,
    count_in_place,
    histograms_of,
    needs_rows,
    performance,
)
from biasaudit.measures.further import ROWS_STAY
from biasaudit.measuring import measured_from_counts, measured_further
from biasaudit.models import Decisions, Model, model_facts
from biasaudit.plugins import (
    AuditSource,
    Case,
    find_audit,
    load_case,
    offered_checks,
)
from biasaudit.remedies import measure_remedies
from biasaudit.results import (
    AttributeFacts,
    AuditResult,
    DataFacts,
    Finding,
    Fingerprint,
    Proxy,
    Step,
    Trace,
    compare_results,
    withhold_small_cells,
)
from biasaudit.spec import (
    AuditSpec,
    Declaration,
    declare,
    read_declaration,
)
from biasaudit.steps import Progress, Run, silent
from biasaudit.traces import refits_needed, trace_labels
from biasaudit.traces.relabelling.planning import plan_relabelling, refits_planned
from biasaudit.traces.relabelling.relabelled import measure_relabelled

#: Bytes of a file or database from which it is counted where it lives in the place of being loaded.
COUNTED_FROM = 64 << 20


@dataclass(frozen=True, kw_only=True)
class Ran:
    """A result, and what is kept apart from it.

    Attributes
    ----------
    result : AuditResult
        What was found.
    to_relabel : tuple of str
        Names of the items whose labels matter most, for a labelling tool; empty where none are named.
    """

    result: AuditResult
    to_relabel: tuple[str, ...]


def run(
    audit: str | Path | Mapping[str, Any] | Declaration,
    *,
    data: Any = None,
    annotations: Any = None,
    overrides: Sequence[str] = (),
    jobs: int = 1,
    trust_pickle: bool = False,
    progress: Progress = silent,
    relabelled: str | Path | None = None,
    baseline: AuditResult | str | Path | None = None,
) -> AuditResult:
    """Run an audit.

    Parameters
    ----------
    audit : str, Path, mapping or Declaration
        A bundled name, a folder, an ``audit.toml``, or its content as a mapping.
    data : DataFrame, optional
        Items as a frame of pandas, polars or pyarrow, instead of ``[data] path``; for decisions or
        scores made elsewhere also a polars LazyFrame, a DuckDB relation, a Spark or Ibis table, of
        which only counts are fetched.
    annotations : DataFrame, optional
        The annotation log as a frame, instead of ``[annotations] path``.
    overrides : sequence of str
        ``key=value`` texts that win over the file: ``"model.threshold=0.4"``.
    jobs : int
        Processes for refits; the result is the same for any number.
    trust_pickle : bool
        Open a pickled model, which can run any code when it is opened.
    progress : callable
        Opens a progress display.
    relabelled : str or Path, optional
        File of labels that were given anew (csv, parquet, or a Label Studio export): they take the
        place of the outcome of their items, and what that did to each gap is measured too.
    baseline : AuditResult, str or Path, optional
        An earlier result of the same audit (or its file or folder) that this one is held against:
        what moved since stands in ``changes``.

    Returns
    -------
    AuditResult
        What was found, and which steps failed or did not apply.

    Raises
    ------
    DeclarationError, DataError, ModelError, MissingExtraError
        Where nothing could be measured.
    ResultError
        Where the baseline cannot be read or is of something else.
    PluginError
        Where the audit's own ``case.py`` fails to load.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"sex": ["f", "m"] * 100, "called": [0, 1, 1, 1] * 50})
    >>> result = run(
    ...     {
    ...         "schema": 1,
    ...         "audit": {"name": "calls", "title": "Who is called?"},
    ...         "data": {},
    ...         "protected": [{"column": "sex", "reference": "m"}],
    ...         "model": {"decision": "called"},
    ...     },
    ...     data=people,
    ... )
    >>> [round(one.estimate.value, 2) for one in result.disparities if one.statistic == "gap"]
    [-0.5]
    """
    return run_whole(
        audit,
        data=data,
        annotations=annotations,
        overrides=overrides,
        jobs=jobs,
        trust_pickle=trust_pickle,
        progress=progress,
        relabelled=relabelled,
        baseline=baseline,
    ).result


def run_whole(
    audit: str | Path | Mapping[str, Any] | Declaration,
    *,
    data: Any = None,
    annotations: Any = None,
    overrides: Sequence[str] = (),
    jobs: int = 1,
    trust_pickle: bool = False,
    progress: Progress = silent,
    relabelled: str | Path | None = None,
    baseline: AuditResult | str | Path | None = None,
) -> Ran:
    """Run an audit, and keep the names of items to label again, which no result may hold; else as :func:`run`."""
    started = _now()
    declaration, case = _declared(audit, overrides)
    going = Run(declaration=declaration, case=case, progress=progress)
    if relabelled is not None and declaration.spec.model.train is None:
        raise DataError(
            "new labels change what a model learns, and this audit trains none: [model] train is needed for --relabelled."
        )
    accepted = None if baseline is None else accepted_result(baseline, declaration.spec)
    if (source := _countable(going, data)) is not None:
        counted = _counted_in_place(going, source, started)
        return Ran(result=_finished(going, counted, accepted), to_relabel=())
    inputs = read_inputs(going, data, annotations, trust_pickle=trust_pickle, relabelled=relabelled)
    result = _measured(going, inputs, started)
    if inputs.log is not None:
        result = _traced(going, inputs, inputs.log, result, jobs=jobs)
    result = _looked_at_again(going, inputs, result)
    result = _with_remedies(going, inputs, result)
    return Ran(result=_finished(going, result, accepted), to_relabel=going.to_relabel)


def _countable(going: Run, data: Any) -> Any:
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


def _counted_in_place(going: Run, source: Any, started: str) -> AuditResult:
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


def _declared(audit: Any, overrides: Sequence[str]) -> tuple[Declaration, Case]:
    if isinstance(audit, Declaration):
        return audit, load_case(audit.folder)
    if isinstance(audit, Mapping):
        return declare(audit, overrides=overrides), Case()
    source: AuditSource = find_audit(str(audit))
    return read_declaration(source.file, overrides), load_case(source.file.resolve().parent)


def _measured(going: Run, inputs: Inputs, started: str) -> AuditResult:
    """Measure rates, gaps and drivers: everything that needs no annotation log."""
    spec = going.declaration.spec
    level, seed = spec.uncertainty.level, spec.uncertainty.seed
    table, judged, model, judgement = inputs.table, inputs.judged, inputs.model, inputs.judgement
    decisions = judgement.decisions
    counts = count(judged, decisions.selected, spec.groups.intersections)
    facts = attribute_facts(counts, spec)
    fingerprints = [table.fingerprint, inputs.log.fingerprint if inputs.log else None, model.fingerprint]
    if inputs.provenance is not None and spec.annotations is not None:
        source = shown_name(str(spec.annotations.provenance))
        fingerprints.append(Fingerprint(role="provenance", source=source, sha256=inputs.provenance.sha256))
    fingerprints.append(inputs.relabelled.labels.fingerprint if inputs.relabelled else None)
    measured = going.step(
        "performance",
        lambda _: performance(counts, facts, judged=judged, scores=judgement.scores, level=level),
        (),
    )
    drivers, totals = going.step(
        "drivers",
        lambda _: explain_gaps(
            model,
            judged,
            facts,
            seed=seed,
            level=level,
            scores=judgement.scores,
            decisions=decisions,
            feature_groups=spec.feature_groups,
        ),
        ((), ()),
    )
    declared, causes = going.step(
        "causes", lambda _: measure_causes(model, judged, spec, facts, decisions, seed=seed, level=level), (None, ())
    )
    result = AuditResult(
        status="complete",
        audit=audit_info(spec),
        manifest=describe_run(
            going.declaration, [each for each in fingerprints if each], started=started, ended=started
        ),
        data=_data_facts(spec, inputs, facts),
        model=model_facts(model, decisions, measured),
        **measured_from_counts(going, counts, facts),
        drivers=drivers,
        driver_totals=totals,
        proxies=going.step("stand-ins", lambda _: _stand_ins(model, table, facts, seed=seed, level=level), ()),
        flips=going.step("flips", lambda _: measure_flips(model, judged, spec, facts, seed=seed, level=level), ()),
        causes=causes,
        declared_causes=declared,
        matched=going.step(
            "near twins",
            lambda _: match_pairs(judged, decisions.selected, judgement.scores, spec, facts, seed=seed, level=level),
            (),
        ),
    )
    return measured_further(
        going,
        result,
        counts=counts,
        table=table,
        judged=judged,
        selected=decisions.selected,
        scores=judgement.scores,
        histograms=None if judgement.scores is None else histograms_of(judged, judgement.scores),
        cutoff=decisions.cutoff_score,
    )


def _stand_ins(
    model: Model, table: Table, facts: tuple[AttributeFacts, ...], *, seed: int, level: float
) -> tuple[Proxy, ...]:
    if model.score is None:
        raise NotApplicableError("there is no model here whose inputs could stand in for anything")
    strata = tuple(str(name) for name in table.strata if name in table.frame)
    besides = tuple(name for name in (*table.features, *strata) if name not in model.features)
    return measure_proxies(table, facts, model.features, seed=seed, level=level, besides=besides)


def _traced(going: Run, inputs: Inputs, log: AnnotationLog, result: AuditResult, *, jobs: int) -> AuditResult:
    """Follow the gap back to the labels."""
    spec = with_provenance(going.declaration.spec, inputs.provenance)

    def work(advance: Callable[[int], None]) -> Any:
        return trace_labels(
            inputs.table,
            log,
            spec,
            result.data.attributes,
            inputs.model,
            inputs.judgement.scores,
            inputs.judgement.decisions.selected,
            seed=spec.uncertainty.seed,
            level=spec.uncertainty.level,
            jobs=jobs,
            advance=advance,
            provenance=inputs.provenance.spec if inputs.provenance else None,
        )

    trace, steps = going.step("traces", work, (None, ()), total=refits_needed(log, spec, inputs.model))
    going.steps += steps
    if trace is not None:
        trace = trace.model_copy(update={"dropped": log.dropped})
    return result.model_copy(update={"trace": trace})


def _looked_at_again(going: Run, inputs: Inputs, result: AuditResult) -> AuditResult:
    """Say which labels matter most for the gaps, and what labels that were given anew have done."""
    spec, found = going.declaration.spec, {}
    seed, level, facts = spec.uncertainty.seed, spec.uncertainty.level, result.data.attributes
    done = inputs.relabelled.labels.rows if inputs.relabelled is not None else None
    if (log := inputs.log) is not None and result.trace is not None:
        plan = going.step(
            "labels to look at again",
            lambda advance: plan_relabelling(
                inputs.table, log, spec, facts, inputs.model, seed=seed, level=level, again=done, advance=advance
            ),
            None,
            total=refits_planned(spec),
        )
        if plan is not None:
            going.to_relabel = plan.items
            found = {"relabel": plan.relabel, "influence": plan.influence}
    if (again := inputs.relabelled) is not None and (trainer := again.first_model.trainer) is not None:
        found["relabelled"] = going.step(
            "labels given anew",
            lambda advance: measure_relabelled(
                inputs.table,
                again.labels,
                spec,
                facts,
                trainer,
                scale=again.first_model.scale,
                seed=seed,
                level=level,
                advance=advance,
            ),
            (),
            total=2 + 2 * spec.uncertainty.replicates,
        )
    if not any(found.values()):
        return result
    return result.model_copy(update={"trace": (result.trace or Trace()).model_copy(update=found)})


def _with_remedies(going: Run, inputs: Inputs, result: AuditResult) -> AuditResult:
    """Measure what changes would have done to the gaps and to accuracy."""
    spec = going.declaration.spec
    remedies, steps = going.step(
        "remedies",
        lambda advance: measure_remedies(
            inputs.table,
            spec,
            inputs.model,
            inputs.judgement,
            inputs.log,
            result,
            seed=spec.uncertainty.seed,
            level=spec.uncertainty.level,
            advance=advance,
        ),
        ((), ()),
    )
    going.steps += steps
    return result.model_copy(update={"remedies": remedies})


def _finished(going: Run, result: AuditResult, accepted: AuditResult | None) -> AuditResult:
    """Withhold what would speak of a person, judge what was measured, then close the result."""
    result = withhold_small_cells(result)
    checks, failures = offered_checks()
    going.steps += [Step(name="plugins", outcome="failed", reason=str(failure)) for failure in failures]
    findings: list[Finding] = []
    for check in (*checks, *going.case.checks):
        title = getattr(check, "__module__", "check").rpartition(".")[2]
        found = going.step(title, _judging(check, result), ())
        if going.steps[-1].outcome == "done":
            going.steps.pop()  # a check that ended well speaks through its findings
        findings += found
    gates = [gate.model_dump(mode="json") for gate in going.declaration.spec.gate]
    failed = any(step.outcome == "failed" for step in going.steps)
    result = result.model_copy(
        update={
            "status": "partial" if failed else "complete",
            "findings": tuple(findings),
            "gates": judge_gates(result, gates),
            "steps": tuple(going.steps),
            "manifest": result.manifest.model_copy(update={"ended": _now()}),
        }
    )
    return result if accepted is None else _since(accepted, result, gates)


def _since(accepted: AuditResult, result: AuditResult, gates: list[dict[str, Any]]) -> AuditResult:
    """Write into a result what moved since an accepted one, and judge the gates on that."""
    result = result.model_copy(update={"changes": compare_results(accepted, result, gates)})
    return result.model_copy(update={"gates": judge_gates(result, gates)})


def _judging(check: Callable[..., Any], result: AuditResult) -> Callable[[Any], tuple[Finding, ...]]:
    return lambda _advance: _as_findings(check(result))


def _as_findings(found: Any) -> tuple[Finding, ...]:
    findings = (found,) if isinstance(found, Finding) else tuple(found)
    if not all(isinstance(finding, Finding) for finding in findings):
        raise PluginError("a check must give a Finding or a list of them")
    return findings


def _data_facts(spec: AuditSpec, inputs: Inputs, facts: tuple[AttributeFacts, ...]) -> DataFacts:
    table, judged = inputs.table, inputs.judged
    against: Literal["truth", "outcome"] | None = "truth" if table.truth is not None else "outcome"
    if table.actual is None:
        against = None
    return DataFacts(
        rows=table.rows_read,
        rows_train=0 if spec.model.train is None else len(table) - len(judged),
        rows_judged=len(judged),
        dropped=table.dropped,
        attributes=facts,
        outcome=spec.data.outcome,
        truth=spec.data.truth,
        errors_against=against,
        features=table.features,
        feature_groups=dict(spec.feature_groups),
        strata=spec.data.strata,
        period=spec.data.period,
        periods=() if judged.periods is None else tuple(sorted(map(str, judged.periods.unique()))),
        weighted=spec.data.weight is not None,
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
