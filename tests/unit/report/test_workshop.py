"""Questions beside sections: those of the audit, else ours; shown by a box that needs no script."""

import typing

import pytest

from biasaudit.report import render_comparison_html, render_html
from biasaudit.report.sections import SECTIONS
from biasaudit.report.workshop import asked_beside
from biasaudit.results import Question
from biasaudit.spec.workshop import AskedBeside

OWN = (
    Question(section="groups", question="Who is <b>called</b>?", answer="They are."),
    Question(section="strata", question="Within what?"),
)


@pytest.fixture(scope="module")
def asking(invented):
    translations = {"fr": {"Within what?": "À l'intérieur de quoi ?"}}
    return invented.rich(audit=invented.audit(workshop=OWN, translations=translations))


def test_a_question_can_stand_beside_every_section_that_is_not_for_signing_or_running():
    names = [section.name for section in SECTIONS]
    assert set(typing.get_args(AskedBeside)) <= set(names)


def test_own_questions_take_the_place_of_general_ones_and_none_is_lost(asking):
    asked = asked_beside(asking, ["first", "groups", "labels"])
    assert [one.question.value for one in asked["groups"]] == ["Who is <b>called</b>?"]
    # There are no strata here, so the question about them stands at the head.
    assert [(one.question.value, one.answer) for one in asked["first"]] == [("Within what?", None)]
    assert asked["labels"][0].question.template.startswith("Whose judgement did the model learn")


@pytest.mark.parametrize("code", ["en", "fr"])
def test_page_holds_questions_folded_answers_and_a_box_that_is_off(asking, code):
    page = render_html(asking, language=code)
    assert "Who is &lt;b&gt;called&lt;/b&gt;?" in page
    assert '<input type="checkbox" id="workshop" autocomplete="off">' in page
    assert ("À l’intérieur de quoi ?" in page) == (code == "fr")
    shown = page[page.index('class="questions"') :]
    assert shown.index("<details>") < shown.index("They are.")


def test_pages_of_a_comparison_ask_nothing(asking):
    assert 'id="workshop"' not in render_comparison_html(asking, asking)
