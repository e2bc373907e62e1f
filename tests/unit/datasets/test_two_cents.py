"""The simulated crowd holds what its card says was planted, and an audit of it finds that again."""

import importlib.util
import sys

import numpy as np
import pytest

import biasaudit
from biasaudit.data.annotations import read_annotations
from biasaudit.data.bundled import bundled_folder
from biasaudit.data.datasets import load_table
from biasaudit.data.roles import assign_roles
from biasaudit.results import ALL_GROUPS, AttributeFacts, GroupSize
from biasaudit.spec import read_declaration
from biasaudit.traces import measure_conditions, measure_hours, measure_reading_times, measure_speed

AUDIT = bundled_folder("audits") / "two-cents" / "audit.toml"
#: Within 6 times the standard errors of a draw of this size, or the tenth in which a knee can be told.
NEAR = 0.05


@pytest.fixture(scope="module")
def made():
    path = bundled_folder("datasets") / "two_cents" / "make.py"
    spec = importlib.util.spec_from_file_location("two_cents_make", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture(scope="module")
def read():
    """Declaration, table and log, as an audit reads them."""
    declaration = read_declaration(AUDIT)
    spec = declaration.spec
    frame, fingerprint = load_table(spec.data.path)
    table = assign_roles(frame, declaration, fingerprint)
    labels, source = load_table(spec.annotations.path, role="annotations")
    log = read_annotations(
        labels, spec.annotations, table, fingerprint=source, reference_column=table.frame["expert_panel"]
    )
    return spec, table, log


def test_the_same_seed_gives_the_same_bytes(made):
    assert load_table("two_cents/answers")[1] == load_table("two_cents/answers")[1]
    assert not made.simulate(seed=1).forms.equals(made.simulate().forms)


def test_the_majority_decides_and_whoever_differs_is_not_paid():
    forms, answers = load_table("two_cents/forms")[0], load_table("two_cents/answers")[0]
    majority = answers.groupby("form")["call"].mean() > 0.5
    assert (forms.set_index("form")["called_by_crowd"] == majority.reindex(forms["form"])).all()
    agrees = answers["call"] == majority.reindex(answers["form"]).to_numpy()
    assert ((answers["accepted"] == "yes") == agrees).all()
    assert answers.groupby("annotator")["subcontractor"].nunique().max() == 1


def test_planted_conditions_are_found_again(made, read):
    spec, _, log = read
    declared = spec.annotations
    found = {one.unit: one for one in measure_conditions(log, declared.currency, declared.floor)}
    assert found["C-1"].chain == ("vendor C",)
    labels = load_table("two_cents/answers")[0]
    for team in made.TEAMS:
        own = labels[labels["subcontractor"] == team.subcontractor]
        paid = own["pay_usd"] * (own["accepted"] == "yes")
        # Without the pauses, which are the only times above 500 seconds.
        is_work = own["seconds"] < 500
        wages = (
            3600
            * paid[is_work].groupby(own["annotator"]).sum()
            / own["seconds"][is_work].groupby(own["annotator"]).sum()
        )
        one = found[team.subcontractor]
        assert one.annotators == team.annotators
        assert one.hourly_pay == pytest.approx(wages.median(), rel=NEAR)
        assert one.below_floor.value == pytest.approx((wages < declared.floor.amount).mean(), abs=0.1)
        assert one.rejected.value == pytest.approx((own["accepted"] == "no").mean())
    assert found["C-1"].seconds.high < min(found[unit].seconds.low for unit in ("A-1", "B-1", "C-2", "D-1"))
    assert declared.floor.amount == made.PLANTED["floor"]


def test_the_planted_haste_and_knee_are_found_again(made, read):
    _, table, log = read
    sizes = tuple(GroupSize(group=str(group), n=int(n)) for group, n in table.groups["origin"].value_counts().items())
    facts = (AttributeFacts(name="origin", columns=("origin",), reference="local name", groups=sizes),)
    times = {one.unit: one.ratio for one in measure_reading_times(table, log, facts, level=0.95)}
    guilty = made.PLANTED["subcontractor"]
    assert times[guilty].low <= made.PLANTED["time_on_foreign"] <= times[guilty].high
    assert all(times[unit].low < 1 < times[unit].high for unit in ("A-1", "C-2"))
    (everyone, *_), again = measure_speed(log, seed=1, level=0.95), measure_speed(log, seed=1, level=0.95)
    assert everyone == again[0]
    assert everyone.unit == ALL_GROUPS
    assert everyone.knee.low <= made.PLANTED["knee"] <= everyone.knee.high
    hours = measure_hours(log, level=0.95)
    assert sum(band.share for band in hours) == pytest.approx(1)
    night = {hour for band in hours for hour in band.hours} & {0, 1, 2, 22, 23}
    assert night == {0, 1, 2, 22, 23}


@pytest.mark.slow
def test_the_audit_names_the_planted_subcontractor_its_vendor_and_nobody_else(made):
    result = biasaudit.run("two-cents")
    assert result.status == "complete"
    flagged = {
        (one.attribute, one.unit_kind, unit.unit)
        for one in result.trace.attribution
        for unit in one.units
        if unit.flagged
    }
    assert flagged == {("origin", "vendor", "vendor C"), ("origin", "subcontractor", made.PLANTED["subcontractor"])}
    outcomes = {(finding.code, finding.outcome) for finding in result.findings}
    assert {("BA301", "found"), ("BA502", "found"), ("BA509", "found"), ("BA510", "found")} <= outcomes
    assert result.audit.nature == "simulated"


@pytest.mark.slow
def test_the_clean_twin_has_no_gap_of_labels(made):
    gaps = []
    for seed in range(20):
        forms = made.simulate(seed=seed, turned_down=0.0).forms
        by_origin = forms.groupby("origin")[["called_by_crowd", "expert_panel"]].mean()
        change = by_origin.loc["foreign name"] - by_origin.loc["local name"]
        gaps.append(change["called_by_crowd"] - change["expert_panel"])
    assert abs(np.mean(gaps)) < 0.01
