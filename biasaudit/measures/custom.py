"""Metrics of the user's own, by group, through fairlearn's MetricFrame; intervals by resampling rows."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from biasaudit.data.table import Table
from biasaudit.errors import DataError, NotApplicableError, PluginError
from biasaudit.measures.people import group_of_rows
from biasaudit.results import AttributeFacts, Estimate, GroupGap, GroupValue, estimated, undefined
from biasaudit.spec import MeasureSpec

FloatArray = npt.NDArray[np.float64]
Metric = Callable[..., Any]

#: Where the functions live that a declaration may name; a package offers its own by an entry point.
TRUSTED = ("sklearn.metrics", "fairlearn.metrics")
NOT_FINITE = "the metric gives no finite number for this group"
FEW_FINITE = "no interval: the metric fails on too many resampled tables"
_METHOD = "percentiles of resampled rows"
#: Share of resampled tables that must give a number for their percentiles to be an interval.
_ENOUGH = 0.9


def find_metric(measure: MeasureSpec, offered: Mapping[str, Metric]) -> Metric:
    """Find the function of a declared measure.

    Parameters
    ----------
    measure : MeasureSpec
        With the dotted name of a function, or the name of an offered one.
    offered : mapping of str to callable
        Metrics that installed packages offer.

    Returns
    -------
    callable
        ``metric(y_true, y_pred, **parameters)``.

    Raises
    ------
    DataError
        Where the function is of a package that declarations may not call.
    PluginError
        Where there is no such function, or what has the name cannot be called.

    Examples
    --------
    >>> find_metric(MeasureSpec(name="loss", function="sklearn.metrics.log_loss"), {}).__name__
    'log_loss'
    """
    if measure.function is None:
        if measure.name not in offered:
            listed = ", ".join(sorted(offered)) or "none"
            raise PluginError(
                f"measure {measure.name!r}: names no function, and none is offered so (offered: {listed})."
            )
        return offered[measure.name]
    module, _, name = measure.function.rpartition(".")
    if module not in TRUSTED:
        # A declaration travels by mail; naming a function in it must not be a way to run any code there is.
        raise DataError(
            f"measure {measure.name!r}: {measure.function} is not called. Allowed: functions of "
            f"{' and '.join(TRUSTED)}, or those that an installed package offers "
            "through the entry point biasaudit.measures."
        )
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise PluginError(f"measure {measure.name!r}: {measure.function} cannot be imported ({error}).") from None
    if not callable(found):
        raise PluginError(f"measure {measure.name!r}: {measure.function} is not a function.")
    return found  # type: ignore[no-any-return]


def measure_custom(
    judged: Table,
    facts: Iterable[AttributeFacts],
    measure: MeasureSpec,
    metric: Metric,
    *,
    selected: FloatArray,
    scores: FloatArray | None,
    seed: int,
    level: float = 0.95,
) -> tuple[tuple[GroupValue, ...], tuple[GroupGap, ...]]:
    """Measure a metric of the user's own for every group.

    Rows are drawn with replacement within each group, which keeps its size. Intervals are percentiles:
    for metrics that are biased in small groups they inherit the bias.

    Parameters
    ----------
    judged : Table
        The rows judged; those whose outcome is not known are left out.
    facts : iterable of AttributeFacts
        Attributes and intersections.
    measure : MeasureSpec
        As declared.
    metric : callable
        ``metric(y_true, y_pred, **parameters)``; gets sampling weights as ``sample_weight`` where they vary.
    selected : array of float, shape (n,)
        Decisions; fractional ones count as selected from one half on.
    scores : array of float, shape (n,), or None
        Scores, for a measure on scores.
    seed : int
        Seed of the resampling.
    level : float
        Level of the intervals.

    Returns
    -------
    values : tuple of GroupValue
        By attribute and group.
    gaps : tuple of GroupGap
        Gap to the reference; no p-value.

    Raises
    ------
    NotApplicableError
        Where there is nothing to measure errors against, or no score.
    DataError
        Where no outcome is known.
    PluginError
        Where the metric fails on the whole table.
    """
    if judged.actual is None:
        raise NotApplicableError("a metric needs an outcome or a truth to compare with")
    if measure.on == "score" and scores is None:
        raise NotApplicableError("there are no scores")
    known = np.flatnonzero(~np.isnan(judged.actual))
    if not known.size:
        raise DataError("the outcome of no one judged is known.")
    truth = judged.actual[known].astype(int)
    guess = scores[known] if measure.on == "score" and scores is not None else (selected[known] >= 0.5).astype(int)  # noqa: PLR2004
    weight = judged.weight[known] if np.ptp(judged.weight) > 0 else None
    asked = _Asked(metric=metric, measure=measure, truth=truth, guess=guess, weight=weight)
    rng = np.random.default_rng(seed)
    values: list[GroupValue] = []
    gaps: list[GroupGap] = []
    for fact in facts:
        column = group_of_rows(judged, fact.name)
        groups = [str(group) for group in column.categories]
        codes = column.codes[known].astype(np.intp)
        made, drawn = _by_group(asked, codes, len(groups)), _resampled(asked, codes, len(groups), rng)
        sizes = np.bincount(codes, minlength=len(groups)).astype(float)
        reference = groups.index(fact.reference)
        named: dict[str, Any] = {"attribute": fact.name, "kind": "custom", "measure": measure.name}
        values += [
            GroupValue(
                group=group,
                n=float(sizes[i]),
                estimate=_estimate(made[i], drawn[:, i], measure.replicates, level),
                **named,
            )
            for i, group in enumerate(groups)
        ]
        gaps += [
            GroupGap(
                group=group,
                reference=fact.reference,
                estimate=_estimate(
                    made[i] - made[reference], drawn[:, i] - drawn[:, reference], measure.replicates, level
                ),
                n_group=float(sizes[i]),
                n_reference=float(sizes[reference]),
                **named,
            )
            for i, group in enumerate(groups)
            if i != reference
        ]
    return tuple(values), tuple(gaps)


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """A metric and the rows it is asked about."""

    metric: Metric
    measure: MeasureSpec
    truth: npt.NDArray[np.int64]
    guess: npt.NDArray[Any]
    weight: FloatArray | None

    def weights(self, rows: Any = slice(None)) -> dict[str, FloatArray]:
        """Give the weights of some rows, as scikit-learn's metrics take them."""
        return {} if self.weight is None else {"sample_weight": self.weight[rows]}

    def number(self, y_true: Any, y_pred: Any, **more: Any) -> float:
        """Give the metric's number, NaN where it cannot be had: one kind of outcome only, for instance."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                value = float(self.metric(y_true, y_pred, **self.measure.parameters, **more))
        except Exception:  # noqa: BLE001 - whatever a stranger's metric raises on one group is that group's null
            return float("nan")
        return value if np.isfinite(value) else float("nan")


def _by_group(asked: _Asked, codes: npt.NDArray[np.intp], groups: int) -> FloatArray:
    """Point values, by fairlearn's MetricFrame."""
    from fairlearn.metrics import MetricFrame

    try:
        asked.metric(asked.truth, asked.guess, **asked.measure.parameters, **asked.weights())
    except Exception as error:
        raise PluginError(f"measure {asked.measure.name!r} failed ({type(error).__name__}: {error}).") from error
    frame = MetricFrame(
        metrics={"it": asked.number},
        y_true=asked.truth,
        y_pred=asked.guess,
        sensitive_features=codes,
        sample_params={"it": asked.weights()},
    )
    by = frame.by_group["it"]
    return np.array([float(by.get(place, np.nan)) for place in range(groups)])


def _resampled(asked: _Asked, codes: npt.NDArray[np.intp], groups: int, rng: np.random.Generator) -> FloatArray:
    """Values of tables drawn from each group's own rows; shape (replicates, groups)."""
    drawn = np.full((asked.measure.replicates, groups), np.nan)
    for place in range(groups):
        own = np.flatnonzero(codes == place)
        for draw in range(asked.measure.replicates if own.size else 0):
            rows = own[rng.integers(0, own.size, own.size)]
            drawn[draw, place] = asked.number(asked.truth[rows], asked.guess[rows], **asked.weights(rows))
    return drawn


def _estimate(value: float, drawn: FloatArray, replicates: int, level: float) -> Estimate:
    if not np.isfinite(value):
        return undefined(NOT_FINITE, method=_METHOD, level=level)
    finite = drawn[np.isfinite(drawn)]
    if finite.size < _ENOUGH * replicates:
        return Estimate(value=float(value), method=_METHOD, level=level, reason=FEW_FINITE)
    low, high = np.quantile(finite, [(1 - level) / 2, (1 + level) / 2])
    return estimated(float(value), float(low), float(high), method=_METHOD, level=level)
