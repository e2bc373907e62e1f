"""``[workshop]`` of ``audit.toml``: questions for people who read a report together."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from biasaudit.spec.record import Record

Text = Annotated[str, StringConstraints(min_length=1)]
#: Parts of a report beside which a question can stand, in their order.
AskedBeside = Literal[
    "first",
    "people",
    "groups",
    "strata",
    "periods",
    "further",
    "drivers",
    "proxies",
    "flips",
    "causes",
    "labels",
    "remedies",
    "findings",
    "method",
    "assumptions",
    "unmeasured",
]


class QuestionSpec(Record):
    """``[workshop] questions``: one question, and what could be answered."""

    section: AskedBeside = Field(description="The part of the report beside which it stands: 'groups', 'labels'.")
    question: Text = Field(description="The question.")
    answer: str = Field("", description="What could be answered; folded away in the report.")


class WorkshopSpec(Record):
    """``[workshop]``: what a group of readers is asked."""

    questions: tuple[QuestionSpec, ...] = Field((), description="Beside sections without one stand general ones.")
