"""Whom a rule overrules: known answers, clustered intervals as statsmodels has them, pay, and small pools."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import t as student

from biasaudit.data.annotations import AnnotationLog
from biasaudit.data.table import Table
from biasaudit.results import Fingerprint
from biasaudit.spec import AnnotationsSpec
from biasaudit.traces import Rule, measure_dissent

SOURCE = Fingerprint(role="annotations", source="x", sha256="0" * 64)
MAJORITY = Rule(name="majority", tie=0.0)


def table_of(n, truth=None):
    nothing = pd.DataFrame(index=range(n))
    return Table(
        frame=nothing, ids=pd.Index([str(one) for one in range(n)]), groups=nothing, strata=nothing, periods=None,
        outcome=None, truth=truth, weight=np.ones(n), is_judged=np.ones(n, dtype=bool), features=(), rows_read=n,
        dropped=(), fingerprint=SOURCE,
    )  # fmt: skip


def log_of(item, annotator, label, pool, pay=np.nan, *, unit=True):
    name = "unit:pool" if unit else "attribute:pool"
    frame = pd.DataFrame(
        {"item": item, "annotator": annotator, "label": np.asarray(label, dtype=float), "pay": pay, "seconds": np.nan}
    )
    frame[name] = pd.Categorical(pool)
    units, attributes = (("pool",), ()) if unit else ((), ("pool",))
    return AnnotationLog(frame=frame, units=units, attributes=attributes, dropped=(), fingerprint=SOURCE)


def crowd(seed=0, items=120, annotators=30, each=7):
    """Pool b disagrees more: half of its annotators answer the other way every third time."""
    rng = np.random.default_rng(seed)
    truth = (rng.random(items) < 0.5).astype(float)
    who = np.concatenate([rng.choice(annotators, each, replace=False) for _ in range(items)])
    item = np.repeat(np.arange(items), each)
    pool = np.where(who < annotators // 2, "a", "b")
    flips = rng.random(len(item)) < np.where(pool == "b", 0.35, 0.05)
    label = np.where(flips, 1 - truth[item], truth[item])
    return truth, item, who, label, pool


def measured(log, n, *, truth=None, paid=None, rule=MAJORITY, currency=None):
    spec = AnnotationsSpec(units=log.units, attributes=log.attributes, minority_paid=paid, currency=currency)
    return {one.value: one for one in measure_dissent(table_of(n, truth), log, spec, rule, level=0.95)}


def test_a_share_is_counted_against_the_others_and_their_ties_are_left_out():
    """Item 0 is 1 1 1 0: the last is overruled. Item 1 is 1 1 0: for the two ones the others are tied. Item 2 is alone."""
    item = [0, 0, 0, 0, 1, 1, 1, 2]
    who = [0, 1, 2, 3, 4, 5, 6, 0]
    found = measured(log_of(item, who, [1, 1, 1, 0, 1, 1, 0, 1], ["a"] * 8), 3)["a"]
    assert found.labels == 5
    assert found.overruled.value == pytest.approx(2 / 5)


@pytest.mark.parametrize("pool", ["a", "b"])
def test_intervals_are_those_of_a_mean_clustered_by_annotator(pool):
    _, item, who, label, pools = crowd()
    found = measured(log_of(item, who, label, pools), 120)[pool]
    positive = np.bincount(item, label)[item] - label
    said = np.where(2 * positive > 6, 1.0, np.where(2 * positive < 6, 0.0, np.nan))
    kept = (pools == pool) & ~np.isnan(said)
    overruled = (said != label)[kept].astype(float)
    fit = sm.OLS(overruled, np.ones(kept.sum())).fit(
        cov_type="cluster", cov_kwds={"groups": who[kept], "use_correction": False}, use_t=True
    )
    clusters = len(np.unique(who[kept]))
    spread = fit.bse[0] * np.sqrt(clusters / (clusters - 1))
    assert found.overruled.value == pytest.approx(fit.params[0])
    reach = (found.overruled.high - found.overruled.low) / 2
    assert reach == pytest.approx(spread * student.ppf(0.975, clusters - 1))


def test_a_difference_is_that_of_a_regression_clustered_by_annotator():
    _, item, who, label, pools = crowd(2)
    found = measured(log_of(item, who, label, pools), 120)
    positive = np.bincount(item, label)[item] - label
    kept = 2 * positive != 6
    overruled = ((2 * positive > 6) != label)[kept].astype(float)
    design = np.column_stack([np.ones(kept.sum()), (pools == "b")[kept]])
    fit = sm.OLS(overruled, design).fit(cov_type="cluster", cov_kwds={"groups": who[kept], "use_correction": False})
    against = found["b"].against_others
    assert against.value == pytest.approx(fit.params[1])
    clusters = len(np.unique(who[kept]))
    spread = fit.bse[1] * np.sqrt(clusters / (clusters - 1))
    assert (against.high - against.low) / 2 == pytest.approx(spread * student.ppf(0.975, clusters - 1))
    assert found["b"].p_adjusted < 0.01
    assert found["a"].against_others.value == pytest.approx(-against.value)


def test_pools_that_answer_alike_are_not_told_apart_more_often_than_chance_allows():
    told = 0
    for seed in range(40):
        _, item, who, label, _ = crowd(seed, items=80)
        pools = np.where(np.random.default_rng(seed).permutation(30)[who] < 15, "x", "y")
        told += measured(log_of(item, who, label, pools), 80)["x"].p_adjusted <= 0.05
    assert told <= 6


def test_an_overruled_label_that_is_the_truth_was_right():
    truth, item, who, label, pools = crowd(3)
    found = measured(log_of(item, who, label, pools), 120, truth=truth)
    without = measured(log_of(item, who, label, pools), 120)
    assert 0 <= found["b"].overruled_right.value < 0.5
    assert without["b"].overruled_right.value is None
    assert "annotators have such labels" in without["b"].overruled_right.reason
    # All labels turned round: the minority is the truth then.
    turned = measured(log_of(item, who, label, pools), 120, truth=1 - truth)
    assert turned["b"].overruled_right.value == pytest.approx(1 - found["b"].overruled_right.value)


def test_pay_is_lost_only_where_the_minority_is_unpaid_and_is_the_pay_of_those_labels():
    _, item, who, label, pools = crowd(4)
    log = log_of(item, who, label, pools, pay=0.5)
    paid = measured(log, 120, paid=True, currency="EUR")["b"]
    assert (paid.pay_lost, paid.pay_lost_share, paid.currency) == (None, None, None)
    unpaid = measured(log, 120, paid=False, currency="EUR")["b"]
    overruled = unpaid.overruled.value * unpaid.labels
    assert unpaid.pay_lost == pytest.approx(0.5 * overruled)
    assert unpaid.pay_lost_share == pytest.approx(overruled / (pools == "b").sum())
    assert unpaid.currency == "EUR"


def test_pay_that_fewer_than_five_annotators_have_is_not_added_up():
    _, item, who, label, pools = crowd(5)
    pay = np.where(np.isin(who, [15, 16, 17, 18]), 0.5, np.nan)
    assert measured(log_of(item, who, label, pools, pay=pay), 120, paid=False)["b"].pay_lost is None


def test_nothing_is_said_of_fewer_than_five_annotators():
    _, item, who, label, _ = crowd(6)
    pools = np.where(who < 4, "few", "many")
    found = measured(log_of(item, who, label, pools, unit=False), 120)
    assert set(found) == {"(everyone)", "many"}
    assert found["many"].against_others is None
    assert found["many"].p_adjusted is None
    assert not found["many"].is_unit


def test_a_majority_of_their_own_survives_where_the_pool_agrees():
    """Pool b says yes to every item, two of its people an item; three of a say no to half of the items."""
    items = 40
    item = np.repeat(np.arange(items), 5)
    who = np.tile([0, 1, 2, 3, 4], items) + np.repeat(np.arange(items) % 5, 5) * 5
    pools = np.tile(["b", "b", "a", "a", "a"], items)
    label = np.where((pools == "a") & (item % 2 == 0), 0, 1)
    found = measured(log_of(item, who, label, pools), items)
    assert (found["b"].survives.value, found["b"].own_positive) == (0.5, 40)
    assert (found["a"].survives.value, found["a"].own_positive) == (1.0, 20)


def test_a_majority_of_fewer_than_five_items_is_not_followed():
    _, item, who, label, pools = crowd(7, items=6)
    found = measured(log_of(item, who, np.zeros(len(label)), pools), 6)
    assert found["a"].survives.value is None
    assert found["a"].own_positive == 0
