"""The one visual language of all pictures: colours, looks of marks, canvases and axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from biasaudit.report.language import Language
from biasaudit.report.readable import width

#: Colours as drawn; the style sheet gives each name its colour in light, dark and print.
COLOURS = {
    "ink": "#1d1c1a",
    "quiet": "#5c5952",
    "rule": "#dcd8cf",
    "band": "#efece4",
    "accent": "#1f5c80",
    "reference": "#77736a",
    "warm": "#b4490f",
    "paper": "#fffefa",
}
INK, QUIET, RULE, BAND = COLOURS["ink"], COLOURS["quiet"], COLOURS["rule"], COLOURS["band"]
ACCENT, REFERENCE, WARM, PAPER = COLOURS["accent"], COLOURS["reference"], COLOURS["warm"], COLOURS["paper"]

#: How a mark looks: shape and filling say the same as colour does.
State = Literal["exceeds", "within", "cannot_tell", "reference"]
MARKS: dict[str, dict[str, Any]] = {
    "exceeds": {"shape": "diamond", "fill": WARM, "stroke": WARM, "size": 96},
    "within": {"shape": "circle", "fill": ACCENT, "stroke": ACCENT, "size": 72},
    "cannot_tell": {"shape": "circle", "fill": PAPER, "stroke": ACCENT, "size": 66},
    "reference": {"shape": "square", "fill": REFERENCE, "stroke": REFERENCE, "size": 52},
}
#: An axis is never shorter than twice this.
_SMALLEST_SPAN = 1e-3
#: Ticks that an axis has at most, and pixels between the numbers of two.
_MOST_TICKS, _BETWEEN_TICKS = 6, 16
#: Decimals of an axis at most.
_MOST_DIGITS = 6
#: Room under the ground for its numbers and what they count.
FOOT = 44
#: Most rows that a picture shows; the rest stands in the table.
MOST_ROWS = 14


@dataclass(frozen=True, kw_only=True, slots=True)
class Canvas:
    """Where a picture is drawn, in pixels.

    Attributes
    ----------
    width : int
        The whole width.
    left, right : int
        Columns of labels and of figures; on a stacked canvas mere margins.
    pitch : int
        From one row to the next.
    size : float
        Of the text.
    is_stacked : bool
        Whether labels and figures stand above their row.
    """

    width: int
    left: int
    right: int
    pitch: int
    size: float
    is_stacked: bool

    @property
    def track(self) -> int:
        """Width of the axis."""
        return self.width - self.left - self.right

    def fitted(self, labels: Sequence[str], figures: Sequence[str]) -> Canvas:
        """Give the columns no more room than their texts need."""
        if self.is_stacked:
            return self
        left = min(self.left, max((width(label, self.size) for label in labels), default=0.0) + 18)
        right = min(self.right, max((width(figure, self.size) for figure in figures), default=0.0) + 18)
        return replace(self, left=round(left), right=round(right))


WIDE = Canvas(width=680, left=200, right=170, pitch=32, size=13, is_stacked=False)
SMALL = Canvas(width=380, left=118, right=110, pitch=25, size=12, is_stacked=False)
NARROW = Canvas(width=340, left=10, right=10, pitch=46, size=12.5, is_stacked=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Axis:
    """A common horizontal axis: its ends and the numbers written under it."""

    low: float
    high: float
    ticks: tuple[float, ...]
    digits: int
    is_signed: bool = False

    def label(self, tick: float, language: Language) -> str:
        """Write one of its numbers."""
        return language.signed(tick, self.digits) if self.is_signed else language.number(tick, self.digits)


def axis_over(
    numbers: Sequence[float | None], *, wanted: int, from_zero: bool = False, is_signed: bool = False
) -> Axis:
    """Choose an axis that holds some numbers, with about as many ticks as wanted at round places.

    Examples
    --------
    >>> axis_over([3.0, 27.4], wanted=4, from_zero=True).ticks
    (0.0, 10.0, 20.0, 30.0)
    """
    known = [number for number in numbers if number is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if is_signed or from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low < _SMALLEST_SPAN:
        low, high = low - _SMALLEST_SPAN, high + _SMALLEST_SPAN
    step = _round_step((high - low) / wanted)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    digits = next(
        digits
        for digits in range(_MOST_DIGITS + 1)
        if digits == _MOST_DIGITS or abs(round(step, digits) - step) < step / 1e6
    )
    ticks = tuple(round(step * at, 10) + 0.0 for at in range(first, last + 1))
    return Axis(low=ticks[0], high=ticks[-1], ticks=ticks, digits=digits, is_signed=is_signed)


def axis_fitting(
    numbers: Sequence[float | None],
    canvas: Canvas,
    language: Language,
    *,
    from_zero: bool = False,
    is_signed: bool = False,
) -> Axis:
    """Choose an axis with as many ticks as have room for their numbers on a canvas."""
    for wanted in range(_MOST_TICKS, 1, -1):
        axis = axis_over(numbers, wanted=wanted, from_zero=from_zero, is_signed=is_signed)
        widest = max(width(axis.label(tick, language), canvas.size) for tick in axis.ticks)
        if (widest + _BETWEEN_TICKS) * (len(axis.ticks) - 1) <= canvas.track:
            return axis
    return axis


def _round_step(rough: float) -> float:
    """Round a step up to 1, 2, 2.5 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * times for times in (1, 2, 2.5, 5, 10) if power * times >= rough * (1 - 1e-9))
