"""BA508: says how many labels a gap hangs on, and holds its tongue where chance would do as much."""

import pytest

from biasaudit.findings.ba508_labels_that_matter import check
from biasaudit.results import (
    AttributeFacts,
    AuditInfo,
    AuditResult,
    DataFacts,
    GroupSize,
    Manifest,
    Relabel,
    Trace,
    estimated,
)


def step(items, after, *, spread=0.02, before=-0.17, random=-0.165, p=0.001, **changes):
    change = after - before
    return Relabel(
        attribute="origin",
        group="others",
        reference="most",
        items=items,
        of_items=1_000,
        new_labels="gold",
        changed=items / 2,
        gap_before=estimated(before, before - 0.03, before + 0.03, method="m"),
        gap_after=estimated(after, after - 0.03, after + 0.03, method="m"),
        change=estimated(change, change - spread, change + spread, method="m"),
        p_value=p,
        p_adjusted=p,
        first_order=after,
        random_gap_after=estimated(random, random - 0.004, random + 0.004, method="m"),
        verified=True,
        stands_in=False,
    ).model_copy(update=changes)


def result(*steps):
    groups = (GroupSize(group="most", n=300, n_selected=90), GroupSize(group="others", n=200, n_selected=20))
    facts = AttributeFacts(name="origin", columns=("origin",), reference="most", groups=groups)
    both = facts.model_copy(update={"name": "sex x origin", "columns": ("sex", "origin")})
    return AuditResult(
        status="complete",
        audit=AuditInfo(
            name="a", title="A", people="applicants", tolerance_gap=0.05, tolerance_ratio=0.8, minimum_size=30
        ),
        manifest=Manifest(version="0", spec_digest="0", started="", ended=""),
        data=DataFacts(rows=1_500, rows_judged=500, attributes=(facts, both)),
        trace=Trace(relabel=steps),
    )


def test_the_smallest_step_that_moves_the_gap_is_told_in_the_direction_of_the_gap():
    (found,) = check(result(step(5, -0.165, p=0.8), step(20, -0.10), step(100, -0.02)))
    assert found.outcome == "found"
    assert "20 items" in found.claim
    assert "of 1,000 that train" in found.claim
    assert "from 17 to 10 in 100, a change between 5 and 9" in found.claim
    assert "at random would leave it at 16" in found.claim
    assert found.evidence == ("/trace/relabel/1",)
    assert len(found.caveats) == 2
    assert "not changed until the number looks better" in found.caveats[0].template


def test_a_gap_that_new_labels_widen_is_told_as_plainly():
    (found,) = check(result(step(20, 0.12, spread=0.01, before=0.07, random=0.072)))
    assert found.outcome == "found"
    assert "from 7 to 12 in 100, a change between 4 and 6" in found.claim


@pytest.mark.parametrize(
    "one",
    [
        step(50, -0.10, p=0.2),
        step(50, -0.10, spread=0.09),
        step(50, -0.10, random=-0.101),
    ],
    ids=["after adjustment", "interval", "no further than a random order"],
)
def test_what_chance_may_do_cannot_be_told(one):
    (found,) = check(result(one))
    assert found.outcome == "cannot_tell"
    assert "might do as well" in found.claim


def test_a_movement_within_the_tolerance_is_not_found():
    (found,) = check(result(step(50, -0.165, p=0.9)))
    assert found.outcome == "not_found"
    assert "between −2.5 and 1.5 in 100" in found.claim


def test_peers_cannot_tell_what_is_right():
    (found,) = check(result(step(20, -0.02, new_labels="peers")))
    assert found.outcome == "cannot_tell"
    assert "without reference labels" in found.claim


def test_a_stand_in_is_said():
    (found,) = check(result(step(20, -0.02, stands_in=True)))
    assert any("simpler model" in caveat.template for caveat in found.caveats)


def test_intersections_are_left_to_the_table_and_nothing_is_made_of_nothing():
    assert [one.outcome for one in check(result(step(20, -0.02, attribute="sex x origin")))] == ["not_applicable"]
    assert [one.outcome for one in check(result())] == ["not_applicable"]
