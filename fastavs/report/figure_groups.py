"""Industries, or chapters, before and after: first against last year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from fastavs.report.drawing import SMALL, dot_look, draw_grid, draw_rules, size_of, style_ticks, write
from fastavs.report.fitting import shorten
from fastavs.report.sheet import Sheet
from fastavs.report.sketch import Sketch
from fastavs.report.words import chapter_label, percent, points

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 30
TOP, SIDE = 50.0, 58.0  # points above the rows, and to their right
BEFORE = (5.0, "paper", "before")  # a ring: radius, fill, edge
AFTER = (3.5, "blue", "blue")


@dataclass(frozen=True, slots=True)
class _Pair:
    """A group's mean in the first and the last year, fractions."""

    label: str
    before: float
    after: float

    @property
    def change(self) -> float:
        return self.after - self.before


def groups_sketch(rows: Sequence[Mapping[str, Any]], grouping: str, years: Sequence[int]) -> Sketch | None:
    """Return the figure of the groups, or None where there is nothing to compare.

    Parameters
    ----------
    rows : sequence of mapping
        Rows of ``group_<grouping>.csv``.
    grouping : str
        "chapter", or the name of another grouping.
    years : sequence of int
        All years; the first and the last are compared.
    """
    first, last = years[0], years[-1]
    if first == last and grouping == "chapter":
        return None  # the heat map has these numbers
    pairs = group_pairs(rows, grouping, first, last)
    if not pairs:
        return None
    shown = most_changed(pairs)
    several = {"industry": "industries"}.get(grouping, f"groups ({grouping})" if grouping != "chapter" else "chapters")
    if first == last:
        caption = f"The mean duty on the tariff lines of each of the {several}, in {last}."
        title = f"Duties by {grouping}, {last}"
    else:
        caption = (
            f"The mean duty on the tariff lines of each of the {several}: the ring is {first}, the dot {last}. "
            "A long bar is a large change."
        )
        title = f"Before and after: {several}, {first} and {last}"
    if len(shown) < len(pairs):
        caption += f" Shown are the {len(shown)} of {len(pairs)} that changed most, or else are highest."
    fell, rose = (sorted(pairs, key=lambda one: sign * one.change)[0] for sign in (1, -1))
    description = f"Dot chart of {len(shown)} {several}."
    if first != last and fell.change < -5e-5:
        description += f" Largest fall: {fell.label}, {percent(fell.before)} to {percent(fell.after)}."
    if first != last and rose.change > 5e-5:
        description += f" Largest rise: {rose.label}, {percent(rose.before)} to {percent(rose.after)}."
    return Sketch("groups", title, caption, description, lambda width: _sheet(shown, (first, last), width))


def group_pairs(rows: Sequence[Mapping[str, Any]], grouping: str, first: int, last: int) -> list[_Pair]:
    """Return the means of each group that both years have."""
    means: dict[str, dict[int, float]] = {}
    labels: dict[str, str] = {}
    for row in rows:
        group = row["group"]
        if row["simple_mean"] is not None:
            means.setdefault(group, {})[row["year"]] = row["simple_mean"]
        labels[group] = row["name"] or (chapter_label(group) if grouping == "chapter" else group)
    return [_Pair(labels[group], one[first], one[last]) for group, one in means.items() if first in one and last in one]


def pair_of(label: str, before: float, after: float) -> _Pair:
    """Return a mean before and after, fractions."""
    return _Pair(label, before, after)


def most_changed(pairs: Sequence[_Pair], most: int = MOST) -> list[_Pair]:
    """Return the groups that changed most, or else are highest; the highest first."""
    shown = sorted(pairs, key=lambda one: (-abs(round(one.change, 6)), -one.after, one.label))[:most]
    return sorted(shown, key=lambda one: (-one.after, one.label))


def _sheet(pairs: Sequence[_Pair], years: tuple[int, int], width: float) -> Sheet:
    wide = width >= 600
    row = 21.0 if wide else 36.0
    sheet = Sheet(width, TOP + row * len(pairs) + 12)
    single = years[0] == years[1]
    for place, (year, mark) in enumerate(zip(years, (BEFORE, AFTER), strict=True)):
        if not single or place:
            x = 16.0 + (0.0 if single else 70.0 * place)
            sheet.dot(x, 16, *mark)
            sheet.text(x + 11, 16, str(year), bold=True)
    sheet.text(width - 8, 16, "level" if single else "change, points", "muted", SMALL, align="right")
    left = 236.0 if wide else 12.0
    ax = sheet.axes(left, TOP, width - left - SIDE - 12, row * len(pairs))
    draw_groups(ax, pairs, single=single, names_above=not wide)
    return sheet


def draw_groups(ax: Axes, pairs: Sequence[_Pair], *, single: bool = False, names_above: bool = False) -> None:
    """Draw each group's mean (percent) before and after in a row, and write the change in points to the right.

    Parameters
    ----------
    ax : Axes
    pairs : sequence of _Pair
        In order from top to bottom.
    single : bool
        Whether there is one year only: the mean after is drawn, and written to the right.
    names_above : bool
        Whether names stand above the marks, otherwise to the left of the axes.
    """
    rates = [100.0 * rate for one in pairs for rate in (one.before, one.after)]
    ax.set_xlim(min([*rates, 0.0]), max([*rates, 1.0]))
    ax.set_ylim(len(pairs), 0)
    wide, high = size_of(ax)
    point = len(pairs) / high  # values down to a point
    _mark_rates(ax)
    down = [place + 0.5 + (7.0 * point if names_above else 0.0) for place in range(len(pairs))]
    before, after = ([100.0 * rate for rate in one] for one in zip(*((p.before, p.after) for p in pairs), strict=True))
    if not single:
        draw_rules(ax, zip(down, before, after, strict=True), "blue_soft", 5.0)
        ax.plot(before, down, zorder=2.1, **dot_look(*BEFORE))
    ax.plot(after, down, zorder=2.2, **dot_look(*AFTER))
    edge = ax.get_yaxis_transform()
    words = [percent(one.after) if single else _signed(one.change) for one in pairs]
    changes = [(1.0, y, text) for y, text in zip(down, words, strict=True)]
    write(ax, changes, size=SMALL, shift=(SIDE + 4, 0), within=edge, align="right")
    room = wide + SIDE + 12 - 68 if names_above else 216.0
    names = [(0.0, place + 0.5, shorten(one.label, SMALL, room)) for place, one in enumerate(pairs)]
    if names_above:
        write(ax, names, size=SMALL, shift=(-4, -9), within=edge)
    else:
        write(ax, names, size=SMALL, shift=(-14, 0), within=edge, align="right")


def _mark_rates(ax: Axes) -> None:
    """Draw a line at every round rate, and write it above."""
    least, most = ax.get_xlim()
    step = next((step for step in (1, 2, 5, 10, 20, 50, 100) if (most - least) / step <= 6), (most - least) / 5)
    rates = [step * number for number in range(ceil(least / step), floor(most / step) + 1)]
    style_ticks(ax)
    ax.set_yticks([])
    ax.set_xticks(rates, [f"{points(rate / 100.0).removesuffix('.0')} %" for rate in rates])
    ax.tick_params(axis="x", labelsize=9.5, labeltop=True, labelbottom=False, pad=4.3)
    draw_grid(ax, "x")


def _signed(change: float) -> str:
    text = points(change)
    return text if text.startswith("−") or text == "0.0" else f"+{text}"
