"""Scores in few bins: moving the line over them gives what the engine gives, and nothing speaks of a person."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from biasaudit import run
from biasaudit.errors import NotApplicableError
from biasaudit.measures.score_counts import FEWEST_BINS, MOST_BINS, plain_between

CUTS = [{"threshold": 0.6}, {"share": 0.25}, {"quota": 333}]


def people(seed=0, n=3_000, digits=3, small=0.005):
    """Two attributes and scores; origin D is too small for a line to be moved."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "sex": rng.choice(["f", "m"], n),
            "origin": rng.choice(["A", "B", "C", "D"], n, p=[0.6, 0.3, 0.1 - small, small]),
            "w": rng.uniform(0.5, 2, n),
        }
    )
    scores = 0.5 + 0.2 * rng.normal(size=n) - 0.1 * (frame["origin"] == "B")
    frame["s"] = np.clip(scores, 0, 1).round(digits)
    return frame


def audited(frame, *, intersections=(), weight=None, **cut):
    declared = {
        "schema": 1,
        "audit": {"name": "a", "title": "A"},
        "data": {"weight": weight} if weight else {},
        "protected": [{"column": "sex", "reference": "m"}, {"column": "origin", "reference": "A"}],
        "groups": {"intersections": [list(each) for each in intersections]},
        "model": {"score": "s", **cut},
    }
    return run(declared, data=frame)


def counted(result):
    (found,) = result.score_counts
    return found


def rates(result):
    return {(r.attribute, r.group): r.estimate.value for r in result.rates if r.measure == "selection_rate"}


@pytest.mark.parametrize("weight", [None, "w"])
@pytest.mark.parametrize("cut", CUTS, ids=str)
def test_the_audits_own_line_is_a_position_and_gives_the_audits_own_rates(cut, weight):
    result = audited(people(digits=2), weight=weight, **cut)
    found, measured = counted(result), rates(result)
    assert found.cut_value == next(iter(cut.values()))
    for group in found.groups:
        share = sum(group.counts[: found.at]) / sum(group.counts)
        assert share == pytest.approx(measured[group.attribute, group.group], abs=1e-12)


@pytest.mark.parametrize("cut", CUTS, ids=str)
def test_every_threshold_selects_in_the_engine_whom_it_selects_here(cut):
    frame = people()
    found = counted(audited(frame, **cut))
    assert sum(threshold is None for threshold in found.thresholds) <= 1
    for at in range(0, len(found.tied), 15):
        if found.thresholds[at] is None:
            continue
        measured = rates(audited(frame, threshold=found.thresholds[at]))
        for group in found.groups:
            share = sum(group.counts[: at + 1]) / sum(group.counts)
            assert share == pytest.approx(measured[group.attribute, group.group], abs=1e-12)


@pytest.mark.parametrize(("cut", "weight"), [("share", "w"), ("share", None), ("quota", "w")])
def test_places_filled_up_to_a_bin_and_inside_one_that_ties_share_are_those_of_the_engine(cut, weight):
    frame = people(digits=1)
    found = counted(audited(frame, weight=weight, **{cut: 0.3 if cut == "share" else 900}))
    assert any(found.tied)
    everyone = sum(found.places)
    for at in range(1, len(found.tied) - 1, 3):
        for part in (0.0, 0.4) if found.tied[at] else (0.0,):
            filled = sum(found.places[:at]) + part * found.places[at]
            if cut == "quota":
                filled = round(filled)
            inside = (filled - sum(found.places[:at])) / found.places[at]
            measured = rates(audited(frame, weight=weight, **{cut: filled / everyone if cut == "share" else filled}))
            for group in found.groups:
                share = (sum(group.counts[:at]) + inside * group.counts[at]) / sum(group.counts)
                assert share == pytest.approx(measured[group.attribute, group.group], abs=1e-9)


@settings(max_examples=15)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(100, 800),
    digits=st.integers(1, 4),
    small=st.floats(0.01, 0.08),
    cut=st.sampled_from([{"threshold": 0.55}, {"share": 0.3}, {"quota": 40}]),
)
def test_no_bin_and_no_difference_of_bins_speaks_of_one_to_four_people(seed, n, digits, small, cut):
    frame = people(seed, n, digits, small)
    assume(frame["origin"].nunique() == 4)
    result = audited(frame, intersections=[["sex", "origin"]], **cut)
    if not result.score_counts:
        assert next(s for s in result.steps if s.name == "score counts").reason.startswith("too few people")
        return
    found = counted(result)
    # Both stretches beside the audit's own line stand in the result anyway, by the rates at it.
    own = {0} if found.at == 1 else set()
    own |= {len(found.tied) - 1} if found.at == len(found.tied) - 1 else set()
    for attribute in {group.attribute for group in found.groups}:
        table = np.array([group.counts for group in found.groups if group.attribute == attribute])
        assert len(table) > 1
        left = np.array(found.places) - table.sum(axis=0)
        cells = np.delete(np.vstack([table, left]), sorted(own), axis=1)
        assert np.all((cells < 1e-6) | (cells > 5 - 1e-6))
    listed = {(g.attribute, g.group) for g in found.groups} | {(g.attribute, g.group) for g in found.not_counted}
    assert listed == {(a.name, g.group) for a in result.data.attributes for g in a.groups}


def test_a_group_too_small_is_left_out_and_another_one_with_it_so_that_subtracting_tells_nothing():
    found = counted(audited(people(), intersections=[["sex", "origin"]], share=0.25))
    assert FEWEST_BINS[0] <= len(found.tied) <= 2 * MOST_BINS
    assert [(one.attribute, one.group) for one in found.not_counted if one.attribute == "origin"] == [
        ("origin", "C"),
        ("origin", "D"),
    ]
    # What crosses an attribute of which groups are left out would tell them.
    assert "sex x origin" not in found.references
    whole = people()
    whole = whole[whole["origin"].isin(["A", "B"])]
    assert "sex x origin" in counted(audited(whole, intersections=[["sex", "origin"]], share=0.25)).references


def test_where_no_two_groups_bear_twenty_bins_fewer_are_drawn():
    found = counted(audited(people(n=150), share=0.25))
    assert FEWEST_BINS[-1] <= len(found.tied) < FEWEST_BINS[0]
    assert {group.group for group in found.groups} >= {"f", "m"}


def test_what_cannot_be_moved_says_why():
    few = people(n=40)
    step = next(step for step in audited(few, share=0.25).steps if step.name == "score counts")
    assert (step.outcome, step.reason[:14]) == ("not_applicable", "too few people")
    one = people().assign(sex="m", origin="A")
    step = next(step for step in audited(one, share=0.25).steps if step.name == "score counts")
    assert step.reason == "everyone is in one group, so there is no one to compare with"


def test_scores_too_many_for_bins_of_their_own_have_no_own_line(make_table):
    from biasaudit.measures import attribute_facts, count
    from biasaudit.measures.histograms import score_histogram
    from biasaudit.measures.score_counts import count_scores_in_bins
    from biasaudit.spec import declare

    rng = np.random.default_rng(1)
    table = make_table({"g": rng.choice(["a", "b"], 2_000)})
    scores = rng.random(2_000)
    spec = declare(
        {
            "schema": 1,
            "audit": {"name": "t", "title": "T"},
            "data": {"path": "p.csv"},
            "protected": [{"column": "g", "reference": "a"}],
            "model": {"decision": "d"},
        }
    ).spec
    facts = attribute_facts(count(table, (scores > 0.5).astype(float)), spec)
    (found,) = count_scores_in_bins(
        lambda name: score_histogram(table, name, scores, most_distinct=10, bins=200),
        facts,
        cut="threshold",
        cut_value=0.5,
        cutoff=0.5,
    )
    assert found.at is None
    assert not any(found.tied)
    for at, threshold in enumerate(found.thresholds):
        assert sum(found.places[: at + 1]) == pytest.approx((scores >= threshold).sum())
    with pytest.raises(NotApplicableError):
        count_scores_in_bins(
            lambda name: score_histogram(table, name, np.full(2_000, 0.5)),
            facts,
            cut="threshold",
            cut_value=0.5,
            cutoff=0.5,
        )


@given(below=st.floats(-100, 100), width=st.floats(1e-6, 50))
def test_a_threshold_to_type_lies_where_it_must(below, width):
    assert below < plain_between(below, below + width) <= below + width
