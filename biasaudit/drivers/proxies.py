"""Stand-ins: how well a column tells a protected attribute that the model may never see."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from biasaudit.data.table import FloatArray, Table
from biasaudit.drivers.intervals import normal_quantile
from biasaudit.drivers.telling import PRIOR, IntArray, Joined, People, levels_kept, strengths_of_levels
from biasaudit.measures import adjusted_records
from biasaudit.models import is_numeric
from biasaudit.results import NOT_RECORDED, AttributeFacts, Estimate, Proxy, estimated, undefined

#: Name of the stand-in that joins every feature.
ALL_FEATURES = "all features together"
#: Parts of a cross-validation.
FOLDS = 5
#: Rows looked at; more would sharpen an interval that is narrow already.
MOST_ROWS = 10_000
#: People a group needs: two in each fold, else it has no interval.
LEAST_PEOPLE = 2 * FOLDS
#: Bins that a number is cut into, by quantiles, where rows allow.
MOST_BINS = 20
#: Shuffles of the attribute behind the band of chance; more would move its ends by less than they are read to.
SHUFFLES = 1999
#: For all features together, where each shuffle is fitted again.
SHUFFLES_TOGETHER = 999
#: For a feature of very many levels.
LEAST_SHUFFLES = 199
#: Shuffles times levels, at most.
_MOST_CELLS = 2_000_000
#: Stand-ins times groups times shuffles, at most, beyond the first shuffles: 60 groups and 200 features end in minutes.
_MOST_COMPARISONS = 1_000_000
#: Shuffles that tell as much as the people do: with so many, more would only place a large p-value more finely.
_ENOUGH_ALIKE = 10
#: Columns of the joined features, squared, times groups times shuffles, at most.
_MOST_SOLVED = 2e10
#: For all features together, where they are very many.
_LEAST_TOGETHER = 99
#: Shuffles at once, which bounds memory.
_AT_ONCE = 200
#: Rows wanted in a bin.
_ROWS_A_BIN = 50
#: Strengths closer than this are the same: sums are rounded differently.
_SAME = 1e-9


def measure_proxies(
    table: Table,
    facts: tuple[AttributeFacts, ...],
    features: tuple[str, ...],
    *,
    seed: int,
    level: float = 0.95,
    besides: tuple[str, ...] = (),
) -> tuple[Proxy, ...]:
    """Measure how well each feature, and all together, tell each protected attribute.

    The strength is 2 AUC - 1 of the attribute predicted from the feature on people it has not seen: 0 tells nothing
    (chance may bring it slightly below), 1 tells it without error. With more than two groups it is the mean over the
    groups, each against the reference and counting for its people. The attribute's own column is left out.

    What chance alone would give is measured too: the attribute is shuffled within the parts of the cross-validation,
    which keeps their sizes, and everything is done again (a permutation test: Fisher 1935; Good, Permutation,
    Parametric and Bootstrap Tests of Hypotheses, 2005). The p-value is the share of shuffles that tell as much,
    counting the people as they are among them (Phipson & Smyth 2010); all of an audit are one family.

    Parameters
    ----------
    table : Table
        All rows, training and judged.
    facts : tuple of AttributeFacts
        Attributes; intersections are passed over, as their parts are told already.
    features : tuple of str
        Columns of ``table.frame`` that the model reads.
    seed : int
        Seed of the folds, of the shuffles, and of the rows looked at where there are more than 10,000.
    level : float
        Level of the intervals: those of DeLong, DeLong & Clarke-Pearson (Biometrics 44, 1988), averaged over folds, and
        near chance no narrower than the band of chance; and share of the shuffles that the band of chance holds.
    besides : tuple of str
        Further columns that the model does not read; they are not among all features together.

    Returns
    -------
    tuple of Proxy
        For each attribute one a feature and further column, then one for all features together.
    """
    rng = np.random.default_rng(seed)
    by_id = np.argsort(table.ids.to_numpy(dtype=str), kind="stable")
    rows = by_id[rng.permutation(len(table))[:MOST_ROWS]]
    limit = max(2, min(MOST_BINS, len(rows) // _ROWS_A_BIN))
    columns = tuple(dict.fromkeys((*features, *besides)))
    codes = {name: _levels(table.frame[name].iloc[rows], limit) for name in columns}
    proxies: list[Proxy] = []
    for fact in facts:
        if len(fact.columns) == 1:
            groups = np.asarray(table.attribute(fact.name), dtype=object)[rows]
            told = {name: codes[name] for name in columns if name != fact.columns[0]}
            proxies += _of_attribute(fact, groups, told, features, rng=rng, level=level)
    return adjusted_records(proxies)


def _of_attribute(
    fact: AttributeFacts,
    groups: npt.NDArray[np.object_],
    told: Mapping[str, IntArray],
    features: tuple[str, ...],
    *,
    rng: np.random.Generator,
    level: float,
) -> list[Proxy]:
    """Measure every stand-in of one attribute, and what chance would give."""
    stand_ins = {name: [codes] for name, codes in told.items()}
    if joined := [codes for name, codes in told.items() if name in features]:
        stand_ins[ALL_FEATURES] = joined
    sizes = {size.group: int((groups == size.group).sum()) for size in fact.groups}
    others = [name for name in sizes if name not in (fact.reference, NOT_RECORDED) and sizes[name] >= LEAST_PEOPLE]
    method = f"2 AUC - 1, {FOLDS}-fold cross-validated, DeLong" + (
        ", mean over groups by their people" if len(others) > 1 else ""
    )
    if not others or sizes.get(fact.reference, 0) < LEAST_PEOPLE:
        reason = f"fewer than {LEAST_PEOPLE} people in the group or its reference"
        nothing = undefined(reason, method=method, level=level)
        return [
            Proxy(attribute=fact.name, feature=name, strength=nothing, is_input=_is_input(name, features))
            for name in stand_ins
        ]
    names = [fact.reference, *others]
    kept = np.isin(groups, names)
    codes = pd.Categorical(groups[kept], categories=names).codes.astype(np.intp)
    people = People(codes=codes, folds=_folds(codes), groups=len(others))
    parts = {name: [part[kept] for part in parts] for name, parts in stand_ins.items()}
    together = Joined(parts[ALL_FEATURES], people) if ALL_FEATURES in parts else None
    strengths = {}
    for name, levels in parts.items():
        if name == ALL_FEATURES and together is not None:
            guesses = [guess[:, 0] for guess in together.guesses(codes[None])]
        else:
            guesses = _guesses(levels[0], people)
        strengths[name] = _strength(guesses, people, method, level)
    nulls = _chance(parts, people, together, strengths, rng)
    proxies = []
    for name, strength in strengths.items():
        chance, p_value = _against_chance(strength, nulls[name], level)
        proxies.append(
            Proxy(
                attribute=fact.name,
                feature=name,
                strength=_no_narrower_than_chance(strength, chance),
                chance=chance,
                p_value=p_value,
                is_input=_is_input(name, features),
            )
        )
    return proxies


def _is_input(name: str, features: tuple[str, ...]) -> bool:
    return name == ALL_FEATURES or name in features


def _levels(column: pd.Series, limit: int) -> IntArray:
    """Give each row the number of its level: a value, or a bin of quantiles; missing is a level."""
    codes, uniques = pd.factorize(column, use_na_sentinel=False)
    if not is_numeric(column) or len(uniques) <= limit:
        return np.asarray(codes, dtype=np.intp)
    numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
    known = np.isfinite(numbers)
    edges = np.unique(np.quantile(numbers[known], np.arange(1, limit) / limit))
    bins = np.searchsorted(edges, numbers, side="right")
    bins[~known] = len(edges) + 1
    return np.asarray(bins, dtype=np.intp)


def _folds(codes: IntArray) -> IntArray:
    """Deal the rows, already shuffled, over the folds, group by group."""
    fold = np.empty(len(codes), dtype=np.intp)
    for code in range(int(codes.max(initial=-1)) + 1):
        members = np.flatnonzero(codes == code)
        fold[members] = np.arange(len(members)) % FOLDS
    return fold


def _chance(
    parts: Mapping[str, list[IntArray]],
    people: People,
    together: Joined | None,
    strengths: Mapping[str, Estimate],
    rng: np.random.Generator,
) -> dict[str, FloatArray]:
    """Measure every stand-in again on people whose attribute was shuffled within each fold."""
    wanted = {name: _shuffles(name, levels, people.groups) for name, levels in parts.items()}
    found: dict[str, list[FloatArray]] = {name: [] for name in parts}
    start = 0
    while start < max(wanted.values()):
        size = min(_AT_ONCE, max(wanted.values()) - start)
        shuffled = np.tile(people.codes.astype(np.int16), (size, 1))
        for fold in people.parts():
            shuffled[:, fold] = rng.permuted(shuffled[:, fold], axis=1)
        for name, levels in parts.items():
            some = shuffled[: max(wanted[name] - start, 0)]
            if len(some) and name == ALL_FEATURES and together is not None:
                found[name].append(together.strengths(some))
            elif len(some):
                found[name].append(strengths_of_levels(levels[0], people, some))
        if start == 0:
            wanted = _bounded(wanted, {name: values[0] for name, values in found.items()}, strengths, people.groups)
        start += size
    return {name: np.concatenate(values) for name, values in found.items()}


def _bounded(
    wanted: Mapping[str, int], first: Mapping[str, FloatArray], strengths: Mapping[str, Estimate], groups: int
) -> dict[str, int]:
    """Spend further shuffles, where all would be too many, on stand-ins that the first ones do not explain.

    A p-value may stop at some shuffles that tell as much (Besag & Clifford, Biometrika 78, 1991).
    """
    if sum(wanted.values()) * groups <= _MOST_COMPARISONS:
        return dict(wanted)
    seen = {name: strength.value or 0.0 for name, strength in strengths.items()}
    going = {name for name, null in first.items() if (null >= seen[name] - _SAME).sum() < _ENOUGH_ALIKE}
    most = max(LEAST_SHUFFLES, _MOST_COMPARISONS // (groups * max(1, len(going))))
    return {name: min(count, most if name in going else _AT_ONCE) for name, count in wanted.items()}


def _shuffles(name: str, levels: list[IntArray], groups: int) -> int:
    """Choose how often a stand-in is measured on shuffled people."""
    if name == ALL_FEATURES:
        columns = sum(min(levels_kept(len(levels)), int(part.max()) + 1) for part in levels)
        return max(_LEAST_TOGETHER, min(SHUFFLES_TOGETHER, int(_MOST_SOLVED / (columns**2 * groups))))
    return max(LEAST_SHUFFLES, min(SHUFFLES, _MOST_CELLS // (int(levels[0].max()) + 1)))


def _no_narrower_than_chance(strength: Estimate, chance: Estimate) -> Estimate:
    """Widen an interval near chance to the width of the band of chance.

    DeLong's takes the guesses as given, yet where nothing is to be learnt, what was learnt is most of the noise.
    """
    value, low, high = strength.value, strength.low, strength.high
    if value is None or low is None or high is None or chance.low is None or chance.high is None:
        return strength
    half = (chance.high - chance.low) / 2
    if value > chance.high or half <= (high - low) / 2:
        return strength
    method = f"{strength.method}, no narrower than chance"
    return estimated(value, max(-1.0, value - half), min(1.0, value + half), method=method, level=strength.level)


def _against_chance(strength: Estimate, null: FloatArray, level: float) -> tuple[Estimate, float]:
    """Give the band that chance fills, and how often it tells as much."""
    low, middle, high = np.quantile(null, [(1 - level) / 2, 0.5, (1 + level) / 2])
    method = f"{len(null)} shuffles of the attribute within folds"
    band = estimated(float(middle), float(low), float(high), method=method, level=level)
    as_much = int((null >= (strength.value or 0.0) - _SAME).sum())
    return band, (1 + as_much) / (1 + len(null))


def _guesses(levels: IntArray, people: People) -> list[FloatArray]:
    """Guess by the share of each group in a level, learnt on the other folds; shape (g, rows of the fold) a fold."""
    size, found = int(levels.max()) + 1, []
    for test in people.parts():
        guess = np.empty((people.groups, len(test)))
        learnt = np.ones(len(levels), dtype=np.bool_)
        learnt[test] = False
        reference = np.bincount(levels[learnt & (people.codes == 0)], minlength=size)
        for group in range(1, people.groups + 1):
            inside = np.bincount(levels[learnt & (people.codes == group)], minlength=size)
            overall = inside.sum() / (inside.sum() + reference.sum())
            guess[group - 1] = ((inside + PRIOR * overall) / (inside + reference + PRIOR))[levels[test]]
        found.append(guess)
    return found


def _strength(guesses: list[FloatArray], people: People, method: str, level: float) -> Estimate:
    """Average over groups and folds how well guesses rank people."""
    strengths, variances = [], []
    for guess, test in zip(guesses, people.parts(), strict=True):
        codes = people.codes[test]
        area, own, shared = 0.0, 0.0, np.zeros(int((codes == 0).sum()))
        for group in range(1, people.groups + 1):
            inside, outside = guess[group - 1, codes == group], guess[group - 1, codes == 0]
            placed = _share_below(inside, outside)
            share = float(people.shares[group - 1])
            area += share * float(placed.mean())
            own += float(placed.var(ddof=1)) / len(placed) * share**2
            # The same reference people stand against every group: their placements are averaged before their spread.
            shared += (1 - _share_below(outside, inside)) * share
        strengths.append(2 * area - 1)
        variances.append(own + float(shared.var(ddof=1)) / len(shared))
    strength = float(np.mean(strengths))
    half = normal_quantile(level) * 2 * float(np.sqrt(np.sum(variances))) / FOLDS
    return estimated(strength, max(-1.0, strength - half), min(1.0, strength + half), method=method, level=level)


def _share_below(mine: FloatArray, others: FloatArray) -> FloatArray:
    """Give for each of mine the share of others below it, ties counting half."""
    rising = np.sort(others)
    below = np.searchsorted(rising, mine, side="left") + np.searchsorted(rising, mine, side="right")
    return np.asarray(below / (2 * len(others)), dtype=np.float64)
