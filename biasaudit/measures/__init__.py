"""Counts by group in one pass, and everything that follows from them: rates, gaps, tests, verdicts."""

from biasaudit.measures.counting import Axis, Cells, Counts, GroupCounts, count
from biasaudit.measures.cutoffs import Line
from biasaudit.measures.disparities import measure_disparities
from biasaudit.measures.further import FurtherStep, Measurable, adjusted_gaps, further_steps
from biasaudit.measures.groups import attribute_facts, not_compared
from biasaudit.measures.histograms import histograms_of
from biasaudit.measures.in_place import CountedInPlace, count_in_place, needs_rows
from biasaudit.measures.intervals import Interval, newcombe, score_ratio, wilson
from biasaudit.measures.matching import auc, performance
from biasaudit.measures.rates import RATES, RateRule, measure_rates, rate_counts
from biasaudit.measures.resampling import percentile_interval, resample
from biasaudit.measures.shapley import shapley_matrix
from biasaudit.measures.significance import adjusted_records, benjamini_hochberg, fisher, no_gap_p, score_test
from biasaudit.measures.strata import mantel_haenszel, measure_periods, measure_strata
from biasaudit.measures.verdicts import verdicts

__all__ = [
    "RATES",
    "Axis",
    "Cells",
    "CountedInPlace",
    "Counts",
    "FurtherStep",
    "GroupCounts",
    "Interval",
    "Line",
    "Measurable",
    "RateRule",
    "adjusted_gaps",
    "adjusted_records",
    "attribute_facts",
    "auc",
    "benjamini_hochberg",
    "count",
    "count_in_place",
    "fisher",
    "further_steps",
    "histograms_of",
    "mantel_haenszel",
    "measure_disparities",
    "measure_periods",
    "measure_rates",
    "measure_strata",
    "needs_rows",
    "newcombe",
    "no_gap_p",
    "not_compared",
    "percentile_interval",
    "performance",
    "rate_counts",
    "resample",
    "score_ratio",
    "score_test",
    "shapley_matrix",
    "verdicts",
    "wilson",
]
