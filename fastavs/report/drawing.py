"""Drawing on matplotlib axes in the report's colours.

Lengths are in points; a point is a px in the report. The draw functions set all that they rely on, since the axes may
be of a figure with settings of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from fastavs.report.theme import light

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import PathPatch
    from matplotlib.transforms import Transform

SIZE, SMALL = 12.0, 10.5  # points: letters
POINTS = 72.0  # to an inch
BASELINE = 0.36  # the baseline lies so far below the middle of letters, over their size
_WORDS_ABOVE = 5  # above everything drawn


def clear_axes(ax: Axes) -> None:
    """Take the frame and the ticks off axes."""
    ax.set_frame_on(False)
    ax.set_xticks([])
    ax.set_yticks([])


def style_ticks(ax: Axes) -> None:
    """Take the frame off axes, and leave of their ticks the words."""
    ax.set_frame_on(False)
    ax.set_axisbelow(True)
    ax.minorticks_off()
    ax.tick_params(left=False, right=False, top=False, bottom=False)
    ax.tick_params(length=0, labelsize=SMALL, labelcolor=light("muted"), pad=5)


def draw_grid(ax: Axes, axis: Literal["x", "y", "both"]) -> None:
    """Draw a line at every tick of an axis."""
    ax.grid(visible=False)
    ax.grid(axis=axis, which="major", color=light("grid"), linewidth=1.0, linestyle="-", clip_on=False)


def size_of(ax: Axes) -> tuple[float, float]:
    """Return how wide and how high axes are, in points."""
    box = ax.get_window_extent()
    scale = POINTS / ax.figure.dpi
    return box.width * scale, box.height * scale


def write(
    ax: Axes, words: Iterable[tuple[float, float, str]], colour: str = "ink", size: float = SIZE, *,
    shift: tuple[float, float] = (0.0, 0.0), within: Transform | None = None, bold: bool = False, align: str = "left",
) -> None:  # fmt: skip
    """Write words at places.

    Parameters
    ----------
    ax : Axes
    words : iterable of (float, float, str)
        Across, upwards, and what is written there: its left end, "center" or "right" end, at half its height.
    colour : str
    size : float
    shift : tuple of float
        Points to the right and down from each place.
    within : Transform, optional
        What the places are measured in; the axes' values if not given.
    bold : bool
    align : {"left", "center", "right"}
    """
    from matplotlib.transforms import ScaledTranslation

    right, down = shift
    moved = ScaledTranslation(right / POINTS, -(down + BASELINE * size) / POINTS, ax.figure.dpi_scale_trans)
    place = (within or ax.transData) + moved
    look = letters(colour, size, bold, align)
    for x, y, text in words:
        ax.text(x, y, text, transform=place, **look)


def letters(colour: str, size: float, bold: bool, align: str) -> dict[str, Any]:
    """Return how matplotlib writes words on their baseline.

    The baseline is set by hand: how tall a letter is differs little between fonts, what they call its middle does.
    """
    return {
        "color": light(colour), "fontsize": size, "fontweight": "bold" if bold else "normal", "ha": align,
        "va": "baseline", "parse_math": False, "zorder": _WORDS_ABOVE,
    }  # fmt: skip


def fill_boxes(ax: Axes, boxes: Iterable[tuple[float, float, float, float]], colour: str, label: str = "") -> None:
    """Fill boxes, given by the values at their left, lower, right and upper edge; all are one artist."""
    patch = box_patch(boxes, colour)
    patch.set_label(label or "_")
    ax.add_artist(patch)


def box_patch(boxes: Iterable[tuple[float, float, float, float]], colour: str) -> PathPatch:
    """Return boxes as one artist."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    edges = np.array(list(boxes), np.float64).reshape(-1, 4)
    corners = edges[:, [0, 1, 2, 1, 2, 3, 0, 3, 0, 1]].reshape(-1, 2)
    codes = np.tile(
        np.array([Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY], np.uint8), len(edges)
    )
    return PathPatch(Path(corners, codes), facecolor=light(colour), linewidth=0.0, clip_on=False)


def draw_rules(ax: Axes, rules: Iterable[tuple[float, float, float]], colour: str, width: float = 1.0) -> None:
    """Draw level lines, given by their height and where they begin and end; all are one artist."""
    across, up = [], []
    for y, start, end in rules:
        across += [start, end, np.nan]
        up += [y, y, np.nan]
    ax.plot(
        across, up, color=light(colour), linewidth=width, linestyle="-", marker="", zorder=1,
        solid_capstyle="projecting", clip_on=False,
    )  # fmt: skip


def dot_look(radius: float, colour: str, edge: str | None = None, width: float = 1.5) -> dict[str, Any]:
    """Return how matplotlib draws dots: a line's marks without the line; the edge may have a colour of its own."""
    return {
        "linestyle": "", "marker": "o", "markersize": 2.0 * radius, "markerfacecolor": light(colour),
        "markeredgecolor": light(edge or colour), "markeredgewidth": width, "clip_on": False,
    }  # fmt: skip
