"""The tables of New York City Local Law 144 of 2021: 6 RCNY 5-300 to 5-304."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from biasaudit.errors import ResultError
from biasaudit.report.comparisons import is_crossed
from biasaudit.report.edition import Edition
from biasaudit.report.forms.origin import (
    FRACTIONS,
    WITHHELD,
    decisions_told,
    is_fraction,
    selected_cell,
    source_told,
)
from biasaudit.report.forms.sheet import Blanks, Block, Cell, Grid, Part, Sheet, Told, items
from biasaudit.report.messages import Message, counted, message, people_counted
from biasaudit.results import FEWEST_PEOPLE, NOT_RECORDED, AttributeFacts, AuditResult, LocalLaw144
from biasaudit.results.sentences import count, in_100, name, number

#: Share of the data under which an auditor may leave a category out of the impact ratios: 6 RCNY 5-301.
SMALL = 0.02

_WHOLE = {
    "sex": message("Sex categories"),
    "race": message("Race and ethnicity categories"),
    "both": message("Intersections of sex, race and ethnicity"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Category:
    """One category of a table.

    Attributes
    ----------
    group : str
        Its name in the data.
    n : float
        People assessed.
    n_selected : float or None
        How many of them were selected; None where it is withheld.
    rate : float or None
        Selection or scoring rate, 0 to 1; None where it is withheld or undefined.
    share : float
        Of the people whose category is known.
    """

    group: str
    n: float
    n_selected: float | None
    rate: float | None
    share: float


def ll144_of(edition: Edition, roles: Mapping[str, str]) -> Sheet:
    """Fill the tables of Local Law 144.

    Parameters
    ----------
    edition : Edition
        The result in a language.
    roles : mapping
        Attributes that are ``sex`` and ``race``; those that the audit declares by default.

    Raises
    ------
    ResultError
        Where no attribute is declared to be sex or race, one of them is not in the result, or being selected harms.
    """
    result = edition.result
    declared = _declared(result, roles)
    tables = _tables(result, declared)
    titles = {
        "selection": message("New York City Local Law 144: selection rates and impact ratios"),
        "scoring": message("New York City Local Law 144: scoring rates and impact ratios"),
    }
    return Sheet(
        title=titles[declared.rate],
        lead=_lead(declared),
        parts=(
            *(Part(title=_WHOLE[role], blocks=_blocks(result, declared, facts)) for role, facts in tables.items()),
            _stated(result, declared),
        ),
    )


def _declared(result: AuditResult, roles: Mapping[str, str]) -> LocalLaw144:
    declared = (result.audit.forms.ll144 or LocalLaw144()).model_copy(update=dict(roles))
    if declared.sex is None and declared.race is None:
        raise ResultError(
            "The tables of Local Law 144 need to be told which attribute is sex and which is race or ethnicity: "
            'declare [forms.ll144] sex = "…" and race = "…" in audit.toml, or give --role sex=… --role race=…. '
            f"This result has: {_attributes(result)}."
        )
    if declared.sex == declared.race:
        raise ResultError(
            f"The tables of Local Law 144 need two attributes, and {declared.sex!r} is declared as sex and as race. "
            f"This result has: {_attributes(result)}."
        )
    if result.audit.positive_is == "unfavourable":
        raise ResultError(
            "The tables of Local Law 144 are about being selected, and the positive decision of this audit counts "
            'against a person (positive_is = "unfavourable").'
        )
    return declared


def _attributes(result: AuditResult) -> str:
    return ", ".join(repr(facts.name) for facts in result.data.attributes if not is_crossed(facts)) or "no attribute"


def _tables(result: AuditResult, declared: LocalLaw144) -> dict[str, AttributeFacts]:
    """Find the attributes of the three tables, as far as they are declared and measured."""
    found: dict[str, AttributeFacts] = {}
    by_columns = {frozenset(facts.columns): facts for facts in result.data.attributes}
    roles = {role: column for role, column in (("sex", declared.sex), ("race", declared.race)) if column is not None}
    for role, column in roles.items():
        facts = by_columns.get(frozenset({column}))
        if facts is None:
            raise ResultError(
                f"No attribute {column!r} is in this result, so it cannot be {role}. There are: {_attributes(result)}."
            )
        found[role] = facts
    both = by_columns.get(frozenset(roles.values()))
    if both is not None and is_crossed(both):
        found["both"] = both
    return found


def _lead(declared: LocalLaw144) -> tuple[Message, ...]:
    rate = {
        "selection": message(
            "The selection rate of a category is the share of the people assessed in it who were selected. Its impact ratio is this rate divided by the highest rate of a category in the same table."
        ),
        "scoring": message(
            "The scoring rate of a category is the share of the people in it whose score lies above the median of everybody. Its impact ratio is this rate divided by the highest rate of a category in the same table."
        ),
    }
    return (
        rate[declared.rate],
        message(
            "Neither Local Law 144 nor its rules (6 RCNY § 5-300 and following) name a value that an impact ratio must reach."
        ),
    )


def _blocks(result: AuditResult, declared: LocalLaw144, facts: AttributeFacts) -> tuple[Block, ...]:
    categories, unknown = _categories(result, declared, facts)
    leading = _leading(categories, declared)
    heads = [message("Category"), message("People assessed")]
    heads += [message("Selected")] if declared.rate == "selection" else []
    heads += [message("Selection rate, in %") if declared.rate == "selection" else message("Scoring rate, in %")]
    heads += [message("Impact ratio"), message("Remark")]
    grid = Grid(
        caption=message("By {attribute}", attribute=name(facts.name)),
        heads=tuple(heads),
        rows=tuple(_row(category, leading, declared) for category in categories),
        words=1,
    )
    told = counted(
        unknown,
        "{n} person assessed has no known category and is not in this table.",
        "{n} people assessed have no known category and are not in this table.",
        n=people_counted(unknown) if unknown else count(0),
    )
    return (
        grid,
        *items(
            Told(text=told, at=f"/data/attributes/{result.data.attributes.index(facts)}"),
            *_remarks(result, declared, categories),
        ),
    )


def _categories(
    result: AuditResult, declared: LocalLaw144, facts: AttributeFacts
) -> tuple[tuple[Category, ...], float]:
    """Give the categories of a table, and how many people have none."""
    unknown = {NOT_RECORDED, *declared.unknown}
    rates = _rates(result, declared, facts)
    known = [size for size in facts.groups if not unknown & set(_parts(size.group, facts))]
    people = sum(size.n for size in known)
    categories = tuple(
        Category(
            group=size.group,
            n=size.n,
            n_selected=None if size.n < FEWEST_PEOPLE else size.n_selected,
            rate=None if size.n < FEWEST_PEOPLE else rates.get(size.group),
            share=size.n / people if people else 0.0,
        )
        for size in known
    )
    return categories, sum(size.n for size in facts.groups) - people


def _parts(group: str, facts: AttributeFacts) -> list[str]:
    return group.split(" x ") if is_crossed(facts) else [group]


def _rates(result: AuditResult, declared: LocalLaw144, facts: AttributeFacts) -> dict[str, float | None]:
    if declared.rate == "scoring":
        return {
            each.group: each.estimate.value
            for each in result.group_values
            if (each.attribute, each.measure) == (facts.name, "scoring_rate")
        }
    return {
        each.group: each.estimate.value
        for each in result.rates
        if (each.attribute, each.measure, each.stage) == (facts.name, "selection_rate", "decision")
    }


def _is_left_out(category: Category, declared: LocalLaw144) -> bool:
    return bool(declared.small_reason) and category.share < SMALL


def _leading(categories: tuple[Category, ...], declared: LocalLaw144) -> float | None:
    """Give the highest rate of a category that takes part in the impact ratios."""
    rates = [each.rate for each in categories if each.rate is not None and not _is_left_out(each, declared)]
    return max(rates, default=None)


def _row(category: Category, leading: float | None, declared: LocalLaw144) -> tuple[Cell, ...]:
    chosen = selected_cell(category.n_selected)
    ratio = None
    if category.rate is not None and leading and not _is_left_out(category, declared):
        ratio = category.rate / leading
    return (
        name(category.group),
        people_counted(category.n),
        *((chosen,) if declared.rate == "selection" else ()),
        None if category.rate is None else in_100(category.rate, 1),
        None if ratio is None else number(ratio, 2),
        _remark(category, leading, declared),
    )


def _remark(category: Category, leading: float | None, declared: LocalLaw144) -> Message | None:
    if category.n < FEWEST_PEOPLE:
        return WITHHELD
    if category.rate is None:
        return message("not measured")
    if not leading:
        return message("no ratio: nobody was selected")
    if _is_left_out(category, declared):
        return message("under 2 % of the data, left out of the ratios")
    return message("under 2 % of the data") if category.share < SMALL else None


def _remarks(result: AuditResult, declared: LocalLaw144, categories: tuple[Category, ...]) -> tuple[Told, ...]:
    said = []
    if any(category.n < FEWEST_PEOPLE for category in categories):
        said.append(
            message(
                "Nothing is shown on categories of fewer than {n} people, and none of them is taken for the highest rate.",
                n=count(FEWEST_PEOPLE),
            )
        )
    if any(_is_left_out(category, declared) for category in categories):
        said.append(
            message(
                "The auditor's reason for leaving out categories under 2 % of the data: {reason}",
                reason=name(declared.small_reason),
            )
        )
    if declared.rate == "selection" and any(is_fraction(category.n_selected) for category in categories):
        said.append(FRACTIONS)
    if result.data.weighted:
        said.append(message("Rates are weighted; numbers of people are not."))
    return tuple(Told(text=each) for each in said)


def _stated(result: AuditResult, declared: LocalLaw144) -> Part:
    """Say what the rules want beside the tables, as far as it is known, and leave room for the rest."""
    filled = []
    if declared.sex:
        filled.append(Told(text=message("Declared as sex: {attribute}", attribute=name(declared.sex))))
    if declared.race:
        said = message("Declared as race or ethnicity: {attribute}", attribute=name(declared.race))
        filled.append(Told(text=said))
    filled += [*decisions_told(result), *source_told(result)]
    blanks = [message("Who the independent auditor is, and what makes them independent")]
    for text, label, asked in (
        (
            declared.data_source,
            message("Source and explanation of the data, as declared: {text}", text=name(declared.data_source)),
            message("Source and explanation of the data: historical or test data, and why"),
        ),
        (
            declared.distributed,
            message("Distribution date of the tool, as declared: {text}", text=name(declared.distributed)),
            message("Distribution date of the tool"),
        ),
    ):
        if text:
            filled.append(Told(text=label))
        else:
            blanks.append(asked)
    if not (declared.sex and declared.race):
        blanks.append(message("The tables that are missing here: sex, or race and ethnicity, was not declared"))
    blanks.append(message("Whether the categories of the data are those that the rules name (EEO-1, Component 1)"))
    return Part(
        title=message("What stands beside the tables"),
        blocks=(*items(*filled), Blanks(asked=tuple(blanks))),
    )
