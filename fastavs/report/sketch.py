"""What a figure is before and after it is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastavs.report import svg
from fastavs.report.svg import Canvas


@dataclass(frozen=True, slots=True)
class Sketch:
    """A figure to be drawn.

    Attributes
    ----------
    id : str
        Name of its file, and of its place in the page.
    title, caption : str
        For everyone.
    description : str
        What it shows, for those who cannot see it.
    draw : callable
        Draws it on a canvas of a width in px.
    """

    id: str
    title: str
    caption: str
    description: str
    draw: Callable[[float], Canvas]


@dataclass(frozen=True, slots=True)
class ReportFigure:
    """A figure drawn.

    Attributes
    ----------
    id, title, caption : str
    wide, narrow : str
        SVG for a page and for a phone, to stand within HTML that has the colours of `fastavs.report.theme`.
    file : str
        SVG as a file of its own.
    """

    id: str
    title: str
    caption: str
    wide: str
    narrow: str
    file: str


def drawn(sketch: Sketch, mark: str) -> ReportFigure:
    """Draw a figure for a page, for a phone, and for a file that `mark` says the study of."""
    wide, narrow = (sketch.draw(width) for width in (svg.WIDE, svg.NARROW))
    words = (sketch.title, f"{sketch.description} {sketch.caption}")
    return ReportFigure(
        sketch.id,
        sketch.title,
        sketch.caption,
        svg.within_page(wide, f"{sketch.id}-wide", *words),
        svg.within_page(narrow, f"{sketch.id}-narrow", *words),
        svg.standing_alone(wide, sketch.id, *words, mark),
    )
