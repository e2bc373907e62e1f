"""Groups against references: estimates, families, verdicts, and what no data can say."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biasaudit.measures import attribute_facts, benjamini_hochberg, count, measure_disparities
from biasaudit.measures.disparities import CROSSES, NO_REFERENCE_RATE, NO_SETTLING, TOO_FEW

DEFAULTS = {"level": 0.95, "tolerance_gap": 0.05, "tolerance_ratio": 0.8, "minimum_size": 30}


@pytest.fixture
def measured(make_table, make_spec):
    def measure(groups, selected, protected, *, actual=None, weight=None, intersections=(), **options):
        counts = count(make_table(groups, actual=actual, weight=weight), np.asarray(selected, dtype=float))
        options = DEFAULTS | options
        spec = make_spec(protected, intersections=intersections, minimum_size=options["minimum_size"])
        found = measure_disparities(counts, attribute_facts(counts, spec), **options)
        return {(d.attribute, d.group, d.measure, d.statistic): d for d in found}

    return measure


@pytest.fixture
def two(measured):
    """Two groups by their counts: ``two((30, 100), (50, 100))``."""

    def measure(group, reference, **options):
        (k, n), (q, m) = group, reference
        found = measured(
            {"g": ["a"] * n + ["b"] * m}, [1] * k + [0] * (n - k) + [1] * q + [0] * (m - q), {"g": "b"}, **options
        )
        return found["g", "a", "selection_rate", "gap"], found["g", "a", "selection_rate", "ratio"]

    return measure


def test_a_clear_gap_exceeds(two):
    gap, ratio = two((100, 1000), (400, 1000))
    assert (gap.verdict, ratio.verdict) == ("exceeds", "exceeds")
    assert gap.estimate.value == pytest.approx(-0.3)
    assert ratio.estimate.value == pytest.approx(0.25)
    assert gap.p_value == ratio.p_value
    assert gap.rows_needed is None
    assert not gap.reason


def test_equal_groups_have_no_gap(two):
    gap, ratio = two((3000, 10_000), (3000, 10_000))
    assert (gap.estimate.value, ratio.estimate.value, gap.p_value) == (0.0, 1.0, 1.0)
    assert (gap.verdict, ratio.verdict) == ("within", "within")


def test_too_few_people_are_never_judged(two):
    for group, reference in (((0, 29), (900, 1000)), ((0, 1000), (29, 29))):
        gap, ratio = two(group, reference)
        assert (gap.verdict, ratio.verdict, gap.reason) == ("cannot_tell", "cannot_tell", TOO_FEW)
        assert gap.estimate.value is not None


def test_rows_needed_settles_and_one_fewer_does_not(two):
    gap, ratio = two((20, 100), (90, 300))
    for found, place in ((gap, 0), (ratio, 1)):
        assert (found.verdict, found.reason) == ("cannot_tell", CROSSES)
        more = found.rows_needed
        # The reference grows in proportion, so three people of it for one of the group.
        settled = two((round(more * 0.2), more), (round(more * 0.9), 3 * more))[place]
        assert settled.verdict == "exceeds" or settled.rows_needed <= 1.02 * more
        fewer = round(more * 0.9)
        assert two((round(fewer * 0.2), fewer), (round(fewer * 0.9), 3 * fewer))[place].verdict == "cannot_tell"


def test_a_small_group_needs_the_minimum_at_least(two):
    gap, _ = two((2, 20), (90, 100))
    assert gap.reason == TOO_FEW
    assert gap.rows_needed == 30


def test_no_number_of_people_settles_the_border(two):
    _, ratio = two((40, 100), (50, 100))
    assert ratio.estimate.value == pytest.approx(0.8)
    assert (ratio.verdict, ratio.rows_needed, ratio.reason) == ("cannot_tell", None, NO_SETTLING)


def test_a_reference_rate_of_zero(two):
    gap, ratio = two((30, 60), (0, 60))
    assert ratio.estimate.value is None
    assert ratio.deciding.value is None
    assert (ratio.verdict, ratio.reason) == ("cannot_tell", NO_REFERENCE_RATE)
    assert gap.verdict == "exceeds"


def test_no_one_selected_anywhere(two):
    gap, ratio = two((0, 60), (0, 60))
    assert (gap.estimate.value, gap.p_value) == (0.0, 1.0)
    assert ratio.estimate.value is None


def test_an_undefined_rate_has_no_gap_no_p_and_a_reason(measured):
    found = measured({"g": ["a"] * 40 + ["b"] * 40}, [0] * 80, {"g": "b"}, actual=[0] * 40 + [0, 1] * 20)
    gap = found["g", "a", "tpr", "gap"]
    assert (gap.estimate.value, gap.p_value, gap.p_adjusted, gap.verdict) == (None, None, None, "cannot_tell")
    assert gap.reason == "no one of the group is truly positive"
    assert (
        "in the reference"
        in measured({"g": ["a"] * 40 + ["b"] * 40}, [0] * 80, {"g": "a"}, actual=[0] * 40 + [0, 1] * 20)[
            "g", "b", "tpr", "gap"
        ].reason
    )


def test_one_group_has_no_disparity(measured):
    assert measured({"g": ["a"] * 50}, [1, 0] * 25, {"g": "a"}) == {}


def test_the_family_counts_information_once(measured, people):
    groups, actual, selected = people
    found = measured(
        groups, selected, {"sex": "male", "origin": "European"}, actual=actual, intersections=[("sex", "origin")]
    )
    # 1 + 2 + 5 groups held against a reference, in eight rates of distinct information.
    twins = {"fnr": "tpr", "tnr": "fpr", "fdr": "ppv", "for": "npv"}
    judged = {key[:3] for key, d in found.items() if key[2] not in twins and min(d.n_group, d.n_reference) >= 30}
    (level,) = {d.deciding.level for d in found.values()}
    assert level == pytest.approx(1 - 0.05 / len(judged))
    distinct = {key[:3]: d.p_value for key, d in found.items() if key[2] not in twins}
    adjusted = dict(zip(distinct, benjamini_hochberg(list(distinct.values())), strict=True))
    for key, d in found.items():
        twin = twins.get(key[2], key[2])
        assert d.p_adjusted == pytest.approx(adjusted[key[0], key[1], twin])


def test_a_picked_reference_costs_all_pairs(measured):
    groups = {"g": list("abcd") * 100}
    selected = np.random.default_rng(0).integers(0, 2, 400)
    declared = measured(groups, selected, {"g": "a"})
    picked = measured(groups, selected, {"g": "most_selected"})
    assert next(iter(declared.values())).deciding.level == pytest.approx(1 - 0.05 / 3)
    assert next(iter(picked.values())).deciding.level == pytest.approx(1 - 0.05 / 6)


def test_the_deciding_interval_holds_the_shown_one(measured, people):
    groups, actual, selected = people
    found = measured(groups, selected, {"origin": "European", "sex": "male"}, actual=actual)
    for d in found.values():
        assert d.deciding.value == d.estimate.value
        assert d.deciding.low <= d.estimate.low <= d.estimate.value <= d.estimate.high <= d.deciding.high


@given(names=st.permutations(["p", "q", "r"]), seed=st.integers(0, 999))
def test_names_of_groups_change_nothing(measured, names, seed):
    rng = np.random.default_rng(seed)
    place, selected = rng.integers(0, 3, 300), rng.integers(0, 2, 300)
    plain = measured({"g": np.array(["p", "q", "r"])[place]}, selected, {"g": "p"})
    renamed = measured({"g": np.array(names)[place]}, selected, {"g": names[0]})
    for old, new in zip(["q", "r"], names[1:], strict=True):
        for statistic in ("gap", "ratio"):
            one, other = plain["g", old, "selection_rate", statistic], renamed["g", new, "selection_rate", statistic]
            assert one.model_copy(update={"group": "", "reference": ""}) == other.model_copy(
                update={"group": "", "reference": ""}
            )


def test_swapping_group_and_reference(measured, people):
    groups, actual, selected = people
    forth = measured({"sex": groups["sex"]}, selected, {"sex": "male"}, actual=actual)
    back = measured({"sex": groups["sex"]}, selected, {"sex": "female"}, actual=actual)
    for measure in ("selection_rate", "tpr", "ppv"):
        one, other = forth["sex", "female", measure, "gap"], back["sex", "male", measure, "gap"]
        assert one.estimate.value == pytest.approx(-other.estimate.value)
        assert one.estimate.low == pytest.approx(-other.estimate.high)
        assert (one.verdict, one.p_value) == (other.verdict, pytest.approx(other.p_value))
        one, other = forth["sex", "female", measure, "ratio"], back["sex", "male", measure, "ratio"]
        assert one.estimate.value == pytest.approx(1 / other.estimate.value)
        assert one.deciding.high == pytest.approx(1 / other.deciding.low)
        assert one.verdict == other.verdict


def test_the_planted_gap_is_found(measured, people):
    groups, actual, selected = people
    found = measured(groups, selected, {"origin": "European"}, actual=actual)
    planted = found["origin", "non-European", "selection_rate", "gap"]
    assert planted.estimate.low < -0.15 < planted.estimate.high
    assert planted.verdict == "exceeds"
    missing = found["origin", "(not recorded)", "selection_rate", "gap"]
    assert missing.n_group >= 30
    assert missing.verdict == "cannot_tell"


def test_no_alarm_from_interval_alone_where_the_exact_test_disagrees(two):
    # 4 of 30 against 60 of 3,000: the interval alone would lie outside 0.8 to 1.25.
    _, ratio = two((4, 30), (60, 3000), level=0.9992)
    assert ratio.estimate.low > 1.25
    assert ratio.deciding.low == 1.0
    assert ratio.verdict == "cannot_tell"
    assert ratio.rows_needed > 30


@pytest.mark.parametrize(("rate", "tolerance"), [(0.03, (0.0, 1.0)), (0.5, (0.0, 1.0)), (0.05, (0.05, 0.8))])
def test_audits_of_data_without_a_gap_rarely_say_exceeds(measured, rate, tolerance):
    rng = np.random.default_rng(11)
    sizes = [30, 40, 120, 400, 800]
    group = np.repeat(list("abcde"), sizes)
    alarms, audits = 0, 60
    for _ in range(audits):
        actual = (rng.random(group.size) < 0.5).astype(float)
        found = measured(
            {"g": group, "h": rng.choice(["x", "y"], group.size)},
            rng.random(group.size) < rate,
            {"g": "largest", "h": "most_selected"},
            actual=actual,
            tolerance_gap=tolerance[0],
            tolerance_ratio=tolerance[1],
        )
        alarms += any(d.verdict == "exceeds" for d in found.values())
    # At a true chance of 5 % more than 7 of 60 come up once in a hundred times.
    assert alarms <= 7


def test_ties_make_fractional_people(measured):
    halves = measured({"g": ["a"] * 50 + ["b"] * 50}, [0.5] * 100, {"g": "b"})
    gap = halves["g", "a", "selection_rate", "gap"]
    whole = measured({"g": ["a"] * 50 + ["b"] * 50}, [1, 0] * 50, {"g": "b"})["g", "a", "selection_rate", "gap"]
    assert gap.estimate == whole.estimate


def test_every_result_is_well_formed_on_tables_full_of_zeros(measured):
    for cells in itertools.product((0, 35), repeat=4):
        group = ["a"] * (cells[0] + cells[1]) + ["b"] * (cells[2] + cells[3])
        selected = [1] * cells[0] + [0] * cells[1] + [1] * cells[2] + [0] * cells[3]
        if {"a", "b"} == set(group):
            for d in measured({"g": group}, selected, {"g": "b"}, actual=[i % 2 for i in range(len(group))]).values():
                assert (d.verdict == "cannot_tell") == bool(d.reason)
