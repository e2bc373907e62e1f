"""The record of an amendment: what somebody has to say about a result, appended and never rewritten."""

from __future__ import annotations

from pydantic import Field

from biasaudit.results.estimate import Record


class Amendment(Record):
    """Words added to a result by a person, with the seal of the result as it stood before."""

    author: str = Field(description="Who answers for it, in their own words.")
    written: str = Field(description="UTC, ISO 8601.")
    reason: str = Field(description="Why it was needed.")
    text: str = Field(description="What is to be read beside the result.")
    previous: str = Field(description="sha256 of the whole result before it, earlier amendments included.")
