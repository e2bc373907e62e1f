"""A model card in the parts of M. Mitchell et al. (2019), Model Cards for Model Reporting, FAT* '19, 220-229."""

from __future__ import annotations

from collections.abc import Mapping

from biasaudit.report.comparisons import by_telling, is_crossed
from biasaudit.report.edition import Edition
from biasaudit.report.forms.origin import decisions_told, labelled_told, rows_of_data, source_told
from biasaudit.report.forms.rates_grid import rates_grid
from biasaudit.report.forms.sheet import Blanks, Block, Part, Sheet, Told, items
from biasaudit.report.messages import listed, message
from biasaudit.report.sections.first import limits
from biasaudit.report.sections.method import tolerance_told
from biasaudit.report.words import MEASURES, termed
from biasaudit.results import AuditResult
from biasaudit.results.sentences import count, name

#: Groups of an attribute in a table of the card.
MOST_GROUPS = 30


def model_card_of(edition: Edition, _roles: Mapping[str, str]) -> Sheet:
    """Fill a model card with what was measured, and leave room for what was not.

    Parameters
    ----------
    edition : Edition
        The result in a language.
    """
    result = edition.result
    return Sheet(
        title=message("Model card"),
        lead=(
            message(
                "What stands here was measured on one set of data. Whoever offers the model answers for the parts left open."
            ),
        ),
        parts=(
            _details(result),
            _use(result),
            _factors(result),
            _metrics(result),
            _data(result),
            *_analyses(result),
            _ethics(result),
            _caveats(result),
        ),
    )


def _details(result: AuditResult) -> Part:
    return Part(
        title=message("The model"),
        blocks=(
            *items(*decisions_told(result)),
            Blanks(
                asked=(
                    message("Who made the model, its version and date, its licence, and whom to ask about it"),
                    message("How it was trained, as far as nothing above says so"),
                )
            ),
        ),
    )


def _use(result: AuditResult) -> Part:
    audit = result.audit
    told = []
    if audit.question:
        told.append(
            Told(text=message("The audit asks: {question}", question=name(audit.question)), at="/audit/question")
        )
    if audit.decided_by:
        said = message("Decided by, as declared: {who}.", who=name(audit.decided_by))
        told.append(Told(text=said, at="/audit/decided_by"))
    return Part(
        title=message("Intended use"),
        blocks=(
            *items(*told),
            Blanks(
                asked=(
                    message("What the model is meant for, and who is meant to use it"),
                    message("What it must not be used for"),
                )
            ),
        ),
    )


def _factors(result: AuditResult) -> Part:
    told = []
    for at, facts in enumerate(result.data.attributes):
        if is_crossed(facts):
            continue
        said = message(
            "{attribute}: {n} groups, held against {group}.",
            attribute=name(facts.name),
            n=count(len(facts.groups)),
            group=name(facts.reference),
        )
        told.append(Told(text=said, at=f"/data/attributes/{at}"))
    return Part(
        title=message("Factors"),
        blocks=(
            *items(*told),
            Blanks(asked=(message("Groups and conditions that matter for this model and are not in the data"),)),
        ),
    )


def _metrics(result: AuditResult) -> Part:
    measures = list(dict.fromkeys(rate.measure for rate in result.rates))
    told = [Told(text=each, at="/audit") for each in tolerance_told(result.audit)]
    if measures:
        said = message(
            "Measured by group: {measures}.", measures=listed(*(termed(MEASURES, each) for each in measures))
        )
        told.insert(0, Told(text=said, at="/rates"))
    return Part(title=message("Metrics"), blocks=items(*told))


def _data(result: AuditResult) -> Part:
    blank = Blanks(asked=(message("Why these data, and how they were prepared before this audit read them"),))
    return Part(
        title=message("Data for training and evaluation"),
        blocks=(*items(*rows_of_data(result), *source_told(result)), blank),
    )


def _analyses(result: AuditResult) -> tuple[Part, ...]:
    grids = [grid for facts in by_telling(result) if (grid := rates_grid(result, facts, MOST_GROUPS)) is not None]
    blocks: tuple[Block, ...] = tuple(grids)
    return (Part(title=message("Quantitative analyses"), blocks=blocks),) if blocks else ()


def _ethics(result: AuditResult) -> Part:
    asked = (
        message("Whom decisions of the model can harm, how, and what they can do about it"),
        message("Under what conditions the people worked whose labels it learnt from"),
    )
    return Part(title=message("Ethical considerations"), blocks=(*items(*labelled_told(result)), Blanks(asked=asked)))


def _caveats(result: AuditResult) -> Part:
    told = [Told(text=limit) for limit in limits(result)]
    told += [
        Told(text=message("The audit rests on this: {text}", text=name(each.text)), at=f"/audit/assumptions/{at}")
        for at, each in enumerate(result.audit.assumptions)
    ]
    return Part(
        title=message("Caveats and recommendations"),
        blocks=(*items(*told), Blanks(asked=(message("What should be done before the model is used elsewhere"),))),
    )
