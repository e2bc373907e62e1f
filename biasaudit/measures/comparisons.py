"""Every group beside its reference in every rate: the comparisons that make the family of an audit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from biasaudit.measures.counting import Counts
from biasaudit.measures.groups import is_picked_from_decisions
from biasaudit.measures.rates import RateRule, rate_counts, rules
from biasaudit.measures.significance import benjamini_hochberg
from biasaudit.results import AttributeFacts

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """Counts of a group and its reference, one element a comparison (effective where weighted)."""

    k: FloatArray
    n: FloatArray
    k_reference: FloatArray
    n_reference: FloatArray

    def times(self, factor: FloatArray) -> Counted:
        """Multiply the people of both sides, at the same rates."""
        return Counted(
            k=self.k * factor,
            n=self.n * factor,
            k_reference=self.k_reference * factor,
            n_reference=self.n_reference * factor,
        )

    def at(self, places: npt.NDArray[np.intp]) -> Counted:
        """Keep some comparisons."""
        return Counted(
            k=self.k[places],
            n=self.n[places],
            k_reference=self.k_reference[places],
            n_reference=self.n_reference[places],
        )

    @property
    def parts(self) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Give the four counts in the order in which intervals and tests take them."""
        return self.k, self.n, self.k_reference, self.n_reference


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparisons:
    """All comparisons of an audit, side by side; arrays and lists have one element a comparison.

    Attributes
    ----------
    facts, groups, rules : list
        What is compared.
    counted : Counted
        The counts of both sides.
    people, people_reference : array of float
        Denominators in people, each counted once.
    size : array of float
        People in the whole group.
    is_first : array of bool
        Whether no earlier measure carries the same information.
    pairs : array of float
        For how many comparisons it stands: more than one where the reference was picked.
    """

    facts: list[AttributeFacts]
    groups: list[str]
    rules: list[RateRule]
    counted: Counted
    people: FloatArray
    people_reference: FloatArray
    size: FloatArray
    is_first: BoolArray
    pairs: FloatArray


def compare(counts: Counts, facts: list[AttributeFacts]) -> Comparisons:
    """Lay all comparisons of an audit side by side."""
    labels: list[tuple[AttributeFacts, str, RateRule]] = []
    columns: list[FloatArray] = []
    for fact in facts:
        by = counts.by(fact.name)
        reference = by.groups.index(fact.reference)
        others = np.array([place for place in range(len(by.groups)) if place != reference])
        size = by.n.sum(axis=(1, 2, 3))[others]
        pairs = (len(others) + 1) / 2 if is_picked_from_decisions(fact) else 1.0
        for rule in rules(counts):
            cells = rate_counts(by, rule)
            group = [part[others, 0] for part in (cells.k, cells.n, cells.people)]
            held = [np.full(others.size, part[reference, 0]) for part in (cells.k, cells.n, cells.people)]
            first = np.full(others.size, not rule.twin)
            columns.append(np.stack([*group, *held, size, first, np.full(others.size, pairs)]))
            labels += [(fact, by.groups[place], rule) for place in others]
    k, n, people, k_reference, n_reference, people_reference, size, first, pairs_of = (
        np.concatenate(columns, axis=1) if columns else np.zeros((9, 0))
    )
    return Comparisons(
        facts=[label[0] for label in labels],
        groups=[label[1] for label in labels],
        rules=[label[2] for label in labels],
        counted=Counted(k=k, n=n, k_reference=k_reference, n_reference=n_reference),
        people=people,
        people_reference=people_reference,
        size=size,
        is_first=first.astype(bool),
        pairs=pairs_of,
    )


def distinct(compared: Comparisons, which: BoolArray) -> FloatArray:
    """Count distinct information among some comparisons."""
    return np.where(compared.is_first & which, compared.pairs, 0.0)


def adjusted_p(p_values: FloatArray, compared: Comparisons) -> FloatArray:
    """Adjust each distinct p-value over the family, and give twins the value of their twin."""
    known = ~np.isnan(p_values)
    family = float(distinct(compared, known).sum())
    adjusted = benjamini_hochberg(np.where(compared.is_first, p_values, np.nan), family)
    place = {
        (compared.facts[i].name, compared.groups[i], compared.rules[i].name): i for i in range(len(compared.groups))
    }
    for i in np.flatnonzero(~compared.is_first):
        adjusted[i] = adjusted[place[compared.facts[i].name, compared.groups[i], compared.rules[i].twin]]
    return adjusted
