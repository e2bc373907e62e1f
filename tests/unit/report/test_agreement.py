"""What the report says of the agreement of annotators, in sentences, pictures and tables."""

import html
import re

import pytest

from biasaudit.report import render_html
from biasaudit.report.edition import edition_of
from biasaudit.report.sections.agreement import agreement_of_pools, agreement_parts
from biasaudit.results import ALL_GROUPS, estimated


def changed(result, said):
    """The invented result with other differences in alpha and Gwet's coefficient."""
    values = {"less": (-0.2, -0.1), "more": (0.2, 0.1), "divided": (-0.2, 0.0), "cannot_tell": (0.01, 0.0)}[said]
    by_name = dict(zip(("krippendorff_alpha", "gwet_ac1"), values, strict=True))
    gaps = tuple(
        gap.model_copy(update={"difference": estimated(value, value - 0.05, value + 0.05, method="two-way bootstrap")})
        if (value := by_name.get(gap.coefficient)) is not None
        else gap
        for gap in result.trace.agreement_gaps
    )
    return result.model_copy(update={"trace": result.trace.model_copy(update={"agreement_gaps": gaps})})


def told(result, language="en"):
    edition = edition_of(result, language)
    return {part["attribute"]: " ".join(edition.says(one) for one in part["told"]) for part in agreement_parts(edition)}


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (
            "less",
            "Annotators agree less about non-European applicants than about European applicants, and not only because",
        ),
        (
            "more",
            "Annotators agree more about non-European applicants than about European applicants, and not only because",
        ),
        ("divided", "alpha is 0.41 and 0.63, Gwet's AC1 is 0.66 and 0.77"),
        ("cannot_tell", "Chance could make that difference."),
    ],
)
def test_pairs_are_told_first_and_then_what_they_tell(rich, said, sentence):
    found = told(changed(rich, said))["origin"]
    assert found.startswith("Of 100 pairs of labels of one and the same item, 79 agree about non-European applicants")
    assert sentence in found


def test_the_picture_marks_a_group_only_where_a_difference_is_told(rich):
    def states(result):
        part = next(part for part in agreement_parts(edition_of(result, "en")) if part["attribute"] == "origin")
        return {mark for mark, _ in part["figure"].legend}, part["figure"].alt

    apart, alt = states(changed(rich, "less"))
    assert "exceeds" in apart
    assert "Pairs that agree, of 100: European 86, non-European 79" in alt
    quiet = rich.model_copy(update={"trace": rich.trace.model_copy(update={"agreement_gaps": ()})})
    assert states(quiet)[0] == {"reference", "cannot_tell"}


def test_pools_are_told_where_they_agree_with_themselves(rich):
    edition = edition_of(rich, "en")
    (pool,) = agreement_of_pools(edition)
    (sentence,) = pool["told"]
    assert "annotators of the pool panel 2 (panel) agree more with each other than with all others" in edition.says(
        sentence
    )
    assert "0.50 among them and 0.40 with the others" in edition.says(sentence)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(0.6, 0.9, "agree less with each other"), (0.9, 1.2, "no pool of annotators can be told")],
)
def test_a_pool_whose_interval_holds_one_is_not_named(rich, low, high, words):
    agreement = tuple(
        one.model_copy(update={"estimate": estimated((low + high) / 2, low, high, method="two-way bootstrap")})
        if one.coefficient == "group_association" and one.group == ALL_GROUPS
        else one
        for one in rich.trace.agreement
    )
    edition = edition_of(
        rich.model_copy(update={"trace": rich.trace.model_copy(update={"agreement": agreement})}), "en"
    )
    (pool,) = agreement_of_pools(edition)
    assert words in " ".join(edition.says(one) for one in pool["told"])


def test_every_coefficient_and_difference_stands_in_the_page_once(rich):
    page = render_html(rich, language="en")
    for at in range(len(rich.trace.agreement)):
        assert len(re.findall(f'id="trace-agreement-{at}"', page)) == 1
    for at in range(len(rich.trace.agreement_gaps)):
        assert len(re.findall(f'id="trace-agreement_gaps-{at}"', page)) == 1
    assert 'href="#trace-agreement_gaps-0"' in page


def test_french_says_the_same(rich):
    assert "sur 100 paires d’étiquettes d’un même dossier, 79 concordent" in told(rich, "fr")["origin"].lower()
    page = html.unescape(render_html(rich, language="fr"))
    assert "s’accordent davantage entre eux qu’avec tous les autres" in page


def test_results_without_agreement_show_none(rich):
    none = rich.model_copy(update={"trace": rich.trace.model_copy(update={"agreement": (), "agreement_gaps": ()})})
    assert agreement_parts(edition_of(none, "en")) == []
    assert 'id="trace-agreement"' not in render_html(none, language="en")
