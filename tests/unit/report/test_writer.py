"""Writers: the same message as plain text, HTML and Markdown, with users' words made harmless."""

import html
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biasaudit.report.language import language_named
from biasaudit.report.messages import counted, crossed, listed, message, people_counted
from biasaudit.report.readable import is_word, readable, width, wrapped
from biasaudit.report.writer import capital, escaped_markdown, html_writer, markdown_writer, plain_writer
from biasaudit.results import Finding, sentence
from biasaudit.results.sentences import count, in_100, name, number, p_value, term

HTML, PLAIN, MARKDOWN = (make(language_named("en")) for make in (html_writer, plain_writer, markdown_writer))


def test_values_are_written_by_their_kind():
    said = sentence(
        "{a} {b} {c} {d} {e}", a=count(1234), b=in_100(0.162, 1), c=number(0.5), d=p_value(0.0001), e=term("decision")
    )
    assert PLAIN.say(said) == "1,234 16.2 0.50 under 0.001 decision"


def test_messages_hold_messages_and_lists():
    inner = message("{n} of {group}", n=count(3), group=name("x"))
    assert PLAIN.say(message("{all}", all=listed(inner, name("y"), name("z")))) == "3 of x, y and z"
    assert PLAIN.say(message("{g}", g=crossed(name("female"), name("old")))) == "female old"


def test_plural_follows_the_number():
    assert PLAIN.say(counted(1, "{n} row", "{n} rows", n=count(1))) == "1 row"
    assert PLAIN.say(counted(2, "{n} row", "{n} rows", n=count(2))) == "2 rows"


def test_capital_stands_behind_tags():
    assert capital("<bdi>female</bdi> people") == "<bdi>Female</bdi> people"
    assert capital("&lt;b") == "&lt;b"
    assert capital("<bdi>a_levels</bdi> count") == "<bdi>a_levels</bdi> count"


def test_template_that_cannot_be_filled_falls_back_to_the_claim():
    broken = {"template": "{a.__class__.__mro__} {b}", "values": {"a": {"kind": "name", "value": "x"}}}
    finding = Finding(code="X", title="t", outcome="found", claim="the <claim>", message=broken, evidence=("/rates/0",))
    assert HTML.claim(finding) == "the &lt;claim&gt;"


class Text(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.data = [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, attrs))

    def handle_data(self, data):
        self.data += data


@given(st.text())
def test_html_shows_any_word_as_itself(word):
    parser = Text()
    parser.feed(HTML.say(message("a {w} b", w=name(word))))
    parser.close()
    assert parser.tags == [("bdi", [])]
    assert parser.data == f"a {readable(word)} b"


@given(st.text())
def test_markdown_leaves_no_live_markup(word):
    escaped = escaped_markdown(readable(word))
    assert "<" not in escaped
    for mark in "`*_[]|":
        assert escaped.count(mark) == escaped.count("\\" + mark)


def test_markdown_breaks_links_and_mentions():
    escaped = MARKDOWN.own("see https://example.org, www.example.org, @someone and #12")
    assert "://" not in escaped
    assert "www." not in escaped
    assert "@s" not in escaped
    assert "#1" not in escaped


def test_words_that_turn_the_direction_are_isolated():
    assert PLAIN.own("\u202eabc") == "\u2068abc\u2069"
    assert PLAIN.own("שלום") == "\u2068שלום\u2069"
    assert PLAIN.own("abc") == "abc"


@given(st.text(), st.floats(min_value=30, max_value=400), st.integers(min_value=1, max_value=3))
def test_wrapped_lines_fit_their_room(text, room, lines):
    done = wrapped(text, room, 12, lines)
    assert 1 <= len(done) <= lines
    assert all(width(line, 12) <= room for line in done)


@given(st.text())
def test_readable_text_can_stand_in_xml(text):
    cleaned = readable(text)
    assert all(character >= " " for character in cleaned)
    assert readable(cleaned) == cleaned
    assert html.unescape(html.escape(cleaned)) == cleaned


@pytest.mark.parametrize(
    ("word", "is_one"), [("female", True), ("non-European", True), ("21-25", False), ("yes", False), ("", False)]
)
def test_words_that_can_stand_before_a_noun(word, is_one):
    assert is_word(word) is is_one


def test_fewer_than_five_people_are_never_numbered():
    assert PLAIN.say(people_counted(4)) == PLAIN.language.people(1) == "fewer than 5"
    assert PLAIN.say(people_counted(5)) == PLAIN.language.people(5) == "5"
    assert language_named("fr").people(0) == "moins de 5"


LESS = "Annotators agree less about {group} {people} (alpha {a}) than about {reference} ones ({b})."


def test_findings_name_an_intersection_as_people_do():
    words = {"people": name("applicants"), "a": number(0.3), "b": number(0.7)}
    said = sentence(LESS, group=name("female x Black"), reference=name("male x White"), **words)
    assert PLAIN.say(said) == (
        "Annotators agree less about female Black applicants (alpha 0.30) than about male White applicants (0.70)."
    )


def test_findings_use_the_whole_phrases_of_an_audit_where_it_has_all_of_them():
    template = (
        "For {group} {people} the gap to {reference} ones points the same way over everybody ({pooled} in 100) "
        "and within the same {strata} ({stratified} in 100)."
    )
    said = sentence(
        template,
        group=name("female"),
        reference=name("male"),
        people=name("applicants"),
        strata=name("département"),
        pooled=in_100(0.1),
        stratified=in_100(0.2),
    )
    phrases = {"female applicants": "candidates"}
    assert "du groupe" in plain_writer(language_named("fr", phrases)).say(said)
    told = plain_writer(language_named("fr", phrases | {"male applicants": "candidats hommes"})).say(said)
    assert told.startswith("Pour les candidates, l’écart avec les candidats hommes va dans le même sens")


def test_a_name_cannot_break_out_of_its_isolate():
    from biasaudit.report.writer import isolated

    kept = isolated("abc\u202edef\u2066")
    assert kept == "\u2068abcdef\u2069"
    assert isolated("plain") == "plain"
