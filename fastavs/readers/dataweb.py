"""United States imports as the International Trade Commission's DataWeb gives them: csv, with values and quantities.

Had from dataweb.usitc.gov (an account is needed): imports for consumption or general imports, HTS items, data to report
"Customs Value" and "First Unit of Quantity", countries and commodities displayed separately; downloaded as csv, or each
sheet of the workbook saved as csv. A file has a title ("Imports For Consumption|Annual Data"), "Data Row Count" with
the number of rows, a header (Data Type, Country, HTS Number, Description, Quantity Description, then a column for each
year; or Year and a column for each month), rows, and "Total:".

Traps
    - Values and quantities are rows of their own (Data Type), or sheets of their own: give both files.
    - A code of fewer digits is counted in several units: one row a unit (Quantity Description).
    - "Total:" is the sum of the rows; years may be followed by 2026_Year_to_date or January_to_march_year_2026.
    - 2024_Suppressed says that a quantity is withheld.
    - Countries are names; groups ("European Union - 27") stand between them where they were asked for.
    - Numbers have commas between thousands, "--" is nothing. HTS numbers lose leading zeros in a spreadsheet.
    - Values are customs values, FOB; chapters 98 and 99 are lines of this tariff.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from os import PathLike

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fastavs.arguments import a_flag, a_text, mapping_of, or_none, paths, takes
from fastavs.countries.census import NAMES, plain
from fastavs.errors import InputError
from fastavs.readers._dataweb_cells import ONE_YEAR, QUANTITIES, VALUES, Cell, Found, read_file
from fastavs.readers._groups import joined, part_groups, part_levels
from fastavs.readers._periods import labels, read_period
from fastavs.readers._reading import Reading, Sieve
from fastavs.readers._schedule_c import NAMED_GROUPS
from fastavs.readers._source import Path_, to_float
from fastavs.readers._trade import (
    Flag,
    canonical_unit,
    finish,
    map_distinct,
    parted_by_mass,
    sift_numbers,
    sift_quantity,
    with_unit,
)

_PART_OF_YEAR = re.compile(r"\d{4}M")
_KNOWN = NAMES | {group.code: group.partner for group in NAMED_GROUPS if group.partner}
_LOCAL = {
    "component kilograms": "ckg", "component grams": "cgm", "component tons": "ctn", "clean yield kilograms": "cyk",
    "dozen pieces": "dpc", "proof liters": "pfl", "no units collected": "", "no units": "",
}  # fmt: skip


@takes(path=paths, value=or_none(a_text), by=a_text, partners=or_none(mapping_of(a_text)), strict=a_flag)
def read(
    path: Path_ | Sequence[Path_],
    *,
    value: str | None = None,
    by: str = "year",
    partners: Mapping[str, str] | None = None,
    flag: Flag | None = None,
    strict: bool = False,
) -> Reading:
    """Read DataWeb's imports into a native trade table.

    Parameters
    ----------
    path : path or sequence of paths
        One csv, or those of values and of quantities.
    value : str, optional
        The data type whose amounts are the values; "Customs Value", else "General Customs Value", unless given.
    by : str
        What months are added up to: "year", "half", "quarter" or "month".
    partners : mapping, optional
        Further country names to ISO alpha-3 codes.
    flag, strict
        As for `fastavs.readers.russian_customs.read`.

    Returns
    -------
    Reading
        Native trade in US dollars, FOB. Groups of countries and codes that are sums of longer ones are in `set_aside`.

    Raises
    ------
    InputError
        A file is absent, empty, cut off or of another layout, or holds no values.
    """
    paths = [path] if isinstance(path, str | PathLike) else list(path)
    found = Found()
    for one in paths:
        read_file(one, found)
    kind = _value_kind(found, value)
    values = [cell for cell in found.cells if cell.kind == kind and cell.amount]
    sieve = _sieve(values)
    country = pa.array([plain(cell.country) for cell in values], pa.string())
    native = _native(values, found, country, sieve, by)
    known = _KNOWN | {plain(name): code for name, code in (partners or {}).items()}
    native = native.append_column("partner", map_distinct(country, known.get))
    counts: dict[str, float] = {
        "rows": found.rows,
        "rows of totals": found.totals,
        f"amounts of {kind}": len(values),
        "codes that got a leading zero back": found.mended,
    }
    others = {cell.kind for cell in found.cells} - {kind, *QUANTITIES}
    notes = [*found.notes, *(f"{one} is not read" for one in sorted(others))]
    notes += [f"{one}: the months that it covers are not told; it is left out" for one in sorted(found.without_months)]
    raw = pa.array([cell.country for cell in values], pa.string())
    return finish(
        native,
        raw,
        sieve,
        counts,
        notes,
        flag,
        strict,
        own_chapters=True,
        own={"partner": "country", "value": "amount"},
    )


def _value_kind(found: Found, value: str | None) -> str:
    """Return the data type that is the value."""
    there = sorted({cell.kind for cell in found.cells if cell.amount})
    kind = value or next((one for one in VALUES if one in there), VALUES[0])
    if kind not in there:
        raise InputError(
            "no values",
            column="Data Type",
            value=", ".join(there),
            expected=kind,
            cure="ask DataWeb for customs values as well",
        )
    return kind


def _sieve(cells: list[Cell]) -> Sieve:
    names = ("kind", "country", "line", "unit", "period", "amount")
    rows = pa.table({name: pa.array([getattr(cell, name) for cell in cells], pa.string()) for name in names})
    file = pa.chunked_array([pa.array([cell.file for cell in cells], pa.string())])
    return Sieve(file, np.array([cell.row for cell in cells], dtype=np.int64), rows)


def _native(values: list[Cell], found: Found, country: pa.Array, sieve: Sieve, by: str) -> pa.Table:
    """Return native columns but for the partner."""
    value = to_float(pa.chunked_array([pa.array([cell.amount for cell in values], pa.string())]))
    line = pa.array([cell.line for cell in values], pa.string())
    raw = pa.array([cell.period for cell in values], pa.string())
    sieve.lose(np.array([not 2 <= len(cell.line) <= 10 for cell in values], dtype=bool), "code is no HTS code")
    labels = _labels(values, sieve, by)
    part_levels(sieve, joined(raw, country), line)
    part_groups(sieve, raw, country, value[0], NAMED_GROUPS)
    sift_numbers(sieve, *value)
    sieve.lose(np.array([len(cell.line) == 2 for cell in values], dtype=bool), "code shorter than 4 digits")
    quantities = [_matched(values, found, place, sieve) for place in range(len(QUANTITIES))]
    columns, lost = parted_by_mass(*quantities[0], *quantities[1])
    if lost:
        found.notes.append(f"{lost} second quantities are of no use (neither is a mass)")
    return pa.table({"period": labels, "line": line, "value": value[0]} | columns)


def _labels(values: list[Cell], sieve: Sieve, by: str) -> pa.Array:
    """Return the labels that periods are added up to; years up to a month keep theirs, unless the year is there."""
    whole_years = {cell.period for cell in values if ONE_YEAR.fullmatch(cell.period)}
    to_date = [_PART_OF_YEAR.match(cell.period) is not None for cell in values]
    sieve.lose(
        np.array(
            [part and cell.period[:4] in whole_years for part, cell in zip(to_date, values, strict=True)], dtype=bool
        ),
        "part of a year that stands as a whole",
    )
    other = [cell.period for cell, part in zip(values, to_date, strict=True) if not part]
    named = labels(
        [period for one in set(other) if (period := read_period(one))], by, {}, values[0].file if values else ""
    )
    found = [
        cell.period if part else named.get(read_period(cell.period) or (0, None))
        for cell, part in zip(values, to_date, strict=True)
    ]
    period = pa.array(found, pa.string())
    sieve.lose(pc.is_null(period), "period is no month or year")
    return period


def _matched(values: list[Cell], found: Found, place: int, sieve: Sieve) -> tuple[pa.Array, pa.Array]:
    """Return amount and unit of the first or second quantity of each value.

    A value goes with the quantity of its own unit; where it has none, or for second units, with the only one there is.
    """
    kind = QUANTITIES[place]
    by_unit: dict[tuple[str, ...], Cell] = {}
    by_code: dict[tuple[str, ...], list[Cell]] = {}
    for cell in found.cells:
        if cell.kind == kind and (cell.amount or cell.withheld):
            by_unit[cell.period, cell.line, cell.country, cell.unit] = cell
            by_code.setdefault((cell.period, cell.line, cell.country), []).append(cell)
    shared = Counter((cell.period, cell.line, cell.country) for cell in values)
    matched: list[Cell | None] = []
    for cell in values:
        key = cell.period, cell.line, cell.country
        there = by_code.get(key, [])
        alone = there[0] if len(there) == 1 and shared[key] == 1 else None
        matched.append(by_unit.get((*key, cell.unit), alone) if place == 0 else alone)
    several = [
        one is None and (cell.period, cell.line, cell.country) in by_code
        for one, cell in zip(matched, values, strict=True)
    ]
    sieve.lose(np.array(several, dtype=bool), f"{kind}: several units for one value", "quantity")
    withheld = np.array([one is not None and one.withheld for one in matched], dtype=bool)
    sieve.lose(withheld, f"{kind} is withheld", "quantity")
    texts = pa.array([one.amount if one and not one.withheld else "" for one in matched], pa.string())
    amount = sift_quantity(sieve, kind, *to_float(pa.chunked_array([texts])))
    units = pa.array([one.unit if one else "" for one in matched], pa.string())
    return with_unit(sieve, amount, map_distinct(pa.chunked_array([units]), _unit))


def _unit(text: str) -> str | None:
    """Return the canonical name of a unit, None for none."""
    name = _LOCAL.get(text.casefold(), text)
    return None if not name else canonical_unit(name)
