"""What a plan of re-labelling rests on: the model, its influences, the labels expected, and how sure any of it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from biasaudit.data.annotations import AnnotationLog
from biasaudit.data.table import FloatArray, Table
from biasaudit.errors import NotApplicableError
from biasaudit.models import Model, Trainer, decide
from biasaudit.models.deciding import Scale
from biasaudit.models.smooth import SmoothModel, smooth_model
from biasaudit.results import FEWEST_PEOPLE, AttributeFacts
from biasaudit.spec import AuditSpec, ModelSpec
from biasaudit.traces.attribution.games import Judges, judges_of
from biasaudit.traces.ballots import Ballots, IntArray, ballots_of
from biasaudit.traces.relabelling.expecting import Expected, expected_labels
from biasaudit.traces.relabelling.influence import SmoothCut, contrasts, label_influence, selection_gradient, smooth_cut
from biasaudit.traces.rules.declared import rule_of
from biasaudit.traces.rules.rule import Rule


@dataclass(frozen=True, kw_only=True)
class Refit:
    """The gaps of the model trained on some labels, shape (comparisons,), and who is selected."""

    gaps: FloatArray
    selected: FloatArray


@dataclass(frozen=True, kw_only=True)
class Grounds:
    """Everything that the steps of a plan have in common. Items are those whose labels train the model.

    Attributes
    ----------
    trainer : Trainer
        Trains the model itself again.
    model : ModelSpec
        How scores become decisions.
    scale : str
        Whether the model's scores are probabilities.
    judges : Judges
        Who is compared with whom.
    ballots : Ballots
        Answers about the items.
    position : array of int, shape (items,)
        Position of each item among the training rows.
    rule : Rule
        How answers became the label.
    smooth : SmoothModel
        The model, or what stands in for it.
    cut : SmoothCut
        Its line.
    influence : array of float, shape (n_train, comparisons)
        How fast each gap in selection moves with each training label.
    expected : Expected
        What new labels are expected to be.
    """

    trainer: Trainer
    model: ModelSpec
    scale: Scale
    judges: Judges
    ballots: Ballots
    position: IntArray
    rule: Rule
    smooth: SmoothModel
    cut: SmoothCut
    influence: FloatArray
    expected: Expected

    def labels_after(self, items: IntArray) -> FloatArray:
        """Give all training labels once some items have the labels to measure with."""
        labels = self.trainer.labels.copy()
        labels[self.position[items]] = self.expected.measured[items]
        return labels

    def refit(self, labels: FloatArray) -> Refit:
        """Train the model itself on other labels, and decide anew."""
        scores = self.trainer.scores(labels)
        selected = decide(scores, self.model, weight=self.judges.weight, scale=self.scale).selected
        return Refit(gaps=self.judges.gaps(selected), selected=selected)

    def draw_variance(self, items: IntArray) -> FloatArray:
        """Give the variance that new labels of some items add to each gap, where they are not known yet."""
        draws = self.expected.draw_variance[items]
        return np.asarray((self.influence[self.position[items]] ** 2 * draws[:, None]).sum(axis=0))

    def variance(self, labels: FloatArray, selected: FloatArray) -> FloatArray:
        """Give the sampling variance of each gap: the sum of squares of what each row adds to first order.

        A training row adds its influence times its residual, a judged row what it means for its
        group's rate and for the line (the infinitesimal jackknife: Jaeckel, Bell Laboratories
        memorandum MM 72-1215-11, 1972).
        """
        return self._summed(self.influence * self.smooth.residuals(labels)[:, None], self.shares(selected))

    def change_variance(self, labels: FloatArray, before: FloatArray, after: FloatArray) -> FloatArray:
        """Give the sampling variance of the change of each gap, before and after being measured on the same rows."""
        moved = labels - self.trainer.labels
        return self._summed(self.influence * moved[:, None], self.shares(after) - self.shares(before))

    def shares(self, selected: FloatArray) -> FloatArray:
        """Give what each judged row adds to each gap beyond its group's rate: shape (judged rows, comparisons)."""
        weights = contrasts(self.judges)
        rates = np.zeros_like(weights)
        for side in (weights > 0, weights < 0):
            own = np.where(side, weights, 0.0)
            rates += side * (own * selected[:, None]).sum(axis=0) / own.sum(axis=0)
        added = weights * (selected[:, None] - rates)
        if self.cut.share is not None:
            # One more row above the line pushes the line up: as many leave on either side as the densities say.
            density, mass = self.cut.density(self.smooth.judged_line), self.cut.mass
            pushed = (density @ weights) / (mass @ density)
            over = mass * (selected - (mass @ selected) / mass.sum())
            added = added - over[:, None] * pushed
        return np.asarray(added)

    def _summed(self, by_training: FloatArray, by_judged: FloatArray) -> FloatArray:
        if self.trainer.judges_its_training_rows:
            return np.asarray(((by_training + by_judged) ** 2).sum(axis=0))
        return np.asarray((by_training**2).sum(axis=0) + (by_judged**2).sum(axis=0))


def lay_grounds(
    table: Table, log: AnnotationLog, spec: AuditSpec, facts: Sequence[AttributeFacts], model: Model, *, seed: int
) -> Grounds:
    """Gather what a plan rests on.

    Raises
    ------
    NotApplicableError
        Where the model was not trained here, nobody is compared, or new labels cannot be foretold.
    """
    declared = spec.annotations
    assert declared is not None
    smooth = smooth_model(model, table)
    trainer = model.trainer
    assert trainer is not None
    position_of_row = np.full(len(table), -1, dtype=np.intp)
    position_of_row[trainer.rows] = np.arange(len(trainer.rows))
    ballots = ballots_of(log, position_of_row >= 0)
    if not ballots.n_items:
        raise NotApplicableError("no item that trains the model has a label")
    minimum = max(spec.groups.minimum_size, FEWEST_PEOPLE)
    judges = judges_of(table, trainer.judged_rows, facts, minimum)
    if not judges.comparisons:
        raise NotApplicableError(f"no group has {minimum} judged people, or there is only one group")
    position = position_of_row[ballots.rows]
    rule = rule_of(log, declared, ballots, table.outcome)
    outcome, cell = trainer.labels[position], judges.cell[ballots.rows]
    cut = _cut(smooth, spec.model, trainer, judges, model.scale)
    return Grounds(
        trainer=trainer,
        model=spec.model,
        scale=model.scale,
        judges=judges,
        ballots=ballots,
        position=position,
        rule=rule,
        smooth=smooth,
        cut=cut,
        influence=label_influence(smooth, selection_gradient(smooth, judges, cut)),
        expected=expected_labels(log, ballots, declared, rule, outcome=outcome, cell=cell, seed=seed),
    )


def _cut(smooth: SmoothModel, spec: ModelSpec, trainer: Trainer, judges: Judges, scale: Scale) -> SmoothCut:
    """Soften the declared cut; a threshold on the scores of another model becomes the line that selects as many."""
    if not smooth.stands_in or spec.share is not None or spec.quota is not None:
        return smooth_cut(smooth, spec, judges.weight)
    selected = decide(trainer.scores(trainer.labels), spec, weight=judges.weight, scale=scale).selected
    share = float(judges.weight @ selected / judges.weight.sum())
    by_share = spec.model_copy(update={"threshold": None, "share": share})
    return replace(smooth_cut(smooth, by_share, judges.weight), share=None)
