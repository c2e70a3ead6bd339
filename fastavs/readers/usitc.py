"""The annual tariff data of the United States International Trade Commission: MFN duties by HTS8.

Had as a zip a year from dataweb.usitc.gov/tariff/annual: the text file in it (a csv), or that as parquet with every
column text. The printed rate is read where the file has one (2003 on), else the duty is put together from the rate type
code: 0 free, 7 ad valorem, 1 to 6 sums of an ad valorem part and amounts for the first and second unit.

Traps
    - A line has several rows where its rate changes within the year; the one in force on a given day is taken.
    - hts8 loses its leading zero in a spreadsheet; a code of 7 digits gets it back.
    - The rates in numbers of 2019 are rounded to whole cents; those from 9999.99 up point to the tariff's text.
    - Other types (content of metal, sugar degrees, "see note") are no function of value and quantity: set aside.
    - mfn_ave, the Commission's own equivalent, is filled in for a few years only, and zero elsewhere: it is not read.
"""

from __future__ import annotations

import datetime
from decimal import Decimal, InvalidOperation

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fastavs.arguments import a_date, a_flag, a_path, a_year, or_none, takes
from fastavs.duty import parse_duty
from fastavs.errors import DutyError, InputError, UnitError
from fastavs.readers._reading import Reading, Sieve
from fastavs.readers._source import Path_, Source, csv_rows, is_parquet, read_parquet, read_text
from fastavs.units.units import read_unit

TYPE = "mfn_rate_type_code"
RATES = ("mfn_ad_val_rate", "mfn_specific_rate", "mfn_other_rate")
UNITS = ("quantity_1_code", "quantity_2_code")
DATES = ("begin_effect_date", "end_effective_date")
TEXT = "mfn_text_rate"
COLUMNS = ("hts8", TYPE, *RATES, *UNITS, *DATES)
PRINTED = ("hts8", TEXT)
"""Columns of a table that has printed rates alone."""
DIGITS = 8

SEE_TARIFF = Decimal("9999.99")
"""From here up a rate is no rate but a pointer to the tariff's text."""

# Terms of each type: which of (ad valorem, specific for unit 1, specific for unit 2, other for unit 2) it adds up.
_TERMS = {"0": "", "7": "a", "1": "1", "2": "2", "3": "1o", "4": "a1", "5": "a2", "6": "a1o"}


@takes(path=a_path, year=a_year, on=or_none(a_date), strict=a_flag)
def read(path: Path_, year: int, *, on: datetime.date | None = None, strict: bool = False) -> Reading:
    """Read one year's MFN duties into a native schedule table.

    Parameters
    ----------
    path : path
        The year's file, csv or parquet. A table of codes and printed rates alone (hts8, mfn_text_rate) is read as well.
    year : int
        The year that the file is of.
    on : date, optional
        The day whose rates are wanted; 1 January of the year unless given.
    strict : bool
        A row that would be set aside is an error.

    Returns
    -------
    Reading
        `table` has ``year, line`` (8 digits), ``duty`` (canonical text), sorted by line. Rows not in force that day,
        and duties that cannot be read, are in `set_aside`.

    Raises
    ------
    InputError
        The file is absent, empty, cut off or of another layout, or nothing in it is in force that day.
    """
    day = on or datetime.date(year, 1, 1)
    source = _open(path)
    rows = source.rows
    code = pc.utf8_trim_whitespace(rows.column("hts8"))
    short = pc.match_substring_regex(code, rf"^[0-9]{{{DIGITS - 1}}}$")
    line = pc.if_else(short, pc.utf8_lpad(code, DIGITS, "0"), code)
    file = pa.chunked_array([pa.array([source.file] * rows.num_rows, pa.string())])
    sieve = Sieve(
        file, np.arange(1, rows.num_rows + 1), rows.select([n for n in (*COLUMNS, TEXT) if n in rows.column_names])
    )
    sieve.lose(pc.invert(pc.match_substring_regex(line, rf"^[0-9]{{{DIGITS}}}$")), f"code is not of {DIGITS} digits")
    begin, end = _days_in_force(rows)
    number = day.year * 10_000 + day.month * 100 + day.day
    sieve.lose((begin > number) | (end < number), f"not in force on {day}")
    duty = _duties(rows, sieve)
    _keep_one(line, begin, duty, sieve)
    kept = pa.array(sieve.kept)
    lines = line.filter(kept)
    if not len(lines):
        raise InputError(f"no duty in force on {day}", file=source.file, column=DATES[0], cure="check the year")
    years = pa.array(np.full(len(lines), year), pa.int64())
    table = pa.table({"year": years, "line": lines, "duty": duty.filter(kept)}).sort_by("line").combine_chunks()
    specific = sum(parse_duty(one).has_specific for one in table.column("duty").to_pylist())
    counts = {"rows": rows.num_rows, "lines": table.num_rows, "lines with a specific part": specific}
    return Reading(table, sieve.table(strict), counts=counts, notes=source.notes)


def _open(path: Path_) -> Source:
    """Open the year's file; columns of the text file are in small letters, as in the newest."""
    if is_parquet(path):
        return read_parquet(path, COLUMNS, PRINTED)
    file, text = read_text(path, ("utf-8", "cp1252"))
    header, end, rest = text.partition("\n")
    return csv_rows(header.lower() + end + rest, file, COLUMNS, PRINTED)


def _days_in_force(rows: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """Return the first and last day of each row, as numbers YYYYMMDD; a table without days is always in force."""
    if not set(DATES) <= set(rows.column_names):
        return np.zeros(rows.num_rows, dtype=np.int64), np.full(rows.num_rows, 99_99_99_99)
    begin, end = (_day_numbers(rows.column(name)) for name in DATES)
    return begin, end


def _day_numbers(text: pa.ChunkedArray) -> np.ndarray:
    """Return dates (MM/DD/YYYY, perhaps with a time) as numbers YYYYMMDD, int64[n]; 0 where there is none."""
    parts = pc.extract_regex(text, r"^(?P<month>\d\d)/(?P<day>\d\d)/(?P<year>\d{4})")
    joined = pc.binary_join_element_wise(*(pc.struct_field(parts, name) for name in ("year", "month", "day")), "")
    return np.asarray(pc.fill_null(joined, "0").cast(pa.int64()))


def _duties(rows: pa.Table, sieve: Sieve) -> pa.Array:
    """Return each row's canonical duty; rows whose duty cannot be read are set aside with the reason."""
    names = [name for name in (TYPE, *RATES, *UNITS, TEXT) if name in rows.column_names]
    key = pc.binary_join_element_wise(*(pc.utf8_trim_whitespace(rows.column(name)) for name in names), "\x1f")
    encoded = key.combine_chunks().dictionary_encode()
    places = np.asarray(encoded.indices)
    canonical: list[str | None] = []
    for place, cells in enumerate(encoded.dictionary.to_pylist()):
        try:
            canonical.append(_duty(dict(zip(names, cells.split("\x1f"), strict=True))))
        except InputError as trouble:
            canonical.append(None)
            sieve.lose(places == place, f"duty cannot be read ({trouble.problem})")
    return pa.array(canonical, pa.string()).take(encoded.indices)


def _duty(cells: dict[str, str]) -> str:
    """Return the canonical duty of one combination of text, type, rates and units."""
    kind, text = cells.get(TYPE), cells.get(TEXT, "")
    if kind is None:
        return parse_duty(text).text
    if kind not in _TERMS:
        raise DutyError(f"rates of type {kind or '(none)'} are no function of value and quantity", value=text)
    if text:
        return parse_duty(text).text
    ad_valorem, specific, other = (_rate(cells[name]) for name in RATES)
    first, second = (cells[name] for name in UNITS)
    terms = []
    for mark in _TERMS[kind]:
        if mark == "a":
            terms.append(f"{_plain(ad_valorem * 100)}%")
        else:
            amount, unit = (other, second) if mark == "o" else (specific, first if mark == "1" else second)
            terms.append(f"{_plain(amount)} USD/{_unit(unit)}")
    return parse_duty(" + ".join(terms) or "0%").text


def _rate(text: str) -> Decimal:
    try:
        rate = Decimal(text or "0")
    except InvalidOperation:
        raise DutyError("a rate is not a number", value=text) from None
    if not rate.is_finite() or rate < 0 or rate >= SEE_TARIFF:
        raise DutyError("the rate is in the tariff's text", value=text)
    return rate


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _unit(code: str) -> str:
    try:
        return read_unit(code).text
    except UnitError as trouble:
        raise DutyError(f"unit {code or '(none)'}: {trouble.problem}", value=code) from None


def _keep_one(line: pa.ChunkedArray, begin: np.ndarray, duty: pa.Array, sieve: Sieve) -> None:
    """Of rows of one line in force the same day keep the one that began last."""
    kept = np.flatnonzero(sieve.kept)
    codes = np.asarray(line, dtype=str)[kept]
    order = np.lexsort((kept, begin[kept], codes))
    earlier = np.zeros(len(line), dtype=bool)
    earlier[kept[order[:-1]]] = codes[order[1:]] == codes[order[:-1]]
    sieve.lose(earlier, "another row of the line, in force the same day, began later")
