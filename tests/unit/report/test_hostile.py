"""Hostile names in every place a name can stand: they come out as text, in every form of a result."""

import base64
import contextlib
import csv
import hashlib
import html
import io
import json
import re
import unicodedata
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from biasaudit.cli.relabel_files import relabel_csv
from biasaudit.cli.run_verb import _summarise
from biasaudit.cli.writing import Wanted, write_outputs
from biasaudit.errors import DeclarationError
from biasaudit.report import (
    FORMS,
    render_comparison_html,
    render_comparison_markdown,
    render_form,
    render_html,
    render_junit,
    render_markdown,
)
from biasaudit.report.catalogue import catalogue
from biasaudit.report.language import language_of
from biasaudit.report.readable import readable
from biasaudit.report.writer import html_writer
from biasaudit.results import AuditResult, Sentence, Value, from_json, to_json
from biasaudit.spec import declare

#: Fields of a result that hold a user's own words.
FIELDS = frozenset(
    [
        "attribute",
        "group",
        "reference",
        "feature",
        "unit",
        "unit_kind",
        "title",
        "question",
        "decision",
        "people",
        "decided_by",
        "labelled_by",
        "period",
        "notice",
        "tolerance_reason",
        "source",
        "text",
        "stratum",
        "from",
        "to",
        "columns",
        "features",
        "strata",
        "periods",
        "groups",
        "who",
        "key",
        "currency",
        "version",
    ]
)
#: Words of ours that stand in such fields too.
OURS = frozenset(
    {
        "(not recorded)",
        "(everyone)",
        "everyone",
        "gold",
        "peers",
        "all features together",
        "declared",
        "largest",
        "log",
        "",
    }
)
NASTY = (
    "<script>alert(1)</script>",
    "</style></svg></title>",
    "<img src=x onerror=alert(1)>",
    "\" onmouseover='x'",
    "{n} {0} {a.__class__} {x:>999999999}",
    "%(name)s %s {{ 7 * 7 }} {% raw %}",
    "| cell | \\| \\",
    "`code` ``` ~~~ *a* _b_ **c**",
    "[link](javascript:alert(1)) ![i](//evil)",
    "https://evil.example www.evil.example",
    "@someone #12 $x$",
    "# head",
    "- item",
    "1. item",
    "> quote",
    "a\nb\r\nc\tz",
    "\x00\x07\x1b[31m\x7f\x9b",
    "\u202e\u2066abc\u2069\u202c",
    "\u05d0\u05d1\u05d2",
    "]]> --> <!-- <![CDATA[",
    "&lt;b&gt; &#60;b&#62; &amp;",
    "=1+1|'x'!A1",
    "👩🏽‍⚕️",
    "x" * 300,
    "a x b",
    "*/ } body{display:none} /*",
    "\\3c script\\3e",
    "\ufeff\u200b\u2028\u2029",
)
#: A long name is broken into lines in a picture.
BROKEN_LINES = {("tspan", "x"), ("tspan", "dy")}
words = st.lists(
    st.one_of(st.sampled_from(NASTY), st.text(min_size=1, max_size=20).filter(lambda text: "\ud800" not in text)),
    min_size=12,
    max_size=12,
)
#: A page takes a second: a failing example is shown as it was found, not made smaller.
few = settings(
    max_examples=2, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate)
)
many = settings(few, max_examples=10)


def users_words(held, field=""):
    """Collect the words of a user in a result that is plain data."""
    if isinstance(held, dict):
        for key, value in held.items():
            if key not in ("translations", "packages"):
                yield from users_words(value, key)
    elif isinstance(held, list):
        for value in held:
            yield from users_words(value, field)
    elif isinstance(held, str) and field in FIELDS and held not in OURS:
        yield held


def swapped(held, words, field=""):
    """Give plain data with other words in the place of a user's, wherever they stand."""
    if isinstance(held, dict):
        # Columns that a flip changes, and attributes by their references, are keys of a user's own.
        keys = words if field in ("changed", "references") else {}
        return {keys.get(key, key): swapped(value, words, key) for key, value in held.items()}
    if isinstance(held, list):
        return [swapped(value, words, field) for value in held]
    if isinstance(held, str):
        if held in words:
            return words[held]
        parts = held.split(" x ")
        return " x ".join(words.get(part, part) for part in parts) if len(parts) > 1 else held
    return held


@pytest.fixture(scope="session")
def renamed(invented):
    """Give the rich result with each word of a user replaced, and which word became which."""
    plain = json.loads(to_json(invented.rich()))
    plain["audit"]["translations"] = {}
    single = sorted({part for word in users_words(plain) for part in word.split(" x ")} - OURS)
    # Codes of ours are words like others to a search: those that a valid result needs stay as they are.
    reserved = set(
        re.findall(r'"(?:const|enum)": (?:\[([^\]]*)\]|"([^"]*)")', json.dumps(AuditResult.model_json_schema()))
    )
    codes = {code for group in reserved for code in re.findall(r"[\w-]+", " ".join(group))}

    def rename(nasty):
        mapping = {word: f"{nasty[at % len(nasty)]}{at}" for at, word in enumerate(single) if word not in codes}
        return from_json(json.dumps(swapped(plain, mapping))), mapping

    assert len(single) > 30
    return rename


@pytest.fixture(scope="session")
def tame(renamed):
    """The same with harmless words, to compare structures with."""
    return renamed([f"word{at}n" for at in range(12)])[0]


class Shape(HTMLParser):
    """Tags and attributes of a page, and its text."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.kinds, self.hrefs, self.texts, self.inside, self.special = set(), [], [], [], {"script": [], "style": []}
        self.tags, self.policy = [], ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        for key, value in attributes:
            self.kinds.add((tag, key))
            if key in ("href", "src", "xlink:href", "action"):
                self.hrefs.append(value)
        held = dict(attributes)
        if held.get("http-equiv") == "Content-Security-Policy":
            self.policy = held["content"]
        self.inside.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)

    def handle_data(self, data):
        last = self.inside[-1] if self.inside else ""
        if last in self.special and self.tags and self.tags[-1] == last:
            self.special[last].append(data)
            self.inside.append("")
        else:
            self.texts.append(data)

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data!r}")


def checked_page(page, other):
    """Check a page with hostile words against one with harmless words; give its text."""
    shape, usual = Shape(page), Shape(other)
    assert shape.kinds - usual.kinds <= BROKEN_LINES
    assert set(shape.tags) - set(usual.tags) <= {"tspan"}
    assert all(href.startswith("#") for href in shape.hrefs)
    assert shape.special["script"] == usual.special["script"]
    assert len(shape.special["style"]) == 1
    digest = base64.b64encode(hashlib.sha256(shape.special["style"][0].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in shape.policy
    assert "default-src 'none'" in shape.policy
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", page)
    return "".join(shape.texts)


def visible(text):
    """Leave out what only directs or joins text, so that words can be looked for in it."""
    return "".join(each for each in text if unicodedata.category(each) != "Cf" and not each.isspace())


def checked_markdown(text, other):
    """Check Markdown with hostile words: same lines, same markup, nothing that a host turns into more."""
    # Groups that are alike in all else stand in the order of their names, so that lines may change places.
    assert sorted(map(markup, text.split("\n"))) == sorted(map(markup, other.split("\n")))
    bare = re.sub(r"\\.", "", text)
    assert "<" not in bare
    assert not re.search(r"://|www\.|@\w|#\w", bare, re.IGNORECASE)
    assert re.findall(r"^(?:- |\*\*)(?:[#+-]|\d+[.)]) .*", bare, re.MULTILINE) == []
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text)


def markup(line):
    """Give what a line begins with, and the signs in it that are markup: those that are not escaped."""
    bare = re.sub(r"\\.", "", line)
    return re.match(r"#*|>|\||-", line)[0], *(bare.count(sign) for sign in "`*[]|~$")


@pytest.fixture(scope="module")
def tame_page(tame):
    return render_html(tame)


@pytest.mark.slow
@few
@given(nasty=words)
def test_a_page_holds_hostile_names_as_text(renamed, tame_page, nasty):
    result, mapping = renamed(nasty)
    text = visible(checked_page(render_html(result), tame_page))
    for word in (result.audit.title, result.audit.question, *(facts.name for facts in result.data.attributes[:3])):
        assert visible(readable(word)).casefold() in text.casefold()
    assert mapping


@few
@given(nasty=words)
@pytest.mark.parametrize("form", FORMS)
def test_a_form_holds_hostile_names_as_text(renamed, tame, form, nasty):
    result, mapping = renamed(nasty)
    roles = {"sex": mapping["sex"], "race": mapping["origin"]} if form == "ll144" else {}
    usual = {"sex": tame.data.attributes[1].name, "race": tame.data.attributes[0].name} if roles else {}
    for code in ("en", "fr"):
        page = render_form(result, form, roles=roles, language=code)
        text = visible(checked_page(page, render_form(tame, form, roles=usual, language=code)))
        assert visible(readable(result.audit.title)).casefold() in text.casefold()
        checked_markdown(
            render_form(result, form, roles=roles, language=code, markup="md"),
            render_form(tame, form, roles=usual, language=code, markup="md"),
        )


@many
@given(nasty=words)
@pytest.mark.parametrize("code", ["en", "fr"])
def test_markdown_holds_hostile_names_as_text(renamed, tame, code, nasty):
    checked_markdown(render_markdown(renamed(nasty)[0], language=code), render_markdown(tame, language=code))


@few
@given(nasty=words)
def test_a_comparison_holds_hostile_names_as_text(renamed, tame, nasty):
    result = renamed(nasty)[0]
    checked_markdown(render_comparison_markdown(result, result), render_comparison_markdown(tame, tame))
    checked_page(render_comparison_html(result, result), render_comparison_html(tame, tame))


@many
@given(nasty=words)
def test_junit_holds_hostile_names_as_text(renamed, tame, nasty):
    result = renamed(nasty)[0]
    made, usual = ET.fromstring(render_junit(result)), ET.fromstring(render_junit(tame))
    assert [each.tag for each in made.iter()] == [each.tag for each in usual.iter()]
    for case, gate in zip(made.iter("testcase"), result.gates, strict=False):
        assert case.get("name", "").startswith(readable(gate.gate["attribute"]))


BAD_PLACES = ("{nope}", "{0}", "{n.__class__}", "{n!r:>99}", "{low:>999999999}", "{", "}")


@pytest.mark.parametrize("bad", BAD_PLACES)
def test_a_translation_that_does_not_fit_its_message_is_left_out(invented, bad):
    words = dict.fromkeys((text for text in catalogue("fr").messages if "{" in text), bad)
    result = invented.rich(audit=invented.audit(translations={"fr": words, "en": words}))
    plain = invented.rich(audit=invented.audit(translations={"fr": {}}))
    for code in ("en", "fr"):
        assert (
            render_markdown(result, language=code).splitlines()[:-1]
            == (render_markdown(plain, language=code).splitlines()[:-1])
        )


@pytest.mark.parametrize("bad", BAD_PLACES[:5])
def test_a_sentence_of_a_result_that_cannot_be_filled_is_shown_as_it_stands(rich, bad):
    writer = html_writer(language_of(rich, "en"))
    said = Sentence(template=f"A caveat {bad}", values={"n": Value(kind="count", value=3)})
    assert html.escape(f"A caveat {bad}") in writer.sentence(said)
    finding = rich.findings[0].model_copy(update={"message": said})
    assert html.unescape(writer.claim(finding)) == finding.claim


@many
@given(nasty=words)
def test_items_to_label_again_are_no_formulas_in_a_spreadsheet(nasty):
    items = tuple(dict.fromkeys((*nasty, "=1+1", "+1", "-1", "@sum", "\t=1", "\r=1", "\n=1", "a;=1+1", "\uff1d1")))
    rows = list(csv.reader(io.StringIO(relabel_csv(items), newline="")))
    assert len(rows) == len(items) + 1
    for item, (written, label) in zip(items, rows[1:], strict=True):
        assert written.removeprefix("'") == item.removeprefix("'")
        assert not written.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"))
        assert label == ""
    # A spreadsheet that separates by semicolons must not cut a name in two, and make a formula of the rest.
    assert relabel_csv(("a;=1+1",)).splitlines()[1].startswith('"a;=1+1"')


@many
@given(nasty=words)
def test_a_summary_at_the_terminal_keeps_its_lines_and_steers_nothing(renamed, tame, nasty):
    def said(result):
        stream = io.StringIO()
        with contextlib.redirect_stderr(stream):
            _summarise(result)
        return stream.getvalue()

    text = said(renamed(nasty)[0])
    assert len(text.split("\n")) == len(said(tame).split("\n"))
    assert all(character.isprintable() for character in text.replace("\n", ""))


def test_a_result_is_never_written_outside_the_folder_asked_for(renamed, tmp_path):
    result = renamed(["../../up", "/etc/passwd", "a/b", "..", "con", "nul\x00"])[0]
    folder = tmp_path / "out"
    written = list(write_outputs(result, folder, Wanted(formats=("md", "junit", "json"))))
    assert sorted(tmp_path.rglob("*")) == sorted([folder, *written])
    with pytest.raises(DeclarationError, match="lower-case letters"):
        declare(
            {
                "schema": 1,
                "audit": {"name": "../up", "title": "T"},
                "data": {},
                "protected": [{"column": "a"}],
                "model": {"decision": "d"},
            }
        )
