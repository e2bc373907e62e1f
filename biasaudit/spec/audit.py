"""The grammar of ``audit.toml``, version 1: one frozen record a table of the file."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from biasaudit.spec.annotations import AnnotationsSpec
from biasaudit.spec.causes import CausesSpec
from biasaudit.spec.explaining import ExplainSpec
from biasaudit.spec.forms import FormsSpec
from biasaudit.spec.measuring import (
    ClassesSpec,
    MeasureSpec,
    PopulationSpec,
    QuantitySpec,
    RankingSpec,
    SearchSpec,
    SensitivitySpec,
    StageSpec,
)
from biasaudit.spec.record import Record
from biasaudit.spec.remedies import RemediesSpec
from biasaudit.spec.workshop import WorkshopSpec

#: Level of the intervals that a report shows.
DEFAULT_LEVEL = 0.95
#: Fewer people than this and a group is listed but never judged.
DEFAULT_MINIMUM_SIZE = 30
#: The four-fifths rule: 29 CFR 1607.4(D).
FOUR_FIFTHS = 0.8
#: Tolerated gap in rate points where an audit declares none.
DEFAULT_GAP = 0.05
#: Resampled refits behind each interval of a retrained model.
DEFAULT_REPLICATES = 50
#: Shuffles of unit names behind the placebo band; 99 make 0.01 the smallest p-value.
DEFAULT_PLACEBOS = 99

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
Text = Annotated[str, StringConstraints(min_length=1)]
Share = Annotated[float, Field(gt=0, lt=1)]
Value = bool | int | float | str
Language = Literal["en", "fr"]
Measure = Literal[
    "selection_rate",
    "tpr",
    "fpr",
    "tnr",
    "fnr",
    "ppv",
    "npv",
    "fdr",
    "for",
    "accuracy",
    "base_rate",
    "false_alarm_share",
]


class HeadSpec(Record):
    """``[audit]``: what is audited, in words that the report repeats."""

    name: Slug = Field(description="Short name: lower-case letters, digits and hyphens.")
    title: Text = Field(description="Title of the report.")
    question: str = Field("", description="The question that the audit answers, in plain words.")
    decision: Text = Field("selected", description="The positive decision in words: 'called to interview'.")
    language: Language = Field("en", description="Default language of the report.")
    people: Text = Field("people", description="Who is judged, as a plural: 'applicants'.")
    decided_by: str = Field("", description="Who or what took the decisions.")
    labelled_by: str = Field("", description="Who made the labels that the model learnt from.")
    period: str = Field("", description="When the decisions were taken, in words.")
    nature: Literal["real", "simulated"] = Field(
        "real", description="Whether the rows are records of people or were simulated."
    )
    notice: str = Field("", description="A warning that stands wherever the data are shown.")


class SplitSpec(Record):
    """``[data] split``: which rows train a model and which measure it."""

    column: str | None = Field(None, description="Column that says which rows measure.")
    test: Value | list[Value] | None = Field(None, description="Value (or values) of the rows that measure.")
    test_share: Share | None = Field(None, description="Share of rows, drawn at random, that measure.")
    seed: int = Field(0, ge=0, description="Seed of that draw.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.column is None) == (self.test_share is None):
            raise ValueError("name either a column with its test value, or a test_share")
        if self.column is not None and self.test is None:
            raise ValueError("a split by column needs `test`, the value of the rows that measure")
        return self


class DataSpec(Record):
    """``[data]``: the table of items, and which column plays which role."""

    path: Text | None = Field(
        None,
        description="A csv or parquet file, a folder of parquet, a named dataset, or a database URL.",
    )
    table: Text | None = Field(None, description="Table to read, where path is a database URL.")
    query: Text | None = Field(None, description="Query to run, where path is a database URL.")
    id: str | None = Field(None, description="Column that names each item once.")
    outcome: str | None = Field(None, description="The label that a model learns from.")
    positive_value: Value = Field(1, description="The value of outcome that the model predicts as positive.")
    positive_is: Literal["favourable", "unfavourable"] = Field(
        "favourable", description="Whether being decided positive helps or harms the person."
    )
    truth: str | None = Field(None, description="A trusted later outcome to measure errors against.")
    truth_positive_value: Value | None = Field(None, description="Positive value of truth; positive_value by default.")
    features: tuple[str, ...] | None = Field(
        None, description="What the model sees; every column without another role by default."
    )
    weight: str | None = Field(None, description="Column of sampling weights.")
    count: str | None = Field(None, description="Column that says for how many people a row stands.")
    split: SplitSpec | None = Field(None, description="Which rows train and which measure.")
    strata: tuple[str, ...] = Field((), description="Columns within which gaps are measured again.")
    period: str | None = Field(None, description="Column of years or other periods, to show gaps over time.")


class ProtectedSpec(Record):
    """``[[protected]]``: an attribute by which people are compared."""

    column: str = Field(description="Column of the attribute.")
    reference: Value = Field(
        "largest", description="The group that others are compared with: a value, 'largest' or 'most_selected'."
    )
    reason: str = Field("", description="Why this group is the reference.")
    edges: tuple[float, ...] | None = Field(
        None, description="Cut points of a numeric attribute: each edge begins a new group."
    )

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if self.edges is not None and (not self.edges or list(self.edges) != sorted(set(self.edges))):
            raise ValueError("edges must rise and hold at least one number")
        return self


class GroupsSpec(Record):
    """``[groups]``: intersections, and how small a group may be to be judged."""

    intersections: tuple[tuple[str, ...], ...] = Field((), description="Attributes to cross: [['sex', 'origin']].")
    minimum_size: int = Field(
        DEFAULT_MINIMUM_SIZE, ge=1, description="Groups under this size are listed and never judged."
    )


class ToleranceSpec(Record):
    """``[tolerance]``: what this audit accepts, declared by whoever answers for it."""

    gap: float = Field(DEFAULT_GAP, ge=0, lt=1, description="Largest accepted gap, in rate points (0.05 = 5 in 100).")
    ratio: float = Field(
        FOUR_FIFTHS, gt=0, le=1, description="Smallest accepted ratio, read both ways: 0.8 accepts 0.8 to 1.25."
    )
    reason: str = Field("", description="Who agreed on it, and when.")


class PointsSpec(Record):
    """``[model] points``: how a score reads as points on a form."""

    column: str = Field(description="Numeric feature whose unit defines a point.")
    worth: float = Field(1.0, gt=0, description="Points that one unit of that feature is worth.")


class ModelSpec(Record):
    """``[model]``: trained here, loaded, or given as scores or decisions; and how scores decide."""

    train: Text | None = Field(
        None, description="'logistic_regression', 'gradient_boosting' or a dotted scikit-learn path."
    )
    parameters: dict[str, object] = Field(default_factory=dict, description="Parameters of the trained model.")
    load: Text | None = Field(None, description="A .skops, .onnx, XGBoost (.ubj, .json) or LightGBM (.txt) file.")
    score: str | None = Field(None, description="Column of scores made elsewhere.")
    decision: str | None = Field(None, description="Column of decisions made elsewhere.")
    selected_value: Value = Field(1, description="The value of the decision column that means selected.")
    threshold: float | None = Field(None, description="Scores at or above it are selected.")
    share: Share | None = Field(None, description="Share of items selected, highest scores first.")
    quota: int | None = Field(None, ge=1, description="Number of items selected, highest scores first.")
    points: PointsSpec | None = Field(None, description="How a score reads as points on a form.")

    @property
    def way(self) -> Literal["train", "load", "score", "decision"]:
        """Which of the four ways this model comes."""
        for way in ("train", "load", "score"):
            if getattr(self, way) is not None:
                return way
        return "decision"

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        ways = [way for way in ("train", "load", "score", "decision") if getattr(self, way) is not None]
        if len(ways) != 1:
            found = " and ".join(ways) or "none"
            raise ValueError(f"exactly one of train, load, score or decision is needed, not {found}")
        cuts = [cut for cut in ("threshold", "share", "quota") if getattr(self, cut) is not None]
        if len(cuts) > 1:
            raise ValueError(f"at most one of threshold, share or quota, not {' and '.join(cuts)}")
        if ways == ["decision"] and cuts:
            raise ValueError(f"a decision column is decided already: remove {cuts[0]}")
        if ways == ["score"] and not cuts:
            raise ValueError("a score column needs threshold, share or quota to become decisions")
        return self


class GateSpec(Record):
    """``[[gate]]``: a bound that decides the exit code."""

    attribute: Text = Field(description="Protected attribute or intersection ('sex x origin').")
    measure: Measure = Field("selection_rate", description="The measured rate.")
    statistic: Literal["ratio", "gap", "change"] = Field(
        "ratio",
        description="Ratio or gap to the reference; or 'change', by how much a gap may have grown since the result "
        "that is given with --baseline.",
    )
    group: str | None = Field(None, description="One group; every group by default.")
    at_least: float | None = Field(None, description="Lower bound.")
    at_most: float | None = Field(
        None, description="Upper bound; for a gap without at_least it bounds the gap's size, whatever its sign."
    )
    on_cannot_tell: Literal["warn", "fail"] = Field("warn", description="What an undecided gate does.")

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError("a gate needs at_least or at_most")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError("at_least is larger than at_most: no value can meet this gate")
        if self.statistic == "change" and (self.at_most is None or self.at_least is not None):
            raise ValueError("a gate on a change takes at_most alone: by how much a gap may have grown, in rate points")
        return self


class FlipSpec(Record):
    """``[[flip]]``: inputs that are set to other values while all else stays the same."""

    attribute: Text = Field(description="Protected attribute that the change speaks of.")
    from_: str | None = Field(None, alias="from", description="Group whose people are changed; all by default.")
    to: Text = Field(description="Group that they are changed to, in words.")
    set: dict[str, Value] = Field(
        default_factory=dict, description="Feature columns and the values they take; { attribute = to } by default."
    )
    replace: dict[str, dict[Text, str]] = Field(
        default_factory=dict,
        description="Text columns, and words in them with what they become: { letter = { she = 'he', her = 'his' } }.",
    )

    @model_validator(mode="after")
    def _each_column_once(self) -> Self:
        if both := sorted(set(self.set) & set(self.replace)):
            raise ValueError(f"{both[0]!r} is set and has words replaced: one of the two")
        if empty := [column for column, words in self.replace.items() if not words]:
            raise ValueError(f"replace.{empty[0]} names no word")
        return self


class AssumptionSpec(Record):
    """``[[assumption]]``: a statement that the audit rests on, and how well it is founded."""

    text: Text = Field(description="The statement.")
    status: Literal["documented", "assumed"] = Field(description="Whether a source says so or the audit assumes it.")
    source: str = Field("", description="Where it is documented.")


class UncertaintySpec(Record):
    """``[uncertainty]``: seed, level, and how often models are refitted."""

    seed: int = Field(0, ge=0, description="Seed of everything drawn at random.")
    level: Annotated[float, Field(ge=0.5, lt=1)] = Field(DEFAULT_LEVEL, description="Level of the intervals shown.")
    replicates: int = Field(DEFAULT_REPLICATES, ge=10, le=10_000, description="Resampled refits behind an interval.")
    placebos: int = Field(
        DEFAULT_PLACEBOS, ge=19, le=10_000, description="Shuffles of unit names behind the placebo band."
    )


class AuditSpec(Record):
    """A whole ``audit.toml``, version 1."""

    schema_version: Literal[1] = Field(alias="schema", description="Version of this grammar.")
    audit: HeadSpec
    data: DataSpec
    protected: Annotated[tuple[ProtectedSpec, ...], Field(min_length=1)]
    groups: GroupsSpec = Field(default_factory=GroupsSpec)
    tolerance: ToleranceSpec = Field(default_factory=ToleranceSpec)
    model: ModelSpec
    annotations: AnnotationsSpec | None = None
    gate: tuple[GateSpec, ...] = ()
    flip: tuple[FlipSpec, ...] = ()
    assumption: tuple[AssumptionSpec, ...] = ()
    causes: CausesSpec | None = None
    uncertainty: UncertaintySpec = Field(default_factory=UncertaintySpec)
    quantity: tuple[QuantitySpec, ...] = ()
    stage: tuple[StageSpec, ...] = ()
    classes: ClassesSpec | None = None
    ranking: RankingSpec = Field(default_factory=RankingSpec)
    measure: tuple[MeasureSpec, ...] = ()
    search: SearchSpec | None = None
    population: tuple[PopulationSpec, ...] = ()
    sensitivity: SensitivitySpec = Field(default_factory=SensitivitySpec)
    explain: ExplainSpec = Field(default_factory=ExplainSpec)
    forms: FormsSpec = Field(default_factory=FormsSpec)
    feature_groups: dict[Text, Annotated[tuple[Text, ...], Field(min_length=2)]] = Field(
        default_factory=dict,
        description="Features explained as one, because they say nearly the same: { income = ['salary', 'bonus'] }.",
    )
    workshop: WorkshopSpec = Field(default_factory=WorkshopSpec)
    remedies: RemediesSpec = Field(default_factory=RemediesSpec)
    translations: dict[Literal["fr", "en"], dict[str, str]] = Field(
        default_factory=dict,
        description="The file's own words in another language: { 'called' = 'convoqué' }.",
    )
