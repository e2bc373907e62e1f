"""A declaration is read whole, and every mistake in it is told at once with its line."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biasaudit.errors import DeclarationError
from biasaudit.spec import audit_schema, declare, nearest_name, read_declaration
from biasaudit.spec.lines import key_lines

GOOD = """
schema = 1
[audit]
name = "loans"
title = "Loans"
[data]
path = "loans.csv"
id = "person"
outcome = "granted"
split = { test_share = 0.3, seed = 7 }
[[protected]]
column = "origin"
reference = "European"
[[protected]]
column = "sex"
[groups]
intersections = [["sex", "origin"]]
[model]
train = "logistic_regression"
parameters = { C = 1.0 }
threshold = 0.5
[annotations]
path = "labels.csv"
item = "person"
annotator = "who"
label = "vote"
units = ["vendor"]
reference = { column = "gold" }
[[gate]]
attribute = "sex x origin"
at_least = 0.8
"""


def written(tmp_path, text):
    file = tmp_path / "audit.toml"
    file.write_text(text, encoding="utf-8")
    return file


def mistakes_of(tmp_path, text, overrides=()):
    with pytest.raises(DeclarationError) as caught:
        read_declaration(written(tmp_path, text), overrides)
    return {mistake.where: mistake for mistake in caught.value.mistakes}


def test_a_good_file_is_read_with_its_defaults(tmp_path):
    spec = read_declaration(written(tmp_path, GOOD)).spec
    assert spec.tolerance.ratio == 0.8
    assert spec.groups.minimum_size == 30
    assert spec.model.way == "train"
    assert spec.annotations.reference.column == "gold"
    assert spec.protected[1].reference == "largest"


def test_every_mistake_is_told_at_once_with_line_and_nearest_name(tmp_path):
    text = GOOD.replace('title = "Loans"', 'titel = "Loans"').replace("threshold = 0.5", 'threshold = "high"')
    text = text.replace('attribute = "sex x origin"', 'attribute = "sex x orign"')
    found = mistakes_of(tmp_path, text)
    assert found["audit.titel"].nearest == "title"
    assert found["audit.titel"].line == 5
    assert "is missing" in found["audit.title"].problem
    assert found["model.threshold"].line == 21
    assert found["gate[1].attribute"].nearest == "sex x origin"


def test_a_wrong_choice_names_what_is_allowed(tmp_path):
    found = mistakes_of(tmp_path, GOOD.replace('id = "person"', 'id = "person"\npositive_is = "favorable"'))
    assert found["data.positive_is"].nearest == "favourable"
    assert "unfavourable" in found["data.positive_is"].allowed


@pytest.mark.parametrize(
    ("old", "new", "where", "words"),
    [
        ("threshold = 0.5", "threshold = 0.5\nshare = 0.2", "model", "at most one"),
        ("threshold = 0.5", 'decision = "granted"', "model", "exactly one"),
        ("split = { test_share = 0.3, seed = 7 }", 'split = { column = "s" }', "data.split", "test"),
        ("split = { test_share = 0.3, seed = 7 }", "split = { test_share = 1.5 }", "data.split.test_share", "1.5"),
        (
            'intersections = [["sex", "origin"]]',
            'intersections = [["sex"]]',
            "groups.intersections[1]",
            "fewer than two",
        ),
        ('id = "person"', "", "data.id", "is missing"),
        ("at_least = 0.8", "", "gate[1]", "at_least or at_most"),
        ("at_least = 0.8", "at_least = 0.8\nat_most = 0.1", "gate[1]", "larger"),
        ('reference = { column = "gold" }', "reference = {}", "annotations.reference", "either"),
        ('reference = { column = "gold" }', 'rule = "supermajority"', "annotations", "share"),
        ('column = "sex"', 'column = "origin"', "protected[2].column", "declared twice"),
        ("schema = 1", "schema = 2", "schema", "2"),
    ],
)
def test_each_rule_of_the_grammar_has_its_message(tmp_path, old, new, where, words):
    found = mistakes_of(tmp_path, GOOD.replace(old, new, 1))
    assert where in found, list(found)
    assert words in str(found[where])


def test_a_file_that_is_no_toml_or_no_utf8_or_not_there(tmp_path):
    assert "valid TOML" in mistakes_of(tmp_path, "schema = = 1")["file"].problem
    (tmp_path / "latin.toml").write_bytes('schema = "é"'.encode("latin-1"))
    with pytest.raises(DeclarationError, match="not UTF-8"):
        read_declaration(tmp_path / "latin.toml")
    with pytest.raises(DeclarationError, match="cannot be read"):
        read_declaration(tmp_path / "nowhere.toml")


def test_an_override_replaces_one_key_and_its_rivals(tmp_path):
    declaration = read_declaration(written(tmp_path, GOOD), ["model.share=0.25", "protected.2.reference=male"])
    assert declaration.spec.model.share == 0.25
    assert declaration.spec.model.threshold is None
    assert declaration.spec.protected[1].reference == "male"
    assert declaration.digest != read_declaration(written(tmp_path, GOOD)).digest


@pytest.mark.parametrize("override", ["model.threshold", "=3", "protected.9.column=a", "model.train.deep=1"])
def test_a_wrong_override_is_refused(tmp_path, override):
    found = mistakes_of(tmp_path, GOOD, [override])
    assert "--set" in found


def test_lines_survive_long_strings_and_arrays():
    text = 'a = """\n[not.a.table]\nb = 1\n"""\n[t]\nx = [\n  1,\n  2,\n]\ny = "[" # ]\nz = 3\n'
    lines = key_lines(text)
    assert ("not", "a", "table") not in lines
    assert lines["t", "y"] == 10
    assert lines["t", "z"] == 11


def test_the_schema_is_json_and_names_every_table():
    schema = json.loads(json.dumps(audit_schema()))
    assert {"audit", "data", "protected", "model", "annotations", "gate", "tolerance"} <= set(schema["properties"])
    assert schema["additionalProperties"] is False


@given(st.dictionaries(st.text(max_size=5), st.recursive(st.integers() | st.text(max_size=5), st.lists, max_leaves=5)))
def test_any_mapping_is_read_or_refused_with_a_declaration_error(raw):
    with pytest.raises(DeclarationError):
        declare(raw)


@given(st.text(min_size=1, max_size=20))
def test_a_right_name_is_its_own_nearest(name):
    assert nearest_name(name, [name]) == name
