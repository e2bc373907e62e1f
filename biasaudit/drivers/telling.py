"""How well levels tell groups, for people as they are and for many shuffles of them at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_array, hstack
from scipy.stats import rankdata

from biasaudit.data.table import FloatArray

IntArray = npt.NDArray[np.intp]
#: Groups of everybody, in small integers where there are many shuffles.
Codes = npt.NDArray[np.integer[Any]]

#: Imaginary people, mixed like all, that each level starts with: an unseen level tells nothing.
PRIOR = 1.0
#: Levels that a feature keeps where all are joined.
MOST_LEVELS = 50
#: Levels of all features joined: beyond it each keeps fewer, its most common ones, since work grows with the cube.
MOST_COLUMNS = 1_000
#: Decimals of a guess: identical people must tie, whatever the order of sums.
_DECIMALS = 10


@dataclass(frozen=True, kw_only=True)
class People:
    """Who belongs to which group, and in which part of the cross-validation.

    Attributes
    ----------
    codes : array of int, shape (n,)
        0 for the reference, 1 to g for the groups told from it.
    folds : array of int, shape (n,)
        Part of each, from 0; every group is in every part.
    groups : int
        Number g of groups told from the reference, at least 1.
    """

    codes: IntArray
    folds: IntArray
    groups: int

    @property
    def shares(self) -> FloatArray:
        """Give the share of each group told in the people of all of them, shape (g,): what it counts for in a mean."""
        sizes = np.bincount(self.codes, minlength=self.groups + 1)[1:]
        return np.asarray(sizes / sizes.sum(), dtype=np.float64)

    def parts(self) -> list[IntArray]:
        """Give the rows of each fold."""
        return [np.flatnonzero(self.folds == fold) for fold in range(int(self.folds.max()) + 1)]


@dataclass(frozen=True, kw_only=True)
class _Part:
    """One fold of all features joined: what was learnt outside it, but for who is in which group."""

    train: IntArray
    test: IntArray
    learning: Any
    judged: Any
    factor: Any


class Joined:
    """All features at once: a ridge regression of each group's membership on one 0/1 column a level.

    The penalty is one imaginary person a level, as for one feature alone. The matrices do not depend on who is in
    which group, so that many shuffles cost little more than one.
    """

    def __init__(self, levels: list[IntArray], people: People) -> None:
        self._people = people
        self._parts = [_part(levels, people, test) for test in people.parts()]

    def guesses(self, codes: Codes) -> list[FloatArray]:
        """Guess for the rows of each fold who belongs to each group rather than to the reference.

        Parameters
        ----------
        codes : array of int, shape (b, n)
            Groups of everybody, in b shuffles; each fold holds the same number of each group in all of them.

        Returns
        -------
        list of array, each of shape (g, b, rows of the fold)
            First step, from nothing, of Newton's method for a multinomial logistic regression with that penalty.
        """
        return [self._guess(part, codes) for part in self._parts]

    def _guess(self, part: _Part, codes: Codes) -> FloatArray:
        shuffles, groups = len(codes), self._people.groups
        known = codes[:, part.train]
        shares = np.array([(known[0] == group).mean() for group in range(groups + 1)])
        fitted = np.empty((groups, len(part.test), shuffles))
        for group in range(1, groups + 1):
            answers = (known == group).T - shares[group]
            slopes = cho_solve(part.factor, part.learning @ answers, check_finite=False)
            fitted[group - 1] = shares[group] + part.judged @ slopes
        reference = (1 - fitted.sum(axis=0)) / shares[0]
        odds = fitted / shares[1:, None, None] - reference
        return np.ascontiguousarray(odds.transpose(0, 2, 1)).round(_DECIMALS)

    def strengths(self, codes: Codes) -> FloatArray:
        """Give 2 AUC - 1, averaged over folds and, by their people, over groups, for each of b shuffles."""
        found = np.zeros(len(codes))
        for part, guess in zip(self._parts, self.guesses(codes), strict=True):
            order = np.argsort(codes[:, part.test], axis=1, kind="stable")
            ends = np.cumsum(np.bincount(codes[0, part.test], minlength=self._people.groups + 1))
            for group in range(1, self._people.groups + 1):
                sorted_guess = np.take_along_axis(guess[group - 1], order, axis=1)
                mine, others = sorted_guess[:, ends[group - 1] : ends[group]], sorted_guess[:, : ends[0]]
                found += self._people.shares[group - 1] * _area(mine, others)
        return 2 * found / len(self._parts) - 1


def levels_kept(features: int) -> int:
    """Give how many levels each feature keeps where so many are joined.

    Examples
    --------
    >>> levels_kept(3), levels_kept(200)
    (50, 5)
    """
    return max(2, min(MOST_LEVELS, MOST_COLUMNS // max(features, 1)))


def _part(levels: list[IntArray], people: People, test: IntArray) -> _Part:
    train = np.setdiff1d(np.arange(len(people.codes)), test)
    blocks = []
    most = levels_kept(len(levels))
    for part in levels:
        people_of = np.bincount(part[train])
        kept = np.argsort(-people_of, kind="stable")[:most]
        place = np.full(int(part.max()) + 1, -1)
        place[kept] = np.arange(len(kept))
        rows = np.flatnonzero(place[part] >= 0)
        blocks.append(csr_array((np.ones(len(rows)), (rows, place[part[rows]])), shape=(len(people.codes), len(kept))))
    matrix = csr_array(hstack(blocks, format="csr"))
    learning = csr_array(matrix[train].T)
    normal = (learning @ learning.T).toarray()
    normal[np.diag_indices_from(normal)] += PRIOR
    return _Part(train=train, test=test, learning=learning, judged=matrix[test], factor=cho_factor(normal))


def _area(mine: FloatArray, others: FloatArray) -> FloatArray:
    """Give the chance that one of mine stands above one of the others, ties counting half, row by row."""
    inside, outside = mine.shape[1], others.shape[1]
    ranks = rankdata(np.hstack([mine, others]), axis=1)[:, :inside]
    return np.asarray((ranks.sum(axis=1) - inside * (inside + 1) / 2) / (inside * outside), dtype=np.float64)


def strengths_of_levels(levels: IntArray, people: People, codes: Codes) -> FloatArray:
    """Give how well the levels of one feature tell groups, for each of b shuffles.

    Everything that a strength needs are the people of each level, group and fold: these are counted for all shuffles by
    one product of matrices a fold.

    Parameters
    ----------
    levels : array of int, shape (n,)
        Level of each row, from 0.
    people : People
        Folds, and the number of groups.
    codes : array of int, shape (b, n)
        Groups of everybody, shuffled within folds.

    Returns
    -------
    array of float, shape (b,)
        2 AUC - 1 of the group guessed by the share of it in a level, learnt on the other folds; averaged over folds
        and, by their people, over groups.

    Examples
    --------
    >>> people = People(codes=np.tile([0, 1], 20), folds=np.repeat(np.arange(2), 20), groups=1)
    >>> strengths_of_levels(people.codes, people, people.codes[None]).tolist()
    [1.0]
    """
    size = int(levels.max()) + 1
    tables = [_table(levels[part], size, codes[:, part], people.groups) for part in people.parts()]
    everyone = np.sum(tables, axis=0)
    found = np.zeros(len(codes))
    for table in tables:
        learnt = everyone - table
        for group in range(1, people.groups + 1):
            inside, outside = learnt[group], learnt[0]
            overall = inside[0].sum() / (inside[0].sum() + outside[0].sum())
            guess = (inside + PRIOR * overall) / (inside + outside + PRIOR)
            found += people.shares[group - 1] * _area_of_tables(guess, table[group], table[0])
    return 2 * found / len(tables) - 1


def _table(levels: IntArray, size: int, codes: Codes, groups: int) -> FloatArray:
    """Count people by group, shuffle and level, shape (g + 1, b, size)."""
    rows = np.arange(len(levels))
    counter = csr_array((np.ones(len(levels), dtype=np.float32), (levels, rows)), shape=(size, len(levels)))
    counted = np.empty((groups + 1, len(codes), size))
    for group in range(1, groups + 1):
        counted[group] = (counter @ (codes == group).T.astype(np.float32)).T
    counted[0] = np.bincount(levels, minlength=size) - counted[1:].sum(axis=0)
    return counted


def _area_of_tables(guess: FloatArray, mine: FloatArray, others: FloatArray) -> FloatArray:
    """Give the same area from people counted by level, shape (b, levels) each, with a guess a level."""
    order = np.argsort(guess, axis=1, kind="stable")
    rising, mine, others = (np.take_along_axis(part, order, axis=1) for part in (guess, mine, others))
    up_to = np.cumsum(others, axis=1)
    below = up_to - others
    is_new = np.ones(rising.shape, dtype=np.bool_)
    is_new[:, 1:] = rising[:, 1:] != rising[:, :-1]
    is_last = np.ones_like(is_new)
    is_last[:, :-1] = is_new[:, 1:]
    # Levels with one guess are one step: all of it stands below the next, and half of it below itself.
    start = np.maximum.accumulate(np.where(is_new, below, 0.0), axis=1)
    end = np.minimum.accumulate(np.where(is_last, up_to, np.inf)[:, ::-1], axis=1)[:, ::-1]
    whole = mine.sum(axis=1) * others.sum(axis=1)
    return np.asarray((mine * (start + end) / 2).sum(axis=1) / whole, dtype=np.float64)
