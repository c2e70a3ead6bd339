"""CSV as people have it: parted by commas, semicolons, tabs or bars, its numbers in one form or another."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from fastavs.errors import InputError
from fastavs.numbers import NumberForm

MARKS = ",;\t|"
"""What may part the columns of a file; of two that do equally well, the first."""
_HEAD = 1 << 16  # bytes that a header lies within
HEADER_WITHIN = 30
"""The header is looked for in so many lines."""
SHOWN = 3  # lines of a file that a message shows
_RAGGED = re.compile(r"Expected (\d+) columns, got (\d+)(?:: (.*))?", re.DOTALL)
_SEP = re.compile(rf'"?sep=([{MARKS}])"?', re.IGNORECASE)  # a first line by which a spreadsheet is told the mark
_THREE_DECIMALS = r"^\s*[+-]?[1-9][0-9]{0,2}\.[0-9]{3}\s*$"
_LONG = r"^\s*[+-]?[0-9]{4,}\s*$"
_SHORT = r"^\s*[+-]?([2-9]|[1-9][0-9]{1,2})\s*$"  # neither 0 nor 1, which are written anyhow


class Layout(NamedTuple):
    """How a CSV file is laid out.

    Attributes
    ----------
    delimiter : str
        What parts its columns.
    skipped : int
        How many lines stand before the header.
    first : tuple of str
        The first lines of the file.
    titles : tuple of str
        What stands before the header, without blank lines.
    """

    delimiter: str
    skipped: int
    first: tuple[str, ...]
    titles: tuple[str, ...] = ()

    def refuse_rows_above(self, label: str, columns: int) -> None:
        """Refuse a line above the header that is as wide and as full as a row of the table.

        Raises
        ------
        InputError
        """
        for title in self.titles if columns > 1 else ():
            (fields,) = csv.reader([title], delimiter=self.delimiter)
            if len(fields) == columns and sum(map(bool, fields)) > columns / 2:
                raise InputError(
                    "a line above the header has as many cells as the header", file=label, value=title,
                    expected="titles alone above the header",
                    cure="move it below the header if it is a row of the table, else delete it",
                )  # fmt: skip


def layout_of(path: Path, wanted: Collection[str]) -> Layout:
    """Return the layout under which a file has the most of the columns wanted, and then the most columns.

    The header is the first of the lines that have most of them; titles above it are passed over.
    """
    with pa.input_stream(str(path)) as stream:
        head = stream.read(_HEAD).decode("utf-8", "replace").removeprefix("\ufeff")
    lines = re.split("\r\n|\r|\n", head)[:HEADER_WITHIN]
    told = _SEP.fullmatch(lines[0])
    if told:
        return Layout(told[1], 1, tuple(lines[:SHOWN]))
    found = [
        (len(set(wanted) & set(fields)), len(fields), mark, place)
        for place, line in enumerate(lines)
        for mark in MARKS
        for fields in [[name.strip().strip('"') for name in line.split(mark)]]
    ]
    most = max(met for met, *_ in found)
    header = next(place for met, _, _, place in found if met == most)
    best = max((one for one in found if one[3] == header), key=lambda one: one[:2])  # of equals, the first mark
    titles = tuple(line.strip() for line in lines[:header] if line.strip())
    return Layout(best[2], header, tuple(lines[:SHOWN]), titles)


def read_csv(
    path: Path, label: str, text: Sequence[str], numbers: Sequence[str] | None, form: NumberForm | None
) -> tuple[pa.Table, tuple[str, ...]]:
    """Read a whole CSV file.

    Parameters
    ----------
    path : Path
    label : str
        What messages call the file.
    text : sequence of str
        Columns of text, as the file names them; those that it lacks count for nothing.
    numbers : sequence of str, optional
        Columns of numbers; None = all others.
    form : NumberForm, optional
        How the file prints numbers. Columns of numbers then come as text, for `number_column` to read; without it,
        those that Arrow takes for numbers come as float64.

    Returns
    -------
    table : pyarrow.Table
    notes : tuple of str
        What a reader of the results should know of how numbers were read.

    Raises
    ------
    ArrowException, OSError
        A file that cannot be read.
    InputError
        Rows of differing width.
    """
    layout = layout_of(path, [*text, *(numbers or ())])
    try:
        return _read(path, label, layout, text, numbers, form)
    except pa.ArrowInvalid as error:
        ragged = _RAGGED.search(str(error))
        if ragged is None:
            raise
        raise _of_other_width(label, layout, ragged) from None


def _of_other_width(label: str, layout: Layout, ragged: re.Match[str]) -> InputError:
    """Complain of a row that has not as many columns as the header: a title, a source below the table, a stray mark."""
    row = (ragged[3] or "").strip()
    shown = " / ".join(line.strip() for line in layout.first if line.strip())
    return InputError(
        f"the file cannot be read (Expected {ragged[1]} columns, got {ragged[2]})",
        file=label,
        value=row or None,
        expected=f"rows as wide as the header; the file begins {shown}",
        cure="delete what stands above the header or below the table, put quotes around cells that have "
        f'"{layout.delimiter}" in them; if the header has other names, name its columns in the study file',
    )


def _read(
    path: Path, label: str, layout: Layout, text: Sequence[str], numbers: Sequence[str] | None, form: NumberForm | None
) -> tuple[pa.Table, tuple[str, ...]]:
    """Read a whole file of a known layout; see `read_csv`."""
    titles = layout.titles
    notes = [f'{label}: the lines above its header are passed over, "{titles[0]}" among them'] if titles else []
    as_text: dict[str, pa.DataType] = dict.fromkeys(text, pa.string())
    if form is not None and numbers is not None:
        table = _parsed(path, layout, as_text | dict.fromkeys(numbers, pa.string()))
        layout.refuse_rows_above(label, table.num_columns)
        return table, tuple(notes)
    table = _parsed(path, layout, as_text)
    layout.refuse_rows_above(label, table.num_columns)
    once = [name for name in table.column_names if table.column_names.count(name) == 1]
    figures = [name for name in once if (name not in as_text if numbers is None else name in numbers)]
    odd = [name for name in figures if form is not None or not _is_number(table.column(name).type)]
    for name, column in _again(path, layout, odd).items():
        table = _put(table, name, column)
    pointed = [name for name in figures if name not in odd and pa.types.is_floating(table.column(name).type)]
    doubtful = [name for name in pointed if _may_be_grouped(table.column(name))]
    for name in figures:
        if name not in (*odd, *pointed):
            table = _put(table, name, table.column(name).cast(pa.float64(), safe=False))
    for name, printed in _again(path, layout, doubtful).items():
        example = _either_way(printed)
        if example and (layout.delimiter == ";" or _looks_grouped(printed)):
            table = _put(table, name, printed)  # whoever reads the text refuses it, with its row
        elif example:
            notes.append(_note(label, name, example))
    return table, tuple(notes)


def _parsed(
    path: Path, layout: Layout, types: Mapping[str, pa.DataType], columns: Sequence[str] | None = None
) -> pa.Table:
    from pyarrow import csv as arrow_csv

    return arrow_csv.read_csv(
        path,
        read_options=arrow_csv.ReadOptions(skip_rows=layout.skipped),
        parse_options=arrow_csv.ParseOptions(delimiter=layout.delimiter),
        convert_options=arrow_csv.ConvertOptions(
            column_types=types, null_values=[""], strings_can_be_null=True, include_columns=columns
        ),
    )


def _again(path: Path, layout: Layout, columns: Sequence[str]) -> dict[str, pa.ChunkedArray]:
    """Read some columns once more, as text."""
    if not columns:
        return {}
    table = _parsed(path, layout, dict.fromkeys(columns, pa.string()), list(dict.fromkeys(columns)))
    return {name: table.column(name) for name in table.column_names}


def _put(table: pa.Table, name: str, column: pa.ChunkedArray) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, column)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_null(kind))


def _may_be_grouped(numbers: pa.ChunkedArray) -> bool:
    """Whether all numbers with decimals, as far as they show, could have been printed as ``90.500``."""
    size = pc.abs(numbers.drop_null())
    rest = size.filter(pc.not_equal(pc.floor(size), size))
    if len(rest) and (pc.min(rest).as_py() < 1.0 or pc.max(rest).as_py() >= 1000.0):
        return False
    return not len(rest) or bool(pc.all(pc.equal(pc.round(rest, ndigits=3), rest)).as_py())


def _either_way(printed: pa.ChunkedArray) -> str | None:
    """Return a number of a column all of whose points may be decimal or part thousands; None where one decides."""
    pointed = printed.filter(pc.match_substring(printed, "."))
    if not len(pointed) or not pc.all(pc.match_substring_regex(pointed, _THREE_DECIMALS)).as_py():
        return None
    if pc.any(pc.match_substring_regex(printed, _LONG)).as_py():  # where thousands are parted, they are in all numbers
        return None
    return str(pointed[0].as_py()).strip()


def _looks_grouped(printed: pa.ChunkedArray) -> bool:
    """Whether whole numbers stand beside ``90.500``: decimals that end in 0 are written in all rows or in none."""
    idle = pc.any(pc.match_substring_regex(printed, r"\.[0-9]{2}0\s*$")).as_py()
    return bool(idle and pc.any(pc.match_substring_regex(printed, _SHORT)).as_py())


def _note(label: str, column: str, example: str) -> str:
    return (
        f"{label}, column {column}: all its decimals are of three digits, and its points are read as decimal: "
        f'{example} is {float(example):g}. If it is {example.replace(".", "")}, say thousands = "." under the '
        'table\'s heading in the study file; decimal = "." there ends this remark'
    )


def csv_cells(path: Path) -> list[list[str]]:
    """Return all cells of a CSV file as text, a row each, titles and header among them.

    The columns are parted by the mark that gives the first row with more than one cell the most of them.

    Raises
    ------
    ArrowException, OSError, EOFError
        A file that cannot be read.
    ValueError
        Text that is no UTF-8.
    """
    with pa.input_stream(str(path)) as stream:
        text = stream.read().decode("utf-8-sig")
    lines = re.split("\r\n|\r|\n", text)
    told = _SEP.fullmatch(lines[0])
    if told:
        lines, mark = ["", *lines[1:]], told[1]
    else:
        marked = next((line for line in lines[:HEADER_WITHIN] if any(one in line for one in MARKS)), "")
        mark = max(MARKS, key=marked.count)  # of equals the first
    return list(csv.reader(lines, delimiter=mark))
