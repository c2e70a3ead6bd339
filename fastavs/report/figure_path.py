"""The path of the mean rates over the years, with and without the specific parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fastavs.report.drawing import SIZE, SMALL, dot_look, draw_grid, size_of, style_ticks, write
from fastavs.report.fitting import spread
from fastavs.report.known import KNOWN_AD_VALOREM
from fastavs.report.sheet import Sheet
from fastavs.report.sketch import Sketch
from fastavs.report.theme import light
from fastavs.report.words import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_CHARGED, _ADJUSTED = "as charged", "adjusted"
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
        caption += " The thin line is the weighted mean adjusted for lines without trade of their own."
    if shown:
        caption += " Circles are published figures."
    description = (
        f"Line chart, {_years(first, last)}: simple mean {_change(first, last, 'simple_mean')}, "
        f"weighted mean {_change(first, last, 'weighted_mean_unadjusted')}; "
        f"ad valorem parts alone {_change(first, last, KNOWN_AD_VALOREM)} (simple)."
    )
    return Sketch("path", "The course of the mean rates", caption, description, lambda width: _sheet(panels, width))


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
        _Course(_CHARGED, "blue", _column(summary, "simple_mean"), None, published.get("simple_mean", {})),
        _Course("without specific", "blue", _column(summary, KNOWN_AD_VALOREM), (3, 2)),
        _Course("bound", "green", _column(summary, "bound_mean"), None, published.get("bound_mean", {})),
    ]
    return [course for course in courses if course.rates]


def _weighted(summary: Sequence[Row], published: Mapping[str, Means]) -> list[_Course]:
    adjusted = any(row["adjust"] for row in summary)
    unadjusted = _column(summary, "weighted_mean_unadjusted")
    others = published.get("weighted_mean", {})  # figures by others are adjusted ones
    courses = [
        _Course(_CHARGED, "orange", unadjusted, None, {} if adjusted else others),
        _Course("without specific", "orange", _column(summary, "ad_valorem_weighted_mean"), (3, 2)),
    ]
    if adjusted:
        courses.append(_Course(_ADJUSTED, "orange", _column(summary, "weighted_mean"), None, others))
    return [course for course in courses if course.rates]


def _sheet(panels: Mapping[str, tuple[str, list[_Course]]], width: float) -> Sheet:
    wide = width >= 600
    each, height = (width / 2, 300.0) if wide else (width, 250.0)
    sheet = Sheet(width, height if wide else 2 * height)
    limits = _limits([course for _, courses in panels.values() for course in courses])
    for place, (title, (subtitle, courses)) in enumerate(panels.items()):
        left, above = (place * each, 0.0) if wide else (0.0, place * height)
        sheet.text(left + 8, above + 14, title, size=14, bold=True)
        sheet.text(left + 8, above + 32, subtitle, "muted", SMALL)
        if courses:
            draw_path(sheet.axes(left + 48, above + 50, each - 172, height - 80), courses, limits)
    return sheet


def _limits(courses: Sequence[_Course]) -> tuple[float, float]:
    """Return where the scale of rates begins and ends, in percent."""
    rates = [rate for course in courses for one in (course.rates, course.published) for rate in one.values()]
    return 108.0 * min([*rates, 0.0]), 108.0 * max([*rates, 0.01])


def draw_path(ax: Axes, courses: Sequence[_Course], limits: tuple[float, float] | None = None) -> None:
    """Draw rates (percent) by year, and what each line is to the right of the axes.

    Parameters
    ----------
    ax : Axes
    courses : sequence of _Course
        At least one.
    limits : tuple of float, optional
        Percent at the ends of the scale, if other axes have the same.
    """
    years = sorted({year for course in courses for one in (course.rates, course.published) for year in one})
    style_ticks(ax)
    ax.set_xlim(years[0] - 0.4, years[-1] + 0.4)
    ax.set_ylim(*(limits or _limits(courses)))
    marked = [year for year in years if len(years) <= 6 or year % 5 == 0]
    ax.set_xticks(marked, [str(year) for year in marked])
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g} %")
    draw_grid(ax, "y")
    _shade(ax, courses)
    for course in courses:
        ax.plot(
            list(course.rates), _percents(course.rates), color=light(course.colour), label=course.label,
            linewidth=1.0 if course.label == _ADJUSTED else 2.0, clip_on=False,
            linestyle=(0, course.dashes) if course.dashes else "-", marker="o" if len(years) <= 3 else "", markersize=5,
        )  # fmt: skip
    for course in courses:
        if course.published:
            look = dot_look(2.24, "paper", course.colour, 1.2)
            ax.plot(list(course.published), _percents(course.published), zorder=4, **look)
    _label_ends(ax, courses)


def _percents(rates: Means) -> list[float]:
    return [100.0 * rate for rate in rates.values()]


def _shade(ax: Axes, courses: Sequence[_Course]) -> None:
    """Fill the gap between the rates as charged and those without specific parts."""
    charged = courses[0]
    bare = next((c for c in courses if c.dashes), None)
    if bare is not None:
        common = [year for year in bare.rates if year in charged.rates]
        lower, upper = ([100.0 * c.rates[year] for year in common] for c in (bare, charged))
        around = [*common, *reversed(common)], [*lower, *reversed(upper)]
        ax.fill(*around, color=light(f"{bare.colour}_soft"), linewidth=0.0, clip_on=False)


def _label_ends(ax: Axes, courses: Sequence[_Course]) -> None:
    """Write each line's last rate and name at its end, apart from each other."""
    height, (low, high) = size_of(ax)[1], ax.get_ylim()
    last = [list(course.rates.values())[-1] for course in courses]
    ends = [height * (high - 100.0 * rate) / (high - low) for rate in last]
    for course, rate, down in zip(courses, last, spread(ends, 31.0), strict=True):
        words = ((percent(rate), SIZE, True, -6.0), (course.label, SMALL, False, 8.0))
        for text, size, bold, lower in words:
            shift = (8.0, down + lower)
            write(ax, [(1.0, 1.0, text)], course.colour, size, shift=shift, within=ax.transAxes, bold=bold)


def mean_courses(summary: Sequence[Row], published: Mapping[str, Means], weighted: bool) -> list[_Course]:
    """Return what the figure shows of the simple mean, or of the weighted one."""
    return (_weighted if weighted else _simple)(summary, published)


def plain_courses(rates: Sequence[tuple[str, Means]], colours: Sequence[str]) -> list[_Course]:
    """Return labels with their rates (fractions) by year as courses, in their colours."""
    return [_Course(label, colour, means) for (label, means), colour in zip(rates, colours, strict=False)]
