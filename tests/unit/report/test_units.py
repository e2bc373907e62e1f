"""Whose labels: what is told where not every combination of units was tried."""

import re

import pytest

from biasaudit.report import render_html


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            "With 2 units not every combination of them was tried; for that alone a figure below is off by some 0.2 in 100.",
        ),
        ("fr", "toutes leurs combinaisons n’ont pas été essayées"),
    ],
)
def test_the_error_of_sampling_is_told_where_units_were_sampled(rich, language, said):
    one = rich.trace.attribution[0]
    sampled = one.model_copy(update={"exact": False, "error": 0.002, "units": one.units[:2]})
    trace = rich.trace.model_copy(update={"attribution": (sampled,)})
    pages = [render_html(result, language=language) for result in (rich, rich.model_copy(update={"trace": trace}))]
    texts = [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page)) for page in pages]
    assert said not in texts[0]
    assert said in texts[1]
