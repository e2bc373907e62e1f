"""What becomes different when some inputs are other than they are, and all else stays the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import logit

from biasaudit.data.table import FloatArray, Table
from biasaudit.drivers.changes import Change, changes
from biasaudit.drivers.intervals import wilson_upper
from biasaudit.drivers.sampling import copies_of
from biasaudit.errors import DataError, NotApplicableError
from biasaudit.measures.intervals import t_quantile
from biasaudit.models import Model, decide, is_numeric
from biasaudit.results import (
    ANY_GROUP,
    NOT_RECORDED,
    AttributeFacts,
    Estimate,
    Flip,
    FlipGroup,
    estimated,
    undefined,
)
from biasaudit.spec import AuditSpec

#: Keeps the logit of a probability of 0 or 1 finite.
_CERTAIN = 1e-12
#: A unit of the points column that moves the link by less has no worth in points.
NO_EFFECT = 1e-9
#: Resampled values that an interval needs.
_LEAST_REPLICATES = 5
#: What is told of each group where everybody's inputs change.
_OF_A_GROUP = ("n", "changed_decisions", "mean_score_change", "mean_points_change")


@dataclass(frozen=True, kw_only=True)
class _Scored:
    """Scores of the judged people: as they are, after each change, and with one more unit of the points column."""

    own: FloatArray
    changed: tuple[FloatArray, ...]
    one_more: FloatArray | None


@dataclass(frozen=True, kw_only=True)
class _Measured:
    """What one change does; NaN where undefined."""

    changed_decisions: float
    score_change: float
    points_change: float
    gaining: float
    losing: float


def measure_flips(
    model: Model,
    judged_table: Table,
    spec: AuditSpec,
    facts: tuple[AttributeFacts, ...],
    *,
    seed: int,
    level: float = 0.95,
) -> tuple[Flip, ...]:
    """Change inputs, score and decide again, and count what becomes different.

    Every declared ``[[flip]]`` is measured, and the flip of each group to its reference where the attribute is itself
    an input. Under a threshold each person is decided alone; under a share or a quota everyone is ranked again after
    the change. A flip without ``from`` changes everyone whose inputs are not so already.

    Parameters
    ----------
    model : Model
        Trained or loaded.
    judged_table : Table
        Only the rows on which gaps are measured.
    spec : AuditSpec
        Holds flips, cut, points and the number of replicates.
    facts : tuple of AttributeFacts
        Attributes with groups and references.
    seed : int
        Seed of the resampling.
    level : float
        Level of the intervals: bootstrap standard errors with Student's quantile. A model trained here is fitted
        again to resampled training rows each time; another one is taken as it is, and only people are resampled.

    Returns
    -------
    tuple of Flip
        Points are the change of the score's link (the logit of a probability; a score itself), in units of what one
        more unit of the declared points column adds to it, times the worth of a point. A gain is positive.

    Raises
    ------
    NotApplicableError
        Where there is no model to ask, or nothing to flip.
    DataError
        Where a flip names what is not in the data.
    """
    if model.score is None:
        given = "scores" if model.kind == "scores" else "decisions"
        raise NotApplicableError(
            f"This audit was given {given} made elsewhere. Without the model itself, it cannot be asked what it would "
            "say about other inputs."
        )
    plans = changes(model, judged_table, spec, facts)
    if not plans:
        raise NotApplicableError("No protected attribute is an input of the model, and no [[flip]] is declared.")
    frames = [judged_table.frame[list(model.features)], *(plan.frame for plan in plans)]
    if spec.model.points is not None:
        frames.append(one_unit_more(frames[0], spec.model.points.column))
    has_points = spec.model.points is not None
    parts = _by_group(plans, judged_table)
    now = _scored([model.score(frame) for frame in frames], has_points=has_points)
    values = _measure_all(model, judged_table, spec, parts, scored=now, copies=np.ones(len(judged_table)))
    rng = np.random.default_rng(seed)
    resample = _resampler(model, judged_table, frames, now, has_points=has_points)
    replicates = []
    for _ in range(spec.uncertainty.replicates):
        copies, scored = resample(rng)
        replicates.append(_measure_all(model, judged_table, spec, parts, scored=scored, copies=copies))
    flips: list[Flip] = []
    for place, (of, plan) in enumerate(parts):
        flip = _flip(
            plan,
            values[place],
            [some[place] for some in replicates],
            table=judged_table,
            spec=spec,
            model=model,
            level=level,
        )
        if place < len(plans):
            flips.append(flip)
        else:
            group = FlipGroup(group=plan.from_, **{name: getattr(flip, name) for name in _OF_A_GROUP})
            flips[of] = flips[of].model_copy(update={"by_group": (*flips[of].by_group, group)})
    return tuple(flips)


def _by_group(plans: tuple[Change, ...], table: Table) -> list[tuple[int, Change]]:
    """Give every flip, then the parts of those of everybody: the same change, counted for one group alone."""
    whole = list(enumerate(plans))
    parts = []
    for place, plan in whole:
        if plan.from_ != ANY_GROUP:
            continue
        groups = table.attribute(plan.attribute)
        for group in groups.categories:
            moved = plan.moved & np.asarray(groups == group)
            if moved.any():
                parts.append((place, replace(plan, from_=str(group), moved=moved)))
    return whole + parts


def one_unit_more(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Give everybody one more unit of the column that points are counted in."""
    if column not in frame or not is_numeric(frame[column]):
        what = "is no input of the model" if column not in frame else "is not a number"
        raise DataError(f"[model] points.column = {column!r} {what}; a point is worth units of a numeric input.")
    return frame.assign(**{column: frame[column] + 1})


def _scored(scores: list[FloatArray], *, has_points: bool) -> _Scored:
    last = scores.pop() if has_points else None
    return _Scored(own=scores[0], changed=tuple(scores[1:]), one_more=last)


def _resampler(
    model: Model, table: Table, frames: list[pd.DataFrame], now: _Scored, *, has_points: bool
) -> Callable[[np.random.Generator], tuple[FloatArray, _Scored]]:
    """Choose how people, and with them the model, are drawn again."""
    n = len(table)
    trainer = model.trainer
    if trainer is None:
        return lambda rng: (copies_of(rng, n), now)
    ready: list[Any] = [trainer.prepare(frame) for frame in frames]
    same_rows = trainer.judges_its_training_rows and len(trainer.rows) == n

    def resample(rng: np.random.Generator) -> tuple[FloatArray, _Scored]:
        copies = copies_of(rng, n)
        taught = copies if same_rows else copies_of(rng, len(trainer.rows))
        scorer = trainer.refit(trainer.labels, trainer.weight * taught)
        return copies, _scored([scorer(part) for part in ready], has_points=has_points)

    return resample


def _measure_all(
    model: Model, table: Table, spec: AuditSpec, plans: list[tuple[int, Change]], *, scored: _Scored, copies: FloatArray
) -> list[_Measured]:
    def selected(scores: FloatArray) -> FloatArray:
        return decide(scores, spec.model, weight=table.weight, copies=copies, scale=model.scale).selected

    own = selected(scored.own)
    worth = _worth_of_a_unit(model, spec, scored, table.weight * copies)
    measured = []
    for place, plan in plans:
        scores = scored.changed[place]
        difference = selected(scores) - own
        people = table.weight * copies * plan.moved
        whole = float(people.sum())
        link = link_of(model, scores) - link_of(model, scored.own)
        measured.append(
            _Measured(
                changed_decisions=float(people @ np.abs(difference)) / whole if whole else np.nan,
                score_change=float(people @ (scores - scored.own)) / whole if whole else np.nan,
                points_change=float(people @ link) / whole * worth if whole else np.nan,
                gaining=float(copies @ np.maximum(difference, 0)),
                losing=float(copies @ np.maximum(-difference, 0)),
            )
        )
    return measured


def link_of(model: Model, scores: FloatArray) -> FloatArray:
    """Give the link of scores: the logit of a probability, a score itself."""
    if model.scale != "probability":
        return scores
    return np.asarray(logit(np.clip(scores, _CERTAIN, 1 - _CERTAIN)), dtype=np.float64)


def _worth_of_a_unit(model: Model, spec: AuditSpec, scored: _Scored, people: FloatArray) -> float:
    """Give the points that one unit of the link is worth; NaN where the points column moves nothing."""
    if spec.model.points is None or scored.one_more is None:
        return np.nan
    step = link_of(model, scored.one_more) - link_of(model, scored.own)
    mean = abs(float(people @ step / people.sum()))
    return spec.model.points.worth / mean if mean > NO_EFFECT else np.nan


def _flip(
    plan: Change,
    value: _Measured,
    replicates: list[_Measured],
    *,
    table: Table,
    spec: AuditSpec,
    model: Model,
    level: float,
) -> Flip:
    fitted = "model refitted" if model.trainer is not None else "model as it is"
    method = f"bootstrap of {len(replicates)} resamples ({fitted}), Student"
    n = int(plan.moved.sum())

    def estimate(name: str, low: float = -np.inf, high: float = np.inf, scale: float = 1.0) -> Estimate:
        drawn = np.array([getattr(one, name) for one in replicates]) * scale
        return _interval(getattr(value, name) * scale, drawn, low=low, high=high, method=method, level=level)

    changed = _no_less_than_wilson(estimate("changed_decisions", 0, 1), n, 1.0, level)
    gaining = _no_less_than_wilson(estimate("gaining", 0, len(table)), n, n, level)
    losing = _no_less_than_wilson(estimate("losing", 0, len(table)), n, n, level)
    periods = _periods(table)
    points = spec.model.points
    return Flip(
        attribute=plan.attribute,
        from_=plan.from_,
        to=plan.to,
        changed={column: _plain(kept) for column, kept in plan.settings.items()},
        n=n,
        changed_decisions=changed,
        mean_score_change=estimate("score_change"),
        mean_points_change=estimate("points_change") if points is not None else None,
        points_unit=points.column if points is not None else None,
        people_gaining=gaining,
        people_gaining_per_period=_divided(gaining, periods) if periods else None,
        people_losing=losing,
    )


def _interval(value: float, drawn: FloatArray, *, low: float, high: float, method: str, level: float) -> Estimate:
    if not np.isfinite(value):
        reason = "nobody's inputs change, or one more unit of the points column does not move the score"
        return undefined(reason, method=method, level=level)
    drawn = drawn[np.isfinite(drawn)]
    if len(drawn) < _LEAST_REPLICATES:
        return estimated(value, method=method, level=level)
    half = t_quantile(level, len(drawn) - 1) * float(drawn.std(ddof=1))
    return estimated(value, max(low, value - half), min(high, value + half), method=method, level=level)


def _no_less_than_wilson(found: Estimate, n: int, whole: float, level: float) -> Estimate:
    """Widen the interval of a count of nobody: that no resample changed anything does not prove that none would."""
    if found.value != 0 or found.high is None or n == 0:
        return found
    high = max(found.high, whole * wilson_upper(0.0, n, level))
    return found.model_copy(update={"high": high})


def _periods(table: Table) -> int:
    if table.periods is None:
        return 0
    return len(set(table.periods.astype(str)) - {NOT_RECORDED})


def _divided(whole: Estimate, parts: int) -> Estimate:
    ends = {name: None if end is None else end / parts for name, end in (("low", whole.low), ("high", whole.high))}
    return whole.model_copy(update={"value": None if whole.value is None else whole.value / parts, **ends})


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value
