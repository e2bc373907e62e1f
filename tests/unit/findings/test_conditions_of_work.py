"""Pay below the floor and work that was not accepted: told where they are, quiet where not, and why not."""

import pytest

from biasaudit.findings import ba509_pay_below_floor, ba510_work_not_accepted
from biasaudit.results import (
    ALL_GROUPS,
    AuditInfo,
    AuditResult,
    Condition,
    DataFacts,
    Floor,
    Manifest,
    Trace,
    estimated,
    undefined,
)

FLOOR = Floor(amount=6.0, name="minimum wage", currency="EUR")
NOTHING = undefined("the log does not say which labels were accepted", method="share")


def condition(share, *, unit=ALL_GROUPS, kind=ALL_GROUPS, rejected=NOTHING, **more):
    below = undefined("not looked for", method="none") if share is None else estimated(*share, method="wilson")
    about = "everyone" if kind == ALL_GROUPS else "unit"
    return Condition(
        unit_kind=kind, unit=unit, about=about, annotators=40, labels=900, hourly_pay=4.5, currency="EUR",
        below_floor=below, rejected=rejected, **more,
    )  # fmt: skip


def result(of_all, *, conditions=(), floor=FLOOR, unknown=()):
    trace = Trace(conditions=conditions, conditions_of_all=of_all, floor=floor, unknown_conditions=unknown)
    return AuditResult(
        status="complete",
        audit=AuditInfo(name="a", title="A", tolerance_gap=0.05, tolerance_ratio=0.8, minimum_size=30),
        manifest=Manifest(version="0", spec_digest="0", started="", ended=""),
        data=DataFacts(rows=1, rows_judged=1),
        trace=trace,
    )


@pytest.mark.parametrize(
    ("share", "outcome"),
    [((0.6, 0.45, 0.73), "found"), ((0.0, 0.0, 0.02), "not_found"), ((0.1, 0.03, 0.25), "cannot_tell")],
)
def test_the_whole_interval_decides(share, outcome):
    (found,) = ba509_pay_below_floor.check(result(condition(share)))
    assert found.outcome == outcome
    assert "minimum wage, 6.00 EUR an hour" in found.claim
    assert found.evidence == ("/trace/conditions_of_all", "/trace/floor")
    assert len(found.caveats) == 2


def test_units_in_which_pay_is_clearly_below_are_counted_and_one_is_named():
    units = (
        condition((0.7, 0.5, 0.85), unit="C", kind="vendor"),
        condition((0.2, 0.05, 0.5), unit="A", kind="vendor"),
        condition((0.9, 0.7, 0.97), unit="B", kind="vendor"),
    )
    of_all, of_units = ba509_pay_below_floor.check(result(condition((0.6, 0.5, 0.7)), conditions=units))
    assert of_all.outcome == of_units.outcome == "found"
    assert of_units.claim == (
        "Under 2 of 3 units (vendor) clearly more than 10 of 100 annotators come to less than minimum wage. "
        "The share is largest under B: 90 of 100 (70 to 97), at a median of 4.50 EUR an hour."
    )
    assert of_units.evidence == ("/trace/conditions/0", "/trace/conditions/2")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"of_all": None}, "no annotation log of at least five"),
        ({"floor": None}, "No floor is declared"),
        ({"unknown": ("pay",)}, "what labels were paid"),
        ({"unknown": ("seconds",)}, "how long labels took"),
        ({}, "fewer than five annotators"),
    ],
)
def test_it_says_why_pay_cannot_be_held_against_a_floor(given, reason):
    (found,) = ba509_pay_below_floor.check(result(**{"of_all": condition(None), **given}))
    assert found.outcome == "not_applicable"
    assert reason in found.reason


def test_work_that_was_not_accepted_is_told_with_the_time_it_took():
    share = estimated(0.166, 0.16, 0.172, method="share")
    one = condition(None, rejected=share, unpaid_time=estimated(0.2, method="share"), pay_if_accepted=5.5)
    (found,) = ba510_work_not_accepted.check(result(one))
    assert found.outcome == "found"
    assert found.claim == (
        "Of 100 labels, 17 (16 to 17) were not accepted, and of 100 hours of recorded work 20 went into them."
    )
    assert "5.50 in the place of 4.50" in " ".join(caveat.template.format(
        **{key: f"{value.value:.2f}" for key, value in caveat.values.items()}) for caveat in found.caveats
    )  # fmt: skip
    (timeless,) = ba510_work_not_accepted.check(result(condition(None, rejected=share)))
    assert timeless.claim == "Of 100 labels, 17 (16 to 17) were not accepted."


def test_where_all_was_accepted_or_nothing_is_known_it_is_quiet():
    (clean,) = ba510_work_not_accepted.check(result(condition(None, rejected=estimated(0.0, 0.0, 0.01, method="s"))))
    assert clean.outcome == "not_found"
    (unknown,) = ba510_work_not_accepted.check(result(condition(None)))
    assert (unknown.outcome, unknown.reason) == ("not_applicable", "The log does not say which labels were accepted.")
