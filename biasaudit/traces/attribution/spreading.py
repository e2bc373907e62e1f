"""Refits of many resamples and shuffles, here, in processes, or wherever joblib is told to carry them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

import numpy as np
from joblib import Parallel, delayed
from joblib.parallel import get_active_backend

from biasaudit.data.table import FloatArray
from biasaudit.traces.attribution.games import Game, Shared
from biasaudit.traces.ballots import IntArray

#: Parcels that the refits of several processes are cut into: enough to share out evenly, few to send.
PARCELS = 24
#: Seconds of refits from which it pays to start processes, which load the whole package each.
WORTH_A_PROCESS = 15.0
#: Backends of joblib on this machine; any other was asked for by name, with ``joblib.parallel_config``.
OWN_BACKENDS = ("LokyBackend", "ThreadingBackend", "SequentialBackend", "MultiprocessingBackend")

Task = tuple[str, int]
Part = TypeVar("Part")
Done = TypeVar("Done")


def spread(work: Callable[[Part], Done], parts: Sequence[Part], *, jobs: int, seconds: float) -> Iterator[Done]:
    """Do some work part by part, here where it is short, else in processes, and give what comes of it in order.

    Where a backend of another machine is active (``joblib.parallel_config(backend="dask")``, or ``"ray"`` or
    ``"spark"``), it carries the parts, with as many workers as it has unless ``jobs`` says fewer.

    Parameters
    ----------
    work : callable
        Can be pickled.
    parts : sequence
        What it is called with.
    jobs : int
        Processes.
    seconds : float
        What all of it is expected to take.
    """
    if stays_here(jobs, seconds):
        yield from map(work, parts)
        return
    backend, _ = get_active_backend()
    is_elsewhere = type(backend).__name__ not in OWN_BACKENDS
    returns = "generator" if getattr(backend, "supports_return_generator", False) else "list"
    parallel = Parallel(n_jobs=None if is_elsewhere and jobs == 1 else jobs, return_as=returns)
    yield from parallel(delayed(work)(part) for part in parts)


def stays_here(jobs: int, seconds: float) -> bool:
    """Whether work of some seconds is done in this process."""
    is_elsewhere = type(get_active_backend()[0]).__name__ not in OWN_BACKENDS
    return not is_elsewhere and (jobs == 1 or seconds < WORTH_A_PROCESS)


def run_tasks(game: Game, tasks: list[Task], seed: int, *, jobs: int, seconds: float) -> Iterator[list[Shared]]:
    """Do the tasks in order, some at once in each process, since the game travels to it with each parcel.

    Parameters
    ----------
    game : Game
        The game.
    tasks : list of (str, int)
        ``resample`` or ``shuffle``, and a number.
    seed : int
        Seed; each task has its own stream.
    jobs : int
        Processes.
    seconds : float
        What all tasks are expected to take; short ones stay here.

    Yields
    ------
    list of Shared
        What some tasks gave, in the order of the tasks.
    """
    parcels = max(len(tasks), 1) if stays_here(jobs, seconds) else PARCELS
    parts = [[tasks[one] for one in parcel] for parcel in np.array_split(np.arange(len(tasks)), parcels)]
    yield from spread(partial(_parcel, game, seed), parts, jobs=jobs, seconds=seconds)


def _parcel(game: Game, seed: int, tasks: list[Task]) -> list[Shared]:
    return [_task(game, kind, number, seed) for kind, number in tasks]


def _task(game: Game, kind: str, number: int, seed: int) -> Shared:
    """Share the gaps out in one resample or under one shuffle."""
    rng = np.random.default_rng([seed, number, int(kind == "shuffle")])
    if kind == "shuffle":
        block, unit_of_block = game.players.blocks(game.ballots)
        dealt = np.append(rng.permutation(unit_of_block), -1)
        return game.coalitions(dealt[block])
    trainer, cell = game.trainer, game.judges.cell
    train = _copies(cell[trainer.rows], rng)
    same = np.array_equal(trainer.rows, trainer.judged_rows)
    judged = train if same else _copies(cell[trainer.judged_rows], rng)
    return game.coalitions(game.players.unit, train, judged)


def _copies(cell: IntArray, rng: np.random.Generator) -> FloatArray:
    """Draw rows with replacement within cells: how often each row stands in the resample."""
    order = np.argsort(cell, kind="stable")
    sizes = np.bincount(cell)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    within = cell[order]
    drawn = starts[within] + (rng.random(len(cell)) * sizes[within]).astype(np.intp)
    copies = np.zeros(len(cell))
    copies[order] = np.bincount(drawn, minlength=len(cell))
    return copies
