"""Measures a loaded table: rates, gaps and drivers, everything that needs no annotation log."""

from __future__ import annotations

from typing import Literal

from biasaudit.causes import measure_causes
from biasaudit.data.reading import shown_name
from biasaudit.data.table import Table
from biasaudit.drivers import explain_gaps, match_pairs, measure_flips, measure_proxies
from biasaudit.errors import NotApplicableError
from biasaudit.measures import (
    attribute_facts,
    count,
    histograms_of,
    performance,
)
from biasaudit.models import Model, model_facts
from biasaudit.results import (
    AttributeFacts,
    AuditResult,
    DataFacts,
    Fingerprint,
    Proxy,
)
from biasaudit.running.inputs import Inputs
from biasaudit.running.manifest import audit_info, describe_run
from biasaudit.running.measuring import measured_from_counts, measured_further
from biasaudit.running.steps import Run
from biasaudit.spec import (
    AuditSpec,
)


def measured_whole(going: Run, inputs: Inputs, started: str) -> AuditResult:
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
            minimum_size=spec.groups.minimum_size,
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
