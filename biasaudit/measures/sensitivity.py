"""What would have to be wrong for a gap to go away: labels of one group, or something not measured."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from biasaudit.measures.counting import UNKNOWN, Counts
from biasaudit.measures.rates import Cells, RateRule, rules
from biasaudit.results import AttributeFacts, Confounding, Disparity, LabelErrors

FloatArray = npt.NDArray[np.float64]

#: Cells of the flattened confusion table (TN, FP, FN, TP) that a wrong label moves a person from and to.
_FROM, _TO = np.array([0, 2, 1, 3]), np.array([2, 0, 3, 1])
_MOVES = np.eye(4)[_TO] - np.eye(4)[_FROM]
#: Orders in which kinds of errors use up what is allowed, and how many of them take part.
_ORDERS = np.array(list(itertools.permutations(range(4))))
_HOW_MANY = np.tri(5, 4, -1)
#: Halvings of [0, 1] in looking for the share of wrong labels that takes a gap away.
_HALVINGS = 30
#: Relative slack: flips that empty a denominator up to rounding are not counted.
_SLACK = 1e-9


def label_error_bounds(cells: npt.ArrayLike, rule: RateRule, share: float) -> tuple[float, float]:
    r"""How low and how high a rate could really be if up to a share of labels were wrong.

    Wrong labels move people between true and false at the decision they had. Among all ways of
    choosing at most ``share`` of the people whose outcome is known, a rate is a ratio of sums of
    the cells, so its extremes lie where kinds of error are used up one after the other until the
    share is reached. All such corners are tried.

    Parameters
    ----------
    cells : array-like of float, shape (2, 2)
        People by actual value and decision.
    rule : RateRule
        An error rate.
    share : float
        Largest share of labels that are wrong, 0 to 1.

    Returns
    -------
    low, high : float
        NaN where the denominator is empty whatever is wrong.

    References
    ----------
    C. F. Manski (2003), Partial Identification of Probability Distributions, chapter 1, for the idea;
    the corners are this project's.

    Examples
    --------
    >>> from biasaudit.measures.rates import RATES
    >>> (fpr,) = [rule for rule in RATES if rule.name == "fpr"]
    >>> low, high = label_error_bounds([[80, 20], [30, 70]], fpr, 0.05)
    >>> round(low, 4), round(high, 4)
    (0.1111, 0.2727)
    """
    table = np.asarray(cells, dtype=float).ravel()
    most = table[_FROM][_ORDERS]
    spent = np.cumsum(most, axis=1) - most
    used = np.clip(share * table.sum() - spent, 0.0, most)
    flips = np.zeros((len(_ORDERS), len(_FROM) + 1, len(_FROM)))
    np.put_along_axis(flips, _ORDERS[:, None, :], used[:, None, :] * _HOW_MANY, axis=2)
    moved = table + flips @ _MOVES
    counted, among = (moved[..., _flat(which)].sum(axis=-1) for which in (rule.counted, rule.among))
    is_there = among > _SLACK * max(float(table.sum()), 1.0)
    if not is_there.any():
        return float("nan"), float("nan")
    rates = np.clip(counted[is_there] / among[is_there], 0.0, 1.0)
    return float(rates.min()), float(rates.max())


def _flat(cells: Cells) -> list[int]:
    """Places of the cells whose outcome is known in a flattened table."""
    return [2 * actual + decided for actual, decided in cells if actual != UNKNOWN]


def measure_label_errors(
    counts: Counts, facts: Iterable[AttributeFacts], shares: Sequence[float], *, minimum_size: int
) -> tuple[LabelErrors, ...]:
    """Bound each error-rate gap, were labels of the group wrong by up to each share.

    Parameters
    ----------
    counts : Counts
        The joint table. Weighted counts are used where there are weights.
    facts : iterable of AttributeFacts
        Attributes and intersections.
    shares : sequence of float
        Shares of the group's labels assumed wrong; those of the reference are taken as right.
    minimum_size : int
        Groups with fewer people whose outcome is known are left out.

    Returns
    -------
    tuple of LabelErrors
        By attribute, group, measure (without twins and the rates that labels do not enter) and share.
    """
    found = []
    for fact in facts if counts.has_actual else ():
        by = counts.by(fact.name)
        reference = by.groups.index(fact.reference)
        known = by.n[:, 0, :2].sum(axis=(1, 2))
        for place, group in enumerate(by.groups):
            if place == reference or min(known[place], known[reference]) < minimum_size:
                continue
            for rule in rules(counts):
                if not rule.needs_actual or rule.twin:
                    continue
                held, _ = label_error_bounds(by.weight[reference, 0, :2], rule, 0.0)
                cells = by.weight[place, 0, :2]
                rate, _ = label_error_bounds(cells, rule, 0.0)
                if np.isnan(held) or np.isnan(rate):
                    continue
                vanish = share_to_reach(cells, rule, held)
                for share in shares:
                    low, high = label_error_bounds(cells, rule, share)
                    found.append(
                        LabelErrors(
                            attribute=fact.name,
                            group=group,
                            reference=fact.reference,
                            measure=rule.name,
                            gap=rate - held,
                            share=share,
                            low=low - held,
                            high=high - held,
                            could_vanish=low <= held <= high,
                            to_vanish=vanish,
                        )
                    )
    return tuple(found)


def share_to_reach(cells: npt.ArrayLike, rule: RateRule, target: float) -> float | None:
    """Smallest share of wrong labels with which a rate could be a target; None where none could.

    Examples
    --------
    >>> from biasaudit.measures.rates import RATES
    >>> (accuracy,) = [rule for rule in RATES if rule.name == "accuracy"]
    >>> share_to_reach([[80, 20], [30, 70]], accuracy, 0.80)
    0.05
    """

    def reaches(share: float) -> bool:
        low, high = label_error_bounds(cells, rule, share)
        return low - _SLACK <= target <= high + _SLACK

    if reaches(0.0):
        return 0.0
    if not reaches(1.0):
        return None
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if reaches(middle) else (middle, high)
    return round(high, 6)


def e_value(ratio: float) -> float:
    r"""How strong an unmeasured confounder must be to explain a ratio away.

    .. math:: E = r + \sqrt{r (r - 1)}, \qquad r = \max(ratio, 1 / ratio)

    It would have to go with both the group and being selected by a risk ratio of at least this each,
    beyond what is measured.

    Parameters
    ----------
    ratio : float
        Ratio of two rates, above 0.

    Returns
    -------
    float
        From 1 on.

    References
    ----------
    T. J. VanderWeele and P. Ding (2017), Annals of Internal Medicine 167, 268-274.

    Examples
    --------
    >>> round(e_value(3.9), 2), round(e_value(0.8), 2)
    (7.26, 1.81)
    """
    r = max(ratio, 1 / ratio)
    return float(r + (r * (r - 1)) ** 0.5)


def measure_confounding(disparities: Iterable[Disparity]) -> tuple[Confounding, ...]:
    """Give the E-values of the selection ratios of an audit.

    Parameters
    ----------
    disparities : iterable of Disparity
        As measured.

    Returns
    -------
    tuple of Confounding
        One a group other than its reference.
    """
    found = []
    for one in disparities:
        if one.measure != "selection_rate" or one.statistic != "ratio":
            continue
        ratio, low, high = one.estimate.value, one.estimate.low, one.estimate.high
        limit = None
        if ratio is not None:
            near = low if ratio > 1 else high
            holds_one = near is None or (near <= 1 if ratio > 1 else near >= 1)
            limit = 1.0 if holds_one else e_value(float(near or 1.0))
        found.append(
            Confounding(
                attribute=one.attribute,
                group=one.group,
                reference=one.reference,
                measure=one.measure,
                ratio=one.estimate,
                e_value=e_value(ratio) if ratio else None,
                e_value_limit=limit,
            )
        )
    return tuple(found)
