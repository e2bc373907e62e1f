"""What changes would have done: the gap across, agreement with an outcome up, one mark a change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from biasaudit.report.language import Language
from biasaudit.report.pictures.look import FOOT, INK, QUIET, REFERENCE, RULE, Canvas, State, axis_over
from biasaudit.report.pictures.marks import Align, Ground, dots, drawn, grid, lines, texts
from biasaudit.report.readable import cut, width

#: Changes named in the picture; the others are marks without a name, and stand in the table.
MOST_NAMED = {False: 9, True: 5}
#: Pixels at each side of the picture, and over it.
_LEFT, _RIGHT, _HEAD = 46, 14, 34
_HEIGHT = {False: 380, True: 350}
#: A name takes at most this share of the width.
_NAME = 0.46
Box = tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One change: the gap and the agreement that would have been, in 100, with their intervals."""

    label: str
    gap: float
    gap_low: float | None
    gap_high: float | None
    agreement: float
    agreement_low: float | None
    agreement_high: float | None
    state: State


def tradeoff_picture(
    changes: Sequence[Change], canvas: Canvas, language: Language, *, name: str, across: str, up: str
) -> str:
    """Draw changes by gap and agreement.

    Parameters
    ----------
    changes : sequence of Change
        The model as it is first, then the most telling.
    canvas : Canvas
        Where to draw.
    language : Language
        For the numbers of the axes.
    name : str
        Unlike that of any other picture of the page.
    across, up : str
        What the two axes say.
    """
    own = Canvas(
        width=canvas.width, left=_LEFT, right=_RIGHT, pitch=canvas.pitch, size=canvas.size, is_stacked=canvas.is_stacked
    )
    wanted = 4 if canvas.is_stacked else 6
    axis = axis_over(
        [end for one in changes for end in (one.gap, one.gap_low, one.gap_high)], wanted=wanted, is_signed=True
    )
    upright = axis_over(
        [end for one in changes for end in (one.agreement, one.agreement_low, one.agreement_high)], wanted=5
    )
    ground = Ground(axis=axis, canvas=own, height=_HEIGHT[canvas.is_stacked])
    bottom = ground.height - FOOT

    def level(agreement: float) -> float:
        return bottom - (agreement - upright.low) / (upright.high - upright.low) * (bottom - _HEAD)

    levels = [{"x": axis.low, "x2": axis.high, "y": level(tick), "y2": level(tick)} for tick in upright.ticks]
    numbers = [{"y": level(tick), "text": upright.label(tick, language)} for tick in upright.ticks]
    layers = [
        *grid(ground, language, top=_HEAD, unit=across),
        lines(ground, levels, stroke=RULE),
        lines(ground, [{"x": 0.0, "x2": 0.0, "y": _HEAD, "y2": bottom}], stroke=INK, dash=(3, 3)),
        texts(ground, numbers, size=own.size - 1, fill=QUIET, align="right", at=-8),
        texts(ground, [{"y": 10, "text": up}], size=own.size - 1, fill=QUIET, at=-_LEFT),
        *_marks(changes, ground, level),
    ]
    return drawn(layers, ground, name=name)


def _marks(changes: Sequence[Change], ground: Ground, level: Callable[[float], float]) -> list[Any]:
    crosses, points = [], []
    for one in changes:
        x, y = one.gap, level(one.agreement)
        if one.gap_low is not None and one.gap_high is not None:
            crosses.append({"x": one.gap_low, "x2": one.gap_high, "y": y, "y2": y})
        if one.agreement_low is not None and one.agreement_high is not None:
            crosses.append({"x": x, "x2": x, "y": level(one.agreement_low), "y2": level(one.agreement_high)})
        points.append({"x": x, "y": y, "state": one.state})
    written = _names(changes, ground, level)
    sides: tuple[Align, Align] = ("left", "right")
    named = [
        texts(ground, [text for text in written if text["align"] == side], size=ground.canvas.size, align=side)
        for side in sides
    ]
    # The model as it is comes last, so that nothing covers it.
    return [lines(ground, crosses, stroke=REFERENCE, thick=0.6), dots(ground, [*points[1:], *points[:1]]), *named]


def _names(changes: Sequence[Change], ground: Ground, level: Callable[[float], float]) -> list[dict[str, Any]]:
    """Write names beside the first marks, where neither a name nor a mark stands in the way."""
    canvas, axis, size = ground.canvas, ground.axis, ground.canvas.size
    per = canvas.track / (axis.high - axis.low)
    places = [((one.gap - axis.low) * per, level(one.agreement)) for one in changes]
    taken: list[Box] = [(x - 6, y - 6, x + 6, y + 6) for x, y in places]
    written: list[dict[str, Any]] = []
    for one, (x, y) in zip(changes, places, strict=True):
        if len(written) == MOST_NAMED[canvas.is_stacked]:
            break
        text = cut(one.label, canvas.track * _NAME, size)
        long = width(text, size)
        for side, drop in (("left", 0), ("right", 0), ("left", -13), ("right", -13), ("left", 14), ("right", 14)):
            start = x + 9 if side == "left" else x - 9 - long
            box = (start, y + drop - size / 2, start + long, y + drop + size / 2)
            inside = box[0] >= 0 and box[2] <= canvas.track + _RIGHT and box[1] > _HEAD - 12
            if inside and box[3] < ground.height - FOOT and not any(_meet(box, each) for each in taken):
                taken.append(box)
                shift = 9 / per * (1 if side == "left" else -1)
                written.append({"x": one.gap + shift, "y": y + drop, "text": text, "align": side})
                break
    return written


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
