"""Industries, or chapters, before and after: first against last year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

from fastavs.report.sketch import Sketch
from fastavs.report.svg import SMALL, Canvas, shorten
from fastavs.report.words import chapter_label, percent, points

MOST = 30
TOP, SIDE = 50.0, 58.0


@dataclass(frozen=True, slots=True)
class _Pair:
    """A group's mean in the first and the last year, fractions."""

    label: str
    before: float
    after: float

    @property
    def change(self) -> float:
        return self.after - self.before


def groups_sketch(rows: Sequence[Mapping[str, Any]], grouping: str, years: Sequence[int]) -> Sketch | None:
    """Return the figure of the groups, or None where there is nothing to compare.

    Parameters
    ----------
    rows : sequence of mapping
        Rows of ``group_<grouping>.csv``.
    grouping : str
        "chapter", or the name of another grouping.
    years : sequence of int
        All years; the first and the last are compared.
    """
    first, last = years[0], years[-1]
    if first == last and grouping == "chapter":
        return None  # the heat map has these numbers
    pairs = _pairs(rows, grouping, first, last)
    if not pairs:
        return None
    shown = sorted(pairs, key=lambda one: (-abs(round(one.change, 6)), -one.after, one.label))[:MOST]
    shown.sort(key=lambda one: (-one.after, one.label))
    several = {"industry": "industries"}.get(grouping, f"groups ({grouping})" if grouping != "chapter" else "chapters")
    if first == last:
        caption = f"The mean duty on the tariff lines of each of the {several}, in {last}."
        title = f"Duties by {grouping}, {last}"
    else:
        caption = (
            f"The mean duty on the tariff lines of each of the {several}: the ring is {first}, the dot {last}. "
            "A long bar is a large change."
        )
        title = f"Before and after: {several}, {first} and {last}"
    if len(shown) < len(pairs):
        caption += f" Shown are the {len(shown)} of {len(pairs)} that changed most, or else are highest."
    fell, rose = (sorted(pairs, key=lambda one: sign * one.change)[0] for sign in (1, -1))
    description = f"Dot chart of {len(shown)} {several}."
    if first != last and fell.change < -5e-5:
        description += f" Largest fall: {fell.label}, {percent(fell.before)} to {percent(fell.after)}."
    if first != last and rose.change > 5e-5:
        description += f" Largest rise: {rose.label}, {percent(rose.before)} to {percent(rose.after)}."
    return Sketch("groups", title, caption, description, lambda width: _draw(shown, (first, last), width))


def _pairs(rows: Sequence[Mapping[str, Any]], grouping: str, first: int, last: int) -> list[_Pair]:
    means: dict[str, dict[int, float]] = {}
    labels: dict[str, str] = {}
    for row in rows:
        group = row["group"]
        if row["simple_mean"] is not None:
            means.setdefault(group, {})[row["year"]] = row["simple_mean"]
        labels[group] = row["name"] or (chapter_label(group) if grouping == "chapter" else group)
    return [_Pair(labels[group], one[first], one[last]) for group, one in means.items() if first in one and last in one]


def _draw(pairs: Sequence[_Pair], years: tuple[int, int], width: float) -> Canvas:
    wide = width >= 600
    row = 21.0 if wide else 36.0
    canvas = Canvas(width, TOP + row * len(pairs) + 12)
    left = 236.0 if wide else 12.0
    room = width - left - SIDE - 12
    rates = [rate for one in pairs for rate in (one.before, one.after)]
    least, most = min([*rates, 0.0]), max([*rates, 0.01])
    _axis(canvas, left, room, least, most)
    single = years[0] == years[1]
    for place, (year, colour) in enumerate(zip(years, ("before", "blue"), strict=True)):
        if not single or place:
            x = 16.0 + (0.0 if single else 70.0 * place)
            _mark(canvas, x, 16, colour)
            canvas.text(x + 11, 16, str(year), bold=True)
    canvas.text(width - 8, 16, "level" if single else "change, points", "muted", SMALL, align="right")
    for place, one in enumerate(pairs):
        y = TOP + row * (place + 0.5)
        if wide:
            canvas.text(left - 14, y, shorten(one.label, SMALL, left - 20), size=SMALL, align="right")
        else:
            canvas.text(8, y - 9, shorten(one.label, SMALL, width - 80), size=SMALL)
            y += 7
        before, after = (left + room * (rate - least) / (most - least) for rate in (one.before, one.after))
        if not single:
            canvas.stroke([(before, y), (after, y)], "blue_soft", 5.0)
            _mark(canvas, before, y, "before")
        _mark(canvas, after, y, "blue")
        words = percent(one.after) if single else _signed(one.change)
        canvas.text(width - 8, y, words, size=SMALL, align="right")
    return canvas


def _mark(canvas: Canvas, x: float, y: float, colour: str) -> None:
    """Draw the ring of the year before, or the dot of the year after."""
    if colour == "before":
        canvas.dot(x, y, 5.0, "paper", edge=colour)
    else:
        canvas.dot(x, y, 3.5, colour)


def _axis(canvas: Canvas, left: float, room: float, least: float, most: float) -> None:
    """Draw a line at every round rate between two."""
    steps = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
    step = next((step for step in steps if (most - least) / step <= 6), (most - least) / 5)
    for tick in range(ceil(least / step), floor(most / step) + 1):
        x = left + room * (tick * step - least) / (most - least)
        canvas.stroke([(x, TOP), (x, canvas.height - 6)], "grid")
        canvas.text(x, TOP - 10, f"{points(tick * step).removesuffix('.0')} %", "muted", 9.5, align="center")


def _signed(change: float) -> str:
    text = points(change)
    return text if text.startswith("−") or text == "0.0" else f"+{text}"
