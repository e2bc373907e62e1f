"""An index over many results: sorted, linked, and true to each result's own words."""

import re

import pytest

from biasaudit.errors import ResultError
from biasaudit.report import render_index
from biasaudit.results import digest


def ended(result, day):
    manifest = result.manifest.model_copy(update={"ended": f"{day}T00:00:00+00:00"})
    return result.model_copy(update={"manifest": manifest})


@pytest.fixture(scope="module")
def runs(rich):
    """Three runs of one audit, the last one with another gap, given out of order."""

    def shifted(estimate):
        return estimate.model_copy(update={key: getattr(estimate, key) - 0.2 for key in ("value", "low", "high")})

    worse = tuple(
        one.model_copy(update={"estimate": shifted(one.estimate), "deciding": shifted(one.deciding)})
        if (one.group, one.measure, one.statistic) == ("non-European", "selection_rate", "gap")
        else one
        for one in rich.disparities
    )
    last = ended(rich.model_copy(update={"disparities": worse}), "2026-09-02")
    return [
        (last, "c/report.html"),
        (ended(rich, "2025-03-02"), "a/report.html"),
        (ended(rich, "2026-03-02"), "b.html"),
    ]


@pytest.fixture(scope="module")
def page(runs):
    return render_index(runs)


def rows_of(page):
    table = page[page.index("<table>", page.index("Runs of")) :]
    cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", table[: table.index("</table>")].partition("</thead>")[2])
    return [[re.sub(r"<[^>]*>", "", cell).strip() for cell in cells[at : at + 5]] for at in range(0, len(cells), 5)]


def test_runs_stand_in_the_order_in_which_they_ended(page, runs):
    rows = rows_of(page)
    assert [row[0] for row in rows] == [
        "2 March 2025, 00:00 UTC",
        "2 March 2026, 00:00 UTC",
        "2 September 2026, 00:00 UTC",
    ]
    assert [row[3] for row in rows] == [
        "–",
        "Every gap that was compared is what it was.",
        "Of 10 gaps that were compared, 1 got wider, by more than chance.",
    ]
    assert rows[2][4] == digest(runs[0][0])[:16]
    assert rows[0][1] == "2,343"
    assert rows[0][2] == "met: 1, not met: 1, cannot tell: 1"


def test_results_of_one_day_name_that_day_once(rich, runs, page):
    one_day = [
        (ended(rich, "2026-03-02"), "a.html"),
        (runs[0][0].model_copy(update={"manifest": ended(rich, "2026-03-02").manifest}), "b.html"),
    ]
    told = re.sub(r"<[^>]*>", "", render_index(one_day)).replace("\u00a0", " ")
    assert "2 results, all of 2 March 2026." in told
    assert "3 results, from 2 March 2025 to 2 September 2026." in re.sub(r"<[^>]*>", "", page).replace("\u00a0", " ")


def test_links_lead_to_each_report_and_nowhere_else(page):
    assert re.findall(r'href="(?!#)([^"]*)"', page) == ["c/report.html", "a/report.html", "b.html", "c/report.html"]
    assert " src=" not in page


def test_gaps_are_drawn_run_by_run(page):
    figure = page[page.index('id="figure-runs-0-0"') :]
    assert (
        'aria-label="The gaps by origin, run by run. non-European: 2 March 2025, −11.0; 2 March 2026, −11.0; ' in figure
    )
    assert "2 September 2026, −31.0" in figure
    assert "St George's, 1982-86, run by run" in page.replace("&#39;", "'").replace("&#x27;", "'")


def test_several_audits_stand_side_by_side_each_in_its_own_words(runs, invented):
    page = render_index([*runs, (invented.minimal(), "")], language="fr")
    assert "2 audits" in page
    assert "candidats au nom non européen" in page
    assert 'id="figure-index"' in page
    assert page.index("Home visits") < page.index("St George’s")
    for english in ("run by run", "In short", "People", "Gates", "moved", "Result<"):
        assert english not in page, english


def test_one_page_over_hostile_names(invented):
    hostile = invented.hostile()
    page = render_index([(ended(hostile, "<b>"), '"><script>alert(1)</script>'), (hostile, ""), (invented.large(), "")])
    assert "<script>alert" not in page
    assert page.count("<script>") == 1
    assert "\x00" not in page


def test_a_result_that_was_changed_after_an_amendment_is_marked(rich):
    from biasaudit.results import amend

    amended = amend(rich, author="A", reason="B", text="C")
    changed = ended(amended, "2027-01-01")
    page = render_index([(amended, ""), (changed, "")])
    assert page.count("1 amendment<") == 2
    assert page.count("changed after it was amended") == 1


def test_the_same_results_give_the_same_bytes_and_none_is_refused(page, runs):
    assert render_index(runs) == page
    with pytest.raises(ResultError, match="at least one"):
        render_index([])
    with pytest.raises(ResultError, match="'de'"):
        render_index(runs, language="de")
