"""The records of remedies: what a change would have done to every gap, to accuracy, and to whom. Measured, never advised."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from biasaudit.results.estimate import Estimate, Record

RemedyKind = Literal[
    "today",
    "drop",
    "reweighing",
    "reduction",
    "threshold_optimizer",
    "group_lines",
    "share",
    "rule",
    "leave_out",
    "reference_labels",
    "relabel",
]
Caution = Literal["", "uses_group", "uses_group_in_training"]


class GroupCost(Record):
    """What a remedy would have changed for the people of one group."""

    group: str
    n: int = Field(description="Judged people of the group.")
    estimate: Estimate = Field(description="Selection rate with the remedy minus selection rate today.")
    rate_today: Estimate
    rate_after: Estimate
    gaining: Estimate = Field(description="Share of the group selected with the remedy and not today.")
    losing: Estimate = Field(description="Share of the group selected today and not with the remedy.")


class ErrorGap(Record):
    """What a remedy would have done to the gap of an error rate."""

    measure: Literal["fpr", "fnr"]
    gap: Estimate
    change: Estimate = Field(description="Minus today's, on the same people.")


class Remedy(Record):
    """What one change would have done to one gap and to accuracy; the first rows are the model as it is."""

    name: str = Field(description="Short English name, one a remedy.")
    kind: RemedyKind
    aimed_at: str = Field("", description="The attribute that the remedy works on; empty where it knows of none.")
    what: tuple[str, ...] = Field(
        (), description="What was changed: columns, constraint, rule, unit (kind, name) or reference."
    )
    amount: float | None = Field(None, description="Share selected instead, or number of items labelled again.")
    attribute: str
    group: str
    reference: str
    n_group: int
    n_reference: int
    selected: float | None = Field(
        description="People selected, expected where lots are drawn; null where not measured."
    )
    by_lot: float = Field(0.0, description="Places of them given or taken by lot, to keep the number selected.")
    gap: Estimate = Field(description="Selection rate, group minus reference, with the remedy.")
    change_in_gap: Estimate | None = Field(None, description="Minus today's gap on the same people; null for today.")
    accuracy: Estimate = Field(description="Share of judged people with a known truth or outcome decided as it says.")
    change_in_accuracy: Estimate | None = Field(None, description="Minus today's, paired; null for today.")
    reference_accuracy: Estimate | None = Field(
        None, description="The same against declared reference labels; null where there are none."
    )
    change_in_reference_accuracy: Estimate | None = None
    error_gaps: tuple[ErrorGap, ...] = ()
    costs: tuple[GroupCost, ...] = Field((), description="For the group, then for its reference.")
    caution: Caution = Field(
        "",
        description="uses_group: the group of a person must be known when deciding; uses_group_in_training: when training.",
    )
