"""Rules and dissent on the answers of the recidivism survey, where its data are."""

import json
import os
from pathlib import Path

import pytest

import biasaudit

REAL = Path(os.environ.get("BIASAUDIT_DATA", "")) / "recidivism_crowd_balanced/turkprime_survey_data_clean.csv"
GOLDEN = json.loads((Path(__file__).parent / "golden/rules.json").read_text(encoding="utf-8"))["recidivism"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not REAL.is_file(), reason="BIASAUDIT_DATA does not name a folder with recidivism_crowd_balanced"
    ),
]
#: Gaps of 1,000 items, 500 of them negative, differ by a few thousandths where one item does.
ONE_ITEM = 0.0021


@pytest.fixture(scope="module")
def trace():
    # Race of the annotators as an attribute and not as a unit: nothing is attributed, which takes longest.
    few = ["uncertainty.replicates=10", "annotations.units=[]", 'annotations.attributes=["annotator_race"]']
    return biasaudit.run("recidivism-crowd", overrides=few).trace


def by_rule(trace):
    return {one.rule: one for one in trace.rules if (one.attribute, one.group) == ("race", "African-American")}


def test_the_gap_in_false_positives_moves_with_the_rule(trace):
    """Strict majority with ties as no, rates pooled over items."""
    found = by_rule(trace)
    assert found["majority"].fpr_gap.value == pytest.approx(-0.0780, abs=5e-5)
    assert found["dawid-skene"].fpr_gap.value == pytest.approx(-0.0363, abs=5e-5)
    assert found["glad"].fpr_gap.value == pytest.approx(-0.0323, abs=5e-5)


def test_the_rules_do_what_crowdkit_does_with_the_same_answers(trace):
    found = by_rule(trace)
    for name in ("dawid-skene", "glad"):
        assert found[name].fpr_gap.value == pytest.approx(GOLDEN[name]["error_gap"], abs=ONE_ITEM)
        assert found[name].accuracy.value == pytest.approx(GOLDEN[name]["accuracy"], abs=ONE_ITEM)
    # MACE starts elsewhere, and its likelihood is nearly flat on this log.
    assert found["mace"].fpr_gap.value == pytest.approx(GOLDEN["mace"]["error_gap"], abs=0.01)
    assert found["mace"].accuracy.value == pytest.approx(GOLDEN["mace"]["accuracy"], abs=0.005)


def test_one_answer_in_five_is_overruled_and_more_of_black_annotators(trace):
    """Ties of the others left out."""
    found = {one.value: one for one in trace.dissent}
    assert found["(everyone)"].overruled.value == pytest.approx(0.218, abs=5e-4)
    assert found["(everyone)"].overruled_right.value == pytest.approx(0.44, abs=5e-3)
    assert found["African-American"].overruled.value == pytest.approx(0.241, abs=5e-4)
    assert found["Caucasian"].overruled.value == pytest.approx(0.195, abs=6e-4)
    more = found["African-American"].against_others
    assert more.value == pytest.approx(0.045, abs=1e-3)
    assert (more.high - more.low) / (2 * 1.96) == pytest.approx(0.008, abs=5e-4)
    assert found["African-American"].p_adjusted < 1e-5
