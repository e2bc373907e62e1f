"""Records of people held against near twins of the reference group: the observational side of a flip."""

from __future__ import annotations

from pydantic import Field

from biasaudit.results.estimate import Estimate, Record


class Balance(Record):
    """How far a feature lies apart between a group and its reference, before and after people were paired."""

    feature: str
    before: float | None = Field(
        description="Difference of means in standard deviations, everybody; null for a constant."
    )
    after: float | None = Field(description="The same between those paired and their twins, in the same deviations.")


class MatchedGap(Record):
    """The gap between people of a group and their nearest people of the reference group."""

    attribute: str
    group: str
    reference: str
    n: int = Field(description="People of the group that were looked at.")
    n_group: int = Field(description="Those of them who have a twin.")
    n_reference: int = Field(description="Different people of the reference group who are somebody's twin.")
    gap: Estimate = Field(description="Mean difference in decisions within pairs, group minus twin.")
    rate_group: Estimate = Field(description="Selection rate of those who have a twin.")
    rate_reference: Estimate = Field(description="Selection rate of their twins.")
    score_gap: Estimate | None = Field(None, description="Mean difference in scores within pairs; null without scores.")
    p_value: float | None = None
    p_adjusted: float | None = Field(None, description="For the family of all such gaps of the audit.")
    compared_on: tuple[str, ...] = Field(description="Features on which twins are near.")
    within: tuple[str, ...] = Field((), description="Strata that twins share exactly.")
    left_out: tuple[str, ...] = Field(
        (), description="Columns not compared: the attribute, and its declared stand-ins."
    )
    caliper: float = Field(description="Farthest distance of twins; two people at random are about 1 apart.")
    balance: tuple[Balance, ...] = ()
