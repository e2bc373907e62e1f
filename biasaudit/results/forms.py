"""The records behind legal forms: what was declared for them, and groups held against the most selected one."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from biasaudit.results.estimate import Estimate, Record


class LocalLaw144(Record):
    """What an audit declares for the tables of New York City Local Law 144."""

    sex: str | None = None
    race: str | None = None
    rate: Literal["selection", "scoring"] = "selection"
    unknown: tuple[str, ...] = Field((), description="Groups that mean that the category is not known.")
    small_reason: str = Field("", description="Why categories under 2 % of the data are left out of the ratios.")
    distributed: str = Field("", description="Distribution date of the tool.")
    data_source: str = Field("", description="Source and explanation of the data.")


class DeclaredForms(Record):
    """What an audit declares for legal forms."""

    ll144: LocalLaw144 | None = None


class ImpactRatio(Record):
    """A group held against the most selected group of its attribute, as 29 CFR 1607.4(D) does."""

    attribute: str
    group: str
    reference: str = Field(description="The most selected group among those with 2 % of the people or more.")
    n_group: float
    n_reference: float
    share: float | None = Field(
        description="Of the people whose group is recorded, how many belong to this one; null where it is withheld."
    )
    ratio: Estimate = Field(description="Rate of the group divided by that of the most selected one.")
    p_value: float | None = Field(description="Fisher's exact test, two-sided, of this comparison alone.")
    p_two_more: float | None = Field(
        description="The same, had two more people of the group been selected and two fewer of the other."
    )
    shortfall: int | None = Field(
        description="How many more people of the group would have had to be selected for a ratio of four fifths."
    )
