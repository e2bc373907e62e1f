"""All that an audit measures beside rates, gaps and strata, as steps that may each fail on their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from biasaudit.data.table import Table
from biasaudit.errors import NotApplicableError
from biasaudit.measures.calibration import measure_calibration
from biasaudit.measures.composites import measure_composites
from biasaudit.measures.counting import Counts
from biasaudit.measures.custom import Metric, find_metric, measure_custom
from biasaudit.measures.decomposition import measure_decompositions
from biasaudit.measures.funnels import measure_classes, measure_stages
from biasaudit.measures.histograms import Histograms
from biasaudit.measures.impact import measure_impact_ratios
from biasaudit.measures.pooling import measure_pooled_rates
from biasaudit.measures.quantities import measure_quantities, measure_ranking, measure_scores
from biasaudit.measures.representation import measure_representation
from biasaudit.measures.score_counts import Cut, count_scores_in_bins
from biasaudit.measures.search import search_groups
from biasaudit.measures.sensitivity import measure_confounding, measure_label_errors
from biasaudit.measures.shares import Measured
from biasaudit.measures.significance import benjamini_hochberg
from biasaudit.measures.simultaneous import measure_largest_gaps
from biasaudit.measures.sweeps import measure_sweeps
from biasaudit.results import AttributeFacts, Disparity, GroupGap
from biasaudit.spec import AuditSpec

FloatArray = npt.NDArray[np.float64]

ROWS_STAY = "the rows were counted where they lie and not loaded, and this needs them one by one"
NO_SCORES = "there are no scores here, only decisions"
NO_OUTCOME = "there is no outcome or truth to measure errors against"
NO_LINE = "decisions were made elsewhere, and where their line ran is not known"
NO_STRATA = "no strata are declared to decompose the gap over"


@dataclass(frozen=True, kw_only=True, slots=True)
class Measurable:
    """What the steps measure.

    Attributes
    ----------
    spec : AuditSpec
        The declaration.
    table, judged : Table or None
        All rows, and those on which gaps are measured; None where they were counted where they lie.
    counts : Counts
        The joint table of the rows judged.
    facts : tuple of AttributeFacts
        Attributes and intersections; those of one group have no comparison.
    disparities : tuple of Disparity
        As measured.
    selected : array of float, shape (n,)
        Decisions; empty where there are no rows.
    scores : array of float, shape (n,), or None
        Scores.
    histograms : callable or None
        Gives the scores of an attribute's groups, wherever they were counted; None without scores.
    cutoff : float or None
        Score at the line.
    metrics : mapping of str to callable
        Metrics that installed packages offer.
    """

    spec: AuditSpec
    table: Table | None
    judged: Table | None
    counts: Counts
    facts: tuple[AttributeFacts, ...]
    disparities: tuple[Disparity, ...]
    selected: FloatArray
    scores: FloatArray | None
    histograms: Histograms | None
    cutoff: float | None
    metrics: Mapping[str, Metric] = field(default_factory=dict)

    @property
    def level(self) -> float:
        """Level of the intervals shown."""
        return self.spec.uncertainty.level

    def all_rows(self) -> Table:
        """Give all rows, or say that they were not loaded."""
        if self.table is None:
            raise NotApplicableError(ROWS_STAY)
        return self.table

    def rows(self) -> Table:
        """Give the rows judged, or say that they were not loaded."""
        if self.judged is None:
            raise NotApplicableError(ROWS_STAY)
        return self.judged

    def needed_scores(self) -> FloatArray:
        """Give the scores, or say that there are none."""
        if self.scores is None:
            raise NotApplicableError(NO_SCORES if self.judged is not None else ROWS_STAY)
        return self.scores

    def needed_histograms(self) -> Histograms:
        """Give the scores by group, or say that there are none."""
        if self.histograms is None:
            raise NotApplicableError(NO_SCORES)
        return self.histograms


@dataclass(frozen=True, kw_only=True, slots=True)
class FurtherStep:
    """A step that can be taken.

    Attributes
    ----------
    name : str
        As listed among the steps of a result.
    part : str
        Field of the result that it fills, or ``"groups"`` where it gives values and gaps.
    measure : callable
        Measures; raises NotApplicableError where the data do not allow it.
    """

    name: str
    part: str
    measure: Callable[[], Any]

    def work(self, _advance: Callable[[int], None]) -> Any:
        """Measure, as a run asks for it: with a display of progress that so short a step leaves alone."""
        return self.measure()


def further_steps(m: Measurable) -> tuple[FurtherStep, ...]:
    """List what can be measured: what every audit has, then what this one declares.

    Parameters
    ----------
    m : Measurable
        What is there.

    Returns
    -------
    tuple of FurtherStep
        In the order in which a result lists them.
    """
    steps = [
        FurtherStep(name="composites", part="groups", measure=lambda: _composites(m)),
        FurtherStep(name="largest gaps", part="largest_gaps", measure=lambda: _largest(m)),
        FurtherStep(
            name="partial pooling",
            part="pooled_rates",
            measure=lambda: measure_pooled_rates(m.counts, m.facts, m.level),
        ),
        FurtherStep(name="decomposition", part="decompositions", measure=lambda: _decompositions(m)),
        FurtherStep(name="scores", part="groups", measure=lambda: _scores(m)),
        FurtherStep(name="calibration", part="calibrations", measure=lambda: _calibrations(m)),
        FurtherStep(name="thresholds", part="sweeps", measure=lambda: _sweeps(m)),
        FurtherStep(name="score counts", part="score_counts", measure=lambda: _score_counts(m)),
        FurtherStep(name="representation", part="representation", measure=lambda: _representation(m)),
        FurtherStep(name="label errors", part="label_errors", measure=lambda: _label_errors(m)),
        FurtherStep(name="confounding", part="confounding", measure=lambda: measure_confounding(m.disparities)),
        FurtherStep(name="impact ratios", part="impact_ratios", measure=lambda: _impact_ratios(m)),
    ]
    return (*steps, *_declared_steps(m))


def _declared_steps(m: Measurable) -> Iterable[FurtherStep]:
    spec = m.spec
    if spec.quantity:
        yield FurtherStep(
            name="quantities",
            part="groups",
            measure=lambda: measure_quantities(m.rows(), m.facts, spec.quantity, m.level),
        )
    if spec.stage:
        yield FurtherStep(
            name="stages", part="groups", measure=lambda: measure_stages(m.rows(), m.facts, spec.stage, m.level)
        )
    if spec.classes is not None:
        yield FurtherStep(name="classes", part="groups", measure=lambda: _classes(m))
    for measure in spec.measure:
        yield FurtherStep(name=f"measure {measure.name}", part="groups", measure=_custom(m, measure))
    if spec.search is not None:
        yield FurtherStep(name="search", part="found_groups", measure=lambda: _search(m))


def adjusted_gaps(gaps: Iterable[GroupGap]) -> tuple[GroupGap, ...]:
    """Adjust the p-values of gaps that are described and not judged, as one family of their own.

    Parameters
    ----------
    gaps : iterable of GroupGap
        All of an audit; gap and ratio of one comparison share a p-value and count once.

    Returns
    -------
    tuple of GroupGap
        With Benjamini and Hochberg's adjusted p-values.
    """
    gaps = tuple(gaps)
    keys = [(gap.attribute, gap.group, gap.kind, gap.measure, gap.subject) for gap in gaps]
    p_values = {key: gap.p_value for key, gap in zip(keys, gaps, strict=True) if gap.p_value is not None}
    adjusted = dict(zip(p_values, benjamini_hochberg(list(p_values.values())).tolist(), strict=True))
    return tuple(gap.model_copy(update={"p_adjusted": adjusted.get(key)}) for key, gap in zip(keys, gaps, strict=True))


def _composites(m: Measurable) -> Measured:
    if not m.counts.has_actual:
        raise NotApplicableError(NO_OUTCOME)
    return measure_composites(m.counts, m.facts, m.level)


def _largest(m: Measurable) -> Any:
    return measure_largest_gaps(m.counts, m.facts, minimum_size=m.spec.groups.minimum_size, level=m.level)


def _decompositions(m: Measurable) -> Any:
    if not m.spec.data.strata:
        raise NotApplicableError(NO_STRATA)
    return measure_decompositions(m.counts, m.facts, m.level)


def _scores(m: Measurable) -> Measured:
    scores = m.needed_scores()
    parts = [measure_scores(m.rows(), m.facts, scores, m.level)]
    parts.append(measure_ranking(m.rows(), m.facts, scores, m.spec.ranking.top, m.level))
    return sum((part[0] for part in parts), ()), sum((part[1] for part in parts), ())


def _calibrations(m: Measurable) -> Any:
    histograms = m.needed_histograms()
    if not m.counts.has_actual:
        raise NotApplicableError(NO_OUTCOME)
    return measure_calibration(histograms, m.facts, m.level)


def _sweeps(m: Measurable) -> Any:
    return measure_sweeps(
        m.needed_histograms(),
        m.facts,
        m.disparities,
        threshold=m.cutoff,
        tolerance_gap=m.spec.tolerance.gap,
        tolerance_ratio=m.spec.tolerance.ratio,
        minimum_size=m.spec.groups.minimum_size,
    )


def _score_counts(m: Measurable) -> Any:
    histograms, model = m.needed_histograms(), m.spec.model
    if m.cutoff is None:
        raise NotApplicableError(NO_LINE)
    cut: Cut = "share" if model.share is not None else "quota" if model.quota is not None else "threshold"
    value = {"share": model.share, "quota": model.quota, "threshold": m.cutoff}[cut]
    return count_scores_in_bins(histograms, m.facts, cut=cut, cut_value=float(value or 0), cutoff=m.cutoff)


def _representation(m: Measurable) -> Any:
    trained = m.spec.model.train is not None
    return measure_representation(m.all_rows(), m.facts, m.spec.population, trained=trained, level=m.level)


def _label_errors(m: Measurable) -> Any:
    if not m.counts.has_actual:
        raise NotApplicableError(NO_OUTCOME)
    shares = m.spec.sensitivity.label_errors
    return measure_label_errors(m.counts, m.facts, shares, minimum_size=m.spec.groups.minimum_size)


def _impact_ratios(m: Measurable) -> Any:
    return measure_impact_ratios(m.counts, m.facts, positive_is=m.spec.data.positive_is, level=m.level)


def _classes(m: Measurable) -> Measured:
    assert m.spec.classes is not None
    return measure_classes(m.rows(), m.facts, m.spec.classes, m.level)


def _custom(m: Measurable, measure: Any) -> Callable[[], Measured]:
    def work() -> Measured:
        return measure_custom(
            m.rows(),
            m.facts,
            measure,
            find_metric(measure, m.metrics),
            selected=m.selected,
            scores=m.scores,
            seed=m.spec.uncertainty.seed,
            level=m.level,
        )

    return work


def _search(m: Measurable) -> Any:
    assert m.spec.search is not None
    return search_groups(
        m.rows(),
        m.selected,
        m.spec.search,
        seed=m.spec.uncertainty.seed,
        minimum_size=m.spec.groups.minimum_size,
        level=m.level,
    )
