"""Looks for the groups that fare worst, and measures them again on rows the search did not see."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from biasaudit.data.table import Table
from biasaudit.data.values import as_text
from biasaudit.errors import DataError, NotApplicableError
from biasaudit.measures.counting import UNKNOWN
from biasaudit.measures.intervals import newcombe
from biasaudit.measures.people import group_of_rows
from biasaudit.measures.rates import RATES
from biasaudit.measures.significance import no_gap_p
from biasaudit.results import NOT_RECORDED, Estimate, FoundGroup, estimated, undefined
from biasaudit.spec import SearchSpec

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: More values than this and a column is cut at its quarters (numbers) or refused (texts).
MOST_VALUES = 20
NO_ONE_LEFT = "no one of the group, or no one else, is among the held-out rows"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Candidate:
    """A group found: its columns, its values, and its counts among the rows searched."""

    columns: tuple[str, ...]
    values: tuple[str, ...]
    gap: float
    score: float
    n: float


def search_groups(
    judged: Table, selected: FloatArray, search: SearchSpec, *, seed: int, minimum_size: int, level: float = 0.95
) -> tuple[FoundGroup, ...]:
    """Search for groups whose rate lies far from everyone else's, and confirm them.

    Rows are split at random. Among the first part every combination of values of up to ``depth``
    columns is tried, each as a group against all others, and ranked by the pooled z of its gap. The
    best are measured on the second part only: gaps there are not picked for being large, so their
    intervals hold, and p-values are adjusted (Holm) for those few alone. A group is not listed beside
    one that it is a part of unless its own gap is larger by far enough to rank before it.

    Parameters
    ----------
    judged : Table
        The rows judged.
    selected : array of float, shape (n,)
        Decisions.
    search : SearchSpec
        As declared.
    seed : int
        Seed of the split.
    minimum_size : int
        People that the rate must rest on in the searched part.
    level : float
        Level of the intervals.

    Returns
    -------
    tuple of FoundGroup
        Best first, as ranked in the searched part.

    Raises
    ------
    NotApplicableError
        Where the measure needs an outcome and there is none.
    DataError
        Where a text column has too many values.

    References
    ----------
    S. Holm (1979), Scandinavian Journal of Statistics 6, 65-70.
    """
    rule = next(rule for rule in RATES if rule.name == search.measure)
    if rule.needs_actual and judged.actual is None:
        raise NotApplicableError("the measure searched needs an outcome or a truth")
    k, n = _counted(judged, selected, search.measure)
    columns = {name: _levels(judged, name) for name in search.columns}
    held_out = np.random.default_rng(seed).random(len(judged)) < search.hold_out
    found, tried = _searched(columns, k * ~held_out, n * ~held_out, search, minimum_size)
    kept = _without_parts(found)[: search.kept]
    measured = [_confirmed(columns, one, k * held_out, n * held_out, level) for one in kept]
    adjusted = _holm([p for _, p, _ in measured])
    return tuple(
        FoundGroup(
            group=" x ".join(one.values),
            columns=one.columns,
            measure=search.measure,
            n_searched=one.n,
            n_held_out=people,
            gap_searched=one.gap,
            gap=estimate,
            p_value=p,
            p_adjusted=q,
            confirmed=q is not None
            and q <= 1 - level
            and estimate.value is not None
            and (search.side == "both" or (estimate.value < 0) == (search.side == "lower"))
            and (estimate.value < 0) == (one.gap < 0),
            tried=tried,
        )
        for one, (estimate, p, people), q in zip(kept, measured, adjusted, strict=True)
    )


def _counted(judged: Table, selected: FloatArray, measure: str) -> tuple[FloatArray, FloatArray]:
    """Give what each row adds to numerator and denominator."""
    rule = next(rule for rule in RATES if rule.name == measure)
    actual = np.full(len(judged), UNKNOWN)
    if judged.actual is not None:
        known = ~np.isnan(judged.actual)
        actual[known] = judged.actual[known] > 0
    decided = np.stack([1 - selected, selected])
    k, n = (
        sum((decided[d] * (actual == a) for a, d in cells), np.zeros(len(judged)))
        for cells in (rule.counted, rule.among)
    )
    scale = judged.weight * judged.weight.sum() / (judged.weight**2).sum()  # people's worth, as Kish counts
    return k * scale, n * scale


def _levels(judged: Table, name: str) -> tuple[list[str], IntArray]:
    """Names of a column's levels, and the level of each row."""
    if name in judged.groups:
        column = group_of_rows(judged, name)
        return [str(value) for value in column.categories], column.codes.astype(np.int64)
    values = judged.frame[name]
    if values.nunique() > MOST_VALUES:
        numbers = np.asarray(values.to_numpy(), dtype=object)
        try:
            floats = numbers.astype(float)
        except (TypeError, ValueError):
            raise DataError(
                f"[search]: column {name!r} has {values.nunique()} texts; declare one with fewer."
            ) from None
        edges = np.unique(np.nanquantile(floats, [0.25, 0.5, 0.75]))
        names = [f"{name} under {edges[0]:g}", *(f"{name} {a:g} to under {b:g}" for a, b in itertools.pairwise(edges))]
        names += [f"{name} {edges[-1]:g} and over", f"{name} (not recorded)"]
        return names, np.where(np.isnan(floats), len(names) - 1, np.searchsorted(edges, floats, side="right"))
    texts = as_text(values).fillna(NOT_RECORDED)
    present = sorted(texts.unique())
    place = {text: code for code, text in enumerate(present)}
    return [f"{name} {text}" for text in present], texts.map(place).to_numpy(dtype=np.int64)


def _searched(
    columns: dict[str, tuple[list[str], IntArray]], k: FloatArray, n: FloatArray, search: SearchSpec, minimum_size: int
) -> tuple[list[_Candidate], int]:
    """Every group large enough, best first, and how many were tried."""
    found: list[_Candidate] = []
    tried = 0
    for depth in range(1, search.depth + 1):
        for names in itertools.combinations(columns, depth):
            sizes = [len(columns[name][0]) for name in names]
            cell = np.ravel_multi_index([columns[name][1] for name in names], sizes)
            people = np.bincount(cell, weights=n, minlength=int(np.prod(sizes)))
            counted = np.bincount(cell, weights=k, minlength=int(np.prod(sizes)))
            rest, rest_counted = people.sum() - people, counted.sum() - counted
            enough = np.flatnonzero((people >= minimum_size) & (rest >= minimum_size))
            tried += enough.size
            for at in enough:
                gap = counted[at] / people[at] - rest_counted[at] / rest[at]
                pooled = counted.sum() / people.sum()
                error = (pooled * (1 - pooled) * (1 / people[at] + 1 / rest[at])) ** 0.5
                score = gap / error if error > 0 else 0.0
                score = {"lower": -score, "higher": score, "both": abs(score)}[search.side]
                if score > 0:
                    levels = np.unravel_index(at, sizes)
                    values = tuple(columns[name][0][i] for name, i in zip(names, levels, strict=True))
                    found.append(
                        _Candidate(
                            columns=names, values=values, gap=float(gap), score=float(score), n=float(people[at])
                        )
                    )
    return sorted(found, key=lambda one: (-one.score, one.values)), tried


def _without_parts(found: list[_Candidate]) -> list[_Candidate]:
    """Leave out groups that are part of one that ranks before them."""
    kept: list[_Candidate] = []
    for one in found:
        own = set(zip(one.columns, one.values, strict=True))
        if not any(set(zip(other.columns, other.values, strict=True)) < own for other in kept):
            kept.append(one)
    return kept


def _confirmed(
    columns: dict[str, tuple[list[str], IntArray]], one: _Candidate, k: FloatArray, n: FloatArray, level: float
) -> tuple[Estimate, float | None, float]:
    """Gap to everyone else among the held-out rows."""
    inside = np.ones(len(k), dtype=bool)
    for name, value in zip(one.columns, one.values, strict=True):
        inside &= columns[name][1] == columns[name][0].index(value)
    four = (float(k[inside].sum()), float(n[inside].sum()), float(k[~inside].sum()), float(n[~inside].sum()))
    if four[1] <= 0 or four[3] <= 0:
        return undefined(NO_ONE_LEFT, method="newcombe", level=level), None, four[1]
    low, high = (float(end) for end in newcombe(*four, level))
    gap = four[0] / four[1] - four[2] / four[3]
    p_value = float(no_gap_p(*four))
    return estimated(gap, min(low, gap), max(high, gap), method="newcombe", level=level), p_value, four[1]


def _holm(p_values: list[float | None]) -> list[float | None]:
    """Adjust p-values step by step; what has none counts in the number all the same."""
    adjusted: list[float | None] = [None] * len(p_values)
    order = sorted((p, i) for i, p in enumerate(p_values) if p is not None)
    highest = 0.0
    for rank, (p, i) in enumerate(order):
        highest = max(highest, min(1.0, p * (len(p_values) - rank)))
        adjusted[i] = highest
    return adjusted
