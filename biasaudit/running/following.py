"""Follows gaps back to their labels, and asks what changes would have done to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from biasaudit.data.annotations import AnnotationLog
from biasaudit.remedies import measure_remedies
from biasaudit.results import (
    AuditResult,
    Trace,
)
from biasaudit.running.inputs import Inputs, with_provenance
from biasaudit.running.steps import Run
from biasaudit.traces import refits_needed, trace_labels
from biasaudit.traces.relabelling.planning import plan_relabelling, refits_planned
from biasaudit.traces.relabelling.relabelled import measure_relabelled


def traced(going: Run, inputs: Inputs, log: AnnotationLog, result: AuditResult, *, jobs: int) -> AuditResult:
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


def looked_at_again(going: Run, inputs: Inputs, result: AuditResult) -> AuditResult:
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


def with_remedies(going: Run, inputs: Inputs, result: AuditResult) -> AuditResult:
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
