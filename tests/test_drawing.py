"""Drawing: what a sheet becomes, and figures on matplotlib axes of the reader's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fastavs.report import theme
from fastavs.report.drawing import draw_rules, fill_boxes, size_of, write
from fastavs.report.figure_bands import draw_bands
from fastavs.report.figure_binding import ChapterBinding, draw_binding
from fastavs.report.figure_groups import _Pair, draw_groups
from fastavs.report.figure_heat import draw_heat
from fastavs.report.figure_path import _Course, draw_path
from fastavs.report.sheet import Sheet, drawing
from fastavs.report.svg import HEAD, plain, standing_alone, within_page

BINDING = [ChapterBinding("02", 9, 3, 0.4, 0.05), ChapterBinding("22", 7, 7, None, 0.01)]
OWN: dict[str, Callable[[Axes], None]] = {
    "path": lambda ax: draw_path(ax, [_Course("as charged", "blue", {2001: 0.1, 2020: 0.05}, None, {2001: 0.11})]),
    "bands": lambda ax: draw_bands(ax, {2001: {"0–5": 3, "5–10": 0}, 2020: {"0–5": 1, "5–10": 2}}),
    "level bands": lambda ax: draw_bands(ax, {2020: {"0–5": 1, "5–10": 2}}, level=True),
    "heat": lambda ax: draw_heat(ax, {"01": {2001: 0.1, 2020: None}, "06": {2001: 0.0, 2020: 0.4}}, [2001, 2020], 90),
    "groups": lambda ax: draw_groups(ax, [_Pair("$x$ & <y>", 0.1, 0.05), _Pair("z", 0.0, 0.0)]),
    "binding": lambda ax: draw_binding(ax, BINDING),
}


def elements(sheet: Sheet) -> list[str]:
    with drawing():
        return plain(sheet.to_svg(), "one").splitlines()


def full(sheet: Sheet) -> Axes:
    """Return axes on the whole sheet whose values are px from its lower left corner."""
    ax = sheet.axes(0, 0, sheet.width, sheet.height)
    ax.set_axis_off()
    ax.set_xlim(0, sheet.width)
    ax.set_ylim(0, sheet.height)
    return ax


def test_words_lie_above_shapes_and_neighbours_share_their_look() -> None:
    with drawing():
        sheet = Sheet(50, 40)
        sheet.text(1, 10, "a < b & $c$")
        sheet.box(0, 0, 5, 5, "blue")
        sheet.box(5, 0, 5, 5, "blue")
        sheet.text(9, 10, "Пиво", "muted", 10, bold=True, align="right")
        sheet.dot(20.004, 30, 3, "paper", "orange")
    assert elements(sheet) == [
        '<path d="M0 40L50 40L50 0L0 0z" class="f-paper" fill="#ffffff"/>',
        '<g class="f-blue" fill="#0064a3">',
        '<path d="M0 0L5 0L5 5L0 5z"/>',
        '<path d="M5 0L10 0L10 5L5 5z"/>',
        "</g>",
        '<circle cx="20" cy="30" r="3" class="f-paper s-orange" fill="#ffffff" stroke-width="1.5" stroke="#b14a00"/>',
        '<text x="1" y="14.32" class="f-ink" fill="#1b1f24" font-size="12">a &lt; b &amp; $c$</text>',
        '<text x="9" y="13.6" class="f-muted" fill="#57606a" font-size="10" font-weight="700" text-anchor="end">'
        "Пиво</text>",
    ]


def test_boxes_rules_and_words_on_axes() -> None:
    with drawing():
        sheet = Sheet(100, 50)
        ax = full(sheet)
        fill_boxes(ax, [(10, 0, 20, 5), (30, 0, 40, 9)], "band3")
        draw_rules(ax, [(20, 10, 30), (25, 40, 60)], "grid", 5.0)
        write(ax, [(10, 20, "one"), (30, 40, "two")], size=10, shift=(2, -4))
        write(ax, [(1.0, 1.0, "edge")], size=10, within=ax.transAxes, align="center")
        assert size_of(ax) == pytest.approx((100, 50))
    shapes = elements(sheet)[1:]
    assert shapes[0].startswith('<path d="M10 50L20 50L20 45L10 45zM30 50L40 50L40 41L30 41z" class="f-band3" ')
    assert shapes[1].startswith('<path d="M10 30L30 30M40 25L60 25" class="s-grid" fill="none" ')
    assert 'stroke-linecap="square"' in shapes[1]
    words = [re.match(r'<text x="(\S+)" y="(\S+)"', line) for line in shapes]
    assert [found.groups() for found in words if found] == [("12", "29.6"), ("32", "9.6"), ("100", "3.6")]


def test_a_curve_ends_where_its_axes_do_and_dots_do_not() -> None:
    with drawing():
        sheet = Sheet(100, 100)
        ax = sheet.axes(20, 10, 60, 80)
        ax.set_axis_off()
        ax.set(xlim=(0, 1), ylim=(0, 1))
        ax.plot([0, 1], [-0.1, 1.1], color=theme.light("before"))
        areas = np.array([16.0, 36.0])
        ax.scatter([0.0, 1.0], [1.0, 1.0], s=areas, facecolor=theme.light("blue"), linewidth=0, clip_on=False)
    found = "\n".join(elements(sheet))
    cut = re.search(r'<clipPath id="(one-\w+)"><rect x="20" y="10" width="60" height="80"/></clipPath>', found)
    assert cut
    assert re.search(rf'<path d="M20 98L80 2" [^>]*clip-path="url\(#{cut[1]}\)"', found)
    assert [line for line in found.splitlines() if "circle" in line] == [
        '<circle cx="20" cy="10" r="2"/>', '<circle cx="80" cy="10" r="3"/>'
    ]  # fmt: skip


def test_a_figure_in_a_page_and_as_a_file() -> None:
    dot = '<circle cx="5" cy="5" r="2" stroke="#b14a00" class="s-orange"/>'
    inside = ElementTree.fromstring(within_page(300, 100, dot, "one", "A & B", "<what it shows>"))
    assert inside.attrib["viewBox"] == "0 0 300 100"
    assert (inside.findtext("title"), inside.findtext("desc")) == ("A & B", "<what it shows>")
    alone = ElementTree.fromstring(
        standing_alone(300, 100, dot, "one", "A & B", "<what it shows>", "a study & its note")
    )
    assert alone.attrib["viewBox"] == f"0 {-HEAD:g} 300 {100 + HEAD:g}"
    assert [element.text for element in alone.iter("{http://www.w3.org/2000/svg}text")] == [
        "A & B",
        "a study & its note",
    ]
    style = alone.findtext("{http://www.w3.org/2000/svg}style") or ""
    assert set(re.findall(r"\.([\w-]+)\{", style)) == {"f-paper", "f-ink", "f-muted", "s-orange"}


def drawn_by_report(draw: Callable[[Axes], None]) -> str:
    with drawing():
        sheet = Sheet(400, 300)
        draw(sheet.axes(100, 50, 200, 200))
        return plain(sheet.to_svg(), "one")


@pytest.mark.parametrize("figure", OWN)
def test_readers_settings_change_nothing(figure: str) -> None:
    before = drawn_by_report(OWN[figure])
    settings: dict[str, Any] = {
        "axes.grid": True, "lines.marker": "s", "lines.linestyle": ":", "font.size": 30, "axes.facecolor": "red",
        "svg.fonttype": "path", "text.usetex": True,
    }  # fmt: skip
    with matplotlib.rc_context(settings):
        assert drawn_by_report(OWN[figure]) == before
        assert matplotlib.rcParams["lines.marker"] == "s"


@pytest.mark.parametrize("figure", OWN)
@pytest.mark.parametrize("dpi", [72, 150])
def test_figures_on_axes_of_ones_own(figure: str, dpi: int, tmp_path: Any) -> None:
    own = Figure(figsize=(9, 4), dpi=dpi)
    left, right = own.subplots(1, 2)
    with matplotlib.rc_context({"axes.grid": True, "lines.marker": "s", "lines.linestyle": ":"}):
        OWN[figure](right)
    own.savefig(tmp_path / "figure.png")
    assert not left.lines
    assert right.has_data()
    assert all(one.get_marker() in ("", "None", "o") for one in right.lines)
    assert {one.get_parse_math() for one in right.texts} == {False}


def test_series_have_labels_for_a_legend() -> None:
    path, bands = Figure().subplots(1, 2)
    OWN["path"](path)
    OWN["bands"](bands)
    assert path.get_legend_handles_labels()[1] == ["as charged"]
    assert bands.get_legend_handles_labels()[1] == ["2001", "2020"]
