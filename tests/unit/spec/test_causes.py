"""Mistakes in a declared graph are told all at once, with their lines and the nearest right names."""

import pytest

from biasaudit.errors import DeclarationError
from biasaudit.spec import audit_schema, read_declaration

HEAD = """schema = 1
[audit]
name = "loans"
title = "Loans"
[data]
path = "loans.csv"
outcome = "granted"
[[protected]]
column = "origin"
[model]
train = "logistic_regression"
"""
GOOD = """[causes]
source = "the literature"
[causes.parents]
income = ["origin", "age"]
granted = ["income", "origin"]
[causes.hidden]
wealth = ["income", "granted"]
[[causes.justified]]
through = "income"
reason = "who earns more can pay back more"
"""


def read(tmp_path, text):
    file = tmp_path / "audit.toml"
    file.write_text(HEAD + text, encoding="utf-8")
    return read_declaration(file).spec


def mistakes(tmp_path, text):
    with pytest.raises(DeclarationError) as caught:
        read(tmp_path, text)
    return caught.value.mistakes


def test_a_graph_is_read(tmp_path):
    causes = read(tmp_path, GOOD).causes
    assert causes.variables == ("origin", "age", "income", "granted")
    assert causes.hidden == {"wealth": ("income", "granted")}
    assert causes.justified[0].through == "income"


def test_everything_wrong_with_names_is_told_with_its_line(tmp_path):
    text = GOOD.replace('through = "income"', 'through = "incme"').replace(
        'wealth = ["income", "granted"]', 'age = ["income"]'
    )
    text += '[[causes.justified]]\npath = ["origin", "granted", "income"]\nreason = "why not"\n'
    said = {mistake.where: mistake for mistake in mistakes(tmp_path, text)}
    assert said["causes.justified[1].through"].nearest == "income"
    assert said["causes.justified[1].through"].line == 20
    problems = [str(mistake) for mistake in mistakes(tmp_path, text)]
    assert any("no arrow from 'granted' to 'income'" in problem for problem in problems)
    assert any("cannot be hidden too" in problem for problem in problems)
    assert any("two variables or more" in problem for problem in problems)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (('granted = ["income", "origin"]', ""), "says nothing about what acts on the decision"),
        (('"origin", "age"', '"age"'), None),
        (('through = "income"', ""), "name either a variable that paths go through, or one path"),
        (('reason = "who earns more can pay back more"', ""), "is missing"),
        (('through = "income"', 'path = ["origin", "granted"]'), "a path leads from a protected column"),
        (('through = "income"', 'through = "granted"'), "paths pass through what lies between"),
    ],
)
def test_a_graph_that_says_too_little_is_refused(tmp_path, change, problem):
    text = GOOD.replace(*change)
    if problem is None:
        assert read(tmp_path, text).causes is not None
        return
    assert any(problem in str(mistake) for mistake in mistakes(tmp_path, text))


def test_a_graph_without_any_protected_column_is_refused(tmp_path):
    text = GOOD.replace('"origin", "age"', '"age"').replace('"income", "origin"', '"income"')
    assert any("names no declared protected column" in str(one) for one in mistakes(tmp_path, text))


def test_wrong_shapes_are_told_by_the_grammar_alone(tmp_path):
    (mistake,) = mistakes(tmp_path, "[causes]\nparents = 3\n")
    assert mistake.where == "causes.parents"


def test_the_schema_knows_the_table():
    assert "CausesSpec" in audit_schema()["$defs"]
