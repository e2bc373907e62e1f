"""BA505 speaks of pools, not of people, and says what could have been seen where nothing is."""

import importlib.util
from pathlib import Path

import pytest

from biasaudit.findings.ba505_pools import check
from biasaudit.results import PoolEffect, PoolOverlap, PoolPair, PoolSize, estimated, undefined

REPORT = Path(__file__).parents[1] / "report" / "invented.py"


@pytest.fixture(scope="module")
def rich():
    spec = importlib.util.spec_from_file_location("invented_for_findings", REPORT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.rich()


def overlap(kind="vendor"):
    pools = tuple(PoolSize(unit=unit, annotators=12, labels=900, items=700) for unit in ("panel 1", "panel 2"))
    pair = PoolPair(first="panel 1", second="panel 2", shared_items=400)
    return PoolOverlap(unit_kind=kind, pools=pools, pairs=(pair,), parts=1, fewest_shared=30, anchor="items")


def effect(value=-0.12, reach=0.04, **more):
    measured = {
        "unit_kind": "vendor",
        "unit": "panel 2",
        "attribute": "origin",
        "group": "non-European",
        "reference": "European",
        "effect": estimated(value, value - reach, value + reach, method="least squares"),
        "logit": estimated(value, value - reach, value + reach, method="logit"),
        "p_value": 0.001,
        "p_adjusted": 0.004,
        "flagged": True,
        "detectable": reach * 1.4,
        "annotators": 12,
        "annotators_others": 24,
        "labels": 900,
        "n_items": 300,
        "n_items_reference": 500,
    }
    return PoolEffect(**{**measured, **more})


def findings(rich, *effects, overlaps=None):
    overlaps = (overlap(),) if overlaps is None else overlaps
    trace = rich.trace.model_copy(update={"pools": effects, "pool_overlap": overlaps})
    return check(rich.model_copy(update={"trace": trace}))


def test_a_flagged_pool_is_told_with_its_size_and_what_it_is_held_against(rich):
    (found,) = findings(rich, effect())
    assert found.outcome == "found"
    assert found.evidence == ("/trace/pools/0",)
    assert found.claim == (
        "On the same items, the panel 2 pool (vendor) gives non-European applicants a positive label less often than "
        "the other pools: by 12 in 100 (8 to 16), beyond how they differ on European ones."
    )
    said = " ".join(caveat.template for caveat in found.caveats)
    assert "conditions and rules, not of the character" in said
    assert "association" in said
    assert "Different is not wrong" in said


def test_of_two_pools_the_one_that_says_positive_more_often_is_told_once(rich):
    pair = (
        effect(0.12, unit="panel 1", against="panel 2"),
        effect(-0.12, unit="panel 2", against="panel 1"),
    )
    (found,) = findings(rich, *pair)
    assert (
        "the panel 1 pool (vendor) gives non-European applicants a positive label more often than the panel 2 pool"
        in found.claim
    )


def test_labels_on_a_scale_are_told_on_it(rich):
    (found,) = findings(rich, effect(0.5, 0.2, scale="value"))
    assert "higher labels than the other pools: by 0.50 on their scale (0.30 to 0.70)" in found.claim
    (found,) = findings(rich, effect(-0.5, 0.2, scale="value"))
    assert "lower labels" in found.claim


def test_what_is_held_against_reference_labels_says_so(rich):
    (found,) = findings(rich, effect(anchor="reference"))
    assert "less often than the reference labels let expect" in found.claim
    assert any("Pools share too few items" in caveat.template for caveat in found.caveats)


def test_an_intersection_is_told_only_where_it_shows_more(rich):
    crossed = {"attribute": "sex x origin", "group": "female x non-European", "reference": "male x European"}
    assert len(findings(rich, effect(-0.12), effect(-0.13, **crossed))) == 1
    assert len(findings(rich, effect(-0.12), effect(-0.24, **crossed))) == 2
    assert len(findings(rich, effect(-0.02, flagged=False), effect(-0.13, **crossed))) == 1


def test_small_differences_are_not_found_where_the_interval_settles_it(rich):
    (quiet,) = findings(rich, effect(0.005, 0.01, flagged=False))
    assert quiet.outcome == "not_found"
    assert "by more than the 5 in 100 that this audit tolerates" in quiet.claim
    (open_,) = findings(rich, effect(0.005, 0.06, flagged=False))
    assert open_.outcome == "cannot_tell"
    assert "one of less than 8 in 100 could have stayed unseen" in open_.claim
    (scaled,) = findings(rich, effect(0.005, 0.06, flagged=False, scale="value"))
    assert scaled.outcome == "cannot_tell"
    assert "0.08 on the scale of the labels" in scaled.claim


def test_pools_that_could_not_be_compared_are_told_so(rich):
    none = undefined("too few", method="least squares")
    (found,) = findings(rich, effect(effect=none, logit=none, flagged=False, detectable=None))
    assert (found.outcome, found.evidence) == ("cannot_tell", ("/trace/pool_overlap/0",))
    assert "too few annotators or too few shared items" in found.claim


def test_without_pools_the_check_does_not_apply(rich):
    (found,) = findings(rich, overlaps=())
    assert found.outcome == "not_applicable"


def test_every_kind_of_pool_has_its_own_finding(rich):
    two = (overlap("vendor"), overlap("guideline"))
    found = findings(rich, effect(), effect(0.01, 0.06, unit_kind="guideline", flagged=False), overlaps=two)
    assert [one.outcome for one in found] == ["found", "cannot_tell"]
