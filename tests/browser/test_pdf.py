"""Reports printed to PDF by the browser of the machine."""

import re
import shutil
import subprocess

import pytest

from biasaudit.cli.pdf import print_pdf
from biasaudit.report import render_form, render_html
from biasaudit.results import digest

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages(chromium, invented, tmp_path_factory):
    """Text of each page of the PDF of an invented result's report."""
    if shutil.which("pdftotext") is None:
        pytest.fail("pdftotext (poppler-utils) is needed to read a PDF back")

    def read(page):
        target = print_pdf(page, tmp_path_factory.mktemp("pdf") / "of" / "report.pdf")
        done = subprocess.run(["pdftotext", "-layout", str(target), "-"], capture_output=True, check=True)
        assert [path.name for path in target.parent.iterdir()] == ["report.pdf"]
        return done.stdout.decode().split("\f")[:-1]

    return read


@pytest.mark.parametrize("code", ["en", "fr"])
def test_every_section_is_printed_and_every_page_bears_the_digest(pages, invented, code):
    result = invented.rich()
    page = render_html(result, language=code)
    printed = pages(page)
    mark = digest(result)[:16]
    assert len(printed) > 5
    for number, text in enumerate(printed, start=1):
        assert mark in text, number
        assert f"{number} / {len(printed)}" in text
    whole = " ".join(" ".join(printed).split())
    # What is to be tried on a screen is no use on paper.
    page = re.sub(r'<section id="trying".*?</section>', "", page, flags=re.DOTALL)
    headings = [re.sub(r"<[^>]+>", "", found).split("  ")[0] for found in re.findall(r"<h2>(.*?)(?:<span|</h2>)", page)]
    assert len(headings) > 8
    for heading in headings:
        assert " ".join(heading.replace("&#39;", "'").split()) in whole.replace("\u202f", " ").replace("\xa0", " ")


def test_what_is_folded_on_a_screen_is_printed(pages, invented):
    page = render_html(invented.rich())
    inside = re.search(r'<section id="drivers">.*?<details[^>]*>.*?<caption>(.*?)</caption>', page, re.DOTALL)[1]
    caption = re.sub(r"<[^>]+>", "", inside)
    assert caption.lower() in " ".join(" ".join(pages(page)).split()).lower()


def test_a_form_is_printed_with_the_digest_too(pages, invented):
    result = invented.rich()
    printed = pages(render_form(result, "annex-iv"))
    assert all(digest(result)[:16] in text for text in printed)
    assert "A person must write" in " ".join(printed)


@pytest.mark.parametrize("code", ["en", "fr"])
def test_no_table_is_wider_than_paper(chromium, invented, tmp_path, code):
    # A4 between its margins: 178 mm, of which CSS makes 96 / 25.4 pixels each.
    width = int(178 * 96 / 25.4)
    path = tmp_path / "report.html"
    path.write_text(render_html(invented.rich(), language=code), encoding="utf-8")
    context = chromium.new_context(viewport={"width": width, "height": 950}, java_script_enabled=False)
    try:
        page = context.new_page()
        page.emulate_media(media="print")
        page.goto(path.as_uri())
        tables = page.locator("table:visible")
        assert tables.count() > 10
        for table in tables.all():
            box = table.bounding_box()
            assert box["x"] + box["width"] <= width + 1
    finally:
        context.close()
