"""Dots and intervals in rows on one common axis: people, stages, strata and units are all drawn so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from biasaudit.report.language import Language
from biasaudit.report.pictures.look import (
    ACCENT,
    BAND,
    FOOT,
    INK,
    QUIET,
    REFERENCE,
    WARM,
    Axis,
    Canvas,
    State,
    axis_fitting,
)
from biasaudit.report.pictures.marks import Ground, boxes, dots, drawn, grid, lines, texts
from biasaudit.report.readable import cut, width, wrapped

#: Room over the first row of a block, for its title and the name of its reference line.
_HEAD = 26
#: Lines under a row's label baseline on a stacked canvas, in pixels.
_STACKED_DROP = 24
#: Dots, unlike bars, need no zero: the axis leaves it out where all lie beyond this share of the largest.
_FAR_FROM_ZERO = 0.45
_GAP_BETWEEN_BLOCKS = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """One dot with its interval.

    Attributes
    ----------
    value, low, high : float or None
        On the axis; nothing is drawn where value is None.
    state : str
        Its look.
    drop : float
        Pixels under the middle of its row, so that intervals of one row do not hide each other.
    """

    value: float | None
    low: float | None
    high: float | None
    state: State
    drop: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A row: who, where on the axis, and the figures at its end.

    Attributes
    ----------
    label, figures : str
        At its two ends.
    marks : tuple of Mark
        Several are joined by a thin line.
    step : str
        Written on the way from the row before; empty where rows are not steps of one way.
    band : (float, float) or None
        Where the mark would lie by chance.
    """

    label: str
    figures: str
    marks: tuple[Mark, ...]
    step: str = ""
    band: tuple[float, float] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """Rows that belong together, and what they are held against.

    Attributes
    ----------
    rows : tuple of Row
        From the top.
    title, line_label : str
        Over the block, and over its line.
    line : float or None
        Where the reference stands.
    band : (float, float) or None
        What is tolerated around it.
    """

    rows: tuple[Row, ...]
    title: str = ""
    line: float | None = None
    line_label: str = ""
    band: tuple[float, float] | None = None


@dataclass(kw_only=True, slots=True)
class _Laid:
    """Marks placed in pixels, collected block by block."""

    canvas: Canvas
    axis: Axis
    pitch: float = 0.0
    labels: list[dict[str, Any]] = field(default_factory=list)
    figures: list[dict[str, Any]] = field(default_factory=list)
    titles: list[dict[str, Any]] = field(default_factory=list)
    line_labels: list[dict[str, Any]] = field(default_factory=list)
    bands: list[dict[str, Any]] = field(default_factory=list)
    references: list[dict[str, Any]] = field(default_factory=list)
    joins: list[dict[str, Any]] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    intervals: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    dots: list[dict[str, Any]] = field(default_factory=list)


def rows_axis(blocks: Sequence[Block], canvas: Canvas, language: Language, *, from_zero: bool, is_signed: bool) -> Axis:
    """Choose the axis that holds all marks, lines and bands of some blocks."""
    numbers: list[float | None] = []
    for block in blocks:
        numbers += [block.line, *(block.band or ())]
        for row in block.rows:
            numbers += [*(row.band or ())]
            for mark in row.marks:
                numbers += [mark.value, mark.low, mark.high]
    known = [number for number in numbers if number is not None]
    from_zero = from_zero and bool(known) and min(known) < max(known) * _FAR_FROM_ZERO
    return axis_fitting(numbers, canvas, language, from_zero=from_zero, is_signed=is_signed)


def rows_picture(
    blocks: Sequence[Block],
    canvas: Canvas,
    language: Language,
    *,
    name: str,
    unit: str,
    from_zero: bool = False,
    is_signed: bool = False,
) -> str:
    """Draw blocks of rows.

    Parameters
    ----------
    blocks : sequence of Block
        From the top.
    canvas : Canvas
        Where to draw.
    language : Language
        For the numbers of the axis.
    name : str
        Unlike that of any other picture of the page.
    unit : str
        What the axis counts.
    from_zero, is_signed : bool
        Whether the axis begins at zero, and whether its numbers bear signs.
    """
    rows = [row for block in blocks for row in block.rows]
    canvas = canvas.fitted(
        [*(row.label for row in rows), *(block.title for block in blocks)], [row.figures for row in rows]
    )
    axis = rows_axis(blocks, canvas, language, from_zero=from_zero, is_signed=is_signed)
    laid, top = _Laid(canvas=canvas, axis=axis), 4.0
    first = top + (_HEAD if blocks and (blocks[0].title or blocks[0].line_label) else 0)
    for block in blocks:
        top = _lay(laid, block, top) + _GAP_BETWEEN_BLOCKS
    ground = Ground(axis=axis, canvas=canvas, height=top - _GAP_BETWEEN_BLOCKS + FOOT)
    return drawn(_layers(laid, ground, language, first=first, unit=unit), ground, name=name)


def _layers(laid: _Laid, ground: Ground, language: Language, *, first: float, unit: str) -> list[Any]:
    size, canvas = ground.canvas.size, ground.canvas
    end = canvas.track + (0 if canvas.is_stacked else canvas.right)
    colours = {"exceeds": WARM, "within": ACCENT, "cannot_tell": ACCENT, "reference": REFERENCE}
    return [
        boxes(ground, laid.bands, fill=BAND),
        *grid(ground, language, top=first, unit=unit),
        lines(ground, laid.references, stroke=REFERENCE, thick=1.5),
        lines(ground, laid.joins, stroke=QUIET, thick=1),
        *(
            lines(ground, rows, stroke=colours[state], thick=2, dash=(4, 3) if state == "cannot_tell" else ())
            for state, rows in laid.intervals.items()
        ),
        dots(ground, laid.dots),
        texts(ground, laid.titles, size=size, fill=INK, weight="bold", at=-canvas.left if not canvas.is_stacked else 0),
        texts(ground, [row for row in laid.line_labels if row["align"] == "left"], size=size - 1, fill=QUIET),
        texts(
            ground,
            [row for row in laid.line_labels if row["align"] == "right"],
            size=size - 1,
            fill=QUIET,
            align="right",
        ),
        texts(ground, laid.labels, size=size, at=0 if canvas.is_stacked else -canvas.left),
        texts(ground, laid.figures, size=size, fill=QUIET, align="right", at=end),
        texts(ground, laid.steps, size=size - 1, fill=QUIET),
    ]


def _lay(laid: _Laid, block: Block, top: float) -> float:
    """Place one block and give where it ends."""
    canvas, axis = laid.canvas, laid.axis
    start = top + (_HEAD if block.title or block.line_label else 0)
    # A way from stage to stage needs room between its rows for what each step added.
    pitch = laid.pitch = canvas.pitch + (16 if any(row.step for row in block.rows) else 0)
    if block.title:
        laid.titles.append({"y": top + 9, "text": block.title})
    bottom = start + pitch * len(block.rows)
    if block.line is not None:
        laid.references.append({"x": block.line, "x2": block.line, "y": start - 4, "y2": bottom})
        _lay_line_label(laid, block, y=start - 13)
    if block.band is not None:
        laid.bands.append(_box(block.band, axis, start - 4, bottom))
    before: tuple[float, float] | None = None
    for at, row in enumerate(block.rows):
        before = _lay_row(laid, row, start + pitch * at, pitch, before)
    return bottom


def _lay_line_label(laid: _Laid, block: Block, *, y: float) -> None:
    """Write the name of a reference line on the side of it where there is room."""
    if block.line is None or not block.line_label:
        return
    canvas, axis = laid.canvas, laid.axis
    place = (block.line - axis.low) / (axis.high - axis.low) * canvas.track
    room = canvas.track - place + (0 if canvas.is_stacked else canvas.right)
    fits = width(block.line_label, canvas.size - 1) <= room
    laid.line_labels.append({"x": block.line, "y": y, "text": block.line_label, "align": "left" if fits else "right"})


def _box(band: tuple[float, float], axis: Axis, top: float, bottom: float) -> dict[str, Any]:
    return {"x": max(band[0], axis.low), "x2": min(band[1], axis.high), "y": top, "y2": bottom}


def _lay_row(
    laid: _Laid, row: Row, top: float, pitch: float, before: tuple[float, float] | None
) -> tuple[float, float] | None:
    """Place one row, and give where its first mark stands for the next to join."""
    canvas, axis = laid.canvas, laid.axis
    middle = top + (_STACKED_DROP + 8 if canvas.is_stacked else canvas.pitch / 2)
    if pitch > canvas.pitch and not canvas.is_stacked:
        middle = top + canvas.pitch / 2
    _lay_texts(laid, row, top, middle)
    if row.band is not None:
        laid.bands.append(_box(row.band, axis, top, top + pitch))
    shown = [mark for mark in row.marks if mark.value is not None]
    for mark in shown:
        if mark.low is not None or mark.high is not None:
            ends = {
                "x": axis.low if mark.low is None else mark.low,
                "x2": axis.high if mark.high is None else mark.high,
            }
            level = middle + mark.drop
            laid.intervals.setdefault(mark.state, []).append({**ends, "y": level, "y2": level})
        laid.dots.append({"x": mark.value, "y": middle + mark.drop, "state": mark.state})
    if len(shown) > 1:
        ends_of_join = {"y": middle + shown[0].drop, "y2": middle + shown[-1].drop}
        laid.joins.append({"x": shown[0].value, "x2": shown[-1].value, **ends_of_join})
    if not shown or shown[0].value is None:
        return before
    here = (shown[0].value, middle)
    if row.step and before is not None:
        _lay_step(laid, row.step, before, here)
    return here


def _lay_step(laid: _Laid, step: str, before: tuple[float, float], here: tuple[float, float]) -> None:
    """Join two rows of a way, and write on the step what it added."""
    canvas, axis = laid.canvas, laid.axis
    laid.joins.append({"x": before[0], "x2": here[0], "y": before[1] + 7, "y2": here[1] - 7})
    right = max(before[0], here[0])
    place = (right - axis.low) / (axis.high - axis.low) * canvas.track
    fits = place + 12 + width(step, canvas.size - 1) <= canvas.track
    shift = (axis.high - axis.low) / canvas.track * 10
    x = right + shift if fits else min(before[0], here[0]) - shift - width(step, canvas.size - 1) * shift / 10
    laid.steps.append({"x": max(x, axis.low), "y": (before[1] + here[1]) / 2, "text": step})


def _lay_texts(laid: _Laid, row: Row, top: float, middle: float) -> None:
    canvas = laid.canvas
    if canvas.is_stacked:
        room = canvas.track - width(row.figures, canvas.size) - 14
        laid.labels.append({"y": top + 14, "text": cut(row.label, room, canvas.size)})
        laid.figures.append({"y": top + 14, "text": row.figures})
        return
    label = wrapped(row.label, canvas.left - 16, canvas.size, lines=2 if laid.pitch >= canvas.size * 2.3 else 1)
    # Vega centres only the first of several lines on its place.
    laid.labels.append({"y": middle - (len(label) - 1) * canvas.size * 0.6, "text": "\n".join(label)})
    laid.figures.append({"y": middle, "text": row.figures})
