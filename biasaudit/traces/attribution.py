"""The model's gap, shared out over the units that made its labels."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed
from scipy.stats import t as student

from biasaudit.data.table import BoolArray, FloatArray
from biasaudit.measures.significance import benjamini_hochberg
from biasaudit.results import Attribution, Estimate, UnitShare, estimated
from biasaudit.spec import UncertaintySpec
from biasaudit.traces.ballots import IntArray
from biasaudit.traces.games import Comparison, Game, shapley_matrix
from biasaudit.traces.players import SMALL_UNITS

#: Adjusted p-value up to which a unit may be flagged.
SIGNIFICANT = 0.05
#: The placebo band holds this share of shuffles.
BAND = 0.95
#: Parcels that the refits of several processes are cut into: enough to share out evenly, few to send.
PARCELS = 24
#: Seconds of refits from which it pays to start processes, which load the whole package each.
WORTH_A_PROCESS = 15.0
#: Gaps that differ by less are equal: below one person in any data set.
ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What the refits of one game gave, before any judgement.

    Attributes
    ----------
    contributions, baseline, total : array of float
        Shapley values of shape (players, comparisons); gaps of shape (comparisons,).
    resampled : array of float, shape (replicates, players + 3, comparisons)
        The same in resamples of items: contributions, then baseline, total and their difference.
    shuffled : array of float, shape (placebos, players, comparisons)
        Contributions under shuffled unit names.
    drop_one : array of float, shape (players, comparisons)
        Total minus the gap without the unit's labels.
    """

    contributions: FloatArray
    baseline: FloatArray
    total: FloatArray
    resampled: FloatArray
    shuffled: FloatArray
    drop_one: FloatArray


def refits_of(n_players: int, uncertainty: UncertaintySpec) -> int:
    """Count the refits of one game: all coalitions, as given, resampled and shuffled, and each unit dropped.

    Examples
    --------
    >>> refits_of(4, UncertaintySpec())
    2404
    """
    return (1 << n_players) * (1 + uncertainty.replicates + uncertainty.placebos) + n_players


def measure_game(
    game: Game, uncertainty: UncertaintySpec, *, seed: int, jobs: int, advance: Callable[[int], None] | None = None
) -> Measured:
    """Refit every coalition on the data, on resamples of it, and under shuffled unit names.

    A resample draws training and judged rows anew, with replacement, within the finest groups of
    people (each row brings all of its labels), and refits the reference where it is fitted. A
    shuffle deals the unit names out anew over whole annotators (over each annotator's labels in
    one unit, where annotators work in several).

    Parameters
    ----------
    game : Game
        The game.
    uncertainty : UncertaintySpec
        Numbers of resamples and shuffles.
    seed : int
        Seed; each resample and shuffle has its own stream, so that ``jobs`` changes nothing.
    jobs : int
        Processes, through joblib: a registered joblib backend carries the work elsewhere.
    advance : callable, optional
        Called with the number of refits done.

    Returns
    -------
    Measured
        The numbers.
    """
    tell = advance or (lambda _done: None)
    n_players = len(game.players.names)
    sharing = shapley_matrix(n_players)
    started = time.perf_counter()
    values = game.coalitions(game.players.unit)
    seconds = time.perf_counter() - started
    tell(2**n_players)
    drop_one = np.array([values[-1] - game.without(player) for player in range(n_players)])
    tell(n_players)
    tasks = [("resample", number) for number in range(uncertainty.replicates)]
    tasks += [("shuffle", number) for number in range(uncertainty.placebos)]
    found: list[FloatArray] = []
    is_short = seconds * len(tasks) < WORTH_A_PROCESS
    for parcel in _run(game, tasks, seed, 1 if is_short else jobs):
        found += parcel
        tell(2**n_players * len(parcel))
    resampled = np.array(found[: uncertainty.replicates])
    shuffled = np.array(found[uncertainty.replicates :])
    ends = np.stack([resampled[:, 0], resampled[:, -1], resampled[:, -1] - resampled[:, 0]], axis=1)
    return Measured(
        contributions=sharing @ values,
        baseline=values[0],
        total=values[-1],
        resampled=np.concatenate([np.einsum("kv,rvc->rkc", sharing, resampled), ends], axis=1),
        shuffled=np.einsum("kv,rvc->rkc", sharing, shuffled),
        drop_one=drop_one,
    )


def _run(game: Game, tasks: list[tuple[str, int]], seed: int, jobs: int) -> Iterator[list[FloatArray]]:
    """Do the tasks in order, some at once in each process, since the game travels to it with each parcel."""
    if jobs == 1:
        return ([_task(game, kind, number, seed)] for kind, number in tasks)
    parcels = np.array_split(np.arange(len(tasks)), PARCELS)
    parallel = Parallel(n_jobs=jobs, return_as="generator")
    return iter(parallel(delayed(_parcel)(game, [tasks[one] for one in parcel], seed) for parcel in parcels))


def _parcel(game: Game, tasks: list[tuple[str, int]], seed: int) -> list[FloatArray]:
    return [_task(game, kind, number, seed) for kind, number in tasks]


def _task(game: Game, kind: str, number: int, seed: int) -> FloatArray:
    """Values of all coalitions in one resample or under one shuffle."""
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


@dataclass(frozen=True, kw_only=True)
class _Judged:
    """One comparison of one game with everything but the adjustment of its p-values."""

    comparison: Comparison
    baseline: Estimate
    total: Estimate
    contributions: tuple[Estimate, ...]
    p_values: FloatArray
    bands: FloatArray
    band: tuple[float, float]
    is_beyond: BoolArray
    stands_clear: bool
    drop_one: FloatArray


def attribute_gaps(
    games: list[tuple[Game, Measured]], uncertainty: UncertaintySpec, level: float
) -> tuple[Attribution, ...]:
    """Judge what was measured; the p-values of all units, comparisons and kinds are one family.

    Intervals are estimate ± t s, with s the standard deviation over resamples. The placebo band
    of a unit holds 95 % of its contributions under shuffled names. Its p-value holds its
    contribution against the mean and standard deviation of those (t distribution), in the
    direction of the excess gap and doubled, as that direction is read from the data; it is never
    below one over the number of distinct shuffles. A unit is flagged where it lies beyond its band
    in that direction, its interval is clear of zero, and its adjusted p-value is at most 0.05.
    The direction is that of ``total - baseline``; with peers as reference, where this is near zero
    whatever any unit does, it is that of the total. Shares are given only where ``total -
    baseline`` lies outside the band of all units' placebos and its interval is clear of zero.

    Parameters
    ----------
    games : list of (Game, Measured)
        One a unit kind.
    uncertainty : UncertaintySpec
        Numbers of resamples and shuffles.
    level : float
        Level of the intervals.

    Returns
    -------
    tuple of Attribution
        By unit kind and comparison.
    """
    judged = [
        (game, _judged(game, measured, place, level))
        for game, measured in games
        for place in range(len(game.judges.comparisons))
    ]
    if not judged:
        return ()
    adjusted = benjamini_hochberg(np.concatenate([one.p_values for _, one in judged]))
    found, start = [], 0
    for game, one in judged:
        size = len(game.players.names)
        found.append(_attribution(game, one, adjusted[start : start + size], uncertainty))
        start += size
    return tuple(found)


def _judged(game: Game, measured: Measured, place: int, level: float) -> _Judged:
    contributions, shuffled = measured.contributions[:, place], measured.shuffled[:, :, place]
    baseline, total = measured.baseline[place], measured.total[place]
    spread = measured.resampled[:, :, place].std(axis=0, ddof=1)
    reach = spread * float(student.ppf((1 + level) / 2, len(measured.resampled) - 1))
    refits = f"{2 ** len(game.players.names)} refits; t interval from {len(measured.resampled)} resamples of items"
    excess = total - baseline
    direction = np.sign(total if _is_peers(game) else excess)
    tails = [(1 - BAND) / 2, (1 + BAND) / 2]
    bands = np.quantile(shuffled, tails, axis=0)
    band = np.quantile(shuffled, tails)
    is_clear = np.abs(contributions) > reach[:-3] + ROUNDING
    is_outside = np.where(direction > 0, contributions > bands[1] + ROUNDING, contributions < bands[0] - ROUNDING)
    return _Judged(
        comparison=game.judges.comparisons[place],
        baseline=_estimate(baseline, reach[-3], f"gap under reference labels; {refits}", level),
        total=_estimate(total, reach[-2], f"gap under labels as given; {refits}", level),
        contributions=tuple(
            _estimate(value, half, f"exact Shapley value; {refits}", level)
            for value, half in zip(contributions, reach[:-3], strict=True)
        ),
        p_values=_p_values(contributions * direction, shuffled * direction, game.players.shuffles(game.ballots)),
        bands=bands,
        band=(float(band[0]), float(band[1])),
        is_beyond=is_clear & is_outside & (contributions * direction > 0),
        stands_clear=bool(not band[0] <= excess <= band[1] and abs(excess) > reach[-1] + ROUNDING),
        drop_one=measured.drop_one[:, place],
    )


def _is_peers(game: Game) -> bool:
    return game.gold is None and game.players.reference is None


def _estimate(value: float, half: float, method: str, level: float) -> Estimate:
    return estimated(float(value), float(value - half), float(value + half), method=method, level=level)


def _p_values(observed: FloatArray, shuffled: FloatArray, shuffles: float) -> FloatArray:
    """Two-sided p-values of contributions in the direction of the excess gap, shape (players,)."""
    count = len(shuffled)
    spread = shuffled.std(axis=0, ddof=1) * np.sqrt(1 + 1 / count)
    distance = observed - shuffled.mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * student.sf(distance / spread, count - 1)
    p = np.where(spread > ROUNDING, p, np.where(distance > ROUNDING, 0.0, 1.0))
    return np.asarray(np.clip(p, min(1.0, 2 / shuffles), 1.0))


def _attribution(game: Game, one: _Judged, adjusted: FloatArray, uncertainty: UncertaintySpec) -> Attribution:
    players = game.players
    excess = (one.total.value or 0.0) - (one.baseline.value or 0.0)
    note = "pooled: each of these units has fewer than 5 annotators"
    units = tuple(
        UnitShare(
            unit=name,
            contribution=one.contributions[place],
            share=(one.contributions[place].value or 0.0) / excess if one.stands_clear else None,
            p_value=float(one.p_values[place]),
            p_adjusted=float(adjusted[place]),
            flagged=bool(one.is_beyond[place] and adjusted[place] <= SIGNIFICANT),
            drop_one=float(one.drop_one[place]),
            band_low=float(one.bands[0, place]),
            band_high=float(one.bands[1, place]),
            labels=players.labels[place],
            annotators=players.annotators[place],
            note=note if name == SMALL_UNITS else "",
        )
        for place, name in enumerate(players.names)
    )
    return Attribution(
        attribute=one.comparison.attribute,
        group=one.comparison.group,
        reference=one.comparison.reference,
        unit_kind=players.kind,
        reference_labels="gold" if game.gold is not None else players.reference or "peers",
        baseline=one.baseline,
        total=one.total,
        units=units,
        replicates=uncertainty.replicates,
        placebos=uncertainty.placebos,
        band_low=one.band[0],
        band_high=one.band[1],
        stands_clear=one.stands_clear,
    )
