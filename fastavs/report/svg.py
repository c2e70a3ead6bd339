"""Drawing to SVG that follows the reader's light or dark mode, the same bytes from the same figures.

Every colour stands as a plain attribute, in its light value, and as a class besides, so that a stylesheet can change it
and a reader without stylesheets still sees the light figure.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import groupby
from typing import NamedTuple

from fastavs.report import theme

WIDE, NARROW = 860, 340  # px: a page, a phone
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', 'DejaVu Sans', Arial, sans-serif"
SIZE, SMALL = 12.0, 10.5  # px

Point = tuple[float, float]
_ANCHORS = {"left": "", "center": ' text-anchor="middle"', "right": ' text-anchor="end"'}


class _Element(NamedTuple):
    """An element's name and place, how it looks, and how it ends."""

    begin: str
    look: str
    end: str = "/>"


class Canvas:
    """A sheet measured in px from its upper left corner.

    Shapes lie upon each other in the order in which they are drawn, and all words above them.

    Parameters
    ----------
    width, height : float
        In px.

    Examples
    --------
    >>> canvas = Canvas(100, 50)
    >>> canvas.box(5, 5, 20.004, 10, "blue")
    >>> print(canvas.to_svg())
    <rect x="0" y="0" width="100" height="50" fill="#ffffff" class="f-paper"/>
    <rect x="5" y="5" width="20" height="10" fill="#0064a3" class="f-blue"/>
    """

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = float(width), float(height)
        self.classes: set[str] = set()
        self._shapes: list[_Element] = []
        self._words: list[_Element] = []
        self.box(0, 0, width, height, "paper")

    @property
    def wide(self) -> bool:
        """Whether the sheet is for a page, not for a phone."""
        return self.width >= WIDE

    def text(
        self, x: float, y: float, words: str, colour: str = "ink", size: float = SIZE, *,
        bold: bool = False, align: str = "left",
    ) -> None:  # fmt: skip
        """Write words: their left end, "center" or "right" end stands at x, their middle at y."""
        # the baseline is set by hand: how tall a letter is differs little between fonts, what they call its middle does
        begin = f'<text x="{px(x)}" y="{px(y + 0.36 * size)}"'
        weight = ' font-weight="700"' if bold else ""
        look = f' font-size="{px(size)}"{weight}{_ANCHORS[align]}{self._paint(fill=colour)}'
        self._words.append(_Element(begin, look, f">{escape(words, quote=False)}</text>"))

    def box(self, left: float, top: float, width: float, height: float, colour: str) -> None:
        """Fill a rectangle."""
        begin = f'<rect x="{px(left)}" y="{px(top)}" width="{px(width)}" height="{px(height)}"'
        self._shapes.append(_Element(begin, self._paint(fill=colour)))

    def area(self, points: Iterable[Point], colour: str) -> None:
        """Fill what a line through points encloses."""
        self._shapes.append(_Element(f'<path d="{_path(points)}z"', self._paint(fill=colour)))

    def stroke(
        self, points: Iterable[Point], colour: str, width: float = 1.0, dashes: tuple[float, float] | None = None
    ) -> None:
        """Draw a line through points; `dashes` are the px of a dash and of the gap behind it."""
        broken = f' stroke-linecap="butt" stroke-dasharray="{px(dashes[0])},{px(dashes[1])}"' if dashes else ""
        self._shapes.append(_Element(f'<path d="{_path(points)}"', self._paint(edge=colour, width=width) + broken))

    def dot(
        self, x: float, y: float, radius: float, colour: str, *, edge: str | None = None, width: float = 1.5
    ) -> None:
        """Draw a dot; its edge, `width` px wide, has the same colour or one of its own."""
        begin = f'<circle cx="{px(x)}" cy="{px(y)}" r="{px(radius)}"'
        self._shapes.append(_Element(begin, self._paint(colour, edge or colour, width)))

    def to_svg(self) -> str:
        """Return the elements; neighbours that look alike say how but once."""
        lines = []
        for elements in (self._shapes, self._words):
            for look, some in groupby(elements, key=lambda element: element.look):
                alike = list(some)
                if len(alike) == 1:
                    lines.append(f"{alike[0].begin}{look}{alike[0].end}")
                else:
                    lines += [f"<g{look}>", *(one.begin + one.end for one in alike), "</g>"]
        return "\n".join(lines)

    def _paint(self, fill: str | None = None, edge: str | None = None, width: float = 1.0) -> str:
        """Return colours as attributes and as classes, and remember the classes."""
        parts = [f' fill="{theme.light(fill) if fill else "none"}"']
        if edge:
            parts.append(f' stroke="{theme.light(edge)}"')
            if width != 1.0:
                parts.append(f' stroke-width="{px(width)}"')
        names = [theme.fill_class(name, letter) for name, letter in ((fill, "f"), (edge, "s")) if name]
        self.classes.update(names)
        return f'{"".join(parts)} class="{" ".join(names)}"'


def px(number: float) -> str:
    """Return a place to the hundredth of a px, which no eye can tell and every machine computes alike.

    Examples
    --------
    >>> px(12.0), px(0.999), px(-0.001), px(1234.567)
    ('12', '1', '0', '1234.57')
    """
    return f"{round(number, 2) + 0.0:.8g}"


def _path(points: Iterable[Point]) -> str:
    return "M" + "L".join(f"{px(x)} {px(y)}" for x, y in points)


def text_width(words: str, size: float) -> float:
    """Return about how wide words are, in px; rather too wide than too narrow.

    Examples
    --------
    >>> round(text_width("12.5 %", 10.0))
    35
    """
    return 0.58 * size * len(words)


def shorten(words: str, size: float, room: float) -> str:
    """Return words cut so that they fit.

    Examples
    --------
    >>> shorten("Electrical goods", 10.0, 60.0)
    'Electrica…'
    """
    most = max(int(room / (0.58 * size)), 2)
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def spread(places: list[float], gap: float) -> list[float]:
    """Return places moved as little as possible so that any two are at least `gap` apart, in the same order.

    Examples
    --------
    >>> spread([10.0, 11.0, 30.0], 5.0)
    [8.0, 13.0, 30.0]
    """
    order = sorted(range(len(places)), key=lambda i: (places[i], i))
    blocks: list[tuple[float, int]] = []  # mean of what is left without the gaps, how many
    for rank, i in enumerate(order):
        mean, members = places[i] - rank * gap, 1
        while blocks and blocks[-1][0] >= mean:
            other, count = blocks.pop()
            mean, members = (other * count + mean * members) / (count + members), members + count
        blocks.append((mean, members))
    levels = [mean for mean, members in blocks for _ in range(members)]
    moved = [0.0] * len(places)
    for rank, i in enumerate(order):
        moved[i] = levels[rank] + rank * gap
    return moved


HEAD = 46.0  # px above a figure that stands alone, for its title and the study's name and note


def within_page(canvas: Canvas, name: str, title: str, description: str) -> str:
    """Return a figure as a part of a page that has the colours of `fastavs.report.theme`.

    Parameters
    ----------
    canvas : Canvas
    name : str
        Goes before every id, so that figures can stand in one page.
    title, description : str
        For those who cannot see the figure.
    """
    size = f'viewBox="0 0 {px(canvas.width)} {px(canvas.height)}"'
    return "\n".join((_opening(size, name, title, description), canvas.to_svg(), "</svg>"))


def standing_alone(canvas: Canvas, name: str, title: str, description: str, mark: str) -> str:
    """Return a figure as a file of its own, with its own stylesheet and a head: the title, and `mark`.

    `mark` says what study the figure is from; the rest is as for `within_page`.
    """
    width, height = canvas.width, canvas.height + HEAD
    head = Canvas(width, HEAD)
    head.text(8, 14.6, title, size=15, bold=True)
    head.text(8, 34.04, shorten(mark, 11, width - 16), "muted", 11)
    size = (
        f'viewBox="0 {px(-HEAD)} {px(width)} {px(height)}" width="{px(width)}" height="{px(height)}" '
        'xmlns="http://www.w3.org/2000/svg"'
    )
    parts = (
        '<?xml version="1.0" encoding="utf-8"?>',
        _opening(size, name, title, description),
        f"<style>{theme.dark_rules(head.classes | canvas.classes)}</style>",
        f'<g transform="translate(0 {px(-HEAD)})">',
        head.to_svg(),
        "</g>",
        canvas.to_svg(),
        "</svg>\n",
    )
    return "\n".join(parts)


def _opening(size: str, name: str, title: str, description: str) -> str:
    words = ((tag, escape(text, quote=False)) for tag, text in (("title", title), ("desc", description)))
    told = "\n".join(f'<{tag} id="{name}-{tag}">{text}</{tag}>' for tag, text in words)
    return (
        f'<svg {size} role="img" aria-labelledby="{name}-title {name}-desc" font-family="{FONT}" '
        f'stroke-linejoin="round" stroke-linecap="square">\n{told}'
    )
