"""Stand-ins: how well an input tells a protected attribute that the model may never see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from biasaudit.data.table import FloatArray, Table
from biasaudit.drivers.intervals import normal_quantile
from biasaudit.models import first_fit, is_numeric
from biasaudit.results import NOT_RECORDED, AttributeFacts, Estimate, Proxy, estimated, undefined

IntArray = npt.NDArray[np.intp]

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
#: Rows wanted in a bin.
_ROWS_A_BIN = 50
#: Levels that a feature keeps where all are joined.
_MOST_LEVELS = 50
#: Imaginary people, mixed like all, that each level starts with: an unseen level tells nothing.
_PRIOR = 1.0
#: Strength of the penalty where all features are joined (scikit-learn's C).
_INVERSE_PENALTY = 1.0


def measure_proxies(
    table: Table, facts: tuple[AttributeFacts, ...], features: tuple[str, ...], *, seed: int, level: float = 0.95
) -> tuple[Proxy, ...]:
    """Measure how well each feature, and all together, tell each protected attribute.

    The strength is 2 AUC - 1 of the attribute predicted from the feature on people it has not seen: 0 tells nothing
    (chance may bring it slightly below), 1 tells it without error. With more than two groups it is the mean over the
    groups, each against the reference. The attribute's own column is left out.

    Parameters
    ----------
    table : Table
        All rows, training and judged.
    facts : tuple of AttributeFacts
        Attributes; intersections are passed over, as their parts are told already.
    features : tuple of str
        Columns of ``table.frame``.
    seed : int
        Seed of the folds, and of the rows looked at where there are more than 10,000.
    level : float
        Level of the intervals: those of DeLong, DeLong & Clarke-Pearson (Biometrics 44, 1988), averaged over folds.

    Returns
    -------
    tuple of Proxy
        For each attribute one a feature, then one for all together.
    """
    rng = np.random.default_rng(seed)
    by_id = np.argsort(table.ids.to_numpy(dtype=str), kind="stable")
    rows = by_id[rng.permutation(len(table))[:MOST_ROWS]]
    limit = max(2, min(MOST_BINS, len(rows) // _ROWS_A_BIN))
    codes = {name: _levels(table.frame[name].iloc[rows], limit) for name in features}
    proxies = []
    for fact in facts:
        if len(fact.columns) > 1:
            continue
        groups = np.asarray(table.attribute(fact.name), dtype=object)[rows]
        folds = _folds(groups)
        told = [name for name in features if name != fact.columns[0]]
        for name in told:
            strength = _strength(fact, groups, folds, [codes[name]], level)
            proxies.append(Proxy(attribute=fact.name, feature=name, strength=strength))
        if told:
            strength = _strength(fact, groups, folds, [codes[name] for name in told], level)
            proxies.append(Proxy(attribute=fact.name, feature=ALL_FEATURES, strength=strength))
    return tuple(proxies)


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


def _folds(groups: npt.NDArray[np.object_]) -> IntArray:
    """Deal the rows, already shuffled, over the folds, group by group."""
    codes, _ = pd.factorize(groups)
    fold = np.empty(len(groups), dtype=np.intp)
    for code in range(int(codes.max(initial=-1)) + 1):
        members = np.flatnonzero(codes == code)
        fold[members] = np.arange(len(members)) % FOLDS
    return fold


@dataclass(frozen=True, kw_only=True)
class _Placed:
    """Where the people of one group stand among the reference, and the other way round, in one fold."""

    group: FloatArray
    reference: FloatArray


def _strength(
    fact: AttributeFacts, groups: npt.NDArray[np.object_], folds: IntArray, codes: list[IntArray], level: float
) -> Estimate:
    """Cross-validate one stand-in against each group, and average."""
    others = [size.group for size in fact.groups if size.group not in (fact.reference, NOT_RECORDED)]
    told = [name for name in others if int((groups == name).sum()) >= LEAST_PEOPLE]
    method = f"2 AUC - 1, {FOLDS}-fold cross-validated, DeLong" + (", mean over groups" if len(told) > 1 else "")
    if not told or int((groups == fact.reference).sum()) < LEAST_PEOPLE:
        reason = f"fewer than {LEAST_PEOPLE} people in the group or its reference"
        return undefined(reason, method=method, level=level)
    aucs, variances = [], []
    for fold in range(FOLDS):
        placed = [_placed(groups, folds == fold, codes, name, fact.reference) for name in told]
        aucs.append(float(np.mean([part.group.mean() for part in placed])))
        # The same reference people stand against every group: their placements are averaged before their spread.
        shared = np.mean([part.reference for part in placed], axis=0)
        own = sum(float(part.group.var(ddof=1)) / len(part.group) for part in placed) / len(placed) ** 2
        variances.append(own + float(shared.var(ddof=1)) / len(shared))
    strength = 2 * float(np.mean(aucs)) - 1
    half = normal_quantile(level) * 2 * float(np.sqrt(np.sum(variances))) / FOLDS
    return estimated(strength, max(-1.0, strength - half), min(1.0, strength + half), method=method, level=level)


def _placed(
    groups: npt.NDArray[np.object_],
    is_test: npt.NDArray[np.bool_],
    codes: list[IntArray],
    group: str,
    reference: str,
) -> _Placed:
    """Learn on the other folds who belongs to the group, and rank the people of this one."""
    of_both = (groups == group) | (groups == reference)
    labels = (groups == group).astype(np.float64)
    train, test = np.flatnonzero(of_both & ~is_test), np.flatnonzero(of_both & is_test)
    guess = _one_feature(codes[0], labels, train, test) if len(codes) == 1 else _joined(codes, labels, train, test)
    inside = labels[test] == 1
    return _Placed(
        group=_share_below(guess[inside], guess[~inside]), reference=1 - _share_below(guess[~inside], guess[inside])
    )


def _one_feature(codes: IntArray, labels: FloatArray, train: IntArray, test: IntArray) -> FloatArray:
    """Guess by the share of the group in each level."""
    size = int(codes.max()) + 1
    people = np.bincount(codes[train], minlength=size)
    inside = np.bincount(codes[train], weights=labels[train], minlength=size)
    overall = float(labels[train].mean())
    return np.asarray((inside + _PRIOR * overall) / (people + _PRIOR), dtype=np.float64)[codes[test]]


def _joined(codes: list[IntArray], labels: FloatArray, train: IntArray, test: IntArray) -> FloatArray:
    """Guess by a penalised logistic regression on one 0/1 column a level."""
    blocks = []
    for part in codes:
        common = np.argsort(-np.bincount(part[train]), kind="stable")[:_MOST_LEVELS]
        blocks.append(part[:, None] == common[None, :])
    matrix = np.hstack(blocks).astype(np.float64)
    fit = first_fit(matrix[train], labels[train], np.ones(len(train)), inverse_penalty=_INVERSE_PENALTY)
    return np.asarray(matrix[test] @ fit.coefficients[:-1], dtype=np.float64)


def _share_below(mine: FloatArray, others: FloatArray) -> FloatArray:
    """Give for each of mine the share of others below it, ties counting half."""
    rising = np.sort(others)
    below = np.searchsorted(rising, mine, side="left") + np.searchsorted(rising, mine, side="right")
    return np.asarray(below / (2 * len(others)), dtype=np.float64)
