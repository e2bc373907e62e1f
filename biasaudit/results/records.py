"""The records of a result: one a noun of the design, every field with its sentence."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from biasaudit.results.amendment import Amendment
from biasaudit.results.causes import CausalGap, DeclaredCauses
from biasaudit.results.changes import Changes
from biasaudit.results.estimate import Estimate, Record
from biasaudit.results.forms import DeclaredForms, ImpactRatio
from biasaudit.results.matching import MatchedGap
from biasaudit.results.measuring import (
    Calibration,
    Confounding,
    Decomposition,
    FoundGroup,
    GroupGap,
    GroupValue,
    LabelErrors,
    LargestGap,
    PooledRate,
    Representation,
    Sweep,
)
from biasaudit.results.remedies import Remedy
from biasaudit.results.scoring import ScoreCounts
from biasaudit.results.sentences import Sentence
from biasaudit.results.tracing import Dropped, Stage, Trace
from biasaudit.results.workshop import Question

Verdict = Literal["exceeds", "within", "cannot_tell"]
Statistic = Literal["gap", "ratio"]
Outcome = Literal["found", "not_found", "cannot_tell", "not_applicable", "failed"]

#: Group of the people whose protected attribute is missing: shown, never dropped.
NOT_RECORDED = "(not recorded)"
#: Attribute and group of a number about everybody.
ALL_GROUPS = "(everyone)"
#: Group of a flip that changes people of every group.
ANY_GROUP = "everyone"


class Assumption(Record):
    """A statement that the audit rests on."""

    text: str
    status: Literal["documented", "assumed"]
    source: str = ""


class AuditInfo(Record):
    """What was audited, in the declaring person's words."""

    name: str
    title: str
    question: str = ""
    decision: str = "selected"
    language: Literal["en", "fr"] = "en"
    people: str = "people"
    decided_by: str = ""
    labelled_by: str = ""
    period: str = ""
    nature: Literal["real", "simulated"] = "real"
    notice: str = ""
    positive_is: Literal["favourable", "unfavourable"] = "favourable"
    tolerance_gap: float = Field(description="Tolerated gap, in rate points.")
    tolerance_ratio: float = Field(description="Tolerated ratio, read both ways.")
    tolerance_reason: str = ""
    minimum_size: int = Field(description="Groups under this size are never judged.")
    assumptions: tuple[Assumption, ...] = ()
    workshop: tuple[Question, ...] = Field((), description="What a group of readers is asked, by section.")
    translations: dict[str, dict[str, str]] = Field(default_factory=dict, description="Own words by language.")
    forms: DeclaredForms = Field(default_factory=DeclaredForms, description="What legal forms were told.")


class Fingerprint(Record):
    """What identifies the data of a run."""

    role: str = Field(description="'items', 'annotations', 'provenance', 'model' or 'relabelled'.")
    source: str = Field(description="Where it came from, without any folder of this machine.")
    sha256: str = Field(description="Digest of the file, or of the content of a frame; 64 hex digits.")
    rows: int | None = None


class Git(Record):
    """State of the checkout that declared the audit."""

    commit: str
    dirty: bool


class Manifest(Record):
    """What a stranger needs to repeat the run."""

    version: str
    spec_digest: str
    overrides: tuple[str, ...] = ()
    data: tuple[Fingerprint, ...] = ()
    seed: int = 0
    packages: dict[str, str] = Field(default_factory=dict)
    python: str = ""
    git: Git | None = None
    started: str = Field(description="UTC, ISO 8601.")
    ended: str = Field(description="UTC, ISO 8601.")


class GroupSize(Record):
    """How many people of a group there are, and how many were selected."""

    group: str
    n: int
    n_selected: float | None = Field(None, description="Expected number selected: ties count fractionally.")


class AttributeFacts(Record):
    """A protected attribute or intersection as found in the data."""

    name: str
    columns: tuple[str, ...]
    reference: str
    reference_rule: str = Field("", description="How the reference was chosen: declared, largest or most_selected.")
    reason: str = Field("", description="The declaring person's reason for the reference.")
    groups: tuple[GroupSize, ...]


class DataFacts(Record):
    """The table that was judged."""

    rows: int = Field(description="Rows read.")
    rows_train: int = Field(0, description="Rows that trained the model.")
    rows_judged: int = Field(description="Rows on which gaps are measured.")
    dropped: tuple[Dropped, ...] = ()
    attributes: tuple[AttributeFacts, ...] = ()
    outcome: str | None = None
    truth: str | None = None
    errors_against: Literal["truth", "outcome"] | None = Field(
        None, description="What error rates are measured against; null where there is nothing."
    )
    features: tuple[str, ...] = ()
    feature_groups: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="Features that were explained as one, by the name of their group."
    )
    strata: tuple[str, ...] = ()
    period: str | None = Field(None, description="Column of periods.")
    periods: tuple[str, ...] = ()
    weighted: bool = False


class Performance(Record):
    """How well the model reproduces what it is measured against."""

    attribute: str | None = Field(None, description="null for everyone.")
    group: str | None = None
    measure: str
    n: int
    estimate: Estimate


class ModelFacts(Record):
    """Where scores or decisions came from."""

    kind: str = Field(description="trained, loaded, scores or decisions.")
    source: str = Field(description="Estimator, file name or column.")
    parameters: dict[str, Any] = Field(default_factory=dict)
    cut: Literal["threshold", "share", "quota", "given"] = "given"
    cut_value: float | None = None
    cutoff_score: float | None = Field(None, description="Score at the cut-off.")
    n_selected: float = 0.0
    tied_at_cutoff: int = Field(0, description="People whose score equals the cut-off of a share or quota.")
    performance: tuple[Performance, ...] = ()


class Rate(Record):
    """One rate of one group."""

    attribute: str
    group: str
    measure: str
    stage: Stage = "decision"
    n: float = Field(description="People behind the rate (its denominator, unweighted).")
    estimate: Estimate


class Disparity(Record):
    """A group held against its reference."""

    attribute: str
    group: str
    reference: str
    measure: str
    stage: Stage = "decision"
    statistic: Statistic
    estimate: Estimate = Field(description="With the interval that is shown, 95 % by default.")
    deciding: Estimate = Field(description="The same with the interval that decides, widened for the family.")
    n_group: float
    n_reference: float
    p_value: float | None
    p_adjusted: float | None
    verdict: Verdict
    tolerance: float
    rows_needed: int | None = Field(None, description="People in the group that would settle the verdict.")
    detectable: float | None = Field(
        None,
        description="Smallest gap, in size, that this comparison would have told from none with 80 % power; "
        "null for ratios, and where no gap could have been.",
    )
    reason: str = Field("", description="Why the verdict cannot be told, or p is null.")


class StratumGap(Record):
    """The gap inside one stratum."""

    stratum: str
    n_group: float
    n_reference: float
    rate_group: Estimate
    rate_reference: Estimate
    gap: Estimate


class Conditional(Record):
    """A gap measured again within strata."""

    attribute: str
    group: str
    reference: str
    measure: str
    strata: tuple[str, ...]
    pooled: Estimate
    stratified: Estimate = Field(description="Mantel-Haenszel weighted gap.")
    p_value: float | None = Field(description="Cochran-Mantel-Haenszel test.")
    signs_disagree: bool = Field(description="Whether pooled and stratified gaps point in opposite directions.")
    by_stratum: tuple[StratumGap, ...] = ()


class PeriodGap(Record):
    """The selection gap in one period."""

    attribute: str
    group: str
    reference: str
    period: str
    n_group: float
    n_reference: float
    rate_group: Estimate
    rate_reference: Estimate
    gap: Estimate


class Driver(Record):
    """What one feature adds to the gap of a group: in mean scores, or in selection rates."""

    attribute: str
    group: str
    reference: str
    scale: Literal["score", "decision"] = "score"
    feature: str = Field(description="An input, or a declared group of them.")
    contribution: Estimate
    share: float | None = Field(None, description="Share of the total; null where the total is not clear of zero.")
    spread: float | None = Field(
        None, description="Largest minus smallest contribution over the samples of people who were compared with."
    )


class DriverTotal(Record):
    """Check that the contributions add up."""

    attribute: str
    group: str
    reference: str
    scale: Literal["score", "decision"] = "score"
    total: float
    sum_of_contributions: float
    rows_explained: int
    sampling_error: float | None = Field(
        None,
        description="Standard error that explaining some of the people, against some of them, leaves in the least certain "
        "contribution; null where it was not measured.",
    )
    method: str


class Proxy(Record):
    """How well a feature tells a protected attribute."""

    attribute: str
    feature: str = Field(description="A feature, a further column, or 'all features together'.")
    strength: Estimate = Field(description="0: tells nothing; 1: tells it without error (2 AUC - 1, cross-validated).")
    chance: Estimate | None = Field(
        None,
        description="Strength of the same column when the attribute is shuffled: the middle, and the band it fills.",
    )
    p_value: float | None = Field(None, description="Share of the shuffles that tell as much.")
    p_adjusted: float | None = Field(None, description="The same, for the family of all stand-ins of the audit.")
    is_input: bool = Field(True, description="Whether the model reads it; what it does not read carries nothing of it.")


class FlipGroup(Record):
    """What a flip of everybody changes for the people of one group."""

    group: str
    n: int = Field(description="People of the group whose inputs were changed.")
    changed_decisions: Estimate = Field(description="Share of them whose decision changes.")
    mean_score_change: Estimate
    mean_points_change: Estimate | None = None


class Flip(Record):
    """What changes when some inputs are other than they are."""

    attribute: str
    from_: str = Field(alias="from")
    to: str
    changed: dict[str, Any] = Field(description="Columns and the values they were given.")
    n: int = Field(description="People whose inputs were changed.")
    changed_decisions: Estimate = Field(description="Share of them whose decision changes.")
    mean_score_change: Estimate
    mean_points_change: Estimate | None = Field(
        None, description="The same in points, where the model declares points."
    )
    points_unit: str | None = None
    people_gaining: Estimate | None = Field(None, description="People selected after the change and not before.")
    people_gaining_per_period: Estimate | None = None
    people_losing: Estimate | None = Field(None, description="People selected before the change and not after.")
    by_group: tuple[FlipGroup, ...] = Field((), description="The same by group, where everybody's inputs are changed.")


class Finding(Record):
    """One judged sentence and what it rests on."""

    code: str
    title: str
    outcome: Outcome
    claim: str = Field(description="The sentence in English; empty where the check did not apply.")
    message: Sentence | None = Field(None, description="The same as template and values, for other languages.")
    evidence: tuple[str, ...] = Field((), description="JSON pointers into this result.")
    caveats: tuple[Sentence, ...] = ()
    reason: str = ""

    @model_validator(mode="after")
    def _founded(self) -> Self:
        if self.outcome in ("found", "not_found") and not self.evidence:
            raise ValueError(f"{self.code}: a finding that is {self.outcome} must cite its evidence")
        if self.outcome in ("cannot_tell", "not_applicable", "failed") and not (self.reason or self.claim):
            raise ValueError(f"{self.code}: {self.outcome} needs a reason")
        return self


class GateResult(Record):
    """A gate, judged."""

    gate: dict[str, Any] = Field(description="As declared.")
    group: str | None = Field(None, description="The group that decided it.")
    estimate: Estimate
    deciding: Estimate | None = None
    outcome: Literal["met", "not_met", "cannot_tell"]
    fails: bool = Field(description="Whether this outcome fails the run.")
    reason: str = ""


class Step(Record):
    """A step of the run and how it ended."""

    name: str
    outcome: Literal["done", "not_applicable", "failed"]
    reason: str = ""


class AuditResult(Record):
    """Everything that one run of one audit found."""

    schema_: Literal["biasaudit.result/1"] = Field("biasaudit.result/1", alias="schema")
    status: Literal["complete", "partial", "failed"]
    audit: AuditInfo
    manifest: Manifest
    data: DataFacts
    model: ModelFacts | None = None
    rates: tuple[Rate, ...] = ()
    disparities: tuple[Disparity, ...] = ()
    conditional: tuple[Conditional, ...] = ()
    periods: tuple[PeriodGap, ...] = ()
    group_values: tuple[GroupValue, ...] = ()
    group_gaps: tuple[GroupGap, ...] = ()
    largest_gaps: tuple[LargestGap, ...] = ()
    pooled_rates: tuple[PooledRate, ...] = ()
    decompositions: tuple[Decomposition, ...] = ()
    calibrations: tuple[Calibration, ...] = ()
    sweeps: tuple[Sweep, ...] = ()
    score_counts: tuple[ScoreCounts, ...] = Field((), description="One for the model, where its line can be moved.")
    representation: tuple[Representation, ...] = ()
    label_errors: tuple[LabelErrors, ...] = ()
    confounding: tuple[Confounding, ...] = ()
    found_groups: tuple[FoundGroup, ...] = ()
    impact_ratios: tuple[ImpactRatio, ...] = ()
    drivers: tuple[Driver, ...] = ()
    driver_totals: tuple[DriverTotal, ...] = ()
    proxies: tuple[Proxy, ...] = ()
    flips: tuple[Flip, ...] = ()
    causes: tuple[CausalGap, ...] = ()
    declared_causes: DeclaredCauses | None = None
    matched: tuple[MatchedGap, ...] = ()
    trace: Trace | None = None
    remedies: tuple[Remedy, ...] = ()
    findings: tuple[Finding, ...] = ()
    gates: tuple[GateResult, ...] = ()
    steps: tuple[Step, ...] = ()
    amendments: tuple[Amendment, ...] = Field((), description="What people added later; never rewritten.")
    changes: Changes | None = Field(None, description="What moved since the accepted result that was given.")

    @property
    def driver_scale(self) -> Literal["score", "decision"]:
        """The scale on which drivers are told first: decisions, which people meet, where they were explained."""
        return "decision" if any(total.scale == "decision" for total in self.driver_totals) else "score"

    def _repr_html_(self) -> str:
        """Show the result in a notebook."""
        from biasaudit.results.notebook import shown

        return shown(self)
