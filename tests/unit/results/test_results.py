"""A result is strict, complete JSON that comes back as it was."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from biasaudit.errors import ResultError
from biasaudit.results import (
    AuditInfo,
    AuditResult,
    DataFacts,
    Estimate,
    Finding,
    Manifest,
    Rate,
    estimated,
    frame,
    from_json,
    load_result,
    result_schema,
    to_json,
    undefined,
)

TIME = "2026-01-01T00:00:00+00:00"


def result_with(**parts):
    return AuditResult(
        status="complete",
        audit=AuditInfo(name="a", title="Ä <b>", tolerance_gap=0.05, tolerance_ratio=0.8, minimum_size=30),
        manifest=Manifest(version="0", spec_digest="0" * 64, started=TIME, ended=TIME),
        data=DataFacts(rows=2, rows_judged=2),
        **parts,
    )


def a_rate(value):
    return Rate(attribute="sex", group="f", measure="selection_rate", n=10, estimate=estimated(value, method="wilson"))


def test_there_and_back_is_identity_and_bytes_repeat():
    result = result_with(rates=(a_rate(0.5),))
    text = to_json(result)
    assert from_json(text) == result
    assert to_json(from_json(text)) == text
    assert list(json.loads(text)) == sorted(json.loads(text))
    assert "Ä" in text


@given(st.floats())
def test_what_is_not_finite_becomes_null_with_a_reason(value):
    estimate = estimated(value, method="m")
    if math.isfinite(value):
        assert estimate.value == value
    else:
        assert estimate.value is None
        assert estimate.reason
    assert "NaN" not in to_json(result_with(rates=(a_rate(value),)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": None, "method": "m"},
        {"value": 0.5, "low": 0.6, "high": 0.4, "method": "m"},
        {"value": None, "low": 0.1, "high": 0.2, "method": "m", "reason": "r"},
        {"value": math.nan, "method": "m"},
    ],
)
def test_an_estimate_that_is_not_honest_does_not_construct(wrong):
    with pytest.raises(ValidationError):
        Estimate(**wrong)


@pytest.mark.parametrize("outcome", ["found", "not_found"])
def test_a_finding_without_evidence_does_not_construct(outcome):
    with pytest.raises(ValidationError, match="evidence"):
        Finding(code="BA000", title="t", outcome=outcome, claim="c")


def test_undefined_needs_its_reason():
    with pytest.raises(ValidationError):
        undefined("", method="m")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not JSON"),
        ("[]", "schema is None"),
        ('{"schema": "biasaudit.result/2"}', "newer"),
        ('{"schema": "biasaudit.result/1"}', "not a valid result"),
    ],
)
def test_a_file_that_is_no_result_is_refused_in_one_sentence(tmp_path, text, words):
    file = tmp_path / "result.json"
    file.write_text(text)
    with pytest.raises(ResultError, match=words):
        load_result(tmp_path)


def test_a_missing_file_is_named():
    with pytest.raises(ResultError, match=r"nowhere.*cannot be read"):
        load_result("nowhere.json")


def test_frames_are_tidy():
    rates = frame(result_with(rates=(a_rate(0.5), a_rate(0.25))), "rates")
    assert rates["estimate.value"].tolist() == [0.5, 0.25]
    with pytest.raises(ValueError, match="there are rates"):
        frame(result_with(), "nothing")


def test_the_schema_names_what_others_rely_on():
    schema = result_schema()
    for part in (
        "schema",
        "status",
        "manifest",
        "rates",
        "disparities",
        "drivers",
        "proxies",
        "trace",
        "findings",
        "gates",
    ):
        assert part in schema["properties"]
