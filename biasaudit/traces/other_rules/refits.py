"""The model trained again on the labels of every rule: features, split, seed and parameters stay as they are."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from biasaudit.data.table import FloatArray, Table
from biasaudit.errors import NotApplicableError
from biasaudit.models import Trainer, decide
from biasaudit.models.deciding import Scale
from biasaudit.results import AttributeFacts
from biasaudit.spec import AuditSpec, ModelSpec
from biasaudit.traces.attribution.games import Judges, judges_of
from biasaudit.traces.attribution.spreading import spread
from biasaudit.traces.ballots import IntArray


@dataclass(frozen=True, kw_only=True)
class ModelGaps:
    """Selection-rate gaps of the retrained model.

    Attributes
    ----------
    judges : Judges
        Who is compared with whom.
    gap : array of float, shape (rules, comparisons)
        On the data.
    resampled : array of float, shape (replicates, rules, comparisons)
        In resamples of training and judged rows, the same ones for every rule.
    """

    judges: Judges
    gap: FloatArray
    resampled: FloatArray


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """What does not change between refits."""

    trainer: Trainer
    model: ModelSpec
    scale: Scale
    judges: Judges
    labels: FloatArray
    seed: int


def model_gaps(  # noqa: PLR0917 - takes what every room before it made
    table: Table,
    facts: Sequence[AttributeFacts],
    spec: AuditSpec,
    trainer: Trainer,
    rows: IntArray,
    labels: FloatArray,
    *,
    scale: Scale,
    seed: int,
    jobs: int,
    advance: Callable[[int], None],
) -> ModelGaps:
    """Retrain on the labels of every rule, on the data and on resamples of it.

    Rules that give the same labels are trained once. A resample draws training and judged rows
    anew, with replacement, within the finest groups of people.

    Parameters
    ----------
    table : Table
        All items.
    facts : sequence of AttributeFacts
        The attributes and intersections, with groups and reference.
    spec : AuditSpec
        The declaration.
    trainer : Trainer
        Trains the same model on other labels.
    rows : array of int, shape (items,)
        Row of the table of each labelled item; training rows without labels keep their outcome.
    labels : array of float, shape (items, rules)
        Label of each item under each rule.
    scale : str
        Whether scores are probabilities.
    seed : int
        Seed; each resample has its own stream, so that ``jobs`` changes nothing.
    jobs : int
        Processes, through joblib.
    advance : callable
        Called with the number of refits done, ``rules * (1 + replicates)`` in all.

    Returns
    -------
    ModelGaps
        The gaps.

    Raises
    ------
    NotApplicableError
        Where no training row has a label, or no two groups are large enough.
    """
    judges = judges_of(table, trainer.judged_rows, facts, spec.groups.minimum_size)
    if not judges.comparisons:
        raise NotApplicableError(f"no group has {spec.groups.minimum_size} judged people, or there is only one group")
    position = np.full(len(table), -1, dtype=np.intp)
    position[trainer.rows] = np.arange(len(trainer.rows))
    trains = position[rows] >= 0
    if not trains.any():
        raise NotApplicableError("no item that trains the model has a label")
    given = np.tile(trainer.labels, (labels.shape[1], 1))
    given[:, position[rows[trains]]] = labels[trains].T
    plan = _Plan(trainer=trainer, model=spec.model, scale=scale, judges=judges, labels=given, seed=seed)
    started = time.perf_counter()
    gap = _gaps(plan, None)
    advance(len(given))
    replicates = spec.uncertainty.replicates
    seconds = (time.perf_counter() - started) * replicates
    resampled = []
    for one in spread(partial(_gaps, plan), range(replicates), jobs=jobs, seconds=seconds):
        resampled.append(one)
        advance(len(given))
    return ModelGaps(judges=judges, gap=gap, resampled=np.array(resampled))


def _gaps(plan: _Plan, number: int | None) -> FloatArray:
    """Gaps under every rule, on the data or in one resample, shape (rules, comparisons)."""
    trainer, judges = plan.trainer, plan.judges
    train, judged = (None, None) if number is None else _resample(plan, number)
    weight = None if train is None else trainer.weight * train
    known: dict[bytes, FloatArray] = {}
    found = []
    for labels in plan.labels:
        key = labels.tobytes()
        if key not in known:
            scores = trainer.scores(labels, weight)
            decisions = decide(scores, plan.model, weight=judges.weight, copies=judged, scale=plan.scale)
            known[key] = judges.gaps(decisions.selected, judged)
        found.append(known[key])
    return np.array(found)


def _resample(plan: _Plan, number: int) -> tuple[FloatArray, FloatArray]:
    """How often each training and each judged row stands in a resample."""
    trainer, cell = plan.trainer, plan.judges.cell
    rng = np.random.default_rng([plan.seed, number])
    train = copies_within(cell[trainer.rows], rng)
    return train, train if trainer.judges_its_training_rows else copies_within(cell[trainer.judged_rows], rng)


def copies_within(cell: IntArray, rng: np.random.Generator) -> FloatArray:
    """Draw rows with replacement within cells.

    Parameters
    ----------
    cell : array of int, shape (n,)
        Cell of each row, from 0.
    rng : numpy.random.Generator
        Where chance comes from.

    Returns
    -------
    array of float, shape (n,)
        How often each row stands in the resample; within a cell they add up to its rows.

    Examples
    --------
    >>> copies_within(np.array([0, 1, 1, 1]), np.random.default_rng(0)).tolist()
    [1.0, 0.0, 2.0, 1.0]
    """
    order = np.argsort(cell, kind="stable")
    sizes = np.bincount(cell)
    starts = np.cumsum(sizes) - sizes
    within = cell[order]
    drawn = starts[within] + rng.integers(0, sizes[within])
    copies = np.zeros(len(cell))
    copies[order] = np.bincount(drawn, minlength=len(cell))
    return copies
