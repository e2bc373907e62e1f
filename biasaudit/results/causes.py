"""Records of a gap taken apart along the paths of a declared graph."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from biasaudit.results.estimate import Estimate, Record
from biasaudit.results.tracing import Stage

CausalPart = Literal["direct", "unjustified", "justified", "indirect", "spurious", "total"]


class Arrow(Record):
    """One variable acts on another, as declared."""

    cause: str
    effect: str


class HiddenCause(Record):
    """Something that no column holds and that acts on several variables, as declared."""

    name: str
    acts_on: tuple[str, ...]


class Accepted(Record):
    """A way from an attribute to the decision that the declaring person accepts."""

    through: str | None = Field(None, description="Every path through this variable.")
    path: tuple[str, ...] | None = Field(None, description="Or one path.")
    reason: str


class DeclaredCauses(Record):
    """The graph that the parts of a gap rest on; nothing in the data proves it."""

    arrows: tuple[Arrow, ...]
    hidden: tuple[HiddenCause, ...] = ()
    accepted: tuple[Accepted, ...] = ()
    source: str = Field("", description="Where the graph comes from.")
    end: str = Field(description="The variable that stands for the decision.")


class CausalGap(Record):
    """One part of the gap of a group: what comes along some paths of the declared graph."""

    attribute: str
    group: str
    reference: str
    stage: Stage = Field("decision", description="'decision', or 'label' for the recorded outcome.")
    part: CausalPart = Field(
        description="direct: the arrow from the attribute itself, and whatever passes through nothing that is declared; "
        "justified, unjustified: along declared paths that are accepted, or not; indirect: both together, where they "
        "cannot be told apart; spurious: from what acts on the decision and goes with the attribute; total: the gap."
    )
    estimate: Estimate = Field(description="Group minus reference, in rate points; the parts add up to the total.")
    paths: tuple[tuple[str, ...], ...] = Field((), description="The directed paths behind it.")
    n_group: float
    n_reference: float
    e_value: float | None = Field(
        None,
        description="How strong, as a risk ratio with both sides, something undeclared would have to be to explain the "
        "part away; null where no ratio of rates exists.",
    )
    e_value_limit: float | None = Field(
        None, description="The same for the end of the interval nearer to no effect; one where it holds none."
    )
