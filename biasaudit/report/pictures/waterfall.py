"""What pulls two groups apart: from the mean score of the reference, bar by bar, to that of the group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from biasaudit.report.language import Language
from biasaudit.report.pictures.look import ACCENT, FOOT, INK, PAPER, QUIET, REFERENCE, Axis, Canvas, axis_fitting
from biasaudit.report.pictures.marks import Ground, boxes, dots, drawn, grid, lines, texts
from biasaudit.report.readable import width, wrapped

#: Features named one by one; the others are one bar.
MOST_NAMED = 8
#: Half the height of a bar.
_HALF = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """One feature: what it adds, from where to where, and between which ends it may lie."""

    label: str
    figures: str
    start: float
    end: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Fall:
    """A whole waterfall.

    Attributes
    ----------
    start_label, end_label : str
        Names of the two rows between which the bars stand.
    total : float
        Where it ends; it starts at zero.
    total_figures : str
        The total as written.
    bars : tuple of Bar
        From the top.
    """

    start_label: str
    end_label: str
    total: float
    total_figures: str
    bars: tuple[Bar, ...]


def waterfall_picture(fall: Fall, canvas: Canvas, language: Language, *, name: str, unit: str) -> str:
    """Draw a waterfall.

    Parameters
    ----------
    fall : Fall
        What to draw.
    canvas : Canvas
        Where to draw.
    language : Language
        For the numbers of the axis.
    name : str
        Unlike that of any other picture of the page.
    unit : str
        What the axis counts.
    """
    labels = [fall.start_label, *(bar.label for bar in fall.bars), fall.end_label]
    figures = ["", *(bar.figures for bar in fall.bars), fall.total_figures]
    canvas = canvas.fitted(labels, figures)
    numbers: list[float | None] = [0.0, fall.total]
    for bar in fall.bars:
        numbers += [bar.start, bar.end, bar.low, bar.high]
    axis = axis_fitting(numbers, canvas, language, is_signed=True)
    rows = len(fall.bars) + 2
    ground = Ground(axis=axis, canvas=canvas, height=8 + canvas.pitch * rows + FOOT)
    middles = [8 + canvas.pitch * at + (30 if canvas.is_stacked else canvas.pitch / 2) for at in range(rows)]
    written = _texts(labels, figures, middles, ground)
    layers = [*grid(ground, language, top=4, unit=unit), *_bars(fall, middles, ground, axis), *written]
    return drawn(layers, ground, name=name)


def _bars(fall: Fall, middles: Sequence[float], ground: Ground, axis: Axis) -> list[Any]:
    widening: list[dict[str, float]] = []
    narrowing: list[dict[str, float]] = []
    intervals = []
    ends = [0.0, *(bar.end for bar in fall.bars), fall.total]
    for at, bar in enumerate(fall.bars):
        y = middles[at + 1]
        box = {"x": min(bar.start, bar.end), "x2": max(bar.start, bar.end), "y": y - _HALF, "y2": y + _HALF}
        (widening if (bar.end - bar.start) * fall.total >= 0 else narrowing).append(box)
        if bar.low is not None and bar.high is not None:
            intervals.append({"x": bar.low, "x2": bar.high, "y": y, "y2": y})
    joins = [
        {"x": ends[at], "x2": ends[at], "y": middles[at] + _HALF, "y2": middles[at + 1] - _HALF}
        for at in range(len(middles) - 1)
    ]
    last = len(middles) - 1
    points = [
        {"x": 0.0, "y": middles[0], "state": "reference"},
        {"x": fall.total, "y": middles[last], "state": "within"},
    ]
    zero = [{"x": 0.0, "x2": 0.0, "y": 4, "y2": ground.height - FOOT}] if axis.low < 0 < axis.high else []
    return [
        lines(ground, zero, stroke=REFERENCE, thick=1.2),
        lines(ground, joins, stroke=QUIET, thick=1),
        boxes(ground, widening, fill=ACCENT, stroke=ACCENT),
        boxes(ground, narrowing, fill=PAPER, stroke=ACCENT),
        lines(ground, intervals, stroke=PAPER, thick=4.5),
        lines(ground, intervals, stroke=INK, thick=1.5),
        dots(ground, points),
    ]


def _texts(labels: Sequence[str], figures: Sequence[str], middles: Sequence[float], ground: Ground) -> list[Any]:
    canvas = ground.canvas
    said, counted = [], []
    for label, figure, middle in zip(labels, figures, middles, strict=True):
        if canvas.is_stacked:
            room = canvas.track - width(figure, canvas.size) - 14
            said.append({"y": middle - 18, "text": wrapped(label, room, canvas.size, lines=1)[0]})
            counted.append({"y": middle - 18, "text": figure})
        else:
            parts = wrapped(label, canvas.left - 16, canvas.size, lines=2)
            said.append({"y": middle - (len(parts) - 1) * canvas.size * 0.6, "text": "\n".join(parts)})
            counted.append({"y": middle, "text": figure})
    end = canvas.track + (0 if canvas.is_stacked else canvas.right)
    return [
        texts(ground, said, size=canvas.size, at=0 if canvas.is_stacked else -canvas.left),
        texts(ground, counted, size=canvas.size, fill=QUIET, align="right", at=end),
    ]
