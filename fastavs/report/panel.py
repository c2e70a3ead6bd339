"""A part of a canvas with two scales: where values stand on it, and its grid."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from fastavs.report.svg import SMALL, Canvas, Point

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_MARKS = 9  # round values on a scale, at most


@dataclass(frozen=True, slots=True)
class Panel:
    """A rectangle on a canvas, values from left to right and from bottom to top.

    Attributes
    ----------
    canvas : Canvas
    left, top, width, height : float
        In px.
    x_limits, y_limits : tuple of float
        The values at the ends.
    logarithmic : bool
        Whether equal distances across are equal ratios.
    """

    canvas: Canvas
    left: float
    top: float
    width: float
    height: float
    x_limits: tuple[float, float]
    y_limits: tuple[float, float]
    logarithmic: bool = False

    @property
    def right(self) -> float:
        """Px from the left of the canvas."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Px from the top of the canvas."""
        return self.top + self.height

    def across(self, value: float) -> float:
        """Return the place of a value, px from the left of the canvas."""
        low, high = self.x_limits
        part = math.log(value / low) / math.log(high / low) if self.logarithmic else (value - low) / (high - low)
        return self.left + self.width * part

    def down(self, value: float) -> float:
        """Return the place of a value, px from the top of the canvas."""
        low, high = self.y_limits
        return self.bottom - self.height * (value - low) / (high - low)

    def at(self, x: float, y: float) -> Point:
        """Return the place of a pair of values on the canvas."""
        return self.across(x), self.down(y)

    def mark_across(self, values: Iterable[float], words: Callable[[float], str], grid: bool = False) -> None:
        """Write values below the panel; `grid` draws a line at each."""
        for value in values:
            x = self.across(value)
            if grid:
                self.canvas.stroke([(x, self.bottom), (x, self.top)], "grid")
            self.canvas.text(x, self.bottom + 9.2, words(value), "muted", SMALL, align="center")

    def mark_down(self, words: Callable[[float], str]) -> None:
        """Draw a line at round values, and write them to the left."""
        most = min(_MARKS, int(self.height / (2 * SMALL)))
        for value in round_values(*self.y_limits, most):
            y = self.down(value)
            self.canvas.stroke([(self.left, y), (self.right, y)], "grid")
            self.canvas.text(self.left - 5, y + 0.2, words(value), "muted", SMALL, align="right")

    def curve(self, points: Sequence[Point], colour: str, width: float) -> None:
        """Draw a line through pairs of values, as far as it lies within the limits from bottom to top."""
        for part in _between([self.at(x, y) for x, y in points], self.top, self.bottom):
            self.canvas.stroke(part, colour, width)


def _between(points: Sequence[Point], top: float, bottom: float) -> Iterator[list[Point]]:
    """Give the parts of a line through points that lie between two heights."""
    part: list[Point] = []
    for start, end in pairwise(points):
        if max(start[1], end[1]) < top or min(start[1], end[1]) > bottom:
            continue
        enters, leaves = _within(start, end, top, bottom), _within(end, start, top, bottom)
        if part and part[-1] == enters:
            part.append(leaves)
            continue
        if part:
            yield part
        part = [enters, leaves]
    if part:
        yield part


def _within(point: Point, other: Point, top: float, bottom: float) -> Point:
    """Return a point, moved along the way to another as far as it takes to lie between two heights."""
    edge = min(max(point[1], top), bottom)
    if edge == point[1]:
        return point
    return point[0] + (other[0] - point[0]) * (edge - point[1]) / (other[1] - point[1]), edge


def round_values(low: float, high: float, most: int) -> list[float]:
    """Return round values between two, evenly spaced, at most so many steps.

    Examples
    --------
    >>> round_values(0.0, 15.8, 9), round_values(-0.4, 0.3, 3)
    ([0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0], [-0.25, 0.0, 0.25])
    """
    least = (high - low) / max(most, 1)
    power = 10.0 ** math.floor(math.log10(least))
    step = next((power * one for one in _STEPS if power * one >= least), 10.0 * power)
    return [step * n for n in range(math.ceil(low / step), math.floor(high / step) + 1)]


def log_values(low: float, high: float, within: Sequence[int], most: int) -> list[float]:
    """Return round values between two on a logarithmic scale: powers of ten times each of `within`.

    Where there are more powers than `most`, some are left out.

    Examples
    --------
    >>> log_values(0.4, 30.0, (1, 2, 5), 12), log_values(0.5, 2e6, (1,), 4)
    ([0.5, 1.0, 2.0, 5.0, 10.0, 20.0], [1.0, 100.0, 10000.0, 1000000.0])
    """
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    stride = math.ceil((last - first) / most)
    powers = range(first - first % stride, last + 1, stride)
    values = [one * 10.0**power for power in powers for one in within]
    return [value for value in values if low <= value <= high]
