"""Groups held against the most selected one, as the Uniform Guidelines on Employee Selection Procedures do."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from biasaudit.errors import NotApplicableError
from biasaudit.measures.counting import Counts
from biasaudit.measures.intervals import score_ratio
from biasaudit.measures.rates import RATES, rate_counts
from biasaudit.measures.shares import NO_PEOPLE, NO_REFERENCE_RATE
from biasaudit.measures.significance import fisher
from biasaudit.results import FEWEST_PEOPLE, NOT_RECORDED, AttributeFacts, ImpactRatio, estimated, undefined

FloatArray = npt.NDArray[np.float64]

#: Share of the people under which a group need not be compared: 29 CFR 1607.15(A)(2).
LEAST_SHARE = 0.02
#: The ratio of 29 CFR 1607.4(D), as a fraction: floats would miss it by rounding.
FOUR, FIFTHS = 4, 5
#: People more that must be selected for a court to ask whether a test would still speak (Waisome v. Port
#: Authority, 948 F.2d 1370, 2d Cir. 1991).
MORE = 2.0
METHOD = "score ratio"
UNFAVOURABLE = "the positive decision counts against a person here, and this compares how often people are selected"
NO_TWO_GROUPS = "no attribute has two groups that are recorded and large enough to compare"
#: Slack in counting people who are missing, for sums of fractions.
_SLACK = 1e-9


def measure_impact_ratios(
    counts: Counts, facts: Iterable[AttributeFacts], *, positive_is: str, level: float
) -> tuple[ImpactRatio, ...]:
    r"""Hold the selection rate of every group against the highest one of its attribute.

    .. math:: r_g = p_g \big/ \max_h p_h, \qquad
        shortfall_g = \left\lceil \tfrac{4}{5} n_g \max_h p_h - k_g \right\rceil

    The highest rate is looked for among groups that are recorded, hold at least 2 % of the people who
    are, and are not too few to be shown; other groups are compared with it all the same.

    Parameters
    ----------
    counts : Counts
        The joint table.
    facts : iterable of AttributeFacts
        Attributes and intersections.
    positive_is : str
        ``favourable``, or ``unfavourable`` where being selected harms.
    level : float
        Level of the intervals of the ratios.

    Returns
    -------
    tuple of ImpactRatio
        One a group other than the most selected one; p-values are not adjusted.

    Raises
    ------
    NotApplicableError
        Where being selected harms, or no attribute has two such groups.

    References
    ----------
    29 CFR 1607.4(D) and 1607.15(A)(2).
    """
    if positive_is != "favourable":
        raise NotApplicableError(UNFAVOURABLE)
    found = [one for fact in facts for one in _of_attribute(counts, fact, level)]
    if not found:
        raise NotApplicableError(NO_TWO_GROUPS)
    return tuple(found)


def _of_attribute(counts: Counts, fact: AttributeFacts, level: float) -> list[ImpactRatio]:
    by = counts.by(fact.name)
    (rule,) = (rule for rule in RATES if rule.name == "selection_rate")
    cells = rate_counts(by, rule)
    k, n, people = cells.k[:, 0], cells.n[:, 0], cells.people[:, 0]
    recorded = np.array([NOT_RECORDED not in group.split(" x ") for group in by.groups])
    may_lead = recorded & (people >= FEWEST_PEOPLE) & (n > 0)
    may_lead &= people >= LEAST_SHARE * people[recorded].sum()
    if not may_lead.any() or recorded.sum() < 2:  # noqa: PLR2004 - a comparison needs two
        return []
    rates = np.divide(k, n, out=np.zeros_like(k), where=n > 0)
    # Of groups with the same highest rate the largest one: its interval is the shortest.
    best = max(np.flatnonzero(may_lead).tolist(), key=lambda i: (rates[i], people[i]))
    return [
        _held(fact, by.groups, (k, n, people), i, best, share=float(people[i] / people[recorded].sum()), level=level)
        for i in np.flatnonzero(recorded).tolist()
        if i != best
    ]


def _held(
    fact: AttributeFacts,
    groups: tuple[str, ...],
    cells: tuple[FloatArray, FloatArray, FloatArray],
    i: int,
    best: int,
    *,
    share: float,
    level: float,
) -> ImpactRatio:
    k, n, people = cells
    ratio = undefined(NO_PEOPLE if n[i] <= 0 else NO_REFERENCE_RATE, method=METHOD, level=level)
    if n[i] > 0 and k[best] > 0:
        value = float(k[i] / n[i] / (k[best] / n[best]))
        low, high = (float(end) for end in score_ratio(k[i], n[i], k[best], n[best], level))
        ratio = estimated(value, min(low, value), max(high, value), method=METHOD, level=level)
    missing = FOUR * n[i] * k[best] / (FIFTHS * n[best]) - k[i]
    return ImpactRatio(
        attribute=fact.name,
        group=groups[i],
        reference=groups[best],
        n_group=float(people[i]),
        n_reference=float(people[best]),
        share=share,
        ratio=ratio,
        p_value=_p(k[i], n[i], k[best], n[best]),
        p_two_more=_p(min(k[i] + MORE, n[i]), n[i], max(k[best] - MORE, 0.0), n[best]),
        shortfall=max(0, math.ceil(missing - _SLACK)) if ratio.is_defined else None,
    )


def _p(*four: float) -> float | None:
    p = float(fisher(*four))
    return None if math.isnan(p) else p
