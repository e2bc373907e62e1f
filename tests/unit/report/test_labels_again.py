"""Which labels to look at again, in the report: every sentence, the picture, the table, both languages."""

import re

import pytest

from biasaudit.report import render_html
from biasaudit.report.language import language_named
from biasaudit.report.pictures.budget import Step, budget_picture
from biasaudit.report.pictures.look import NARROW, WIDE
from biasaudit.results import Fingerprint, Influence, Relabel, Relabelled, Trace, estimated


def step(items, after, group="non-European", reference="European", attribute="origin", *, p=0.001, **changes):
    change = after + 0.166
    return Relabel(
        attribute=attribute,
        group=group,
        reference=reference,
        items=items,
        of_items=8_650,
        cost=items * 0.5,
        currency="GBP",
        new_labels="gold",
        changed=items * 0.53,
        gap_before=estimated(-0.166, -0.195, -0.138, method="m"),
        gap_after=estimated(after, after - 0.035, after + 0.035, method="m"),
        change=estimated(change, change - 0.03, change + 0.03, method="m"),
        p_value=p,
        p_adjusted=p,
        first_order=after,
        random_gap_after=estimated(-0.161, -0.164, -0.158, method="m"),
        verified=True,
        stands_in=False,
        in_file=items == 432,
    ).model_copy(update=changes)


CURVE = (step(86, -0.107), step(432, -0.028), step(1_730, -0.006))
SOURCES = tuple(
    Influence(
        attribute="origin",
        group="non-European",
        reference="European",
        unit_kind="pool",
        unit=unit,
        labels=1_000,
        label_share=label_share,
        moves=moves,
        share=share,
    )
    for unit, label_share, moves, share in (("circle A", 0.5, 0.146, 0.9), ("circle B", 0.5, 0.016, 0.1))
)
DONE = Relabelled(
    attribute="origin",
    group="non-European",
    reference="European",
    n_items=432,
    n_judged_items=0,
    share_changed=0.53,
    before=estimated(-0.166, -0.195, -0.138, method="m"),
    after=estimated(-0.028, -0.063, 0.007, method="m"),
    change=estimated(0.138, 0.109, 0.168, method="m"),
)


#: Parts of a result that these pages can do without, so that they are quick to write.
ELSEWHERE = ("conditional", "periods", "drivers", "driver_totals", "proxies", "flips", "findings", "gates")


def page(rich, language="en", **trace):
    lean = dict.fromkeys(ELSEWHERE, ()) | {"trace": Trace(**trace)}
    return render_html(rich.model_copy(update=lean), language=language)


def told(text):
    """The page's words, tags and marks of direction aside."""
    plain = re.sub(r"[\u2066-\u2069]", "", re.sub(r"<[^>]+>", "", text))
    return re.sub(r"\s+", " ", plain)


def test_the_step_of_the_file_is_told_with_its_cost_and_a_random_order(rich):
    words = told(page(rich, relabel=CURVE, influence=SOURCES))
    assert "Which labels to look at again" in words
    assert (
        "If 432 of the 8,650 items whose labels train the model were labelled again, the gap of non-European applicants "
        "would be expected to go from 16.6 to 2.8 in 100 (−0.7 to 6.3). As many items drawn at random would leave it at 16.1."
    ) in words
    assert "About 229 of those labels are expected to come out differently." in words
    assert "New labels for them cost 216 GBP." in words
    assert "90 in 100 comes with the single labels of circle A, which are 50 in 100 of all single labels." in words
    assert "not labels to change until a number looks better" in words
    assert "The 432 items to begin with are named in relabel.csv" in words
    assert (
        "5 in 100 of the labels that train the model would move the gap of non-European applicants by 14 in 100."
        in words
    )


def test_where_chance_may_do_as_much_no_figure_is_promised(rich):
    words = told(page(rich, relabel=(step(432, -0.15, p=0.4),), influence=SOURCES))
    assert "would be expected to change by between −4.6 and 1.4 in 100, which chance" in words
    assert "No small number of labels can be told to move the gap of non-European applicants." in words
    assert "comes with the single labels" not in words
    assert "New labels for them cost" not in words


def test_peers_and_stand_ins_are_said(rich):
    words = told(page(rich, relabel=(step(432, -0.028, new_labels="peers", stands_in=True),)))
    assert "not what is right" in words
    assert "ranked with a simpler model" in words
    assert "expected to go from" not in words


def test_without_a_cost_there_is_no_column_of_it(rich):
    free = tuple(one.model_copy(update={"cost": None, "currency": None}) for one in CURVE)
    assert ">Cost<" in page(rich, relabel=CURVE)
    text = page(rich, relabel=free)
    assert ">Cost<" not in text
    assert "New labels for them cost" not in told(text)


def test_every_row_has_its_anchor_and_the_figure_its_words(rich):
    text = page(rich, relabel=CURVE, influence=SOURCES, relabelled=(DONE,))
    for anchor in ("trace-relabel", "trace-relabel-2", "trace-influence-1", "trace-relabelled-0", "figure-relabel-0"):
        assert f'id="{anchor}"' in text
    assert "0: −16.6, −16.6; 86: −10.7, −16.1; 432: −2.8, −16.1" in text


def test_what_labels_given_anew_did_is_told(rich):
    words = told(page(rich, relabelled=(DONE,)))
    assert (
        "432 items that train the model were labelled again; 53 in 100 of their labels came out differently." in words
    )
    assert (
        "The gap of non-European applicants went from 16.6 to 2.8 in 100; the change lies between −16.8 and −10.9."
        in words
    )
    still = DONE.model_copy(update={"change": estimated(0.138, -0.01, 0.29, method="m")})
    assert "and cannot be told from nothing" in told(page(rich, relabelled=(still,)))


def test_the_command_to_repeat_a_run_names_the_new_labels(rich):
    source = Fingerprint(role="relabelled", source="new labels.csv", sha256="1" * 64, rows=40)
    manifest = rich.manifest.model_copy(update={"data": (*rich.manifest.data, source)})
    lean = dict.fromkeys(ELSEWHERE, ()) | {"trace": None, "manifest": manifest}
    words = told(render_html(rich.model_copy(update=lean), language="en"))
    assert "--relabelled &#39;new labels.csv&#39;" in words
    assert "Labels given anew" in words


def test_nothing_to_say_leaves_no_heading(rich):
    text = page(rich, relabel=(), influence=(), relabelled=())
    assert "trace-relabel" not in text


def test_french_says_the_same(rich):
    words = told(page(rich, "fr", relabel=CURVE, influence=SOURCES, relabelled=(DONE,)))
    assert "Quelles étiquettes revoir" in words
    assert "de 16,6 à 2,8 sur 100" in words
    assert "Ce qu’ont changé les nouvelles étiquettes" in words
    assert "labelled again" not in words


def test_hostile_names_stay_text(rich):
    bad = "<script>alert(1)</script>"
    sources = tuple(one.model_copy(update={"unit": bad, "share": 0.95}) for one in SOURCES)
    curve = tuple(one.model_copy(update={"currency": bad}) for one in CURVE)
    assert bad not in page(rich, relabel=curve, influence=sources)


@pytest.mark.parametrize("canvas", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_picture_has_both_lines_and_the_band_at_their_places(canvas):
    steps = [
        Step(items=0, gap=-10, low=None, high=None, random=-10, random_low=-10, random_high=-10),
        Step(items=50, gap=-4, low=-6, high=-2, random=-9, random_low=-9.5, random_high=-8.5),
        Step(items=100, gap=0, low=-2, high=2, random=-8, random_low=-9, random_high=-7),
    ]

    def draw(steps):
        return budget_picture(
            steps, canvas, language_named("en"), name="b", up="gap", across="items", own="the list", other="at random"
        )

    svg = draw(steps)
    assert svg == draw(steps)
    assert svg.count("<path") >= 6 or svg.count("<use") >= 1
    assert "items" in svg
    assert ("the list" in svg) == (not canvas.is_stacked)
    bare = draw(
        [
            step_ if not at else Step(**{**as_fields(step_), "random_low": None, "random_high": None})
            for at, step_ in enumerate(steps)
        ]
    )
    assert len(bare) < len(svg)


def as_fields(step_):
    return {name: getattr(step_, name) for name in Step.__slots__}
