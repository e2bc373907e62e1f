"""Stand-ins: how well a feature tells the group, against how much of the gap it carries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from biasaudit.report.language import Language
from biasaudit.report.pictures.look import ACCENT, BAND, FOOT, INK, QUIET, RULE, Axis, Canvas, axis_over
from biasaudit.report.pictures.marks import Ground, boxes, dots, drawn, grid, lines, texts
from biasaudit.report.readable import cut, width

#: Features named in the picture; the others are dots, and stand in the table.
MOST_NAMED = 7
#: Pixels at each side of the picture, and over it.
_LEFT, _RIGHT, _HEAD = 58, 14, 34
_HEIGHT = {False: 340, True: 320}


@dataclass(frozen=True, kw_only=True, slots=True)
class Feature:
    """One feature: strength (0 to 1) with its interval, and size of its contribution with its interval."""

    label: str
    strength: float
    strength_low: float | None
    strength_high: float | None
    size: float
    size_low: float | None
    size_high: float | None
    is_input: bool = True


def scatter_picture(
    features: Sequence[Feature],
    canvas: Canvas,
    language: Language,
    *,
    name: str,
    across: str,
    up: str,
    chance: float | None = None,
) -> str:
    """Draw features by strength and influence.

    Parameters
    ----------
    features : sequence of Feature
        The most telling first.
    canvas : Canvas
        Where to draw.
    language : Language
        For the numbers of the axes.
    name : str
        Unlike that of any other picture of the page.
    across, up : str
        What the two axes say.
    chance : float, optional
        Strength up to which chance alone reaches: a band from 0 to there lies behind everything.
    """
    own = Canvas(
        width=canvas.width, left=_LEFT, right=_RIGHT, pitch=canvas.pitch, size=canvas.size, is_stacked=canvas.is_stacked
    )
    axis = Axis(low=0.0, high=1.0, ticks=(0.0, 0.25, 0.5, 0.75, 1.0), digits=2)
    sizes: list[float | None] = [number for feature in features for number in (feature.size, feature.size_high)]
    upright = axis_over(sizes, wanted=4, from_zero=True)
    ground = Ground(axis=axis, canvas=own, height=_HEIGHT[canvas.is_stacked])
    bottom = ground.height - FOOT

    def level(size: float) -> float:
        return bottom - (size - upright.low) / (upright.high - upright.low) * (bottom - _HEAD)

    levels = [{"x": 0.0, "x2": 1.0, "y": level(tick), "y2": level(tick)} for tick in upright.ticks]
    numbers = [{"y": level(tick), "text": upright.label(tick, language)} for tick in upright.ticks]
    reached = [] if chance is None or chance <= 0 else [{"x": 0.0, "x2": min(chance, 1.0), "y": _HEAD, "y2": bottom}]
    layers = [
        boxes(ground, reached, fill=BAND),
        *grid(ground, language, top=_HEAD, unit=across),
        lines(ground, levels, stroke=RULE),
        texts(ground, numbers, size=own.size - 1, fill=QUIET, align="right", at=-8),
        texts(ground, [{"y": 10, "text": up}], size=own.size - 1, fill=QUIET, at=-_LEFT),
        *_marks(features, ground, level),
    ]
    return drawn(layers, ground, name=name)


def _marks(features: Sequence[Feature], ground: Ground, level: Any) -> list[Any]:
    intervals, points = [], []
    for feature in features:
        x, y = feature.strength, level(feature.size)
        if feature.strength_low is not None and feature.strength_high is not None:
            low, high = max(feature.strength_low, 0.0), min(feature.strength_high, 1.0)
            intervals.append({"x": low, "x2": high, "y": y, "y2": y})
        if feature.size_low is not None and feature.size_high is not None:
            intervals.append({"x": x, "x2": x, "y": level(feature.size_low), "y2": level(feature.size_high)})
        points.append({"x": x, "y": y, "state": "within" if feature.is_input else "cannot_tell"})
    written = _labels(features, ground, level)
    return [
        lines(ground, intervals, stroke=ACCENT, thick=1),
        dots(ground, points),
        texts(ground, [text for text in written if text["align"] == "left"], size=ground.canvas.size, fill=INK),
        texts(
            ground,
            [text for text in written if text["align"] == "right"],
            size=ground.canvas.size,
            fill=INK,
            align="right",
        ),
    ]


def _labels(features: Sequence[Feature], ground: Ground, level: Any) -> list[dict[str, Any]]:
    """Name the first features beside their dots, where no earlier name or dot stands in the way."""
    track, size = ground.canvas.track, ground.canvas.size
    taken = [
        (feature.strength * track - 6, level(feature.size) - 6, feature.strength * track + 6, level(feature.size) + 6)
        for feature in features[: MOST_NAMED * 2]
    ]
    written = []
    for feature in features[:MOST_NAMED]:
        text = cut(feature.label, track * 0.55, size)
        long, x, y = width(text, size), feature.strength * track, level(feature.size)
        for side, drop in (("left", -11), ("right", -11), ("left", 12), ("right", 12)):
            start = x + 6 if side == "left" else x - 6 - long
            box = (start, y + drop - size / 2, start + long, y + drop + size / 2)
            if (
                box[0] >= 0
                and box[2] <= track + _RIGHT
                and box[1] > _HEAD - 12
                and box[3] <= ground.height - FOOT
                and not any(_meet(box, each) for each in taken)
            ):
                taken.append(box)
                shift = 6 / track * (1 if side == "left" else -1)
                written.append({"x": feature.strength + shift, "y": y + drop, "text": text, "align": side})
                break
    return written


def _meet(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
