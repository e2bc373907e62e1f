"""Coefficients of agreement against golden values, against their definitions, and against published figures."""

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from biasaudit.errors import NotApplicableError
from biasaudit.results import ALL_GROUPS
from biasaudit.testing.planted import World
from biasaudit.testing.planted_traces import trace_world
from biasaudit.traces import Ballots, gwet_agreement, krippendorff_alpha, nominal_alpha
from biasaudit.traces.agreement.coefficients import alpha, divided, gradient, gwet, percent_agreement, prevalence
from biasaudit.traces.agreement.tallies import Layout, Scale, item_adds, scale_of, tallies_of

HERE = Path(__file__).parent
GOLDEN = json.loads((HERE / "golden/alpha.json").read_text())
GOLDEN_GWET = json.loads((HERE / "golden/gwet.json").read_text())
DATA = Path(os.environ.get("BIASAUDIT_DATA", "nowhere"))
KINDS = ("nominal", "ordinal", "interval")
COUNTS = st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=2, max_size=10)


def needs(path):
    return pytest.mark.skipif(
        not (DATA / path).is_file(), reason=f"BIASAUDIT_DATA names no folder with {path.split('/')[0]}"
    )


@pytest.mark.parametrize("case", GOLDEN["cases"])
def test_alpha_equals_the_golden_values(case):
    found = krippendorff_alpha(case["counts"], case["level"], case["values"])
    assert found == pytest.approx(case["alpha"], abs=1e-9)


@pytest.mark.parametrize("case", GOLDEN_GWET["cases"])
def test_gwet_equals_the_golden_values(case):
    found = gwet_agreement(case["counts"], case["kind"], case["values"])
    assert found == pytest.approx(case["value"], abs=1.1 * 10 ** -GOLDEN_GWET["decimals"])


def units_of(counts):
    return [[value for value, times in enumerate(row) for _ in range(times)] for row in counts]


def distance(kind, pooled):
    """Krippendorff's distances, from the textbook: ranks between two steps are those of all labels between them."""
    n = np.bincount(pooled, minlength=3)
    if kind == "nominal":
        return lambda a, b: float(a != b)
    if kind == "interval":
        return lambda a, b: float((a - b) ** 2)
    return lambda a, b: (sum(n[min(a, b) : max(a, b) + 1]) - (n[a] + n[b]) / 2) ** 2


def alpha_by_pairs(counts, kind):
    """Alpha from its definition: observed over expected disagreement, pair by pair."""
    units = [unit for unit in units_of(counts) if len(unit) > 1]
    pooled = [value for unit in units for value in unit]
    d, n = distance(kind, pooled), len(pooled)
    observed = sum(d(a, b) / (len(unit) - 1) for unit in units for a in unit for b in unit) / n
    expected = sum(d(a, b) for a in pooled for b in pooled) / (n * (n - 1))
    return 1 - observed / expected if expected else float("nan")


def gwet_by_pairs(counts, kind):
    """AC1 and AC2 from their definition, pair by pair."""
    units, q = [unit for unit in units_of(counts) if unit], 3
    w = (lambda a, b: float(a == b)) if kind == "nominal" else (lambda a, b: 1 - (a - b) ** 2 / (q - 1) ** 2)
    pairs = [[(a, b) for i, a in enumerate(unit) for j, b in enumerate(unit) if i != j] for unit in units]
    agreed = np.mean([np.mean([w(a, b) for a, b in unit]) for unit in pairs if unit])
    share = np.mean([[unit.count(v) / len(unit) for v in range(q)] for unit in units], axis=0)
    weights = sum(w(a, b) for a in range(q) for b in range(q))
    by_chance = weights / (q * (q - 1)) * (share * (1 - share)).sum()
    return (agreed - by_chance) / (1 - by_chance)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40)
@given(counts=COUNTS)
def test_coefficients_equal_their_definitions(kind, counts):
    assume(any(sum(row) > 1 for row in counts))
    assert krippendorff_alpha(counts, kind) == pytest.approx(alpha_by_pairs(counts, kind), nan_ok=True)
    assert gwet_agreement(counts, kind) == pytest.approx(gwet_by_pairs(counts, kind))


@settings(max_examples=30)
@given(counts=COUNTS, copies=st.integers(2, 3))
def test_a_weight_of_two_is_the_item_twice(counts, copies):
    weighted = nominal_alpha(counts, np.full(len(counts), copies))
    assert weighted == pytest.approx(nominal_alpha(counts * copies), nan_ok=True)


@settings(max_examples=30)
@given(counts=COUNTS)
def test_turning_a_scale_round_and_reordering_items_change_nothing(counts):
    turned = [row[::-1] for row in counts[::-1]]
    for kind in KINDS:
        assert krippendorff_alpha(turned, kind) == pytest.approx(krippendorff_alpha(counts, kind), nan_ok=True)
        assert gwet_agreement(turned, kind) == pytest.approx(gwet_agreement(counts, kind), nan_ok=True)


@settings(max_examples=30)
@given(counts=COUNTS, shift=st.floats(-1e3, 1e3), stretch=st.floats(0.01, 100))
def test_units_of_numbers_do_not_matter(counts, shift, stretch):
    values = shift + stretch * np.arange(3.0)
    assert krippendorff_alpha(counts, "interval", values) == pytest.approx(
        krippendorff_alpha(counts, "interval"), nan_ok=True, abs=1e-6
    )


def test_full_agreement_is_one_and_equal_labels_have_none():
    assert nominal_alpha([[3, 0], [0, 3]]) == 1
    assert gwet_agreement([[3, 0], [0, 3]]) == 1
    assert np.isnan(nominal_alpha([[3, 0], [3, 0]]))
    assert gwet_agreement([[3, 0], [3, 0]]) == 1
    assert np.isnan(gwet_agreement([[1, 0], [0, 1]]))


def test_an_item_is_divided_where_its_most_frequent_label_has_under_80_in_100():
    layout = Layout(scale=Scale(kind="nominal", values=np.arange(2.0), is_positive=np.array([0.0, 1.0])))
    rows = np.array([[4.0, 1.0], [3.0, 1.0], [1.0, 0.0], [0.0, 5.0]])
    assert item_adds(rows, layout)[:, Layout.DIVIDED].tolist() == [0, 1, 0, 0]


# --- how sums move with the weights of labels --------------------------------------------------


def ballots_of_values(item, value, label=None):
    item, value = np.asarray(item), np.asarray(value, dtype=float)
    order = np.argsort(item, kind="stable")
    n = len(item)
    return Ballots(
        rows=np.unique(item), item=np.unique(item[order], return_inverse=True)[1], annotator=np.arange(n),
        label=(value >= 1).astype(float)[order], source=np.arange(n), value=value[order],
    )  # fmt: skip


def weighted_sums(ballots, layout, weight):
    """Every sum by brute force: labels weigh, pairs of labels weigh the product of their two, items weigh 1."""
    scale = layout.scale
    sums = np.zeros(layout.width)
    for i in range(ballots.n_items):
        at = np.flatnonzero(ballots.item == i)
        v, w = ballots.value[at], weight[at]
        code = np.searchsorted(scale.values, v)
        size = w.sum()
        sums[Layout.RATED] += 1
        sums[Layout.LABELS] += size
        sums[Layout.POSITIVE] += (w * ballots.label[at]).sum()
        sums[layout.share] += np.bincount(code, w, layout.q)[: layout.q] / size if layout.q else 0
        if len(at) < 2:
            continue
        ww = np.outer(w, w)
        np.fill_diagonal(ww, 0)
        pairs = ww.sum()
        x = scale.standard[code]
        sums[Layout.PAIRED] += 1
        sums[Layout.SIZE] += size
        sums[Layout.DIFFER] += (ww * (v[:, None] != v[None, :])).sum() / pairs
        apart = (x[:, None] - x[None, :]) ** 2 if scale.kind == "interval" else (v[:, None] != v[None, :])
        sums[Layout.SPREAD] += size * (ww * apart).sum() / pairs
        sums[layout.margin] += (
            [(w * x).sum(), (w * x**2).sum()] if scale.kind == "interval" else np.bincount(code, w, layout.q)
        )
        if scale.kind == "ordinal":
            low, high = layout.steps
            met = np.array([2 * (ww * np.outer(code == a, code == b)).sum() for a, b in zip(low, high, strict=True)])
            sums[layout.coincidence] += size * met / pairs
        if scale.kind != "nominal" and layout.q:
            sums[Layout.SQUARED] += (ww * scale.distance[np.ix_(code, code)]).sum() / pairs
    return sums


def some_log(rng, *, many=False):
    item = np.sort(rng.integers(0, 12, 40))
    value = rng.normal(size=40).round(2) if many else rng.integers(0, 3, 40)
    return ballots_of_values(item, value)


@pytest.mark.parametrize(
    ("kind", "many"), [("nominal", False), ("ordinal", False), ("interval", False), ("interval", True)]
)
def test_sums_move_with_the_weights_of_labels_as_derived(kind, many):
    ballots = some_log(np.random.default_rng(3), many=many)
    scale = scale_of(ballots, kind)
    layout, tallies = Layout(scale=scale), tallies_of(ballots, scale)
    own = tallies.adds[tallies.pattern].sum(axis=0)
    kept = np.arange(layout.width) != Layout.DIVIDED  # a share of items jumps, and does not move
    if kind == "ordinal":
        kept[Layout.SPREAD] = False  # not used by any coefficient of steps
    assert own[kept] == pytest.approx(weighted_sums(ballots, layout, np.ones(40))[kept])
    for label in range(0, 40, 3):
        step = np.zeros(40)
        step[label] = 1e-5
        up, down = (weighted_sums(ballots, layout, 1 + sign * step) for sign in (1, -1))
        slope = (up - down) / 2e-5
        assert tallies.changes[tallies.type_of[label]][kept] == pytest.approx(slope[kept], abs=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_complex_steps_give_the_derivatives_of_coefficients(kind):
    ballots = some_log(np.random.default_rng(5))
    scale = scale_of(ballots, kind)
    layout = Layout(scale=scale)
    tallies = tallies_of(ballots, scale)
    sums = tallies.adds[tallies.pattern].sum(axis=0)
    for coefficient in (alpha(layout), gwet(layout), percent_agreement, prevalence, divided):
        slopes = gradient(coefficient, sums)
        for place in range(layout.width):
            step = np.zeros(layout.width)
            step[place] = 1e-5
            by_hand = (coefficient(sums + step) - coefficient(sums - step)) / 2e-5
            assert slopes[place] == pytest.approx(float(by_hand), abs=1e-6)


def test_numbers_counted_one_by_one_and_not_give_the_same():
    """19 values are counted as patterns, 200 are not: on the same labels both must give the same sums."""
    rng = np.random.default_rng(0)
    ballots = some_log(rng)
    few = Scale(kind="interval", values=np.arange(3.0), is_positive=np.array([0.0, 1.0, 1.0]))
    more = Scale(kind="interval", values=np.arange(60.0) - 28.5, is_positive=np.zeros(60))
    moved = Ballots(
        rows=ballots.rows, item=ballots.item, annotator=ballots.annotator, label=ballots.label, source=ballots.source,
        value=ballots.value - 0.5,
    )  # fmt: skip
    one, two = tallies_of(ballots, few), tallies_of(moved, more)
    values = []
    for tallies, scale in ((one, few), (two, more)):
        sums = tallies.adds[tallies.pattern].sum(axis=0)
        slope = gradient(alpha(Layout(scale=scale)), sums)
        values.append((float(alpha(Layout(scale=scale))(sums)), (tallies.changes @ slope)[tallies.type_of]))
    assert values[0][0] == pytest.approx(values[1][0])
    assert values[0][1] == pytest.approx(values[1][1])


def test_too_many_classes_or_steps_do_not_apply():
    many = ballots_of_values(np.arange(60) // 2, np.arange(60))
    with pytest.raises(NotApplicableError, match="more than 30 classes"):
        scale_of(many, "nominal")
    with pytest.raises(NotApplicableError, match=r"more than 20 steps.*interval"):
        scale_of(many, "ordinal")
    assert not scale_of(many, "interval").is_counted


def test_steps_that_nobody_gave_count_among_the_steps():
    ballots = ballots_of_values([0, 0, 1, 1], [0, 1, 1, 1])
    assert len(scale_of(ballots, "ordinal", steps=5).values) == 5


# --- on whole worlds and real logs -------------------------------------------------------------


def test_every_group_of_every_attribute_and_everyone_are_listed():
    trace, _ = trace_world(0, World(items=400), units=())
    found = {(one.attribute, one.group) for one in trace.agreement}
    assert (ALL_GROUPS, ALL_GROUPS) in found
    assert {("group", "A"), ("sex", "female"), ("sex x group", "female x B")} <= found
    assert len(trace.agreement) == 5 * len(found)
    everyone = {one.group: one.n_labels for one in trace.agreement if one.attribute in ("group", ALL_GROUPS)}
    assert everyone["A"] + everyone["B"] == everyone[ALL_GROUPS] == 1_200


@needs("recidivism_crowd_balanced/turkprime_survey_data_clean.csv")
@pytest.mark.parametrize(("race", "published"), [(None, 0.350), ("African-American", 0.360), ("Caucasian", 0.340)])
def test_alpha_of_real_annotators_is_as_recomputed_for_the_source(race, published):
    log = pd.read_csv(DATA / "recidivism_crowd_balanced/turkprime_survey_data_clean.csv")
    log = log if race is None else log[log["def_race"] == race]
    counts = pd.crosstab(log["def_id"], log["resp_decision"]).to_numpy()
    assert nominal_alpha(counts) == pytest.approx(published, abs=0.001)


@needs("annotation_sensitivity/full_train_s.csv")
@pytest.mark.parametrize(
    ("column", "version", "published"),
    [
        *(("hate.speech", *pair) for pair in zip("ABCDE", (0.416, 0.430, 0.383, 0.398, 0.349), strict=True)),
        *(("offensive.language", *pair) for pair in zip("ABCDE", (0.483, 0.576, 0.570, 0.498, 0.628), strict=True)),
    ],
)
def test_alpha_by_version_of_the_instrument_is_as_recomputed_for_the_source(column, version, published):
    log = pd.concat([pd.read_csv(DATA / f"annotation_sensitivity/full_{part}_s.csv") for part in ("train", "test")])
    log = log[log["version"] == version].dropna(subset=[column])
    counts = pd.crosstab(log["tweet.id"], log[column]).to_numpy()
    assert nominal_alpha(counts) == pytest.approx(published, abs=0.0006)


@needs("crehate/CREHate_raw_annotations.csv")
def test_countries_agree_on_as_many_items_as_published():
    final = pd.read_csv(DATA / "crehate/CREHate_final_annotations.csv")
    labels = final.filter(like="_Hate")
    assert labels.shape[1] == 5
    agreed = float(labels.eq(labels.iloc[:, 0], axis=0).all(axis=1).mean())
    counts = np.column_stack([(labels == value).sum(axis=1) for value in (0, 1)])
    layout = Layout(scale=Scale(kind="nominal", values=np.arange(2.0), is_positive=np.array([0.0, 1.0])))
    adds = item_adds(counts.astype(float), layout)
    assert agreed == pytest.approx(0.562, abs=0.0005)
    assert float((adds[:, Layout.DIFFER] == 0).mean()) == agreed


@needs("crehate/CREHate_raw_annotations.csv")
@pytest.mark.parametrize(
    ("country", "published"),
    [
        ("Australia", 0.327),
        ("Singapore", 0.272),
        ("South Africa", 0.284),
        ("United Kingdom", 0.335),
        ("United States", 0.418),
    ],
)
def test_alpha_of_three_classes_by_country_is_as_recomputed_for_the_source(country, published):
    log = pd.read_csv(DATA / "crehate/CREHate_raw_annotations.csv")
    # One annotator labelled some items twice; as everywhere here, the last label counts.
    log = log[log["nationality"] == country].drop_duplicates(["ID", "annotator_id"], keep="last")
    counts = pd.crosstab(log["ID"], log["annotation"]).to_numpy()
    assert nominal_alpha(counts) == pytest.approx(published, abs=0.0006)
