"""Looking things up in a result, together with where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from biasaudit.results import (
    AuditResult,
    Disparity,
    DriverTotal,
    Estimate,
    Finding,
    Rate,
    Sentence,
    Value,
    english,
    sentence,
)
from biasaudit.results.records import Outcome
from biasaudit.results.sentences import in_100, number

#: From this size on (3 in 100) a gap is read in whole numbers, below it with one decimal.
WHOLE_NUMBERS_FROM = 0.03


#: A number of people larger than this is no advice to anybody.
MOST_WORTH_SAYING = 100_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """Code and title of a check, and how it writes its findings."""

    code: str
    title: str

    def finding(
        self, outcome: Outcome, message: Sentence, *, evidence: Iterable[str] = (), caveats: Iterable[Sentence] = ()
    ) -> Finding:
        """Write a finding from a sentence and what it rests on."""
        return Finding(
            code=self.code,
            title=self.title,
            outcome=outcome,
            claim=english(message),
            message=message,
            evidence=tuple(evidence),
            caveats=tuple(caveats),
        )

    def not_applicable(self, reason: str) -> list[Finding]:
        """Say that the check has nothing to weigh here, and why."""
        message = sentence(reason)
        return [
            Finding(
                code=self.code, title=self.title, outcome="not_applicable", claim="", message=message, reason=reason
            )
        ]


def find_rate(result: AuditResult, attribute: str, group: str, measure: str) -> tuple[str, Rate] | None:
    """Find one rate and its pointer."""
    for index, rate in enumerate(result.rates):
        if (rate.attribute, rate.group, rate.measure, rate.stage) == (attribute, group, measure, "decision"):
            return f"/rates/{index}", rate
    return None


def disparities_of(result: AuditResult, attribute: str, measures: tuple[str, ...]) -> Iterator[tuple[str, Disparity]]:
    """List the disparities of an attribute with their pointers."""
    for index, disparity in enumerate(result.disparities):
        if disparity.attribute == attribute and disparity.measure in measures and disparity.stage == "decision":
            yield f"/disparities/{index}", disparity


def attribute_names(result: AuditResult) -> tuple[str, ...]:
    """Name the attributes and intersections of a result."""
    return tuple(attribute.name for attribute in result.data.attributes)


def single_attributes(result: AuditResult) -> set[str]:
    """Name the attributes that are no intersection, for checks whose table tells the intersections well enough."""
    return {attribute.name for attribute in result.data.attributes if len(attribute.columns) == 1}


def is_clear_of_zero(estimate: Estimate) -> bool:
    """Whether an interval lies wholly on one side of zero."""
    return (estimate.low is not None and estimate.low > 0) or (estimate.high is not None and estimate.high < 0)


def points(value: float | None, size: float | None = None) -> Value:
    """Wrap a gap as so many in 100, with a decimal where it is small."""
    measured = abs(size if size is not None else value or 0.0)
    return in_100(value, digits=0 if measured >= WHOLE_NUMBERS_FROM else 1)


def unsigned(estimate: Estimate) -> tuple[float | None, float | None]:
    """Give the ends of an interval as sizes, the smaller first, where it does not cross zero."""
    if estimate.low is None or estimate.high is None or not is_clear_of_zero(estimate):
        return estimate.low, estimate.high
    low, high = sorted((abs(estimate.low), abs(estimate.high)))
    return low, high


def contribution(value: float | None, total: DriverTotal) -> Value:
    """Write what an input adds: in points of 100 people on the scale of decisions, else on that of scores."""
    if total.scale == "decision":
        return in_100(value, 1)
    return number(value, 3 if abs(total.total) < 1 else 1)


def people_to_settle(gap: Disparity | None, ratio: Disparity | None) -> float | None:
    """Give how many people in the group would settle a verdict, rounded up; None where that is no advice to anybody.

    If the rates stayed as they are, a gap or ratio that lies beyond its tolerance settles the verdict alone, and
    without one both have to be settled.
    """
    held = [each for each in (gap, ratio) if each is not None and each.verdict == "cannot_tell"]
    beyond = [each for each in held if _lies_beyond(each)]
    needed = [each.rows_needed for each in (beyond or held)]
    known = [rows for rows in needed if rows is not None]
    if not known or (len(known) < len(needed) and not beyond):
        return None
    rows = rounded_up(min(known) if beyond else max(known))
    return rows if rows <= MOST_WORTH_SAYING else None


def _lies_beyond(disparity: Disparity) -> bool:
    value = disparity.estimate.value
    if value is None:
        return False
    if disparity.statistic == "gap":
        return abs(value) > disparity.tolerance
    return not disparity.tolerance <= value <= 1 / disparity.tolerance


def rounded_up(number: float) -> float:
    """Round a large number of people up to two figures, as an estimate deserves.

    Examples
    --------
    >>> rounded_up(592115), rounded_up(41)
    (600000.0, 41.0)
    """
    step = int(10 ** max(0, len(str(round(number))) - 2))
    return float(-(-round(number) // step) * step)
