"""Pay, time, speed, hours and rejections: planted ones are found again, and nobody is shown alone."""

import numpy as np
import pandas as pd
import pytest

from biasaudit.data.annotations import AnnotationLog
from biasaudit.data.table import Table
from biasaudit.results import ALL_GROUPS, AttributeFacts, Fingerprint, GroupSize
from biasaudit.spec import FloorSpec
from biasaudit.traces import (
    measure_conditions,
    measure_conditions_of_all,
    measure_hours,
    measure_reading_times,
    measure_speed,
    unknown_conditions,
)
from biasaudit.traces.clustered import clustered_median, clustered_share, percentile_of_people, within_contrast
from biasaudit.traces.conditions.working import working_frame

SOURCE = Fingerprint(role="annotations", source="x", sha256="0" * 64)
FLOOR = FloorSpec(amount=6.0, name="minimum wage")


def as_log(frame, units=("vendor",), attributes=()):
    return AnnotationLog(frame=frame, units=units, attributes=attributes, dropped=(), fingerprint=SOURCE)


def log_of(annotators, pay=0.1, seconds=36.0, unit="v", **more):
    n = len(annotators)
    units = [unit] * n if isinstance(unit, str) else unit
    columns = {"item": range(n), "annotator": annotators, "label": 1.0, "pay": pay, "seconds": seconds}
    return as_log(pd.DataFrame({**columns, "unit:vendor": pd.Categorical(units), **more}))


# Pay and time


def test_hourly_pay_is_the_median_over_annotators_of_pay_over_their_time():
    found = measure_conditions(log_of([0, 1, 2, 3, 4], seconds=[36, 36, 36, 36, 216]), "EUR")[0]
    assert found.hourly_pay == found.pay.value == pytest.approx(10.0)
    assert found.pay_with_pauses == pytest.approx(0.5 * 3600 / 360)
    assert (found.annotators, found.labels, found.median_seconds, found.currency) == (5, 5, 36.0, "EUR")


def test_a_label_left_open_over_a_pause_counts_for_a_usual_one():
    who = np.repeat(np.arange(5), 10)
    seconds = np.where(np.arange(50) % 10 == 9, 7_200.0, 36.0)
    found = measure_conditions(log_of(who, seconds=seconds), "EUR")[0]
    assert found.hourly_pay == pytest.approx(10 * 0.1 * 3600 / 360)
    assert found.pay_with_pauses == pytest.approx(10 * 0.1 * 3600 / (9 * 36 + 7_200))


def test_units_of_fewer_than_five_annotators_are_left_out():
    assert measure_conditions(log_of([0, 1, 2, 3, 3, 3]), "EUR") == ()
    assert measure_conditions_of_all(log_of([0, 1, 2, 3, 3, 3]), "EUR") is None


def test_pay_known_for_fewer_than_five_annotators_is_not_shown():
    found = measure_conditions(log_of([0, 1, 2, 3, 4], pay=[0.1, 0.1, 0.1, 0.1, None]), "EUR", FLOOR)[0]
    assert found.hourly_pay is None
    assert found.currency is None
    assert found.pay_with_pauses is None
    assert {found.pay.reason, found.low_pay.reason, found.below_floor.reason} == {"known for fewer than 5 annotators"}
    assert found.median_seconds == 36.0


def test_what_is_missing_is_said():
    bare = log_of(list(range(6)), pay=np.nan, seconds=np.nan)
    (found,) = measure_conditions(bare, None, FLOOR)
    assert found.below_floor.reason == "the log does not say what labels were paid"
    assert found.seconds.reason == "the log does not say how long labels took"
    assert found.rejected.reason == "the log does not say which labels were accepted"
    assert measure_conditions(log_of(list(range(6))), None)[0].below_floor.reason.startswith("no floor is declared")
    assert unknown_conditions(bare) == ("pay", "seconds", "started", "accepted")
    assert unknown_conditions(log_of([0])) == ("started", "accepted")


def test_what_was_not_accepted_was_not_paid_and_still_took_time():
    who = np.repeat(np.arange(6), 4)
    accepted = np.tile([1.0, 1.0, 1.0, 0.0], 6)
    seconds = np.tile([30.0, 30.0, 30.0, 90.0], 6)
    (found,) = measure_conditions(log_of(who, seconds=seconds, accepted=accepted), "EUR", FLOOR)
    assert found.rejected.value == 0.25
    assert found.unpaid_time.value == 0.5
    assert found.hourly_pay == pytest.approx(0.3 * 3600 / 180)
    assert found.pay_if_accepted == pytest.approx(0.4 * 3600 / 180)
    assert found.below_floor.value == 0.0
    assert measure_conditions(log_of(who), "EUR")[0].pay_if_accepted is None


def test_planted_pay_and_floor_are_recovered():
    rng = np.random.default_rng(3)
    people, labels = 120, 40
    usual = rng.lognormal(np.log(12.0), 0.4, people)
    who = np.repeat(np.arange(people), labels)
    seconds = usual[who] * rng.lognormal(0, 0.3, people * labels)
    vendor = np.where(who < 60, "near", "far")
    log = log_of(who, pay=np.where(who < 60, 0.04, 0.02), seconds=seconds, unit=vendor)
    found = {one.unit: one for one in measure_conditions(log, "USD", FLOOR)}
    mean_time = np.exp(0.3**2 / 2)
    for unit, cents, half in (("near", 0.04, usual[:60]), ("far", 0.02, usual[60:])):
        truth = cents * 3600 / (half * mean_time)
        assert found[unit].hourly_pay == pytest.approx(np.median(truth), rel=0.05)
        assert found[unit].pay.low < np.median(truth) < found[unit].pay.high
        assert found[unit].low_pay.value == pytest.approx(np.quantile(truth, 0.1), rel=0.1)
        assert found[unit].below_floor.value == pytest.approx((truth < 6).mean(), abs=0.06)
        assert found[unit].labels_below_floor.value == found[unit].below_floor.value
    of_all = measure_conditions_of_all(log, "USD", FLOOR)
    assert (of_all.unit, of_all.annotators, of_all.labels) == (ALL_GROUPS, people, people * labels)
    assert of_all.below_floor.value == pytest.approx(np.mean([found[u].below_floor.value for u in found]))


def test_a_percentile_is_not_what_one_person_has():
    few, more = np.arange(1.0, 8.0), np.arange(1.0, 61.0)
    assert percentile_of_people(few[:4], 0.5, method="pay", level=0.95).value is None
    median = percentile_of_people(few, 0.5, method="pay", level=0.95)
    assert (median.value, median.low, median.high) == (4.0, None, None)
    assert percentile_of_people(np.arange(49.0), 0.1, method="pay", level=0.95).value is None
    assert percentile_of_people(more, 0.1, method="pay", level=0.95).value == pytest.approx(6.9)


def test_units_that_lie_in_others_say_in_which():
    who = np.arange(40)
    frame = log_of(who).frame.assign(
        **{
            "unit:vendor": pd.Categorical(np.where(who < 20, "A", "B")),
            "unit:platform": pd.Categorical(np.array(["p", "q", "r", "s"])[who // 10]),
            "unit:batch": pd.Categorical(np.array(["x", "y", "z"])[who % 3]),
        }
    )
    found = measure_conditions(as_log(frame, units=("platform", "vendor", "batch")), None)
    chains = {(one.unit_kind, one.unit): one.chain for one in found}
    assert chains["platform", "r"] == ("B",)
    assert chains["vendor", "B"] == chains["batch", "x"] == ()


def test_attributes_of_annotators_have_conditions_too():
    who = np.arange(12)
    frame = log_of(who).frame.assign(**{"attribute:country": pd.Categorical(np.where(who < 6, "KE", "FR"))})
    found = measure_conditions(as_log(frame, attributes=("country",)), None)
    assert [(one.about, one.unit_kind, one.unit) for one in found] == [
        ("unit", "vendor", "v"),
        ("annotator", "country", "FR"),
        ("annotator", "country", "KE"),
    ]


# Intervals that know that people give many labels


def test_a_share_of_labels_has_the_coverage_it_promises():
    rng = np.random.default_rng(8)
    hits = 0
    for _ in range(600):
        chance = rng.beta(2, 6, 30)
        sizes = rng.integers(5, 60, 30)
        found = clustered_share(rng.binomial(sizes, chance), sizes, level=0.95)
        hits += found.low <= 0.25 <= found.high
    assert 0.93 <= hits / 600 <= 0.975


def test_a_share_of_none_or_all_still_has_an_interval():
    none = clustered_share([0.0] * 8, [10.0] * 8, level=0.95)
    assert (none.value, none.low) == (0.0, 0.0)
    # Eight people, not eighty labels.
    assert 0.3 < none.high < 0.45
    assert clustered_share([0.0], [10.0], level=0.95).value is None


def test_a_median_of_labels_has_the_coverage_it_promises():
    rng = np.random.default_rng(9)
    hits = 0
    for _ in range(400):
        who = np.repeat(np.arange(25), 20)
        values = rng.normal(0, 1, 25)[who] + rng.normal(0, 1, 500)
        found = clustered_median(values, who, level=0.95)
        hits += found.low <= 0 <= found.high
    assert 0.92 <= hits / 400 <= 0.98


def test_a_contrast_within_annotators_is_that_of_least_squares_clustered_two_ways():
    sm = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng(4)
    who = np.repeat(np.arange(12), 25)
    item = np.concatenate([rng.permutation(60)[:25] for _ in range(12)])
    sort = rng.random(60)[item] < 0.4
    values = 0.3 * sort + rng.normal(0, 1, 12)[who] + rng.normal(0, 0.5, 60)[item] + rng.normal(0, 1, 300)
    found = within_contrast(values, sort, who, item, level=0.95)
    design = np.column_stack([sort.astype(float), np.eye(12)[who]])
    fit = sm.OLS(values, design).fit()
    assert found.value == pytest.approx(fit.params[0], abs=1e-10)

    def variance(kind, size, **more):
        clustered = fit.get_robustcov_results(cov_type=kind, **more).cov_params()[0, 0]
        return clustered * size / (size - 1)

    plain = {"use_correction": False, "df_correction": False}
    by_person = variance("cluster", 12, groups=who, **plain)
    by_item = variance("cluster", len(np.unique(item)), groups=item, **plain)
    both = by_person + by_item - variance("HC0", 300)
    # 2.2009852: t with 11 degrees of freedom.
    half = 2.2009852 * np.sqrt(max(both, by_person, by_item))
    assert (found.low, found.high) == pytest.approx((found.value - half, found.value + half), rel=1e-7)


# Time by group


def items_of(groups):
    n = len(groups)
    empty = pd.DataFrame(index=range(n))
    return Table(
        frame=empty, ids=pd.Index([str(one) for one in range(n)]), groups=pd.DataFrame({"origin": pd.Categorical(groups)}),
        strata=empty, periods=None, outcome=None, truth=None, weight=np.ones(n), is_judged=np.ones(n, dtype=bool),
        features=(), rows_read=n, dropped=(), fingerprint=SOURCE,
    )  # fmt: skip


def facts_of(groups):
    names, sizes = np.unique(groups, return_counts=True)
    sizes = tuple(GroupSize(group=str(name), n=int(n)) for name, n in zip(names, sizes, strict=True))
    return (AttributeFacts(name="origin", columns=("origin",), reference="native", groups=sizes),)


def timed_log(seed=0, *, hurried=0.6, items=400, people=30, votes=3):
    """Labels of two vendors; the people of one take less time for foreign items, and quick people see more of them."""
    rng = np.random.default_rng(seed)
    groups = np.where(rng.random(items) < 0.4, "foreign", "native")
    item = np.repeat(np.arange(items), votes)
    who = np.argsort(rng.random((items, people)), axis=1)[:, :votes].ravel()
    usual = rng.lognormal(3, 0.5, people)[who]
    is_hurried = (who % 2 == 0) & (groups[item] == "foreign")
    seconds = usual * np.where(is_hurried, hurried, 1.0) * rng.lognormal(0, 0.4, len(item))
    log = log_of(who, seconds=seconds, unit=np.where(who % 2 == 0, "rush", "calm"), started=pd.NaT)
    return as_log(log.frame.assign(item=item)), groups


def test_a_planted_haste_about_one_group_is_found_in_the_unit_that_has_it():
    log, groups = timed_log()
    found = {one.unit: one for one in measure_reading_times(items_of(groups), log, facts_of(groups), level=0.95)}
    assert found["rush"].ratio.low < 0.6 < found["rush"].ratio.high < 0.7
    assert found["rush"].p_adjusted < 0.001
    assert found["calm"].ratio.low < 1 < found["calm"].ratio.high
    assert found["rush"].seconds.value < found["rush"].seconds_reference.value
    assert found[ALL_GROUPS].n_items == (groups == "foreign").sum()
    assert set(found) == {ALL_GROUPS, "rush", "calm"}


def test_quick_people_who_see_much_of_one_group_make_no_difference_between_groups():
    rng = np.random.default_rng(1)
    groups = np.repeat(["foreign", "native"], 200)
    who = np.concatenate(
        [rng.choice(20, 200, p=np.r_[[0.08] * 10, [0.02] * 10]) for _ in range(1)] + [rng.choice(20, 200)]
    )
    seconds = np.where(who < 10, 5.0, 20.0) * rng.lognormal(0, 0.3, 400)
    log = log_of(who, seconds=seconds)
    (found,) = measure_reading_times(items_of(groups), log, facts_of(groups), level=0.95)
    assert found.seconds.value < found.seconds_reference.value
    assert found.ratio.low < 1 < found.ratio.high


def test_a_unit_whose_few_annotators_saw_a_group_says_nothing_of_it():
    log, groups = timed_log()
    frame = log.frame.copy()
    frame.loc[
        (frame["unit:vendor"] == "calm") & (frame["annotator"] > 7) & (groups[frame["item"]] == "foreign"), "seconds"
    ] = np.nan
    found = {
        one.unit: one for one in measure_reading_times(items_of(groups), as_log(frame), facts_of(groups), level=0.95)
    }
    assert found["calm"].ratio.value is found["calm"].seconds.value is found["calm"].p_value is None
    assert found["calm"].ratio.reason.startswith("fewer than 5 annotators")
    assert found["rush"].ratio.value is not None


# Speed


def speedy_log(seed, *, knee, people=40, labels=40, careless=0.45, unit=None):
    """Labels that are right nine times in ten, but drawn carelessly in the fastest share of each person's."""
    rng = np.random.default_rng(seed)
    items = people * labels // 5
    item = np.concatenate([rng.permutation(items) for _ in range(5)])
    who = np.tile(np.arange(people), labels)
    truth = rng.random(items) < 0.5
    place = np.empty(len(who))
    for one in range(people):
        place[who == one] = (rng.permutation(labels) + 0.5) / labels
    wrong = rng.random(len(who)) < np.where(place < knee, careless, 0.1)
    seconds = rng.lognormal(2.5, 0.3, people)[who] * (0.3 + place)
    log = log_of(who, seconds=seconds, **({} if unit is None else {"unit": unit[who]}))
    return as_log(log.frame.assign(item=item, label=(truth[item] ^ wrong).astype(float)))


def test_a_planted_knee_is_recovered():
    hits = 0
    for seed in range(12):
        (found,) = measure_speed(speedy_log(seed, knee=0.3), seed=seed, level=0.95)
        assert found.rise.low > 0
        assert found.bands[0].seconds < found.knee_seconds < found.bands[-1].seconds
        hits += found.knee.low <= 0.3 <= found.knee.high
        assert abs(found.knee.value - 0.3) < 0.11
    assert hits >= 11


def test_no_knee_is_told_where_none_was_planted():
    curves = [measure_speed(speedy_log(seed, knee=0.0), seed=seed, level=0.95)[0] for seed in range(60)]
    assert sum(curve.knee.value is not None for curve in curves) <= 7
    assert sum(not curve.rise.low <= 0 <= curve.rise.high for curve in curves) <= 8
    untold = next(curve for curve in curves if curve.knee.value is None)
    assert untold.knee_seconds is None
    assert untold.knee.reason.startswith("no speed can be told")


def test_slow_labels_that_differ_more_are_no_knee():
    log = speedy_log(0, knee=0.3)
    turned = as_log(log.frame.assign(seconds=1_000 / log.frame["seconds"]))
    (found,) = measure_speed(turned, seed=0, level=0.95)
    assert found.knee.value is None
    assert found.rise.high < 0


def test_speed_is_told_of_each_unit_and_of_none_with_too_few_labels():
    unit = np.array(["big"] * 30 + ["new"] * 10)
    log = speedy_log(0, knee=0.3, unit=unit)
    frame = log.frame.copy()
    is_new = (frame["unit:vendor"] == "new").to_numpy()
    frame.loc[is_new & (frame.groupby("annotator").cumcount() >= 8), "seconds"] = np.nan
    found = {one.unit: one for one in measure_speed(as_log(frame), seed=0, level=0.95)}
    assert found["big"].knee.value is not None
    assert found["new"].bands == ()
    assert found["new"].rise.reason.startswith("fewer than 5 annotators have 10 labels")


def test_speed_needs_times_and_labels_of_two_kinds():
    log = speedy_log(0, knee=0.3, people=10)
    assert measure_speed(as_log(log.frame.assign(seconds=np.nan)), seed=0, level=0.95) == ()
    assert measure_speed(as_log(log.frame.assign(label=0.3)), seed=0, level=0.95) == ()


def test_a_label_is_held_against_what_most_others_said():
    frame = pd.DataFrame(
        {"item": [0, 0, 0, 1, 1, 2], "annotator": [0, 1, 2, 0, 1, 0], "label": [1.0, 1.0, 0.0, 1.0, 0.0, 1.0]}
    )
    differs = working_frame(as_log(frame, units=()))["differs"].tolist()
    assert differs[:5] == [0.5, 0.5, 1.0, 1.0, 1.0]
    assert np.isnan(differs[5])


# Hours


def hourly(hours, who):
    started = pd.to_datetime([f"2025-01-07T{hour:02d}:30:00Z" for hour in hours])
    return log_of(who, started=started)


def test_hours_of_few_people_are_told_together_only():
    hours = [9] * 12 + [10] * 7 + [3, 3, 4]
    who = [*range(12), *range(7), 0, 1, 2]
    found = measure_hours(hourly(hours, who), level=0.95)
    # Three people at three and four o'clock: the smallest shown hour joins them.
    assert [(band.hours, band.labels, band.annotators) for band in found] == [((9,), 12, 12), ((3, 4, 10), 10, 7)]
    assert sum(band.share for band in found) == pytest.approx(1)
    assert all(band.annotators >= 5 for band in found)


def test_hours_of_many_people_stand_alone_and_no_starts_say_nothing():
    found = measure_hours(hourly([9] * 6 + [21] * 6, [*range(6)] * 2), level=0.95)
    assert [band.hours for band in found] == [(9,), (21,)]
    assert measure_hours(hourly([9] * 4, range(4)), level=0.95) == ()
    assert measure_hours(log_of([0, 1, 2, 3, 4, 5]), level=0.95) == ()


# What the log says
