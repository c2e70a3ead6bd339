"""The report's figures one by one, on axes: what `fastavs.results.plots.RatesPlots` offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastavs.codes import as_digits
from fastavs.errors import InputError, did_you_mean
from fastavs.report import figure_binding, figure_groups
from fastavs.report.averages import compared_years, main_grouping, yearly
from fastavs.report.averages import histogram as histogram_tables
from fastavs.report.choice import choose_line
from fastavs.report.drawing import SMALL, size_of, write
from fastavs.report.figure_bands import band_counts, colours_of, draw_bands
from fastavs.report.figure_binding import chapter_binding, draw_binding, most_added
from fastavs.report.figure_groups import AFTER, BEFORE, SIDE, draw_groups, group_pairs, most_changed
from fastavs.report.figure_heat import chapter_means, draw_heat, height_of
from fastavs.report.figure_line import UPWARDS, draw_line, line_picture
from fastavs.report.figure_path import draw_path, mean_courses
from fastavs.report.figures import published_means
from fastavs.report.known import comparable_summary
from fastavs.report.own_axes import axes_for, bar, dot, set_key, set_title
from fastavs.report.tables import with_published
from fastavs.report.theme import BANDS, light
from fastavs.report.words import points

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from fastavs.results.rates import Rates

ROW = 21.0  # points: a row of a figure of its own
LEAST = 13.0  # points: rows closer than this cannot be read


def path(rates: Rates, ax: Axes | None, mean: str) -> Axes:
    """Draw a mean rate over the years."""
    known = ("simple", "weighted")
    if mean not in known:
        expected = f"{' or '.join(known)}.{did_you_mean(mean, known)}"
        raise InputError("the argument mean does not fit", value=mean, expected=expected)
    table = with_published(next(yearly(rates)), rates.checked)
    courses = mean_courses(comparable_summary(rates), published_means({"1": table}), mean == "weighted")
    if not courses:
        raise InputError(f"no year has a {mean} mean, so there is nothing to draw")
    with axes_for(ax, (620.0, 350.0), (44.0, 58.0, 124.0, 34.0)) as own:
        draw_path(own, courses)
        set_title(own, f"{mean.capitalize()} mean rate", rates.checked.title, 10.0)
    return own


def histogram(rates: Rates, ax: Axes | None) -> Axes:
    """Draw how many lines are charged how much."""
    counts = band_counts(next(histogram_tables(rates)))
    with axes_for(ax, (860.0, 368.0), (16.0, 70.0, 16.0, 56.0)) as own:
        level = size_of(own)[0] < 480.0
        draw_bands(own, counts, level)
        marks = [(str(year), bar(colour)) for year, colour in colours_of(counts).items()]
        set_key(own, marks, columns=1, corner="lower right" if level else "upper right")
        set_title(own, f"How the rates are spread, {' and '.join(map(str, counts))}", rates.checked.title, 22.0)
    return own


def heat(rates: Rates, ax: Axes | None) -> Axes:
    """Draw the simple mean of every chapter in every year."""
    rows = dict(sorted(chapter_means(rates.groups_as_written("chapter").to_pylist()).items()))
    years = list(rates.years)
    wide = min(max(30.0 * len(years), 120.0), 620.0)
    room = 204.0
    edges = [0.0, *BANDS]
    ends = [f"to {points(edge, 1).removesuffix('.0')} %" for edge in BANDS] + ["more"]
    with axes_for(ax, (room + wide + 16.0, height_of(list(rows)) + 126.0), (room, 70.0, 16.0, 56.0)) as own:
        draw_heat(own, rows, years, room - 8.0)
        marks = [(words, bar(f"band{band}")) for band, words in enumerate(ends[: len(edges)])]
        set_key(own, marks, columns=len(edges) if size_of(own)[0] > 500.0 else 2, below=10.0)
        set_title(own, "Simple mean by chapter", rates.checked.title, 22.0)
    return own


def groups(rates: Rates, ax: Axes | None, grouping: str | None) -> Axes:
    """Draw the simple mean of every group before and after."""
    by = grouping or main_grouping(rates.checked)
    years = compared_years(rates) or (next(reversed(rates.years)),) * 2
    found = group_pairs(rates.groups_as_written(by).to_pylist(), by, *years)
    if not found:
        raise InputError("no group has a mean in both years, so there is nothing to draw", value=by)
    most = figure_groups.MOST if ax is None else _rows_on(ax, figure_groups.MOST)
    shown, single = most_changed(found, most), years[0] == years[1]
    with axes_for(ax, (860.0, ROW * len(shown) + 120.0), (236.0, 76.0, 76.0, 44.0)) as own:
        draw_groups(own, shown, single=single)
        marks = [(str(year), dot(*mark)) for year, mark in zip(years, (BEFORE, AFTER), strict=True)]
        set_key(own, marks[single:], columns=2, below=10.0)
        some = f", {len(shown)} of {len(found)}" if len(shown) < len(found) else ""
        told = f"{years[0]}" if single else f"{years[0]} and {years[1]}"
        set_title(own, f"Simple mean by {by}{some}, {told}", rates.checked.title, 26.0)
        heading = [(1.0, 1.0, "level" if single else "change, points")]
        write(own, heading, "muted", SMALL, shift=(SIDE + 4.0, -12.0), within=own.transAxes, align="right")
    return own


def binding(rates: Rates, ax: Axes | None, year: int | None) -> Axes:
    """Draw where specific parts set the duty."""
    columns = rates.year(year)
    found = chapter_binding(columns)
    if not found:
        raise InputError("no line has a specific part, so there is nothing to draw", value=columns.year)
    shown = most_added(found, figure_binding.MOST if ax is None else _rows_on(ax, figure_binding.MOST))
    with axes_for(ax, (860.0, ROW * len(shown) + 94.0), (206.0, 82.0, 8.0, 12.0)) as own:
        draw_binding(own, shown)
        set_title(own, f"Where the specific part binds, {columns.year}", rates.checked.title, 36.0)
    return own


def line(rates: Rates, code: str | None, ax: Axes | None, year: int | None) -> Axes:
    """Draw the duty of a line over unit value, and the observations behind its rate."""
    of = rates.year(year).year
    chosen = choose_line(rates, of) if code is None else as_digits(code)
    found = None if chosen is None else line_picture(rates, chosen, of)
    if chosen is None or found is None:
        raise InputError(
            "no observation with a quantity stands behind it, or its duty is no curve over one unit value",
            about=f"line {chosen}" if chosen else "every line", value=of,
            cure="choose a line with a specific part: rates.table has them under has_specific",
        )  # fmt: skip
    picture, level = found
    with axes_for(ax, (860.0, 440.0), (54.0, 76.0, 44.0, 50.0)) as own:
        draw_line(own, picture)
        own.set_xlabel(picture.across, color=light("muted"), fontsize=SMALL)
        own.set_ylabel(UPWARDS, color=light("muted"), fontsize=SMALL)
        from_others = "" if level == rates.year(of).digits else f", trade of its {level} digits"
        set_title(own, f"{chosen}, {of}: {picture.duty.text}{from_others}", rates.checked.title, 22.0)
    return own


def _rows_on(ax: Axes, most: int) -> int:
    """Return how many rows the reader's own axes have room for."""
    return max(min(most, int(size_of(ax)[1] / LEAST)), 1)
