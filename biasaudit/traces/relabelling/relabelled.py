"""What labels that were given anew did to every gap, and the log of answers with them in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.stats import t as student

from biasaudit.data.annotations import AnnotationLog
from biasaudit.data.relabelled import NewLabels
from biasaudit.data.table import FloatArray, Table
from biasaudit.errors import ModelError, NotApplicableError
from biasaudit.models import Trainer, decide
from biasaudit.models.deciding import Scale
from biasaudit.results import FEWEST_PEOPLE, NOT_RECORDED, AttributeFacts, Dropped, Estimate, Relabelled, estimated
from biasaudit.spec import AuditSpec, ModelSpec
from biasaudit.traces.attribution.games import Judges, judges_of
from biasaudit.traces.ballots import IntArray

#: Unit that the new labels stand under in the log.
RELABELLED = "re-labelled"
REPLACED = "labels of items that were labelled again later"
METHOD = "the model trained on the first and on the new labels, the same people judged; t interval from {n} resamples"


def measure_relabelled(
    table: Table,
    new: NewLabels,
    spec: AuditSpec,
    facts: Sequence[AttributeFacts],
    trainer: Trainer,
    *,
    scale: Scale,
    seed: int,
    level: float,
    advance: Callable[[int], None] | None = None,
) -> tuple[Relabelled, ...]:
    """Measure every gap of the model before and after its labels were given anew.

    A resample draws training and judged rows anew within the finest groups of people and trains on
    both labels, so that before and after share all chance but that of the labels.

    Parameters
    ----------
    table : Table
        All items, with the new outcome.
    new : NewLabels
        Which items have new labels.
    spec : AuditSpec
        The declaration; ``uncertainty.replicates`` resamples are drawn.
    facts : sequence of AttributeFacts
        The attributes and intersections, as found on the judged rows.
    trainer : Trainer
        Of the model trained on the first labels.
    scale : str
        Whether its scores are probabilities.
    seed : int
        Seed of the resamples.
    level : float
        Level of the intervals.
    advance : callable, optional
        Called with the number of refits done: twice ``1 + uncertainty.replicates``.

    Returns
    -------
    tuple of Relabelled
        One a comparison.

    Raises
    ------
    NotApplicableError
        Where fewer than five training items have a new label, or nobody is compared.
    """
    assert table.outcome is not None
    tell = advance or (lambda _done: None)
    is_new = new.among(trainer.rows, len(table))
    n_items = int(is_new.sum())
    if n_items < FEWEST_PEOPLE:
        raise NotApplicableError(
            f"fewer than {FEWEST_PEOPLE} items that train the model have a new label, and what came of it would speak of a person"
        )
    judges = judges_of(table, trainer.judged_rows, facts, max(spec.groups.minimum_size, FEWEST_PEOPLE))
    if not judges.comparisons:
        raise NotApplicableError("no group has enough judged people, or there is only one group")
    labels = (trainer.labels, table.outcome[trainer.rows])
    pair = _Pair(trainer=trainer, judges=judges, model=spec.model, scale=scale, labels=labels)
    try:
        value, drawn = pair.gaps(), _resampled(pair, spec.uncertainty.replicates, seed=seed, tell=tell)
    except ModelError as error:
        raise NotApplicableError(str(error)) from error
    spread = np.array(drawn)
    changed = float(np.abs(labels[1] - labels[0])[is_new].mean())
    return tuple(
        _record(
            judges,
            place,
            value,
            spread,
            n_items=n_items,
            n_judged=len(new.rows) - n_items,
            changed=changed,
            level=level,
        )
        for place in range(len(judges.comparisons))
    )


@dataclass(frozen=True, kw_only=True)
class _Pair:
    """The same model under the first labels and under the new ones."""

    trainer: Trainer
    judges: Judges
    model: ModelSpec
    scale: Scale
    labels: tuple[FloatArray, FloatArray]

    def gaps(self, copies: tuple[FloatArray, FloatArray] | None = None) -> FloatArray:
        """Give the gaps under the first labels, under the new ones, and their difference: shape (3, comparisons)."""
        train, judged = copies or (None, None)
        weight = None if train is None else self.trainer.weight * train
        gaps = []
        for labels in self.labels:
            scores = self.trainer.scores(labels, weight)
            decisions = decide(scores, self.model, weight=self.judges.weight, copies=judged, scale=self.scale)
            gaps.append(self.judges.gaps(decisions.selected, judged))
        return np.array([*gaps, gaps[1] - gaps[0]])


def _resampled(pair: _Pair, replicates: int, *, seed: int, tell: Callable[[int], None]) -> list[FloatArray]:
    """Measure the pair in resamples of training and judged rows."""
    trainer, cell = pair.trainer, pair.judges.cell
    tell(2)
    drawn = []
    for number in range(replicates):
        rng = np.random.default_rng([seed, number])
        train = _copies(cell[trainer.rows], rng)
        judged = train if trainer.judges_its_training_rows else _copies(cell[trainer.judged_rows], rng)
        drawn.append(pair.gaps((train, judged)))
        tell(2)
    return drawn


def _copies(cell: IntArray, rng: np.random.Generator) -> FloatArray:
    """Draw as many rows as there are in each cell, with replacement: how often each stands in the resample."""
    copies = np.zeros(len(cell))
    for one in np.unique(cell):
        members = np.flatnonzero(cell == one)
        copies[members] = np.bincount(rng.integers(0, len(members), len(members)), minlength=len(members))
    return copies


def _record(
    judges: Judges,
    place: int,
    value: FloatArray,
    drawn: FloatArray,
    *,
    n_items: int,
    n_judged: int,
    changed: float,
    level: float,
) -> Relabelled:
    comparison = judges.comparisons[place]
    reach = drawn[:, :, place].std(axis=0, ddof=1) * float(student.ppf((1 + level) / 2, len(drawn) - 1))
    before, after, change = (
        _interval(float(value[part, place]), float(reach[part]), len(drawn), level) for part in range(3)
    )
    return Relabelled(
        attribute=comparison.attribute,
        group=comparison.group,
        reference=comparison.reference,
        n_items=n_items,
        n_judged_items=n_judged,
        share_changed=changed,
        before=before,
        after=after,
        change=change,
    )


def _interval(value: float, reach: float, n: int, level: float) -> Estimate:
    return estimated(value, value - reach, value + reach, method=METHOD.format(n=n), level=level)


def with_new_labels(log: AnnotationLog, new: NewLabels) -> AnnotationLog:
    """Put new labels into a log of answers: the only answer about its item, under a unit of its own.

    The first answers about those items leave the log, and are counted among those left out: all
    parts of a trace then speak of the labels that the model learnt from. The new labels count as
    one annotator, of whom nothing is shown.

    Parameters
    ----------
    log : AnnotationLog
        As read.
    new : NewLabels
        The new labels.

    Returns
    -------
    AnnotationLog
        With as many answers about each other item as before.
    """
    frame = log.frame
    is_replaced = frame["item"].isin(new.rows).to_numpy()
    if not is_replaced.any():
        return log
    firsts = frame[is_replaced].drop_duplicates("item").reset_index(drop=True)
    outcome = pd.Series(new.outcome, index=new.rows)
    fresh = pd.DataFrame({"item": firsts["item"], "label": outcome.loc[firsts["item"]].to_numpy(dtype=float)})
    fresh["annotator"] = int(frame["annotator"].max()) + 1
    for name in frame.columns.difference(fresh.columns):
        if name == "reference":
            fresh[name] = firsts[name]
        elif name.startswith(("unit:", "attribute:")):
            own = RELABELLED if name.startswith("unit:") else NOT_RECORDED
            levels = frame[name].cat.categories.union([own], sort=False)
            frame = frame.assign(**{name: frame[name].cat.set_categories(levels)})
            fresh[name] = pd.Categorical([own] * len(fresh), categories=levels)
        else:
            fresh[name] = firsts[name].where(np.zeros(len(firsts), dtype=bool))  # what is not known of new labels
    kept = pd.concat([frame[~is_replaced], fresh[list(frame.columns)]], ignore_index=True)
    gone = Dropped(reason=REPLACED, rows=int(is_replaced.sum()))
    return replace(log, frame=kept, dropped=(*log.dropped, gone))
