"""Figures of scenarios, on axes: what `fastavs.results.plots.SweepPlots` offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastavs.report.drawing import SMALL
from fastavs.report.figure_fan import draw_fan, fan_of
from fastavs.report.figure_scenarios import NAMES, courses_of, draw_scenarios
from fastavs.report.fitting import shorten
from fastavs.report.own_axes import axes_for, bar, set_key, set_title, stroke
from fastavs.report.words import plural

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from fastavs.results.sweep import Sweep

ROOM = 200.0  # points to the right of the axes, for names


def path(sweep: Sweep, ax: Axes | None, column: str, baseline: str | None) -> Axes:
    """Draw a mean of every scenario over the years, beside the baseline."""
    courses = courses_of(sweep, column, baseline)
    others = f"; thin: {plural(len(courses.others), 'more scenario')}" if courses.others else ""
    with axes_for(ax, (700.0, 350.0), (48.0, 58.0, ROOM, 34.0)) as own:
        draw_scenarios(own, courses, ROOM)
        set_title(own, f"{NAMES[column].capitalize()} by scenario{others}", sweep.title, 10.0)
    return own


def fan(sweep: Sweep, ax: Axes | None, column: str, of: str | None) -> Axes:
    """Draw how a mean is spread over the draws of a scenario."""
    found = fan_of(sweep, column, of)
    with axes_for(ax, (700.0, 380.0), (48.0, 58.0, 20.0, 64.0)) as own:
        draw_fan(own, found)
        plain = [(shorten(found.of, SMALL, ROOM), stroke("ink", 1.2))] if found.plain else []
        marks = [
            ("nine draws in ten", bar("blue_soft")), ("half of them", stroke("blue", 0.8, (3.0, 2.0))),
            ("median", stroke("blue")), *plain,
        ]  # fmt: skip
        set_key(own, marks, columns=len(marks), below=30.0)
        set_title(own, f"{NAMES[column].capitalize()}, {found.drawn}", sweep.title, 10.0)
    return own
