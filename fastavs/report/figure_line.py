"""One line's duty as a curve over unit value, and its partners as points on it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from fastavs.codes import to_key
from fastavs.duty import Duty, parse_duty
from fastavs.report.panel import Panel, log_values, round_values
from fastavs.report.sketch import Sketch
from fastavs.report.svg import SMALL, Canvas, text_width
from fastavs.report.words import percent, plural, points, spelled

if TYPE_CHECKING:
    from fastavs.results.rates import Rates

CURVES = 4  # at most: exchange rates of so many periods
Box = tuple[float, float, float, float]  # left, top, right, bottom; px
Dot = tuple[float, float, float]  # its middle and its radius; px


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


def line_sketch(rates: Rates, line: str, year: int) -> Sketch | None:
    """Return the figure of one line, or None where no observation with a quantity stands behind its rate.

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
    own = rows[0]["level"] == place.digits
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
            " The line has no trade of its own: the points are those of lines that share its first "
            f"{rows[0]['level']} digits."
        )
    if duty.has_specific and duty.ad_valorem > 0.0:
        caption += " Orange: the part charged by quantity makes a difference; blue: the percentage alone counts."
    if len({tuple(one.items()) for one in picture.fx}) > 1:
        caption += " Thin curves are the same duty at the exchange rates of other periods."
    return Sketch("line", title, caption, _description(picture), lambda width: _draw(picture, width))


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


def _draw(picture: _Picture, width: float) -> Canvas:
    wide = width >= 600
    canvas = Canvas(width, 400.0 if wide else 360.0)
    left, top = 46.0, 40.0
    low, high = (pick(one.unit_value for one in picture.points) for pick in (min, max))
    pad = max(high / low, 2.0) ** 0.06
    rates = 110.0 * min(0.0, *(one.rate for one in picture.points)), 100.0 * _top(picture)
    panel = Panel(
        canvas, left, top, width - left - (40 if wide else 26), canvas.height - top - 48,
        (low / pad, high * pad), rates, logarithmic=True,
    )  # fmt: skip
    panel.mark_across(_unit_values(panel), lambda value: f"{value:,.10g}", grid=True)
    panel.mark_down(lambda value: f"{value:g} %")
    for place, fx in enumerate(picture.fx):
        _draw_curve(panel, picture.duty, fx, 2.0 if place == 0 else 0.8)
    _name_parts(panel, picture)
    dots = _dots(panel, picture)
    for specific, colour in ((False, "blue"), (True, "orange")):
        for one, (x, y, radius) in zip(picture.points, dots, strict=True):
            if one.specific == specific:
                canvas.dot(x, y, radius, colour, edge="paper", width=0.8)
    _label_points(panel, picture, dots)
    words = f"unit value, {picture.currency} for one {spelled(picture.unit)} (logarithmic scale)"
    canvas.text((left + width) / 2, canvas.height - 12, words, "muted", SMALL, align="center")
    canvas.text(8, 14, "AVE: the duty in percent of the value", "muted", SMALL)
    return canvas


def _top(picture: _Picture) -> float:
    """Return where the axis of rates ends: lone high points are drawn at its edge rather than flatten the rest."""
    rates = sorted(one.rate for one in picture.points)
    most = rates[int(0.94 * (len(rates) - 1))]
    return max(min(rates[-1], 1.8 * most), 1.2 * picture.duty.ad_valorem, 0.01) * 1.1


def _dots(panel: Panel, picture: _Picture) -> list[Dot]:
    """Return the places of the points, at most at the panel's upper edge; their areas grow with the value."""
    largest = max(one.value for one in picture.points)
    return [
        (
            panel.across(one.unit_value),
            max(panel.down(100.0 * one.rate), panel.top),
            math.sqrt(16.0 + 150.0 * one.value / largest) / 2,
        )
        for one in picture.points
    ]


def _unit_values(panel: Panel) -> list[float]:
    """Return the unit values that are written below."""
    low, high = panel.x_limits
    if math.log10(high / low) > (4.0 if panel.canvas.wide else 2.0):
        return log_values(low, high, (1,), 11)
    values = log_values(low, high, (1, 2, 5), 11)
    return values if len(values) > 1 else round_values(low, high, min(9, int(panel.width / 30)))


def _draw_curve(panel: Panel, duty: Duty, fx: Mapping[str, float], thickness: float) -> None:
    pieces = duty.pieces(dict(fx))
    low, high = panel.x_limits
    knots = [1.0 / ratio for ratio in pieces.breakpoints if ratio > 0.0 and low < 1.0 / ratio < high]
    values = sorted([*np.geomspace(low, high, 120).tolist(), *knots])
    panel.curve([(value, 100.0 * pieces.rate(1.0 / value)) for value in values], "before", thickness)


def _name_parts(panel: Panel, picture: _Picture) -> None:
    """Write above each stretch of unit values which part of the duty governs there."""
    pieces = picture.duty.pieces(dict(picture.fx[0]))
    low, high = panel.x_limits
    ends = [math.inf, *(1.0 / ratio for ratio in pieces.breakpoints if ratio > 0.0), 0.0]
    for words, right, left in zip(pieces.binds, ends, ends[1:], strict=False):
        left, right = max(left, low), min(right, high)
        if left >= right:
            continue
        start, end = panel.across(left), panel.across(right)
        if left > low:
            panel.canvas.stroke([(start, panel.bottom), (start, panel.top)], "muted", dashes=(2, 3))
        if end - start > text_width(words, SMALL):
            panel.canvas.text((start + end) / 2, 32, words, "ink", SMALL, align="center")


def _label_points(panel: Panel, picture: _Picture, dots: Sequence[Dot]) -> None:
    """Name the partners, the largest first, as far as there is room."""
    taken: list[Box] = [(x - r, y - r, x + r, y + r) for x, y, r in dots]
    taken += _along_curve(panel, picture)
    named: set[str] = set()
    top = panel.y_limits[1]
    for place in sorted(range(len(dots)), key=lambda i: (-picture.points[i].value, i)):
        one = picture.points[place]
        if one.partner in named:
            continue
        beyond = 100.0 * one.rate > top
        words = f"{one.partner} {points(one.rate)} %" if beyond else one.partner
        spot = _free_spot(place, dots, words, taken, panel.canvas.width)
        if spot is not None:
            panel.canvas.text(spot[0], (spot[1] + spot[3]) / 2, words, "ink", 9.5)
            taken.append(spot)
            named.add(one.partner)


def _along_curve(panel: Panel, picture: _Picture) -> list[Box]:
    """Return small boxes along the latest period's curve, so that names keep off it."""
    pieces = picture.duty.pieces(dict(picture.fx[0]))
    boxes = []
    for value in np.geomspace(*panel.x_limits, 250).tolist():
        x, y = panel.across(value), max(panel.down(100.0 * pieces.rate(1.0 / value)), panel.top)
        boxes.append((x - 1.0, y - 1.0, x + 1.0, y + 1.0))
    return boxes


def _free_spot(place: int, dots: Sequence[Dot], words: str, taken: Sequence[Box], width: float) -> Box | None:
    """Return where words can stand beside a dot; `taken` begins with the boxes of the dots."""
    x, y, radius = dots[place]
    wide, high = text_width(words, 9.5) + 1, 10.0
    across, down = radius + wide + 3, radius + high + 2
    start, end, above, below = x - across, x + across, y - down, y + down
    near = [
        box
        for i, box in enumerate(taken)
        if box[0] < end and start < box[2] and box[1] < below and above < box[3] and i != place
    ]
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
        inside = left > 0.0 and left + wide < width
        if inside and not any(_overlap(box, other) for other in near):
            return box
    return None


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
