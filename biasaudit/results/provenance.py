"""The records of how labels were made: what is known of each label, through whom it came, and what is missing."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from biasaudit.results.estimate import Record

#: What can be known of a label, in the order in which it is asked.
Known = Literal["who", "where", "guideline", "pay", "duration", "chain"]
KNOWN: tuple[Known, ...] = ("who", "where", "guideline", "pay", "duration", "chain")
State = Literal["known", "not_known", "not_said"]


class LinkShare(Record):
    """For what share of labels one thing is known."""

    link: str = Field(description="who, where, guideline, pay, duration or chain; or the name of a unit.")
    is_unit: bool = Field(False, description="Whether it is a unit column of the log.")
    share: float = Field(ge=0, le=1, description="Share of labels for which it is known.")
    n_labels: int = Field(description="Labels counted.")
    n_known: int = Field(description="Labels for which it is known.")
    told_by: Literal["log", "declaration", "both", "nobody"] = Field(
        description="Whether the log says it label by label, the provenance declares it, both, or neither."
    )


class UnitKnown(Record):
    """The same for the labels of one unit; units of fewer than five annotators are left out."""

    unit_kind: str
    unit: str
    link: Known
    share: float = Field(ge=0, le=1)
    n_labels: int
    annotators: int


class GroupKnown(Record):
    """The same for the labels on the items of one group."""

    attribute: str
    group: str
    link: Known
    share: float | None = Field(None, ge=0, le=1, description="null for groups of fewer than five items.")
    n_items: int
    n_labels: int


class ChainLink(Record):
    """One link of the contract chain, as declared."""

    level: int = Field(ge=1, description="1 for the client.")
    name: str | None = Field(None, description="null where nobody says who it is.")
    role: str | None = None
    country: tuple[str, ...] = ()
    contract: str | None = None
    known: bool = Field(description="Whether it is said who this is.")
    known_to_client: bool | None = None
    above: int | None = Field(None, description="Place in this list of the nearest link above that is told of.")
    untold: int = Field(0, ge=0, description="Levels between the two that nobody told of.")
    not_known: tuple[str, ...] = Field((), description="What was asked for about it and nobody knows.")
    status: Literal["documented", "assumed"] | None = None
    source: str | None = None
    labels: int | None = Field(
        None,
        description="Labels that came through it; null where they cannot be followed, or fewer than five annotators gave them.",
    )


class MissingLink(Record):
    """A link of the contract chain that is missing, and how many labels came through there."""

    kind: Literal["chain", "level", "name", "unit", "branch"] = Field(
        description="chain: none is declared; level: nobody told of these levels; name: a link without a name; "
        "unit: no link is declared for these labels; branch: one of several links, and nobody says which."
    )
    link: int | None = Field(
        None, description="Place in the chain of the nameless link, or of the one below the missing levels."
    )
    level: int | None = None
    role: str | None = None
    has_above: bool = Field(False, description="Whether a link above it is told of.")
    above: str | None = Field(None, description="Name of the link above.")
    below: str | None = Field(None, description="Name of the link below.")
    asked: bool = Field(False, description="Whether it is declared not known, in the place of left out.")
    n_labels: int | None = Field(None, description="null where fewer than five annotators gave them.")
    share: float | None = Field(None, ge=0, le=1, description="Of all labels.")


class Fact(Record):
    """One thing about how the labels were made: known, declared not known, or said by nobody."""

    table: str = Field(description="Table of provenance.toml.")
    key: str
    entry: int = Field(0, ge=0, description="Entry of a table that has several.")
    units: tuple[str, ...] = Field((), description="Units of the log that it speaks of; all where empty.")
    state: State
    text: tuple[str, ...] = Field((), description="What is known, where it is words.")
    number: float | None = Field(None, description="What is known, where it is a number.")
    is_so: bool | None = Field(None, description="What is known, where it is yes or no.")
    currency: str | None = None
    basis: str | None = None
    status: Literal["documented", "assumed"] | None = None
    source: str | None = None


class Traceability(Record):
    """How far each label can be followed back."""

    declared: bool = Field(False, description="Whether a provenance.toml was read.")
    complete: float | None = Field(None, ge=0, le=1, description="Share of labels for which all six are known.")
    links: tuple[LinkShare, ...] = ()
    units: tuple[UnitKnown, ...] = ()
    groups: tuple[GroupKnown, ...] = ()
    chain: tuple[ChainLink, ...] = ()
    missing: tuple[MissingLink, ...] = ()
    facts: tuple[Fact, ...] = ()
