"""Lines, boxes, dots and texts of a picture: looks built with Altair once, rows poured into them, drawn by vl-convert."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from biasaudit.report.language import Language
from biasaudit.report.pictures.look import FOOT, INK, MARKS, QUIET, RULE, Axis, Canvas
from biasaudit.report.pictures.svg import cleaned

if TYPE_CHECKING:
    import altair as alt

#: A layer of a picture, as Vega-Lite reads it.
Layer = dict[str, Any]
Align = Literal["left", "center", "right"]
Weight = Literal["normal", "bold"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """What the marks of a picture stand on: its axis, its canvas and its height in pixels."""

    axis: Axis
    canvas: Canvas
    height: float


def lines(
    ground: Ground, rows: list[dict[str, Any]], *, stroke: str, thick: float = 1, dash: tuple[int, ...] = ()
) -> Layer | None:
    """Draw straight lines from (x, y) to (x2, y2)."""
    return poured(ground, _line(stroke, thick, dash), rows)


def boxes(ground: Ground, rows: list[dict[str, Any]], *, fill: str, stroke: str | None = None) -> Layer | None:
    """Draw boxes from (x, y) to (x2, y2)."""
    return poured(ground, _box(fill, stroke), rows)


def dots(ground: Ground, rows: list[dict[str, Any]]) -> Layer | None:
    """Draw one mark a row, in the look of its ``state``."""
    return poured(ground, _dot(), [{**MARKS[row["state"]], "x": row["x"], "y": row["y"]} for row in rows])


def texts(
    ground: Ground,
    rows: list[dict[str, Any]],
    *,
    size: float,
    fill: str = INK,
    align: Align = "left",
    at: float | None = None,
    weight: Weight = "normal",
) -> Layer | None:
    """Write one text a row: at its ``x`` on the axis, or all at the same pixel."""
    return poured(ground, _text(size, fill, align, at, weight), rows)


def poured(ground: Ground, layer: str, rows: list[dict[str, Any]]) -> Layer | None:
    """Pour rows into the look of a layer; None where there is nothing to draw.

    The look of a layer is built with Altair once and kept, for building takes far longer than drawing.
    """
    if not rows:
        return None
    spec: Layer = json.loads(layer)
    spec["data"] = {"values": rows}
    if "x" in spec["encoding"] and "field" in spec["encoding"]["x"]:
        spec["encoding"]["x"]["scale"]["domain"] = [ground.axis.low, ground.axis.high]
    spec["encoding"]["y"]["scale"] |= {"domain": [0, ground.height], "range": [0, ground.height]}
    return spec


def _across() -> alt.X:
    import altair as alt

    return alt.X(field="x", type="quantitative", axis=None, scale=alt.Scale(nice=False, zero=False))


def _down() -> alt.Y:
    import altair as alt

    return alt.Y(field="y", type="quantitative", axis=None, scale=alt.Scale(nice=False, zero=False))


def _kept(chart: alt.Chart) -> str:
    spec = chart.to_dict(validate=False)
    return json.dumps({"mark": spec["mark"], "encoding": spec["encoding"]})


@cache
def _line(stroke: str, thick: float, dash: tuple[int, ...]) -> str:
    import altair as alt

    dashes: dict[str, Any] = {"strokeDash": list(dash)} if dash else {}
    mark = alt.Chart(alt.NamedData("rows")).mark_rule(stroke=stroke, strokeWidth=thick, strokeCap="round", **dashes)
    return _kept(mark.encode(_across(), _down(), alt.X2(field="x2"), alt.Y2(field="y2")))


@cache
def _box(fill: str, stroke: str | None) -> str:
    import altair as alt

    edge: dict[str, Any] = {"stroke": stroke, "strokeWidth": 1.4} if stroke else {}
    mark = alt.Chart(alt.NamedData("rows")).mark_rect(fill=fill, **edge)
    return _kept(mark.encode(_across(), _down(), alt.X2(field="x2"), alt.Y2(field="y2")))


@cache
def _dot() -> str:
    import altair as alt

    return _kept(
        alt.Chart(alt.NamedData("rows"))
        .mark_point(strokeWidth=1.8, opacity=1)
        .encode(
            _across(),
            _down(),
            alt.Shape(field="shape", type="nominal", scale=None),
            alt.Fill(field="fill", type="nominal", scale=None),
            alt.Stroke(field="stroke", type="nominal", scale=None),
            alt.Size(field="size", type="quantitative", scale=None),
        )
    )


@cache
def _text(size: float, fill: str, align: Align, at: float | None, weight: Weight) -> str:
    import altair as alt

    mark = alt.Chart(alt.NamedData("rows")).mark_text(
        align=align,
        baseline="middle",
        fontSize=size,
        fill=fill,
        fontWeight=weight,
        lineBreak="\n",
        lineHeight=size * 1.2,
    )
    across = _across() if at is None else alt.XValue(at)  # type: ignore[no-untyped-call]
    return _kept(mark.encode(across, _down(), alt.Text(field="text", type="nominal")))


def grid(ground: Ground, language: Language, *, top: float, unit: str) -> list[Layer | None]:
    """Draw the rules of a picture down to its foot, and there its numbers and what they count."""
    axis, size, bottom = ground.axis, ground.canvas.size - 1, ground.height - FOOT
    ruled = [{"x": tick, "x2": tick, "y": top, "y2": bottom} for tick in axis.ticks]
    numbers = [{"x": tick, "y": bottom + 12, "text": axis.label(tick, language)} for tick in axis.ticks]
    said = [{"y": bottom + 30, "text": unit}]
    return [
        lines(ground, ruled, stroke=RULE),
        texts(ground, numbers, size=size, fill=QUIET, align="center"),
        texts(ground, said, size=size, fill=QUIET, at=0),
    ]


def drawn(layers: list[Layer | None], ground: Ground, *, name: str) -> str:
    """Turn the layers of a picture into clean inline SVG.

    Parameters
    ----------
    layers : list
        Layers from back to front; None for one without anything to draw.
    ground : Ground
        What they stand on.
    name : str
        Unlike that of any other picture of the page.
    """
    import vl_convert

    canvas = ground.canvas
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": canvas.track,
        "height": ground.height,
        "padding": {"left": canvas.left, "right": canvas.right, "top": 0, "bottom": 0},
        "autosize": {"type": "none"},
        "config": {"background": None, "aria": False, "view": {"stroke": None}},
        "layer": [layer for layer in layers if layer is not None],
    }
    svg = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    return cleaned(svg, name=name, width=canvas.width, height=ground.height)
