"""What another rule would have made of the same labels: changed items, gaps of the labels, gaps of the model."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from biasaudit.data.annotations import AnnotationLog
from biasaudit.data.table import Table
from biasaudit.errors import ModelError, NotApplicableError
from biasaudit.models import Model
from biasaudit.results import AttributeFacts, RuleEffect, Step
from biasaudit.spec import AuditSpec
from biasaudit.traces.ballots import Ballots, ballots_of
from biasaudit.traces.other_rules.effects import adjusted_effects, effect_of
from biasaudit.traces.other_rules.gaps import label_gaps
from biasaudit.traces.other_rules.refits import ModelGaps, model_gaps
from biasaudit.traces.rules.applied import (
    MOST_LABELS_FOR_GLAD,
    RuleLabels,
    apply_rules,
    compared_rules,
    known_truth,
)
from biasaudit.traces.rules.jury import Jury, jury_of
from biasaudit.traces.rules.rule import Rule

NOT_TRAINED = "the model was not trained here, so that it cannot be trained again with other labels"
NO_MODEL_GAP = "too few judged people in the group or its reference to train the model again for them"


def rules_refits(ballots: Ballots, declared: Rule, jury: Jury | None, replicates: int) -> int:
    """Count the refits that :func:`measure_rules` announces for a model that was trained here."""
    try:
        return len(compared_rules(declared, ballots, jury)) * (1 + replicates)
    except NotApplicableError:
        return 0


def measure_rules(  # noqa: PLR0917 - takes what every room before it made
    table: Table,
    log: AnnotationLog,
    spec: AuditSpec,
    facts: Sequence[AttributeFacts],
    model: Model,
    declared: Rule,
    *,
    seed: int,
    level: float,
    jobs: int = 1,
    advance: Callable[[int], None] | None = None,
) -> tuple[tuple[RuleEffect, ...], tuple[Step, ...]]:
    """Apply every rule to the same labels, and measure what it changes.

    For each rule, attribute and group: items whose label changes against the declared rule, the gap
    of the labels on all labelled items, the gap of the model trained again on them, error gaps and
    accuracy of the labels where a truth or reference labels are known. Changes against the declared
    rule are measured in the same resamples; their p-values (two-sided, normal for labels, t for the
    model) are adjusted for all rules and groups, those of labels and those of the model apart, because
    they are two statements.

    Parameters
    ----------
    table, log, spec, facts, model
        As in :func:`biasaudit.traces.trace_labels`.
    declared : Rule
        The declared rule.
    seed : int
        Seed of all resamples.
    level : float
        Level of the intervals.
    jobs : int
        Processes for refits.
    advance : callable, optional
        Called with the number of refits done; they add up to :func:`rules_refits`.

    Returns
    -------
    effects : tuple of RuleEffect
        By attribute, group and rule.
    steps : tuple of Step
        What did not apply.

    Raises
    ------
    NotApplicableError
        Where labels are marks.
    """
    ballots = ballots_of(log)
    jury, steps = declared_jury(log, spec, declared)
    made = apply_rules(compared_rules(declared, ballots, jury), declared, ballots)
    if not any(rule.name == "glad" for rule in made.rules):
        steps.append(
            _step("rules: glad", f"there are more than {MOST_LABELS_FOR_GLAD} labels, for which GLAD takes long")
        )
    truth = known_truth(table, log, ballots)
    gaps = label_gaps(table, facts, ballots.rows, made.labels, made.verdicts, truth, seed=seed)
    retrained, missing = _retrained(table, spec, facts, model, made, seed=seed, jobs=jobs, advance=advance, steps=steps)
    effects = [
        effect_of(one, place, made, truth, retrained, missing, minimum=spec.groups.minimum_size, level=level)
        for one in gaps
        for place in range(len(made.rules))
    ]
    return adjusted_effects(effects), tuple(steps)


def declared_jury(log: AnnotationLog, spec: AuditSpec, declared: Rule) -> tuple[Jury | None, list[Step]]:
    """Give the jury of the declaration, or why none can be drawn."""
    if declared.jury is not None:
        return declared.jury, []
    if spec.annotations is None or spec.annotations.jury is None:
        return None, []
    try:
        return jury_of(log, spec.annotations.jury), []
    except NotApplicableError as error:
        return None, [_step("rules: jury", str(error))]


def _step(part: str, reason: str) -> Step:
    return Step(name=f"traces: {part}", outcome="not_applicable", reason=reason)


def _retrained(
    table: Table,
    spec: AuditSpec,
    facts: Sequence[AttributeFacts],
    model: Model,
    made: RuleLabels,
    *,
    seed: int,
    jobs: int,
    advance: Callable[[int], None] | None,
    steps: list[Step],
) -> tuple[ModelGaps | None, str]:
    """Train again under every rule, or say why not."""
    if model.trainer is None:
        return None, NOT_TRAINED
    total, done = len(made.rules) * (1 + spec.uncertainty.replicates), 0

    def tell(refits: int) -> None:
        nonlocal done
        done += refits
        if advance is not None:
            advance(refits)

    try:
        found = model_gaps(
            table, facts, spec, model.trainer, made.ballots.rows, made.labels,
            scale="probability" if model.scale == "probability" else "score",
            seed=seed, jobs=jobs, advance=tell,
        )  # fmt: skip
    except (NotApplicableError, ModelError) as error:
        steps.append(_step("rules: model", str(error)))
        tell(total - done)
        return None, str(error)
    return found, NO_MODEL_GAP
