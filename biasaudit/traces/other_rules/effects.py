"""From gaps under every rule to records: estimates, changes, and p-values adjusted together."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr
from scipy.stats import t as student

from biasaudit.data.table import FloatArray
from biasaudit.measures import benjamini_hochberg
from biasaudit.measures.intervals import wilson
from biasaudit.results import FEWEST_PEOPLE, Estimate, RuleEffect, estimated, undefined
from biasaudit.traces.other_rules.gaps import LabelGaps
from biasaudit.traces.other_rules.refits import ModelGaps
from biasaudit.traces.rules.applied import RuleLabels

#: Changes smaller than this are rounding.
ROUNDING = 1e-9

LABEL_METHOD = "gap of agreed labels, the rule applied once; bootstrap over items within groups"
CHANGE_METHOD = "change against the declared rule on the same items; paired bootstrap over items within groups"
ERROR_METHOD = "gap of error rates of agreed labels; bootstrap over items within groups"
MODEL_METHOD = (
    "selection-rate gap of the model trained again; t interval from {n} resamples of training and judged rows"
)
MODEL_CHANGE_METHOD = "change against the declared rule in the same resamples; t interval from {n} resamples"
ACCURACY_METHOD = "share of items whose agreed label is the truth; Wilson"


def effect_of(  # noqa: PLR0917 - takes what every room before it made
    one: LabelGaps,
    place: int,
    made: RuleLabels,
    truth: FloatArray,
    retrained: ModelGaps | None,
    missing: str,
    *,
    minimum: int,
    level: float,
) -> RuleEffect:
    """Build the record of one rule and one comparison; its p-values are not adjusted yet."""
    rule, is_declared = made.rules[place], place == made.declared
    least = max(minimum, FEWEST_PEOPLE)
    reason = "" if one.counted["positive"] >= least else f"fewer than {least} labelled items in a group"
    gap, drawn = one.gap["positive"], one.resampled["positive"]
    change = drawn[:, place] - drawn[:, made.declared]
    moved = gap[place] - gap[made.declared]
    model_gap, model_change, model_p = _model(one, place, made.declared, retrained, missing, level)
    return RuleEffect(
        rule=rule.name,
        share=rule.share,
        is_declared=is_declared,
        tie_rule=rule.tie_rule,
        note=made.notes[place],
        attribute=one.attribute,
        group=one.group,
        reference=one.reference,
        label_gap=_percentile(gap[place], drawn[:, place], reason, LABEL_METHOD, level),
        label_change=None if is_declared else _percentile(moved, change, reason, CHANGE_METHOD, level),
        label_p_adjusted=None if is_declared or reason else _normal_p(moved, change),
        model_gap=model_gap,
        model_change=None if is_declared else model_change,
        model_p_adjusted=None if is_declared else model_p,
        fpr_gap=_error_gap(one, "false_positive", place, level),
        fnr_gap=_error_gap(one, "false_negative", place, level),
        accuracy=_accuracy(made.verdicts[:, place], truth, level),
        items_changed=float(round(made.changed[place], 6)),
        items=made.ballots.n_items,
        n_group=one.n_group,
        n_reference=one.n_reference,
    )


def _percentile(value: float, drawn: FloatArray, reason: str, method: str, level: float) -> Estimate:
    if reason:
        return undefined(reason, method=method, level=level)
    known = drawn[np.isfinite(drawn)]
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return estimated(float(value), float(min(low, value)), float(max(high, value)), method=method, level=level)


def _normal_p(value: float, drawn: FloatArray) -> float:
    spread = float(drawn.std(ddof=1))
    if spread <= ROUNDING:
        return 1.0 if abs(value) <= ROUNDING else 0.0
    return float(2 * ndtr(-abs(value) / spread))


def _error_gap(one: LabelGaps, rate: str, place: int, level: float) -> Estimate | None:
    """Gap of an error rate; None where no truth is known at all."""
    if not one.counted[rate]:
        return None
    reason = ""
    if one.counted[rate] < FEWEST_PEOPLE:
        reason = f"fewer than {FEWEST_PEOPLE} items of a group have this truth"
    return _percentile(one.gap[rate][place], one.resampled[rate][:, place], reason, ERROR_METHOD, level)


def _accuracy(verdicts: FloatArray, truth: FloatArray, level: float) -> Estimate | None:
    known = np.isfinite(truth)
    if known.sum() < FEWEST_PEOPLE:
        return None
    right = float((1 - np.abs(verdicts[known] - truth[known])).sum())
    low, high = wilson([right], [float(known.sum())], level)
    return estimated(right / known.sum(), float(low[0]), float(high[0]), method=ACCURACY_METHOD, level=level)


def _model(  # noqa: PLR0917 - takes what every room before it made
    one: LabelGaps, place: int, declared: int, retrained: ModelGaps | None, missing: str, level: float
) -> tuple[Estimate, Estimate, float | None]:
    """Gap of the retrained model, its change against the declared rule, and the p-value of that."""
    at = None
    if retrained is not None:
        names = [(each.attribute, each.group) for each in retrained.judges.comparisons]
        at = names.index((one.attribute, one.group)) if (one.attribute, one.group) in names else None
    count = 0 if retrained is None else len(retrained.resampled)
    method, changed = MODEL_METHOD.format(n=count), MODEL_CHANGE_METHOD.format(n=count)
    if retrained is None or at is None:
        none = undefined(missing, method="selection-rate gap of the model trained again", level=level)
        return none, none, None
    gap, drawn = retrained.gap[:, at], retrained.resampled[:, :, at]
    moved, change = gap[place] - gap[declared], drawn[:, place] - drawn[:, declared]
    spread = float(change.std(ddof=1))
    p = float(2 * student.sf(abs(moved) / spread, count - 1)) if spread > ROUNDING else float(abs(moved) <= ROUNDING)
    return _t(gap[place], drawn[:, place], method, level), _t(moved, change, changed, level), p


def _t(value: float, drawn: FloatArray, method: str, level: float) -> Estimate:
    half = float(drawn.std(ddof=1) * student.ppf((1 + level) / 2, len(drawn) - 1))
    return estimated(float(value), float(value - half), float(value + half), method=method, level=level)


def adjusted_effects(effects: list[RuleEffect]) -> tuple[RuleEffect, ...]:
    """Adjust the p-values of changes: those of labels are one family, those of the model another."""
    adjusted = []
    for given in ([one.label_p_adjusted for one in effects], [one.model_p_adjusted for one in effects]):
        p = benjamini_hochberg(np.array([np.nan if each is None else each for each in given]))
        adjusted.append([None if np.isnan(each) else float(each) for each in p])
    return tuple(
        one.model_copy(update={"label_p_adjusted": label, "model_p_adjusted": model})
        for one, label, model in zip(effects, *adjusted, strict=True)
    )
