"""Where scores are cut, found where the rows live: a few grouped sums in the place of a sort."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from biasaudit.data.grouping import Bin, Cut, IsFinite, Key, Question, Window
from biasaudit.data.places import Place
from biasaudit.data.table import FloatArray
from biasaudit.data.values import TIE
from biasaudit.errors import DataError
from biasaudit.measures.answers import Answer, States
from biasaudit.spec import AuditSpec

#: Bins of one look at the scores, and people in a bin below which its scores are looked at one by one.
_BINS, _FEW = 4_096, 10_000
#: How much wider a window is drawn where a run of ties reaches its edge.
_WIDER = 4.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """Where scores become decisions.

    Attributes
    ----------
    edges : tuple of float
        Rising scores; ``selected[i]`` holds for a score that reaches i of them.
    selected : tuple of float
        0 below the line, 1 above, between them the chance of someone tied at it.
    cut : {"threshold", "share", "quota"}
        How the line was drawn.
    cut_value : float
        The declared threshold, share or quota.
    cutoff_score : float
        Score at the line.
    tied_at_cutoff : int
        People who share it; 0 where only one has it, or where a threshold was declared.
    low, high : float
        Range of the scores.
    """

    edges: tuple[float, ...]
    selected: tuple[float, ...]
    cut: Literal["threshold", "share", "quota"]
    cut_value: float
    cutoff_score: float
    tied_at_cutoff: int
    low: float
    high: float


def find_line(place: Place, spec: AuditSpec, states: States) -> Line:
    """Find the score at which a declared threshold, share or quota cuts.

    A threshold takes one look at the extent of scores. A share or quota narrows the range in which
    its line lies by a histogram, until few people are left in it, whose scores are then taken one by
    one: the line is exact, ties count fractionally, and no row is loaded.

    Parameters
    ----------
    place : Place
        Where the rows live.
    spec : AuditSpec
        The declaration.
    states : States
        Which rows are judged.

    Returns
    -------
    Line
        As :func:`biasaudit.models.deciding.decide` draws it in memory.

    Raises
    ------
    DataError
        Where a score is missing or not finite, or a quota exceeds the people judged.
    """
    model = spec.model
    search = _Search(place=place, spec=spec, states=states, score=str(model.score))
    extent = search.extent()
    if model.threshold is not None:
        threshold = float(model.threshold)
        return Line(
            edges=(threshold - extent.tie,),
            selected=(0.0, 1.0),
            cut="threshold",
            cut_value=threshold,
            cutoff_score=threshold,
            tied_at_cutoff=0,
            low=extent.low,
            high=extent.high,
        )
    if model.share is not None:
        return _highest(search, extent, model.share * extent.mass, cut="share", value=float(model.share))
    quota = float(model.quota or 0)
    if quota > extent.people:
        raise DataError(
            f"[model] quota = {model.quota} selects more than the {extent.people:.0f} items that are judged. "
            f"Declare a quota of at most {extent.people:.0f}, or a share."
        )
    return _highest(search, extent, quota, cut="quota", value=quota)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Extent:
    low: float
    high: float
    people: float
    mass: float

    @property
    def tie(self) -> float:
        """Distance below which scores are ties."""
        return TIE * max(1.0, abs(self.low), abs(self.high))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Search:
    """Looks at the scores of the rows judged."""

    place: Place
    spec: AuditSpec
    states: States
    score: str

    def extent(self) -> _Extent:
        """Find the range of scores, and refuse those that cannot be decided."""
        key = IsFinite(self.score)
        answer = self._ask((key,), extent=self.score)
        judged = self.states.judged(answer)
        wrong = judged & (answer.of_values(key, float) == 0)
        if wrong.any():
            raise DataError(
                f"column {self.score!r}: {answer.people[wrong].sum():.0f} of {answer.people[judged].sum():.0f} judged "
                "rows have no finite score. Mend or leave out those rows."
            )
        return _Extent(
            low=float(answer.low[judged].min()),
            high=float(answer.high[judged].max()),
            people=float(answer.people[judged].sum()),
            mass=float(self._mass(answer)[judged].sum()),
        )

    def histogram(self, low: float, high: float) -> tuple[FloatArray, FloatArray]:
        """Sum people and mass by equal bins of a range; the outer bins hold what lies beyond it."""
        key = Bin(self.score, low, high, _BINS)
        answer = self._ask((key,))
        judged = self.states.judged(answer)
        bins = answer.of_values(key, float)[judged].astype(np.int64)
        people, mass = (
            np.bincount(bins, weights=part[judged], minlength=_BINS).astype(np.float64)
            for part in (answer.people, self._mass(answer))
        )
        return people, mass

    def window(self, low: float, high: float) -> tuple[float, FloatArray, FloatArray, FloatArray]:
        """Give the mass above a range, and inside it every score, falling, with people and mass."""
        above, inside = Cut(self.score, (low, float(np.nextafter(high, np.inf)))), Window(self.score, low, high)
        answer = self._ask((above, inside))
        judged = self.states.judged(answer)
        mass, side = self._mass(answer), answer.of_values(above, float)
        scores, place = np.unique(-answer.of_values(inside, float)[judged & (side == 1)], return_inverse=True)
        people, sums = (
            np.bincount(place, weights=part[judged & (side == 1)], minlength=len(scores)).astype(np.float64)
            for part in (answer.people, mass)
        )
        return float(mass[judged & (side == 2)].sum()), -scores, people, sums  # noqa: PLR2004 - above both edges

    def _ask(self, keys: tuple[Key, ...], extent: str | None = None) -> Answer:
        data = self.spec.data
        question = Question(keys=(*self.states.keys(), *keys), weight=data.weight, count=data.count, extent=extent)
        return Answer.of(self.place.rows.ask(question), question, self.place.read)

    def _mass(self, answer: Answer) -> FloatArray:
        """Give what fills the places: people for a quota, for a share those whom their weights stand for."""
        return answer.people if self.spec.model.quota is not None else answer.weight


def _highest(search: _Search, extent: _Extent, places: float, *, cut: Literal["share", "quota"], value: float) -> Line:
    """Find the run of ties in which the highest scores fill the places."""
    tie = extent.tie
    low, high = extent.low, extent.high
    reach = places * (1 - TIE)  # rounding in a sum of weights must not push the line one score too far
    people = extent.people
    while people > _FEW and high - low > tie:
        counted, mass = search.histogram(low, high)
        filled = np.cumsum(mass[::-1])[::-1]
        line = int(np.flatnonzero(filled >= reach)[-1]) if (filled >= reach).any() else 0
        width = (high - low) / _BINS
        # One bin more on either side, because rounding may carry a score over an edge.
        low, high = max(low, low + (line - 1) * width), min(high, low + (line + 2) * width)
        people = float(counted[max(line - 1, 0) : line + 2].sum())
        if line in (0, _BINS - 1) and width <= tie:
            break
    margin = 2 * tie
    while True:
        bottom, top = low - margin, high + margin
        before, scores, counts, mass = search.window(bottom, top)
        starts = np.flatnonzero(np.diff(scores, prepend=np.inf) < -tie)
        if starts.size:
            filled = before + np.add.reduceat(mass, starts).cumsum()
            line = min(int(np.searchsorted(filled, reach)), len(starts) - 1)
            first = starts[line]
            last = starts[line + 1] if line + 1 < len(starts) else len(scores)
            ends_inside = scores[last - 1] - bottom > tie or bottom < extent.low
            starts_inside = top - scores[first] > tie or top > extent.high
            is_here = before < reach <= filled[-1] or (bottom < extent.low and top > extent.high)
            if ends_inside and starts_inside and is_here:
                break
        margin = _WIDER * max(margin, high - low)
    at_line = float(mass[first:last].sum())
    start = before + float(mass[:first].sum())
    tied = round(float(counts[first:last].sum()))
    chance = min(1.0, max(0.0, (places - start) / at_line)) if at_line > 0 else 0.0
    return Line(
        edges=(float(scores[last - 1]), float(np.nextafter(scores[first], np.inf))),
        selected=(0.0, chance, 1.0),
        cut=cut,
        cut_value=value,
        cutoff_score=float(scores[last - 1]),
        tied_at_cutoff=tied if tied > 1 else 0,
        low=extent.low,
        high=extent.high,
    )
