"""Names of changes, as rows of a table and as marks of a picture."""

from __future__ import annotations

from biasaudit.report.messages import Filling, Message, listed, message
from biasaudit.report.words import RULE_NAMES, termed
from biasaudit.results import Remedy
from biasaudit.results.sentences import count, in_100, name

_TENTHS = 3
#: Short names, by kind and whether equal rates are asked for.
_SHORT = {
    ("reweighing", False): message("people weighted by group"),
    ("group_lines", False): message("one line a group"),
    ("reduction", True): message("fairlearn’s reduction to equal rates"),
    ("reduction", False): message("fairlearn’s reduction to equal error rates"),
    ("threshold_optimizer", True): message("fairlearn’s thresholds for equal rates"),
    ("threshold_optimizer", False): message("fairlearn’s thresholds for equal error rates"),
}


def named(one: Remedy) -> Message:
    """Name a change.

    Parameters
    ----------
    one : Remedy
        The record.
    """
    attribute: Filling = name(one.aimed_at)
    if one.kind == "drop":
        return message("without {columns}", columns=listed(*(name(column) for column in one.what)))
    if one.kind == "reweighing":
        return message("people weighted by {attribute}", attribute=attribute)
    if one.kind == "group_lines":
        return message("one line a group of {attribute}", attribute=attribute)
    is_parity = "demographic_parity" in one.what
    if one.kind == "reduction" and is_parity:
        return message("fairlearn’s reduction to equal rates by {attribute}", attribute=attribute)
    if one.kind == "reduction":
        return message("fairlearn’s reduction to equal error rates by {attribute}", attribute=attribute)
    return _thresholds(attribute, is_parity=is_parity) if one.kind == "threshold_optimizer" else _other(one)


def shortly_named(one: Remedy) -> Message:
    """Name a change where its attribute goes without saying."""
    return _SHORT.get((one.kind, "demographic_parity" in one.what)) or named(one)


def _thresholds(attribute: Filling, *, is_parity: bool) -> Message:
    if is_parity:
        return message("fairlearn’s thresholds for equal rates by {attribute}", attribute=attribute)
    return message("fairlearn’s thresholds for equal error rates by {attribute}", attribute=attribute)


def _other(one: Remedy) -> Message:
    if one.kind == "share":
        share = one.amount or 0.0
        digits = 0 if round(share, 2) == round(share, _TENTHS) else 1
        return message("{share} in 100 selected", share=in_100(share, digits))
    if one.kind == "rule":
        return message("labels by another rule ({rule})", rule=termed(RULE_NAMES, one.what[0]))
    if one.kind == "leave_out":
        return message("without the labels of {unit} ({kind})", unit=name(one.what[-1]), kind=name(one.what[0]))
    if one.kind == "reference_labels":
        return message("trained on the reference labels")
    if one.kind == "relabel":
        return message("{n} items labelled again", n=count(one.amount or 0.0))
    return message("the model as it is")
