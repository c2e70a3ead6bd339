"""The tables in a csv of the International Trade Commission's DataWeb, number by number. See `dataweb`."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from typing import NamedTuple

from fastavs.errors import InputError
from fastavs.readers._periods import label
from fastavs.readers._source import CUT_OFF, Path_, read_text

VALUES = ("Customs Value", "General Customs Value")
QUANTITIES = ("First Unit of Quantity", "Second Unit of Quantity")
ALL_COUNTRIES = "All Countries"

_TYPE, _COUNTRY, _LINE, _UNIT, _YEAR = "Data Type", "Country", "HTS Number", "Quantity Description", "Year"
_MONTH_NAMES = "January February March April May June July August September October November December"
_MONTHS = {name: place for place, name in enumerate(_MONTH_NAMES.split(" "), 1)}
ONE_YEAR = re.compile(r"(?:Year )?(\d{4})")
_TO_DATE = re.compile(r"January_to_([a-z]+)_year_(\d{4})", re.IGNORECASE)
_NOT_TOLD = re.compile(r"(\d{4})_Year_to_date", re.IGNORECASE)
_SUPPRESSED = "_Suppressed"


class Cell(NamedTuple):
    """One number of a file: what it measures, of which country, code, unit and period, and where it stands."""

    kind: str
    country: str
    line: str
    unit: str
    period: str
    amount: str
    withheld: bool
    file: str
    row: int


@dataclass(slots=True)
class Found:
    """What the files hold, collected while they are read."""

    cells: list[Cell] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rows: int = 0
    mended: int = 0
    totals: int = 0
    without_months: set[str] = field(default_factory=set)


def read_file(path: Path_, found: Found) -> None:
    """Read the tables of one file, each below its title."""
    file, text = read_text(path, ("utf-8", "cp1252"))
    rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""))]
    heads = [at for at, row in enumerate(rows) if _LINE in row or (_COUNTRY in row and _TYPE in row)]
    if not heads:
        raise InputError(
            "the file has no table of DataWeb", file=file, expected=f"a header with {_TYPE} and {_LINE}",
            cure="download it as csv with commodities displayed separately",
        )  # fmt: skip
    for at, head in enumerate(heads):
        end = heads[at + 1] - 1 if at + 1 < len(heads) else len(rows)
        announced = next((row[1] for row in rows[max(head - 2, 0) : head] if row and row[0] == "Data Row Count"), None)
        _read_table(file, rows, head, end, announced, found)


def _read_table(file: str, rows: list[list[str]], head: int, end: int, announced: str | None, found: Found) -> None:
    """Collect the numbers of one table."""
    header = rows[head]
    if _LINE not in header:
        raise InputError(
            "the file does not tell commodities", file=file, column=_LINE, cure="display commodities separately"
        )
    columns = _amount_columns(header, found)
    if not columns:
        raise InputError("no column of a year, a month or a measure", file=file, value=", ".join(header[:12]))
    place = {name: header.index(name) for name in header if name}
    body = 0
    for number in range(head + 1, end):
        row = rows[number]
        if not any(row) or row[0].startswith("Total"):
            found.totals += bool(row and row[0].startswith("Total"))
            continue
        if len(row) < len(header):
            if "|" in row[0] or row[0] == "Data Row Count":
                continue
            raise InputError(
                f"a row of {len(row)} fields", file=file, row=number + 1, expected=f"{len(header)}", cure=CUT_OFF
            )
        body += 1
        _collect(row, place, columns, file, number + 1, found)
    found.rows += body
    if announced is not None and announced.replace(",", "").isdigit() and int(announced.replace(",", "")) > body:
        raise InputError(f"{body} rows where the file announces {announced}", file=file, cure=CUT_OFF)


class _Amounts(NamedTuple):
    """A column of amounts: its place, the period that its name tells, and the measure if its name is one."""

    place: int
    period: str | None
    month: int | None
    kind: str | None
    withheld: int | None


def _amount_columns(header: list[str], found: Found) -> list[_Amounts]:
    """Return which columns hold amounts; years up to a month that is not told are noted."""
    columns = []
    for place, name in enumerate(header):
        withheld = header.index(name + _SUPPRESSED) if name and name + _SUPPRESSED in header else None
        if year := ONE_YEAR.fullmatch(name):
            columns.append(_Amounts(place, year[1], None, None, withheld))
        elif name in _MONTHS and _YEAR in header:
            columns.append(_Amounts(place, None, _MONTHS[name], None, withheld))
        elif (to := _TO_DATE.fullmatch(name)) and to[1].capitalize() in _MONTHS:
            months = range(1, _MONTHS[to[1].capitalize()] + 1)
            columns.append(_Amounts(place, label(int(to[2]), months), None, None, withheld))
        elif _NOT_TOLD.fullmatch(name):
            found.without_months.add(name)
        elif name in (*VALUES, *QUANTITIES):
            columns.append(_Amounts(place, None, None, name, withheld))
    return columns


def _collect(
    row: list[str], place: dict[str, int], columns: list[_Amounts], file: str, number: int, found: Found
) -> None:
    """Collect the numbers of one row."""
    line = re.sub(r"\D", "", row[place[_LINE]])
    if len(line) % 2:
        line, found.mended = f"0{line}", found.mended + 1
    kind = row[place[_TYPE]] if _TYPE in place else ""
    country = row[place[_COUNTRY]] if _COUNTRY in place else ALL_COUNTRIES
    unit = row[place[_UNIT]] if _UNIT in place else ""
    year = row[place[_YEAR]] if _YEAR in place else ""
    for column in columns:
        period = column.period or (f"{year}-{column.month:02d}" if column.month else year)
        amount = row[column.place].replace(",", "")
        withheld = column.withheld is not None and row[column.withheld] not in ("", "0", "0.00")
        amount = "" if amount in ("--", "-") else amount
        found.cells.append(Cell(column.kind or kind, country, line, unit, period, amount, withheld, file, number))
