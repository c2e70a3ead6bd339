"""Scenarios over the years: each beside the baseline, or many draws as a fan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fastavs.errors import InputError, did_you_mean
from fastavs.report.drawing import SMALL, draw_grid, style_ticks
from fastavs.report.figure_path import draw_path, plain_courses
from fastavs.report.fitting import shorten
from fastavs.report.sheet import Sheet
from fastavs.report.sketch import Sketch
from fastavs.report.theme import light
from fastavs.report.words import percent, plural
from fastavs.results.difference import baseline_place
from fastavs.results.summary import SUMMARY
from fastavs.scenario.trade import Resample

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from fastavs.results.sweep import Sweep
    from fastavs.scenario.scenario import Scenario

COLOURS = ("ink", "blue", "orange", "green", "muted")
"""Of the baseline, and of the scenarios that are named."""
ENDS = (5, 25, 50, 75, 95)
"""Percentiles of a fan."""
NAMES = {
    "weighted_mean_unadjusted": "weighted mean", "weighted_mean": "weighted mean, adjusted",
    "simple_mean": "simple mean", "bound_mean": "mean bound rate",
    "ad_valorem_simple_mean": "simple mean without specific parts",
    "ad_valorem_weighted_mean": "weighted mean without specific parts", "matched_mean": "simple mean of matched lines",
    "hs6_mean": "mean by HS6 first",
}  # fmt: skip
"""Columns of the summary that are drawn, and what people call them."""
Means = Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Courses:
    """A mean by scenario and year, fractions: those that are named, the baseline first, and all others."""

    named: Sequence[tuple[str, Means]]
    others: Sequence[Means]


@dataclass(frozen=True, slots=True)
class Fan:
    """How draws are spread: percentiles (fractions) of `ENDS` by year, and the study as it is, where it was swept."""

    draws: int
    years: Sequence[int]
    ends: np.ndarray  # float64[5, years]
    as_it_is: Means


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
    last = sweep.years[-1]

    def away(place: int) -> float:
        return -abs(means[place].get(last, 0.0) - means[base].get(last, 0.0))

    drawn = [place for place, one in enumerate(means) if one and place != base]
    chosen = [place for place in drawn if not is_draw(sweep.scenarios[place])] or drawn
    far = sorted(sorted(chosen, key=away)[: len(COLOURS) - 1])
    named = [base, *far] if means[base] else far
    if not named:
        raise InputError("no scenario has this mean in any year, so there is nothing to draw", value=column)
    return Courses(
        [(sweep.scenarios[place].name, means[place]) for place in named],
        [means[place] for place in drawn if place not in far],
    )


def is_draw(scenario: Scenario) -> bool:
    """Whether a scenario draws its partners."""
    return any(isinstance(one, Resample) for one in scenario.changes)


def fan_of(sweep: Sweep, column: str) -> Fan:
    """Return how the draws of a sweep are spread.

    Raises
    ------
    InputError
        No such column; fewer than two draws.
    """
    means = means_of(sweep, column)
    draws = [place for place, one in enumerate(sweep.scenarios) if is_draw(one)]
    if len(draws) < 2:
        raise InputError(
            "the sweep has no draws to make a fan of", expected="scenarios with fa.Resample",
            cure='sweep [fa.Scenario(f"draw {i}", fa.Resample(i)) for i in range(1000)]',
        )  # fmt: skip
    years = [year for year in sweep.years if any(year in means[place] for place in draws)]
    ends = [np.percentile([means[place][year] for place in draws if year in means[place]], ENDS) for year in years]
    plain = next((means[place] for place, one in enumerate(sweep.scenarios) if not one.changes), {})
    return Fan(len(draws), years, np.array(ends).reshape(-1, len(ENDS)).T, plain)


def draw_scenarios(ax: Axes, courses: Courses, room: float) -> None:
    """Draw a mean (percent) of scenarios by year: named ones in colours, the others thin and grey.

    `room` is to the right of the axes, for the names; in points.
    """
    labelled = [(shorten(name, SMALL, room - 12.0), means) for name, means in courses.named]
    found = plain_courses(labelled, COLOURS)
    rates = [rate for one in (*(means for _, means in courses.named), *courses.others) for rate in one.values()]
    draw_path(ax, found, limits_of(rates))
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


def draw_fan(ax: Axes, fan: Fan) -> None:
    """Draw percentiles (percent) by year: the middle 90 % filled, the middle half between thin lines, the median."""
    ends = 100.0 * fan.ends
    years = list(fan.years)
    style_ticks(ax)
    ax.set_xlim(years[0] - 0.4, years[-1] + 0.4)
    ax.set_ylim(*limits_of([*fan.ends.reshape(-1).tolist(), *fan.as_it_is.values()]))
    marked = [year for year in years if len(years) <= 6 or year % 5 == 0]
    ax.set_xticks(marked, [str(year) for year in marked])
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g} %")
    draw_grid(ax, "y")
    marker = "o" if len(years) <= 3 else ""
    if len(years) == 1:
        ax.vlines(years, ends[0], ends[4], color=light("blue_soft"), linewidth=16.0)
    ax.fill([*years, *reversed(years)], [*ends[0], *reversed(ends[4])], color=light("blue_soft"), linewidth=0.0)
    looks = ((1, 0.8, (3.0, 2.0)), (3, 0.8, (3.0, 2.0)), (2, 2.0, None))
    for place, width, dashes in looks:
        ax.plot(
            years, ends[place], color=light("blue"), linewidth=width, linestyle=(0, dashes) if dashes else "-",
            marker=marker, markersize=5, clip_on=False,
        )  # fmt: skip
    if fan.as_it_is:
        rates = [100.0 * rate for rate in fan.as_it_is.values()]
        ax.plot(
            list(fan.as_it_is), rates, color=light("ink"), linewidth=1.2, linestyle="-", marker=marker, markersize=4,
            clip_on=False,
        )  # fmt: skip


def scenarios_sketch(courses: Courses, column: str, baseline: str) -> Sketch:
    """Return the figure of scenarios beside the baseline."""
    title = f"The {NAMES[column]} by scenario"
    caption = f"Beside the other scenarios stands “{baseline}”, the baseline."
    if courses.others:
        caption += f" Thin grey lines are {plural(len(courses.others), 'scenario')} nearer to it."
    caption += " The scale does not begin at zero."
    ends = "; ".join(f"{name}: {percent(list(means.values())[-1], 2)}" for name, means in courses.named)
    return Sketch("path", title, caption, f"Line chart. In the end: {ends}.", lambda width: _sheet(courses, width))


def _sheet(courses: Courses, width: float) -> Sheet:
    wide = width >= 600
    sheet = Sheet(width, 320.0 if wide else 260.0)
    room = 220.0 if wide else 124.0
    draw_scenarios(sheet.axes(44.0, 16.0, width - 44.0 - room, sheet.height - 50.0), courses, room)
    return sheet


def fan_sketch(fan: Fan, column: str) -> Sketch:
    """Return the figure of how draws are spread."""
    title = f"The {NAMES[column]} over {plural(fan.draws, 'draw')} of partners"
    caption = (
        "Partners are drawn with replacement. Nine draws in ten lie in the shaded band, half of them between the "
        "broken lines; the blue line is the median, the other one the study as it is. The scale does not begin at zero."
    )
    low, middle, high = (percent(float(fan.ends[place, -1]), 2) for place in (0, 2, 4))
    description = f"Fan chart. In {fan.years[-1]}: median {middle}, nine draws in ten from {low} to {high}."

    def draw(width: float) -> Sheet:
        sheet = Sheet(width, 300.0 if width >= 600 else 240.0)
        draw_fan(sheet.axes(44.0, 16.0, width - 64.0, sheet.height - 50.0), fan)
        return sheet

    return Sketch("fan", title, caption, description, draw)
