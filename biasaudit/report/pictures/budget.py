"""A gap against how many items are labelled again: the list's order, and as many drawn at random."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from biasaudit.report.language import Language
from biasaudit.report.pictures.look import (
    ACCENT,
    BAND,
    FOOT,
    INK,
    QUIET,
    REFERENCE,
    RULE,
    Canvas,
    axis_fitting,
    axis_over,
)
from biasaudit.report.pictures.marks import Ground, Layer, dots, drawn, lines, poured, texts
from biasaudit.report.readable import wrapped

_LEFT, _HEAD, _HEIGHT = 48, 30, 270
#: Room that the names of two lines need between them, in pixels.
_ROOM = 32.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """So many items, and both gaps with their intervals, in 100."""

    items: int
    gap: float
    low: float | None
    high: float | None
    random: float
    random_low: float | None
    random_high: float | None


def budget_picture(
    steps: Sequence[Step], canvas: Canvas, language: Language, *, name: str, up: str, across: str, own: str, other: str
) -> str:
    """Draw a budget curve.

    Parameters
    ----------
    steps : sequence of Step
        Rising, the first with no item.
    canvas : Canvas
        Where to draw.
    language : Language
        For the numbers of the axes.
    name : str
        Unlike that of any other picture of the page.
    up, across : str
        What the two axes count.
    own, other : str
        Names of the two lines.
    """
    right = 130 if not canvas.is_stacked else 14
    frame = Canvas(width=canvas.width, left=_LEFT, right=right, pitch=0, size=canvas.size, is_stacked=canvas.is_stacked)
    numbers: list[float | None] = []
    for step in steps:
        numbers += [step.gap, step.low, step.high, step.random, step.random_low, step.random_high]
    upright = axis_over(numbers, wanted=4, is_signed=True)
    axis = axis_fitting([0.0, float(steps[-1].items)], frame, language, from_zero=True)
    ground = Ground(axis=axis, canvas=frame, height=_HEIGHT)
    bottom, size = _HEIGHT - FOOT, frame.size - 1

    def level(gap: float) -> float:
        return bottom - (gap - upright.low) / (upright.high - upright.low) * (bottom - _HEAD)

    ends = {"x": axis.low, "x2": axis.high}
    ruled = [{**ends, "y": level(tick), "y2": level(tick)} for tick in upright.ticks if tick]
    marks = [{"y": level(tick), "text": upright.label(tick, language)} for tick in upright.ticks]
    counts = [{"x": tick, "y": bottom + 12, "text": axis.label(tick, language)} for tick in axis.ticks]
    layers: list[Layer | None] = [
        poured(ground, _area(), _band(steps, level)),
        lines(ground, ruled, stroke=RULE),
        lines(ground, [{**ends, "y": level(0.0), "y2": level(0.0)}], stroke=INK),
        texts(ground, marks, size=size, fill=QUIET, align="right", at=-8),
        texts(ground, [{"y": 10, "text": up}], size=size, fill=QUIET, at=-_LEFT),
        texts(ground, counts, size=size, fill=QUIET, align="center"),
        texts(ground, [{"y": bottom + 30, "text": across}], size=size, fill=QUIET, at=0),
        *_curves(steps, ground, level),
        *_names(steps, ground, level, own=own, other=other),
    ]
    return drawn(layers, ground, name=name)


def _band(steps: Sequence[Step], level: Callable[[float], float]) -> list[dict[str, Any]]:
    return [
        {"x": step.items, "y": level(step.random_high), "y2": level(step.random_low)}
        for step in steps
        if step.random_low is not None and step.random_high is not None
    ]


def _curves(steps: Sequence[Step], ground: Ground, level: Callable[[float], float]) -> list[Layer | None]:
    pairs = list(pairwise(steps))
    own = [{"x": one.items, "x2": two.items, "y": level(one.gap), "y2": level(two.gap)} for one, two in pairs]
    other = [{"x": one.items, "x2": two.items, "y": level(one.random), "y2": level(two.random)} for one, two in pairs]
    bars = [
        {"x": step.items, "x2": step.items, "y": level(step.low), "y2": level(step.high)}
        for step in steps
        if step.low is not None and step.high is not None
    ]
    marks = [{"x": step.items, "y": level(step.random), "state": "reference"} for step in steps[1:]]
    marks += [{"x": step.items, "y": level(step.gap), "state": "within"} for step in steps]
    return [
        lines(ground, other, stroke=REFERENCE, thick=1, dash=(2, 3)),
        lines(ground, own, stroke=ACCENT, thick=1.4),
        lines(ground, bars, stroke=ACCENT, thick=1.4),
        dots(ground, marks),
    ]


def _names(
    steps: Sequence[Step], ground: Ground, level: Callable[[float], float], *, own: str, other: str
) -> list[Layer | None]:
    """Name the two lines at their ends; on a narrow canvas the legend under the picture does."""
    if ground.canvas.is_stacked:
        return []
    ends = [level(steps[-1].gap), level(steps[-1].random)]
    if abs(ends[0] - ends[1]) < _ROOM:
        middle, way = sum(ends) / 2, 1 if ends[0] >= ends[1] else -1
        ends = [middle + way * _ROOM / 2, middle - way * _ROOM / 2]
    right, size = ground.canvas.right - 18, ground.canvas.size
    return [
        texts(
            ground,
            [{"y": y, "text": "\n".join(wrapped(text, right, size, lines=2))}],
            size=size,
            fill=fill,
            at=ground.canvas.track + 10,
        )
        for y, text, fill in ((ends[0], own, INK), (ends[1], other, QUIET))
    ]


@cache
def _area() -> str:
    import altair as alt

    plain = alt.Scale(nice=False, zero=False)
    chart = (
        alt.Chart(alt.NamedData("rows"))
        .mark_area(fill=BAND)
        .encode(
            alt.X(field="x", type="quantitative", axis=None, scale=plain),
            alt.Y(field="y", type="quantitative", axis=None, scale=plain),
            alt.Y2(field="y2"),
        )
    )
    spec = chart.to_dict(validate=False)
    return json.dumps({"mark": spec["mark"], "encoding": spec["encoding"]})
