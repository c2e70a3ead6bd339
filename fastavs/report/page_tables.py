"""Tables as HTML shows them: cells as text, years across where there are many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from fastavs.report.headings import heading
from fastavs.report.words import NONE

if TYPE_CHECKING:
    from markupsafe import Markup

    from fastavs.report.table import ReportTable

ACROSS = 5  # years from which a table by group and year has its years across
_WITHOUT_TITLE = {"figure1": "Figure 1, in numbers", "water_lines": "Lines with water", "water": "Water by year"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: what stands in it, and whether it heads its row, holds a number, or goes with a figure by others.

    A label names the numbers behind it in its row; `rows` is how many rows it spans.
    """

    text: str
    heads: bool = False
    number: bool = False
    quiet: bool = False
    rows: int = 1
    label: bool = False


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table for the page.

    Attributes
    ----------
    id, name, title, caption, note : str
        `name` is what people call it ("Table 2").
    head : list of Cell
    body : list of list of Cell
    """

    id: str
    name: str
    title: str
    caption: str
    note: str
    head: list[Cell]
    body: list[list[Cell]]

    @property
    def head_html(self) -> Markup:
        """The row of headings."""
        return _row_html(self.head, True)

    @property
    def rows_html(self) -> list[Markup]:
        """The rows of the body."""
        return [_row_html(cells, False) for cells in self.body]


def _row_html(cells: Sequence[Cell], head: bool) -> Markup:
    from markupsafe import Markup, escape

    parts = []
    for cell in cells:
        words = not cell.number and not head
        classes = (
            ("number-cell", cell.number),
            ("quiet", cell.quiet),
            ("label-cell", cell.label),
            ("text-cell", words and len(cell.text) > 12),
            ("long", words and len(cell.text) > 40),
        )
        names = " ".join([name for name, holds in classes if holds])
        tag = "th" if head or cell.heads else "td"
        scope = "" if tag == "td" else "col" if head else "rowgroup" if cell.rows > 1 else "row"
        scope = f' scope="{scope}"' if scope else ""
        span = f' rowspan="{cell.rows}"' if cell.rows > 1 else ""
        looks = f' class="{names}"' if names else ""
        parts.append(f"<{tag}{scope}{span}{looks}>{escape(cell.text)}</{tag}>")
    return Markup("".join(parts))


def page_table(made: ReportTable) -> PageTable:
    """Return a table of the report as the page shows it."""
    years = set(made.table["year"].to_pylist()) if "year" in made.keys else set()
    across = len(made.keys) > 1 and len(years) >= ACROSS
    head, body = _across(made, sorted(years)) if across else _plain(made)
    name = table_name(made.id)
    return PageTable(
        f"table-{made.id}",
        name if name.startswith(("Table", "Figure")) else "",
        made.title,
        made.caption,
        made.note,
        head,
        body,
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
    return _WITHOUT_TITLE.get(table, table.replace("_", " ").capitalize())


def _plain(made: ReportTable) -> tuple[list[Cell], list[list[Cell]]]:
    """A row as it is."""
    columns = made.table.column_names
    quiet = {*made.published, *made.differences}
    head = [Cell(_heading(made, name), number=_is_number(made, name), quiet=name in quiet) for name in columns]
    by_column = []
    for name in columns:
        values = made.table[name].to_pylist()
        decimals = printed_decimals(values) if name in made.published else 2
        heads, number = name in made.keys[:1], _is_number(made, name)
        by_column.append([Cell(shown(name, value, decimals), heads, number, name in quiet) for value in values])
    return head, [list(cells) for cells in zip(*by_column, strict=True)]


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
    decimals = {name: printed_decimals(made.table[name].to_pylist()) for name in made.published}
    head = [Cell(heading(others[0])), Cell(""), *(Cell(str(year), number=True) for year in years)]
    body = []
    for group, by_year in blocks.items():
        values = {name: [by_year[year][name] if year in by_year else None for year in years] for name in measures}
        told = [name for name in measures if name not in quiet or any(value is not None for value in values[name])]
        for place, name in enumerate(told):
            cells = [Cell(names[group], heads=True, rows=len(told))] if place == 0 else []
            cells.append(Cell(_heading(made, name), quiet=name in quiet, label=True))
            for value in values[name]:
                cells.append(Cell(shown(name, value, decimals.get(name, 2)), number=True, quiet=name in quiet))
            body.append(cells)
    return head, body


def _heading(made: ReportTable, column: str) -> str:
    text = heading(column, made.table.column_names)
    if column in made.published:
        calibrated = made.calibrated.get(column.removesuffix("_published"))
        if calibrated is not None:
            text += " (calibrated)" if calibrated else " (not calibrated)"
    return text


def _is_number(made: ReportTable, column: str) -> bool:
    kind = made.table.schema.field(column).type
    return pa.types.is_integer(kind) or pa.types.is_floating(kind)


def printed_decimals(values: Sequence[Any]) -> int:
    """Return with how many decimals figures were printed, at most 4.

    Examples
    --------
    >>> printed_decimals([11.7, 12.0, None]), printed_decimals([1609])
    (1, 0)
    """
    texts = [f"{value:.4f}".rstrip("0") for value in values if isinstance(value, float)]
    return max((len(text.partition(".")[2]) for text in texts), default=0)


def shown(column: str, value: Any, decimals: int = 2) -> str:
    """Return a value as people read it: counts whole, other numbers with decimals, differences with their sign.

    Examples
    --------
    >>> shown("simple_mean_pct", 11.6349), shown("simple_mean_pct_published", 12.0, 1), shown("lines_difference", -4)
    ('11.63', '12.0', '−4')
    >>> shown("year", 2020), shown("lines", None), shown("lines", 11557)
    ('2020', '–', '11,557')
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
    if isinstance(value, int):
        text = f"{value:,}"
    else:
        text = f"{value:,.{decimals}f}"
        text = text.removeprefix("-") if not text.strip("-0.") else text
    return (sign + text).replace("-", "−")
