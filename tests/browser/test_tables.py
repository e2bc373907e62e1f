"""Tables: sorted by numbers and not by their texts, filtered, and the page does not jump."""

import pytest

from biasaudit.report import render_html

pytestmark = pytest.mark.browser

OPEN_ALL = "document.querySelectorAll('details').forEach((each) => { each.open = true; })"
COLUMN = (
    "(at) => [...document.querySelectorAll('#groups table tbody tr')].map((row) => row.cells[at].textContent.trim())"
)


@pytest.fixture(scope="module")
def large(invented, tmp_path_factory):
    path = tmp_path_factory.mktemp("tables") / "report.html"
    path.write_text(render_html(invented.large(), language="fr"), encoding="utf-8")
    return path.as_uri()


def value(text):
    return float(text.split()[0].replace("\u202f", "").replace(",", ".").replace("−", "-").replace("+", ""))


@pytest.mark.parametrize(("column", "least_of"), [(1, 40), (2, 40), (3, 40)])
def test_a_head_sorts_by_numbers_both_ways_and_says_so(visit, large, column, least_of):
    with visit(large) as seen:
        seen.page.evaluate(OPEN_ALL)
        before = seen.page.evaluate(COLUMN, column)
        head = seen.page.locator("#groups table thead th").nth(column)
        width = head.bounding_box()["width"]
        for way in ("ascending", "descending"):
            head.locator("button").click()
            assert head.get_attribute("aria-sort") == way
            assert seen.page.locator("#groups [aria-sort]").count() == 1
            shown = seen.page.evaluate(COLUMN, column)
            assert sorted(shown) == sorted(before)
            numbers = [value(text) for text in shown if text]
            assert len(numbers) >= least_of
            assert numbers == sorted(numbers, reverse=way == "descending")
            # What has no number, as the gap of the reference, stays at the end.
            assert shown[len(numbers) :] == [""] * (len(shown) - len(numbers))
        assert head.bounding_box()["width"] == pytest.approx(width, abs=0.5)
        assert seen.said == []


def test_a_long_table_is_filtered_without_moving_its_columns_and_printed_whole(visit, large):
    with visit(large) as seen:
        seen.page.evaluate(OPEN_ALL)
        head = seen.page.locator("#groups table thead th").first
        width = head.bounding_box()["width"]
        box = seen.page.locator("#groups .filter input")
        box.fill("District 1")
        assert seen.page.inner_text("#groups .filter output") == "11 lignes sur 50"
        assert seen.page.locator("#groups tbody tr:visible").count() == 11
        assert head.bounding_box()["width"] == pytest.approx(width, abs=0.5)
        seen.page.emulate_media(media="print")
        assert seen.page.locator("#groups tbody tr:visible").count() == 50
        assert not box.is_visible()
        # A button in a head would keep it from being repeated on the next page.
        assert (
            seen.page.evaluate("getComputedStyle(document.querySelector('#groups thead button')).display") == "contents"
        )
        seen.page.emulate_media(media="screen")
        box.fill("")
        assert seen.page.inner_text("#groups .filter output") == ""
        assert seen.page.locator("#groups tbody tr:visible").count() == 50


def test_short_tables_have_no_filter_and_tables_in_parts_are_not_sorted(visit, invented, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(render_html(invented.rich()), encoding="utf-8")
    with visit(path.as_uri()) as seen:
        tables = "[...document.querySelectorAll('.scroll > table')]"
        assert seen.page.evaluate(f"{tables}.every((t) => t.tBodies.length === 1 || !t.querySelector('thead button'))")
        assert seen.page.evaluate(f"{tables}.filter((t) => t.querySelector('thead button')).length") > 0
        assert seen.page.evaluate(
            f"{tables}.every((t) => !t.parentElement.previousElementSibling?.matches('.filter') || t.rows.length > 15)"
        )
