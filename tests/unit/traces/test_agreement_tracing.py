"""Agreement as a part of a trace: planted differences, quiet twins, scales, and what does not apply."""

import numpy as np
import pandas as pd
import pytest

import biasaudit
from biasaudit.results import AgreementGap, Trace, estimated, withhold_small_cells
from biasaudit.results.agreeing import compared_agreement, is_told


def audited(kind="nominal", *, noise_b=0.0, rare_b=False, annotators=20, items=400, seed=0, **annotations):
    """People of two groups, five labels each; about group B annotators may be noisier, or say yes more rarely."""
    rng = np.random.default_rng(seed)
    is_b = np.arange(items) % 2 == 1
    merit = rng.normal(size=items) - (2.2 if rare_b else 0.0) * is_b
    item = np.repeat(np.arange(items), min(5, annotators))
    who = np.argsort(rng.random((items, annotators)), axis=1)[:, :5].ravel()
    seen = merit[item] * 2 + rng.normal(0, 1 + noise_b * is_b[item])
    vote = {
        "nominal": np.where(seen > 0, "yes", "no"),
        "ordinal": np.array(["poor", "fair", "good"])[np.digitize(seen, [-1, 1])],
        "interval": seen.round(3),
    }[kind]
    positive = {"nominal": "yes", "ordinal": "good", "interval": 0.0}[kind]
    order = {"order": ["poor", "fair", "good"]} if kind == "ordinal" else {}
    people = pd.DataFrame({"id": np.arange(items), "group": np.where(is_b, "B", "A"), "called": merit > 0})
    votes = pd.DataFrame({"item": item, "annotator": who, "label": vote, "half": np.where(who % 2, "odd", "even")})
    raw = {
        "schema": 1,
        "audit": {"name": "calls", "title": "Calls"},
        "data": {"id": "id"},
        "protected": [{"column": "group", "reference": "A"}],
        "model": {"decision": "called"},
        "annotations": {"label_kind": kind, "positive_value": positive, "attributes": ["half"], **order, **annotations},
    }
    return biasaudit.run(raw, data=people, annotations=votes)


def gaps_of(result):
    return {gap.coefficient: gap for gap in result.trace.agreement_gaps}


def finding_of(result):
    return next(one for one in result.findings if one.code == "BA201")


@pytest.mark.parametrize(("kind", "gwet"), [("nominal", "gwet_ac1"), ("ordinal", "gwet_ac2")])
def test_a_group_judged_with_more_noise_is_found(kind, gwet):
    result = audited(kind, noise_b=3.0)
    gaps = gaps_of(result)
    assert gaps["krippendorff_alpha"].difference.high < -0.05
    assert gaps[gwet].difference.high < 0
    assert gaps["below_80_percent"].difference.low > 0
    assert all(gap.p_value <= gap.p_adjusted <= 0.05 for gap in gaps.values())
    assert finding_of(result).outcome == "found"
    assert "less about B" in finding_of(result).claim
    assert compared_agreement(result.trace, "group", "B", "A").said == "less"


def test_a_clean_twin_is_quiet():
    told = [gap for seed in range(6) for gap in gaps_of(audited(seed=seed)).values() if is_told(gap)]
    assert len(told) <= 1
    assert finding_of(audited()).outcome == "cannot_tell"


def test_a_rare_answer_pulls_alpha_down_and_the_finding_says_so():
    result = audited(rare_b=True, items=1_200)
    assert gaps_of(result)["krippendorff_alpha"].difference.high < 0
    assert gaps_of(result)["gwet_ac1"].difference.low > 0
    finding = finding_of(result)
    assert finding.outcome == "cannot_tell"
    assert "depends on how chance is allowed for" in finding.claim
    assert "of 100 labels are positive" in finding.claim


def test_numbers_have_alpha_and_say_why_they_have_no_gwet():
    result = audited("interval", noise_b=3.0)
    found = {(one.group, one.coefficient): one.estimate for one in result.trace.agreement if not one.unit_kind}
    assert found["B", "krippendorff_alpha"].high < found["A", "krippendorff_alpha"].low
    assert "more than 20 values" in found["A", "gwet_ac2"].reason
    assert gaps_of(result)["krippendorff_alpha"].p_adjusted < 0.05


@pytest.mark.parametrize("kind", ["nominal", "ordinal", "interval"])
def test_pools_of_equal_annotators_agree_within_as_across(kind):
    result = audited(kind)
    pools = [one for one in result.trace.agreement if one.coefficient == "group_association"]
    assert {(one.unit_kind, one.unit) for one in pools} == {("half", "even"), ("half", "odd")}
    assert all(one.estimate.low < 1 < one.estimate.high for one in pools)


def test_nothing_is_said_about_four_annotators():
    few, enough = audited(annotators=4), audited(annotators=5)
    for one in few.trace.agreement:
        assert one.estimate.value is None
        assert one.estimate.reason == "fewer than 5 annotators labelled these items"
    assert all(gap.difference.value is None for gap in few.trace.agreement_gaps)
    assert all(one.estimate.is_defined for one in enough.trace.agreement)
    assert not any(one.unit_kind for one in enough.trace.agreement)


def test_groups_of_few_items_are_not_compared():
    result = audited(items=50)
    for gap in result.trace.agreement_gaps:
        assert gap.difference.value is None
        assert gap.difference.reason == "fewer than 30 items with two labels in a group"
        assert gap.p_value is None
        assert gap.p_adjusted is None
    assert finding_of(result).outcome == "not_applicable"


def test_marks_ask_for_a_kind():
    rng = np.random.default_rng(0)
    people = pd.DataFrame({"id": range(40), "group": ["A", "B"] * 20, "called": [True, False] * 20})
    votes = pd.DataFrame(
        {"item": np.repeat(range(40), 3), "annotator": np.arange(120) % 9, "label": rng.random(120).round(2)}
    )
    raw = {
        "schema": 1, "audit": {"name": "marks", "title": "Marks"}, "data": {"id": "id"},
        "protected": [{"column": "group"}], "model": {"decision": "called"}, "annotations": {"rule": "mean"},
    }  # fmt: skip
    step = next(
        one for one in biasaudit.run(raw, data=people, annotations=votes).steps if one.name == "traces: agreement"
    )
    assert "label_kind = 'interval'" in step.reason
    raw["annotations"] = {"rule": "mean", "label_kind": "interval"}
    trace = biasaudit.run(raw, data=people, annotations=votes).trace
    assert any(one.coefficient == "krippendorff_alpha" and one.estimate.is_defined for one in trace.agreement)


def gap(coefficient, value, *, p=0.01, half=0.02):
    return AgreementGap(
        attribute="group", group="B", reference="A", coefficient=coefficient, p_value=p, p_adjusted=p, n_group=50,
        difference=estimated(value, value - half, value + half, method="two-way bootstrap"), n_reference=60,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("alpha", "gwet", "said"),
    [
        ((-0.2, 0.01), (-0.1, 0.01), "less"),
        ((0.2, 0.01), (0.1, 0.01), "more"),
        ((-0.2, 0.01), (0.1, 0.01), "divided"),
        ((-0.2, 0.01), (-0.1, 0.30), "divided"),
        ((0.01, 0.01), (-0.1, 0.01), "divided"),
        ((0.01, 0.01), (-0.1, 0.06), "cannot_tell"),
    ],
)
def test_alpha_and_gwet_are_read_together(alpha, gwet, said):
    gaps = (
        gap("krippendorff_alpha", alpha[0], p=alpha[1]),
        gap("gwet_ac1", gwet[0], p=gwet[1]),
        gap("percent_agreement", 0.0),
    )
    assert compared_agreement(Trace(agreement_gaps=gaps), "group", "B", "A").said == said
    assert compared_agreement(Trace(agreement_gaps=gaps[:1]), "group", "B", "A") is None
    assert compared_agreement(Trace(agreement_gaps=gaps), "group", "A", "B") is None


def test_differences_of_fewer_than_five_items_are_withheld():
    result = audited()
    small = gap("krippendorff_alpha", -0.2).model_copy(update={"n_group": 4})
    trace = result.trace.model_copy(update={"agreement_gaps": (small, *result.trace.agreement_gaps)})
    kept = withhold_small_cells(result.model_copy(update={"trace": trace})).trace.agreement_gaps
    assert kept[0].difference.value is None
    assert kept[0].p_value is None
    assert kept[0].p_adjusted is None
    assert kept[1:] == result.trace.agreement_gaps
