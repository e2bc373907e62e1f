"""How many of each group have which scores: enough to move the line, too little to speak of a person."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from biasaudit.results.estimate import Record


class GroupScores(Record):
    """The scores of one group, counted."""

    attribute: str
    group: str
    n: int = Field(description="People of the group.")
    effective_n: float = Field(description="Kish's effective size; the number of people where nothing is weighted.")
    counts: tuple[float, ...] = Field(
        description="Sum of weights by bin, highest scores first: people where nothing is weighted."
    )


class NotCounted(Record):
    """A group whose scores are not counted here."""

    attribute: str
    group: str


class ScoreCounts(Record):
    """Scores in bins common to all groups, highest first.

    In every bin a group has no one or at least five people, and so have those of an attribute whose groups are not
    counted here, taken together: no difference of two counts speaks of fewer.
    """

    cut: Literal["threshold", "share", "quota"]
    cut_value: float = Field(description="The audit's own threshold (a score), share (0 to 1) or quota (people).")
    at: int | None = Field(
        description="Number of bins above the audit's own line, where it splits none; those tied at it are split."
    )
    thresholds: tuple[float | None, ...] = Field(
        description="A threshold that selects the bins so far, by bin; null where none does, because ties are split."
    )
    tied: tuple[bool, ...] = Field(description="Whether all of a bin have one score, so that places in it are shared.")
    places: tuple[float, ...] = Field(description="What fills a share (weights) or a quota (people), of everyone.")
    groups: tuple[GroupScores, ...]
    references: dict[str, str] = Field(description="Reference of each attribute counted.")
    not_counted: tuple[NotCounted, ...] = ()

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        lengths = {len(part) for part in (self.thresholds, self.tied, self.places, *(g.counts for g in self.groups))}
        if len(lengths) != 1:
            raise ValueError(f"all counts of scores must have the same bins, not {sorted(lengths)}")
        return self
