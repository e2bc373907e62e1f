"""A number that never travels alone."""

from __future__ import annotations

import math
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Record(BaseModel):
    """A part of a result: frozen, complete, and without NaN or infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, populate_by_name=True)


class Estimate(Record):
    """A measured number with its interval, or the reason why there is none.

    Examples
    --------
    >>> Estimate(value=0.25, low=0.21, high=0.29, method="wilson").value
    0.25
    >>> undefined("no one was decided positive", method="wilson").reason
    'no one was decided positive'
    """

    value: float | None = Field(description="The number; null where it is undefined.")
    low: float | None = Field(None, description="Lower end of the interval; null where there is none.")
    high: float | None = Field(None, description="Upper end of the interval; null where there is none or no bound.")
    level: float = Field(0.95, gt=0, lt=1, description="Level of the interval.")
    method: str = Field(description="How value and interval were made.")
    reason: str = Field("", description="Why the value or the interval is null.")

    @model_validator(mode="after")
    def _honest(self) -> Self:
        if self.value is None and not self.reason:
            raise ValueError("an undefined estimate needs its reason")
        if self.value is None and (self.low is not None or self.high is not None):
            raise ValueError("an undefined estimate has no interval")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"the interval is upside down: {self.low} to {self.high}")
        return self

    @property
    def is_defined(self) -> bool:
        """Whether there is a value."""
        return self.value is not None


def undefined(reason: str, *, method: str, level: float = 0.95) -> Estimate:
    """Build an estimate without a value, which must say why."""
    return Estimate(value=None, reason=reason, method=method, level=level)


def estimated(
    value: float, low: float | None = None, high: float | None = None, *, method: str, level: float = 0.95
) -> Estimate:
    """Build an estimate from plain floats; what is not finite becomes null with its reason.

    Examples
    --------
    >>> estimated(0.5, 0.1, float("inf"), method="score ratio").high is None
    True
    """
    if low is not None and high is not None and math.isfinite(value + low + high):
        return Estimate(value=value, low=low, high=high, level=level, method=method)
    if not math.isfinite(value):
        return undefined("not a finite number", method=method, level=level)
    ends = [None if end is None or not math.isfinite(end) else float(end) for end in (low, high)]
    reason = ""
    if (low is not None and ends[0] is None) or (high is not None and ends[1] is None):
        reason = "the interval has no bound on one side"
    return Estimate(value=float(value), low=ends[0], high=ends[1], level=level, method=method, reason=reason)
