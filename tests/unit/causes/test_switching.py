"""Means under switched arrows: exact in cells, in closed form for linear models, and what they must not do."""

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from biasaudit.causes.columns import make_columns
from biasaudit.causes.parts import STATES
from biasaudit.causes.switching import FOLDS, Comparison, group_mean, switched_mean


def compared(frame, in_group, outcome, ways, *, background=0, weight=None, known=None, seed=0):
    columns = make_columns(frame, list(frame.columns), in_group)
    rng = np.random.default_rng(seed)
    fold = np.zeros(len(frame)) if columns.cells is not None else rng.integers(FOLDS, size=len(frame)).astype(float)
    return Comparison(
        in_group=in_group,
        outcome=outcome,
        weight=np.ones(len(frame)) if weight is None else weight,
        columns=columns,
        background=background,
        ways=ways,
        known=known,
        fold=fold,
    )


def changes(comparison):
    means = [*(switched_mean(comparison, state) for state in STATES), group_mean(comparison)]
    return np.diff([mean.value for mean in means])


def test_cells_give_the_formula_exactly_in_a_population_known_in_full():
    """Every combination of z, x, w, v, y stands in the table five times, weighted by its probability."""
    cells = list(itertools.product((0, 1), repeat=5))
    chance = {
        "x": lambda z: 0.3 + 0.3 * z,
        "w": lambda z, x: 0.2 + 0.2 * z + 0.4 * x,
        "v": lambda x, w: 0.6 - 0.3 * x + 0.2 * w * x,
        "y": lambda z, x, w, v: 0.1 + 0.1 * z + 0.2 * x + 0.3 * w + 0.2 * v * (1 - x),
    }

    def of(p, value):
        return p if value else 1 - p

    def mass(z, x, w, v, y):
        return (
            0.5 * of(chance["x"](z), x) * of(chance["w"](z, x), w) * of(chance["v"](x, w), v)
            * of(chance["y"](z, x, w, v), y)
        )  # fmt: skip

    def mean(direct, other, accepted):
        background = np.array([0.5 * (1 - chance["x"](z)) for z in (0, 1)])
        background /= background.sum()
        return sum(
            background[z]
            * of(chance["w"](z, other), w)
            * of(chance["v"](accepted, w), v)
            * chance["y"](z, direct, w, v)
            for z, w, v in itertools.product((0, 1), repeat=3)
        )

    rows = np.repeat(np.array(cells), 5, axis=0)
    weight = np.repeat([mass(*cell) for cell in cells], 5)
    frame = pd.DataFrame(rows[:, [0, 2, 3]], columns=["z", "w", "v"])
    comparison = compared(
        frame, rows[:, 1] == 1, rows[:, 4].astype(float), ("unjustified", "justified", "direct"),
        background=1, weight=weight,
    )  # fmt: skip
    group = sum(mass(z, 1, w, v, 1) for z, w, v in itertools.product((0, 1), repeat=3)) / sum(
        mass(z, 1, w, v, y) for z, w, v, y in itertools.product((0, 1), repeat=4)
    )
    wanted = [mean(0, 0, 0), mean(1, 0, 0), mean(1, 1, 0), mean(1, 1, 1), group]
    assert changes(comparison) == pytest.approx(np.diff(wanted), abs=1e-12)


def linear_world(n, seed):
    """Effects are products of coefficients: direct −1, by u 0.8 · 0.7, by j −0.6 · 0.9."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=n)
    x = rng.random(n) < 1 / (1 + np.exp(0.5 - 0.5 * z))
    u = 0.5 * z + 0.8 * x + rng.normal(size=n)
    j = 0.3 * z - 0.6 * x + rng.normal(size=n)
    y = 0.5 * z - 1.0 * x + 0.7 * u + 0.9 * j + rng.normal(size=n)
    return pd.DataFrame({"z": z, "u": u, "j": j}), x, y


def test_effects_of_a_linear_model_are_products_of_its_coefficients():
    frame, x, y = linear_world(20_000, 1)
    comparison = compared(frame, x, y, ("unjustified", "justified", "direct"), background=1)
    means = [*(switched_mean(comparison, state) for state in STATES)]
    for (before, after), truth in zip(itertools.pairwise(means), (-1.0, 0.56, -0.54), strict=True):
        error = np.sqrt(np.sum((after.influence - before.influence) ** 2)) / len(y)
        assert error < 0.03
        assert after.value - before.value == pytest.approx(truth, abs=3 * error)


def test_parts_add_up_to_the_gap_whatever_the_world():
    frame, x, y = linear_world(500, 2)
    comparison = compared(frame, x, y, ("unjustified", "justified", "direct"), background=1)
    assert changes(comparison).sum() == pytest.approx(y[x].mean() - y[~x].mean(), abs=1e-12)


def test_without_background_everything_switched_is_the_group_itself():
    frame, x, y = linear_world(500, 3)
    comparison = compared(frame[["u", "j"]], x, y, ("unjustified", "justified", "direct"))
    assert changes(comparison)[-1] == pytest.approx(0, abs=1e-12)


def test_a_model_that_is_asked_and_does_not_see_the_attribute_has_no_direct_part():
    frame, x, _ = linear_world(600, 4)
    decided = (frame["u"] > 0.3).to_numpy(dtype=float)
    comparison = compared(frame, x, decided, ("unjustified", "justified", "direct"), background=1, known=(decided,) * 2)
    assert changes(comparison)[0] == 0
    learnt = changes(replace(comparison, known=None))
    assert abs(learnt[0]) < 0.1
    assert changes(comparison)[1] == pytest.approx(learnt[1], abs=0.1)


def test_interactions_go_to_the_part_that_is_switched_later():
    """All act only together: y = x and w. Switched alone, the direct arrow changes what w is in the reference."""
    x = np.repeat([False, True], 100)
    w = np.concatenate([np.repeat([0, 1], [80, 20]), np.repeat([0, 1], [30, 70])])
    comparison = compared(pd.DataFrame({"w": w}), x, (x & (w == 1)).astype(float), ("justified", "direct"))
    assert changes(comparison) == pytest.approx([0.2, 0, 0.5, 0], abs=1e-12)


def test_people_who_are_not_alike_leave_few_to_compare():
    rng = np.random.default_rng(5)
    x = np.arange(400) < 200
    frame = pd.DataFrame({"w": rng.normal(size=400) + 6 * x})
    alike = switched_mean(compared(frame, x, rng.random(400), ("justified", "direct")), STATES[1])
    assert alike.people < 20


def test_weights_stand_for_people():
    frame, x, y = linear_world(300, 6)
    discrete = (frame > 0).astype(int)[["u", "j"]]
    ways = ("unjustified", "justified", "direct")
    twice = pd.concat([discrete, discrete[:150]], ignore_index=True)
    weight = np.where(np.arange(300) < 150, 2.0, 1.0)
    weighted = compared(discrete, x, y, ways, weight=weight)
    repeated = compared(twice, np.append(x, x[:150]), np.append(y, y[:150]), ways)
    assert changes(weighted) == pytest.approx(changes(repeated), abs=1e-12)


def test_missing_values_and_many_levels_are_read():
    rng = np.random.default_rng(7)
    n = 400
    x = rng.random(n) < 0.4
    number = rng.normal(size=n)
    number[::7] = np.nan
    frame = pd.DataFrame({"number": number, "town": rng.choice([f"t{at}" for at in range(40)] + [None], n)})
    found = changes(compared(frame, x, rng.random(n), ("unjustified", "justified", "direct")))
    assert np.isfinite(found).all()
