"""The grammar of ``provenance.toml``, version 1: how the labels of a log were made, and what nobody knows of it.

Every value may be left out, which says that nobody said it, or be named in ``not_known``, which says
that somebody asked and nobody knows. The two are different things, and a report keeps them apart.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from biasaudit.spec.annotations import AnnotationsSpec
from biasaudit.spec.record import Record

#: What a link of the contract chain does: who orders, who sells, who carries, who labels.
ROLES = ("client", "vendor", "subcontractor", "platform", "channel", "crowd", "staff")
#: Levels below which no chain was ever described; a level beyond it is taken for a mistake.
DEEPEST = 20
#: No chain was ever told with more links; more are taken for a mistake.
MOST_LINKS = 200
#: More digits than this are no number of labels, and stay a text.
_MOST_DIGITS = 9

Text = Annotated[str, StringConstraints(min_length=1)]
Role = Literal["client", "vendor", "subcontractor", "platform", "channel", "crowd", "staff"]
Contract = Literal[
    "employee", "temporary", "contractor", "service", "crowd", "volunteer", "unpaid", "captcha", "none", "other"
]
Share = Annotated[float, Field(ge=0, le=1)]

_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def _several(value: Any) -> Any:
    """Take one text for a list of one."""
    return (value,) if isinstance(value, str) else value


def _unit_values(value: Any) -> Any:
    """Take the value of a unit column, or several, as text, as a log is read."""
    if not isinstance(value, dict):
        return value
    return {
        key: tuple(_as_text(one) for one in (held if isinstance(held, (list, tuple)) else (held,)))
        for key, held in value.items()
    }


def _as_text(value: Any) -> Any:
    return f"{value:g}" if isinstance(value, float) else str(value) if isinstance(value, int) else value


def _year(value: Any) -> Any:
    """Take a bare year, which TOML reads as a number, for its text."""
    return f"{value:04d}" if isinstance(value, int) and not isinstance(value, bool) else value


def _day(value: str) -> str:
    found = _DAY.fullmatch(value)
    is_day = found is not None
    if found is not None:
        try:
            date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
        except ValueError:
            is_day = False
    if not is_day:
        raise ValueError(f"is {value!r}, which is no date; write 2021, 2021-11 or 2021-11-30")
    return value


def _digest(value: str) -> str:
    if not _SHA256.fullmatch(value.lower()):
        raise ValueError(f"is {value[:20]!r}, which is no sha256: 64 hexadecimal digits")
    return value.lower()


def _number_or_text(value: Any) -> Any:
    """Take digits for the number that they write."""
    return (
        int(value)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS
        else value
    )


Texts = Annotated[tuple[Text, ...], BeforeValidator(_several)]
Unit = Annotated[dict[Text, Annotated[tuple[Text, ...], Field(min_length=1)]], BeforeValidator(_unit_values)]
Day = Annotated[str, BeforeValidator(_year), AfterValidator(_day)]
Digest = Annotated[str, AfterValidator(_digest)]
Votes = Annotated[Annotated[int, Field(ge=1)] | Text, BeforeValidator(_number_or_text)]


class Part(Record):
    """What every table of a provenance says beside its own keys."""

    not_known: tuple[str, ...] = Field((), description="Keys of this table that were asked for and that nobody knows.")
    status: Literal["documented", "assumed"] | None = Field(
        None, description="Whether a source says so or somebody assumes it."
    )
    source: Text | None = Field(None, description="Where it is documented.")


class LabelsSpec(Part):
    """``[labels]``: what was labelled, what for, and when."""

    title: Text | None = Field(None, description="Name of the set of labels.")
    description: Text | None = Field(None, description="What the labels are, in a few sentences.")
    protocol: Text | None = Field(None, description="Who did what, how: the annotation protocol in words.")
    purpose_told: Text | None = Field(None, description="What the annotators were told the labels are for.")
    analysis: Texts = Field((), description="How released labels were made from single ones, in words.")
    began: Day | None = Field(None, description="First day of labelling: 2021, 2021-11 or 2021-11-30.")
    ended: Day | None = Field(None, description="Last day of labelling.")
    votes_per_item: Votes | None = Field(None, description="Labels an item was given: 3, or '11 to 29'.")
    licence: Text | None = Field(None, description="Licence of the labels.")
    citation: Text | None = Field(None, description="How the labels are cited.")
    url: Text | None = Field(None, description="Address of the labels.")
    version: Text | None = Field(None, description="Version of the labels.")
    published: Day | None = Field(None, description="Day of publication.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.began and self.ended and self.ended < self.began[: len(self.ended)]:
            raise ValueError("`ended` lies before `began`")
        return self


class LinkSpec(Part):
    """``[[link]]``: one link of the contract chain, from the client down to those who label."""

    id: Text | None = Field(None, description="Short name that `under` of another link may use.")
    name: Text | None = Field(None, description="Who it is: a firm, a platform, a crowd; a pseudonym will do.")
    role: Role | None = Field(None, description=f"What it does: {', '.join(ROLES)}.")
    country: Texts = Field((), description="Country, or countries, in which it works.")
    contract: Contract | None = Field(None, description="Contract under which it works for the link above it.")
    level: Annotated[int, Field(ge=1, le=DEEPEST)] | None = Field(
        None, description="1 for the client; one below the link before it by default."
    )
    under: Text | None = Field(None, description="Id or name of the link that it works for.")
    known_to_client: bool | None = Field(None, description="Whether the client knows of this link.")
    unit: Unit = Field(
        default_factory=dict, description="Labels that came through it: { vendor = 'Alpha' }, by a unit of the log."
    )


class RecruitmentSpec(Part):
    """``[recruitment]``: who was sought, and what they had to show and learn."""

    how: Text | None = Field(None, description="How annotators were found.")
    qualification: Text | None = Field(None, description="What they had to show before they could label.")
    demographics: Texts = Field((), description="Who they are, as far as it is recorded.")
    languages: Texts = Field((), description="Languages they work in.")
    countries: Texts = Field((), description="Countries they live in.")
    training_hours: Annotated[float, Field(ge=0)] | None = Field(
        None, description="Hours of training before labelling."
    )
    training_paid: bool | None = Field(None, description="Whether these hours are paid.")


class GuidelineSpec(Part):
    """``[[guideline]]``: one version of what annotators were told to do."""

    id: Text | None = Field(None, description="Short name.")
    version: Text | None = Field(None, description="Version.")
    language: Text | None = Field(None, description="Language in which annotators read it.")
    sha256: Digest | None = Field(None, description="Digest of the file.")
    unit: Unit = Field(default_factory=dict, description="Labels made under it: { guideline = 'v2' }; all by default.")


class PaySpec(Part):
    """``[[pay]]``: what labels are paid, and by what it is counted."""

    amount: Annotated[float, Field(ge=0)] | None = Field(None, description="Pay, in `currency`, for one `basis`.")
    currency: Text | None = Field(None, description="Currency.")
    basis: Literal["label", "task", "hour", "day", "month", "unpaid"] | None = Field(
        None, description="What the amount is paid for."
    )
    delay_days: Annotated[float, Field(ge=0)] | None = Field(None, description="Days until it is paid.")
    unit: Unit = Field(default_factory=dict, description="Labels paid so: { vendor = 'Alpha' }; all by default.")

    @property
    def is_known(self) -> bool:
        """Whether it says what a label, or an hour of labelling, brought."""
        return self.basis == "unpaid" or (self.amount is not None and self.basis is not None)


class RuleSpec(Part):
    """``[rule]``: how one label was made of several, and what became of the others."""

    name: (
        Literal[
            "majority", "supermajority", "dawid-skene", "mean", "any", "all", "mace", "glad", "skill-weighted", "jury"
        ]
        | None
    ) = Field(None, description="The rule, as in [annotations] rule.")
    in_words: Text | None = Field(None, description="The rule in words.")
    share: Annotated[float, Field(gt=0, le=1)] | None = Field(None, description="Share of labels that decides.")
    ties: Text | None = Field(None, description="What happens on a tie.")
    minority: Literal["kept", "reviewed", "discarded"] | None = Field(
        None, description="What becomes of labels that the rule overrules."
    )
    minority_paid: bool | None = Field(None, description="Whether labels that the rule overrules are paid.")
    arbiter: Text | None = Field(None, description="Who decides where annotators differ.")


class QualitySpec(Part):
    """``[quality]``: how work was checked."""

    gold_share: Share | None = Field(None, description="Share of items whose answer was known beforehand, 0 to 1.")
    rejection_rate: Share | None = Field(None, description="Share of labels rejected, 0 to 1.")
    rejected_paid: bool | None = Field(None, description="Whether rejected labels are paid.")
    checks: Texts = Field((), description="Other checks, in words.")


class FeedbackSpec(Part):
    """``[feedback]``: how annotators could answer back."""

    channel: Text | None = Field(
        None, description="How annotators report oddities or ask; 'none' where there is no way."
    )
    appeal: Text | None = Field(None, description="How they contest a rejection; 'none' where they cannot.")
    told_purpose: bool | None = Field(None, description="Whether they knew what their labels are for.")


class ConsentSpec(Part):
    """``[consent]``: on what ground data about people were used."""

    annotators: Text | None = Field(None, description="What annotators agreed to about data on themselves.")
    subjects: Text | None = Field(None, description="What the people who are judged agreed to.")
    basis: Text | None = Field(None, description="Legal ground for the use of personal data.")
    personal_data: Texts = Field((), description="Personal data that the labels or items hold.")
    ethics_review: Text | None = Field(None, description="Who reviewed the work.")


class ToolSpec(Part):
    """``[[tool]]``: a program that labelled, or proposed labels to people."""

    name: Text | None = Field(None, description="Name.")
    version: Text | None = Field(None, description="Version.")
    use: Text | None = Field(None, description="What it did: 'proposed a label that annotators could change'.")


class ColumnsSpec(Record):
    """``[columns]``: units or annotator attributes of the log that tell a link themselves."""

    country: Text | None = Field(None, description="Unit or attribute that holds the annotator's country.")
    guideline: Text | None = Field(None, description="Unit or attribute that holds the guideline's version.")


class ProvenanceSpec(Record):
    """A whole ``provenance.toml``, version 1."""

    schema_version: Literal[1] = Field(alias="schema", description="Version of this grammar.")
    not_known: tuple[str, ...] = Field((), description="Tables of this file that were asked for and that nobody knows.")
    labels: LabelsSpec = Field(default_factory=LabelsSpec)
    link: Annotated[tuple[LinkSpec, ...], Field(max_length=MOST_LINKS)] = ()
    recruitment: RecruitmentSpec = Field(default_factory=RecruitmentSpec)
    guideline: tuple[GuidelineSpec, ...] = ()
    pay: tuple[PaySpec, ...] = ()
    rule: RuleSpec = Field(default_factory=RuleSpec)
    quality: QualitySpec = Field(default_factory=QualitySpec)
    feedback: FeedbackSpec = Field(default_factory=FeedbackSpec)
    consent: ConsentSpec = Field(default_factory=ConsentSpec)
    tool: tuple[ToolSpec, ...] = ()
    columns: ColumnsSpec = Field(default_factory=ColumnsSpec)


def minority_is_paid(declared: AnnotationsSpec, provenance: ProvenanceSpec | None) -> bool | None:
    """Tell whether labels that the rule overrules are paid: as the audit says, else as the provenance says.

    Parameters
    ----------
    declared : AnnotationsSpec
        ``[annotations]`` of the audit, which wins.
    provenance : ProvenanceSpec or None
        How the labels were made, where that is declared.

    Returns
    -------
    bool or None
        None where neither says it.

    Examples
    --------
    >>> minority_is_paid(AnnotationsSpec(), ProvenanceSpec(schema=1, rule=RuleSpec(minority_paid=False)))
    False
    """
    if declared.minority_paid is not None or provenance is None:
        return declared.minority_paid
    return provenance.rule.minority_paid
