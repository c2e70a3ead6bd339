"""The path of the mean rates over the years, with and without the specific parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastavs.report.panel import Panel
from fastavs.report.sketch import Sketch
from fastavs.report.svg import SMALL, Canvas, Point, spread
from fastavs.report.words import percent

Row = Mapping[str, Any]
Means = Mapping[int, float]


@dataclass(frozen=True, slots=True)
class _Course:
    """One line of the figure: a rate (fraction) by year."""

    label: str
    colour: str
    rates: Means
    dashes: tuple[float, float] | None = None
    published: Means = field(default_factory=dict)


def path_sketch(summary: Sequence[Row], published: Mapping[str, Means]) -> Sketch:
    """Return the figure of the means.

    Parameters
    ----------
    summary : sequence of mapping
        Rows of ``summary.csv``.
    published : mapping
        Others' figures: column of the summary, then year, to a fraction.
    """
    panels = {
        "Simple mean": ("every tariff line counts alike", _simple(summary, published)),
        "Weighted mean": ("a line counts by its imports", _weighted(summary, published)),
    }
    first, last = summary[0], summary[-1]
    shown = any(course.published for _, courses in panels.values() for course in courses)
    caption = (
        "How high the duties are, as a share of the value of the goods. The solid line counts duties as customs "
        "charges them; the broken line leaves out what is charged by weight, volume or number. The shaded gap is what "
        "those specific parts add."
    )
    if any(row["bound_mean"] is not None for row in summary):
        caption += " Bound rates are the ceilings agreed in the WTO."
    if any(row["adjust"] for row in summary):
        caption += " The weighted mean is adjusted for lines without trade of their own; the thin line is not."
    if shown:
        caption += " Circles are published figures."
    description = (
        f"Line chart, {_years(first, last)}: simple mean {_change(first, last, 'simple_mean')}, "
        f"weighted mean {_change(first, last, 'weighted_mean')}; "
        f"ad valorem parts alone {_change(first, last, 'ad_valorem_simple_mean')} (simple)."
    )
    return Sketch("path", "The course of the mean rates", caption, description, lambda width: _draw(panels, width))


def _years(first: Row, last: Row) -> str:
    return str(last["year"]) if first is last else f"{first['year']} to {last['year']}"


def _change(first: Row, last: Row, column: str) -> str:
    if first is last:
        return percent(last[column])
    return f"from {percent(first[column])} to {percent(last[column])}"


def _column(summary: Sequence[Row], name: str) -> Means:
    return {row["year"]: row[name] for row in summary if row[name] is not None}


def _simple(summary: Sequence[Row], published: Mapping[str, Means]) -> list[_Course]:
    courses = [
        _Course("as charged", "blue", _column(summary, "simple_mean"), None, published.get("simple_mean", {})),
        _Course("without specific", "blue", _column(summary, "ad_valorem_simple_mean"), (6, 4)),
        _Course("bound", "green", _column(summary, "bound_mean"), None, published.get("bound_mean", {})),
    ]
    return [course for course in courses if course.rates]


def _weighted(summary: Sequence[Row], published: Mapping[str, Means]) -> list[_Course]:
    adjusted = any(row["adjust"] for row in summary)
    unadjusted = _column(summary, "weighted_mean_unadjusted")
    courses = [
        _Course(
            "as charged, adj." if adjusted else "as charged", "orange",
            _column(summary, "weighted_mean"), None, published.get("weighted_mean", {}),
        ),
        _Course("without specific", "orange", _column(summary, "ad_valorem_weighted_mean"), (6, 4)),
    ]  # fmt: skip
    if adjusted:
        courses.append(_Course("not adjusted", "orange", unadjusted))
    return [course for course in courses if course.rates]


def _draw(panels: Mapping[str, tuple[str, list[_Course]]], width: float) -> Canvas:
    wide = width >= 600
    each, height = (width / 2, 300.0) if wide else (width, 250.0)
    canvas = Canvas(width, height if wide else 2 * height)
    rates = [
        rate
        for _, courses in panels.values()
        for c in courses
        for one in (c.rates, c.published)
        for rate in one.values()
    ]
    limits = 108.0 * min([*rates, 0.0]), 108.0 * max([*rates, 0.01])
    for place, (title, (subtitle, courses)) in enumerate(panels.items()):
        left, above = (place * each, 0.0) if wide else (0.0, place * height)
        canvas.text(left + 8, above + 14, title, size=14, bold=True)
        canvas.text(left + 8, above + 32, subtitle, "muted", SMALL)
        if courses:
            years = {year for course in courses for one in (course.rates, course.published) for year in one}
            across = min(years) - 0.4, max(years) + 0.4
            panel = Panel(canvas, left + 36, above + 50, each - 160, height - 80, across, limits)
            _draw_panel(panel, courses, sorted(years))
    return canvas


def _draw_panel(panel: Panel, courses: Sequence[_Course], years: Sequence[int]) -> None:
    panel.mark_across([year for year in years if len(years) <= 6 or year % 5 == 0], str)
    panel.mark_down(lambda value: f"{value:g} %")
    charged = next((c for c in courses if c.label == "not adjusted"), courses[0])
    bare = next((c for c in courses if c.dashes), None)
    if bare is not None:
        common = [year for year in bare.rates if year in charged.rates]
        there, back = (_places(panel, {year: c.rates[year] for year in common}) for c in (bare, charged))
        if common:
            panel.canvas.area([*there, *reversed(back)], f"{bare.colour}_soft")
    for course in courses:
        places = _places(panel, course.rates)
        panel.canvas.stroke(places, course.colour, 1.0 if course.label == "not adjusted" else 2.0, course.dashes)
        if len(years) <= 3:
            for x, y in places:
                panel.canvas.dot(x, y, 2.5, course.colour, width=1.0)
    for course in courses:
        for x, y in _places(panel, course.published):
            panel.canvas.dot(x, y, 2.24, "paper", edge=course.colour, width=1.2)
    _label_ends(panel, courses)


def _places(panel: Panel, rates: Means) -> list[Point]:
    return [panel.at(year, 100.0 * rate) for year, rate in rates.items()]


def _label_ends(panel: Panel, courses: Sequence[_Course]) -> None:
    last = [list(course.rates.values())[-1] for course in courses]
    places = spread([panel.down(100.0 * rate) for rate in last], 31.0)
    for course, rate, y in zip(courses, last, places, strict=True):
        panel.canvas.text(panel.right + 8, y - 6, percent(rate), course.colour, bold=True)
        panel.canvas.text(panel.right + 8, y + 8, course.label, course.colour, SMALL)
