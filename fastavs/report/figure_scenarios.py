"""Scenarios over the years, each beside the baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fastavs.errors import InputError, did_you_mean
from fastavs.report.drawing import SMALL
from fastavs.report.figure_path import draw_path, plain_courses
from fastavs.report.fitting import shorten
from fastavs.report.sheet import Sheet
from fastavs.report.sketch import Sketch
from fastavs.report.theme import light
from fastavs.report.words import listed, percent, plural
from fastavs.results.difference import baseline_place
from fastavs.results.summary import SUMMARY
from fastavs.scenario.draws import draws_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from fastavs.results.sweep import Sweep

COLOURS = ("ink", "blue", "orange", "green", "muted")
"""Of the baseline, and of the scenarios that are named."""
NAMES = {
    "weighted_mean_unadjusted": "weighted mean", "weighted_mean": "adjusted weighted mean",
    "simple_mean": "simple mean", "bound_mean": "mean bound rate",
    "ad_valorem_simple_mean": "simple mean without specific parts",
    "ad_valorem_weighted_mean": "weighted mean without specific parts", "matched_mean": "simple mean of matched lines",
    "hs6_mean": "mean by HS6 first",
}  # fmt: skip
"""Columns of the summary that are drawn, and what people call them."""
Means = Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Courses:
    """A mean by scenario and year, fractions: those that are named, the baseline first, and all others.

    Of the others some are nearer to the baseline in the last year, some cannot be compared with it there, and some are
    draws, which are named only where nothing else is.
    """

    named: Sequence[tuple[str, Means]]
    nearer: Sequence[Means] = ()
    apart: Sequence[Means] = ()
    draws: Sequence[Means] = ()

    @property
    def others(self) -> list[Means]:
        return [*self.nearer, *self.apart, *self.draws]

    @property
    def rates(self) -> list[float]:
        """All rates of the figure, fractions."""
        return [rate for one in (*(means for _, means in self.named), *self.others) for rate in one.values()]


def means_of(sweep: Sweep, column: str) -> list[dict[int, float]]:
    """Return a mean of each scenario by year; years in which it is not known are left out.

    Raises
    ------
    InputError
        What is no mean, or was not asked for.
    """
    known = [name for name in NAMES if name in sweep.outputs]
    if column not in known:
        swept = column in SUMMARY.names and column not in sweep.outputs
        raise InputError(
            "the sweep was not asked for this column" if swept else "no column that is drawn", value=column,
            expected=f"{', '.join(known) or 'none: no mean was asked for'}.{did_you_mean(column, known)}",
            cure=f'sweep(..., outputs=["{column}"])' if swept else None,
        )  # fmt: skip
    values = sweep.summary()[column].to_numpy().reshape(len(sweep.scenarios), len(sweep.years)).tolist()
    return [
        {year: mean for year, mean in zip(sweep.years, row, strict=True) if mean is not None and mean == mean}
        for row in values
    ]


def courses_of(sweep: Sweep, column: str, baseline: str | None) -> Courses:
    """Return the courses of a mean; named are the baseline and the scenarios that are farthest from it in the end.

    Raises
    ------
    InputError
        No such column or scenario.
    """
    means, base = means_of(sweep, column), baseline_place(sweep.scenarios, baseline)
    ends = [one.get(sweep.years[-1]) for one in means]
    draws = {place for one in draws_of(sweep.scenarios) for place in one.places}
    drawn = [place for place, one in enumerate(means) if one and place != base]
    chosen = [place for place in drawn if place not in draws]
    if not chosen and not means[base]:
        chosen, draws = drawn, set()
    far = by_distance(ends, base, chosen)[: len(COLOURS) - 1]
    named = [base, *sorted(far)] if means[base] else sorted(far)
    if not named:
        raise InputError("no scenario has this mean in any year, so there is nothing to draw", value=column)
    left = [place for place in drawn if place not in far and place not in draws]
    known = [place for place in left if ends[base] is not None and ends[place] is not None]
    return Courses(
        [(sweep.scenarios[place].name, means[place]) for place in named],
        [means[place] for place in known],
        [means[place] for place in left if place not in known],
        [means[place] for place in drawn if place in draws],
    )


def by_distance(ends: Sequence[float | None], base: int, places: Sequence[int]) -> list[int]:
    """Return places of scenarios, the farthest from the baseline first; what cannot be compared with it comes last.

    Examples
    --------
    >>> by_distance([0.1, 0.12, None, 0.05], 0, [1, 2, 3])
    [3, 1, 2]
    """
    start = ends[base]

    def away(place: int) -> tuple[bool, float]:
        end = ends[place]
        return (True, 0.0) if start is None or end is None else (False, -abs(end - start))

    return sorted(places, key=away)


def draw_scenarios(ax: Axes, courses: Courses, room: float) -> None:
    """Draw a mean (percent) of scenarios by year: named ones in colours, the others thin and grey.

    `room` is to the right of the axes, for the names; in points.
    """
    labelled = [(shorten(name, SMALL, room - 12.0), means) for name, means in courses.named]
    found = plain_courses(labelled, COLOURS)
    draw_path(ax, found, limits_of(courses.rates))
    years, thin = [], []
    for means in courses.others:  # all are one artist: there may be thousands
        years += [*means, np.nan]
        thin += [*(100.0 * rate for rate in means.values()), np.nan]
    if thin:
        ax.plot(
            years, thin, color=light("before"), linewidth=0.6, linestyle="-", marker="", zorder=1, clip_on=False,
            label="_others",
        )  # fmt: skip


def limits_of(rates: Sequence[float]) -> tuple[float, float]:
    """Return where a scale begins and ends, in percent: close around rates, so that scenarios can be told apart."""
    low, high = 100.0 * min(rates), 100.0 * max(rates)
    room = max(0.15 * (high - low), 0.02 * abs(high), 0.05)
    return (low - room if low < 0.0 else max(low - room, 0.0)), high + room


def scale_told(rates: Sequence[float]) -> str:
    """Return what is said of a scale, as `limits_of` has it, that does not begin at zero."""
    return "" if limits_of(rates)[0] == 0.0 else " The scale does not begin at zero."


def scenarios_sketch(courses: Courses, column: str, baseline: str, year: int) -> Sketch:
    """Return the figure of scenarios beside the baseline; `year` is the last."""
    title = f"The {NAMES[column]} by scenario"
    caption = f"Beside the other scenarios stands “{baseline}”, the baseline."
    thin = [f"{plural(len(courses.nearer), 'scenario')} nearer to it"] if courses.nearer else []
    thin += [f"{plural(len(courses.apart), 'scenario')} not compared with it in {year}"] if courses.apart else []
    thin += [plural(len(courses.draws), "draw") + " of partners"] if courses.draws else []
    if thin:
        caption += f" Thin grey lines are {listed(thin)}."
    caption += scale_told(courses.rates)
    ends = "; ".join(f"{name}: {percent(list(means.values())[-1], 2)}" for name, means in courses.named)
    return Sketch("path", title, caption, f"Line chart. In the end: {ends}.", lambda width: _sheet(courses, width))


def _sheet(courses: Courses, width: float) -> Sheet:
    wide = width >= 600
    sheet = Sheet(width, 320.0 if wide else 260.0)
    room = 220.0 if wide else 124.0
    draw_scenarios(sheet.axes(44.0, 16.0, width - 44.0 - room, sheet.height - 50.0), courses, room)
    return sheet
