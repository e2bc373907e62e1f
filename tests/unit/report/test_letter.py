"""The letter: every way in which a decision can stand, in both languages and all forms."""

import re

import pytest

from biasaudit.errors import ResultError
from biasaudit.report import render_letter
from biasaudit.report.letter import letter_of
from biasaudit.report.letter_parts import digits_apart
from biasaudit.results.letters import (
    Alternative,
    Changed,
    Counterpart,
    Explanation,
    GroupOf,
    Scored,
    WeighedInput,
)


def told(**changes):
    """An explanation with every kind of datum."""
    inputs = (
        WeighedInput(column="grade", value=12.5, usual=14.25, digits=1, contribution=-4.0),
        WeighedInput(column="origin", value="non-European", usual="European", contribution=-2.0),
        WeighedInput(column="member", value=1.0, usual=0.4, is_flag=True, contribution=1.5),
        WeighedInput(column="club", value=0.0, usual=0.996, is_flag=True, contribution=0.5),
        WeighedInput(column="town", value=None, usual=None, contribution=1.0),
        WeighedInput(column="form", value="long", usual="long", contribution=0.01),
    )
    scored = Scored(unit="in_100", score=41.0, line=50.0, usual=44.0, compared=200, inputs=inputs)
    way = Alternative(changes=(Changed(column="grade", own=12.5, other=15.0, digits=1),), score=52.0)
    pair = Alternative(
        changes=(
            Changed(column="member", own=1.0, other=0.0, is_flag=True),
            Changed(column="town", own=None, other="north"),
        ),
        score=50.4,
    )
    other = Counterpart(
        attribute="origin",
        own="non-European",
        other="European",
        changes=(Changed(column="origin", own="non-European", other="European"),),
        score=55.0,
        selected=1.0,
    )
    found = {
        "item": "a-17",
        "selected": 0.0,
        "scored": scored,
        "alternatives": (way, pair),
        "counterparts": (other,),
        "sought": True,
        "at_once": 3,
        "changeable": ("grade", "member"),
        "held": ("origin",),
        "groups": (GroupOf(attribute="origin", group="non-European"),),
    }
    return Explanation(**{**found, **changes})


def text(result, explanation, language="en"):
    return " ".join(render_letter(result, explanation, language=language).split())


def plain(result):
    """The invented result with a threshold, in English words."""
    model = result.model.model_copy(update={"cut": "threshold", "cut_value": 0.5, "cutoff_score": 0.5})
    return result.model_copy(update={"model": model})


@pytest.fixture
def result(rich):
    return plain(rich)


def test_each_datum_is_told_with_what_is_usual_and_what_it_was_worth(result):
    letter = text(result, told())
    for part in (
        "File: a-17",
        "The model gave your file a score of 41.0 out of 100. The line ran at 50.0.",
        "Your score is 3.0 lower than the average of 200",
        "Grade: 12.5; the mean is 14.25. It took off 4.0.",
        "Origin: non-European; most frequent is European. It took off 2.0. This is a protected attribute.",
        "Member: yes; it is yes for 40 in 100 applicants. It added 1.5.",
        "Club: no; it is yes for 99.6 in 100 applicants. It added 0.5.",
        "Town: nothing recorded. It added 1.0.",
        "Counted for next to nothing: form.",
        "Each line below would have been enough",
        "Grade: 15.0 instead of 12.5. That gives a score of 52.0.",
        "Member: no instead of yes and town: north instead of nothing recorded. That gives a score of 50.4.",
        "Origin: European instead of non-European. That gives a score of 55.0.",
        "Nobody has declared which of these data are within your reach",
    ):
        assert part in letter, part
    assert letter.index("Counted for you") < letter.index("Member: yes") < letter.index("Counted against you")


def test_a_high_score_counts_against_whoever_fears_it(result):
    audit = result.audit.model_copy(update={"positive_is": "unfavourable", "decision": "put on the list"})
    letter = text(result.model_copy(update={"audit": audit}), told(selected=1.0))
    assert "You were put on the list." in letter
    assert letter.index("Counted for you") < letter.index("Grade: 12.5") < letter.index("Counted against you")
    assert "It would not" not in letter


@pytest.mark.parametrize(
    ("changes", "says", "says_in_french"),
    [
        ({"selected": 1.0, "sought": False, "alternatives": ()}, "went your way", "vous est favorable"),
        ({"selected": 0.4}, "your chance of being", "chances sur 100"),
        ({"alternatives": ()}, "No change of up to 3 of these data", "Changer jusqu’à 3 de ces données"),
        ({"alternatives": (), "at_once": 1}, "No change of 1 of these data", "Changer 1 seule de ces données"),
        ({"alternatives": (), "changeable": ()}, "Nothing that the model read is within", "Rien de ce que le modèle"),
        ({"own_row": False}, "not among those that the audit judged", "n’est pas parmi ceux"),
        ({"scored": None, "given": "scores", "given_score": 3.5}, "was 3.5. The line ran at 0.5", "était de 3,5"),
        ({"scored": None, "given": "decisions"}, "reasons must come from whoever decided", "venir de qui a décidé"),
        ({"contact": "Ms Okafor"}, "ask more: Ms Okafor", "savoir plus : Ms Okafor"),
        ({"authority": "The Commission"}, "authority: The Commission", "autorité : The Commission"),
        ({"reach_declared": True}, "nobody can be asked to change it: origin", "demander à personne d’en changer"),
    ],
)
def test_every_way_a_decision_can_stand_has_its_sentence(result, changes, says, says_in_french):
    explanation = told(**{"counterparts": (), **changes})
    assert says in text(result, explanation)
    assert says_in_french in text(result, explanation, "fr").replace("\u00a0", " ")


def test_amounts_in_points_are_told_from_the_line(result):
    scored = told().scored.model_copy(
        update={"unit": "points", "score": -1.96, "line": 0.0, "usual": -0.5, "points_column": "grade"}
    )
    way = told().alternatives[0].model_copy(update={"score": 0.04})
    explanation = told(scored=scored, alternatives=(way,))
    letter = text(result, explanation)
    assert "your file ended 2.0 points short of the line" in letter
    assert "One more of grade counts 1 point." in letter
    assert "This, with all else as it was, would have been enough." in letter
    assert "That is 0.04 points above the line." in letter or "That is 0.0 points above the line." in letter
    french = text(result, explanation, "fr").replace("\u00a0", " ")
    assert "2,0 points au-dessous du seuil" in french
    assert "1,5 point." in french


def test_figures_of_small_groups_are_withheld_as_in_the_result(result):
    facts = result.data.attributes[0]
    small = facts.groups[1].model_copy(update={"n": 3, "n_selected": None})
    attributes = (facts.model_copy(update={"groups": (facts.groups[0], small, *facts.groups[2:])}),)
    data = result.data.model_copy(update={"attributes": attributes})
    few = result.model_copy(update={"data": data})
    letter = text(few, told(groups=(GroupOf(attribute=facts.name, group=small.group),)))
    assert "fewer than 5 of them, and nothing is shown about so few" in letter
    assert "Of 100" not in letter


def test_letters_are_wholly_french_and_keep_their_numbers(result):
    english, french = (text(result, told(), code).replace("\u202f", " ") for code in ("en", "fr"))
    for word in ("Your ", "The ", "added", "instead", "decision is", "of the", "because"):
        assert word not in french, word
    assert len(re.findall(r"\d+[.,]\d", english)) == len(re.findall(r"\d+[.,]\d", french))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_hostile_words_are_escaped_in_every_form(results, language):
    evil = "<b onclick=x>|[a](http://b.example)\x1b[2J\u202e"
    base = told()
    explanation = told(
        item=evil,
        contact=evil,
        authority=evil,
        scored=base.scored.model_copy(
            update={"inputs": (WeighedInput(column=evil, value=evil, usual=evil, contribution=3.0),)}
        ),
        changeable=(evil,),
        held=(evil,),
        counterparts=(),
    )
    page = render_letter(results["hostile"], explanation, language=language, form="html")
    assert "<b onclick" not in page
    assert "\x1b" not in page
    assert re.search(r"style-src \'sha256-[^\']+\'", page)
    marked = render_letter(results["hostile"], explanation, language=language, form="md")
    assert "<b onclick" not in marked
    assert not re.search(r"(?<!\\)\]\(http", marked)
    plain_text = render_letter(results["hostile"], explanation, language=language)
    assert "\x1b" not in plain_text
    assert "\u202e" not in plain_text


def test_every_invented_result_has_a_letter(results):
    for result in results.values():
        group = (GroupOf(attribute=facts.name, group=facts.groups[0].group) for facts in result.data.attributes)
        explanation = told(groups=tuple(group))
        assert len(letter_of(result, explanation)) >= 6
        for form in ("text", "md", "html"):
            assert render_letter(result, explanation, form=form) == render_letter(result, explanation, form=form)


def test_a_form_that_there_is_not_is_refused(result):
    with pytest.raises(ResultError, match=r"No letter is written as 'pdf'\. Allowed: text, md, html"):
        render_letter(result, told(), form="pdf")


def test_different_numbers_stay_apart():
    assert digits_apart(0.5, 0.5) == 1
    assert digits_apart(1.00001, 1.00002) == 5
