"""The rates of a group and its reference, period by period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from biasaudit.report.language import Language
from biasaudit.report.pictures.look import (
    ACCENT,
    FOOT,
    INK,
    QUIET,
    REFERENCE,
    RULE,
    WARM,
    Axis,
    Canvas,
    State,
    axis_over,
)
from biasaudit.report.pictures.marks import Ground, dots, drawn, lines, texts
from biasaudit.report.readable import width, wrapped

_LEFT, _HEAD, _HEIGHT = 44, 30, 260
#: Pixels by which the two groups of a period stand apart, so that intervals do not hide each other.
_APART = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """One period: both rates with their intervals, in 100."""

    label: str
    rate: float | None
    low: float | None
    high: float | None
    reference: float | None
    reference_low: float | None
    reference_high: float | None
    state: State


def over_time_picture(
    points: Sequence[Point], canvas: Canvas, language: Language, *, name: str, up: str, group: str, reference: str
) -> str:
    """Draw two rates over periods.

    Parameters
    ----------
    points : sequence of Point
        In their order.
    canvas : Canvas
        Where to draw.
    language : Language
        For the numbers of the axis.
    name : str
        Unlike that of any other picture of the page.
    up, group, reference : str
        What the upright axis says, and whose lines they are.
    """
    right = 120 if not canvas.is_stacked else 12
    own = Canvas(width=canvas.width, left=_LEFT, right=right, pitch=0, size=canvas.size, is_stacked=canvas.is_stacked)
    numbers: list[float | None] = []
    for point in points:
        numbers += [point.low, point.high, point.rate, point.reference, point.reference_low, point.reference_high]
    upright = axis_over(numbers, wanted=4, from_zero=True)
    axis = Axis(low=-0.5, high=len(points) - 0.5, ticks=(), digits=0)
    ground = Ground(axis=axis, canvas=own, height=_HEIGHT)
    bottom = _HEIGHT - FOOT

    def level(rate: float) -> float:
        return bottom - (rate - upright.low) / (upright.high - upright.low) * (bottom - _HEAD)

    levels = [{"x": axis.low, "x2": axis.high, "y": level(tick), "y2": level(tick)} for tick in upright.ticks]
    marks = [{"y": level(tick), "text": upright.label(tick, language)} for tick in upright.ticks]
    layers = [
        lines(ground, levels, stroke=RULE),
        texts(ground, marks, size=own.size - 1, fill=QUIET, align="right", at=-8),
        texts(ground, [{"y": 10, "text": up}], size=own.size - 1, fill=QUIET, at=-_LEFT),
        texts(ground, _periods(points, own, bottom), size=own.size - 1, fill=QUIET, align="center"),
        *_series(points, ground, level),
        *_names(points, ground, level, group=group, reference=reference),
    ]
    return drawn(layers, ground, name=name)


def _periods(points: Sequence[Point], canvas: Canvas, bottom: float) -> list[dict[str, Any]]:
    """Write as many period names as there is room for."""
    widest = max((width(point.label, canvas.size - 1) for point in points), default=1.0) + 12
    every = max(1, -(-int(widest * len(points)) // canvas.track))
    return [{"x": at, "y": bottom + 14, "text": point.label} for at, point in enumerate(points) if at % every == 0]


def _series(points: Sequence[Point], ground: Ground, level: Any) -> list[Any]:
    shift = _APART / ground.canvas.track * (ground.axis.high - ground.axis.low)
    joins: dict[str, list[dict[str, Any]]] = {"own": [], "reference": []}
    bars: dict[str, list[dict[str, Any]]] = {"within": [], "exceeds": [], "cannot_tell": [], "reference": []}
    marks = []
    before: dict[str, tuple[float, float]] = {}
    for at, point in enumerate(points):
        own = ("own", at + shift, point.rate, point.low, point.high, point.state)
        other = ("reference", at - shift, point.reference, point.reference_low, point.reference_high, "reference")
        for series, x, rate, low, high, state in (other, own):
            if rate is None:
                continue
            if series in before:
                joins[series].append({"x": before[series][0], "y": before[series][1], "x2": x, "y2": level(rate)})
            before[series] = (x, level(rate))
            if low is not None and high is not None:
                bars[str(state)].append({"x": x, "x2": x, "y": level(low), "y2": level(high)})
            marks.append({"x": x, "y": level(rate), "state": state})
    colours = {"within": ACCENT, "exceeds": WARM, "cannot_tell": ACCENT, "reference": REFERENCE}
    return [
        lines(ground, joins["reference"], stroke=REFERENCE, thick=1, dash=(2, 3)),
        lines(ground, joins["own"], stroke=ACCENT, thick=1),
        *(lines(ground, rows, stroke=colours[state], thick=1.6) for state, rows in bars.items()),
        dots(ground, marks),
    ]


def _names(points: Sequence[Point], ground: Ground, level: Any, *, group: str, reference: str) -> list[Any]:
    """Name the two lines at their ends; on a narrow canvas the legend under the picture does."""
    last = points[-1] if points else None
    if ground.canvas.is_stacked or last is None or last.rate is None or last.reference is None:
        return []
    ends = [(level(last.rate), group, INK), (level(last.reference), reference, QUIET)]
    room, size = 32.0, ground.canvas.size
    middle, apart = (ends[0][0] + ends[1][0]) / 2, abs(ends[0][0] - ends[1][0])
    if apart < room:
        ends = [(middle + (room / 2 if y >= ends[1][0] else -room / 2), text, fill) for y, text, fill in ends]
    return [
        texts(
            ground,
            [{"y": y, "text": "\n".join(wrapped(text, ground.canvas.right - 14, size, lines=2))}],
            size=size,
            fill=fill,
            at=ground.canvas.track + 4,
        )
        for y, text, fill in ends
    ]
