"""What a letter to one person is written from: records of their own data, which stand in no result."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from biasaudit.results.estimate import Record

#: What amounts of a letter are counted in: points of the form, hundredths of a probability, or the score itself.
Unit = Literal["points", "in_100", "score"]
#: A datum as it is shown: a number, a word, or nothing recorded.
Datum = float | str | None


class WeighedInput(Record):
    """One datum of a person, and what it added to their score."""

    column: str
    value: Datum = Field(description="The person's own; null where nothing is recorded.")
    usual: Datum = Field(None, description="The mean, or the most frequent level, of the people judged; else null.")
    digits: int = Field(0, ge=0, le=6, description="Decimals shown of a number.")
    is_flag: bool = Field(False, description="Whether the number is 1 for yes and 0 for no.")
    contribution: float = Field(description="What it added to the score, in the unit of the letter.")


class Changed(Record):
    """One datum, otherwise than it is."""

    column: str
    own: Datum
    other: Datum
    digits: int = Field(0, ge=0, le=6, description="Decimals shown of a number.")
    is_flag: bool = Field(False, description="Whether the number is 1 for yes and 0 for no.")


class Alternative(Record):
    """Changes within a person's reach that would have changed the decision; the model itself was asked."""

    changes: tuple[Changed, ...]
    score: float = Field(description="Score after the changes, in the unit of the letter.")


class Counterpart(Record):
    """What would have been decided of the same person, were they of another group and all else the same."""

    attribute: str
    own: str = Field(description="The person's group.")
    other: str = Field(description="The group they are changed to.")
    changes: tuple[Changed, ...]
    score: float = Field(description="Score after the change, in the unit of the letter.")
    selected: float = Field(ge=0, le=1, description="Decision after the change; between 0 and 1 the chance of a tie.")


class Scored(Record):
    """A person's score against the line, and what made it."""

    unit: Unit
    points_column: str | None = Field(None, description="Input whose unit defines a point; null in other units.")
    points_worth: float = Field(1, description="Points that one unit of it is worth.")
    score: float = Field(description="In the unit; in points, from the line.")
    line: float = Field(description="Where the line ran.")
    usual: float = Field(description="Mean of the people that the inputs are held against; in points, from the line.")
    compared: int = Field(description="How many people that is.")
    error: float = Field(0, ge=0, description="Standard error of the contributions, where they were sampled.")
    inputs: tuple[WeighedInput, ...] = Field((), description="Largest contribution first.")


class GroupOf(Record):
    """A group that a person belongs to."""

    attribute: str
    group: str


class Explanation(Record):
    """Everything that a letter about one decision says, and a result does not."""

    item: str
    selected: float = Field(ge=0, le=1, description="1 decided positive, 0 not; between them the chance of a tie.")
    given: Literal["scores", "decisions"] | None = Field(
        None, description="What was made elsewhere; null with a model."
    )
    given_score: float | None = Field(None, description="A score made elsewhere.")
    own_row: bool = Field(True, description="Whether the person is one of those whom the audit judged.")
    scored: Scored | None = Field(None, description="null where there is no model to ask.")
    alternatives: tuple[Alternative, ...] = ()
    corrections: tuple[Alternative, ...] = Field(
        (), description="Single records that nobody can change, and values at which the decision would have turned."
    )
    sought: bool = Field(False, description="Whether changes were sought: not where the decision favours the person.")
    at_once: int = Field(0, description="Most inputs that were changed together.")
    changeable: tuple[str, ...] = Field((), description="Inputs that were tried.")
    held: tuple[str, ...] = Field((), description="Inputs that nobody is asked to change.")
    reach_declared: bool = Field(False, description="Whether the audit says what is within a person's reach.")
    counterparts: tuple[Counterpart, ...] = ()
    groups: tuple[GroupOf, ...] = ()
    contact: str = ""
    authority: str = ""
