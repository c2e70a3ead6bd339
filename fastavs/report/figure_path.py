"""The path of the mean rates over the years, with and without the specific parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fastavs.report.sketch import Sketch
from fastavs.report.svg import SMALL, Canvas, spread
from fastavs.report.theme import light
from fastavs.report.words import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Row = Mapping[str, Any]
Means = Mapping[int, float]


@dataclass(frozen=True, slots=True)
class _Course:
    """One line of the figure: a rate (fraction) by year."""

    label: str
    colour: str
    rates: Means
    dashes: tuple[float, ...] | None = None
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
        _Course("without specific", "blue", _column(summary, "ad_valorem_simple_mean"), (3, 2)),
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
        _Course("without specific", "orange", _column(summary, "ad_valorem_weighted_mean"), (3, 2)),
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
        canvas.text(left + 8, above + 14, title, size=14, weight="bold")
        canvas.text(left + 8, above + 32, subtitle, "muted", SMALL)
        if courses:
            axes = canvas.panel(left + 36, above + 50, each - 160, height - 80)
            _draw_panel(canvas, axes, courses, limits)
    return canvas


def _draw_panel(canvas: Canvas, axes: Axes, courses: Sequence[_Course], limits: tuple[float, float]) -> None:
    years = sorted({year for course in courses for one in (course.rates, course.published) for year in one})
    axes.set_ylim(*limits)
    axes.set_xlim(years[0] - 0.4, years[-1] + 0.4)
    axes.set_xticks([year for year in years if len(years) <= 6 or year % 5 == 0])
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g} %")
    axes.grid(axis="y", color=light("grid"), linewidth=1.0)
    charged = next((c for c in courses if c.label == "not adjusted"), courses[0])
    bare = next((c for c in courses if c.dashes), None)
    if bare is not None:
        common = [year for year in bare.rates if year in charged.rates]
        lower, upper = ([100.0 * c.rates[year] for year in common] for c in (bare, charged))
        axes.fill_between(common, lower, upper, color=light(f"{bare.colour}_soft"), linewidth=0.0)
    for course in courses:
        thin = course.label == "not adjusted"
        axes.plot(
            list(course.rates), [100.0 * rate for rate in course.rates.values()],
            color=light(course.colour), linewidth=1.0 if thin else 2.0, clip_on=False,
            dashes=course.dashes or (None, None), marker="o" if len(years) <= 3 else "", markersize=5,
        )  # fmt: skip
        axes.scatter(
            list(course.published), [100.0 * rate for rate in course.published.values()], s=20, clip_on=False,
            facecolor=light("paper"), edgecolor=light(course.colour), linewidth=1.2, zorder=4,
        )  # fmt: skip
    _label_ends(canvas, axes, courses)


def _label_ends(canvas: Canvas, axes: Axes, courses: Sequence[_Course]) -> None:
    box, (low, high) = axes.get_position(), axes.get_ylim()
    height, bottom = box.height * canvas.height, (1.0 - box.y0) * canvas.height
    ends = [bottom - height * (100.0 * list(one.rates.values())[-1] - low) / (high - low) for one in courses]
    for course, y in zip(courses, spread(ends, 31.0), strict=True):
        x = box.x1 * canvas.width + 8
        canvas.text(x, y - 6, percent(list(course.rates.values())[-1]), course.colour, weight="bold")
        canvas.text(x, y + 8, course.label, course.colour, SMALL)
