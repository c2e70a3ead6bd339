"""The Harmonized Tariff Schedule of the United States, as hts.usitc.gov exports it: MFN duties and those of column 2.

Had as csv or JSON from hts.usitc.gov (Export, or hts.usitc.gov/reststop/exportList?from=0101&to=9999&format=JSON;
chapter by chapter where the whole is refused). Columns: HTS Number, Indent, Description, Unit of Quantity, General
Rate of Duty, Special Rate of Duty, Column 2 Rate of Duty; in JSON htsno, indent, description, units, general, special,
other.

Traps
    - The file is an indented outline. A rate stands on the row of 8 digits, or of 10 that end in 00 where nothing is
      divided further; the statistical rows of 10 digits below it are blank and have its rate.
    - "General" is what most-favoured nations pay, "Other" (column 2) what Cuba, North Korea, Russia and Belarus pay;
      "Special" has preferences by programme, in parentheses, and is not read.
    - Units stand in brackets, `["No.","kg"]`, and are what is to be declared; the unit of a duty is in its text.
    - Chapters 98 and 99 refer to other rates ("The duty provided in the applicable subheading + 25%"): set aside.
    - Duties on content, on parts of the goods (watches) and by degrees of sugar are no function of value and quantity.
    - JSON with styles=true has markup in its texts.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike

import pyarrow as pa

from fastavs.errors import InputError
from fastavs.readers._reading import Reading, Sieve
from fastavs.readers._schedule import duties_by_line, schedule_table
from fastavs.readers._source import Path_, Source, read_any, together, without_nulls

RATES = {"general": "General Rate of Duty", "other": "Column 2 Rate of Duty"}
"""What a file calls its rates, by the names that its JSON has."""

CSV = ("HTS Number", "Indent", *RATES.values())
JSON = ("htsno", "indent", *RATES)
LINE, STATISTICAL = 8, 10

_MARKUP = re.compile(r"<[^>]*>")
_NOTE = re.compile(r"\s+\d+/$")


def read(
    path: Path_ | Sequence[Path_], year: int, *, column: str = "general", digits: int = LINE, strict: bool = False
) -> Reading:
    """Read the duties of one column into a native schedule table.

    Parameters
    ----------
    path : path or sequence of paths
        One export, or several that together make the tariff (chapters).
    year : int
        The year that the edition stands for.
    column : str
        "general" (MFN) or "other" (column 2).
    digits : int
        8, the lines of the tariff; or 10, its statistical rows, each with the rate of the row that it stands under.
    strict : bool
        A row that would be set aside is an error.

    Returns
    -------
    Reading
        `table` has ``year, line, duty`` (canonical text), sorted by line. Lines whose duty is absent, cannot be read or
        is told twice in different ways are in `set_aside`; headings and statistical rows are counted.

    Raises
    ------
    InputError
        A file is absent, empty, cut off or of another layout, or has no line with a rate.
    """
    if column not in RATES:
        raise InputError("unknown column", value=column, expected=" or ".join(RATES))
    if digits not in (LINE, STATISTICAL):
        raise InputError("lines cannot have", value=digits, expected=f"{LINE} or {STATISTICAL}")
    paths = [path] if isinstance(path, str | PathLike) else list(path)
    sources = [_open(one) for one in paths]
    file, number, rows = together(sources)
    rows = without_nulls(rows)
    sieve = Sieve(file, number, rows)
    outline = _outline(rows, column)
    line = _lines(outline, digits)
    duties = duties_by_line(line, [row.text for row in outline], sieve)
    if not duties:
        raise InputError("no line with a rate", file=sources[0].file, column=RATES[column], cure="check the file")
    counts: dict[str, float] = {
        "rows": rows.num_rows,
        "headings": sum(len(row.code) < LINE for row in outline),
        "rows that bear no line": sum(
            one is None and len(row.code) >= LINE for one, row in zip(line, outline, strict=True)
        ),
    }
    table, more = schedule_table(year, duties)
    counts |= more | {"lines of chapters 98 and 99": sum(one >= "98" for one in duties)}
    notes = tuple(note for source in sources for note in source.notes)
    return Reading(table, sieve.table(strict), counts=counts, notes=notes)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the outline: its code's digits, the rate that holds on it, and the code of the row that has the rate.

    Both are empty where no rate holds; the giver is also empty where the rate stands on a row without a number.
    """

    code: str
    text: str
    giver: str


def _open(path: Path_) -> Source:
    """Open a csv or JSON, its columns under the names of the JSON."""
    source = read_any(path, CSV, JSON)
    names = dict(zip(CSV, JSON, strict=True))
    return Source(
        source.file,
        source.rows.rename_columns([names.get(name, name) for name in source.rows.column_names]),
        source.notes,
    )


def _outline(rows: pa.Table, column: str) -> list[_Row]:
    """Return each row with its own rate or, where it is blank, that of the nearest row above that it stands under."""
    above: list[tuple[int, _Row]] = []
    found = []
    for number, indent, text in zip(
        *(rows.column(name).to_pylist() for name in ("htsno", "indent", column)), strict=True
    ):
        code, depth = re.sub(r"\D", "", number), int(indent or 0)
        while above and above[-1][0] >= depth:
            above.pop()
        row = _Row(code, _plain(text), code)
        if not row.text:
            over = (one for _, one in reversed(above) if one.text and code.startswith(one.code))
            parent = next(over, None)
            row = _Row(code, parent.text if parent else "", parent.giver if parent else "")
        above.append((depth, row))
        found.append(row)
    return found


def _plain(text: str) -> str:
    """Return a rate without markup and marks of notes."""
    return _NOTE.sub("", " ".join(html.unescape(_MARKUP.sub("", text)).split()))


def _lines(outline: list[_Row], digits: int) -> list[str | None]:
    """Return the line that each row tells the duty of, None for headings and rows below a line."""
    divided = {row.code[:LINE] for row in outline if len(row.code) == STATISTICAL}
    if digits == STATISTICAL:
        return [
            row.code
            if len(row.code) == STATISTICAL
            else f"{row.code}00"
            if len(row.code) == LINE and row.code not in divided
            else None
            for row in outline
        ]
    lines = {row.code for row in outline if len(row.code) == LINE}
    bearing = {row.code[:LINE] for row in outline if len(row.code) == STATISTICAL and row.giver == row.code}

    def line(row: _Row) -> str | None:
        if len(row.code) == LINE:
            return None if not row.text and row.code in bearing else row.code
        if len(row.code) != STATISTICAL or len(row.giver) == LINE or (not row.text and row.code[:LINE] in lines):
            return None
        return row.code[:LINE]

    return [line(row) for row in outline]
