"""The gap stage by stage: on the same items, adding up, and honest about what is missing."""

from dataclasses import replace
from itertools import groupby

import numpy as np
import pytest

from biasaudit.results import STAGES
from biasaudit.testing.planted import World
from biasaudit.testing.planted_traces import trace_world

#: Stages need no refits.
FEW = {"replicates": 10, "placebos": 19, "units": ()}


@pytest.fixture(scope="module")
def trace():
    return trace_world(4, World(items=1_500), **FEW)[0]


def ways(trace):
    return [list(stages) for _, stages in groupby(trace.stages, key=lambda one: (one.attribute, one.group))]


def test_changes_add_up_to_the_gap_in_decisions(trace):
    for way in ways(trace):
        assert [one.stage for one in way] == list(STAGES)
        assert way[0].change is None
        total = way[0].gap.value + sum(one.change.value for one in way[1:])
        assert total == pytest.approx(way[-1].gap.value, abs=1e-12)


def test_all_stages_speak_of_the_same_items(trace):
    for way in ways(trace):
        assert len({one.n_items for one in way}) == 1
        for one in way:
            assert one.gap.value == pytest.approx(one.rate_group - one.rate_reference)
            assert one.gap.low <= one.gap.value <= one.gap.high


def test_the_planted_penalty_shows_between_reference_and_annotation():
    """A fourth of the labels lose 0.6 of B's positive labels, which are half of all: -0.075."""
    held = 0
    for seed in range(20):
        stages = trace_world(seed, World(items=1_500), **FEW)[0].stages
        change = next(one for one in stages if (one.group, one.stage) == ("B", "annotation")).change
        held += change.low <= -0.6 / 4 * 0.5 <= change.high
    assert held >= 17


def test_without_a_penalty_no_stage_moves_the_gap_much():
    clean = World(items=4_000, penalties={"north": 0.0, "south": 0.0}, noise=0.05)
    stages = trace_world(1, clean, **FEW)[0].stages
    for one in stages:
        if one.group == "B" and one.stage in ("annotation", "label"):
            assert abs(one.change.value) < 0.03


def test_without_reference_labels_the_first_stage_is_the_annotation():
    trace, _ = trace_world(4, World(items=600), reference="peers", **FEW)
    assert {one.stage for one in trace.stages} == set(STAGES) - {"reference_label"}


def test_intervals_of_stages_cover_at_their_level():
    """The gap of gold labels is a difference of two shares with a known expectation, zero."""
    held = []
    for seed in range(40):
        stages = trace_world(seed, World(items=500), **FEW)[0].stages
        gap = next(one for one in stages if (one.group, one.stage) == ("B", "reference_label")).gap
        held.append(gap.low <= 0 <= gap.high)
    assert np.mean(held) >= 0.83


def test_small_groups_are_listed_and_not_measured():
    trace, _ = trace_world(2, replace(World(), items=300, share_b=0.03), **FEW)
    small = [one for one in trace.stages if one.group == "B"]
    assert small
    assert all(one.gap.value is None and "fewer than 30" in one.gap.reason for one in small)
