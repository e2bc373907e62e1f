"""Other lines: the same share of every group, other shares, and the number selected that a quota keeps."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biasaudit.errors import NotApplicableError
from biasaudit.models import Decisions
from biasaudit.remedies.lines import group_lines_way, share_ways


def codes_of(world, attribute="group"):
    return world.table.attribute(attribute).codes.astype(np.intp)[world.bench.rows]


@pytest.mark.parametrize("attribute", ["group", "sex x group"])
def test_one_line_a_group_closes_the_gap_and_keeps_the_number(world, attribute):
    codes = codes_of(world, attribute)
    way = group_lines_way(world.bench, codes, [True] * (codes.max() + 1), aimed_at=attribute)
    selected, _ = way.decide(world.bench.now)
    assert selected.sum() == pytest.approx(world.bench.today.selected.sum())
    rates = [selected[codes == code].mean() for code in range(codes.max() + 1)]
    np.testing.assert_allclose(rates, 0.4, atol=1e-9)
    for code in range(codes.max() + 1):
        mine = codes == code
        order = np.argsort(-world.bench.scores[mine])
        assert (np.diff(selected[mine][order]) <= 1e-12).all()
    assert way.caution == "uses_group"


def test_people_of_small_groups_keep_their_decisions(world):
    codes = codes_of(world, "sex x group")
    selected, _ = group_lines_way(world.bench, codes, [True, False, True, True], aimed_at="x").decide(world.bench.now)
    np.testing.assert_array_equal(selected[codes == 1], world.bench.today.selected[codes == 1])
    assert selected.sum() == pytest.approx(world.bench.today.selected.sum())
    with pytest.raises(NotApplicableError, match="fewer than two groups"):
        group_lines_way(world.bench, codes, [True, False, False, False], aimed_at="x")


def test_other_shares_select_as_many(world):
    found = share_ways(world.bench, [0.1, 0.7])
    assert [way.amount for way in found] == [0.1, 0.7]
    n = len(world.bench.rows)
    assert [way.decide(world.bench.now)[0].sum() for way in found] == pytest.approx([0.1 * n, 0.7 * n])
    fewer, more = share_ways(world.bench, ())
    assert (fewer.amount, more.amount) == (0.32, 0.48)
    assert fewer.decide(world.bench.now)[0].max() == 1


def test_decisions_alone_leave_no_other_line(world):
    bench = replace(world.bench, scores=None)
    with pytest.raises(NotApplicableError, match="decisions without scores"):
        share_ways(bench, ())
    with pytest.raises(NotApplicableError, match="decisions without scores"):
        group_lines_way(bench, codes_of(world), [True, True], aimed_at="group")


@given(
    chances=st.lists(st.floats(0, 1), min_size=5, max_size=30),
    share=st.floats(0.01, 0.99),
    cut=st.sampled_from(["share", "quota"]),
)
def test_keeping_the_number_keeps_it_in_bounds_and_equal_rates_equal(world, chances, share, cut):
    chance = np.array(chances)
    value = share if cut == "share" else max(1.0, np.floor(share * len(chance)))
    today = Decisions(selected=chance, cut=cut, cut_value=value, cutoff_score=None, tied_at_cutoff=0)
    judges = replace(world.bench.judges, weight=np.ones(len(chance)))
    bench = replace(world.bench, today=today, judges=judges, rows=np.arange(len(chance)))
    kept, by_lot = bench.keep_number(chance, None)
    wanted = value * len(chance) if cut == "share" else value
    assert kept.sum() == pytest.approx(wanted)
    assert by_lot == pytest.approx(abs(wanted - chance.sum()))
    assert (kept >= -1e-12).all()
    assert (kept <= 1 + 1e-12).all()
    assert len(np.unique(kept.round(9))) <= len(np.unique(chance))
    gap, before = kept[:2].mean() - kept[2:4].mean(), chance[:2].mean() - chance[2:4].mean()
    assert abs(gap) <= abs(before) + 1e-9


def test_a_threshold_keeps_no_number(threshold_world):
    chance = np.full(len(threshold_world.bench.rows), 0.3)
    kept, by_lot = threshold_world.bench.keep_number(chance, None)
    assert (kept is chance, by_lot) == (True, 0.0)
