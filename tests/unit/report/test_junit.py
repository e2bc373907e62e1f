"""JUnit for machines: one test case a gate."""

from xml.etree import ElementTree as ET

import pytest

from biasaudit.report import render_junit


@pytest.mark.parametrize("kind", ["rich", "minimal", "partial", "hostile", "large"])
def test_document_is_well_formed_and_its_counts_are_right(results, kind):
    root = ET.fromstring(render_junit(results[kind]))
    suite = root.find("testsuite")
    cases = suite.findall("testcase")
    assert int(suite.get("tests")) == len(cases)
    for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(suite.get(count)) == len(suite.findall(f"testcase/{tag}")) == int(root.get(count))


def test_outcomes_become_what_machines_know(results):
    cases = ET.fromstring(render_junit(results["rich"])).findall(".//testcase")
    not_met, met, undecided = cases
    assert not_met.find("failure").get("type") == "not met"
    assert "0.59 (0.50 to 0.69) for non-European" in not_met.find("failure").get("message")
    assert list(met) == []
    assert undecided.find("failure").get("type") == "cannot tell"


def test_undecided_gate_that_only_warns_is_skipped(results):
    gates = tuple(
        gate.model_copy(update={"fails": False}) for gate in results["rich"].gates if gate.outcome == "cannot_tell"
    )
    case = ET.fromstring(render_junit(results["rich"].model_copy(update={"gates": gates}))).find(".//testcase")
    assert case.find("skipped") is not None
    assert case.find("failure") is None


def test_failed_step_is_an_error(results):
    root = ET.fromstring(render_junit(results["partial"]))
    (error,) = root.findall(".//error")
    assert "<b>stopped</b>\ufffd" in error.text


def test_gate_on_nothing_measured_is_told_so(results):
    gate = results["rich"].gates[0]
    empty = gate.model_copy(update={"group": None, "outcome": "cannot_tell", "fails": False, "reason": "nothing there"})
    text = render_junit(results["rich"].model_copy(update={"gates": (empty,)}))
    assert "nothing was measured that this gate could be held against" in text
