"""People held against the nearest people of the reference group: what a flip asks of a model, asked of the data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr
from sklearn.neighbors import NearestNeighbors

from biasaudit.data.table import FloatArray, Table
from biasaudit.drivers.distances import Coded, code_people
from biasaudit.drivers.intervals import wilson_upper
from biasaudit.errors import NotApplicableError
from biasaudit.measures import adjusted_records
from biasaudit.measures.intervals import t_quantile
from biasaudit.results import AttributeFacts, Balance, Estimate, MatchedGap, estimated, undefined
from biasaudit.spec import AuditSpec

IntArray = npt.NDArray[np.intp]

#: Farthest distance of twins, where two people at random are 1 apart in the root of the mean square.
CALIPER = 0.25
#: Rows looked at; more would sharpen intervals that are narrow already.
MOST_ROWS = 20_000
#: Pairs without which nothing is said.
LEAST_PAIRS = 10
#: Kinds of people of the reference that may be equally near.
_MOST_TIED = 16
#: Distances closer than this are equal.
_SAME = 1e-9
#: Values closer than this are equal: means are rounded.
_EQUAL = 1e-12
METHOD = "nearest neighbours with replacement, Mahalanobis, Abadie-Imbens variance, Student"


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What is known of everybody for one attribute: features, stratum, values held against each other, weight."""

    coded: Coded
    strata: IntArray
    values: FloatArray
    weight: FloatArray


@dataclass(frozen=True, kw_only=True)
class _Pairs:
    """Who of the group is paired with which kinds of reference people, and what that gives.

    Attributes
    ----------
    members : array of int, shape (m,)
        Rows of the group's people who have a twin.
    twins : array of float, shape (m, k)
        Means of the k values over each one's twins.
    reuse : array of float, shape (k,)
        Part of the variance that comes from twins who serve several people.
    used : int
        Reference people who are somebody's twin.
    coded : array of float, shape (m, q)
        Mean of the coded features over each one's twins.
    """

    members: IntArray
    twins: FloatArray
    reuse: FloatArray
    used: int
    coded: FloatArray


def match_pairs(
    judged_table: Table,
    selected: FloatArray,
    scores: FloatArray | None,
    spec: AuditSpec,
    facts: tuple[AttributeFacts, ...],
    *,
    seed: int,
    level: float = 0.95,
) -> tuple[MatchedGap, ...]:
    r"""Compare each person of a group with the nearest people of the reference group.

    Twins share the declared strata and lie within a caliper of each other in every feature but the attribute's own
    column and its declared stand-ins (the columns that a ``[[flip]]`` of the attribute sets). Somebody may be the twin
    of several; all who are equally near are twins together, so that the order of rows changes nothing. With
    :math:`d_i` the difference of a person and the mean of the twins, and :math:`a_i` the person's share of the weights,

    .. math:: \hat\tau = \sum_i a_i d_i, \qquad
              \hat V = \sum_i a_i^2 (d_i - \hat\tau)^2 + \sum_j (K_j^2 - K'_j) \hat\sigma_j^2

    where :math:`K_j` and :math:`K'_j` sum a reference person's parts in pairs and their squares, and
    :math:`\hat\sigma_j^2` is the variance among people alike (A. Abadie and G. Imbens, Econometrica 74, 2006, for the
    effect on those compared).

    Parameters
    ----------
    judged_table : Table
        Only the rows on which gaps are measured.
    selected : array of float, shape (n,)
        Decisions: 1, 0, or the chance of those tied at a cut-off.
    scores : array of float, shape (n,), or None
        Scores, where there are any.
    spec : AuditSpec
        Holds the declared flips, whose columns are not compared.
    facts : tuple of AttributeFacts
        Attributes; intersections are passed over.
    seed : int
        Seed of the rows looked at where there are more than 20,000.
    level : float
        Level of the intervals.

    Returns
    -------
    tuple of MatchedGap
        One a group other than the reference.

    Raises
    ------
    NotApplicableError
        Where no feature is left to compare people by.
    """
    rng = np.random.default_rng(seed)
    by_id = np.argsort(judged_table.ids.to_numpy(dtype=str), kind="stable")
    rows = by_id[rng.permutation(len(by_id))[:MOST_ROWS]]
    table = judged_table.take(rows)
    values = np.column_stack([part[rows] for part in (selected, scores) if part is not None])
    found: list[MatchedGap] = []
    for fact in facts:
        left_out = _left_out(fact, spec)
        compared = tuple(name for name in table.features if name not in left_out)
        if len(fact.columns) > 1 or not compared:
            continue
        known = _Known(
            coded=code_people(table.frame[list(compared)]),
            strata=_strata(table, left_out),
            values=values,
            weight=table.weight,
        )
        within = tuple(str(name) for name in table.strata if name not in left_out)
        groups = np.asarray(table.attribute(fact.name), dtype=object)
        reference = np.flatnonzero(groups == fact.reference)
        for size in fact.groups:
            members = np.flatnonzero(groups == size.group)
            if size.group == fact.reference or not len(members) or not len(reference):
                continue
            gap = _gap(members, _paired(members, reference, known), known, reference, level)
            found.append(
                gap.model_copy(
                    update={
                        "attribute": fact.name,
                        "group": size.group,
                        "reference": fact.reference,
                        "within": within,
                        "left_out": left_out,
                    }
                )
            )
    if not found:
        raise NotApplicableError(
            "No feature is left to compare people by, besides the protected attributes themselves."
        )
    return adjusted_records(found)


def _left_out(fact: AttributeFacts, spec: AuditSpec) -> tuple[str, ...]:
    """Name the columns on which twins of an attribute's groups need not agree."""
    stand_ins = [column for flip in spec.flip if flip.attribute == fact.name for column in (*flip.set, *flip.replace)]
    return tuple(dict.fromkeys((*fact.columns, *stand_ins)))


def _strata(table: Table, left_out: tuple[str, ...]) -> IntArray:
    """Give each row the number of its stratum."""
    columns = [name for name in table.strata if name not in left_out]
    if not columns:
        return np.zeros(len(table), dtype=np.intp)
    return np.asarray(table.strata[columns].groupby(columns, observed=True).ngroup(), dtype=np.intp)


def _paired(members: IntArray, reference: IntArray, known: _Known) -> _Pairs:
    """Find the twins of each person, stratum by stratum."""
    parts = []
    for stratum in np.unique(known.strata[members]):
        theirs = reference[known.strata[reference] == stratum]
        if len(theirs):
            parts.append(_paired_in(members[known.strata[members] == stratum], theirs, known))
    if not parts:
        k, q = known.values.shape[1], known.coded.columns.shape[1]
        nobody = np.empty(0, dtype=np.intp)
        return _Pairs(members=nobody, twins=np.empty((0, k)), reuse=np.zeros(k), used=0, coded=np.empty((0, q)))
    members = np.concatenate([part.members for part in parts])
    whole = float(known.weight[members].sum())
    return _Pairs(
        members=members,
        twins=np.concatenate([part.twins for part in parts]),
        reuse=np.sum([part.reuse for part in parts], axis=0) / whole**2 if whole else np.zeros(known.values.shape[1]),
        used=sum(part.used for part in parts),
        coded=np.concatenate([part.coded for part in parts]),
    )


def _paired_in(mine: IntArray, theirs: IntArray, known: _Known) -> _Pairs:
    """Pair within one stratum; people of the reference who are alike in every feature are one kind."""
    places, weight, values = known.coded.places, known.weight[theirs], known.values[theirs]
    _, first, kind = np.unique(places[theirs].round(9), axis=0, return_index=True, return_inverse=True)
    kind = kind.reshape(-1)
    size, mass = len(first), np.bincount(kind, weights=weight)
    means = _sums(kind, size, values * weight[:, None]) / mass[:, None]
    search = NearestNeighbors(n_neighbors=min(_MOST_TIED, size)).fit(places[theirs[first]])
    distance, near = search.kneighbors(places[mine])
    has_twin = distance[:, 0] <= CALIPER
    distance, near = distance[has_twin], near[has_twin]
    part = np.where(distance <= distance[:, :1] + _SAME, mass[near], 0.0)
    whole = part.sum(axis=1, keepdims=True)
    # What the people of each kind count for in pairs, and the squares of that, per unit of their own weight.
    use = np.where(part > 0, known.weight[mine[has_twin]][:, None] / whole, 0.0)
    once = np.bincount(near.ravel(), weights=use.ravel(), minlength=size)
    squared = np.bincount(near.ravel(), weights=(use**2).ravel(), minlength=size)
    square_mass = np.bincount(kind, weights=weight**2, minlength=size)
    return _Pairs(
        members=mine[has_twin],
        twins=np.einsum("ik,ikv->iv", part / whole, means[near]),
        reuse=(square_mass * (once**2 - squared)) @ _spread_of_kinds(kind, values, search, places[theirs[first]]),
        used=int(np.isin(kind, near[part > 0]).sum()),
        coded=np.einsum("ik,ikq->iq", part / whole, known.coded.columns[theirs[first]][near]),
    )


def _sums(kind: IntArray, size: int, values: FloatArray) -> FloatArray:
    """Sum values by kind, shape (size, k)."""
    return np.column_stack([np.bincount(kind, weights=column, minlength=size) for column in values.T])


def _spread_of_kinds(kind: IntArray, values: FloatArray, search: NearestNeighbors, places: FloatArray) -> FloatArray:
    """Estimate the variance of values among people alike: within a kind, or against the nearest other kind."""
    size = len(places)
    count = np.bincount(kind, minlength=size).astype(np.float64)[:, None]
    plain = _sums(kind, size, values) / count
    within = _sums(kind, size, (values - plain[kind]) ** 2) / np.maximum(count - 1, 1)
    if size == 1:
        return within
    _, near = search.kneighbors(places, n_neighbors=2)
    other = np.where(near[:, 0] == np.arange(size), near[:, 1], near[:, 0])
    across = (plain - plain[other]) ** 2 * count[other] / (count[other] + 1)
    return np.where(count > 1, within, across)


def _gap(members: IntArray, pairs: _Pairs, known: _Known, reference: IntArray, level: float) -> MatchedGap:
    """Write down what the pairs of one group show; whose group it is, its caller says."""
    weight, own = known.weight[pairs.members], known.values[pairs.members]
    told = len(pairs.members) >= LEAST_PAIRS and bool(weight.sum() > 0)
    few = undefined(f"fewer than {LEAST_PAIRS} people of the group have a twin", method=METHOD, level=level)
    gaps: list[tuple[Estimate, float | None]] = [(few, None)] * own.shape[1]
    rates = [few, few]
    balance: tuple[Balance, ...] = ()
    if told:
        share = weight / weight.sum()
        gaps = [
            _estimate(apart, share, float(reuse), level, is_decision=place == 0)
            for place, (apart, reuse) in enumerate(zip((own - pairs.twins).T, pairs.reuse, strict=True))
        ]
        rates = [
            estimated(float(share @ part[:, 0]), method="mean of those paired", level=level)
            for part in (own, pairs.twins)
        ]
        apart = _lying_apart(known.coded, members, reference, known.weight)
        balance = _balance(known.coded, apart, share @ (known.coded.columns[pairs.members] - pairs.coded))
    return MatchedGap(
        attribute="",
        group="",
        reference="",
        n=len(members),
        n_group=len(pairs.members),
        n_reference=pairs.used,
        gap=gaps[0][0],
        rate_group=rates[0],
        rate_reference=rates[1],
        score_gap=gaps[1][0] if len(gaps) > 1 else None,
        p_value=gaps[0][1],
        compared_on=known.coded.names,
        caliper=CALIPER,
        balance=balance,
    )


def _estimate(
    differences: FloatArray, share: FloatArray, reuse: float, level: float, *, is_decision: bool
) -> tuple[Estimate, float | None]:
    """Give the mean difference with its interval, and the p-value of none."""
    differences = np.where(np.abs(differences) > _EQUAL, differences, 0.0)
    gap, n = float(share @ differences), len(differences)
    variance = float(share**2 @ (differences - gap) ** 2) * n / (n - 1) + max(reuse, 0.0)
    bound = 1.0 if is_decision else np.inf
    gap = max(-bound, min(bound, gap))
    if variance <= _EQUAL**2:
        # That no pair differs does not prove that none would.
        half = wilson_upper(0.0, n, level) if is_decision else 0.0
        return estimated(gap, max(-bound, gap - half), min(bound, gap + half), method=METHOD, level=level), None
    error = float(np.sqrt(variance))
    half = t_quantile(level, n - 1) * error
    ends = max(-bound, gap - half), min(bound, gap + half)
    return estimated(gap, *ends, method=METHOD, level=level), float(2 * ndtr(-abs(gap) / error))


def _lying_apart(coded: Coded, members: IntArray, reference: IntArray, weight: FloatArray) -> FloatArray:
    """Give difference of means and pooled standard deviation of each coded column, shape (2, q)."""
    means, variances = [], []
    for rows in (members, reference):
        share = weight[rows] / weight[rows].sum()
        mean = share @ coded.columns[rows]
        means.append(mean)
        variances.append(share @ (coded.columns[rows] - mean) ** 2)
    return np.stack([means[0] - means[1], np.sqrt((variances[0] + variances[1]) / 2)])


def _balance(coded: Coded, before: FloatArray, after: FloatArray) -> tuple[Balance, ...]:
    """Give the standardised differences by feature; of a feature of several columns, the largest."""
    balance = []
    spans = np.ptp(coded.columns, axis=0)
    varies = (spans > 0) & (before[1] > _SAME * spans)
    for place, name in enumerate(coded.names):
        columns = np.flatnonzero((coded.source == place) & varies)
        largest: list[float | None] = [None, None]
        if len(columns):
            for at, difference in enumerate((before[0], after)):
                apart = difference[columns] / before[1][columns]
                largest[at] = float(apart[np.argmax(np.abs(apart))])
        balance.append(Balance(feature=name, before=largest[0], after=largest[1]))
    return tuple(balance)
