"""Where the specific part binds: how many lines have one, how often it sets the duty, what it adds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fastavs.report.drawing import SMALL, clear_axes, draw_rules, fill_boxes, size_of, write
from fastavs.report.fitting import shorten, text_width
from fastavs.report.sheet import Sheet
from fastavs.report.sketch import Sketch
from fastavs.report.words import NONE, chapter_label, count, percent, points

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from fastavs.results.year_rates import YearRates

MOST = 20
_CHAPTER = 10**10  # a line's number over this is its chapter


@dataclass(frozen=True, slots=True)
class ChapterBinding:
    """What the specific parts do in a chapter.

    Attributes
    ----------
    chapter : str
    lines, specific_lines : int
    share : float or None
        Of the observations of its lines with a specific part, those in which it binds; None without observations.
    adds : float
        What the specific parts add to the simple mean of the chapter's lines whose rate is known; a fraction.
    """

    chapter: str
    lines: int
    specific_lines: int
    share: float | None
    adds: float


def chapter_binding(rates: YearRates) -> list[ChapterBinding]:
    """Return what the specific parts do, for every chapter that has any, in order of chapter."""
    chapter = rates.keys // _CHAPTER
    found = []
    for number in np.unique(chapter[rates.has_specific]):
        here = chapter == number
        specific, known = here & rates.has_specific, here & ~np.isnan(rates.rate)
        observations = int(rates.observations[specific].sum())
        added = rates.rate[known] - rates.ad_valorem[known]
        found.append(
            ChapterBinding(
                f"{number:02d}",
                int(here.sum()),
                int(specific.sum()),
                int(rates.binding[specific].sum()) / observations if observations else None,
                float(added.mean()) if added.size else 0.0,
            )
        )
    return found


def binding_sketch(rates: YearRates) -> Sketch | None:
    """Return the figure of where specific parts bind, or None where no line has one."""
    found = chapter_binding(rates)
    if not found:
        return None
    shown = most_added(found)
    top = shown[0]
    caption = (
        "Many duties have a part charged by weight, volume or number. For each chapter of the tariff: how many lines "
        "have such a part, in what share of the observed trade flows it is what sets the duty, and by how many "
        "percentage points it lifts the chapter's mean rate."
    )
    if len(shown) < len(found):
        caption += f" Shown are the {len(shown)} of {len(found)} chapters with such parts where it adds most."
    description = (
        f"Three bar charts side by side, {rates.year}. It adds most in chapter {chapter_label(top.chapter)}: "
        f"{points(top.adds)} points, {top.specific_lines} of {top.lines} lines, binding in {percent(top.share)}."
    )
    title = f"Where the specific part binds, {rates.year}"
    return Sketch("binding", title, caption, description, lambda width: _sheet(shown, width))


def most_added(found: Sequence[ChapterBinding], most: int = MOST) -> list[ChapterBinding]:
    """Return the chapters where specific parts add most, the highest first."""
    return sorted(found, key=lambda one: (-one.adds, -one.specific_lines, one.chapter))[:most]


@dataclass(frozen=True, slots=True)
class _Measure:
    short: str
    title: str
    colour: str
    size: Callable[[ChapterBinding], float]
    words: Callable[[ChapterBinding], str]


_MEASURES = (
    _Measure(
        "lines with one",
        "lines with a specific part",
        "before",
        lambda one: one.specific_lines,
        lambda one: count(one.specific_lines),
    ),
    _Measure(
        "it binds in",
        "share of flows where it binds",
        "orange",
        lambda one: one.share or 0.0,
        lambda one: NONE if one.share is None else f"{100.0 * one.share:.0f} %",
    ),
    _Measure(
        "it adds, points",
        "points it adds to the mean",
        "blue",
        lambda one: max(one.adds, 0.0),
        lambda one: points(one.adds),
    ),
)


def _sheet(shown: Sequence[ChapterBinding], width: float) -> Sheet:
    wide = width >= 600
    row, left, top = (21.0, 206.0, 34.0) if wide else (38.0, 8.0, 32.0)
    sheet = Sheet(width, top + row * len(shown) + 8)
    draw_binding(sheet.axes(left, top, width - left, row * len(shown)), shown, names_above=not wide)
    return sheet


def draw_binding(ax: Axes, shown: Sequence[ChapterBinding], names_above: bool = False) -> None:
    """Draw three bars in a row for each chapter, each measure on a scale of its own.

    Parameters
    ----------
    ax : Axes
    shown : sequence of ChapterBinding
        In order from top to bottom; at least one.
    names_above : bool
        Whether names stand above the bars, otherwise to the left of the axes.
    """
    clear_axes(ax)
    ax.set_xlim(0, len(_MEASURES))
    ax.set_ylim(len(shown), 0)
    wide, high = size_of(ax)
    across, down = len(_MEASURES) / wide, len(shown) / high  # values to a point
    middles = [place + (27.0 * down if names_above else 0.5) for place in range(len(shown))]
    for place, measure in enumerate(_MEASURES):
        fits = text_width(measure.title, SMALL) < 1.0 / across
        title = measure.title if fits else measure.short
        size, above = (10.0, -18) if names_above else (SMALL, -20)
        write(ax, [(place, 0, title)], size=size, shift=(0, above), bold=True)
        most = 1.0 if measure.colour == "orange" else max(measure.size(one) for one in shown) or 1.0
        room = 1.0 - (48 if names_above else 56) * across
        ends = [place + max(room * measure.size(one) / most, across) for one in shown]
        bars = [(place, y + 6 * down, end, y - 6 * down) for end, y in zip(ends, middles, strict=True)]
        fill_boxes(ax, bars, measure.colour, measure.title)
        words = [(end, y, measure.words(one)) for end, y, one in zip(ends, middles, shown, strict=True)]
        write(ax, words, "muted", SMALL, shift=(6, 0))
    labels = [chapter_label(one.chapter) for one in shown]
    if names_above:
        draw_rules(ax, [(place + down, 0, len(_MEASURES) - 8 * across) for place in range(len(shown))], "grid")
        write(ax, [(0, place, label) for place, label in enumerate(labels)], size=SMALL, shift=(0, 12))
    else:
        names = [(0, place + 0.5, shorten(label, SMALL, 188.0)) for place, label in enumerate(labels)]
        write(ax, names, size=SMALL, shift=(-14, 0), align="right")
