"""The report's figures, for any study."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from fastavs.codes import as_digits
from fastavs.report.averages import compared_years, main_grouping
from fastavs.report.choice import choose_line
from fastavs.report.figure_bands import bands_sketch
from fastavs.report.figure_binding import binding_sketch
from fastavs.report.figure_groups import groups_sketch
from fastavs.report.figure_heat import heat_sketch
from fastavs.report.figure_line import line_sketch
from fastavs.report.figure_path import path_sketch
from fastavs.report.known import comparable_summary
from fastavs.report.sketch import ReportFigure, Sketch, drawn

if TYPE_CHECKING:
    from fastavs.report.table import ReportTable
    from fastavs.results.rates import Rates

_PUBLISHED = {
    "simple_mean": "simple_mean_pct_published",
    "weighted_mean": "weighted_mean_pct_published",
    "bound_mean": "bound_simple_mean_pct_published",
}


def build_figures(rates: Rates, tables: Mapping[str, ReportTable], line: str | None = None) -> dict[str, ReportFigure]:
    """Draw every figure that a study allows.

    Parameters
    ----------
    rates : Rates
    tables : mapping of str to ReportTable
        What `fastavs.report.build_tables` made.
    line : str, optional
        The line to show by itself; otherwise one is chosen.

    Returns
    -------
    dict of str to ReportFigure
        By id, in the order of the report: "path", "figure-1", "heat", "groups", "binding", "line".

    Raises
    ------
    InputError
        The last year has no such line.
    """
    years = list(rates.years)
    grouping = main_grouping(rates.checked)
    compared = compared_years(rates) or (years[-1], years[-1])
    chosen = as_digits(line) if line else choose_line(rates, years[-1])
    sketches: list[Sketch | None] = [
        path_sketch(comparable_summary(rates), published_means(tables)),
        bands_sketch(tables["figure1"]),
        heat_sketch(rates.groups_as_written("chapter").to_pylist(), years),
        groups_sketch(rates.groups_as_written(grouping).to_pylist(), grouping, compared),
        binding_sketch(rates.year()),
        line_sketch(rates, chosen, years[-1]) if chosen else None,
    ]
    return {sketch.id: drawn(sketch, rates.checked.title) for sketch in sketches if sketch is not None}


def published_means(tables: Mapping[str, ReportTable]) -> dict[str, dict[int, float]]:
    """Return the published means by column of the summary and year, as fractions."""
    table = tables["1"].table
    years = table["year"].to_pylist()
    return {
        name: {
            year: value / 100.0
            for year, value in zip(years, table[column].to_pylist(), strict=True)
            if value is not None
        }
        for name, column in _PUBLISHED.items()
        if column in table.column_names
    }


def write_figures(figures: Mapping[str, ReportFigure], folder: str | Path) -> list[Path]:
    """Write each figure to ``figures/<id>.svg`` within a folder; return the files."""
    inside = Path(folder) / "figures"
    inside.mkdir(parents=True, exist_ok=True)
    files = []
    for one in figures.values():
        files.append(inside / f"{one.id}.svg")
        files[-1].write_text(one.file, encoding="utf-8", newline="\n")
    return files
