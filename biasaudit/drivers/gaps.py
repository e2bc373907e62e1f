"""What each input adds to the score gap of a group: Shapley values, averaged by group.

The mean contribution of a column in a group minus that in its reference (Begley, Schwedes, Frye & Feige,
Explainability for fair machine learning, 2020): since contributions add up to the score of each row, their differences
add up to the gap.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from biasaudit.data.table import FloatArray, Table
from biasaudit.drivers.explaining import BACKGROUNDS, explain_rows, sampling_error
from biasaudit.drivers.intervals import welch_half_width
from biasaudit.drivers.means import GroupMeans
from biasaudit.drivers.players import players_of
from biasaudit.drivers.refits import REFITS, Scale, fit_variances
from biasaudit.drivers.shapley import Line
from biasaudit.errors import NotApplicableError
from biasaudit.models import Decisions, Model, line_of
from biasaudit.results import AttributeFacts, Driver, DriverTotal, estimated

#: Contributions below this are none: the same numbers were added up in another order.
ROUNDING = 1e-15


def explain_gaps(
    model: Model,
    judged_table: Table,
    facts: tuple[AttributeFacts, ...],
    *,
    seed: int,
    level: float = 0.95,
    scores: FloatArray | None = None,
    decisions: Decisions | None = None,
    feature_groups: Mapping[str, tuple[str, ...]] | None = None,
    minimum_size: int = 1,
) -> tuple[tuple[Driver, ...], tuple[DriverTotal, ...]]:
    """Share out the gap of every group over the columns that the model reads, on one scale or on two.

    On the scale of decisions the value of a person is their decision, 0 or 1, at the line that was drawn; what the
    columns add to the gap in selection rates then adds up to that gap. The line is held where it is: a quota would move
    it if everybody changed.

    Parameters
    ----------
    model : Model
        Trained or loaded.
    judged_table : Table
        Only the rows on which gaps are measured.
    facts : tuple of AttributeFacts
        Attributes and intersections with their groups and references.
    seed : int
        Seed of background, sample and permutations.
    level : float
        Level of the intervals. They cover the spread between people, what the sample leaves open, the choice of
        background rows and, for a model trained here, that of training rows; another model is taken as it is.
    scores : array of float, shape (n,), optional
        What the model says of the judged rows, where that is known already.
    decisions : Decisions, optional
        What the model decided on the judged rows; without it scores alone are explained.
    feature_groups : mapping of str to tuple of str, optional
        Name and columns of each group of inputs that is explained as one: its columns enter together (Jullum, Redelmeier
        & Aas, groupShapley, 2021).
    minimum_size : int
        Smaller groups are not judged, and not explained either.

    Returns
    -------
    drivers : tuple of Driver
        One a group, input and scale: scores (a probability for classifiers), then decisions.
    totals : tuple of DriverTotal
        One a group and scale: the gap of all judged rows, and the sum of the contributions, equal to 1e-6.

    Raises
    ------
    NotApplicableError
        Where there is no model to ask.
    DataError
        Where a group of features names what is no input of the model.
    """
    if model.score is None:
        given = "scores" if model.kind == "scores" else "decisions"
        raise NotApplicableError(
            f"This audit was given {given} made elsewhere. Without the model itself, nothing can be said about which "
            "inputs drive the gap."
        )
    facts = tuple(_large_enough(fact, minimum_size) for fact in facts)
    players = players_of(model.features, feature_groups)
    scores = model.score(judged_table.frame) if scores is None else scores
    lines: dict[Scale, Line | None] = {"score": None}
    if decisions is not None and decisions.cutoff_score is not None:
        lines["decision"] = line_of(scores, decisions)
    explained = explain_rows(model, judged_table, facts, lines, scores, players=players, seed=seed)
    fits = fit_variances(model, judged_table, facts, explained.sample, decisions, players=players, seed=seed)
    drivers: list[Driver] = []
    totals: list[DriverTotal] = []
    for scale in lines:
        for fact in facts:
            if (fact.name, fact.reference) not in explained.wholes[scale]:
                continue
            reference = explained.means(judged_table, scale, fact.name, fact.reference)
            for size in fact.groups:
                if size.group == fact.reference or (fact.name, size.group) not in explained.wholes[scale]:
                    continue
                some, total = _one_gap(
                    fact,
                    size.group,
                    explained.means(judged_table, scale, fact.name, size.group),
                    reference,
                    names=players.names,
                    level=level,
                    scale=scale,
                    method=explained.methods[scale],
                    fit=fits.get((fact.name, size.group, scale)),
                )
                drivers.extend(some)
                totals.append(total)
    return tuple(drivers), tuple(totals)


def _large_enough(fact: AttributeFacts, minimum_size: int) -> AttributeFacts:
    return fact.model_copy(update={"groups": tuple(size for size in fact.groups if size.n >= minimum_size)})


def _one_gap(
    fact: AttributeFacts,
    group: str,
    means: GroupMeans,
    reference: GroupMeans,
    *,
    names: tuple[str, ...],
    level: float,
    scale: Scale,
    method: str,
    fit: tuple[FloatArray, float] | None,
) -> tuple[list[Driver], DriverTotal]:
    """Write down the contributions of one group against its reference."""
    own, others = means.whole, reference.whole
    total = float(own.means[0] - others.means[0])
    by_fit, of_fit = (np.zeros(len(names)), 0.0) if fit is None else fit
    variances = (own.variance, others.variance, of_fit)
    is_clear = abs(total) > welch_half_width(variances, (own.rows - 1, others.rows - 1, REFITS - 1), level)
    by_background = means.contributions - reference.contributions
    by_background = np.where(np.abs(by_background) < ROUNDING, 0.0, by_background)
    parts = by_background.mean(axis=0)
    of_background = by_background.var(axis=0, ddof=1) / BACKGROUNDS
    between = (means.between_people + means.left_open, reference.between_people + reference.left_open)
    freedoms = (max(means.explained - 1, 1), max(reference.explained - 1, 1), BACKGROUNDS - 1, REFITS - 1)
    how = f"model refitted {REFITS} times" if fit is not None else "model as it is"
    drivers = []
    for place, feature in enumerate(names):
        sources = np.array([between[0][place], between[1][place], of_background[place], by_fit[place]])
        half = welch_half_width(sources.tolist(), freedoms, level)
        value = float(parts[place])
        drivers.append(
            Driver(
                attribute=fact.name,
                group=group,
                reference=fact.reference,
                scale=scale,
                feature=feature,
                contribution=estimated(
                    value,
                    value - half,
                    value + half,
                    method=f"Shapley, difference of group means, Welch, {how}",
                    level=level,
                ),
                share=value / total if is_clear else None,
                spread=float(np.ptp(by_background[:, place])),
            )
        )
    explained, everyone = means.explained + reference.explained, own.rows + others.rows
    rows = "all rows" if explained == everyone else f"{explained} of {everyone} rows, calibrated on score and inputs"
    how = f"{method} (Lundberg & Lee 2017), {BACKGROUNDS} backgrounds; group mean minus reference mean; {rows}"
    return drivers, DriverTotal(
        attribute=fact.name,
        group=group,
        reference=fact.reference,
        scale=scale,
        total=total,
        sum_of_contributions=float(parts.sum()),
        rows_explained=explained,
        sampling_error=sampling_error(means, reference),
        method=how,
    )
