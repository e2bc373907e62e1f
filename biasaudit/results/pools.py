"""The records of pools: how annotators of one kind label a group on the same items as others do."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from biasaudit.results.estimate import Estimate, Record


class PoolEffect(Record):
    """How far one pool labels a group otherwise than its reference, held against the other pools on the same items."""

    unit_kind: str = Field(description="A declared unit or annotator attribute.")
    unit: str
    against: str | None = Field(None, description="The other pool where there are just two; null for all the others.")
    attribute: str
    group: str
    reference: str
    scale: Literal["share", "value"] = Field(
        "share", description="share: effects are differences of shares of positive labels; value: steps or units of the label."
    )  # fmt: skip
    anchor: Literal["items", "reference"] = Field(
        "items", description="items: held against other pools on the same items; reference: against reference labels."
    )
    effect: Estimate = Field(
        description="(Pool minus others on the group's items) minus the same on the reference's, items and annotators held fixed; "
        "by least squares, clustered by annotator."
    )
    logit: Estimate = Field(description="The same by the many-facet logit, as a mean difference of chances.")
    p_value: float | None = Field(None, description="Of `effect`: pool names shuffled over whole annotators.")
    p_adjusted: float | None = Field(None, description="Benjamini-Hochberg over all effects of the trace.")
    logit_p_value: float | None = None
    logit_p_adjusted: float | None = None
    flagged: bool = Field(
        description="Both intervals are clear of zero, both adjusted p-values below 0.05, and it is not only because "
        "another flagged pool is among the others."
    )
    detectable: float | None = Field(
        None, description="Smallest effect, in size, that would have been told from none with 80 % power."
    )
    note: str = ""
    annotators: int | None = Field(
        None, description="Of the pool, with labels on both groups; null where fewer than five."
    )
    annotators_others: int | None = Field(None, description="Of the others; null where fewer than five.")
    labels: int = Field(description="By the pool on items of both groups.")
    n_items: int = Field(
        description="Items of the group that the pool and another labelled (or with reference labels)."
    )
    n_items_reference: int = Field(description="The same of the reference.")


class PoolSize(Record):
    """How much one pool labelled."""

    unit: str
    annotators: int
    labels: int
    items: int


class PoolPair(Record):
    """How many items two pools labelled both."""

    first: str
    second: str
    shared_items: int


class PoolOverlap(Record):
    """Whether labels of the pools of one kind can be compared at all."""

    unit_kind: str
    pools: tuple[PoolSize, ...]
    pairs: tuple[PoolPair, ...]
    parts: int = Field(description="Parts that shared items do not link; 1 where all pools are linked.")
    fewest_shared: int = Field(description="Shared items that make a link.")
    anchor: Literal["items", "reference", "none"] = Field(
        description="items: pools are compared on the items they share; reference: each is held against reference labels; "
        "none: they are not compared."
    )
    left_out: int | None = Field(
        0,
        description="Labels whose pool is not recorded or has too few annotators; null where fewer than five gave them.",
    )


class PoolErrors(Record):
    """How often labels of one pool about one group are not what turned out."""

    unit_kind: str
    unit: str
    attribute: str
    group: str
    against: Literal["truth", "reference"] = Field(description="The truth column, or the reference labels.")
    false_positives: Estimate = Field(description="Share of positive labels on items that are not positive.")
    false_negatives: Estimate = Field(description="Share of other labels on items that are positive.")
    annotators: int
    labels: int
    n_items: int
