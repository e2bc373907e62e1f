"""Records of what moved between two results: gaps, groups, findings, gates, and what else is different."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from biasaudit.results.estimate import Estimate, Record
from biasaudit.results.sentences import Sentence

#: What a gap did: *wider*, *narrower*, from one side of none to the other, or nothing beyond noise.
Movement = Literal["wider", "narrower", "across", "not_told"]


class RunFacts(Record):
    """Which run a result is compared with."""

    name: str
    title: str
    digest: str = Field(description="Of the result, as `results.digest` takes it.")
    ended: str = Field(description="UTC, ISO 8601.")
    version: str = Field(description="Of biasaudit.")
    rows_judged: int


class Change(Record):
    """One gap or ratio in both results, and what it did."""

    attribute: str
    group: str
    reference: str
    measure: str
    stage: str = "decision"
    statistic: Literal["gap", "ratio"]
    before: Estimate
    after: Estimate
    change: Estimate = Field(description="After minus before; for a ratio, after over before.")
    deciding: Estimate = Field(description="The same with the interval that decides, widened for the family.")
    growth: Estimate = Field(
        description="How much farther from none it is: the size after minus the size before; for a ratio, over it."
    )
    growth_deciding: Estimate = Field(description="The same with the interval that decides.")
    n_group_before: float
    n_group: float
    n_reference_before: float
    n_reference: float
    p_value: float | None = Field(None, description="Of no change, from the interval shown.")
    p_adjusted: float | None = Field(None, description="Over all changes together (Benjamini-Hochberg).")
    movement: Movement
    verdict_before: Literal["exceeds", "within", "cannot_tell"]
    verdict: Literal["exceeds", "within", "cannot_tell"]
    watched: bool = Field(description="Whether this gap fails a run against a baseline where it is wider.")
    reason: str = Field("", description="Why a movement cannot be told.")

    @property
    def fails(self) -> bool:
        """Whether a watched gap is wider beyond noise."""
        return self.watched and self.movement == "wider"


class Different(Record):
    """Something beside the numbers in which the two runs are not alike."""

    part: Literal["declaration", "data", "model", "versions", "run"]
    what: str = Field(description="The key or the thing, as an engineer would name it.")
    before: str = Field(description="Empty where there was none.")
    after: str = Field(description="Empty where there is none.")


class GroupListed(Record):
    """A group that only one of the results has."""

    attribute: str
    group: str
    n: int


class FindingChange(Record):
    """A finding that appeared or is gone."""

    code: str
    title: str
    appeared: bool
    claim: str = Field(description="Its sentence in English, from the result that found it.")
    message: Sentence | None = None


class GateChange(Record):
    """A declared gate whose outcome is not what it was."""

    gate: dict[str, Any] = Field(description="As declared.")
    before: Literal["met", "not_met", "cannot_tell"] | None = Field(description="null where it was not declared.")
    after: Literal["met", "not_met", "cannot_tell"] | None = Field(description="null where it is not declared.")


class NotCompared(Record):
    """What stands in a result and could not be compared."""

    attribute: str
    measure: str = Field("", description="Empty for all measures.")
    reason: str


class Changes(Record):
    """What moved between an earlier result and this one."""

    before: RunFacts
    people: Literal["same", "other"] = Field(
        description="Whether both runs read the same table of people, told by its digest."
    )
    gaps: tuple[Change, ...] = ()
    different: tuple[Different, ...] = ()
    groups_new: tuple[GroupListed, ...] = ()
    groups_gone: tuple[GroupListed, ...] = ()
    findings: tuple[FindingChange, ...] = ()
    gates: tuple[GateChange, ...] = ()
    not_compared: tuple[NotCompared, ...] = ()

    @property
    def fails(self) -> bool:
        """Whether any watched gap is wider beyond noise."""
        return any(change.fails for change in self.gaps)
