"""Groups against the most selected one: the ratio, who leads, the exact test, and how many are missing."""

import numpy as np
import pytest
from fairlearn.metrics import MetricFrame, selection_rate
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from biasaudit.errors import NotApplicableError
from biasaudit.measures import attribute_facts, count
from biasaudit.measures.impact import measure_impact_ratios
from biasaudit.results import FEWEST_PEOPLE


@pytest.fixture
def measured(make_table, make_spec):
    def measure(groups, selected, *, intersections=(), weight=None, positive_is="favourable"):
        counts = count(make_table(groups, weight=weight), np.asarray(selected, dtype=float))
        spec = make_spec(dict.fromkeys(groups, "largest"), intersections=intersections)
        return measure_impact_ratios(
            counts, attribute_facts(counts, spec), positive_is=positive_is, level=spec.uncertainty.level
        )

    return measure


@pytest.fixture
def rows():
    """People of groups by their counts: ``rows({"a": (30, 100)})``."""

    def make(groups):
        names = [group for group, (_, n) in groups.items() for _ in range(n)]
        return {"g": names}, [int(i < k) for k, n in groups.values() for i in range(n)]

    return make


def test_a_known_table(measured, rows):
    (one,) = measured(*rows({"a": (12, 40), "b": (48, 80)}))
    assert (one.group, one.reference, one.n_group, one.n_reference) == ("a", "b", 40, 80)
    assert one.ratio.value == pytest.approx(0.5)
    assert one.share == pytest.approx(1 / 3)
    assert one.shortfall == 8  # four fifths of 60 in 100, of 40 people, are 19.2: 20 against 12
    assert one.p_value == pytest.approx(fisher_exact([[12, 28], [48, 32]]).pvalue)
    assert one.p_two_more == pytest.approx(fisher_exact([[14, 26], [46, 34]]).pvalue)


def test_ratios_are_those_of_fairlearn(measured, people):
    groups, actual, selected = people
    kept = groups["origin"] != "(not recorded)"
    frame = MetricFrame(
        metrics=selection_rate, y_true=actual[kept], y_pred=selected[kept], sensitive_features=groups["origin"][kept]
    )
    (one,) = [each for each in measured(groups, selected) if each.attribute == "origin"]
    assert one.ratio.value == pytest.approx(frame.by_group[one.group] / frame.by_group.max())
    assert one.ratio.value == pytest.approx(frame.ratio())


def test_people_who_are_not_recorded_neither_lead_nor_count(measured, rows):
    found = measured(*rows({"a": (10, 50), "b": (20, 50), "(not recorded)": (50, 50)}))
    assert [(one.group, one.reference, one.share) for one in found] == [("a", "b", 0.5)]


@pytest.mark.parametrize("small", [(4, 4), (19, 19)])
def test_a_group_that_is_too_small_does_not_lead(measured, rows, small):
    found = {one.group: one for one in measured(*rows({"a": (100, 500), "b": (200, 500), "c": small}))}
    assert {one.reference for one in found.values()} == {"b"}
    assert found["c"].ratio.value == pytest.approx(2.5)
    assert found["c"].shortfall == 0


def test_a_group_of_two_in_100_leads(measured, rows):
    found = measured(*rows({"a": (100, 480), "b": (200, 500), "c": (20, 20)}))
    assert {one.reference for one in found} == {"c"}


def test_where_nobody_is_selected_there_is_no_ratio(measured, rows):
    (one,) = measured(*rows({"a": (0, 40), "b": (0, 50)}))
    assert one.ratio.value is None
    assert "zero" in one.ratio.reason
    assert one.shortfall is None
    assert one.p_value == 1


def test_intersections_are_compared_too(measured, people):
    groups, _, selected = people
    crossed = [
        each for each in measured(groups, selected, intersections=[["sex", "origin"]]) if " x " in each.attribute
    ]
    assert {each.group for each in crossed} | {crossed[0].reference} == {
        f"{sex} x {origin}" for sex in ("female", "male") for origin in ("European", "non-European")
    }


def test_what_harms_is_not_compared(measured, rows):
    with pytest.raises(NotApplicableError, match="counts against"):
        measured(*rows({"a": (10, 50), "b": (20, 50)}), positive_is="unfavourable")


def test_one_group_is_not_compared(measured, rows):
    with pytest.raises(NotApplicableError, match="two groups"):
        measured(*rows({"a": (10, 50), "(not recorded)": (20, 50)}))


cells = st.integers(FEWEST_PEOPLE, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(table=st.lists(cells, min_size=2, max_size=4))
def test_no_ratio_of_large_groups_is_above_one_and_the_shortfall_is_the_least_that_reaches_four_fifths(
    measured, rows, table
):
    groups = {f"g{i}": cell for i, cell in enumerate(table)}
    for one in measured(*rows(groups)):
        k, n = groups[one.group]
        best, of = groups[one.reference]
        if best == 0:
            assert one.shortfall is None
            continue
        assert one.ratio.value <= 1
        assert one.ratio.low <= one.ratio.value <= one.ratio.high
        assert 5 * (k + one.shortfall) * of >= 4 * best * n
        assert one.shortfall == 0 or 5 * (k + one.shortfall - 1) * of < 4 * best * n


def test_weights_move_the_ratio(measured, rows):
    groups, selected = rows({"a": (20, 40), "b": (40, 40)})
    weight = np.where(np.array(selected) == 1, 1.0, 3.0)
    (one,) = measured(groups, selected, weight=weight)
    assert one.ratio.value == pytest.approx(0.25)
