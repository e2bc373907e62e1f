"""The four-fifths sheet of 29 CFR 1607.4(D), the Uniform Guidelines on Employee Selection Procedures."""

from __future__ import annotations

from collections.abc import Mapping

from biasaudit.errors import ResultError
from biasaudit.report.comparisons import is_crossed
from biasaudit.report.edition import Edition
from biasaudit.report.forms.origin import FRACTIONS, WITHHELD, decisions_told, is_fraction, rows_of_data, selected_cell
from biasaudit.report.forms.sheet import Blanks, Block, Cell, Grid, Measured, Part, Sheet, Told, items
from biasaudit.report.messages import Message, message, people_counted
from biasaudit.results import FEWEST_PEOPLE, AttributeFacts, AuditResult, ImpactRatio
from biasaudit.results.sentences import count, in_100, name, p_value

#: The ratio of 29 CFR 1607.4(D).
FOUR_FIFTHS = 0.8
#: Share of the people under which a group need not be compared: 29 CFR 1607.15(A)(2).
SMALL = 0.02

_HEADS = (
    message("Group"),
    message("People"),
    message("Selected"),
    message("Rate, in %"),
    message("Ratio to the highest rate"),
    message("Exact test, p"),
    message("Exact test with two more selected, p"),
    message("Selections short of four fifths"),
    message("Against four fifths"),
)


def four_fifths_of(edition: Edition, _roles: Mapping[str, str]) -> Sheet:
    """Fill the four-fifths sheet.

    Parameters
    ----------
    edition : Edition
        The result in a language.

    Raises
    ------
    ResultError
        Where no group was held against the most selected one.
    """
    result = edition.result
    if not result.impact_ratios:
        step = next((step for step in result.steps if step.name == "impact ratios"), None)
        why = step.reason if step and step.reason else "the result was made by a version that did not compare them"
        raise ResultError(f"This result holds no comparison with the most selected group: {why}.")
    measured = [facts for facts in result.data.attributes if _of(result, facts)]
    parts = [
        Part(title=message("By {attribute}", attribute=name(facts.name)), blocks=_blocks(result, facts))
        for facts in measured
    ]
    return Sheet(
        title=message("Four-fifths sheet (29 CFR § 1607.4(D))"),
        lead=(
            message(
                "The Uniform Guidelines on Employee Selection Procedures compare each group with the most selected one: a rate under four fifths of the highest is generally regarded by the federal enforcement agencies as evidence of adverse impact."
            ),
            message(
                "Smaller differences may count where they are significant both statistically and in practice; larger ones may not where they rest on small numbers."
            ),
        ),
        parts=(*parts, _cautions(result)),
    )


def _of(result: AuditResult, facts: AttributeFacts) -> list[tuple[int, ImpactRatio]]:
    return [(at, each) for at, each in enumerate(result.impact_ratios) if each.attribute == facts.name]


def _blocks(result: AuditResult, facts: AttributeFacts) -> tuple[Block, ...]:
    held = _of(result, facts)
    reference = held[0][1].reference
    rates = {
        each.group: each.estimate.value
        for each in result.rates
        if (each.attribute, each.measure, each.stage) == (facts.name, "selection_rate", "decision")
    }
    selected = {size.group: size.n_selected for size in facts.groups}
    first: tuple[Cell, ...] = (None, None, None, None, message("highest rate"))
    rows = [(*_counts(reference, held[0][1].n_reference, selected, rates), *first)]
    rows += [(*_counts(each.group, each.n_group, selected, rates), *_compared(each)) for _, each in held]
    told = message(
        "Each group is compared with {group}, the most selected one among those with 2 % of the people or more.",
        group=name(reference),
    )
    grid = Grid(caption=message("Against {group}", group=name(reference)), heads=_HEADS, rows=tuple(rows), words=1)
    return (*items(Told(text=told, at=f"/impact_ratios/{held[0][0]}")), grid)


def _counts(
    group: str, n: float, selected: Mapping[str, float | None], rates: Mapping[str, float | None]
) -> tuple[Cell, ...]:
    is_small = n < FEWEST_PEOPLE
    chosen, rate = (None, None) if is_small else (selected.get(group), rates.get(group))
    return (
        name(group),
        people_counted(n),
        selected_cell(chosen),
        None if rate is None else in_100(rate, 1),
    )


def _compared(each: ImpactRatio) -> tuple[Cell, ...]:
    return (
        Measured(estimate=each.ratio, scale=1, digits=2),
        None if each.p_value is None else p_value(each.p_value),
        None if each.p_two_more is None else p_value(each.p_two_more),
        None if each.shortfall is None else count(each.shortfall),
        _side(each),
    )


def _side(each: ImpactRatio) -> Message:
    """Say on which side of four fifths a ratio lies: arithmetic, not a judgement."""
    if each.n_group < FEWEST_PEOPLE:
        return WITHHELD
    if each.ratio.value is None:
        return message("not defined")
    if each.share is not None and each.share < SMALL:
        return message("under 2 % of the people: need not be compared")
    return message("below") if each.ratio.value < FOUR_FIFTHS else message("not below")


def _cautions(result: AuditResult) -> Part:
    said = [
        message(
            "The sheet is arithmetic on this result. Whether there is adverse impact, and whether a selection procedure is justified, are questions of law that it does not answer."
        ),
        message(
            "A ratio on one side of four fifths may lie on the other by chance: its interval says how far. With few people a ratio under four fifths is common where nothing differs."
        ),
        message(
            "Each p-value (Fisher's exact test, two-sided) is that of its own comparison and is not adjusted: where twenty groups do not differ, one of them is expected under 0.05."
        ),
        message(
            "The column beside it asks how much hangs on single people: it tests again with two more of the group selected and two fewer of the other."
        ),
    ]
    if any(not is_crossed(facts) for facts in result.data.attributes):
        said.append(
            message(
                "The Guidelines are about race, sex and ethnic group. Every attribute of this audit is shown here; which of them are meant, a person must say."
            )
        )
    if any(is_fraction(size.n_selected) for facts in result.data.attributes for size in facts.groups):
        said.append(FRACTIONS)
    told = [Told(text=each) for each in said]
    return Part(
        title=message("How far this sheet reaches"),
        blocks=(
            *items(*told, *decisions_told(result), *rows_of_data(result)),
            Blanks(
                asked=(
                    message("Which job, which step of selection, and which period the sheet is about"),
                    message(
                        "Whether the procedure was validated (29 CFR § 1607.5), and what alternatives were considered"
                    ),
                )
            ),
        ),
    )
