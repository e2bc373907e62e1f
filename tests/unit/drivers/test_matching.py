"""Near twins: planted gaps are found among people alike, by the closed form where there is one."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from biasaudit.drivers import match_pairs
from biasaudit.drivers import matching as matching_module
from biasaudit.drivers.distances import code_people
from biasaudit.errors import NotApplicableError


def people(n, seed, *, gap=0.0, shift=1.0):
    """Decisions depend on a grade, which differs by sex, and on sex itself by `gap`."""
    rng = np.random.default_rng(seed)
    female = rng.random(n) < 0.4
    grade = rng.normal(size=n) - shift * female
    chance = np.clip(0.5 + 0.15 * grade + gap * female, 0, 1)
    frame = pd.DataFrame({"sex": np.where(female, "female", "male"), "grade": grade, "town": rng.choice(["a", "b"], n)})
    return frame, (rng.random(n) < chance).astype(float)


def matched(make_table, make_spec, facts_of, frame, selected, *, features=("grade", "town"), strata=None, **more):
    weight, flip, scores = more.get("weight"), more.get("flip", ()), more.get("scores")
    table = make_table(frame, features=features, protected=("sex",), weight=weight)
    if strata is not None:
        table = replace(table, strata=pd.DataFrame({"stratum": pd.Categorical(strata)}))
    spec = make_spec(decision="d", flip=flip)
    return match_pairs(table, np.asarray(selected), scores, spec, facts_of(table, sex="male"), seed=0)


def test_a_planted_gap_is_found_among_people_alike(make_table, make_spec, facts_of):
    frame, selected = people(4000, 1, gap=-0.2)
    (one,) = matched(make_table, make_spec, facts_of, frame, selected)
    female = frame.sex == "female"
    raw = selected[female].mean() - selected[~female].mean()
    assert raw < -0.3
    assert one.gap.low <= -0.2 <= one.gap.high
    assert one.gap.high - one.gap.low < 0.12
    assert one.p_adjusted == one.p_value < 1e-6
    assert one.gap.value == pytest.approx(one.rate_group.value - one.rate_reference.value)
    assert (one.attribute, one.group, one.reference) == ("sex", "female", "male")
    assert one.n == female.sum() >= one.n_group > 0.95 * one.n
    assert 0 < one.n_reference <= (~female).sum()
    grade = next(balance for balance in one.balance if balance.feature == "grade")
    assert grade.before == pytest.approx(-1, abs=0.1)
    assert abs(grade.after) < 0.05


def by_hand(frame, selected):
    """The estimator person by person, where twins agree in every feature."""
    mine, theirs = (frame.index[frame.sex == sex] for sex in ("female", "male"))
    keys = frame.drop(columns="sex").astype(str).agg("/".join, axis=1)
    twins = {i: [j for j in theirs if keys[j] == keys[i]] for i in mine}
    d = np.array([selected[i] - np.mean([selected[j] for j in twins[i]]) for i in mine])
    part, square = dict.fromkeys(theirs, 0.0), dict.fromkeys(theirs, 0.0)
    for found in twins.values():
        for j in found:
            part[j] += 1 / len(found)
            square[j] += 1 / len(found) ** 2
    spread = pd.Series(selected[theirs]).groupby(keys[theirs].to_numpy()).transform("var").to_numpy()
    reuse = sum((part[j] ** 2 - square[j]) * spread[place] for place, j in enumerate(theirs))
    n = len(mine)
    variance = ((d - d.mean()) ** 2).sum() / n**2 * n / (n - 1) + reuse / n**2
    return d.mean(), t.ppf(0.975, n - 1) * np.sqrt(variance)


def test_where_twins_are_exact_it_is_the_closed_form(make_table, make_spec, facts_of):
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "sex": rng.choice(["female", "male"], 300),
            "grade": rng.integers(0, 4, 300).astype(float),
            "town": rng.choice(["a", "b"], 300),
        }
    )
    selected = (rng.random(300) < 0.3 + 0.1 * frame.grade).to_numpy().astype(float)
    (one,) = matched(make_table, make_spec, facts_of, frame, selected)
    gap, half = by_hand(frame, selected)
    assert one.gap.value == pytest.approx(gap)
    assert (one.gap.low, one.gap.high) == pytest.approx((gap - half, gap + half))
    # The same is the gap within each kind of person, each kind counting for its women (direct standardisation).
    told = frame.assign(y=selected)
    means, sizes = (
        told.pivot_table(index=["grade", "town"], columns="sex", values="y", aggfunc=how) for how in ("mean", "size")
    )
    women = sizes["female"]
    assert gap == pytest.approx(((means["female"] - means["male"]) * women).sum() / women.sum())
    assert one.n_group == one.n
    assert one.n_reference == (frame.sex == "male").sum()


@pytest.mark.parametrize("gap", [0.0, -0.15])
def test_intervals_cover_the_planted_gap_about_as_often_as_they_say(make_table, make_spec, facts_of, gap):
    hits = []
    for seed in range(80):
        frame, selected = people(400, seed, gap=gap, shift=0.5)
        (one,) = matched(make_table, make_spec, facts_of, frame, selected)
        hits.append(one.gap.low <= gap <= one.gap.high)
    # 95 % of 80; fewer than 70 would come by chance less than once in 500.
    assert np.sum(hits) >= 70


def test_a_twin_shares_the_stratum(make_table, make_spec, facts_of):
    frame = pd.DataFrame({"sex": ["female"] * 40 + ["male"] * 60, "grade": 1.0, "town": "a"})
    strata = np.array(["x"] * 20 + ["y"] * 20 + ["x"] * 30 + ["z"] * 30)
    selected = np.array([1.0] * 20 + [0.0] * 20 + [0.0] * 30 + [1.0] * 30)
    (one,) = matched(make_table, make_spec, facts_of, frame, selected, strata=strata)
    assert (one.n, one.n_group, one.n_reference) == (40, 20, 30)
    assert one.gap.value == pytest.approx(1)
    assert [(balance.before, balance.after) for balance in one.balance] == [(None, None)] * 2
    assert one.within == ("stratum",)


def test_people_without_anybody_near_have_no_twin(make_table, make_spec, facts_of):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"sex": ["female"] * 60 + ["male"] * 200, "grade": rng.normal(size=260), "town": "a"})
    frame.loc[:29, "grade"] += 50
    (one,) = matched(make_table, make_spec, facts_of, frame, rng.integers(0, 2, 260).astype(float))
    assert one.n_group == 30
    frame.loc[:54, "grade"] += 50
    (few,) = matched(make_table, make_spec, facts_of, frame, np.ones(260))
    assert few.n_group <= 5
    assert few.gap.value is few.rate_group.value is few.p_value is None
    assert few.gap.reason == "fewer than 10 people of the group have a twin"
    assert few.balance == ()


def test_declared_stand_ins_are_not_compared(make_table, make_spec, facts_of):
    frame, selected = people(600, 5)
    frame["name"] = np.where(frame.sex == "female", "Ann", "Bob")
    features = ("grade", "name", "sex")
    flip = [{"attribute": "sex", "to": "male", "set": {"name": "Bob", "sex": "male"}}]
    (bare,) = matched(make_table, make_spec, facts_of, frame, selected, features=features)
    assert bare.left_out == ("sex",)
    assert bare.n_group == 0
    (one,) = matched(make_table, make_spec, facts_of, frame, selected, features=features, flip=flip)
    assert one.left_out == ("sex", "name")
    assert one.compared_on == ("grade",)
    assert one.n_group > 200


def test_exact_twins_are_scored_alike_by_a_model_that_reads_nothing_else(make_table, make_spec, facts_of):
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"sex": rng.choice(["female", "male"], 400), "grade": rng.integers(0, 5, 400)})
    scores = frame.grade.to_numpy() / 5
    selected = (scores > 0.5).astype(float)
    (one,) = matched(make_table, make_spec, facts_of, frame, selected, features=("grade",), scores=scores)
    assert one.gap.value == one.score_gap.value == 0
    assert one.p_value is None
    # That no pair differs does not prove that none would.
    assert one.gap.low < 0 < one.gap.high < 0.05


def test_weights_count_like_copies_and_the_order_of_rows_changes_nothing(make_table, make_spec, facts_of):
    frame, selected = people(300, 8)
    copies = np.random.default_rng(0).integers(1, 4, 300)
    frame["grade"] = frame.grade.round(1)
    table = make_table(frame, features=("grade",), protected=("sex",))
    places = code_people(table.frame[["grade"]]).places
    (weighted,) = matched(make_table, make_spec, facts_of, frame, selected, features=("grade",), weight=copies)
    assert places.shape == (300, 1)
    rows = np.repeat(np.arange(300), copies)
    (copied,) = matched(
        make_table, make_spec, facts_of, frame.iloc[rows].reset_index(drop=True), selected[rows], features=("grade",)
    )
    assert weighted.gap.value == pytest.approx(copied.gap.value, abs=0.02)

    turned = table.take(np.arange(300)[::-1])
    spec, facts = make_spec(decision="d"), facts_of(table, sex="male")
    once = match_pairs(table, selected, None, spec, facts, seed=0)[0]
    again = match_pairs(turned, selected[::-1].copy(), None, spec, facts, seed=0)[0]
    assert again.gap.value == pytest.approx(once.gap.value)
    assert again.gap.low == pytest.approx(once.gap.low)


def test_two_people_at_random_are_one_apart():
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(
        {"a": rng.normal(size=2000) * 30, "b": rng.choice(list("xyz"), 2000), "c": rng.normal(size=2000)}
    )
    frame["twice"] = 2 * frame.a
    coded = code_people(frame)
    assert coded.places.shape == (2000, 4)  # one column a level but one; a and its double are one direction
    apart = ((coded.places - coded.places[rng.permutation(2000)]) ** 2).sum(axis=1).mean()
    assert apart == pytest.approx(1, abs=0.05)
    inverse = np.linalg.pinv(np.cov(coded.columns.T, bias=True), rcond=1e-8)
    difference = coded.columns[0] - coded.columns[1]
    assert ((coded.places[0] - coded.places[1]) ** 2).sum() == pytest.approx(difference @ inverse @ difference / 8)


def test_missing_values_are_near_each_other_and_constants_say_nothing():
    coded = code_people(pd.DataFrame({"a": [1.0, 2.0, np.nan, np.nan], "same": 5}))
    assert coded.columns[2].tolist() == coded.columns[3].tolist()
    assert np.allclose(coded.places[2], coded.places[3])
    assert not np.allclose(coded.places[0], coded.places[2])
    assert code_people(pd.DataFrame({"same": [5, 5, 5]})).places.tolist() == [[0.0]] * 3


def test_large_tables_are_looked_at_in_part(make_table, make_spec, facts_of, monkeypatch):
    monkeypatch.setattr(matching_module, "MOST_ROWS", 500)
    frame, selected = people(2000, 1)
    (one,) = matched(make_table, make_spec, facts_of, frame, selected)
    assert one.n < 260


def test_without_a_feature_there_is_nothing_to_compare(make_table, make_spec, facts_of):
    frame, selected = people(100, 1)
    with pytest.raises(NotApplicableError, match="No feature is left"):
        matched(make_table, make_spec, facts_of, frame, selected, features=("sex",))
