"""``[remedies]``: which changes are tried on the judged people, to measure what each would have done."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from biasaudit.spec.record import Record

TriedKind = Literal["drop", "reweighing", "reductions", "threshold_optimizer", "group_lines", "shares", "labels"]
Constraint = Literal["demographic_parity", "equalized_odds"]
Share = Annotated[float, Field(gt=0, lt=1)]
Text = Annotated[str, StringConstraints(min_length=1)]

#: Everything that can be tried.
ALL_KINDS: tuple[TriedKind, ...] = (
    "drop", "reweighing", "reductions", "threshold_optimizer", "group_lines", "shares", "labels",
)  # fmt: skip
#: Stand-ins left out one by one where an audit names no columns.
DEFAULT_STAND_INS = 3


class RemediesSpec(Record):
    """``[remedies]``: what is tried; everything that applies by default."""

    kinds: tuple[TriedKind, ...] = Field(ALL_KINDS, description="What is tried; [] tries nothing.")
    drop: tuple[Annotated[tuple[Text, ...], Field(min_length=1)], ...] = Field(
        (), description="Features to train without, one list a trial: [['name'], ['name', 'postcode']]; else stand-ins."
    )
    stand_ins: int = Field(
        DEFAULT_STAND_INS, ge=1, le=20, description="Stand-ins left out one by one, an attribute, the strongest first."
    )
    constraints: Annotated[tuple[Constraint, ...], Field(min_length=1)] = Field(
        ("demographic_parity", "equalized_odds"), description="What fairlearn's methods are asked to hold."
    )
    shares: tuple[Share, ...] = Field(
        (), description="Other shares selected: [0.2, 0.3]; a fifth fewer and a fifth more by default."
    )

    @model_validator(mode="after")
    def _told_once(self) -> Self:
        for name in ("kinds", "constraints", "shares", "drop"):
            values = getattr(self, name)
            if len(set(values)) < len(values):
                raise ValueError(f"{name} lists something more than once")
        return self
