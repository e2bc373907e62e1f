"""Method, limits and words: how numbers were made, and what the words mean here."""

from __future__ import annotations

from typing import Any

from biasaudit.report.edition import Edition
from biasaudit.report.messages import Message, listed, message
from biasaudit.report.sections.first import limits
from biasaudit.report.words import MEANINGS, MEASURES
from biasaudit.results import AuditInfo, AuditResult
from biasaudit.results.sentences import Value, count, in_100, name, number

_WORDS = (
    (
        message("protected attribute"),
        message("A characteristic by which people are compared here, such as sex or origin."),
    ),
    (
        message("group, reference"),
        message(
            "People who share a value of an attribute; the group that the others are held against. The reference is a choice, not a norm."
        ),
    ),
    (
        message("gap"),
        message(
            "The rate of a group minus that of its reference. Below zero, the group is decided positive less often."
        ),
    ),
    (message("ratio"), message("The rate of a group divided by that of its reference. One means the same.")),
    (
        message("interval"),
        message("The values that fit the data. Made so that 95 of 100 such intervals hold the true value."),
    ),
    (
        message("tolerance"),
        message("How large a gap this audit accepts. Somebody declared it; it is not a law of nature."),
    ),
    (
        message("beyond, within, cannot tell"),
        message("Whether the whole interval lies outside the tolerance, inside it, or on both sides."),
    ),
)
_LABEL_WORDS = (
    (
        message("annotator, label"),
        message("A person who judged an item; the judgement given. The model learnt from labels."),
    ),
    (
        message("alpha"),
        message(
            "How far annotators agree beyond chance: 1 is always, 0 is as chance would. It falls where one answer is rare."
        ),
    ),
    (message("pool"), message("Annotators who have something in common: a vendor, a guideline, a country.")),
    (message("stage"), message("A point on the way from labels to decisions at which the same gap is measured.")),
    (message("placebo band"), message("What a count gives when names are shuffled: a measure of what chance can do.")),
)
_DRIVER_WORDS = (
    (
        message("contribution"),
        message(
            "What an input adds to the gap between two groups (Shapley values). Contributions add up to the whole."
        ),
    ),
    (message("stand-in"), message("An input that tells the protected attribute well and carries much of the gap.")),
)


def view(edition: Edition) -> dict[str, Any]:
    """Gather method, limits and the words that this report uses."""
    result = edition.result
    words = list(_WORDS)
    if result.driver_totals:
        words += _DRIVER_WORDS
    if result.trace:
        words += _LABEL_WORDS
    used = {rate.measure for rate in result.rates}
    return {
        "told": _told(result),
        "limits": limits(result),
        "words": words,
        "measures": [(MEASURES[measure], MEANINGS[measure]) for measure in MEANINGS if measure in used],
    }


def tolerance_told(audit: AuditInfo) -> list[Message]:
    """Say what an audit tolerates, and for what reason."""
    told = [
        message(
            "This audit tolerates a gap of {gap} in 100 and a ratio of {least} to {most}.",
            gap=in_100(audit.tolerance_gap, 0 if round(audit.tolerance_gap, 2) == audit.tolerance_gap else 1),
            least=number(audit.tolerance_ratio),
            most=number(1 / audit.tolerance_ratio),
        )
    ]
    if audit.tolerance_reason:
        told.append(message("Reason given for it: {reason}.", reason=name(audit.tolerance_reason)))
    return told


def _told(result: AuditResult) -> list[Message]:
    audit = result.audit
    told = [
        *tolerance_told(audit),
        message(
            "A verdict rests on the whole interval, never on a single number. Because many comparisons are made at once, the interval that decides is wider than the one shown."
        ),
        message(
            "Groups of fewer than {n} are listed and never judged. Groups whose attribute is not recorded are shown as groups of their own.",
            n=count(audit.minimum_size),
        ),
        message("p-values are adjusted for the number of comparisons (Benjamini and Hochberg)."),
    ]
    told += _intervals(result)
    if result.driver_totals:
        told.append(
            message(
                "Contributions are averages of SHAP values over people; they add up to the gap, in selection rates as in mean scores."
            )
        )
    if result.trace and result.trace.attribution:
        told.append(
            message(
                "Whose labels: the model is trained again with the labels of some units as given and those of the others replaced by reference labels, for every combination of units, or for sixty of them where there are more than eight; each unit's share is its Shapley value."
            )
        )
    return told


def _intervals(result: AuditResult) -> list[Message]:
    """Name the intervals of rates, gaps and ratios; a method that we have no words for stands as it is written."""
    held = [rate.estimate.method for rate in result.rates] + [each.estimate.method for each in result.disparities]
    methods = {method for method in held if method != "none"}
    known = [said for method, said in _INTERVALS.items() if method in methods]
    others = [name(method) for method in sorted(methods - set(_INTERVALS))]
    parts: list[Message | Value] = [*known, *others]
    return [message("Intervals: {methods}.", methods=listed(*parts))] if parts else []


_INTERVALS = {
    "wilson": message("Wilson for rates"),
    "newcombe": message("Newcombe for gaps"),
    "score ratio": message("score intervals for ratios"),
}
