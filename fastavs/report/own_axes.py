"""Axes for one figure of the report: the reader's own, or new ones that a notebook shows by themselves.

pyplot is not used: it would keep every figure, and choose a backend.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, Literal

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from fastavs.arguments import misfit
from fastavs.report.drawing import POINTS, SMALL, dot_look, size_of, write
from fastavs.report.fitting import shorten
from fastavs.report.sheet import drawing
from fastavs.report.theme import light

Corner = Literal["upper right", "lower right"]
TITLE = 13.0  # points
DPI = 2 * POINTS  # twice what a screen of old has, for sharp letters


class PictureAxes(Axes):
    """Axes that are alone on their figure, which a notebook shows in their place."""

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]]:
        """Return the figure as a picture, and how large it is to be shown, in px, with its title for who sees none."""
        figure: Any = self.figure
        stream = io.BytesIO()
        with drawing():
            FigureCanvasAgg(figure).print_png(stream)
        wide, high = figure.get_size_inches() * POINTS
        return stream.getvalue(), {"width": round(wide), "height": round(high), "alt": self.get_title(loc="left")}


@contextmanager
def axes_for(ax: Axes | None, size: tuple[float, float], margins: tuple[float, float, float, float]) -> Iterator[Axes]:
    """Give axes to draw on.

    Parameters
    ----------
    ax : Axes or None
        The reader's own; None for new ones.
    size : tuple of float
        Width and height of a new figure, in points.
    margins : tuple of float
        Room to the left, above, to the right and below its axes.

    Raises
    ------
    InputError
        What is no axes.
    """
    if ax is not None and not isinstance(ax, Axes):
        raise misfit("ax", ax, "axes of matplotlib, such as those of fig.subplots()")
    with nullcontext() if ax is not None else drawing():
        yield ax if ax is not None else _new_axes(size, margins)


def _new_axes(size: tuple[float, float], margins: tuple[float, float, float, float]) -> Axes:
    (wide, high), (left, above, right, below) = size, margins
    figure = Figure(figsize=(wide / POINTS, high / POINTS), dpi=DPI, facecolor=light("paper"))
    box = (left / wide, below / high, (wide - left - right) / wide, (high - above - below) / high)
    ax = PictureAxes(figure, box)
    figure.add_axes(ax)
    return ax


def set_title(ax: Axes, title: str, mark: str, above: float) -> None:
    """Write a figure's title, and under it what study it is of, so many points above the axes."""
    room = size_of(ax)[0]
    ax.set_title(
        shorten(title, TITLE, room), loc="left", fontsize=TITLE, fontweight="bold", color=light("ink"),
        pad=above + 18.0, parse_math=False,
    )  # fmt: skip
    words = [(0.0, 1.0, shorten(mark, SMALL, room))]
    write(ax, words, "muted", SMALL, shift=(0.0, -above - 6.0), within=ax.transAxes)


def set_key(
    ax: Axes,
    marks: Sequence[tuple[str, Any]],
    *,
    columns: int,
    below: float | None = None,
    corner: Corner = "upper right",
) -> None:
    """Write what marks stand for: in a corner of the axes, or so many points below them."""
    words, handles = [word for word, _ in marks], [handle for _, handle in marks]
    look: dict[str, Any] = {"frameon": False, "fontsize": SMALL, "labelcolor": light("ink"), "ncols": columns}
    if below is None:
        ax.legend(handles, words, loc=corner, borderaxespad=0.0, **look)
    else:
        place = (0.0, -below / size_of(ax)[1])
        ax.legend(
            handles, words, loc="upper left", bbox_to_anchor=place, borderaxespad=0.0, borderpad=0.0, handlelength=1.2,
            columnspacing=1.2, handletextpad=0.5, **look,
        )  # fmt: skip


def dot(radius: float, colour: str, edge: str) -> Line2D:
    """Return a dot for a key."""
    return Line2D([], [], **dot_look(radius, colour, edge))


def bar(colour: str) -> Any:
    """Return a box for a key."""
    from matplotlib.patches import Patch

    return Patch(facecolor=light(colour), linewidth=0.0)


def stroke(colour: str, width: float = 2.0, dashes: tuple[float, float] | None = None) -> Line2D:
    """Return a line for a key."""
    return Line2D([], [], color=light(colour), linewidth=width, linestyle=(0, dashes) if dashes else "-")
