"""Pictures: clean inline SVG in one visual language."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biasaudit.report.language import language_named
from biasaudit.report.pictures.look import COLOURS, NARROW, SMALL, WIDE, axis_over
from biasaudit.report.pictures.over_time import Point, over_time_picture
from biasaudit.report.pictures.rows import Block, Mark, Row, rows_picture
from biasaudit.report.pictures.scatter import Feature, scatter_picture
from biasaudit.report.pictures.svg import cleaned
from biasaudit.report.pictures.waterfall import Bar, Fall, waterfall_picture

ENGLISH = language_named("en")
NASTY = '<script>alert(1)</script> & "quotes" \u202e'
CANVASES = {"wide": WIDE, "narrow": NARROW, "small": SMALL}


def rows(canvas, name="a"):
    marks = [
        Row(label="reference", figures="27 of 100", marks=(Mark(value=27, low=20, high=35, state="reference"),)),
        Row(
            label=NASTY,
            figures="16 of 100",
            marks=(Mark(value=16, low=11, high=24, state="exceeds"),),
            step="−11",
            band=(20, 30),
        ),
        Row(label="few", figures="2 of 10", marks=(Mark(value=20, low=None, high=51, state="cannot_tell"),)),
        Row(label="none", figures="0", marks=(Mark(value=None, low=None, high=None, state="cannot_tell"),)),
    ]
    block = Block(rows=tuple(marks), title=NASTY, line=27, line_label=NASTY, band=(22, 32))
    return rows_picture([block, block], canvas, ENGLISH, name=name, unit=NASTY, from_zero=True)


def fall(canvas, name="a"):
    bars = (
        Bar(label=NASTY, figures="−0.1", start=0, end=-0.1, low=-0.12, high=-0.08),
        Bar(label="b", figures="+0.02", start=-0.1, end=-0.08),
    )
    whole = Fall(start_label="from", end_label="to", total=-0.08, total_figures="−0.08", bars=bars)
    return waterfall_picture(whole, canvas, ENGLISH, name=name, unit=NASTY)


def scatter(canvas, name="a"):
    features = [
        Feature(label=NASTY, strength=0.8, strength_low=0.7, strength_high=0.9, size=0.1, size_low=0.05, size_high=0.2),
        Feature(
            label="b", strength=0.8, strength_low=None, strength_high=None, size=0.1, size_low=None, size_high=None
        ),
    ]
    return scatter_picture(features, canvas, ENGLISH, name=name, across=NASTY, up=NASTY)


def time(canvas, name="a"):
    points = [
        Point(label=NASTY, rate=10, low=5, high=15, reference=20, reference_low=18, reference_high=25, state="within"),
        Point(
            label="later",
            rate=None,
            low=None,
            high=None,
            reference=20,
            reference_low=18,
            reference_high=25,
            state="within",
        ),
        Point(label="last", rate=11, low=5, high=15, reference=12, reference_low=8, reference_high=25, state="within"),
    ]
    return over_time_picture(points, canvas, ENGLISH, name=name, up=NASTY, group=NASTY, reference="r")


PICTURES = {"rows": rows, "waterfall": fall, "scatter": scatter, "time": time}
each = pytest.mark.parametrize("draw", PICTURES.values(), ids=PICTURES)
everywhere = pytest.mark.parametrize("canvas", CANVASES.values(), ids=CANVASES)


@each
@everywhere
def test_picture_holds_only_still_elements_in_known_colours(draw, canvas):
    root = ET.fromstring(draw(canvas))
    elements = list(root.iter())
    assert {element.tag for element in elements} <= {"svg", "g", "path", "line", "rect", "text", "tspan"}
    for element in elements:
        assert not any(
            key.startswith("on") or key in ("style", "href", "class", "aria-label") for key in element.attrib
        )
        for key in ("fill", "stroke"):
            assert element.get(key, "none") in {"none", *COLOURS.values()}
    assert root.get("viewBox").split()[2] == str(canvas.width)


@each
def test_picture_shows_hostile_words_as_text(draw):
    text = "".join(ET.fromstring(draw(WIDE)).itertext())
    assert "<script>" in text
    assert "alert" in text


@each
def test_same_picture_gives_the_same_bytes(draw):
    assert draw(NARROW) == draw(NARROW)


@everywhere
def test_marks_of_every_state_differ_in_shape_or_filling(canvas):
    shapes = re.findall(r'<path transform="[^"]*" d="([^"]*)" fill="([^"]*)"', rows(canvas))
    looks = {(re.sub(r"[-\d.]+", "", path), fill) for path, fill in shapes}
    assert len(looks) == 3


@each
def test_numbers_are_finite(draw):
    assert not re.search(r"\b(NaN|Infinity|undefined|null)\b", draw(SMALL))


def test_nothing_active_survives_cleaning():
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><defs><clipPath id="clip7">'
        '<rect width="1.23456" onclick="x()"/></clipPath></defs><script>x()</script><g clip-path="url(#clip7)">'
        '<a href="https://example.org"><text style="x">kept out</text></a><image href="x"/><foreignObject/></g></svg>'
    )
    text = cleaned(svg, name="n", width=10, height=20)
    assert "script" not in text
    assert "href" not in text
    assert "onclick" not in text
    assert 'id="n-0"' in text
    assert 'clip-path="url(#n-0)"' in text
    assert 'width="1.23"' in text


finite = st.floats(min_value=-1e6, max_value=1e6, allow_nan=False)


@given(st.lists(finite, min_size=1, max_size=8), st.integers(min_value=3, max_value=7), st.booleans(), st.booleans())
def test_axis_holds_its_numbers_between_even_ticks(numbers, wanted, from_zero, is_signed):
    axis = axis_over(numbers, wanted=wanted, from_zero=from_zero, is_signed=is_signed)
    slack = 1e-6 * max(1.0, *(abs(number) for number in numbers))
    assert axis.low - slack <= min(numbers)
    assert axis.high + slack >= max(numbers)
    assert 2 <= len(axis.ticks) <= wanted + 3
    assert len({axis.label(tick, ENGLISH) for tick in axis.ticks}) == len(axis.ticks)


def test_a_scatter_shows_how_far_chance_reaches_and_what_the_model_does_not_read():
    read = Feature(
        label="read", strength=0.8, strength_low=None, strength_high=None, size=0.1, size_low=None, size_high=None
    )
    not_read = Feature(
        label="low", strength=0.3, strength_low=None, strength_high=None, size=0.0, size_low=None, size_high=None,
        is_input=False,
    )  # fmt: skip
    plain = scatter_picture([read], WIDE, ENGLISH, name="a", across="across", up="up")
    shown = scatter_picture([read, not_read], WIDE, ENGLISH, name="a", across="across", up="up", chance=0.2)
    below = scatter_picture([read, not_read], WIDE, ENGLISH, name="a", across="across", up="up", chance=-0.1)
    # Every mark of a scatter is a point: one full, one hollow; and one box, up to where chance reaches.
    assert (plain.count(COLOURS["band"]), shown.count(COLOURS["band"]), below.count(COLOURS["band"])) == (0, 1, 0)
    assert f'fill="{COLOURS["paper"]}"' not in plain
    assert shown.count(f'fill="{COLOURS["paper"]}"') == 1
    assert ">low<" in shown
