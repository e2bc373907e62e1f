"""Rules that learn about annotators, and juries: what must hold of them."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import check_grad

from biasaudit.data.annotations import AnnotationLog
from biasaudit.errors import DeclarationError, NotApplicableError
from biasaudit.results import Fingerprint
from biasaudit.spec import JurySpec, declare
from biasaudit.traces import (
    Ballots,
    Jury,
    Rule,
    Votes,
    aggregate,
    declared_rule,
    fit_dawid_skene,
    fit_glad,
    fit_mace,
    fit_skill_weighted,
    jury_of,
    jury_verdicts,
    others_say,
    votes_of,
)
from biasaudit.traces.rules.dawid_skene import _fit_many
from biasaudit.traces.rules.glad import _criterion
from biasaudit.traces.rules.jury import seats_of

FITS = {
    "dawid-skene": fit_dawid_skene,
    "mace": fit_mace,
    "glad": fit_glad,
    "skill-weighted": fit_skill_weighted,
}
SOURCE = Fingerprint(role="annotations", source="x", sha256="0" * 64)


def ballots(items, annotators=None):
    item = np.repeat(np.arange(len(items)), [len(labels) for labels in items])
    who = np.concatenate([np.arange(len(labels)) for labels in items]) if annotators is None else np.array(annotators)
    label = np.concatenate([np.asarray(labels, dtype=float) for labels in items])
    return Ballots(rows=np.arange(len(items)), item=item, annotator=who, label=label, source=np.arange(len(item)))


def drawn(seed, values, items=300, annotators=12, each=5):
    """Votes of annotators of unlike skill, and the truth."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, values, items)
    skill = np.where(np.arange(annotators) < annotators // 3, 0.95, 0.1)
    who = np.concatenate([rng.choice(annotators, each, replace=False) for _ in range(items)])
    item = np.repeat(np.arange(items), each)
    value = np.where(rng.random(len(item)) < skill[who], truth[item], rng.integers(0, values, len(item)))
    sizes = {"n_items": items, "n_annotators": annotators, "n_values": values}
    return Votes(item=item, annotator=who, value=value, weight=None, **sizes), truth


@pytest.mark.parametrize("values", [2, 4])
@pytest.mark.parametrize("name", FITS)
def test_learning_who_answers_well_beats_counting_heads(name, values):
    votes, truth = drawn(3, values, items=600, each=6)
    heads = (votes.shares.argmax(axis=1) == truth).mean()
    more = 0.0 if name == "skill-weighted" else 0.05  # one pass of weights learns less than a model
    assert (FITS[name](votes).chance.argmax(axis=1) == truth).mean() > heads + more


@pytest.mark.parametrize("name", FITS)
def test_neither_the_order_of_annotators_nor_of_values_plays_a_part(name):
    votes, _ = drawn(4, 3, items=80)
    shuffle, turn = np.random.default_rng(0).permutation(12), np.array([2, 0, 1])
    other = Votes(
        item=votes.item, annotator=shuffle[votes.annotator], value=turn[votes.value], weight=None,
        n_items=80, n_annotators=12, n_values=3,
    )  # fmt: skip
    # Conjugate gradients stop at a loose tolerance, on the way to which rounding adds up.
    within = 0.02 if name == "glad" else 1e-9
    np.testing.assert_allclose(FITS[name](other).chance[:, turn], FITS[name](votes).chance, atol=within)


@pytest.mark.parametrize("name", FITS)
def test_chances_are_shares_that_add_up(name):
    chance = FITS[name](drawn(5, 3, items=60)[0]).chance
    assert chance.min() >= 0
    np.testing.assert_allclose(chance.sum(axis=1), 1)


@pytest.mark.parametrize("name", FITS)
def test_half_a_vote_twice_is_one_vote(name):
    votes, _ = drawn(6, 2, items=60)
    twice = Votes(
        item=np.repeat(votes.item, 2), annotator=np.repeat(votes.annotator, 2), value=np.repeat(votes.value, 2),
        weight=np.full(2 * len(votes.item), 0.5), n_items=60, n_annotators=12, n_values=2,
    )  # fmt: skip
    # The half as long steps of GLAD stop elsewhere within its tolerance.
    np.testing.assert_allclose(
        FITS[name](twice).chance, FITS[name](votes).chance, atol=0.02 if name == "glad" else 1e-9
    )


def test_two_classes_in_closed_form_are_the_general_fit():
    votes, _ = drawn(7, 2)
    closed, general = fit_dawid_skene(votes, steps=12, change=0), _fit_many(votes, 12, 0)
    np.testing.assert_allclose(closed.chance, general.chance, atol=1e-9)
    np.testing.assert_allclose(closed.log_prior, general.log_prior, atol=1e-9)
    np.testing.assert_allclose(closed.evidence(votes), general.evidence(votes), atol=1e-9)


def test_the_likelihood_of_dawid_skene_never_falls():
    votes, _ = drawn(8, 3, items=100)

    def likelihood(steps):
        fit = fit_dawid_skene(votes, steps=steps, change=0)
        scores = np.zeros((votes.n_items, 3))
        np.add.at(scores, votes.item, fit.evidence(votes))
        return np.logaddexp.reduce(scores + fit.log_prior, axis=1).sum()

    found = [likelihood(steps) for steps in (1, 2, 4, 8, 16, 32)]
    assert all(after >= before - 1e-7 for before, after in itertools.pairwise(found))


@pytest.mark.parametrize("name", ["dawid-skene", "mace", "glad"])
def test_chances_are_prior_and_evidence_together(name):
    """Up to the last step, after which only Dawid-Skene's parameters move on."""
    votes, _ = drawn(9, 3, items=80)
    fit = FITS[name](votes)
    scores = np.zeros((votes.n_items, 3))
    np.add.at(scores, votes.item, fit.evidence(votes))
    together = np.exp(scores + fit.log_prior)
    np.testing.assert_allclose(together / together.sum(axis=1, keepdims=True), fit.chance, atol=1e-9)


def test_the_gradient_of_glad_is_that_of_its_criterion():
    votes, _ = drawn(10, 3, items=15)
    rng = np.random.default_rng(1)
    own, point = rng.random(len(votes.item)), rng.normal(size=12 + 15)
    gap = check_grad(lambda at: _criterion(at, votes, own)[0], lambda at: _criterion(at, votes, own)[1], point)
    assert gap < 1e-4


def test_skills_of_a_tied_item_are_shared_and_nobody_with_skill_means_the_share():
    tied = fit_skill_weighted(votes_of(ballots([[1, 0]])))
    assert tied.skill.tolist() == [0.5, 0.5]
    against = votes_of(ballots([[1, 1, 0], [0, 0, 1], [1, 0]], [0, 1, 2, 0, 1, 2, 2, 3]))
    assert fit_skill_weighted(against).chance[2].sum() == pytest.approx(1)


# ---- juries


def jury(groups, shares, seats, names=("x", "y", "z")):
    return Jury(attribute="pool", names=names[: len(shares)], shares=tuple(shares), seats=seats, group=np.array(groups))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), seats=st.integers(1, 6))
def test_a_verdict_is_the_mean_over_all_juries(seed, seats):
    """Enumerated: every seat takes every label of its group with the same chance."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, 5).astype(float)
    groups = np.array([0, 0, 1, 1, 1])
    sitting = seats_of({0: 0.3, 1: 0.7}, seats)
    benches = [labels[groups == group] for group, n in sitting.items() for _ in range(n)]
    tie, verdicts = 0.5, []
    for votes in itertools.product(*benches):
        share = sum(votes) / seats
        verdicts.append(tie if share == 0.5 else float(share > 0.5))
    found = jury_verdicts(jury(groups, [0.3, 0.7], seats), ballots([labels]), labels, tie)
    assert found.chance[0] == pytest.approx(np.mean(verdicts))
    assert found.incomplete == 0


def test_seats_of_a_group_that_is_not_there_go_to_the_others():
    log = ballots([[1, 1, 0], [1, 0]])
    found = jury_verdicts(jury([0, 0, 1, 0, 0], [0.5, 0.5], 2), log, log.label, 0.5)
    assert found.chance.tolist() == pytest.approx([0.5, 0.5])
    assert found.incomplete == 1


def test_where_no_group_with_seats_has_labelled_everybody_shares_the_seats():
    log = ballots([[1, 1, 0]])
    found = jury_verdicts(jury([-1, -1, -1], [1.0], 1), log, log.label, 0.5)
    assert found.chance[0] == pytest.approx(2 / 3)
    assert found.incomplete == 1


@given(shares=st.lists(st.floats(0.01, 1), min_size=1, max_size=6), seats=st.integers(1, 40))
def test_seats_add_up_and_lie_within_one_of_their_share(shares, seats):
    dealt = seats_of(dict(enumerate(shares)), seats)
    assert sum(dealt.values()) == seats
    for group, share in enumerate(shares):
        assert abs(dealt[group] - share / sum(shares) * seats) < 1 + 1e-6


def log_with_pools(pools):
    frame = pd.DataFrame(
        {
            "item": 0,
            "annotator": range(len(pools)),
            "label": 1.0,
            "unit:pool": pd.Categorical(pools),
            "pay": np.nan,
            "seconds": np.nan,
        }
    )
    return AnnotationLog(frame=frame, units=("pool",), attributes=(), dropped=(), fingerprint=SOURCE)


def test_a_jury_is_found_in_the_log_and_small_groups_have_no_seats_by_default():
    log = log_with_pools(["north"] * 5 + ["south"] * 6 + ["east"] * 2)
    found = jury_of(log, JurySpec(attribute="pool", seats=7))
    assert (found.names, found.shares) == (("north", "south"), (0.5, 0.5))
    assert found.group.tolist() == [0] * 5 + [1] * 6 + [-1] * 2


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"attribute": "pol"}, "did you mean 'pool'"),
        ({"attribute": "pool", "shares": {"nort": 1}}, "did you mean 'north'"),
        ({"attribute": "pool", "shares": {"east": 1}}, "fewer than 5 annotators have the pool 'east'"),
        ({"attribute": "pool", "shares": {"north": 0}}, "no value of pool has a share"),
    ],
)
def test_a_jury_that_cannot_be_drawn_says_why(spec, said):
    with pytest.raises(NotApplicableError, match=said):
        jury_of(log_with_pools(["north"] * 5 + ["east"] * 2), JurySpec(**spec))


def test_the_rule_jury_needs_its_table():
    raw = {
        "schema": 1,
        "audit": {"name": "x", "title": "x"},
        "data": {"outcome": "y"},
        "protected": [{"column": "g", "reference": "a"}],
        "model": {"decision": "d"},
        "annotations": {"rule": "jury"},
    }
    with pytest.raises(DeclarationError, match="needs `jury`"):
        declare(raw)


# ---- ties, and the others of a label


@pytest.mark.parametrize("name", ["majority", "dawid-skene", "mace", "glad", "skill-weighted"])
def test_every_rule_that_can_tie_follows_the_recorded_outcomes(name):
    log = ballots([[1, 1, 1], [1, 0], [0, 1], [0, 0, 0]], [0, 1, 2, 0, 1, 0, 1, 0, 1, 2])
    rule = declared_rule(name, None, log, np.array([1.0, 0.0, 0.0, 0.0]))
    assert rule.tie_rule.endswith("half positive" if rule.tie == 0.5 else "recorded outcomes")
    assert set(aggregate(rule, log)) <= {0.0, 1.0, rule.tie}


@pytest.mark.parametrize(
    "rule",
    [
        Rule(name="majority"),
        Rule(name="mean"),
        Rule(name="supermajority", share=0.7),
        Rule(name="any"),
        Rule(name="all"),
        Rule(name="jury", jury=jury([0, 1, 0, 1, 1, 0, 0, 1, -1], [0.5, 0.5], 3)),
    ],
    ids=lambda rule: rule.name,
)
def test_what_the_others_say_is_the_rule_without_that_label(rule):
    log = ballots([[1, 0, 1, 1], [0, 0, 1, 1], [1]])
    found = others_say(rule, log)
    for place in range(8):
        keep = np.arange(9) != place
        made = aggregate(rule, log.subset(keep))[log.item[place]]
        cut = made if rule.name not in ("mean", "jury") else 0.5 if abs(made - 0.5) < 1e-9 else float(made > 0.5)
        assert found[place] == cut
    assert np.isnan(found[8])


@pytest.mark.parametrize("name", ["dawid-skene", "mace", "glad", "skill-weighted"])
def test_the_others_of_a_label_under_rules_that_learn(name):
    """With the skills of the whole log, a label out of step with its item is overruled, one in step is not."""
    votes, truth = drawn(11, 2, items=200, annotators=9, each=7)
    log = Ballots(
        rows=np.arange(200), item=votes.item, annotator=votes.annotator, label=votes.value.astype(float),
        source=np.arange(len(votes.item)),
    )  # fmt: skip
    said = others_say(Rule(name=name), log)
    assert (said == truth[log.item]).mean() > 0.85
    assert np.isnan(others_say(Rule(name=name), ballots([[1], [1, 0, 1]], [0, 0, 1, 2]))[0])
