"""Tables as HTML shows them: cells as text, years across where there are many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from fastavs.report.headings import heading
from fastavs.report.words import NONE

if TYPE_CHECKING:
    from fastavs.report.table import ReportTable

ACROSS = 5  # years from which a table by group and year has its years across
NAMES = {"figure1": "Figure 1, in numbers", "water_lines": "Lines with water", "water": "Water by year"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: what stands in it, and whether it heads its row, holds a number, or holds a figure by others."""

    text: str
    heads: bool = False
    number: bool = False
    quiet: bool = False
    rows: int = 1


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table for the page.

    Attributes
    ----------
    id, name, title, caption, note : str
        `name` is what people call it ("Table 2").
    head : list of Cell
    body : list of list of Cell
    long : bool
        Whether it starts folded.
    """

    id: str
    name: str
    title: str
    caption: str
    note: str
    head: list[Cell]
    body: list[list[Cell]]
    long: bool


def page_table(made: ReportTable) -> PageTable:
    """Return a table of the report as the page shows it."""
    years = set(made.table["year"].to_pylist()) if "year" in made.keys else set()
    across = len(made.keys) > 1 and len(years) >= ACROSS
    head, body = _across(made, sorted(years)) if across else _plain(made)
    return PageTable(
        f"table-{made.id}", table_name(made.id), made.title, made.caption, made.note, head, body, len(body) > 12
    )


def table_name(table: str) -> str:
    """Return what people call a table.

    Examples
    --------
    >>> table_name("A1"), table_name("2-region"), table_name("figure1"), table_name("breaches")
    ('Table A1', 'Table 2, by region', 'Figure 1, in numbers', 'Breaches')
    """
    number, _, grouping = table.partition("-")
    if number[-1:].isdigit() and len(number) <= 2:
        return f"Table {number}" + (f", by {grouping}" if grouping else "")
    return NAMES.get(table, table.replace("_", " ").capitalize())


def _plain(made: ReportTable) -> tuple[list[Cell], list[list[Cell]]]:
    """A row as it is."""
    columns = made.table.column_names
    quiet = {*made.published, *made.differences}
    head = [Cell(_heading(made, name), number=_is_number(made, name), quiet=name in quiet) for name in columns]
    body = [
        [
            Cell(shown(name, row[name], made.table.schema.field(name).type), name in made.keys[:1], _is_number(made, name), name in quiet)
            for name in columns
        ]
        for row in made.table.to_pylist()
    ]  # fmt: skip
    return head, body


def _across(made: ReportTable, years: Sequence[int]) -> tuple[list[Cell], list[list[Cell]]]:
    """A block of rows for every group, a row for every measure, a column for every year."""
    blocks: dict[tuple[Any, ...], dict[int, Mapping[str, Any]]] = {}
    names: dict[tuple[Any, ...], str] = {}
    others = [key for key in made.keys if key != "year"]
    for row in made.table.to_pylist():
        group = tuple(row[key] for key in others)
        blocks.setdefault(group, {})[row["year"]] = row
        words = [str(part) for part in group]
        names[group] = " ".join([*words, row["name"]] if row.get("name") else words)
    measures = [name for name in made.table.column_names if _is_number(made, name) and name not in made.keys]
    quiet = {*made.published, *made.differences}
    head = [Cell(heading(others[0])), Cell(""), *(Cell(str(year), number=True) for year in years)]
    body = []
    for group, by_year in blocks.items():
        for place, name in enumerate(measures):
            kind = made.table.schema.field(name).type
            cells = [Cell(names[group], heads=True, rows=len(measures))] if place == 0 else []
            cells.append(Cell(_heading(made, name), quiet=name in quiet))
            for year in years:
                value = by_year[year][name] if year in by_year else None
                cells.append(Cell(shown(name, value, kind), number=True, quiet=name in quiet))
            body.append(cells)
    return head, body


def _heading(made: ReportTable, column: str) -> str:
    text = heading(column)
    if column in made.published:
        calibrated = made.calibrated.get(column.removesuffix("_published"))
        if calibrated is not None:
            text += " (calibrated)" if calibrated else " (not calibrated)"
    return text


def _is_number(made: ReportTable, column: str) -> bool:
    kind = made.table.schema.field(column).type
    return pa.types.is_integer(kind) or pa.types.is_floating(kind)


def shown(column: str, value: Any, kind: pa.DataType) -> str:
    """Return a value as people read it: two decimals for percent, published figures as printed, signs on differences.

    Examples
    --------
    >>> shown("simple_mean_pct", 11.6349, pa.float64()), shown("simple_mean_pct_published", 11.7, pa.float64())
    ('11.63', '11.7')
    >>> shown("lines_difference", -4, pa.int64()), shown("year", 2020, pa.int64()), shown("lines", None, pa.int64())
    ('−4', '2020', '–')
    """
    if value is None:
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, int | float):
        return str(value)
    if column == "year":
        return str(value)
    sign = "+" if column.endswith("_difference") and value > 0 else ""
    if column.endswith("_published"):
        text = f"{value:,.10g}"
    elif isinstance(value, int):
        text = f"{value:,}"
    else:
        text = f"{value:,.2f}"
        text = text.removeprefix("-") if not text.strip("-0.") else text
    return (sign + text).replace("-", "−")
