"""The table ``[explain]`` of ``audit.toml``: what a letter to one person may say of changes, and whom they can turn to."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from biasaudit.spec.measuring import Text, Value
from biasaudit.spec.record import Record

#: Most data that a letter asks somebody to change at once: a longer list is advice to nobody.
MOST_AT_ONCE = 3


class RangeSpec(Record):
    """``[explain.ranges] column = { min, max, step }``: the numbers that somebody could reach."""

    min: float | None = Field(None, description="Smallest value; the smallest usual one by default.")
    max: float | None = Field(None, description="Largest value; the largest usual one by default.")
    step: float | None = Field(None, gt=0, description="Steps from min; without min, from the person's own value.")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.min is None and self.max is None and self.step is None:
            raise ValueError("a range needs min, max or step")
        if self.min is not None and self.max is not None and self.min >= self.max:
            raise ValueError("min must be smaller than max")
        return self


def _kind(declared: object) -> str:
    """Tell a list of values from a range, so that a mistake is told in the words of one of the two."""
    return "list[values]" if isinstance(declared, (list, tuple)) else "RangeSpec"


Reachable = Annotated[
    Annotated[RangeSpec, Tag("RangeSpec")] | Annotated[tuple[Value, ...], Field(min_length=1), Tag("list[values]")],
    Discriminator(_kind),
]


class ExplainSpec(Record):
    """``[explain]``: which inputs a person could change, and how they can contest a decision."""

    immutable: tuple[Text, ...] = Field(
        (),
        description="Inputs that nobody is asked to change; protected attributes and what a [[flip]] sets never are.",
    )
    ranges: dict[str, Reachable] = Field(
        default_factory=dict, description="Values within reach: { min, max, step }, or a list of values."
    )
    direction: dict[str, Literal["up", "down"]] = Field(
        default_factory=dict, description="Inputs that can only rise, or only fall."
    )
    at_once: int = Field(MOST_AT_ONCE, ge=1, le=MOST_AT_ONCE, description="Most inputs changed together.")
    contact: str = Field("", description="Whom to ask, and where: printed in the letter.")
    authority: str = Field("", description="Where to complain: printed in the letter.")

    @property
    def says_reach(self) -> bool:
        """Whether anybody said what is within a person's reach."""
        return bool(self.immutable or self.ranges or self.direction)
