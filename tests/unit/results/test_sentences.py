"""A sentence keeps its template apart from its values, so that it can be read in any language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biasaudit.results import english, sentence, written
from biasaudit.results.sentences import count, in_100, name, number, p_value, term


def test_values_are_written_by_kind():
    message = sentence(
        "{a} {b} {c} {d} {e}", a=name("<b>"), b=count(12345), c=in_100(-0.114, 1), d=number(None), e=p_value(0.00001)
    )
    assert english(message) == "<b> 12,345 −11.4 not known under 0.001"


def test_a_template_must_have_exactly_its_values():
    with pytest.raises(ValueError, match="places"):
        sentence("{a} {b}", a=name("x"))


def test_another_language_translates_template_terms_and_names():
    catalogue = {"{n} of {who} in {where}": "{who} : {n} dans {where}", "the label": "l'étiquette"}
    message = sentence("{n} of {who} in {where}", n=count(3), who=name("women"), where=term("the label"))
    text = written(
        message,
        translate=catalogue.__getitem__,
        name={"women": "femmes"}.__getitem__,
        show=lambda value: str(value.value),
    )
    assert text == "Femmes : 3 dans l'étiquette"


@given(st.floats(-1, 1), st.integers(0, 3))
def test_no_number_is_written_as_minus_zero(value, digits):
    text = english(sentence("{x}", x=in_100(value, digits)))
    assert text.strip("−0.") or "−" not in text
