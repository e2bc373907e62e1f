"""Bounds under wrong labels against brute force, and published E-values."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biasaudit.measures import RATES, attribute_facts, count, measure_disparities
from biasaudit.measures.sensitivity import (
    e_value,
    label_error_bounds,
    measure_confounding,
    measure_label_errors,
    share_to_reach,
)

ERROR_RATES = [rule for rule in RATES if rule.needs_actual]


@given(
    cells=st.lists(st.integers(0, 7), min_size=4, max_size=4),
    rule=st.sampled_from(ERROR_RATES),
    wrong=st.integers(0, 8),
)
def test_bounds_equal_trying_every_set_of_wrong_labels(cells, rule, wrong):
    tn, fp, fn, tp = cells
    total = sum(cells)
    if not total:
        return
    found = []
    for a, b, c, d in itertools.product(range(tn + 1), range(fn + 1), range(fp + 1), range(tp + 1)):
        if a + b + c + d <= wrong:
            moved = {(0, 0): tn - a + b, (1, 0): fn + a - b, (0, 1): fp - c + d, (1, 1): tp + c - d}
            among = sum(moved[cell] for cell in rule.among if cell in moved)
            if among:
                found.append(sum(moved[cell] for cell in rule.counted if cell in moved) / among)
    low, high = label_error_bounds([[tn, fp], [fn, tp]], rule, wrong / total)
    if found:
        assert (low, high) == pytest.approx((min(found), max(found)), abs=1e-9)
    else:
        assert np.isnan(low)


def test_the_share_that_takes_a_gap_away_does_so_and_less_does_not():
    (fpr,) = [rule for rule in RATES if rule.name == "fpr"]
    cells = [[160, 40], [60, 140]]
    share = share_to_reach(cells, fpr, 0.3)
    assert label_error_bounds(cells, fpr, share)[1] >= 0.3 - 1e-9
    assert label_error_bounds(cells, fpr, share - 0.001)[1] < 0.3
    assert share_to_reach(cells, fpr, 0.2) == 0.0


def test_larger_shares_of_wrong_labels_move_gaps_further(people, make_table, make_spec):
    groups, actual, selected = people
    counts = count(make_table(groups, actual=actual), selected)
    facts = attribute_facts(counts, make_spec({"origin": "European"}))
    found = measure_label_errors(counts, facts, (0.01, 0.1), minimum_size=30)
    by = {(one.group, one.measure, one.share): one for one in found}
    for (group, measure, share), one in by.items():
        assert one.low <= one.gap <= one.high
        assert one.could_vanish == (one.low <= 0 <= one.high)
        if one.to_vanish is not None and abs(one.to_vanish - share) > 1e-6:
            assert one.could_vanish == (one.to_vanish <= share)
        if share == 0.1:
            assert one.high - one.low > by[group, measure, 0.01].high - by[group, measure, 0.01].low


@pytest.mark.parametrize(("ratio", "expected"), [(3.9, 7.26), (1.80, 3.00), (2.4, 4.23), (1.0, 1.0), (1 / 3.9, 7.26)])
def test_published_e_values(ratio, expected):
    assert e_value(ratio) == pytest.approx(expected, abs=0.005)


def test_e_values_of_an_audit(people, make_table, make_spec):
    groups, actual, selected = people
    counts = count(make_table(groups, actual=actual), selected)
    facts = attribute_facts(counts, make_spec({"origin": "European", "sex": "male"}))
    options = {"level": 0.95, "tolerance_gap": 0.05, "tolerance_ratio": 0.8, "minimum_size": 30}
    for one in measure_confounding(measure_disparities(counts, facts, **options)):
        assert one.e_value >= one.e_value_limit >= 1
        holds_one = one.ratio.low <= 1 <= one.ratio.high
        assert (one.e_value_limit == 1) == holds_one
