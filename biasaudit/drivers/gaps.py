"""What each input adds to the score gap of a group: Shapley values, averaged by group.

The mean contribution of a column in a group minus that in its reference (Begley, Schwedes, Frye & Feige,
Explainability for fair machine learning, 2020): since contributions add up to the score of each row, their differences
add up to the gap.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from biasaudit.data.table import FloatArray, Table
from biasaudit.drivers.intervals import weighted_mean, welch_half_width
from biasaudit.drivers.refits import REFITS, FitVariances, Scale, fit_variances
from biasaudit.drivers.sampling import Sample, backgrounds, calibrate, draw
from biasaudit.drivers.shapley import Line, evaluations_a_row, method_for, shapley_values
from biasaudit.errors import NotApplicableError
from biasaudit.models import Decisions, Model, code_rows, is_numeric, line_of
from biasaudit.results import AttributeFacts, Driver, DriverTotal, estimated

#: Backgrounds that every row is explained against: their differences show how far the choice of one matters.
BACKGROUNDS = 5
#: Rows of each, for a sum of looked-up effects and for any other model.
BACKGROUND_ROWS_ADDITIVE = 40
BACKGROUND_ROWS = 20
#: Rows explained at most, likewise: a few seconds of work.
MOST_ROWS_ADDITIVE = 1000
MOST_ROWS = 300
#: Scores computed at most, likewise: wide tables are explained on fewer rows.
MOST_SCORES_ADDITIVE = 60_000_000
MOST_SCORES = 3_000_000
#: A mean of one row has no interval.
_LEAST_ROWS = 2


@dataclass(frozen=True, kw_only=True)
class _GroupMeans:
    """Mean score and mean contributions of one group: by background, shape (backgrounds, p), and their variances."""

    score: float
    score_variance: float
    contributions: FloatArray
    variances: FloatArray
    rows: int
    explained: int


def explain_gaps(
    model: Model,
    judged_table: Table,
    facts: tuple[AttributeFacts, ...],
    *,
    seed: int,
    level: float = 0.95,
    decisions: Decisions | None = None,
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

    decisions : Decisions, optional
        What the model decided on the judged rows; without it scores alone are explained.

    Returns
    -------
    drivers : tuple of Driver
        One a group, column and scale: scores (a probability for classifiers), then decisions.
    totals : tuple of DriverTotal
        One a group and scale: the gap of all judged rows, and the sum of the contributions, equal to 1e-6.

    Raises
    ------
    NotApplicableError
        Where there is no model to ask.
    """
    if model.score is None:
        given = "scores" if model.kind == "scores" else "decisions"
        raise NotApplicableError(
            f"This audit was given {given} made elsewhere. Without the model itself, nothing can be said about which "
            "inputs drive the gap."
        )
    scores = model.score(judged_table.frame)
    lines: dict[Scale, Line | None] = {"score": None}
    if decisions is not None and decisions.cutoff_score is not None:
        lines["decision"] = line_of(scores, decisions)
    sample, explained = _explained_sample(model, judged_table, facts, scores, list(lines.values()), seed=seed)
    fits = fit_variances(model, judged_table, facts, sample, decisions, seed=seed)
    surrogates = _surrogates(model, judged_table.frame, scores)
    drivers: list[Driver] = []
    totals: list[DriverTotal] = []
    for (scale, line), contributions in zip(lines.items(), explained, strict=True):
        # The first of the known columns is what is explained.
        known = np.column_stack([scores, surrogates] if line is None else [line(scores), scores, surrogates])
        some, all_of_them = _gaps_of(
            model, judged_table, facts, sample, contributions, known, level=level, fits=fits, scale=scale
        )
        drivers += some
        totals += all_of_them
    return tuple(drivers), tuple(totals)


def _gaps_of(  # noqa: PLR0917 - what was explained, and all that is known beside it
    model: Model,
    judged_table: Table,
    facts: tuple[AttributeFacts, ...],
    sample: Sample,
    contributions: FloatArray,
    known: FloatArray,
    *,
    level: float,
    fits: FitVariances,
    scale: Scale,
) -> tuple[list[Driver], list[DriverTotal]]:
    """Share out the gaps of all groups on one scale."""
    drivers: list[Driver] = []
    totals: list[DriverTotal] = []
    for fact in facts:
        groups = judged_table.attribute(fact.name)
        means = {
            group: _group_means(np.asarray(groups == group), known, judged_table.weight, sample, contributions)
            for group in groups.categories
            if int((groups == group).sum()) >= _LEAST_ROWS
        }
        reference = means.get(fact.reference)
        if reference is None:
            continue
        for size in fact.groups:
            if size.group != fact.reference and size.group in means:
                some, total = _one_gap(
                    fact,
                    size.group,
                    means[size.group],
                    reference,
                    features=model.features,
                    level=level,
                    scale=scale,
                    fit=fits.get((fact.name, size.group, scale)),
                )
                drivers.extend(some)
                totals.append(total)
    return drivers, totals


def _explained_sample(
    model: Model,
    table: Table,
    facts: tuple[AttributeFacts, ...],
    scores: FloatArray,
    lines: list[Line | None],
    *,
    seed: int,
) -> tuple[Sample, FloatArray]:
    """Draw rows once for all attributes and explain each of them once, shape (scales, backgrounds, r, p)."""
    names = tuple(dict.fromkeys(column for fact in facts for column in fact.columns))
    is_additive = code_rows(model, table.frame.iloc[:1]).effects is not None
    most_rows = MOST_ROWS_ADDITIVE if is_additive else MOST_ROWS
    most_scores = MOST_SCORES_ADDITIVE if is_additive else MOST_SCORES
    rows = BACKGROUND_ROWS_ADDITIVE if is_additive else BACKGROUND_ROWS
    affordable = most_scores // (BACKGROUNDS * rows * evaluations_a_row(len(model.features)))
    sample = draw(table, names, scores, size=min(most_rows, affordable), seed=seed)
    features = table.frame[list(model.features)]
    drawn = backgrounds(table, count=BACKGROUNDS, size=rows, seed=seed + 1)
    explained = [
        shapley_values(model, features.iloc[sample.rows], features.iloc[background], seed=seed + place, lines=lines)
        for place, background in enumerate(drawn)
    ]
    return sample, np.stack(explained, axis=1)


def _surrogates(model: Model, frame: pd.DataFrame, scores: FloatArray) -> FloatArray:
    """Give one known number a row and column that goes with the column's contribution, shape (n, p).

    What a linear model adds up; else the number itself, or the mean score of the level.
    """
    if model.columns is not None:
        coded = code_rows(model, frame)
        if coded.effects is not None:
            whole = coded.codes.astype(np.intp)
            return np.column_stack([effect[whole[:, place]] for place, effect in enumerate(coded.effects)])
    columns = []
    for name in model.features:
        if is_numeric(frame[name]):
            numbers = frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
            middle = np.nanmean(numbers) if np.isfinite(numbers).any() else 0.0
            columns.append(np.where(np.isfinite(numbers), numbers, middle))
        else:
            codes, _ = pd.factorize(frame[name], use_na_sentinel=False)
            columns.append((np.bincount(codes, weights=scores) / np.maximum(np.bincount(codes), 1))[codes])
    return np.column_stack(columns)


def _group_means(
    inside: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    known: FloatArray,
    weight: FloatArray,
    sample: Sample,
    contributions: FloatArray,
) -> _GroupMeans:
    """Estimate the mean contributions of a group, and how far both people and sample leave them open."""
    members = np.flatnonzero(inside)
    mine = np.flatnonzero(inside[sample.rows])
    fit = calibrate(
        known[members],
        weight[members],
        drawn=np.searchsorted(members, sample.rows[mine]),
        copies=sample.copies[mine],
    )
    values = contributions[:, mine].mean(axis=0)
    score, score_variance = weighted_mean(known[members, 0], weight[members])
    share = weight[members] / weight[members].sum()
    r, k = fit.columns.shape
    spread = fit.base @ (values - fit.base @ values) ** 2 * (r / max(r - 1, 1))
    root = np.sqrt(fit.base)[:, None]
    slopes, *_ = np.linalg.lstsq(fit.columns * root, values * root, rcond=None)
    rest = values - fit.columns @ slopes
    left_open = ((1 - 1 / fit.copies) * fit.weight**2) @ rest**2 * (r / max(r - k, 1))
    return _GroupMeans(
        score=score,
        score_variance=score_variance,
        contributions=fit.weight @ contributions[:, mine],
        variances=spread * float(share @ share) + left_open,
        rows=len(members),
        explained=r,
    )


def _one_gap(
    fact: AttributeFacts,
    group: str,
    means: _GroupMeans,
    reference: _GroupMeans,
    *,
    features: tuple[str, ...],
    level: float,
    scale: Scale,
    fit: tuple[FloatArray, float] | None,
) -> tuple[list[Driver], DriverTotal]:
    """Write down the contributions of one group against its reference."""
    total = means.score - reference.score
    by_fit, of_fit = (np.zeros(len(features)), 0.0) if fit is None else fit
    variances = (means.score_variance, reference.score_variance, of_fit)
    is_clear = abs(total) > welch_half_width(variances, (means.rows - 1, reference.rows - 1, REFITS - 1), level)
    by_background = means.contributions - reference.contributions
    parts = by_background.mean(axis=0)
    of_background = by_background.var(axis=0, ddof=1) / BACKGROUNDS
    freedoms = (max(means.explained - 1, 1), max(reference.explained - 1, 1), BACKGROUNDS - 1, REFITS - 1)
    how = f"model refitted {REFITS} times" if fit is not None else "model as it is"
    drivers = []
    for place, feature in enumerate(features):
        sources = np.array([means.variances[place], reference.variances[place], of_background[place], by_fit[place]])
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
            )
        )
    explained, everyone = means.explained + reference.explained, means.rows + reference.rows
    rows = "all rows" if explained == everyone else f"{explained} of {everyone} rows, calibrated on score and inputs"
    how = f"{method_for(len(features))} (Lundberg & Lee 2017), {BACKGROUNDS} backgrounds; group mean minus reference mean; {rows}"
    return drivers, DriverTotal(
        attribute=fact.name,
        group=group,
        reference=fact.reference,
        scale=scale,
        total=total,
        sum_of_contributions=float(parts.sum()),
        rows_explained=explained,
        method=how,
    )
