"""Training without some inputs or with other weights does what theory and a model made by hand say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from biasaudit.errors import NotApplicableError
from biasaudit.remedies import drop_way, reweighing_way, reweighing_weights, stand_ins
from biasaudit.results import AttributeFacts, Driver, DriverTotal, GroupSize, Proxy, estimated


def gap_of(world, selected):
    is_b = (world.table.judged().frame["group"] == "b").to_numpy()
    return selected[is_b].mean() - selected[~is_b].mean()


def test_without_the_stand_in_only_the_gap_in_merit_is_left(make_people, make_world):
    world = make_world(make_people(n=24_000, seed=1, merit_gap=-0.5))
    selected, _ = drop_way(world.bench, world.model, ["name"]).decide(world.bench.now)
    share_b = (world.table.judged().frame["group"] == "b").to_numpy().mean()
    line = np.linspace(-2, 2, 40_001)
    total = share_b * norm.sf(line + 0.5) + (1 - share_b) * norm.sf(line)
    at = line[np.argmin(np.abs(total - 0.4))]
    known = norm.sf(at + 0.5) - norm.sf(at)
    assert gap_of(world, world.bench.today.selected) < known - 0.15
    assert gap_of(world, selected) == pytest.approx(known, abs=0.03)


@pytest.mark.parametrize("dropped", [["name"], ["kind"], ["merit", "kind"]])
@pytest.mark.parametrize("train", ["logistic_regression", "gradient_boosting"])
def test_dropping_is_training_without_the_column(make_world, dropped, train):
    model = {"train": train, "share": 0.4}
    world = make_world(model=model)
    selected, _ = drop_way(world.bench, world.model, dropped).decide(world.bench.now)
    plain = make_world(model=model, features=[name for name in ("merit", "name", "kind") if name not in dropped])
    np.testing.assert_allclose(selected, plain.bench.today.selected, atol=1e-9)


def test_columns_that_are_none_and_all_of_them_are_refused(world):
    with pytest.raises(NotApplicableError, match="'nam' is not among"):
        drop_way(world.bench, world.model, ["nam"])
    with pytest.raises(NotApplicableError, match="no feature would be left"):
        drop_way(world.bench, world.model, ["merit", "name", "kind"])


def by_hand(codes, labels, weight):
    """Kamiran & Calders' table, cell by cell, as aif360 computes it: W(g) W(y) / (W W(g, y))."""
    out = np.ones(len(codes))
    for place, (group, label) in enumerate(zip(codes, labels, strict=True)):
        of_group, of_label = weight[codes == group].sum(), weight[labels == label].sum()
        both = weight[(codes == group) & (labels == label)].sum()
        out[place] = of_group * of_label / (weight.sum() * both)
    return out


rows = st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.floats(0.1, 5)), min_size=2, max_size=40)


@given(rows=rows, seed=st.integers(0, 1_000))
def test_reweighing_follows_the_formula_makes_label_and_group_independent_and_knows_no_order(rows, seed):
    codes = np.array([row[0] for row in rows])
    labels = np.array([float(row[1]) for row in rows])
    weight = np.array([row[2] for row in rows])
    positive, negative = reweighing_weights(codes, labels, weight)
    factor = np.where(labels == 1, positive, negative)
    np.testing.assert_allclose(factor, by_hand(codes, labels, weight), rtol=1e-12)
    order = np.random.default_rng(seed).permutation(len(rows))
    positive, negative = reweighing_weights(codes[order], labels[order], weight[order])
    np.testing.assert_allclose(np.where(labels[order] == 1, positive, negative), factor[order], rtol=1e-9)
    full = [group for group in set(codes) if len(set(labels[codes == group])) == len(set(labels))]
    rates = [np.average(labels[codes == group], weights=(weight * factor)[codes == group]) for group in full]
    np.testing.assert_allclose(rates, np.average(labels, weights=weight), rtol=1e-9)


def test_labels_between_0_and_1_are_two_rows_each():
    codes, labels, weight = np.array([0, 0, 1]), np.array([0.25, 1.0, 0.0]), np.array([2.0, 1.0, 1.0])
    positive, negative = reweighing_weights(codes, labels, weight)
    twice = np.array([0, 0, 0, 1]), np.array([1.0, 0.0, 1.0, 0.0]), np.array([0.5, 1.5, 1.0, 1.0])
    hard = by_hand(*twice)
    np.testing.assert_allclose([positive[0], negative[0], positive[1], negative[2]], hard)


def test_reweighing_trains_with_those_weights(world):
    from sklearn.linear_model import LogisticRegression

    trainer = world.model.trainer
    codes = world.table.attribute("group").codes.astype(int)[trainer.rows]
    selected, _ = reweighing_way(world.bench, trainer, codes, aimed_at="group").decide(world.bench.now)
    weight = by_hand(codes, trainer.labels, trainer.weight)
    plain = LogisticRegression(tol=1e-10, max_iter=5_000).fit(
        trainer.prepare(trainer.frame), trainer.labels, sample_weight=weight
    )
    scores = plain.predict_proba(trainer.judged)[:, 1]
    np.testing.assert_allclose(selected, world.bench.decide(scores, None))


def driver(feature, value, attribute="group", scale="decision", spread=0.01):
    contribution = estimated(value, value - spread, value + spread, method="m")
    return Driver(
        attribute=attribute, group="b", reference="a", scale=scale, feature=feature, contribution=contribution
    )


def proxy(feature, strength, attribute="group", p=None):
    told = estimated(strength, strength - 0.05, strength + 0.05, method="m")
    return Proxy(attribute=attribute, feature=feature, strength=told, p_adjusted=p)


def test_stand_ins_tell_the_group_and_carry_its_gap_the_strongest_first():
    sizes = (GroupSize(group="a", n=50), GroupSize(group="b", n=50))
    fact = AttributeFacts(name="group", columns=("group",), reference="a", groups=sizes)
    total = DriverTotal(
        attribute="group",
        group="b",
        reference="a",
        scale="decision",
        total=-0.3,
        sum_of_contributions=-0.3,
        rows_explained=9,
        method="m",
    )
    drivers = [
        driver("weak name", -0.1),
        driver("name", -0.08),
        driver("merit", -0.2),
        driver("against", 0.1),
        driver("unsure", -0.005),
        driver("group", -0.05),
        driver("other scale", -0.1, scale="score"),
        driver("of sex", -0.1, attribute="sex"),
        driver("by chance", -0.1),
        driver("address", -0.15),
    ]
    strengths = {"weak name": 0.2, "name": 0.9, "merit": 0.02, "against": 0.9, "unsure": 0.9, "other scale": 0.9}
    proxies = [proxy(*pair) for pair in strengths.items()] + [proxy("of sex", 0.9, "sex")]
    proxies += [proxy("by chance", 0.2, p=0.3), proxy("postcode", 0.3, p=0.001)]
    found = stand_ins(fact, drivers, [total], proxies, scale="decision", most=9)
    assert found == ("name", "group", "weak name")
    assert stand_ins(fact, drivers, [total], proxies, scale="decision", most=1) == ("name",)
    together = {"address": ("postcode", "street")}
    found = stand_ins(fact, drivers, [total], proxies, scale="decision", most=9, feature_groups=together)
    assert found == ("name", "group", "address", "weak name")
