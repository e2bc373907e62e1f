"""Follows a gap to the people, rules and contracts that made the labels."""

from biasaudit.traces.agreement.by_group import compare_agreement, measure_agreement
from biasaudit.traces.agreement.by_pool import pool_agreement
from biasaudit.traces.agreement.coefficients import gwet_agreement, krippendorff_alpha, nominal_alpha
from biasaudit.traces.attribution.attributing import Measured, attribute_gaps, measure_game, refits_of
from biasaudit.traces.attribution.games import Game, Judges, judges_of
from biasaudit.traces.attribution.players import MOST_UNITS, SMALL_UNITS, Players, players_of
from biasaudit.traces.ballots import Ballots, ballots_of
from biasaudit.traces.conditions.hours import measure_hours
from biasaudit.traces.conditions.measuring import (
    measure_conditions,
    measure_conditions_of_all,
    unknown_conditions,
)
from biasaudit.traces.conditions.reading_times import measure_reading_times
from biasaudit.traces.conditions.speed import measure_speed
from biasaudit.traces.disclosure import FEWEST_ANNOTATORS, Cells, cells_of, withhold_counts
from biasaudit.traces.other_rules.comparing import measure_rules
from biasaudit.traces.other_rules.refits import copies_within
from biasaudit.traces.pools.errors import measure_pool_errors
from biasaudit.traces.pools.measuring import PoolsFound, measure_pools
from biasaudit.traces.provenance.contract_chain import require_units
from biasaudit.traces.provenance.doubts import provenance_doubts
from biasaudit.traces.provenance.traceability import measure_traceability
from biasaudit.traces.rules.applied import apply_rules, compared_rules
from biasaudit.traces.rules.dawid_skene import dawid_skene, fit_dawid_skene
from biasaudit.traces.rules.dissent import measure_dissent
from biasaudit.traces.rules.glad import fit_glad
from biasaudit.traces.rules.jury import Jury, jury_of, jury_verdicts
from biasaudit.traces.rules.mace import fit_mace
from biasaudit.traces.rules.others import others_say
from biasaudit.traces.rules.rule import Rule, aggregate, declared_rule, rule_reproduces
from biasaudit.traces.rules.skill import fit_skill_weighted
from biasaudit.traces.rules.votes import Votes, votes_of
from biasaudit.traces.stages import StageValues, measure_stages, stage_values
from biasaudit.traces.tracing import make_game, refits_needed, trace_labels

__all__ = [
    "FEWEST_ANNOTATORS",
    "MOST_UNITS",
    "SMALL_UNITS",
    "Ballots",
    "Cells",
    "Game",
    "Judges",
    "Jury",
    "Measured",
    "Players",
    "PoolsFound",
    "Rule",
    "StageValues",
    "Votes",
    "aggregate",
    "apply_rules",
    "attribute_gaps",
    "ballots_of",
    "cells_of",
    "compare_agreement",
    "compared_rules",
    "copies_within",
    "dawid_skene",
    "declared_rule",
    "fit_dawid_skene",
    "fit_glad",
    "fit_mace",
    "fit_skill_weighted",
    "gwet_agreement",
    "judges_of",
    "jury_of",
    "jury_verdicts",
    "krippendorff_alpha",
    "make_game",
    "measure_agreement",
    "measure_conditions",
    "measure_conditions_of_all",
    "measure_dissent",
    "measure_game",
    "measure_hours",
    "measure_pool_errors",
    "measure_pools",
    "measure_reading_times",
    "measure_rules",
    "measure_speed",
    "measure_stages",
    "measure_traceability",
    "nominal_alpha",
    "others_say",
    "players_of",
    "pool_agreement",
    "provenance_doubts",
    "refits_needed",
    "refits_of",
    "require_units",
    "rule_reproduces",
    "stage_values",
    "trace_labels",
    "unknown_conditions",
    "votes_of",
    "withhold_counts",
]
