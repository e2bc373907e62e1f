"""Which labels to give anew first, and what that is expected to do to every gap.

Items are ranked by how far all gaps would move if their label came out differently, times the
chance that it does. The direction of the movement plays no part: the list holds labels whose
correctness matters most for the gap, not labels that would make the gap look smaller. What new
labels would be is foretold without the item's own reference label (``expecting``); what they would
do is then measured with that label where it is known, by training the model itself again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from biasaudit.data.annotations import AnnotationLog
from biasaudit.data.table import FloatArray, Table
from biasaudit.errors import ModelError, NotApplicableError
from biasaudit.measures.significance import benjamini_hochberg
from biasaudit.models import Model
from biasaudit.results import FEWEST_PEOPLE, AttributeFacts, Estimate, Influence, Relabel, estimated
from biasaudit.spec import AnnotationsSpec, AuditSpec
from biasaudit.traces.attribution.players import SMALL_UNITS
from biasaudit.traces.ballots import IntArray
from biasaudit.traces.disclosure import FEWEST_ANNOTATORS
from biasaudit.traces.relabelling.grounds import Grounds, Refit, lay_grounds
from biasaudit.traces.relabelling.influence import answer_sensitivity

#: Shares of the items that may be labelled again, where no budget is declared: up to a fifth.
DEFAULT_SHARES = (0.01, 0.02, 0.05, 0.1, 0.2)
#: Share of them that the file for the labelling tool holds, where no budget is declared.
DEFAULT_IN_FILE = 0.05
#: Random orders behind the band: for a model that is quick to train, and for any other or for many rows.
RANDOM_ORDERS, FEW_RANDOM_ORDERS, MANY_ROWS = 20, 6, 50_000
#: The band holds this share of random orders.
BAND = 0.95
BEFORE_METHOD = "gap of the model as trained; normal interval from the influence of each row"
AFTER_METHOD = "gap of the model trained again with the labels expected; normal interval from the influence of each row"
CHANGE_METHOD = "gap after minus gap before on the same people; normal interval from the influence of each row"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to label again.

    Attributes
    ----------
    relabel : tuple of Relabel
        What every step is expected to do to every gap.
    influence : tuple of Influence
        With whose answers the movement comes.
    items : tuple of str
        Names of the items for the labelling tool, in an order drawn by the seed, so that it tells
        nothing; they stand in no result.
    """

    relabel: tuple[Relabel, ...]
    influence: tuple[Influence, ...]
    items: tuple[str, ...]


def plan_relabelling(
    table: Table,
    log: AnnotationLog,
    spec: AuditSpec,
    facts: Sequence[AttributeFacts],
    model: Model,
    *,
    seed: int,
    level: float,
    again: IntArray | None = None,
    advance: Callable[[int], None] | None = None,
) -> Plan:
    """Rank the items whose labels matter most for the gaps, and try what new labels would do.

    Parameters
    ----------
    table : Table
        All items.
    log : AnnotationLog
        Their labels.
    spec : AuditSpec
        The declaration; ``annotations.relabel`` may hold a budget and a cost.
    facts : sequence of AttributeFacts
        The attributes and intersections, as found on the judged rows.
    model : Model
        One that was trained here.
    seed : int
        Seed of folds, random orders and the order in the file.
    level : float
        Level of the intervals.
    again : array of int, optional
        Rows of the table whose labels were given anew already: they are not named a second time.
    advance : callable, optional
        Called with the number of refits done; they add up to :func:`refits_planned` at most.

    Returns
    -------
    Plan
        Records for the result, and the items apart.

    Raises
    ------
    NotApplicableError
        Where the model was not trained here, nobody is compared, or new labels cannot be foretold.
    """
    tell = advance or (lambda _done: None)
    declared = spec.annotations
    assert declared is not None
    grounds = lay_grounds(table, log, spec, facts, model, seed=seed)
    ranked = rank_items(grounds, facts)
    if again is not None:
        ranked = ranked[~np.isin(grounds.ballots.rows[ranked], again)]
    steps = budget_steps(declared, len(ranked))
    try:
        before = grounds.refit(grounds.trainer.labels)
        after = [grounds.refit(grounds.labels_after(ranked[:step])) for step in steps]
        tell(1 + len(steps))
        random = _random_orders(grounds, ranked, steps, seed=seed, tell=tell)
    except ModelError as error:
        raise NotApplicableError(str(error)) from error
    held = _held_in_file(declared, steps, len(ranked))
    relabel = [
        one
        for place in range(len(grounds.judges.comparisons))
        for one in _curve(grounds, ranked, steps, before, after, random[:, :, place], place, level=level)
    ]
    order = np.random.default_rng([seed, len(ranked)]).permutation(np.sort(grounds.ballots.rows[ranked[:held]]))
    return Plan(
        relabel=_told(tuple(relabel), declared, held),
        influence=_sources(log, grounds),
        items=tuple(str(table.ids[row]) for row in order),
    )


def refits_planned(spec: AuditSpec) -> int:
    """Count at most how many refits :func:`plan_relabelling` announces.

    Examples
    --------
    >>> from biasaudit.testing.planted import planted_declaration
    >>> refits_planned(planted_declaration().spec)
    106
    """
    declared = spec.annotations
    steps = len(declared.relabel.budget) if declared is not None and declared.relabel.budget else len(DEFAULT_SHARES)
    return 1 + steps * (1 + RANDOM_ORDERS)


def rank_items(grounds: Grounds, facts: Sequence[AttributeFacts]) -> IntArray:
    """Order the items that can be labelled again by how much their labels matter.

    The pull on each gap is counted in standard errors of that gap, so that gaps of small groups,
    which anything moves, do not decide alone. Intersections are left out where their attributes
    stand alone too, since they would count the same people twice.

    Returns
    -------
    array of int, shape (items that can be labelled again,)
        Positions among the items of ``grounds``, the label that matters most first.
    """
    single = {attribute.name for attribute in facts if len(attribute.columns) == 1}
    kept = [place for place, one in enumerate(grounds.judges.comparisons) if one.attribute in single]
    kept = kept or list(range(len(grounds.judges.comparisons)))
    labels = grounds.trainer.labels
    softly = grounds.cut.selected(grounds.smooth.judged_line)
    errors = np.sqrt(grounds.variance(labels, softly))[kept]
    pull = grounds.influence[grounds.position][:, kept] / np.maximum(errors, np.finfo(float).tiny)
    own, chance = labels[grounds.position], grounds.expected.chance
    matters = np.sqrt((pull**2).sum(axis=1)) * (own * (1 - chance) + (1 - own) * chance)
    order = np.argsort(-matters, kind="stable")
    is_open = grounds.expected.can_be & (grounds.trainer.weight[grounds.position] > 0)
    return order[is_open[order]]


def budget_steps(declared: AnnotationsSpec, n_items: int) -> tuple[int, ...]:
    """Give the numbers of items to try, rising, none above the items there are and none below five."""
    wanted = declared.relabel.budget or tuple(round(share * n_items) for share in DEFAULT_SHARES)
    steps = tuple(sorted({min(step, n_items) for step in wanted if min(step, n_items) >= FEWEST_PEOPLE}))
    if not steps:
        raise NotApplicableError(
            f"fewer than {FEWEST_PEOPLE} items would be labelled again, and what came of it would speak of a person"
        )
    return steps


def _held_in_file(declared: AnnotationsSpec, steps: tuple[int, ...], n_items: int) -> int:
    """Choose the step whose items go to the labelling tool: the largest declared, else about one item in twenty."""
    if declared.relabel.budget:
        return steps[-1]
    return min(steps, key=lambda step: abs(step - DEFAULT_IN_FILE * n_items))


def _random_orders(
    grounds: Grounds, ranked: IntArray, steps: tuple[int, ...], *, seed: int, tell: Callable[[int], None]
) -> FloatArray:
    """Gaps after each step in random orders of the same items: shape (orders, steps, comparisons)."""
    found = []
    is_slow = grounds.smooth.stands_in or len(grounds.trainer.labels) > MANY_ROWS
    for number in range(FEW_RANDOM_ORDERS if is_slow else RANDOM_ORDERS):
        shuffled = np.random.default_rng([seed, number]).permutation(ranked)
        found.append([grounds.refit(grounds.labels_after(shuffled[:step])).gaps for step in steps])
        tell(len(steps))
    return np.array(found)


def _curve(  # noqa: PLR0917 - what every step was measured with
    grounds: Grounds,
    ranked: IntArray,
    steps: tuple[int, ...],
    before: Refit,
    after: list[Refit],
    random: FloatArray,
    place: int,
    *,
    level: float,
) -> list[Relabel]:
    """Write what every step does to one gap; p-values are adjusted once all are known."""
    comparison = grounds.judges.comparisons[place]
    start = float(before.gaps[place])
    around_start = float(grounds.variance(grounds.trainer.labels, before.selected)[place])
    records = []
    for step, refit, orders in zip(steps, after, random.T, strict=True):
        items, labels = ranked[:step], grounds.labels_after(ranked[:step])
        moved, end = labels - grounds.trainer.labels, float(refit.gaps[place])
        drawn = float(grounds.draw_variance(items)[place])
        around_end = float(grounds.variance(labels, refit.selected)[place]) + drawn
        around_change = float(grounds.change_variance(labels, before.selected, refit.selected)[place]) + drawn
        error = around_change**0.5
        records.append(
            Relabel(
                attribute=comparison.attribute,
                group=comparison.group,
                reference=comparison.reference,
                items=step,
                of_items=len(ranked),
                new_labels=grounds.expected.new_labels,
                changed=float(np.abs(moved).sum()),
                gap_before=_normal(start, around_start, BEFORE_METHOD, level),
                gap_after=_normal(end, around_end, AFTER_METHOD, level),
                change=_normal(end - start, around_change, CHANGE_METHOD, level),
                p_value=float(2 * norm.sf(abs(end - start) / error)) if error > 0 else 1.0,
                p_adjusted=None,
                first_order=start + float(grounds.influence[:, place] @ moved),
                random_gap_after=_band(orders),
                verified=True,
                stands_in=grounds.smooth.stands_in,
            )
        )
    return records


def _normal(value: float, variance: float, method: str, level: float) -> Estimate:
    reach = float(norm.ppf((1 + level) / 2)) * variance**0.5
    return estimated(value, value - reach, value + reach, method=method, level=level)


def _band(orders: FloatArray) -> Estimate:
    """Mean over random orders, with the range in which one more would fall."""
    mean, count = float(orders.mean()), len(orders)
    reach = float(student.ppf((1 + BAND) / 2, count - 1) * orders.std(ddof=1) * (1 + 1 / count) ** 0.5)
    method = f"mean of {count} random orders, the model trained again for each; 95 % of such orders lie within (t)"
    return estimated(mean, mean - reach, mean + reach, method=method, level=BAND)


def _told(relabel: tuple[Relabel, ...], declared: AnnotationsSpec, held: int) -> tuple[Relabel, ...]:
    """Add what does not depend on refits: cost, what the file holds, and p-values adjusted over all steps and gaps."""
    adjusted = benjamini_hochberg(np.array([one.p_value for one in relabel], dtype=float))
    cost = declared.relabel.cost
    return tuple(
        one.model_copy(
            update={
                "cost": None if cost is None else cost * one.items,
                "currency": declared.currency,
                "p_adjusted": float(p),
                "in_file": one.items == held,
            }
        )
        for one, p in zip(relabel, adjusted, strict=True)
    )


def _sources(log: AnnotationLog, grounds: Grounds) -> tuple[Influence, ...]:
    """Sum over the answers of each unit what giving them anew would move, to first order."""
    ballots = grounds.ballots
    pull = answer_sensitivity(grounds.rule, ballots) * (grounds.expected.chance[ballots.item] - ballots.label)
    moves = grounds.influence[grounds.position][ballots.item] * pull[:, None]
    found: list[Influence] = []
    for kind in log.units:
        units = np.asarray(log.frame[f"unit:{kind}"].astype(object))[ballots.source].astype(str)
        names, of_label = _shown_units(units, ballots.annotator)
        labels = np.bincount(of_label[of_label >= 0], minlength=len(names))
        summed = np.array([moves[of_label == place].sum(axis=0) for place in range(len(names))])
        for column, comparison in enumerate(grounds.judges.comparisons):
            sizes = np.abs(summed[:, column]) if len(names) else np.zeros(0)
            found += [
                Influence(
                    attribute=comparison.attribute,
                    group=comparison.group,
                    reference=comparison.reference,
                    unit_kind=kind,
                    unit=name,
                    labels=int(labels[place]),
                    label_share=float(labels[place] / len(of_label)),
                    moves=float(summed[place, column]),
                    share=float(sizes[place] / sizes.sum()) if sizes.sum() > 0 else None,
                )
                for place, name in enumerate(names)
            ]
    return tuple(found)


def _shown_units(units: np.ndarray, annotator: IntArray) -> tuple[list[str], IntArray]:
    """Name the units of at least five annotators, small ones together, and number them by label; -1 for the rest."""
    names, codes = np.unique(units, return_inverse=True)
    per_unit = [len(np.unique(annotator[codes == code])) for code in range(len(names))]
    shown = [code for code, count in enumerate(per_unit) if count >= FEWEST_ANNOTATORS]
    number = np.full(len(names), -1, dtype=np.intp)
    number[shown] = np.arange(len(shown))
    of_label = number[codes.reshape(-1)]
    if len(np.unique(annotator[of_label < 0])) >= FEWEST_ANNOTATORS:
        of_label = np.where(of_label < 0, len(shown), of_label)
        return [*map(str, names[shown]), SMALL_UNITS], of_label
    return [*map(str, names[shown])], of_label
