"""Joins what a result says about one group against its reference, the most telling first."""

from __future__ import annotations

from dataclasses import dataclass

from biasaudit.results import AttributeFacts, AuditResult, Disparity, Rate, Verdict

#: Verdicts in the order in which a reader needs them.
_ORDER: tuple[Verdict, ...] = ("exceeds", "cannot_tell", "within")


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """One group against its reference on one measure.

    Attributes
    ----------
    attribute, group, reference : str
        What is compared.
    gap, ratio : Disparity or None
        The two disparities, as far as they were measured.
    gap_at, ratio_at : int
        Where they stand in the result; -1 where they were not measured.
    rate, reference_rate : Rate or None
        The two rates.
    rate_at : int
        Where the group's rate stands in the result.
    n : float
        People in the group.
    n_selected : float or None
        How many of them were selected.
    is_small : bool
        Whether the group is under the declared minimum size.
    """

    attribute: str
    group: str
    reference: str
    gap: Disparity | None
    ratio: Disparity | None
    gap_at: int
    ratio_at: int
    rate: Rate | None
    reference_rate: Rate | None
    rate_at: int
    n: float
    n_selected: float | None
    is_small: bool

    @property
    def verdict(self) -> Verdict:
        """What gap and ratio say together: beyond the tolerance where either is."""
        verdicts = {held.verdict for held in (self.gap, self.ratio) if held is not None}
        return next((verdict for verdict in _ORDER if verdict in verdicts), "cannot_tell")

    @property
    def is_defined(self) -> bool:
        """Whether both rates and the gap are known."""
        rates = (self.rate, self.reference_rate)
        known = all(rate is not None and rate.estimate.is_defined for rate in rates)
        return known and self.gap is not None and self.gap.estimate.is_defined


def compared(result: AuditResult, facts: AttributeFacts, measure: str = "selection_rate") -> tuple[Comparison, ...]:
    """Compare every group of an attribute with its reference, the most telling first."""
    rates = {
        rate.group: (at, rate)
        for at, rate in enumerate(result.rates)
        if (rate.attribute, rate.measure, rate.stage) == (facts.name, measure, "decision")
    }
    held = {
        (disparity.group, disparity.statistic): (at, disparity)
        for at, disparity in enumerate(result.disparities)
        if (disparity.attribute, disparity.measure, disparity.stage) == (facts.name, measure, "decision")
    }
    none: tuple[int, None] = (-1, None)
    comparisons = []
    for size in facts.groups:
        if size.group == facts.reference:
            continue
        gap_at, gap = held.get((size.group, "gap"), none)
        ratio_at, ratio = held.get((size.group, "ratio"), none)
        rate_at, rate = rates.get(size.group, none)
        comparisons.append(
            Comparison(
                attribute=facts.name,
                group=size.group,
                reference=facts.reference,
                gap=gap,
                ratio=ratio,
                gap_at=gap_at,
                ratio_at=ratio_at,
                rate=rate,
                reference_rate=rates.get(facts.reference, none)[1],
                rate_at=rate_at,
                n=size.n,
                n_selected=size.n_selected,
                is_small=size.n < result.audit.minimum_size,
            )
        )
    return tuple(sorted(comparisons, key=_telling))


def _telling(comparison: Comparison) -> tuple[bool, int, float]:
    value = comparison.gap.estimate.value if comparison.gap else None
    return comparison.is_small, _ORDER.index(comparison.verdict), -abs(value or 0.0)


def is_crossed(facts: AttributeFacts) -> bool:
    """Whether an attribute is an intersection of several."""
    return len(facts.columns) > 1


def by_telling(result: AuditResult) -> tuple[AttributeFacts, ...]:
    """Give the attributes, declared ones before intersections, the most telling first."""

    def key(facts: AttributeFacts) -> tuple[bool, bool, int, float]:
        first = next(iter(compared(result, facts)), None)
        return (is_crossed(facts), *(_telling(first) if first else (True, len(_ORDER), 0.0)))

    return tuple(sorted(result.data.attributes, key=key))


def main_group(result: AuditResult, attribute: str) -> str | None:
    """Name the group of an attribute whose comparison tells most."""
    facts = next((facts for facts in result.data.attributes if facts.name == attribute), None)
    first = next(iter(compared(result, facts)), None) if facts else None
    return first.group if first else None
