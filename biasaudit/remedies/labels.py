"""Remedies that change what the model learns from: labels of another rule, without a unit, or reference labels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from biasaudit.data.annotations import AnnotationLog
from biasaudit.data.table import FloatArray, Table
from biasaudit.errors import NotApplicableError
from biasaudit.models import Trainer
from biasaudit.remedies.bench import Bench, Draw, IntArray
from biasaudit.remedies.ways import Known, Way
from biasaudit.results import Relabel, Trace
from biasaudit.spec import AuditSpec
from biasaudit.traces import SMALL_UNITS, Ballots, Rule, aggregate, apply_rules, ballots_of, compared_rules
from biasaudit.traces.disclosure import columns_of
from biasaudit.traces.rules.declared import rule_of

#: Rules whose labels are aggregated again at the most so many answers; they take long.
_SLOW_RULES, _MOST_ANSWERS = ("glad", "mace"), 100_000
NO_LABELS = "no [annotations] are declared: who made the labels is not known to this audit"


def reference_of(table: Table, log: AnnotationLog | None) -> FloatArray | None:
    """Give the reference label of each row of the table, NaN where there is none; None without such labels."""
    if log is None or "reference" not in log.frame:
        return None
    found = np.full(len(table), np.nan)
    found[log.frame["item"].to_numpy(dtype=np.intp)] = log.frame["reference"].to_numpy(dtype=float)
    return found


def label_ways(  # noqa: PLR0917 - takes what every room before it made
    bench: Bench, table: Table, log: AnnotationLog, spec: AuditSpec, trainer: Trainer, trace: Trace
) -> tuple[Way, ...]:
    """Train on other labels: reference labels, those without a flagged unit, those of other rules.

    Gaps under other rules are those of ``trace.rules``, which trained the model on resamples already; here it is trained
    once more for each, for accuracy and for who gains and loses.

    Parameters
    ----------
    bench : Bench
        The judged people.
    table, log, spec
        As everywhere.
    trainer : Trainer
        Of the model as it is.
    trace : Trace
        What following the labels has found.

    Raises
    ------
    NotApplicableError
        Where no item that trains the model has labels.
    """
    declared = spec.annotations
    assert declared is not None
    position = np.full(len(table), -1, dtype=np.intp)
    position[trainer.rows] = np.arange(len(trainer.rows))
    ballots = ballots_of(log)
    if not (position[ballots.rows] >= 0).any():
        raise NotApplicableError("no item that trains the model has a label")
    rule = rule_of(log, declared, ballots, table.outcome)
    ways = _reference_ways(bench, table, log, trainer)
    ways += [_without_unit(bench, log, trainer, rule, position, *unit) for unit in _flagged(trace)]
    ways += _rule_ways(bench, trainer, trace, ballots, rule, position)
    return tuple(ways)


def _way(
    bench: Bench, trainer: Trainer, labels: FloatArray, kept: FloatArray | None, *, learns: bool, **named: object
) -> Way:
    def decide(draw: Draw) -> tuple[FloatArray, float]:
        weight = trainer.weight if draw.train is None else trainer.weight * draw.train
        scores = trainer.scores(labels, weight if kept is None else weight * kept)
        return bench.decide(scores, draw.judged), 0.0

    if learns:
        return Way(decide=decide, learns=True, **named)  # type: ignore[arg-type]
    once = trainer.scores(labels, trainer.weight if kept is None else trainer.weight * kept)
    return Way(decide=lambda draw: (bench.decide(once, draw.judged), 0.0), learns=False, **named)  # type: ignore[arg-type]


def _reference_ways(bench: Bench, table: Table, log: AnnotationLog, trainer: Trainer) -> list[Way]:
    reference = reference_of(table, log)
    if reference is None:
        return []
    own = reference[trainer.rows]
    known = np.isfinite(own)
    if not known.any():
        return []
    labels = np.where(known, own, trainer.labels)
    return [_way(bench, trainer, labels, None, learns=True, name="reference labels", kind="reference_labels")]


def _flagged(trace: Trace) -> list[tuple[str, str]]:
    """Name the units whose labels were found to carry a gap, or to be off on the same items."""
    found: dict[tuple[str, str], None] = {}
    for shared in trace.attribution:
        found |= {(shared.unit_kind, unit.unit): None for unit in shared.units if unit.flagged}
    found |= {(pool.unit_kind, pool.unit): None for pool in trace.pools if pool.flagged}
    return [(kind, unit) for kind, unit in found if unit != SMALL_UNITS]


def _without_unit(  # noqa: PLR0917 - takes what every room before it made
    bench: Bench, log: AnnotationLog, trainer: Trainer, rule: Rule, position: IntArray, kind: str, unit: str
) -> Way:
    """Train without one unit's labels; rows that lose all of theirs leave the training."""
    ballots = ballots_of(log, position >= 0)
    left = ballots.subset((log.frame[columns_of(log)[kind]].astype(str) != unit).to_numpy()[ballots.source])
    labels, kept = trainer.labels.copy(), np.ones(len(trainer.labels))
    kept[position[ballots.rows]] = 0.0
    kept[position[left.rows]] = 1.0
    labels[position[left.rows]] = aggregate(rule, left)
    name = f"without the labels of {unit} ({kind})"
    return _way(bench, trainer, labels, kept, learns=True, name=name, kind="leave_out", what=(kind, unit))


def _rule_ways(  # noqa: PLR0917 - takes what every room before it made
    bench: Bench, trainer: Trainer, trace: Trace, ballots: Ballots, declared: Rule, position: IntArray
) -> list[Way]:
    """Train once on the labels of each rule that changes any, with the gaps that are known already."""
    known: dict[str, dict[tuple[str, str], object]] = {}
    for effect in trace.rules:
        if not effect.is_declared and effect.items_changed > 0 and effect.model_change is not None:
            known.setdefault(effect.rule, {})[effect.attribute, effect.group] = (effect.model_gap, effect.model_change)
    if not known:
        return []
    is_slow = len(ballots.label) > _MOST_ANSWERS
    rules = [
        one
        for one in compared_rules(declared, ballots, None)
        if one is declared or (one.name in known and not (is_slow and one.name in _SLOW_RULES))
    ]
    made = apply_rules(rules, declared, ballots)
    trains = position[ballots.rows] >= 0
    ways = []
    for place, rule in enumerate(rules):
        if rule is declared:
            continue
        labels = trainer.labels.copy()
        labels[position[ballots.rows[trains]]] = made.labels[trains, place]
        gaps: Known = known[rule.name]  # type: ignore[assignment]
        name = f"labels by the rule {rule.name}"
        ways.append(
            _way(bench, trainer, labels, None, learns=False, name=name, kind="rule", what=(rule.name,), known=gaps)
        )
    return ways


def last_verified(relabel: Sequence[Relabel]) -> tuple[Relabel, ...]:
    """Give the step of each comparison that labels most items again and was tried with the model itself."""
    found: dict[tuple[str, str], Relabel] = {}
    for one in relabel:
        key = (one.attribute, one.group)
        if one.verified and (key not in found or one.items > found[key].items):
            found[key] = one
    return tuple(found.values())
