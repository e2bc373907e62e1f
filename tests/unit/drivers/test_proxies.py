"""Stand-ins: planted strengths are found, chance is not."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from sklearn.linear_model import Ridge
from sklearn.metrics import roc_auc_score

from biasaudit.drivers import ALL_FEATURES, measure_proxies
from biasaudit.drivers import proxies as proxies_module
from biasaudit.drivers.telling import Joined, People, strengths_of_levels


def strengths(proxies, attribute="sex"):
    return {proxy.feature: proxy.strength for proxy in proxies if proxy.attribute == attribute}


def covers(estimate, truth, slack=0.0):
    return estimate.low - slack <= truth <= estimate.high + slack


@pytest.fixture(autouse=True)
def _few_shuffles(monkeypatch):
    """Shuffle seldom: what must hold does not depend on how often."""
    monkeypatch.setattr(proxies_module, "SHUFFLES", 399)
    monkeypatch.setattr(proxies_module, "SHUFFLES_TOGETHER", 199)


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
    origin = rng.choice(["here", "near", "far"], 4000, p=[0.5, 0.1, 0.4])
    frame = pd.DataFrame({"origin": origin, "mark": np.where(origin == "far", "x", "y")})
    table = make_table(frame)
    found = strengths(measure_proxies(table, facts_of(table, origin="here"), ("mark",), seed=0), "origin")
    # The mark tells the far without error and the near not at all: four of five of the two are far.
    assert found["mark"].value == pytest.approx(0.8, abs=0.03)
    assert "mean over groups" in found["mark"].method


def test_chance_is_seldom_called_more_than_chance(make_table, facts_of, monkeypatch):
    monkeypatch.setattr(proxies_module, "SHUFFLES", 199)
    monkeypatch.setattr(proxies_module, "SHUFFLES_TOGETHER", 99)
    hits, low = [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        frame = pd.DataFrame({"sex": rng.choice(["female", "male"], 400), "x": rng.normal(size=400)})
        table = make_table(frame)
        found = measure_proxies(table, facts_of(table, sex="male"), ("x",), seed=seed)
        hits.append([covers(proxy.strength, 0) for proxy in found])
        low.append([proxy.p_value <= 0.05 for proxy in found])
    assert (np.mean(hits, axis=0) >= 0.9).all()
    # 60 worlds, 3 expected: 9 or more come by chance in 4 of 1,000 tries.
    assert (np.sum(low, axis=0) <= 8).all()


def test_planted_stand_ins_are_told_from_chance_and_noise_is_not(make_table, facts_of, planted):
    table = make_table(planted, protected=("sex",))
    found = {
        proxy.feature: proxy
        for proxy in measure_proxies(table, facts_of(table, sex="male"), ("noise", "height", "name"), seed=0)
    }
    assert found["name"].p_value == pytest.approx(1 / (1 + proxies_module.SHUFFLES))
    assert found["height"].p_adjusted < 0.01
    assert found["noise"].p_value > 0.05
    assert found[ALL_FEATURES].p_value == pytest.approx(1 / (1 + proxies_module.SHUFFLES_TOGETHER))
    assert found["noise"].p_adjusted >= found["noise"].p_value
    for proxy in found.values():
        band = proxy.chance
        assert band.low < 0 < band.high < 0.06
        assert band.low <= band.value <= band.high
        assert "shuffles" in band.method


def people_of(codes, seed=0):
    rng = np.random.default_rng(seed)
    folds = np.empty(len(codes), dtype=int)
    for code in np.unique(codes):
        members = rng.permutation(np.flatnonzero(codes == code))
        folds[members] = np.arange(len(members)) % 5
    return People(codes=codes, folds=folds, groups=int(codes.max()))


@pytest.mark.parametrize("groups", [1, 3])
def test_a_shuffle_is_measured_like_the_people_themselves(groups):
    """By scikit-learn's area under the curve, person by person."""
    rng = np.random.default_rng(5)
    codes, levels = rng.integers(0, groups + 1, 300), rng.integers(0, 6, 300)
    people = people_of(codes)
    shuffled = codes.copy()
    for fold in people.parts():
        shuffled[fold] = rng.permutation(shuffled[fold])
    areas = []
    for test in people.parts():
        learnt = np.setdiff1d(np.arange(300), test)
        for group in range(1, groups + 1):
            pair = learnt[np.isin(shuffled[learnt], [0, group])]
            overall = (shuffled[pair] == group).mean()
            guess = [
                ((shuffled[pair][levels[pair] == level] == group).sum() + overall) / ((levels[pair] == level).sum() + 1)
                for level in range(6)
            ]
            judged = test[np.isin(shuffled[test], [0, group])]
            area = roc_auc_score(shuffled[judged] == group, np.array(guess)[levels[judged]])
            areas.append(area * (codes == group).sum() / (codes > 0).sum())
    found = strengths_of_levels(levels, people, np.stack([codes, shuffled]))
    assert found[1] == pytest.approx(2 * np.sum(areas) / 5 - 1)
    assert found[0] != pytest.approx(found[1])


def test_one_feature_alone_tells_as_much_as_all_features_when_it_is_all_there_is():
    rng = np.random.default_rng(6)
    codes = rng.integers(0, 2, 400)
    levels = np.where(rng.random(400) < 0.3, codes, rng.integers(0, 8, 400))
    people = people_of(codes)
    shuffles = np.stack([codes, *(rng.permutation(codes) for _ in range(3))])
    for fold in people.parts():
        shuffles[1:, fold] = rng.permuted(np.tile(codes[fold], (3, 1)), axis=1)
    together = Joined([levels], people).strengths(shuffles)
    assert together == pytest.approx(strengths_of_levels(levels, people, shuffles))


def test_all_features_together_are_a_ridge_regression(planted):
    codes = (planted.sex == "female").to_numpy().astype(int)[:600]
    levels = [pd.qcut(planted[name][:600], 5, labels=False).to_numpy() for name in ("height", "other", "noise")]
    people = people_of(codes)
    guesses = Joined(levels, people).guesses(codes[None])
    matrix = np.hstack([part[:, None] == np.arange(5) for part in levels]).astype(float)
    for test, guess in zip(people.parts(), guesses, strict=True):
        learnt = np.setdiff1d(np.arange(600), test)
        share = codes[learnt].mean()
        ridge = Ridge(alpha=1.0, fit_intercept=False).fit(matrix[learnt], codes[learnt] - share)
        fitted = share + ridge.predict(matrix[test])
        assert guess[0, 0] == pytest.approx(fitted / share - (1 - fitted) / (1 - share), abs=1e-6)


def test_a_column_that_the_model_does_not_read_is_told_apart_from_the_inputs(make_table, facts_of, planted):
    table = make_table(planted, protected=("sex",))
    found = {
        proxy.feature: proxy
        for proxy in measure_proxies(table, facts_of(table, sex="male"), ("noise",), seed=0, besides=("copy", "noise"))
    }
    assert list(found) == ["noise", "copy", ALL_FEATURES]
    assert [proxy.is_input for proxy in found.values()] == [True, False, True]
    assert found["copy"].strength.value == pytest.approx(1)
    assert found[ALL_FEATURES].strength.value < 0.1


def test_very_many_levels_are_shuffled_less_often(make_table, facts_of, monkeypatch):
    monkeypatch.setattr(proxies_module, "_MOST_CELLS", 30_000)
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"sex": rng.choice(["female", "male"], 1500), "name": rng.integers(0, 120, 1500).astype(str)})
    table = make_table(frame)
    found = measure_proxies(table, facts_of(table, sex="male"), ("name",), seed=0)[0]
    assert found.chance.method.startswith("250 shuffles")
    assert covers(found.strength, 0)


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
