"""A declared graph: boxes of what acts on what, the decision at the right, accepted ways set apart from the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from biasaudit.report.pictures.look import ACCENT, BAND, INK, PAPER, QUIET, REFERENCE, Axis, Canvas
from biasaudit.report.pictures.marks import Ground, boxes, drawn, lines, texts
from biasaudit.report.readable import wrapped

#: Looks of arrows: straight from an attribute, along a way that is not accepted, along accepted ones, beside all ways.
Kind = Literal["direct", "open", "accepted", "beside"]
#: Rows of text in a box, and their height in font sizes.
_MOST_LINES, _LINE = 6, 1.25
#: Room around the text of a box, between rows of boxes, and the length of an arrow's head.
_PAD, _BETWEEN, _HEAD = 6.0, 22.0, 7.0
#: Share of the width that is left to arrows.
_ACROSS, _ACROSS_NARROW = 0.34, 0.2
#: Size of the text where there is little room.
_SMALL_TEXT = 11.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """Variables that stand together: what is written, and where, in columns from the left and rows from the top."""

    label: str
    column: int
    row: int
    is_hidden: bool = False
    is_accepted: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """An arrow from one box to another, by their places in the list."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """A box in pixels."""

    left: float
    right: float
    top: float
    bottom: float
    text: str


def causes_picture(found: Sequence[Box], links: Sequence[Link], canvas: Canvas, *, name: str) -> str:
    """Draw a declared graph.

    Parameters
    ----------
    found : sequence of Box
        Variables, or several that stand alike.
    links : sequence of Link
        Arrows between them.
    canvas : Canvas
        For its width and the size of its text.
    name : str
        Unlike that of any other picture of the page.
    """
    canvas = replace(canvas, size=min(canvas.size, _SMALL_TEXT)) if canvas.is_stacked else canvas
    places = _places(found, canvas)
    height = max(place.bottom for place in places) + _PAD
    ground = Ground(
        axis=Axis(low=0.0, high=float(canvas.width), ticks=(), digits=0),
        canvas=Canvas(width=canvas.width, left=0, right=0, pitch=0, size=canvas.size, is_stacked=False),
        height=height,
    )
    layers: list[Any] = []
    looks: dict[Kind, dict[str, Any]] = {
        "beside": {"stroke": QUIET, "thick": 1.0, "dash": (1, 4)},
        "accepted": {"stroke": REFERENCE, "thick": 1.5, "dash": (6, 4)},
        "open": {"stroke": INK, "thick": 1.5},
        "direct": {"stroke": ACCENT, "thick": 2.6},
    }
    for kind, look in looks.items():
        own = [link for link in links if link.kind == kind]
        shafts = [_shaft(found, places, link) for link in own]
        layers.append(lines(ground, shafts, **look))
        layers.append(lines(ground, [part for shaft in shafts for part in _head(shaft)], **{**look, "dash": ()}))
    for is_accepted, fill in ((False, PAPER), (True, BAND)):
        rows = [
            {"x": place.left, "x2": place.right, "y": place.top, "y2": place.bottom}
            for box, place in zip(found, places, strict=True)
            if box.is_accepted == is_accepted and not box.is_hidden
        ]
        layers.append(boxes(ground, rows, fill=fill, stroke=INK))
    edges = [edge for box, place in zip(found, places, strict=True) if box.is_hidden for edge in _outline(place)]
    layers.append(lines(ground, edges, stroke=QUIET, thick=1.2, dash=(4, 3)))
    said = [
        {"x": (place.left + place.right) / 2, "y": _first_line(place, canvas.size), "text": place.text}
        for place in places
    ]
    layers.append(texts(ground, said, size=canvas.size, align="center"))
    return drawn(layers, ground, name=name)


def _places(found: Sequence[Box], canvas: Canvas) -> list[_Place]:
    """Lay the boxes out: equal columns, rows as high as their highest box."""
    columns = max(box.column for box in found) + 1
    between = _ACROSS_NARROW if canvas.is_stacked else _ACROSS
    gap = canvas.width * between / max(columns - 1, 1)
    wide = (canvas.width - 2 - gap * (columns - 1)) / columns
    written = ["\n".join(wrapped(box.label, wide - 2 * _PAD, canvas.size, lines=_MOST_LINES)) for box in found]
    high = [len(text.split("\n")) * canvas.size * _LINE + 2 * _PAD for text in written]
    tops: dict[int, float] = {}
    top = 2.0
    for row in sorted({box.row for box in found}):
        tops[row] = top
        top += max(tall for box, tall in zip(found, high, strict=True) if box.row == row) + _BETWEEN
    return [
        _Place(
            left=1 + box.column * (wide + gap),
            right=1 + box.column * (wide + gap) + wide,
            top=tops[box.row],
            bottom=tops[box.row] + tall,
            text=text,
        )
        for box, tall, text in zip(found, high, written, strict=True)
    ]


def _shaft(found: Sequence[Box], places: Sequence[_Place], link: Link) -> dict[str, float]:
    """Run an arrow from side to side; within a column, and up to what stands higher at its right, from edge to edge."""
    start, end = places[link.start], places[link.end]
    if found[link.start].column == found[link.end].column:
        is_down = start.top < end.top
        middle = (start.left + start.right) / 2
        return {
            "x": middle,
            "x2": middle,
            "y": start.bottom if is_down else start.top,
            "y2": end.top if is_down else end.bottom,
        }
    is_right = start.left < end.left
    across = (start.right, end.left) if is_right else (start.left, end.right)
    down = ((start.top + start.bottom) / 2, (end.top + end.bottom) / 2)
    if down[0] - down[1] > (end.bottom - end.top) / 2 and is_right:
        # From below an arrow ends at the foot of its box, so that arrows from other rows do not run into one.
        return {"x": across[0], "x2": end.left + (end.right - end.left) * 0.4, "y": down[0], "y2": end.bottom}
    return {"x": across[0], "x2": across[1], "y": down[0], "y2": down[1]}


def _head(shaft: dict[str, float]) -> list[dict[str, float]]:
    """Draw the two strokes of an arrow's head at the end of a shaft."""
    along, down = shaft["x2"] - shaft["x"], shaft["y2"] - shaft["y"]
    length = max((along**2 + down**2) ** 0.5, 1e-9)
    back_x, back_y = along / length * _HEAD, down / length * _HEAD
    return [
        {
            "x": shaft["x2"],
            "y": shaft["y2"],
            "x2": shaft["x2"] - back_x - turn * back_y / 2,
            "y2": shaft["y2"] - back_y + turn * back_x / 2,
        }
        for turn in (-1, 1)
    ]


def _outline(place: _Place) -> list[dict[str, float]]:
    corners = [
        (place.left, place.top),
        (place.right, place.top),
        (place.right, place.bottom),
        (place.left, place.bottom),
    ]
    return [
        {"x": one[0], "y": one[1], "x2": other[0], "y2": other[1]}
        for one, other in zip(corners, corners[1:] + corners[:1], strict=True)
    ]


def _first_line(place: _Place, size: float) -> float:
    """Give where the first line of a box stands, for its text to be in the middle."""
    return (place.top + place.bottom) / 2 - (len(place.text.split("\n")) - 1) * size * 1.2 / 2
