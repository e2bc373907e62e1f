"""Takes the gaps of an audit apart along the paths of its declared graph."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
import pandas as pd

from biasaudit.causes.columns import make_columns
from biasaudit.causes.graph import Graph
from biasaudit.causes.identify import Plan, make_plan
from biasaudit.causes.parts import STATES, Gap, no_parts, parts_of
from biasaudit.causes.switching import FOLDS, Comparison, group_mean, switched_mean
from biasaudit.data.table import BoolArray, FloatArray, Table
from biasaudit.errors import NotApplicableError
from biasaudit.models import Decisions, Model, line_of
from biasaudit.results import (
    NOT_RECORDED,
    Accepted,
    Arrow,
    AttributeFacts,
    CausalGap,
    DeclaredCauses,
    HiddenCause,
    Stage,
)
from biasaudit.spec import DECISION, AuditSpec, CausesSpec

#: How the parts are measured, for whoever reads the result.
METHOD = "regressions along the graph, corrected by weighting (one-step), cross-fitted, Student"
#: The same where every combination of values is compared for itself.
METHOD_CELLS = "means within every combination of values, Student"
#: Divisions into folds that are averaged, so that no single one decides; of many people one is like any other.
DIVISIONS, DIVIDED_ONCE_FROM = 3, 2000


def measure_causes(
    model: Model,
    judged_table: Table,
    spec: AuditSpec,
    facts: tuple[AttributeFacts, ...],
    decisions: Decisions,
    *,
    seed: int,
    level: float = 0.95,
) -> tuple[DeclaredCauses, tuple[CausalGap, ...]]:
    """Take the gap of every group apart into what comes along which paths of the declared graph.

    With x₀ the reference and x₁ the group, all for people of the reference: *direct* is the change when only the arrow
    into the decision is switched to x₁, *unjustified* and *justified* the further changes when the other arrows follow,
    in this order, and *spurious* what is left of the gap (Zhang and Bareinboim, Fairness in decision-making: the causal
    explanation formula, AAAI 2018; accepted paths: Plečko and Bareinboim, Causal fairness analysis, 2024). The parts
    add up to the gap.

    Parameters
    ----------
    model : Model
        Asked for its decisions under both values where it reads declared variables only; else they are learnt.
    judged_table : Table
        Only the rows on which gaps are measured.
    spec : AuditSpec
        Holds ``[causes]``.
    facts : tuple of AttributeFacts
        Attributes; intersections are passed over, as a graph speaks of single variables.
    decisions : Decisions
        Who is selected among the judged rows.
    seed : int
        Seed of the folds.
    level : float
        Level of the intervals. They cover the choice of people; the model is taken as it is.

    Returns
    -------
    declared : DeclaredCauses
        The graph.
    gaps : tuple of CausalGap
        By attribute, stage and group, the parts in the order above, then the total.

    Raises
    ------
    NotApplicableError
        Where no graph is declared, or its arrows run in a circle.

    Examples
    --------
    >>> import biasaudit
    >>> people = pd.DataFrame({"sex": ["f", "m"] * 100, "called": [0, 1, 1, 1] * 50, "job": [0, 0, 1, 1] * 50})
    >>> result = biasaudit.run(
    ...     {
    ...         "schema": 1,
    ...         "audit": {"name": "calls", "title": "Who is called?"},
    ...         "data": {},
    ...         "protected": [{"column": "sex", "reference": "m"}],
    ...         "model": {"decision": "called"},
    ...         "causes": {"parents": {"job": ["sex"], "called": ["sex", "job"]}},
    ...     },
    ...     data=people,
    ... )
    >>> [(one.part, round(one.estimate.value, 2) + 0.0) for one in result.causes]
    [('direct', -0.5), ('unjustified', 0.0), ('total', -0.5)]
    """
    causes = spec.causes
    if causes is None:
        no_causes()
    graph = Graph(
        {name: tuple(dict.fromkeys(causes.parents.get(name, ()))) for name in causes.variables}, causes.hidden
    )
    gaps: list[CausalGap] = []
    for stage, end, outcome in _stages(judged_table, spec, causes, decisions):
        asked = _asked(model, judged_table, decisions) if stage == "decision" else None
        drawn = graph if asked is None else _with_inputs(graph, end, model)
        for fact in facts:
            if fact.columns[1:] or fact.columns[0] not in causes.variables:
                continue
            plan = make_plan(drawn, fact.columns[0], end, causes.justified)
            for group in (size.group for size in fact.groups if size.group not in (fact.reference, NOT_RECORDED)):
                people = _people(judged_table, fact, group, outcome, seed=seed)
                gap = Gap(
                    fact=fact,
                    group=group,
                    stage=stage,
                    plan=plan,
                    level=level,
                    n_group=int(people.in_group.sum()),
                    n_reference=int((~people.in_group).sum()),
                )
                gaps += _taken_apart(gap, people, asked, minimum=spec.groups.minimum_size)
    return _declared(causes, graph, spec), tuple(gaps)


def no_causes() -> NoReturn:
    """Say what cannot be known where nobody has declared what acts on what.

    Raises
    ------
    NotApplicableError
        Always.
    """
    raise NotApplicableError(
        "No [causes] are declared. The data alone cannot say how much of a gap comes straight from the attribute, "
        "how much along ways that somebody would accept, and how much from something else."
    )


@dataclass(frozen=True)
class _Asked:
    """A model that can be asked, and the line that it drew, as if it stayed where it is."""

    model: Model
    line: Callable[[FloatArray], FloatArray]


def _asked(model: Model, judged_table: Table, decisions: Decisions) -> _Asked | None:
    if model.score is None or decisions.cutoff_score is None:
        return None
    return _Asked(model, line_of(model.score(judged_table.frame), decisions))


@dataclass(frozen=True)
class _People:
    """People of a group and of its reference whose outcome is known, and how they are dealt over folds."""

    table: Table
    in_group: BoolArray
    outcome: FloatArray
    seed: int


def _ends(causes: CausesSpec, spec: AuditSpec) -> list[str]:
    """List what the graph calls the decision or the label, the decision first."""
    return [name for name in (DECISION, spec.model.decision, spec.data.outcome) if name in causes.parents and name]


def _stages(
    table: Table, spec: AuditSpec, causes: CausesSpec, decisions: Decisions
) -> Iterator[tuple[Stage, str, FloatArray]]:
    """Give what is taken apart: decisions, and the recorded labels where the graph says what acts on them."""
    yield "decision", _ends(causes, spec)[0], decisions.selected
    label = spec.data.outcome
    if label is not None and label in causes.parents and table.outcome is not None and label != spec.model.decision:
        yield "label", label, table.outcome


def _with_inputs(graph: Graph, end: str, model: Model) -> Graph:
    """Let everything that the model reads act on its decision, whatever acts on the labels that it learnt from."""
    read = (name for name in model.features if name in graph.parents and name != end)
    return Graph({**graph.parents, end: tuple(dict.fromkeys((*graph.parents[end], *read)))}, graph.hidden)


def _declared(causes: CausesSpec, graph: Graph, spec: AuditSpec) -> DeclaredCauses:
    return DeclaredCauses(
        arrows=tuple(Arrow(cause=one, effect=name) for name, acting in graph.parents.items() for one in acting),
        hidden=tuple(HiddenCause(name=name, acts_on=joined) for name, joined in causes.hidden.items()),
        accepted=tuple(Accepted(through=one.through, path=one.path, reason=one.reason) for one in causes.justified),
        source=causes.source,
        end=_ends(causes, spec)[0],
    )


def _people(table: Table, fact: AttributeFacts, group: str, outcome: FloatArray, *, seed: int) -> _People:
    groups = np.asarray(table.attribute(fact.name), dtype=object)
    rows = np.flatnonzero(((groups == group) | (groups == fact.reference)) & np.isfinite(outcome))
    # By id, so that the order of rows changes no fold.
    rows = rows[np.argsort(table.ids[rows].to_numpy(dtype=str), kind="stable")]
    return _People(table.take(rows), groups[rows] == group, outcome[rows], seed)


def _taken_apart(gap: Gap, people: _People, asked: _Asked | None, *, minimum: int) -> list[CausalGap]:
    """Measure the parts of one gap, or say why not."""
    if min(gap.n_group, gap.n_reference) < max(minimum, FOLDS):
        reason = "fewer people than the declared minimum in the group or its reference"
        return no_parts(gap, reason, METHOD)
    plan = gap.plan
    names = (*plan.background, *(name for name, _ in plan.steps[:-1]))
    known = None if asked is None else _asked_under_both(asked, people, plan)
    columns = make_columns(people.table.frame, names, people.in_group)
    divisions = _divisions(people) if columns.cells is None else [np.zeros(len(people.outcome))]
    comparisons = [
        Comparison(
            in_group=people.in_group,
            outcome=people.outcome,
            weight=people.table.weight,
            columns=columns,
            background=len(plan.background),
            ways=tuple(way for _, way in plan.steps),
            known=known,
            fold=fold,
        )
        for fold in divisions
    ]
    means = [[switched_mean(one, state) for one in comparisons] for state in STATES]
    return parts_of(
        gap, [*means, [group_mean(one) for one in comparisons]], METHOD if columns.cells is None else METHOD_CELLS
    )


def _divisions(people: _People) -> list[FloatArray]:
    """Deal people over folds, group by group, several times."""
    rng = np.random.default_rng(people.seed)
    dealt = []
    for _ in range(DIVISIONS if len(people.outcome) < DIVIDED_ONCE_FROM else 1):
        fold = np.zeros(len(people.outcome))
        for side in (False, True):
            members = np.flatnonzero(people.in_group == side)
            fold[members] = rng.permutation(np.arange(len(members)) % FOLDS)
        dealt.append(fold)
    return dealt


def _asked_under_both(asked: _Asked, people: _People, plan: Plan) -> tuple[FloatArray, FloatArray] | None:
    """Ask the model what it decides on everybody under either value of the attribute; None where that is not known.

    It is not where the model reads what the graph does not hold, and where a group joins several values.
    """
    model, frame = asked.model, people.table.frame
    declared = {plan.attribute, *plan.background, *(name for name, _ in plan.steps)}
    if model.score is None or not declared.issuperset(model.features):
        return None
    decided = []
    for side in (False, True):
        as_if = frame[list(model.features)].copy()
        if plan.attribute in model.features:
            values = frame[plan.attribute][people.in_group == side]
            if not (values == values.iloc[0]).all():
                return None
            as_if[plan.attribute] = pd.Series([values.iloc[0]] * len(frame), dtype=frame[plan.attribute].dtype)
        decided.append(asked.line(model.score(as_if)))
    return decided[0], decided[1]
