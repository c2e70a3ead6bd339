"""Where the specific part binds: how many lines have one, how often it sets the duty, what it adds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fastavs.report.sketch import Sketch
from fastavs.report.svg import SMALL, Canvas, shorten
from fastavs.report.words import NONE, chapter_label, count, percent, points

if TYPE_CHECKING:
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
    shown = sorted(found, key=lambda one: (-one.adds, -one.specific_lines, one.chapter))[:MOST]
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
    return Sketch("binding", title, caption, description, lambda width: _draw(shown, width))


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


def _draw(shown: Sequence[ChapterBinding], width: float) -> Canvas:
    wide = width >= 600
    row, top = (21.0, 34.0) if wide else (38.0, 32.0)
    canvas = Canvas(width, top + row * len(shown) + 8)
    left = 206.0 if wide else 8.0
    each = (width - left) / len(_MEASURES)
    for place, measure in enumerate(_MEASURES):
        x = left + each * place
        canvas.text(x, 14, measure.title if wide else measure.short, size=SMALL if wide else 10, bold=True)
        most = 1.0 if measure.colour == "orange" else max(measure.size(one) for one in shown) or 1.0
        room = each - (56 if wide else 48)
        for number, one in enumerate(shown):
            y = top + row * number + (row / 2 if wide else 27.0)
            long = room * measure.size(one) / most
            canvas.box(x, y - 6, max(long, 1.0), 12, measure.colour)
            canvas.text(x + max(long, 1.0) + 6, y, measure.words(one), "muted", SMALL)
    for number, one in enumerate(shown):
        y = top + row * number
        words = chapter_label(one.chapter)
        if wide:
            canvas.text(left - 14, y + row / 2, shorten(words, SMALL, left - 18), size=SMALL, align="right")
        else:
            canvas.stroke([(8, y + 1), (width - 8, y + 1)], "grid")
            canvas.text(8, y + 12, words, size=SMALL)
    return canvas
