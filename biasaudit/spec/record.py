"""What every part of a declaration is: a frozen record that knows all its keys."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A part of a declaration: frozen, with no key that the grammar does not name and no number without end."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False, populate_by_name=True, allow_inf_nan=False)
