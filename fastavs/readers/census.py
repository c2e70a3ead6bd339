"""United States imports by HTS code and country, as the Census Bureau gives them.

Layouts, all told by the columns; JSON, csv and parquet alike
    The Bureau's interface, api.census.gov/data/timeseries/intltrade/imports/hs (a free key is needed): a JSON list of
    lists whose first one names the columns, or a csv made of it. Wanted are I_COMMODITY, CTY_CODE, a value (CON_VAL_MO
    or CON_VAL_YR for consumption, GEN_VAL_... for general imports), `time` or YEAR and MONTH; quantities where they
    were asked for (CON_QY1_MO with UNIT_QY1, CON_QY2_MO with UNIT_QY2). Ask with COMM_LVL=HS10 and by chapter
    (I_COMMODITY=22*): the interface gives nothing for a whole month at once.
    A table of a whole period, cty_code, hs10, con_val_usd, as others have put together.

Traps
    - CTY_CODE "-" is all countries; 0003 the European Union, 0026 APEC, 4XXX Europe and others are groups. SUMMARY_LVL
      does not tell "-" from a country.
    - Without COMM_LVL chapters, headings and codes come in one answer.
    - DISTRICT, RP, CTY_SUBCODE and PORT break each row down as soon as they are asked for; "-" is their total.
    - _MO is the month, _YR the year up to that month: months of _YR are not added up.
    - UNIT_QY1 "-" or "X" means that no quantity is collected; a letter in CON_QY1_MO_FLAG, that it is missing.
    - AIR_, VES_ and CNT_ break the value down by mode, and containers (CNT_) are part of vessels (VES_): none is read.
    - A csv saved by a spreadsheet has lost leading zeros: codes of an odd length and country numbers get them back.
    - Values are customs values, FOB: freight and insurance are left out (GEN_CIF_ and CON_CIF_ have them).
    - Chapters 98 and 99 are lines of this tariff: what came in under them is trade like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike

import pyarrow as pa
import pyarrow.compute as pc

from fastavs.arguments import a_flag, a_text, mapping_of, or_none, paths, takes
from fastavs.countries.census import PARTNERS
from fastavs.errors import InputError
from fastavs.readers._groups import joined, part_breakdown, part_groups, part_levels, whole
from fastavs.readers._periods import label
from fastavs.readers._reading import Reading, Sieve
from fastavs.readers._schedule_c import GROUPS, MEMBERS, UNION
from fastavs.readers._source import Path_, Source, read_any, to_float, together, without_nulls
from fastavs.readers._trade import (
    canonical_unit,
    finish,
    map_distinct,
    parted_by_mass,
    period_labels,
    sift_numbers,
    sift_quantity,
    with_unit,
)

__all__ = ["COLUMNS", "MEMBERS", "PARTNERS", "UNION", "read"]

COLUMNS = ("cty_code", "hs10", "con_val_usd")
"""Columns of the table of a whole period."""

MEASURES = {"consumption": "CON", "general": "GEN"}
BREAKDOWNS = ("DISTRICT", "RP", "CTY_SUBCODE", "PORT", "STATE")
TOTAL = "-"

_KNOWN = PARTNERS | {group.code: group.partner for group in GROUPS if group.partner}
_API = ("I_COMMODITY", "CTY_CODE")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is asked: a period for files that do not tell it, the prefix of columns, how long periods are."""

    period: str | None
    prefix: str
    by: str
    file: str


@takes(
    path=paths, period=or_none(a_text), measure=a_text, by=a_text, partners=or_none(mapping_of(a_text)), strict=a_flag
)
def read(
    path: Path_ | Sequence[Path_],
    period: str | None = None,
    *,
    measure: str = "consumption",
    by: str = "year",
    partners: Mapping[str, str] | None = None,
    strict: bool = False,
) -> Reading:
    """Read US imports by country into a native trade table.

    Parameters
    ----------
    path : path or sequence of paths
        One file or several that together make a data set (such as chapters); JSON, csv or parquet.
    period : str, optional
        The period's label, for files that do not say it.
    measure : str
        "consumption" (CON_) or "general" (GEN_), for the interface's answers.
    by : str
        What months are added up to: "year", "half", "quarter" or "month".
    partners : mapping, optional
        Further country numbers to ISO alpha-3 codes.
    strict : bool
        A row that would be set aside is an error.

    Returns
    -------
    Reading
        Native trade in US dollars, FOB. Sums of other rows are in `set_aside`; the European Union stays as the partner
        `UNION` where its members are not there. Countries whose number is not known are in `outside`.

    Raises
    ------
    InputError
        A file is absent, empty, cut off or of another layout; the period is not told, or told twice.
    """
    if measure not in MEASURES:
        raise InputError("unknown measure", value=measure, expected=" or ".join(MEASURES))
    paths = [path] if isinstance(path, str | PathLike) else list(path)
    sources = [_open(one, measure) for one in paths]
    file, number, rows = together(sources)
    rows = without_nulls(rows)
    sieve = Sieve(file, number, rows)
    country, line, mended = _codes(rows)
    wanted = _Wanted(period, MEASURES[measure], by, sources[0].file)
    native, second = _native(rows, sieve, country, line, wanted)
    known = _KNOWN | dict(partners or {})
    native = native.append_column("partner", map_distinct(country, known.get))
    counts: dict[str, float] = {"rows": rows.num_rows, "codes and numbers that got leading zeros back": mended}
    if second:
        counts["second quantities of no use (neither is a mass)"] = second
    notes = [note for source in sources for note in source.notes]
    own = {"partner": "CTY_CODE", "value": _value_column(rows, wanted), "period": "time"}
    return finish(native, country, sieve, counts, notes, None, strict, own_chapters=True, own=own)


def _open(path: Path_, measure: str) -> Source:
    """Open a file in either layout, its columns under the interface's names."""
    value = [f"{MEASURES[measure]}_VAL_{span}" for span in ("MO", "YR")]
    source = read_any(path, *((*_API, name) for name in value), COLUMNS)
    names = source.rows.column_names
    if not set(COLUMNS) <= set(names):
        return source
    known = dict(zip(COLUMNS, ("CTY_CODE", "I_COMMODITY", value[0]), strict=True))
    return Source(source.file, source.rows.rename_columns([known.get(name, name) for name in names]), source.notes)


def _codes(rows: pa.Table) -> tuple[pa.Array, pa.Array, int]:
    """Return country numbers and HTS codes with their leading zeros, and how many had lost them."""
    country = whole(pc.utf8_trim_whitespace(rows.column("CTY_CODE")))
    line = whole(pc.utf8_trim_whitespace(rows.column("I_COMMODITY")))
    short = pc.match_substring_regex(country, r"^[0-9]{1,3}$")
    odd = pc.and_(pc.match_substring_regex(line, r"^[0-9]+$"), pc.equal(pc.bit_wise_and(pc.utf8_length(line), 1), 1))
    mended = int(pc.sum(short).as_py() or 0) + int(pc.sum(odd).as_py() or 0)
    zero = pc.binary_join_element_wise("0", line, "")
    return pc.if_else(short, pc.utf8_lpad(country, 4, "0"), country), pc.if_else(odd, zero, line), mended


def _value_column(rows: pa.Table, wanted: _Wanted) -> str:
    """Return the file's column of values: of months where it has one, else of the year up to a month."""
    month = f"{wanted.prefix}_VAL_MO"
    return month if month in rows.column_names else f"{wanted.prefix}_VAL_YR"


def _native(rows: pa.Table, sieve: Sieve, country: pa.Array, line: pa.Array, wanted: _Wanted) -> tuple[pa.Table, int]:
    """Return native columns but for the partner, and how many second quantities found no place."""
    span = _value_column(rows, wanted)[-2:]
    value = to_float(rows.column(_value_column(rows, wanted)))
    sieve.lose(pc.invert(pc.match_substring_regex(line, r"^[0-9]{2,10}$")), "code is no HTS code")
    time = _times(rows, wanted)
    if time is None:
        labels = time = pa.array([wanted.period] * rows.num_rows, pa.string())
    elif span == "MO":
        labels = period_labels(time, sieve, wanted.by, None, wanted.file)
    else:
        labels = _year_to_date(time, sieve, joined(country, line, *_parts(rows)), wanted)
    _set_sums_aside(rows, sieve, time, country, line, value[0])
    sift_numbers(sieve, *value)
    sieve.lose(pc.match_substring_regex(line, r"^[0-9]{2}$"), "code shorter than 4 digits")
    quantities, second = _quantities(rows, sieve, wanted.prefix, span)
    return pa.table({"period": labels, "line": line, "value": value[0]} | quantities), second


def _parts(rows: pa.Table) -> list[pa.ChunkedArray]:
    return [rows.column(name) for name in BREAKDOWNS if name in rows.column_names]


def _times(rows: pa.Table, wanted: _Wanted) -> pa.Array | None:
    """Return each row's month ("2024-12") or year; None where the file does not tell it and the caller does."""
    names = rows.column_names
    if "time" in names:
        time = whole(rows.column("time"))
    elif "YEAR" in names:
        year = rows.column("YEAR")
        month = pc.utf8_lpad(rows.column("MONTH"), 2, "0") if "MONTH" in names else None
        time = whole(year if month is None else pc.binary_join_element_wise(year, month, "-"))
    else:
        time = None
    if (time is None) == (wanted.period is None):
        raise InputError(
            "the file does not say its period" if time is None else "the file says its period itself",
            file=wanted.file,
            column="time",
            value=wanted.period,
            cure="name the period" if time is None else "leave the period out",
        )
    return time


def _year_to_date(time: pa.Array, sieve: Sieve, key: pa.Array, wanted: _Wanted) -> pa.Array:
    """Return the labels of values that run from January; of each year and key the latest month is kept."""
    if wanted.by != "year":
        raise InputError(
            "values of the year up to a month cannot be parted",
            file=wanted.file,
            column=f"{wanted.prefix}_VAL_YR",
            value=wanted.by,
            cure="ask for the months (_MO)",
        )
    fits = pc.match_substring_regex(time, r"^\d{4}-\d{2}$")
    sieve.lose(pc.invert(fits), "period is no month")
    year, month = pc.utf8_slice_codeunits(time, 0, 4), pc.utf8_slice_codeunits(time, 5, 7)
    table = pa.table({"key": joined(year, key), "year": year, "month": month})
    last = table.group_by("key", use_threads=False).aggregate([("month", "max")])
    place = pc.index_in(table.column("key"), value_set=whole(last.column("key")))
    latest = whole(last.column("month_max")).take(whole(place))
    sieve.lose(pc.not_equal(month, latest), "year up to an earlier month, which is in that up to a later one")
    ends = table.filter(fits).group_by("year", use_threads=False).aggregate([("month", "max")]).to_pylist()
    named = {row["year"]: label(int(row["year"]), range(1, int(row["month_max"]) + 1)) for row in ends}
    return map_distinct(year, named.get)


def _set_sums_aside(
    rows: pa.Table, sieve: Sieve, time: pa.Array, country: pa.Array, line: pa.Array, value: pa.ChunkedArray
) -> None:
    """Set aside all that is a sum, or a part, of other rows of the files."""
    parts = [name for name in BREAKDOWNS if name in rows.column_names]
    for name in parts:
        others = [rows.column(other) for other in parts if other != name]
        part_breakdown(sieve, joined(time, country, line, *others), rows.column(name), name, [TOTAL])
    part_levels(sieve, joined(time, country), line)
    part_groups(sieve, time, country, value, GROUPS)


def _quantities(rows: pa.Table, sieve: Sieve, prefix: str, span: str) -> tuple[dict[str, pa.Array], int]:
    """Return quantity, unit and net mass out of the two quantities that there may be; see `parted_by_mass`."""
    no_amount, no_unit = pa.nulls(rows.num_rows, pa.float64()), pa.nulls(rows.num_rows, pa.string())
    found = []
    for place in (1, 2):
        name, unit_name = f"{prefix}_QY{place}_{span}", f"UNIT_QY{place}"
        amount, unit = no_amount, no_unit
        if name in rows.column_names:
            amount = sift_quantity(sieve, name, *to_float(rows.column(name)))
        if f"{name}_FLAG" in rows.column_names:
            flagged = pc.not_equal(pc.utf8_trim_whitespace(rows.column(f"{name}_FLAG")), "")
            sieve.lose(flagged, f"{name} is flagged as missing", "quantity")
            amount = pc.if_else(flagged, pa.scalar(None, pa.float64()), amount)
        if unit_name in rows.column_names:
            unit = map_distinct(rows.column(unit_name), canonical_unit)
        found.append(with_unit(sieve, amount, unit))
    return parted_by_mass(*found[0], *found[1])
