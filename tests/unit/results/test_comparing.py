"""What moved between two results: found where it was planted, quiet where nothing was, and never compared blindly."""

import json

import numpy as np
import pytest

from biasaudit.errors import ResultError
from biasaudit.results import (
    Finding,
    Fingerprint,
    GateResult,
    amend,
    compare_results,
    digest,
    estimated,
    frame,
    from_json,
    sentence,
    to_json,
    undefined,
)
from biasaudit.results.comparing import CROSSES, TOO_FEW
from biasaudit.results.sentences import name
from biasaudit.results.uncompared import (
    GONE_ATTRIBUTE,
    GONE_MEASURE,
    NEW_ATTRIBUTE,
    OTHER_REFERENCE,
    OTHER_YARDSTICK,
)

GATE = {"attribute": "sex", "measure": "selection_rate", "group": None, "at_least": 0.8, "at_most": None}


def gap_of(changes, group="women", statistic="gap"):
    return next(one for one in changes.gaps if (one.group, one.statistic) == (group, statistic))


def test_a_result_beside_itself_moved_nowhere(invented):
    for kind in ("rich", "minimal", "partial", "hostile", "large"):
        result = getattr(invented, kind)()
        changes = compare_results(result, result)
        assert changes.people == ("other" if kind == "minimal" else "same")
        assert len(changes.gaps) == len(result.disparities)
        assert {one.movement for one in changes.gaps} <= {"not_told"}
        assert not changes.fails
        others = (changes.different, changes.groups_new, changes.groups_gone, changes.findings, changes.gates)
        assert (*others, changes.not_compared) == ((),) * 6
        assert all(one.change.value in (None, 0.0 if one.statistic == "gap" else 1.0) for one in changes.gaps)
        assert from_json(to_json(result.model_copy(update={"changes": changes}))).changes == changes


@pytest.mark.parametrize(
    ("women_before", "women_after", "movement"),
    [
        ((450, 1000), (300, 1000), "wider"),
        ((300, 1000), (450, 1000), "narrower"),
        ((450, 1000), (550, 1000), "across"),
        ((450, 1000), (440, 1000), "not_told"),
        ((550, 1000), (700, 1000), "wider"),
        ((550, 1000), (200, 1000), "wider"),
    ],
)
def test_planted_movements_are_named(make_result, women_before, women_after, movement):
    men = (500, 1000)
    before, after = make_result(men=men, women=women_before), make_result(men=men, women=women_after)
    changes = compare_results(before, after)
    gap, ratio = gap_of(changes), gap_of(changes, statistic="ratio")
    assert (gap.movement, ratio.movement) == (movement, movement)
    assert gap.change.value == pytest.approx((women_after[0] - women_before[0]) / 1000)
    assert ratio.change.value == pytest.approx(women_after[0] / women_before[0])
    assert gap.change.low <= gap.change.value <= gap.change.high
    assert gap.deciding.low <= gap.change.low
    assert gap.watched
    assert not ratio.watched
    assert changes.fails == (movement == "wider")
    assert gap.reason == (CROSSES if movement == "not_told" else "")
    assert (gap.p_adjusted < 0.05) == (movement != "not_told")


def test_two_draws_of_one_situation_seldom_say_that_anything_moved(make_result):
    rng = np.random.default_rng(7)
    pairs, alarms, seen = 60, 0, 0
    rates = {"men": 0.5, "women": 0.4, "others": 0.25}

    def drawn(**changed):
        return make_result(**{group: (int(rng.binomial(400, p)), 400) for group, p in (rates | changed).items()})

    for _ in range(pairs):
        alarms += any(one.movement != "not_told" for one in compare_results(drawn(), drawn()).gaps)
        seen += gap_of(compare_results(drawn(), drawn(women=0.2))).movement == "wider"
    # 5 % of 60 is 3; more than 8 would come about once in 300 tries.
    assert alarms <= 8
    assert seen > 0.95 * pairs


def test_few_cases_are_held_to_an_exact_test(make_result):
    """Of 30 people 28 and then 16: so far out in their tails intervals alone raise false alarms."""
    men, many = (2940, 3000), {f"group {at}": (2940, 3000) for at in range(65)}
    before = make_result(men=men, women=(28, 30), **many)
    after = make_result(men=men, women=(16, 30), **many)
    gap = gap_of(compare_results(before, after))
    assert (gap.movement, gap.reason) == ("not_told", CROSSES)
    assert (gap.deciding.high, gap.growth_deciding.low) == (0.0, 0.0)
    assert gap.change.high < 0
    # Without the counts behind the rates the intervals stand alone.
    bare = [one.model_copy(update={"rates": ()}) for one in (before, after)]
    assert gap_of(compare_results(*bare)).movement == "wider"
    # What the exact test tells as well is told: 28 and then 10 of 30.
    assert gap_of(compare_results(before, make_result(men=men, women=(10, 30), **many))).movement == "wider"


def test_gates_say_what_is_watched(make_result):
    result = make_result(men=(500, 1000), women=(400, 1000), others=(300, 1000))

    def watched(*gates):
        return {(one.group, one.statistic) for one in compare_results(result, result, gates).gaps if one.watched}

    gaps = {("women", "gap"), ("others", "gap")}
    assert watched() == gaps
    assert watched(GATE | {"statistic": "ratio"}) == gaps | {("women", "ratio"), ("others", "ratio")}
    assert watched(GATE | {"statistic": "ratio", "group": "women"}) == gaps | {("women", "ratio")}
    assert watched(GATE | {"statistic": "change"}) == set()
    assert watched(GATE | {"statistic": "change", "group": "women"}) == {("others", "gap")}
    assert watched(GATE | {"statistic": "ratio", "measure": "tpr"}) == gaps
    assert watched({"hostile": 1}) == gaps


def test_small_groups_are_compared_and_never_told(make_result):
    before = make_result(men=(500, 1000), women=(20, 29))
    after = make_result(men=(500, 1000), women=(1, 29))
    gap = gap_of(compare_results(before, after))
    assert (gap.movement, gap.reason) == ("not_told", TOO_FEW)
    assert gap.change.value == pytest.approx(-19 / 29)
    few = gap_of(compare_results(make_result(men=(500, 1000), women=(4, 4)), after))
    assert few.before.value is None
    assert few.change.value is None
    assert "fewer than 5" in few.before.reason


def test_groups_that_come_and_go_are_listed(make_result):
    before = make_result(men=(500, 1000), women=(400, 1000), others=(30, 100))
    after = make_result(men=(500, 1000), women=(400, 1000), unknown=(3, 10))
    changes = compare_results(before, after)
    assert [(one.group, one.n) for one in changes.groups_gone] == [("others", 100)]
    assert [(one.group, one.n) for one in changes.groups_new] == [("unknown", 10)]
    assert {one.group for one in changes.gaps} == {"women"}


def with_facts(result, **changed):
    facts = result.data.attributes[0].model_copy(update=changed)
    disparities = tuple(
        one.model_copy(
            update={
                "attribute": changed.get("name", one.attribute),
                "reference": changed.get("reference", one.reference),
            }
        )
        for one in result.disparities
    )
    data = result.data.model_copy(update={"attributes": (facts,)})
    return result.model_copy(update={"data": data, "disparities": disparities})


def test_another_reference_is_not_compared(make_result):
    before = make_result(men=(500, 1000), women=(400, 1000))
    after = with_facts(before, reference="others")
    changes = compare_results(before, after)
    assert changes.gaps == ()
    assert changes.not_compared[0].reason == OTHER_REFERENCE.format(before="men", after="others")
    assert [(one.what, one.before, one.after) for one in changes.different] == [("reference of sex", "men", "others")]


def test_nothing_in_common_is_refused_and_a_lost_attribute_is_named(make_result, invented):
    before = make_result(men=(500, 1000), women=(400, 1000))
    with pytest.raises(ResultError, match=r"no protected attribute in common.*'sex'.*'gender'"):
        compare_results(before, with_facts(before, name="gender"))
    rich = invented.rich()
    sex = tuple(facts for facts in rich.data.attributes if facts.name == "sex")
    less = rich.model_copy(update={"data": rich.data.model_copy(update={"attributes": sex})})
    reasons = {one.attribute: one.reason for one in compare_results(rich, less).not_compared}
    assert reasons["origin"] == GONE_ATTRIBUTE
    assert {one.reason for one in compare_results(less, rich).not_compared} == {NEW_ATTRIBUTE}


def test_errors_against_something_else_are_not_compared(invented):
    before = invented.rich()
    after = before.model_copy(
        update={"data": before.data.model_copy(update={"truth": "another", "errors_against": "truth"})}
    )
    changes = compare_results(before, after)
    assert {one.measure for one in changes.gaps} == {"selection_rate"}
    assert {one.reason for one in changes.not_compared} == {OTHER_YARDSTICK}
    without = before.model_copy(
        update={"disparities": tuple(one for one in before.disparities if one.measure != "tpr")}
    )
    assert [(one.measure, one.reason) for one in compare_results(before, without).not_compared] == [
        ("tpr", GONE_MEASURE)
    ]


def test_what_else_is_different_is_told_by_its_key(make_result):
    before = make_result(men=(500, 1000), women=(400, 1000))
    manifest = before.manifest.model_copy(
        update={
            "seed": 3, "version": "0.2.0", "packages": {"numpy": "2.4"}, "overrides": ("model.threshold=0.4",),
            "data": (Fingerprint(role="items", source="new.csv", sha256="b" * 64),), "ended": "2027-01-01",
        }
    )  # fmt: skip
    audit = before.audit.model_copy(update={"tolerance_gap": 0.2, "notice": "words alone change nothing"})
    after = before.model_copy(update={"manifest": manifest, "audit": audit})
    changes = compare_results(before, after)
    assert changes.people == "other"
    assert {(one.part, one.what): (one.before, one.after) for one in changes.different} == {
        ("declaration", "tolerance_gap"): ("0.05", "0.2"),
        ("declaration", "--set"): ("", "model.threshold=0.4"),
        ("data", "items"): (f"people.csv (sha256 {'a' * 12})", f"new.csv (sha256 {'b' * 12})"),
        ("run", "seed"): ("0", "3"),
        ("versions", "biasaudit"): ("0.1.0", "0.2.0"),
        ("versions", "numpy"): ("", "2.4"),
    }
    assert (changes.before.digest, changes.before.ended) == (digest(before), before.manifest.ended)


def found(group, outcome="found"):
    said = sentence("{group} are called less often", group=name(group))
    return Finding(code="BA301", title="Gap", outcome=outcome, claim=f"{group}!", message=said, evidence=("/rates/0",))


def gate(outcome, **changed):
    asked = GATE | {"statistic": "ratio"} | changed
    return GateResult(gate=asked, estimate=estimated(0.8, method="m"), outcome=outcome, fails=outcome == "not_met")


def test_findings_and_gates_that_are_others_are_listed(make_result):
    base = make_result(men=(500, 1000), women=(400, 1000))
    before = base.model_copy(
        update={"findings": (found("women"), found("men")), "gates": (gate("met"), gate("met", measure="tpr"))}
    )
    after = base.model_copy(
        update={
            "findings": (found("women"), found("others"), found("men", "not_found")),
            "gates": (gate("not_met"), gate("met", statistic="change")),
        }
    )
    changes = compare_results(before, after)
    assert [(one.claim, one.appeared) for one in changes.findings] == [("others!", True), ("men!", False)]
    assert [(one.gate["measure"], one.before, one.after) for one in changes.gates] == [
        ("selection_rate", "met", "not_met"),
        ("tpr", "met", None),
    ]


@pytest.mark.parametrize(("share", "n"), [(1.7, 30), (-0.1, 30), (0.5, -4), (0.5, 1e300), (None, 30)])
def test_rates_that_cannot_be_are_not_counted_with(make_result, share, n):
    """A result is a file that anybody may have written."""
    before = make_result(men=(2940, 3000), women=(28, 30))
    estimate = undefined("nobody", method="m") if share is None else estimated(share, method="m")
    rates = tuple(one.model_copy(update={"n": n, "estimate": estimate}) for one in before.rates)
    after = make_result(men=(2940, 3000), women=(16, 30)).model_copy(update={"rates": rates})
    assert gap_of(compare_results(before, after)).movement == "wider"


def test_changes_and_amendments_are_tidy_frames(make_result):
    result = make_result(men=(500, 1000), women=(400, 1000))
    assert frame(result, "changes").empty
    held = amend(
        result.model_copy(update={"changes": compare_results(result, result)}), author="A", reason="B", text="C"
    )
    rows = frame(held, "changes")
    assert rows[["group", "statistic", "change.value", "movement"]].values.tolist() == [
        ["women", "gap", 0.0, "not_told"],
        ["women", "ratio", 1.0, "not_told"],
    ]
    assert frame(held, "amendments")["author"].tolist() == ["A"]


def test_it_is_strict_json(make_result):
    before = make_result(men=(0, 1000), women=(0, 1000))
    changes = compare_results(before, make_result(men=(500, 1000), women=(400, 1000)))
    assert gap_of(changes, statistic="ratio").change.value is None
    assert "NaN" not in json.dumps(changes.model_dump(mode="json"), allow_nan=False)
