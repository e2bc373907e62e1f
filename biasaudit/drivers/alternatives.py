"""Which changes within a person's reach would have changed what was decided: fewest data first, smallest change first.

Counterfactual explanations (Wachter, Mittelstadt & Russell, Harvard Journal of Law & Technology 31, 2018), sought over
the values that somebody can reach (Ustun, Spangher & Liu, Actionable Recourse in Linear Classification, FAT* 2019), and
with the model itself asked about each.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from biasaudit.data.table import FloatArray
from biasaudit.drivers.reach import Reach
from biasaudit.models import Model, code_rows, is_numeric

#: Alternatives told at most: more are no help.
MOST_TOLD = 3
#: Scores computed at most for each number of data changed together.
MOST_TRIED = 150_000
#: Data changed together are sought among so many: those that come nearest to the line alone.
MOST_INPUTS = {2: 12, 3: 8}

#: Of each input that is changed, which of its reachable values it takes.
Choice = dict[int, int]


@dataclass(frozen=True, kw_only=True)
class Way:
    """Changes that would have changed the decision.

    Attributes
    ----------
    changes : dict of str to object
        Columns and the values they take, as they stand in a table.
    effort : float
        How far that is, in units that each :class:`Reach` counts in.
    score : float
        What the model says after them.
    """

    changes: dict[str, object]
    effort: float
    score: float


def find_ways(
    model: Model,
    person: pd.DataFrame,
    reaches: Sequence[Reach],
    wins: Callable[[FloatArray], npt.NDArray[np.bool_]],
    *,
    at_once: int,
) -> tuple[Way, ...]:
    """Look for the fewest and smallest changes after which a score wins.

    Every reachable value of every single input is tried. Only where none suffices, two together are sought, then three:
    first over a grid of their values that bring the score nearer, then each change of a find is taken back step by step
    as far as it still wins. What is told is therefore enough, and no step of it can be spared.

    Parameters
    ----------
    model : Model
        One that can score.
    person : pandas.DataFrame, shape (1, p)
        The person's inputs.
    reaches : sequence of Reach
        What may be changed, and to which values.
    wins : callable
        From scores, shape (m,), to whether each would have been decided otherwise.
    at_once : int
        Most inputs changed together, 1 to 3.

    Returns
    -------
    tuple of Way
        At most :data:`MOST_TOLD`, least effort first; each was scored by the model on the changed inputs. Empty where
        none was found.
    """
    assert model.score is not None
    search = _Search(model, person[list(model.features)], [reach for reach in reaches if len(reach.others)], wins)
    found: list[Choice] = search.alone()
    for size in range(2, at_once + 1):
        if found:
            break
        found = search.together(size)
    ways = [search.way(choice) for choice in found]
    scores = model.score(search.frame(ways)) if ways else np.zeros(0)
    sure = [
        Way(changes=way.changes, effort=way.effort, score=float(score))
        for way, score, is_won in zip(ways, scores, wins(scores), strict=True)
        if is_won
    ]
    return tuple(sorted(sure, key=lambda way: (way.effort, tuple(way.changes)))[:MOST_TOLD])


class _Search:
    """One person's inputs as codes, and every value within reach as a code of its column."""

    def __init__(
        self,
        model: Model,
        person: pd.DataFrame,
        reaches: list[Reach],
        wins: Callable[[FloatArray], npt.NDArray[np.bool_]],
    ) -> None:
        numbers = {name: np.float64 for name in person.columns if is_numeric(person[name])}
        self.person, self.reaches, self.wins = person.astype(numbers), reaches, wins
        columns = {name: place for place, name in enumerate(person.columns)}
        self.places = [columns[reach.column] for reach in reaches]
        sizes = [len(reach.others) for reach in reaches]
        frame = pd.concat([self.person] * (1 + sum(sizes)), ignore_index=True)
        start = 1
        for reach in reaches:
            changed = frame[reach.column].copy()
            changed.iloc[start : start + len(reach.others)] = reach.others.array
            frame[reach.column] = changed
            start += len(reach.others)
        coded = code_rows(model, frame)
        self.own, self.score = coded.codes[0], coded.score
        ends = 1 + np.cumsum([0, *sizes])
        self.codes = [
            coded.codes[begin:end, place] for begin, end, place in zip(ends[:-1], ends[1:], self.places, strict=True)
        ]
        own_score = self.score(self.own[None])[0]
        self.alone_scores = [self._scores([{at: k} for k in range(size)]) for at, size in enumerate(sizes)]
        # Towards the line is up for somebody whose score is too low, and down for somebody whose score is too high.
        upwards = bool(wins(np.array([np.inf]))[0])
        self.gains = [(scores - own_score) * (1 if upwards else -1) for scores in self.alone_scores]

    def alone(self) -> list[Choice]:
        """Give the smallest winning change of each single input."""
        found = []
        for at, scores in enumerate(self.alone_scores):
            winning = np.flatnonzero(self.wins(scores))
            if len(winning):
                found.append({at: int(winning[np.argmin(self.reaches[at].efforts[winning])])})
        return found

    def together(self, size: int) -> list[Choice]:
        """Give the smallest winning changes of several inputs at once, found on a grid and then taken back."""
        hopeful = [at for at, gains in enumerate(self.gains) if (gains > 0).any()]
        hopeful = sorted(hopeful, key=lambda at: (-float(self.gains[at].max()), at))[: MOST_INPUTS[size]]
        groups = list(itertools.combinations(sorted(hopeful), size))
        if not groups:
            return []
        each = max(2, int((MOST_TRIED / len(groups)) ** (1 / size)))
        grids = {at: self._grid(at, each) for at in hopeful}
        found: dict[tuple[tuple[int, int], ...], Choice] = {}
        for group in groups:
            picks = np.stack(np.meshgrid(*(grids[at] for at in group), indexing="ij"), axis=-1).reshape(-1, size)
            codes = np.repeat(self.own[None], len(picks), axis=0)
            efforts = np.zeros(len(picks))
            for at, picked in zip(group, picks.T, strict=True):
                codes[:, self.places[at]] = self.codes[at][picked]
                efforts += self.reaches[at].efforts[picked]
            winning = np.flatnonzero(self.wins(self.score(codes)))
            if len(winning):
                least = picks[winning[np.argmin(efforts[winning])]]
                choice = self._taken_back({at: int(k) for at, k in zip(group, least, strict=True)})
                found[tuple(sorted(choice.items()))] = choice
        return list(found.values())

    def way(self, choice: Choice) -> Way:
        """Write a choice as values of columns."""
        changes = {self.reaches[at].column: self.reaches[at].others.iloc[k] for at, k in sorted(choice.items())}
        return Way(changes=changes, effort=self._effort(choice), score=np.nan)

    def frame(self, ways: Sequence[Way]) -> pd.DataFrame:
        """Give the person's inputs after each way, as the model reads them."""
        frame = pd.concat([self.person] * len(ways), ignore_index=True)
        for column in {column for way in ways for column in way.changes}:
            changed = frame[column].copy()
            for row, way in enumerate(ways):
                if column in way.changes:
                    changed[row] = way.changes[column]
            frame[column] = changed
        return frame

    def _grid(self, at: int, each: int) -> list[int]:
        """Take values of an input that come nearer to the line, evenly from the smallest effort to the largest."""
        nearer = np.flatnonzero(self.gains[at] > 0)
        nearer = nearer[np.argsort(self.reaches[at].efforts[nearer], kind="stable")]
        kept = np.unique(np.linspace(0, len(nearer) - 1, min(each, len(nearer))).round().astype(int))
        return [int(k) for k in nearer[kept]]

    def _taken_back(self, choice: Choice) -> Choice:
        """Take each change back as far as the whole still wins, in turn, until nothing can be."""
        moved = True
        while moved:
            moved = False
            for at in sorted(choice):
                rest = {other: k for other, k in choice.items() if other != at}
                less = np.flatnonzero(self.reaches[at].efforts < self.reaches[at].efforts[choice[at]])
                less = less[np.argsort(self.reaches[at].efforts[less], kind="stable")]
                tried = [rest, *({**rest, at: int(k)} for k in less)]
                winning = np.flatnonzero(self.wins(self._scores(tried)))
                if len(winning):
                    choice, moved = tried[int(winning[0])], True
                    break
        return choice

    def _scores(self, choices: Sequence[Choice]) -> FloatArray:
        codes = np.repeat(self.own[None], len(choices), axis=0)
        for row, choice in enumerate(choices):
            for at, k in choice.items():
                codes[row, self.places[at]] = self.codes[at][k]
        return self.score(codes)

    def _effort(self, choice: Choice) -> float:
        return float(sum(self.reaches[at].efforts[k] for at, k in choice.items()))
