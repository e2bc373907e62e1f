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


class Visit:
    """An open page and all that it said or asked for."""

    def __init__(self, chromium, uri, *, width=1280, scheme="light", **options):
        self.context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
        self.page = self.context.new_page()
        self.said, self.asked = [], []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("dialog", self._dismissed)
        self.page.goto(uri)

    def _dismissed(self, dialog):
        self.said.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.context.close()


@pytest.mark.parametrize("kind", KINDS, ids=":".join)
@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_page_is_quiet_asks_for_nothing_and_does_not_overflow(chromium, report, kind, window):
    uri = report(*kind)
    with Visit(chromium, uri, width=window[0], scheme=window[1]) as visit:
        visit.page.evaluate(OPEN_ALL)
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= window[0]
        assert visit.said == []
        assert visit.asked == [uri]


@pytest.mark.parametrize(("kind", "window"), CHECKED, ids=str)
def test_axe_finds_no_violation(chromium, report, kind, window):
    pytest.importorskip("axe_playwright_python")
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    # The policy of the page keeps out every script but its own, so it is lifted for the checker.
    with Visit(chromium, report(*kind), width=window[0], scheme=window[1], bypass_csp=True) as visit:
        visit.page.evaluate(OPEN_ALL)
        visit.page.evaluate(axe)
        found = visit.page.evaluate("(rules) => axe.run({runOnly: rules})", RULES)
        violations = [(each["id"], each["nodes"][0]["html"][:200]) for each in found["violations"]]
        assert violations == []
        assert len(found["passes"]) > 20


def test_page_is_whole_without_scripts(chromium, report):
    uri = report("rich")
    with Visit(chromium, uri, java_script_enabled=False) as silent, Visit(chromium, uri) as usual:
        assert silent.page.locator("section").count() == usual.page.locator("section").count()
        assert silent.page.locator("main").inner_text() == usual.page.locator("main").inner_text()
        summary = silent.page.locator("#groups details summary").first
        summary.click()
        assert silent.page.locator("#groups details").first.get_attribute("open") is not None


def test_details_open_by_keyboard(chromium, report):
    with Visit(chromium, report("rich")) as visit:
        summary = visit.page.locator("#drivers details summary").first
        summary.focus()
        visit.page.keyboard.press("Enter")
        assert visit.page.locator("#drivers details table").first.is_visible()


def test_evidence_link_opens_what_it_leads_into(chromium, report):
    with Visit(chromium, report("rich")) as visit:
        target = visit.page.locator("#drivers-0")
        assert not target.is_visible()
        visit.page.locator('#findings a[href="#drivers-0"]').first.click()
        target.wait_for(state="visible")
        assert visit.said == []


def test_list_of_contents_shows_where_the_reader_is(chromium, report):
    with Visit(chromium, report("rich")) as visit:
        visit.page.locator('nav a[href="#labels"]').click()
        visit.page.wait_for_selector('nav a[href="#labels"][aria-current]')
        assert visit.page.locator("nav a[aria-current]").count() == 1


def test_narrow_pictures_stand_in_for_wide_ones(chromium, report):
    with Visit(chromium, report("rich"), width=390) as visit:
        assert visit.page.locator("#groups .narrow").first.is_visible()
        assert not visit.page.locator("#groups .wide").first.is_visible()
        sizes = visit.page.evaluate(
            "[...document.querySelectorAll('#groups .narrow svg text')].map((text) => text.getBoundingClientRect().height)"
        )
        assert min(sizes) >= 11


def test_dark_colours_reach_the_pictures(chromium, report):
    def accent(scheme):
        with Visit(chromium, report("rich"), scheme=scheme) as visit:
            ink = "getComputedStyle(document.querySelector('#drivers .wide svg rect, #drivers .wide svg path')).fill"
            return visit.page.evaluate(ink), visit.page.evaluate(
                "getComputedStyle(document.documentElement).backgroundColor"
            )

    light, dark = accent("light"), accent("dark")
    assert light[0] != dark[0]
    assert light[1] != dark[1]


def test_printed_report_shows_what_is_folded_and_drops_what_only_screens_need(chromium, report):
    with Visit(chromium, report("rich")) as visit:
        visit.page.emulate_media(media="print")
        assert visit.page.locator("#drivers details table").first.is_visible()
        assert visit.page.locator("#further .on-paper").is_visible()
        assert not visit.page.locator("#further details table").first.is_visible()
        assert not visit.page.locator("nav").is_visible()
        assert visit.page.evaluate("getComputedStyle(document.querySelector('thead')).display") == "table-header-group"
        assert visit.page.pdf(prefer_css_page_size=True)[:5] == b"%PDF-"
