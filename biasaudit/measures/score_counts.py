"""Scores of every group in few bins, so that a reader may move the line and see no person."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from biasaudit.data.values import TIE
from biasaudit.errors import NotApplicableError
from biasaudit.measures.histograms import Histograms, ScoreHistogram
from biasaudit.results import FEWEST_PEOPLE, AttributeFacts
from biasaudit.results.scoring import GroupScores, NotCounted, ScoreCounts

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
Cut = Literal["threshold", "share", "quota"]

#: Bins at most: about one in a hundred people moves from one to the next.
MOST_BINS = 100
#: Bins below which a line hardly moves; groups too small for so many are not counted. Where no two groups are
#: large enough for the first number, the next is tried.
FEWEST_BINS = (20, 10, 5)
#: Share of the scores that must be told apart where there are not many more.
_SHARE_OF_SCORES = 0.6
#: Digits up to which a short threshold is looked for.
_MOST_DIGITS = 15
#: People below which a sum of fractions is no one.
_NO_ONE = 1e-6

TOO_FEW_SCORES = "too few people, or too few scores, to move the line without speaking of single ones"
ONE_GROUP = "everyone is in one group, so there is no one to compare with"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Runs:
    """Scores that count as equal, falling; those at the line stand twice where they share its places.

    Attributes
    ----------
    first : array of int
        First histogram bin, falling, of each run.
    run, share : array of int, array of float, shape (p,)
        Run of each piece, and the share of its people that the piece has.
    threshold : list of float or None, length p
        What selects a piece and all above it.
    is_tied : bool
        Whether each run holds one score.
    above : int or None
        Pieces above the audit's line; None where it splits what was counted together.
    """

    first: IntArray
    run: IntArray
    share: FloatArray
    threshold: list[float | None]
    is_tied: bool
    above: int | None

    def summed(self, rising: FloatArray) -> FloatArray:
        """Sum by pieces what stands in rising histogram bins, shape (..., b)."""
        return np.asarray(np.add.reduceat(rising[..., ::-1], self.first, axis=-1)[..., self.run] * self.share)


@dataclass(kw_only=True, slots=True)
class _Attribute:
    """An attribute whose smallest groups are left out one after the other; without people when it is left out whole."""

    facts: AttributeFacts
    people: dict[str, FloatArray]
    left_out: list[str] = field(default_factory=list)

    def units(self) -> list[FloatArray]:
        """Give all that no bin may show fewer than five of: groups counted, and the others taken together."""
        others = [self.people[group] for group in self.left_out]
        return [*self.kept().values(), *([np.sum(others, axis=0)] if others else [])]

    def kept(self) -> dict[str, FloatArray]:
        """Give the people of the groups that are counted."""
        return {group: people for group, people in self.people.items() if group not in self.left_out}

    def leave_out(self) -> None:
        """Count the smallest group no more; with the reference alone there is nothing left to compare."""
        others = {group: people.sum() for group, people in self.kept().items() if group != self.facts.reference}
        self.left_out.append(min(others, key=lambda group: (others[group], group)))
        if len(others) == 1:
            self.people, self.left_out = {}, []


def count_scores_in_bins(
    histograms: Histograms,
    facts: Iterable[AttributeFacts],
    *,
    cut: Cut,
    cut_value: float,
    cutoff: float,
) -> tuple[ScoreCounts, ...]:
    r"""Count the scores of every group in common bins, in none of which a group has one to four people.

    Bins grow from the audit's own line outwards, until each group has no one or at least five people in
    them, and about one in a hundred of all. Where that leaves fewer than :data:`FEWEST_BINS` ask for, the
    smallest group is counted no more. Those not counted must fill every bin likewise, taken together, because
    subtracting tells their number; so a group may be left out to hide another one (complementary suppression).
    Intersections are counted where nothing of their attributes is left out.

    Parameters
    ----------
    histograms : callable
        Gives the scores of an attribute's groups, in the same bins for every attribute.
    facts : iterable of AttributeFacts
        Attributes and intersections.
    cut : {"threshold", "share", "quota"}
        How the line is drawn.
    cut_value : float
        The declared threshold (a score), share (0 to 1) or quota (people).
    cutoff : float
        Lowest score selected, or tied for the last places.

    Returns
    -------
    tuple of ScoreCounts
        One record.

    Raises
    ------
    NotApplicableError
        Where there is one group only, or too few people or scores for any of :data:`FEWEST_BINS`.
    """
    able = [fact for fact in facts if len(fact.groups) > 1]
    if not able:
        raise NotApplicableError(ONE_GROUP)
    histogram = histograms(able[0].name)
    runs = _runs(histogram, cut=cut, cut_value=cut_value, cutoff=cutoff)
    places = runs.summed((histogram.n if cut == "quota" else histogram.weight).sum(axis=(0, 1)))
    for fewest in FEWEST_BINS:
        counted = [_attribute(histograms(fact.name), fact, runs) for fact in able if len(fact.columns) == 1]
        wanted = max(2, min(fewest, math.ceil(_SHARE_OF_SCORES * places.size)))
        if (bins := _bins_leaving_out(counted, runs, places, wanted)).size:
            break
    else:
        raise NotApplicableError(TOO_FEW_SCORES)
    complete = {each.facts.name for each in counted if each.people and not each.left_out}
    for fact in able:
        if len(fact.columns) > 1:
            crossed = _attribute(histograms(fact.name), fact, runs)
            units = [unit for one in (*counted, crossed) for unit in one.units()]
            if complete.issuperset(fact.columns) and len(finer := _bins(units, runs, places)) >= wanted:
                bins = finer
            else:
                crossed.people = {}
            counted.append(crossed)
    return (
        ScoreCounts(
            cut=cut,
            cut_value=cut_value,
            at=None if runs.above is None else int(np.searchsorted(bins, runs.above)),
            thresholds=tuple(runs.threshold[end] for end in [*(bins[1:] - 1).tolist(), -1]),
            tied=tuple((runs.is_tied & (np.diff(bins, append=places.size) == 1)).tolist()),
            places=_by_bin(places, bins),
            groups=tuple(group for one in counted for group in _groups(one, histograms, runs, bins)),
            references={one.facts.name: one.facts.reference for one in counted if one.people},
            not_counted=tuple(
                NotCounted(attribute=one.facts.name, group=size.group)
                for one in counted
                for size in one.facts.groups
                if size.group not in one.kept()
            ),
        ),
    )


def _attribute(histogram: ScoreHistogram, fact: AttributeFacts, runs: _Runs) -> _Attribute:
    people = runs.summed(histogram.n.sum(axis=1))
    return _Attribute(facts=fact, people=dict(zip(histogram.groups, people, strict=True)))


def _groups(one: _Attribute, histograms: Histograms, runs: _Runs, bins: IntArray) -> Iterable[GroupScores]:
    if not one.people:
        return
    histogram = histograms(one.facts.name)
    weight = runs.summed(histogram.weight.sum(axis=1))
    total, squares = histogram.weight.sum(axis=(1, 2)), histogram.weight_squared.sum(axis=(1, 2))
    for place, group in enumerate(histogram.groups):
        if group in one.kept() and squares[place] > 0:
            yield GroupScores(
                attribute=one.facts.name,
                group=group,
                n=round(float(one.people[group].sum())),
                effective_n=float(total[place] ** 2 / squares[place]),
                counts=_by_bin(weight[place], bins),
            )


def _by_bin(pieces: FloatArray, bins: IntArray) -> tuple[float, ...]:
    return tuple(np.add.reduceat(pieces, bins).tolist())


def _bins_leaving_out(counted: list[_Attribute], runs: _Runs, places: FloatArray, wanted: int) -> IntArray:
    """Draw bins, leaving out the smallest groups until there are enough; none where no two groups are left."""
    while units := [unit for one in counted for unit in one.units()]:
        bins = _bins(units, runs, places)
        if len(bins) >= wanted:
            return bins
        smallest = min((one for one in counted if one.people), key=lambda one: min(unit.sum() for unit in one.units()))
        smallest.leave_out()
    return np.empty(0, dtype=np.intp)


def _bins(units: list[FloatArray], runs: _Runs, places: FloatArray) -> IntArray:
    """Give the first piece of each bin, growing bins from the audit's line upwards and downwards."""
    people, size = np.stack(units), places.size
    if runs.above is None:
        return _grown(people, places)
    upwards = _grown(people[:, : runs.above][:, ::-1], places[: runs.above][::-1], places.sum())
    downwards = _grown(people[:, runs.above :], places[runs.above :], places.sum())
    ends = np.append(upwards[1:], runs.above)[::-1] if runs.above else upwards
    starts = runs.above - ends
    return np.concatenate([starts, runs.above + downwards]) if runs.above < size else starts


def _grown(people: FloatArray, places: FloatArray, everyone: float | None = None) -> IntArray:
    """Give the first piece of each bin, each closed as soon as it speaks of no person and holds its share of all."""
    until, filled = (np.cumsum(part, axis=-1) for part in (people, places))
    until, filled = np.insert(until, 0, 0.0, axis=1), np.insert(filled, 0, 0.0)
    least = (filled[-1] if everyone is None else everyone) / MOST_BINS * (1 - TIE)
    starts, end = [], 0
    while end < places.size:
        starts.append(end)
        inside = until[:, end + 1 :] - until[:, [end]]
        may_close = _speaks_of_no_person(inside) & (filled[end + 1 :] - filled[end] >= least)
        end = end + 1 + int(np.argmax(may_close)) if may_close.any() else places.size
    # What is left at the end may speak of too few, and is joined to the bins before.
    while len(starts) > 1 and not _speaks_of_no_person(until[:, -1] - until[:, starts[-1]]):
        starts.pop()
    return np.array(starts, dtype=np.intp)


def _speaks_of_no_person(people: FloatArray) -> npt.NDArray[np.bool_]:
    """Whether every row has no one or at least five, by column."""
    return np.asarray(((people < _NO_ONE) | (people > FEWEST_PEOPLE - _NO_ONE)).all(axis=0))


def _runs(histogram: ScoreHistogram, *, cut: Cut, cut_value: float, cutoff: float) -> _Runs:
    """Join equal scores, and split those that share the places at the audit's line."""
    lowest = histogram.lowest[::-1]
    if not histogram.is_exact:
        each = np.arange(lowest.size)
        return _Runs(
            first=each, run=each, share=np.ones(each.size), threshold=lowest.tolist(), is_tied=False, above=None
        )
    tie = TIE * max(1.0, abs(float(lowest[-1])), abs(histogram.highest))
    first = np.flatnonzero(np.diff(lowest, prepend=np.inf) < -tie)
    bottoms, tops = lowest[np.append(first[1:], lowest.size) - 1], lowest[first]
    below = [*(tops[1:] + 2 * tie).tolist(), -np.inf]
    threshold: list[float | None] = [plain_between(*ends) for ends in zip(below, bottoms.tolist(), strict=True)]
    run, share = np.arange(first.size), np.ones(first.size)
    if cut == "threshold":
        above = int((bottoms >= cutoff - tie).sum())
        if 0 < above < first.size:
            threshold[above - 1] = cut_value
        return _Runs(first=first, run=run, share=share, threshold=threshold, is_tied=True, above=above)
    mass = np.add.reduceat((histogram.n if cut == "quota" else histogram.weight).sum(axis=(0, 1))[::-1], first)
    line = min(int((bottoms > cutoff + tie).sum()), first.size - 1)
    left = cut_value * (float(mass.sum()) if cut == "share" else 1.0) - float(mass[:line].sum())
    chance = min(1.0, max(0.0, left / float(mass[line]))) if mass[line] > 0 else 1.0
    if TIE < chance < 1 - TIE:
        run, share = np.insert(run, line, line), np.insert(share, line, chance)
        share[line + 1] = 1 - chance
        threshold.insert(line, None)
    return _Runs(first=first, run=run, share=share, threshold=threshold, is_tied=True, above=line + 1)


def plain_between(below: float, top: float) -> float:
    """Give the shortest decimal number above one value and not above another, for a threshold that people can type.

    Parameters
    ----------
    below, top : float
        ``below < top``; below may be minus infinity.

    Returns
    -------
    float
        ``top`` itself where no short number lies between.

    Examples
    --------
    >>> plain_between(0.4312, 0.4389)
    0.438
    """
    for digits in range(_MOST_DIGITS):
        number: float = math.floor(top * 10**digits) / 10**digits
        if below < number <= top:
            return number
    return top
