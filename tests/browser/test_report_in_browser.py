"""Reports in a real browser: quiet, whole without scripts, narrow, dark, printed, and accessible."""

from importlib.resources import files

import pytest

from biasaudit.report import render_html

pytestmark = pytest.mark.browser

KINDS = (("rich", "en"), ("rich", "fr"), ("minimal", "fr"), ("partial", "en"), ("hostile", "en"), ("large", "en"))
WINDOWS = ((1280, "light"), (390, "dark"))
#: Both windows for the report that shows everything, one for each of the others.
CHECKED = [(kind, window) for kind in KINDS for window in (WINDOWS if kind == KINDS[0] else WINDOWS[1:])]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPEN_ALL = "document.querySelectorAll('details').forEach((each) => { each.open = true; })"


@pytest.fixture(scope="module")
def report(invented, tmp_path_factory):
    """Writes the report of an invented result to a file, once."""
    folder, written = tmp_path_factory.mktemp("reports"), {}

    def write(kind, language="en"):
        if (kind, language) not in written:
            path = folder / f"{kind}.{language}.html"
            path.write_text(render_html(getattr(invented, kind)(), language=language), encoding="utf-8")
            written[kind, language] = path.as_uri()
        return written[kind, language]

    return write


@pytest.mark.parametrize("kind", KINDS, ids=":".join)
@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_page_is_quiet_asks_for_nothing_and_does_not_overflow(visit, report, kind, window):
    uri = report(*kind)
    with visit(uri, width=window[0], scheme=window[1]) as seen:
        seen.page.evaluate(OPEN_ALL)
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= window[0]
        assert seen.said == []
        assert seen.asked == [uri]


@pytest.mark.parametrize(("kind", "window"), CHECKED, ids=str)
def test_axe_finds_no_violation(visit, report, kind, window):
    pytest.importorskip("axe_playwright_python")
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    # The policy of the page keeps out every script but its own, so it is lifted for the checker.
    with visit(report(*kind), width=window[0], scheme=window[1], bypass_csp=True) as seen:
        seen.page.evaluate(OPEN_ALL)
        seen.page.evaluate(axe)
        found = seen.page.evaluate("(rules) => axe.run({runOnly: rules})", RULES)
        violations = [(each["id"], each["nodes"][0]["html"][:200]) for each in found["violations"]]
        assert violations == []
        assert len(found["passes"]) > 20


def test_page_is_whole_without_scripts(visit, report):
    uri = report("rich")
    with visit(uri, java_script_enabled=False) as silent, visit(uri) as usual:
        assert silent.page.locator("section").count() == usual.page.locator("section").count()
        # What only works with a script is shown by the script alone.
        usual.page.evaluate("document.querySelectorAll('[data-needs-script]').forEach((each) => each.remove())")
        assert silent.page.locator("main").inner_text() == usual.page.locator("main").inner_text()
        summary = silent.page.locator("#groups details summary").first
        summary.click()
        assert silent.page.locator("#groups details").first.get_attribute("open") is not None


def test_details_open_by_keyboard(visit, report):
    with visit(report("rich")) as seen:
        summary = seen.page.locator("#drivers details summary").first
        summary.focus()
        seen.page.keyboard.press("Enter")
        assert seen.page.locator("#drivers details table").first.is_visible()


def test_evidence_link_opens_what_it_leads_into(visit, report):
    with visit(report("rich")) as seen:
        target = seen.page.locator("#drivers-0")
        assert not target.is_visible()
        seen.page.locator('#findings a[href="#drivers-0"]').first.click()
        target.wait_for(state="visible")
        assert seen.said == []


def test_list_of_contents_shows_where_the_reader_is(visit, report):
    with visit(report("rich")) as seen:
        seen.page.locator('nav a[href="#labels"]').click()
        seen.page.wait_for_selector('nav a[href="#labels"][aria-current]')
        assert seen.page.locator("nav a[aria-current]").count() == 1


def test_narrow_pictures_stand_in_for_wide_ones(visit, report):
    with visit(report("rich"), width=390) as seen:
        assert seen.page.locator("#groups .narrow").first.is_visible()
        assert not seen.page.locator("#groups .wide").first.is_visible()
        sizes = seen.page.evaluate(
            "[...document.querySelectorAll('#groups .narrow svg text')].map((text) => text.getBoundingClientRect().height)"
        )
        assert min(sizes) >= 11


def test_dark_colours_reach_the_pictures(visit, report):
    def accent(scheme):
        with visit(report("rich"), scheme=scheme) as seen:
            ink = "getComputedStyle(document.querySelector('#drivers .wide svg rect, #drivers .wide svg path')).fill"
            return seen.page.evaluate(ink), seen.page.evaluate(
                "getComputedStyle(document.documentElement).backgroundColor"
            )

    light, dark = accent("light"), accent("dark")
    assert light[0] != dark[0]
    assert light[1] != dark[1]


def test_printed_report_shows_what_is_folded_and_drops_what_only_screens_need(visit, report):
    with visit(report("rich")) as seen:
        seen.page.emulate_media(media="print")
        assert seen.page.locator("#drivers details table").first.is_visible()
        assert seen.page.locator("#further .on-paper").is_visible()
        assert not seen.page.locator("#further details table").first.is_visible()
        assert not seen.page.locator("nav").is_visible()
        assert seen.page.evaluate("getComputedStyle(document.querySelector('thead')).display") == "table-header-group"
        assert seen.page.pdf(prefer_css_page_size=True)[:5] == b"%PDF-"
