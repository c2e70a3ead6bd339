"""SVG that follows the reader's light or dark mode, the same bytes from the same figures.

matplotlib draws with the light colours. Every style that it writes becomes plain attributes, and every colour a class
besides, so that a stylesheet can change it and a reader without stylesheets still sees the light figure.

What is read here is what matplotlib writes of the report's figures: paths, dots, words, and rectangles that cut curves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape
from itertools import groupby
from typing import NamedTuple

from fastavs.report import theme
from fastavs.report.fitting import shorten

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', 'DejaVu Sans', Arial, sans-serif"
HEAD = 46.0  # px above a figure that stands alone, for its title and the study's name and note

_ELEMENT = re.compile(
    r"<clipPath id=\"(?P<cut>[^\"]*)\">\s*<rect (?P<area>[^>]*)/>\s*</clipPath>"
    r"|<(?P<tag>path|use|text) (?P<attributes>[^>]*?)(?:/>|>(?P<words>[^<]*)</text>)"
)
_ATTRIBUTE = re.compile(r'([\w:-]+)="([^"]*)"')
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_AROUND_LETTERS = re.compile(r"\s*([A-Za-z])\s*")
_CURVE = r"C(?: \S+){6}\s+"
_HALF = rf"M (\S+) (\S+)\s+{3 * _CURVE}C(?: \S+){{4}} (\S+) (\S+)\s+"  # from a dot's lowest point to its highest
_DOT = re.compile(rf"{_HALF}{4 * _CURVE}z\s*")
_USUAL = {"fill": "#000000", "stroke-dashoffset": "0", "stroke-width": "1", "text-anchor": "start"}


class _Element(NamedTuple):
    """An element's name and place, how it looks, and how it ends."""

    begin: str
    look: str
    end: str = "/>"


def plain(drawn: str, name: str) -> str:
    """Return the elements of a figure that matplotlib has written.

    Places stand to the hundredth of a px, which no eye can tell and every machine computes alike. Dots become circles,
    words lie above all else, and neighbours that look alike say how but once.

    Parameters
    ----------
    drawn : str
        What `fastavs.report.sheet.Sheet.to_svg` gave.
    name : str
        Goes before every id, so that figures can stand in one page.
    """
    elements = sorted(_elements(drawn, name), key=lambda element: element.begin.startswith("<text"))
    lines = []
    for look, some in groupby(elements, key=lambda element: element.look):
        alike = list(some)
        if len(alike) == 1 or not look:
            lines += [f"{one.begin}{look}{one.end}" for one in alike]
        else:
            lines += [f"<g{look}>", *(one.begin + one.end for one in alike), "</g>"]
    return "\n".join(lines)


def _elements(drawn: str, name: str) -> Iterator[_Element]:
    radii: dict[str, str] = {}  # of the dots that are drawn many times, by id
    for found in _ELEMENT.finditer(drawn):
        if found["cut"]:
            area = " ".join(f'{key}="{px(float(value))}"' for key, value in _ATTRIBUTE.findall(found["area"]))
            yield _Element(f'<clipPath id="{name}-{found["cut"]}"><rect {area}/>', "", "</clipPath>")
            continue
        attributes = dict(_ATTRIBUTE.findall(found["attributes"]))
        look = _look(attributes.get("style", ""))
        if found["tag"] == "text":
            begin = f'<text x="{px(float(attributes["x"]))}" y="{px(float(attributes["y"]))}"'
            yield _Element(begin, look, f">{found['words']}</text>")
        elif found["tag"] == "use":
            radius = radii[attributes["xlink:href"].removeprefix("#")]
            yield _Element(_circle(float(attributes["x"]), float(attributes["y"]), radius), look)
        elif dot := _DOT.fullmatch(attributes["d"]):
            x, lowest, _, highest = map(float, dot.groups())
            radius = px(abs(lowest - highest) / 2)
            if "id" in attributes:
                radii[attributes["id"]] = radius
            else:
                yield _Element(_circle(x, (lowest + highest) / 2, radius), look)
        else:
            cut = attributes.get("clip-path", "").replace("#", f"#{name}-")
            yield _Element(f'<path d="{_path(attributes["d"])}"', look + (f' clip-path="{cut}"' if cut else ""))


def _circle(x: float, y: float, radius: str) -> str:
    return f'<circle cx="{px(x)}" cy="{px(y)}" r="{radius}"'


def _path(steps: str) -> str:
    return _AROUND_LETTERS.sub(r"\1", _NUMBER.sub(lambda number: px(float(number[0])), steps)).strip()


@lru_cache(maxsize=256)
def _look(style: str) -> str:
    """Return a style as attributes, and its colours as classes besides."""
    parts, names = [], []
    for declaration in style.split(";"):
        key, _, value = (part.strip() for part in declaration.partition(":"))
        if key.startswith("font"):
            parts += _font(key, value)
        elif key and value != _USUAL.get(key):
            parts.append(f'{key}="{value}"')
            if key in ("fill", "stroke") and value in theme.NAME_OF:
                names.append(theme.fill_class(theme.NAME_OF[value], key[0]))
    if names:
        parts.append(f'class="{" ".join(names)}"')
    return "".join(f" {part}" for part in sorted(parts))


def _font(key: str, value: str) -> list[str]:
    """Return size and weight, which stand by themselves or, as older matplotlib writes them, in one declaration."""
    size = re.search(r"([\d.]+)px", value)
    bold = re.search(r"\b(bold|[6-9]00)\b", value) if key in ("font", "font-weight") else None
    return ([f'font-size="{size[1]}"'] if size else []) + (['font-weight="700"'] if bold else [])


def px(number: float) -> str:
    """Return a place to the hundredth of a px.

    Examples
    --------
    >>> px(12.0), px(0.999), px(-0.001), px(1234.567)
    ('12', '1', '0', '1234.57')
    """
    return f"{round(number, 2) + 0.0:.8g}"


def within_page(width: float, height: float, elements: str, name: str, title: str, description: str) -> str:
    """Return a figure as a part of a page that has the colours of `fastavs.report.theme`.

    Parameters
    ----------
    width, height : float
        In px.
    elements : str
        What `plain` gave.
    name : str
        Goes before the ids of title and description.
    title, description : str
        For those who cannot see the figure.
    """
    return f"{_opening(f'0 0 {px(width)} {px(height)}', '', name, title, description)}\n{elements}\n</svg>"


def standing_alone(
    width: float, height: float, elements: str, name: str, title: str, description: str, mark: str
) -> str:
    """Return a figure as a file of its own, with its own stylesheet and a head: the title, and `mark`.

    `mark` says what study the figure is from; the rest is as for `within_page`.
    """
    high = px(height + HEAD)
    head = "\n".join(
        (
            f'<path d="M0 {px(-HEAD)}H{px(width)}V0H0z"{_filled("paper")}/>',
            f'<text x="8" y="-26" font-size="15" font-weight="700"{_filled("ink")}>{_quoted(title)}</text>',
            f'<text x="8" y="-8" font-size="11"{_filled("muted")}>{_quoted(shorten(mark, 11, width - 16))}</text>',
        )
    )
    used = set(" ".join(re.findall(r'class="([^"]*)"', head + elements)).split())
    size = f'width="{px(width)}" height="{high}" xmlns="http://www.w3.org/2000/svg"'
    parts = (
        '<?xml version="1.0" encoding="utf-8"?>',
        _opening(f"0 {px(-HEAD)} {px(width)} {high}", size, name, title, description),
        f"<style>{theme.dark_rules(used)}</style>",
        head,
        elements,
        "</svg>\n",
    )
    return "\n".join(parts)


def _filled(colour: str) -> str:
    return _look(f"fill: {theme.light(colour)}")


def _quoted(words: str) -> str:
    return escape(words, quote=False)


def _opening(view: str, size: str, name: str, title: str, description: str) -> str:
    told = "\n".join(
        f'<{tag} id="{name}-{tag}">{_quoted(text)}</{tag}>' for tag, text in (("title", title), ("desc", description))
    )
    return (
        f'<svg viewBox="{view}" {size}{" " if size else ""}role="img" aria-labelledby="{name}-title {name}-desc" '
        f'font-family="{FONT}" stroke-linejoin="round">\n{told}'
    )
