"""Drawing: what a canvas writes, and where values stand on a panel."""

from __future__ import annotations

import math
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from fastavs.report.panel import Panel, log_values, round_values
from fastavs.report.svg import HEAD, Canvas, standing_alone, within_page


def panel(canvas: Canvas, y_limits: tuple[float, float] = (0.0, 10.0), logarithmic: bool = False) -> Panel:
    return Panel(canvas, 10.0, 20.0, 100.0, 50.0, (1.0, 100.0), y_limits, logarithmic)


def strokes(canvas: Canvas) -> list[list[tuple[float, ...]]]:
    root = ElementTree.fromstring(f"<g>{canvas.to_svg()}</g>")
    paths = [path.attrib["d"].removeprefix("M").split("L") for path in root.iter("path")]
    return [[tuple(map(float, point.split())) for point in path] for path in paths]


def test_words_lie_above_shapes_and_neighbours_share_their_look() -> None:
    canvas = Canvas(50, 40)
    canvas.text(1, 10, "a < b & c")
    canvas.box(0, 0, 5, 5, "blue")
    canvas.box(5, 0, 5, 5, "blue")
    canvas.stroke([(0, 0), (3, 4.5)], "grid", 2.0, (6, 4))
    canvas.text(9, 10, "Пиво", "muted", 10, bold=True, align="right")
    assert canvas.to_svg().splitlines() == [
        '<rect x="0" y="0" width="50" height="40" fill="#ffffff" class="f-paper"/>',
        '<g fill="#0064a3" class="f-blue">',
        '<rect x="0" y="0" width="5" height="5"/>',
        '<rect x="5" y="0" width="5" height="5"/>',
        "</g>",
        '<path d="M0 0L3 4.5" fill="none" stroke="#dfe3e8" stroke-width="2" class="s-grid" stroke-linecap="butt" '
        'stroke-dasharray="6,4"/>',
        '<text x="1" y="14.32" font-size="12" fill="#1b1f24" class="f-ink">a &lt; b &amp; c</text>',
        '<text x="9" y="13.6" font-size="10" font-weight="700" text-anchor="end" fill="#57606a" class="f-muted">'
        "Пиво</text>",
    ]
    assert canvas.classes == {"f-paper", "f-blue", "s-grid", "f-ink", "f-muted"}


def test_a_figure_in_a_page_and_as_a_file() -> None:
    canvas = Canvas(300, 100)
    canvas.dot(5, 5, 2.0, "paper", edge="orange")
    inside = ElementTree.fromstring(within_page(canvas, "one", "A & B", "<what it shows>"))
    assert inside.attrib["viewBox"] == "0 0 300 100"
    assert (inside.findtext("title"), inside.findtext("desc")) == ("A & B", "<what it shows>")
    alone = ElementTree.fromstring(standing_alone(canvas, "one", "A & B", "<what it shows>", "a study & its note"))
    assert alone.attrib["viewBox"] == f"0 {-HEAD:g} 300 {100 + HEAD:g}"
    assert {element.text for element in alone.iter("{http://www.w3.org/2000/svg}text")} == {
        "A & B",
        "a study & its note",
    }
    assert ".s-orange{" in (alone.findtext("{http://www.w3.org/2000/svg}style") or "")


def test_places_on_a_panel() -> None:
    plain, logarithmic = panel(Canvas(200, 100)), panel(Canvas(200, 100), logarithmic=True)
    assert (plain.right, plain.bottom) == (110.0, 70.0)
    assert plain.at(1.0, 0.0) == (10.0, 70.0)
    assert plain.at(100.0, 10.0) == (110.0, 20.0)
    assert logarithmic.across(10.0) == pytest.approx(60.0)


def test_a_curve_ends_where_its_panel_does() -> None:
    canvas = Canvas(200, 100)
    # in px from the top: below, inside, above, back inside, along the edge, far below
    rates = {1.0: -10.0, 12.0: 5.0, 23.0: 15.0, 34.0: 5.0, 45.0: 10.0, 56.0: 10.0, 67.0: -30.0, 78.0: -20.0}
    drawn = panel(canvas)
    drawn.curve(list(rates.items()), "before", 2.0)
    first, second = strokes(canvas)
    assert first[0] == (pytest.approx(drawn.across(1 + 11 * 10 / 15), abs=0.01), 70.0)
    assert first[1] == (pytest.approx(drawn.across(12.0), abs=0.01), 45.0)
    assert first[2] == (pytest.approx(drawn.across(17.5), abs=0.01), 20.0)
    assert second[0] == (pytest.approx(drawn.across(28.5), abs=0.01), 20.0)
    assert second[-1] == (pytest.approx(drawn.across(56 + 11 * 10 / 40), abs=0.01), 70.0)
    assert all(20.0 <= y <= 70.0 for part in (first, second) for _, y in part)
    assert len(second) == 5


@pytest.mark.parametrize("low", [-3.7, 0.0, 0.2])
@pytest.mark.parametrize("span", [1e-7, 0.03, 1.0, 4.4, 99.0, 1e9])
@pytest.mark.parametrize("most", [1, 3, 9])
def test_round_values(low: float, span: float, most: int) -> None:
    values = round_values(low, low + span, most)
    steps = {round((b - a) / span, 6) for a, b in pairwise(values)}
    assert len(steps) <= 1
    assert len(values) <= most + 1
    assert all(-1e-6 <= (value - low) / span <= 1 + 1e-6 for value in values)  # n steps may be an ulp off
    if steps:
        step = (values[-1] - values[0]) / (len(values) - 1)
        leading = step / 10.0 ** math.floor(math.log10(step * 1.000001))
        assert leading == pytest.approx(min((1.0, 2.0, 2.5, 5.0), key=lambda one: abs(one - leading)), rel=1e-6)


@pytest.mark.parametrize("decades", [0.5, 1, 3, 12, 40])
def test_log_values(decades: float) -> None:
    low, high = 0.3, 0.3 * 10.0**decades
    values = log_values(low, high, (1,), 11)
    assert len(values) <= 12
    assert all(low <= value <= high and math.isclose(math.log10(value), round(math.log10(value))) for value in values)
