"""The table [explain]: every mistake with its line, and no part of the digest."""

import tomllib

import pytest

from biasaudit.errors import DeclarationError
from biasaudit.spec import audit_schema, declare
from biasaudit.spec.lines import key_lines

AUDIT = """schema = 1
[audit]
name = "calls"
title = "Who?"
[data]
path = "p.csv"
[[protected]]
column = "sex"
[model]
train = "logistic_regression"
[[flip]]
attribute = "sex"
to = "m"
set = { name = "Tom" }
"""


def declared(text):
    return declare(tomllib.loads(AUDIT + text), lines=key_lines(AUDIT + text))


def test_every_mistake_is_told_with_its_line():
    with pytest.raises(DeclarationError) as caught:
        declared(
            """[explain]
immutable = ["age", "age"]
at_once = 7
[explain.ranges]
grade = { min = 3, max = 1 }
form = []
sex = ["f"]
name = { step = "a" }
age = { mim = 2 }
rank = {}
[explain.direction]
grade = "sideways"
"""
        )
    told = [str(mistake) for mistake in caught.value.mistakes]
    assert told == [
        "line 16, explain.immutable: lists 'age' more than once.",
        "line 17, explain.at_once: is 7. Allowed: less than or equal to 3.",
        "line 19, explain.ranges.grade: min must be smaller than max.",
        "line 20, explain.ranges.form: is []. Allowed: a list of at least 1 value.",
        "line 21, explain.ranges.sex: 'sex' is a protected attribute, which no letter asks to change.",
        "line 22, explain.ranges.name.step: is 'a'. Allowed: a number.",
        "line 22, explain.ranges.name: 'name' is set by a [[flip]], and no letter asks to change it.",
        "line 23, explain.ranges.age.mim: unknown key 'mim'. Did you mean 'min'? Allowed: min, max, step.",
        "line 23, explain.ranges.age: 'age' is listed in explain.immutable as well.",
        "line 24, explain.ranges.rank: a range needs min, max or step.",
        "line 26, explain.direction.grade: is 'sideways'. Allowed: 'up' or 'down'.",
    ]


def test_the_table_is_no_part_of_the_digest():
    plain = declared("")
    letter = declared('[explain]\ncontact = "us"\n[explain.ranges]\ngrade = { max = 3 }\nform = ["a", 1]\n')
    assert letter.digest == plain.digest
    assert letter.spec.explain.ranges["form"] == ("a", 1)
    assert letter.spec.explain.says_reach
    assert not plain.spec.explain.says_reach


@pytest.mark.parametrize("wrong", ["explain = 3", "[explain]\nranges = 3", "[explain.ranges]\ngrade = 3"])
def test_other_shapes_are_mistakes_and_no_defect(wrong):
    with pytest.raises(DeclarationError):
        declare(tomllib.loads(wrong + "\n" + AUDIT if wrong.startswith("explain") else AUDIT + wrong))


def test_editors_know_the_table():
    assert "explain" in audit_schema()["properties"]
