"""Records of what is measured beside the rates and gaps of the confusion table."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from biasaudit.results.estimate import Estimate, Record

Kind = Literal["composite", "score", "scoring_rate", "quantity", "stage", "class", "ranking", "custom"]
Told = Literal["exceeds", "within", "cannot_tell"]


class GroupValue(Record):
    """One measured number of one group that is not a rate of the confusion table."""

    attribute: str
    group: str
    kind: Kind
    measure: str = Field(description="What was measured: f1, mean_score, median, passed, …")
    subject: str = Field("", description="Of what: a quantity, a stage, a class, a length of the top of a list.")
    n: float = Field(description="People behind the number.")
    estimate: Estimate


class GroupGap(Record):
    """The same number held against that of the reference; described with its interval, never judged."""

    attribute: str
    group: str
    reference: str
    kind: Kind
    measure: str
    subject: str = ""
    statistic: Literal["gap", "ratio"] = "gap"
    estimate: Estimate
    n_group: float
    n_reference: float
    p_value: float | None = None
    p_adjusted: float | None = Field(None, description="Over all these gaps together (Benjamini-Hochberg).")


class LargestGap(Record):
    """The gap between the highest and the lowest of all groups of an attribute."""

    attribute: str
    measure: str
    highest: str = Field(description="Group with the highest rate as measured.")
    lowest: str
    groups: int = Field(description="Groups compared: those that reach the minimum size.")
    estimate: Estimate = Field(description="With an interval that is right when all groups are equal.")
    p_value: float | None = Field(description="Of no difference between any of the groups.")


class PooledRate(Record):
    """A group's rate on its own, and drawn towards the other groups as far as they are alike."""

    attribute: str
    group: str
    measure: str
    n: float
    raw: Estimate
    pooled: Estimate
    weight: float | None = Field(description="Share of the pooled rate that comes from the group's own people.")


class Decomposition(Record):
    """A selection gap split into who is in which stratum and what happens within strata."""

    attribute: str
    group: str
    reference: str
    measure: str
    strata: tuple[str, ...]
    gap: Estimate
    composition: Estimate = Field(description="Part that comes from the groups being in different strata.")
    rates: Estimate = Field(description="Part that comes from different rates within the same strata.")
    disparity: Estimate = Field(description="Share of the group among the not selected minus among the selected.")
    conditional_disparity: Estimate = Field(description="The same within strata, averaged over people.")
    only_one_side: tuple[str, ...] = Field((), description="Strata in which one of both has no one.")


class CalibrationBin(Record):
    """People of a group whose scores lie between two values."""

    low: float
    high: float
    n: float
    mean_score: float
    rate: Estimate = Field(description="Share of them who are truly positive.")


class Calibration(Record):
    """Whether the scores of a group mean what they say."""

    attribute: str
    group: str
    n: float
    bins: tuple[CalibrationBin, ...]
    error: Estimate = Field(description="Mean distance of score and rate over bins, weighted by people.")
    mean_gap: Estimate = Field(description="Mean score minus rate: above zero where scores promise too much.")


class SweepPoint(Record):
    """One threshold tried."""

    threshold: float
    rate_group: float
    rate_reference: float
    gap: float
    ratio: float | None
    verdict_gap: Told
    verdict_ratio: Told


class VerdictChange(Record):
    """A threshold at which a verdict turns into another, and stays for at least a hundredth of those tried."""

    statistic: Literal["gap", "ratio"]
    threshold: float = Field(description="Lowest threshold at which the new verdict holds.")
    before: Told = Field(description="Verdict that held below it.")
    after: Told


class Sweep(Record):
    """What would be measured at every threshold."""

    attribute: str
    group: str
    reference: str
    threshold: float | None = Field(description="The threshold of the audit; null where decisions were made otherwise.")
    points: tuple[SweepPoint, ...]
    changes: tuple[VerdictChange, ...]
    thresholds_tried: int


class Representation(Record):
    """How many of a group there are, where, and against what."""

    attribute: str
    group: str
    where: Literal["train", "judged"]
    n: int
    effective_n: float = Field(description="Kish's effective size.")
    share: Estimate
    against: Literal["population", "train"] | None = None
    share_against: float | None = None
    ratio: Estimate | None = Field(None, description="Share over the share it is held against.")
    half_width: float = Field(description="Half the interval of a rate of one half, at this size.")
    source: str = ""


class LabelErrors(Record):
    """How far an error-rate gap could move if some labels of one group were wrong."""

    attribute: str
    group: str
    reference: str
    measure: str
    gap: float
    share: float = Field(description="Largest share of the group's labels assumed wrong.")
    low: float = Field(description="Lowest gap that such errors could have hidden.")
    high: float
    could_vanish: bool = Field(description="Whether zero lies between both.")
    to_vanish: float | None = Field(description="Smallest share of wrong labels that could make the gap zero.")


class Confounding(Record):
    """How strong something unmeasured would have to be to explain a ratio away."""

    attribute: str
    group: str
    reference: str
    measure: str
    ratio: Estimate
    e_value: float | None = Field(description="For the ratio as measured; null where the ratio is undefined or zero.")
    e_value_limit: float | None = Field(
        description="For the end of the interval nearer to one; one where it holds one."
    )


class FoundGroup(Record):
    """A group that a search found, measured again on rows that the search did not see."""

    group: str
    columns: tuple[str, ...]
    measure: str
    n_searched: float
    n_held_out: float
    gap_searched: float = Field(description="Gap to everyone else among the rows searched: picked for being large.")
    gap: Estimate = Field(description="The same gap on the held-out rows.")
    p_value: float | None
    p_adjusted: float | None = Field(description="Over the groups taken to the held-out rows (Holm).")
    confirmed: bool = Field(description="Whether the held-out gap is clear of zero on the side searched.")
    tried: int = Field(description="Groups tried in the search.")
