"""Tariffs of a model's cells as a factor on their specific duties moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from fastavs.report.drawing import SIZE, SMALL, dot_look, draw_grid, size_of, style_ticks, write
from fastavs.report.figure_scenarios import limits_of
from fastavs.report.fitting import shorten, spread
from fastavs.report.theme import light
from fastavs.report.words import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LOOKS: tuple[tuple[str, tuple[float, float] | None], ...] = tuple(
    (colour, dashes) for dashes in (None, (4.0, 2.0)) for colour in ("blue", "orange", "green", "ink", "before")
)
"""Colour and dashes of one curve after another."""
TALL, LOW = 31.0, 15.0  # points from one name to the next: rate above name, or beside it
MOST_TALL = 5  # names whose rates stand above them


@dataclass(frozen=True, slots=True)
class CellCurve:
    """A cell's tariff by the factor. Straight lines from point to point are exact.

    Attributes
    ----------
    label : str
    factor, rate : float64[n]
        Ascending; rates are fractions.
    base : float
        The rate where the factor is 1.
    """

    label: str
    factor: np.ndarray
    rate: np.ndarray
    base: float


def curve_between(label: str, table: pa.Table, span: tuple[float, float]) -> CellCurve:
    """Return the part of a curve between two factors; `table` is one of `TariffFunction.curve`, with rates known."""
    start, flat, slope = (table[name].to_numpy() for name in ("factor", "rate", "slope"))

    def rate_at(factors: np.ndarray) -> np.ndarray:
        piece = np.searchsorted(start, factors, side="right") - 1
        return np.asarray(flat[piece] + slope[piece] * (factors - start[piece]), dtype=np.float64)

    low, high = span
    factor = np.concatenate([[low], start[(low < start) & (start < high)], [high]])
    return CellCurve(label, factor, rate_at(factor), float(rate_at(np.ones(1))[0]))


def draw_curves(ax: Axes, curves: Sequence[CellCurve], room: float) -> None:
    """Draw tariffs (percent) by the factor; `room`, in points, is to the right of the axes, for the names."""
    from matplotlib.ticker import MaxNLocator

    low, high = curves[0].factor[0], curves[0].factor[-1]
    style_ticks(ax)
    ax.set_xlim(low, high)
    ax.set_ylim(*limits_of(np.concatenate([one.rate for one in curves]).tolist()))
    ax.xaxis.set_major_locator(MaxNLocator(nbins=8, steps=[1, 2.5, 5, 10]))
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g} %")
    draw_grid(ax, "y")
    for one, (colour, dashes) in zip(curves, LOOKS, strict=False):
        ax.plot(
            one.factor, 100.0 * one.rate, color=light(colour), linewidth=2.0, marker="", clip_on=False, zorder=3,
            linestyle=(0, dashes) if dashes else "-", label=one.label, solid_joinstyle="round",
        )  # fmt: skip
    if low <= 1.0 <= high:
        _mark_base(ax, curves)
    _name_ends(ax, curves, room)


def _mark_base(ax: Axes, curves: Sequence[CellCurve]) -> None:
    """Draw a rule where the factor is 1, and a dot on each curve."""
    ax.axvline(1.0, color=light("muted"), linewidth=1.0, linestyle=(0, (2, 3)), marker="", zorder=1)
    for one, (colour, _) in zip(curves, LOOKS, strict=False):
        ax.plot([1.0], [100.0 * one.base], zorder=4, label="_base", **dot_look(3.5, colour, "paper"))
    write(ax, [(1.0, 1.0, "base")], "muted", SMALL, shift=(0, -8), within=ax.get_xaxis_transform(), align="center")


def _name_ends(ax: Axes, curves: Sequence[CellCurve], room: float) -> None:
    """Write at each curve's end what it comes to and whose it is, apart from each other."""
    (width, height), (low, high) = size_of(ax), ax.get_ylim()
    tall = len(curves) <= MOST_TALL and TALL * len(curves) <= height
    ends = [height * (high - 100.0 * one.rate[-1]) / (high - low) for one in curves]
    places = _within(spread(ends, TALL if tall else LOW), TALL if tall else LOW, height)
    for one, (colour, _), end, down in zip(curves, LOOKS, ends, places, strict=False):
        ink, rate = "muted" if colour == "before" else colour, percent(float(one.rate[-1]), 1)
        if abs(end - down) > 4.0:
            across, up = [1.0 + 3.0 / width, 1.0 + 11.0 / width], [1.0 - end / height, 1.0 - down / height]
            ax.plot(
                across, up, transform=ax.transAxes, color=light(colour), linewidth=0.8, linestyle="-", marker="",
                clip_on=False, label="_to its name",
            )  # fmt: skip
        words = (
            [(rate, SIZE, True, (14.0, down - 6.0)), (one.label, SMALL, False, (14.0, down + 8.0))]
            if tall
            else [(f"{rate}  {one.label}", SMALL, False, (14.0, down))]
        )
        for text, size, bold, shift in words:
            fitting = shorten(text, size, room - 16.0)
            write(ax, [(1.0, 1.0, fitting)], ink, size, shift=shift, within=ax.transAxes, bold=bold)


def _within(places: Sequence[float], gap: float, height: float) -> list[float]:
    """Return places moved up, then down, so that they are within the height as far as they fit, and a gap apart."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved, least, most = list(places), 0.0, height
    for i in reversed(order):
        moved[i] = min(moved[i], most)
        most = moved[i] - gap
    for i in order:
        moved[i] = max(moved[i], least)
        least = moved[i] + gap
    return moved
