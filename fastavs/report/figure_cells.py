"""Heat map: a model's cells, sectors down and regions across."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from fastavs.report.drawing import BASELINE, POINTS, clear_axes, fill_boxes, letters, size_of, write
from fastavs.report.fitting import shorten, text_width
from fastavs.report.theme import BANDS
from fastavs.report.words import points

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SPECIFIC_BANDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.10)
"""Upper ends (fractions) of the bands of specific parts; the last band is open."""
ROW, HEAD = 16.0, 96.0  # points: a row; at most so high are regions' names
NAME, NUMBER = 9.5, 9.5  # points: letters
ROOMY = 32.0  # points: a cell this wide has its number written in it
MIDDLE = 4  # the band on which dark letters read best


def bands_of(what: str) -> tuple[float, ...]:
    """Return the upper ends of the bands of rates, or of specific parts."""
    return BANDS if what == "rate" else SPECIFIC_BANDS


def band_words(bands: Sequence[float]) -> list[str]:
    """Return what each band is called in a key.

    Examples
    --------
    >>> band_words((0.025, 0.1))
    ['to 2.5 %', 'to 10 %', 'more']
    """
    return [*(f"to {100.0 * edge:.4g} %" for edge in bands), "more"]


def head_height(regions: Sequence[str], cell: float) -> float:
    """Return how high the names of regions stand above cells of some width, in points."""
    longest = max(text_width(one, NAME) for one in regions)
    return 18.0 if longest <= cell - 4.0 else min(longest, HEAD) + 8.0


def draw_cells(
    ax: Axes, values: np.ndarray, sectors: Sequence[str], regions: Sequence[str], bands: Sequence[float], room: float
) -> None:
    """Draw a box for each cell.

    Parameters
    ----------
    ax : Axes
    values : float64[sectors, regions]
        Fractions; NaN where nothing is known.
    sectors, regions : sequence of str
        Their names.
    bands : sequence of float
        Upper ends of the bands.
    room : float
        Points to the left of the axes, for the names of sectors.
    """
    clear_axes(ax)
    ax.set_xlim(0, len(regions))
    ax.set_ylim(len(sectors), 0)
    width, height = size_of(ax)
    cell, row = width / len(regions), height / len(sectors)
    gaps = min(0.5, 0.05 * cell) / cell, min(0.5, 0.05 * row) / row
    boxes: dict[str, list[tuple[float, float, float, float]]] = {}
    numbers: dict[str, list[tuple[float, float, str]]] = {}
    for (down, across), value in np.ndenumerate(values):
        band = None if np.isnan(value) else bisect_left(bands, value - 1e-9)
        box = (across, down + 1.0 - gaps[1], across + 1.0 - gaps[0], down)
        boxes.setdefault("faint" if band is None else f"band{band}", []).append(box)
        if band is not None:
            ink = "on_low" if band < MIDDLE else "on_middle" if band == MIDDLE else "on_high"
            number = points(float(value), 1 if bands is BANDS else 2)
            numbers.setdefault(ink, []).append((across + 0.5, down + 0.5, number))
    for colour in sorted(boxes):
        fill_boxes(ax, boxes[colour], colour)
    if cell >= ROOMY and row >= 1.2 * NUMBER:
        for ink, some in numbers.items():
            write(ax, some, ink, NUMBER, align="center")
    _name_sectors(ax, sectors, row, room)
    _name_regions(ax, regions, cell)


def _name_sectors(ax: Axes, sectors: Sequence[str], row: float, room: float) -> None:
    size, every = min(NAME, max(0.7 * row, 5.0)), max(ceil(7.0 / row), 1)  # smaller, then fewer, where rows are low
    names = [(0.0, place + 0.5, shorten(one, size, room)) for place, one in enumerate(sectors)]
    write(ax, names[::every], size=size, shift=(-room, 0.0))


def _name_regions(ax: Axes, regions: Sequence[str], cell: float) -> None:
    """Write the names of regions above their columns: level where all fit, else upright."""
    if max(text_width(one, NAME) for one in regions) <= cell - 4.0:
        level = [(place + 0.5, 0.0, one) for place, one in enumerate(regions)]
        write(ax, level, "muted", NAME, shift=(0.0, -10.0), align="center")
        return
    from matplotlib.transforms import ScaledTranslation

    moved = ScaledTranslation(BASELINE * NAME / POINTS, 5.0 / POINTS, ax.figure.dpi_scale_trans)
    look = letters("muted", NAME, False, "right") | {"va": "bottom", "rotation": 90, "rotation_mode": "default"}
    for place in range(0, len(regions), max(ceil(NAME / cell), 1)):
        words = shorten(regions[place], NAME, HEAD)
        ax.text(place + 0.5, 0.0, words, transform=ax.transData + moved, **look)
