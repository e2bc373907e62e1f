"""Things to try: the figures of the slider are those of the engine, and everything can be used without a mouse."""

import re
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest

from biasaudit import run
from biasaudit.report import render_html
from biasaudit.report.language import language_named

pytestmark = pytest.mark.browser

WORDS = {"exceeds": "beyond the tolerance", "within": "within the tolerance", "cannot_tell": "cannot tell"}
CELLS = """() => Object.fromEntries([...document.querySelectorAll('#line tr[data-at]')].map((row) => [
  row.querySelector('.who').textContent,
  ['rate', 'gap', 'ratio'].map((name) => [...row.querySelectorAll(`.${name} span`)].map((span) => span.textContent)),
]))"""
MOVE = "(at) => { const s = document.getElementById('line-at'); s.value = at; s.dispatchEvent(new Event('input')); }"


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(5)
    n = 2_400
    frame = pd.DataFrame(
        {"sex": rng.choice(["f", "m"], n), "origin": rng.choice(["A", "B", "C"], n, p=[0.6, 0.3, 0.1])}
    )
    frame["s"] = np.clip(0.5 + 0.2 * rng.normal(size=n) - 0.15 * (frame["origin"] == "B"), 0, 1).round(2)
    return frame


def audited(people, **cut):
    declared = {
        "schema": 1,
        "audit": {"name": "a", "title": "A"},
        "data": {},
        "protected": [{"column": "sex", "reference": "m"}, {"column": "origin", "reference": "A"}],
        "model": {"score": "s", **cut},
    }
    return run(declared, data=people)


def written(result, language):
    """Write the figures and verdicts of the engine as the page writes them."""
    found = {}
    for rate in result.rates:
        if rate.measure == "selection_rate":
            e = rate.estimate
            found[rate.group] = [[language.number(100 * e.value, 1), language.interval(e, scale=100, digits=1)], [], []]
    for one in result.disparities:
        if one.measure == "selection_rate":
            e, is_gap = one.estimate, one.statistic == "gap"
            value = language.signed(100 * e.value, 1) if is_gap else language.number(e.value, 2)
            interval = language.interval(e, scale=100 if is_gap else 1, digits=1 if is_gap else 2)
            found[one.group][1 if is_gap else 2] = [value, interval, language.translated(WORDS[one.verdict])]
    return found


@pytest.mark.parametrize(("cut", "code"), [({"threshold": 0.6}, "en"), ({"share": 0.3}, "fr"), ({"quota": 301}, "en")])
def test_figures_of_the_slider_are_those_of_the_engine_at_every_line(visit, people, tmp_path, cut, code):
    result, language = audited(people, **cut), language_named(code)
    page = tmp_path / "report.html"
    page.write_text(render_html(result, language=code), encoding="utf-8")
    with visit(page.as_uri()) as seen:
        last = int(seen.page.get_attribute("#line-at", "max"))
        own = int(seen.page.input_value("#line-at"))
        assert last >= 20
        verdicts = set()
        for at in {own, 1, last // 3, last // 2, last - 1}:
            seen.page.evaluate(MOVE, at)
            said = seen.page.inner_text("#line-said")
            assert ("own line" in said or "seuil de l’audit" in said) == (at == own)
            if at == own:
                engine = result
            elif "threshold" in cut:
                engine = audited(people, threshold=float(re.search(r"Threshold ([\d.]+):", said)[1]))
            else:
                n = re.search(r"(?:selected, |soit )([\d,\u202f]+)", said)[1]
                engine = audited(people, quota=int(re.sub(r"\D", "", n)))
            assert seen.page.evaluate(CELLS) == written(engine, language)
            verdicts |= {one.verdict for one in engine.disparities}
        assert verdicts == {"exceeds", "within", "cannot_tell"}
        assert seen.said == []


def test_slider_moves_by_keyboard_says_where_it_is_and_goes_back(visit, people, tmp_path):
    page = tmp_path / "report.html"
    page.write_text(render_html(audited(people, threshold=0.6)), encoding="utf-8")
    with visit(page.as_uri(), width=390) as seen:
        slider = seen.page.locator("#line-at")
        own, before = slider.input_value(), seen.page.inner_text("#line-said")
        assert slider.get_attribute("aria-valuetext") == before[: before.index("selected.") + len("selected.")]
        slider.focus()
        seen.page.keyboard.press("ArrowRight")
        assert int(slider.input_value()) == int(own) + 1
        assert seen.page.inner_text("#line-said") != before
        assert seen.page.get_attribute("#line-said", "aria-live") == "polite"
        seen.page.locator("#line-back").click()
        assert (slider.input_value(), seen.page.inner_text("#line-said")) == (own, before)
        assert set(seen.page.locator("#line .verdict").all_inner_texts()) <= set(WORDS.values())


def test_what_the_result_holds_about_another_rule_or_fewer_labels_is_shown_one_at_a_time(visit, invented, tmp_path):
    page = tmp_path / "report.html"
    page.write_text(render_html(invented.rich()), encoding="utf-8")
    with visit(page.as_uri()) as seen:
        choice = seen.page.locator("#what-if-0-else")
        options = choice.locator("option").all()
        assert len(options) > 3
        for option in (options[0], options[-1]):
            choice.select_option(option.get_attribute("value"))
            shown = seen.page.locator("#what-if-0 p:visible")
            assert shown.count() == 1
            assert shown.get_attribute("id") == option.get_attribute("value")
        assert seen.said == []


def test_nothing_to_try_is_shown_where_scripts_are_off_or_on_paper(visit, people, tmp_path):
    page = tmp_path / "report.html"
    page.write_text(render_html(audited(people, threshold=0.6)), encoding="utf-8")
    with visit(page.as_uri(), java_script_enabled=False) as seen:
        assert not seen.page.locator("#trying").is_visible()
        assert not seen.page.locator('nav a[href="#trying"]').is_visible()
    with visit(page.as_uri()) as seen:
        assert seen.page.locator("#trying").is_visible()
        seen.page.emulate_media(media="print")
        assert not seen.page.locator("#trying").is_visible()


@pytest.mark.parametrize("window", [(1280, "light"), (390, "dark")], ids=str)
def test_axe_finds_no_violation_in_the_line(visit, people, tmp_path, window):
    pytest.importorskip("axe_playwright_python")
    page = tmp_path / "report.html"
    page.write_text(render_html(audited(people, quota=301), language="fr"), encoding="utf-8")
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    with visit(page.as_uri(), width=window[0], scheme=window[1], bypass_csp=True) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= window[0]
        seen.page.evaluate(axe)
        found = seen.page.evaluate("axe.run('#trying')")
        assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found["violations"]] == []
        assert len(found["passes"]) > 5


def test_workshop_shows_questions_without_a_script_and_prints_them_only_when_asked(visit, invented, tmp_path):
    page = tmp_path / "report.html"
    page.write_text(render_html(invented.rich(), language="fr"), encoding="utf-8")
    with visit(page.as_uri(), width=390, java_script_enabled=False) as seen:
        questions, box = seen.page.locator(".questions"), seen.page.locator("#workshop")
        assert questions.count() > 5
        assert not any(each.is_visible() for each in questions.all())
        seen.page.emulate_media(media="print")
        assert not questions.first.is_visible()
        seen.page.emulate_media(media="screen")
        box.focus()
        seen.page.keyboard.press("Space")
        assert all(each.is_visible() for each in questions.all())
        answer = questions.first.locator("details p")
        assert not answer.is_visible()
        questions.first.locator("summary").click()
        assert answer.is_visible()
        seen.page.emulate_media(media="print")
        assert questions.first.is_visible()
        assert not box.is_visible()
