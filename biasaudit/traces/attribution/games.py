"""The game whose players are units: the gaps of the model trained again on a coalition's labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from biasaudit.data.table import BoolArray, FloatArray, Table
from biasaudit.measures import shapley_matrix
from biasaudit.models import Trainer, decide
from biasaudit.models.deciding import Scale
from biasaudit.results import AttributeFacts
from biasaudit.spec import ModelSpec
from biasaudit.traces.attribution.facets import moved_labels
from biasaudit.traces.attribution.players import Players
from biasaudit.traces.attribution.sampling import Design, estimate
from biasaudit.traces.ballots import Ballots, IntArray
from biasaudit.traces.rules.rule import Rule, aggregate


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A group held against its reference.

    Attributes
    ----------
    attribute, group, reference : str
        Names.
    place : tuple of int
        Position of the attribute, and codes of group and reference within it.
    """

    attribute: str
    group: str
    reference: str
    place: tuple[int, int, int]


@dataclass(frozen=True, kw_only=True)
class Judges:
    """Who is compared with whom among the judged rows.

    Attributes
    ----------
    codes : tuple of array of int, each of shape (judged rows,)
        Group of each row, one array an attribute.
    comparisons : tuple of Comparison
        The comparisons, in order.
    cell : array of int, shape (rows of the table,)
        Finest group of each row: all attributes crossed.
    weight : array of float, shape (judged rows,)
        Sampling weights.
    all_codes : tuple of array of int, each of shape (rows of the table,)
        Group of each row of the table, one array an attribute.
    """

    codes: tuple[IntArray, ...]
    comparisons: tuple[Comparison, ...]
    cell: IntArray
    weight: FloatArray
    all_codes: tuple[IntArray, ...]

    def gaps(self, selected: FloatArray, copies: FloatArray | None = None) -> FloatArray:
        """Selection-rate gap (group minus reference) of every comparison."""
        weight = self.weight if copies is None else self.weight * copies
        rates = []
        for codes in self.codes:
            size = int(codes.max()) + 1
            with np.errstate(divide="ignore", invalid="ignore"):
                rates.append(np.bincount(codes, weight * selected, size) / np.bincount(codes, weight, size))
        return np.array([rates[a][g] - rates[a][r] for a, g, r in (one.place for one in self.comparisons)])


def judges_of(table: Table, judged_rows: IntArray, facts: Sequence[AttributeFacts], minimum_size: int) -> Judges:
    """Lay out the comparisons whose two groups have at least ``minimum_size`` judged people."""
    codes, comparisons, all_codes = [], [], []
    for position, attribute in enumerate(facts):
        groups = table.attribute(attribute.name)
        code_of = {str(name): code for code, name in enumerate(groups.categories)}
        all_codes.append(groups.codes.astype(np.intp))
        codes.append(all_codes[-1][judged_rows])
        sizes = {one.group: one.n for one in attribute.groups}
        for one in attribute.groups:
            if one.group == attribute.reference or min(one.n, sizes.get(attribute.reference, 0)) < minimum_size:
                continue
            comparisons.append(
                Comparison(
                    attribute=attribute.name,
                    group=one.group,
                    reference=attribute.reference,
                    place=(position, code_of[one.group], code_of[attribute.reference]),
                )
            )
    crossed = table.groups.groupby(list(table.groups.columns), observed=True, sort=True)
    cell: IntArray = crossed.ngroup().to_numpy().astype(np.intp)
    return Judges(
        codes=tuple(codes),
        comparisons=tuple(comparisons),
        cell=cell,
        weight=table.weight[judged_rows],
        all_codes=tuple(all_codes),
    )


@dataclass(frozen=True, kw_only=True)
class Shared:
    """Gaps shared out over the players.

    Attributes
    ----------
    contributions : array of float, shape (players, comparisons)
        They add up to ``total - baseline``.
    baseline, total : array of float, shape (comparisons,)
        Gaps under reference labels alone and under labels as given.
    error : array of float, shape (players, comparisons), or None
        Standard deviation of the sampling error of contributions; None where all coalitions were fitted.
    """

    contributions: FloatArray
    baseline: FloatArray
    total: FloatArray
    error: FloatArray | None


@dataclass(frozen=True, kw_only=True)
class Game:
    """Everything that a coalition's gaps depend on, besides the coalition.

    Attributes
    ----------
    trainer : Trainer
        Trains the same model on other labels.
    model : ModelSpec
        How scores become decisions.
    scale : str
        Whether scores are probabilities.
    rule : Rule
        How labels become one.
    ballots : Ballots
        Labels of the training rows.
    position : array of int, shape (items,)
        Position of each item of ``ballots`` among the training rows.
    players : Players
        The units.
    gold : array of float, shape (labels,), or None
        Reference label of the item of each label, NaN where there is none; None where the
        reference is a unit or the average of units.
    cell : array of int, shape (items,)
        Cell of people of each item, for references that are fitted.
    judges : Judges
        Who is compared with whom.
    feature : array of float, shape (items,), or None
        What each item's features say of its label, for references that are fitted.
    design : Design or None
        Coalitions to fit, where there are too many units for all of them.
    """

    trainer: Trainer
    model: ModelSpec
    scale: Scale
    rule: Rule
    ballots: Ballots
    position: IntArray
    players: Players
    gold: FloatArray | None
    cell: IntArray
    judges: Judges
    feature: FloatArray | None = None
    design: Design | None = None

    @cached_property
    def stays(self) -> BoolArray:
        """Coalitions to fit, shape (coalitions, players): nobody first; exact: everybody last, sampled: second."""
        if self.design is not None:
            return self.design.stays
        numbers, places = np.arange(2 ** len(self.players.names)), np.arange(len(self.players.names))
        return np.asarray((numbers[:, None] >> places & 1).astype(bool))

    def reference_labels(self, unit: IntArray, copies: FloatArray | None = None) -> FloatArray:
        """Give what stands in for each label, were it replaced; without a reference it stays."""
        own = self.ballots.label
        if self.gold is not None:
            return np.where(np.isnan(self.gold), own, self.gold)
        names = self.players.n_units
        target = None if self.players.reference is None else names - 1
        item_copies = None if copies is None else copies[self.position]
        return moved_labels(
            self.ballots, unit, self.cell, target=target, n_units=names, copies=item_copies, feature=self.feature
        )

    def coalitions(self, unit: IntArray, train: FloatArray | None = None, judged: FloatArray | None = None) -> Shared:
        """Measure the gaps of every coalition of :attr:`stays`, and share them out.

        Parameters
        ----------
        unit : array of int, shape (labels,)
            Player of each label, as in :class:`Players`, possibly shuffled.
        train, judged : array of float, optional
            How often each training and judged row stands in a resample.

        Returns
        -------
        Shared
            Contributions, and the gaps of nobody and everybody.
        """
        own, other = self.ballots.label, self.reference_labels(unit, train)
        known: dict[bytes, FloatArray] = {}
        values = []
        for kept in self.stays:
            stays = np.append(kept, [True, True])
            labels = self._labels(np.where(stays[unit], own, other))
            key = labels.tobytes()
            if key not in known:
                known[key] = self._gaps(labels, train, judged)
            values.append(known[key])
        return self._shared(np.array(values), unit, other)

    def _shared(self, values: FloatArray, unit: IntArray, other: FloatArray) -> Shared:
        if self.design is None:
            contributions = shapley_matrix(len(self.players.names)) @ values
            return Shared(contributions=contributions, baseline=values[0], total=values[-1], error=None)
        found = estimate(self.design, values, self._guess(unit, other))
        return Shared(contributions=found.contributions, baseline=values[0], total=values[1], error=found.error)

    def _guess(self, unit: IntArray, other: FloatArray) -> FloatArray:
        """Measure what each player moves the mean label of group minus reference by: (players, comparisons)."""
        n_players, rows = len(self.players.names), self.ballots.rows
        moved = (self.ballots.label - other) / self.ballots.per_item[self.ballots.item]
        takes_part = (unit >= 0) & (unit < n_players)
        found = []
        for attribute, group, reference in (one.place for one in self.judges.comparisons):
            codes = self.judges.all_codes[attribute][rows]
            sizes = np.maximum(np.bincount(codes, minlength=max(group, reference) + 1), 1)
            way = (codes == group) / sizes[group] - (codes == reference) / sizes[reference]
            effect = (moved * way[self.ballots.item])[takes_part]
            found.append(np.bincount(unit[takes_part], effect, n_players))
        return np.array(found, dtype=float).T

    def without(self, player: int) -> FloatArray:
        """Measure the gaps of the model trained without one player's labels, shape (comparisons,).

        Rows that lose all of their labels leave the training.
        """
        left = self.ballots.subset(self.players.unit != player)
        labels, weight = self.trainer.labels.copy(), self.trainer.weight.copy()
        weight[self.position[~np.isin(self.ballots.rows, left.rows)]] = 0
        labels[self.position[np.isin(self.ballots.rows, left.rows)]] = aggregate(self.rule, left)
        scores = self.trainer.scores(labels, weight)
        return self.judges.gaps(decide(scores, self.model, weight=self.judges.weight, scale=self.scale).selected)

    def _labels(self, given: FloatArray) -> FloatArray:
        """Aggregate labels; training rows without any keep their recorded outcome."""
        labels = self.trainer.labels.copy()
        labels[self.position] = aggregate(self.rule, self.ballots, given)
        return labels

    def _gaps(self, labels: FloatArray, train: FloatArray | None, judged: FloatArray | None) -> FloatArray:
        weight = None if train is None else self.trainer.weight * train
        scores = self.trainer.scores(labels, weight)
        decisions = decide(scores, self.model, weight=self.judges.weight, copies=judged, scale=self.scale)
        return self.judges.gaps(decisions.selected, judged)
