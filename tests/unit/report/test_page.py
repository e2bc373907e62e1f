"""The HTML page: what must hold for every result, in both languages."""

import base64
import hashlib
import itertools
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from biasaudit.errors import ResultError
from biasaudit.report import LANGUAGES, render_html

KINDS = ("rich", "minimal", "partial", "hostile", "large")
LARGEST = 1_500_000
VOID = {"meta", "link", "br", "hr", "img", "input", "col"}


class Reader(HTMLParser):
    """Collects elements, ids, links, headings and visible text, and checks that tags nest."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.elements, self.ids, self.links, self.headings, self.text = [], [], [], [], []
        self.open, self.wrong = [], []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "a":
            self.links.append(attributes.get("href", ""))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append((tag, self.getpos()))

    def handle_data(self, data):
        if not self.open or self.open[-1] not in ("script", "style"):
            self.text.append(data)


def read(page):
    reader = Reader()
    reader.feed(page)
    return reader


@pytest.fixture(scope="module")
def pages(results):
    return {(kind, code): render_html(results[kind], language=code) for kind in KINDS for code in LANGUAGES}


@pytest.fixture(scope="module")
def readers(pages):
    return {key: read(page) for key, page in pages.items()}


each = pytest.mark.parametrize("key", [(kind, code) for kind in KINDS for code in LANGUAGES], ids=":".join)


@each
def test_page_nests_properly_and_names_its_language(pages, readers, key):
    assert readers[key].wrong == []
    assert readers[key].open == []
    assert pages[key].startswith(f'<!DOCTYPE html>\n<html lang="{key[1]}">')


@each
def test_page_asks_for_nothing_from_outside(pages, readers, key):
    for tag, attributes in readers[key].elements:
        assert tag not in {"link", "img", "iframe", "object", "embed", "form", "base", "image", "use", "foreignObject"}
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name not in {"src", "srcset", "style", "xlink:href", "action", "ping"}
            if name == "href":
                assert value.startswith("#")
    style = re.search(r"<style>(.*?)</style>", pages[key], re.DOTALL)[1]
    assert "url(" not in style
    assert "@import" not in style


@each
def test_policy_allows_exactly_the_one_sheet_and_the_one_script(pages, readers, key):
    policy = next(a["content"] for tag, a in readers[key].elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")
    for tag in ("style", "script"):
        found = re.findall(rf"<{tag}>(.*?)</{tag}>", pages[key], re.DOTALL)
        assert len(found) == 1
        digest = base64.b64encode(hashlib.sha256(found[0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert sum(tag in ("script", "style") for tag, _ in readers[key].elements) == 2


@each
def test_ids_are_unique_and_every_link_leads_somewhere(readers, key):
    reader = readers[key]
    assert len(reader.ids) == len(set(reader.ids))
    assert {link[1:] for link in reader.links} <= set(reader.ids)


@each
def test_headings_begin_with_one_title_and_skip_no_level(readers, key):
    headings = readers[key].headings
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(headings))


@each
def test_tables_have_captions_and_scoped_heads(readers, key):
    elements = readers[key].elements
    assert sum(tag == "table" for tag, _ in elements) == sum(tag == "caption" for tag, _ in elements)
    assert all(attributes.get("scope") in ("col", "row", "rowgroup") for tag, attributes in elements if tag == "th")


@each
def test_every_picture_has_words_and_a_caption(readers, key):
    elements = readers[key].elements
    pictures = [attributes for tag, attributes in elements if attributes.get("role") == "img"]
    assert len(pictures) == sum(tag == "figcaption" for tag, _ in elements)
    assert all(len(picture["aria-label"]) > 20 for picture in pictures)


@each
def test_page_is_small_enough_for_a_mail(pages, key):
    assert len(pages[key].encode()) < LARGEST


def test_same_result_gives_the_same_bytes(results, pages):
    assert render_html(results["rich"], language="en") == pages["rich", "en"]


def test_language_is_the_audits_own_by_default(invented, pages):
    assert render_html(invented.rich()) == pages["rich", "en"]
    french = invented.rich(audit=invented.audit(language="fr"))
    assert '<html lang="fr">' in render_html(french)


def test_unknown_language_is_refused_with_those_there_are(results):
    with pytest.raises(ResultError, match="en, fr"):
        render_html(results["minimal"], language="de")


@pytest.mark.parametrize("code", LANGUAGES)
def test_hostile_names_show_as_text(invented, readers, code):
    text = " ".join(readers["hostile", code].text)
    for word in invented.HOSTILE:
        shown = word.replace("\x00", "�").replace("\x07", "�")
        assert shown in text
    assert "\x00" not in text


def test_no_tag_of_a_users_file_becomes_an_element(readers):
    allowed = {tag for tag, _ in readers["rich", "en"].elements} | {"tspan"}
    assert {tag for tag, _ in readers["hostile", "en"].elements} <= allowed


def test_finding_whose_template_fits_nothing_falls_back_to_its_claim(readers):
    assert "plain" in [text.strip() for text in readers["hostile", "en"].text]


def test_simulated_data_are_marked_in_every_section_that_shows_numbers(pages):
    assert pages["rich", "en"].count('class="simulated-mark"') >= 8
    assert "Simulated data" in re.search(r"@top-right\{content:(.*?)\}", pages["rich", "en"])[1].replace(
        r"\000020", " "
    )
    assert "Simulated" not in pages["minimal", "en"]


def test_real_data_are_not_marked(pages):
    assert 'simulated-mark"' not in pages["minimal", "fr"]


def test_failed_step_is_told_on_the_first_screen_and_listed(readers):
    text = " ".join(readers["partial", "en"].text)
    assert "This result is not whole" in text
    assert "ValueError: the explainer <b>stopped</b>�" in text


def test_sections_without_anything_to_show_are_left_out(readers):
    sections = {a.get("id") for tag, a in readers["minimal", "en"].elements if tag == "section"}
    assert sections == {"first", "people", "groups", "method", "unmeasured", "manifest", "sign"}
    assert "there is no model to explain" in " ".join(readers["minimal", "en"].text)


def test_findings_of_every_outcome_are_listed_with_their_evidence(results, readers):
    text = " ".join(readers["rich", "en"].text)
    for finding in results["rich"].findings:
        assert finding.code in text
    links = readers["rich", "en"].links
    for anchor in (
        "#disparities-0",
        "#rates-0",
        "#trace-attribution-0-units-0",
        "#trace-stages-1",
        "#drivers-0",
        "#flips-0",
    ):
        assert anchor in links


def test_large_results_stay_readable(readers):
    reader = readers["large", "en"]
    text = " ".join(" ".join(reader.text).split())
    assert "36 more groups are in the table" in text
    assert all(f"district {at}" in text for at in range(50))
    assert all(f"answer {at}" in text for at in range(200))


def test_importing_the_room_loads_nothing_heavy():
    code = (
        "import sys, biasaudit.report; "
        "print([name for name in ('jinja2', 'babel', 'altair', 'vl_convert', 'pandas') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_further_measures_stand_in_tables_and_long_ones_are_cut(rich, invented, readers):
    reader = readers["rich", "en"]
    text = " ".join(" ".join(reader.text).split())
    for part in invented.further():
        assert part in reader.ids
        assert f"{part}-0" in reader.ids
    assert "20 more lines are in result.json" in text
    assert "median: salary 39" in text
    assert "median: salary 40" not in text
    assert "there are no scores here, only decisions" in text
    assert "ratio from 0.420 on: beyond the tolerance" in text
