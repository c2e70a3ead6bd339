"""One line's duty as a curve over unit value, and its partners as points on it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from fastavs.codes import to_key
from fastavs.duty import Duty, parse_duty
from fastavs.report.drawing import POINTS, SMALL, draw_grid, size_of, style_ticks, write
from fastavs.report.fitting import Box, overlap, text_width
from fastavs.report.sheet import Sheet
from fastavs.report.sketch import Sketch
from fastavs.report.theme import light
from fastavs.report.words import percent, plural, points, spelled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from fastavs.results.rates import Rates

CURVES = 4  # at most: exchange rates of so many periods
BESIDE = 40.0  # points to the left and right of the axes that names may take
UPWARDS = "AVE: the duty in percent of the value"
NAME = 9.5  # points: letters of partners' names


@dataclass(frozen=True, slots=True)
class _Point:
    """One observation: the study's currency for one unit, rate as a fraction, value in the study's currency."""

    partner: str
    unit_value: float
    rate: float
    value: float
    specific: bool


@dataclass(frozen=True, slots=True)
class _Picture:
    """Everything that is drawn of a line."""

    duty: Duty
    points: Sequence[_Point]
    fx: Sequence[Mapping[str, float]]  # by period
    unit: str
    currency: str

    @property
    def across(self) -> str:
        """What goes from left to right."""
        return f"unit value, {self.currency} for one {spelled(self.unit)} (logarithmic scale)"


def line_picture(rates: Rates, line: str, year: int) -> tuple[_Picture, int] | None:
    """Return what is drawn of a line, and the digits at which its observations were found.

    None where no observation with a quantity stands behind its rate, or its duty is on several kinds of quantity.

    Raises
    ------
    InputError
        No such line in that year.
    """
    table = rates.observations(line, year).to_pylist()
    place = rates.year(year)
    side = "bound" if "bound" in place.sides and _governs(rates, line, year) == "bound" else "applied"
    rows = [row for row in table if row["kept"] and row["schedule"] == side and row["quantity"]]
    if not rows:
        return None
    rows = [row for row in rows if row["line"] == rows[0]["line"]]
    duty = parse_duty(rows[0]["duty"])
    if len(duty.kinds) != 1:
        return None
    picture = _Picture(duty, _points(rows, duty), _exchange_rates(rows), rows[0]["unit"], rates.checked.config.currency)
    return picture, rows[0]["level"]


def line_sketch(rates: Rates, line: str, year: int) -> Sketch | None:
    """Return the figure of one line, or None where there is nothing to draw; see `line_picture`.

    Raises
    ------
    InputError
        No such line in that year.
    """
    found = line_picture(rates, line, year)
    if found is None:
        return None
    picture, level = found
    duty, own = picture.duty, level == rates.year(year).digits
    value_basis = rates.checked.config.value_basis.replace("not stated", "whether CIF or FOB is not stated")
    title = f"One line: {line}, duty {duty.text}"
    caption = (
        f"Line {line} in {year}. Each point is what one partner's goods are worth, for one {spelled(picture.unit)}, "
        f"and what the duty on them comes to in percent of that value ({value_basis})."
    )
    if duty.has_specific and duty.is_monotone:
        caption += (
            " The cheaper the goods, the heavier a duty charged by quantity: it falls hardest on those who sell the "
            "cheapest."
        )
    if not own:
        caption += (
            f" The line has no trade of its own: the points are those of lines that share its first {level} digits."
        )
    if duty.has_specific and duty.ad_valorem > 0.0:
        caption += " Orange: the part charged by quantity makes a difference; blue: the percentage alone counts."
    if len({tuple(one.items()) for one in picture.fx}) > 1:
        caption += " Thin curves are the same duty at the exchange rates of other periods."
    return Sketch("line", title, caption, _description(picture), lambda width: _sheet(picture, width))


def _governs(rates: Rates, line: str, year: int) -> str:
    columns = rates.year(year)
    place = int(np.searchsorted(columns.keys, to_key(line)))
    return "bound" if columns.bound_governs[place] else "applied"


def _points(rows: Sequence[Mapping[str, Any]], duty: Duty) -> list[_Point]:
    return [
        _Point(
            row["partner"], row["quantity_value"] / row["quantity"], row["rate"], row["value"],
            row["rate"] != duty.ad_valorem,
        )
        for row in rows
    ]  # fmt: skip


def _exchange_rates(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, float]]:
    """Return the exchange rates of each period, the latest first, at most `CURVES` of them."""
    by_period = {
        row["period"]: {row[f"currency{n}"]: row[f"fx{n}"] for n in ("", "_2") if row[f"currency{n}"]} for row in rows
    }
    return [by_period[period] for period in sorted(by_period, reverse=True)][:CURVES]


def _description(picture: _Picture) -> str:
    low, high = (pick(picture.points, key=lambda one: one.rate) for pick in (min, max))
    bound = sum(one.specific for one in picture.points)
    worth = f"{low.unit_value:.3g} {picture.currency} for one {spelled(picture.unit)}"
    return (
        f"Scatter chart of {plural(len(picture.points), 'observation')} with the duty as a curve. Lowest rate "
        f"{percent(low.rate)} ({low.partner}, {worth}), highest {percent(high.rate)} ({high.partner}, "
        f"{high.unit_value:.3g}). The part charged by quantity makes a difference in {bound} of them."
    )


def _sheet(picture: _Picture, width: float) -> Sheet:
    wide = width >= 600
    sheet = Sheet(width, 400.0 if wide else 360.0)
    left, top = 46.0, 40.0
    ax = sheet.axes(left, top, width - left - (40 if wide else 26), sheet.height - top - 48)
    draw_line(ax, picture)
    sheet.text((left + width) / 2, sheet.height - 12, picture.across, "muted", SMALL, align="center")
    sheet.text(8, 14, UPWARDS, "muted", SMALL)
    return sheet


def draw_line(ax: Axes, picture: _Picture) -> None:
    """Draw a duty (percent) over unit value, logarithmic, and the observations as points on it.

    Parameters
    ----------
    ax : Axes
    picture : _Picture
    """
    low, high = (pick(one.unit_value for one in picture.points) for pick in (min, max))
    pad = max(high / low, 2.0) ** 0.06
    ax.set_xscale("log")
    ax.set_xlim(low / pad, high * pad)
    ax.set_ylim(110.0 * min(0.0, *(one.rate for one in picture.points)), 100.0 * _top(picture))
    _mark_scales(ax)
    for place, fx in enumerate(picture.fx):
        _draw_curve(ax, picture.duty, fx, 2.0 if place == 0 else 0.8)
    _name_parts(ax, picture)
    areas = _areas(picture)
    rates = np.minimum([100.0 * one.rate for one in picture.points], ax.get_ylim()[1])
    values = np.array([one.unit_value for one in picture.points])
    specific = np.array([one.specific for one in picture.points])
    for chosen, colour in ((~specific, "blue"), (specific, "orange")):
        if chosen.any():
            ax.scatter(
                values[chosen], rates[chosen], s=areas[chosen], facecolor=light(colour), edgecolor=light("paper"),
                linewidth=0.8, clip_on=False, zorder=3, marker="o",
            )  # fmt: skip
    dots = np.column_stack([_places(ax, values, rates), np.sqrt(areas) / 2.0])
    _name_partners(ax, picture, dots)


def _top(picture: _Picture) -> float:
    """Return where the axis of rates ends: lone high points are drawn at its edge rather than flatten the rest."""
    rates = sorted(one.rate for one in picture.points)
    most = rates[int(0.94 * (len(rates) - 1))]
    return max(min(rates[-1], 1.8 * most), 1.2 * picture.duty.ad_valorem, 0.01) * 1.1


def _areas(picture: _Picture) -> np.ndarray:
    """Return the areas of the points, points squared: they grow with the value."""
    values = np.array([one.value for one in picture.points])
    return 16.0 + 150.0 * values / values.max()


def _mark_scales(ax: Axes) -> None:
    from matplotlib.ticker import LogLocator

    low, high = ax.get_xlim()
    few = math.log10(high / low) > (4.0 if size_of(ax)[0] >= 500 else 2.0)
    ax.xaxis.set_major_locator(LogLocator(subs=(1.0,) if few else (1.0, 2.0, 5.0), numticks=12))
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g} %")
    style_ticks(ax)
    draw_grid(ax, "both")


def _draw_curve(ax: Axes, duty: Duty, fx: Mapping[str, float], thickness: float) -> None:
    pieces = duty.pieces(dict(fx))
    low, high = ax.get_xlim()
    knots = [1.0 / ratio for ratio in pieces.breakpoints if ratio > 0.0 and low < 1.0 / ratio < high]
    values = sorted([*np.geomspace(low, high, 120).tolist(), *knots])
    rates = [100.0 * pieces.rate(1.0 / value) for value in values]
    ax.plot(values, rates, color=light("before"), linewidth=thickness, linestyle="-", marker="")


def _name_parts(ax: Axes, picture: _Picture) -> None:
    """Write above each stretch of unit values which part of the duty governs there."""
    pieces = picture.duty.pieces(dict(picture.fx[0]))
    low, high = ax.get_xlim()
    ends = [math.inf, *(1.0 / ratio for ratio in pieces.breakpoints if ratio > 0.0), 0.0]
    names = []
    for words, right, left in zip(pieces.binds, ends, ends[1:], strict=False):
        left, right = max(left, low), min(right, high)
        if left >= right:
            continue
        if left > low:
            ax.axvline(left, color=light("muted"), linewidth=1.0, linestyle=(0, (2, 3)), marker="", zorder=1)
        if size_of(ax)[0] * math.log(right / left) / math.log(high / low) > text_width(words, SMALL):
            names.append((math.sqrt(left * right), 1.0, words))
    write(ax, names, size=SMALL, shift=(0, -8), within=ax.get_xaxis_transform(), align="center")


def _places(ax: Axes, values: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """Return the places (across, down) of pairs of values in rows, points from the axes' upper left corner."""
    box = ax.get_window_extent()
    places = ax.transData.transform(np.column_stack([values, rates]))
    return np.column_stack([places[:, 0] - box.x0, box.y1 - places[:, 1]]) * (POINTS / ax.figure.dpi)


def _name_partners(ax: Axes, picture: _Picture, dots: np.ndarray) -> None:
    """Name the partners, the largest first, as far as there is room; `dots` are middles and radii, in points."""
    x, y, radius = dots.T
    taken = [np.column_stack([x - radius, y - radius, x + radius, y + radius]), _along_curve(ax, picture)]
    boxes = np.concatenate([*taken, np.full((len(dots), 4), np.nan)])  # with room for the names
    filled = len(dots) + len(taken[1])
    width, height = size_of(ax)
    named: set[str] = set()
    names = []
    top = ax.get_ylim()[1]
    for place in sorted(range(len(dots)), key=lambda i: (-picture.points[i].value, i)):
        one = picture.points[place]
        if one.partner in named:
            continue
        words = f"{one.partner} {points(one.rate)} %" if 100.0 * one.rate > top else one.partner
        spot = _free_spot(place, dots[place].tolist(), words, boxes[:filled], width)
        if spot is not None:
            names.append((spot[0] / width, 1.0 - (spot[1] + spot[3]) / 2 / height, words))
            boxes[filled] = spot
            filled += 1
            named.add(one.partner)
    write(ax, names, size=NAME, within=ax.transAxes)


def _along_curve(ax: Axes, picture: _Picture) -> np.ndarray:
    """Return small boxes along the latest period's curve, so that names keep off it."""
    pieces = picture.duty.pieces(dict(picture.fx[0]))
    values = np.geomspace(*ax.get_xlim(), 250)
    rates = np.array([100.0 * pieces.rate(1.0 / value) for value in values.tolist()])
    x, y = _places(ax, values, np.minimum(rates, ax.get_ylim()[1])).T
    return np.column_stack([x - 1.0, y - 1.0, x + 1.0, y + 1.0])


def _free_spot(place: int, dot: Sequence[float], words: str, taken: np.ndarray, width: float) -> Box | None:
    """Return where words can stand beside a dot, in points from the axes' upper left corner.

    `taken` are boxes, and begins with those of the dots.
    """
    x, y, radius = dot
    wide, high = text_width(words, NAME) + 1, 10.0
    across, down = radius + wide + 3, radius + high + 2
    close = (
        (taken[:, 0] < x + across) & (x - across < taken[:, 2]) & (taken[:, 1] < y + down) & (y - down < taken[:, 3])
    )
    close[place] = False
    near = taken[close].tolist()
    for left, top in (
        (x + radius + 2, y - high / 2),
        (x - radius - 2 - wide, y - high / 2),
        (x + radius, y - high - 1),
        (x - radius - wide, y + 1),
        (x - radius - wide, y - high - 1),
        (x + radius, y + 1),
        (x - wide / 2, y - radius - 1 - high),
        (x - wide / 2, y + radius + 1),
    ):
        box = (left, top, left + wide, top + high)
        inside = left > -BESIDE and left + wide < width + BESIDE
        if inside and not any(overlap(box, other) for other in near):
            return box
    return None
