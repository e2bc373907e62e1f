"""Comparisons and indexes in a real browser: quiet, without overflow, and accessible, like reports."""

from importlib.resources import files

import pytest

from biasaudit.report import render_comparison_html, render_html, render_index
from biasaudit.results import amend, compare_results

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPEN_ALL = "document.querySelectorAll('details').forEach((each) => { each.open = true; })"
PAGES = ("comparison", "hostile comparison", "index", "hostile index", "report with a baseline and an amendment")


@pytest.fixture(scope="module")
def addresses(invented, tmp_path_factory):
    rich, hostile = invented.rich(), invented.hostile()
    later = rich.model_copy(update={"changes": compare_results(rich, rich)})
    texts = {
        "comparison": render_comparison_html(rich, rich, language="fr"),
        "hostile comparison": render_comparison_html(hostile, hostile),
        "index": render_index([(rich, "a/report.html"), (rich, "b.html"), (invented.minimal(), "")]),
        "hostile index": render_index([(hostile, "a/report.html"), (hostile, "")]),
        "report with a baseline and an amendment": render_html(amend(later, author="A", reason="B", text="C\n\nD")),
    }
    folder = tmp_path_factory.mktemp("pages")
    found = {}
    for name, text in texts.items():
        path = folder / f"{name}.html"
        path.write_text(text, encoding="utf-8")
        found[name] = path.as_uri()
    return found


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_page_is_quiet_fits_and_axe_finds_no_violation(chromium, addresses, name, width, scheme):
    pytest.importorskip("axe_playwright_python")
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(addresses[name])
    page.evaluate(OPEN_ALL)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert said == []
    assert asked == [addresses[name]]
    page.evaluate(axe)
    # The rest of a report is looked at by its own tests.
    only = ["#changes", "#sign"] if name.startswith("report") else ["html"]
    found = page.evaluate("([only, rules]) => axe.run({include: only}, {runOnly: rules})", [only, RULES])
    context.close()
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found["violations"]] == []
    assert len(found["passes"]) > 10
