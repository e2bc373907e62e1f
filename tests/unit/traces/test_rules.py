"""Aggregation rules: known answers, expected values against many draws, and tie rules read from the data."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biasaudit.traces import Ballots, Rule, aggregate, dawid_skene, declared_rule, rule_reproduces

RULES = [
    Rule(name="majority"),
    Rule(name="supermajority", share=0.6),
    Rule(name="any"),
    Rule(name="all"),
    Rule(name="mean"),
]


def ballots(items, annotators=None):
    """Labels item by item: [[1, 0], [1]] is two labels of one item and one of another."""
    item = np.repeat(np.arange(len(items)), [len(labels) for labels in items])
    who = np.concatenate([np.arange(len(labels)) for labels in items]) if annotators is None else annotators
    label = np.concatenate([np.asarray(labels, dtype=float) for labels in items])
    return Ballots(rows=np.arange(len(items)), item=item, annotator=who, label=label, source=np.arange(len(item)))


LOGS = st.lists(st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=6), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Rule(name="majority"), [1, 0.5, 0, 1]),
        (Rule(name="majority", tie=0.0), [1, 0, 0, 1]),
        (Rule(name="majority", tie=1.0), [1, 1, 0, 1]),
        (Rule(name="supermajority", share=0.7), [0, 0, 0, 1]),
        (Rule(name="supermajority", share=2 / 3), [1, 0, 0, 1]),
        (Rule(name="any"), [1, 1, 1, 1]),
        (Rule(name="all"), [0, 0, 0, 1]),
        (Rule(name="mean"), [2 / 3, 0.5, 1 / 3, 1]),
    ],
)
def test_rules_give_known_answers(rule, expected):
    assert aggregate(rule, ballots([[1, 1, 0], [1, 0], [0, 0, 1], [1]])) == pytest.approx(expected)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_chances_give_the_expected_value_of_the_rule(rule, data):
    chances = data.draw(st.lists(st.floats(0.01, 0.99), min_size=1, max_size=5))
    expected = 0.0
    for labels in itertools.product([0.0, 1.0], repeat=len(chances)):
        weight = np.prod([p if label else 1 - p for p, label in zip(chances, labels, strict=True)])
        expected += weight * aggregate(rule, ballots([labels]))[0]
    assert aggregate(rule, ballots([chances]))[0] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("rule", [*RULES, Rule(name="dawid-skene")], ids=lambda rule: rule.name)
@settings(max_examples=30, deadline=None)
@given(items=LOGS)
def test_the_order_of_labels_changes_nothing_and_results_are_shares(rule, items):
    forward = ballots(items)
    made = aggregate(rule, forward)
    assert ((made >= 0) & (made <= 1)).all()
    back = ballots([labels[::-1] for labels in items], np.concatenate([np.arange(len(one))[::-1] for one in items]))
    assert aggregate(rule, back) == pytest.approx(made, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(items=LOGS)
def test_any_and_all_mirror_each_other(items):
    plain, mirrored = ballots(items), ballots([[1 - label for label in labels] for labels in items])
    assert aggregate(Rule(name="any"), plain) == pytest.approx(1 - aggregate(Rule(name="all"), mirrored))


def test_dawid_skene_overrules_a_majority_of_guessers():
    rng = np.random.default_rng(3)
    truth = (rng.random(2_000) < 0.5).astype(float)
    skill = np.array([0.95, 0.93, 0.55, 0.55, 0.55])
    votes = np.where(rng.random((2_000, 5)) < skill, truth[:, None], 1 - truth[:, None])
    log = ballots(list(votes))
    majority = (aggregate(Rule(name="majority"), log) == truth).mean()
    fitted = (aggregate(Rule(name="dawid-skene"), log) == truth).mean()
    assert fitted > majority + 0.05
    assert dawid_skene(log).mean() == pytest.approx(truth.mean(), abs=0.05)


def test_dawid_skene_is_a_maximum_of_its_likelihood():
    """At a fixed point of EM the class shares and error rates are those of the fitted classes."""
    rng = np.random.default_rng(5)
    truth = (rng.random(400) < 0.4).astype(float)
    votes = np.where(rng.random((400, 4)) < [0.9, 0.8, 0.75, 0.7], truth[:, None], 1 - truth[:, None])
    q = dawid_skene(ballots(list(votes)))
    sensitivity, false = q @ votes / q.sum(), (1 - q) @ votes / (1 - q).sum()
    positive = q.mean() * np.prod(np.where(votes == 1, sensitivity, 1 - sensitivity), axis=1)
    negative = (1 - q.mean()) * np.prod(np.where(votes == 1, false, 1 - false), axis=1)
    assert positive / (positive + negative) == pytest.approx(q, abs=1e-4)


@pytest.mark.parametrize(("recorded", "tie"), [([1, 1], 1.0), ([0, 0], 0.0), ([1, 0], 0.5)])
def test_ties_follow_the_recorded_outcomes(recorded, tie):
    log = ballots([[1, 1, 0], [1, 0], [0, 1]])
    rule = declared_rule("majority", None, log, np.array([1.0, *recorded]))
    assert rule.tie == tie
    assert rule_reproduces(rule, log, np.array([1.0, *recorded])) == pytest.approx(1 - (2 / 3 * 0.5) * (tie == 0.5))


def test_the_share_reproduced_counts_what_the_rule_does_not_explain():
    log = ballots([[1, 1, 1], [0, 0, 0], [1, 1, 0], [0, 0, 1]])
    assert rule_reproduces(Rule(name="majority"), log, np.array([1.0, 0.0, 0.0, 0.0])) == 0.75
