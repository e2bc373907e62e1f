"""The report of every bundled audit in a real browser, in both languages."""

import functools
from importlib.resources import files

import pytest

import biasaudit
from biasaudit.errors import DataError, MissingExtraError
from biasaudit.plugins import list_audits
from biasaudit.report import render_html

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: Fewer refits than the audits declare: intervals are wider, and the page is the same.
QUICKLY = ("uncertainty.replicates=10", "uncertainty.placebos=19", 'remedies.kinds=["drop", "group_lines", "labels"]')
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPEN_ALL = "document.querySelectorAll('details').forEach((each) => { each.open = true; })"


@functools.cache
def result_of(name):
    try:
        return biasaudit.run(name, overrides=QUICKLY)
    except (MissingExtraError, DataError) as error:
        if "are not on this machine" not in str(error) and not isinstance(error, MissingExtraError):
            raise
        return str(error)


@pytest.fixture(params=[audit.name for audit in list_audits()[0]])
def page_of(request, tmp_path):
    """Writes the report of a bundled audit in a language."""
    result = result_of(request.param)
    if isinstance(result, str):
        pytest.skip(f"its data are not on this machine: {result}")

    def write(language):
        path = tmp_path / f"{language}.html"
        path.write_text(render_html(result, language=language), encoding="utf-8")
        return path.as_uri()

    return write


@pytest.mark.parametrize(("language", "width", "scheme"), [("en", 1280, "light"), ("fr", 390, "dark")])
def test_the_report_is_quiet_accessible_and_fits(visit, page_of, language, width, scheme):
    pytest.importorskip("axe_playwright_python")
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    uri = page_of(language)
    # The policy of the page keeps out every script but its own, so it is lifted for the checker.
    with visit(uri, width=width, scheme=scheme, bypass_csp=True) as seen:
        seen.page.evaluate(OPEN_ALL)
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
        assert seen.said == []
        assert seen.asked == [uri]
        seen.page.evaluate(axe)
        found = seen.page.evaluate("(rules) => axe.run({runOnly: rules})", RULES)
        assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found["violations"]] == []


def test_the_report_is_whole_on_paper_and_without_scripts(visit, page_of):
    uri = page_of("en")
    with visit(uri, java_script_enabled=False) as seen:
        assert seen.page.locator("main section").count() >= 8
        assert seen.said == []
    with visit(uri) as seen:
        seen.page.emulate_media(media="print")
        assert not seen.page.locator("nav").is_visible()
        assert seen.page.pdf(prefer_css_page_size=True)[:5] == b"%PDF-"
