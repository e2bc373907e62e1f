"""Attribution of the gap: adds up, finds what was planted, stays quiet on the clean twin, names no one."""

import json
from dataclasses import replace
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biasaudit.measures import shapley_matrix
from biasaudit.measures.significance import benjamini_hochberg
from biasaudit.testing.planted import World, plant_world
from biasaudit.testing.planted_traces import trace_world, true_attribution
from biasaudit.traces import FEWEST_ANNOTATORS, SMALL_UNITS

FEW = {"replicates": 10, "placebos": 19}
PLAIN = World(items=1_500)
LOUD = replace(PLAIN, items=2_000, penalties={**PLAIN.penalties, "east": 0.9})
CLEAN = replace(PLAIN, penalties=dict.fromkeys(PLAIN.penalties, 0.0))


def of_b(trace):
    return next(one for one in trace.attribution if (one.attribute, one.group) == ("group", "B"))


def by_unit(attribution):
    return {unit.unit: unit for unit in attribution.units}


@pytest.fixture(scope="module")
def trace():
    return trace_world(0, PLAIN, **FEW)[0]


@settings(max_examples=20, deadline=None)
@given(players=st.integers(1, 6), seed=st.integers(0, 99))
def test_shapley_values_equal_the_mean_over_all_orders(players, seed):
    values = np.random.default_rng(seed).normal(size=2**players)
    found = shapley_matrix(players) @ values
    assert found.sum() == pytest.approx(values[-1] - values[0], abs=1e-12)
    if players <= 4:
        import itertools

        mean = np.zeros(players)
        for order in itertools.permutations(range(players)):
            seen = 0
            for player in order:
                mean[player] += values[seen | 1 << player] - values[seen]
                seen |= 1 << player
        assert found == pytest.approx(mean / factorial(players), abs=1e-12)


@pytest.mark.parametrize("reference", ["gold", "north", "peers"])
def test_contributions_add_up_to_total_minus_baseline(reference):
    trace, _ = trace_world(3, replace(PLAIN, items=800), reference=reference, **FEW)
    assert len(trace.attribution) == 5
    for one in trace.attribution:
        added = sum(unit.contribution.value for unit in one.units)
        assert added == pytest.approx(one.total.value - one.baseline.value, abs=1e-9)
        assert one.reference_labels == reference


def test_the_total_is_the_gap_of_the_model_where_the_rule_made_the_outcomes(trace):
    decision = next(one for one in trace.stages if (one.group, one.stage) == ("B", "decision"))
    assert trace.rule_reproduces == 1
    assert of_b(trace).total.value == pytest.approx(decision.gap.value, abs=1e-6)


@pytest.mark.parametrize("reference", ["gold", "north", "peers"])
def test_the_planted_size_lies_in_the_interval_in_most_worlds(reference):
    """benchmarks/tracing.py measures the share over 200 worlds; here at most one of five may miss."""
    truth = true_attribution(LOUD, reference=reference, people=100_000)
    held, flagged = 0, []
    for seed in range(5):
        units = by_unit(of_b(trace_world(seed, LOUD, reference=reference, replicates=20, placebos=19)[0]))
        guilty = units["east"].contribution
        held += guilty.low <= truth["east"] <= guilty.high
        flagged += [name for name, unit in units.items() if unit.flagged]
    assert held >= 4
    # Held against another unit or the average, the guilty one is named in some 3 of 4 worlds (docs/tracing.md).
    assert flagged.count("east") >= (3 if reference == "gold" else 2)
    assert len(flagged) - flagged.count("east") <= 1


@pytest.mark.parametrize("reference", ["gold", "peers"])
def test_the_clean_twin_is_quiet(reference):
    flagged = units = 0
    for seed in range(4):
        for one in trace_world(seed, CLEAN, reference=reference, replicates=10, placebos=19)[0].attribution:
            flagged += sum(unit.flagged for unit in one.units)
            units += len(one.units)
    assert flagged <= 0.02 * units


def test_renaming_units_renames_contributions(trace):
    names = {"north": "zinc", "south": "iron", "east": "tin", "west": "lead"}
    renamed = replace(PLAIN, penalties={names[unit]: size for unit, size in PLAIN.penalties.items()})
    before, after = by_unit(of_b(trace)), by_unit(of_b(trace_world(0, renamed, **FEW)[0]))
    for old, new in names.items():
        assert after[new].contribution.value == pytest.approx(before[old].contribution.value, abs=1e-9)
        assert after[new].labels == before[old].labels


def test_a_penalty_on_women_of_one_group_is_found_there():
    world = replace(PLAIN, women_only=True, items=2_000, penalties={**PLAIN.penalties, "east": 0.9})
    sizes = {}
    for seed in range(2):
        for one in trace_world(seed, world, reference="north", **FEW)[0].attribution:
            sizes.setdefault(one.group, []).append(by_unit(one)["east"].contribution.value)
    assert np.mean(sizes["female x B"]) < min(np.mean(sizes["female x A"]), 0) - 0.02


def test_a_penalty_on_women_of_one_group_is_named_there_and_hardly_on_other_crossed_groups():
    """The model must be able to tell women of B apart, here by a stand-in; benchmarks/tracing.py runs 200 such worlds."""
    world = replace(LOUD, women_only=True, proxy_of_penalised=True, items=3_000)
    named = []
    for seed in range(6):
        for one in trace_world(seed, world, **FEW)[0].attribution:
            named += [one.group for unit in one.units if unit.flagged and one.attribute == "sex x group"]
    assert named.count("female x B") >= 4
    assert len(named) - named.count("female x B") <= 1


def test_peers_cannot_see_a_bias_that_all_units_share():
    world = replace(PLAIN, penalties=dict.fromkeys(PLAIN.penalties, 0.5))
    gold = by_unit(of_b(trace_world(5, world, **FEW)[0]))
    peers = by_unit(of_b(trace_world(5, world, reference="peers", **FEW)[0]))
    seen = sum(unit.contribution.value for unit in gold.values())
    assert seen < -0.15
    assert abs(sum(unit.contribution.value for unit in peers.values())) < abs(seen) / 3
    assert not any(unit.flagged for unit in peers.values())


def test_groups_too_small_to_judge_get_no_attribution():
    trace, _ = trace_world(2, replace(PLAIN, items=300, share_b=0.03), **FEW)
    assert [one for one in trace.attribution if one.group == "female"]
    assert not [one for one in trace.attribution if one.group == "B"]


def test_units_that_share_no_items_are_refused_without_reference_labels():
    apart = replace(PLAIN, overlap=False, items=600)
    trace, steps = trace_world(0, apart, reference="peers", **FEW)
    assert not trace.attribution
    assert any("not linked by items" in step.reason for step in steps)
    assert of_b(trace_world(0, apart, reference="gold", **FEW)[0]).units


@pytest.mark.parametrize("annotators", [2, 3, 4, 5])
def test_nothing_is_shown_for_fewer_than_five_annotators(annotators):
    trace, _ = trace_world(1, replace(PLAIN, items=800, annotators=annotators, votes=2), **FEW)
    for one in trace.attribution:
        assert {unit.unit for unit in one.units} == set(PLAIN.penalties) or one.units == ()
        assert all(unit.annotators >= FEWEST_ANNOTATORS for unit in one.units)
    assert all(one.annotators >= FEWEST_ANNOTATORS for one in trace.conditions)
    assert bool(trace.attribution) == (annotators >= FEWEST_ANNOTATORS)


def test_small_units_are_pooled_where_together_they_are_enough(monkeypatch):
    world = replace(PLAIN, items=800)
    planted = plant_world(1, world)
    small = planted.labels["vendor"].isin(["south", "west"]) & planted.labels["annotator"].str[-3:].ge("003")
    labels = planted.labels[~small]
    monkeypatch.setattr("biasaudit.testing.planted_traces.plant_world", lambda *_: replace(planted, labels=labels))
    units = by_unit(of_b(trace_world(1, world, **FEW)[0]))
    assert set(units) == {"north", "east", SMALL_UNITS}
    assert units[SMALL_UNITS].annotators == 6
    assert "fewer than 5" in units[SMALL_UNITS].note


def test_more_than_eight_units_are_attributed_to_by_sampling_with_a_stated_error():
    many = replace(PLAIN, items=1_500, penalties={f"unit {number}": 0.3 for number in range(12)})
    trace, _ = trace_world(0, many, **FEW)
    one = of_b(trace)
    assert not one.exact
    assert 0 < one.error < 0.02
    assert "sampled Shapley value; 60 refits" in one.units[0].contribution.method
    added = sum(unit.contribution.value for unit in one.units)
    assert added == pytest.approx(one.total.value - one.baseline.value, abs=1e-9)
    assert all(unit.drop_one is not None for unit in one.units)


def test_up_to_eight_units_are_attributed_to_exactly(trace):
    assert of_b(trace).exact
    assert of_b(trace).error is None
    assert "exact Shapley value; 16 refits" in of_b(trace).units[0].contribution.method


def test_several_kinds_of_units_are_one_family_of_tests():
    world = replace(LOUD, chain={"north": "one", "south": "one", "east": "two", "west": "two"})
    trace, _ = trace_world(1, world, units=("vendor", "contractor"), **FEW)
    kinds = {one.unit_kind: by_unit(one) for one in trace.attribution if one.group == "B"}
    assert set(kinds) == {"vendor", "contractor"}
    assert set(kinds["contractor"]) == {"one", "two"}
    assert kinds["vendor"]["east"].flagged
    added = sum(kinds["vendor"][unit].contribution.value for unit in ("east", "west"))
    assert kinds["contractor"]["two"].contribution.value == pytest.approx(added, abs=0.01)
    p_values = [unit.p_value for one in trace.attribution for unit in one.units]
    adjusted = [unit.p_adjusted for one in trace.attribution for unit in one.units]
    assert adjusted == pytest.approx(list(benjamini_hochberg(np.array(p_values))))


def test_without_a_units_labels_the_gap_moves_by_what_drop_one_says(trace):
    units = by_unit(of_b(trace))
    assert units["east"].drop_one == min(unit.drop_one for unit in units.values())
    assert units["east"].drop_one < -0.01


def test_an_interval_carries_labels_training_and_judging():
    """The interval of the total is as wide as totals of independent worlds are apart, people and labels drawn anew."""
    totals = [of_b(trace_world(seed, PLAIN, **FEW)[0]).total for seed in range(12)]
    apart = np.std([one.value for one in totals], ddof=1)
    halves = np.mean([one.high - one.low for one in totals]) / 2
    assert 1.2 * apart < halves < 4 * apart


def test_any_model_that_takes_weights_is_traced():
    two = {"north": 0.0, "east": 0.6}
    trace, steps = trace_world(0, replace(PLAIN, items=300, penalties=two), model="gradient_boosting", **FEW)
    one = of_b(trace)
    added = sum(unit.contribution.value for unit in one.units)
    assert added == pytest.approx(one.total.value - one.baseline.value, abs=1e-9)
    assert not [step for step in steps if step.name.startswith("traces: attribution")]


def test_p_values_are_small_only_in_the_direction_of_the_gap():
    found = by_unit(of_b(trace_world(0, LOUD, reference="peers", replicates=10, placebos=39)[0]))
    assert found["east"].p_value < 0.05
    assert all(found[unit].p_value > 0.2 for unit in ("north", "south", "west"))


def test_an_unknown_reference_unit_is_not_applicable_with_the_nearest_name():
    _, steps = trace_world(0, replace(PLAIN, items=400), reference="nort", **FEW)
    assert any("did you mean 'north'" in step.reason for step in steps)


def test_no_annotator_is_named_anywhere(trace):
    said = json.dumps(trace.model_dump(mode="json"))
    assert "worker" not in said
    for name in plant_world(0, PLAIN).labels["annotator"].unique():
        assert name not in said


def test_progress_adds_up_to_what_was_announced():
    from biasaudit.testing import planted_traces as room

    told = []
    original = room.trace_labels
    announced = []

    def spying(table, log, spec, facts, model, *rest, **more):
        from biasaudit.traces import refits_needed

        announced.append(refits_needed(log, spec, model))
        return original(table, log, spec, facts, model, *rest, **more, advance=told.append)

    room.trace_labels = spying
    try:
        trace_world(0, replace(PLAIN, items=400), **FEW)
    finally:
        room.trace_labels = original
    rules = 9 * (1 + 10)
    assert sum(told) == announced[0] == 16 * (1 + 10 + 19) + 4 + rules
