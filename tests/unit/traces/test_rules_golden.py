"""Rules equal crowd-kit's on small logs, and give the planted truth back."""

import json
from pathlib import Path

import numpy as np
import pytest

from biasaudit.traces import Votes, fit_dawid_skene, fit_glad, fit_mace, fit_skill_weighted

GOLDEN = json.loads((Path(__file__).parent / "golden/rules.json").read_text(encoding="utf-8"))
CASES = [
    pytest.param(case, id=f"{max(case['label']) + 1} values, {len(case['label'])} labels") for case in GOLDEN["cases"]
]


def votes_in(case):
    item, annotator, value = (np.array(case[name]) for name in ("task", "worker", "label"))
    return Votes(
        item=item, annotator=annotator, value=value, weight=None,
        n_items=item.max() + 1, n_annotators=annotator.max() + 1, n_values=value.max() + 1,
    )  # fmt: skip


def assert_equal(chance, golden, within):
    golden = np.array(golden)
    np.testing.assert_allclose(chance, golden, atol=within, rtol=0)
    assert (chance.argmax(axis=1) == golden.argmax(axis=1)).all()


@pytest.mark.parametrize("case", CASES)
def test_dawid_skene_is_crowdkits_after_the_same_steps(case):
    assert_equal(fit_dawid_skene(votes_in(case), steps=GOLDEN["steps"], change=0).chance, case["dawid_skene"], 1e-6)


@pytest.mark.parametrize("case", CASES)
def test_mace_is_crowdkits_from_the_same_start(case):
    start = tuple(np.array(case["mace_start"][name]) for name in ("knowing", "habits"))
    assert_equal(fit_mace(votes_in(case), start=start).chance, case["mace"], 1e-9)


@pytest.mark.parametrize("case", CASES)
def test_the_even_start_of_mace_ends_as_high_as_crowdkits(case):
    start = tuple(np.array(case["mace_start"][name]) for name in ("knowing", "habits"))
    theirs, ours = fit_mace(votes_in(case), start=start), fit_mace(votes_in(case))
    assert ours.log_likelihood >= theirs.log_likelihood - 0.5


@pytest.mark.parametrize("case", CASES)
def test_glad_is_crowdkits(case):
    """Both climb by scipy's conjugate gradients from the same point."""
    assert_equal(fit_glad(votes_in(case)).chance, case["glad"], 1e-6)


@pytest.mark.parametrize("case", [case for case in CASES if case.values[0]["wawa"] is not None])
def test_skill_weights_are_crowdkits_wawa(case):
    np.testing.assert_allclose(fit_skill_weighted(votes_in(case)).chance, case["wawa"], atol=1e-12)


def test_golden_cases_hold_two_classes_and_many_and_a_wawa_of_each():
    values = [max(case["label"]) + 1 for case in GOLDEN["cases"]]
    assert {2, 3, 5} <= set(values)
    assert {max(case["label"]) + 1 for case in GOLDEN["cases"] if case["wawa"] is not None} >= {2, 3}
