"""Russian customs statistics as open data: the Federal Customs Service's files and what others made in their layout.

The Service gave files by month at stat.customs.gov.ru until January 2022, and nothing by partner since; copies of them,
and mirror statistics of partners, have its layout.

Columns: NAPR (flow: ИМ import, ЭК export), PERIOD, STRANA (partner), TNVED (code), EDIZM (supplementary unit), STOIM
(US dollars, whatever the documentation says), NETTO (net kilograms), KOL (quantity in EDIZM). Variants:

- unit codes of OKEI ("796"), unit names ("ШТ"), or both (EDIZM_ISO beside EDIZM, "?" = none);
- months ("2021-03", "03/2021") or years ("2013") in PERIOD, ISO alpha-2 or alpha-3 partners, NNN = classified;
- regions in further columns (added up), codes of 4 to 10 digits;
- comma, semicolon or tab, decimal point or comma, UTF-8 or Windows-1251.

Traps
    - The documentation calls STOIM thousands of dollars; it is dollars.
    - KOL of spirits is litres of pure alcohol, while the duty is by the litre of product.
    - XXXXXXXXXX and partner NNN are classified trade: outside the tariff.
    - Mirror statistics of exporters are FOB, and have their own units and code lengths.

Months are added up to years; a year of which only some months are there bears their label ("2022M01").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from fastavs.arguments import a_flag, a_text, or_none, parts_of_years, paths, takes
from fastavs.countries.iso import to_iso3
from fastavs.readers._fts import OWN, Flow, line_column, open_flow, period_column
from fastavs.readers._reading import Reading
from fastavs.readers._source import Path_, to_float
from fastavs.readers._trade import Flag, canonical_unit, finish, map_distinct, sift_numbers, sift_quantity

COLUMNS = ("NAPR", "PERIOD", "STRANA", "TNVED", "EDIZM", "STOIM", "NETTO", "KOL")


@takes(path=paths, flow=a_text, by=a_text, part_years=or_none(parts_of_years), strict=a_flag)
def read(
    path: Path_ | Sequence[Path_],
    *,
    flow: str = "imports",
    by: str = "year",
    part_years: Mapping[int, str] | None = None,
    flag: Flag | None = None,
    strict: bool = False,
) -> Reading:
    """Read Russian customs statistics into a native trade table.

    Parameters
    ----------
    path : path or sequence of paths
        One file or several that together make a data set; csv, plain or compressed.
    flow : str
        "imports" (ИМ) or "exports" (ЭК).
    by : str
        What months are added up to: "year", "half", "quarter" or "month".
    part_years : mapping of int to str, optional
        Labels for years that a file by year covers in part, such as ``{2016: "2016M01-09"}``.
    flag : callable, optional
        Takes rows as they stand in the file (native columns), returns what of each is mislabelled: "quantity", "mass",
        "unclear" or null, string[n]. Such rows are added to no other, and a column ``mislabelled`` says what they are.
    strict : bool
        A row that would be set aside is an error.

    Returns
    -------
    Reading
        `table` has ``period, line, partner, value`` (USD), ``quantity, unit, net_mass_kg``: one row for each period,
        line, partner, unit and set of quantities. `outside` holds trade under classified codes and partners.

    Raises
    ------
    InputError
        The file is absent, empty, cut off or of another layout, or holds nothing of that flow.
    """
    opened = open_flow(path, COLUMNS, flow)
    native = _native(opened, by, part_years)
    partner = opened.rows.column("STRANA")
    return finish(native, partner, opened.sieve, opened.counts, opened.notes, flag, strict, own=OWN)


def _native(flow: Flow, by: str, part_years: Mapping[int, str] | None) -> pa.Table:
    """Turn the file's columns into native ones, row by row."""
    rows, sieve = flow.rows, flow.sieve
    comma = bool(pc.any(pc.match_substring(rows.column("STOIM"), ",")).as_py())
    numbers = {name: to_float(rows.column(name), decimal_comma=comma) for name in ("STOIM", "NETTO", "KOL")}
    sift_numbers(sieve, *numbers["STOIM"])
    net_mass = sift_quantity(sieve, "NETTO", *numbers["NETTO"])
    quantity = sift_quantity(sieve, "KOL", *numbers["KOL"])
    unit = _units(rows)
    sieve.lose(pc.and_(pc.is_valid(quantity), pc.is_null(unit)), "quantity without a unit", "quantity")
    has_both = pc.and_(pc.is_valid(quantity), pc.is_valid(unit))
    return pa.table(
        {
            "period": period_column(flow, by, part_years),
            "line": line_column(flow),
            "partner": map_distinct(pc.utf8_trim_whitespace(rows.column("STRANA")), to_iso3),
            "value": numbers["STOIM"][0],
            "quantity": pc.if_else(has_both, quantity, pa.scalar(None, pa.float64())),
            "unit": pc.if_else(has_both, unit, pa.scalar(None, pa.string())),
            "net_mass_kg": net_mass,
        }
    )


def _units(rows: pa.Table) -> pa.Array:
    """Return canonical units; the code in EDIZM_ISO goes before the name in EDIZM, where there is one."""
    named = map_distinct(rows.column("EDIZM"), canonical_unit)
    if "EDIZM_ISO" not in rows.column_names:
        return named
    return pc.coalesce(map_distinct(pc.fill_null(rows.column("EDIZM_ISO"), ""), canonical_unit), named)
