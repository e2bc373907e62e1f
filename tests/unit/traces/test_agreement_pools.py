"""Agreement within a pool of annotators and across: against its definition, planted, and private."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from biasaudit.data.annotations import AnnotationLog
from biasaudit.data.table import Table
from biasaudit.results import ALL_GROUPS, NOT_RECORDED, AttributeFacts, Fingerprint, GroupSize
from biasaudit.traces import ballots_of, krippendorff_alpha
from biasaudit.traces.agreement.by_pool import _across, _tallies, _within, pool_agreement
from biasaudit.traces.agreement.coefficients import gradient
from biasaudit.traces.agreement.tallies import scale_of
from biasaudit.traces.ballots import Ballots

SOURCE = Fingerprint(role="annotations", source="votes.csv", sha256="0" * 64)
LABELS = st.lists(st.tuples(st.integers(0, 4), st.booleans(), st.integers(0, 2)), min_size=4, max_size=30)


def laid_out(labels, kind="nominal"):
    """Ballots, sides and tallies of (item, of the pool, value)."""
    labels = sorted(labels, key=lambda one: one[0])
    item = np.unique([one[0] for one in labels], return_inverse=True)[1]
    value = np.array([one[2] for one in labels], dtype=float)
    ballots = Ballots(
        rows=np.arange(item.max() + 1), item=item, annotator=np.arange(len(item)), label=(value > 0).astype(float),
        source=np.arange(len(item)), value=value,
    )  # fmt: skip
    is_own = np.array([one[1] for one in labels])
    tallies, sides = _tallies(ballots, scale_of(ballots, kind), is_own)
    return ballots, is_own, tallies, sides


def across_by_pairs(ballots, is_own, distance):
    """Cross-replication reliability from its definition, pair by pair."""
    observed, own, others = [], [], []
    for i in range(ballots.n_items):
        x, y = (ballots.value[(ballots.item == i) & side] for side in (is_own, ~is_own))
        if len(x) and len(y):
            observed.append((len(x) + len(y), np.mean([distance(a, b) for a in x for b in y])))
            own, others = [*own, *x], [*others, *y]
    if not observed:
        return np.nan
    expected = np.mean([distance(a, b) for a in own for b in others])
    weight, mean = np.array(observed).T
    return 1 - (weight * mean).sum() / weight.sum() / expected if expected else np.nan


@settings(max_examples=60)
@given(labels=LABELS)
def test_across_and_within_equal_their_definitions(labels):
    for kind, distance in (("nominal", lambda a, b: float(a != b)), ("interval", lambda a, b: (a - b) ** 2)):
        ballots, is_own, tallies, sides = laid_out(labels, kind)
        sums = tallies.adds[tallies.pattern].sum(axis=0)
        with np.errstate(invalid="ignore"):
            found = float(_across(sides)(sums))
        assert found == pytest.approx(across_by_pairs(ballots, is_own, distance), nan_ok=True, abs=1e-9)
        counts = np.zeros((ballots.n_items, 3))
        np.add.at(counts, (ballots.item[is_own], ballots.value[is_own].astype(int)), 1)
        assert float(_within(sides)(sums)) == pytest.approx(krippendorff_alpha(counts, kind), nan_ok=True, abs=1e-9)


@pytest.mark.parametrize("kind", ["nominal", "ordinal", "interval"])
def test_weighing_all_labels_alike_changes_nothing_across_and_the_others_nothing_within(kind):
    rng = np.random.default_rng(0)
    labels = list(zip(rng.integers(0, 6, 40), rng.random(40) < 0.5, rng.integers(0, 3, 40), strict=True))
    _, is_own, tallies, sides = laid_out(labels, kind)
    sums = tallies.adds[tallies.pattern].sum(axis=0)
    across, within = (
        (tallies.changes @ gradient(one, sums))[tallies.type_of] for one in (_across(sides), _within(sides))
    )
    assert across.sum() == pytest.approx(0, abs=1e-9)
    assert np.abs(across).min() < np.abs(across).max()
    assert within[~is_own] == pytest.approx(0)
    assert np.abs(within[is_own]).max() > 1e-3


@settings(max_examples=40)
@given(labels=LABELS, place=st.integers(0, 100))
def test_the_derivative_across_pools_is_that_of_weighted_pairs(labels, place):
    ballots, is_own, tallies, sides = laid_out(labels)
    place %= len(is_own)
    own = is_own[ballots.item == ballots.item[place]]
    assume(own.any() and not own.all())
    code = np.unique(ballots.value, return_inverse=True)[1]

    def across(weight):
        total = np.zeros(4)
        mx, my = np.zeros(3), np.zeros(3)
        for i in range(ballots.n_items):
            at = ballots.item == i
            x, y = (np.bincount(code[at & s], weight[at & s], 3) for s in (is_own, ~is_own))
            if (at & is_own).any() and (at & ~is_own).any():
                r, s = x.sum(), y.sum()
                total += [(r + s) * (1 - x @ y / (r * s)), r, s, 0]
                mx, my = mx + x, my + y
        return total, mx, my

    one = np.ones(len(is_own))
    step = np.zeros(len(is_own))
    step[place] = 1e-5
    (up, mx_up, my_up), (down, mx_down, my_down) = across(one + step), across(one - step)
    slope = tallies.changes[tallies.type_of[place]]
    assert slope[[sides.ACROSS, sides.OWN_LABELS, sides.OTHER_LABELS]] == pytest.approx(
        (up - down)[:3] / 2e-5, abs=1e-5
    )
    q = sides.width
    assert slope[sides.own] == pytest.approx(((mx_up - mx_down) / 2e-5)[:q], abs=1e-5)
    assert slope[sides.others] == pytest.approx(((my_up - my_down) / 2e-5)[:q], abs=1e-5)


def world(seed=0, items=300, annotators=24, small=0, way=2.5):
    """Two pools of annotators, of which the second sees group B its own way; ``small`` more in a third."""
    rng = np.random.default_rng(seed)
    merit, is_b = rng.normal(size=items), np.arange(items) % 2 == 1
    pool = np.array(["first", "second"])[np.arange(annotators) % 2].astype(object)
    pool[:small] = "third"
    own_view = 0.5 * merit + rng.normal(size=items)
    who = np.argsort(rng.random((items, annotators)), axis=1)[:, :8]
    item = np.repeat(np.arange(items), 8)
    seen = np.where((pool[who.ravel()] == "second") & is_b[item], own_view[item], merit[item])
    label = (rng.random(len(item)) < 1 / (1 + np.exp(-way * seen))).astype(float)
    groups = pd.DataFrame({"group": np.where(is_b, "B", "A")})
    table = Table(
        frame=groups, ids=pd.Index([str(i) for i in range(items)]), groups=groups, strata=pd.DataFrame(index=range(items)),
        periods=None, outcome=None, truth=None, weight=np.ones(items), is_judged=np.ones(items, dtype=bool), features=(),
        rows_read=items, dropped=(), fingerprint=SOURCE,
    )  # fmt: skip
    frame = pd.DataFrame(
        {
            "item": item,
            "annotator": who.ravel(),
            "label": label,
            "value": label,
            "unit:pool": pd.Categorical(pool[who.ravel()]),
        }
    )
    log = AnnotationLog(frame=frame, units=("pool",), attributes=(), dropped=(), fingerprint=SOURCE)
    sizes = tuple(GroupSize(group=name, n=items // 2, n_selected=0) for name in "AB")
    facts = [AttributeFacts(name="group", columns=("group",), reference="A", groups=sizes)]
    found = pool_agreement(table, log, ballots_of(log), facts, seed=0, level=0.95)
    return {(one.unit, one.group, one.coefficient): one for one in found}


def test_a_pool_with_a_view_of_its_own_agrees_with_itself_more_than_with_the_others():
    found = world()
    apart, alike = (
        found["second", "B", "group_association"].estimate,
        found["second", "A", "group_association"].estimate,
    )
    assert apart.low > 1.2
    assert alike.low < 1 < alike.high
    assert found["second", "B", "alpha_within"].estimate.low > found["second", "B", "alpha_across"].estimate.high
    assert found["first", ALL_GROUPS, "alpha_across"].estimate.value == pytest.approx(
        found["second", ALL_GROUPS, "alpha_across"].estimate.value
    )
    assert found["first", "A", "alpha_within"].n_items <= 150


def test_agreement_no_better_than_chance_gives_no_association():
    found = world(way=0.0)
    one = found["first", "A", "group_association"].estimate
    assert (one.value is None) == (found["first", "A", "alpha_across"].estimate.value <= 0)


def test_nothing_is_told_of_fewer_than_five_annotators():
    assert {key[0] for key in world(small=4)} == {"first", "second"}
    assert {key[0] for key in world(small=5)} == {"first", "second", "third"}


def test_a_pool_that_others_can_be_told_from_is_left_out():
    """Of 24 annotators, 20 in one pool leave 4 others: across would speak of the four."""
    assert {key[0] for key in world(small=20)} == set()


def test_the_intervals_of_the_three_are_of_the_same_draws():
    one, two = world(), world()
    assert all(one[key].estimate == two[key].estimate for key in one)


def test_what_is_not_recorded_is_no_pool():
    assert not any(key[0] == NOT_RECORDED for key in world())
