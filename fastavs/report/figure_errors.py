"""Lines whose rates are least sure: the bands of their draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastavs.report.drawing import SMALL, dot_look, draw_grid, draw_rules, style_ticks, write
from fastavs.report.own_axes import axes_for, bar, dot, set_key, set_title
from fastavs.report.words import plural

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from fastavs.results.sampling_error import SamplingError

ROW = 19.0  # points
DOT = (3.5, "blue", "blue")


def errors(found: SamplingError, ax: Axes | None, year: int | None, top: int) -> Axes:
    """Draw the lines with the widest bands."""
    rows = found.widest(year=year, top=top).to_pylist()
    year = found.last_year if year is None else year
    high = ROW * max(len(rows), 1)
    with axes_for(ax, (700.0, high + 120.0), (96.0, 62.0, 30.0, 58.0)) as own:
        draw_errors(own, rows)
        marks = [("nine draws in ten", bar("blue_soft")), ("rate", dot(*DOT))]
        set_key(own, marks, columns=len(marks), below=28.0)
        title = f"Widest sampling bands, {year}, {plural(found.draws, 'draw')} of partners"
        set_title(own, title, found.title, 10.0)
    return own


def draw_errors(ax: Axes, rows: list[dict[str, Any]]) -> None:
    """Draw a row for each line: its band (percent), and its rate as a dot."""
    ends = [100.0 * row[name] for row in rows for name in ("p5", "p95", "rate") if row[name] is not None]
    style_ticks(ax)
    ax.set_xlim(0.0, max([*ends, 1.0]) * 1.02)
    ax.set_ylim(max(len(rows), 1), 0)
    ax.set_yticks([])
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g} %")
    draw_grid(ax, "x")
    down = [place + 0.5 for place in range(len(rows))]
    draw_rules(
        ax, zip(down, *([100.0 * row[one] for row in rows] for one in ("p5", "p95")), strict=True), "blue_soft", 8.0
    )
    known = [(100.0 * row["rate"], y) for row, y in zip(rows, down, strict=True) if row["rate"] is not None]
    ax.plot([x for x, _ in known], [y for _, y in known], zorder=2.2, **dot_look(*DOT))
    names = [(0.0, y, row["line"]) for row, y in zip(rows, down, strict=True)]
    write(ax, names, size=SMALL, shift=(-8, 0), within=ax.get_yaxis_transform(), align="right")
