"""Tables that ask for more than rates: what they allow, and what they say about mistakes."""

import pandas as pd
import pytest

from biasaudit.errors import DeclarationError
from biasaudit.spec import declare

HEAD = {
    "schema": 1,
    "audit": {"name": "t", "title": "T"},
    "data": {},
    "protected": [{"column": "sex"}],
    "model": {"decision": "d"},
}


def _mistakes(**tables):
    with pytest.raises(DeclarationError) as caught:
        declare(HEAD | tables)
    return str(caught.value)


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"quantity": [{"colum": "wage"}]}, "colum"),
        ({"measure": [{"name": "m", "function": "os.system('x')"}]}, "function"),
        ({"measure": [{"name": "m", "function": "nodots"}]}, "function"),
        ({"search": {"columns": []}}, "columns"),
        ({"search": {"columns": ["sex"], "depth": 4}}, "depth"),
        ({"sensitivity": {"label_errors": [0.1, 0.05]}}, "must rise"),
        ({"population": [{"attribute": "six", "group": "f", "share": 0.5}]}, "'sex'"),
        ({"population": [{"attribute": "sex", "group": "f", "share": 1.5}]}, "share"),
        ({"ranking": {"top": [0]}}, "top"),
    ],
)
def test_mistakes_are_told(tables, said):
    assert said in _mistakes(**tables)


def test_defaults():
    spec = declare(HEAD).spec
    assert spec.quantity == spec.stage == spec.measure == spec.population == ()
    assert spec.sensitivity.label_errors == (0.01, 0.05, 0.1)
    assert spec.search is None


def test_named_columns_must_exist_and_are_no_features():
    from biasaudit.data.reading import read_any_frame
    from biasaudit.data.roles import assign_roles

    frame = pd.DataFrame({"sex": ["f", "m"] * 5, "d": [0, 1] * 5, "wage": range(10), "age": range(10), "screen": 1})
    tables = {"quantity": [{"column": "wage"}], "stage": [{"column": "screen"}], "search": {"columns": ["sex", "age"]}}
    table = assign_roles(*_read(frame, declare(HEAD | tables), read_any_frame))
    assert table.features == ("age",)
    wrong = {
        "quantity": [{"column": "wages", "against": "owed"}],
        "classes": {"decision": "k"},
        "stage": [{"column": "s"}],
    }
    with pytest.raises(DeclarationError) as caught:
        assign_roles(*_read(frame, declare(HEAD | wrong), read_any_frame))
    for place in ("quantity[1].column", "quantity[1].against", "classes.decision", "stage[1].column", "'wage'"):
        assert place in str(caught.value)


def _read(frame, declaration, read):
    rows, fingerprint = read(frame)
    return rows, declaration, fingerprint
