"""A provenance goes into TOML, Croissant and PROV and comes back as it was; foreign files are read or refused."""

import contextlib
import json
import tomllib
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biasaudit.data.provenance import (
    from_croissant,
    from_prov,
    plain_of,
    read_any_provenance,
    to_croissant,
    to_prov,
    to_toml,
    write_provenance,
)
from biasaudit.errors import BiasAuditError, DataError
from biasaudit.spec import declare_provenance
from biasaudit.spec.provenance import ROLES
from biasaudit.spec.provenance_reading import askable_keys, askable_tables

HOSTILE = [
    '<script>alert("1")</script>',
    "a'\"\\b",
    "\x00\x7f\x1b[31m",
    "\u202eabc",
    "]]> -->",
    "[x]\ny = 1",
    "é𝒳 \n\r\t",
]
CHAIN = {
    "schema": 1,
    "not_known": ["quality"],
    "labels": {"title": "Loans", "began": "2021-11-01", "ended": "2022-02-28", "votes_per_item": 3, "analysis": ["a"]},
    "link": [
        {"name": "Bank", "role": "client", "country": ["GB"]},
        {"name": "Alpha", "role": "vendor", "not_known": ["contract"]},
        {"role": "subcontractor", "not_known": ["name"], "unit": {"vendor": ["Alpha"]}},
        {"name": "Clicks", "role": "platform", "level": 4, "under": "Bank"},
    ],
    "guideline": [{"id": "g", "version": "2", "sha256": "a" * 64}],
    "pay": [{"amount": 0.02, "currency": "USD", "basis": "label"}],
    "rule": {"minority_paid": False, "share": 0.8},
    "recruitment": {"demographics": ["x", "y"], "training_hours": 2.5},
    "consent": {"personal_data": ["race"]},
    "tool": [{"name": "spaCy", "version": "3.7"}],
}


def chain():
    return declare_provenance(CHAIN).spec


words = st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
lists = st.lists(words, min_size=1, max_size=3)
days = st.dates().map(str) | st.integers(1, 9999).map("{:04d}".format)
units = st.dictionaries(words, lists, min_size=1, max_size=2)
VALUES = {
    "votes_per_item": st.integers(1, 10**6) | words.filter(lambda text: not text.isdigit()),
    "published": days, "began": days, "country": lists, "countries": lists, "languages": lists,
    "demographics": lists, "analysis": lists, "checks": lists, "personal_data": lists, "unit": units,
    "role": st.sampled_from(ROLES), "contract": st.sampled_from(["employee", "crowd", "none"]),
    "level": st.integers(1, 17), "known_to_client": st.booleans(), "training_paid": st.booleans(),
    "minority_paid": st.booleans(), "rejected_paid": st.booleans(), "told_purpose": st.booleans(),
    "training_hours": st.floats(0, 1e9), "amount": st.floats(0, 1e9), "delay_days": st.integers(0, 99),
    "gold_share": st.floats(0, 1), "rejection_rate": st.floats(0, 1), "share": st.floats(0.01, 1),
    "basis": st.sampled_from(["label", "unpaid"]), "minority": st.sampled_from(["kept", "discarded"]),
    "sha256": st.text("0123456789abcdef", min_size=64, max_size=64), "status": st.sampled_from(["documented", "assumed"]),
}  # fmt: skip


@st.composite
def tables(draw, table):
    keys = [key for key in askable_keys(table) if key not in ("under", "id", "ended")]
    chosen = draw(st.lists(st.sampled_from([*keys, "status", "source"]), unique=True, max_size=5))
    if "unit" not in chosen and table in ("link", "guideline", "pay") and draw(st.booleans()):
        chosen.append("unit")
    special = {"consent": {"basis": words}, "rule": {"name": st.sampled_from(["majority", "glad"])}}.get(table, {})
    entry = {key: draw(special.get(key, VALUES.get(key, words))) for key in chosen}
    if open_ := [key for key in keys if key not in chosen]:
        entry["not_known"] = draw(st.lists(st.sampled_from(open_), unique=True, max_size=2))
    return entry


@st.composite
def records(draw):
    """Any valid provenance."""
    raw = {"schema": 1}
    for table in draw(st.lists(st.sampled_from(askable_tables()), unique=True, max_size=5)):
        several = table in ("link", "guideline", "pay", "tool")
        raw[table] = draw(st.lists(tables(table), min_size=1, max_size=3) if several else tables(table))
    raw["not_known"] = draw(st.lists(st.sampled_from([one for one in askable_tables() if one not in raw]), unique=True))
    if draw(st.booleans()):
        raw["columns"] = {"country": draw(words)}
    return declare_provenance(raw).spec


@given(records())
def test_any_record_comes_back_from_toml(spec):
    text = to_toml(spec)
    assert declare_provenance(tomllib.loads(text)).spec == spec
    assert to_toml(declare_provenance(tomllib.loads(text)).spec) == text


@given(records())
def test_any_record_comes_back_from_croissant(spec):
    document, _ = to_croissant(spec)
    assert from_croissant(json.loads(json.dumps(document, allow_nan=False)))[0] == spec


@given(records())
def test_any_record_comes_back_from_prov(spec):
    assert from_prov(json.loads(json.dumps(to_prov(spec), allow_nan=False)))[0] == spec


def test_croissant_writes_the_words_of_rai_and_lists_what_it_has_none_for():
    document, apart = to_croissant(chain())
    assert document["rai:annotationsPerItem"] == "3"
    assert document["rai:dataCollectionTimeframe"] == ["2021-11-01", "2022-02-28"]
    assert document["rai:annotatorDemographics"] == ["x", "y"]
    assert document["rai:dataAnnotationPlatform"] == ["Clicks"]
    assert document["rai:machineAnnotationTools"] == ["spaCy 3.7"]
    assert document["rai:personalSensitiveInformation"] == ["race"]
    assert "http://mlcommons.org/croissant/RAI/1.0" in document["conformsTo"]
    assert {"link.name", "pay.amount", "rule.minority_paid", "not_known", "link.not_known"} <= set(apart)
    assert not {"labels.title", "labels.votes_per_item", "recruitment.demographics", "labels.began"} & set(apart)
    rest = json.loads(document["biasaudit:provenance"])
    assert rest["pay"] == [{"amount": 0.02, "currency": "USD", "basis": "label"}]


def test_what_croissant_carries_alone_needs_no_words_of_ours():
    document, apart = to_croissant(declare_provenance({"schema": 1, "labels": {"title": "t"}}).spec)
    assert apart == ()
    assert "biasaudit:provenance" not in document


def test_croissant_of_others_is_read_by_every_name_in_use():
    foreign = {
        "@context": {"rai": "http://mlcommons.org/croissant/RAI/"},
        "@type": "https://schema.org/Dataset",
        "name": "Faces",
        "https://schema.org/datePublished": "2024-03-06T00:00:00",
        "rai:annotationPlatform": "Clicks",
        "http://mlcommons.org/croissant/RAI/annotatorsDemographics": [{"@value": "adults"}, "students"],
        "rai:dataCollectionTimeFrame": ["2021-11-01T00:00:00", "2022-02-28"],
        "rai:annotationsPerItem": 5,
        "rai:dataBiases": "many",
        "distribution": [],
    }
    spec, apart = from_croissant({"@graph": [{"@type": "cr:Field"}, foreign]})
    assert spec.labels.title == "Faces"
    assert spec.labels.published == "2024-03-06"
    assert (spec.labels.began, spec.labels.ended, spec.labels.votes_per_item) == ("2021-11-01", "2022-02-28", 5)
    assert spec.recruitment.demographics == ("adults", "students")
    assert [(link.name, link.role) for link in spec.link] == [("Clicks", "platform")]
    assert apart == ("rai:dataBiases",)


def test_a_platform_that_somebody_added_in_croissant_is_a_link_beside_those_we_wrote():
    document, _ = to_croissant(chain())
    document["rai:dataAnnotationPlatform"] = ["Clicks", "Other"]
    spec, _ = from_croissant(document)
    assert [link.name for link in spec.link] == ["Bank", "Alpha", None, "Clicks", "Other"]


def test_prov_has_an_edge_for_each_known_contract_and_none_where_a_link_is_missing():
    document = to_prov(chain())
    edges = {(edge["prov:delegate"], edge["prov:responsible"]) for edge in document["actedOnBehalfOf"].values()}
    assert edges == {("biasaudit:link-2", "biasaudit:link-1"), ("biasaudit:link-3", "biasaudit:link-2")}
    who = {edge["prov:agent"] for edge in document["wasAssociatedWith"].values()}
    assert who == {"biasaudit:link-3", "biasaudit:link-4", "biasaudit:tool-1"}
    assert all(edge["prov:plan"] == "biasaudit:guideline-1" for edge in document["wasAssociatedWith"].values())
    assert document["activity"]["biasaudit:labelling"]["prov:startTime"] == "2021-11-01T00:00:00"
    assert document["wasGeneratedBy"]["_:labels"]["prov:activity"] == "biasaudit:agreeing"


def test_prov_of_others_gives_links_with_their_contracts_and_leaves_people_out():
    foreign = {
        "prefix": {"ex": "http://example.org/"},
        "agent": {
            "ex:worker": {"prov:type": {"$": "prov:Person", "type": "xsd:QName"}, "prov:label": "Jane Roe"},
            "ex:vendor": {"prov:label": "Alpha", "prov:type": "prov:Organization"},
            "ex:bank": {},
            "ex:bot": {"prov:type": {"$": "prov:SoftwareAgent", "type": "prov:QUALIFIED_NAME"}},
        },
        "entity": {"ex:data": {}, "ex:rules": {"prov:type": {"$": "prov:Plan", "type": "prov:QUALIFIED_NAME"}}},
        "activity": {"ex:a": {"prov:startTime": "2020-05-02T10:00:00"}, "ex:b": {"prov:startTime": "2020-05-01", "prov:endTime": "2021-01-01"}},
        "actedOnBehalfOf": {
            "_:1": {"prov:delegate": "ex:vendor", "prov:responsible": "ex:bank"},
            "_:2": {"prov:delegate": "ex:worker", "prov:responsible": "ex:vendor"},
        },
    }  # fmt: skip
    spec, apart = from_prov(foreign)
    assert [(link.name, link.under) for link in spec.link] == [("Alpha", "ex:bank"), ("bank", None)]
    assert (spec.labels.began, spec.labels.ended) == ("2020-05-01", "2021-01-01")
    assert [tool.name for tool in spec.tool] == ["bot"]
    assert [one.id for one in spec.guideline] == ["rules"]
    assert apart == ("agent", "entity")
    assert "Jane" not in to_toml(spec)


@pytest.mark.parametrize("form", ["toml", "croissant", "prov"])
def test_files_are_told_apart_by_what_they_hold(tmp_path, form):
    text, _ = write_provenance(chain(), form)
    file = tmp_path / ("p.toml" if form == "toml" else "p.json")
    file.write_text(text, encoding="utf-8")
    read = read_any_provenance(file)
    assert (read.form, read.spec, read.apart) == (form, chain(), ())
    assert text == write_provenance(read.spec, form)[0]


@pytest.mark.parametrize(
    ("held", "told"),
    [
        (b"{", "neither TOML"),
        (b"\xff", "not UTF-8"),
        (b"[1]", "no Croissant"),
        (b'{"@type": "sc:Thing"}', "no Croissant"),
        (b'{"agent": 3}', "no PROV-JSON"),
        (b'{"@type": "sc:Dataset", "biasaudit:provenance": "{"}', "no JSON text"),
        (b'{"@type": "sc:Dataset", "biasaudit:provenance": "[]"}', "no tables"),
        (b'{"@type": "sc:Dataset", "biasaudit:provenance": "{\\"link\\": 3}"}', "no lists"),
        (b'{"@type": "sc:Dataset", "biasaudit:provenance": "{\\"pay\\": 3}"}', "pay"),
    ],
)
def test_a_file_that_is_none_of_these_gets_one_message(tmp_path, held, told):
    file = tmp_path / "p.json"
    file.write_bytes(held)
    with pytest.raises(BiasAuditError, match=told):
        read_any_provenance(file)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        read_any_provenance(tmp_path / "none.json")


KEYS = st.sampled_from(
    ["@type", "@graph", "@value", "rai:annotationsPerItem", "rai:dataCollectionTimeframe", "biasaudit:provenance",
     "agent", "entity", "activity", "prefix", "biasaudit", "biasaudit:link-1", "biasaudit:labels", "biasaudit:labelling",
     "biasaudit:labels.x", "prov:type", "prov:label", "$", "type", "actedOnBehalfOf", "prov:delegate", "ex:a", "name"]
)  # fmt: skip
LEAVES = st.sampled_from(["Dataset", "ex:a", "urn:biasaudit:provenance/1#", "{}", "prov:Plan", "", "2020-01-01"])
ANY = st.recursive(
    LEAVES | st.none() | st.booleans() | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(ANY, ANY, ANY)
def test_any_json_is_read_or_refused_with_an_error_of_ours(document, agents, rest):
    for held in (
        document,
        {"prefix": {"biasaudit": "urn:biasaudit:provenance/1#"}, "agent": agents, "activity": rest, "entity": agents},
        {"@type": "Dataset", "rai:annotationsPerItem": agents, "biasaudit:provenance": json.dumps(rest)},
    ):
        for read in (from_croissant, from_prov):
            with contextlib.suppress(BiasAuditError):
                assert read(held)[0].schema_version == 1


def test_mlcroissant_finds_nothing_wrong_and_gives_it_back():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mlcroissant = pytest.importorskip("mlcroissant")
        document, _ = to_croissant(declare_provenance({**CHAIN, "labels": {**CHAIN["labels"], **ABOUT}}).spec)
        metadata = mlcroissant.Dataset(jsonld=document).metadata
        back = json.loads(json.dumps(metadata.to_json(), default=str))
    assert metadata.ctx.issues.errors == set()
    assert plain_of(from_croissant(back)[0]) == plain_of(from_croissant(document)[0])


#: What Croissant asks of every data set.
ABOUT = {
    "description": "d",
    "licence": "CC BY 4.0",
    "url": "https://example.org/labels",
    "version": "1.0.0",
    "citation": "c",
    "published": "2024-01-01",
}


def test_the_prov_package_reads_it_and_gives_it_back():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = pytest.importorskip("prov.model")
        document = model.ProvDocument.deserialize(content=json.dumps(to_prov(chain())), format="json")
        back = json.loads(document.serialize(format="json"))
    assert len(list(document.get_records(model.ProvDelegation))) == 2
    assert from_prov(back)[0] == chain()
