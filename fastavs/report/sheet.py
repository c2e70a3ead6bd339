"""A sheet that a figure of the report is put together on, measured in px from its upper left corner."""

from __future__ import annotations

import gc
import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fastavs.report import theme
from fastavs.report.drawing import BASELINE, POINTS, SIZE, box_patch, dot_look, letters

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDE, NARROW = 860, 340  # px: a page, a phone

_SETTINGS: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "fastavs",
    "font.family": ["DejaVu Sans"],  # comes with matplotlib; a generic family would be looked up for every text
    "font.size": SIZE,
    "path.simplify": False,
    "axes.unicode_minus": True,
}


@contextmanager
def drawing() -> Iterator[None]:
    """Settings within which the report's figures are made and written, whatever the reader's own are."""
    import matplotlib

    with matplotlib.rc_context(), warnings.catch_warnings(), _uncollected():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_SETTINGS)
        # a name in letters that the measuring font lacks: the reader's own font will have them
        warnings.filterwarnings("ignore", message=r"Glyph .* missing")
        yield


@contextmanager
def _uncollected() -> Iterator[None]:
    """Hold the garbage collector off: figures make it search all that is loaded, numba included, and find little."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


class Sheet:
    """A matplotlib figure of one px to the point.

    Parameters
    ----------
    width, height : float
        In px.
    """

    def __init__(self, width: float, height: float) -> None:
        from matplotlib.figure import Figure
        from matplotlib.transforms import Affine2D

        self.width, self.height = float(width), float(height)
        self.figure = Figure(figsize=(width / POINTS, height / POINTS), dpi=POINTS, facecolor=theme.light("paper"))
        self._px = Affine2D().scale(1.0, -1.0).translate(0.0, self.height)

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Return new axes on a part of the sheet."""
        across, up = width / self.width, height / self.height
        return self.figure.add_axes((left / self.width, 1.0 - top / self.height - up, across, up))

    def text(
        self, x: float, y: float, words: str, colour: str = "ink", size: float = SIZE, *,
        bold: bool = False, align: str = "left",
    ) -> None:  # fmt: skip
        """Write words: their left end, "center" or "right" end stands at x, their middle at y."""
        look = letters(colour, size, bold, align)
        self.figure.text(x, y + BASELINE * size, words, transform=self._px, **look)

    def box(self, left: float, top: float, width: float, height: float, colour: str) -> None:
        """Fill a rectangle."""
        patch = box_patch([(left, top, left + width, top + height)], colour)
        patch.set_transform(self._px)
        self.figure.add_artist(patch)

    def dot(self, x: float, y: float, radius: float, colour: str, edge: str | None = None) -> None:
        """Draw a dot, its edge in a colour of its own if one is given."""
        from matplotlib.lines import Line2D

        self.figure.add_artist(Line2D([x], [y], transform=self._px, **dot_look(radius, colour, edge)))

    def to_svg(self) -> str:
        """Return the sheet as matplotlib writes it."""
        from matplotlib.backends.backend_svg import FigureCanvasSVG

        stream = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        FigureCanvasSVG(self.figure).print_svg(stream, metadata=nothing)
        return stream.getvalue()
