"""The records of re-labelling: whose labels weigh on a gap, what new ones are expected to do, and what they did."""

from __future__ import annotations

from pydantic import Field

from biasaudit.results.estimate import Estimate, Record


class Influence(Record):
    """How much of the movement that new labels would bring comes with the answers of one source.

    To first order: an answer's weight in the agreed label, times the pull of that label on the gap,
    times how far a new label is expected to differ from the answer.
    """

    attribute: str
    group: str
    reference: str
    unit_kind: str
    unit: str
    labels: int = Field(description="Answers of the unit that train the model.")
    label_share: float = Field(description="Their share of all answers that train the model.")
    moves: float | None = Field(description="Gap after minus gap before, were these answers given anew; null if none.")
    share: float | None = Field(description="Size of that movement, as a share of the sizes of all units' movements.")


class Relabel(Record):
    """The gap expected after so many items are labelled again.

    One list of items serves every comparison: those whose labels weigh most on all gaps together
    and are most likely to come out differently, whichever way that moves a gap.
    """

    attribute: str
    group: str
    reference: str
    items: int = Field(description="Items labelled again, those whose labels matter most first.")
    of_items: int = Field(description="Items that could be labelled again: those with labels that train the model.")
    cost: float | None = Field(None, description="Items times the declared cost of a new label; null if not declared.")
    currency: str | None = None
    new_labels: str = Field(description="What new labels are expected to agree with: gold, a unit's name, or peers.")
    changed: float = Field(description="Items among them whose label is expected to come out differently.")
    gap_before: Estimate = Field(description="The gap with the labels as they are.")
    gap_after: Estimate = Field(description="The gap after, with the labels expected.")
    change: Estimate = Field(description="Gap after minus gap before, paired on the same people.")
    p_value: float | None = Field(description="Of no change.")
    p_adjusted: float | None = Field(description="The same, adjusted for all steps and comparisons.")
    first_order: float | None = Field(description="What the screen alone foretells for the gap after.")
    random_gap_after: Estimate = Field(
        description="Mean gap after over as many items in random order; the ends hold 95 % of such orders."
    )
    verified: bool = Field(description="Whether gap_after comes from training the model itself again.")
    stands_in: bool = Field(description="Whether items were ranked with a model that stands in for the audited one.")
    in_file: bool = Field(False, description="Whether the file of items for the labelling tool holds this many.")


class Relabelled(Record):
    """What labels that were given anew did to one gap."""

    attribute: str
    group: str
    reference: str
    n_items: int = Field(description="Items that train the model and were labelled again.")
    n_judged_items: int = Field(0, description="Judged items that were labelled again; they move no selection rate.")
    share_changed: float | None = Field(description="Share of the re-labelled training items with another label.")
    before: Estimate = Field(description="The gap of the model trained on the first labels.")
    after: Estimate = Field(description="The gap of the model trained on the new labels.")
    change: Estimate = Field(description="After minus before, paired on the same people.")
