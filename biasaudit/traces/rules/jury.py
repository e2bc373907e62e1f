"""A jury drawn in stated proportions of annotator groups, and what it is expected to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from biasaudit.data.annotations import AnnotationLog
from biasaudit.data.table import BoolArray, FloatArray
from biasaudit.errors import NotApplicableError
from biasaudit.results import NOT_RECORDED
from biasaudit.spec import JurySpec, nearest_name
from biasaudit.traces.ballots import Ballots, IntArray
from biasaudit.traces.disclosure import FEWEST_ANNOTATORS, columns_of


@dataclass(frozen=True, kw_only=True)
class Jury:
    """Who may sit, and in which proportions.

    Attributes
    ----------
    attribute : str
        Unit or annotator attribute whose values share the seats.
    names : tuple of str
        The values that have seats.
    shares : tuple of float
        Share of the seats of each, adding up to 1.
    seats : int
        Seats of the jury.
    group : array of int, shape (labels of the log,)
        Place in ``names`` of the value of each label; -1 for labels of values without seats.
    """

    attribute: str
    names: tuple[str, ...]
    shares: tuple[float, ...]
    seats: int
    group: IntArray


def jury_of(log: AnnotationLog, declared: JurySpec) -> Jury:
    """Find the groups of a declared jury in a log.

    Parameters
    ----------
    log : AnnotationLog
        The labels.
    declared : JurySpec
        Attribute, seats and shares; without shares all values of at least 5 annotators have the same.

    Returns
    -------
    Jury
        The jury.

    Raises
    ------
    NotApplicableError
        Where the attribute or a value does not exist, or has too few annotators for a jury to be
        drawn from them.
    """
    column = _column(log, declared.attribute)
    values = log.frame[column].astype(str)
    annotators = {str(value): len(set(who)) for value, who in log.frame["annotator"].groupby(values, sort=True)}
    wanted = declared.shares or {
        value: 1.0 for value, n in annotators.items() if n >= FEWEST_ANNOTATORS and value != NOT_RECORDED
    }
    for value in wanted:
        if value not in annotators:
            near = nearest_name(value, annotators)
            hint = f" (did you mean '{near}'?)" if near else ""
            raise NotApplicableError(f"no annotator's {declared.attribute} is '{value}'{hint}, so no jury can be drawn")
        if annotators[value] < FEWEST_ANNOTATORS:
            raise NotApplicableError(
                f"fewer than {FEWEST_ANNOTATORS} annotators have the {declared.attribute} '{value}', too few to draw a jury from"
            )
    seated = {value: share for value, share in wanted.items() if share > 0}
    total = sum(seated.values())
    if not seated:
        raise NotApplicableError(f"no value of {declared.attribute} has a share of the seats")
    names = tuple(seated)
    place = {value: at for at, value in enumerate(names)}
    return Jury(
        attribute=declared.attribute,
        names=names,
        shares=tuple(share / total for share in seated.values()),
        seats=declared.seats,
        group=values.map(lambda value: place.get(value, -1)).to_numpy(dtype=np.intp),
    )


def _column(log: AnnotationLog, attribute: str) -> str:
    columns = columns_of(log)
    if attribute in columns:
        return columns[attribute]
    if near := nearest_name(attribute, columns):
        raise NotApplicableError(
            f"the jury's attribute '{attribute}' is no declared unit or annotator attribute (did you mean '{near}'?)"
        )
    raise NotApplicableError(f"the jury's attribute '{attribute}' is no declared unit or annotator attribute")


def seats_of(shares: Mapping[int, float], seats: int) -> dict[int, int]:
    """Deal whole seats out by largest remainders.

    Parameters
    ----------
    shares : mapping of int to float
        Share of each group, above 0; they need not add up to 1.
    seats : int
        Seats to deal out.

    Returns
    -------
    dict of int to int
        Seats of each group, adding up to ``seats``; of equal remainders the group named first wins.

    Examples
    --------
    >>> seats_of({0: 0.5, 1: 0.25, 2: 0.25}, 5)
    {0: 3, 1: 1, 2: 1}
    """
    total = sum(shares.values())
    exact = {group: share / total * seats for group, share in shares.items()}
    dealt = {group: int(number + 1e-9) for group, number in exact.items()}
    left = seats - sum(dealt.values())
    for group in sorted(exact, key=lambda group: (-round(exact[group] - dealt[group], 9), group))[:left]:
        dealt[group] += 1
    return dealt


@dataclass(frozen=True, kw_only=True)
class Verdicts:
    """What a jury is expected to say about each item.

    Attributes
    ----------
    chance : array of float, shape (items,)
        Chance of a positive verdict, a tied one counted by the tie rule.
    incomplete : int
        Items without a label by some group that has seats: its seats went to the groups that are
        there, in their proportions; where none is there, all labels of the item share all seats.
    """

    chance: FloatArray
    incomplete: int


def jury_verdicts(jury: Jury, ballots: Ballots, labels: FloatArray, tie: float) -> Verdicts:
    r"""Give the chance that a jury's majority is positive, exactly.

    Seat by seat, a juror is drawn with replacement from the labels that the seat's group gave the
    item; seats are dealt out over groups by largest remainders. The number of positive votes is then
    a sum of binomial counts, :math:`\sum_g \operatorname{Binomial}(s_g, p_{ig})`, with :math:`p_{ig}`
    the group's share of positive labels on the item.

    Parameters
    ----------
    jury : Jury
        The jury.
    ballots : Ballots
        The labels.
    labels : array of float, shape (labels,)
        Their values, from 0 to 1.
    tie : float
        Value of a tied verdict.

    Returns
    -------
    Verdicts
        The chances.

    References
    ----------
    M. Gordon et al., Jury learning, CHI (2022), for the idea of juries of stated composition; here
    no model predicts votes, the labels themselves are drawn.
    """
    n_items, n_groups = ballots.n_items, len(jury.names)
    group = jury.group[ballots.source]
    counts, positive = np.zeros((n_items, n_groups + 1)), np.zeros((n_items, n_groups + 1))
    seated = group >= 0
    place = ballots.item[seated] * (n_groups + 1) + group[seated]
    counts.ravel()[:] = np.bincount(place, minlength=counts.size)
    positive.ravel()[:] = np.bincount(place, labels[seated], counts.size)
    has_none = counts.sum(axis=1) == 0
    # The last column stands for everybody, where no group with seats has labelled the item.
    counts[has_none, -1] = ballots.per_item[has_none]
    positive[has_none, -1] = np.bincount(ballots.item, labels, n_items)[has_none]
    rate = positive / np.maximum(counts, 1)
    return Verdicts(
        chance=chance_of_majority(seat_chances(rate, counts > 0, jury), tie),
        incomplete=int((counts[:, :-1] == 0).any(axis=1).sum()),
    )


def seat_chances(rate: FloatArray, is_there: BoolArray, jury: Jury) -> FloatArray:
    """Give the chance of a positive vote of every seat, shape (rows, seats), from rates by group."""
    shares = (*jury.shares, 1.0)
    chances = np.empty((len(rate), jury.seats))
    # Which groups are there, as one number a row: few patterns, each with its own dealing of seats.
    patterns, first, which = np.unique(_packed(is_there), return_index=True, return_inverse=True)
    for number in range(len(patterns)):
        dealt = seats_of({int(one): shares[one] for one in np.flatnonzero(is_there[first[number]])}, jury.seats)
        seat = np.repeat(list(dealt), list(dealt.values()))
        rows = np.flatnonzero(which == number)
        chances[rows] = rate[rows][:, seat]
    return chances


def _packed(is_there: BoolArray) -> IntArray:
    """Give every pattern among rows of booleans a number, however many columns they have."""
    code = np.zeros(len(is_there), dtype=np.intp)
    for column in is_there.T:
        _, code = np.unique(code * 2 + column, return_inverse=True)
    return code


def chance_of_majority(chances: FloatArray, tie: float) -> FloatArray:
    """Give the chance that more than half of independent votes are positive, half of them counted as ``tie``."""
    votes = chances.shape[1]
    distribution = positive_counts(chances)
    number = 2 * np.arange(votes + 1)
    return np.asarray(distribution @ np.where(number == votes, tie, number > votes).astype(float))


def positive_counts(chances: FloatArray) -> FloatArray:
    """Give the distribution of the number of positives among independent votes, shape (rows, votes + 1)."""
    votes = chances.shape[1]
    by_count = np.zeros((votes + 1, len(chances)))
    by_count[0] = 1
    for place in range(votes):
        chance = np.ascontiguousarray(chances[:, place])
        other = 1 - chance
        for count in range(place + 1, 0, -1):
            by_count[count] = by_count[count] * other + by_count[count - 1] * chance
        by_count[0] *= other
    return np.asarray(by_count.T)
