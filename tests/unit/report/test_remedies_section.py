"""What changes would have done, in the report: every sentence, the picture, the tables, both languages."""

import re

import pytest

from biasaudit.report import render_html
from biasaudit.report.language import language_named
from biasaudit.report.pictures.look import NARROW, WIDE
from biasaudit.report.pictures.tradeoff import Change, tradeoff_picture
from biasaudit.results import ErrorGap, GroupCost, Remedy, estimated, undefined

#: Parts of a result that these pages can do without, so that they are quick to write.
ELSEWHERE = ("conditional", "periods", "drivers", "driver_totals", "proxies", "flips", "findings", "gates")
TODAY_GAP, TODAY_ACCURACY, TODAY_REFERENCE = -0.166, 0.934, 0.923


def around(value, reach):
    return estimated(value, value - reach, value + reach, method="m")


def cost(group, n, today, after, gaining, losing):
    return GroupCost(
        group=group,
        n=n,
        estimate=around(after - today, 0.01),
        rate_today=around(today, 0.01),
        rate_after=around(after, 0.01),
        gaining=around(gaining, 0.001),
        losing=around(losing, 0.001),
    )


def remedy(name, kind, gap, accuracy=0.92, reference=0.934, *, attribute="origin", group="non-European", **changes):
    is_today = kind == "today"
    held = Remedy(
        name=name,
        kind=kind,
        attribute=attribute,
        group=group,
        reference="European" if attribute == "origin" else "male",
        n_group=977,
        n_reference=3_813,
        selected=1_197.5,
        gap=around(gap, 0.03),
        change_in_gap=None if is_today else around(gap - TODAY_GAP, 0.03),
        accuracy=around(accuracy, 0.008),
        change_in_accuracy=None if is_today else around(accuracy - TODAY_ACCURACY, 0.006),
        reference_accuracy=around(reference, 0.008),
        change_in_reference_accuracy=None if is_today else around(reference - TODAY_REFERENCE, 0.006),
        error_gaps=(ErrorGap(measure="fpr", gap=around(-0.02, 0.01), change=around(0.015, 0.01)),),
        costs=(
            cost("non-European", 977, 0.118, 0.242, 0.124, 0.0),
            cost("European", 3_813, 0.284, 0.252, 0.0, 0.032),
        ),
    )
    return held.model_copy(update=changes)


TODAY = remedy("as it is", "today", TODAY_GAP, TODAY_ACCURACY, TODAY_REFERENCE)
DROP = remedy("without origin", "drop", -0.01, aimed_at="origin", what=("origin",))
BOTH = remedy("without origin, sex", "drop", -0.008, what=("origin", "sex"))
LINES = remedy(
    "one line a group", "group_lines", 0.0, aimed_at="origin", caution="uses_group", change_in_gap=around(0.166, 0.0)
)
LOT = remedy(
    "threshold optimiser",
    "threshold_optimizer",
    -0.1,
    0.86,
    0.86,
    aimed_at="origin",
    what=("equalized_odds",),
    by_lot=208.2,
    caution="uses_group",
)
REFERENCE = remedy("reference labels", "reference_labels", -0.005)
WORSE = remedy("labels by all", "rule", -0.216, what=("all",))
UNSURE = remedy("reweighing by sex", "reweighing", -0.16, aimed_at="sex", caution="uses_group_in_training")
AGAIN = remedy("1730 items labelled again", "relabel", -0.005, amount=1_730.0).model_copy(
    update={
        "selected": None,
        "accuracy": undefined(
            "measured with the labels to look at again, where this agreement is not", method="not measured"
        ),
        "change_in_accuracy": None,
        "reference_accuracy": None,
        "change_in_reference_accuracy": None,
        "error_gaps": (),
        "costs": (),
    }
)
ALL = (TODAY, DROP, BOTH, LINES, LOT, REFERENCE, WORSE, UNSURE, AGAIN)


def page(rich, *remedies, language="en"):
    lean = dict.fromkeys(ELSEWHERE, ()) | {"trace": None, "remedies": remedies}
    text = render_html(rich.model_copy(update=lean), language=language)
    found = re.search(r'<section id="remedies".*?</section>', text, re.DOTALL)
    return found.group(0) if found else ""


def told(text):
    """The section's words, tags and marks of direction aside."""
    plain = re.sub(r"[\u2066-\u2069]", "", re.sub(r"<[^>]+>", "", re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL)))
    return re.sub(r"\s+", " ", plain)


@pytest.fixture(scope="module")
def whole(rich):
    return page(rich, *ALL)


def test_without_remedies_there_is_no_section(rich):
    assert not page(rich)
    assert not page(rich, TODAY)


def test_it_says_what_would_have_changed_for_whom_and_recommends_nothing(whole):
    text = told(whole)
    assert "none is a recommendation" in text
    said = "Without origin: the gap of non-European applicants would have been −1.0 in 100 in place of −16.6; the difference lies between 12.6 and 18.6."
    assert said in text.replace(" :", ":")
    assert (
        "Of 100 non-European applicants, the decision would have become “called to interview” for 12, and no longer been so for 0; of 100 European applicants, for 0 and 3."
        in text.replace(" ,", ",")
    )
    assert (
        "Of 100 decisions, 92.0 in place of 93.4 would have agreed with the recorded outcome, and 93.4 in place of 92.3 with the reference labels."
        in text
    )
    assert "Trained on the reference labels: the gap of non-European applicants would have been −0.5 in 100" in text
    for word in ("should", "recommend ", "best", "fair ", "unbiased"):
        assert word not in text


def test_the_caption_counts_what_would_have_narrowed_the_gap(whole):
    caption = told(re.search(r"<figcaption>.*?</figcaption>", whole, re.DOTALL).group(0)).strip()
    # Of those aimed at origin or at nothing: two without inputs, the lines, the lot, reference labels, more labels.
    assert caption.replace(" ,", ",") == (
        "Of 7 changes tried, 6 would have narrowed the gap of non-European applicants beyond what chance explains; "
        "with 4 of these, more decisions would have agreed with the reference labels."
    )


def test_a_change_that_selects_everybody_is_no_first_news_and_says_how_many(rich):
    everybody = remedy("without all", "drop", 0.0, what=("origin", "sex", "report"), selected=4_790.0)
    text = told(page(rich, TODAY, DROP, everybody))
    assert "Without origin:" in text.replace(" :", ":")
    assert "4,790 applicants in place of" not in text
    alone = told(page(rich, TODAY, everybody))
    assert "to 4,790 applicants in place of 1,198, which alone moves gaps" in alone


def test_nothing_that_narrows_is_said_so(rich):
    assert "None of 1 changes tried would have narrowed the gap" in told(page(rich, TODAY, WORSE))
    costly = LOT.model_copy(update={"change_in_gap": around(0.066, 0.01)})
    assert "with none of these can it be told that more decisions" in told(page(rich, TODAY, costly))


def test_people_who_made_the_outcome_are_named_as_such(rich, whole):
    assert "The recorded outcome was made by people" in told(whole)
    against_truth = rich.model_copy(update={"data": rich.data.model_copy(update={"errors_against": "truth"})})
    text = told(page(against_truth, *ALL))
    assert "made by people" not in text
    assert "would have agreed with the truth" in text


def test_caution_stands_where_a_change_decides_by_group(rich, whole):
    assert "This report is no legal advice." in told(whole)
    assert "decides by the group" in told(whole)
    assert "uses the group in training" in told(whole)
    assert "208 places by lot" in told(whole)
    both = page(rich, *ALL, *(one.model_copy(update={"attribute": "sex", "group": "female"}) for one in (TODAY, DROP)))
    assert told(both).count("Intervals of fairlearn’s methods carry the choice of the people judged, not that") == 1
    assert "Intervals of fairlearn" not in told(page(rich, TODAY, DROP))
    assert "legal advice" not in told(page(rich, TODAY, DROP))


def test_the_tables_hold_every_change_and_its_costs(whole):
    rows = re.findall(r'<tr id="remedies-(\d+)">', whole)
    assert rows == [str(at) for at in range(len(ALL))]
    text = told(whole)
    assert "Selected only with it" in text
    assert "12.4 [12.3, 12.5]" in text or "12.4 12.3 to 12.5" in text
    assert "not defined" in text
    assert "labels to look at again, where this agreement is not" in text


def test_the_picture_has_a_mark_a_change_and_an_alternative_in_words(whole):
    alternative = re.search(r'aria-label="(Of 7 changes[^"]*)"', whole).group(1)
    assert "The model as it is: −16.6, 92.3" in re.sub(r"[\u2066-\u2069]", "", alternative)
    assert "Without origin" in alternative
    assert "People weighted" not in alternative
    assert "a change that decides by the group of a person" in told(whole)


def test_without_reference_labels_the_outcome_is_drawn(rich):
    bare = {"reference_accuracy": None, "change_in_reference_accuracy": None}
    text = told(page(rich, *(one.model_copy(update=bare) for one in (TODAY, DROP))))
    assert "more decisions would have agreed with the recorded outcome" in text
    assert "With the reference labels" not in text


def test_french_says_the_same(rich):
    text = told(page(rich, *ALL, language="fr")).replace("\u202f", " ").replace("\u00a0", " ")
    assert "Ce que des changements auraient donné" in text
    assert "aurait été de −1,0 sur 100 au lieu de −16,6" in text
    assert "Ce rapport n’est pas un avis juridique." in text
    assert "208 places tirées au sort" in text
    assert "seuils de fairlearn, taux d’erreur égaux selon" in text.lower()
    for english in ("would have", "today", "change:", "labels"):
        assert english not in text


def test_many_groups_stay_readable(rich):
    many = [one.model_copy(update={"group": f"group {at}"}) for at in range(12) for one in (TODAY, DROP)]
    section = page(rich, *many)
    assert "9 more groups stand in the result file." in told(section)
    assert len(re.findall(r'<tr id="remedies-', section)) == 6


def test_hostile_names_are_text(rich):
    bad = "<script>alert(1)</script>"
    rows = [one.model_copy(update={"what": (bad,), "aimed_at": bad if one is LINES else one.aimed_at}) for one in ALL]
    section = page(rich, *rows)
    assert "<script>" not in section
    assert "&lt;script&gt;" in section


@pytest.mark.parametrize("canvas", [WIDE, NARROW])
def test_names_never_cover_marks_or_each_other(canvas):
    crowd = [
        Change(
            label=f"a change with a name {at}",
            gap=-1.0 - at / 10,
            gap_low=-3.0,
            gap_high=1.0,
            agreement=90 + at / 20,
            agreement_low=88.0,
            agreement_high=92.0,
            state="reference" if at == 0 else "within",
        )
        for at in range(12)
    ]
    picture = tradeoff_picture(crowd, canvas, language_named("en"), name="x", across="gap", up="agreement")
    assert picture == tradeoff_picture(crowd, canvas, language_named("en"), name="x", across="gap", up="agreement")
    assert 1 <= picture.count("a change with") <= 9
    apart = [
        one.__class__(**{**{f: getattr(one, f) for f in one.__slots__}, "agreement": 60.0 + 4 * at})
        for at, one in enumerate(crowd[:5])
    ]
    assert (
        tradeoff_picture(apart, canvas, language_named("en"), name="x", across="gap", up="up").count("a change with")
        == 5
    )
