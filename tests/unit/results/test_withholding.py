"""Nothing about fewer than five people leaves a run, and nothing else is taken away."""

import pandas as pd
import pytest

import biasaudit
from biasaudit.results import FEWEST_PEOPLE, TOO_FEW_TO_SHOW, AuditResult, to_json, withhold_small_cells


def audited(*sizes):
    """An audit of groups of given sizes, half of each group called."""
    frame = pd.DataFrame(
        [
            {"group": f"g{size}", "place": "x" if place % 2 else "y", "called": place % 2, "good": place % 3 > 0}
            for size in sizes
            for place in range(size)
        ]
    )
    raw = {
        "schema": 1,
        "audit": {"name": "calls", "title": "Calls"},
        "data": {"truth": "good", "strata": ["place"], "period": "place"},
        "protected": [{"column": "group", "reference": "g400"}],
        "model": {"decision": "called"},
    }
    return biasaudit.run(raw, data=frame)


@pytest.fixture(scope="module")
def small():
    return audited(400, 300, 12, 4, 1)


def test_groups_stay_listed_with_their_size_and_say_no_more(small):
    (facts,) = small.data.attributes
    shown = {group.group: (group.n, group.n_selected) for group in facts.groups}
    assert shown == {"g400": (400, 200.0), "g300": (300, 150.0), "g12": (12, 6.0), "g4": (4, None), "g1": (1, None)}


@pytest.mark.parametrize("part", ["rates", "disparities", "periods", "group_values", "group_gaps"])
def test_no_number_rests_on_fewer_than_five(small, part):
    for record in getattr(small, part):
        values = [value for value in (getattr(record, name, None) for name in ("n", "n_group", "n_reference")) if value]
        if any(value < FEWEST_PEOPLE for value in values) or record.group in {"g4", "g1"}:
            for name in type(record).model_fields:
                estimate = getattr(record, name)
                if hasattr(estimate, "method"):
                    assert estimate.value is None, (part, record)
            assert getattr(record, "p_value", None) is None
            assert getattr(record, "verdict", "cannot_tell") == "cannot_tell"


def test_a_small_denominator_is_withheld_in_a_large_group(small):
    withheld = {rate.measure for rate in small.rates if rate.group == "g12" and rate.estimate.reason == TOO_FEW_TO_SHOW}
    assert withheld == {rate.measure for rate in small.rates if rate.group == "g12" and 0 < rate.n < FEWEST_PEOPLE}
    assert "fpr" in withheld
    assert "selection_rate" not in withheld


def test_what_is_withheld_reads_again(small):
    """A result that holds a group of fewer than five people can be reported, compared and amended later."""
    assert any(ratio.share is None for ratio in small.impact_ratios)
    assert AuditResult.model_validate_json(to_json(small)) == small


def test_large_groups_keep_every_number():
    result = audited(400, 300)
    assert withhold_small_cells(result) == result
    assert all(rate.estimate.reason != TOO_FEW_TO_SHOW for rate in result.rates)


def test_the_finding_says_fewer_than_five_and_not_how_many(small):
    claims = [finding.claim for finding in small.findings if finding.code == "BA301"]
    assert sum("fewer than 5 of them" in claim for claim in claims) == 2
