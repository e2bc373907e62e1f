"""Every bundled audit is declared well, says its words in French, and owns a case card."""

import importlib.util

import pytest

from biasaudit import AuditResult, estimated
from biasaudit.data.bundled import bundled_folder
from biasaudit.data.datasets import load_table
from biasaudit.data.roles import assign_roles
from biasaudit.errors import DataError
from biasaudit.results import NOT_RECORDED, AuditInfo, DataFacts, Manifest, ModelFacts, Performance, Rate
from biasaudit.spec import read_declaration

FOLDERS = sorted(path.parent for path in bundled_folder("audits").glob("*/audit.toml"))


def own_words(spec, table):
    head = spec.audit
    yield from (head.title, head.question, head.decision, head.people, head.decided_by, head.labelled_by, head.period)
    yield from (head.notice, spec.tolerance.reason)
    for protected in spec.protected:
        yield protected.reason
    for assumption in spec.assumption:
        yield from (assumption.text, assumption.source)
    yield from (column for column in (spec.data.outcome, spec.data.truth, spec.data.period) if column)
    yield from table.features
    yield from spec.data.strata
    for name in (*table.groups, *(" x ".join(parts) for parts in spec.groups.intersections)):
        yield name
        yield from (group for group in table.attribute(name).categories if NOT_RECORDED not in group)
    if spec.causes is not None:
        yield spec.causes.source
        yield from (*spec.causes.variables, *spec.causes.hidden)
        yield from (one.reason for one in spec.causes.justified)
    if spec.annotations is not None:
        log, _ = load_table(spec.annotations.path)
        for column in (*spec.annotations.units, *spec.annotations.attributes):
            yield column
            yield from log[column].dropna().unique()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_an_audit_is_declared_well_and_has_all_its_words_in_french(folder):
    declaration = read_declaration(folder / "audit.toml")
    spec = declaration.spec
    try:
        frame, fingerprint = load_table(spec.data.path)
    except DataError as error:
        pytest.skip(str(error))
    table = assign_roles(frame, declaration, fingerprint)
    french = spec.translations["fr"]
    assert [word for word in own_words(spec, table) if word and word not in french] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_an_audit_is_named_like_its_folder_and_has_a_card(folder):
    spec = read_declaration(folder / "audit.toml").spec
    assert spec.audit.name == folder.name
    card = (folder / "README.md").read_text(encoding="utf-8")
    for heading in ("## What to look for", "## Three questions for a workshop"):
        assert heading in card


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_an_assumption_called_documented_names_its_source(folder):
    for assumption in read_declaration(folder / "audit.toml").spec.assumption:
        assert bool(assumption.source) == (assumption.status == "documented"), assumption.text


def result_with(agreement, rates=()):
    model = ModelFacts(
        kind="trained",
        source="logistic_regression",
        performance=(Performance(measure="accuracy", n=4_790, estimate=agreement),),
    )
    return AuditResult(
        status="complete",
        audit=AuditInfo(name="a", title="A", tolerance_gap=0.05, tolerance_ratio=0.8, minimum_size=30),
        manifest=Manifest(version="0", spec_digest="0", started="", ended=""),
        data=DataFacts(rows=1, rows_judged=1),
        model=model,
        rates=tuple(rates),
    )


def panel_rates():
    for group, value in (("European", 0.28), ("non-European", 0.14)):
        estimate = estimated(value, value - 0.02, value + 0.02, method="wilson")
        yield Rate(attribute="origin", group=group, measure="base_rate", n=900, estimate=estimate)


@pytest.fixture(scope="module")
def checks():
    path = bundled_folder("audits") / "st-georges" / "case.py"
    spec = importlib.util.spec_from_file_location("st_georges_case", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.agreement_with_the_panel


def test_agreement_is_told_beside_the_panels_own_gap(checks):
    (finding,) = checks(result_with(estimated(0.934, 0.927, 0.941, method="wilson"), panel_rates()))
    assert finding.outcome == "found"
    assert "agree on 93 of 100 forms (93 to 94)" in finding.claim
    assert "14 of 100 non-European applicants and 28 of 100 European ones" in finding.claim
    assert finding.evidence == ("/model/performance/0", "/rates/1", "/rates/0")


def test_little_agreement_is_no_such_finding(checks):
    (finding,) = checks(result_with(estimated(0.7, 0.68, 0.72, method="wilson"), panel_rates()))
    assert finding.outcome == "not_found"


def test_without_the_panels_rates_the_check_does_not_apply(checks):
    (finding,) = checks(result_with(estimated(0.93, 0.92, 0.94, method="wilson")))
    assert finding.outcome == "not_applicable"
    assert finding.reason


def test_the_finding_has_its_french(checks):
    french = read_declaration(bundled_folder("audits") / "st-georges" / "audit.toml").spec.translations["fr"]
    (finding,) = checks(result_with(estimated(0.934, 0.927, 0.941, method="wilson"), panel_rates()))
    assert finding.title in french
    assert finding.message.template in french
    assert all(caveat.template in french for caveat in finding.caveats)
