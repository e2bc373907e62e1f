"""A remedy as a function from a resample to decisions, and what many resamples say of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from biasaudit.data.table import FloatArray
from biasaudit.models import Trainer
from biasaudit.remedies.bench import Bench, Draw, Figures
from biasaudit.results import Estimate
from biasaudit.results.remedies import Caution, RemedyKind
from biasaudit.traces import copies_within

#: From a resample to decisions on the judged rows, as chances, and the places given by lot.
Deciding = Callable[[Draw], tuple[FloatArray, float]]
#: Gap and its change where another part of the audit has measured them, by attribute and group.
Known = Mapping[tuple[str, str], tuple[Estimate, Estimate]]


@dataclass(frozen=True, kw_only=True)
class Way:
    """One remedy.

    Attributes
    ----------
    name : str
        In English, one a remedy.
    kind : str
        As in :class:`biasaudit.results.Remedy`, likewise ``what``, ``aimed_at``, ``amount`` and ``caution``.
    decide : callable
        From a resample to decisions.
    learns : bool
        Whether it is learnt anew in each resample; else it is learnt once, and only the judged people are drawn.
    known : mapping
        What another part of the audit has measured.
    """

    name: str
    kind: RemedyKind
    decide: Deciding
    learns: bool
    aimed_at: str = ""
    what: tuple[str, ...] = ()
    amount: float | None = None
    caution: Caution = ""
    known: Known = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What one remedy does, beside the model as it is.

    Attributes
    ----------
    way : Way
        The remedy.
    figures, today : Figures
        On the data.
    drawn, today_drawn : tuple of Figures
        In the same resamples.
    by_lot : float
        Places given or taken by lot.
    learnt : bool
        Whether training rows were drawn too.
    """

    way: Way
    figures: Figures
    today: Figures
    drawn: tuple[Figures, ...]
    today_drawn: tuple[Figures, ...]
    by_lot: float
    learnt: bool


def today_way() -> Way:
    """Give the model as it is, as the first remedy."""
    return Way(name="as it is", kind="today", decide=lambda draw: (draw.selected, 0.0), learns=True)


def try_ways(
    bench: Bench,
    trainer: Trainer | None,
    ways: Sequence[Way],
    *,
    replicates: int,
    learning: bool,
    seed: int,
    advance: Callable[[int], None],
) -> tuple[Tried, ...]:
    """Measure remedies on the data and in resamples.

    Parameters
    ----------
    bench : Bench
        The judged people.
    trainer : Trainer or None
        Of the model as it is.
    ways : sequence of Way
        The remedies.
    replicates : int
        Resamples: rows drawn with replacement within the finest groups of people (Efron, Annals of Statistics 7, 1979).
    learning : bool
        Whether training rows are drawn too; else all remedies are taken as learnt once.
    seed : int
        Seed; each resample has its own stream.
    advance : callable
        Called with the number of trials done: ``len(ways) * (1 + replicates)`` in all.

    Returns
    -------
    tuple of Tried
        In the order of ``ways``.
    """
    base = bench.figures(bench.now.selected, bench.now)
    points = []
    for way in ways:
        selected, by_lot = way.decide(bench.now)
        points.append((bench.figures(selected, bench.now), by_lot))
    advance(len(ways))
    drawn: list[list[Figures]] = [[] for _ in ways]
    todays: dict[bool, list[Figures]] = {False: [], True: []}
    modes = [learning and way.learns and trainer is not None for way in ways]
    for number in range(replicates):
        rng = np.random.default_rng([seed, number])
        draws = {False: _fixed(bench, rng)}
        if any(modes):
            assert trainer is not None
            draws[True] = _learnt(bench, trainer, draws[False], rng)
        for mode, draw in draws.items():
            todays[mode].append(bench.figures(draw.selected, draw))
        for place, way in enumerate(ways):
            draw = draws[modes[place]]
            drawn[place].append(bench.figures(way.decide(draw)[0], draw))
        advance(len(ways))
    return tuple(
        Tried(
            way=way,
            figures=points[place][0],
            today=base,
            drawn=tuple(drawn[place]),
            today_drawn=tuple(todays[modes[place]]),
            by_lot=points[place][1],
            learnt=modes[place],
        )
        for place, way in enumerate(ways)
    )


def _fixed(bench: Bench, rng: np.random.Generator) -> Draw:
    """Draw judged people, for the model as it is."""
    judged = copies_within(bench.judges.cell[bench.rows], rng)
    selected = bench.today.selected if bench.scores is None else bench.decide(bench.scores, judged)
    return Draw(train=None, judged=judged, scores=bench.scores, selected=selected)


def _learnt(bench: Bench, trainer: Trainer, fixed: Draw, rng: np.random.Generator) -> Draw:
    """Draw training people too, and train the model as it is on them."""
    judged = fixed.judged
    same_people = judged if trainer.judges_its_training_rows else None
    train = copies_within(bench.judges.cell[trainer.rows], rng) if same_people is None else same_people
    scores = trainer.scores(trainer.labels, trainer.weight * train)
    return Draw(train=train, judged=judged, scores=scores, selected=bench.decide(scores, judged))
