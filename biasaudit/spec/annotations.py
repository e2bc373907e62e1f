"""``[annotations]``: the grammar of who labelled what, under which conditions and rules."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from biasaudit.spec.record import Record

Text = Annotated[str, StringConstraints(min_length=1)]
Value = bool | int | float | str


class ReferenceSpec(Record):
    """``[annotations] reference``: the labels that a unit's labels are held against."""

    column: str | None = Field(None, description="Column of the item table with reference labels.")
    unit: str | None = Field(None, description="A named unit whose labels serve as reference.")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.column is None) == (self.unit is None):
            raise ValueError("names either a column or a unit (or write 'peers')")
        return self


class FloorSpec(Record):
    """``[annotations] floor``: the hourly pay that an audit holds pay against."""

    amount: float = Field(gt=0, description="Per hour, in the currency of `currency`.")
    name: Text = Field(description="What it is: 'minimum wage in Kenya, 2024'.")
    source: str = Field("", description="Where the figure stands.")


class JurySpec(Record):
    """``[annotations] jury``: seats drawn in stated proportions of annotator groups."""

    attribute: Text = Field(description="Unit or annotator attribute whose values share the seats.")
    seats: int = Field(12, ge=1, le=1000, description="Seats of the jury.")
    shares: dict[str, Annotated[float, Field(ge=0)]] = Field(
        default_factory=dict, description="Share of the seats of each value; equal shares by default."
    )


class RelabelSpec(Record):
    """``[annotations] relabel``: what labelling again would cost, and how much of it is thought of."""

    cost: float | None = Field(
        None, ge=0, description="Cost of a new label of one item, in the currency of `currency`."
    )
    budget: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        (), description="Numbers of items to re-label; steps up to a fifth of the items by default."
    )


class AnnotationsSpec(Record):
    """``[annotations]``: the log of who labelled what, one row a label given by one annotator."""

    path: Text | Annotated[tuple[Text, ...], Field(min_length=1)] | None = Field(
        None, description="The log, or its files: csv, parquet, json or jsonl, or a table of a named dataset."
    )
    format: Text = Field(
        "long",
        description="Layout of the log: long, mturk, appen, toloka, label-studio, argilla, prodigy, doccano, "
        "ground-truth, or one that a plugin offers.",
    )
    provenance: Text | None = Field(None, description="A provenance.toml: how the labels were made.")
    key: Text | None = Field(None, description="File with the secret that annotators are pseudonymised with.")
    item: str = Field("item", description="Column that names the item.")
    annotator: str = Field("annotator", description="Column that names the annotator; pseudonymised on reading.")
    label: str = Field("label", description="Column of the label given.")
    positive_value: Value = Field(
        1, description="The label that means positive; on an ordinal or interval scale the lowest such label."
    )
    label_kind: Literal["nominal", "ordinal", "interval"] = Field(
        "nominal", description="What labels are: classes, steps of a scale, or numbers."
    )
    order: tuple[Value, ...] = Field((), description="The steps of an ordinal scale, lowest first; numbers by default.")
    units: tuple[str, ...] = Field((), description="Columns whose values a gap may be attributed to.")
    attributes: tuple[str, ...] = Field((), description="Columns about the annotator.")
    started: str | None = Field(None, description="Column of the time at which a label was begun.")
    seconds: str | None = Field(None, description="Column of working time per label, in seconds.")
    pay: str | None = Field(None, description="Column of pay per label.")
    currency: str | None = Field(None, description="Currency of pay.")
    floor: FloorSpec | None = Field(None, description="Hourly pay to hold pay against.")
    accepted: str | None = Field(None, description="Column that says whether a label was accepted.")
    accepted_value: Value = Field(1, description="The value that means accepted.")
    minority_paid: bool | None = Field(None, description="Whether labels that the rule overrules are paid.")
    rule: Literal[
        "majority", "supermajority", "dawid-skene", "mean", "any", "all", "mace", "glad", "skill-weighted", "jury"
    ] = Field("majority", description="How the outcome was made from the labels of an item.")
    share: Annotated[float, Field(gt=0.5, le=1)] | None = Field(None, description="Share that a supermajority needs.")
    jury: JurySpec | None = Field(None, description="The jury whose decision is compared with the other rules.")
    reference: ReferenceSpec | Literal["peers"] = Field(
        "peers", description="Labels to hold against: { column = … }, { unit = … } or 'peers'."
    )
    relabel: RelabelSpec = Field(default_factory=RelabelSpec)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.rule == "supermajority") != (self.share is not None):
            raise ValueError("`share` goes with rule = 'supermajority', and that rule needs it")
        if self.rule == "jury" and self.jury is None:
            raise ValueError("rule = 'jury' needs `jury`, the table that says who sits on it")
        if self.order:
            self._check_order()
        return self

    def _check_order(self) -> None:
        """Refuse an order that is none, or that does not hold the positive value."""
        steps = [_written(step) for step in self.order]
        if self.label_kind != "ordinal":
            raise ValueError("`order` goes with label_kind = 'ordinal'")
        if repeated := sorted({step for step in steps if steps.count(step) > 1}):
            raise ValueError(f"`order` names {', '.join(map(repr, repeated))} twice")
        if _written(self.positive_value) not in steps:
            raise ValueError(
                f"`positive_value` {self.positive_value!r} is no step of `order`: name the lowest step that counts as "
                f"positive, one of {', '.join(map(repr, steps))}"
            )


def _written(value: Value) -> str:
    """Write a value as labels are written: whole floats without their ``.0``."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
