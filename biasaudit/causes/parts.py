"""From means of what was switched to the parts of one gap, with intervals and E-values."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from biasaudit.causes.identify import Part, Plan, Way
from biasaudit.causes.switching import Switched
from biasaudit.measures.sensitivity import e_value
from biasaudit.results import AttributeFacts, CausalGap, Estimate, Stage, estimated, undefined

#: What is switched in turn, from the reference as it is to everything switched.
STATES: tuple[frozenset[Way], ...] = (
    frozenset(),
    frozenset({"direct"}),
    frozenset({"direct", "unjustified"}),
    frozenset({"direct", "unjustified", "justified"}),
)
#: Effective people that a weighted mean needs: fewer stand for the others only by chance.
LEAST_ALIKE = 20

_LAST = len(STATES)
#: The unjustified and the justified part.
_BOTH = 2
#: Between which states a part lies; the group as it is comes after the last.
_BETWEEN: dict[Part, tuple[int, int]] = {
    "direct": (0, 1),
    "unjustified": (1, 2),
    "justified": (2, 3),
    "indirect": (1, 3),
    "spurious": (3, _LAST),
    "total": (0, _LAST),
}


@dataclass(frozen=True, kw_only=True)
class Gap:
    """Which comparison records speak of.

    Attributes
    ----------
    fact : AttributeFacts
        The attribute, with its reference.
    group : str
        The group held against it.
    stage : Stage
        Whether decisions or labels are compared.
    plan : Plan
        What the graph tells apart.
    level : float
        Level of the intervals.
    n_group, n_reference : int
        People compared.
    """

    fact: AttributeFacts
    group: str
    stage: Stage
    plan: Plan
    level: float
    n_group: int
    n_reference: int


def parts_of(gap: Gap, means: list[Switched], method: str) -> list[CausalGap]:
    """Give the parts of a gap.

    Parameters
    ----------
    gap : Gap
        Which one.
    means : list of Switched
        At each of :data:`STATES`, then of the group as it is.
    method : str
        How they were measured.

    Returns
    -------
    list of CausalGap
        Those of the plan; refused ones and those for which too few people are alike are undefined with their reason.
        Where that keeps the two indirect parts from being told apart, both together follow them.
    """
    found = [_part(gap, part, means, method) for part in gap.plan.parts]
    indirect = [one for one in found if one.part in ("unjustified", "justified", "indirect")]
    if len(indirect) == _BOTH and not all(one.estimate.is_defined for one in indirect):
        found.insert(found.index(indirect[-1]) + 1, _part(gap, "indirect", means, method))
    return found


def no_parts(gap: Gap, reason: str, method: str) -> list[CausalGap]:
    """Give the same parts, all undefined for one reason."""
    return [_record(gap, part, undefined(reason, method=method, level=gap.level)) for part in gap.plan.parts]


def _part(gap: Gap, part: Part, means: list[Switched], method: str) -> CausalGap:
    before, after = (means[at] for at in _BETWEEN[part])
    alike = min(before.people, after.people)
    reason = gap.plan.refused.get(part, "")
    if not reason and alike < LEAST_ALIKE and part != "total":
        reason = "too few people of the group are like people of the reference in the declared variables"
    if reason:
        return _record(gap, part, undefined(reason, method=method, level=gap.level))
    value = after.value - before.value
    quantile = float(stdtrit(max(alike - 1, 1), (1 + gap.level) / 2))
    half = quantile * _standard_error(after.influence - before.influence)
    estimate = estimated(value, max(-1.0, value - half), min(1.0, value + half), method=method, level=gap.level)
    return _record(gap, part, estimate, _e_values(part, before, after, quantile))


def _standard_error(influence: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    return math.sqrt(float(np.sum(influence**2))) / len(influence)


def _e_values(part: Part, before: Switched, after: Switched, quantile: float) -> tuple[float | None, float | None]:
    """Give the E-values of the ratio of two means and of the end of its interval that is nearer to one."""
    if part == "spurious" or min(before.value, after.value) <= 0:
        return None, None
    ratio = after.value / before.value
    half = quantile * _standard_error(after.influence / after.value - before.influence / before.value)
    nearer = abs(math.log(ratio)) - half
    return e_value(ratio), e_value(math.exp(nearer)) if nearer > 0 else 1.0


def _record(
    gap: Gap, part: Part, estimate: Estimate, strength: tuple[float | None, float | None] = (None, None)
) -> CausalGap:
    return CausalGap(
        attribute=gap.fact.name,
        group=gap.group,
        reference=gap.fact.reference,
        stage=gap.stage,
        part=part,
        estimate=estimate,
        paths=gap.plan.paths.get(part, ()),
        n_group=gap.n_group,
        n_reference=gap.n_reference,
        e_value=strength[0],
        e_value_limit=strength[1],
    )
