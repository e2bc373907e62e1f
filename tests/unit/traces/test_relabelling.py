"""A plan of re-labelling: names what was planted, promises nothing where nothing was, and says how sure it is."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from biasaudit.data.annotations import read_annotations
from biasaudit.data.roles import assign_roles
from biasaudit.errors import NotApplicableError
from biasaudit.measures import attribute_facts, count
from biasaudit.models import decide, judge, make_model
from biasaudit.spec import ModelSpec, RelabelSpec
from biasaudit.testing.planted import World, plant_world, planted_declaration
from biasaudit.testing.planted_traces import source_of
from biasaudit.traces.relabelling import planning
from biasaudit.traces.relabelling.grounds import lay_grounds
from biasaudit.traces.relabelling.planning import plan_relabelling, rank_items, refits_planned

GUILTY = World()
CLEAN = replace(GUILTY, penalties=dict.fromkeys(GUILTY.penalties, 0.0))


class Case:
    """A planted world, read and modelled, with what a plan asks for."""

    def __init__(self, seed, world, reference="gold", *, relabel=None, model=None, planted=None):
        declaration = planted_declaration(world, reference=reference)
        answers = declaration.spec.annotations.model_copy(update={"relabel": relabel or RelabelSpec()})
        changes = {"annotations": answers} | ({"model": model} if model else {})
        self.spec, self.seed = declaration.spec.model_copy(update=changes), seed
        self.planted = planted or plant_world(seed, world)
        self.table = assign_roles(self.planted.items, declaration, source_of("items"))
        gold = self.table.frame["gold"] if reference == "gold" else None
        self.log = read_annotations(
            self.planted.labels, answers, self.table, fingerprint=source_of("annotations"), reference_column=gold
        )
        self.model = make_model(self.table, self.spec, folder=Path.cwd(), seed=seed)
        judged = self.table.judged()
        selected = judge(self.model, judged, self.spec).decisions.selected
        self.facts = attribute_facts(count(judged, selected), self.spec)

    def plan(self, **more):
        arguments = (self.table, self.log, self.spec, self.facts, self.model)
        return plan_relabelling(*arguments, seed=self.seed, level=0.95, **more)

    def grounds(self):
        return lay_grounds(self.table, self.log, self.spec, self.facts, self.model, seed=self.seed)

    def first_items(self, number):
        grounds = self.grounds()
        return grounds.ballots.rows[rank_items(grounds, self.facts)[:number]]


def of_b(records):
    return [one for one in records if (one.attribute, one.group) == ("group", "B")]


@pytest.fixture(scope="module")
def guilty():
    return Case(1, GUILTY)


@pytest.fixture(scope="module")
def plan(guilty):
    return guilty.plan()


def test_the_first_items_are_mostly_those_that_the_guilty_unit_turned_down(guilty):
    rows = guilty.first_items(75)
    items = guilty.planted.items
    by_east = items["id"].isin(guilty.planted.labels.query("vendor == 'east' and vote == 0")["id"])
    wanted = (items["group"] == "B").to_numpy() & by_east.to_numpy()
    assert wanted[rows].mean() > 0.6
    assert wanted.mean() < 0.25
    is_wrong = (items["gold"] != items["outcome"]).to_numpy()
    assert is_wrong[rows].mean() > 5 * is_wrong.mean()


def test_new_labels_close_what_was_planted_and_a_random_order_does_far_less(plan):
    steps = of_b(plan.relabel)
    assert [one.items for one in steps] == sorted({one.items for one in steps})
    fifth = steps[-1]
    first_tenth = steps[-2]
    assert first_tenth.change.value > 0.04
    assert first_tenth.p_adjusted < 0.01
    assert first_tenth.gap_after.value > first_tenth.random_gap_after.high
    assert abs(first_tenth.random_gap_after.value - fifth.gap_before.value) < first_tenth.change.value / 4


def test_steps_are_measured_by_training_the_model_itself_again(guilty, plan):
    grounds, ranked = guilty.grounds(), None
    ranked = rank_items(grounds, guilty.facts)
    one = of_b(plan.relabel)[2]
    labels = guilty.model.trainer.labels.copy()
    at = grounds.position[ranked[: one.items]]
    gold = guilty.planted.items["gold"].to_numpy(dtype=float)[guilty.model.trainer.rows]
    labels[at] = gold[at]
    rows = guilty.model.trainer.prepare(guilty.model.trainer.frame)
    fresh = LogisticRegression(C=1.0, tol=1e-10, max_iter=500).fit(rows, labels)
    scores = fresh.predict_proba(guilty.model.trainer.judged)[:, 1]
    selected = decide(scores, guilty.spec.model).selected
    is_b = (guilty.table.judged().frame["group"] == "B").to_numpy()
    assert one.gap_after.value == pytest.approx(selected[is_b].mean() - selected[~is_b].mean(), abs=1e-9)
    assert one.verified
    assert one.changed == pytest.approx(np.abs(labels - guilty.model.trainer.labels).sum())
    assert one.change.value == pytest.approx(one.gap_after.value - one.gap_before.value, abs=1e-12)
    assert abs(one.first_order - one.gap_after.value) < 0.02


def test_an_items_own_reference_label_has_no_say_in_where_it_ranks(guilty):
    """Ranking by what is known of an item and measuring with the same would promise more than labels can hold."""
    chance = guilty.grounds().expected.chance
    row = int(guilty.first_items(1)[0])
    items = guilty.planted.items.copy()
    items.loc[row, "gold"] = 1 - items.loc[row, "gold"]
    other = Case(1, GUILTY, planted=replace(guilty.planted, items=items))
    at = int(np.searchsorted(guilty.grounds().ballots.rows, row))
    moved = other.grounds().expected.chance
    assert moved[at] == chance[at]
    assert (moved != chance).sum() > 100  # it teaches the ranking of the others


@pytest.mark.parametrize("reference", ["gold", "north", "peers"])
def test_a_clean_world_is_promised_nothing(reference):
    told = [
        min(one.p_adjusted for one in Case(seed, replace(CLEAN, items=1_500), reference).plan().relabel)
        for seed in range(4)
    ]
    assert min(told) > 0.01


@pytest.mark.slow
def test_intervals_are_as_wide_as_worlds_differ(monkeypatch):
    monkeypatch.setattr(planning, "RANDOM_ORDERS", 2)
    world = replace(GUILTY, items=1_200)
    steps = [of_b(Case(seed, world, relabel=RelabelSpec(budget=(100,))).plan().relabel)[0] for seed in range(60)]
    for name in ("gap_before", "gap_after", "change"):
        estimates = [getattr(one, name) for one in steps]
        spread = np.std([one.value for one in estimates], ddof=1)
        told = np.mean([(one.high - one.low) / 2 / 1.96 for one in estimates])
        assert 0.75 < told / spread < 1.33, name  # 60 worlds know a standard deviation to about 9 %


def test_the_named_unit_serves_as_what_new_labels_agree_with():
    case = Case(1, GUILTY, "north")
    found = of_b(case.plan().relabel)
    assert {one.new_labels for one in found} == {"north"}
    assert found[-1].change.value > 0.02
    only_north = set(case.planted.labels["id"]) - set(case.planted.labels.query("vendor != 'north'")["id"])
    ranked = case.first_items(10_000)
    assert only_north.isdisjoint(case.planted.items["id"].to_numpy()[ranked])


def test_sources_share_out_the_movement_and_the_guilty_unit_has_most_of_it(plan):
    found = [one for one in plan.influence if (one.attribute, one.group) == ("group", "B")]
    assert {one.unit for one in found} == set(GUILTY.units)
    assert sum(one.share for one in found) == pytest.approx(1)
    assert sum(one.label_share for one in found) == pytest.approx(1)
    east = next(one for one in found if one.unit == "east")
    assert east.share > 0.6
    assert east.moves > 0.03


def test_a_unit_of_few_annotators_is_not_named():
    few = replace(GUILTY, annotators=4)
    assert Case(1, few).plan().influence[0].unit.startswith("(fewer than")


def test_the_declared_budget_and_cost_are_kept():
    case = Case(1, replace(GUILTY, items=800), relabel=RelabelSpec(budget=(40, 3, 9_999), cost=0.4))
    plan = case.plan()
    steps = of_b(plan.relabel)
    assert [one.items for one in steps] == [40, steps[0].of_items]
    assert steps[0].cost == pytest.approx(16.0)
    assert steps[0].currency == "EUR"
    assert [one.in_file for one in steps] == [False, True]
    assert len(plan.items) == steps[0].of_items


def test_the_file_holds_the_items_of_one_step_in_an_order_that_tells_nothing(guilty, plan):
    held = next(one for one in plan.relabel if one.in_file).items
    rows = guilty.first_items(held)
    names = guilty.table.ids[rows]
    assert set(plan.items) == set(names)
    assert len(plan.items) == held
    rank = {name: place for place, name in enumerate(names)}
    places = [rank[name] for name in plan.items]
    assert abs(np.corrcoef(places, np.arange(held))[0, 1]) < 0.4
    assert list(plan.items) != sorted(plan.items)
    assert plan == guilty.plan()


def test_items_that_were_labelled_again_are_not_named_a_second_time(guilty, plan):
    done = guilty.first_items(30)
    later = guilty.plan(again=done)
    assert set(later.items).isdisjoint(guilty.table.ids[done])
    assert later.relabel[0].of_items == plan.relabel[0].of_items - 30


def test_no_record_holds_an_item_or_an_annotator(guilty, plan):
    text = "".join(one.model_dump_json() for one in (*plan.relabel, *plan.influence))
    assert not any(name in text for name in map(str, guilty.table.ids))
    assert not any(name in text for name in guilty.planted.labels["annotator"].unique())


def test_another_model_is_ranked_by_a_stand_in_and_tried_by_its_own_refits():
    model = ModelSpec(train="gradient_boosting", parameters={"max_iter": 15}, share=0.5)
    case = Case(1, replace(GUILTY, items=1_500), model=model, relabel=RelabelSpec(budget=(100,)))
    one = of_b(case.plan().relabel)[0]
    assert one.stands_in
    assert one.verified
    assert one.change.value > 0.01
    grounds = case.grounds()
    labels = grounds.labels_after(rank_items(grounds, case.facts)[:100])
    scores = case.model.trainer.scores(labels)
    selected = decide(scores, model).selected
    is_b = (case.table.judged().frame["group"] == "B").to_numpy()
    assert one.gap_after.value == pytest.approx(selected[is_b].mean() - selected[~is_b].mean(), abs=1e-12)


def test_progress_never_exceeds_what_was_announced(guilty):
    done = []
    guilty.plan(advance=done.append)
    assert sum(done) == refits_planned(guilty.spec)


def test_too_few_reference_labels_are_refused_with_the_number_needed(guilty):
    items = guilty.planted.items.copy()
    items["gold"] = items["gold"].astype(float)
    items.loc[np.arange(len(items)) >= 60, "gold"] = np.nan
    with pytest.raises(NotApplicableError, match="fewer than 50 items have a label to learn from"):
        Case(1, GUILTY, planted=replace(guilty.planted, items=items)).plan()


def test_a_model_that_was_not_trained_here_is_refused(guilty):
    with pytest.raises(NotApplicableError, match="not trained here"):
        plan_relabelling(
            guilty.table,
            guilty.log,
            guilty.spec,
            guilty.facts,
            replace(guilty.model, trainer=None),
            seed=0,
            level=0.95,
        )


def test_where_gold_is_known_for_some_the_others_are_measured_by_their_chance(guilty):
    items = guilty.planted.items.copy()
    items["gold"] = items["gold"].astype(float)
    items.loc[np.arange(len(items)) % 2 == 0, "gold"] = np.nan
    case = Case(1, GUILTY, planted=replace(guilty.planted, items=items))
    expected = case.grounds().expected
    unknown = np.isnan(expected.known)
    assert 0.4 < unknown.mean() < 0.6
    assert (expected.measured[unknown] == expected.chance[unknown]).all()
    assert (expected.draw_variance[~unknown] == 0).all()
    assert (expected.draw_variance[unknown] > 0).all()
    found = of_b(case.plan().relabel)[-1]
    assert found.change.value > 0.02


def test_a_threshold_on_another_models_scores_becomes_the_line_that_selects_as_many():
    model = ModelSpec(train="sklearn.svm.LinearSVC", parameters={"C": 0.1}, threshold=0.2)
    case = Case(1, replace(GUILTY, items=900), model=model, relabel=RelabelSpec(budget=(50,)))
    grounds = case.grounds()
    assert grounds.smooth.stands_in
    assert grounds.cut.share is None
    softly = grounds.cut.selected(grounds.smooth.judged_line).mean()
    assert softly == pytest.approx(grounds.refit(grounds.trainer.labels).selected.mean(), abs=1e-6)
    assert of_b(case.plan().relabel)[0].verified


def test_a_model_that_cannot_take_labels_in_between_ends_with_its_reason(guilty):
    model = ModelSpec(train="sklearn.neighbors.KNeighborsClassifier", share=0.5)
    case = Case(1, replace(GUILTY, items=900), "north", model=model)
    with pytest.raises(NotApplicableError, match="KNeighborsClassifier"):
        case.plan()
