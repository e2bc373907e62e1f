"""The part of the report about pools: every number in its place, nothing that speaks of few people."""

import re

import pytest

from biasaudit.report import render_html
from biasaudit.results import (
    AuditResult,
    PoolEffect,
    PoolErrors,
    PoolOverlap,
    PoolPair,
    PoolSize,
    Trace,
    estimated,
    undefined,
)


def effect(unit, value, *, flagged=False, group="non-European", **more):
    measured = {
        "unit_kind": "vendor",
        "unit": unit,
        "attribute": "origin",
        "group": group,
        "reference": "European",
        "effect": estimated(value, value - 0.04, value + 0.04, method="least squares"),
        "logit": estimated(value * 0.9, value * 0.9 - 0.05, value * 0.9 + 0.05, method="logit"),
        "p_value": 0.001 if flagged else 0.4,
        "p_adjusted": 0.004 if flagged else 0.5,
        "logit_p_value": 0.001 if flagged else 0.4,
        "logit_p_adjusted": 0.004 if flagged else 0.5,
        "flagged": flagged,
        "detectable": 0.056,
        "annotators": 12,
        "annotators_others": 24,
        "labels": 900,
        "n_items": 300,
        "n_items_reference": 511,
    }
    return PoolEffect(**{**measured, **more})


def overlap(**more):
    pools = tuple(PoolSize(unit=f"panel {at}", annotators=11 + at, labels=9412, items=9000) for at in (1, 2, 3))
    pairs = tuple(
        PoolPair(first=f"panel {one}", second=f"panel {two}", shared_items=shared)
        for one, two, shared in ((1, 2, 812), (1, 3, 640), (2, 3, 3))
    )
    shown = {
        "unit_kind": "vendor",
        "pools": pools,
        "pairs": pairs,
        "parts": 1,
        "fewest_shared": 30,
        "left_out": 7,
        "anchor": "items",
    }
    return PoolOverlap(**{**shown, **more})


ERRORS = PoolErrors(
    unit_kind="vendor",
    unit="panel 2",
    attribute="origin",
    group="non-European",
    against="truth",
    false_positives=estimated(0.123, 0.1, 0.15, method="share of labels"),
    false_negatives=undefined("no labelled item of the group is truly positive", method="share of labels"),
    annotators=13,
    labels=801,
    n_items=400,
)
EFFECTS = (
    effect("panel 1", 0.021),
    effect("panel 2", -0.117, flagged=True),
    effect("panel 3", 0.06, note="it differs from the others only because another pool that is flagged is among them"),
)


@pytest.fixture
def shown(rich):
    """The part about pools of a page that holds little else."""

    def page(*effects, language="en", overlaps=None, errors=(ERRORS,)):
        overlaps = (overlap(),) if overlaps is None else overlaps
        kept = {name: getattr(rich, name) for name in ("status", "audit", "manifest", "data")}
        trace = Trace(pools=effects, pool_overlap=overlaps, pool_errors=errors)
        text = render_html(AuditResult(**kept, trace=trace), language=language)
        start = text.index('id="trace-pools"')
        return text[start : text.index("</section>", start)]

    return page


def plain(text):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text)).strip()


def test_the_first_sentence_says_which_pool_labels_whom_otherwise(shown):
    text = plain(shown(*EFFECTS))
    assert (
        "On the same items, the panel 2 pool gives non-European applicants a positive label less often than the other "
        "pools: by 11.7 in 100 (7.7 to 15.7), beyond how they differ on European applicants."
    ) in text
    assert "panel 1 (12 annotators, 9,412 labels)" in text
    assert "7 labels are left out" in text


def test_every_effect_has_its_row_with_both_estimates_and_what_it_rests_on(shown):
    text = shown(*EFFECTS)
    for at in range(3):
        assert f'id="trace-pools-{at}"' in text
    row = plain(re.search(r'<tr id="trace-pools-1">.*?</tr>', text, re.DOTALL)[0])
    for said in ("told from chance", "−11.7", "−15.7 to −7.7", "−10.5", "0.004", "5.6", "12", "300 / 511"):
        assert said in row, said
    assert "only because another pool that is flagged is among them" in plain(text)
    assert "they are drawn hollow and not marked for it" in plain(text)
    assert "drawn hollow" not in plain(shown(*EFFECTS[:2]))


def test_few_shared_items_are_never_numbered(shown):
    (row,) = re.findall(r"<tr><th[^>]*>[^/]*panel 2.*?panel 3.*?</tr>", shown(*EFFECTS), re.DOTALL)
    assert plain(row).endswith("fewer than 5")


def test_errors_against_the_truth_stand_in_their_table(shown):
    text = plain(shown(*EFFECTS))
    assert "Of 100 labels, how many are not what the truth column says" in text
    assert "12.310.0 to 15.0" in text.replace(" 10.0", "10.0")
    assert "no labelled item of the group is truly positive" in text


def test_without_a_flag_the_smallest_visible_difference_is_told(shown):
    text = plain(shown(effect("panel 1", 0.01), effect("panel 2", -0.01, detectable=0.08)))
    assert "the smallest difference that would have been seen is 5.6 to 8.0 in 100" in text
    assert "no pool of vendor can be told to label a group otherwise" in text


def test_pools_that_are_not_linked_are_told_apart(shown):
    text = plain(shown(overlaps=(overlap(parts=2, anchor="none"),), errors=()))
    assert "they fall into 2 parts" in text
    assert "so they are not compared" in text
    assert "Pools of vendor could not be compared" in text
    anchored = tuple(one.model_copy(update={"anchor": "reference"}) for one in EFFECTS)
    text = plain(shown(*anchored, overlaps=(overlap(parts=2, anchor="reference"),)))
    assert "Each pool is therefore held against the reference labels." in text
    assert "less often than the reference labels let expect" in text


def test_labels_on_a_scale_are_told_on_it(shown):
    scaled = [
        effect(unit, value, scale="value", flagged=value < -1) for unit, value in (("panel 1", 0.2), ("panel 2", -1.5))
    ]
    text = plain(shown(*scaled))
    assert "lower labels than the other pools: by 1.50 on their scale" in text
    assert "−1.50" in text


def test_two_pools_are_named_against_each_other_and_drawn_once(shown):
    pair = (
        effect("panel 1", -0.117, flagged=True, against="panel 2"),
        effect("panel 2", 0.117, flagged=True, against="panel 1"),
    )
    text = shown(*pair)
    assert "the panel 2 pool gives non-European applicants a positive label more often than the panel 1 pool" in plain(
        text
    )
    drawing = re.search(r"<svg.*?</svg>", text, re.DOTALL)[0]
    assert "panel 2" in drawing
    assert "panel 1" not in drawing


def test_the_picture_holds_as_much_as_it_can_and_says_what_it_leaves(shown):
    groups = ("non-European", "unknown", "other", "more")
    many = [effect(f"panel {at}", 0.01 * at, group=group, flagged=at == 3) for group in groups for at in (1, 2, 3)]
    text = plain(shown(*many))
    assert "6 more comparisons stand in the table." in text
    assert "3 further differences can be told from chance" in text


def test_it_reads_in_french(shown):
    text = plain(shown(*EFFECTS, language="fr"))
    assert "Face aux mêmes dossiers, les annotateurs « jury 2 » donnent aux" in text
    assert "une étiquette positive moins souvent que les autres annotateurs" in text
    assert " pool" not in text


def test_words_of_a_log_are_escaped(shown):
    text = shown(effect("<script>alert(1)</script>", 0.2, flagged=True))
    assert "<script>" not in text


def test_a_kind_that_divides_annotators_like_one_told_before_is_not_told_again(shown):
    renamed = overlap(
        unit_kind="subcontractor",
        pools=tuple(pool.model_copy(update={"unit": f"sub {pool.unit}"}) for pool in overlap().pools),
    )
    twins = tuple(one.model_copy(update={"unit_kind": "subcontractor", "unit": f"sub {one.unit}"}) for one in EFFECTS)
    text = plain(shown(*EFFECTS, *twins, overlaps=(overlap(), renamed)))
    assert "These pools are those by vendor under other names" in text
    assert "sub panel" not in text
    # Pools of the same sizes in which something else was measured are others.
    moved = (effect("sub panel 1", 0.03, unit_kind="subcontractor"), *twins[1:])
    text = plain(shown(*EFFECTS, *moved, overlaps=(overlap(), renamed)))
    assert "under other names" not in text
    assert "sub panel 2" in text
