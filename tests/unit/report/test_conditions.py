"""The part of the report that tells under what conditions labels were made."""

import re

import pytest

from biasaudit.report import render_html
from biasaudit.results import undefined


def page(result, language="en"):
    text = render_html(result, language=language)
    return text, re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text)).replace("\u00a0", " ").replace("\u202f", " ")


def with_trace(result, **update):
    return result.model_copy(update={"trace": result.trace.model_copy(update=update)})


def test_it_says_what_an_hour_brings_and_what_is_held_against_it(rich):
    html, text = page(rich)
    assert "half of the annotators get 1.40 GBP or less" in text
    assert "Of 100 annotators, 90 (45 to 95) come to less than minimum wage of 2025, 3.00 GBP an hour" in text
    assert "they gave 88 of 100 labels" in text
    assert "Of 100 labels, 20.0 were not accepted; they are taken as not paid." in text
    assert "the median hour would have brought 1.75 GBP" in text
    assert "Under panel 2, the median hour is clearly below the floor." in text
    assert "takes 40 in 100 less time" in text
    assert "In the fastest 20 of 100 labels of each annotator, under about 8 seconds" in text
    assert "3, 4, 22" in text
    for place in ("figure-pay", "figure-time", "figure-speed", "trace-conditions-0", "trace-conditions_of_all"):
        assert f'id="{place}"' in html


def test_it_says_the_same_in_french(rich):
    _, text = page(rich, "fr")
    assert "Pour une heure de travail enregistrée, la moitié des annotateurs touche 1,40" in text
    assert "restent sous « minimum wage of 2025 »" in text
    assert "Parmi les 20 étiquettes sur 100 que chacun donne le plus vite" in text
    assert "Une marque signale les unités" in text


def test_a_unit_of_too_few_shows_no_count(rich):
    html, _ = page(rich)
    row = re.search(r'<tr id="trace-conditions-2">.*?</tr>', html, re.DOTALL)[0]
    assert "panel 3" in row
    assert "9,412" not in row
    assert row.count("withheld") == 2


def test_a_mark_stands_beside_units_that_add_to_a_gap_and_is_called_no_cause(rich):
    html, text = page(rich)
    marked = [
        at
        for at in range(3)
        if "adds to a gap" in re.search(rf'<tr id="trace-conditions-{at}">.*?</tr>', html, re.DOTALL)[0]
    ]
    assert marked == [1]
    pools = tuple(one.model_copy(update={"flagged": one.unit == "panel 1"}) for one in rich.trace.pools)
    assert "labels a group differently" not in page(with_trace(rich, pools=()))[0]
    assert page(with_trace(rich, pools=pools))[0].count("labels a group differently") == 1
    assert "does not say that one causes the other" in text


def test_what_the_log_does_not_say_is_said(rich):
    nothing = undefined("the log does not say what labels were paid", method="pay")
    bare = dict.fromkeys(("pay", "low_pay", "below_floor", "seconds", "rejected", "unpaid_time"), nothing)
    bare |= {"hourly_pay": None, "median_seconds": None, "pay_if_accepted": None, "currency": None}
    silent = with_trace(
        rich,
        conditions=tuple(one.model_copy(update=bare) for one in rich.trace.conditions),
        conditions_of_all=rich.trace.conditions_of_all.model_copy(update=bare),
        floor=None, reading_times=(), speeds=(), hours=(),
        unknown_conditions=("pay", "seconds", "started", "accepted"),
    )  # fmt: skip
    html, text = page(silent)
    assert (
        "the log does not say what was paid, how long a label took, at what hour it was given and whether it was accepted"
        in text
    )
    assert "Pay an hour" not in text
    assert "figure-pay" not in html
    assert "None" not in text
    _, french = page(silent, "fr")
    assert "le journal ne dit rien de ceci : ce qui a été payé, le temps passé sur une étiquette" in french


@pytest.mark.parametrize("language", ["en", "fr"])
def test_where_nothing_can_be_told_it_says_so(rich, language):
    curve = rich.trace.speeds[0]
    untold = undefined("no speed can be told from chance from which on disagreement rises", method="knee")
    same = tuple(
        one.model_copy(update={"ratio": one.ratio.model_copy(update={"high": 1.4})}) for one in rich.trace.reading_times
    )
    result = with_trace(
        rich, floor=None, reading_times=same,
        speeds=(curve.model_copy(update={"knee": untold, "knee_seconds": None}),),
    )  # fmt: skip
    _, text = page(result, language)
    said = {
        "en": ("From no speed on", "No unit can be told", "No floor is declared, so that nothing", "The median hour brings 1.40 GBP"),
        "fr": ("À aucune vitesse", "On ne peut dire d’aucune unité", "Aucun plancher n’est déclaré : ce montant", "L’heure médiane rapporte 1,40"),
    }  # fmt: skip
    for words in said[language]:
        assert words in text
