"""Parts add up to the gap, intervals hold planted parts, and disparities equal their definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biasaudit.measures import attribute_facts, count
from biasaudit.measures.decomposition import conditional_disparity, kitagawa, measure_decompositions

SIZES = st.lists(st.integers(1, 60), min_size=2, max_size=5)


@given(data=st.data())
def test_parts_add_up_to_the_gap(data):
    n = np.array(data.draw(SIZES), dtype=float)
    n0 = np.array([data.draw(st.integers(0, 60)) for _ in n], dtype=float)
    n0[0] = max(n0[0], 1)
    k = np.array([data.draw(st.integers(0, int(size))) for size in n], dtype=float)
    k0 = np.array([data.draw(st.integers(0, int(size))) for size in n0], dtype=float)
    parts = kitagawa(k, n, k0, n0)
    assert parts.composition + parts.rates == pytest.approx(k.sum() / n.sum() - k0.sum() / n0.sum(), abs=1e-12)
    back = kitagawa(k0, n0, k, n)
    assert (back.composition, back.rates) == pytest.approx((-parts.composition, -parts.rates), abs=1e-12)


def test_equal_rates_leave_composition_and_equal_shares_leave_rates():
    n, n0 = np.array([100.0, 300.0]), np.array([300.0, 100.0])
    assert kitagawa(n * [0.2, 0.6], n, n0 * [0.2, 0.6], n0).rates == pytest.approx(0)
    assert kitagawa(n * [0.2, 0.6], n, n * [0.4, 0.7], n).composition == pytest.approx(0)


def test_intervals_hold_the_planted_parts():
    rng = np.random.default_rng(2)
    w, w0, p, p0 = (np.array(part) for part in ([0.2, 0.5, 0.3], [0.5, 0.3, 0.2], [0.2, 0.4, 0.6], [0.3, 0.4, 0.7]))
    truth = ((w - w0) @ (p + p0) / 2, (w + w0) @ (p - p0) / 2)
    runs, held = 400, np.zeros(2)
    for _ in range(runs):
        n, n0 = (rng.multinomial(300, share).astype(float) for share in (w, w0))
        found = kitagawa(rng.binomial(n.astype(int), p), n, rng.binomial(n0.astype(int), p0), n0)
        for place, variance in enumerate(found[2:]):
            held[place] += abs(found[place] - truth[place]) <= 1.96 * variance**0.5
    assert np.all(held / runs > 0.92)
    assert np.all(held / runs < 0.98)


@given(data=st.data())
def test_conditional_disparity_equals_its_definition_row_by_row(data):
    rows = data.draw(
        st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.booleans()), min_size=5, max_size=60)
    )
    group, stratum, selected = (np.array(part) for part in zip(*rows, strict=True))
    expected, people = 0.0, 0
    for s in "xyz":
        here = stratum == s
        yes, no = here & selected, here & ~selected
        if yes.any() and no.any():
            disparity = (group[no] == "a").mean() - (group[yes] == "a").mean()
            expected, people = expected + here.sum() * disparity, people + here.sum()
    sums = [
        np.array([(mask & (stratum == s)).sum() for s in "xyz"], dtype=float)
        for mask in ((group == "a") & selected, group == "a", selected, np.ones(len(rows), dtype=bool))
    ]
    found = conditional_disparity(*sums)
    if people:
        assert found.value == pytest.approx(expected / people, abs=1e-12)
    else:
        assert np.isnan(found.value)


def test_a_gap_that_is_all_composition(make_table, make_spec):
    """Berkeley in small: women apply where few are taken."""
    sex = ["f"] * 400 + ["m"] * 400
    dept = ["hard"] * 300 + ["easy"] * 100 + ["hard"] * 100 + ["easy"] * 300
    taken = [1, 0, 0, 0, 0] * 60 + [1, 1, 1, 0, 0] * 20 + [1, 0, 0, 0, 0] * 20 + [1, 1, 1, 0, 0] * 60
    table = make_table({"sex": sex}, strata={"dept": dept})
    counts = count(table, np.array(taken, dtype=float))
    (found,) = measure_decompositions(counts, attribute_facts(counts, make_spec({"sex": "m"})))
    assert found.gap.value == pytest.approx(-0.2)
    assert found.rates.value == pytest.approx(0, abs=1e-12)
    assert found.composition.value == pytest.approx(-0.2)
    assert found.composition.high < 0
    assert found.disparity.low > 0
    assert found.conditional_disparity.value == pytest.approx(0, abs=1e-12)
    assert found.only_one_side == ()


def test_strata_of_one_side_are_named_and_nothing_is_measured_without_strata(make_table, make_spec):
    selected = np.array([1.0, 0, 1, 0])
    table = make_table({"g": list("aabb")}, strata={"s": list("xyyy")})
    counts = count(table, selected)
    (found,) = measure_decompositions(counts, attribute_facts(counts, make_spec({"g": "b"})))
    assert found.only_one_side == ("x",)
    counts = count(make_table({"g": list("aabb")}), selected)
    assert measure_decompositions(counts, attribute_facts(counts, make_spec({"g": "b"}))) == ()
