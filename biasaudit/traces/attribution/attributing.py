"""The model's gap, shared out over the units that made its labels."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from biasaudit.data.table import BoolArray, FloatArray
from biasaudit.measures.significance import benjamini_hochberg
from biasaudit.results import Attribution, Estimate, UnitShare, estimated
from biasaudit.spec import UncertaintySpec
from biasaudit.traces.attribution.games import Comparison, Game, Shared
from biasaudit.traces.attribution.players import MOST_UNITS, SMALL_UNITS
from biasaudit.traces.attribution.sampling import SAMPLED_FITS
from biasaudit.traces.attribution.spreading import run_tasks

#: Adjusted p-value up to which a unit may be flagged.
SIGNIFICANT = 0.05
#: The placebo band holds this share of shuffles.
BAND = 0.95
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
    error : array of float, shape (players, comparisons), or None
        Standard deviation of the sampling error of contributions; None where all coalitions were fitted.
    """

    contributions: FloatArray
    baseline: FloatArray
    total: FloatArray
    resampled: FloatArray
    shuffled: FloatArray
    drop_one: FloatArray
    error: FloatArray | None = None


def refits_of(n_players: int, uncertainty: UncertaintySpec) -> int:
    """Count the refits of one game: its coalitions, as given, resampled and shuffled, and each unit dropped.

    Examples
    --------
    >>> refits_of(4, UncertaintySpec())
    2404
    >>> refits_of(20, UncertaintySpec())
    9020
    """
    coalitions = 1 << n_players if n_players <= MOST_UNITS else SAMPLED_FITS
    return coalitions * (1 + uncertainty.replicates + uncertainty.placebos) + n_players


def measure_game(
    game: Game, uncertainty: UncertaintySpec, *, seed: int, jobs: int, advance: Callable[[int], None] | None = None
) -> Measured:
    """Refit the coalitions on the data, on resamples of it, and under shuffled unit names.

    With more than 8 units the same 60 coalitions are fitted each time (see ``sampling``).

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
    n_players, fits = len(game.players.names), len(game.stays)
    started = time.perf_counter()
    given = game.coalitions(game.players.unit)
    seconds = time.perf_counter() - started
    tell(fits)
    drop_one = np.array([given.total - game.without(player) for player in range(n_players)])
    tell(n_players)
    tasks = [("resample", number) for number in range(uncertainty.replicates)]
    tasks += [("shuffle", number) for number in range(uncertainty.placebos)]
    found: list[Shared] = []
    for parcel in run_tasks(game, tasks, seed, jobs=jobs, seconds=seconds * len(tasks)):
        found += parcel
        tell(fits * len(parcel))
    return Measured(
        contributions=given.contributions,
        baseline=given.baseline,
        total=given.total,
        resampled=np.array([_stacked(one) for one in found[: uncertainty.replicates]]),
        shuffled=np.array([one.contributions for one in found[uncertainty.replicates :]]),
        drop_one=drop_one,
        error=given.error,
    )


def _stacked(one: Shared) -> FloatArray:
    return np.vstack([one.contributions, one.baseline, one.total, one.total - one.baseline])


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
    error: float | None


def attribute_gaps(
    games: list[tuple[Game, Measured]], uncertainty: UncertaintySpec, level: float
) -> tuple[Attribution, ...]:
    """Judge what was measured; the p-values of all units, comparisons and kinds are one family.

    Intervals are estimate ± t s, with s the standard deviation over resamples, joined by that of the
    sampling error where coalitions were sampled. The placebo band
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
    refits = f"{len(game.stays)} refits; t interval from {len(measured.resampled)} resamples of items"
    kind = "exact" if game.design is None else "sampled"
    error = np.zeros_like(contributions) if measured.error is None else measured.error[:, place]
    share_of_error = float(student.ppf((1 + level) / 2, len(measured.resampled) - 1))
    reach[:-3] = np.hypot(reach[:-3], share_of_error * error)
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
            _estimate(value, half, f"{kind} Shapley value; {refits}", level)
            for value, half in zip(contributions, reach[:-3], strict=True)
        ),
        p_values=_p_values(contributions * direction, shuffled * direction, game.players.shuffles(game.ballots)),
        bands=bands,
        band=(float(band[0]), float(band[1])),
        is_beyond=is_clear & is_outside & (contributions * direction > 0),
        stands_clear=bool(not band[0] <= excess <= band[1] and abs(excess) > reach[-1] + ROUNDING),
        drop_one=measured.drop_one[:, place],
        error=None if measured.error is None else float(error.max()),
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
        exact=one.error is None,
        error=one.error,
        replicates=uncertainty.replicates,
        placebos=uncertainty.placebos,
        band_low=one.band[0],
        band_high=one.band[1],
        stands_clear=one.stands_clear,
    )
