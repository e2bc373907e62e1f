"""What the report says about how the labels were made: every state of knowledge in words, holes as holes."""

import re
from html.parser import HTMLParser

import pytest

from biasaudit.report import LANGUAGES, render_html
from biasaudit.report.provenance_words import CONTRACTS, LINK_ROLES, MINORITIES, PAY, QUESTIONS, THINGS, TOLD_BY
from biasaudit.results import KNOWN, ChainLink, Fact, LinkShare, Traceability
from biasaudit.spec.provenance import ROLES, LinkSpec, PaySpec, RuleSpec
from biasaudit.traces.provenance.facts import QUESTIONS as ASKED


class Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.text, self.ids, self.classes = [], [], []

    def handle_starttag(self, tag, attrs):
        held = dict(attrs)
        self.ids.append(held.get("id"))
        self.classes += [(name, held.get("id")) for name in (held.get("class") or "").split()]

    def handle_data(self, data):
        self.text.append(data)


def read(page):
    reader = Reader()
    reader.feed(page)
    reader.all = re.sub(r"[\s\u00a0\u202f]+", " ", " ".join(reader.text))
    reader.close()
    return reader


@pytest.fixture(scope="module")
def pages(rich):
    return {code: read(render_html(rich, language=code)) for code in LANGUAGES}


def with_traceability(rich, **changes):
    traced = rich.trace.traceability.model_copy(update=changes)
    return rich.model_copy(update={"trace": rich.trace.model_copy(update={"traceability": traced})})


def test_every_code_of_the_grammar_has_its_words():
    def codes(grammar, key):
        annotation = str(grammar.model_fields[key].annotation)
        return set(re.findall(r"'([\w-]+)'", annotation))

    assert set(ROLES) <= set(LINK_ROLES)
    assert codes(LinkSpec, "contract") == set(CONTRACTS)
    assert codes(PaySpec, "basis") == set(PAY)
    assert codes(RuleSpec, "minority") == set(MINORITIES)
    assert set(KNOWN) == set(THINGS)
    assert {f"{table}.{key}" for table, (_, keys) in ASKED.items() for key in keys} == set(QUESTIONS)
    assert set(re.findall(r"'(\w+)'", str(LinkShare.model_fields["told_by"].annotation))) == set(TOLD_BY)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("en", "All six are known for 12 in 100 labels"),
        ("en", "Missing link: nobody told who stands here. It concerns 50 in 100 labels. 2 levels are missing here."),
        ("en", "Asked, and nobody knows who this is"),
        ("en", "Level 2: vendor nobody said in which country by a contract for services 9,412 labels came through here, 33 in 100"),
        ("en", "in KE and IN under a platform's terms not known to the client"),
        ("en", "assumed: a lawyer"),
        ("en", "0.02 panel 2 a label documented: an annex"),
        ("en", "Whether overruled labels are paid no"),
        ("en", "Share of items with an answer known beforehand 12.5 in 100"),
        ("en", "How annotators can report or ask nobody said"),
        ("en", "Asked, and nobody knows: other checks of the work."),
        ("en", "Nobody said: how annotators can contest a rejection."),
        ("en", "Missing: 0.4 in 100 labels belong to no link that is declared."),
        ("en", "non-payment for completed work is not an option"),
        ("en", "who gave it is known for 90 in 100 labels on female applicants , and for 100 in 100"),
        ("fr", "Maillon manquant : personne n’a dit qui se trouve ici. Cela concerne 50 étiquettes sur 100."),
        ("fr", "On l’a demandé, et personne ne sait qui c’est"),
        ("fr", "personne n’a dit dans quel pays"),
        ("fr", "supposé : a lawyer"),
        ("fr", "Personne n’a dit : comment les annotateurs peuvent contester un rejet."),
    ],
)  # fmt: skip
def test_what_is_known_and_what_is_not_is_said(pages, code, words):
    assert words.replace(" , ", ", ") in pages[code].all.replace(" , ", ", ").replace(" .", ".")


def test_holes_look_like_holes_and_can_be_linked_to(pages):
    classes = pages["en"].classes
    assert ("gap", "trace-traceability-missing-1") in classes
    assert ("nameless", "trace-traceability-chain-2") in classes
    assert {f"trace-traceability-missing-{at}" for at in range(4)} <= set(pages["en"].ids)
    assert {f"trace-traceability-links-{at}" for at in range(6)} <= set(pages["en"].ids)


def test_nothing_is_said_of_a_provenance_where_there_is_none(rich):
    empty = read(render_html(with_traceability(rich, **Traceability().model_dump()), language="en"))
    assert "trace-traceability" not in empty.ids
    bare = read(render_html(with_traceability(rich, facts=(), declared=False, chain=(), missing=(), complete=0.0)))
    assert "No provenance.toml was given" in bare.all
    assert "There is no label for which all six are known" in bare.all
    assert "trace-traceability-facts" not in bare.ids


def test_equal_shares_are_told_in_one_sentence(rich):
    same = tuple(one.model_copy(update={"share": 0.5}) for one in rich.trace.traceability.groups)
    told = read(render_html(with_traceability(rich, groups=same)))
    assert "No less is known about the labels of one group of people than about those of another." in told.all
    assert "What is known by origin" not in told.all


def test_withheld_groups_are_told_as_withheld(rich):
    first, *others = rich.trace.traceability.groups
    told = read(render_html(with_traceability(rich, groups=(first.model_copy(update={"share": None}), *others))))
    assert "withheld" in told.all


def test_the_people_at_the_end_are_counted_where_the_chain_has_one_end(rich):
    chain = (ChainLink(level=1, name="a", known=True), ChainLink(level=2, name="b", known=True, above=0))
    page = read(render_html(with_traceability(rich, chain=chain, missing=())))
    assert "27 annotators, whose names this audit does not hold" in page.all
    few = with_traceability(rich, chain=chain, missing=())
    few = few.model_copy(update={"trace": few.trace.model_copy(update={"annotators": None})})
    assert "whose names this audit" not in read(render_html(few)).all


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        ({"number": 0.0, "basis": "unpaid"}, "Pay unpaid"),
        ({"number": 12.0, "currency": "EUR", "basis": "hour"}, "12 EUR an hour"),
        ({"number": 12.5}, "12.50"),
        ({"number": 0.0123, "basis": "task"}, "0.0123 a task"),
    ],
)
def test_pay_is_written_with_what_it_is_paid_for(rich, fact, words):
    facts = (Fact.model_validate({"table": "pay", "key": "amount", "state": "known", **fact}),)
    assert words in read(render_html(with_traceability(rich, facts=facts))).all
