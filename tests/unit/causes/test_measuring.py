"""A declared graph in a whole audit: what is taken apart, for whom, and what is refused with its reason."""

import numpy as np
import pandas as pd
import pytest

import biasaudit
from biasaudit.causes import measure_causes
from biasaudit.errors import DeclarationError
from biasaudit.measures import attribute_facts, count
from biasaudit.models import line_of
from biasaudit.plugins import Case
from biasaudit.results import from_json, to_json
from biasaudit.running.inputs import read_inputs
from biasaudit.running.steps import Run, silent
from biasaudit.spec import declare

ACCEPTED = [{"through": "skill", "reason": "the job needs it"}]
PARENTS = {"skill": ["sex"], "town": ["sex"], "called": ["skill", "town", "sex"]}


def people(n=1200, seed=0):
    """Women have less skill (0.7 to 0.4) and live in town less often; both help, and being a woman costs 0.2."""
    rng = np.random.default_rng(seed)
    woman = rng.random(n) < 0.5
    skill = rng.random(n) < np.where(woman, 0.4, 0.7)
    town = rng.random(n) < np.where(woman, 0.3, 0.6)
    chance = 0.3 + 0.3 * skill + 0.2 * town - 0.2 * woman
    frame = pd.DataFrame(
        {"sex": np.where(woman, "f", "m"), "skill": skill.astype(int), "town": town.astype(int), "score": chance}
    )
    return frame.assign(called=(rng.random(n) < chance).astype(int), label=(rng.random(n) < chance).astype(int))


def audited(frame, causes, *, model=None, protected=("sex",), **more):
    raw = {
        "schema": 1,
        "audit": {"name": "calls", "title": "Who is called?"},
        "data": more.pop("data", {}),
        "protected": [{"column": name, "reference": {"sex": "m", "town": 0}[name]} for name in protected],
        "model": model or {"decision": "called"},
        **more,
    }
    return biasaudit.run(raw | ({"causes": causes} if causes else {}), data=frame)


def parts(result, **wanted):
    found = [one for one in result.causes if all(getattr(one, key) == value for key, value in wanted.items())]
    return {one.part: one for one in found}


def test_planted_parts_are_found_and_add_up_to_the_measured_gap():
    result = audited(people(), {"parents": PARENTS, "justified": ACCEPTED})
    found = parts(result, stage="decision", group="f")
    assert list(found) == ["direct", "unjustified", "justified", "total"]
    for part, truth in {"direct": -0.2, "unjustified": -0.06, "justified": -0.09, "total": -0.35}.items():
        estimate = found[part].estimate
        assert estimate.low < truth < estimate.high
        assert estimate.high - estimate.low < 0.14
    values = {part: one.estimate.value for part, one in found.items()}
    assert values["direct"] + values["unjustified"] + values["justified"] == pytest.approx(values["total"], abs=1e-12)
    (gap,) = [
        one.estimate.value
        for one in result.disparities
        if one.statistic == "gap" and one.measure == "selection_rate" and one.group == "f"
    ]
    assert values["total"] == pytest.approx(gap, abs=1e-12)
    assert found["justified"].paths == (("sex", "skill", "called"),)
    assert found["direct"].estimate.method.startswith("means within every")
    assert result.declared_causes.accepted[0].reason == "the job needs it"
    assert from_json(to_json(result)).causes == result.causes


def test_e_values_are_those_of_the_published_formula():
    """A selection rate halved by the direct arrow: E = 2 + sqrt(2) (VanderWeele and Ding 2017)."""
    frame = pd.DataFrame({"sex": ["m"] * 400 + ["f"] * 400, "skill": [0, 1] * 400})
    frame["called"] = ([1] * 200 + [0] * 200) + ([1] * 100 + [0] * 300)
    found = parts(audited(frame, {"parents": {"skill": ["sex"], "called": ["skill", "sex"]}}))
    assert found["direct"].estimate.value == pytest.approx(-0.25)
    assert found["direct"].e_value == pytest.approx(2 + 2**0.5)
    assert 1 < found["direct"].e_value_limit < found["direct"].e_value
    assert found["unjustified"].e_value == pytest.approx(1)
    assert found["unjustified"].e_value_limit == 1


def test_labels_and_decisions_are_taken_apart_each_with_its_own():
    frame = people(800)
    frame["called"] = 1 - frame["label"]
    causes = {"parents": {**PARENTS, "label": PARENTS["called"]}}
    result = audited(frame, causes, data={"outcome": "label"})
    decision, label = (parts(result, stage=stage)["direct"].estimate.value for stage in ("decision", "label"))
    assert decision == pytest.approx(-label)


def trained(frame, features):
    """Only what the parts of a trained model's decisions need, since the rest of a run takes seconds."""
    parents = {"skill": ["sex"], "town": ["sex"], "label": ["skill", "town", "sex"]}
    raw = {
        "schema": 1,
        "audit": {"name": "calls", "title": "Who is called?"},
        "data": {"outcome": "label", "features": features},
        "protected": [{"column": "sex", "reference": "m"}],
        "model": {"train": "logistic_regression", "share": 0.4},
        "causes": {"parents": parents},
    }
    run = Run(declaration=declare(raw), case=Case(), progress=silent)
    inputs = read_inputs(run, frame, None, trust_pickle=False, relabelled=None)
    spec, decisions = run.declaration.spec, inputs.judgement.decisions
    facts = attribute_facts(count(inputs.judged, decisions.selected, ()), spec)
    _, gaps = measure_causes(inputs.model, inputs.judged, spec, facts, decisions, seed=0)
    return inputs, {(one.stage, one.part): one.estimate for one in gaps}


def test_a_model_that_never_sees_the_attribute_has_no_direct_part_and_its_labels_have():
    _, found = trained(people(2000).drop(columns=["called", "score"]), ["skill", "town"])
    assert found["decision", "direct"].value == 0
    assert found["decision", "unjustified"].high < 0
    assert found["label", "direct"].high < 0


def test_a_model_that_sees_the_attribute_is_asked_under_both_values():
    inputs, found = trained(people(2000).drop(columns=["called", "score"]), ["skill", "town", "sex"])
    men = inputs.judged.frame[inputs.judged.frame["sex"] == "m"]
    line = line_of(inputs.judgement.scores, inputs.judgement.decisions)
    change = line(inputs.model.score(men.assign(sex="f"))) - line(inputs.model.score(men))
    assert change.mean() < -0.05
    assert found["decision", "direct"].value == pytest.approx(change.mean(), abs=1e-12)


def test_the_order_of_rows_changes_nothing():
    frame = people(500).assign(age=np.random.default_rng(1).normal(size=500), id=[f"p{at:03d}" for at in range(500)])
    causes = {"parents": {"age": ["sex"], "skill": ["sex", "age"], "called": ["skill", "age", "sex"]}}
    data = {"id": "id"}
    one, other = (audited(some, causes, data=data) for some in (frame, frame[::-1].reset_index(drop=True)))
    for mine, theirs in zip(one.causes, other.causes, strict=True):
        assert mine.estimate.value == pytest.approx(theirs.estimate.value, abs=1e-9)


def test_a_refused_graph_keeps_the_gap_and_says_why():
    causes = {"parents": PARENTS, "justified": ACCEPTED, "hidden": {"ability": ["skill", "called"]}}
    found = parts(audited(people(), causes))
    assert found["total"].estimate.is_defined
    for part in ("direct", "unjustified", "justified", "indirect"):
        assert found[part].estimate.value is None
        assert "a hidden cause (ability) joins skill, called" in found[part].estimate.reason
        assert found[part].e_value is None


def test_what_is_not_split_is_told_together():
    causes = {"parents": PARENTS, "justified": ACCEPTED, "hidden": {"school": ["skill", "town"]}}
    found = parts(audited(people(), causes))
    assert found["justified"].estimate.value is None
    together = found["indirect"].estimate
    assert together.low < -0.15 < together.high
    assert found["direct"].estimate.is_defined


def test_declared_confounders_take_what_is_spurious():
    """Who lives in town is older, and the old are called: living in town does nothing."""
    rng = np.random.default_rng(3)
    old = rng.random(3000) < 0.5
    town = rng.random(3000) < np.where(old, 0.8, 0.2)
    called = rng.random(3000) < np.where(old, 0.7, 0.3)
    frame = pd.DataFrame({"old": old.astype(int), "town": town.astype(int), "called": called.astype(int)})
    found = parts(audited(frame, {"parents": {"town": ["old"], "called": ["old", "town"]}}, protected=("town",)))
    assert list(found) == ["direct", "spurious", "total"]
    assert found["direct"].estimate.low < 0 < found["direct"].estimate.high
    assert found["spurious"].estimate.low < 0.24 < found["spurious"].estimate.high
    assert found["spurious"].e_value is None


def test_small_groups_are_listed_and_never_judged():
    frame = people(400)
    frame.loc[frame.index[:12], "sex"] = "other"
    found = parts(audited(frame, {"parents": PARENTS}), group="other")
    assert set(found) == {"direct", "unjustified", "total"}
    assert all(one.estimate.value is None and "declared minimum" in one.estimate.reason for one in found.values())


def test_without_a_declaration_the_result_says_what_cannot_be_known():
    result = audited(people(200), None)
    assert result.causes == ()
    (step,) = [step for step in result.steps if step.name == "causes"]
    assert step.outcome == "not_applicable"
    assert step.reason.startswith("No [causes] are declared. The data alone cannot say")


def test_a_circle_is_refused_and_the_rest_is_measured():
    causes = {"parents": {"skill": ["sex", "town"], "town": ["skill"], "called": ["skill", "sex"]}}
    result = audited(people(200), causes)
    (step,) = [step for step in result.steps if step.name == "causes"]
    assert step.outcome == "not_applicable"
    assert "run in a circle" in step.reason
    assert result.disparities
    assert result.status == "complete"


def test_a_parent_named_twice_is_one_arrow():
    twice = PARENTS | {"called": ["skill", "skill", "town", "sex"]}
    once, again = (audited(people(300), {"parents": parents}) for parents in (PARENTS, twice))
    assert once.causes == again.causes
    assert once.declared_causes == again.declared_causes


def test_a_variable_that_acts_on_itself_is_a_circle():
    result = audited(people(200), {"parents": {"skill": ["skill", "sex"], "called": ["skill", "sex"]}})
    (step,) = [step for step in result.steps if step.name == "causes"]
    assert "circle: skill → skill" in step.reason


def test_columns_of_the_graph_stay_features_and_a_wrong_name_is_told():
    frame = people(400).drop(columns=["called", "score"])
    causes = {"parents": {"skill": ["sex"], "label": ["skill", "sex"]}}
    model = {"train": "logistic_regression"}
    result = audited(frame, causes, model=model, data={"outcome": "label"})
    assert "skill" in result.data.features
    causes["parents"]["skil"] = ["sex"]
    with pytest.raises(DeclarationError, match=r"there is no column 'skil'\. Did you mean 'skill'"):
        audited(frame, causes, model=model, data={"outcome": "label"})
