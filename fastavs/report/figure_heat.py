"""Heat map: the simple mean of every chapter in every year."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any

from fastavs.report.sketch import Sketch
from fastavs.report.svg import Canvas, shorten
from fastavs.report.theme import BANDS
from fastavs.report.words import SECTION_STARTS, chapter_label, listed, percent, points

Rows = Mapping[str, Mapping[int, float | None]]
ROW, GAP, HEAD = 14.0, 5.0, 62.0
MIDDLE = 4  # the band on which dark letters read best in both modes
ROOMY = 30.0  # px: a cell this wide has its number written in it


def heat_sketch(by_chapter: Sequence[Mapping[str, Any]], years: Sequence[int]) -> Sketch:
    """Return the heat map; `by_chapter` are rows of ``group_chapter.csv``."""
    rows: dict[str, dict[int, float | None]] = {}
    for row in by_chapter:
        rows.setdefault(row["group"], {})[row["year"]] = row["simple_mean"]
    last = {chapter: means.get(years[-1]) for chapter, means in rows.items()}
    top = sorted(((mean, chapter) for chapter, mean in last.items() if mean is not None), reverse=True)[:3]
    caption = (
        "Each row is a chapter of the tariff, a broad kind of goods; each column a year. The stronger the colour, the "
        "higher the mean duty on the chapter's lines."
    )
    highest = listed([f"{chapter_label(chapter)} ({percent(mean)})" for mean, chapter in top])
    description = f"Heat map of {len(rows)} chapters. Highest in {years[-1]}: {highest}."
    title = "Duties by chapter and year" if len(years) > 1 else f"Duties by chapter, {years[0]}"
    return Sketch("heat", title, caption, description, lambda width: _draw(rows, years, width))


def _draw(rows: Rows, years: Sequence[int], width: float) -> Canvas:
    wide = width >= 600
    chapters = sorted(rows)
    columns = _balanced(chapters) if wide and len(chapters) > 30 else [chapters]
    each = width / len(columns) if wide else width
    if wide and len(columns) == 1:
        each = min(each, 560.0)
    canvas = Canvas(width, HEAD + max(_height(column) for column in columns) + 6)
    _legend(canvas)
    cell = min((each - (184.0 if wide else 132.0) - 14) / len(years), 60.0)
    room = min(each - 14 - cell * len(years), 204.0)
    for place, column in enumerate(columns):
        _draw_column(canvas, rows, column, years, place * each, room, cell)
    return canvas


def _balanced(chapters: Sequence[str]) -> list[Sequence[str]]:
    half = (len(chapters) + 1) // 2
    return [chapters[:half], chapters[half:]]


def _height(chapters: Sequence[str]) -> float:
    return ROW * len(chapters) + GAP * sum(1 for one in chapters[1:] if one in SECTION_STARTS)


def _legend(canvas: Canvas) -> None:
    edges = [0.0, *BANDS]
    step = min(62.0, (canvas.width - 16) / len(edges))
    for band, edge in enumerate(edges):
        canvas.box(8 + step * band, 6, step - 1, 10, f"band{band}")
        words = f"{points(edge).removesuffix('.0')}{'+ %' if band == len(edges) - 1 else ''}"
        canvas.text(8 + step * band, 25, words, "muted", 9.5)


def _draw_column(
    canvas: Canvas, rows: Rows, chapters: Sequence[str], years: Sequence[int], left: float, room: float, cell: float
) -> None:
    every = 1 if cell >= ROOMY else 5
    shown = [year for year in years if year % every == 0 or len(years) * cell < 60]
    for place, year in enumerate(years):
        if year in shown:
            canvas.text(left + room + cell * (place + 0.5), HEAD - 11, str(year), "muted", 9.5, align="center")
    y = HEAD
    for chapter in chapters:
        if chapter in SECTION_STARTS and chapter != chapters[0]:
            y += GAP
        canvas.text(left + 8, y + ROW / 2, shorten(chapter_label(chapter), 9.5, room - 8), size=9.5)
        _draw_row(canvas, [rows[chapter].get(year) for year in years], left + room, y, cell)
        y += ROW


def _draw_row(canvas: Canvas, means: Sequence[float | None], left: float, y: float, cell: float) -> None:
    bands = [None if mean is None else bisect_left(BANDS, mean - 1e-9) for mean in means]
    start = 0
    for place in range(1, len(bands) + 1):
        if place == len(bands) or bands[place] != bands[start]:  # years of one colour are one box
            colour = "faint" if bands[start] is None else f"band{bands[start]}"
            canvas.box(left + cell * start, y, cell * (place - start) - 0.5, ROW - 0.5, colour)
            start = place
    if cell >= ROOMY:
        for place, (mean, band) in enumerate(zip(means, bands, strict=True)):
            if mean is not None and band is not None:
                colour = "on_low" if band < MIDDLE else "on_middle" if band == MIDDLE else "on_high"
                canvas.text(left + cell * (place + 0.5), y + ROW / 2, points(mean), colour, 9.5, align="center")
