"""Heat map: the simple mean of every chapter in every year."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import groupby
from math import ceil
from typing import TYPE_CHECKING, Any

from fastavs.report.drawing import clear_axes, fill_boxes, size_of, write
from fastavs.report.fitting import shorten
from fastavs.report.sheet import Sheet
from fastavs.report.sketch import Sketch
from fastavs.report.theme import BANDS
from fastavs.report.words import SECTION_STARTS, chapter_label, listed, percent, points

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Rows = Mapping[str, Mapping[int, float | None]]
ROW, GAP, HEAD = 14.0, 5.0, 62.0  # points: a row, between sections, above all
MIDDLE = 4  # the band on which dark letters read best in both modes
ROOMY = 30.0  # px: a cell this wide has its number written in it


def heat_sketch(by_chapter: Sequence[Mapping[str, Any]], years: Sequence[int]) -> Sketch:
    """Return the heat map; `by_chapter` are rows of ``group_chapter.csv``."""
    rows = chapter_means(by_chapter)
    last = {chapter: means.get(years[-1]) for chapter, means in rows.items()}
    top = sorted(((mean, chapter) for chapter, mean in last.items() if mean is not None), reverse=True)[:3]
    caption = (
        "Each row is a chapter of the tariff, a broad kind of goods; each column a year. The stronger the colour, the "
        "higher the mean duty on the chapter's lines."
    )
    highest = listed([f"{chapter_label(chapter)} ({percent(mean)})" for mean, chapter in top])
    description = f"Heat map of {len(rows)} chapters. Highest in {years[-1]}: {highest}."
    title = "Duties by chapter and year" if len(years) > 1 else f"Duties by chapter, {years[0]}"
    return Sketch("heat", title, caption, description, lambda width: _sheet(rows, years, width))


def chapter_means(by_chapter: Sequence[Mapping[str, Any]]) -> dict[str, dict[int, float | None]]:
    """Return the simple mean of each chapter and year, given rows of ``group_chapter.csv``."""
    rows: dict[str, dict[int, float | None]] = {}
    for row in by_chapter:
        rows.setdefault(row["group"], {})[row["year"]] = row["simple_mean"]
    return rows


def _sheet(rows: Rows, years: Sequence[int], width: float) -> Sheet:
    wide = width >= 600
    chapters = sorted(rows)
    columns = _balanced(chapters) if wide and len(chapters) > 30 else [chapters]
    each = width / len(columns) if wide else width
    if wide and len(columns) == 1:
        each = min(each, 560.0)
    sheet = Sheet(width, HEAD + max(height_of(column) for column in columns) + 6)
    _key(sheet)
    cell = min((each - (184.0 if wide else 132.0) - 14) / len(years), 60.0)
    room = min(each - 14 - cell * len(years), 204.0)
    for place, column in enumerate(columns):
        ax = sheet.axes(place * each + room, HEAD, cell * len(years), height_of(column))
        draw_heat(ax, {chapter: rows[chapter] for chapter in column}, years, room - 8)
    return sheet


def _balanced(chapters: Sequence[str]) -> list[Sequence[str]]:
    half = (len(chapters) + 1) // 2
    return [chapters[:half], chapters[half:]]


def height_of(chapters: Sequence[str]) -> float:
    """Return how high the rows of chapters are together, in points."""
    return ROW * len(chapters) + GAP * sum(1 for one in chapters[1:] if one in SECTION_STARTS)


def _key(sheet: Sheet) -> None:
    edges = [0.0, *BANDS]
    step = min(62.0, (sheet.width - 16) / len(edges))
    for band, edge in enumerate(edges):
        sheet.box(8 + step * band, 6, step - 1, 10, f"band{band}")
        words = f"{points(edge).removesuffix('.0')}{'+ %' if band == len(edges) - 1 else ''}"
        sheet.text(8 + step * band, 25, words, "muted", 9.5)


def draw_heat(ax: Axes, rows: Rows, years: Sequence[int], room: float) -> None:
    """Draw a row of coloured cells for every chapter, a column for every year.

    Parameters
    ----------
    ax : Axes
    rows : mapping of str to mapping of int to float or None
        Chapter, then year, to its mean rate, a fraction.
    years : sequence of int
    room : float
        Points to the left of the axes, for the names of the chapters.
    """
    clear_axes(ax)
    tops = _tops(list(rows))
    ax.set_xlim(0, len(years))
    ax.set_ylim(height_of(list(rows)), 0)
    across, down = size_of(ax)
    gaps = 0.5 * len(years) / across, 0.5 * height_of(list(rows)) / down
    boxes: dict[str, list[tuple[float, float, float, float]]] = {}
    for means, top in zip(rows.values(), tops, strict=True):
        start = 0
        for colour, some in groupby(_colour(means.get(year)) for year in years):  # years of one colour are one box
            end = start + len(list(some))
            boxes.setdefault(colour, []).append((start, top + ROW - gaps[1], end - gaps[0], top))
            start = end
    for colour in sorted(boxes):
        fill_boxes(ax, boxes[colour], colour)
    if across / len(years) >= ROOMY:
        _write_means(ax, rows, years, tops)
    every = 1 if across / len(years) >= ROOMY else 5
    shown = [(place + 0.5, 0, str(year)) for place, year in enumerate(years) if year % every == 0 or across < 60]
    write(ax, shown, "muted", 9.5, shift=(0, -11), align="center")
    row = ROW * down / height_of(list(rows))  # points
    size, every = min(9.5, max(0.7 * row, 5.0)), max(ceil(7.0 / row), 1)  # smaller, then fewer, where rows are low
    names = [(0, top + ROW / 2, shorten(chapter_label(one), size, room)) for one, top in zip(rows, tops, strict=True)]
    write(ax, names[::every], size=size, shift=(-room, 0))


def _tops(chapters: Sequence[str]) -> list[float]:
    """Return where each chapter's row begins; there is a gap before each section but the first."""
    return [height_of(chapters[: place + 1]) - ROW for place in range(len(chapters))]


def _colour(mean: float | None) -> str:
    return "faint" if mean is None else f"band{_band(mean)}"


def _band(mean: float) -> int:
    return bisect_left(BANDS, mean - 1e-9)


def _write_means(ax: Axes, rows: Rows, years: Sequence[int], tops: Sequence[float]) -> None:
    words: dict[str, list[tuple[float, float, str]]] = {}
    for means, top in zip(rows.values(), tops, strict=True):
        for place, year in enumerate(years):
            mean = means.get(year)
            if mean is not None:
                band = _band(mean)
                colour = "on_low" if band < MIDDLE else "on_middle" if band == MIDDLE else "on_high"
                words.setdefault(colour, []).append((place + 0.5, top + ROW / 2, points(mean)))
    for colour, some in words.items():
        write(ax, some, colour, 9.5, align="center")
