"""The records of rules: what another rule would have made of the labels, and whom the declared one overrules."""

from __future__ import annotations

from pydantic import Field

from biasaudit.results.estimate import Estimate, Record


class RuleEffect(Record):
    """What one rule makes of the labels, for one group against its reference."""

    rule: str
    share: float | None = Field(None, description="Share of positive labels that a supermajority needs.")
    is_declared: bool = Field(False, description="Whether it is the rule that made the outcome.")
    tie_rule: str = Field("", description="What the rule does with ties.")
    note: str = Field("", description="What the rule could not do as stated, such as an incomplete jury.")
    attribute: str
    group: str
    reference: str
    label_gap: Estimate = Field(description="Rate of positive agreed labels, group minus reference.")
    label_change: Estimate | None = Field(
        None, description="label_gap minus that of the declared rule, on the same resamples; null for that rule itself."
    )
    label_p_adjusted: float | None = Field(None, description="Of label_change; over all rules and groups.")
    model_gap: Estimate = Field(description="Selection-rate gap of the model trained again on these labels.")
    model_change: Estimate | None = Field(None, description="model_gap minus that of the declared rule.")
    model_p_adjusted: float | None = Field(None, description="Of model_change; over all rules and groups.")
    fpr_gap: Estimate | None = Field(
        None, description="Share of the truly negative whom the agreed label calls positive, group minus reference."
    )
    fnr_gap: Estimate | None = Field(
        None, description="Share of the truly positive whom the agreed label calls negative, group minus reference."
    )
    accuracy: Estimate | None = Field(
        None, description="Share of all items with a known truth whose agreed label is that truth."
    )
    items_changed: float = Field(
        description="Items whose label is another than under the declared rule; half for a tie, the chance for a jury."
    )
    items: int = Field(description="Items with labels.")
    n_group: int = Field(description="Of them, items of the group.")
    n_reference: int = Field(description="And of the reference.")


class Dissent(Record):
    """Whom the declared rule overrules: the annotators of one value."""

    annotator_attribute: str = Field(description="Annotator attribute or kind of unit.")
    value: str
    is_unit: bool = Field(False, description="Whether it is a declared kind of unit.")
    overruled: Estimate = Field(
        description="Share of labels that differ from what the declared rule makes of the other labels of their items."
    )
    against_others: Estimate | None = Field(
        None, description="overruled minus the same share of all other annotators; null where there are too few others."
    )
    p_adjusted: float | None = Field(
        None, description="Of against_others; all values of all attributes are one family."
    )
    overruled_right: Estimate = Field(description="Share of the overruled labels that are the known truth.")
    survives: Estimate = Field(
        description="Share of the items that the majority of these annotators calls positive which stay positive "
        "under the declared rule."
    )
    own_positive: int = Field(0, description="Items that the majority of these annotators calls positive.")
    pay_lost: float | None = Field(None, description="Pay of the overruled labels, where those are not paid.")
    pay_lost_share: float | None = Field(None, description="The same as a share of all pay of these annotators.")
    currency: str | None = None
    annotators: int
    labels: int = Field(description="Labels on items that others have labelled too, the others not tied.")
