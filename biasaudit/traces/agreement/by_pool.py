r"""Agreement of annotators of one pool among each other and with all others, on each group's items.

.. math:: \mathrm{GAI} = \frac{\mathrm{IRR}}{\mathrm{XRR}}, \qquad
    \mathrm{XRR} = 1 - \frac{\sum_i \frac{R_i + S_i}{R_i S_i} \sum_{a, b} \delta_{ab} / \sum_i (R_i + S_i)}
    {\sum_{a, b} \delta_{ab} / (R\, S)}

IRR is Krippendorff's alpha among the labels of the pool; XRR is the same between labels a of the pool
and labels b of everybody else, over items that both labelled: :math:`R_i` and :math:`S_i` labels on an
item, R and S in all, the lower sum over all pairs across all items (Wong, Paritosh and Aroyo 2021,
Cross-replication Reliability, ACL; its form for missing labels). GAI is the group association index
(Prabhakaran et al. 2023, GRASP): above 1, a pool agrees more with itself than with the others.

Both use one distance: different classes, squared differences of numbers, and for steps of a scale
squared differences of mid-ranks over the whole log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from biasaudit.data.annotations import AnnotationLog
from biasaudit.data.table import BoolArray, FloatArray, Table
from biasaudit.results import ALL_GROUPS, NOT_RECORDED, Agreement, AttributeFacts, Estimate, undefined
from biasaudit.traces.agreement.by_group import ALL_EQUAL, FEW_ANNOTATORS, METHOD, NO_PAIR, group_codes
from biasaudit.traces.agreement.coefficients import Coefficient
from biasaudit.traces.agreement.tallies import PAIR, Kind, Scale, Tallies, patterns_of, scale_of
from biasaudit.traces.agreement.two_way import Resampled, estimate_of, resample, values_of
from biasaudit.traces.ballots import Ballots, IntArray
from biasaudit.traces.disclosure import FEWEST_ANNOTATORS
from biasaudit.traces.rules.votes import ROUNDING

#: Pools of one kind that are told, those with most labels first.
MOST_POOLS = 20
NO_SHARED = "no item has labels from this pool and from others"
NOT_ABOVE = "agreement with the others is no better than chance, so that nothing can be divided by it"

#: Labels of each item on one side, and the sum of what they say.
Side = tuple[FloatArray, FloatArray]
Name = Literal["alpha_within", "alpha_across", "group_association"]


@dataclass(frozen=True, kw_only=True)
class _Sides:
    """Where each sum of a pool and the others stands; ``width`` columns hold what a label says.

    What a label says is which class it is, or its number and the square of that.
    """

    width: int
    is_nominal: bool

    PAIRED, SIZE, WITHIN, SHARED, ACROSS, OWN_LABELS, OTHER_LABELS = range(7)

    @property
    def within(self) -> slice:
        """What the pool's labels say on items with two of them."""
        return slice(7, 7 + self.width)

    @property
    def own(self) -> slice:
        """What the pool's labels say on items that others labelled, too."""
        return slice(self.within.stop, self.within.stop + self.width)

    @property
    def others(self) -> slice:
        """What the others' labels say on those items."""
        return slice(self.own.stop, self.own.stop + self.width)


def pool_agreement(
    table: Table,
    log: AnnotationLog,
    ballots: Ballots,
    facts: Sequence[AttributeFacts],
    *,
    seed: int,
    level: float,
    kind: Kind = "nominal",
    steps: int = 0,
) -> tuple[Agreement, ...]:
    """Measure agreement within every pool of annotators and across, on every group's items.

    Parameters
    ----------
    table : Table
        The items.
    log : AnnotationLog
        The labels; its units and attributes make the pools.
    ballots : Ballots
        The same labels, laid out.
    facts : sequence of AttributeFacts
        The attributes, with their groups.
    seed : int
        Seed of the resamples of items and annotators.
    level : float
        Level of the intervals.
    kind : {"nominal", "ordinal", "interval"}
        What ``ballots.value`` holds.
    steps : int
        Steps of the declared order of an ordinal scale.

    Returns
    -------
    tuple of Agreement
        ``alpha_within``, ``alpha_across`` and ``group_association`` by pool and group, everyone's
        items first. Pools of fewer than 5 annotators, or with all annotators but fewer than 5, are
        left out, as is what is not recorded; of each kind at most 20 pools are told.

    Raises
    ------
    NotApplicableError
        Where there are more than 30 classes, or more than 20 steps.
    """
    scale = scale_of(ballots, kind, steps)
    found: list[Agreement] = []
    for kind_of_pool, column in (
        *((name, f"unit:{name}") for name in log.units),
        *((name, f"attribute:{name}") for name in log.attributes),
    ):
        pools = log.frame[column].astype(str).to_numpy(dtype=object)[ballots.source]
        for pool in _told(pools, ballots):
            found += _of_pool(
                table,
                ballots,
                facts,
                scale,
                pools == pool,
                kind_of_pool=kind_of_pool,
                pool=pool,
                seed=seed,
                level=level,
            )
    return tuple(found)


def _told(pools: Any, ballots: Ballots) -> list[str]:
    """List the pools that are large enough to be told, in the order of their names."""
    names, labels = np.unique(pools.astype(str), return_counts=True)
    everyone = len(np.unique(ballots.annotator))
    kept = []
    for place in np.argsort(-labels, kind="stable"):
        name = str(names[place])
        annotators = len(np.unique(ballots.annotator[pools == name]))
        if name != NOT_RECORDED and annotators >= FEWEST_ANNOTATORS and everyone - annotators >= FEWEST_ANNOTATORS:
            kept.append(name)
    return sorted(kept[:MOST_POOLS])


def _of_pool(
    table: Table,
    ballots: Ballots,
    facts: Sequence[AttributeFacts],
    scale: Scale,
    is_own: BoolArray,
    *,
    kind_of_pool: str,
    pool: str,
    seed: int,
    level: float,
) -> list[Agreement]:
    # Items that nobody of the pool labelled tell nothing about it.
    touched = np.zeros(ballots.n_items, dtype=bool)
    touched[ballots.item[is_own]] = True
    kept = touched[ballots.item]
    some, is_own = ballots.subset(kept), is_own[kept]
    tallies, sides = _tallies(some, scale, is_own)
    found: list[Agreement] = []

    def measure(attribute: str, names: Sequence[str], codes: IntArray) -> None:
        by_group = resample(tallies, codes, len(names), some.item, some.annotator, seed=seed)
        annotators = _annotators(some, is_own, codes, len(names))
        for place, name in enumerate(names):
            for one, estimate, n_items in _estimates(by_group, place, sides, annotators[place], level=level):
                found.append(
                    Agreement(
                        attribute=attribute,
                        group=name,
                        coefficient=one,
                        estimate=estimate,
                        n_items=n_items,
                        n_labels=int(is_own[codes[some.item] == place].sum()),
                        unit_kind=kind_of_pool,
                        unit=pool,
                    )
                )

    measure(ALL_GROUPS, [ALL_GROUPS], np.zeros(some.n_items, dtype=np.intp))
    for attribute in facts:
        measure(attribute.name, [one.group for one in attribute.groups], group_codes(table, some, attribute))
    return found


def _annotators(ballots: Ballots, is_own: BoolArray, codes: IntArray, n_groups: int) -> list[int]:
    """Count the annotators of each group's items, of the pool or of the others, whichever are fewer."""
    group = codes[ballots.item]
    return [
        min(len(np.unique(ballots.annotator[(group == place) & side])) for side in (is_own, ~is_own))
        for place in range(n_groups)
    ]


def _estimates(
    found: Resampled, place: int, sides: _Sides, annotators: int, *, level: float
) -> list[tuple[Name, Estimate, int]]:
    """Estimate the three coefficients of one pool and group, each with the items it rests on."""
    paired, shared = (round(found.sums[place, column]) for column in (_Sides.PAIRED, _Sides.SHARED))
    within, across = _within(sides), _across(sides)
    listed: tuple[tuple[Name, str, Coefficient, str, int], ...] = (
        ("alpha_within", "Krippendorff's alpha within the pool", within, ALL_EQUAL if paired else NO_PAIR, paired),
        ("alpha_across", "cross-replication reliability", across, ALL_EQUAL if shared else NO_SHARED, shared),
        ("group_association", "within over across", _association(within, across), NOT_ABOVE, min(paired, shared)),
    )
    told = []
    for name, words, coefficient, missing, n_items in listed:
        method = f"{words}; {METHOD}"
        if annotators < FEWEST_ANNOTATORS:
            estimate = undefined(FEW_ANNOTATORS, method=method, level=level)
        else:
            value, drawn = values_of(found, coefficient, [(place, 1.0)])
            estimate = estimate_of(value, drawn, missing=missing, method=method, level=level)
        told.append((name, estimate, n_items))
    return told


def _within(sides: _Sides) -> Coefficient:
    def of(sums: Any) -> Any:
        n, margin = sums[..., _Sides.SIZE], sums[..., sides.within]
        expected = _apart(margin, margin, n, n, sides)
        return 1 - _over((n - 1) * sums[..., _Sides.WITHIN], expected, n)

    return of


def _across(sides: _Sides) -> Coefficient:
    def of(sums: Any) -> Any:
        own, others = sums[..., _Sides.OWN_LABELS], sums[..., _Sides.OTHER_LABELS]
        expected = _apart(sums[..., sides.own], sums[..., sides.others], own, others, sides)
        return 1 - _over(sums[..., _Sides.ACROSS] * own * others / (own + others), expected, own + others)

    return of


def _association(within: Coefficient, across: Coefficient) -> Coefficient:
    def of(sums: Any) -> Any:
        below = across(sums)
        is_above = np.real(below) > 0
        return np.where(is_above, within(sums) / np.where(is_above, below, 1), np.nan)

    return of


def _apart(own: Any, others: Any, n_own: Any, n_others: Any, sides: _Sides) -> Any:
    """Add up the disagreement of every label of one side with every label of the other."""
    if sides.is_nominal:
        return n_own * n_others - (own * others).sum(axis=-1)
    return n_others * own[..., 1] + n_own * others[..., 1] - 2 * own[..., 0] * others[..., 0]


def _over(above: Any, below: Any, size: Any) -> Any:
    """Divide where labels differ at all; NaN elsewhere."""
    is_defined = np.real(below) > ROUNDING * np.real(size) ** 2
    return np.where(is_defined, above / np.where(is_defined, below, 1), np.nan)


def _tallies(ballots: Ballots, scale: Scale, is_own: BoolArray) -> tuple[Tallies, _Sides]:
    """Tally what each item adds, and each label to its item, with a pool on one side and all others on the other."""
    n, q = ballots.n_items, len(scale.values)
    code = np.searchsorted(scale.values, ballots.value).astype(np.intp)
    said = np.eye(q) if scale.kind == "nominal" else _numbers(scale, code)
    sides = _Sides(width=said.shape[1], is_nominal=scale.kind == "nominal")
    if scale.is_counted:
        cell = (ballots.item * 2 + ~is_own) * q + code
        pattern, counts = patterns_of(np.bincount(cell, minlength=n * 2 * q).reshape(n, 2 * q))
        halves = [(half.sum(axis=1), half @ said) for half in (counts[:, :q], counts[:, q:])]
        kinds, type_of = np.unique((pattern[ballots.item] * 2 + ~is_own) * q + code, return_inverse=True)
        place, of_own, x = kinds // (2 * q), kinds // q % 2 == 0, said[kinds % q]
    else:
        pattern, place, of_own, x = np.arange(n, dtype=np.intp), ballots.item, is_own, said[code]
        type_of = np.arange(len(code))
        halves = []
        for side in (is_own, ~is_own):
            item = ballots.item[side]
            sums = [np.bincount(item, column[side], n) for column in x.T]
            halves.append((np.bincount(item, minlength=n).astype(float), np.column_stack(sums)))
    return Tallies(
        pattern=pattern,
        adds=_adds(halves[0], halves[1], sides),
        type_of=type_of.astype(np.intp).ravel(),
        changes=_changes(_at(halves[0], place), _at(halves[1], place), x, of_own, sides),
    ), sides


def _at(side: Side, place: IntArray) -> Side:
    return side[0][place], side[1][place]


def _numbers(scale: Scale, code: IntArray) -> FloatArray:
    """Give what each value says as a number and its square: mid-ranks of steps, numbers as they are."""
    number = scale.standard
    if scale.kind == "ordinal":
        times = np.bincount(code, minlength=len(scale.values)).astype(float)
        number = (np.cumsum(times) - times / 2) / max(times.sum(), 1.0)
        number = number - number.mean()
    return np.column_stack([number, number**2])


def _adds(own: Side, others: Side, sides: _Sides) -> FloatArray:
    """Give what items add whose labels on both sides are these."""
    (size, said), (size_others, said_others) = own, others
    is_paired, is_shared = (size >= PAIR).astype(float), ((size > 0) & (size_others > 0)).astype(float)
    adds = np.zeros((len(size), sides.others.stop))
    adds[:, _Sides.PAIRED] = is_paired
    adds[:, _Sides.SIZE] = is_paired * size
    adds[:, _Sides.WITHIN] = is_paired * _apart(said, said, size, size, sides) / np.maximum(size - 1, 1)
    adds[:, sides.within] = is_paired[:, None] * said
    adds[:, _Sides.SHARED] = is_shared
    met = np.where(is_shared > 0, size * size_others, 1)
    apart = _apart(said, said_others, size, size_others, sides)
    adds[:, _Sides.ACROSS] = is_shared * (size + size_others) * apart / met
    adds[:, _Sides.OWN_LABELS] = is_shared * size
    adds[:, _Sides.OTHER_LABELS] = is_shared * size_others
    adds[:, sides.own] = is_shared[:, None] * said
    adds[:, sides.others] = is_shared[:, None] * said_others
    return adds


def _changes(own: Side, others: Side, x: FloatArray, of_own: BoolArray, sides: _Sides) -> FloatArray:
    """Give how each sum changes with the weight of a label that says ``x``, on items whose labels are these."""
    adds = _adds(own, others, sides)
    one, is_own = np.ones(len(x)), of_own.astype(float)
    changes = np.zeros_like(adds)
    size = own[0]
    is_paired = adds[:, _Sides.PAIRED] * is_own
    changes[:, _Sides.SIZE] = is_paired
    apart = _apart(x, own[1], one, size, sides)
    changes[:, _Sides.WITHIN] = is_paired * (
        2 * apart / np.maximum(size - 1, 1) - adds[:, _Sides.WITHIN] / np.maximum(size, 1)
    )
    changes[:, sides.within] = is_paired[:, None] * x
    # (R + S) d, with d the mean over pairs of the two sides, changes by d + (R + S) (r / (R S) - d / R).
    is_shared, both = adds[:, _Sides.SHARED], own[0] + others[0]
    here, there = np.where(of_own, own[0], others[0]), np.where(of_own, others[0], own[0])
    said_there = np.where(of_own[:, None], others[1], own[1])
    mean = adds[:, _Sides.ACROSS] / both
    apart = _apart(x, said_there, one, there, sides)
    met = np.where(is_shared > 0, here * there, 1)
    changes[:, _Sides.ACROSS] = is_shared * (mean + both * (apart / met - mean / here))
    changes[:, _Sides.OWN_LABELS] = is_shared * is_own
    changes[:, _Sides.OTHER_LABELS] = is_shared * (1 - is_own)
    changes[:, sides.own] = (is_shared * is_own)[:, None] * x
    changes[:, sides.others] = (is_shared * (1 - is_own))[:, None] * x
    return changes
