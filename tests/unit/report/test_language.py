"""Numbers, dates, lists and own words of a language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biasaudit.report.language import language_named, language_of
from biasaudit.results import estimated

ENGLISH, FRENCH = language_named("en"), language_named("fr")


@pytest.mark.parametrize(
    ("number", "digits", "english", "french"),
    [
        (1234.5, 1, "1,234.5", "1\u202f234,5"),
        (-0.004, 2, "0.00", "0,00"),
        (-3.25, 2, "−3.25", "−3,25"),
        (None, 2, "–", "–"),
    ],
)
def test_numbers_are_written_as_each_language_writes_them(number, digits, english, french):
    assert ENGLISH.number(number, digits) == english
    assert FRENCH.number(number, digits) == french


def test_shares_are_read_as_so_many_in_100():
    assert ENGLISH.in_100(0.1625) == "16"
    assert FRENCH.signed_in_100(0.05) == "+5,0"
    assert FRENCH.percent(0.52) == "52\u202f%"


def test_intervals_say_where_they_have_no_bound():
    assert ENGLISH.interval(estimated(0.5, 0.4, 0.6, method="m"), scale=100, digits=0) == "40 to 60"
    assert ENGLISH.interval(estimated(2.0, 1.0, float("inf"), method="m")) == "at least 1.00"
    assert FRENCH.interval(estimated(0.5, 0.4, 0.6, method="m"), scale=100, digits=0) == "40 à 60"
    assert ENGLISH.interval(estimated(0.5, method="m")) == ""


def test_p_values_are_never_written_as_zero():
    assert ENGLISH.p_value(1e-9) == "under 0.001"
    assert FRENCH.p_value(1e-9) == "moins de 0,001"
    assert ENGLISH.p_value(None) == "–"


def test_dates_and_lists():
    assert ENGLISH.date("2026-03-02T09:15:00+00:00") == "2 March 2026"
    assert FRENCH.date("2026-03-02T09:15:00+00:00") == "2 mars 2026"
    assert ENGLISH.date("yesterday\x00") == "yesterday�"
    assert FRENCH.listed(["a", "b", "c"]) == "a, b et c"


def test_own_words_are_translated_in_intersections_too(rich):
    language = language_of(rich, "fr")
    assert language.own("female") == "femmes"
    assert language.own("female x non-European") == "femmes × au nom non européen"
    assert language.own("(not recorded)") == "(non renseigné)"
    assert language_of(rich, "en").own("female x non-European") == "female × non-European"


@given(st.floats(min_value=-1e6, max_value=1e6), st.integers(min_value=0, max_value=4))
def test_both_languages_write_the_same_digits(number, digits):
    def digits_of(text):
        return [character for character in text if character.isdigit()]

    assert digits_of(ENGLISH.number(number, digits)) == digits_of(FRENCH.number(number, digits))
    assert not ENGLISH.number(number, digits).startswith("−0.0000")
