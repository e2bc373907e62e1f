"""Every group held against its reference: gap and ratio, test, deciding interval and verdict."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from biasaudit.measures.comparisons import Comparisons, Counted, adjusted_p, compare, distinct
from biasaudit.measures.counting import Counts
from biasaudit.measures.detectable import detectable_gap
from biasaudit.measures.intervals import Interval, critical, newcombe, score_of_ratio, score_ratio
from biasaudit.measures.significance import no_gap_p
from biasaudit.measures.verdicts import MOST_ROWS, rows_needed, verdicts
from biasaudit.results import AttributeFacts, Disparity, Estimate, Verdict, collection_paused, estimated, undefined
from biasaudit.results.records import Statistic

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

#: Why a verdict cannot be told.
TOO_FEW = "too few people: the rate of the group or of its reference rests on fewer than the declared minimum"
CROSSES = "the interval reaches both inside and outside the tolerance"
NO_SETTLING = "today's rates lie so near the border of the tolerance that no number of people would settle it"
#: Why a ratio has no value.
NO_REFERENCE_RATE = "the rate of the reference is zero, so nothing can be divided by it"
REFERENCE = "in the reference: "
#: An `exceeds` must stand Fisher's test where an expected count is below this: the score test, read
#: as far out in its tails as a family asks, rejects too often below it (see docs/statistics.md).
EXACT_VERDICT_BELOW = 1_000.0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Settings:
    """What a verdict depends on besides the counts."""

    level: float
    family: int
    tolerance_gap: float
    tolerance_ratio: float

    @property
    def alpha(self) -> float:
        """Chance of a false alarm that one comparison may spend."""
        return (1.0 - self.level) / self.family

    def zone(self, statistic: Statistic) -> tuple[float, float]:
        """Tolerated values, ends included."""
        if statistic == "gap":
            return -self.tolerance_gap, self.tolerance_gap
        return self.tolerance_ratio, 1.0 / self.tolerance_ratio


@collection_paused()
def measure_disparities(
    counts: Counts,
    facts: Iterable[AttributeFacts],
    *,
    level: float,
    tolerance_gap: float,
    tolerance_ratio: float,
    minimum_size: int,
) -> tuple[Disparity, ...]:
    r"""Hold every group against its reference, in every rate, by gap and by ratio.

    **Family.** The p-value of a comparison is that of equal rates, so its gap and its ratio share
    one. FNR is one minus TPR, TNR one minus FPR, FDR one minus PPV and FOR one minus NPV: the same
    people, the same information, counted once. So a group costs one comparison for its selection
    rate, and where there is something to measure errors against one each for TPR, FPR, PPV, NPV,
    accuracy, base rate and false-alarm share. Where the reference
    was picked for being the most selected, the comparison with it is the widest of all pairs, and
    all pairs count. Benjamini-Hochberg runs over every comparison with a p-value. Verdicts are
    widened (Bonferroni) over the m comparisons that may be judged at all, those with
    ``minimum_size`` people behind both rates; sizes say nothing about gaps, so leaving out the
    small ones costs no honesty.

    **Verdict.** The deciding interval has level ``1 - (1 - level) / m``. It says ``exceeds`` where it
    lies wholly outside the tolerance, ``within`` where wholly inside, else ``cannot_tell``. Where it
    would say ``exceeds`` although the test of equal rates (Fisher's exact one below
    :data:`EXACT_VERDICT_BELOW` expected people) has ``p > (1 - level) / m``, it is drawn out to no
    gap. By Bonferroni an audit of data without any gap then says ``exceeds`` anywhere with a
    probability of at most ``1 - level``, whatever the tolerances, whatever the sizes.

    Parameters
    ----------
    counts : Counts
        The joint table.
    facts : iterable of AttributeFacts
        Attributes and intersections; one with a single group has no comparison.
    level : float
        Level of the intervals shown, and of the whole family of verdicts.
    tolerance_gap : float
        Largest accepted gap in rate points, 0 to 1.
    tolerance_ratio : float
        Smallest accepted ratio, above 0 to 1; read both ways.
    minimum_size : int
        People that both rates must rest on for a verdict.

    Returns
    -------
    tuple of Disparity
        By attribute, measure, group and statistic. ``n_group`` and ``n_reference`` are the people
        behind the two rates; ``rows_needed`` is the size of the *whole* group, the reference growing
        in proportion, at which the verdict would be told if rates stayed as they are.
    """
    compared = compare(counts, [fact for fact in facts if len(fact.groups) > 1])
    if not compared.groups:
        return ()
    enough = (compared.people >= minimum_size) & (compared.people_reference >= minimum_size)
    p_values = no_gap_p(*compared.counted.parts)
    adjusted = adjusted_p(p_values, compared)
    settings = _Settings(
        level=level,
        family=max(1, math.ceil(distinct(compared, enough).sum())),
        tolerance_gap=tolerance_gap,
        tolerance_ratio=tolerance_ratio,
    )
    return _disparities(compared, settings, enough, minimum_size, p_values, adjusted)


def _disparities(  # noqa: PLR0917
    compared: Comparisons,
    settings: _Settings,
    enough: BoolArray,
    minimum_size: int,
    p_values: FloatArray,
    adjusted: FloatArray,
) -> tuple[Disparity, ...]:
    """Judge every comparison, and write down what was found."""
    judged = {statistic: _judge(compared, settings, statistic, enough, minimum_size) for statistic in ("gap", "ratio")}
    seen = _detectable(compared.counted, settings)
    found = []
    columns_of_numbers = (p_values, adjusted, compared.people, compared.people_reference)
    ps, qs, people, people_reference = (column.tolist() for column in columns_of_numbers)
    for i in range(len(compared.groups)):
        p, q = (None if math.isnan(value) else value for value in (ps[i], qs[i]))
        for statistic, columns in judged.items():
            found.append(
                Disparity(
                    attribute=compared.facts[i].name,
                    group=compared.groups[i],
                    reference=compared.facts[i].reference,
                    measure=compared.rules[i].name,
                    statistic=statistic,
                    estimate=columns.shown[i],
                    deciding=columns.deciding[i],
                    n_group=people[i],
                    n_reference=people_reference[i],
                    p_value=p,
                    p_adjusted=q,
                    verdict=columns.verdicts[i],
                    tolerance=settings.tolerance_gap if statistic == "gap" else settings.tolerance_ratio,
                    rows_needed=columns.rows[i],
                    detectable=seen[i] if statistic == "gap" else None,
                    reason=columns.reasons[i],
                )
            )
    return tuple(found)


def _detectable(counted: Counted, settings: _Settings) -> list[float | None]:
    """Smallest gaps that the deciding test could have seen at today's rates of the reference."""
    rates = np.divide(
        counted.k_reference, counted.n_reference, out=np.zeros_like(counted.n), where=counted.n_reference > 0
    )
    gaps = detectable_gap(rates, counted.n, counted.n_reference, 1.0 - settings.alpha)
    return [None if math.isnan(gap) else gap for gap in gaps.tolist()]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Judged:
    """One statistic of all comparisons, judged."""

    shown: list[Estimate]
    deciding: list[Estimate]
    verdicts: list[Verdict]
    rows: list[int | None]
    reasons: list[str]


def _judge(
    compared: Comparisons, settings: _Settings, statistic: Statistic, enough: BoolArray, minimum_size: int
) -> _Judged:
    """Estimate, judge and say what is missing, for gaps or for ratios."""
    counted = compared.counted
    intervals = newcombe if statistic == "gap" else score_ratio
    low, high = intervals(*counted.parts, np.array([[settings.level], [1.0 - settings.alpha]]))
    interval, deciding = (Interval(low[place], high[place]) for place in (0, 1))
    deciding = _drawn_out(deciding, counted, settings, statistic)
    with np.errstate(divide="ignore", invalid="ignore"):
        p, q = counted.k / counted.n, counted.k_reference / counted.n_reference
        value = p - q if statistic == "gap" else p / q
    words = verdicts(deciding.low, deciding.high, settings.zone(statistic))
    words = [
        word if may else "cannot_tell" for word, may in zip(words, (enough & np.isfinite(value)).tolist(), strict=True)
    ]
    rows = _rows(compared, settings, statistic, words, minimum_size)
    whys = [_why_undefined(compared, i, value[i]) for i in range(len(words))]
    method = "newcombe" if statistic == "gap" else "score ratio"
    reasons = [
        _why(word, why, may, row) for word, why, may, row in zip(words, whys, enough.tolist(), rows, strict=True)
    ]
    widened = 1.0 - settings.alpha
    return _Judged(
        shown=_estimates(value, interval, whys, method, settings.level),
        deciding=_estimates(value, deciding, whys, f"{method}, family of {settings.family}", widened),
        verdicts=words,
        rows=rows,
        reasons=reasons,
    )


def _drawn_out(deciding: Interval, counted: Counted, settings: _Settings, statistic: Statistic) -> Interval:
    """Draw the deciding interval out to no gap where the exact test keeps that possible."""
    low, high = (end.copy() for end in deciding)
    bottom, top = settings.zone(statistic)
    none = 0.0 if statistic == "gap" else 1.0
    alarms = np.flatnonzero((low > top) | (high < bottom))
    kept = alarms[no_gap_p(*counted.at(alarms).parts, exact_below=EXACT_VERDICT_BELOW) > settings.alpha]
    low[kept], high[kept] = np.minimum(low[kept], none), np.maximum(high[kept], none)
    return Interval(low, high)


def _is_settled(counted: Counted, settings: _Settings, statistic: Statistic) -> BoolArray:
    """Whether each deciding interval would give a verdict, without solving for a ratio's ends."""
    bottom, top = settings.zone(statistic)
    if statistic == "gap":
        low, high = newcombe(*counted.parts, 1.0 - settings.alpha)
        exceeds, within = (low > top) | (high < bottom), (low >= bottom) & (high <= top)
    else:
        z = critical(1.0 - settings.alpha)
        at_bottom, at_top = (score_of_ratio(*counted.parts, ratio) for ratio in (bottom, top))
        exceeds, within = (at_bottom < -z) | (at_top > z), (at_bottom >= z) & (at_top <= -z)
    alarms = np.flatnonzero(exceeds)
    exceeds[alarms] = no_gap_p(*counted.at(alarms).parts, exact_below=EXACT_VERDICT_BELOW) <= settings.alpha
    return np.asarray(exceeds | within)


def _rows(
    compared: Comparisons, settings: _Settings, statistic: Statistic, words: list[Verdict], minimum_size: int
) -> list[int | None]:
    """Find the group size that would settle each open verdict; None for those told already."""
    counted = compared.counted
    has_value = (counted.n > 0) & (counted.n_reference > 0) & ((statistic == "gap") | (counted.k_reference > 0))
    open_ = np.flatnonzero((np.array(words) == "cannot_tell") & has_value)
    part = counted.at(open_)
    fewest = np.minimum(compared.people[open_], compared.people_reference[open_])
    found = rows_needed(
        lambda factor: _is_settled(part.times(factor), settings, statistic),
        compared.size[open_],
        minimum_size / fewest,
        MOST_ROWS,
    )
    rows: list[int | None] = [None] * len(words)
    for place, value in zip(open_.tolist(), found, strict=True):
        rows[place] = value
    return rows


def _why_undefined(compared: Comparisons, i: int, value: float) -> str:
    """Say why a gap or ratio has no value; the empty string where it has one."""
    if compared.counted.n[i] <= 0:
        return compared.rules[i].empty
    if compared.counted.n_reference[i] <= 0:
        return REFERENCE + compared.rules[i].empty.replace("the group", "the reference")
    return "" if math.isfinite(value) else NO_REFERENCE_RATE


def _why(word: Verdict, undefined_why: str, enough: bool, rows: int | None) -> str:  # noqa: FBT001
    """Say why a verdict cannot be told; the empty string where it is told."""
    if undefined_why or word != "cannot_tell":
        return undefined_why
    if not enough:
        return TOO_FEW
    return CROSSES if rows is not None else NO_SETTLING


def _estimates(value: FloatArray, interval: Interval, whys: list[str], method: str, level: float) -> list[Estimate]:
    low, high = np.fmin(interval.low, value), np.fmax(interval.high, value)  # rounding must not leave the value outside
    return [
        undefined(why, method=method, level=level) if why else estimated(v, bottom, top, method=method, level=level)
        for v, bottom, top, why in zip(value.tolist(), low.tolist(), high.tolist(), whys, strict=True)
    ]
