"""Pictures of the notebook. Each returns a figure that a notebook shows."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from caliendo_parro import figures
from caliendo_parro.model import Model, Shock
from caliendo_parro.russia import Pair, solve_both
from caliendo_parro.solve import LiveTariff, lagged, newton

FIXED, LIVE, THIRD = "#8a8a8a", "#b5402a", "#2a6f97"


class Picture(Figure):
    """A figure that shows itself in a notebook, whatever backend is set."""

    def _repr_png_(self) -> bytes:
        stream = io.BytesIO()
        self.savefig(stream, format="png", dpi=110, bbox_inches="tight")
        return stream.getvalue()


def _picture(titles: Sequence[str], width: float = 9.0, height: float = 3.4) -> tuple[Picture, list[Axes]]:
    """Return a figure with panels side by side, marked as synthetic."""
    figure = Picture(figsize=(width, height), layout="constrained")
    panels = list(figure.subplots(1, len(titles), squeeze=False)[0])
    for panel, title in zip(panels, titles, strict=True):
        panel.set_title(title, loc="left", fontsize=10)
        panel.spines[["top", "right"]].set_visible(False)
    figure.text(1.0, -0.02, f"{figures.LABEL} world and replica", ha="right", va="top", fontsize=8, color="#777777")
    return figure, panels


def parts(function: Any) -> Picture:
    """Draw each sector's duty in both years, told apart into percentages and amounts."""
    figure, panels = _picture([f"Duty of {year}, percent" for year in function.years], height=3.8)
    value, slopes = function.value_and_jacobian()
    weight = function.imports / function.imports.sum(axis=2, keepdims=True)
    amounts = 100.0 * (slopes.fx.sum(axis=3) * weight).sum(axis=2)
    total = 100.0 * (value * weight).sum(axis=2)
    place = np.arange(len(function.sectors))[::-1]
    for year, panel in enumerate(panels):
        panel.barh(place, total[year] - amounts[year], color=FIXED, label="percentages")
        panel.barh(place, amounts[year], left=total[year] - amounts[year], color=LIVE, label="amounts that bind")
        panel.set_xlim(0.0, 1.05 * total.max())
        panel.set_yticks(place, list(function.sectors) if year == 0 else [""] * place.size, fontsize=9)
    panels[-1].legend(frameon=False, fontsize=9)
    return figure


def by_price(function: Any, sectors: Sequence[str]) -> Picture:
    """Draw duties of some sectors, on goods of the EU, as the price at the border goes from half to double."""
    figure, panels = _picture([f"Duty of {year} on goods of the EU, percent" for year in function.years])
    prices, region = np.geomspace(0.5, 2.0, 121), list(function.regions).index("EU27")
    shape = (len(function.sectors), len(function.regions))
    duties = 100.0 * np.array([function(price=np.full(shape, price)) for price in prices])
    for year, panel in enumerate(panels):
        for sector, colour in zip(sectors, (LIVE, THIRD, "#5a8f4e", "#c58b1b"), strict=False):
            place = list(function.sectors).index(sector)
            panel.plot(prices, duties[:, year, place, region], color=colour, label=sector)
        panel.set_xlabel("price at the border, base 1")
        panel.set_xscale("log")
        panel.set_xticks([0.5, 0.7, 1.0, 1.4, 2.0], ["0.5", "0.7", "1", "1.4", "2"])
        panel.minorticks_off()
        panel.set_ylim(0.0, 1.05 * duties[:, :, [list(function.sectors).index(one) for one in sectors], region].max())
    panels[-1].legend(frameon=False, fontsize=9)
    return figure


def shocks(table: pa.Table) -> Picture:
    """Draw what `compare` found: a row for each shock, fixed and live joined by a line; of welfare the difference."""
    rows = table.to_pylist()
    titles = ("Mean duty, percent", "Revenue, base 100", "Welfare: live less fixed, points")
    figure, panels = _picture(titles, height=3.4)
    place = np.arange(len(rows))[::-1]
    for panel, column in zip(panels, ("mean_duty", "revenue", "welfare"), strict=True):
        fixed, live = (np.array([row[f"{column}_{label}"] for row in rows]) for label in ("fixed", "live"))
        if column == "welfare":
            panel.barh(place, live - fixed, height=0.3, color=LIVE)
            panel.axvline(0.0, color=FIXED, linewidth=1.0)
        else:
            panel.hlines(place, fixed, live, color=LIVE, linewidth=2.0)
            panel.scatter(fixed, place, color=FIXED, s=34, label="duties fixed", zorder=3)
            panel.scatter(live, place, color=LIVE, s=34, label="duties live", zorder=3)
        panel.set_yticks(place, [row["shock"] for row in rows] if panel is panels[0] else [""] * len(rows))
        panel.grid(axis="x", color="#e5e5e5")
    figure.legend(
        *panels[0].get_legend_handles_labels(), loc="lower left", ncols=2, frameon=False, bbox_to_anchor=(0.0, -0.1)
    )
    return figure


def euro(model: Model, function: Any, year: int) -> Picture:
    """Draw mean duty and revenue as the euro goes from half to double."""
    factors = np.geomspace(0.5, 2.0, 25)
    pairs: list[Pair] = [solve_both(model, function, Shock("euro", year, currencies={"EUR": one})) for one in factors]
    figure, panels = _picture([f"Mean duty of {year}, percent", "Revenue, billions of dollars", "Welfare, percent"])
    for label, colour in (("fixed", FIXED), ("live", LIVE)):
        states = [getattr(pair, label).state for pair in pairs]
        panels[0].plot(factors, [100.0 * state.mean_duty for state in states], color=colour, label=f"duties {label}")
        panels[1].plot(factors, [state.revenue for state in states], color=colour)
        panels[2].plot(factors, [100.0 * state.welfare for state in states], color=colour)
    for panel in panels:
        panel.set_xlabel("value of the euro, base 1")
    panels[0].legend(frameon=False, fontsize=9)
    return figure


def ways(model: Model, function: Any, shock: Shock) -> Picture:
    """Draw how fast three ways close in: the largest distance of an unknown from the solution."""
    live, blind = LiveTariff(function, shock.year), LiveTariff(function, shock.year, derivatives=False)
    figure, (panel,) = _picture([f"{shock.name}: distance from the solution"], width=6.5)
    goal = newton(model, shock, live)
    for found, colour, label in (
        (goal, LIVE, "Newton with derivatives"),
        (newton(model, shock, blind, most=200), THIRD, "values alone"),
        (lagged(model, shock, live), FIXED, "tariff lagged, a point a round"),
    ):
        steps, distances = zip(
            *((step, np.abs(one - goal.state.unknowns).max()) for step, one in found.path), strict=True
        )
        panel.semilogy(steps, np.maximum(distances, 1e-16), "o-", color=colour, label=label)
    panel.set_xlabel("linear systems solved")
    panel.legend(frameon=False, fontsize=9)
    return figure
