"""What a group of readers is asked beside the sections of a report."""

from __future__ import annotations

from pydantic import Field

from biasaudit.results.estimate import Record


class Question(Record):
    """A question for a workshop, in the declaring person's words."""

    section: str = Field(description="Part of the report beside which it stands.")
    question: str
    answer: str = Field("", description="What could be answered; empty where nothing is proposed.")
