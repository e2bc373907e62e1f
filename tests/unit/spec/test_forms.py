"""What an audit.toml tells a legal form: taken as it stands, and every mistake with its line."""

import pytest

from biasaudit.errors import DeclarationError
from biasaudit.running.manifest import audit_info
from biasaudit.spec import declare, read_declaration

HEAD = """schema = 1
[audit]
name = "t"
title = "T"
[data]
[[protected]]
column = "sex"
[[protected]]
column = "origin"
[groups]
intersections = [["origin", "sex"]]
[model]
decision = "d"
"""


def _mistakes(tmp_path, text):
    file = tmp_path / "audit.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DeclarationError) as caught:
        read_declaration(file)
    return caught.value.mistakes


def test_what_is_declared_reaches_the_result(tmp_path):
    file = tmp_path / "audit.toml"
    law = '[forms.ll144]\nsex = "sex"\nrace = "origin"\nunknown = ["?"]\ndistributed = "2026-01-05"\n'
    file.write_text(HEAD + law, encoding="utf-8")
    declared = audit_info(read_declaration(file).spec).forms.ll144
    assert (declared.sex, declared.race, declared.unknown) == ("sex", "origin", ("?",))
    assert (declared.distributed, declared.rate, declared.small_reason) == ("2026-01-05", "selection", "")


def test_nothing_is_declared_by_default():
    plain = {"schema": 1, "audit": {"name": "t", "title": "T"}, "data": {}, "protected": [{"column": "sex"}]}
    assert audit_info(declare({**plain, "model": {"decision": "d"}}).spec).forms.ll144 is None


@pytest.mark.parametrize(
    ("law", "line", "said"),
    [
        ('sex = "six"', 15, "'six' is not a declared protected column"),
        ('race = "origins"', 15, "'origins' is not"),
        ('rate = "score"', 15, "score"),
        ('sexe = "sex"', 15, "unknown key 'sexe'"),
        ('unknown = "no"', 15, "unknown"),
    ],
)
def test_mistakes_are_told_with_their_lines(tmp_path, law, line, said):
    (mistake,) = _mistakes(tmp_path, f"{HEAD}[forms.ll144]\n{law}\n")
    assert mistake.line == line
    assert said in f"{mistake.where} {mistake.problem}"


def test_the_nearest_name_is_told(tmp_path):
    (mistake,) = _mistakes(tmp_path, f'{HEAD}[forms.ll144]\nsex = "sexx"\n')
    assert mistake.nearest == "sex"


def test_the_third_table_needs_its_intersection(tmp_path):
    text = HEAD.replace('intersections = [["origin", "sex"]]\n', "") + '[forms.ll144]\nsex = "sex"\nrace = "origin"\n'
    (mistake,) = _mistakes(tmp_path, text)
    assert "third table crosses 'sex' and 'origin'" in mistake.problem
    assert mistake.line == 13


def test_a_translation_with_other_places_is_told(tmp_path):
    text = HEAD + '[translations.fr]\n"{n} men" = "{m} hommes"\n"men" = "{hommes}"\n'
    (mistake,) = _mistakes(tmp_path, text)
    assert "'{m} hommes' has other places in braces" in mistake.problem
    assert mistake.allowed == "{n}"
    assert mistake.line == 15
