"""The United Kingdom's tariff of 2021 beside the European Union's of 2020: duties by commodity code.

The Department for International Trade published it in 2020 as one csv, "UK Global Tariff": commodity, description,
cet_duty_rate (common external tariff of the European Union), ukgt_duty_rate (United Kingdom, from 1 January 2021),
change, and flags. Rates are texts, in euro and in pounds.

Traps
    - Codes have 8 digits, and 10 where a line is divided; both stand side by side, and leading zeros are lost.
    - Where a line is divided, its parts may bear different duties (wines by origin, goods by end use).
    - Seasonal lines have several rates, each with its days: "8.00% (01 NOV - 14 MAY), 14.00% (15 MAY - 31 OCT)".
    - Duties by strength ("GBP / % vol / hl"), by content, entry prices and agricultural components (EA, ADSZ, ADFM) are
      no function of value and quantity.
    - Goods under trade remedies or suspended duties are flagged only; the rate is the one without them.
"""

from __future__ import annotations

import datetime
import re

import numpy as np
import pyarrow as pa

from fastavs.errors import InputError
from fastavs.readers._reading import Reading, Sieve
from fastavs.readers._schedule import canonical, duties_by_line, schedule_table
from fastavs.readers._source import Path_, read_csv

RATES = {"ukgt": "ukgt_duty_rate", "cet": "cet_duty_rate"}
SHORT, LONG = 8, 10

_NAMES = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"
_MONTHS = {name: place for place, name in enumerate(_NAMES.split(" "), 1)}
_SEASON = re.compile(r"\s*([^()]+?)\s*\(([^()]*-[^()]*)\)\s*(?:,|$)")
_SPAN = re.compile(r"(\d{1,2}) *([A-Z]{3})?[A-Z]* *- *(\d{1,2}) *([A-Z]{3})[A-Z]*")


def read(
    path: Path_,
    year: int,
    *,
    column: str = "ukgt",
    digits: int = SHORT,
    on: datetime.date | None = None,
    strict: bool = False,
) -> Reading:
    """Read one of the two tariffs into a native schedule table.

    Parameters
    ----------
    path : path
        The csv, plain or compressed.
    year : int
        The year that the tariff stands for.
    column : str
        "ukgt" (United Kingdom) or "cet" (European Union).
    digits : int
        8: the row of 8 digits is the line, and where there is none the parts of 10, if they agree. 10: the parts are
        lines, and rows of 8 digits end in 00.
    on : date, optional
        The day whose rate seasonal lines have; 1 January of the year unless given.
    strict : bool
        A row that would be set aside is an error.

    Returns
    -------
    Reading
        `table` has ``year, line, duty`` (canonical text), sorted by line. Duties that cannot be read, and parts that
        bear another duty than their line, are in `set_aside`; seasonal lines are counted and told.

    Raises
    ------
    InputError
        The file is absent, empty, cut off or of another layout, or has no duty.
    """
    if column not in RATES:
        raise InputError("unknown column", value=column, expected=" or ".join(RATES))
    if digits not in (SHORT, LONG):
        raise InputError("lines cannot have", value=digits, expected=f"{SHORT} or {LONG}")
    source = read_csv(path, ("commodity", RATES[column]))
    rows = source.rows
    file = pa.chunked_array([pa.array([source.file] * rows.num_rows, pa.string())])
    sieve = Sieve(file, np.arange(1, rows.num_rows + 1), rows)
    written = [one.strip() for one in rows.column("commodity").to_pylist()]
    code = [f"0{one}" if len(one) in (SHORT - 1, LONG - 1) and one.isdigit() else one for one in written]
    wrong = [not one.isdigit() or len(one) not in (SHORT, LONG) for one in code]
    sieve.lose(np.array(wrong), f"code is not of {SHORT} or {LONG} digits")
    texts = [one.replace("\xa0", " ").strip() for one in rows.column(RATES[column]).to_pylist()]
    day = on or datetime.date(year, 1, 1)
    on_day = [in_season(one, day) for one in texts]
    line = _lines(code, wrong, digits)
    seasonal = sorted({one for one, text, here in zip(line, texts, on_day, strict=True) if one and text != here})
    duties = duties_by_line(line, on_day, sieve)
    if digits == SHORT:
        _part_parts(code, line, on_day, sieve)
    if not duties:
        raise InputError("no line with a duty", file=source.file, column=RATES[column], cure="check the file")
    table, more = schedule_table(year, duties)
    counts: dict[str, float] = {
        "rows": rows.num_rows,
        "codes that got a leading zero back": sum(a != b for a, b in zip(written, code, strict=True)),
        "seasonal lines": len(seasonal),
    }
    notes = list(source.notes)
    if seasonal:
        notes.append(f"seasonal lines have the duty of {day:%d %B}: {', '.join(seasonal)}")
    return Reading(table, sieve.table(strict), counts=counts | more, notes=tuple(notes))


def in_season(text: str, day: datetime.date) -> str:
    """Return the rate of a day out of a text with several seasons; another text as it is.

    Examples
    --------
    >>> in_season("8.00% (01 NOV - 14 MAY), 14.00% (15 MAY - 31 OCT)", datetime.date(2021, 1, 1))
    '8.00%'
    >>> in_season("10.0%", datetime.date(2021, 1, 1))
    '10.0%'
    """
    seasons = _SEASON.findall(text.upper())
    if not seasons or _SEASON.sub("", text.upper()).strip():
        return text
    today = (day.month, day.day)
    for rate, days in seasons:
        for first, first_month, last, last_month in _SPAN.findall(days):
            begin = (_MONTHS.get(first_month or last_month, 0), int(first))
            end = (_MONTHS.get(last_month, 0), int(last))
            within = begin <= today <= end if begin <= end else today >= begin or today <= end
            if within and begin[0] and end[0]:
                return str(rate)
    return text


def _lines(code: list[str], wrong: list[bool], digits: int) -> list[str | None]:
    """Return the line that each row tells the duty of; None for parts of a line that has a row of its own."""
    whole = {one for one in code if len(one) == SHORT}

    def line(one: str) -> str | None:
        if digits == LONG:
            return one.ljust(LONG, "0")
        return None if len(one) == LONG and one[:SHORT] in whole else one[:SHORT]

    return [None if bad else line(one) for one, bad in zip(code, wrong, strict=True)]


def _part_parts(code: list[str], line: list[str | None], text: list[str], sieve: Sieve) -> None:
    """Set aside parts of 10 digits that bear another duty than the row of their line."""
    own = {one: rate for one, rate in zip(code, text, strict=True) if len(one) == SHORT}
    other = [
        where is None and len(one) == LONG and canonical(own.get(one[:SHORT], rate)) != canonical(rate)
        for one, where, rate in zip(code, line, text, strict=True)
    ]
    sieve.lose(np.array(other), "part of a line, with another duty than the line")
