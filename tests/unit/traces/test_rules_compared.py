"""What another rule would have done: planted worlds, null worlds, and what cannot be measured."""

import numpy as np
import pandas as pd
import pytest

import biasaudit
from biasaudit.errors import NotApplicableError
from biasaudit.testing.planted import World
from biasaudit.testing.planted_traces import trace_world
from biasaudit.traces import Ballots, Rule, apply_rules, compared_rules

WORLD = World(items=1_200, annotators=6, noise=0.03, penalties={"north": 0.0, "south": 0.0, "east": 1.0})
FEW = {"replicates": 10, "placebos": 19}


@pytest.fixture(scope="module")
def traced():
    trace, steps = trace_world(1, WORLD, **FEW)
    return trace, steps


def of_group(trace, attribute="group", group="B"):
    return {one.rule: one for one in trace.rules if (one.attribute, one.group) == (attribute, group)}


def test_every_rule_is_there_and_one_is_the_declared_one(traced):
    found = of_group(traced[0])
    assert list(found) == [
        "majority", "supermajority", "any", "all", "mean", "skill-weighted", "dawid-skene", "mace", "glad",
    ]  # fmt: skip
    assert [name for name, one in found.items() if one.is_declared] == ["majority"]
    declared = found["majority"]
    assert (declared.items_changed, declared.label_change, declared.model_change) == (0, None, None)
    assert declared.label_p_adjusted is None
    assert all(one.tie_rule for one in found.values())


def test_the_model_under_the_declared_rule_is_that_of_the_attribution(traced):
    trace, _ = traced
    total = next(one.total.value for one in trace.attribution if one.group == "B")
    assert of_group(trace)["majority"].model_gap.value == pytest.approx(total)


def test_changes_are_differences_and_lie_in_their_intervals(traced):
    found = of_group(traced[0])
    declared = found["majority"]
    for one in found.values():
        for gap, change, base in (
            (one.label_gap, one.label_change, declared.label_gap),
            (one.model_gap, one.model_change, declared.model_gap),
        ):
            assert gap.low <= gap.value <= gap.high
            if change is not None:
                assert change.value == pytest.approx(gap.value - base.value)
                assert change.low <= change.value <= change.high


def test_a_rule_that_lets_one_label_decide_undoes_what_a_minority_of_labels_did(traced):
    """The penalty turns positives of B negative in one unit of three: one positive being enough undoes most of it."""
    found = of_group(traced[0])
    assert found["any"].label_gap.value > found["majority"].label_gap.value + 0.05
    assert found["all"].label_gap.value < found["majority"].label_gap.value
    assert found["any"].label_p_adjusted < 0.01
    assert found["any"].items_changed > 50


def test_labels_are_held_against_the_truth(traced):
    """Penalties turn positives of B negative: where all labels must be positive, most are lost."""
    found = of_group(traced[0])
    accuracy = {name: one.accuracy.value for name, one in found.items()}
    assert accuracy["any"] > accuracy["majority"] > accuracy["all"]
    assert found["majority"].accuracy.low < accuracy["majority"] < found["majority"].accuracy.high
    # The penalty calls positives of B negative, and makes nobody positive who is not.
    assert found["majority"].fnr_gap.low > 0.05
    assert found["majority"].fpr_gap.low < 0.05


def test_the_mean_of_labels_has_the_gap_of_single_labels_and_changes_no_item(traced):
    mean = of_group(traced[0])["mean"]
    assert mean.items_changed == 0
    assert mean.accuracy.value == of_group(traced[0])["majority"].accuracy.value


def test_the_same_seed_gives_the_same_rules(traced):
    again, _ = trace_world(1, WORLD, **FEW)
    assert again.rules == traced[0].rules
    assert again.dissent == traced[0].dissent


@pytest.mark.slow
def test_where_labels_are_alike_no_rule_is_told_apart_in_nine_worlds_of_ten():
    """Without a bias and with equal groups, no rule moves the gap of labels beyond noise."""
    clean = World(items=400, annotators=6, penalties={"north": 0.0, "south": 0.0}, noise=0.15)
    told = 0
    for seed in range(12):
        trace, _ = trace_world(seed, clean, reference="gold", units=(), replicates=10, placebos=19)
        p = [one.label_p_adjusted for one in trace.rules if one.label_p_adjusted is not None]
        assert p
        told += min(p) <= 0.05
    assert told <= 2


def audited(model=None, label=None, **annotations):
    rng = np.random.default_rng(5)
    n = 400
    people = pd.DataFrame({"id": range(n), "sex": rng.choice(["f", "m"], n), "grade": rng.normal(size=n)})
    item, who = np.repeat(np.arange(n), 3), rng.integers(0, 12, 3 * n)
    marks = (
        (people["grade"].to_numpy()[item] + rng.normal(size=3 * n) > 0).astype(float)
        if label is None
        else label(rng, n)
    )
    votes = pd.DataFrame({"id": item, "who": who, "vote": marks, "pool": np.array(["x", "y"])[who % 2]})
    votes = votes.drop_duplicates(["id", "who"])
    people["label"] = (votes.groupby("id")["vote"].mean() > 0.5).astype(int)
    people["given"] = people["label"]
    raw = {
        "schema": 1,
        "audit": {"name": "x", "title": "x"},
        "data": {"id": "id", "outcome": "label", "features": ["grade"]},
        "protected": [{"column": "sex", "reference": "m"}],
        "model": model or {"train": "logistic_regression"},
        "annotations": {"item": "id", "annotator": "who", "label": "vote", "units": ["pool"], **annotations},
        "uncertainty": {"replicates": 10, "placebos": 19},
    }
    return biasaudit.run(raw, data=people, annotations=votes)


def test_a_model_made_elsewhere_has_no_gap_under_other_rules_and_says_why():
    result = audited(model={"decision": "given"})
    effect = result.trace.rules[1]
    assert effect.model_gap.value is None
    assert "not trained here" in effect.model_gap.reason
    assert effect.label_gap.is_defined
    assert effect.accuracy is None
    assert effect.fpr_gap is None


def test_a_declared_jury_is_among_the_rules():
    result = audited(jury={"attribute": "pool", "seats": 3, "shares": {"x": 2, "y": 1}})
    found = {one.rule: one for one in result.trace.rules}
    assert "jury" in found
    assert "have no label by one of the groups with seats" in found["jury"].note
    assert found["jury"].items_changed > 0
    assert found["jury"].tie_rule.startswith("a jury whose votes are tied")


def test_a_jury_that_cannot_be_drawn_is_a_step_and_the_others_stay():
    result = audited(jury={"attribute": "pole"})
    step = next(step for step in result.steps if step.name == "traces: rules: jury")
    assert "did you mean 'pool'" in step.reason
    assert {one.rule for one in result.trace.rules} >= {"majority", "glad"}


def test_a_declared_jury_rule_makes_the_trace():
    result = audited(rule="jury", jury={"attribute": "pool", "seats": 3})
    assert result.trace.rule == "jury"
    assert next(one for one in result.trace.rules if one.is_declared).rule == "jury"
    assert result.status == "complete", [one for one in result.steps if one.outcome == "failed"]


def test_marks_have_no_other_rule_and_nobody_to_overrule():
    result = audited(label=lambda rng, n: rng.uniform(0, 1, 3 * n).round(2), rule="mean")
    assert result.trace.rules == ()
    assert result.trace.dissent == ()
    reasons = {step.name: step.reason for step in result.steps}
    assert "only their mean" in reasons["traces: rules"]
    assert "not simply overruled" in reasons["traces: dissent"]


def test_too_many_labels_leave_glad_out(monkeypatch):
    monkeypatch.setattr("biasaudit.traces.rules.applied.MOST_LABELS_FOR_GLAD", 100)
    result = audited(model={"decision": "given"})
    assert "glad" not in {one.rule for one in result.trace.rules}
    assert any(step.name == "traces: rules: glad" for step in result.steps)


def test_marks_are_refused_by_name():
    marks = Ballots(
        rows=np.array([0]), item=np.array([0]), annotator=np.array([0]), label=np.array([0.5]), source=np.array([0])
    )
    with pytest.raises(NotApplicableError, match="only their mean"):
        compared_rules(Rule(name="mean"), marks, None)


def test_a_rule_changes_items_by_count():
    log = Ballots(
        rows=np.arange(3), item=np.array([0, 0, 0, 1, 1, 1, 2, 2]), annotator=np.array([0, 1, 2, 0, 1, 2, 0, 1]),
        label=np.array([1.0, 1, 0, 1, 0, 0, 1, 0]), source=np.arange(8),
    )  # fmt: skip
    declared = Rule(name="majority", tie=0.5)
    made = apply_rules(compared_rules(declared, log, None), declared, log)
    changed = dict(zip([rule.name for rule in made.rules], made.changed, strict=True))
    assert (changed["majority"], changed["any"], changed["all"]) == (0, 1.5, 1.5)
