"""Signing off: what is signed stands on the page, on every printed page, and hostile words are text."""

import re
from datetime import UTC, datetime

import pytest

from biasaudit.report import render_html, render_markdown
from biasaudit.results import amend, digest, sealed

THEN = datetime(2026, 4, 1, 12, 30, tzinfo=UTC)


def section(page):
    return page[page.index('<section id="sign"') : page.index("</section>", page.index('<section id="sign"'))]


def foot(page):
    """What stands at the foot of every printed page, unescaped."""
    text = re.search(r'@bottom-left\{content:"([^"]*)"', page)[1]
    return re.sub(r"\\([0-9a-f]{6})", lambda found: chr(int(found[1], 16)), text)


@pytest.fixture(scope="module")
def amended(rich):
    return amend(rich, author="A. Lee", reason="Wrong year", text="Read 1982.", written=THEN)


def test_the_page_to_sign_holds_what_is_signed(rich):
    page = section(render_html(rich))
    assert digest(rich) in page
    for fingerprint in rich.manifest.data:
        assert fingerprint.sha256 in page
    for asked in ("Auditor: name and office", "What was reviewed", "Remarks", "Place and date", "Signature"):
        assert asked in page
    reviewed = re.findall(r"<li>(.*?)</li>", page[page.index('<ul class="boxes">') :])
    assert {"In short", "Group by group", "Findings", "The result file, by its digest"} <= set(reviewed)
    assert "Since the accepted result" not in reviewed
    assert "Amendments" not in page


def test_every_printed_page_bears_digests_of_result_and_data(rich, amended):
    data = next(one.sha256 for one in rich.manifest.data if one.role == "items")
    assert foot(render_html(rich)) == f"Result {digest(rich)[:16]}, data {data[:16]}"
    own = foot(render_html(amended, language="fr"))
    assert own == f"Résultat {digest(rich)[:16]}, données {data[:16]}; avec 1 ajout\u00a0: {sealed(amended)[:16]}"


def test_amendments_are_shown_with_author_time_and_reason(amended):
    page = section(render_html(amended))
    assert "1 April 2026, 12:30 UTC, <bdi>A. Lee</bdi>: <bdi>Wrong year</bdi>" in page
    assert sealed(amended) in page
    assert "1 avril 2026, 12:30 UTC" in section(render_html(amended, language="fr"))


def test_hostile_words_of_an_amendment_are_text(invented, minimal_amended):
    page, markdown = render_html(minimal_amended), render_markdown(minimal_amended)
    for text in (page, markdown):
        assert "<script>alert" not in text
        assert "\x00" not in text
    assert "&lt;script&gt;alert(1)" in section(page)
    assert "{{ jinja }}" in section(page)


@pytest.fixture(scope="module")
def minimal_amended(invented):
    result = invented.minimal()
    for word in invented.HOSTILE:
        kept = "".join(character for character in word if character not in "\x00\x07")
        result = amend(result, author=kept[:200], reason=kept, text=kept, written=THEN)
    # A file may hold what `amend` refuses.
    first = result.amendments[0].model_copy(update={"text": "nul\x00", "written": "yester<b>day"})
    return result.model_copy(update={"amendments": (first, *result.amendments[1:])})
