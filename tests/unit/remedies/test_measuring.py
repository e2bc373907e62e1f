"""All remedies of an audit: what each record says, what applies to which model, and that nothing depends on chance."""

from types import SimpleNamespace

import pytest

import biasaudit
from biasaudit.errors import DeclarationError
from biasaudit.models.training import Trainer
from biasaudit.remedies.measuring import _affordable
from biasaudit.remedies.ways import today_way
from biasaudit.results import from_json, to_json
from biasaudit.spec import declare
from biasaudit.testing.planted import World, plant_world, planted_declaration


@pytest.fixture(scope="module")
def labelled():
    world = World(items=1_600, penalties={"north": 0.0, "south": 0.0, "east": 0.95})
    planted = plant_world(3, world)
    declaration = planted_declaration(world, remedies=("labels",), replicates=20, placebos=39)
    return biasaudit.run(declaration, data=planted.items, annotations=planted.labels)


@pytest.fixture(scope="module")
def trained(make_people, declare_world):
    return biasaudit.run(declare_world(features=["merit", "name"]), data=make_people(1_600))


def of(result, kind, attribute="group"):
    return [one for one in result.remedies if one.kind == kind and one.attribute == attribute]


def value(estimate):
    assert estimate.value is not None
    assert estimate.low <= estimate.value <= estimate.high
    return estimate.value


def test_everything_that_applies_to_a_trained_model_is_tried(trained):
    names = list(dict.fromkeys(one.name for one in trained.remedies))
    assert names[0] == "as it is"
    assert {"without name", "reweighing by group", "reweighing by sex x group"} <= set(names)
    assert {"one line a group of group", "select 32 in 100", "select 48 in 100"} <= set(names)
    assert {"reduction to demographic parity by group", "reduction to equalized odds by sex"} <= set(names)
    assert "threshold optimiser to demographic parity by group" in names
    assert len(trained.remedies) == len(names) * 5
    steps = {step.name: step for step in trained.steps}
    assert steps["remedies"].outcome == "done"
    assert "no [annotations]" in steps["remedies: other labels"].reason
    assert trained.status == "complete"


def test_today_is_what_the_audit_measures_elsewhere(trained):
    for one in of(trained, "today") + of(trained, "today", "sex x group"):
        for measure, held in (("selection_rate", one.gap), *((each.measure, each.gap) for each in one.error_gaps)):
            same = next(
                each
                for each in trained.disparities
                if (each.attribute, each.group, each.measure, each.statistic, each.stage)
                == (one.attribute, one.group, measure, "gap", "decision")
            )
            assert value(held) == pytest.approx(same.estimate.value)
        assert one.change_in_gap is one.change_in_accuracy is None
    accuracy = next(p for p in trained.model.performance if p.measure == "accuracy" and p.attribute is None)
    assert value(of(trained, "today")[0].accuracy) == pytest.approx(accuracy.estimate.value)


def test_changes_are_after_minus_today_and_costs_add_up(trained):
    today = {(one.attribute, one.group): one for one in trained.remedies if one.kind == "today"}
    for one in trained.remedies:
        before = today[one.attribute, one.group]
        if one.kind != "today":
            assert value(one.change_in_gap) == pytest.approx(one.gap.value - before.gap.value)
            assert value(one.change_in_accuracy) == pytest.approx(one.accuracy.value - before.accuracy.value)
        group, reference = one.costs
        assert (group.group, reference.group) == (one.group, one.reference)
        assert value(group.rate_after) - value(reference.rate_after) == pytest.approx(one.gap.value)
        for cost in one.costs:
            assert value(cost.estimate) == pytest.approx(cost.rate_after.value - cost.rate_today.value)
            assert value(cost.gaining) - value(cost.losing) == pytest.approx(cost.estimate.value)
        if one.attribute != "sex x group":
            moved = sum(cost.n * cost.estimate.value for cost in one.costs)
            assert moved == pytest.approx(one.selected - before.selected, abs=1e-4)
            if one.kind != "share":
                assert one.selected == pytest.approx(before.selected)


def test_leaving_out_the_stand_in_takes_the_gap_away(trained):
    (one,) = of(trained, "drop")
    assert (one.what, one.aimed_at, one.caution) == (("name",), "group", "")
    assert one.change_in_gap.low > 0.1
    assert one.gap.low < 0 < one.gap.high
    lines = next(one for one in of(trained, "group_lines") if one.aimed_at == "group")
    assert (lines.gap.value, lines.caution) == (pytest.approx(0, abs=1e-9), "uses_group")
    assert "uses_group_in_training" in {one.caution for one in of(trained, "reweighing")}


def test_methods_say_what_was_drawn(trained):
    assert "training and judged people" in of(trained, "drop")[0].change_in_gap.method
    assert "as learnt once" in of(trained, "reduction")[0].change_in_gap.method


def test_the_same_input_gives_the_same_numbers_and_reads_back(trained, make_people, declare_world):
    asked = {"kinds": ["drop", "reductions", "threshold_optimizer"], "constraints": ["demographic_parity"]}
    audit = declare_world(features=["merit", "name"], uncertainty={"replicates": 10}, remedies=asked, groups={})
    once, again = (biasaudit.run(audit, data=make_people(600)) for _ in range(2))
    assert again.remedies == once.remedies
    assert from_json(to_json(trained)).remedies == trained.remedies
    assert all(abs(one.by_lot) < one.selected for one in trained.remedies)


def test_labels_of_a_rule_a_unit_or_a_reference_give_the_gaps_of_the_traces(labelled):
    trace = labelled.trace
    shared = next(one for one in trace.attribution if one.attribute == "group")
    (reference,) = of(labelled, "reference_labels")
    assert reference.gap.value == pytest.approx(shared.baseline.value)
    flagged = [unit for unit in shared.units if unit.flagged]
    assert [unit.unit for unit in flagged] == ["east"]
    (without,) = of(labelled, "leave_out")
    assert without.what == ("vendor", "east")
    assert without.gap.value == pytest.approx(shared.total.value - flagged[0].drop_one)
    assert without.change_in_gap.low > 0
    rules = {one.rule: one for one in trace.rules if one.attribute == "group" and one.items_changed > 0}
    tried = {one.what[0]: one for one in of(labelled, "rule")}
    assert {"any", "all"} <= set(tried) == set(rules)
    for rule, one in tried.items():
        assert one.gap == rules[rule].model_gap
        assert one.change_in_gap == rules[rule].model_change
        rates = [value(cost.rate_after) for cost in one.costs]
        assert rates[0] - rates[1] == pytest.approx(one.gap.value, abs=1e-6)
    relabelled = of(labelled, "relabel")[0]
    known = [one for one in trace.relabel if one.attribute == "group"]
    assert relabelled.gap == known[-1].gap_after
    assert relabelled.amount == known[-1].items
    assert relabelled.accuracy.value is None
    assert relabelled.accuracy.reason


def test_reference_labels_judge_accuracy_too(labelled):
    (reference,) = of(labelled, "reference_labels")
    assert reference.change_in_reference_accuracy.value > 0
    assert reference.change_in_reference_accuracy.value > reference.change_in_accuracy.value


def test_scores_made_elsewhere_allow_other_lines_only(make_people, declare_world):
    frame = make_people(1_200).assign(points=lambda each: each["merit"] - each["name"])
    declaration = declare_world(model={"score": "points", "threshold": 0.0})
    result = biasaudit.run(declaration, data=frame)
    assert {one.kind for one in result.remedies} == {"today", "group_lines", "threshold_optimizer", "share"}
    reasons = {step.name: step.reason for step in result.steps if step.name.startswith("remedies: ")}
    assert set(reasons) == {
        f"remedies: {part}" for part in ("without an input", "reweighing", "reductions", "other labels")
    }
    assert all("was not trained here" in reason for reason in reasons.values())
    assert "learnt once" in result.remedies[0].gap.method


def test_decisions_made_elsewhere_allow_lots_only_and_without_outcomes_nothing(make_people, declare_world):
    frame = make_people(1_200).assign(taken=lambda each: (each["merit"] > each["name"]).astype(int))
    declaration = declare_world(model={"decision": "taken"})
    result = biasaudit.run(declaration, data=frame)
    assert {one.kind for one in result.remedies} == {"today", "threshold_optimizer"}
    del declaration["data"]["outcome"]
    bare = biasaudit.run(declaration, data=frame.drop(columns="called"))
    assert bare.remedies == ()
    assert next(step for step in bare.steps if step.name == "remedies").outcome == "not_applicable"


def test_weights_keep_fairlearn_out_with_a_reason(make_people, declare_world):
    frame = make_people(900)
    frame["w"] = 1.0 + (frame["kind"] == "x")
    asked = {"kinds": ["reductions", "threshold_optimizer", "shares"], "shares": [0.5]}
    result = biasaudit.run(declare_world(data={"weight": "w"}, remedies=asked), data=frame)
    assert {one.name for one in result.remedies} == {"as it is", "select 50 in 100"}
    reasons = [step.reason for step in result.steps if step.name.startswith("remedies: ")]
    assert len(reasons) == 2
    assert all("no sampling weights" in reason for reason in reasons)


def test_a_declaration_chooses_and_switches_off(make_people, declare_world):
    asked = {"kinds": ["drop"], "drop": [["kind"], ["kind", "merit"]]}
    result = biasaudit.run(declare_world(remedies=asked), data=make_people(600))
    assert list(dict.fromkeys(one.name for one in result.remedies)) == [
        "as it is",
        "without kind",
        "without kind, merit",
    ]
    off = biasaudit.run(declare_world(remedies={"kinds": []}), data=make_people(600))
    assert off.remedies == ()
    assert "switches them off" in next(step.reason for step in off.steps if step.name == "remedies")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"kinds": ["dropp"]}, "'drop'"),
        ({"shares": [1.2]}, "shares"),
        ({"shares": [0.2, 0.2]}, "more than once"),
        ({"drop": [["nam"]]}, "Did you mean 'name'?"),
        ({"drop": [[]]}, "drop"),
        ({"constraints": []}, "constraints"),
        ({"stand_ins": 0}, "stand_ins"),
        ({"shars": []}, "Did you mean 'shares'?"),
    ],
)
def test_mistakes_are_told(declare_world, table, said):
    with pytest.raises(DeclarationError) as caught:
        declare(declare_world(remedies=table))
    assert said in str(caught.value)


def test_how_much_is_drawn_follows_from_size_alone(world):
    trainer: Trainer = world.model.trainer
    ways = [today_way()] * 4
    assert _affordable(None, ways, 50) == (50, False)
    assert _affordable(trainer, ways, 50) == (50, True)

    judged = SimpleNamespace(shape=(1, 20))
    slow = SimpleNamespace(rows=range(2_000_000), judged=judged, refits_quickly=False)
    assert _affordable(slow, ways, 50) == (50, False)
    quick = SimpleNamespace(rows=range(1_000_000), judged=judged, refits_quickly=True)
    assert _affordable(quick, ways, 50) == (25, True)
