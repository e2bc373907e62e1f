"""What a run measures from counts, on whichever road they came, and what rates and gaps leave open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from biasaudit.errors import NotApplicableError
from biasaudit.measures import (
    Counts,
    Measurable,
    adjusted_gaps,
    further_steps,
    measure_disparities,
    measure_periods,
    measure_rates,
    measure_strata,
)
from biasaudit.plugins import offered_measures
from biasaudit.results import AttributeFacts, AuditResult, Conditional, PeriodGap, Step
from biasaudit.running.steps import Run
from biasaudit.spec import AuditSpec


def measured_from_counts(going: Run, counts: Counts, facts: tuple[AttributeFacts, ...]) -> dict[str, Any]:
    """Measure what follows from counts, on whichever road they came."""
    spec = going.declaration.spec
    level = spec.uncertainty.level
    return {
        "rates": measure_rates(counts, facts, level),
        "disparities": measure_disparities(
            counts,
            facts,
            level=level,
            tolerance_gap=spec.tolerance.gap,
            tolerance_ratio=spec.tolerance.ratio,
            minimum_size=spec.groups.minimum_size,
        ),
        "conditional": going.step("strata", lambda _: _within_strata(spec, counts, facts), ()),
        "periods": going.step("periods", lambda _: _over_periods(spec, counts, facts), ()),
    }


def measured_further(going: Run, result: AuditResult, **measured: Any) -> AuditResult:
    """Measure what rates and gaps leave open, each part as a step of its own."""
    metrics: dict[str, Callable[..., Any]] = {}
    if going.declaration.spec.measure:
        metrics, failures = offered_measures()
        going.steps += [Step(name="plugins", outcome="failed", reason=str(failure)) for failure in failures]
    measurable = Measurable(
        spec=going.declaration.spec,
        facts=result.data.attributes,
        disparities=result.disparities,
        metrics=metrics,
        **measured,
    )
    parts: dict[str, Any] = {}
    values, gaps = [], []
    for one in further_steps(measurable):
        found = going.step(one.name, one.work, ((), ()) if one.part == "groups" else ())
        if one.part == "groups":
            values += found[0]
            gaps += found[1]
        else:
            parts[one.part] = found
    return result.model_copy(update={**parts, "group_values": tuple(values), "group_gaps": adjusted_gaps(gaps)})


def _within_strata(spec: AuditSpec, counts: Counts, facts: tuple[AttributeFacts, ...]) -> tuple[Conditional, ...]:
    if not spec.data.strata:
        raise NotApplicableError("no strata are declared within which to measure the gap again")
    return measure_strata(counts, facts, spec.uncertainty.level)


def _over_periods(spec: AuditSpec, counts: Counts, facts: tuple[AttributeFacts, ...]) -> tuple[PeriodGap, ...]:
    if spec.data.period is None:
        raise NotApplicableError("no column of periods is declared")
    return measure_periods(counts, facts, spec.uncertainty.level)
