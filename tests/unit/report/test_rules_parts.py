"""What the report says of other rules and of the overruled."""

import re

import pytest

from biasaudit.report import render_html
from biasaudit.report.edition import edition_of
from biasaudit.report.sections.overruled import overruled_part
from biasaudit.report.sections.rules import rule_parts


def text_of(html):
    """Words as read: user's words stand in elements of their own, without room around them."""
    plain = re.sub(r"<[^>]+>", " ", re.sub(r"</?bdi[^>]*>", "", html))
    return re.sub(r"\s+", " ", plain).replace("\u00a0", " ").replace("\u202f", " ")


def with_trace(result, **update):
    return result.model_copy(update={"trace": result.trace.model_copy(update=update)})


@pytest.fixture(scope="module")
def page(rich):
    """The English page, rendered once."""
    return render_html(rich)


def test_the_declared_rule_is_marked_and_the_rule_that_is_told_apart_looks_different(rich):
    part = rule_parts(edition_of(rich, "en"))[0]
    figure = part["figures"][0]
    assert [code for code, _ in figure.legend] == ["reference", "exceeds", "within"]
    assert "Majority: −11.5" in figure.alt
    assert "For 1 of them the change is more than chance would make." in figure.alt
    assert [code for code, _ in part["figures"][1].legend] == ["reference", "within"]


def test_gaps_changes_and_accuracy_stand_in_tables_with_anchors(page):
    for at in range(3):
        assert f'id="trace-rules-{at}"' in page
        assert f'id="trace-dissent-{at}"' in page
    said = text_of(page)
    assert "What another rule would have done" in said
    assert "Larger majority (67 %)" in said
    assert "Right, of 100 labels of everybody" in said
    assert "What each rule does with ties" in said


def test_pay_lost_and_the_right_among_the_overruled_are_told(page):
    said = text_of(page)
    assert "Of 100 labels, 21.8 are overruled." in said
    assert "44 of 100 overruled labels are right" in said
    assert (
        "The largest share is lost by annotators whose vendor is panel 2: 1,240 GBP, 24.1 of 100 that they would have earned"
        in said
    )
    assert "Pay lost" in said


def test_no_pay_is_told_where_the_minority_is_paid(rich):
    paid = tuple(
        one.model_copy(update={"pay_lost": None, "pay_lost_share": None, "currency": None})
        for one in rich.trace.dissent
    )
    part = overruled_part(edition_of(with_trace(rich, dissent=paid), "en"))
    assert (part["has_pay"], part["paid"]) == (False, [])


def test_french_says_the_same(rich):
    said = text_of(render_html(rich, language="fr"))
    assert "Ce qu’une autre règle aurait fait" in said
    assert "Qui la règle met en minorité" in said
    assert "La plus grande part est perdue par les annotateurs" in said
    assert "1 240 GBP, soit 24,1 sur 100" in said


def test_a_model_that_was_not_retrained_leaves_one_picture(rich):
    from biasaudit.results import undefined

    none = undefined(
        "the model was not trained here, so that it cannot be trained again with other labels", method="retraining"
    )
    rules = tuple(one.model_copy(update={"model_gap": none, "model_change": None}) for one in rich.trace.rules)
    result = with_trace(rich, rules=rules)
    assert len(rule_parts(edition_of(result, "en"))[0]["figures"]) == 1
    assert "was not trained here" in text_of(render_html(result))


def test_nothing_is_shown_where_nothing_was_measured(rich):
    bare = with_trace(rich, rules=(), dissent=())
    assert rule_parts(edition_of(bare, "en")) == []
    assert overruled_part(edition_of(bare, "en")) is None
    said = text_of(render_html(bare))
    assert "What another rule would have done" not in said
    assert "Whom the rule overrules" not in said.split("What the checks found")[0]


def test_names_of_annotator_groups_are_escaped(rich):
    words = ("<b>x</b>", "{{ 7 * 7 }}", '" onload="x')
    hostile = tuple(one.model_copy(update={"value": word}) for one, word in zip(rich.trace.dissent, words, strict=True))
    html = render_html(with_trace(rich, dissent=hostile))
    assert "<b>x</b>" not in html
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert ">49<" not in html
    # A quotation mark is harmless between tags and not inside one.
    assert not re.search(r'<[^>]*" onload="x', html)
