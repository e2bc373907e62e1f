"""Whom the declared rule overrules: how often, how rightly, at what cost, and what is left of their own majority."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import t as student

from biasaudit.data.annotations import AnnotationLog
from biasaudit.data.table import BoolArray, FloatArray, Table
from biasaudit.errors import NotApplicableError
from biasaudit.measures import benjamini_hochberg
from biasaudit.measures.intervals import wilson
from biasaudit.results import ALL_GROUPS, FEWEST_PEOPLE, Dissent, Estimate, estimated, undefined
from biasaudit.spec import AnnotationsSpec
from biasaudit.traces.ballots import Ballots, IntArray, ballots_of
from biasaudit.traces.disclosure import FEWEST_ANNOTATORS
from biasaudit.traces.rules.applied import known_truth
from biasaudit.traces.rules.others import others_say
from biasaudit.traces.rules.rule import HALF, Rule, aggregate

#: Labels that a pool needs on an item before its majority is more than one person's answer.
OWN_MAJORITY = 2
OVERRULED_METHOD = (
    "share of labels that differ from what the rule makes of the others' labels, ties of the others left out; "
    "t interval clustered by annotator"
)
AGAINST_METHOD = "difference of shares against all other annotators; t interval clustered by annotator"
RIGHT_METHOD = "share of overruled labels that are the truth; t interval clustered by annotator"
SURVIVES_METHOD = "share of items positive by their own majority that stay positive; Wilson"


@dataclass(frozen=True, kw_only=True)
class _Labels:
    """One entry a label: who gave it, whether it counts, and how it fared."""

    ballots: Ballots
    counts: BoolArray
    overruled: FloatArray
    right: FloatArray
    pay: FloatArray
    pooled: FloatArray


def measure_dissent(
    table: Table, log: AnnotationLog, declared: AnnotationsSpec, rule: Rule, *, level: float
) -> tuple[Dissent, ...]:
    r"""Measure whom a rule overrules, by every value of every unit and annotator attribute.

    A label is overruled where it differs from what the rule makes of the other labels of its item.
    Labels whose item has no others, or where the others are tied, are left out of the share and
    count as paid. The standard error treats annotators as drawn, not labels: with :math:`y_j`
    overruled of :math:`n_j` labels of annotator j,

    .. math:: \operatorname{var}(\hat p) = \frac{A}{A - 1} \sum_j (y_j - \hat p\, n_j)^2 \Big/ \Bigl(\sum_j n_j\Bigr)^2

    (the linearised ratio, as for one-stage cluster samples; Cochran, Sampling Techniques, 1977,
    section 9A). The difference against all other annotators adds the influence of an annotator on
    both shares before squaring.

    Parameters
    ----------
    table : Table
        The items.
    log : AnnotationLog
        The labels.
    declared : AnnotationsSpec
        Whether minority labels are paid, and in which currency.
    rule : Rule
        The declared rule.
    level : float
        Level of the intervals.

    Returns
    -------
    tuple of Dissent
        All annotators first, then units; none for values with fewer than 5 annotators.

    Raises
    ------
    NotApplicableError
        Where labels are marks.
    """
    ballots = ballots_of(log)
    if not ballots.is_binary:
        raise NotApplicableError("labels are marks between 0 and 1, which are not simply overruled")
    labels = _followed(table, log, ballots, rule)
    unpaid = declared.minority_paid is False
    found: list[tuple[Dissent, float]] = []
    if (everyone := _of_value(labels, np.ones(len(ballots.label), dtype=bool), level=level, unpaid=unpaid)) is not None:
        found.append((_named(everyone[0], ALL_GROUPS, ALL_GROUPS, declared), everyone[1]))
    for kind, column, is_unit in _columns(log):
        codes = pd.Categorical(log.frame[column])
        of_label = np.asarray(codes.codes)[ballots.source]
        for code, value in enumerate(codes.categories):
            one = _of_value(labels, of_label == code, level=level, unpaid=unpaid)
            if one is not None:
                found.append((_named(one[0], kind, str(value), declared, is_unit=is_unit), one[1]))
    adjusted = benjamini_hochberg([p for _, p in found])
    return tuple(
        record.model_copy(update={"p_adjusted": None if np.isnan(p) else float(p)})
        for (record, _), p in zip(found, adjusted, strict=True)
    )


def _named(record: Dissent, kind: str, value: str, declared: AnnotationsSpec, *, is_unit: bool = False) -> Dissent:
    currency = declared.currency if record.pay_lost is not None else None
    return record.model_copy(
        update={"annotator_attribute": kind, "value": value, "is_unit": is_unit, "currency": currency}
    )


def _columns(log: AnnotationLog) -> Iterator[tuple[str, str, bool]]:
    for unit in log.units:
        yield unit, f"unit:{unit}", True
    for attribute in log.attributes:
        yield attribute, f"attribute:{attribute}", False


def _followed(table: Table, log: AnnotationLog, ballots: Ballots, rule: Rule) -> _Labels:
    said = others_say(rule, ballots)
    counts = np.isfinite(said) & (said != HALF)
    truth = known_truth(table, log, ballots)[ballots.item]
    return _Labels(
        ballots=ballots,
        counts=counts,
        overruled=np.where(counts, said != ballots.label, 0.0).astype(float),
        right=np.where(np.isnan(truth), np.nan, (truth == ballots.label).astype(float)),
        pay=log.frame["pay"].to_numpy(dtype=float)[ballots.source],
        pooled=aggregate(rule, ballots),
    )


def _of_value(labels: _Labels, is_member: BoolArray, *, level: float, unpaid: bool) -> tuple[Dissent, float] | None:
    """Measure one value, with the p-value of its difference against everybody else."""
    who = labels.ballots.annotator
    annotators = len(np.unique(who[is_member]))
    if annotators < FEWEST_ANNOTATORS:
        return None
    inside, outside = is_member & labels.counts, ~is_member & labels.counts
    against, p = _against(labels, inside, outside, level)
    survives, own_positive = _survives(labels, is_member, level)
    lost, share = _pay_lost(labels, is_member) if unpaid else (None, None)
    known = inside & (labels.overruled == 1) & np.isfinite(labels.right)
    record = Dissent(
        annotator_attribute="",
        value="",
        overruled=_share(labels.overruled, inside, who, OVERRULED_METHOD, level),
        against_others=against,
        overruled_right=_share(labels.right, known, who, RIGHT_METHOD, level),
        survives=survives,
        own_positive=own_positive,
        pay_lost=lost,
        pay_lost_share=share,
        annotators=annotators,
        labels=int(inside.sum()),
    )
    return record, p


def _influences(values: FloatArray, counted: BoolArray, who: IntArray) -> tuple[float, FloatArray, int]:
    """Share, what each annotator adds to its error, and how many annotators there are."""
    size = int(who.max()) + 1
    n = np.bincount(who[counted], minlength=size)
    y = np.bincount(who[counted], values[counted], size)
    share = float(y.sum() / n.sum())
    return share, np.asarray((y - share * n) / n.sum()), int((n > 0).sum())


def _share(values: FloatArray, counted: BoolArray, who: IntArray, method: str, level: float) -> Estimate:
    if len(np.unique(who[counted])) < FEWEST_ANNOTATORS:
        return undefined(f"fewer than {FEWEST_ANNOTATORS} annotators have such labels", method=method, level=level)
    share, influence, annotators = _influences(values, counted, who)
    half = _half(influence, annotators, level)
    return estimated(share, max(0.0, share - half), min(1.0, share + half), method=method, level=level)


def _half(influence: FloatArray, annotators: int, level: float) -> float:
    spread = float(np.sqrt(annotators / (annotators - 1) * (influence**2).sum()))
    return spread * float(student.ppf((1 + level) / 2, annotators - 1))


def _against(labels: _Labels, inside: BoolArray, outside: BoolArray, level: float) -> tuple[Estimate | None, float]:
    who = labels.ballots.annotator
    if min(len(np.unique(who[inside])), len(np.unique(who[outside]))) < FEWEST_ANNOTATORS:
        return None, float("nan")
    own, own_influence, _ = _influences(labels.overruled, inside, who)
    rest, rest_influence, _ = _influences(labels.overruled, outside, who)
    # Annotators in several units count once: their influence on both shares goes together.
    influence, annotators = own_influence - rest_influence, len(np.unique(who[inside | outside]))
    spread = float(np.sqrt(annotators / (annotators - 1) * (influence**2).sum()))
    difference = own - rest
    half = spread * float(student.ppf((1 + level) / 2, annotators - 1))
    p = float(2 * student.sf(abs(difference) / spread, annotators - 1)) if spread > 0 else 1.0
    estimate = estimated(difference, difference - half, difference + half, method=AGAINST_METHOD, level=level)
    return estimate, p


def _survives(labels: _Labels, is_member: BoolArray, level: float) -> tuple[Estimate, int]:
    """Share of the items that these annotators' own majority calls positive which stay positive."""
    ballots = labels.ballots
    n = np.bincount(ballots.item[is_member], minlength=ballots.n_items)
    k = np.bincount(ballots.item[is_member], ballots.label[is_member], ballots.n_items)
    own = (n >= OWN_MAJORITY) & (2 * k > n)
    count = int(own.sum())
    if count < FEWEST_PEOPLE:
        reason = f"fewer than {FEWEST_PEOPLE} items are positive by a majority of at least two of these annotators"
        return undefined(reason, method=SURVIVES_METHOD, level=level), 0
    stays = float(labels.pooled[own].sum())
    low, high = wilson([stays], [float(count)], level)
    return estimated(stays / count, float(low[0]), float(high[0]), method=SURVIVES_METHOD, level=level), count


def _pay_lost(labels: _Labels, is_member: BoolArray) -> tuple[float | None, float | None]:
    """Pay of the overruled labels and its share of all pay, of labels whose pay is known."""
    known = is_member & np.isfinite(labels.pay)
    if len(np.unique(labels.ballots.annotator[known])) < FEWEST_ANNOTATORS:
        return None, None
    total = float(labels.pay[known].sum())
    lost = float((labels.pay * labels.overruled)[known].sum())
    return lost, lost / total if total > 0 else None
