"""The records of working conditions: pay, time, speed, hours and what was not accepted."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from biasaudit.results.estimate import Estimate, Record, undefined

#: Why a number is null that nobody asked for.
NOT_LOOKED_FOR = "not looked for"


def _not_looked_for() -> Estimate:
    return undefined(NOT_LOOKED_FOR, method="none")


class Floor(Record):
    """The hourly pay that an audit holds pay against."""

    amount: float = Field(description="Per hour, in the currency of pay.")
    name: str = Field(description="What it is, in the words of the audit.")
    source: str = Field("", description="Where the figure stands.")
    currency: str | None = None


class Condition(Record):
    """Under what conditions a unit, or the annotators who share an attribute, labelled."""

    unit_kind: str = Field(description="A kind of unit, an attribute of annotators, or everyone.")
    unit: str
    about: Literal["unit", "annotator", "everyone"] = "unit"
    chain: tuple[str, ...] = Field(
        (), description="Units of other kinds that hold this one, outermost first: the contract chain in the log."
    )
    annotators: int | None = Field(description="null where it would tell a unit of fewer than five by subtraction.")
    labels: int | None = Field(description="null likewise.")
    hourly_pay: float | None = Field(None, description="Effective pay an hour: the median over annotators.")
    median_seconds: float | None = Field(None, description="Median of seconds a label.")
    currency: str | None = None
    pay: Estimate = Field(default_factory=_not_looked_for, description="`hourly_pay` with its interval.")
    low_pay: Estimate = Field(
        default_factory=_not_looked_for,
        description="Effective pay an hour that a tenth of the annotators do not reach.",
    )
    pay_if_accepted: float | None = Field(
        None,
        description="`hourly_pay` if every label had been paid; null where the log does not say what was accepted.",
    )
    pay_with_pauses: float | None = Field(
        None, description="All pay over all recorded time, pauses included, per hour."
    )
    below_floor: Estimate = Field(
        default_factory=_not_looked_for,
        description="Share of annotators whose effective pay is below the floor, 0 to 1.",
    )
    labels_below_floor: Estimate = Field(
        default_factory=_not_looked_for, description="Share of labels given by such annotators, 0 to 1."
    )
    seconds: Estimate = Field(default_factory=_not_looked_for, description="`median_seconds` with its interval.")
    rejected: Estimate = Field(default_factory=_not_looked_for, description="Share of labels not accepted, 0 to 1.")
    unpaid_time: Estimate = Field(
        default_factory=_not_looked_for, description="Share of working time spent on labels not accepted, 0 to 1."
    )


class ReadingTime(Record):
    """How long labels on one group's items took, against the reference group's, within annotators."""

    unit_kind: str
    unit: str
    attribute: str
    group: str
    reference: str
    n_items: int = Field(description="Items of the group whose labels have a time.")
    n_reference: int = Field(description="The same of the reference.")
    seconds: Estimate = Field(description="Median seconds a label on the group's items.")
    seconds_reference: Estimate = Field(description="The same on the reference's.")
    ratio: Estimate = Field(description="Time on the group over time on the reference, by the same annotators.")
    p_value: float | None = None
    p_adjusted: float | None = None


class SpeedBand(Record):
    """A tenth of every annotator's labels, by how fast they were given."""

    tenth: int = Field(ge=1, le=10, description="1 holds each annotator's fastest labels.")
    seconds: float = Field(description="Median seconds a label.")
    differs: Estimate = Field(description="Share of labels that differ from the consensus of the others, 0 to 1.")


class SpeedCurve(Record):
    """How disagreement goes with speed, each annotator compared with nobody but themselves."""

    unit_kind: str
    unit: str
    bands: tuple[SpeedBand, ...] = ()
    rise: Estimate = Field(
        description="Share differing in each annotator's fastest fifth minus that in the rest; -1 to 1."
    )
    p_value: float | None = Field(None, description="That no speed is a knee, by shuffles within annotators.")
    p_adjusted: float | None = None
    knee: Estimate = Field(
        description="Share of each annotator's labels, fastest first, in which disagreement is higher; 0 to 1."
    )
    knee_seconds: float | None = Field(None, description="Median seconds between the tenths on both sides of the knee.")


class HourBand(Record):
    """Labels begun in an hour of the day, or in several that are told only together."""

    hours: tuple[int, ...] = Field(description="Hours of the log's own clock, 0 to 23.")
    labels: int
    annotators: int
    share: float = Field(description="Of labels whose start is known, 0 to 1.")
    differs: Estimate = Field(
        default_factory=_not_looked_for, description="Share of labels that differ from the consensus of the others."
    )
