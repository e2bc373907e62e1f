"""What a new label is expected to be, item by item, without looking at that item's own reference label.

To rank items by what is known to be wrong with them, and then to measure with that same knowledge,
would promise more than new labels can hold. So the chance that a new label is positive is learnt on
four fifths of the items (how much the answers of each unit about each cell of people say about the
reference label) and read off for the last fifth, five times over.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from biasaudit.data.annotations import AnnotationLog
from biasaudit.data.table import BoolArray, FloatArray
from biasaudit.errors import NotApplicableError
from biasaudit.models import first_fit
from biasaudit.spec import AnnotationsSpec, ReferenceSpec
from biasaudit.traces.attribution.facets import merged_cells
from biasaudit.traces.ballots import Ballots, IntArray
from biasaudit.traces.disclosure import FEWEST_ANNOTATORS
from biasaudit.traces.rules.rule import Rule, aggregate

#: Parts that items are dealt into; each is foretold from the others.
FOLDS = 5
#: Fewer items with a reference label teach too little about the others.
FEWEST_REFERENCE_ITEMS = 50
#: Units told apart when learning what answers say; the others count as one.
MOST_UNITS = 8
#: Columns from which units are no longer told apart cell by cell.
MOST_COLUMNS = 60
#: Items learnt from at most, drawn from all: far more than a few dozen columns ask for.
MOST_LEARNT = 20_000
#: scikit-learn's C of the regression that learns it.
INVERSE_PENALTY = 1.0


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What new labels are expected to be.

    Attributes
    ----------
    new_labels : str
        ``gold``, the name of a unit, or ``peers``.
    chance : array of float, shape (items,)
        Chance that a new label is positive, foretold without the item's own reference label.
    known : array of float, shape (items,)
        The item's own reference label, which the ranking never sees; NaN where there is none.
    can_be : array of bool, shape (items,)
        Items whose label can be given anew.
    """

    new_labels: str
    chance: FloatArray
    known: FloatArray
    can_be: BoolArray

    @property
    def measured(self) -> FloatArray:
        """Labels to measure with: an item's own reference label where known, else the chance."""
        return np.where(np.isnan(self.known), self.chance, self.known)

    @property
    def draw_variance(self) -> FloatArray:
        """Variance of the labels to measure with, where they are not known: that of one draw."""
        return np.where(np.isnan(self.known), self.chance * (1 - self.chance), 0.0)


def expected_labels(
    log: AnnotationLog,
    ballots: Ballots,
    declared: AnnotationsSpec,
    rule: Rule,
    *,
    outcome: FloatArray,
    cell: IntArray,
    seed: int,
) -> Expected:
    """Foretell new labels, under the declared reference.

    ======== ======================================= ==========================================
    declared a new label is expected to agree with   measured with
    ======== ======================================= ==========================================
    column   the reference label of the item         the item's own reference label where known
    unit     that unit's answers about the item      its mean answer where it gave one
    peers    the rule, applied to as many answers    the chance, since every answer about an
             like those that the item got            item made its label already
    ======== ======================================= ==========================================

    Parameters
    ----------
    log : AnnotationLog
        All answers.
    ballots : Ballots
        Those about the items that train the model.
    declared : AnnotationsSpec
        Holds the reference.
    rule : Rule
        How answers become a label.
    outcome : array of float, shape (items,)
        The recorded label of each item.
    cell : array of int, shape (items,)
        Cell of people of each item.
    seed : int
        Seed of the parts that items are dealt into, and of the answers held out under ``peers``.

    Returns
    -------
    Expected
        By item.

    Raises
    ------
    NotApplicableError
        Where too few items have a reference label.
    """
    rng = np.random.default_rng(seed)
    unit = _main_units(log, ballots, log.units[0]) if log.units else None
    answers = _Answers(ballots=ballots, unit=unit, cell=merged_cells(cell))
    if not isinstance(declared.reference, ReferenceSpec):
        return _from_peers(answers, rule, rng)
    if declared.reference.column is not None:
        by_label = log.frame["reference"].to_numpy(dtype=float)[ballots.source]
        known = _first_of_item(ballots, by_label)
        every = np.ones(len(ballots.label), dtype=bool)
        chance = _foretold(answers.columns(every, outcome), known, rng)
        return Expected(new_labels="gold", chance=chance, known=known, can_be=np.ones(len(known), dtype=bool))
    return _from_unit(log, answers, declared.reference.unit or "", rng)


@dataclass(frozen=True, kw_only=True)
class _Answers:
    """Answers, the unit of each (None where no units are declared) and the cell of people of each item."""

    ballots: Ballots
    unit: IntArray | None
    cell: IntArray

    def columns(self, keep: BoolArray, outcome: FloatArray | None = None) -> FloatArray:
        """Lay out what some of the answers about each item say: shape (items, columns).

        The log-odds of its positive answers; the recorded label; for each unit its positive minus
        its other answers and how many it gave, both as shares of the item's answers; each apart by cell.
        """
        n_items = self.ballots.n_items
        item, label = self.ballots.item[keep], self.ballots.label[keep]
        total = np.bincount(item, minlength=n_items).astype(float)
        positive = np.bincount(item, label, n_items)
        plain = [np.log((positive + 0.5) / (total - positive + 0.5))]
        if outcome is not None:
            plain.append(outcome - 0.5)
        by_unit = []
        units = np.zeros(0, dtype=np.intp) if self.unit is None else self.unit[keep]
        size = np.maximum(total, 1.0)
        for unit in range(int(units.max(initial=-1)) + 1):
            own = units == unit
            by_unit.append(np.bincount(item[own], 2 * label[own] - 1, n_items) / size)
            by_unit.append(np.bincount(item[own], minlength=n_items) / size)
        cells = np.unique(self.cell)
        dummies = (self.cell[:, None] == cells).astype(float)
        wide = [*plain, *by_unit] if (1 + len(plain) + len(by_unit)) * len(cells) <= MOST_COLUMNS else plain
        crossed = [column[:, None] * dummies for column in wide]
        return np.column_stack([*plain, *by_unit, dummies, *crossed])


def _from_unit(log: AnnotationLog, answers: _Answers, name: str, rng: np.random.Generator) -> Expected:
    ballots = answers.ballots
    holders = [each for each in log.units if name in set(log.frame[f"unit:{each}"].astype(object))]
    if not holders:
        raise NotApplicableError(f"no label is by the declared reference unit {name!r}")
    is_reference = (log.frame[f"unit:{holders[0]}"].astype(object) == name).to_numpy()[ballots.source]
    if len(np.unique(ballots.annotator[is_reference])) < FEWEST_ANNOTATORS:
        raise NotApplicableError(
            f"the declared reference unit of {holders[0]!r} has fewer than {FEWEST_ANNOTATORS} annotators, too few to stand "
            "for a unit"
        )
    counted = np.bincount(ballots.item[is_reference], minlength=ballots.n_items)
    said = np.bincount(ballots.item[is_reference], ballots.label[is_reference], ballots.n_items)
    known = np.where(counted > 0, said / np.maximum(counted, 1), np.nan)
    can_be = np.bincount(ballots.item[~is_reference], minlength=ballots.n_items) > 0
    chance = _foretold(answers.columns(~is_reference), np.where(can_be, known, np.nan), rng)
    return Expected(new_labels=name, chance=chance, known=known, can_be=can_be)


def _from_peers(answers: _Answers, rule: Rule, rng: np.random.Generator) -> Expected:
    """Hold one answer of each item out, learn it from the others, and foretell as many answers anew."""
    ballots = answers.ballots
    held_out = np.zeros(len(ballots.label), dtype=bool)
    starts = np.concatenate([[0], np.cumsum(ballots.per_item)[:-1]]).astype(np.intp)
    held_out[starts + (rng.random(ballots.n_items) * ballots.per_item).astype(np.intp)] = True
    several = ballots.per_item > 1
    known = np.where(several, ballots.label[held_out], np.nan)
    every = np.ones(len(held_out), dtype=bool)
    chance = _foretold(answers.columns(~held_out), known, rng, read=answers.columns(every))
    panel = aggregate(rule, ballots, chance[ballots.item])
    return Expected(new_labels="peers", chance=panel, known=np.full(len(panel), np.nan), can_be=several)


def _first_of_item(ballots: Ballots, by_label: FloatArray) -> FloatArray:
    """Read what each label says of its item: the same for all labels of an item."""
    found: FloatArray = np.full(ballots.n_items, np.nan)
    found[ballots.item[::-1]] = by_label[::-1]
    return found


def _main_units(log: AnnotationLog, ballots: Ballots, kind: str) -> IntArray:
    """Give the unit of each answer: the largest of at least five annotators from 0, all others as one more."""
    codes = np.asarray(log.frame[f"unit:{kind}"].cat.codes, dtype=np.intp)[ballots.source]
    sizes = np.bincount(codes)
    pairs = np.unique(np.column_stack([codes, ballots.annotator]), axis=0)[:, 0]
    enough = np.bincount(pairs, minlength=len(sizes)) >= FEWEST_ANNOTATORS
    kept = [int(code) for code in np.argsort(-sizes, kind="stable") if enough[code]][:MOST_UNITS]
    number = np.full(len(sizes), len(kept), dtype=np.intp)
    number[kept] = np.arange(len(kept))
    return number[codes]


def _foretold(
    columns: FloatArray, known: FloatArray, rng: np.random.Generator, read: FloatArray | None = None
) -> FloatArray:
    """Foretell each item's label from items of the other parts, read off other columns where given."""
    has = np.flatnonzero(np.isfinite(known))
    if len(has) < FEWEST_REFERENCE_ITEMS or known[has].min() == known[has].max():
        raise NotApplicableError(
            f"fewer than {FEWEST_REFERENCE_ITEMS} items have a label to learn from what new labels would be, "
            "or all of those are alike"
        )
    read = columns if read is None else read
    part = rng.permutation(len(known)) % FOLDS
    chance = np.empty(len(known))
    for fold in range(FOLDS):
        learn = has[part[has] != fold]
        if len(learn) > MOST_LEARNT:
            learn = np.sort(rng.choice(learn, MOST_LEARNT, replace=False))
        told = part == fold
        if known[learn].min() == known[learn].max():
            chance[told] = known[learn][0]
            continue
        fit = first_fit(columns[learn], known[learn], np.ones(len(learn)), inverse_penalty=INVERSE_PENALTY)
        chance[told] = expit(read[told] @ fit.coefficients[:-1] + fit.coefficients[-1])
    return chance
