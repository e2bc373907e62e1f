"""Gaps within strata and by period."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable

from biasaudit.measures import attribute_facts, count, mantel_haenszel, measure_periods, measure_strata, newcombe

#: Berkeley 1973, six departments: men rejected and admitted, women rejected and admitted (Bickel and others 1975).
BERKELEY = {
    "A": (313, 512, 19, 89),
    "B": (207, 353, 8, 17),
    "C": (205, 120, 391, 202),
    "D": (279, 138, 244, 131),
    "E": (138, 53, 299, 94),
    "F": (351, 22, 317, 24),
}


@pytest.fixture
def measure(make_table, make_spec):
    def conditional(groups, selected, protected, **columns):
        counts = count(make_table(groups, **columns), np.asarray(selected, dtype=float))
        return counts, attribute_facts(counts, make_spec(protected))

    return conditional


@given(st.lists(st.tuples(*[st.integers(0, 30)] * 4), min_size=1, max_size=6))
def test_the_test_equals_statsmodels(cells):
    tables = [np.array([[a, b], [c, d]], dtype=float) for a, b, c, d in cells if a + b and c + d]
    k, n, q, m = (
        np.array(part, dtype=float) for part in zip(*[(a, a + b, c, c + d) for a, b, c, d in cells], strict=True)
    )
    found = mantel_haenszel(k, n, q, m)
    if not any(0 < table[:, 0].sum() < table.sum() for table in tables):
        assert np.isnan(found.p_value)
        return
    assert found.p_value == pytest.approx(StratifiedTable(tables).test_null_odds(correction=False).pvalue, rel=1e-9)


@given(st.integers(1, 60), st.integers(1, 60), st.data())
def test_one_stratum_is_the_plain_gap_with_its_plain_variance(n, m, data):
    k, q = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    found = mantel_haenszel(*(np.array([float(part)]) for part in (k, n, q, m)))
    p, r = k / n, q / m
    assert found.value == pytest.approx(p - r, abs=1e-12)
    assert found.variance == pytest.approx(p * (1 - p) / n + r * (1 - r) / m, abs=1e-12)


@pytest.mark.parametrize("strata", [2, 40])
def test_the_stratified_interval_covers_with_few_and_with_many_strata(strata):
    rng = np.random.default_rng(8)
    base = rng.uniform(0.2, 0.6, strata)
    n, m = rng.integers(2, 6, strata) * 80 // strata + 2, rng.integers(2, 6, strata) * 120 // strata + 2
    gap, held, runs = 0.1, 0, 1500
    for _ in range(runs):
        k, q = rng.binomial(n, base + gap), rng.binomial(m, base)
        found = mantel_haenszel(*(part.astype(float) for part in (k, n, q, m)))
        held += abs(found.value - gap) <= 1.96 * found.variance**0.5
    assert 0.93 < held / runs < 0.97


def test_berkeley_reverses(measure):
    rows = [
        (department, sex, chosen, number)
        for department, (men_no, men_yes, women_no, women_yes) in BERKELEY.items()
        for sex, chosen, number in (
            ("men", 0, men_no),
            ("men", 1, men_yes),
            ("women", 0, women_no),
            ("women", 1, women_yes),
        )
    ]
    frame = pd.DataFrame(rows, columns=["department", "sex", "chosen", "number"])
    frame = frame.loc[frame.index.repeat(frame["number"])].reset_index(drop=True)
    counts, facts = measure(
        {"sex": frame["sex"]}, frame["chosen"], {"sex": "men"}, strata={"department": frame["department"]}
    )
    (found,) = measure_strata(counts, facts)
    assert found.pooled.value == pytest.approx(557 / 1835 - 1198 / 2691)
    assert found.stratified.value > 0 > found.pooled.value
    assert found.signs_disagree
    assert [part.stratum for part in found.by_stratum] == list("ABCDEF")
    first = found.by_stratum[0]
    assert first.gap.value == pytest.approx(89 / 108 - 512 / 825)
    assert (first.gap.low, first.gap.high) == pytest.approx(tuple(newcombe(89, 108, 512, 825)))
    # Cochran-Mantel-Haenszel of the six tables, as R's mantelhaen.test(correct = FALSE) prints it: 1.5246.
    assert found.p_value == pytest.approx(0.2169, abs=1e-4)


def test_a_stratum_without_one_side_informs_nothing(measure):
    counts, facts = measure(
        {"g": ["a", "a", "b", "b", "a"]}, [1, 0, 1, 1, 0], {"g": "b"}, strata={"office": ["x", "x", "x", "x", "y"]}
    )
    (found,) = measure_strata(counts, facts)
    assert found.stratified.value == pytest.approx(-0.5)
    alone = found.by_stratum[1]
    assert (alone.n_group, alone.n_reference) == (1, 0)
    assert (alone.gap.value, alone.rate_reference.value) == (None, None)
    assert alone.gap.reason


def test_no_shared_stratum_at_all(measure):
    counts, facts = measure({"g": ["a", "b"]}, [1, 0], {"g": "b"}, strata={"office": ["x", "y"]})
    (found,) = measure_strata(counts, facts)
    assert (found.stratified.value, found.p_value, found.signs_disagree) == (None, None, False)


def test_rates_of_zero_and_one_give_no_false_certainty(measure):
    counts, facts = measure({"g": ["a", "a", "b", "b"]}, [0, 0, 0, 0], {"g": "b"}, strata={"office": ["x"] * 4})
    (found,) = measure_strata(counts, facts)
    assert (found.stratified.value, found.stratified.low, found.p_value) == (0.0, None, None)
    assert found.stratified.reason
    assert not found.signs_disagree


def test_periods(measure):
    counts, facts = measure(
        {"g": ["a", "b"] * 20}, [1, 0] * 10 + [0, 0] * 10, {"g": "b"}, periods=["82"] * 20 + ["83"] * 20
    )
    first, second = measure_periods(counts, facts)
    assert (first.period, first.gap.value, first.n_group, first.rate_group.value) == ("82", 1.0, 10, 1.0)
    assert (second.period, second.gap.value) == ("83", 0.0)


def test_nothing_declared_nothing_measured(measure):
    counts, facts = measure({"g": ["a", "b"]}, [1, 0], {"g": "b"})
    assert measure_strata(counts, facts) == ()
    assert measure_periods(counts, facts) == ()
