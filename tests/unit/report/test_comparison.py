"""The page, the Markdown and the test cases about what moved between two results."""

import html
import re
from xml.etree import ElementTree as ET

import pytest

from biasaudit.report import (
    render_comparison_html,
    render_comparison_markdown,
    render_html,
    render_junit,
    render_markdown,
)
from biasaudit.results import compare_results, digest


def moved(result, group, by, attribute):
    """The same result a year on, the selection gap of one group moved by so much."""

    def shifted(estimate):
        return estimate.model_copy(
            update={
                key: getattr(estimate, key) + by
                for key in ("value", "low", "high")
                if getattr(estimate, key) is not None
            }
        )

    disparities = tuple(
        one.model_copy(update={"estimate": shifted(one.estimate), "deciding": shifted(one.deciding)})
        if (one.attribute, one.group, one.measure, one.statistic) == (attribute, group, "selection_rate", "gap")
        else one
        for one in result.disparities
    )
    manifest = result.manifest.model_copy(update={"ended": "2027-03-02T00:00:00+00:00", "seed": 99})
    return result.model_copy(update={"disparities": disparities, "manifest": manifest})


@pytest.fixture(scope="module")
def worse(rich):
    return moved(rich, "non-European", -0.15, "origin")


@pytest.fixture(scope="module")
def page(rich, worse):
    return render_comparison_html(rich, worse)


def text_of(page):
    shown = re.sub(r"<(style|script|svg).*?</\1>", "", page, flags=re.DOTALL)
    spaced = re.sub(r"<[^>]*>", "", re.sub(r"</(t[dh]|p|h\d|li|d[dt])>", " ", shown))
    return html.unescape(re.sub(r"\s+", " ", spaced))


def test_page_says_what_moved_by_how_much_and_what_did_not(page, rich, worse):
    text = text_of(page)
    assert "What moved: St George's, 1982-86" in text
    assert "compared, 1 got wider, by more than chance." in text
    said = "For non-European applicants the gap to European applicants got wider: −11 in 100 before, −26 now."
    assert said in text
    assert "For female applicants the gap to male applicants is what it was: −1 in 100." in text
    assert "Both results are about the same people." in text
    assert "Run seed 7 99" in text
    for result in (rich, worse):
        assert digest(result)[:16] in text
    assert "The gap of non-European applicants got wider." in text


def test_page_is_whole_and_draws_before_and_after(page):
    assert page.startswith("<!DOCTYPE html>")
    assert "Content-Security-Policy" in page
    assert 'href="#compared"' in page
    assert page.count('<figure class="picture"') == 4
    assert not re.search(r'(src|href)="(?!#)', page)
    first = page[page.index('id="figure-changes-0"') :]
    assert 'aria-label="The gap of non-European applicants got wider.' in first
    assert "−11.0 → −26.0" in first
    assert len(page) < 200_000


def test_page_and_markdown_are_french_throughout(rich, worse):
    text = text_of(render_comparison_html(rich, worse, language="fr"))
    assert "Pour les candidats au nom non européen, l’écart avec les candidats au nom européen s’est creusé" in text
    for english in ("before", "wider", "moved", "chance", "Now", "people", "Verdict:"):
        assert not re.search(rf"\b{english}\b", text), english
    assert "l’écart avec les candidats au nom européen s’est creusé" in render_comparison_markdown(
        rich, worse, language="fr"
    )


def test_other_measures_say_that_the_words_rest_on_wider_intervals(rich, worse, page):
    assert "a change whose interval leaves out zero may still be no more than chance" in page
    french = render_comparison_html(rich, worse, language="fr")
    cells = [re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r"<td>(.*?)</td>", french)]
    assert any("\u00a0: " in cell for cell in cells)
    assert not any(re.search(r"\w: ", cell) for cell in cells)


def test_the_same_two_results_give_the_same_bytes(rich, worse, page):
    assert render_comparison_html(rich, worse) == page


def test_nothing_moved_is_said_so(rich):
    text = text_of(render_comparison_html(rich, rich))
    assert "Every gap that was compared is what it was." in text
    assert "So are those of the 4 other groups of sex × origin." in text
    assert "Nothing: declaration, data, model, seed and versions are the same." in text


def test_findings_that_come_and_go_are_folded_under_their_number(rich, worse):
    fewer = rich.model_copy(update={"findings": rich.findings[1:]})
    assert "1 finding that was not there before" in text_of(render_comparison_html(fewer, rich))
    gone = text_of(render_comparison_html(rich, fewer, language="fr"))
    assert "1 constat qui n’y est plus" in gone
    assert "n’y étaient" not in gone


def test_only_what_got_wider_in_who_is_selected_is_marked(rich, worse):
    assert render_comparison_html(rich, worse).count('<p class="beyond">') == 1
    assert '<p class="beyond">' not in render_comparison_html(worse, rich)


def test_a_small_change_is_told_as_what_chance_would_make(rich):
    text = text_of(render_comparison_html(rich, moved(rich, "female", -0.02, "sex")))
    assert "For female applicants the gap to male applicants moved no more than chance would move it: −1 in 100" in text
    assert "None of the 10 gaps that were compared moved by more than chance." in text
    other = rich.model_copy(update={"manifest": rich.manifest.model_copy(update={"data": ()})})
    text = text_of(render_comparison_html(rich, other))
    assert "The two results are about different people, or not all the same." in text
    assert "moved no more than chance would move it" in text


@pytest.mark.parametrize("language", ["en", "fr"])
def test_hostile_names_are_text(invented, language):
    hostile = invented.hostile()
    later = moved(hostile, invented.HOSTILE[0], 0.6, invented.HOSTILE[0])
    data = later.data.attributes[0]
    groups = data.groups[:-1]
    later = later.model_copy(
        update={"data": later.data.model_copy(update={"attributes": (data.model_copy(update={"groups": groups}),)}),
                "findings": (), "manifest": later.manifest.model_copy(update={"overrides": invented.HOSTILE})}
    )  # fmt: skip
    page = render_comparison_html(hostile, later, language=language)
    assert "<script>alert" not in page
    assert page.count("<script>") == 1
    assert "\x00" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    markdown = render_comparison_markdown(hostile, later, language=language)
    assert "<script>" not in markdown
    assert "[link](x)" not in markdown


def test_markdown_lists_what_moved_and_what_else_is_different(rich, worse):
    text = render_comparison_markdown(rich, worse)
    assert "| non-European | −11.0 | −26.0 | −15.0 (" in text
    assert "| **wider** |" in text
    assert "**Gaps that got wider and so fail a run against this result: 1.**" in text
    assert "- Run, seed: 7 → 99" in text


def test_a_report_with_a_baseline_shows_it_in_every_form(rich, worse):
    result = worse.model_copy(update={"changes": compare_results(rich, worse)})
    text = text_of(render_html(result))
    assert "Since the accepted result" in text
    assert "Held against the result of 2 March 2026" in text
    assert "## What moved" in render_markdown(result)
    cases = {case.get("name"): case for case in ET.fromstring(render_junit(result)).iter("testcase")}
    failed = cases["origin selection_rate gap non-European"].find("failure")
    assert failed.get("message") == "wider beyond noise than in the accepted result: −11.0 before, −26.0 now"
    assert cases["sex selection_rate gap female"].find("failure") is None
    assert 'id="changes"' not in render_html(worse)
