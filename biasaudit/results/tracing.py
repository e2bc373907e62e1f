"""The records of a trace: from the people who labelled to the gap."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from biasaudit.results.conditions import Condition, Floor, HourBand, ReadingTime, SpeedCurve
from biasaudit.results.estimate import Estimate, Record
from biasaudit.results.pools import PoolEffect, PoolErrors, PoolOverlap
from biasaudit.results.provenance import Traceability
from biasaudit.results.relabelling import Influence, Relabel, Relabelled
from biasaudit.results.rules import Dissent, RuleEffect

Stage = Literal["reference_label", "annotation", "label", "model", "decision"]

#: The stages of a gap on its way from labels to decisions, in order.
STAGES: tuple[Stage, ...] = ("reference_label", "annotation", "label", "model", "decision")


class Dropped(Record):
    """Rows left out, and why."""

    reason: str
    rows: int


class Agreement(Record):
    """How far annotators agree about one group's items."""

    attribute: str
    group: str
    coefficient: Literal[
        "krippendorff_alpha",
        "percent_agreement",
        "prevalence",
        "gwet_ac1",
        "gwet_ac2",
        "below_80_percent",
        "alpha_within",
        "alpha_across",
        "group_association",
    ]
    estimate: Estimate
    n_items: int
    n_labels: int
    unit_kind: str = Field("", description="What the pool of annotators is a value of; empty for all annotators.")
    unit: str = Field("", description="The pool of annotators; empty for all of them.")


class AgreementGap(Record):
    """How much more annotators agree about one group's items than about the reference's."""

    attribute: str
    group: str
    reference: str
    coefficient: Literal["krippendorff_alpha", "percent_agreement", "gwet_ac1", "gwet_ac2", "below_80_percent"]
    difference: Estimate = Field(description="Group minus reference.")
    p_value: float | None = Field(None, description="Group names permuted over items.")
    p_adjusted: float | None = Field(None, description="Benjamini-Hochberg over all gaps in agreement.")
    n_group: int = Field(description="Items with two labels at least.")
    n_reference: int = Field(description="Items with two labels at least.")


class StageGap(Record):
    """The gap at one stage, on the same items throughout."""

    attribute: str
    group: str
    reference: str
    stage: Stage
    gap: Estimate
    change: Estimate | None = Field(None, description="Against the stage before; null at the first.")
    rate_group: float | None = None
    rate_reference: float | None = None
    n_items: int


class UnitShare(Record):
    """What the labels of one unit add to the model's gap."""

    unit: str
    contribution: Estimate
    share: float | None = Field(None, description="Of total - baseline; null where that lies inside the placebo band.")
    p_value: float | None
    p_adjusted: float | None
    flagged: bool
    drop_one: float | None = Field(None, description="Gap with all labels minus gap without this unit's labels.")
    band_low: float = Field(description="Lower end of the placebo band.")
    band_high: float = Field(description="Upper end of the placebo band.")
    labels: int | None = Field(description="null where it would tell a unit of fewer than five by subtraction.")
    annotators: int | None = Field(description="null where fewer than five.")
    note: str = ""


class Attribution(Record):
    """The model's gap, shared out over the units that made its labels."""

    attribute: str
    group: str
    reference: str
    unit_kind: str
    reference_labels: str = Field(description="gold, a unit's name, or peers.")
    scale: Literal["decision", "score"] = "decision"
    baseline: Estimate = Field(description="The gap under reference labels alone.")
    total: Estimate = Field(description="The gap under the labels as given.")
    units: tuple[UnitShare, ...]
    exact: bool = Field(True, description="Whether every coalition of units was trained; else some of them.")
    error: float | None = Field(
        None,
        ge=0,
        description="Sampling error of the contributions: standard deviation, the largest of any unit; null where exact.",
    )
    replicates: int
    placebos: int
    band_low: float | None = Field(None, description="Placebo band of total - baseline.")
    band_high: float | None = None
    stands_clear: bool = Field(description="Whether total - baseline lies outside the placebo noise.")


class Trace(Record):
    """From the labels to the gap."""

    items: int = 0
    labels: int = 0
    annotators: int | None = Field(None, description="null where fewer than five.")
    dropped: tuple[Dropped, ...] = Field((), description="Labels left out, and why.")
    rule: str = ""
    tie_rule: str = ""
    rule_reproduces: float | None = Field(
        None, description="Share of items whose outcome the declared rule reproduces."
    )
    agreement: tuple[Agreement, ...] = ()
    agreement_gaps: tuple[AgreementGap, ...] = ()
    pools: tuple[PoolEffect, ...] = ()
    pool_overlap: tuple[PoolOverlap, ...] = ()
    pool_errors: tuple[PoolErrors, ...] = ()
    rules: tuple[RuleEffect, ...] = ()
    stages: tuple[StageGap, ...] = ()
    attribution: tuple[Attribution, ...] = ()
    dissent: tuple[Dissent, ...] = ()
    conditions: tuple[Condition, ...] = ()
    conditions_of_all: Condition | None = Field(None, description="The same over every label.")
    floor: Floor | None = Field(None, description="The declared hourly pay that pay is held against.")
    reading_times: tuple[ReadingTime, ...] = ()
    speeds: tuple[SpeedCurve, ...] = ()
    hours: tuple[HourBand, ...] = Field((), description="Work by hour of day.")
    unknown_conditions: tuple[str, ...] = Field(
        (), description="Of pay, seconds, started, accepted: what the log says of no label."
    )
    traceability: Traceability = Field(default_factory=Traceability)
    relabel: tuple[Relabel, ...] = ()
    influence: tuple[Influence, ...] = ()
    relabelled: tuple[Relabelled, ...] = ()
