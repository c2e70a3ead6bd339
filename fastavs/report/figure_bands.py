"""Figure 1: how many lines are charged how much, before and after."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fastavs.report.sketch import Sketch
from fastavs.report.svg import SMALL, Canvas
from fastavs.report.words import count, plural, share

if TYPE_CHECKING:
    from fastavs.report.table import ReportTable

FOLDED = 50.0  # percent: bands from here to 100 % are drawn as one
Counts = dict[int, dict[str, int]]  # year, then band, to lines


def bands_sketch(histogram: ReportTable) -> Sketch:
    """Return Figure 1 of the table "figure1"; of one year if the table holds one."""
    counts = _counts(histogram)
    years = list(counts)
    caption = (
        "How many tariff lines are charged how much. Each bar counts the lines whose rate, specific parts "
        "included, lies in the band below it; a rate of exactly 5 % counts in the band from 5 to 10."
    )
    description = "Bar chart of lines by rate. " + " ".join(_told(year, one) for year, one in counts.items())
    title = f"Figure 1. How the rates are spread, {' and '.join(map(str, years))}"
    return Sketch("figure-1", title, caption, description, lambda width: _draw(counts, width))


def _counts(histogram: ReportTable) -> Counts:
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


def _draw(counts: Counts, width: float) -> Canvas:
    return _columns(counts, width) if width >= 600 else _rows(counts, width)


def _colours(counts: Counts) -> dict[int, str]:
    return dict(zip(counts, ["blue"] if len(counts) == 1 else ["before", "blue"], strict=True))


def _legend(canvas: Canvas, counts: Counts, left: float) -> None:
    for place, (year, colour) in enumerate(_colours(counts).items()):
        canvas.box(left + 62 * place, 8, 12, 12, colour)
        canvas.text(left + 62 * place + 17, 14, str(year), bold=True)


def _most(counts: Counts) -> int:
    return max(max(bands.values()) for bands in counts.values()) or 1


def _columns(counts: Counts, width: float) -> Canvas:
    height, left, base, top = 320.0, 12.0, 272.0, 44.0
    labels = list(next(iter(counts.values())))
    canvas = Canvas(width, height)
    _legend(canvas, counts, left)
    step = (width - 2 * left) / len(labels)
    bar = 0.84 * step / len(counts)
    most = _most(counts)
    canvas.stroke([(left, base), (width - left, base)], "grid")
    for band, label in enumerate(labels):
        middle = left + step * (band + 0.5)
        for place, (year, colour) in enumerate(_colours(counts).items()):
            number = counts[year][label]
            x = middle - bar * len(counts) / 2 + bar * place
            tall = (base - top) * number / most
            canvas.box(x + 0.5, base - tall, bar - 1.0, tall, colour)
            # two numbers of four digits would touch: the first year's moves to the left, the last year's to the right
            shift = 0.0 if len(counts) == 1 else (-2.0, 2.0)[place]
            if number:
                canvas.text(x + bar / 2 + shift, base - tall - 8, count(number), "muted", 9, align="center")
        canvas.text(middle, base + 14, label, size=SMALL, align="center")
    canvas.text(width / 2, base + 35, "rate, percent of the value of the goods", "muted", SMALL, align="center")
    return canvas


def _rows(counts: Counts, width: float) -> Canvas:
    bar, left, top = 11.0, 62.0, 36.0
    step = bar * len(counts) + 8
    labels = list(next(iter(counts.values())))
    canvas = Canvas(width, top + step * len(labels) + 28)
    _legend(canvas, counts, 4)
    most = _most(counts)
    for band, label in enumerate(labels):
        y = top + step * band
        canvas.text(left - 8, y + bar * len(counts) / 2, label, size=SMALL, align="right")
        for place, (year, colour) in enumerate(_colours(counts).items()):
            number = counts[year][label]
            long = (width - left - 46) * number / most
            canvas.box(left, y + bar * place + 0.5, long, bar - 1, colour)
            canvas.text(left + long + 5, y + bar * (place + 0.5), count(number), "muted", 9.5)
    canvas.text(4, canvas.height - 12, "lines by rate, percent of the value of the goods", "muted", SMALL)
    return canvas
