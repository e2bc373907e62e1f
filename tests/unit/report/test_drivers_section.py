"""What a reader is told of drivers: how far they are known, how they move, and what was explained as one."""

import re

import pytest

from biasaudit.report import render_html


def section(result, language):
    page = render_html(result, language=language)
    (found,) = re.findall(r'<section id="drivers">.*?</section>', page, flags=re.DOTALL)
    text = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", found, flags=re.DOTALL)
    return re.sub(r"[ \n]+", " ", text)


def on_decisions(result, **changed):
    """Give the same contributions on the scale of decisions too, a tenth as large on that of scores."""
    (total,) = result.driver_totals
    small = total.model_copy(update={"total": total.total / 10, "sum_of_contributions": total.total / 10})
    moved = total.model_copy(update={"scale": "decision", **changed})
    decided = [driver.model_copy(update={"scale": "decision"}) for driver in result.drivers]
    return result.model_copy(update={"drivers": (*result.drivers, *decided), "driver_totals": (small, moved)})


@pytest.mark.parametrize(
    ("error", "english", "french"),
    [
        (0.0009, "open by 0.1 at most, no more than one hundredth of the gap", "connue à 0,1 près au plus"),
        (0.004, "open by up to 0.4, more than one hundredth of the gap", "connues qu’à 0,4 près"),
    ],
)
def test_the_error_of_the_sample_is_told_in_points(results, error, english, french):
    result = on_decisions(results["rich"], sampling_error=error)
    assert english in section(result, "en")
    assert french in section(result, "fr")


def test_no_error_is_told_where_there_is_none(results):
    text = section(on_decisions(results["rich"], sampling_error=None), "en")
    assert "leaves" not in text
    assert "compared with everybody" not in section(on_decisions(results["rich"], sampling_error=0.0), "en")


def test_the_table_says_how_contributions_move_with_the_background(results):
    result = on_decisions(results["rich"])
    text = section(result, "en")
    assert "Moves with whom one compares" in text
    assert text.count("each person was compared with several samples") == 1
    # surname: a spread of 0.061 / 20, in points of 100 people
    row = re.search(r"surname −6\.1 .*? birthplace", text)[0]
    assert row.endswith(" 0.3 birthplace")
    older = result.model_copy(
        update={"drivers": tuple(each.model_copy(update={"spread": None}) for each in result.drivers)}
    )
    assert "Moves with whom" not in section(older, "en")


def test_inputs_explained_as_one_are_named_with_their_columns(results):
    data = results["rich"].data.model_copy(update={"feature_groups": {"marks": ("a_levels", "<b>o_levels</b>")}})
    result = results["rich"].model_copy(update={"data": data})
    page = render_html(result, language="en")
    assert "<b>o_levels" not in page
    assert "Declared to be explained as one: marks ( a_levels , &lt;b&gt;o_levels&lt;/b&gt; )." in section(result, "en")


def test_scores_beside_decisions_have_the_decimals_of_their_size(results):
    result = on_decisions(results["rich"])
    points = result.model_copy(
        update={
            "driver_totals": tuple(
                total.model_copy(update={"total": 4.26}) if total.scale == "score" else total
                for total in result.driver_totals
            )
        }
    )
    assert "+4.26" in section(points, "en")
