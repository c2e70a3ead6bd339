"""Draws of a scenario over the years, as a fan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fastavs.errors import InputError, did_you_mean
from fastavs.report.drawing import draw_grid, style_ticks
from fastavs.report.figure_scenarios import NAMES, Means, limits_of, means_of, scale_told
from fastavs.report.sheet import Sheet
from fastavs.report.sketch import Sketch
from fastavs.report.theme import light
from fastavs.report.words import listed, percent, plural
from fastavs.results.bands import ENDS, band_of
from fastavs.results.summary import FIGURES
from fastavs.scenario.draws import Draws, draws_of, other_changes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from fastavs.results.sweep import Sweep

PARTNERS = "partners"


@dataclass(frozen=True, slots=True)
class Fan:
    """How the draws of one scenario are spread."""

    of: str  # the scenario
    changes_nothing: bool  # whether that is the study as it is
    draws: int
    known: int  # draws that have the mean in the last of `years`
    years: Sequence[int]
    ends: np.ndarray  # float64[5, years]: percentiles of `ENDS`, fractions
    plain: Means  # the scenario without a draw, where it was swept
    what: str = PARTNERS  # that is drawn

    @property
    def drawn(self) -> str:
        """How many draws, and of what."""
        return self.told(self.draws)

    def told(self, draws: int) -> str:
        """Return a number of draws in words, and of what they are."""
        return f"{plural(draws, 'draw')} of {self.what}" + ("" if self.changes_nothing else f" under “{self.of}”")


def fans_of(sweep: Sweep, column: str) -> list[Fan]:
    """Return how the draws of every scenario are spread, the study's own first; without those that have no mean.

    Raises
    ------
    InputError
        No such column.
    """
    means = means_of(sweep, column)
    found = [_fan(sweep, means, one) for one in draws_of(sweep.scenarios) if any(means[place] for place in one.places)]
    own = (_own_fan(sweep, means, column, place) for place in sweep.drawn)
    return [*found, *(one for one in own if one.years)]


def _own_fan(sweep: Sweep, means: Sequence[Means], column: str, place: int) -> Fan:
    """Return how the draws that a scenario asks for are spread."""
    scenario, draws = sweep.scenarios[place], sweep.drawn[place][:, :, FIGURES.index(column)]
    assert scenario.draws is not None
    band = band_of(draws)
    some = np.flatnonzero(band.known)
    years = [sweep.years[one] for one in some]
    last = int(band.known[some[-1]]) if years else 0
    what = listed([*scenario.draws.things])
    changes_nothing = not scenario.steps and scenario.base is None
    return Fan(
        scenario.name, changes_nothing, len(draws), last, years, band.spread[-len(ENDS) :, some], means[place], what
    )


def _fan(sweep: Sweep, means: Sequence[Means], draws: Draws) -> Fan:
    of_years = {
        year: [means[place][year] for place in draws.places if year in means[place]] for year in sweep.years
    }  # fmt: skip
    known = {year: some for year, some in of_years.items() if some}
    ends = np.array([np.percentile(some, ENDS) for some in known.values()]).T
    plain = {} if draws.plain is None else means[draws.plain]
    last = list(known.values())[-1]
    return Fan(draws.of, draws.changes_nothing, len(draws.places), len(last), list(known), ends, plain)


def fan_of(sweep: Sweep, column: str, of: str | None) -> Fan:
    """Return how the draws of one scenario are spread: those that differ from it in their partners alone.

    Raises
    ------
    InputError
        No such column or scenario; fewer than two draws of it; draws of several scenarios and none chosen.
    """
    means, found = means_of(sweep, column), draws_of(sweep.scenarios)
    own = {sweep.scenarios[place].name: place for place in sweep.drawn}
    if of in own or (of is None and not found and len(own) == 1):
        fan = _own_fan(sweep, means, column, own[of] if of is not None else next(iter(own.values())))
        if not fan.years:
            raise InputError("no draw has this mean in any year, so there is nothing to draw", value=column)
        return fan
    chosen = _chosen(sweep, found, of)
    if not any(means[place] for place in chosen.places):
        raise InputError("no draw has this mean in any year, so there is nothing to draw", value=column)
    return _fan(sweep, means, chosen)


def _chosen(sweep: Sweep, found: Sequence[Draws], of: str | None) -> Draws:
    if not found:
        if sweep.drawn:
            names = [sweep.scenarios[place].name for place in sweep.drawn]
            raise InputError(
                "the draws are of several scenarios", key="of", expected=f"one of {', '.join(names[:8])}",
                cure=f'fan(of="{names[0]}")',
            )  # fmt: skip
        raise InputError(
            "the sweep has no draws to make a fan of",
            expected="two scenarios or more that differ in fa.Resample alone",
            cure='sweep [fa.Scenario(f"draw {i}", fa.Resample(i)) for i in range(1000)]',
        )  # fmt: skip
    choices = [sweep.scenarios[one.places[0] if one.plain is None else one.plain].name for one in found]
    if of is None:
        if len(found) == 1 or found[0].changes_nothing:
            return found[0]
        raise InputError(
            "the draws are of several scenarios, none of them the study as it is", key="of",
            expected=f"a scenario, whose draws are taken: {', '.join(choices[:8])}", cure=f'fan(of="{choices[0]}")',
        )  # fmt: skip
    names = [one.name for one in sweep.scenarios]
    if of not in names:
        raise InputError(
            "the sweep has no such scenario", key="of", value=of,
            expected=f"{', '.join(choices[:8])}.{did_you_mean(of, names)}",
        )  # fmt: skip
    others = other_changes(sweep.scenarios[names.index(of)])
    chosen = next((one for one in found if one.others == others), None)
    if chosen is None:
        raise InputError(
            "the sweep has no two draws of this scenario", key="of", value=of, expected=", ".join(choices[:8])
        )
    return chosen


def draw_fan(ax: Axes, fan: Fan) -> None:
    """Draw percentiles (percent) by year: the middle 90 % filled, the middle half between thin lines, the median."""
    ends = 100.0 * fan.ends
    years = list(fan.years)
    style_ticks(ax)
    ax.set_xlim(years[0] - 0.4, years[-1] + 0.4)
    ax.set_ylim(*limits_of(_rates(fan)))
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
    if fan.plain:
        rates = [100.0 * rate for rate in fan.plain.values()]
        ax.plot(
            list(fan.plain), rates, color=light("ink"), linewidth=1.2, linestyle="-", marker=marker, markersize=4,
            clip_on=False,
        )  # fmt: skip


def _rates(fan: Fan) -> list[float]:
    """Return all rates of the figure, fractions."""
    return [*fan.ends.reshape(-1).tolist(), *fan.plain.values()]


def fan_sketch(fan: Fan, column: str, place: int) -> Sketch:
    """Return the figure of how draws are spread, one of several on a page."""
    title = f"The {NAMES[column]} over {fan.drawn}"
    plain = f"; the other line is “{fan.of}” without a draw" if fan.plain else ""
    how = "Partners are drawn with replacement" if fan.what == PARTNERS else f"Drawn are {fan.what}"
    caption = (
        f"{how}. Nine draws in ten lie in the shaded band, half of them between the "
        f"broken lines; the blue line is the median{plain}."
        f"{scale_told(_rates(fan))}"
    )
    low, middle, high = (percent(float(fan.ends[place, -1]), 2) for place in (0, 2, 4))
    description = f"Fan chart. In {fan.years[-1]}: median {middle}, nine draws in ten from {low} to {high}."

    def draw(width: float) -> Sheet:
        sheet = Sheet(width, 300.0 if width >= 600 else 240.0)
        draw_fan(sheet.axes(44.0, 16.0, width - 64.0, sheet.height - 50.0), fan)
        return sheet

    return Sketch("fan" if place == 0 else f"fan-{place + 1}", title, caption, description, draw)
