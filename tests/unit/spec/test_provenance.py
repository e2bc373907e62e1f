"""A provenance is read whole; what is left out, declared not known and said stay three things."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biasaudit.errors import DeclarationError
from biasaudit.spec import (
    AnnotationsSpec,
    ProvenanceSpec,
    declare_provenance,
    minority_is_paid,
    provenance_schema,
    read_provenance,
)
from biasaudit.spec.chain import places_of
from biasaudit.spec.provenance import DEEPEST, LinkSpec
from biasaudit.spec.provenance_reading import askable_keys, askable_tables

GOOD = """
schema = 1
not_known = ["consent"]
[labels]
began = 2021-11-01
ended = 2022
votes_per_item = "3"
[[link]]
name = "Bank"
role = "client"
country = "GB"
[[link]]
name = "Alpha"
role = "vendor"
not_known = ["contract"]
[[link]]
id = "below"
role = "subcontractor"
under = "Alpha"
unit = { vendor = ["Alpha", 3], batch = 2.0 }
[[pay]]
amount = 0.02
currency = "USD"
basis = "label"
[rule]
minority_paid = false
"""


def written(tmp_path, text):
    file = tmp_path / "provenance.toml"
    file.write_text(text, encoding="utf-8")
    return file


def mistakes_of(tmp_path, text):
    with pytest.raises(DeclarationError) as caught:
        read_provenance(written(tmp_path, text))
    return {mistake.where: mistake for mistake in caught.value.mistakes}


def test_a_good_file_is_read_and_values_take_one_form(tmp_path):
    held = read_provenance(written(tmp_path, GOOD))
    assert held.spec.labels.began == "2021-11-01"
    assert held.spec.labels.ended == "2022"
    assert held.spec.labels.votes_per_item == 3
    assert held.spec.link[0].country == ("GB",)
    assert held.spec.link[2].unit == {"vendor": ("Alpha", "3"), "batch": ("2",)}
    assert held.spec.rule.minority_paid is False
    assert held.spec.feedback.channel is None
    assert len(held.sha256) == 64


def test_every_mistake_is_told_at_once_with_line_and_nearest_name(tmp_path):
    text = GOOD.replace('role = "client"', 'role = "cliant"').replace('under = "Alpha"', 'under = "Alfa"')
    text = text.replace('not_known = ["contract"]', 'not_known = ["contrct", "name"]').replace("0.02", '"much"')
    text = text.replace('country = "GB"', 'contry = "GB"').replace('["consent"]', '["consnt"]')
    found = mistakes_of(tmp_path, text)
    assert {where: (one.line, one.nearest) for where, one in found.items()} == {
        "not_known": (3, "consent"),
        "link[1].role": (10, "client"),
        "link[1].contry": (11, "country"),
        "link[2].not_known": (15, found["link[2].not_known"].nearest),
        "link[3].under": (19, "Alpha"),
        "pay[1].amount": (22, ""),
    }
    with pytest.raises(DeclarationError) as caught:
        read_provenance(written(tmp_path, text))
    told = str(caught.value)
    assert "'contrct' is not a key of this table. Did you mean 'contract'?" in told
    assert "'name' is declared not known, and stands in line 13 all the same" in told


@pytest.mark.parametrize(
    ("old", "new", "where", "words"),
    [
        ("2021-11-01", '"2021-13"', "labels.began", "no date"),
        ("2021-11-01", '"yesterday"', "labels.began", "no date"),
        ("ended = 2022", "ended = 2020", "labels", "before"),
        ('"3"', "0", "labels.votes_per_item", "0"),
        ("minority_paid = false", 'minority_paid = "maybe"', "rule.minority_paid", "true or false"),
        ("amount = 0.02", "amount = -1", "pay[1].amount", "-1"),
        ('basis = "label"', 'basis = "lable"', "pay[1].basis", "label"),
        ('id = "below"', 'id = "below"\nlevel = 2', "link[3].level", "not below"),
        ('id = "below"', 'id = "below"\nlevel = 21', "link[3].level", "20"),
        ('under = "Alpha"', 'under = "below"', "link[3].under", "circle"),
        ('name = "Bank"', 'id = "below"\nname = "Bank"', "link[3].id", "another link"),
        ('name = "Bank"', 'name = "Alpha"', "link[3].under", "several links"),
        ('["Alpha", 3]', "[]", "link[3].unit.vendor", "at least 1"),
        ("[rule]", '[[guideline]]\nsha256 = "abc"\n[rule]', "guideline[1].sha256", "64 hexadecimal"),
        ("[rule]", "[feedbak]\n[rule]", "feedbak", "feedback"),
        ("schema = 1", "schema = 2", "schema", "2"),
        ("schema = 1", "", "schema", "is missing"),
    ],
)
def test_each_rule_of_the_grammar_has_its_message(tmp_path, old, new, where, words):
    found = mistakes_of(tmp_path, GOOD.replace(old, new, 1))
    assert where in found, {key: str(one) for key, one in found.items()}
    assert words in str(found[where])


def test_a_chain_of_more_levels_than_any_is_refused(tmp_path):
    found = mistakes_of(tmp_path, "schema = 1\n" + "[[link]]\nname = 'x'\n" * (DEEPEST + 1))
    assert f"level {DEEPEST + 1}" in found[f"link[{DEEPEST + 1}]"].problem


def test_links_that_go_round_are_refused(tmp_path):
    text = "schema = 1\n[[link]]\nid='a'\nunder='b'\n[[link]]\nid='b'\nunder='c'\n[[link]]\nid='c'\nunder='a'\n"
    assert "circle" in str(mistakes_of(tmp_path, text)["link[1].under"])


def test_places_follow_order_levels_and_under():
    links = [
        LinkSpec(name="client"),
        LinkSpec(name="vendor A"),
        LinkSpec(name="its platform"),
        LinkSpec(name="vendor B", under="client"),
        LinkSpec(name="crowd of B", level=5, under="vendor B"),
        LinkSpec(name="C", level=2),
    ]
    found = [(place.level, place.above, place.untold, place.works_for) for place in places_of(links)]
    assert found == [(1, None, 0, None), (2, 0, 0, 0), (3, 1, 0, 1), (2, 0, 0, 0), (5, 3, 2, None), (2, 0, 0, 0)]


def test_a_chain_that_begins_below_the_client_lacks_the_levels_above():
    (only,) = places_of([LinkSpec(name="crowd", level=3)])
    assert (only.level, only.above, only.untold) == (3, None, 2)


def test_a_link_may_stand_under_a_later_one():
    places = places_of(
        [LinkSpec(name="vendor", under="client"), LinkSpec(name="client"), LinkSpec(name="crowd", under="vendor")]
    )
    assert [(place.level, place.above) for place in places] == [(2, 1), (1, None), (3, 0)]


def test_the_audit_says_first_whether_the_minority_is_paid_and_the_provenance_where_it_is_silent():
    unpaid = ProvenanceSpec.model_validate({"schema": 1, "rule": {"minority_paid": False}})
    assert minority_is_paid(AnnotationsSpec(), unpaid) is False
    assert minority_is_paid(AnnotationsSpec(minority_paid=True), unpaid) is True
    assert minority_is_paid(AnnotationsSpec(minority_paid=False), None) is False
    assert minority_is_paid(AnnotationsSpec(), None) is None


def test_the_schema_is_json_and_every_table_can_be_asked_for():
    schema = json.loads(json.dumps(provenance_schema()))
    assert set(askable_tables()) <= set(schema["properties"])
    assert schema["additionalProperties"] is False
    for table in askable_tables():
        raw = {"schema": 1, "not_known": [table]}
        assert declare_provenance(raw).spec.not_known == (table,)
        for key in askable_keys(table):
            entry = {"not_known": [key]}
            several = isinstance(getattr(ProvenanceSpec.model_validate({"schema": 1}), table), tuple)
            declare_provenance({"schema": 1, table: [entry] if several else entry})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["schema", "not_known", *askable_tables(), "columns", "x"]), JSON, max_size=5))
def test_any_mapping_is_read_or_refused_with_a_declaration_error(raw):
    with contextlib.suppress(DeclarationError):
        assert declare_provenance(raw).spec.schema_version == 1
