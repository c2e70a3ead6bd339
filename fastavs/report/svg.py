"""Drawing to SVG that follows the reader's light or dark mode, the same bytes from the same figures.

matplotlib draws with the light colours; every style it writes becomes a plain attribute, and every colour a class
besides, so that a stylesheet can change it and a reader without stylesheets still sees the light figure.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from fastavs.report import theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDE, NARROW = 860, 340  # px: a page, a phone
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', 'DejaVu Sans', Arial, sans-serif"
SIZE, SMALL = 12.0, 10.5  # px

_PLACES = {"d", "x", "y", "width", "height", "transform"}
_NUMBER = re.compile(r"-?\d+\.\d+")
_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_SETTINGS: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "fastavs",
    "text.parse_math": False,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": SIZE,
    "path.simplify": False,
    "axes.unicode_minus": True,
}


@contextmanager
def drawing() -> Iterator[None]:
    """Settings within which figures are made and written."""
    import matplotlib

    with matplotlib.rc_context(), warnings.catch_warnings():
        matplotlib.rcdefaults()  # whatever the reader's own settings are
        matplotlib.rcParams.update(_SETTINGS)
        # a name in letters that the measuring font lacks: the reader's own font will have them
        warnings.filterwarnings("ignore", message=r"Glyph .* missing")
        yield


class Canvas:
    """A sheet measured in px from its upper left corner.

    Parameters
    ----------
    width, height : float
        In px.
    """

    def __init__(self, width: float, height: float) -> None:
        from matplotlib.figure import Figure

        self.width, self.height = float(width), float(height)
        self.figure = Figure(figsize=(width / 72.0, height / 72.0), dpi=72, facecolor=theme.light("paper"))
        self.sheet = self.panel(0.0, 0.0, width, height)
        self.sheet.set_xlim(0.0, width)
        self.sheet.set_ylim(height, 0.0)
        self.sheet.set_axis_off()

    @property
    def wide(self) -> bool:
        """Whether the sheet is for a page, not for a phone."""
        return self.width >= WIDE

    def panel(self, left: float, top: float, width: float, height: float) -> Axes:
        """Return axes without frame and tick marks."""
        axes = self.figure.add_axes(
            (left / self.width, 1.0 - (top + height) / self.height, width / self.width, height / self.height)
        )
        axes.set_facecolor("none")
        for spine in axes.spines.values():
            spine.set_visible(False)
        axes.tick_params(length=0, labelsize=SMALL, labelcolor=theme.light("muted"), pad=5)
        axes.set_axisbelow(True)
        return axes

    def text(self, x: float, y: float, words: str, colour: str = "ink", size: float = SIZE, **more: Any) -> None:
        """Write words; x and y in px from the upper left corner, y at their middle."""
        options = {"ha": "left", **more}
        # the baseline is set by hand: how tall a letter is differs little between fonts, what they call its middle does
        self.figure.text(
            x / self.width, 1.0 - (y + 0.36 * size) / self.height, words,
            color=theme.light(colour), fontsize=size, va="baseline", **options,
        )  # fmt: skip

    def box(self, left: float, top: float, width: float, height: float, colour: str) -> None:
        """Fill a rectangle; what is drawn later lies above."""
        from matplotlib.patches import Rectangle

        self.sheet.add_patch(
            Rectangle((left, top), width, height, facecolor=theme.light(colour), linewidth=0.0, zorder=1)
        )

    def stroke(self, points: Sequence[tuple[float, float]], colour: str, width: float = 1.0) -> None:
        """Draw a line through points."""
        self.sheet.plot(*zip(*points, strict=True), color=theme.light(colour), linewidth=width, zorder=1)

    def dot(self, x: float, y: float, radius: float, colour: str, hollow: bool = False) -> None:
        """Draw a dot."""
        from matplotlib.patches import Circle

        face = "paper" if hollow else colour
        self.sheet.add_patch(
            Circle((x, y), radius, facecolor=theme.light(face), edgecolor=theme.light(colour), linewidth=1.5, zorder=1)
        )

    def to_svg(self) -> bytes:
        """Return the sheet as matplotlib writes it."""
        from matplotlib.backends.backend_svg import FigureCanvasSVG

        stream = io.BytesIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        FigureCanvasSVG(self.figure).print_svg(stream, metadata=nothing)
        return stream.getvalue()


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


def themed(drawn: bytes, name: str, title: str, description: str, mark: str | None = None) -> str:
    """Return an SVG with colours as classes, a title and a description.

    Parameters
    ----------
    drawn : bytes
        What `Canvas.to_svg` gave.
    name : str
        Goes before every id, so that figures can stand in one page.
    title, description : str
        For those who cannot see the figure.
    mark : str, optional
        Makes it a file of its own, with its own stylesheet and a head: the title, and this line, which says what study
        the figure is from. Otherwise it is a part of a page.
    """
    alone = mark is not None
    root = ElementTree.fromstring(drawn)
    for parent in root.iter():
        for child in list(parent):
            if child.tag.endswith(("}metadata", "}style")):
                parent.remove(child)
    used: set[str] = set()
    for element in root.iter():
        used |= _plain_style(element)
        for key in _PLACES & element.attrib.keys():
            element.attrib[key] = _NUMBER.sub(_rounded, " ".join(element.attrib[key].split()))
    _rename_ids(root, name)
    for key in ("width", "height", "version"):
        root.attrib.pop(key, None)
    _, _, width, height = root.attrib["viewBox"].split()
    if mark is not None:
        tall = f"{float(height) + HEAD:g}"
        root.attrib |= {"width": width, "height": tall, "viewBox": f"0 {-HEAD:g} {width} {tall}"}
        used |= _add_head(root, title, mark, width)
    root.attrib |= {
        "role": "img",
        "aria-labelledby": f"{name}-title {name}-desc",
        "font-family": FONT,
        "stroke-linejoin": "round",
    }
    for place, (tag, words) in enumerate((("title", title), ("desc", description))):
        element = ElementTree.Element(f"{{{_SVG}}}{tag}", {"id": f"{name}-{tag}"})
        element.text = words
        root.insert(place, element)
    if alone:
        style = ElementTree.Element(f"{{{_SVG}}}style")
        style.text = theme.dark_rules(used)
        root.insert(2, style)
    return _written(root, alone)


def _add_head(root: ElementTree.Element, title: str, mark: str, width: str) -> set[str]:
    """Put a title and a line of origin above a figure; return the classes of their colours."""
    paper = {"x": "0", "y": f"{-HEAD:g}", "width": width, "height": f"{HEAD:g}", "fill": "#ffffff", "class": "f-paper"}
    root.insert(0, ElementTree.Element(f"{{{_SVG}}}rect", paper))
    lines = ((title, "15", "bold", "-26", "ink"), (shorten(mark, 11, float(width) - 16), "11", "normal", "-8", "muted"))
    for place, (words, size, weight, y, colour) in enumerate(lines):
        shape = {"x": "8", "y": y, "font-size": size, "font-weight": weight}
        element = ElementTree.Element(
            f"{{{_SVG}}}text", shape | {"fill": theme.COLOURS[colour].light, "class": f"f-{colour}"}
        )
        element.text = words
        root.insert(1 + place, element)
    return {"f-paper", "f-ink", "f-muted"}


def _written(root: ElementTree.Element, alone: bool) -> str:
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{_SVG}}}")
        if f"{{{_XLINK}}}href" in element.attrib:
            element.attrib["href"] = element.attrib.pop(f"{{{_XLINK}}}href")
        element.tail = None
        if element.text is not None and not element.text.strip():
            element.text = None
    if alone:
        root.attrib["xmlns"] = _SVG
    text = ElementTree.tostring(root, encoding="unicode")
    text = text.replace("><", ">\n<")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n' if alone else text


def _rounded(number: re.Match[str]) -> str:
    """Return a place to the hundredth of a px, which no eye can tell and every machine computes alike."""
    return f"{round(float(number[0]), 2) + 0.0:g}"


def _plain_style(element: ElementTree.Element) -> set[str]:
    """Turn an element's style into attributes and classes; returns the classes."""
    style = element.attrib.pop("style", "")
    found: set[str] = set()
    for declaration in style.split(";"):
        key, _, value = (part.strip() for part in declaration.partition(":"))
        if key == "font":
            element.attrib |= _font(value)
        elif key:
            element.attrib[key] = value
            name = theme.NAME_OF.get(value.lower()) if key in ("fill", "stroke") else None
            if name:
                found.add(theme.fill_class(name, key[0]))
    if found:
        element.attrib["class"] = " ".join(sorted(found))
    return found


def _font(value: str) -> dict[str, str]:
    size = re.search(r"([\d.]+)px", value)
    weight = re.search(r"\b(bold|[5-9]00)\b", value)
    return ({"font-size": size.group(1)} if size else {}) | ({"font-weight": "600"} if weight else {})


def _rename_ids(root: ElementTree.Element, name: str) -> None:
    """Put a name before the ids that something refers to, and drop the others."""
    pattern = re.compile(r"#([\w-]+)")
    named = {
        found
        for element in root.iter()
        for key, value in element.attrib.items()
        if key.endswith("href") or "url(" in value
        for found in pattern.findall(value)
    }
    for element in root.iter():
        if element.attrib.get("id") in named:
            element.attrib["id"] = f"{name}-{element.attrib['id']}"
        else:
            element.attrib.pop("id", None)
        for key, value in element.attrib.items():
            if key.endswith("href") or "url(" in value:
                element.attrib[key] = pattern.sub(lambda match: f"#{name}-{match.group(1)}", value)
