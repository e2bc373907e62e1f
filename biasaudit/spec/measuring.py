"""Tables of ``audit.toml`` that ask for more than rates: quantities, stages, classes, rankings, searches."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from biasaudit.spec.record import Record

#: Shares of wrong labels for which bounds are shown where an audit declares none.
DEFAULT_LABEL_ERRORS = (0.01, 0.05, 0.1)
#: Resampled tables behind the interval of a metric of the user's own.
DEFAULT_MEASURE_REPLICATES = 200

Text = Annotated[str, StringConstraints(min_length=1)]
Share = Annotated[float, Field(gt=0, lt=1)]
Value = bool | int | float | str
Dotted = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$")]


class QuantitySpec(Record):
    """``[[quantity]]``: a number measured on each person, compared by its mean and median."""

    column: Text = Field(description="Column of the quantity: a wage, a word error rate.")
    against: str | None = Field(None, description="Column it should equal: its mean error is measured then.")
    name: str = Field("", description="What it is called; the column's name by default.")


class StageSpec(Record):
    """``[[stage]]``: one stage of a funnel, in order: screen, interview, offer."""

    column: Text = Field(description="Column that says who passed this stage.")
    passed_value: Value = Field(1, description="The value that means passed.")
    name: str = Field("", description="What the stage is called; the column's name by default.")


class ClassesSpec(Record):
    """``[classes]``: a decision with more than two values, each held against the rest."""

    decision: Text = Field(description="Column of the class decided.")
    truth: str | None = Field(None, description="Column of the class that was right.")
    values: tuple[Value, ...] = Field((), description="Only these classes; every one that occurs by default.")


class RankingSpec(Record):
    """``[ranking]``: places by score, highest first."""

    top: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        (), description="Lengths of the top of the list: [10, 100]; tied people share their places."
    )


class MeasureSpec(Record):
    """``[[measure]]``: a metric of the user's own, ``metric(y_true, y_pred)`` as in scikit-learn."""

    name: Text = Field(description="Name in the report, and of an offered measure where no function is named.")
    function: Dotted | None = Field(
        None,
        description="A function of sklearn.metrics or fairlearn.metrics: 'sklearn.metrics.log_loss'; packages offer others.",
    )
    on: Literal["decision", "score"] = Field("decision", description="What it is given as y_pred.")
    parameters: dict[str, Value] = Field(default_factory=dict, description="Further arguments by name.")
    replicates: int = Field(
        DEFAULT_MEASURE_REPLICATES, ge=20, le=10_000, description="Resampled tables behind an interval."
    )


class SearchSpec(Record):
    """``[search]``: look for the groups that fare worst, then measure them on rows that were held out."""

    columns: Annotated[tuple[Text, ...], Field(min_length=1)] = Field(
        description="Columns whose values, and crossings of values, are searched."
    )
    depth: int = Field(3, ge=1, le=3, description="Most columns crossed at once.")
    measure: Literal["selection_rate", "tpr", "fpr", "fnr", "ppv", "accuracy"] = Field(
        "selection_rate", description="The rate whose gap to everyone else is searched."
    )
    side: Literal["lower", "higher", "both"] = Field("lower", description="Which gaps are looked for.")
    hold_out: Share = Field(0.5, description="Share of rows that only confirm.")
    kept: int = Field(5, ge=1, le=100, description="Most groups that are taken to the held-out rows.")


class PopulationSpec(Record):
    """``[[population]]``: the share of a group in the population that the data should mirror."""

    attribute: Text = Field(description="Protected attribute or intersection.")
    group: Value = Field(description="The group, as it is called in the data.")
    share: Annotated[float, Field(gt=0, le=1)] = Field(description="Its share of the population.")
    source: str = Field("", description="Where the share comes from.")


class SensitivitySpec(Record):
    """``[sensitivity]``: how wrong labels are assumed to be when gaps are tried."""

    label_errors: tuple[Share, ...] = Field(
        DEFAULT_LABEL_ERRORS, description="Shares of one group's labels that could be wrong: [0.01, 0.05]."
    )

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if list(self.label_errors) != sorted(set(self.label_errors)):
            raise ValueError("label_errors must rise")
        return self
