"""Workbooks (Excel, OpenDocument): one sheet as a table, and what its cells have lost.

A sheet stands after the file's name: ``book.xlsx#imports``. Without one, it is the only sheet that has the columns
that must be there. The header is the first row that has them; titles above it are passed over.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from fastavs.errors import InputError, did_you_mean
from fastavs.numbers import NumberForm
from fastavs.tables.arrow import from_list, texts
from fastavs.tables.kinds import WORKBOOK_ENDINGS

Cells = list[list[Any]]
HEADER_WITHIN = 30
"""The header is looked for in so many rows."""
CODED = ("line", "prefix")
"""Native columns whose leading zeros a number has lost."""


def sheet_of(path: Path) -> tuple[Path, str | None]:
    """Return the file that a name with a sheet after it means, and the sheet; None where none is named.

    Examples
    --------
    >>> [(path.name, sheet) for path, sheet in map(sheet_of, map(Path, ("book.xlsx#imports", "a#b.csv")))]
    [('book.xlsx', 'imports'), ('a#b.csv', None)]
    """
    for ending in WORKBOOK_ENDINGS:
        before, mark, sheet = path.name.partition(ending + "#")
        if mark and sheet:
            return path.with_name(before + ending), sheet
    return path, None


def read_workbook(
    path: Path,
    label: str,
    text: Mapping[str, str],
    required: Sequence[str],
    form: NumberForm | None,
) -> tuple[pa.Table, tuple[str, ...]]:
    """Read one sheet.

    Parameters
    ----------
    path : Path
        The file, perhaps with a sheet after its name.
    label : str
        What messages call it.
    text : mapping of str to str
        Columns of text as the sheet names them, to their native names; all others count as numbers.
    required : sequence of str
        Columns that must be there, as the sheet names them.
    form : NumberForm, optional
        How text in columns of numbers prints them.

    Returns
    -------
    table : pyarrow.Table
    notes : tuple of str
        Codes that are numbers in the sheet.

    Raises
    ------
    InputError
        A file that is no workbook; no sheet, or more than one, that may be meant; a duty that is a number.
    """
    file, wanted = sheet_of(path)
    sheets = _sheets(file, label, wanted)
    name = _chosen(sheets, wanted, required, label)
    cells = sheets[name]
    while cells and all(cell == "" for cell in cells[-1]):
        cells.pop()
    at = _header_at(cells, required)
    if at is None:
        at = next((place for place, row in enumerate(cells) if any(cell != "" for cell in row)), None)
    if at is None:
        raise InputError(f'the sheet "{name}" is empty', file=label, cure="name another sheet after the file's name")
    header = [_as_text(cell).strip() for cell in cells[at]]
    columns, names, notes = [], [], []
    for place, column in enumerate(header):
        if not column:
            continue
        some = [row[place] for row in cells[at + 1 :]]
        if column in text:
            notes += _lost_zeros(some, label, column) if text[column] in CODED else []
            _refuse_numbers(some, label, column, text[column])
            columns.append(texts([_as_text(cell).strip() or None for cell in some]))
        else:
            columns.append(_numbers(some, form))
        names.append(column)
    return pa.Table.from_arrays(columns, names), tuple(notes)


def _sheets(path: Path, label: str, wanted: str | None) -> dict[str, Cells]:
    """Return the cells of the sheet wanted, if it is there, or of every sheet; empty cells are empty texts.

    They are read in a process of their own: a stray cell a million rows down asks for more memory than there is, and
    that ends the process.
    """
    with path.open("rb"):  # what cannot be opened at all is told by whoever reads files
        words = [sys.executable, "-c", _READ, str(path), wanted or ""]
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode:
        raise _damaged(label, "it is damaged, or has a cell so far out that no memory holds the sheet")
    found = json.loads(done.stdout)
    if isinstance(found, str):
        raise _damaged(label, found.splitlines()[0].rstrip(".") if found else "it is damaged")
    sheets: dict[str, Cells] = found
    return sheets


_READ = """
import datetime, json, sys
import python_calamine
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
except (ImportError, ValueError, OSError):
    pass
def plain(cell):
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        cell = cell.date()
    return cell if isinstance(cell, (str, int, float)) else str(cell)
path, wanted = sys.argv[1:]
try:
    book = python_calamine.CalamineWorkbook.from_path(path)
    names = [wanted] if wanted in book.sheet_names else book.sheet_names
    sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in names}
    found = {name: [[plain(cell) for cell in row] for row in rows] for name, rows in sheets.items()}
except (python_calamine.CalamineError, ValueError) as error:
    found = str(error)
sys.stdout.buffer.write(json.dumps(found).encode())
"""


def _damaged(label: str, reason: str) -> InputError:
    return InputError(
        f"the file cannot be read ({reason})",
        file=label,
        expected="a whole workbook",
        cure="save the table as CSV, or write the file anew",
    )


def _chosen(sheets: Mapping[str, Cells], wanted: str | None, required: Sequence[str], label: str) -> str:
    """Return the name of the sheet that is meant."""
    if wanted is not None:
        if wanted not in sheets:
            raise InputError(
                "the workbook has no such sheet",
                file=label,
                value=wanted,
                expected=f"one of {', '.join(sheets)}.{did_you_mean(wanted, sheets)}",
            )
        return wanted
    fitting = [name for name, cells in sheets.items() if _header_at(cells, required) is not None]
    filled = [name for name, cells in sheets.items() if any(cell != "" for row in cells for cell in row)]
    found = fitting if required and fitting else filled
    if len(found) != 1:
        what = "several sheets that may be meant" if found else "no sheet with anything in it"
        raise InputError(
            f"the workbook has {what}",
            file=label,
            value=", ".join(found) or None,
            cure=f"name one after the file: {label}#{found[0]}" if found else "name another file",
        )
    return found[0]


def _header_at(cells: Cells, required: Sequence[str]) -> int | None:
    """Return the first row that has all the columns that must be there."""
    for place, row in enumerate(cells[:HEADER_WITHIN]):
        if set(required) <= {_as_text(cell).strip() for cell in row}:
            return place
    return None


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _as_text(cell: Any) -> str:
    """Return a cell as text, whole numbers without decimals."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


def _numbers(cells: Sequence[Any], form: NumberForm | None) -> pa.Array:
    """Return cells as float64 or, where some are text, all as text in the form."""
    if all(cell == "" or _is_number(cell) for cell in cells):
        return from_list([None if cell == "" else float(cell) for cell in cells], pa.float64())
    point = form.decimal if form else "."
    return texts([
        None if cell == "" else _as_text(cell).replace(".", point) if _is_number(cell) else str(cell) for cell in cells
    ])  # fmt: skip


def _lost_zeros(cells: Sequence[Any], label: str, column: str) -> list[str]:
    """Say how many codes are numbers, which have no leading zeros."""
    numbers = [_as_text(cell) for cell in cells if _is_number(cell)]
    if not numbers:
        return []
    odd = sum(len(code) % 2 for code in numbers)
    filled = sum(cell != "" for cell in cells)
    return [
        f"{label}, column {column}: {len(numbers):,} of {filled:,} codes are numbers in the workbook, which keep no "
        f"leading zeros; {odd:,} of them have an odd number of digits, and may have lost one"
    ]


def _refuse_numbers(cells: Sequence[Any], label: str, column: str, native: str) -> None:
    """Refuse duties that are numbers: a workbook keeps 15% as 0.15."""
    if native != "duty":
        return
    for place, cell in enumerate(cells):
        if _is_number(cell):
            raise InputError(
                "a duty that is a number in the workbook, which keeps 15% as 0.15",
                file=label,
                row=place + 1,
                column=column,
                value=_as_text(cell),
                expected='text such as "15%"',
                cure="make the column one of text",
            )


def sheet_cells(path: Path, label: str) -> Cells:
    """Return all cells of the sheet that a name has after it, else of the first; empty cells are empty texts.

    Raises
    ------
    InputError
        A file that is no workbook, a sheet that it lacks.
    OSError
        A file that cannot be opened.
    """
    file, wanted = sheet_of(path)
    sheets = _sheets(file, label, wanted)
    if not sheets:
        raise InputError("the workbook has no sheet", file=label, cure="name another file")
    return sheets[next(iter(sheets)) if wanted is None else _chosen(sheets, wanted, (), label)]
