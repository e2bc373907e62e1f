"""``[forms]``: what a legal form needs to be told, because no program may guess it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from biasaudit.spec.record import Record

Text = Annotated[str, StringConstraints(min_length=1)]


class LocalLaw144Spec(Record):
    """``[forms.ll144]``: which attributes the tables of New York Local Law 144 are about, and what must stand beside them."""

    sex: Text | None = Field(None, description="Protected column that holds sex.")
    race: Text | None = Field(None, description="Protected column that holds race or ethnicity.")
    rate: Literal["selection", "scoring"] = Field(
        "selection",
        description="'selection' for a tool that selects people or sorts them into classes, 'scoring' for one that gives scores.",
    )
    unknown: tuple[Text, ...] = Field(
        (), description="Groups that mean that the category is not known; missing cells always do."
    )
    small_reason: str = Field(
        "",
        description="The auditor's reason for leaving categories under 2 % of the data out of the impact ratios; "
        "without it none is left out.",
    )
    distributed: str = Field("", description="Distribution date of the tool, as the employer gives it.")
    data_source: str = Field("", description="Source and explanation of the data: historical or test data, and why.")


class FormsSpec(Record):
    """``[forms]``: the legal forms of a result."""

    ll144: LocalLaw144Spec | None = Field(None, description="Tables of New York City Local Law 144.")


def missing_cross(raw: Mapping[str, Any], crossings: Sequence[Sequence[str]]) -> str:
    """Say what ``[groups] intersections`` lacks for the third table of Local Law 144; nothing where it lacks none.

    Examples
    --------
    >>> forms = {"forms": {"ll144": {"sex": "sex", "race": "origin"}}}
    >>> missing_cross(forms, [["origin", "sex"]])
    ''
    >>> missing_cross(forms, [])
    "the third table crosses 'sex' and 'origin', which [groups] intersections does not"
    """
    forms = raw.get("forms")
    law = forms.get("ll144") if isinstance(forms, Mapping) else None
    roles = [law.get(role) for role in ("sex", "race")] if isinstance(law, Mapping) else []
    if (
        not roles
        or not all(isinstance(role, str) for role in roles)
        or any({*parts} == {*roles} for parts in crossings)
    ):
        return ""
    return f"the third table crosses {roles[0]!r} and {roles[1]!r}, which [groups] intersections does not"
