"""Groups of features: read, refused with their lines, and never another role of their columns."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biasaudit.data.roles import assign_roles
from biasaudit.errors import DeclarationError
from biasaudit.results import Fingerprint
from biasaudit.spec import declare, read_declaration
from biasaudit.spec.grouping import misgrouped

HEAD = """schema = 1
[audit]
name = "loans"
title = "Loans"
[data]
path = "loans.csv"
outcome = "granted"
features = ["salary", "bonus", "age", "district"]
[[protected]]
column = "sex"
[model]
train = "logistic_regression"
[feature_groups]
"""


def mistakes(tmp_path, groups):
    file = tmp_path / "audit.toml"
    file.write_text(HEAD + groups, encoding="utf-8")
    with pytest.raises(DeclarationError) as caught:
        read_declaration(file)
    return {one.where: one for one in caught.value.mistakes}


def test_groups_are_read_in_their_order(tmp_path):
    file = tmp_path / "audit.toml"
    file.write_text(HEAD + 'pay = ["salary", "bonus"]\nwho = ["age", "district"]\n', encoding="utf-8")
    groups = read_declaration(file).spec.feature_groups
    assert list(groups.items()) == [("pay", ("salary", "bonus")), ("who", ("age", "district"))]


def test_every_mistake_is_told_at_once_with_its_line(tmp_path):
    found = mistakes(
        tmp_path, 'pay = ["salary", "bonuss"]\nage = ["district", "age"]\nmore = ["salary", "bonus", "bonus"]\n'
    )
    assert set(found) == {"feature_groups.pay", "feature_groups.age", "feature_groups.more"}
    assert (found["feature_groups.pay"].line, found["feature_groups.pay"].nearest) == (14, "bonus")
    assert "'bonuss' is no declared feature" in found["feature_groups.pay"].problem
    assert "name of a column too" in found["feature_groups.age"].problem
    assert found["feature_groups.more"].line == 16


def test_a_column_is_in_one_group_and_once(tmp_path):
    problems = [
        one.problem
        for one in misgrouped({"feature_groups": {"one": ["a", "b"], "two": ["b", "c"], "three": ["d", "d"]}}, {})
    ]
    assert problems == ["lists 'b' and so does the group 'one'", "lists 'd' more than once"]
    assert "fewer" not in str(mistakes(tmp_path, 'pay = ["salary", "salary"]\n'))


@pytest.mark.parametrize("groups", ['pay = ["salary"]', 'pay = "salary"', "pay = [1, 2]", 'pay = ["", "salary"]'])
def test_a_group_lists_two_columns_or_more(tmp_path, groups):
    assert all(where.startswith("feature_groups.pay") for where in mistakes(tmp_path, groups))


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=3),
        lambda held: st.lists(held) | st.dictionaries(st.text(max_size=3), held),
    )
)
def test_any_shape_is_left_to_the_grammar(value):
    misgrouped({"feature_groups": value, "data": value}, {})


def test_grouped_columns_stay_features_and_must_exist():
    raw = {
        "schema": 1,
        "audit": {"name": "x", "title": "X"},
        "data": {"outcome": "y"},
        "protected": [{"column": "sex"}],
        "model": {"train": "logistic_regression"},
    }
    frame = pd.DataFrame({"sex": ["f", "m"] * 10, "a": range(20), "b": range(20), "y": [0, 1] * 10})
    source = Fingerprint(role="items", source="made", sha256="0" * 64)
    table = assign_roles(frame, declare({**raw, "feature_groups": {"both": ["a", "b"]}}), source)
    assert table.features == ("a", "b")
    with pytest.raises(DeclarationError, match="there is no column 'c'"):
        assign_roles(frame, declare({**raw, "feature_groups": {"both": ["a", "c"]}}), source)
