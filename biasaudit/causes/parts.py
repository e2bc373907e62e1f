"""From means of what was switched to the parts of one gap, with intervals and E-values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from biasaudit.causes.identify import Part, Plan, Way
from biasaudit.causes.switching import Switched
from biasaudit.data.table import FloatArray
from biasaudit.measures.intervals import t_quantile
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


def parts_of(gap: Gap, means: Sequence[Sequence[Switched]], method: str) -> list[CausalGap]:
    """Give the parts of a gap.

    Parameters
    ----------
    gap : Gap
        Which one.
    means : sequence of sequence of Switched
        At each of :data:`STATES`, then of the group as it is; each once a division into folds.
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


def _part(gap: Gap, part: Part, means: Sequence[Sequence[Switched]], method: str) -> CausalGap:
    before, after = (means[at] for at in _BETWEEN[part])
    alike = float(np.mean([min(one.people, other.people) for one, other in zip(before, after, strict=True)]))
    reason = gap.plan.refused.get(part, "")
    if not reason and alike < LEAST_ALIKE and part != "total":
        reason = "too few people of the group are like people of the reference in the declared variables"
    if reason:
        return _record(gap, part, undefined(reason, method=method, level=gap.level))
    quantile = t_quantile(gap.level, max(alike - 1, 1))
    value, error = _over_divisions(
        [other.value - one.value for one, other in zip(before, after, strict=True)],
        [other.influence - one.influence for one, other in zip(before, after, strict=True)],
    )
    low, high = max(-1.0, value - quantile * error), min(1.0, value + quantile * error)
    estimate = estimated(value, low, high, method=method, level=gap.level)
    return _record(gap, part, estimate, _e_values(part, before, after, quantile))


def _over_divisions(values: Sequence[float], influences: Sequence[FloatArray]) -> tuple[float, float]:
    """Average over divisions into folds, and let their differences widen the standard error.

    As Chernozhukov et al., Double/debiased machine learning for treatment and structural parameters, The Econometrics
    Journal 21, 2018, section 3.4.
    """
    middle = float(np.mean(values))
    own = [float(np.sum(one**2)) / len(one) ** 2 for one in influences]
    return middle, math.sqrt(
        float(np.mean([part + (one - middle) ** 2 for part, one in zip(own, values, strict=True)]))
    )


def _e_values(
    part: Part, before: Sequence[Switched], after: Sequence[Switched], quantile: float
) -> tuple[float | None, float | None]:
    """Give the E-values of the ratio of two means and of the end of its interval that is nearer to one."""
    if part == "spurious" or min(one.value for one in (*before, *after)) <= 0:
        return None, None
    ratio, error = _over_divisions(
        [math.log(other.value / one.value) for one, other in zip(before, after, strict=True)],
        [other.influence / other.value - one.influence / one.value for one, other in zip(before, after, strict=True)],
    )
    nearer = abs(ratio) - quantile * error
    return e_value(math.exp(ratio)), e_value(math.exp(nearer)) if nearer > 0 else 1.0


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
