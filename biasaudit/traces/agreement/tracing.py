"""Agreement by group and by pool as a part of a trace, or the reason why it does not apply."""

from __future__ import annotations

from collections.abc import Sequence

from biasaudit.data.annotations import AnnotationLog
from biasaudit.data.table import Table
from biasaudit.errors import NotApplicableError
from biasaudit.results import Agreement, AgreementGap, AttributeFacts, Step
from biasaudit.spec import AuditSpec
from biasaudit.traces.agreement.by_group import compare_agreement
from biasaudit.traces.agreement.by_pool import pool_agreement
from biasaudit.traces.ballots import Ballots

MARKS = (
    "labels are marks between 0 and 1, and agreement is counted on classes, steps or numbers: "
    "declare label_kind = 'interval' to count it on the marks"
)
Traced = tuple[tuple[Agreement, ...], tuple[AgreementGap, ...], tuple[Step, ...]]


def trace_agreement(
    table: Table,
    log: AnnotationLog,
    ballots: Ballots,
    spec: AuditSpec,
    facts: Sequence[AttributeFacts],
    *,
    seed: int,
    level: float,
) -> Traced:
    """Measure agreement by group, its differences, and agreement within and across pools.

    Parameters
    ----------
    table : Table
        All items.
    log : AnnotationLog
        Their labels.
    ballots : Ballots
        The same, laid out.
    spec : AuditSpec
        The declaration; its ``annotations`` must be there.
    facts : sequence of AttributeFacts
        The attributes and intersections. Pools are held against single attributes only: of crossed
        groups, few items have labels from both sides.
    seed : int
        Seed of resamples and permutations.
    level : float
        Level of the intervals.

    Returns
    -------
    agreement : tuple of Agreement
        By group, then by pool and group.
    gaps : tuple of AgreementGap
        Differences of groups to their reference.
    steps : tuple of Step
        What did not apply, and why.
    """
    declared = spec.annotations
    assert declared is not None
    if declared.label_kind == "nominal" and not ballots.is_binary:
        return (), (), (_not_applicable(MARKS),)
    kind, steps, minimum_size = declared.label_kind, len(declared.order), spec.groups.minimum_size
    try:
        agreement, gaps = compare_agreement(
            table, ballots, facts, seed=seed, level=level, minimum_size=minimum_size, kind=kind, steps=steps
        )
    except NotApplicableError as error:
        return (), (), (_not_applicable(str(error)),)
    single = [attribute for attribute in facts if len(attribute.columns) == 1]
    pools = pool_agreement(table, log, ballots, single, seed=seed, level=level, kind=kind, steps=steps)
    return (*agreement, *pools), gaps, ()


def _not_applicable(reason: str) -> Step:
    return Step(name="traces: agreement", outcome="not_applicable", reason=reason)
