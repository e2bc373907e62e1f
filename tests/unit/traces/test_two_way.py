"""Intervals and p-values of agreement: planted truth, what may not matter, and what must."""

import numpy as np
import pytest

from biasaudit.traces.agreement.coefficients import alpha, gwet, percent_agreement, prevalence
from biasaudit.traces.agreement.tallies import Layout, Scale, scale_of, tallies_of
from biasaudit.traces.agreement.two_way import permutation_p, resample, values_of
from biasaudit.traces.ballots import Ballots

BINARY = Layout(scale=Scale(kind="nominal", values=np.arange(2.0), is_positive=np.array([0.0, 1.0])))


def log_of(rng, *, items=200, annotators=40, votes=3, severity=0.0, steep=1.5, base=0.0):
    """Crossed labels: an item's merit, an annotator's severity, and noise."""
    merit, way = rng.normal(size=items), rng.normal(0, severity, annotators)
    who = np.argsort(rng.random((items, annotators)), axis=1)[:, :votes].ravel()
    item = np.repeat(np.arange(items), votes)
    chance = 1 / (1 + np.exp(-(base + steep * merit[item] + way[who])))
    label = (rng.random(len(item)) < chance).astype(float)
    return Ballots(rows=np.arange(items), item=item, annotator=who, label=label, source=np.arange(len(item)))


def resampled(ballots, group=None, n_groups=1, seed=0):
    tallies = tallies_of(ballots, BINARY.scale)
    group = np.zeros(ballots.n_items, dtype=int) if group is None else group
    return resample(tallies, group, n_groups, ballots.item, ballots.annotator, seed=seed)


def interval(found, coefficient, terms=((0, 1.0),)):
    return np.quantile(values_of(found, coefficient, list(terms))[1], [0.025, 0.975])


def test_the_same_seed_gives_the_same_draws_and_another_gives_others():
    ballots = log_of(np.random.default_rng(0))
    one, two, other = (values_of(resampled(ballots, seed=seed), alpha(BINARY), [(0, 1.0)])[1] for seed in (3, 3, 4))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)


def test_the_order_of_labels_names_of_annotators_and_order_of_items_change_no_spread():
    ballots = log_of(np.random.default_rng(1), severity=1.0)
    rng = np.random.default_rng(2)
    order = np.lexsort((rng.random(len(ballots.item)), ballots.n_items - 1 - ballots.item))
    turned = Ballots(
        rows=ballots.rows, item=ballots.n_items - 1 - ballots.item[order],
        annotator=rng.permutation(40)[ballots.annotator][order], label=ballots.label[order], source=ballots.source,
    )  # fmt: skip
    for coefficient in (alpha(BINARY), prevalence):
        (value, drawn), (again, drawn_again) = (
            values_of(resampled(some), coefficient, [(0, 1.0)]) for some in (ballots, turned)
        )
        assert again == pytest.approx(value)
        assert drawn_again.std() == pytest.approx(drawn.std(), rel=0.1)


def test_annotators_widen_what_depends_on_them_and_only_that():
    """Prevalence moves with whoever labels; with annotators who are all alike, drawing items is enough."""

    def widening(severity):
        ratios = []
        for seed in range(10):
            found = resampled(log_of(np.random.default_rng(seed), severity=severity))
            items = prevalence(found.drawn[0]).std()
            ratios.append(values_of(found, prevalence, [(0, 1.0)])[1].std() / items)
        return np.mean(ratios)

    assert widening(1.0) > 1.4
    assert 1.0 <= widening(0.0) < 1.15


def test_labels_of_which_everyone_gave_one_are_resampled_over_items_alone():
    ballots = log_of(np.random.default_rng(0))
    alone = Ballots(
        rows=ballots.rows, item=ballots.item, annotator=np.arange(len(ballots.item)), label=ballots.label,
        source=ballots.source,
    )  # fmt: skip
    found = resampled(alone)
    assert values_of(found, alpha(BINARY), [(0, 1.0)])[1] == pytest.approx(alpha(BINARY)(found.drawn[0]), abs=1e-6)


def test_a_copied_annotator_is_no_second_opinion():
    """The same log with every annotator's labels split over two names narrows the interval of prevalence."""
    ballots = log_of(np.random.default_rng(4), severity=1.5, annotators=12)
    halves = ballots.annotator * 20 + np.random.default_rng(0).integers(0, 20, len(ballots.item))
    split = Ballots(rows=ballots.rows, item=ballots.item, annotator=halves, label=ballots.label, source=ballots.source)
    whole, parts = (np.diff(interval(resampled(some), prevalence))[0] for some in (ballots, split))
    assert whole > 1.3 * parts


def test_a_difference_of_two_groups_knows_that_they_share_annotators():
    """An annotator who says yes more often moves both groups: the difference of prevalences moves less than either."""
    spread = {"shared": [], "apart": []}
    for seed in range(8):
        ballots = log_of(np.random.default_rng(seed), severity=1.5, annotators=12, items=400)
        group = np.arange(400) % 2
        apart = Ballots(
            rows=ballots.rows, item=ballots.item, annotator=ballots.annotator + 12 * group[ballots.item],
            label=ballots.label, source=ballots.source,
        )  # fmt: skip
        for name, some in (("shared", ballots), ("apart", apart)):
            drawn = values_of(resampled(some, group, 2), prevalence, [(0, 1.0), (1, -1.0)])[1]
            spread[name].append(drawn.std())
    assert np.mean(spread["shared"]) < 0.8 * np.mean(spread["apart"])


def test_two_halves_of_one_population_rarely_differ_and_unlike_ones_do():
    p_values, unlike = [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        ballots = log_of(rng, items=120)
        p_values.append(permutation_p(resampled(ballots, np.arange(120) % 2, 2), [alpha(BINARY)], (0, 1), seed=seed)[0])
        clear, noisy = log_of(rng, items=120, steep=4.0), log_of(rng, items=120, steep=0.5)
        both = Ballots(
            rows=np.arange(240), item=np.concatenate([clear.item, noisy.item + 120]),
            annotator=np.concatenate([clear.annotator, noisy.annotator]),
            label=np.concatenate([clear.label, noisy.label]), source=np.arange(720),
        )  # fmt: skip
        unlike.append(permutation_p(resampled(both, np.arange(240) // 120, 2), [alpha(BINARY)], (0, 1), seed=seed)[0])
    assert np.mean(np.array(p_values) <= 0.1) <= 0.2
    assert 0.3 < np.mean(p_values) < 0.7
    assert np.mean(np.array(unlike) <= 0.05) > 0.9


def test_swapping_group_and_reference_turns_the_sign_and_keeps_the_p_value():
    found = resampled(log_of(np.random.default_rng(8)), np.arange(200) % 3 // 2, 2)
    one, other = (values_of(found, alpha(BINARY), [(a, 1.0), (b, -1.0)]) for a, b in ((0, 1), (1, 0)))
    assert one[0] == pytest.approx(-other[0])
    assert one[1] == pytest.approx(-other[1])
    p, p_turned = (permutation_p(found, [alpha(BINARY)], pair, seed=0)[0] for pair in ((0, 1), (1, 0)))
    assert p == pytest.approx(p_turned, abs=0.03)


def test_groups_without_a_pair_or_an_item_are_undefined_and_break_nothing():
    ballots = log_of(np.random.default_rng(0), items=20)
    group = np.zeros(20, dtype=int)
    group[0] = -1
    found = resampled(ballots, group, 2)
    assert np.isnan(values_of(found, alpha(BINARY), [(1, 1.0)])[0])
    assert found.labels.tolist() == [57, 0]


@pytest.mark.parametrize(
    ("world", "lowest"),
    [
        ({"items": 200, "annotators": 40, "votes": 3, "severity": 0.0}, 0.90),
        ({"items": 200, "annotators": 40, "votes": 3, "severity": 1.0}, 0.90),
        ({"items": 200, "annotators": 15, "votes": 5, "severity": 1.0}, 0.87),
    ],
)
def test_intervals_cover_the_truth_of_the_population(world, lowest):
    """300 worlds: intervals hold the value of endless items and annotators, and are not much wider than they need be.

    With 15 annotators a few too few are covered, as with any 15 clusters.
    """
    rng = np.random.default_rng(1)
    many = 400_000
    merit = rng.normal(size=many)[:, None] * 1.5 + rng.normal(0, world["severity"], (many, world["votes"]))
    label = (rng.random(merit.shape) < 1 / (1 + np.exp(-merit))).astype(float)
    endless = Ballots(
        rows=np.arange(many), item=np.repeat(np.arange(many), world["votes"]), annotator=np.arange(label.size),
        label=label.ravel(), source=np.arange(label.size),
    )  # fmt: skip
    tallies = tallies_of(endless, scale_of(endless, "nominal"))
    sums = np.bincount(tallies.pattern, minlength=len(tallies.adds)) @ tallies.adds
    coefficients = (alpha(BINARY), gwet(BINARY), percent_agreement, prevalence)
    held, values, spreads = np.zeros(4), [], []
    for seed in range(300):
        found = resampled(log_of(np.random.default_rng(100 + seed), **world), seed=seed)
        drawn = [values_of(found, one, [(0, 1.0)]) for one in coefficients]
        ends = [np.quantile(some, [0.025, 0.975]) for _, some in drawn]
        held += [low <= one(sums) <= high for (low, high), one in zip(ends, coefficients, strict=True)]
        values.append([value for value, _ in drawn])
        spreads.append([some.std() for _, some in drawn])
    assert (held / 300 >= lowest).all()
    assert (held / 300 <= 0.985).all()
    assert np.mean(spreads, axis=0) / np.std(values, axis=0) == pytest.approx(1.0, abs=0.12)
