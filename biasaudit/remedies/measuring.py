"""Tries every remedy that an audit allows, on the people who are judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from biasaudit.data.annotations import AnnotationLog
from biasaudit.data.table import Table
from biasaudit.errors import ModelError, NotApplicableError
from biasaudit.models import Judgement, Model, Trainer
from biasaudit.remedies.bench import Bench, IntArray, make_bench
from biasaudit.remedies.labels import NO_LABELS, label_ways, last_verified, reference_of
from biasaudit.remedies.lines import group_lines_way, share_ways
from biasaudit.remedies.recording import records_of, relabel_records
from biasaudit.remedies.reductions import NO_WEIGHTS, reduction_way, threshold_optimizer_way
from biasaudit.remedies.retraining import drop_way, reweighing_way, stand_ins
from biasaudit.remedies.ways import Way, today_way, try_ways
from biasaudit.results import AttributeFacts, AuditResult, Remedy, Step
from biasaudit.spec import AuditSpec, RemediesSpec
from biasaudit.spec.remedies import Constraint, TriedKind

#: Numbers that all refits may read at most: rows times prepared columns, times how much longer than a logistic
#: regression's the refit of another model takes. Beyond it fewer resamples are drawn, then none of the training rows.
MOST_READ, OTHER_MODELS = 2e9, 100
#: Numbers that such a refit counts for at least: growing trees costs a tenth of a second however few rows there are.
LEAST_READ = 1e7
#: Resamples of training rows below which no interval is made of them.
FEWEST_REFITS = 10
#: Numbers that one call of fairlearn's reductions may read; it trains some dozen times.
MOST_READ_ONCE = 2e8
NOT_TRAINED = "the model was not trained here, so that it cannot be trained again another way"
SWITCHED_OFF = "[remedies] kinds = [] switches them off"
NO_STAND_IN = "no input was found that both tells a protected attribute and carries its gap"
TOO_LARGE = "there are more training rows and columns than this can be tried on in reasonable time"

_TRAINING: tuple[TriedKind, ...] = ("drop", "reweighing", "reductions", "labels")
_STEPS: dict[TriedKind, str] = {
    "drop": "remedies: without an input",
    "reweighing": "remedies: reweighing",
    "reductions": "remedies: reductions",
    "threshold_optimizer": "remedies: threshold optimiser",
    "group_lines": "remedies: one line a group",
    "shares": "remedies: another share",
    "labels": "remedies: other labels",
}


@dataclass(kw_only=True)
class _Collected:
    """Ways found so far, and why others do not apply: by kind, the attribute they would work on and the reason."""

    ways: list[Way] = field(default_factory=list)
    reasons: dict[TriedKind, list[tuple[str, str]]] = field(default_factory=dict)
    tried: dict[TriedKind, int] = field(default_factory=dict)

    def add(self, kind: TriedKind, make: Callable[[], Way | Iterable[Way]], attribute: str = "") -> None:
        """Take what a function makes; where it cannot, write down why."""
        self.tried[kind] = self.tried.get(kind, 0) + 1
        try:
            made = make()
        except (NotApplicableError, ModelError) as error:
            self.refuse(kind, str(error), attribute)
            return
        self.ways += [made] if isinstance(made, Way) else list(made)

    def refuse(self, kind: TriedKind, reason: str, attribute: str = "") -> None:
        """Write down why something does not apply."""
        self.reasons.setdefault(kind, []).append((attribute, reason))

    def steps(self, kinds: Sequence[TriedKind]) -> tuple[Step, ...]:
        """List what did not apply: once a kind where nothing of it did for one reason, else by attribute."""
        found = []
        for kind in kinds:
            refused = self.reasons.get(kind, [])
            alike = len({reason for _, reason in refused}) == 1 and len(refused) >= self.tried.get(kind, 0)
            for attribute, reason in dict.fromkeys(refused[:1] if alike else refused):
                name = _STEPS[kind] + (f" by {attribute}" if attribute and not alike else "")
                found.append(Step(name=name, outcome="not_applicable", reason=reason))
        return tuple(found)


@dataclass(frozen=True, kw_only=True)
class _Case:
    """Everything that remedies are made of."""

    bench: Bench
    table: Table
    spec: AuditSpec
    model: Model
    log: AnnotationLog | None
    result: AuditResult
    seed: int

    @property
    def attributes(self) -> tuple[AttributeFacts, ...]:
        """Attributes, without their intersections."""
        return tuple(fact for fact in self.result.data.attributes if len(fact.columns) == 1)


def measure_remedies(  # noqa: PLR0917 - takes what every room before it made
    table: Table,
    spec: AuditSpec,
    model: Model,
    judgement: Judgement,
    log: AnnotationLog | None,
    result: AuditResult,
    *,
    seed: int,
    level: float = 0.95,
    advance: Callable[[int], None] | None = None,
) -> tuple[tuple[Remedy, ...], tuple[Step, ...]]:
    """Measure what each remedy would have done to every gap and to accuracy on the judged people.

    Parameters
    ----------
    table : Table
        All rows.
    spec : AuditSpec
        The declaration; ``[remedies]`` says what is tried.
    model : Model
        The model as it is.
    judgement : Judgement
        What it says about the judged rows.
    log : AnnotationLog or None
        Who labelled.
    result : AuditResult
        What was found so far: attributes, drivers, stand-ins, the trace.
    seed : int
        Seed of resamples and halves.
    level : float
        Level of the intervals.
    advance : callable, optional
        Called with the number of trials done.

    Returns
    -------
    remedies : tuple of Remedy
        One a remedy and comparison, the model as it is first.
    steps : tuple of Step
        What did not apply.

    Raises
    ------
    NotApplicableError
        Where nothing is asked for, nobody is compared, or nothing at all applies.
    """
    asked = spec.remedies
    if not asked.kinds:
        raise NotApplicableError(SWITCHED_OFF)
    facts = result.data.attributes
    bench = make_bench(table, spec, facts, model, judgement, reference_of(table, log))
    case = _Case(bench=bench, table=table, spec=spec, model=model, log=log, result=result, seed=seed)
    found = _Collected()
    for kind in asked.kinds:
        _collect(case, kind, asked, found)
    steps = found.steps(asked.kinds)
    if not found.ways:
        raise NotApplicableError(steps[0].reason if steps else "no remedy applies here")
    ways = (today_way(), *found.ways)
    replicates, learning = _affordable(model.trainer, ways, spec.uncertainty.replicates)
    tried = try_ways(
        bench,
        model.trainer,
        ways,
        replicates=replicates,
        learning=learning,
        seed=seed,
        advance=advance or (lambda _done: None),
    )
    remedies = records_of(bench, tried, facts, level=level)
    if "labels" in asked.kinds and result.trace is not None:
        sizes = {(fact.name, one.group): one.n for fact in facts for one in fact.groups}
        remedies += relabel_records(last_verified(result.trace.relabel), sizes, level=level)
    return remedies, steps


def _collect(case: _Case, kind: TriedKind, asked: RemediesSpec, found: _Collected) -> None:
    """Make all remedies of one kind."""
    if case.model.trainer is None and kind in _TRAINING:
        found.refuse(kind, NOT_TRAINED)
    elif kind == "drop":
        _collect_dropped(case, asked, found)
    elif kind in ("shares", "labels"):
        found.add(kind, lambda: share_ways(case.bench, asked.shares) if kind == "shares" else _labels(case))
    elif kind in ("reductions", "threshold_optimizer"):
        constrained = _reduction if kind == "reductions" else _thresholds
        for fact in case.attributes:
            for constraint in asked.constraints:
                found.add(kind, partial(constrained, case, fact, constraint), fact.name)
    else:
        by_group = _reweighing if kind == "reweighing" else _group_lines
        for fact in case.result.data.attributes:
            found.add(kind, partial(by_group, case, fact), fact.name)


def _collect_dropped(case: _Case, asked: RemediesSpec, found: _Collected) -> None:
    """Leave out declared columns; else each strong stand-in, those of one attribute together, and all of them."""
    if asked.drop:
        for columns in asked.drop:
            found.add("drop", partial(drop_way, case.bench, case.model, columns))
        return
    tried: dict[frozenset[str], tuple[tuple[str, ...], str]] = {}
    every: list[str] = []
    for fact in case.attributes:
        names = stand_ins(
            fact,
            case.result.drivers,
            case.result.driver_totals,
            case.result.proxies,
            scale=case.result.driver_scale,
            most=asked.stand_ins,
            feature_groups=case.spec.feature_groups,
        )
        alone = [_columns_of(case, (name,)) for name in names]
        every += [name for name in _columns_of(case, names) if name not in every]
        for columns in (*alone, _columns_of(case, names)):
            if columns:
                tried.setdefault(frozenset(columns), (columns, fact.name))
    if every:
        tried.setdefault(frozenset(every), (tuple(every), ""))
    for columns, aimed_at in tried.values():
        found.add("drop", partial(drop_way, case.bench, case.model, columns, aimed_at=aimed_at))
    if not tried:
        found.refuse("drop", NO_STAND_IN)


def _columns_of(case: _Case, names: Sequence[str]) -> tuple[str, ...]:
    """Give the features behind some inputs, those explained as one taken apart."""
    parts = [case.spec.feature_groups.get(name, (name,)) for name in names]
    return tuple(dict.fromkeys(column for part in parts for column in part))


def _codes(case: _Case, fact: AttributeFacts, rows: IntArray, *, smallest: int) -> IntArray:
    """Give the group of some rows as codes, -1 for groups with fewer people among them than ``smallest``."""
    codes = case.table.attribute(fact.name).codes.astype(np.intp)[rows]
    is_large = np.bincount(codes, minlength=int(codes.max()) + 1) >= smallest
    return np.where(is_large[codes], codes, -1).astype(np.intp)


def _group_lines(case: _Case, fact: AttributeFacts) -> Way:
    codes = case.table.attribute(fact.name).codes.astype(np.intp)[case.bench.rows]
    sizes = np.bincount(codes)
    return group_lines_way(
        case.bench, codes, [bool(size >= case.spec.groups.minimum_size) for size in sizes], aimed_at=fact.name
    )


def _thresholds(case: _Case, fact: AttributeFacts, constraint: Constraint) -> Way:
    if np.ptp(case.bench.judges.weight) > 0:
        raise NotApplicableError(NO_WEIGHTS)
    codes = _codes(case, fact, case.bench.rows, smallest=case.spec.groups.minimum_size)
    return threshold_optimizer_way(case.bench, codes, constraint, aimed_at=fact.name, seed=case.seed)


def _reweighing(case: _Case, fact: AttributeFacts) -> Way:
    trainer = _trainer(case)
    codes = case.table.attribute(fact.name).codes.astype(np.intp)[trainer.rows]
    return reweighing_way(case.bench, trainer, codes, aimed_at=fact.name)


def _reduction(case: _Case, fact: AttributeFacts, constraint: Constraint) -> Way:
    trainer = _trainer(case)
    if np.ptp(trainer.weight) > 0:
        raise NotApplicableError(NO_WEIGHTS)
    if _read_by(trainer) > MOST_READ_ONCE:
        raise NotApplicableError(TOO_LARGE)
    codes = _codes(case, fact, trainer.rows, smallest=case.spec.groups.minimum_size)
    if len(np.unique(codes[codes >= 0])) < 2:  # noqa: PLR2004 - a comparison has two sides
        raise NotApplicableError("fewer than two groups have enough training people")
    return reduction_way(case.bench, case.model, codes, constraint, aimed_at=fact.name)


def _labels(case: _Case) -> tuple[Way, ...]:
    if case.log is None or case.result.trace is None:
        raise NotApplicableError(NO_LABELS)
    return label_ways(case.bench, case.table, case.log, case.spec, _trainer(case), case.result.trace)


def _trainer(case: _Case) -> Trainer:
    assert case.model.trainer is not None
    return case.model.trainer


def _read_by(trainer: Trainer) -> float:
    """Count the numbers that one refit reads."""
    read = float(len(trainer.rows) * max(trainer.judged.shape[1], 1))
    return read if trainer.refits_quickly else max(read * OTHER_MODELS, LEAST_READ)


def _affordable(trainer: Trainer | None, ways: Sequence[Way], replicates: int) -> tuple[int, bool]:
    """Choose resamples, and whether training rows are drawn too, by size alone: the same input gives the same answer."""
    if trainer is None:
        return replicates, False
    each = _read_by(trainer) * sum(way.learns for way in ways)
    affordable = int(MOST_READ // each)
    if affordable < FEWEST_REFITS:
        return replicates, False
    return min(replicates, affordable), True
