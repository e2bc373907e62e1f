"""Forms in a real browser: quiet, not too wide, accessible, in the light and in the dark."""

from importlib.resources import files

import pytest

from biasaudit.report import FORMS, render_form

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.mark.parametrize(("width", "scheme", "code"), [(1280, "light", "en"), (390, "dark", "fr")])
@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_quiet_accessible_and_not_too_wide(chromium, invented, tmp_path, form, width, scheme, code):
    pytest.importorskip("axe_playwright_python")
    roles = {"sex": "sex", "race": "origin"} if form == "ll144" else {}
    path = tmp_path / f"{form}.html"
    path.write_text(render_form(invented.rich(), form, roles=roles, language=code), encoding="utf-8")
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    try:
        page = context.new_page()
        said, asked = [], []
        page.on("console", lambda message: said.append(message.text))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.evaluate(axe)
        found = page.evaluate("(rules) => axe.run({runOnly: rules})", RULES)
        assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found["violations"]] == []
        assert len(found["passes"]) > 15
        assert (said, asked) == ([], [path.as_uri()])
    finally:
        context.close()
