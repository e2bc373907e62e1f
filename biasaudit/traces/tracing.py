"""From an annotation log and a model to a trace: every part that applies, and why the others do not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from biasaudit.data.annotations import AnnotationLog
from biasaudit.data.table import FloatArray, Table
from biasaudit.errors import ModelError, NotApplicableError
from biasaudit.models import Model, Trainer
from biasaudit.results import AttributeFacts, Dissent, Floor, RuleEffect, Step, Trace
from biasaudit.spec import AnnotationsSpec, AuditSpec, ProvenanceSpec, ReferenceSpec
from biasaudit.traces.agreement.tracing import trace_agreement
from biasaudit.traces.attribution.attributing import Measured, attribute_gaps, measure_game, refits_of
from biasaudit.traces.attribution.facets import merged_cells, require_linked, shared_items
from biasaudit.traces.attribution.feature_scores import feature_scores
from biasaudit.traces.attribution.games import Game, judges_of
from biasaudit.traces.attribution.players import MOST_UNITS, players_of
from biasaudit.traces.attribution.sampling import draw_design
from biasaudit.traces.ballots import Ballots, ballots_of
from biasaudit.traces.conditions.hours import measure_hours
from biasaudit.traces.conditions.measuring import (
    measure_conditions,
    measure_conditions_of_all,
    unknown_conditions,
)
from biasaudit.traces.conditions.reading_times import measure_reading_times
from biasaudit.traces.conditions.speed import measure_speed
from biasaudit.traces.disclosure import FEWEST_ANNOTATORS, withhold_counts
from biasaudit.traces.other_rules.comparing import declared_jury, measure_rules, rules_refits
from biasaudit.traces.pools.errors import measure_pool_errors
from biasaudit.traces.pools.measuring import PoolsFound, measure_pools
from biasaudit.traces.pools.records import Scale
from biasaudit.traces.provenance.traceability import measure_traceability
from biasaudit.traces.rules.declared import rule_of
from biasaudit.traces.rules.dissent import measure_dissent
from biasaudit.traces.rules.rule import Rule, aggregate, rule_reproduces
from biasaudit.traces.stages import measure_stages, stage_values

Advance = Callable[[int], None]


def trace_labels(  # noqa: PLR0917 - takes what every room before it made
    table: Table,
    log: AnnotationLog,
    spec: AuditSpec,
    facts: Sequence[AttributeFacts],
    model: Model,
    judgement_scores: FloatArray | None,
    selected: FloatArray,
    *,
    seed: int,
    level: float,
    jobs: int = 1,
    advance: Advance | None = None,
    provenance: ProvenanceSpec | None = None,
) -> tuple[Trace, tuple[Step, ...]]:
    """Follow a gap back to its labels.

    Parameters
    ----------
    table : Table
        All items.
    log : AnnotationLog
        Their labels.
    spec : AuditSpec
        The declaration; its ``annotations`` must be there.
    facts : sequence of AttributeFacts
        The attributes and intersections, with groups and reference, as found on the judged rows.
    model : Model
        The model; attribution needs one that was trained here.
    judgement_scores : array of float, shape (judged rows,), or None
        Its scores.
    selected : array of float, shape (judged rows,)
        Its decisions, ties as fractions.
    seed : int
        Seed of all resamples and shuffles.
    level : float
        Level of the intervals.
    jobs : int
        Processes for refits; the result is the same for any number.
    advance : callable, optional
        Called with the number of refits done; they add up to :func:`refits_needed`.
    provenance : ProvenanceSpec, optional
        How the labels were made, as declared.

    Returns
    -------
    trace : Trace
        What was found; parts that do not apply are empty.
    steps : tuple of Step
        Those parts, each with its reason.
    """
    declared = spec.annotations
    assert declared is not None
    ballots = ballots_of(log)
    rule = rule_of(log, declared, ballots, table.outcome)
    steps: list[Step] = []
    n_annotators = len(np.unique(ballots.annotator))
    stage = stage_values(table, log, rule, judgement_scores if model.scale == "probability" else None, selected)
    if not len(stage.rows):
        steps.append(_not_applicable("stages", "no judged item has a label"))
    elif "reference" in log.frame and "reference_label" not in stage.stages:
        steps.append(_not_applicable("reference stage", "fewer than half of the judged items have a reference label"))
    games = _games(table, log, spec, facts, model, rule=rule, seed=seed, jobs=jobs, advance=advance, steps=steps)
    rules, dissent = _rules(
        table, log, spec, facts, model, rule, seed=seed, level=level, jobs=jobs, advance=advance, steps=steps
    )
    minimum_size = spec.groups.minimum_size
    agreement, agreement_gaps, not_applicable = trace_agreement(
        table, log, ballots, spec, facts, seed=seed, level=level
    )
    steps += not_applicable
    pools = _pools(table, log, ballots, facts, declared, seed=seed, level=level, steps=steps)
    trace = Trace(
        items=ballots.n_items,
        labels=len(ballots.label),
        annotators=n_annotators if n_annotators >= FEWEST_ANNOTATORS else None,
        rule=rule.name if rule.share is None else f"{rule.name} ({rule.share:g})",
        tie_rule=rule.tie_rule,
        rule_reproduces=None if table.outcome is None else rule_reproduces(rule, ballots, table.outcome),
        agreement=agreement,
        agreement_gaps=agreement_gaps,
        pools=pools.effects,
        pool_overlap=pools.overlap,
        pool_errors=measure_pool_errors(table, log, ballots, facts, level=level),
        stages=measure_stages(table, stage, facts, minimum_size=minimum_size, seed=seed, level=level)
        if len(stage.rows)
        else (),
        rules=rules,
        attribution=attribute_gaps(games, spec.uncertainty, level),
        dissent=dissent,
        conditions=measure_conditions(log, declared.currency, declared.floor, level=level),
        conditions_of_all=measure_conditions_of_all(log, declared.currency, declared.floor, level=level),
        floor=None if declared.floor is None else Floor(**declared.floor.model_dump(), currency=declared.currency),
        reading_times=measure_reading_times(table, log, facts, level=level),
        speeds=measure_speed(log, seed=seed, level=level),
        hours=measure_hours(log, level=level),
        unknown_conditions=unknown_conditions(log),
        traceability=measure_traceability(log, provenance, table, facts),
    )
    return withhold_counts(trace, log), tuple(steps)


def refits_needed(log: AnnotationLog, spec: AuditSpec, model: Model) -> int | None:
    """Count the refits that :func:`trace_labels` announces; None where it needs none."""
    declared = spec.annotations
    if declared is None or model.trainer is None:
        return None
    total = sum(_announced(log, kind, spec) for kind in log.units)
    ballots = ballots_of(log)
    try:
        rule = rule_of(log, declared, ballots, None)
    except NotApplicableError:
        return None  # nothing will be traced
    total += rules_refits(ballots, rule, declared_jury(log, spec, rule)[0], spec.uncertainty.replicates)
    return total or None


def _rules(  # noqa: PLR0917 - takes what every room before it made
    table: Table,
    log: AnnotationLog,
    spec: AuditSpec,
    facts: Sequence[AttributeFacts],
    model: Model,
    rule: Rule,
    *,
    seed: int,
    level: float,
    jobs: int,
    advance: Advance | None,
    steps: list[Step],
) -> tuple[tuple[RuleEffect, ...], tuple[Dissent, ...]]:
    """Hold the other rules against the declared one, and find whom that one overrules."""
    declared = spec.annotations
    assert declared is not None
    effects: tuple[RuleEffect, ...] = ()
    dissent: tuple[Dissent, ...] = ()
    try:
        effects, missing = measure_rules(
            table, log, spec, facts, model, rule, seed=seed, level=level, jobs=jobs, advance=advance
        )
        steps += missing
    except NotApplicableError as error:
        steps.append(_not_applicable("rules", str(error)))
    try:
        dissent = measure_dissent(table, log, declared, rule, level=level)
    except NotApplicableError as error:
        steps.append(_not_applicable("dissent", str(error)))
    return effects, dissent


def _announced(log: AnnotationLog, kind: str, spec: AuditSpec) -> int:
    assert spec.annotations is not None
    try:
        players = players_of(log, ballots_of(log), kind, spec.annotations)
    except NotApplicableError:
        return 0
    return refits_of(len(players.names), spec.uncertainty)


def _games(
    table: Table,
    log: AnnotationLog,
    spec: AuditSpec,
    facts: Sequence[AttributeFacts],
    model: Model,
    *,
    rule: Rule,
    seed: int,
    jobs: int,
    advance: Advance | None,
    steps: list[Step],
) -> list[tuple[Game, Measured]]:
    """Play the game of every unit kind, or write down why it cannot be played."""
    if model.trainer is None:
        reason = "the model was not trained here, so that it cannot be trained again with other labels"
        steps.append(_not_applicable("attribution", reason))
        return []
    if not log.units:
        steps.append(_not_applicable("attribution", "no units of annotators are declared"))
    played = []
    for kind in log.units:
        done = 0

        def tell(refits: int) -> None:
            nonlocal done
            done += refits
            if advance is not None:
                advance(refits)

        try:
            game = make_game(
                table, log, spec, facts, trainer=model.trainer, rule=rule, kind=kind, scale=model.scale, seed=seed
            )
            played.append((game, measure_game(game, spec.uncertainty, seed=seed, jobs=jobs, advance=tell)))
        except (NotApplicableError, ModelError) as error:
            steps.append(_not_applicable(f"attribution to {kind}", str(error)))
            rest = _announced(log, kind, spec) - done
            if rest > 0:
                tell(rest)
            continue
        if game.players.kept_apart:
            reason = (
                f"labels of units with fewer than {FEWEST_ANNOTATORS} annotators stay as given throughout, "
                "and nothing is said about them"
            )
            steps.append(_not_applicable(f"attribution to small units of {kind}", reason))
    return played


def make_game(
    table: Table,
    log: AnnotationLog,
    spec: AuditSpec,
    facts: Sequence[AttributeFacts],
    *,
    trainer: Trainer,
    rule: Rule,
    kind: str,
    scale: str = "probability",
    seed: int = 0,
) -> Game:
    """Set up the game of one kind of unit.

    Raises
    ------
    NotApplicableError
        Where labels, units, groups or a reference are missing, or units are not linked by items.
    """
    declared = spec.annotations
    assert declared is not None
    trains = np.zeros(len(table), dtype=bool)
    trains[trainer.rows] = True
    ballots = ballots_of(log, trains)
    if not ballots.n_items:
        raise NotApplicableError("no item that trains the model has a label")
    players = players_of(log, ballots, kind, declared)
    judges = judges_of(table, trainer.judged_rows, facts, spec.groups.minimum_size)
    if not judges.comparisons:
        raise NotApplicableError(f"no group has {spec.groups.minimum_size} judged people, or there is only one group")
    gold = _gold(log, declared, ballots)
    cell = merged_cells(judges.cell[ballots.rows])
    if gold is None:
        if not ballots.is_binary:
            raise NotApplicableError(
                "labels that are marks can so far be held against reference labels in a column only"
            )
        names = (*players.names, *([players.reference] if players.reference else []))
        require_linked(shared_items(ballots, players.unit, players.n_units), names)
    position_of_row = np.full(len(table), -1, dtype=np.intp)
    position_of_row[trainer.rows] = np.arange(len(trainer.rows))
    position = position_of_row[ballots.rows]
    feature = None
    if gold is None:
        agreed = trainer.labels.copy()
        agreed[position] = aggregate(rule, ballots)
        feature = feature_scores(trainer, agreed, is_probability=scale == "probability")[position]
    return Game(
        trainer=trainer,
        model=spec.model,
        scale="probability" if scale == "probability" else "score",
        rule=rule,
        ballots=ballots,
        position=position,
        players=players,
        gold=gold,
        cell=cell,
        judges=judges,
        feature=feature,
        design=draw_design(len(players.names), seed) if len(players.names) > MOST_UNITS else None,
    )


def _gold(log: AnnotationLog, declared: AnnotationsSpec, ballots: Ballots) -> FloatArray | None:
    """Give the reference label of each label's item, where reference labels are a column."""
    if not isinstance(declared.reference, ReferenceSpec) or declared.reference.column is None:
        return None
    gold: FloatArray = log.frame["reference"].to_numpy(dtype=float)[ballots.source]
    if np.isnan(gold).all():
        raise NotApplicableError("no item that trains the model has a reference label")
    return gold


def _pools(
    table: Table,
    log: AnnotationLog,
    ballots: Ballots,
    facts: Sequence[AttributeFacts],
    declared: AnnotationsSpec,
    *,
    seed: int,
    level: float,
    steps: list[Step],
) -> PoolsFound:
    """Measure pools on the scale that labels have, and write down why some kinds cannot be compared."""
    values = ballots.label if declared.label_kind == "nominal" else ballots.value
    scale: Scale = "share" if declared.label_kind == "nominal" else "value"
    found = measure_pools(table, log, ballots, facts, seed=seed, level=level, values=values, scale=scale)
    if not (log.units or log.attributes):
        steps.append(_not_applicable("pools", "no units or attributes of annotators are declared"))
    for kind, reason in found.refused:
        steps.append(_not_applicable(f"pools of {kind}", reason))
    return found


def _not_applicable(part: str, reason: str) -> Step:
    return Step(name=f"traces: {part}", outcome="not_applicable", reason=reason)
