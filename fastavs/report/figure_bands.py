"""Figure 1: how many lines are charged how much, before and after."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from fastavs.report.drawing import SMALL, clear_axes, fill_boxes, size_of, write
from fastavs.report.fitting import apart, text_width
from fastavs.report.sheet import Sheet
from fastavs.report.sketch import Sketch
from fastavs.report.theme import light
from fastavs.report.words import count, plural, share

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from fastavs.report.table import ReportTable

FOLDED = 50.0  # percent: bands from here to 100 % are drawn as one
BAR, BETWEEN = 11.0, 8.0  # points: level bars are so high, their bands so far apart
NUMBER = 9.0  # points: letters above upright bars
SLACK = 3.0  # points by which a number may stand over the bar beside its own
Counts = dict[int, dict[str, int]]  # year, then band, to lines


def bands_sketch(histogram: ReportTable) -> Sketch:
    """Return Figure 1 of the table "figure1"; of one year if the table holds one."""
    counts = band_counts(histogram)
    years = list(counts)
    caption = (
        "How many tariff lines are charged how much. Each bar counts the lines whose rate, specific parts "
        "included, lies in the band below it; a rate of exactly 5 % counts in the band from 5 to 10."
    )
    description = "Bar chart of lines by rate. " + " ".join(_told(year, one) for year, one in counts.items())
    title = f"Figure 1. How the rates are spread, {' and '.join(map(str, years))}"
    return Sketch("figure-1", title, caption, description, lambda width: _sheet(counts, width))


def band_counts(histogram: ReportTable) -> Counts:
    """Return the lines of each year and band of the table "figure1"."""
    counts: Counts = {}
    for column in histogram.table.column_names:
        if re.fullmatch(r"lines_\d+", column):
            counts[int(column.removeprefix("lines_"))] = {}
    for row in histogram.table.to_pylist():
        label = _band(row["from_pct"], row["to_pct"])
        for year, bands in counts.items():
            bands[label] = bands.get(label, 0) + row[f"lines_{year}"]
    return counts


def _band(low: float | None, high: float | None) -> str:
    if low is None:
        return "below 0"
    if high is None:
        return f"{low:g}+"
    return f"{low:g}–{high:g}" if low < FOLDED else f"{FOLDED:g}–100"


def _told(year: int, bands: dict[str, int]) -> str:
    total, most = sum(bands.values()), max(bands, key=lambda label: bands[label])
    return f"{year}: {plural(total, 'line')}, most of them ({share(bands[most], total)}) at {most} %."


def _sheet(counts: Counts, width: float) -> Sheet:
    bands = len(next(iter(counts.values())))
    if width >= 600:
        sheet = Sheet(width, 320.0)
        _key(sheet, counts, 12.0)
        draw_bands(sheet.axes(12.0, 44.0, width - 24.0, 228.0), counts)
    else:
        high = bands * (BAR * len(counts) + BETWEEN)
        sheet = Sheet(width, high + 64.0)
        _key(sheet, counts, 4.0)
        draw_bands(sheet.axes(62.0, 36.0, width - 108.0, high), counts, level=True)
    return sheet


def _key(sheet: Sheet, counts: Counts, left: float) -> None:
    for place, (year, colour) in enumerate(colours_of(counts).items()):
        sheet.box(left + 62 * place, 8, 12, 12, colour)
        sheet.text(left + 62 * place + 17, 14, str(year), bold=True)


def colours_of(counts: Counts) -> dict[int, str]:
    """Return the colour of each year."""
    return dict(zip(counts, ["blue"] if len(counts) == 1 else ["before", "blue"], strict=True))


def draw_bands(ax: Axes, counts: Counts, level: bool = False) -> None:
    """Draw a bar for each band and year, which is its label, and write how many lines it stands for.

    Parameters
    ----------
    ax : Axes
    counts : dict of int to dict of str to int
        Year, then band, to lines; one year or two.
    level : bool
        Whether bars go from left to right, below each other; otherwise they stand beside each other.
    """
    clear_axes(ax)
    most = max(max(bands.values()) for bands in counts.values()) or 1
    bands = len(next(iter(counts.values())))
    if level:
        ax.set_xlim(0, most)
        ax.set_ylim(bands, 0)
        _draw_level(ax, counts)
    else:
        ax.set_xlim(0, bands)
        ax.set_ylim(0, most)
        _draw_upright(ax, counts)


def _draw_upright(ax: Axes, counts: Counts) -> None:
    labels = list(next(iter(counts.values())))
    wide = size_of(ax)[0]
    bar, gap = 0.84 / len(counts), 0.5 * len(labels) / wide
    numbered: list[tuple[int, float, float]] = []  # lines, across, and how far they lean
    bars: list[tuple[float, float, int]] = []
    ax.axhline(0.0, color=light("grid"), linewidth=1.0, linestyle="-", marker="", zorder=0.5, clip_on=False)
    for place, (year, colour) in enumerate(colours_of(counts).items()):
        lefts = [band + 0.5 - bar * len(counts) / 2 + bar * place for band in range(len(labels))]
        numbers = [counts[year][label] for label in labels]
        fill_boxes(
            ax, [(x + gap, 0, x + bar - gap, number) for x, number in zip(lefts, numbers, strict=True)],
            colour, str(year),
        )  # fmt: skip
        # two numbers of four digits would touch: the first year's moves to the left, the last year's to the right
        lean = 0.0 if len(counts) == 1 else (-2.0, 2.0)[place]
        numbered += [(number, x + bar / 2, lean) for x, number in zip(lefts, numbers, strict=True) if number]
        bars += [(x, x + bar, number) for x, number in zip(lefts, numbers, strict=True)]
    across = wide / len(labels)
    _number_upright(ax, numbered, [(x * across, end * across, number) for x, end, number in bars], across)
    every = math.ceil(max(text_width(label, SMALL) for label in labels) / across)
    below = [(band + 0.5, 0, label) for band, label in enumerate(labels) if band % every == 0]
    write(ax, below, size=SMALL, shift=(0, 14), align="center")
    title = [(0.5, 0.0, "rate, percent of the value of the goods")]
    write(ax, title, "muted", SMALL, shift=(0, 35), within=ax.transAxes, align="center")


def _number_upright(
    ax: Axes, numbered: Sequence[tuple[int, float, float]], bars: Sequence[tuple[float, float, int]], across: float
) -> None:
    """Write above bars how many lines they stand for, the largest numbers first, as far as they fit.

    Parameters
    ----------
    ax : Axes
    numbered : sequence of (int, float, float)
        Lines, the middle of their bar, in bands, and how far the number leans to the right, in points.
    bars : sequence of (float, float, int)
        Left and right edges of all bars, in points, and their lines.
    across : float
        Points to a band.
    """
    up = size_of(ax)[1] / ax.get_ylim()[1]
    ordered = sorted(numbered, reverse=True)
    boxes = []
    for number, middle, lean in ordered:
        half = text_width(count(number), NUMBER) / 2
        left, low = middle * across + lean - half, number * up + 8.0 - NUMBER / 2
        boxes.append((left, low, left + 2 * half, low + NUMBER))
    solid = [(left + SLACK, 0.0, right - SLACK, number * up) for left, right, number in bars]
    for number, middle, lean in (ordered[place] for place in apart(boxes, solid)):
        write(ax, [(middle, number, count(number))], "muted", NUMBER, shift=(lean, -8), align="center")


def _draw_level(ax: Axes, counts: Counts) -> None:
    labels = list(next(iter(counts.values())))
    wide, high = size_of(ax)
    step, across = high / len(labels), wide / ax.get_xlim()[1]
    bar = (step - min(BETWEEN, 0.4 * step)) / len(counts)
    numbered: list[tuple[int, float]] = []  # lines, and how far down, in bands
    bars: list[tuple[float, float, float, float]] = []
    for place, (year, colour) in enumerate(colours_of(counts).items()):
        numbers = list(enumerate(counts[year][label] for label in labels))
        top, low = (bar * place + 0.5) / step, (bar * (place + 1) - 0.5) / step
        fill_boxes(ax, [(0, band + low, number, band + top) for band, number in numbers], colour, str(year))
        numbered += [(number, band + (top + low) / 2) for band, number in numbers]
        bars += [(0.0, (band + top) * step, number * across, (band + low) * step) for band, number in numbers]
    numbered.sort(key=lambda one: -one[0])
    boxes = []
    for number, down in numbered:
        left, middle = number * across + 5.0, down * step
        boxes.append((left, middle - 3.5, left + text_width(count(number), 9.5), middle + 3.5))
    words = [(numbered[place][0], numbered[place][1], count(numbered[place][0])) for place in apart(boxes, bars)]
    write(ax, words, "muted", 9.5, shift=(5, 0))
    every = math.ceil(SMALL / step)
    beside = [(0, band + bar * len(counts) / 2 / step, label) for band, label in enumerate(labels) if band % every == 0]
    write(ax, beside, size=SMALL, shift=(-8, 0), align="right")
    title = [(0.0, 0.0, "lines by rate, percent of the value of the goods")]
    write(ax, title, "muted", SMALL, shift=(-58, 16), within=ax.transAxes)
