"""Near twins and stand-ins against chance, as a reader meets them."""

import html
import re

import pytest

from biasaudit.report import render_html
from biasaudit.results import Balance, MatchedGap, estimated, undefined

METHOD = "nearest neighbours"


def twin(**changes):
    given = {
        "attribute": "origin",
        "group": "non-European",
        "reference": "European",
        "n": 606,
        "n_group": 590,
        "n_reference": 480,
        "gap": estimated(-0.09, -0.12, -0.06, method=METHOD),
        "rate_group": estimated(0.16, method="mean"),
        "rate_reference": estimated(0.25, method="mean"),
        "p_value": 0.0001,
        "p_adjusted": 0.0002,
        "compared_on": ("a_levels", "o_levels", "school", "essay", "interests", "referee"),
        "left_out": ("origin", "surname"),
        "caliper": 0.25,
        "balance": (
            Balance(feature="a_levels", before=-0.4, after=0.02),
            Balance(feature="school", before=0.1, after=-0.03),
        ),
    }
    return MatchedGap(**{**given, **changes})


def told(result, language="en"):
    """The texts of the two sections, by name."""
    page = render_html(result, language=language)
    texts = {}
    for section in ("flips", "proxies"):
        part = re.search(rf'<section id="{section}">(.*?)</section>', page, re.DOTALL).group(1)
        part = re.sub(r"<(svg|math).*?</\1>", "", part, flags=re.DOTALL)
        plain = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", part)))
        texts[section] = re.sub(r" ([.,:])", r"\1", plain)
    return texts


@pytest.fixture(scope="module")
def held_against(rich):
    """A result with twins of one group, and stand-ins held against chance, one of them no input."""
    band = estimated(0.0, -0.06, 0.08, method="1999 shuffles")
    proxies = tuple(
        one.model_copy(
            update={"chance": band, "p_value": 0.001, "p_adjusted": 0.004, "is_input": one.feature != "surname"}
            | ({"feature": "department"} if one.feature == "surname" else {})
        )
        for one in rich.proxies
    )
    few = undefined("fewer than 10 people of the group have a twin", method=METHOD)
    small = twin(
        attribute="sex",
        group="female",
        reference="male",
        n_group=3,
        gap=few,
        rate_group=few,
        rate_reference=few,
        p_value=None,
        p_adjusted=None,
        balance=(),
    )
    return rich.model_copy(update={"matched": (twin(), small), "proxies": proxies})


def test_twins_and_chance_are_told_in_english(held_against):
    texts = told(held_against)
    text = texts["flips"]
    assert text.index("Suppose that for") < text.index("People with a near twin")
    assert "Of 606 non-European applicants, 590 have a near twin among the European applicants" in text
    assert "essay and 2 more inputs." in text
    assert "16.0 of 100 of them, and 25.0 of 100 of their twins, a difference of −9.0 in 100 (−12.0 to −6.0)." in text
    assert "Over everybody the gap is" in text
    assert "cannot be told, and nothing is said here about people without a twin" in text
    assert "0.40, then 0.03" in text
    assert "The model reads nothing else" not in text
    assert "too few have a near twin among the" in text
    assert "fewer than 10 people of the group have a twin" in text
    text = texts["proxies"]
    assert "that strength rarely exceeds 0.08" in text
    assert "The grey band holds" in text
    assert "not read by the model: it carries nothing of its own" in text
    assert "not an input of the model" in text


def test_twins_and_chance_are_told_in_french(held_against):
    texts = told(held_against, "fr")
    assert "590 ont un quasi-jumeau" in texts["flips"]
    assert "16,0 sur 100 de ces personnes et 25,0 sur 100 de leurs quasi-jumeaux" in texts["flips"]
    assert "2 autres variables" in texts["flips"]
    assert "moins de 10 personnes du groupe ont un quasi-jumeau" in texts["flips"]
    assert "cette force dépasse rarement 0,08" in texts["proxies"]
    assert "La bande grise couvre" in texts["proxies"]


def test_a_model_that_reads_nothing_else_decides_alike_on_exact_twins(rich):
    """And twins are told where there is no flip; and without chance measured, no word of it."""
    one = twin(within=("department",), compared_on=rich.data.features)
    model = rich.model.model_copy(update={"kind": "trained"})
    texts = told(rich.model_copy(update={"matched": (one,), "model": model, "flips": ()}))
    assert "it decides alike on exact twins" in texts["flips"]
    assert "somebody with the same department and nearly like them in" in texts["flips"]
    assert "Suppose that" not in texts["flips"]
    assert "This asks what the model does" not in texts["flips"]
    assert "rarely exceeds" not in texts["proxies"]
    assert "not read by the model" not in texts["proxies"]
