"""The judged people and everything that is measured on them, for any decisions about them and in any resample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from biasaudit.data.table import BoolArray, FloatArray, Table
from biasaudit.errors import NotApplicableError
from biasaudit.models import Decisions, Judgement, Model, decide
from biasaudit.models.deciding import Scale
from biasaudit.results import FEWEST_PEOPLE, AttributeFacts
from biasaudit.spec import AuditSpec, ModelSpec
from biasaudit.traces import Judges, judges_of

IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True)
class Draw:
    """What stands in one resample, or in the data themselves.

    Attributes
    ----------
    train : array of float, shape (n_train,), or None
        How often each training row stands in it; None for once each, as the model learnt.
    judged : array of float, shape (n_judged,), or None
        The same of the judged rows.
    scores : array of float, shape (n_judged,), or None
        Scores of the model as it is, trained on ``train``; None where only decisions were given.
    selected : array of float, shape (n_judged,)
        Its decisions, as chances.
    """

    train: FloatArray | None
    judged: FloatArray | None
    scores: FloatArray | None
    selected: FloatArray


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What some decisions mean: one number a comparison or a group, NaN where undefined.

    Attributes
    ----------
    gaps, fpr_gaps, fnr_gaps : array of float, shape (comparisons,)
        Group minus reference.
    accuracy : array of float, shape (2,)
        Share decided as the truth or outcome says, and as reference labels say.
    rates, gaining, losing : array of float, shape (groups of all attributes,)
        Selection rate; shares selected only with these decisions, and only with today's.
    selected : float
        People selected.
    """

    gaps: FloatArray
    fpr_gaps: FloatArray
    fnr_gaps: FloatArray
    accuracy: FloatArray
    rates: FloatArray
    gaining: FloatArray
    losing: FloatArray
    selected: float


@dataclass(frozen=True, kw_only=True)
class Bench:
    """The judged people, as every remedy meets them.

    Attributes
    ----------
    judges : Judges
        Who is compared with whom.
    rows : array of int, shape (n,)
        Position of each judged row in the whole table.
    cut : ModelSpec
        How scores become decisions.
    scale : str
        Whether scores are probabilities.
    today : Decisions
        Of the model as it is.
    scores : array of float, shape (n,), or None
        Its scores.
    actual : array of float, shape (n,)
        Truth where declared, else outcome; NaN where unknown.
    reference : array of float, shape (n,)
        Reference label; NaN where there is none.
    """

    judges: Judges
    rows: IntArray
    cut: ModelSpec
    scale: Scale
    today: Decisions
    scores: FloatArray | None
    actual: FloatArray
    reference: FloatArray

    @cached_property
    def now(self) -> Draw:
        """The data themselves, and what the model decides on them."""
        return Draw(train=None, judged=None, scores=self.scores, selected=self.today.selected)

    @property
    def keeps_number(self) -> bool:
        """Whether as many people are selected whatever the scores are."""
        return self.today.cut in ("share", "quota")

    @cached_property
    def offsets(self) -> IntArray:
        """Place of the first group of each attribute among the groups of all attributes."""
        sizes = [int(codes.max()) + 1 for codes in self.judges.all_codes]
        return np.concatenate([[0], np.cumsum(sizes)]).astype(np.intp)

    def decide(self, scores: FloatArray, copies: FloatArray | None) -> FloatArray:
        """Decide as declared, shape (n,)."""
        return decide(scores, self.cut, weight=self.judges.weight, copies=copies, scale=self.scale).selected

    def places(self, copies: FloatArray | None) -> tuple[FloatArray, float]:
        """Give what each person counts, and how much of that a declared share or quota selects."""
        mass = np.ones(len(self.rows)) if copies is None else copies
        if self.today.cut == "share":
            mass = mass * self.judges.weight
            return mass, float(self.today.cut_value or 0.0) * float(mass.sum())
        return mass, float(self.today.cut_value or 0.0)

    def keep_number(self, chance: FloatArray, copies: FloatArray | None) -> tuple[FloatArray, float]:
        """Select as many people as the model does, by lot among all: the others' chances move in proportion.

        Parameters
        ----------
        chance : array of float, shape (n,)
            Chance of each to be selected.
        copies : array of float, shape (n,), optional
            How often each stands in a resample.

        Returns
        -------
        chance : array of float, shape (n,)
            All multiplied by the same factor where there are too many; else all chances of not being selected.
            Rates that were equal stay equal.
        by_lot : float
            Places given or taken so, in people.
        """
        if not self.keeps_number:
            return chance, 0.0
        mass, wanted = self.places(copies)
        found, all_of_them = float(mass @ chance), float(mass.sum())
        if found > wanted:
            return chance * (wanted / found), found - wanted
        if found >= all_of_them:
            return chance, 0.0
        return chance + (1 - chance) * ((wanted - found) / (all_of_them - found)), wanted - found

    def figures(self, selected: FloatArray, draw: Draw) -> Figures:
        """Measure some decisions in one resample.

        Parameters
        ----------
        selected : array of float, shape (n,)
            Decisions, as chances from 0 to 1.
        draw : Draw
            The resample, with today's decisions.
        """
        judges, copies = self.judges, draw.judged
        weight = judges.weight if copies is None else judges.weight * copies
        more, less = np.maximum(selected - draw.selected, 0), np.maximum(draw.selected - selected, 0)
        return Figures(
            gaps=judges.gaps(selected, copies),
            fpr_gaps=self._gaps_among(selected, weight, self.actual == 0),
            fnr_gaps=self._gaps_among(1 - selected, weight, self.actual == 1),
            accuracy=np.array([_agreeing(selected, label, weight) for label in (self.actual, self.reference)]),
            rates=self._means(selected, weight),
            gaining=self._means(more, weight),
            losing=self._means(less, weight),
            selected=float((selected if copies is None else selected * copies).sum()),
        )

    def _means(self, values: FloatArray, weight: FloatArray) -> FloatArray:
        parts = []
        for codes, size in zip(self.judges.codes, np.diff(self.offsets), strict=True):
            with np.errstate(divide="ignore", invalid="ignore"):
                parts.append(np.bincount(codes, weight * values, size) / np.bincount(codes, weight, size))
        return np.concatenate(parts)

    def _gaps_among(self, values: FloatArray, weight: FloatArray, among: BoolArray) -> FloatArray:
        """Gap of a mean among some of the people; NaN where a side has fewer than five of them."""
        means = self._means(values, weight * among)
        people = self._counts(among)
        found = []
        for attribute, group, reference in (one.place for one in self.judges.comparisons):
            one, other = self.offsets[attribute] + group, self.offsets[attribute] + reference
            enough = min(people[one], people[other]) >= FEWEST_PEOPLE
            found.append(means[one] - means[other] if enough else np.nan)
        return np.array(found)

    def _counts(self, among: BoolArray) -> FloatArray:
        sizes = np.diff(self.offsets)
        return np.concatenate(
            [np.bincount(codes[among], minlength=size) for codes, size in zip(self.judges.codes, sizes, strict=True)]
        )


def _agreeing(selected: FloatArray, label: FloatArray, weight: FloatArray) -> float:
    """Share of people decided as a label says, expected over lots; NaN where fewer than five have one."""
    known = np.isfinite(label)
    if known.sum() < FEWEST_PEOPLE or not (total := float(weight[known].sum())):
        return float("nan")
    right = selected[known] * label[known] + (1 - selected[known]) * (1 - label[known])
    return float(weight[known] @ right) / total


def make_bench(  # noqa: PLR0917 - takes what every room before it made
    table: Table,
    spec: AuditSpec,
    facts: Sequence[AttributeFacts],
    model: Model,
    judgement: Judgement,
    reference: FloatArray | None = None,
) -> Bench:
    """Lay out the judged people.

    Parameters
    ----------
    table : Table
        All rows.
    spec : AuditSpec
        The declaration.
    facts : sequence of AttributeFacts
        Attributes and intersections, as found on the judged rows.
    model : Model
        The model as it is.
    judgement : Judgement
        What it says about the judged rows.
    reference : array of float, shape (rows of the table,), optional
        Reference labels, NaN where there is none.

    Raises
    ------
    NotApplicableError
        Where no two groups are large enough to be compared.
    """
    rows = np.flatnonzero(table.is_judged).astype(np.intp)
    minimum = max(spec.groups.minimum_size, FEWEST_PEOPLE)
    judges = judges_of(table, rows, facts, minimum)
    if not judges.comparisons:
        raise NotApplicableError(f"no group has {minimum} judged people, or there is only one group")
    unknown = np.full(len(table), np.nan)
    actual = (unknown if table.actual is None else table.actual)[rows]
    trusted = (unknown if reference is None else reference)[rows]
    if np.array_equal(trusted, actual, equal_nan=True):
        trusted = unknown[rows]  # the same labels under two names are held against once
    return Bench(
        judges=judges,
        rows=rows,
        cut=spec.model,
        scale=model.scale,
        today=judgement.decisions,
        scores=judgement.scores,
        actual=actual,
        reference=trusted,
    )
