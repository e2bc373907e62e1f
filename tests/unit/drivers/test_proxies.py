"""Stand-ins: planted strengths are found, chance is not."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from biasaudit.drivers import ALL_FEATURES, measure_proxies
from biasaudit.drivers import proxies as proxies_module


def strengths(proxies, attribute="sex"):
    return {proxy.feature: proxy.strength for proxy in proxies if proxy.attribute == attribute}


def covers(estimate, truth, slack=0.0):
    return estimate.low - slack <= truth <= estimate.high + slack


@pytest.fixture
def planted():
    rng = np.random.default_rng(7)
    n = 6000
    sex = rng.choice(["female", "male"], n)
    female = sex == "female"
    return pd.DataFrame(
        {
            "sex": sex,
            "noise": rng.normal(size=n),
            "height": rng.normal(size=n) - 1.0 * female,
            "copy": np.where(female, "f", "m"),
            "name": np.where(rng.random(n) < 0.8, np.where(female, "Ann", "Bob"), np.where(female, "Bob", "Ann")),
            "other": rng.normal(size=n) + 1.0 * female,
            "far": np.abs(rng.normal(size=n)) * np.where(female, 1, rng.choice([-1, 1], n)),
        }
    )


def test_planted_strengths_are_found(make_table, facts_of, planted):
    table = make_table(planted, protected=("sex",))
    found = strengths(measure_proxies(table, facts_of(table, sex="male"), tuple(planted.columns), seed=0))
    assert "sex" not in found
    assert found["copy"].value == pytest.approx(1)
    assert covers(found["noise"], 0)
    # Binning a normal shift of one standard deviation loses little of 2 Φ(1/√2) - 1.
    assert covers(found["height"], 2 * norm.cdf(1 / np.sqrt(2)) - 1, slack=0.02)
    ann = planted.name == "Ann"
    told = ann[planted.sex == "female"].mean() - ann[planted.sex == "male"].mean()
    assert found["name"].value == pytest.approx(told, abs=0.005)
    assert found["far"].value == pytest.approx(0.5, abs=0.05)


def test_together_features_tell_more_than_each(make_table, facts_of, planted):
    table = make_table(planted, protected=("sex",))
    features = ("noise", "height", "other")
    found = strengths(measure_proxies(table, facts_of(table, sex="male"), features, seed=0))
    assert covers(found[ALL_FEATURES], 2 * norm.cdf(1) - 1, slack=0.02)
    assert found[ALL_FEATURES].low > found["height"].high
    assert list(found) == [*features, ALL_FEATURES]


def test_more_than_two_groups_are_averaged_against_the_reference(make_table, facts_of):
    rng = np.random.default_rng(3)
    origin = rng.choice(["here", "near", "far"], 4000)
    frame = pd.DataFrame({"origin": origin, "mark": np.where(origin == "far", "x", "y")})
    table = make_table(frame)
    found = strengths(measure_proxies(table, facts_of(table, origin="here"), ("mark",), seed=0), "origin")
    assert found["mark"].value == pytest.approx(0.5, abs=0.02)
    assert "mean over groups" in found["mark"].method


def test_intervals_cover_chance_about_as_often_as_they_say(make_table, facts_of):
    hits = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        frame = pd.DataFrame({"sex": rng.choice(["female", "male"], 400), "x": rng.normal(size=400)})
        table = make_table(frame)
        found = measure_proxies(table, facts_of(table, sex="male"), ("x",), seed=seed)
        hits.append([covers(proxy.strength, 0) for proxy in found])
    assert (np.mean(hits, axis=0) >= 0.85).all()


def test_missing_values_may_tell_and_the_not_recorded_are_left_out(make_table, facts_of):
    rng = np.random.default_rng(3)
    sex = rng.choice(["female", "male", "(not recorded)"], 1500)
    frame = pd.DataFrame({"sex": sex, "x": np.where(sex == "female", np.nan, rng.normal(size=1500))})
    table = make_table(frame)
    found = strengths(measure_proxies(table, facts_of(table, sex="male"), ("x",), seed=0))
    assert found["x"].value == pytest.approx(1)


def test_a_small_group_has_no_strength_and_a_reason(make_table, facts_of):
    frame = pd.DataFrame({"sex": ["female"] * 5 + ["male"] * 100, "x": np.arange(105.0)})
    table = make_table(frame)
    found = strengths(measure_proxies(table, facts_of(table, sex="male"), ("x",), seed=0))
    assert found["x"].value is None
    assert "fewer than 10 people" in found["x"].reason


def test_the_seed_decides_and_the_order_of_rows_does_not(make_table, facts_of, planted, monkeypatch):
    table = make_table(planted, protected=("sex",))
    facts = facts_of(table, sex="male")
    monkeypatch.setattr(proxies_module, "MOST_ROWS", 2000)
    first = measure_proxies(table, facts, ("height", "name"), seed=1)
    assert measure_proxies(table, facts, ("height", "name"), seed=1) == first
    turned = table.take(np.arange(len(table))[::-1])
    again = measure_proxies(turned, facts, ("height", "name"), seed=1)
    for a, b in zip(first, again, strict=True):
        assert a.strength.value == pytest.approx(b.strength.value, abs=1e-9)


def test_intersections_are_passed_over(make_table, facts_of, world):
    frame, _ = world(300)
    table = make_table(frame)
    found = measure_proxies(table, facts_of(table, sex="male", sex_x_origin="male x here"), ("grade",), seed=0)
    assert {proxy.attribute for proxy in found} == {"sex"}
