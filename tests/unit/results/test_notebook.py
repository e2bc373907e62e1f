"""A result shows itself in a notebook: verdicts, findings and frames, and no word of a user is more than text."""

import re
from html.parser import HTMLParser

import pytest

from biasaudit.results import FEWEST_PEOPLE, compare_results
from biasaudit.results.frames import TABLES, records_of
from biasaudit.results.notebook import MOST_ROWS, shown

KINDS = ("rich", "minimal", "partial", "hostile", "large")
ELEMENTS = {
    "div",
    "h3",
    "p",
    "b",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "details",
    "summary",
    "code",
    "bdi",
    "ul",
    "li",
}


class Nested(HTMLParser):
    """Checks that every element is closed, and collects elements and their attributes."""

    def __init__(self):
        super().__init__()
        self.open, self.elements, self.attributes = [], set(), set()

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.elements.add(tag)
        self.attributes |= {(tag, *pair) for pair in attrs}

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def parsed(text):
    parser = Nested()
    parser.feed(text)
    assert parser.open == []
    return parser


@pytest.mark.parametrize("kind", KINDS)
def test_it_holds_nothing_but_plain_elements_whatever_the_names(invented, kind):
    text = getattr(invented, kind)()._repr_html_()
    parser = parsed(text)
    assert parser.elements <= ELEMENTS
    assert parser.attributes <= {("div", "class", "biasaudit-result"), ("th", "scope", "col")}
    assert "\x00" not in text
    assert len(text) < 400_000


def test_verdicts_gates_findings_and_frames_stand_in_it(invented):
    rich = invented.rich()
    text = shown(rich)
    assert "<td><bdi>non-European</bdi></td><td><bdi>European</bdi></td><td>16.0 (" in text
    assert "<td>beyond the tolerance</td>" in text
    assert "Simulated data." in text
    found = [one for one in rich.findings if one.outcome == "found"]
    plain = re.sub(r"<[^>]*>", "", text)
    assert all(one.code in plain for one in found)
    assert len(found) == text.count("<td>found</td>")
    assert "<li>not met: " in text or "<li>met: " in text
    for table in TABLES:
        held = records_of(rich, table)
        assert (f"&quot;{table}&quot;)</code>: {len(held):,} rows" in text) == bool(held)


def test_long_frames_are_cut_and_say_so(invented):
    large = invented.large()
    text = shown(large)
    assert f"… and {len(large.drivers) - MOST_ROWS:,} more rows." in text
    assert "more groups" in text


def test_what_moved_is_told(invented):
    rich = invented.rich()
    text = shown(rich.model_copy(update={"changes": compare_results(rich, rich)}))
    assert "since the accepted result: 0 watched gaps are wider by more than chance" in text
    assert f"&quot;changes&quot;)</code>: {len(rich.disparities):,} rows" in text


def test_nothing_about_too_few_people_stands_in_it(make_result):
    from biasaudit.results import withhold_small_cells

    result = withhold_small_cells(make_result(men=(500, 1000), women=(FEWEST_PEOPLE - 2, FEWEST_PEOPLE - 1)))
    text = shown(result)
    assert "withheld" in text
    assert "75.0" not in text
